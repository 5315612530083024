/* Threads, signals and system calls on Linux, both widths of mips. amd64/signal.S says what each function does. The kernel
 * tells of an error by R7 and a positive number in R2.
 *
 * mips/signal.S and mips64/signal.S say where the conventions put what does not fit in R4 ... R7:
 *   C_ARGS               arguments 5 to 7 of a C function to R8, R9, R10
 *   KERNEL_ARGS(a, b)    a system call's arguments 5 and 6; KERNEL_DONE takes away what it has put on the stack
 */

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

/* (flags, stack_top, parent_tid, child_tid, tls, fn, arg); the kernel wants tls before child_tid. The child finds fn and
 * arg above the home area of the function it calls. */
FUNC(rt_clone)
    C_ARGS
    li $2, -16
    and $5, $5, $2
    op_addi $5, $5, -32
    op_st $9, 16($5)
    op_st $10, 16 + WORD($5)
    move $2, $7
    move $7, $8
    KERNEL_ARGS($2, $0)
    li $2, SYS_clone
    syscall
    bnez $7, 2f
    beqz $2, 1f
    KERNEL_DONE
    jr $31
2:  KERNEL_DONE
    op_sub $2, $0, $2
    jr $31
1:  op_ld $25, 16($29)
    op_ld $4, 16 + WORD($29)
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
    li $2, SYS_set_thread_area
    syscall
    jr $31
CEND(rt_set_tls)

/* Number and arguments from R4 ... R10 to where the kernel wants them, and the call. */
#define SYSCALL6 \
    move $2, $4; \
    move $4, $5; \
    move $5, $6; \
    move $6, $7; \
    move $7, $8; \
    KERNEL_ARGS($9, $10); \
    syscall; \
    KERNEL_DONE

FUNC(rt_syscall6)
    C_ARGS
    SYSCALL6
    beqz $7, 1f
    op_sub $2, $0, $2
1:  jr $31
CEND(rt_syscall6)

/* Syscall6(num, a1..a6) (r1, r2, errno): R4 ... R10 -> R4 R5 R6. */
FUNC(internal/runtime/syscall/linux.Syscall6)
    SYSCALL6_ARGS
    SYSCALL6
    move $5, $3
    bnez $7, 1f
    move $4, $2
    move $6, $0
    SYSCALL6_RESULTS
    jr $31
1:  move $6, $2
    li $4, -1
    move $5, $0
    SYSCALL6_RESULTS
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
    KERNEL_ARGS($0, $0)
    syscall
    KERNEL_DONE
    bnez $7, 1f
    move $4, $2
    move $5, $0
    jr $31
1:  move $5, $2
    li $4, -1
    jr $31
LEAF_END(syscall.rawVforkSyscall)
