/* Compiled code's part in the tests, amd64. See src/lib.rs. */
#include "asm.h"

/* th_gocall: a goroutine's closure {code, block}: reflectcall with the block's seven words. */
FUNC(th_gocall)
    subq $8, %rsp
    .cfi_adjust_cfa_offset 8
    movq 8(%rdx), %rdx
    movq 0(%rdx), %rax
    movq 8(%rdx), %rbx
    movq 16(%rdx), %rcx
    movq 24(%rdx), %rdi
    movq 32(%rdx), %rsi
    movq 40(%rdx), %r8
    movq 48(%rdx), %r9
    call runtime.reflectcall
    addq $8, %rsp
    .cfi_adjust_cfa_offset -8
    ret
END(th_gocall, 8, 0, 0, 0, 0, 0, 0)

/* A Go function of up to four pointer arguments that is a Rust hook. */
#define HOOK4(name, hook) \
FUNC(name) \
    subq $40, %rsp; \
    .cfi_adjust_cfa_offset 40; \
    movq %rax, 0(%rsp); \
    movq %rbx, 8(%rsp); \
    movq %rcx, 16(%rsp); \
    movq %rdi, 24(%rsp); \
    movq %rsp, %rdi; \
    leaq hook(%rip), %rax; \
    call rt_hookcall; \
    addq $40, %rsp; \
    .cfi_adjust_cfa_offset -40; \
    ret; \
END(name, 40, 0, FL_NOSPLIT, 0, 4, 0xf, 0)

HOOK4(reflect.callReflect, th_call_reflect)
HOOK4(reflect.callMethod, th_call_reflect)
HOOK4(reflect.moveMakeFuncArgPtrs, th_move_ptrs)

/* th_recurse(depth, p, ...): AX counts down, BX points to the caller's word, which holds 0x5afe; all other argument
 * registers pass through unchanged. At the bottom th_bottom sees them all. Every frame checks its own p afterwards.
 *
 *       | word 0x5afe        | SP + 16 + REGARGS_SIZE
 *       | RegArgs            | SP + 16
 *       | p                  | SP
 */
#define RECURSE_WORD (16 + REGARGS_SIZE)
#define RECURSE_FRAME (RECURSE_WORD + 8)
FUNC(th_recurse)
    leaq -RECURSE_FRAME(%rsp), %r12
    cmpq G_STACKGUARD0(%r14), %r12
    jbe 8f
    subq $RECURSE_FRAME, %rsp
    .cfi_adjust_cfa_offset RECURSE_FRAME
    movq %rbx, 0(%rsp)
    movq $0x5afe, RECURSE_WORD(%rsp)
    decq %rax
    jz 1f
    leaq RECURSE_WORD(%rsp), %rbx
    call th_recurse
    jmp 2f
1:  leaq 16(%rsp), %r12
    SPILL_ARGS(%r12)
    movq %r12, %rdi
    leaq th_bottom(%rip), %rax
    call rt_hookcall
    leaq 16(%rsp), %r12
    UNSPILL_ARGS(%r12)
2:  movq 0(%rsp), %r12
    cmpq $0x5afe, (%r12)
    jne 3f
    addq $RECURSE_FRAME, %rsp
    .cfi_adjust_cfa_offset -RECURSE_FRAME
    ret
3:  ud2
8:  call runtime.morestack
    jmp th_recurse
END(th_recurse, RECURSE_FRAME, 0, 0, 0, 1, 2, 0)

/* th_poll: argument registers -> a poll -> the same argument registers as results. */
FUNC(th_poll)
    call runtime.poll_slow
    ret
END(th_poll, 0, 0, 0, 0, 0, 0, 0)

/* Callees: ints, floats, mixed, stack (the sum of an array of eight). th_direct_* are the same in C. */
FUNC(th_ints)
    addq %rbx, %rax
    ret
LEAF_END(th_ints)

FUNC(th_nothing)
    ret
LEAF_END(th_nothing)

FUNC(th_floats)
    addsd %xmm1, %xmm0
    addsd %xmm3, %xmm2
    addsd %xmm2, %xmm0
    ret
LEAF_END(th_floats)

FUNC(th_mixed)
    cvtsi2sdq %rax, %xmm1
    addsd %xmm1, %xmm0
    addq %rbx, %rax
    ret
LEAF_END(th_mixed)

FUNC(th_stack)
    movq 8(%rsp), %rax
    addq 64(%rsp), %rax
    ret
LEAF_END(th_stack)

/* th_barrier(address, size, three words): the write barrier, with the words in registers; they are its results too. */
FUNC(th_barrier)
    movq %rax, %r12
    movq %rbx, %r13
    movq %rcx, %rax
    movq %rdi, %rbx
    movq %rsi, %rcx
    call runtime.gcWriteBarrier
    ret
END(th_barrier, 0, 0, 0, 0, 0, 0, 0)
