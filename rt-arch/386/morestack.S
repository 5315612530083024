/* Growing stacks and polling, 386. As amd64/morestack.S, without argument registers. */
#include "tls.h"

FUNC(runtime.morestack_noctxt)
    xorl %edx, %edx
    jmp runtime.morestack
END(runtime.morestack_noctxt, 0, 0, FL_NOSPLIT | FL_MORESTACK, 0, 0, 0, 0)

FUNC(runtime.morestack)
    movl TLS_G, %ebx
    movl G_M(%ebx), %ecx
    movl M_G0(%ecx), %esi
    cmpl %esi, %ebx
    je 1f
    cmpl M_GSIGNAL(%ecx), %ebx
    je 1f
    popl G_MORE_PC(%ebx)
    movl %esp, G_SCHED_SP(%ebx)
    movl %edx, G_SCHED_CTXT(%ebx)
    movl $rt_morestack_resume, G_SCHED_PC(%ebx)
    movl %esi, TLS_G
    movl G_SCHED_SP(%esi), %esp
    subl $12, %esp
    pushl %ebx
    call rt_newstack
    ud2
1:  movl (%esp), %eax
    andl $-16, %esp
    subl $12, %esp
    pushl %eax
    call rt_morestack_bad
    ud2
END(runtime.morestack, 0, 0, FL_NOSPLIT | FL_MORESTACK | FL_SPWRITE, 0, 0, 0, 0)

FUNC(rt_morestack_resume)
    movl TLS_G, %ebx
    jmpl *G_MORE_ENTRY(%ebx)
END(rt_morestack_resume, 0, 0, FL_NOSPLIT | FL_MORESTACK, 0, 0, 0, 0)

/* runtime.poll_slow: general register n in word n (AX CX DX BX (SP) BP SI DI), then X0 ... X7. */
#define POLL_FRAME (32 + 16 * 8)
FUNC(runtime.poll_slow)
    subl $POLL_FRAME, %esp
    .cfi_adjust_cfa_offset POLL_FRAME
    movl %eax, 0(%esp)
    movl %ecx, 4(%esp)
    movl %edx, 8(%esp)
    movl %ebx, 12(%esp)
    movl $0, 16(%esp)
    movl %ebp, 20(%esp)
    movl %esi, 24(%esp)
    movl %edi, 28(%esp)
    movups %xmm0, 32(%esp)
    movups %xmm1, 48(%esp)
    movups %xmm2, 64(%esp)
    movups %xmm3, 80(%esp)
    movups %xmm4, 96(%esp)
    movups %xmm5, 112(%esp)
    movups %xmm6, 128(%esp)
    movups %xmm7, 144(%esp)
    movl %esp, %edi
    movl $rt_poll, %eax
    call rt_hookcall
    movups 32(%esp), %xmm0
    movups 48(%esp), %xmm1
    movups 64(%esp), %xmm2
    movups 80(%esp), %xmm3
    movups 96(%esp), %xmm4
    movups 112(%esp), %xmm5
    movups 128(%esp), %xmm6
    movups 144(%esp), %xmm7
    movl 0(%esp), %eax
    movl 4(%esp), %ecx
    movl 8(%esp), %edx
    movl 12(%esp), %ebx
    movl 20(%esp), %ebp
    movl 24(%esp), %esi
    movl 28(%esp), %edi
    addl $POLL_FRAME, %esp
    .cfi_adjust_cfa_offset -POLL_FRAME
    ret
END(runtime.poll_slow, POLL_FRAME, 0, FL_NOSPLIT | FL_SAVES_REGS, 0, 0, 0, 0)
