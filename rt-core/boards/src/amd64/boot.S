/* qemu's q35, amd64, by the PVH entry: long mode. Exceptions and the clock come to `trap`. */
    .equ BLOCK, 64                      /* a core's own: from FS's base on as `oxigo_tls_g` is from 0 on (rt-arch/amd64/tls.h) */
    .equ BUSY, 8                        /* behind g */
    .equ NUMBER, 16
    .equ TSS, 128                       /* the size of a core's task segment, with what aligns it */
    .equ GATES, 64

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
    movl $1f, %edi
    jmp long
    .code64
1:  /* Gates, all with the stack of exceptions. */
    leaq vectors(%rip), %rax
    leaq idt(%rip), %rdi
    movl $GATES, %ecx
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
    xorl %edi, %edi
    leaq 1f(%rip), %rsi
    jmp begin
1:  movl %ebx, %edi
    call oxigo_board_start
    ud2

/* From 32 bits without paging to 64 bits, at edi. */
    .code32
long:
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
    movl %edi, %edi
    jmp *%rdi

/* Stack, block, task segment, gates and floats of core edi; goes on at rsi, with the number in edi. */
begin:
    movl %edi, %eax
    shll $17, %eax
    leaq oxigo_board_stacks + 0x10000(%rax), %r8
    leaq 0x10000(%r8), %rsp
    imull $BLOCK, %edi, %eax
    leaq cores(%rax), %rax
    movq %rdi, NUMBER(%rax)
    subq $oxigo_tls_g, %rax
    movq %rax, %rdx
    shrq $32, %rdx
    movl $0xc0000100, %ecx              /* FS's base */
    wrmsr
    /* The task's segment: where exceptions find their stack. */
    imull $TSS, %edi, %eax
    leaq tasks(%rax), %rax
    movw $104, 102(%rax)
    movq %r8, 36(%rax)                  /* IST 1 */
    movl %edi, %ecx
    shll $4, %ecx
    addl $32, %ecx
    movq $0x67, gdt(%rcx)
    movw %ax, gdt + 2(%rcx)
    shrl $16, %eax
    movb %al, gdt + 4(%rcx)
    movb $0x89, gdt + 5(%rcx)
    movb %ah, gdt + 7(%rcx)
    ltr %cx
    lidt idtr
    fninit
    xorl %ebp, %ebp
    jmp *%rsi

#include "other.S"
#include "trap.S"

    .data
    .p2align 4
gdt:
    .quad 0, 0x00af9a000000ffff, 0x00cf92000000ffff, 0x00cf9a000000ffff
    .skip CORES * 16                    /* the cores' tasks, filled in above */
gdtr:
    .word 32 + CORES * 16 - 1
    .long gdt, 0
idtr:
    .word GATES * 16 - 1
    .quad idt

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
    .skip GATES * 16
tasks:
    .skip CORES * TSS
cores:
    .skip CORES * BLOCK
    .p2align 12
    .globl oxigo_board_stacks, oxigo_board_stacks_end
oxigo_board_stacks:                     /* see guards.rs */
    .skip CORES * 0x20000
oxigo_board_stacks_end:
