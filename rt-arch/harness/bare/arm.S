/* Entry on qemu's virt, arm: SVC mode, VFP on; semihosting. Boot code of the harness only: no interrupts. */
    .syntax unified
    .arm
    .section .text.boot, "ax", %progbits
    .globl _start
_start:
    cpsid if, #0x13
    ldr sp, =boot_stack_top
    mrc p15, 0, r4, c1, c0, 2           /* CPACR: cp10 and cp11 full */
    orr r4, r4, #0xf00000
    mcr p15, 0, r4, c1, c0, 2
    isb
    mov r4, #0x40000000
    vmsr fpexc, r4
    mov fp, #0
    bl bare_main
    udf #0
    .ltorg
    .text
    .globl semihost
semihost:
    push {r4, lr}
    svc 0x123456
    pop {r4, pc}
    .bss
    .p2align 4
    .skip 65536
boot_stack_top:
