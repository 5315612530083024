/* PVH entry of qemu's q35, 386: flat segments, SSE; port access. Boot code of the harness only: no interrupts. */
    .section .note.xen,"a",@note
    .p2align 2
    .long 4,4,18                  /* XEN_ELFNOTE_PHYS32_ENTRY */
    .asciz "Xen"
    .long _start

    .section .text.boot,"ax",@progbits
    .globl _start
_start:                           /* PVH: flat 32-bit protected mode, ebx = hvm_start_info */
    cli
    cld
    movl %cr4,%eax
    orl $0x600,%eax               /* OSFXSR | OSXMMEXCPT */
    movl %eax,%cr4
    movl $0x33,%eax               /* PE|MP|ET|NE */
    movl %eax,%cr0
    lgdt gdtr
    ljmp $8,$1f
1:  movl $16,%eax
    movl %eax,%ds
    movl %eax,%es
    movl %eax,%ss
    movl %eax,%fs
    movl %eax,%gs
    movl $boot_stack_top,%esp
    fninit
    xorl %ebp,%ebp
    pushl $0
    pushl $0
    pushl $0
    pushl %ebx
    call bare_main
    ud2
    .p2align 3
gdt: .quad 0,0x00cf9a000000ffff,0x00cf92000000ffff
gdtr: .word 23
    .long gdt


    .text
    .globl inb, outb, outw, outl
inb: movl 4(%esp),%edx
    xorl %eax,%eax
    inb %dx,%al
    ret
outb: movl 4(%esp),%edx
    movl 8(%esp),%eax
    outb %al,%dx
    ret
outw: movl 4(%esp),%edx
    movl 8(%esp),%eax
    outw %ax,%dx
    ret
outl: movl 4(%esp),%edx
    movl 8(%esp),%eax
    outl %eax,%dx
    ret
    .bss
    .p2align 12
boot_stack: .skip 65536
boot_stack_top:
