/* Switching between goroutine stacks and the thread's own stack, amd64.
 *
 * Compiled code runs on goroutine stacks with R14 = g and X15 = 0. Rust code runs on the stack of the thread's g0. The
 * thread-local oxigo_tls_g always names the g whose stack is in use: the goroutine, or g0 while Rust runs.
 *
 *   compiled f ──call──> stub (Go ABI, frame holds arguments and results) ──call──> rt_hookcall
 *                                                                                     │ g.sched = {SP, PC of stub}
 *       goroutine stack                    thread stack (g0)                          v
 *       | f's frame    |                   | scheduler's frames |   <- g0.sched.sp
 *       | stub's frame | <- g.sched.sp     | hook's frames      |   Rust fn(area: *mut u8)
 *
 * A hook that returns goes back through g.sched (the goroutine's stack may have moved meanwhile). A hook that parks
 * calls the scheduler instead and never returns: some thread's rt_gogo(g) takes g.sched up later, at the same place.
 */
#include "tls.h"

    TLS_SECTION
    .balign 8
    .globl oxigo_tls_g
    .type oxigo_tls_g, @object
    .size oxigo_tls_g, 8
oxigo_tls_g:
    .zero 8

/* rt_hookcall: how a stub calls a Rust hook.
 *   in:   RDI = address of the stub's argument area, RAX = extern "C" fn(*mut u8), R14 = g, on a Go stack
 *   out:  SP as before the call, R14 = g, X15 = 0; everything else is clobbered (BP too if the hook parked)
 * On g0 or gsignal the hook runs on the current stack.
 */
FUNC(rt_hookcall)
    movq G_M(%r14), %rcx
    movq M_G0(%rcx), %rdx
    cmpq %rdx, %r14
    je 1f
    cmpq M_GSIGNAL(%rcx), %r14
    je 1f
    popq G_SCHED_PC(%r14)
    .cfi_adjust_cfa_offset -8
    movq %rsp, G_SCHED_SP(%r14)
    movq $0, G_SCHED_CTXT(%r14)
    movq %r14, %rbx                         /* survives the C call */
    movq %rdx, %r14
    movq %rdx, TLS_G
    movq G_SCHED_SP(%rdx), %rsp
    call *%rax
    movq %rbx, %r14
    movq %rbx, TLS_G
    movq G_SCHED_SP(%rbx), %rsp
    xorps %xmm15, %xmm15
    pushq G_SCHED_PC(%rbx)                  /* a return, not a jump: keeps the return predictor in step */
    ret
1:  .cfi_def_cfa_offset 8
    pushq %rbx
    .cfi_adjust_cfa_offset 8
    movq %rsp, %rbx
    .cfi_def_cfa_register %rbx
    andq $-16, %rsp
    call *%rax
    movq %rbx, %rsp
    .cfi_def_cfa_register %rsp
    popq %rbx
    .cfi_adjust_cfa_offset -8
    xorps %xmm15, %xmm15
    ret
END(rt_hookcall, 0, 0, FL_NOSPLIT | FL_SPWRITE, 0, 0, 0, 0)

/* rt_gogo(g): continue goroutine g at its sched. C ABI in; never returns. Called on g0. */
FUNC(rt_gogo)
    movq %rdi, %r14
    movq %rdi, TLS_G
    movq G_SCHED_SP(%rdi), %rsp
    movq G_SCHED_CTXT(%rdi), %rdx
    movq $0, G_SCHED_CTXT(%rdi)             /* the collector need not keep it */
    xorps %xmm15, %xmm15
    jmpq *G_SCHED_PC(%rdi)
CEND(rt_gogo)

/* rt_gostart: where a new goroutine starts: sched = {top of its stack, rt_gostart, closure}.
 * Calls the closure, then the hook that ends the goroutine. Tracebacks know it as runtime.goexit. */
FUNC(rt_gostart)
    .cfi_undefined %rip
    xorl %ebp, %ebp
    call *(%rdx)
    movq %rsp, %rdi
    leaq rt_goexit1(%rip), %rax
    call rt_hookcall
    ud2
END_NAMED(rt_gostart, runtime.goexit, 0, 0, FL_NOSPLIT | FL_TOPFRAME, 0, 0, 0, 0)

/* rt_mstart(g0, fn, arg): make the current stack that of g0, then fn(arg). Hooks of goroutines on this thread will
 * run right below this frame. fn must not return. */
FUNC(rt_mstart)
    .cfi_undefined %rip
    xorl %ebp, %ebp
    andq $-16, %rsp
    movq %rsp, G_SCHED_SP(%rdi)
    movq %rdi, %r14
    movq %rdi, TLS_G
    movq %rdx, %rdi
    call *%rsi
    ud2
CEND(rt_mstart)

/* rt_on_g0(g0, fn, arg): as rt_mstart, for a caller with frames of its own to come back to: when fn returns, so does
 * rt_on_g0. C ABI. The goroutines that fn starts must be done or parked by then. */
FUNC(rt_on_g0)
    pushq %rbp
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %rbp, 0
    movq %rsp, %rbp
    .cfi_def_cfa_register %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    pushq %rdi
    movq %rsp, G_SCHED_SP(%rdi)             /* 16-aligned: return address, BP, six registers */
    movq %rdi, %r14
    movq %rdi, TLS_G
    movq %rdx, %rdi
    call *%rsi
    popq %rdi
    jmp 1f
    .globl rt_on_g0_return
/* rt_on_g0_return(g0): ends fn from anywhere below it (a goroutine's end in a host program, on g0). */
rt_on_g0_return:
    movq G_SCHED_SP(%rdi), %rsp
    leaq 48(%rsp), %rbp
    popq %rdi
1:  popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    .cfi_def_cfa %rsp, 8
    ret
CEND(rt_on_g0)

/* rt_getg(), rt_setg(g): the thread-local g. C ABI. */
FUNC(rt_getg)
    movq TLS_G, %rax
    ret
CEND(rt_getg)

FUNC(rt_setg)
    movq %rdi, TLS_G
    ret
CEND(rt_setg)
