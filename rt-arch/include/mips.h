/* What the vocabularies of mips and mips64 share. */
#define RSP $29
#define RG $30
#define RCTX $22
#define A0 $4
#define A1 $5
#define A2 $6
#define A3 $7
#define A4 $8
#define A5 $9
#define A6 $10
#define C0 $4
#define C1 $5
#define C2 $6
#define CRET $2
#define CSCR $9
#define T0 $3
#define T1 $23
#define T2 $24
#define CFI_SP 29
#define CFI_LR 31

#define GETSP(d) move d, $29
#define SETSP(s) move $29, s
#define GETLR(d) move d, $31
#define SETLR(s) move $31, s
#define MOV(d, s) move d, s
#define LI(d, imm) li d, imm
#define LI32(d, imm) li d, imm
#define ADD(d, a, b) op_add d, a, b
#define SUB(d, a, b) op_sub d, a, b
#define OR(d, a, b) or d, a, b
#define ADDI(d, a, imm) op_addi d, a, imm
#define ANDI(d, a, imm) andi d, a, imm
#define LDW(d, off, base) op_ld d, off(base)
#define STW(s, off, base) op_st s, off(base)
#define LD32(d, off, base) op_ld32 d, off(base)
#define ST32(s, off, base) sw s, off(base)
#define LDHU(d, off, base) lhu d, off(base)
#define LDBU(d, off, base) lbu d, off(base)
#define STB(s, off, base) sb s, off(base)
#define BEQ(a, b, l_) beq a, b, l_
#define BNE(a, b, l_) bne a, b, l_
#define BLTU(a, b, l_) bltu a, b, l_
#define BGEU(a, b, l_) bgeu a, b, l_
#define BEQZ(a, l_) beqz a, l_
#define BNEZ(a, l_) bnez a, l_
#define JL(l_) b l_
#define J(sym) j sym
#define JR(r) jr r
#define CALL(sym) jal sym
#define CALLR(r) jalr r
#define RET jr $31
#define TRAP break
#define CCALL(sym) LA($25, sym); jalr $25
#define CCALLR(r) move $25, r; jalr $25
#define STORE_FENCE sync
#define FIXED
#define START_FIXED
#define ALIGNSP li $3, -16; and $29, $29, $3

/* The kernel (or the CPU) provides the thread pointer as hardware register 29. */
#define TLS_ADDR(t) .set push; .set noat; rdhwr t, $29; lui $1, %tprel_hi(oxigo_tls_g); op_add t, t, $1; .set pop
#define SETTLS_T(s, t) TLS_ADDR(t); op_st s, %tprel_lo(oxigo_tls_g)(t)
#define GETTLS_T(d, t) TLS_ADDR(t); op_ld d, %tprel_lo(oxigo_tls_g)(t)

#define SAVE_C(base) SC_MOVES(op_st, sdc1, base)
#define RESTORE_C(base) SC_MOVES(op_ld, ldc1, base)
