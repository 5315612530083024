/* Threads, signals and system calls on Linux, arm (EABI: number in R7, arguments in R0 ... R5). amd64/signal.S says what
 * each does. */
#include "frame.h"

#define SYS_exit 1
#define SYS_munmap 91
#define SYS_clone 120
#define SYS_rt_sigreturn 173
#define ARM_set_tls 0x0f0005

FUNC(rt_sigtramp)
    push {r4, lr}
    GETTLS_T(r3, r4)
    pop {r4, lr}
    b rt_sighandler
CEND(rt_sigtramp)

FUNC(rt_sigreturn)
    mov r7, #SYS_rt_sigreturn
    svc #0
    udf #0
CEND(rt_sigreturn)

/* (flags, stack_top, parent_tid, child_tid, tls [SP], fn [SP+4], arg [SP+8]); the kernel wants tls before child_tid. */
FUNC(rt_clone)
    push {r4, r5, r7, lr}
    bic r1, r1, #7
    ldr r5, [sp, #20]
    str r5, [r1, #-8]!
    ldr r5, [sp, #24]
    str r5, [r1, #4]
    mov r4, r3
    ldr r3, [sp, #16]
    mov r7, #SYS_clone
    svc #0
    cmp r0, #0
    beq 1f
    pop {r4, r5, r7, pc}
1:  pop {r1, r2}
    mov r0, r2
    blx r1
    mov r0, #0
    mov r7, #SYS_exit
    svc #0
    udf #0
CEND(rt_clone)

FUNC(rt_exit_thread)
    cmp r1, #0
    beq 1f
    mov r7, #SYS_munmap
    svc #0
1:  mov r0, #0
    mov r7, #SYS_exit
    svc #0
    udf #0
CEND(rt_exit_thread)

FUNC(rt_set_tls)
    push {r7, lr}
    movw r7, #(ARM_set_tls & 0xffff)
    movt r7, #(ARM_set_tls >> 16)
    svc #0
    pop {r7, pc}
CEND(rt_set_tls)

/* C ABI: number, a1..a3 in R0 ... R3, a4..a6 on the stack. */
FUNC(rt_syscall6)
    push {r4, r5, r7, lr}
    mov r7, r0
    mov r0, r1
    mov r1, r2
    mov r2, r3
    ldr r3, [sp, #16]
    ldr r4, [sp, #20]
    ldr r5, [sp, #24]
    svc #0
    pop {r4, r5, r7, pc}
CEND(rt_syscall6)

/* Syscall6(num, a1..a6) (r1, r2, errno): R0 R1 R2 R4 R5 R6 R8 -> R0 R1 R2. */
FUNC(internal/runtime/syscall/linux.Syscall6)
    SYSCALL6_ARGS
    mov r7, r0
    mov r0, r1
    mov r1, r2
    mov r2, r4
    mov r3, r5
    mov r4, r6
    mov r5, r8
    svc #0
    mov r2, #0
    cmn r0, #4096
    bhi 1f
    SYSCALL6_RESULTS
    bx lr
1:  rsb r2, r0, #0
    mvn r0, #0
    mov r1, #0
    SYSCALL6_RESULTS
    bx lr
LEAF_END(internal/runtime/syscall/linux.Syscall6)

/* rawSyscallNoError(trap, a1, a2, a3) (r1, r2). */
FUNC(syscall.rawSyscallNoError)
    mov r7, r0
    mov r0, r1
    mov r1, r2
    mov r2, r4
    svc #0
    bx lr
LEAF_END(syscall.rawSyscallNoError)

/* rawVforkSyscall(trap, a1, a2, a3) (r1, err). */
FUNC(syscall.rawVforkSyscall)
    mov r7, r0
    mov r0, r1
    mov r1, r2
    mov r2, r4
    mov r3, #0
    mov r4, #0
    mov r5, #0
    svc #0
    mov r1, #0
    cmn r0, #4096
    bhi 1f
    bx lr
1:  rsb r1, r0, #0
    mvn r0, #0
    bx lr
LEAF_END(syscall.rawVforkSyscall)
