/* qemu's q35, 386, by the PVH entry: one core, the program in ring 1. Exceptions and the clock come to `trap`. */
    .section .note.xen, "a", @note
    .p2align 2
    .long 4, 4, 18                      /* XEN_ELFNOTE_PHYS32_ENTRY */
    .asciz "Xen"
    .long _start

    .equ CODE, 8
    .equ DATA, 16
    .equ CODE1, 24 | 1
    .equ DATA1, 32 | 1
    .equ TASK, 40

    .section .text.boot, "ax", @progbits
    .globl _start
_start:                                 /* no paging; ebx: the start information */
    cli
    cld
    /* Addresses are memory's own, 4 GiB in pages of 4 MiB, the first of them in pages of 4 KiB: page 0, where the firmware has
       left what it tells, goes when that has been read. */
    movl $oxigo_board_pages, %edi
    movl $3, %eax
    movl $1024, %ecx
1:  movl %eax, (%edi)
    addl $0x1000, %eax
    addl $4, %edi
    decl %ecx
    jnz 1b
    movl $oxigo_board_pages + 3, directory
    movl $directory + 4, %edi
    movl $0x400083, %eax
    movl $1023, %ecx
1:  movl %eax, (%edi)
    addl $0x400000, %eax
    addl $4, %edi
    decl %ecx
    jnz 1b
    movl $directory, %eax
    movl %eax, %cr3
    movl $0x610, %eax                   /* PSE, OSFXSR, OSXMMEXCPT */
    movl %eax, %cr4
    movl $0x80010033, %eax              /* PG, WP, NE, ET, MP, PE */
    movl %eax, %cr0
    /* The task's segment: where exceptions find their stack. */
    movl $trap_stack_top, task + 4
    movl $DATA, task + 8
    movl $task, %eax
    movw %ax, gdt + TASK + 2
    shrl $16, %eax
    movb %al, gdt + TASK + 4
    movb %ah, gdt + TASK + 7
    lgdt gdtr
    ljmp $CODE, $1f
1:  movl $DATA, %eax
    movl %eax, %ss
    movl $boot_stack_top, %esp
    movl $DATA1, %eax                   /* stay, whatever the ring is */
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %fs
    movl %eax, %gs                      /* compiled code reads g there */
    movl $TASK, %eax
    ltr %ax
    fninit
    /* Gates of 48 vectors, which ring 1 may take too, and the one by which it waits. */
    movl $vectors, %eax
    movl $idt, %edi
    movl $48, %ecx
1:  call gate
    addl $16, %eax
    decl %ecx
    jnz 1b
    movl $halt, %eax
    call gate
    lidt idtr
    xorl %ebp, %ebp
    subl $12, %esp
    pushl %ebx
    call oxigo_board_start
    ud2

gate:
    movw %ax, (%edi)
    movw $CODE, 2(%edi)
    movw $0xae00, 4(%edi)
    movl %eax, %edx
    shrl $16, %edx
    movw %dx, 6(%edi)
    addl $8, %edi
    ret

/* Goes on in ring 1, which may use ports and hold interrupts back, and lets them in. */
    .globl oxigo_board_ring
oxigo_board_ring:
    popl %eax
    movl %esp, %ecx
    pushl $DATA1
    pushl %ecx
    pushl $0x1202
    pushl $CODE1
    pushl %eax
    iretl

halt:
    sti
    hlt
    iretl

/* Vectors push their number, and a zero where the processor has no error code. */
    .p2align 4
vectors:
    .set n, 0
    .rept 48
    .p2align 4
    .if (n != 8) && (n != 10) && (n != 11) && (n != 12) && (n != 13) && (n != 14) && (n != 17) && (n != 21)
    pushl $0
    .endif
    pushl $n
    jmp trap
    .set n, n + 1
    .endr

/* One exception at a time: they have one stack. */
trap:
    cmpb $0, busy
    jne nested
    movb $1, busy
    pushal
    movl %cr2, %eax
    pushl %eax
    movl %esp, %ebp
    subl $512, %esp
    andl $-16, %esp
    fxsave (%esp)
    subl $12, %esp
    pushl %ebp
    cld
    call oxigo_board_trap
    addl $16, %esp
    fxrstor (%esp)
    leal 4(%ebp), %esp
    popal
    addl $8, %esp
    movb $0, busy
    iretl
nested:
    call oxigo_board_nested

    .data
    .p2align 4
gdt:
    .quad 0, 0x00cf9a000000ffff, 0x00cf92000000ffff, 0x00cfba000000ffff, 0x00cfb2000000ffff
    .quad 0x0000890000000067            /* the task's, filled in above */
gdtr:
    .word 47
    .long gdt
idtr:
    .word 49 * 8 - 1
    .long idt
    .p2align 4
task:
    .skip 102
    .word 104

    .bss
    .p2align 12
directory:
    .skip 4096
    .globl oxigo_board_pages
oxigo_board_pages:
    .skip 4096
idt:
    .skip 49 * 8
    .p2align 4
busy:
    .skip 16
    .skip 65536
trap_stack_top:
    .skip 65536
boot_stack_top:
