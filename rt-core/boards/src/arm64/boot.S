/* qemu's virt, arm64: EL1, one core. Exceptions and the clock come to `trap`. */
    .equ STACKS, 2
    .section .text.boot, "ax", %progbits
    .globl _start
_start:
    msr daifset, #15
    msr spsel, #1
    adrp x9, oxigo_board_stacks + 0x20000
    mov sp, x9
    mov x9, #(3 << 20)                  /* CPACR.FPEN: floats */
    msr cpacr_el1, x9
    adrp x9, vectors
    add x9, x9, :lo12:vectors
    msr vbar_el1, x9

    /* Addresses are memory's own: nothing where pointers are nil (the flash), devices up to 1 GiB in blocks of 2 MiB, then
       memory of any access, cached, in blocks of 1 GiB. */
    adrp x9, devices
    add x9, x9, :lo12:devices
    mov x11, #64
1:  lsl x10, x11, #21
    orr x10, x10, #0x400                /* block, accessed, attribute 0 */
    orr x10, x10, #1
    movk x10, #0x60, lsl #48            /* not executable */
    str x10, [x9, x11, lsl #3]
    add x11, x11, #1
    cmp x11, #512
    b.ne 1b
    orr x10, x9, #3
    adrp x9, table
    add x9, x9, :lo12:table
    str x10, [x9]
    mov x11, #1
1:  lsl x10, x11, #30
    orr x10, x10, #0x700                /* block, accessed, inner shareable, attribute 1 */
    add x10, x10, #5
    str x10, [x9, x11, lsl #3]
    add x11, x11, #1
    cmp x11, #512
    b.ne 1b
    /* The first of them in blocks of 2 MiB, and the two that the stacks are in in pages of 4 KiB, without the stacks' guards. */
    adrp x12, blocks
    orr x10, x12, #3
    str x10, [x9, #8]
    mov x11, #0
1:  lsl x10, x11, #21
    orr x10, x10, #0x40000000
    orr x10, x10, #0x700                /* as above */
    add x10, x10, #5
    str x10, [x12, x11, lsl #3]
    add x11, x11, #1
    cmp x11, #512
    b.ne 1b
    adrp x14, oxigo_board_stacks
    lsr x13, x14, #21
    sub x11, x13, #512
    add x12, x12, x11, lsl #3
    adrp x15, pages
    orr x10, x15, #3
    add x11, x10, #4096
    stp x10, x11, [x12]
    lsl x13, x13, #21
    mov x11, #0
1:  add x10, x13, x11, lsl #12
    orr x10, x10, #0x700
    add x10, x10, #7                    /* a page */
    str x10, [x15, x11, lsl #3]
    add x11, x11, #1
    cmp x11, #1024
    b.ne 1b
    sub x14, x14, x13
    add x15, x15, x14, lsr #9           /* the first guard's entry; the next ones follow 16 pages apart */
    mov x11, #STACKS
1:  str xzr, [x15], #128
    subs x11, x11, #1
    b.ne 1b
    msr ttbr0_el1, x9
    mov x10, #0xff00                    /* attribute 0: devices, 1: write-back */
    msr mair_el1, x10
    ldr x10, =0x200803519               /* TCR: 39 bits, 4 KiB, write-back, inner shareable, no TTBR1, 40 bits out */
    msr tcr_el1, x10
    dsb sy
    isb
    mrs x10, sctlr_el1
    ldr x11, =0x1005                    /* SCTLR: MMU, caches */
    orr x10, x10, x11
    bic x10, x10, #2                    /* any alignment */
    msr sctlr_el1, x10
    isb
    mov x29, #0
    mov x30, #0
    mov x0, #0x40000000                 /* the device tree, at memory's begin */
    bl oxigo_board_start
    brk #1

    .equ PC, 248
    .equ STATE, 256
    .equ WHY, 264
    .equ VALUE, 272
    .equ OLD_SP, 280
    .equ FPRS, 288
    .equ FPSR, 800
    .equ FRAME, 816

/* Interrupted code runs on the same stack pointer register: the frame has a place of its own, and a flag for faults within. */
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
    adrp x0, frame
    add x0, x0, :lo12:frame
    ldr x1, [x0, #FRAME]
    cbnz x1, nested
    str x0, [x0, #FRAME]
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
    adrp x2, oxigo_board_stacks + 0x10000
    mov sp, x2
    bl oxigo_board_trap
    adrp x0, frame
    add x0, x0, :lo12:frame
    str xzr, [x0, #FRAME]
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
    adrp x2, oxigo_board_stacks + 0x10000
    mov sp, x2
    mrs x0, far_el1
    bl oxigo_board_nested

    .text
    .globl oxigo_board_semihosting
oxigo_board_semihosting:
    hlt #0xf000
    ret

    .bss
    .p2align 12
table:
    .skip 4096
devices:
    .skip 4096
blocks:
    .skip 4096
pages:
    .skip 8192
    .globl oxigo_board_stacks, oxigo_board_stacks_end
oxigo_board_stacks:                     /* see guards.rs */
    .skip STACKS * 0x10000
oxigo_board_stacks_end:
frame:
    .skip 832
