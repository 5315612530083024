/* Memory routines with Go's ABI (arguments on the stack), 386. Leaves without stack use. */
#include "asm.h"

/* memmove(to, from unsafe.Pointer, n uintptr). Words that are aligned on both sides are moved whole. */
FUNC(runtime.memmove)
    movl 4(%esp), %edi
    movl 8(%esp), %esi
    movl 12(%esp), %ecx
    movl %edi, %eax
    subl %esi, %eax
    cmpl %ecx, %eax
    jb 1f
    movl %ecx, %edx
    shrl $2, %ecx
    rep movsl
    movl %edx, %ecx
    andl $3, %ecx
    rep movsb
    ret
1:  leal -1(%edi,%ecx), %edi                /* overlapping from below: backward, the odd bytes first */
    leal -1(%esi,%ecx), %esi
    movl %ecx, %edx
    andl $3, %ecx
    std
    rep movsb
    subl $3, %edi
    subl $3, %esi
    movl %edx, %ecx
    shrl $2, %ecx
    rep movsl
    cld
    ret
LEAF_END(runtime.memmove)

/* memclrNoHeapPointers(ptr unsafe.Pointer, n uintptr). */
FUNC(runtime.memclrNoHeapPointers)
    movl 4(%esp), %edi
    movl 8(%esp), %edx
    xorl %eax, %eax
    movl %edx, %ecx
    shrl $2, %ecx
    rep stosl
    movl %edx, %ecx
    andl $3, %ecx
    rep stosb
    ret
LEAF_END(runtime.memclrNoHeapPointers)

/* memequal(p, q unsafe.Pointer, size uintptr) bool. */
FUNC(runtime.memequal)
    movl 4(%esp), %esi
    movl 8(%esp), %edi
    movl 12(%esp), %ecx
    cmpl %ecx, %ecx
    repe cmpsb
    sete 16(%esp)
    ret
LEAF_END(runtime.memequal)

/* memequal_varlen(p, q unsafe.Pointer) bool: the size stands in the closure. */
FUNC(runtime.memequal_varlen)
    movl 4(%esp), %esi
    movl 8(%esp), %edi
    movl 4(%edx), %ecx
    cmpl %ecx, %ecx
    repe cmpsb
    sete 12(%esp)
    ret
LEAF_END(runtime.memequal_varlen)

/* Order of SI[BX] against DI[DX]: -1, 0 or 1 in AX. */
#define COMPARE_BODY(result) \
    movl %ebx, %ecx; \
    cmpl %edx, %ecx; \
    jbe 1f; \
    movl %edx, %ecx; \
1:  cmpl %ecx, %ecx; \
    repe cmpsb; \
    jne 2f; \
    cmpl %edx, %ebx; \
2:  seta %al; \
    setb %cl; \
    movzbl %al, %eax; \
    movzbl %cl, %ecx; \
    subl %ecx, %eax; \
    movl %eax, result(%esp); \
    ret

/* cmpstring(a, b string) int, CompareString likewise. */
FUNC(runtime.cmpstring)
GLOBAL(internal/bytealg.CompareString)
    movl 4(%esp), %esi
    movl 8(%esp), %ebx
    movl 12(%esp), %edi
    movl 16(%esp), %edx
    COMPARE_BODY(20)
LEAF_END(runtime.cmpstring)

/* Compare(a, b []byte) int. */
FUNC(internal/bytealg.Compare)
    movl 4(%esp), %esi
    movl 8(%esp), %ebx
    movl 16(%esp), %edi
    movl 20(%esp), %edx
    COMPARE_BODY(28)
LEAF_END(internal/bytealg.Compare)

#define INDEX_BODY(c, result) \
    movl 4(%esp), %esi; \
    movl 8(%esp), %ecx; \
    movb c(%esp), %dl; \
    xorl %eax, %eax; \
1:  cmpl %ecx, %eax; \
    jae 2f; \
    cmpb %dl, (%esi,%eax); \
    je 3f; \
    incl %eax; \
    jmp 1b; \
2:  movl $-1, %eax; \
3:  movl %eax, result(%esp); \
    ret

#define COUNT_BODY(c, result) \
    movl 4(%esp), %esi; \
    movl 8(%esp), %ecx; \
    movb c(%esp), %dl; \
    xorl %eax, %eax; \
    xorl %ebx, %ebx; \
1:  subl $1, %ecx; \
    jb 2f; \
    cmpb %dl, (%esi,%ecx); \
    sete %bl; \
    addl %ebx, %eax; \
    jmp 1b; \
2:  movl %eax, result(%esp); \
    ret

/* IndexByte(b []byte, c byte) int, IndexByteString(s string, c byte) int, Count, CountString. */
FUNC(internal/bytealg.IndexByte)
    INDEX_BODY(16, 20)
LEAF_END(internal/bytealg.IndexByte)

FUNC(internal/bytealg.IndexByteString)
    INDEX_BODY(12, 16)
LEAF_END(internal/bytealg.IndexByteString)

FUNC(internal/bytealg.Count)
    COUNT_BODY(16, 20)
LEAF_END(internal/bytealg.Count)

FUNC(internal/bytealg.CountString)
    COUNT_BODY(12, 16)
LEAF_END(internal/bytealg.CountString)
