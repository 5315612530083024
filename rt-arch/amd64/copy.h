/* The loops behind Go's and C's memory routines, amd64. Included by mem.S and cmem.S.
 *
 * MOVE_BODY: RDI = to, RSI = from, RDX = n; overlap-safe; clobbers RCX R8 R9 R10 RSI RDI RDX X0-X3 X8-X12; returns. More than 128 bytes
 * go on in rt_move_wide of mem.S, where the machine has AVX.
 * Every aligned 8-byte word is written by one store, so that a concurrent collector never sees half a pointer.
 *
 * FILL_BODY: RDI = to, RDX = n, R8 = the byte repeated, X0 = R8 twice; returns. Clobbers RAX RCX R9 R10 RDI RDX. Likewise, in rt_fill_wide.
 */
#define MOVE_BODY \
    cmpq $16, %rdx; \
    ja 17f; \
    cmpq $8, %rdx; \
    jae 18f; \
    cmpq $4, %rdx; \
    jae 14f; \
    testq %rdx, %rdx; \
    jz 10f; \
    movzbl (%rsi), %r8d; \
    movzbl -1(%rsi,%rdx), %r9d; \
    movq %rdx, %rcx; \
    shrq $1, %rcx; \
    movzbl (%rsi,%rcx), %esi; \
    movb %r8b, (%rdi); \
    movb %r9b, -1(%rdi,%rdx); \
    movb %sil, (%rdi,%rcx); \
10: ret; \
14: movl (%rsi), %r8d; \
    movl -4(%rsi,%rdx), %r9d; \
    movl %r8d, (%rdi); \
    movl %r9d, -4(%rdi,%rdx); \
    ret; \
18: movq (%rsi), %r8; \
    movq -8(%rsi,%rdx), %r9; \
    movq %r8, (%rdi); \
    movq %r9, -8(%rdi,%rdx); \
    ret; \
17: cmpq $128, %rdx; \
    ja 67f; \
    cmpq $32, %rdx; \
    ja 33f; \
    movups (%rsi), %xmm0; \
    movups -16(%rsi,%rdx), %xmm1; \
    movups %xmm0, (%rdi); \
    movups %xmm1, -16(%rdi,%rdx); \
    ret; \
33: movups -64+32(%rsi,%rdx), %xmm10; \
    movups -64+48(%rsi,%rdx), %xmm11; \
    cmpq $64, %rdx; \
    ja 65f; \
    movups (%rsi), %xmm0; \
    movups 16(%rsi), %xmm1; \
    movups %xmm0, (%rdi); \
    movups %xmm1, 16(%rdi); \
    movups %xmm10, -32(%rdi,%rdx); \
    movups %xmm11, -16(%rdi,%rdx); \
    ret; \
65: movups (%rsi), %xmm0; \
    movups 16(%rsi), %xmm1; \
    movups 32(%rsi), %xmm2; \
    movups 48(%rsi), %xmm3; \
    movups -64(%rsi,%rdx), %xmm8; \
    movups -48(%rsi,%rdx), %xmm9; \
    movups %xmm0, (%rdi); \
    movups %xmm1, 16(%rdi); \
    movups %xmm2, 32(%rdi); \
    movups %xmm3, 48(%rdi); \
    movups %xmm8, -64(%rdi,%rdx); \
    movups %xmm9, -48(%rdi,%rdx); \
    movups %xmm10, -32(%rdi,%rdx); \
    movups %xmm11, -16(%rdi,%rdx); \
    ret; \
67: movq %rdi, %r8; \
    subq %rsi, %r8; \
    jz 10b; \
    cmpb $0, rt_wide(%rip); \
    jne rt_move_wide; \
    cmpq %rdx, %r8; \
    jb 70f; \
    cmpq $2048, %rdx; \
    jae 80f; \
    /* Forward. The last 64 bytes are read first, since the loop may overwrite them. */ \
    movups -64(%rsi,%rdx), %xmm8; \
    movups -48(%rsi,%rdx), %xmm9; \
    movups -32(%rsi,%rdx), %xmm10; \
    movups -16(%rsi,%rdx), %xmm11; \
    leaq -64(%rdi,%rdx), %r9; \
66: movups (%rsi), %xmm0; \
    movups 16(%rsi), %xmm1; \
    movups 32(%rsi), %xmm2; \
    movups 48(%rsi), %xmm3; \
    movups %xmm0, (%rdi); \
    movups %xmm1, 16(%rdi); \
    movups %xmm2, 32(%rdi); \
    movups %xmm3, 48(%rdi); \
    addq $64, %rsi; \
    addq $64, %rdi; \
    subq $64, %rdx; \
    cmpq $64, %rdx; \
    ja 66b; \
    movups %xmm8, (%r9); \
    movups %xmm9, 16(%r9); \
    movups %xmm10, 32(%r9); \
    movups %xmm11, 48(%r9); \
    ret; \
70: /* Backward, with the first 64 bytes read first. */ \
    movups (%rsi), %xmm8; \
    movups 16(%rsi), %xmm9; \
    movups 32(%rsi), %xmm10; \
    movups 48(%rsi), %xmm11; \
71: movups -64(%rsi,%rdx), %xmm0; \
    movups -48(%rsi,%rdx), %xmm1; \
    movups -32(%rsi,%rdx), %xmm2; \
    movups -16(%rsi,%rdx), %xmm3; \
    movups %xmm0, -64(%rdi,%rdx); \
    movups %xmm1, -48(%rdi,%rdx); \
    movups %xmm2, -32(%rdi,%rdx); \
    movups %xmm3, -16(%rdi,%rdx); \
    subq $64, %rdx; \
    cmpq $64, %rdx; \
    ja 71b; \
    movups %xmm8, (%rdi); \
    movups %xmm9, 16(%rdi); \
    movups %xmm10, 32(%rdi); \
    movups %xmm11, 48(%rdi); \
    ret; \
80: /* Long and forward: the string instruction, whole words. */ \
    movq -8(%rsi,%rdx), %r8; \
    leaq -8(%rdi,%rdx), %r9; \
    movq %rdx, %rcx; \
    shrq $3, %rcx; \
    rep movsq; \
    movq %r8, (%r9); \
    ret

#define FILL_BODY \
    cmpq $16, %rdx; \
    ja 17f; \
    cmpq $8, %rdx; \
    jae 18f; \
    cmpq $4, %rdx; \
    jae 14f; \
    testq %rdx, %rdx; \
    jz 10f; \
    movb %r8b, (%rdi); \
    movb %r8b, -1(%rdi,%rdx); \
    shrq $1, %rdx; \
    movb %r8b, (%rdi,%rdx); \
10: ret; \
14: movl %r8d, (%rdi); \
    movl %r8d, -4(%rdi,%rdx); \
    ret; \
18: movq %r8, (%rdi); \
    movq %r8, -8(%rdi,%rdx); \
    ret; \
17: cmpq $128, %rdx; \
    ja 65f; \
    movups %xmm0, (%rdi); \
    movups %xmm0, -16(%rdi,%rdx); \
    cmpq $32, %rdx; \
    jbe 10b; \
    movups %xmm0, 16(%rdi); \
    movups %xmm0, -32(%rdi,%rdx); \
    cmpq $64, %rdx; \
    jbe 10b; \
    movups %xmm0, 32(%rdi); \
    movups %xmm0, 48(%rdi); \
    movups %xmm0, -64(%rdi,%rdx); \
    movups %xmm0, -48(%rdi,%rdx); \
    ret; \
65: cmpb $0, rt_wide(%rip); \
    jne rt_fill_wide; \
    movups %xmm0, -16(%rdi,%rdx); \
    cmpq $2048, %rdx; \
    jae 80f; \
66: movups %xmm0, (%rdi); \
    addq $16, %rdi; \
    subq $16, %rdx; \
    cmpq $16, %rdx; \
    ja 66b; \
    ret; \
80: movq %r8, %rax; \
    movq %rdx, %rcx; \
    shrq $3, %rcx; \
    rep stosq; \
    ret
