/* Calls of Go functions from Rust, amd64: from the thread's stack to a goroutine's and back, without the scheduler.
 *
 *   rt_gocall(g, fn, buffer, sizes)      R14, RDX, R12, R13 -> EAX; keeps BX, BP and SP (rt_arch::gocall says so)
 *
 * buffer: the RegArgs, and at BUFFER_STACK stack arguments and results; sizes: a reflect::raw::CallSizes.
 *
 *       thread's stack                          goroutine's stack
 *       | return address into Rust       |      | what waits: a hook's stub, or rt_goidle | <- g.sched.sp before
 *       | BP, BX                         |      | its pc, g.sched.pc                      |
 *       | buffer                         |      | SP of the thread's stack                | top word of the frame
 *       | g0                             |      | sizes                                   |
 *       | g0.sched.sp before             |      | GOCALL_ARGS bytes for the stack part    | SP
 *       +--------------------------------+      +-----------------------------------------+
 *                                        ^ g0.sched.sp: the callee's hooks run below
 *
 * On the goroutine this is a frame like any other, with the function that waits as its caller: walks, growth and hooks
 * need to know nothing more. Parking neither, as long as the goroutine returns to this thread. The slots with the SP of
 * the thread's stack and with sizes are no pointers into the goroutine's, so moving that changes nothing.
 *
 * Every call loads the first few integer registers and stores the first few with results; what else there is, one test
 * each way asks (reflect::raw::Extra), and a second one for floats. Stack parts beyond GOCALL_ARGS bytes, or a stack that
 * is nearly full or whose guard wants attention, go through reflectcall, whose callN check the stack.
 */
#include "tls.h"

#define GOCALL_ARGS 256
/* From SP to the end of the frame, and its words. */
#define GOCALL_FRAME (GOCALL_ARGS + 24)
#define GOCALL_SIZES GOCALL_ARGS
#define GOCALL_SP    (GOCALL_ARGS + 8)
#define GOCALL_PC    (GOCALL_ARGS + 16)

/* rt_goidle: what a goroutine without code of its own stands in, as if it had called a hook. */
FUNC(rt_goidle)
    ud2
    ud2
END_NAMED(rt_goidle, runtime.goexit, 0, 0, FL_NOSPLIT | FL_TOPFRAME, 0, 0, 0, 0)

/* On the thread's stack again, from the words above buffer; leaves R12 = buffer. */
#define ENTER_RUST \
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

/* From the slot with the thread's SP back to the thread's stack. */
#define LEAVE_GOROUTINE \
    popq %r12; \
    .cfi_adjust_cfa_offset -8; \
    popq G_SCHED_PC(%r14); \
    .cfi_adjust_cfa_offset -8; \
    movq %rsp, G_SCHED_SP(%r14); \
    movq %r12, %rsp; \
    ENTER_RUST

FUNC(rt_gocall)
    pushq %rbp
    .cfi_adjust_cfa_offset 8
    pushq %rbx
    .cfi_adjust_cfa_offset 8
    pushq %r12
    .cfi_adjust_cfa_offset 8
    movq TLS_G, %rax
    pushq %rax
    .cfi_adjust_cfa_offset 8
    pushq G_SCHED_SP(%rax)
    .cfi_adjust_cfa_offset 8
    movq %rsp, G_SCHED_SP(%rax)             /* 16-aligned: return address and five words */
    movq %r14, TLS_G
    movq G_SCHED_SP(%r14), %rbx
    leaq -GOCALL_FRAME(%rbx), %rcx
    cmpq G_STACKGUARD0(%r14), %rcx
    jbe rt_gocall_full
    movq G_SCHED_PC(%r14), %rax
    movl CS_EXTRA(%r13), %r15d
    movq %rax, GOCALL_PC-GOCALL_FRAME(%rbx)
    movq %rsp, GOCALL_SP-GOCALL_FRAME(%rbx)
    movq %r13, GOCALL_SIZES-GOCALL_FRAME(%rbx)
    movq %rcx, %rsp
    .cfi_def_cfa_offset GOCALL_FRAME
    testb $EXTRA_ARGS, %r15b
    jnz 5f
1:  LOAD_INTS_LOW(%r12)
    testb $EXTRA_FLOAT_ARGS, %r15b
    jz 2f
    LOAD_FLOATS_LOW(%r12)
2:  xorps %xmm15, %xmm15
    call *(%rdx)
    movq GOCALL_SIZES(%rsp), %r13           /* results leave R12, R13, R15 and DX */
    movq GOCALL_PC(%rsp), %r12
    movl CS_EXTRA(%r13), %r15d
    movq %r12, G_SCHED_PC(%r14)
    testb $EXTRA_RESULTS, %r15b
    jnz 6f
3:  leaq GOCALL_FRAME(%rsp), %rdx
    movq %rdx, G_SCHED_SP(%r14)
    movq GOCALL_SP(%rsp), %rsp
    ENTER_RUST
    STORE_INTS_LOW(%r12)
    testb $EXTRA_FLOAT_RESULTS, %r15b
    jz 4f
    STORE_FLOATS_LOW(%r12)
4:  xorl %eax, %eax
    RETURN_TO_RUST
    .cfi_adjust_cfa_offset 16
    .cfi_def_cfa_offset GOCALL_FRAME
    /* Stack arguments, in 8-byte words, and the registers that few calls use. */
5:  movl CS_ARGS(%r13), %ecx
    cmpl $GOCALL_ARGS, %ecx
    ja 9f
    addl $7, %ecx
    shrl $3, %ecx
    jz 52f
51: movq BUFFER_STACK-8(%r12,%rcx,8), %rax
    movq %rax, -8(%rsp,%rcx,8)
    decl %ecx
    jnz 51b
52: cmpb $LOAD_FLOATS_LOW_COUNT, CS_USED+1(%r13)
    jbe 53f
    LOAD_FLOATS_HIGH(%r12)
53: cmpb $LOAD_INTS_LOW_COUNT, CS_USED(%r13)
    jbe 1b
    LOAD_INTS_HIGH(%r12)
    jmp 1b
    /* The registers that few calls use for results, and stack results, which begin and end at whole words. */
6:  movq GOCALL_SP(%rsp), %r12
    movq 16(%r12), %r12                     /* buffer */
    cmpb $STORE_INTS_LOW_COUNT, CS_USED+2(%r13)
    jbe 61f
    STORE_INTS_HIGH(%r12)
61: cmpb $STORE_FLOATS_LOW_COUNT, CS_USED+3(%r13)
    jbe 62f
    STORE_FLOATS_HIGH(%r12)
62: movl CS_RET(%r13), %edx
    movl CS_ARGS(%r13), %r15d
    shrl $3, %edx
    addl $7, %r15d
    shrl $3, %r15d
63: cmpl %edx, %r15d
    jbe 64f
    movq -8(%rsp,%r15,8), %r13
    movq %r13, BUFFER_STACK-8(%r12,%r15,8)
    decl %r15d
    jmp 63b
64: movq GOCALL_SIZES(%rsp), %r13
    movl CS_EXTRA(%r13), %r15d
    jmp 3b
    /* More than the frame has room for. */
9:  movq GOCALL_SP(%rsp), %rsp
    .cfi_def_cfa_offset 48
    jmp rt_gocall_full
END(rt_gocall, GOCALL_ARGS + 16, 0, FL_NOSPLIT | FL_WRAPPER | FL_HOST_CALL, 0, 0, 0, 0)

/* The same by reflectcall, which copies the stack part and moves all registers. Entered with the thread's side built,
 * R12 = buffer, R13 = sizes, DX = fn. */
FUNC(rt_gocall_full)
    .cfi_def_cfa_offset 48
    movq %rsp, %rax
    movq G_SCHED_SP(%r14), %rsp
    .cfi_def_cfa_offset 0
    pushq G_SCHED_PC(%r14)
    .cfi_adjust_cfa_offset 8
    pushq %rax
    .cfi_adjust_cfa_offset 8
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
