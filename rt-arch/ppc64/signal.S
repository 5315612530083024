/* Threads, signals and system calls on Linux, ppc64 and ppc64le. amd64/signal.S says what each does. The kernel tells
 * of an error by CR0.SO and a positive number. */
#include "frame.h"

#define SYS_exit 1
#define SYS_munmap 91
#define SYS_clone 120
#define SYS_rt_sigreturn 172

/* Entered with R12 = its own address: the TOC pointer may be anything. */
FUNC(rt_sigtramp)
    addis 2, 12, (.TOC. - rt_sigtramp)@ha
    addi 2, 2, (.TOC. - rt_sigtramp)@l
    GETTLS_T(6, 10)
    LA(12, rt_sighandler)
    mtctr 12
    bctr
CEND(rt_sigtramp)

FUNC(rt_sigreturn)
    li 0, SYS_rt_sigreturn
    sc
    trap
CEND(rt_sigreturn)

/* (flags, stack_top, parent_tid, child_tid, tls, fn, arg); the kernel wants tls before child_tid. */
FUNC(rt_clone)
    clrrdi 4, 4, 4
    addi 4, 4, -128
    li 0, 0
    std 0, 0(4)
    std 8, 96(4)
    std 9, 104(4)
    mr 10, 6
    mr 6, 7
    mr 7, 10
    li 0, SYS_clone
    sc
    bso 2f
    cmpdi 3, 0
    beq 1f
    li 0, 0
    blr
2:  neg 3, 3
    li 0, 0
    blr
1:  ld 12, 96(1)
    ld 3, 104(1)
    mtctr 12
    bctrl
    li 3, 0
    li 0, SYS_exit
    sc
    trap
CEND(rt_clone)

FUNC(rt_exit_thread)
    cmpdi 4, 0
    beq 1f
    li 0, SYS_munmap
    sc
1:  li 3, 0
    li 0, SYS_exit
    sc
    trap
CEND(rt_exit_thread)

FUNC(rt_set_tls)
    mr 13, 3
    li 3, 0
    blr
CEND(rt_set_tls)

#define SHIFT_ARGS \
    mr 0, 3; \
    mr 3, 4; \
    mr 4, 5; \
    mr 5, 6; \
    mr 6, 7; \
    mr 7, 8; \
    mr 8, 9

FUNC(rt_syscall6)
    SHIFT_ARGS
    sc
    bnslr+
    neg 3, 3
    blr
CEND(rt_syscall6)

/* Syscall6(num, a1..a6) (r1, r2, errno): R3 ... R9 -> R3 R4 R5. */
FUNC(internal/runtime/syscall/linux.Syscall6)
    SYSCALL6_ARGS
    SHIFT_ARGS
    sc
    bso 1f
    li 4, 0
    li 5, 0
    li 0, 0
    SYSCALL6_RESULTS
    blr
1:  mr 5, 3
    li 3, -1
    li 4, 0
    li 0, 0
    SYSCALL6_RESULTS
    blr
LEAF_END(internal/runtime/syscall/linux.Syscall6)

/* rawSyscallNoError(trap, a1, a2, a3) (r1, r2). */
FUNC(syscall.rawSyscallNoError)
    SHIFT_ARGS
    sc
    li 4, 0
    li 0, 0
    blr
LEAF_END(syscall.rawSyscallNoError)

/* rawVforkSyscall(trap, a1, a2, a3) (r1, err). */
FUNC(syscall.rawVforkSyscall)
    mr 0, 3
    mr 3, 4
    mr 4, 5
    mr 5, 6
    li 6, 0
    li 7, 0
    li 8, 0
    sc
    bso 1f
    li 4, 0
    li 0, 0
    blr
1:  mr 4, 3
    li 3, -1
    li 0, 0
    blr
LEAF_END(syscall.rawVforkSyscall)
