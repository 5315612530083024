/* The vocabulary of rt-arch/generic, s390x. Few registers are neither arguments nor fixed: R0 (no base register), R1,
 * R10, R11. A C callee may write 160 bytes above its caller's SP. */
#ifndef OXIGO_ISA_H
#define OXIGO_ISA_H

#define RSP %r15
#define RG %r13
#define RCTX %r12
#define A0 %r2
#define A1 %r3
#define A2 %r4
#define A3 %r5
#define A4 %r6
#define A5 %r7
#define A6 %r8
#define C0 %r2
#define C1 %r3
#define C2 %r4
#define CRET %r2
#define CSCR %r1
#define T0 %r1
#define T1 %r10
#define T2 %r11
#define CFI_SP 15
#define CFI_LR 14
#define MINFRAME 8
#define FRAME_ALIGN 8
#define C_AREA 160

#define GETSP(d) lgr d, %r15
#define SETSP(s) lgr %r15, s
#define GETLR(d) lgr d, %r14
#define SETLR(s) lgr %r14, s
#define MOV(d, s) lgr d, s
#define LI(d, imm) lghi d, imm
#define LI32(d, imm) lgfi d, imm
#define LA(d, sym) larl d, sym
#define ADD(d, a, b) la d, 0(a,b)
#define SUB(d, a, b) lgr %r0, a; sgr %r0, b; lgr d, %r0
#define OR(d, a, b) lgr %r0, a; ogr %r0, b; lgr d, %r0
#define ADDI(d, a, imm) lay d, imm(a)
#define ANDI(d, a, imm) lghi %r0, imm; ngr %r0, a; lgr d, %r0
#define LDW(d, off, base) lg d, off(base)
#define STW(s, off, base) stg s, off(base)
#define LD32(d, off, base) llgf d, off(base)
#define ST32(s, off, base) st s, off(base)
#define LDHU(d, off, base) llgh d, off(base)
#define LDBU(d, off, base) llgc d, off(base)
#define STB(s, off, base) stc s, off(base)
#define BEQ(a, b, l) clgr a, b; jge l
#define BNE(a, b, l) clgr a, b; jgne l
#define BLTU(a, b, l) clgr a, b; jgl l
#define BGEU(a, b, l) clgr a, b; jgnl l
#define BEQZ(a, l) ltgr a, a; jge l
#define BNEZ(a, l) ltgr a, a; jgne l
#define JL(l) jg l
#define J(sym) jg sym
#define JR(r) br r
#define CALL(sym) brasl %r14, sym
#define CALLR(r) basr %r14, r
#define RET br %r14
#define TRAP .long 0
#define CCALL(sym) brasl %r14, sym
#define CCALLR(r) basr %r14, r
#define STORE_FENCE
#define FIXED
#define START_FIXED
#define ALIGNSP lghi %r0, -8; ngr %r15, %r0

/* The thread pointer is in two access registers; the variable's offset from it, a constant, is in read-only data. */
#define TLS_ADDR(t) ear t, %a0; sllg t, t, 32; ear t, %a1; \
    .pushsection .rodata.tls_g, "a", @progbits; .balign 8; 77: .quad oxigo_tls_g@ntpoff; .popsection; \
    lgrl %r0, 77b; agr t, %r0
#define SETTLS_T(s, t) TLS_ADDR(t); stg s, 0(t)
#define GETTLS_T(d, t) TLS_ADDR(t); lg d, 0(t)

#define C_SAVE 136
#define SAVE_C(base) \
    stg %r14, 0(base); stg %r6, 8(base); stg %r7, 16(base); stg %r8, 24(base); stg %r9, 32(base); \
    stg %r10, 40(base); stg %r11, 48(base); stg %r12, 56(base); stg %r13, 64(base); std %f8, 72(base); \
    std %f9, 80(base); std %f10, 88(base); std %f11, 96(base); std %f12, 104(base); std %f13, 112(base); \
    std %f14, 120(base); std %f15, 128(base)
#define RESTORE_C(base) \
    lg %r14, 0(base); lg %r6, 8(base); lg %r7, 16(base); lg %r8, 24(base); lg %r9, 32(base); \
    lg %r10, 40(base); lg %r11, 48(base); lg %r12, 56(base); lg %r13, 64(base); ld %f8, 72(base); \
    ld %f9, 80(base); ld %f10, 88(base); ld %f11, 96(base); ld %f12, 104(base); ld %f13, 112(base); \
    ld %f14, 120(base); ld %f15, 128(base)
#endif
