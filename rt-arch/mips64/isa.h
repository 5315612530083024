/* The vocabulary of rt-arch/generic, mips64 and mips64le (n64). The assembler fills delay slots and uses R1. */
#ifndef OXIGO_ISA_H
#define OXIGO_ISA_H

#define MINFRAME 8
#define FRAME_ALIGN 16
#define C_AREA 0
#define op_ld ld
#define op_st sd
#define op_ld32 lwu
#define op_add daddu
#define op_addi daddiu
#define op_sub dsubu
#define LA(d, sym) dla d, sym

#define SC_MOVES(op, fop, base) \
    op $31, 0(base); op $16, 8(base); op $17, 16(base); op $18, 24(base); op $19, 32(base); op $20, 40(base); \
    op $21, 48(base); op $22, 56(base); op $23, 64(base); op $30, 72(base); op $28, 80(base); \
    fop $f24, 88(base); fop $f25, 96(base); fop $f26, 104(base); fop $f27, 112(base); fop $f28, 120(base); \
    fop $f29, 128(base); fop $f30, 136(base); fop $f31, 144(base)
#define C_SAVE 152
#include "../include/mips.h"
#endif
