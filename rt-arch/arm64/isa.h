/* The vocabulary of rt-arch/generic, arm64. SP is 16-aligned; R18 belongs to the platform, R29 is the frame pointer,
 * which assembly neither uses nor changes. */
#ifndef OXIGO_ISA_H
#define OXIGO_ISA_H

#define RSP sp
#define RG x28
#define RCTX x26
#define A0 x0
#define A1 x1
#define A2 x2
#define A3 x3
#define A4 x4
#define A5 x5
#define A6 x6
#define C0 x0
#define C1 x1
#define C2 x2
#define CRET x0
#define CSCR x9
#define T0 x19
#define T1 x20
#define T2 x21
#define CFI_SP 31
#define CFI_LR 30
#define MINFRAME 8
#define FRAME_ALIGN 16
#define C_AREA 0

/* The 32-bit name of a register. */
#define W_(x) W_##x
#define W32(x) W_(x)
#define W_x0 w0
#define W_x1 w1
#define W_x2 w2
#define W_x3 w3
#define W_x4 w4
#define W_x5 w5
#define W_x6 w6
#define W_x19 w19
#define W_x20 w20
#define W_x21 w21

#define GETSP(d) mov d, sp
#define SETSP(s) mov sp, s
#define GETLR(d) mov d, x30
#define SETLR(s) mov x30, s
#define MOV(d, s) mov d, s
#define LI(d, imm) mov d, imm
#define LI32(d, imm) movz d, (imm) & 0xffff; movk d, (imm) >> 16, lsl 16
#define LA(d, sym) adrp d, sym; add d, d, :lo12:sym
#define ADD(d, a, b) add d, a, b
#define SUB(d, a, b) sub d, a, b
#define OR(d, a, b) orr d, a, b
#define ADDI(d, a, imm) add d, a, imm
#define ANDI(d, a, imm) and d, a, imm
#define LDW(d, off, base) ldr d, [base, off]
#define STW(s, off, base) str s, [base, off]
#define LD32(d, off, base) ldr W32(d), [base, off]
#define ST32(s, off, base) str W32(s), [base, off]
#define LDHU(d, off, base) ldrh W32(d), [base, off]
#define LDBU(d, off, base) ldrb W32(d), [base, off]
#define STB(s, off, base) strb W32(s), [base, off]
#define BEQ(x_, y_, l_) cmp x_, y_; b.eq l_
#define BNE(x_, y_, l_) cmp x_, y_; b.ne l_
#define BLTU(x_, y_, l_) cmp x_, y_; b.lo l_
#define BGEU(x_, y_, l_) cmp x_, y_; b.hs l_
#define BEQZ(x_, l_) cbz x_, l_
#define BNEZ(x_, l_) cbnz x_, l_
#define JL(l_) b l_
#define J(sym) b sym
#define JR(r) br r
#define CALL(sym) bl sym
#define CALLR(r) blr r
#define RET ret
#define TRAP brk 1
#define CCALL(sym) bl sym
#define CCALLR(r) blr r
#define STORE_FENCE dmb ishst
#define FIXED
#define START_FIXED mov x29, 0
#define ALIGNSP

#ifdef OXIGO_BARE
/* The thread pointer leads to the core's own block. */
#define G_BY_CORE
#define SETTLS_T(s, t) mrs t, tpidr_el0; str s, [t]
#define GETTLS_T(d, t) mrs t, tpidr_el0; ldr d, [t]
#else
#define TLS_ADDR(t) mrs t, tpidr_el0; add t, t, #:tprel_hi12:oxigo_tls_g, lsl #12; add t, t, :tprel_lo12_nc:oxigo_tls_g
#define SETTLS_T(s, t) TLS_ADDR(t); str s, [t]
#define GETTLS_T(d, t) TLS_ADDR(t); ldr d, [t]
#endif

#define C_SAVE 160
#define SAVE_C(b) \
    stp x30, x29, [b, 0]; stp x19, x20, [b, 16]; stp x21, x22, [b, 32]; stp x23, x24, [b, 48]; \
    stp x25, x26, [b, 64]; stp x27, x28, [b, 80]; stp d8, d9, [b, 96]; stp d10, d11, [b, 112]; \
    stp d12, d13, [b, 128]; stp d14, d15, [b, 144]
#define RESTORE_C(b) \
    ldp x30, x29, [b, 0]; ldp x19, x20, [b, 16]; ldp x21, x22, [b, 32]; ldp x23, x24, [b, 48]; \
    ldp x25, x26, [b, 64]; ldp x27, x28, [b, 80]; ldp d8, d9, [b, 96]; ldp d10, d11, [b, 112]; \
    ldp d12, d13, [b, 128]; ldp d14, d15, [b, 144]
#endif
