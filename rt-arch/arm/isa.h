/* The vocabulary of rt-arch/generic, arm (v7, hard float). R12 is used inside the macros. C wants SP 8-aligned. */
#ifndef OXIGO_ISA_H
#define OXIGO_ISA_H

#define RSP sp
#define RG r10
#define RCTX r7
#define A0 r0
#define A1 r1
#define A2 r2
#define A3 r4
#define A4 r5
#define A5 r6
#define A6 r8
#define C0 r0
#define C1 r1
#define C2 r2
#define CRET r0
#define CSCR r3
#define T0 r3
#define T1 r11
#define T2 r9
#define CFI_SP 13
#define CFI_LR 14
#define MINFRAME 4
#define FRAME_ALIGN 8
#define C_AREA 0

#define GETSP(d) mov d, sp
#define SETSP(s) mov sp, s
#define GETLR(d) mov d, lr
#define SETLR(s) mov lr, s
#define MOV(d, s) mov d, s
#define LI(d, imm) mov d, #(imm)
#define LI32(d, imm) movw d, #((imm) & 0xffff); movt d, #((imm) >> 16)
#define LA(d, sym) movw d, #:lower16:sym; movt d, #:upper16:sym
#define ADD(d, a, b) add d, a, b
#define SUB(d, a, b) sub d, a, b
#define OR(d, a, b) orr d, a, b
#define ADDI(d, a, imm) add d, a, #(imm)
#define ANDI(d, a, imm) and d, a, #(imm)
#define LDW(d, off, base) ldr d, [base, #(off)]
#define STW(s, off, base) str s, [base, #(off)]
#define LD32(d, off, base) ldr d, [base, #(off)]
#define ST32(s, off, base) str s, [base, #(off)]
#define LDHU(d, off, base) ldrh d, [base, #(off)]
#define LDBU(d, off, base) ldrb d, [base, #(off)]
#define STB(s, off, base) strb s, [base, #(off)]
#define BEQ(a, b, l) cmp a, b; beq l
#define BNE(a, b, l) cmp a, b; bne l
#define BLTU(a, b, l) cmp a, b; blo l
#define BGEU(a, b, l) cmp a, b; bhs l
#define BEQZ(a, l) cmp a, #0; beq l
#define BNEZ(a, l) cmp a, #0; bne l
#define JL(l_) b l_
#define J(sym) b sym
#define JR(r) bx r
#define CALL(sym) bl sym
#define CALLR(r) blx r
#define RET bx lr
#define TRAP udf #0
#define CCALL(sym) bl sym
#define CCALLR(r) blx r
#define STORE_FENCE dmb ishst
#define FIXED
#define START_FIXED .arm
#define ALIGNSP bic sp, sp, #7

#define TLS_ADDR(t) \
    .pushsection .rodata.tls_g, "a", %progbits; .balign 4; 77: .word oxigo_tls_g(tpoff); .popsection; \
    movw t, #:lower16:77b; movt t, #:upper16:77b; ldr t, [t]; mrc p15, 0, r12, c13, c0, 3; add t, t, r12
#define SETTLS_T(s, t) TLS_ADDR(t); str s, [t]
#define GETTLS_T(d, t) TLS_ADDR(t); ldr d, [t]

#define C_SAVE 104
#define SAVE_C(base) \
    str lr, [base]; str r4, [base, #4]; str r5, [base, #8]; str r6, [base, #12]; str r7, [base, #16]; \
    str r8, [base, #20]; str r9, [base, #24]; str r10, [base, #28]; str r11, [base, #32]; \
    vstr d8, [base, #40]; vstr d9, [base, #48]; vstr d10, [base, #56]; vstr d11, [base, #64]; \
    vstr d12, [base, #72]; vstr d13, [base, #80]; vstr d14, [base, #88]; vstr d15, [base, #96]
#define RESTORE_C(base) \
    ldr lr, [base]; ldr r4, [base, #4]; ldr r5, [base, #8]; ldr r6, [base, #12]; ldr r7, [base, #16]; \
    ldr r8, [base, #20]; ldr r9, [base, #24]; ldr r10, [base, #28]; ldr r11, [base, #32]; \
    vldr d8, [base, #40]; vldr d9, [base, #48]; vldr d10, [base, #56]; vldr d11, [base, #64]; \
    vldr d12, [base, #72]; vldr d13, [base, #80]; vldr d14, [base, #88]; vldr d15, [base, #96]

    .syntax unified
    .arm
#endif
