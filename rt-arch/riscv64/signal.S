/* Threads, signals and system calls on Linux, riscv64. amd64/signal.S says what each does. */
#include "frame.h"

#define SYS_exit 93
#define SYS_rt_sigreturn 139
#define SYS_munmap 215
#define SYS_clone 220

FUNC(rt_sigtramp)
    GETTLS_T(x13, x6)
    tail rt_sighandler
CEND(rt_sigtramp)

/* The kernel brings its own return path; this one is never used. */
FUNC(rt_sigreturn)
    li x17, SYS_rt_sigreturn
    ecall
    unimp
CEND(rt_sigreturn)

/* (flags, stack_top, parent_tid, child_tid, tls, fn, arg); the kernel wants tls before child_tid. */
FUNC(rt_clone)
    andi x11, x11, -16
    addi x11, x11, -16
    sd x15, 0(x11)
    sd x16, 8(x11)
    mv x6, x13
    mv x13, x14
    mv x14, x6
    li x17, SYS_clone
    ecall
    beqz x10, 1f
    ret
1:  ld x6, 0(x2)
    ld x10, 8(x2)
    addi x2, x2, 16
    jalr x6
    li x10, 0
    li x17, SYS_exit
    ecall
    unimp
CEND(rt_clone)

FUNC(rt_exit_thread)
    beqz x11, 1f
    li x17, SYS_munmap
    ecall
1:  li x10, 0
    li x17, SYS_exit
    ecall
    unimp
CEND(rt_exit_thread)

FUNC(rt_set_tls)
    mv x4, x10
    li x10, 0
    ret
CEND(rt_set_tls)

#define SHIFT_ARGS \
    mv x17, x10; \
    mv x10, x11; \
    mv x11, x12; \
    mv x12, x13; \
    mv x13, x14; \
    mv x14, x15; \
    mv x15, x16

FUNC(rt_syscall6)
    SHIFT_ARGS
    ecall
    ret
CEND(rt_syscall6)

/* Syscall6(num, a1..a6) (r1, r2, errno): X10 ... X16 -> X10 X11 X12. */
FUNC(internal/runtime/syscall/linux.Syscall6)
    SYSCALL6_ARGS
    SHIFT_ARGS
    ecall
    li x6, -4095
    bgeu x10, x6, 1f
    li x12, 0
    SYSCALL6_RESULTS
    ret
1:  neg x12, x10
    li x10, -1
    li x11, 0
    SYSCALL6_RESULTS
    ret
LEAF_END(internal/runtime/syscall/linux.Syscall6)

/* rawSyscallNoError(trap, a1, a2, a3) (r1, r2). */
FUNC(syscall.rawSyscallNoError)
    SHIFT_ARGS
    ecall
    ret
LEAF_END(syscall.rawSyscallNoError)

/* rawVforkSyscall(trap, a1, a2, a3) (r1, err). */
FUNC(syscall.rawVforkSyscall)
    mv x17, x10
    mv x10, x11
    mv x11, x12
    mv x12, x13
    li x13, 0
    li x14, 0
    li x15, 0
    ecall
    li x6, -4095
    bgeu x10, x6, 1f
    li x11, 0
    ret
1:  neg x11, x10
    li x10, -1
    ret
LEAF_END(syscall.rawVforkSyscall)
