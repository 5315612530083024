/* Memory routines with Go's register ABI, amd64. Leaves without stack use; X15 stays zero. The functions of
 * internal/bytealg are here because they share the loops. */
#include "asm.h"
#include "copy.h"

/* memmove(to, from unsafe.Pointer, n uintptr): AX BX CX. */
FUNC(runtime.memmove)
    movq %rax, %rdi
    movq %rbx, %rsi
    movq %rcx, %rdx
    MOVE_BODY
LEAF_END(runtime.memmove)

/* setWideMoves(on bool): the machine has AVX, and the system keeps its registers. */
FUNC(runtime.setWideMoves)
    movb %al, rt_wide(%rip)
    ret
LEAF_END(runtime.setWideMoves)

    .hidden rt_wide
    .comm rt_wide, 1, 1

/* The rest of MOVE_BODY for more than 128 bytes, with R8 = to - from; clobbers what that does. Stores of the loops are aligned; what does
 * not fit is read before any store and written last. */
FUNC(rt_move_wide)
    cmpq $256, %rdx
    ja 1f
    vmovdqu (%rsi), %ymm0
    vmovdqu 32(%rsi), %ymm1
    vmovdqu 64(%rsi), %ymm2
    vmovdqu 96(%rsi), %ymm3
    vmovdqu -128(%rsi,%rdx), %ymm8
    vmovdqu -96(%rsi,%rdx), %ymm9
    vmovdqu -64(%rsi,%rdx), %ymm10
    vmovdqu -32(%rsi,%rdx), %ymm11
    vmovdqu %ymm0, (%rdi)
    vmovdqu %ymm1, 32(%rdi)
    vmovdqu %ymm2, 64(%rdi)
    vmovdqu %ymm3, 96(%rdi)
    vmovdqu %ymm8, -128(%rdi,%rdx)
    vmovdqu %ymm9, -96(%rdi,%rdx)
    vmovdqu %ymm10, -64(%rdi,%rdx)
    vmovdqu %ymm11, -32(%rdi,%rdx)
    vzeroupper
    ret
1:  cmpq %rdx, %r8
    jb 3f
    /* Forward. */
    vmovdqu (%rsi), %ymm12
    vmovdqu -128(%rsi,%rdx), %ymm8
    vmovdqu -96(%rsi,%rdx), %ymm9
    vmovdqu -64(%rsi,%rdx), %ymm10
    vmovdqu -32(%rsi,%rdx), %ymm11
    leaq -128(%rdi,%rdx), %r9
    movq %rdi, %rcx
    movl %edi, %r10d
    andl $31, %r10d
    subq $32, %r10
    subq %r10, %rdi
    subq %r10, %rsi
    addq %r10, %rdx
    cmpq $0x100000, %rdx
    jae 5f
    .p2align 5
2:  vmovdqu (%rsi), %ymm0
    vmovdqu 32(%rsi), %ymm1
    vmovdqu 64(%rsi), %ymm2
    vmovdqu 96(%rsi), %ymm3
    vmovdqa %ymm0, (%rdi)
    vmovdqa %ymm1, 32(%rdi)
    vmovdqa %ymm2, 64(%rdi)
    vmovdqa %ymm3, 96(%rdi)
    subq $-128, %rsi
    subq $-128, %rdi
    addq $-128, %rdx
    cmpq $128, %rdx
    ja 2b
6:  vmovdqu %ymm8, (%r9)
    vmovdqu %ymm9, 32(%r9)
    vmovdqu %ymm10, 64(%r9)
    vmovdqu %ymm11, 96(%r9)
    vmovdqu %ymm12, (%rcx)
    vzeroupper
    ret
    /* More than a cache is to hold: past it. */
    .p2align 5
5:  prefetchnta 448(%rsi)
    prefetchnta 512(%rsi)
    vmovdqu (%rsi), %ymm0
    vmovdqu 32(%rsi), %ymm1
    vmovdqu 64(%rsi), %ymm2
    vmovdqu 96(%rsi), %ymm3
    vmovntdq %ymm0, (%rdi)
    vmovntdq %ymm1, 32(%rdi)
    vmovntdq %ymm2, 64(%rdi)
    vmovntdq %ymm3, 96(%rdi)
    subq $-128, %rsi
    subq $-128, %rdi
    addq $-128, %rdx
    cmpq $128, %rdx
    ja 5b
    sfence
    jmp 6b
3:  /* Backward. */
    vmovdqu -32(%rsi,%rdx), %ymm12
    vmovdqu (%rsi), %ymm8
    vmovdqu 32(%rsi), %ymm9
    vmovdqu 64(%rsi), %ymm10
    vmovdqu 96(%rsi), %ymm11
    leaq (%rdi,%rdx), %r9
    movl %r9d, %r10d
    andl $31, %r10d
    subq %r10, %rdx
    .p2align 5
4:  vmovdqu -32(%rsi,%rdx), %ymm0
    vmovdqu -64(%rsi,%rdx), %ymm1
    vmovdqu -96(%rsi,%rdx), %ymm2
    vmovdqu -128(%rsi,%rdx), %ymm3
    vmovdqa %ymm0, -32(%rdi,%rdx)
    vmovdqa %ymm1, -64(%rdi,%rdx)
    vmovdqa %ymm2, -96(%rdi,%rdx)
    vmovdqa %ymm3, -128(%rdi,%rdx)
    addq $-128, %rdx
    cmpq $128, %rdx
    ja 4b
    vmovdqu %ymm8, (%rdi)
    vmovdqu %ymm9, 32(%rdi)
    vmovdqu %ymm10, 64(%rdi)
    vmovdqu %ymm11, 96(%rdi)
    vmovdqu %ymm12, -32(%r9)
    vzeroupper
    ret
END_NAMED(rt_move_wide, runtime.memmove, 0, 0, FL_NOSPLIT, 0, 0, 0, 0)

/* The rest of FILL_BODY for more than 128 bytes. */
FUNC(rt_fill_wide)
    vinsertf128 $1, %xmm0, %ymm0, %ymm0
    leaq (%rdi,%rdx), %r9
    vmovdqu %ymm0, -128(%r9)
    vmovdqu %ymm0, -96(%r9)
    vmovdqu %ymm0, -64(%r9)
    vmovdqu %ymm0, -32(%r9)
    vmovdqu %ymm0, (%rdi)
    movl %edi, %ecx
    andl $31, %ecx
    subq $32, %rcx
    subq %rcx, %rdi
    addq %rcx, %rdx
    jmp 2f
    .p2align 5
1:  vmovdqa %ymm0, (%rdi)
    vmovdqa %ymm0, 32(%rdi)
    vmovdqa %ymm0, 64(%rdi)
    vmovdqa %ymm0, 96(%rdi)
    subq $-128, %rdi
2:  addq $-128, %rdx
    jg 1b
    vzeroupper
    ret
END_NAMED(rt_fill_wide, runtime.memclrNoHeapPointers, 0, 0, FL_NOSPLIT, 0, 0, 0, 0)

/* memclrNoHeapPointers(ptr unsafe.Pointer, n uintptr): AX BX. */
FUNC(runtime.memclrNoHeapPointers)
    movq %rax, %rdi
    movq %rbx, %rdx
    xorl %r8d, %r8d
    xorps %xmm0, %xmm0
    FILL_BODY
LEAF_END(runtime.memclrNoHeapPointers)

/* memequal(p, q unsafe.Pointer, size uintptr) bool: AX BX CX -> AX.
 * memequal_varlen(p, q): the size stands in the closure, at 8(DX). */
FUNC(runtime.memequal_varlen)
    movq 8(%rdx), %rcx
    jmp runtime.memequal
LEAF_END(runtime.memequal_varlen)

FUNC(runtime.memequal)
    cmpq %rbx, %rax
    je 7f
    cmpq $16, %rcx
    jb 3f
1:  cmpq $16, %rcx
    jbe 2f
    movups (%rax), %xmm0
    movups (%rbx), %xmm1
    pcmpeqb %xmm1, %xmm0
    pmovmskb %xmm0, %edx
    cmpl $0xffff, %edx
    jne 8f
    addq $16, %rax
    addq $16, %rbx
    subq $16, %rcx
    jmp 1b
2:  movups -16(%rax,%rcx), %xmm0            /* the last 16, overlapping what is done */
    movups -16(%rbx,%rcx), %xmm1
    pcmpeqb %xmm1, %xmm0
    pmovmskb %xmm0, %edx
    xorl %eax, %eax
    cmpl $0xffff, %edx
    sete %al
    ret
3:  cmpq $8, %rcx
    jb 4f
    movq (%rax), %rdx
    xorq (%rbx), %rdx
    movq -8(%rax,%rcx), %rdi
    xorq -8(%rbx,%rcx), %rdi
    xorl %eax, %eax
    orq %rdi, %rdx
    sete %al
    ret
4:  cmpq $4, %rcx
    jb 5f
    movl (%rax), %edx
    xorl (%rbx), %edx
    movl -4(%rax,%rcx), %edi
    xorl -4(%rbx,%rcx), %edi
    xorl %eax, %eax
    orl %edi, %edx
    sete %al
    ret
5:  testq %rcx, %rcx
    jz 7f
6:  movzbl -1(%rax,%rcx), %edx
    cmpb %dl, -1(%rbx,%rcx)
    jne 8f
    decq %rcx
    jnz 6b
7:  movl $1, %eax
    ret
8:  xorl %eax, %eax
    ret
LEAF_END(runtime.memequal)

/* Order of RSI[RBX] against RDI[RDX]: -1, 0 or 1 in AX. Clobbers R8 R9 R10 CX X0 X1. */
#define COMPARE_BODY \
    movq %rbx, %rcx; \
    cmpq %rdx, %rcx; \
    cmovaq %rdx, %rcx; \
    cmpq %rsi, %rdi; \
    je 90f; \
1:  cmpq $16, %rcx; \
    jb 2f; \
    movups (%rsi), %xmm0; \
    movups (%rdi), %xmm1; \
    pcmpeqb %xmm1, %xmm0; \
    pmovmskb %xmm0, %r8d; \
    xorl $0xffff, %r8d; \
    jnz 80f; \
    addq $16, %rsi; \
    addq $16, %rdi; \
    subq $16, %rcx; \
    jmp 1b; \
2:  cmpq $8, %rcx; \
    jb 3f; \
    movq (%rsi), %r8; \
    movq (%rdi), %r9; \
    cmpq %r9, %r8; \
    jne 70f; \
    addq $8, %rsi; \
    addq $8, %rdi; \
    subq $8, %rcx; \
3:  testq %rcx, %rcx; \
    jz 90f; \
4:  movzbl (%rsi), %r8d; \
    movzbl (%rdi), %r9d; \
    cmpl %r9d, %r8d; \
    jne 75f; \
    incq %rsi; \
    incq %rdi; \
    decq %rcx; \
    jnz 4b; \
    jmp 90f; \
70: bswapq %r8; \
    bswapq %r9; \
    cmpq %r9, %r8; \
75: sbbl %eax, %eax; \
    orl $1, %eax; \
    cltq; \
    ret; \
80: bsfl %r8d, %r8d; \
    movzbl (%rsi,%r8), %r9d; \
    movzbl (%rdi,%r8), %r10d; \
    cmpl %r10d, %r9d; \
    sbbl %eax, %eax; \
    orl $1, %eax; \
    cltq; \
    ret; \
90: xorl %eax, %eax; \
    xorl %ecx, %ecx; \
    cmpq %rdx, %rbx; \
    seta %al; \
    setb %cl; \
    subq %rcx, %rax; \
    ret

/* cmpstring(a, b string) int: AX BX, CX DI. */
FUNC(runtime.cmpstring)
    movq %rax, %rsi
    movq %rdi, %rdx
    movq %rcx, %rdi
    COMPARE_BODY
LEAF_END(runtime.cmpstring)

/* Compare(a, b []byte) int: AX BX CX, DI SI R8. */
FUNC(internal/bytealg.Compare)
    movq %rsi, %rdx
    movq %rax, %rsi
    COMPARE_BODY
LEAF_END(internal/bytealg.Compare)

/* CompareString(a, b string) int: as cmpstring. */
FUNC(internal/bytealg.CompareString)
    movq %rax, %rsi
    movq %rdi, %rdx
    movq %rcx, %rdi
    COMPARE_BODY
LEAF_END(internal/bytealg.CompareString)

/* The byte R8 in every byte of X1. */
#define BROADCAST \
    movd %r8d, %xmm1; \
    punpcklbw %xmm1, %xmm1; \
    pshuflw $0, %xmm1, %xmm1; \
    punpcklqdq %xmm1, %xmm1

/* Index of byte R8 in AX[BX], or -1, to AX. */
#define INDEX_BODY \
    movq %rax, %rsi; \
    cmpq $16, %rbx; \
    jb 3f; \
    BROADCAST; \
    leaq -16(%rax,%rbx), %rdi; \
1:  movups (%rsi), %xmm0; \
    pcmpeqb %xmm1, %xmm0; \
    pmovmskb %xmm0, %edx; \
    testl %edx, %edx; \
    jnz 2f; \
    cmpq %rdi, %rsi; \
    je 6f; \
    addq $16, %rsi; \
    cmpq %rdi, %rsi; \
    cmovaq %rdi, %rsi; \
    jmp 1b; \
2:  bsfl %edx, %edx; \
    subq %rax, %rsi; \
    leaq (%rsi,%rdx), %rax; \
    ret; \
3:  xorl %ecx, %ecx; \
4:  cmpq %rbx, %rcx; \
    jae 6f; \
    cmpb %r8b, (%rsi,%rcx); \
    je 5f; \
    incq %rcx; \
    jmp 4b; \
5:  movq %rcx, %rax; \
    ret; \
6:  movq $-1, %rax; \
    ret

/* IndexByte(b []byte, c byte) int: AX BX CX, DI. */
FUNC(internal/bytealg.IndexByte)
    movzbl %dil, %r8d
    INDEX_BODY
LEAF_END(internal/bytealg.IndexByte)

/* IndexByteString(s string, c byte) int: AX BX, CX. */
FUNC(internal/bytealg.IndexByteString)
    movzbl %cl, %r8d
    INDEX_BODY
LEAF_END(internal/bytealg.IndexByteString)

/* How often byte R8 occurs in AX[BX], to AX. */
#define COUNT_BODY \
    BROADCAST; \
    pxor %xmm2, %xmm2; \
    pxor %xmm3, %xmm3; \
1:  subq $16, %rbx; \
    jb 2f; \
    movups (%rax), %xmm0; \
    pcmpeqb %xmm1, %xmm0; \
    pxor %xmm4, %xmm4; \
    psubb %xmm0, %xmm4; \
    psadbw %xmm3, %xmm4; \
    paddq %xmm4, %xmm2; \
    addq $16, %rax; \
    jmp 1b; \
2:  movq %xmm2, %rcx; \
    psrldq $8, %xmm2; \
    movq %xmm2, %rdx; \
    addq %rdx, %rcx; \
    addq $16, %rbx; \
    jz 4f; \
3:  xorl %edx, %edx; \
    cmpb %r8b, -1(%rax,%rbx); \
    sete %dl; \
    addq %rdx, %rcx; \
    decq %rbx; \
    jnz 3b; \
4:  movq %rcx, %rax; \
    ret

/* Count(b []byte, c byte) int: AX BX CX, DI. */
FUNC(internal/bytealg.Count)
    movzbl %dil, %r8d
    COUNT_BODY
LEAF_END(internal/bytealg.Count)

/* CountString(s string, c byte) int: AX BX, CX. */
FUNC(internal/bytealg.CountString)
    movzbl %cl, %r8d
    COUNT_BODY
LEAF_END(internal/bytealg.CountString)
