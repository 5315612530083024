/* The vocabulary of rt-arch/generic, ppc64 and ppc64le (ELFv2). R2 is the TOC pointer and stays; R13 is the thread
 * pointer; R0 is zero in compiled code and no base register; indirect calls want the target in R12. */
#ifndef OXIGO_ISA_H
#define OXIGO_ISA_H

#define RSP 1
#define RG 30
#define RCTX 11
#define A0 3
#define A1 4
#define A2 5
#define A3 6
#define A4 7
#define A5 8
#define A6 9
#define C0 3
#define C1 4
#define C2 5
#define CRET 3
#define CSCR 10
#define T0 21
#define T1 20
#define T2 22
#define CFI_SP 1
#define CFI_LR 65
#define MINFRAME 32
#define FRAME_ALIGN 16
/* Back chain, CR and LR words, TOC word, home of eight arguments. */
#define C_AREA 96

#define GETSP(d) mr d, 1
#define SETSP(s) mr 1, s
#define GETLR(d) mflr d
#define SETLR(s) mtlr s
#define MOV(d, s) mr d, s
#define LI(d, imm) li d, imm
#define LI32(d, imm) lis d, (imm) >> 16; ori d, d, (imm) & 0xffff
#define LA(d, sym) addis d, 2, sym@toc@ha; addi d, d, sym@toc@l
#define ADD(d, a, b) add d, a, b
#define SUB(d, a, b) subf d, b, a
#define OR(d, a, b) or d, a, b
#define ADDI(d, a, imm) addi d, a, imm
#define ANDI(d, a, imm) andi. d, a, imm
#define LDW(d, off, base) ld d, off(base)
#define STW(s, off, base) std s, off(base)
#define LD32(d, off, base) lwz d, off(base)
#define ST32(s, off, base) stw s, off(base)
#define LDHU(d, off, base) lhz d, off(base)
#define LDBU(d, off, base) lbz d, off(base)
#define STB(s, off, base) stb s, off(base)
#define BEQ(a, b, l) cmpld a, b; beq l
#define BNE(a, b, l) cmpld a, b; bne l
#define BLTU(a, b, l) cmpld a, b; blt l
#define BGEU(a, b, l) cmpld a, b; bge l
#define BEQZ(a, l) cmpldi a, 0; beq l
#define BNEZ(a, l) cmpldi a, 0; bne l
#define JL(l_) b l_
#define J(sym) b sym
#define JR(r) mr 12, r; mtctr 12; bctr
#define CALL(sym) bl sym; nop
#define CALLR(r) mr 12, r; mtctr 12; bctrl
#define RET blr
#define TRAP trap
#define CCALL(sym) LA(12, sym); mtctr 12; bctrl
#define CCALLR(r) mr 12, r; mtctr 12; bctrl
#define STORE_FENCE lwsync
#define FIXED li 0, 0
/* Where the kernel or a loader enters, nothing is known yet. */
#define START_FIXED bcl 20, 31, 77f; 77: mflr 12; addis 2, 12, (.TOC.-77b)@ha; addi 2, 2, (.TOC.-77b)@l; li 0, 0
#define ALIGNSP clrrdi 1, 1, 4

#define TLS_ADDR(t) addis t, 13, oxigo_tls_g@tprel@ha; addi t, t, oxigo_tls_g@tprel@l
#define SETTLS_T(s, t) TLS_ADDR(t); std s, 0(t)
#define GETTLS_T(d, t) TLS_ADDR(t); ld d, 0(t)

#define SC_MOVES(op, fop, base) \
    op 14, 16(base); op 15, 24(base); op 16, 32(base); op 17, 40(base); op 18, 48(base); op 19, 56(base); \
    op 20, 64(base); op 21, 72(base); op 22, 80(base); op 23, 88(base); op 24, 96(base); op 25, 104(base); \
    op 26, 112(base); op 27, 120(base); op 28, 128(base); op 29, 136(base); op 30, 144(base); op 31, 152(base); \
    fop 14, 160(base); fop 15, 168(base); fop 16, 176(base); fop 17, 184(base); fop 18, 192(base); \
    fop 19, 200(base); fop 20, 208(base); fop 21, 216(base); fop 22, 224(base); fop 23, 232(base); \
    fop 24, 240(base); fop 25, 248(base); fop 26, 256(base); fop 27, 264(base); fop 28, 272(base); \
    fop 29, 280(base); fop 30, 288(base); fop 31, 296(base)
#define C_SAVE 304
#define SAVE_C(base) mflr 0; std 0, 0(base); mfcr 0; std 0, 8(base); SC_MOVES(std, stfd, base)
#define RESTORE_C(base) SC_MOVES(ld, lfd, base); ld 0, 8(base); mtcr 0; ld 0, 0(base); mtlr 0

/* Rust calls these through a pointer or directly; all symbols share one TOC, so no global entry is needed. */
    .abiversion 2
#endif
