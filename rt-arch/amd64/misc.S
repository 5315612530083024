/* Small machine-specific functions of Go packages, ABIInternal, amd64. */
#include "asm.h"

/* procyield(cycles uint32). */
FUNC(runtime.procyield)
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
    shlq $32, %rdx
    orq %rdx, %rax
    ret
LEAF_END(runtime.cputicks)

/* cpuid(eaxArg, ecxArg uint32) (eax, ebx, ecx, edx uint32): AX BX -> AX BX CX DI. */
FUNC(internal/cpu.cpuid)
GLOBAL(vendor/golang.org/x/sys/cpu.cpuid)
    movl %ebx, %ecx
    cpuid
    movl %edx, %edi
    ret
LEAF_END(internal/cpu.cpuid)

/* xgetbv() (eax, edx uint32): -> AX BX. */
FUNC(internal/cpu.xgetbv)
GLOBAL(vendor/golang.org/x/sys/cpu.xgetbv)
    xorl %ecx, %ecx
    xgetbv
    movl %edx, %ebx
    ret
LEAF_END(internal/cpu.xgetbv)

/* getGOAMD64level() int32. */
FUNC(internal/cpu.getGOAMD64level)
    movl $1, %eax
    ret
LEAF_END(internal/cpu.getGOAMD64level)

/* Marker functions, which do nothing. */
FUNC(crypto/internal/boring/sig.BoringCrypto)
GLOBAL(crypto/internal/boring/sig.FIPSOnly)
GLOBAL(crypto/internal/boring/sig.StandardCrypto)
    ret
LEAF_END(crypto/internal/boring/sig.BoringCrypto)
