/* Threads and signals on Linux, amd64. All with the C ABI unless said otherwise. */
#include "tls.h"

#define SYS_munmap 11
#define SYS_rt_sigreturn 15
#define SYS_clone 56
#define SYS_exit 60
#define SYS_arch_prctl 158
#define ARCH_SET_FS 0x1002

/* rt_sigtramp(sig, info, ucontext): the handler that the kernel calls, on the signal stack. R14 may hold anything
 * (Rust code uses it), so g comes from thread-local storage: rt_sighandler(sig, info, ucontext, g). */
FUNC(rt_sigtramp)
    movq TLS_G, %rcx
    jmp rt_sighandler
CEND(rt_sigtramp)

/* rt_sigreturn: the handler's return address (SA_RESTORER). */
FUNC(rt_sigreturn)
    .cfi_undefined %rip
    movl $SYS_rt_sigreturn, %eax
    syscall
    ud2
CEND(rt_sigreturn)

/* rt_clone(flags, stack_top, parent_tid, child_tid, tls, fn, arg) -> tid or -errno
 *          RDI    RSI        RDX         RCX        R8   R9  8(SP)
 * The child runs fn(arg) on the new stack and exits when it returns. */
FUNC(rt_clone)
    movq 8(%rsp), %rax
    andq $-16, %rsi
    subq $16, %rsi
    movq %r9, (%rsi)
    movq %rax, 8(%rsi)
    movq %rcx, %r10
    movl $SYS_clone, %eax
    syscall
    testq %rax, %rax
    jz 1f
    ret
1:  .cfi_undefined %rip
    xorl %ebp, %ebp
    popq %rax
    popq %rdi
    call *%rax
    xorl %edi, %edi
    movl $SYS_exit, %eax
    syscall
    ud2
CEND(rt_clone)

/* rt_exit_thread(stack, size): unmaps the thread's own stack (size 0: leaves it) and ends the thread. */
FUNC(rt_exit_thread)
    testq %rsi, %rsi
    jz 1f
    movl $SYS_munmap, %eax
    syscall
1:  xorl %edi, %edi
    movl $SYS_exit, %eax
    syscall
    ud2
CEND(rt_exit_thread)

/* rt_set_tls(base) -> 0 or -errno: sets the thread pointer of the calling thread. */
FUNC(rt_set_tls)
    movq %rdi, %rsi
    movl $ARCH_SET_FS, %edi
    movl $SYS_arch_prctl, %eax
    syscall
    ret
CEND(rt_set_tls)

/* rt_syscall6(number, a1, a2, a3, a4, a5, a6) -> result or -errno
 *             RDI     RSI RDX RCX R8 R9 8(SP) */
FUNC(rt_syscall6)
    movq %rdi, %rax
    movq %rsi, %rdi
    movq %rdx, %rsi
    movq %rcx, %rdx
    movq %r8, %r10
    movq %r9, %r8
    movq 8(%rsp), %r9
    syscall
    ret
CEND(rt_syscall6)

/* Syscall6(num, a1..a6) (r1, r2, errno), ABIInternal: AX BX CX DI SI R8 R9 -> AX BX CX. */
FUNC(internal/runtime/syscall/linux.Syscall6)
    movq %rdi, %rdx
    movq %rcx, %r12
    movq %rbx, %rdi
    movq %rsi, %r10
    movq %r12, %rsi
    syscall
    cmpq $-4095, %rax
    jae 1f
    movq %rdx, %rbx
    xorl %ecx, %ecx
    ret
1:  negq %rax
    movq %rax, %rcx
    movq $-1, %rax
    xorl %ebx, %ebx
    ret
LEAF_END(internal/runtime/syscall/linux.Syscall6)

/* rawSyscallNoError(trap, a1, a2, a3) (r1, r2), ABIInternal: AX BX CX DI -> AX BX. */
FUNC(syscall.rawSyscallNoError)
    movq %rdi, %rdx
    movq %rbx, %rdi
    movq %rcx, %rsi
    syscall
    movq %rdx, %rbx
    ret
LEAF_END(syscall.rawSyscallNoError)

/* rawVforkSyscall(trap, a1, a2, a3) (r1, err), ABIInternal. Parent and child share the stack, and the child's calls
 * overwrite the return address: it waits in a register. */
FUNC(syscall.rawVforkSyscall)
    movq %rdi, %rdx
    movq %rbx, %rdi
    movq %rcx, %rsi
    xorl %r10d, %r10d
    xorl %r8d, %r8d
    xorl %r9d, %r9d
    popq %r12
    .cfi_adjust_cfa_offset -8
    .cfi_register %rip, %r12
    syscall
    pushq %r12
    .cfi_adjust_cfa_offset 8
    xorl %ebx, %ebx
    cmpq $-4095, %rax
    jb 1f
    negq %rax
    movq %rax, %rbx
    movq $-1, %rax
1:  ret
LEAF_END(syscall.rawVforkSyscall)
