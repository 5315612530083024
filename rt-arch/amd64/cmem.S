/* The memory routines that rustc's code calls, C ABI, amd64. Weak: a host program's libc has its own. */
#include "asm.h"
#include "copy.h"

FUNC(memcpy)
    .weak memcpy
    movq %rdi, %rax
    MOVE_BODY
CEND(memcpy)

FUNC(memmove)
    .weak memmove
    movq %rdi, %rax
    MOVE_BODY
CEND(memmove)

FUNC(memset)
    .weak memset
    movzbl %sil, %r8d
    movq $0x0101010101010101, %rcx
    imulq %rcx, %r8
    movq %r8, %xmm0
    punpcklqdq %xmm0, %xmm0
    movq %rdi, %rsi
    call 1f
    movq %rsi, %rax
    ret
1:  FILL_BODY
CEND(memset)

/* memcmp(a, b, n): RDI RSI RDX. */
FUNC(memcmp)
    .weak memcmp
1:  subq $8, %rdx
    jb 2f
    movq (%rdi), %r8
    movq (%rsi), %r9
    addq $8, %rdi
    addq $8, %rsi
    cmpq %r9, %r8
    je 1b
    bswapq %r8
    bswapq %r9
    cmpq %r9, %r8
    sbbl %eax, %eax
    orl $1, %eax
    ret
2:  addq $8, %rdx
    jz 4f
3:  movzbl (%rdi), %eax
    movzbl (%rsi), %ecx
    subl %ecx, %eax
    jnz 5f
    incq %rdi
    incq %rsi
    decq %rdx
    jnz 3b
4:  xorl %eax, %eax
5:  ret
CEND(memcmp)

FUNC(bcmp)
    .weak bcmp
    jmp memcmp
CEND(bcmp)

FUNC(strlen)
    .weak strlen
    xorl %eax, %eax
1:  cmpb $0, (%rdi,%rax)
    je 2f
    incq %rax
    jmp 1b
2:  ret
CEND(strlen)
