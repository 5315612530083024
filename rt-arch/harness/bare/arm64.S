/* Entry on qemu's virt, arm64: EL1, floats on; semihosting. Boot code of the harness only: no interrupts. */
    .section .text.boot, "ax", %progbits
    .globl _start
_start:
    msr daifset, #15
    msr spsel, #1
    adrp x9, boot_stack_top
    add x9, x9, :lo12:boot_stack_top
    mov sp, x9
    mov x9, #(3 << 20)
    msr cpacr_el1, x9
    isb
    adrp x9, oxigo_tls_g
    add x9, x9, :lo12:oxigo_tls_g
    msr tpidr_el0, x9
    mov x29, #0
    mov x30, #0
    bl bare_main
    brk #1
    .text
    .globl semihost
semihost:
    hlt #0xf000
    ret
    .bss
    .p2align 4
    .skip 65536
boot_stack_top:
