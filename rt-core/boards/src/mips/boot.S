/* qemu's malta, mips and mips64, both byte orders: entered in the unmapped segment, with R6 the firmware's environment. The program is at
   addresses that one pair of pages of 256 MiB maps, nothing is mapped where pointers are nil. One core. Exceptions and the clock come to `trap`. */
#ifdef __mips64
# define W 8
# define ld_w ld
# define st_w sd
# define addi_w daddiu
# define mfc0_w dmfc0
# define mtc0_w dmtc0
# define STATUS 0x240000e0              /* floats of 64 bits in 32 registers, addresses of 64 bits */
# define UNMAPPED 0xffffffff80000000
# define FLOAT_STEP 1
#else
# define W 4
# define ld_w lw
# define st_w sw
# define addi_w addiu
# define mfc0_w mfc0
# define mtc0_w mtc0
# define STATUS 0x20000000              /* floats */
# define UNMAPPED 0x80000000
# define FLOAT_STEP 2
#endif
#define MAPPED 0x20000000               /* its lowest 29 bits are the places in memory, as qemu's loader takes them */
#define PAGES_OF_256M 0x1fffe000
#define FRAME(i) 32 * W + 32 * 8 + (i) * W
#define PC FRAME(0)
#define LOW FRAME(1)
#define HIGH FRAME(2)
#define CAUSE FRAME(3)
#define ADDRESS FRAME(4)
#define FCSR FRAME(5)
#define BUSY FRAME(6)

    .macro place r, symbol
    lui \r, %hi(\symbol)
    addiu \r, \r, %lo(\symbol)
    .endm
    .macro set register, value
    li $8, \value
    mtc0 $8, \register
    .endm

    .section .text.boot, "ax", @progbits
    .set noat
/* What qemu's firmware jumps to, before anything is mapped. */
    .globl _start
    .equ _start, begin + UNMAPPED - MAPPED
begin:
    set $12, STATUS
    set $6, 0                           /* no pages stay */
    set $0, 0                           /* the first entry */
    set $5, PAGES_OF_256M
    set $10, MAPPED
    set $2, 0x80000000 >> 6 | 0x1f      /* memory is whole there: cached, writable, valid, for all */
    set $3, 0x90000000 >> 6 | 0x1f
    ehb
    tlbwi
    ehb
    li $8, UNMAPPED                     /* pages that are not there, in both widths, and the others */
    place $9, vector
    lw $10, 0($9)
    lw $11, 4($9)
    lw $12, 8($9)
    .irp at, 0, 0x80, 0x180
    sw $10, \at($8)
    sw $11, \at + 4($8)
    sw $12, \at + 8($8)
    sw $0, \at + 12($8)
    .endr
    place $29, boot_stack_top - 32
    move $4, $6
    ctc1 $0, $31
    place $25, oxigo_board_start
    jr $25

    .set noreorder
vector:
    place $26, trap
    jr $26
    nop

    .set reorder
    .macro general op
    .irp n, 2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,28,29,30,31
    \op $\n, (\n * W)($26)
    .endr
    .endm
    .macro floats op
    .set n, 0
    .rept 32 / FLOAT_STEP
    float \op, %n
    .set n, n + FLOAT_STEP
    .endr
    .endm
    .altmacro
    .macro float op, n
    \op $f\n, (32 * W + 8 * \n)($26)
    .endm

/* While one is handled Status.EXL is set: another one comes here too, and leaves the exception's address as it was. */
trap:
    place $26, frame
    lw $27, BUSY($26)
    bnez $27, nested
    li $27, 1
    sw $27, BUSY($26)
    st_w $1, W($26)
    general st_w
    mfhi $8
    st_w $8, HIGH($26)
    mflo $8
    st_w $8, LOW($26)
    floats sdc1
    cfc1 $8, $31
    st_w $8, FCSR($26)
    mfc0 $8, $13
    st_w $8, CAUSE($26)
    mfc0_w $9, $8
    st_w $9, ADDRESS($26)
    mfc0_w $9, $14
    place $10, waits                    /* the interrupt has come, and before the wait: no other would end it */
    bne $9, $10, 1f
    addi_w $9, $9, 4
1:  st_w $9, PC($26)
    place $29, trap_stack_top - 32
    move $4, $26
    place $25, oxigo_board_trap
    jalr $25
    place $26, frame
    ld_w $8, HIGH($26)
    mthi $8
    ld_w $8, LOW($26)
    mtlo $8
    ld_w $8, FCSR($26)
    ctc1 $8, $31
    floats ldc1
    ld_w $8, PC($26)
    mtc0_w $8, $14
    ehb
    general ld_w
    ld_w $1, W($26)
    sw $0, BUSY($26)
    eret
nested:
    place $29, trap_stack_top - 32
    place $25, oxigo_board_nested
    jr $25

    .text
/* Interrupts, and a wait for one. */
    .globl oxigo_board_wait
oxigo_board_wait:
    ei
waits:
    wait
    jr $31

    .globl oxigo_board_hold
oxigo_board_hold:
    di
    ehb
    jr $31

/* The clock's, from here on. */
    .globl oxigo_board_let_in
oxigo_board_let_in:
    mfc0 $8, $12
    ori $8, $8, 0x8001
    mtc0 $8, $12
    ehb
    jr $31

    .globl oxigo_board_count
oxigo_board_count:
    mfc0 $2, $9
    jr $31

/* (count): the clock interrupts then. */
    .globl oxigo_board_alarm
oxigo_board_alarm:
    mtc0 $4, $11
    ehb
    jr $31

/* (operation, three arguments): the semihost's. */
    .globl oxigo_board_host
oxigo_board_host:
    move $25, $4
    move $4, $5
    move $5, $6
    move $6, $7
    sdbbp 1
    jr $31

    .bss
    .p2align 4
frame:
    .skip FRAME(7)
    .p2align 4
    .skip 65536
trap_stack_top:
    .skip 65536
boot_stack_top:
