/* Exceptions and interrupts, amd64. */
/* Vectors push their number, and a zero where the processor has no error code. */
    .p2align 4
vectors:
    .set n, 0
    .rept GATES
    .p2align 4
    .if (n != 8) && (n != 10) && (n != 11) && (n != 12) && (n != 13) && (n != 14) && (n != 17) && (n != 21)
    pushq $0
    .endif
    pushq $n
    jmp trap
    .set n, n + 1
    .endr

/* One exception at a time a core: they have one stack. */
trap:
    cmpb $0, %fs:(oxigo_tls_g + BUSY)
    jne nested
    movb $1, %fs:(oxigo_tls_g + BUSY)
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
    movb $0, %fs:(oxigo_tls_g + BUSY)
    iretq
nested:
    movq %cr2, %rdi
    call oxigo_board_nested

    .globl oxigo_board_number
oxigo_board_number:
    movq %fs:(oxigo_tls_g + NUMBER), %rax
    ret
