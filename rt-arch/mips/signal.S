/* Threads, signals and system calls on Linux, mips and mipsle. amd64/signal.S says what each does. The kernel tells of
 * an error by R7 and a positive number in R2; it takes arguments 5 and 6 from 16 and 20(SP). */
#include "frame.h"

#define SYS_exit 4001
#define SYS_munmap 4091
#define SYS_clone 4120
#define SYS_rt_sigreturn 4193
#define SYS_set_thread_area 4283

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

/* (flags, stack_top, parent_tid, child_tid, tls 16(SP), fn 20(SP), arg 24(SP)); the kernel wants
 * (flags, stack, parent_tid, tls, child_tid). */
FUNC(rt_clone)
    li $8, -16
    and $5, $5, $8
    addiu $5, $5, -32
    lw $8, 20($29)
    lw $9, 24($29)
    sw $8, 16($5)
    sw $9, 20($5)
    lw $8, 16($29)
    addiu $29, $29, -32
    sw $7, 16($29)
    move $7, $8
    li $2, SYS_clone
    syscall
    bnez $7, 2f
    beqz $2, 1f
    addiu $29, $29, 32
    jr $31
2:  addiu $29, $29, 32
    subu $2, $0, $2
    jr $31
1:  lw $25, 16($29)
    lw $4, 20($29)
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
    addu $4, $4, $8
    li $2, SYS_set_thread_area
    syscall
    jr $31
CEND(rt_set_tls)

/* C ABI: number, a1..a3 in R4 ... R7, a4..a6 at 16, 20, 24(SP). */
FUNC(rt_syscall6)
    lw $8, 20($29)
    lw $9, 24($29)
    lw $10, 16($29)
    addiu $29, $29, -32
    sw $8, 16($29)
    sw $9, 20($29)
    move $2, $4
    move $4, $5
    move $5, $6
    move $6, $7
    move $7, $10
    syscall
    addiu $29, $29, 32
    beqz $7, 1f
    subu $2, $0, $2
1:  jr $31
CEND(rt_syscall6)

/* Syscall6(num, a1..a6) (r1, r2, errno): R4 ... R10 -> R4 R5 R6. */
FUNC(internal/runtime/syscall/linux.Syscall6)
    addiu $29, $29, -32
    sw $9, 16($29)
    sw $10, 20($29)
    move $2, $4
    move $4, $5
    move $5, $6
    move $6, $7
    move $7, $8
    syscall
    addiu $29, $29, 32
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
    addiu $29, $29, -32
    sw $0, 16($29)
    sw $0, 20($29)
    syscall
    addiu $29, $29, 32
    bnez $7, 1f
    move $4, $2
    move $5, $0
    jr $31
1:  move $5, $2
    li $4, -1
    jr $31
LEAF_END(syscall.rawVforkSyscall)
