/* Calls of Go functions from Rust, amd64: from the thread's stack to a goroutine's and back, without the scheduler.
 *
 *   rt_gocall(g, fn, buffer, sizes)      RDI, RSI, RDX, RCX -> EAX; keeps BX, BP and SP (rt_arch::gocall says so)
 *
 * buffer: the RegArgs, and at BUFFER_STACK stack arguments and results; sizes: a reflect::raw::CallSizes.
 *
 *       thread's stack                          goroutine's stack
 *       | return address into Rust       |      | what waits: a hook's stub, or rt_goidle | <- g.sched.sp before
 *       | BP, BX                         |      | its pc, g.sched.pc                      |
 *       | buffer                         |      | SP of the thread's stack                | top word of the frame
 *       | g0                             |      | stack arguments and results             | SP
 *       | g0.sched.sp before             |      +-----------------------------------------+
 *       +--------------------------------+ <- g0.sched.sp: the callee's hooks run below
 *
 * On the goroutine this is a frame like any other, with the function that waits as its caller: walks, growth and hooks
 * need to know nothing more. Parking neither, as long as the goroutine returns to this thread. The slot with the SP of
 * the thread's stack is no pointer into the goroutine's, so moving that changes nothing.
 *
 * Lean calls, without stack arguments and with few registers, move those without asking which. They need no more of
 * the stack than a hook's stub may use; the callee checks for itself. The others ask; arguments beyond GOCALL_ARGS
 * bytes, or a stack that is nearly full or whose guard wants attention, go through reflectcall, whose callN check the
 * stack.
 */
#include "tls.h"

#define GOCALL_ARGS 256

/* rt_goidle: what a goroutine without code of its own stands in, as if it had called a hook. */
FUNC(rt_goidle)
    ud2
    ud2
END_NAMED(rt_goidle, runtime.goexit, 0, 0, FL_NOSPLIT | FL_TOPFRAME, 0, 0, 0, 0)

/* RDI = g, RDX = buffer: builds the thread's side; leaves R14 = g, RAX = SP. */
#define LEAVE_RUST \
    pushq %rbp; \
    .cfi_adjust_cfa_offset 8; \
    pushq %rbx; \
    .cfi_adjust_cfa_offset 8; \
    pushq %rdx; \
    .cfi_adjust_cfa_offset 8; \
    movq %rdi, %r14; \
    movq G_M(%r14), %rax; \
    movq M_G0(%rax), %rax; \
    pushq %rax; \
    .cfi_adjust_cfa_offset 8; \
    pushq G_SCHED_SP(%rax); \
    .cfi_adjust_cfa_offset 8; \
    movq %rsp, G_SCHED_SP(%rax);            /* 16-aligned: return address and five words */ \
    movq %r14, TLS_G; \
    movq %rsp, %rax

/* To the goroutine's stack, and the two words that the frame begins with. */
#define ENTER_GOROUTINE \
    movq G_SCHED_SP(%r14), %rsp; \
    .cfi_def_cfa_offset 0; \
    pushq G_SCHED_PC(%r14); \
    .cfi_adjust_cfa_offset 8; \
    pushq %rax; \
    .cfi_adjust_cfa_offset 8

/* From the slot with the thread's SP back to the thread's stack, to the words above buffer; leaves R12 = buffer. */
#define LEAVE_GOROUTINE \
    popq %r12; \
    .cfi_adjust_cfa_offset -8; \
    popq G_SCHED_PC(%r14); \
    .cfi_adjust_cfa_offset -8; \
    movq %rsp, G_SCHED_SP(%r14); \
    movq %r12, %rsp; \
    .cfi_def_cfa_offset 48; \
    popq %r13; \
    .cfi_adjust_cfa_offset -8; \
    popq %rdx; \
    .cfi_adjust_cfa_offset -8; \
    movq %r13, G_SCHED_SP(%rdx); \
    movq %rdx, TLS_G; \
    popq %r12; \
    .cfi_adjust_cfa_offset -8

#define RETURN_TO_RUST \
    popq %rbx; \
    .cfi_adjust_cfa_offset -8; \
    popq %rbp; \
    .cfi_adjust_cfa_offset -8; \
    ret

FUNC(rt_gocall)
    cmpl $0, CS_LEAN(%rcx)
    je rt_gocall_stack
    LEAVE_RUST
    movq %rdx, %r12
    movq %rsi, %rdx
    ENTER_GOROUTINE
    LOAD_INTS_LOW(%r12)
    LOAD_FLOATS_LOW(%r12)
    xorps %xmm15, %xmm15
    call *(%rdx)
    LEAVE_GOROUTINE
    STORE_INTS_LOW(%r12)
    STORE_FLOATS_LOW(%r12)
    xorl %eax, %eax
    RETURN_TO_RUST
END(rt_gocall, 8, 0, FL_NOSPLIT | FL_WRAPPER | FL_HOST_CALL, 0, 0, 0, 0)

/* With stack arguments; the frame has sizes at SP + GOCALL_ARGS, below the thread's SP. */
FUNC(rt_gocall_stack)
    LEAVE_RUST
    movq %rcx, %r13
    movq %rdx, %r12
    movq %rsi, %rdx
    movq G_SCHED_SP(%r14), %rcx
    subq $(GOCALL_ARGS + 24), %rcx
    movl CS_ARGS(%r13), %r15d
    cmpq G_STACKGUARD0(%r14), %rcx
    jbe rt_gocall_full
    cmpl $GOCALL_ARGS, %r15d
    ja rt_gocall_full
    ENTER_GOROUTINE
    pushq %r13
    .cfi_adjust_cfa_offset 8
    subq $GOCALL_ARGS, %rsp
    .cfi_adjust_cfa_offset GOCALL_ARGS
    testl %r15d, %r15d
    jnz 5f
1:  cmpb $0, CS_USED+1(%r13)
    jne 7f
2:  LOAD_INTS_LOW(%r12)
    cmpb $LOAD_INTS_LOW_COUNT, CS_USED(%r13)
    ja 8f
3:  xorps %xmm15, %xmm15
    call *(%rdx)
    movq GOCALL_ARGS(%rsp), %r13            /* results leave R12, R13, R15 and DX */
    movl CS_ARGS(%r13), %r15d
    movl CS_RET(%r13), %edx
    cmpl %edx, %r15d
    jne 6f
4:  movl CS_USED(%r13), %r15d
    addq $(GOCALL_ARGS + 8), %rsp
    .cfi_adjust_cfa_offset -(GOCALL_ARGS + 8)
    LEAVE_GOROUTINE
    STORE_INTS_LOW(%r12)
    testl $0xffff0000, %r15d
    jz 42f
    shrl $16, %r15d
    cmpb $STORE_INTS_LOW_COUNT, %r15b
    ja 43f
41: testl $0xff00, %r15d
    jnz 44f
42: xorl %eax, %eax
    RETURN_TO_RUST
    .cfi_adjust_cfa_offset 16
43: STORE_INTS_HIGH(%r12)
    jmp 41b
44: STORE_FLOATS_LOW(%r12)
    shrl $8, %r15d
    cmpb $STORE_FLOATS_LOW_COUNT, %r15b
    jbe 42b
    STORE_FLOATS_HIGH(%r12)
    jmp 42b
    .cfi_def_cfa_offset GOCALL_ARGS + 24
    /* Stack arguments: R15 bytes, in 8-byte words. */
5:  addl $7, %r15d
    shrl $3, %r15d
    leaq BUFFER_STACK(%r12), %rsi
51: movq -8(%rsi,%r15,8), %rax
    movq %rax, -8(%rsp,%r15,8)
    decl %r15d
    jnz 51b
    jmp 1b
    /* Stack results, from DX to R15. */
6:  movq GOCALL_ARGS+8(%rsp), %r13
    movq 16(%r13), %r13                     /* buffer, on the thread's stack */
    addl $7, %r15d
    shrl $3, %r15d
    shrl $3, %edx
61: movq -8(%rsp,%r15,8), %r12
    movq %r12, BUFFER_STACK-8(%r13,%r15,8)
    decl %r15d
    cmpl %edx, %r15d
    ja 61b
    movq GOCALL_ARGS(%rsp), %r13
    jmp 4b
7:  LOAD_FLOATS_LOW(%r12)
    cmpb $LOAD_FLOATS_LOW_COUNT, CS_USED+1(%r13)
    jbe 2b
    LOAD_FLOATS_HIGH(%r12)
    jmp 2b
8:  LOAD_INTS_HIGH(%r12)
    jmp 3b
END(rt_gocall_stack, GOCALL_ARGS + 16, 0, FL_NOSPLIT | FL_WRAPPER | FL_HOST_CALL, 0, 0, 0, 0)

/* The same by reflectcall, which copies the stack arguments and moves all registers. Entered with the thread's side
 * built, R12 = buffer, R13 = sizes, DX = fn. */
FUNC(rt_gocall_full)
    ENTER_GOROUTINE
    xorl %eax, %eax
    movq %rdx, %rbx
    leaq BUFFER_STACK(%r12), %rcx
    movl CS_ARGS(%r13), %edi
    movl CS_RET(%r13), %esi
    movl CS_FRAME(%r13), %r8d
    movq %r12, %r9
    xorps %xmm15, %xmm15
    call runtime.reflectcall
    LEAVE_GOROUTINE
    xorl %eax, %eax
    RETURN_TO_RUST
END(rt_gocall_full, 8, 0, FL_NOSPLIT | FL_WRAPPER | FL_HOST_CALL, 0, 0, 0, 0)

/* rt_gocall_caught: where rt_gogo continues a goroutine whose callee has panicked, SP at the slot with the thread's SP:
 * the call returns 1. */
FUNC(rt_gocall_caught)
    .cfi_def_cfa_offset 16
    LEAVE_GOROUTINE
    movl $1, %eax
    RETURN_TO_RUST
CEND(rt_gocall_caught)
