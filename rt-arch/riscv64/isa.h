/* The vocabulary of rt-arch/generic, riscv64. X3 (gp) and X4 (tp) are never changed. */
#ifndef OXIGO_ISA_H
#define OXIGO_ISA_H

#define RSP x2
#define RG x27
#define RCTX x26
#define A0 x10
#define A1 x11
#define A2 x12
#define A3 x13
#define A4 x14
#define A5 x15
#define A6 x16
#define C0 x10
#define C1 x11
#define C2 x12
#define CRET x10
#define CSCR x6
#define T0 x5
#define T1 x25
#define T2 x7
#define CFI_SP 2
#define CFI_LR 1
#define MINFRAME 8
#define FRAME_ALIGN 16
#define C_AREA 0

#define GETSP(d) mv d, x2
#define SETSP(s) mv x2, s
#define GETLR(d) mv d, x1
#define SETLR(s) mv x1, s
#define MOV(d, s) mv d, s
#define LI(d, imm) li d, imm
#define LI32(d, imm) li d, imm
#define LA(d, sym) lla d, sym
#define ADD(d, a, b) add d, a, b
#define SUB(d, a, b) sub d, a, b
#define OR(d, a, b) or d, a, b
#define ADDI(d, a, imm) addi d, a, imm
#define ANDI(d, a, imm) andi d, a, imm
#define LDW(d, off, base) ld d, off(base)
#define STW(s, off, base) sd s, off(base)
#define LD32(d, off, base) lwu d, off(base)
#define ST32(s, off, base) sw s, off(base)
#define LDHU(d, off, base) lhu d, off(base)
#define LDBU(d, off, base) lbu d, off(base)
#define STB(s, off, base) sb s, off(base)
#define BEQ(a, b, l) beq a, b, l
#define BNE(a, b, l) bne a, b, l
#define BLTU(a, b, l) bltu a, b, l
#define BGEU(a, b, l) bgeu a, b, l
#define BEQZ(a, l) beqz a, l
#define BNEZ(a, l) bnez a, l
#define JL(l) j l
/* `tail` and `call` may need a register for the distance: x6 and x1. */
#define J(sym) tail sym
#define JR(r) jr r
#define CALL(sym) call sym
#define CALLR(r) jalr r
#define RET ret
#define TRAP unimp
#define CCALL(sym) call sym
#define CCALLR(r) jalr r
#define STORE_FENCE fence w, w
#define FIXED
#define START_FIXED
#define ALIGNSP andi x2, x2, -16

#ifdef OXIGO_BARE
/* The thread pointer leads to the core's own block. */
#define G_BY_CORE
#define SETTLS_T(s, t) sd s, 0(x4)
#define GETTLS_T(d, t) ld d, 0(x4)
#else
#define TLS_ADDR(t) lui t, %tprel_hi(oxigo_tls_g); add t, t, x4, %tprel_add(oxigo_tls_g)
#define SETTLS_T(s, t) TLS_ADDR(t); sd s, %tprel_lo(oxigo_tls_g)(t)
#define GETTLS_T(d, t) TLS_ADDR(t); ld d, %tprel_lo(oxigo_tls_g)(t)
#endif

#define SC_MOVES(op, fop, base) \
    op x1, 0(base); op x8, 8(base); op x9, 16(base); op x18, 24(base); op x19, 32(base); op x20, 40(base); \
    op x21, 48(base); op x22, 56(base); op x23, 64(base); op x24, 72(base); op x25, 80(base); op x26, 88(base); \
    op x27, 96(base); fop f8, 104(base); fop f9, 112(base); fop f18, 120(base); fop f19, 128(base); \
    fop f20, 136(base); fop f21, 144(base); fop f22, 152(base); fop f23, 160(base); fop f24, 168(base); \
    fop f25, 176(base); fop f26, 184(base); fop f27, 192(base)
#define C_SAVE 208
#define SAVE_C(base) SC_MOVES(sd, fsd, base)
#define RESTORE_C(base) SC_MOVES(ld, fld, base)
#endif
