/* qemu's s390-ccw-virtio, s390x: z/Architecture with 64 bits, one core, entered where Linux is, so that it gets its command line.
   Exceptions and the clock come to `trap`, without translation of addresses. */
    .equ SAVED, 0x400                   /* real memory that nothing else uses: the frame */
    .equ PSW, SAVED + 128
    .equ FPRS, SAVED + 144
    .equ FPC, SAVED + 272
    .equ CODE, SAVED + 280
    .equ ADDRESS, SAVED + 288
    .equ BUSY, SAVED + 296
    .equ MEBIBYTES, 512                 /* of memory that the program can use */
    .equ EXTERNAL_OLD, 0x130
    .equ PROGRAM_OLD, 0x150
    .equ EXTERNAL_NEW, 0x1b0
    .equ PROGRAM_NEW, 0x1d0

    .section .text.boot, "ax", @progbits
    .globl _start
_start:
    j begin
    .org 0x430
    .quad 4096                          /* how long the line may be */
    .org 0x480
    .globl oxigo_board_line
oxigo_board_line:
    .skip 4096

    .p2align 3
control0:
    .quad 0x40000 | 0x800 | 0xe0        /* all float registers; the clock; as it begins */
on: .quad 0x0400000180000000, started
external:
    .quad 0x0000000180000000, trap_external
program:
    .quad 0x0000000180000000, trap_program
waiting:
    .quad 0x0502000180000000, woken
off:
    .quad 0x0002000180000000, 0xfff     /* where qemu takes it for the end */

begin:
    /* Addresses are memory's own, by 4 KiB, as far as there are tables: nothing where pointers are nil. (Larger pages are not on every
       processor.) */
    larl %r1, segments
    larl %r2, pages
    lghi %r3, 0
1:  sllg %r5, %r3, 3
    lghi %r4, 0x20                      /* no such segment */
    cghi %r3, MEBIBYTES
    jnl 2f
    sllg %r4, %r3, 11
    agr %r4, %r2
2:  stg %r4, 0(%r5, %r1)
    aghi %r3, 1
    cghi %r3, 2048
    jl 1b
    lghi %r3, 0
    lghi %r6, MEBIBYTES
    sllg %r6, %r6, 8
1:  sllg %r4, %r3, 12
    cghi %r3, 16
    jnl 2f
    oill %r4, 0x400                     /* no such page */
2:  sllg %r5, %r3, 3
    stg %r4, 0(%r5, %r2)
    aghi %r3, 1
    cgrjl %r3, %r6, 1b
    oill %r1, 3                         /* a table of segments, whole */
    larl %r2, space
    stg %r1, 0(%r2)
    lctlg %c1, %c1, 0(%r2)
    larl %r1, control0
    lctlg %c0, %c0, 0(%r1)
    larl %r1, external
    mvc EXTERNAL_NEW(16, %r0), 0(%r1)
    larl %r1, program
    mvc PROGRAM_NEW(16, %r0), 0(%r1)
    mvi BUSY(%r0), 0
    larl %r15, boot_stack_top
    aghi %r15, -160
    xc 0(8, %r15), 0(%r15)
    larl %r1, on
    lpswe 0(%r1)
started:
    lghi %r2, 0
    brasl %r14, oxigo_board_start
    j .

    .macro floats op
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
    \op %f\n, (FPRS + 8 * \n)(%r0)
    .endr
    .endm

trap_external:
    tm BUSY(%r0), 1
    jnz nested
    mvi BUSY(%r0), 1
    stmg %r0, %r15, SAVED(%r0)
    mvc PSW(16, %r0), EXTERNAL_OLD(%r0)
    ni PSW + 1(%r0), 0xfd               /* who waited goes on */
    llgh %r1, 0x86(%r0)
    oilh %r1, 1                         /* not a fault */
    j trap
trap_program:
    tm BUSY(%r0), 1
    jnz nested
    mvi BUSY(%r0), 1
    stmg %r0, %r15, SAVED(%r0)
    mvc PSW(16, %r0), PROGRAM_OLD(%r0)
    llgh %r1, 0x8e(%r0)
trap:
    stg %r1, CODE(%r0)
    mvc ADDRESS(8, %r0), 0xa8(%r0)
    floats std
    stfpc FPC(%r0)
    larl %r15, trap_stack_top
    aghi %r15, -160
    xc 0(8, %r15), 0(%r15)
    lghi %r2, SAVED
    brasl %r14, oxigo_board_trap
    lfpc FPC(%r0)
    floats ld
    lmg %r0, %r15, SAVED(%r0)
    mvi BUSY(%r0), 0
    lpswe PSW(%r0)
nested:
    larl %r15, trap_stack_top
    aghi %r15, -160
    xc 0(8, %r15), 0(%r15)
    brasl %r14, oxigo_board_nested

    .text
/* (command, block): asks the service processor. */
    .globl oxigo_board_service
oxigo_board_service:
    lgr %r0, %r2
1:  lgr %r2, %r0
    .insn rre, 0xb2200000, %r2, %r3
    ipm %r2
    srl %r2, 28
    chi %r2, 2
    je 1b                               /* it is busy */
    br %r14

/* Waits for an interrupt, which is let in. */
    .globl oxigo_board_wait
oxigo_board_wait:
    larl %r1, waiting
    lpswe 0(%r1)
woken:
    br %r14

    .globl oxigo_board_off
oxigo_board_off:
    larl %r1, off
    lpswe 0(%r1)

    .bss
    .p2align 14
segments:
    .skip 16384
pages:
    .skip MEBIBYTES * 2048
space:
    .skip 16
    .p2align 4
    .skip 65536
trap_stack_top:
    .skip 65536
boot_stack_top:
