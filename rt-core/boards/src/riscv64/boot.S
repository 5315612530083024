/* qemu's virt without firmware, riscv64: machine mode. All harts come here; those behind the first wait until they are sent an interrupt.
   Exceptions and the clock come to `trap`. */
    .equ BLOCK, 1024                    /* a hart's own: the thread pointer leads there */
    .equ TRAP_STACK, 8                  /* behind g */
    .equ FRAME, 16
    .equ CLINT, 0x2000000

    .section .text.boot, "ax", @progbits
    .globl _start
_start:
    li t0, CORES
    bgeu a0, t0, sleep
    .option push
    .option norelax
    lla gp, __global_pointer$
    .option pop
    lla tp, cores
    li t0, BLOCK
    mul t0, t0, a0
    add tp, tp, t0
    lla sp, oxigo_board_stacks + 0x10000
    slli t0, a0, 17
    add sp, sp, t0
    sd sp, TRAP_STACK(tp)
    li t0, 0x10000
    add sp, sp, t0
    li t0, 0x2000                       /* mstatus.FS: floats */
    csrs mstatus, t0
    lla t0, trap
    csrw mtvec, t0
    addi t0, tp, FRAME
    csrw mscratch, t0
    bnez a0, other
    mv a0, a1                           /* the device tree */
    call oxigo_board_start
other:
    li t0, 8                            /* mie.MSIE: it ends the wait without being taken */
    csrw mie, t0
    li t0, CLINT
    slli t1, a0, 2
    add t0, t0, t1
1:  wfi
    lw t1, (t0)
    beqz t1, 1b
    sw zero, (t0)
    fence iorw, iorw
    call oxigo_board_core
sleep:
    wfi
    j sleep

    .equ GPRS, 0
    .equ FPRS, 256
    .equ PC, 512
    .equ CAUSE, 520
    .equ VALUE, 528
    .equ FCSR, 536

    .macro general op
    .irp n, 1,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    \op x\n, (GPRS + 8 * \n)(sp)
    .endr
    .endm
    .macro floats op
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    \op f\n, (FPRS + 8 * \n)(sp)
    .endr
    .endm

/* mscratch is the address of the hart's frame; 0 while one is handled. */
    .p2align 2
trap:
    csrrw sp, mscratch, sp
    beqz sp, nested
    general sd
    csrrw t0, mscratch, zero
    sd t0, (GPRS + 16)(sp)
    floats fsd
    csrr t0, fcsr
    sd t0, FCSR(sp)
    csrr t0, mepc
    sd t0, PC(sp)
    csrr t0, mcause
    sd t0, CAUSE(sp)
    csrr t0, mtval
    sd t0, VALUE(sp)
    .option push
    .option norelax
    lla gp, __global_pointer$
    .option pop
    mv a0, sp
    ld sp, TRAP_STACK(tp)
    call oxigo_board_trap
    addi sp, tp, FRAME
    ld t0, PC(sp)
    csrw mepc, t0
    ld t0, FCSR(sp)
    csrw fcsr, t0
    floats fld
    csrw mscratch, sp
    general ld
    ld sp, (GPRS + 16)(sp)
    mret
nested:
    csrr a0, mtval
    ld sp, TRAP_STACK(tp)
    call oxigo_board_nested

    .bss
    .p2align 4
cores:
    .skip CORES * BLOCK
    .p2align 12
    .globl oxigo_board_stacks, oxigo_board_stacks_end
oxigo_board_stacks:                     /* see guards.rs */
    .skip CORES * 0x20000
oxigo_board_stacks_end:
