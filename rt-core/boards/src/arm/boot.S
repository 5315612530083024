/* qemu's virt, arm: system mode, one core. Exceptions and the clock come to `trap`. */
    .syntax unified
    .arm
    .section .text.boot, "ax", %progbits
    .globl _start
_start:
    cpsid if, #0x13                     /* the modes of exceptions find the frame in SP, but this one a stack */
    ldr sp, =trap_stack_top
    ldr r0, =frame
    cps #0x12
    mov sp, r0
    cps #0x17
    mov sp, r0
    cps #0x1b
    mov sp, r0
    cps #0x1f
    ldr sp, =boot_stack_top
    ldr r4, =vectors
    mcr p15, 0, r4, c12, c0, 0          /* VBAR */
    mrc p15, 0, r4, c1, c0, 2           /* CPACR: floats */
    orr r4, r4, #0xf00000
    mcr p15, 0, r4, c1, c0, 2
    isb
    mov r4, #0x40000000
    vmsr fpexc, r4

    /* Addresses are memory's own, by 1 MiB: nothing where pointers are nil (the flash), devices up to 1 GiB, then memory of any
       access, cached. */
    ldr r4, =table
    mov r5, #64
    ldr r6, =0xc16                      /* device, not executable */
1:  orr r7, r6, r5, lsl #20
    str r7, [r4, r5, lsl #2]
    add r5, r5, #1
    cmp r5, #1024
    bne 1b
    ldr r6, =0x1c0e                     /* write-back */
1:  orr r7, r6, r5, lsl #20
    str r7, [r4, r5, lsl #2]
    add r5, r5, #1
    cmp r5, #4096
    bne 1b
    mov r5, #0
    mcr p15, 0, r5, c2, c0, 2           /* TTBCR: one table */
    mcr p15, 0, r4, c2, c0, 0
    mov r5, #1
    mcr p15, 0, r5, c3, c0, 0           /* DACR: as the table says */
    mov r5, #0
    mcr p15, 0, r5, c8, c7, 0           /* nothing is remembered */
    mcr p15, 0, r5, c13, c0, 3          /* no thread's base */
    dsb
    isb
    mrc p15, 0, r5, c1, c0, 0
    ldr r6, =0x1805                     /* SCTLR: MMU, caches, branches */
    orr r5, r5, r6
    bic r5, r5, #2                      /* any alignment */
    mcr p15, 0, r5, c1, c0, 0
    isb
    mov fp, #0
    mov lr, #0
    mov r0, #0x40000000                 /* the device tree, at memory's begin */
    bl oxigo_board_start
    udf #0
    .ltorg

    .equ SP_LR, 52
    .equ PC, 60
    .equ STATE, 64
    .equ WHICH, 68
    .equ WHY, 72
    .equ ADDRESS, 76
    .equ FPRS, 80
    .equ STATUS, 208
    .equ BUSY, 212
    .equ FIRST, 216

    .p2align 5
vectors:
    b .
    b undefined
    b call
    b prefetch
    b data
    b .
    b interrupt
    b .

/* How far the link register is behind the instruction, the place in the table. */
    .macro entry behind, which
    sub lr, lr, #\behind
    str r0, [sp, #FIRST]
    ldr r0, [sp, #BUSY]
    cmp r0, #0
    bne nested
    ldr r0, [sp, #FIRST]
    stmia sp, {r0-r12}
    str lr, [sp, #PC]
    mov r1, #\which
    .endm
undefined:
    entry 4, 1
    b trap
prefetch:
    entry 4, 3
    mrc p15, 0, r2, c5, c0, 1
    mrc p15, 0, r3, c6, c0, 2
    b trap
data:
    entry 8, 4
    mrc p15, 0, r2, c5, c0, 0
    mrc p15, 0, r3, c6, c0, 0
    b trap
interrupt:
    entry 4, 6
trap:
    mov r0, sp
    str r1, [r0, #BUSY]
    str r1, [r0, #WHICH]
    str r2, [r0, #WHY]
    str r3, [r0, #ADDRESS]
    add r4, r0, #SP_LR
    stmia r4, {sp, lr}^
    mrs r4, spsr
    str r4, [r0, #STATE]
    add r4, r0, #FPRS
    vstmia r4, {d0-d15}
    vmrs r4, fpscr
    str r4, [r0, #STATUS]
    cps #0x13
    bl oxigo_board_trap
    ldr r0, =frame
    mov r1, #0
    str r1, [r0, #BUSY]
    ldr r4, [r0, #STATUS]
    vmsr fpscr, r4
    add r4, r0, #FPRS
    vldmia r4, {d0-d15}
    ldr r4, [r0, #STATE]
    msr spsr_cxsf, r4
    add r4, r0, #SP_LR
    ldmia r4, {sp, lr}^
    ldr lr, [r0, #PC]
    clrex
    ldmia r0, {r0-r12}
    movs pc, lr
call:
nested:
    cps #0x13
    ldr sp, =trap_stack_top
    bl oxigo_board_nested
    .ltorg

    .text
    .globl oxigo_board_semihosting
oxigo_board_semihosting:
    svc 0x123456
    bx lr

    .bss
    .p2align 14
table:
    .skip 16384
frame:
    .skip 224
    .p2align 4
    .skip 65536
trap_stack_top:
    .skip 65536
boot_stack_top:
