/* Threads, signals and system calls on Linux, s390x. amd64/signal.S says what each does. */
#include "frame.h"

#define SYS_exit 1
#define SYS_munmap 91
#define SYS_clone 120
#define SYS_rt_sigreturn 173

FUNC(rt_sigtramp)
    GETTLS_T(%r5, %r1)
    jg rt_sighandler
CEND(rt_sigtramp)

FUNC(rt_sigreturn)
    svc SYS_rt_sigreturn
    .long 0
CEND(rt_sigreturn)

/* (flags r2, stack_top r3, parent_tid r4, child_tid r5, tls r6, fn 160(SP), arg 168(SP)); the kernel wants
 * (stack, flags, parent_tid, child_tid, tls). */
FUNC(rt_clone)
    lghi %r0, -8
    ngr %r3, %r0
    lg %r0, 160(%r15)
    lg %r1, 168(%r15)
    aghi %r3, -176
    stg %r0, 160(%r3)
    stg %r1, 168(%r3)
    lgr %r0, %r2
    lgr %r2, %r3
    lgr %r3, %r0
    svc SYS_clone
    ltgr %r2, %r2
    je 1f
    br %r14
1:  lg %r1, 160(%r15)
    lg %r2, 168(%r15)
    basr %r14, %r1
    lghi %r2, 0
    svc SYS_exit
    .long 0
CEND(rt_clone)

FUNC(rt_exit_thread)
    ltgr %r3, %r3
    je 1f
    svc SYS_munmap
1:  lghi %r2, 0
    svc SYS_exit
    .long 0
CEND(rt_exit_thread)

FUNC(rt_set_tls)
    sar %a1, %r2
    srlg %r2, %r2, 32
    sar %a0, %r2
    lghi %r2, 0
    br %r14
CEND(rt_set_tls)

/* C ABI: number, a1..a4 in r2 ... r6, a5 and a6 at 160 and 168(SP). Numbers go in r1. */
FUNC(rt_syscall6)
    stmg %r6, %r7, 48(%r15)
    lgr %r1, %r2
    lgr %r2, %r3
    lgr %r3, %r4
    lgr %r4, %r5
    lgr %r5, %r6
    lg %r6, 160(%r15)
    lg %r7, 168(%r15)
    svc 0
    lmg %r6, %r7, 48(%r15)
    br %r14
CEND(rt_syscall6)

#define SHIFT_ARGS \
    lgr %r1, %r2; \
    lgr %r2, %r3; \
    lgr %r3, %r4; \
    lgr %r4, %r5; \
    lgr %r5, %r6; \
    lgr %r6, %r7; \
    lgr %r7, %r8

/* Syscall6(num, a1..a6) (r1, r2, errno): R2 ... R8 -> R2 R3 R4. */
FUNC(internal/runtime/syscall/linux.Syscall6)
    SYSCALL6_ARGS
    SHIFT_ARGS
    svc 0
    lghi %r0, -4095
    clgr %r2, %r0
    jhe 1f
    lghi %r3, 0
    lghi %r4, 0
    SYSCALL6_RESULTS
    br %r14
1:  lcgr %r4, %r2
    lghi %r2, -1
    lghi %r3, 0
    SYSCALL6_RESULTS
    br %r14
LEAF_END(internal/runtime/syscall/linux.Syscall6)

/* rawSyscallNoError(trap, a1, a2, a3) (r1, r2). */
FUNC(syscall.rawSyscallNoError)
    SHIFT_ARGS
    svc 0
    lghi %r3, 0
    br %r14
LEAF_END(syscall.rawSyscallNoError)

/* rawVforkSyscall(trap, a1, a2, a3) (r1, err): the kernel's clone takes the stack first, so a1 (flags) and a2 (stack)
 * come in the caller's order already. */
FUNC(syscall.rawVforkSyscall)
    lgr %r1, %r2
    lgr %r2, %r3
    lgr %r3, %r4
    lgr %r4, %r5
    lghi %r5, 0
    lghi %r6, 0
    lghi %r7, 0
    svc 0
    lghi %r0, -4095
    clgr %r2, %r0
    jhe 1f
    lghi %r3, 0
    br %r14
1:  lcgr %r3, %r2
    lghi %r2, -1
    br %r14
LEAF_END(syscall.rawVforkSyscall)
