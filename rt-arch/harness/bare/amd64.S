/* PVH entry of qemu's q35, amd64: identity map of 4 GiB, long mode, SSE; port access. Boot code of the harness only: no interrupts. */
    .section .note.xen,"a",@note
    .p2align 2
    .long 4,8,18                  /* XEN_ELFNOTE_PHYS32_ENTRY */
    .asciz "Xen"
    .quad _start

    .section .text.boot,"ax",@progbits
    .code32
    .globl _start
_start:                           /* PVH: 32-bit protected mode, paging off, ebx = hvm_start_info */
    cli
    cld
    movl $boot_pd,%edi            /* identity map 0..4 GiB with 2 MiB pages */
    movl $0x83,%eax
    movl $2048,%ecx
1:  movl %eax,(%edi)
    movl $0,4(%edi)
    addl $0x200000,%eax
    addl $8,%edi
    decl %ecx
    jnz 1b
    movl $boot_pdpt,%edi
    movl $boot_pd+3,%eax
    movl $4,%ecx
1:  movl %eax,(%edi)
    movl $0,4(%edi)
    addl $4096,%eax
    addl $8,%edi
    decl %ecx
    jnz 1b
    movl $boot_pdpt+3,boot_pml4
    movl $boot_pml4,%eax
    movl %eax,%cr3
    movl $0x620,%eax              /* PAE | OSFXSR | OSXMMEXCPT */
    movl %eax,%cr4
    movl $0xc0000080,%ecx
    rdmsr
    orl $0x100,%eax               /* EFER.LME */
    wrmsr
    movl $0x80000033,%eax         /* PG|NE|ET|MP|PE, EM=TS=0 */
    movl %eax,%cr0
    lgdt gdtr
    ljmp $8,$1f
    .code64
1:  movl $16,%eax
    movl %eax,%ds
    movl %eax,%es
    movl %eax,%ss
    xorl %eax,%eax
    movl %eax,%fs
    movl %eax,%gs
    leaq boot_stack_top(%rip),%rsp
    fninit
    movl %ebx,%edi
    xorl %esi,%esi
    xorl %edx,%edx
    xorl %ecx,%ecx
    xorl %ebp,%ebp
    call bare_main
    ud2
    .p2align 3
gdt: .quad 0,0x00af9a000000ffff,0x00cf92000000ffff
gdtr: .word 23
    .long gdt, 0


    .text
    .globl inb, outb, outw, outl
inb: movl %edi,%edx
    xorl %eax,%eax
    inb %dx,%al
    ret
outb: movl %edi,%edx
    movl %esi,%eax
    outb %al,%dx
    ret
outw: movl %edi,%edx
    movl %esi,%eax
    outw %ax,%dx
    ret
outl: movl %edi,%edx
    movl %esi,%eax
    outl %eax,%dx
    ret
    .bss
    .p2align 12
boot_pml4: .skip 4096
boot_pdpt: .skip 4096
boot_pd: .skip 16384
boot_stack: .skip 65536
boot_stack_top:
