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

/* runtime.poll_slow: general register n in word n (AX CX DX BX (SP) BP SI DI), then the low halves of X0 ... X7. */
#define POLL_FRAME GENERAL_SIZE
FUNC(runtime.poll_slow)
    subl $POLL_FRAME, %esp
    .cfi_adjust_cfa_offset POLL_FRAME
    SAVE_GENERAL(%esp)
    movl %esp, %edi
    movl $rt_poll, %eax
    call rt_hookcall
    RESTORE_GENERAL(%esp)
    addl $POLL_FRAME, %esp
    .cfi_adjust_cfa_offset -POLL_FRAME
    ret
END(runtime.poll_slow, POLL_FRAME, 0, FL_NOSPLIT | FL_SAVES_REGS, 0, 0, 0, 0)
