/* Threads, signals and system calls on Linux, arm64. amd64/signal.S says what each does. */
#include "frame.h"

#define SYS_exit 93
#define SYS_rt_sigreturn 139
#define SYS_munmap 215
#define SYS_clone 220

FUNC(rt_sigtramp)
    GETTLS_T(x3, x9)
    b rt_sighandler
CEND(rt_sigtramp)

FUNC(rt_sigreturn)
    mov x8, SYS_rt_sigreturn
    svc 0
    brk 1
CEND(rt_sigreturn)

/* (flags x0, stack_top x1, parent_tid x2, child_tid x3, tls x4, fn x5, arg x6); the kernel wants tls before child_tid. */
FUNC(rt_clone)
    and x1, x1, -16
    stp x5, x6, [x1, -16]!
    mov x9, x3
    mov x3, x4
    mov x4, x9
    mov x8, SYS_clone
    svc 0
    cbz x0, 1f
    ret
1:  mov x29, 0
    ldp x1, x0, [sp], 16
    blr x1
    mov x0, 0
    mov x8, SYS_exit
    svc 0
    brk 1
CEND(rt_clone)

FUNC(rt_exit_thread)
    cbz x1, 1f
    mov x8, SYS_munmap
    svc 0
1:  mov x0, 0
    mov x8, SYS_exit
    svc 0
    brk 1
CEND(rt_exit_thread)

FUNC(rt_set_tls)
    msr tpidr_el0, x0
    mov x0, 0
    ret
CEND(rt_set_tls)

FUNC(rt_syscall6)
    mov x8, x0
    mov x0, x1
    mov x1, x2
    mov x2, x3
    mov x3, x4
    mov x4, x5
    mov x5, x6
    svc 0
    ret
CEND(rt_syscall6)

/* Syscall6(num, a1..a6) (r1, r2, errno): R0 ... R6 -> R0 R1 R2. */
FUNC(internal/runtime/syscall/linux.Syscall6)
    SYSCALL6_ARGS
    mov x8, x0
    mov x0, x1
    mov x1, x2
    mov x2, x3
    mov x3, x4
    mov x4, x5
    mov x5, x6
    svc 0
    cmn x0, 4095
    b.hs 1f
    mov x2, 0
    SYSCALL6_RESULTS
    ret
1:  neg x2, x0
    mov x0, -1
    mov x1, 0
    SYSCALL6_RESULTS
    ret
LEAF_END(internal/runtime/syscall/linux.Syscall6)

/* rawSyscallNoError(trap, a1, a2, a3) (r1, r2). */
FUNC(syscall.rawSyscallNoError)
    mov x8, x0
    mov x0, x1
    mov x1, x2
    mov x2, x3
    svc 0
    ret
LEAF_END(syscall.rawSyscallNoError)

/* rawVforkSyscall(trap, a1, a2, a3) (r1, err). The link register keeps the return address from the child. */
FUNC(syscall.rawVforkSyscall)
    mov x8, x0
    mov x0, x1
    mov x1, x2
    mov x2, x3
    mov x3, 0
    mov x4, 0
    mov x5, 0
    svc 0
    cmn x0, 4095
    b.hs 1f
    mov x1, 0
    ret
1:  neg x1, x0
    mov x0, -1
    ret
LEAF_END(syscall.rawVforkSyscall)
