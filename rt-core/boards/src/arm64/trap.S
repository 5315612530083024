/* Exceptions and interrupts, arm64. */
    .equ PC, 248
    .equ STATE, 256
    .equ WHY, 264
    .equ VALUE, 272
    .equ OLD_SP, 280
    .equ FPRS, 288
    .equ FPSR, 800
    .equ BUSY, 816

/* Interrupted code runs on the same stack pointer register: the frame has a place of its own in the core's block, and a flag for faults within. */
    .macro entry why
    .p2align 7
    msr tpidr_el1, x0
    mov x0, #\why
    b trap
    .endm

    .p2align 11
vectors:
    entry 2                             /* with SP0: not used */
    entry 2
    entry 2
    entry 2
    entry 0                             /* exception */
    entry 1                             /* interrupt */
    entry 2
    entry 2
    .rept 8
    entry 2
    .endr

    .macro pairs op
    \op x2, x3, [x0, #16]
    \op x4, x5, [x0, #32]
    \op x6, x7, [x0, #48]
    \op x8, x9, [x0, #64]
    \op x10, x11, [x0, #80]
    \op x12, x13, [x0, #96]
    \op x14, x15, [x0, #112]
    \op x16, x17, [x0, #128]
    \op x18, x19, [x0, #144]
    \op x20, x21, [x0, #160]
    \op x22, x23, [x0, #176]
    \op x24, x25, [x0, #192]
    \op x26, x27, [x0, #208]
    \op x28, x29, [x0, #224]
    .endm
    .macro floats op
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    \op q\n, [x0, #(FPRS + 16 * \n)]
    .endr
    .endm

    .p2align 2
trap:
    msr contextidr_el1, x0              /* why; nothing else uses this register */
    msr tpidrro_el0, x1
    mrs x0, tpidr_el0
    add x0, x0, #FRAME
    ldr x1, [x0, #BUSY]
    cbnz x1, nested
    str x0, [x0, #BUSY]
    pairs stp
    mrs x2, tpidr_el1
    mrs x3, tpidrro_el0
    stp x2, x3, [x0]
    str x30, [x0, #240]
    mov x2, sp
    str x2, [x0, #OLD_SP]
    mrs x2, elr_el1
    mrs x3, spsr_el1
    stp x2, x3, [x0, #PC]
    mrs x2, contextidr_el1
    cmp w2, #1                          /* an interrupt: 0 */
    mrs x2, esr_el1
    csel x2, xzr, x2, eq
    str x2, [x0, #WHY]
    mrs x2, far_el1
    str x2, [x0, #VALUE]
    floats str
    mrs x2, fpsr
    mrs x3, fpcr
    str x2, [x0, #FPSR]
    str x3, [x0, #(FPSR + 8)]
    ldr x2, [x0, #(TRAP_STACK - FRAME)]
    mov sp, x2
    bl oxigo_board_trap
    mrs x0, tpidr_el0
    add x0, x0, #FRAME
    str xzr, [x0, #BUSY]
    ldr x2, [x0, #FPSR]
    ldr x3, [x0, #(FPSR + 8)]
    msr fpsr, x2
    msr fpcr, x3
    floats ldr
    ldp x2, x3, [x0, #PC]
    msr elr_el1, x2
    msr spsr_el1, x3
    ldr x2, [x0, #OLD_SP]
    mov sp, x2
    ldr x30, [x0, #240]
    pairs ldp
    ldp x0, x1, [x0]
    eret
nested:
    ldr x2, [x0, #(TRAP_STACK - FRAME)]
    mov sp, x2
    mrs x0, far_el1
    bl oxigo_board_nested
