/* Threads, signals and system calls on Linux, 386 (int 0x80: number in AX, arguments in BX CX DX SI DI BP).
 * amd64/signal.S says what each does. */
#include "tls.h"

#define SYS_exit 1
#define SYS_munmap 91
#define SYS_clone 120
#define SYS_rt_sigreturn 173
#define SYS_set_thread_area 243
/* struct user_desc: entry number, base, limit, flags (32-bit, limit in pages, usable). */
#define DESC_FLAGS 0x51

/* The handler has its three arguments on the stack; g becomes the fourth. */
FUNC(rt_sigtramp)
    movl TLS_G, %eax
    movl 4(%esp), %ecx
    movl 8(%esp), %edx
    pushl %ebx
    movl 16(%esp), %ebx
    subl $8, %esp
    pushl %eax
    pushl %ebx
    pushl %edx
    pushl %ecx
    call rt_sighandler
    addl $24, %esp
    popl %ebx
    ret
CEND(rt_sigtramp)

FUNC(rt_sigreturn)
    movl $SYS_rt_sigreturn, %eax
    int $0x80
    ud2
CEND(rt_sigreturn)

/* (flags, stack_top, parent_tid, child_tid, tls, fn, arg) on the stack. The kernel wants a user_desc for tls: the
 * thread gets the caller's segment number with a base of its own. */
FUNC(rt_clone)
    pushl %ebx
    pushl %esi
    pushl %edi
    subl $16, %esp
    movl 32(%esp), %ebx
    movl 36(%esp), %ecx
    andl $-16, %ecx
    subl $16, %ecx
    movl 52(%esp), %eax
    movl %eax, 0(%ecx)
    movl 56(%esp), %eax
    movl %eax, 4(%ecx)
    movl 40(%esp), %edx
    movl %gs, %eax
    shrl $3, %eax
    movl %eax, 0(%esp)
    movl 48(%esp), %eax
    movl %eax, 4(%esp)
    movl $0xfffff, 8(%esp)
    movl $DESC_FLAGS, 12(%esp)
    movl %esp, %esi
    movl 44(%esp), %edi
    movl $SYS_clone, %eax
    int $0x80
    testl %eax, %eax
    jz 1f
    addl $16, %esp
    popl %edi
    popl %esi
    popl %ebx
    ret
1:  xorl %ebp, %ebp
    popl %eax
    popl %ecx
    subl $4, %esp
    pushl %ecx
    call *%eax
    xorl %ebx, %ebx
    movl $SYS_exit, %eax
    int $0x80
    ud2
CEND(rt_clone)

FUNC(rt_exit_thread)
    movl 4(%esp), %ebx
    movl 8(%esp), %ecx
    testl %ecx, %ecx
    jz 1f
    movl $SYS_munmap, %eax
    int $0x80
1:  xorl %ebx, %ebx
    movl $SYS_exit, %eax
    int $0x80
    ud2
CEND(rt_exit_thread)

FUNC(rt_set_tls)
    pushl %ebx
    subl $16, %esp
    movl 24(%esp), %eax
    movl $-1, 0(%esp)
    movl %eax, 4(%esp)
    movl $0xfffff, 8(%esp)
    movl $DESC_FLAGS, 12(%esp)
    movl %esp, %ebx
    movl $SYS_set_thread_area, %eax
    int $0x80
    testl %eax, %eax
    jnz 1f
    movl 0(%esp), %ecx
    leal 3(,%ecx,8), %ecx
    movl %ecx, %gs
1:  addl $16, %esp
    popl %ebx
    ret
CEND(rt_set_tls)

FUNC(rt_syscall6)
    pushl %ebp
    pushl %ebx
    pushl %esi
    pushl %edi
    movl 20(%esp), %eax
    movl 24(%esp), %ebx
    movl 28(%esp), %ecx
    movl 32(%esp), %edx
    movl 36(%esp), %esi
    movl 40(%esp), %edi
    movl 44(%esp), %ebp
    int $0x80
    popl %edi
    popl %esi
    popl %ebx
    popl %ebp
    ret
CEND(rt_syscall6)

/* Syscall6(num, a1..a6) (r1, r2, errno): words from 4(SP) on. */
FUNC(internal/runtime/syscall/linux.Syscall6)
    pushl %ebp
    .cfi_adjust_cfa_offset 4
    movl 8(%esp), %eax
    movl 12(%esp), %ebx
    movl 16(%esp), %ecx
    movl 20(%esp), %edx
    movl 24(%esp), %esi
    movl 28(%esp), %edi
    movl 32(%esp), %ebp
    int $0x80
    popl %ebp
    .cfi_adjust_cfa_offset -4
    cmpl $-4095, %eax
    jae 1f
    movl %eax, 32(%esp)
    movl %edx, 36(%esp)
    movl $0, 40(%esp)
    ret
1:  negl %eax
    movl $-1, 32(%esp)
    movl $0, 36(%esp)
    movl %eax, 40(%esp)
    ret
LEAF_END(internal/runtime/syscall/linux.Syscall6)

/* rawSyscallNoError(trap, a1, a2, a3) (r1, r2). */
FUNC(syscall.rawSyscallNoError)
    movl 4(%esp), %eax
    movl 8(%esp), %ebx
    movl 12(%esp), %ecx
    movl 16(%esp), %edx
    int $0x80
    movl %eax, 20(%esp)
    movl %edx, 24(%esp)
    ret
LEAF_END(syscall.rawSyscallNoError)

/* rawVforkSyscall(trap, a1, a2, a3) (r1, err): the return address waits in a register. */
FUNC(syscall.rawVforkSyscall)
    popl %edi
    movl 0(%esp), %eax
    movl 4(%esp), %ebx
    movl 8(%esp), %ecx
    movl 12(%esp), %edx
    xorl %esi, %esi
    int $0x80
    pushl %edi
    cmpl $-4095, %eax
    jae 1f
    movl %eax, 20(%esp)
    movl $0, 24(%esp)
    ret
1:  negl %eax
    movl $-1, 20(%esp)
    movl %eax, 24(%esp)
    ret
LEAF_END(syscall.rawVforkSyscall)
