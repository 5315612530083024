/* qemu's pseries, ppc64 and ppc64le: the image is its firmware, raw bytes at 0, entered at 0x100 in real mode and big-endian with the
   device tree in R3. One core. Exceptions and the clock come to `trap`, in real mode. */
    .abiversion 2
    .equ H_REGISTER_PROC_TBL, 0x37c
    .equ H_SET_MODE, 0x31c
    .equ PIDR, 48
    .equ FLOATS, 0x02802000             /* of MSR: vectors of both kinds, floats */
    .equ UNMAPPED, 0x10000              /* nothing where pointers are nil: this file is there, and needs no addresses */

    .macro place r, symbol
    lis \r, \symbol@h
    ori \r, \r, \symbol@l
    .endm
/* Tables are big-endian. */
    .macro entry value, at
#ifdef __LITTLE_ENDIAN__
    stdbrx \value, 0, \at
#else
    std \value, 0(\at)
#endif
    .endm

    .section .text.boot, "ax", @progbits
    .skip 0x100
    .globl _start
_start:
#ifdef __LITTLE_ENDIAN__
    .byte 0x39, 0x40, 0x01, 0x40        /* li 10, 0x140, and so on: what is big-endian */
    .byte 0x7d, 0x60, 0x00, 0xa6        /* mfmsr 11 */
    .byte 0x61, 0x6b, 0x00, 0x01        /* ori 11, 11, 1 */
    .byte 0x7d, 0x5a, 0x03, 0xa6        /* mtsrr0 10 */
    .byte 0x7d, 0x7b, 0x03, 0xa6        /* mtsrr1 11 */
    .byte 0x4c, 0x00, 0x00, 0x24        /* rfid */
#else
    b 1f
#endif
    .org 0x140
1:  mr 31, 3
    b begin

    .irp v, 0x200,0x300,0x380,0x400,0x480,0x500,0x600,0x700,0x800,0x900,0xa00,0xb00,0xc00,0xd00,0xe00,0xf00,0xf20,0xf40,0xf60
    .org \v
    mtsprg 1, 3
    li 3, \v
    b trap
    .endr

    .org 0x1000
begin:
    mfmsr 11
    lis 12, FLOATS@h
    ori 12, 12, FLOATS@l
    or 11, 11, 12
    mtmsrd 11
    isync
    place 2, .TOC.
    place 1, boot_stack_top
    li 0, 0
    stdu 0, -112(1)

    /* Addresses are memory's own, in pages of 1 GiB, the first of them in pages of 2 MiB, the first of those of 4 KiB. */
    li 8, -1
    rldicr 8, 8, 0, 1                   /* valid, leaf */
    ori 8, 8, 0x18f                     /* seen, changed, all is allowed */
    li 9, 1
    sldi 9, 9, 63                       /* valid */
    place 4, root
    place 5, oxigo_board_gigabytes
    or 6, 5, 9
    ori 6, 6, 9
    entry 6, 4
    place 7, oxigo_board_megabytes
    or 6, 7, 9
    ori 6, 6, 9
    entry 6, 5
    place 10, pages
    or 6, 10, 9
    ori 6, 6, 9
    entry 6, 7
    li 3, 511
    mtctr 3
    li 3, 1
1:  addi 5, 5, 8
    addi 7, 7, 8
    sldi 6, 3, 30
    or 6, 6, 8
    entry 6, 5
    sldi 6, 3, 21
    or 6, 6, 8
    entry 6, 7
    addi 3, 3, 1
    bdnz 1b
    addi 10, 10, UNMAPPED / 4096 * 8
    li 3, 512 - UNMAPPED / 4096
    mtctr 3
    li 3, UNMAPPED / 4096
1:  sldi 6, 3, 12
    or 6, 6, 8
    entry 6, 10
    addi 10, 10, 8
    addi 3, 3, 1
    bdnz 1b
    li 6, 2
    sldi 6, 6, 61
    or 6, 6, 4
    ori 6, 6, 5 << 5 | 13               /* 52 bits, of which the root has 13 */
    place 5, processes
    entry 6, 5
    li 3, 0
    mtspr PIDR, 3
    li 3, H_REGISTER_PROC_TBL
    li 4, 0x1c                          /* a new one, of trees */
    li 6, 0
    li 7, 0
    sc 1
#ifdef __LITTLE_ENDIAN__
    li 3, H_SET_MODE
    li 4, 1
    li 5, 4                             /* exceptions are little-endian */
    li 6, 0
    li 7, 0
    sc 1
#endif
    mfmsr 11
    ori 11, 11, 0x30                    /* with addresses, of 64 bits: qemu's begin has 32 */
    li 12, 1
    sldi 12, 12, 63
    or 11, 11, 12
    mtsrr1 11
    place 10, 1f
    mtsrr0 10
    rfid
    .equ PC, 256
    .equ MSR, 264
    .equ LR, 272
    .equ CTR, 280
    .equ CR, 288
    .equ XER, 296
    .equ VECTOR, 304
    .equ ADDRESS, 312
    .equ FPSCR, 320
    .equ BUSY, 328
    .equ FIRST, 336
    .equ VECTORS, 352

    .macro general op, from, to
    .set n, \from
    .rept \to - \from + 1
    \op n, (8 * n)(4)
    .set n, n + 1
    .endr
    .endm
    .macro vectors op
    .set n, 0
    .rept 64
    li 5, VECTORS + 16 * n
    \op n, 4, 5
    .set n, n + 1
    .endr
    .endm

/* R3: the vector; its own value is in SPRG1. */
trap:
    mtsprg 2, 4
    mfcr 4
    mtsprg 3, 4
    place 4, frame
    std 5, FIRST(4)
    ld 5, BUSY(4)
    cmpdi 5, 0
    bne nested
    ld 5, FIRST(4)
    general std, 0, 2
    general std, 5, 31
    std 3, VECTOR(4)
    std 3, BUSY(4)
    mfsprg 5, 1
    std 5, 24(4)
    mfsprg 5, 2
    std 5, 32(4)
    mfsprg 5, 3
    std 5, CR(4)
    mfsrr0 5
    std 5, PC(4)
    mfsrr1 5
    std 5, MSR(4)
    mflr 5
    std 5, LR(4)
    mfctr 5
    std 5, CTR(4)
    mfxer 5
    std 5, XER(4)
    mfdar 5
    std 5, ADDRESS(4)
    mfmsr 5                             /* an exception turns floats off */
    oris 5, 5, FLOATS@h
    ori 5, 5, FLOATS@l
    mtmsrd 5
    isync
    vectors stxvd2x
    mffs 0
    stfd 0, FPSCR(4)
    place 2, .TOC.
    place 1, trap_stack_top
    li 0, 0
    stdu 0, -112(1)
    mr 3, 4
    bl oxigo_board_trap
    nop
    place 4, frame
    li 5, 0
    std 5, BUSY(4)
    lfd 0, FPSCR(4)
    mtfsf 255, 0
    vectors lxvd2x
    ld 5, PC(4)
    mtsrr0 5
    ld 5, MSR(4)
    mtsrr1 5
    ld 5, LR(4)
    mtlr 5
    ld 5, CTR(4)
    mtctr 5
    ld 5, XER(4)
    mtxer 5
    ld 5, CR(4)
    mtcr 5
    addi 5, 4, FIRST
    ldarx 6, 0, 5                       /* who was between such a load and its store tries again */
    stdcx. 6, 0, 5
    ld 5, CR(4)
    mtcr 5
    general ld, 0, 3
    general ld, 5, 31
    ld 4, 32(4)
    rfid
nested:
    place 2, .TOC.
    place 1, trap_stack_top
    li 0, 0
    stdu 0, -112(1)
    bl oxigo_board_nested
    nop
    .org UNMAPPED

    .skip 4096                          /* what the program is told (`list::FLAT_LINE`) */
1:  mr 3, 31
    bl oxigo_board_start
    nop
    trap

/* (call, a, b, c, d, results): the hypervisor's, and three words that it gives. */
    .text
    .globl oxigo_board_call
oxigo_board_call:
    std 8, -8(1)
    sc 1
    ld 8, -8(1)
    std 4, 0(8)
    std 5, 8(8)
    std 6, 16(8)
    blr

    .globl oxigo_board_random
oxigo_board_random:
    .long 0x7c6105e6                    /* darn 3, 1 */
    blr

    .bss
    .p2align 16
root:
    .skip 65536
    .globl oxigo_board_gigabytes
oxigo_board_gigabytes:
    .skip 4096
    .globl oxigo_board_megabytes
oxigo_board_megabytes:
    .skip 4096
pages:
    .skip 4096
processes:
    .skip 4096
frame:
    .skip 1376
    .p2align 4
    .skip 65536
trap_stack_top:
    .skip 65536
boot_stack_top:
