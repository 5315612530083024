/* Threads, signals and system calls on Linux, mips64 and mips64le. amd64/signal.S says what each does. The kernel tells
 * of an error by R7 and a positive number in R2. */
#include "frame.h"

#define SYS_munmap 5011
#define SYS_clone 5055
#define SYS_exit 5058
#define SYS_rt_sigreturn 5211
#define SYS_set_thread_area 5242

FUNC(rt_sigtramp)
    GETTLS_T($7, $9)
    LA($25, rt_sighandler)
    jr $25
CEND(rt_sigtramp)

FUNC(rt_sigreturn)
    li $2, SYS_rt_sigreturn
    syscall
    break
CEND(rt_sigreturn)

/* (flags, stack_top, parent_tid, child_tid, tls, fn, arg) in R4 ... R10; the kernel wants tls before child_tid. */
FUNC(rt_clone)
    li $2, -16
    and $5, $5, $2
    daddiu $5, $5, -16
    sd $9, 0($5)
    sd $10, 8($5)
    move $2, $7
    move $7, $8
    move $8, $2
    li $2, SYS_clone
    syscall
    bnez $7, 2f
    beqz $2, 1f
    jr $31
2:  dsubu $2, $0, $2
    jr $31
1:  ld $25, 0($29)
    ld $4, 8($29)
    jalr $25
    move $4, $0
    li $2, SYS_exit
    syscall
    break
CEND(rt_clone)

FUNC(rt_exit_thread)
    beqz $5, 1f
    li $2, SYS_munmap
    syscall
1:  move $4, $0
    li $2, SYS_exit
    syscall
    break
CEND(rt_exit_thread)

FUNC(rt_set_tls)
    li $8, 0x7000
    daddu $4, $4, $8
    li $2, SYS_set_thread_area
    syscall
    jr $31
CEND(rt_set_tls)

/* C ABI: number, a1..a6 in R4 ... R10. */
FUNC(rt_syscall6)
    move $2, $4
    move $4, $5
    move $5, $6
    move $6, $7
    move $7, $8
    move $8, $9
    move $9, $10
    syscall
    beqz $7, 1f
    dsubu $2, $0, $2
1:  jr $31
CEND(rt_syscall6)

/* Syscall6(num, a1..a6) (r1, r2, errno): R4 ... R10 -> R4 R5 R6. */
FUNC(internal/runtime/syscall/linux.Syscall6)
    move $2, $4
    move $4, $5
    move $5, $6
    move $6, $7
    move $7, $8
    move $8, $9
    move $9, $10
    syscall
    move $5, $3
    bnez $7, 1f
    move $4, $2
    move $6, $0
    jr $31
1:  move $6, $2
    li $4, -1
    move $5, $0
    jr $31
LEAF_END(internal/runtime/syscall/linux.Syscall6)

/* rawSyscallNoError(trap, a1, a2, a3) (r1, r2). */
FUNC(syscall.rawSyscallNoError)
    move $2, $4
    move $4, $5
    move $5, $6
    move $6, $7
    syscall
    move $4, $2
    move $5, $3
    jr $31
LEAF_END(syscall.rawSyscallNoError)

/* rawVforkSyscall(trap, a1, a2, a3) (r1, err). */
FUNC(syscall.rawVforkSyscall)
    move $2, $4
    move $4, $5
    move $5, $6
    move $6, $7
    move $7, $0
    move $8, $0
    move $9, $0
    syscall
    bnez $7, 1f
    move $4, $2
    move $5, $0
    jr $31
1:  move $5, $2
    li $4, -1
    jr $31
LEAF_END(syscall.rawVforkSyscall)
