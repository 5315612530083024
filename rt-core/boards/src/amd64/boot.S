/* qemu's q35, amd64, by the PVH entry: long mode, one core. Exceptions and the clock come to `trap`. */
    .section .note.xen, "a", @note
    .p2align 2
    .long 4, 8, 18                      /* XEN_ELFNOTE_PHYS32_ENTRY */
    .asciz "Xen"
    .quad _start

    .section .text.boot, "ax", @progbits
    .code32
    .globl _start
_start:                                 /* 32 bits, no paging; ebx: the start information */
    cli
    cld
    /* Addresses are memory's own, 4 GiB in pages of 2 MiB, the first of them in pages of 4 KiB: page 0, where the firmware has
       left what it tells, goes when that has been read. */
    movl $oxigo_board_pages, %edi
    movl $3, %eax
    movl $512, %ecx
1:  movl %eax, (%edi)
    addl $0x1000, %eax
    addl $8, %edi
    decl %ecx
    jnz 1b
    movl $oxigo_board_pages + 3, oxigo_board_directory
    movl $oxigo_board_directory + 8, %edi
    movl $0x200083, %eax
    movl $2047, %ecx
1:  movl %eax, (%edi)
    addl $0x200000, %eax
    addl $8, %edi
    decl %ecx
    jnz 1b
    movl $pointers, %edi
    movl $oxigo_board_directory + 3, %eax
    movl $4, %ecx
1:  movl %eax, (%edi)
    addl $4096, %eax
    addl $8, %edi
    decl %ecx
    jnz 1b
    movl $pointers + 3, top
    movl $top, %eax
    movl %eax, %cr3
    movl $0x620, %eax                   /* PAE, OSFXSR, OSXMMEXCPT */
    movl %eax, %cr4
    movl $0xc0000080, %ecx
    rdmsr
    orl $0x100, %eax                    /* EFER.LME */
    wrmsr
    movl $0x80010033, %eax              /* PG, WP, NE, ET, MP, PE */
    movl %eax, %cr0
    lgdt gdtr
    ljmp $8, $1f
    .code64
1:  movl $16, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss
    xorl %eax, %eax
    movl %eax, %fs
    movl %eax, %gs
    leaq oxigo_board_stacks + 0x20000(%rip), %rsp
    fninit
    /* The task's segment: where exceptions find their stack. */
    leaq tss(%rip), %rax
    leaq oxigo_board_stacks + 0x10000(%rip), %rcx
    movq %rcx, 36(%rax)                 /* IST 1 */
    leaq gdt(%rip), %rcx
    movw %ax, 26(%rcx)
    shrq $16, %rax
    movb %al, 28(%rcx)
    movb %ah, 31(%rcx)
    movl $24, %eax
    ltr %ax
    /* Gates of 48 vectors, all with that stack. */
    leaq vectors(%rip), %rax
    leaq idt(%rip), %rdi
    movl $48, %ecx
1:  movw %ax, (%rdi)
    movw $8, 2(%rdi)
    movw $0x8e01, 4(%rdi)
    movq %rax, %rdx
    shrq $16, %rdx
    movw %dx, 6(%rdi)
    addq $16, %rax
    addq $16, %rdi
    decl %ecx
    jnz 1b
    lidt idtr
    movl %ebx, %edi
    xorl %ebp, %ebp
    call oxigo_board_start
    ud2

/* Vectors push their number, and a zero where the processor has no error code. */
    .p2align 4
vectors:
    .set n, 0
    .rept 48
    .p2align 4
    .if (n != 8) && (n != 10) && (n != 11) && (n != 12) && (n != 13) && (n != 14) && (n != 17) && (n != 21)
    pushq $0
    .endif
    pushq $n
    jmp trap
    .set n, n + 1
    .endr

/* One exception at a time: they have one stack. */
trap:
    cmpb $0, busy(%rip)
    jne nested
    movb $1, busy(%rip)
    pushq %rax
    pushq %rcx
    pushq %rdx
    pushq %rbx
    pushq %rbp
    pushq %rsi
    pushq %rdi
    pushq %r8
    pushq %r9
    pushq %r10
    pushq %r11
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %cr2, %rax
    pushq %rax
    subq $520, %rsp                     /* fxsave's place, a multiple of 16 with what was pushed */
    fxsave64 (%rsp)
    movq %rsp, %rdi
    cld
    call oxigo_board_trap
    fxrstor64 (%rsp)
    addq $528, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %r11
    popq %r10
    popq %r9
    popq %r8
    popq %rdi
    popq %rsi
    popq %rbp
    popq %rbx
    popq %rdx
    popq %rcx
    popq %rax
    addq $16, %rsp
    movb $0, busy(%rip)
    iretq
nested:
    movq %cr2, %rdi
    call oxigo_board_nested

    .data
    .p2align 4
gdt:
    .quad 0, 0x00af9a000000ffff, 0x00cf92000000ffff
    .quad 0x0000890000000067, 0         /* the task's, filled in above */
gdtr:
    .word 39
    .long gdt, 0
idtr:
    .word 48 * 16 - 1
    .quad idt
    .p2align 4
tss:
    .skip 102
    .word 104

    .bss
    .p2align 12
top:
    .skip 4096
pointers:
    .skip 4096
    .globl oxigo_board_directory
oxigo_board_directory:
    .skip 16384
    .globl oxigo_board_pages
oxigo_board_pages:
    .skip 4096
idt:
    .skip 48 * 16
busy:
    .skip 16
    .p2align 12
    .globl oxigo_board_stacks, oxigo_board_stacks_end
oxigo_board_stacks:                     /* see guards.rs */
    .skip 0x20000
oxigo_board_stacks_end:
