/* Small machine-specific functions of Go packages, 386: arguments and results on the stack. */
#include "asm.h"

/* procyield(cycles uint32). */
FUNC(runtime.procyield)
    movl 4(%esp), %eax
1:  testl %eax, %eax
    jz 2f
    pause
    decl %eax
    jmp 1b
2:  ret
LEAF_END(runtime.procyield)

/* cputicks() int64. */
FUNC(runtime.cputicks)
    rdtsc
    movl %eax, 4(%esp)
    movl %edx, 8(%esp)
    ret
LEAF_END(runtime.cputicks)

/* cpuid(eaxArg, ecxArg uint32) (eax, ebx, ecx, edx uint32). */
FUNC(internal/cpu.cpuid)
GLOBAL(vendor/golang.org/x/sys/cpu.cpuid)
    movl 4(%esp), %eax
    movl 8(%esp), %ecx
    cpuid
    movl %eax, 12(%esp)
    movl %ebx, 16(%esp)
    movl %ecx, 20(%esp)
    movl %edx, 24(%esp)
    ret
LEAF_END(internal/cpu.cpuid)

/* xgetbv() (eax, edx uint32). */
FUNC(internal/cpu.xgetbv)
GLOBAL(vendor/golang.org/x/sys/cpu.xgetbv)
    xorl %ecx, %ecx
    xgetbv
    movl %eax, 4(%esp)
    movl %edx, 8(%esp)
    ret
LEAF_END(internal/cpu.xgetbv)

/* getGOAMD64level() int32. */
FUNC(internal/cpu.getGOAMD64level)
    movl $1, 4(%esp)
    ret
LEAF_END(internal/cpu.getGOAMD64level)

/* Marker functions, which do nothing. */
FUNC(crypto/internal/boring/sig.BoringCrypto)
GLOBAL(crypto/internal/boring/sig.FIPSOnly)
GLOBAL(crypto/internal/boring/sig.StandardCrypto)
    ret
LEAF_END(crypto/internal/boring/sig.BoringCrypto)
