/* The vocabulary of rt-arch/generic, mips and mipsle (o32). The assembler fills delay slots and uses R1. A C callee
 * may write its home area, 16 bytes above its caller's SP. */
#ifndef OXIGO_ISA_H
#define OXIGO_ISA_H

#define MINFRAME 4
#define FRAME_ALIGN 8
#define C_AREA 16
#define op_ld lw
#define op_st sw
#define op_ld32 lw
#define op_add addu
#define op_addi addiu
#define op_sub subu
#define LA(d, sym) lui d, %hi(sym); addiu d, d, %lo(sym)

#define SC_MOVES(op, fop, base) \
    op $31, 0(base); op $16, 4(base); op $17, 8(base); op $18, 12(base); op $19, 16(base); op $20, 20(base); \
    op $21, 24(base); op $22, 28(base); op $23, 32(base); op $30, 36(base); op $28, 40(base); \
    fop $f20, 48(base); fop $f22, 56(base); fop $f24, 64(base); fop $f26, 72(base); fop $f28, 80(base); \
    fop $f30, 88(base)
#define C_SAVE 96
#include "../include/mips.h"
#endif
