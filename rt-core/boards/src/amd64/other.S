/* Where other cores begin, amd64: in 16 bits, in a copy of this at TRAMPOLINE, below 1 MiB. */
    .equ TRAMPOLINE, 0x8000

    .globl oxigo_board_trampoline, oxigo_board_trampoline_end
    .code16
oxigo_board_trampoline:
    cli
    cld
    xorw %ax, %ax
    movw %ax, %ds
    lgdtl TRAMPOLINE + (1f - oxigo_board_trampoline)
    movl %cr0, %eax
    orl $1, %eax
    movl %eax, %cr0
    ljmpl $24, $other
    .p2align 2
1:  .word 32 + CORES * 16 - 1
    .long gdt
oxigo_board_trampoline_end:

    .code32
other:                                  /* each takes a number; there may be more than are used */
    movl $16, %eax
    movl %eax, %ds
    movl %eax, %ss
    movl $1, %eax
    lock xaddl %eax, next
    cmpl $CORES, %eax
    jae 2f
    movl %eax, %ebx
    movl $1f, %edi
    jmp long
2:  hlt
    jmp 2b
    .code64
1:  movl %ebx, %edi
    leaq 1f(%rip), %rsi
    jmp begin
1:  call oxigo_board_core
    ud2

    .pushsection .data
    .p2align 2
next:
    .long 1
    .popsection
