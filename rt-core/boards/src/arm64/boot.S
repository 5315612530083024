/* qemu's virt, arm64: EL1. Exceptions and the clock come to `trap`. */
    .equ STACKS, 2 * CORES
    .equ BLOCK, 1024                    /* a core's own: tpidr_el0 leads there */
    .equ TRAP_STACK, 8                  /* behind g */
    .equ FRAME, 16
    .section .text.boot, "ax", %progbits
    .globl _start
_start:
    mov x0, #0
    adr x1, 1f
    b begin
1:  /* Addresses are memory's own: nothing where pointers are nil (the flash), devices up to 1 GiB in blocks of 2 MiB, then
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
    adr x1, 1f
    b translate
1:  mov x0, #0x40000000                 /* the device tree, at memory's begin */
    bl oxigo_board_start
    brk #1

/* Another core, which has been switched on: x0 is its number. */
    .globl oxigo_board_other
oxigo_board_other:
    adr x1, 1f
    b begin
1:  adr x1, 1f
    b translate
1:  bl oxigo_board_core
    brk #1

/* Stack, block, floats and vectors of core x0; goes on at x1. */
begin:
    msr daifset, #15
    msr spsel, #1
    adrp x9, cores
    mov x10, #BLOCK
    madd x9, x10, x0, x9
    msr tpidr_el0, x9
    adrp x10, oxigo_board_stacks + 0x10000
    add x10, x10, x0, lsl #17
    str x10, [x9, #TRAP_STACK]
    add x10, x10, #0x10, lsl #12
    mov sp, x10
    mov x9, #(3 << 20)                  /* CPACR.FPEN: floats */
    msr cpacr_el1, x9
    adrp x9, vectors
    add x9, x9, :lo12:vectors
    msr vbar_el1, x9
    isb
    mov x29, #0
    mov x30, #0
    br x1

/* Addresses by the table, from here on; goes on at x1. */
translate:
    adrp x9, table
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
    br x1

#include "trap.S"

/* The firmware's interface for cores: function x0 with three arguments. */
    .text
    .globl oxigo_board_psci_hvc, oxigo_board_psci_smc
oxigo_board_psci_hvc:
    hvc #0
    ret
oxigo_board_psci_smc:
    smc #0
    ret
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
cores:
    .skip CORES * BLOCK
    .p2align 12
    .globl oxigo_board_stacks, oxigo_board_stacks_end
oxigo_board_stacks:                     /* see guards.rs */
    .skip STACKS * 0x10000
oxigo_board_stacks_end:
