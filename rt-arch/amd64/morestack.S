/* Growing stacks and polling, amd64.
 *
 * A function's prologue, when SP is at or below the guard, before it has changed anything:
 *
 *       | stack arguments           |
 *       | return address to caller  | <- SP at the function's entry = g.sched.sp
 *       | address in the prologue   |    (pushed by the call of morestack) = g.more.pc
 *
 * morestack puts the argument registers into g.more.regs, the closure context into g.sched.ctxt and
 * rt_morestack_resume into g.sched.pc, and runs Rust's rt_newstack(g) on g0. That finds the function by g.more.pc,
 * grows the stack (or lets another goroutine run), stores the function's entry in g.more.entry, and continues g.
 * The code at g.more.pc leads into the function behind its check; rt_newstack continues there instead when the check is
 * not to be made again (when each check moves the stack, for testing).
 * A stack walk that meets sched.pc == rt_morestack_resume treats the function as standing at its entry: no frame,
 * return address at sched.sp, argument registers in g.more.regs, of which arg_reg_ptrs are pointers.
 */
#include "tls.h"

/* runtime.morestack_noctxt: for functions that are no closures: nothing stale stays in the context register. */
FUNC(runtime.morestack_noctxt)
    xorl %edx, %edx
    jmp runtime.morestack
END(runtime.morestack_noctxt, 0, 0, FL_NOSPLIT | FL_MORESTACK, 0, 0, 0, 0)

/* runtime.morestack: in: argument registers, DX = context, R14 = g. R12 and R13 are free. */
FUNC(runtime.morestack)
    movq G_M(%r14), %r12
    movq M_G0(%r12), %r13
    cmpq %r13, %r14
    je 1f
    cmpq M_GSIGNAL(%r12), %r14
    je 1f
    popq G_MORE_PC(%r14)
    .cfi_adjust_cfa_offset -8
    movq %rsp, G_SCHED_SP(%r14)
    movq %rdx, G_SCHED_CTXT(%r14)
    leaq rt_morestack_resume(%rip), %r12
    movq %r12, G_SCHED_PC(%r14)
    leaq G_MORE_REGS(%r14), %r12
    SPILL_ARGS(%r12)
    movq %r14, %rdi
    movq %r13, %r14
    movq %r13, TLS_G
    movq G_SCHED_SP(%r13), %rsp
    call rt_newstack                        /* continues g by rt_gogo; does not return */
    ud2
1:  movq (%rsp), %rdi                       /* the system or signal stack has overflowed: fatal */
    andq $-16, %rsp
    call rt_morestack_bad
    ud2
END(runtime.morestack, 0, 0, FL_NOSPLIT | FL_MORESTACK | FL_SPWRITE, 0, 0, 0, 0)

/* rt_morestack_resume: entered by rt_gogo with SP as at the function's entry and DX = context. */
FUNC(rt_morestack_resume)
    leaq G_MORE_REGS(%r14), %r12
    UNSPILL_ARGS(%r12)
    jmpq *G_MORE_ENTRY(%r14)
END(rt_morestack_resume, 0, 0, FL_NOSPLIT | FL_MORESTACK, 0, 0, 0, 0)

/* runtime.poll_slow: called at a loop back edge when SP is at or below the guard. All registers survive; the stack
 * map at the return address may say that some general registers hold pointers.
 *
 *       | return address into the loop |
 *       | X0 ... X15, 16 bytes each    | SP + 128
 *       | general register n, n = 0..15| SP + 8n, in the order instructions number them:
 *       |                              | AX CX DX BX (SP: unused) BP SI DI R8 ... R15
 */
#define POLL_XMM 128
#define POLL_FRAME (POLL_XMM + 16 * 16)
FUNC(runtime.poll_slow)
    subq $POLL_FRAME, %rsp
    .cfi_adjust_cfa_offset POLL_FRAME
    movq %rax, 0(%rsp)
    movq %rcx, 8(%rsp)
    movq %rdx, 16(%rsp)
    movq %rbx, 24(%rsp)
    movq $0, 32(%rsp)
    movq %rbp, 40(%rsp)
    movq %rsi, 48(%rsp)
    movq %rdi, 56(%rsp)
    movq %r8, 64(%rsp)
    movq %r9, 72(%rsp)
    movq %r10, 80(%rsp)
    movq %r11, 88(%rsp)
    movq %r12, 96(%rsp)
    movq %r13, 104(%rsp)
    movq %r14, 112(%rsp)
    movq %r15, 120(%rsp)
    movups %xmm0, POLL_XMM+0(%rsp)
    movups %xmm1, POLL_XMM+16(%rsp)
    movups %xmm2, POLL_XMM+32(%rsp)
    movups %xmm3, POLL_XMM+48(%rsp)
    movups %xmm4, POLL_XMM+64(%rsp)
    movups %xmm5, POLL_XMM+80(%rsp)
    movups %xmm6, POLL_XMM+96(%rsp)
    movups %xmm7, POLL_XMM+112(%rsp)
    movups %xmm8, POLL_XMM+128(%rsp)
    movups %xmm9, POLL_XMM+144(%rsp)
    movups %xmm10, POLL_XMM+160(%rsp)
    movups %xmm11, POLL_XMM+176(%rsp)
    movups %xmm12, POLL_XMM+192(%rsp)
    movups %xmm13, POLL_XMM+208(%rsp)
    movups %xmm14, POLL_XMM+224(%rsp)
    movq %rsp, %rdi
    leaq rt_poll(%rip), %rax
    call rt_hookcall
    movups POLL_XMM+0(%rsp), %xmm0
    movups POLL_XMM+16(%rsp), %xmm1
    movups POLL_XMM+32(%rsp), %xmm2
    movups POLL_XMM+48(%rsp), %xmm3
    movups POLL_XMM+64(%rsp), %xmm4
    movups POLL_XMM+80(%rsp), %xmm5
    movups POLL_XMM+96(%rsp), %xmm6
    movups POLL_XMM+112(%rsp), %xmm7
    movups POLL_XMM+128(%rsp), %xmm8
    movups POLL_XMM+144(%rsp), %xmm9
    movups POLL_XMM+160(%rsp), %xmm10
    movups POLL_XMM+176(%rsp), %xmm11
    movups POLL_XMM+192(%rsp), %xmm12
    movups POLL_XMM+208(%rsp), %xmm13
    movups POLL_XMM+224(%rsp), %xmm14
    movq 0(%rsp), %rax
    movq 8(%rsp), %rcx
    movq 16(%rsp), %rdx
    movq 24(%rsp), %rbx
    movq 40(%rsp), %rbp
    movq 48(%rsp), %rsi
    movq 56(%rsp), %rdi
    movq 64(%rsp), %r8
    movq 72(%rsp), %r9
    movq 80(%rsp), %r10
    movq 88(%rsp), %r11
    movq 96(%rsp), %r12
    movq 104(%rsp), %r13
    movq 120(%rsp), %r15
    addq $POLL_FRAME, %rsp
    .cfi_adjust_cfa_offset -POLL_FRAME
    ret
END(runtime.poll_slow, POLL_FRAME, 0, FL_NOSPLIT | FL_SAVES_REGS, 0, 0, 0, 0)
