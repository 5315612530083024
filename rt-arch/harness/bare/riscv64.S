/* Entry on qemu's virt without firmware, riscv64: machine mode, one hart, floats on. Boot code of the harness only: no interrupts. */
    .section .text.boot, "ax", @progbits
    .globl _start
_start:
    bnez a0, park
    .option push
    .option norelax
    lla gp, __global_pointer$
    .option pop
    lla sp, boot_stack_top
    lla tp, oxigo_tls_g
    li t0, 0x2000                       /* mstatus.FS = initial */
    csrs mstatus, t0
    call bare_main
park:
    wfi
    j park
    .bss
    .p2align 4
    .skip 65536
boot_stack_top:
