/* Calls of functions known only at run time, amd64.
 *
 *   reflectcall(type, fn, stackArgs, stackArgsSize, stackRetOffset, frameSize, regArgs)      ABIInternal
 *               AX    BX  CX         DI             SI              R8         R9
 *
 * picks the smallest callN with frameSize <= N:
 *
 *       | return address            |
 *       | reflectcallmove's block   | SP + N + 32    (see layout.h; written after the call only)
 *       | stackArgsSize, retOffset  | SP + N + 24    two uint32
 *       | regArgs                   | SP + N + 16  \
 *       | stackArgs                 | SP + N + 8    | pointers, live during the call
 *       | type                      | SP + N       /
 *       | N bytes for the callee    | SP             its stack arguments and results
 */
#include "asm.h"

#define CALL_EXTRA (32 + RCM_END)
/* AX, BX, CX and R9 carry pointers at entry. */
#define CALL_REG_PTRS 0x47

/* runtime.reflectcall, which reflect knows as call. */
FUNC(runtime.reflectcall)
GLOBAL(reflect.call)
#define DISPATCH(N) \
    cmpl $N, %r8d; \
    jbe runtime.call##N
    CALL_SIZES(DISPATCH)
    subq $8, %rsp
    .cfi_adjust_cfa_offset 8
    movq %rsp, %rdi
    leaq rt_badreflectcall(%rip), %rax      /* throws "reflect.call: frame too large" */
    call rt_hookcall
    ud2
END(runtime.reflectcall, 0, 0, FL_NOSPLIT | FL_WRAPPER, 0, 0, CALL_REG_PTRS, 0)

/* What the callN share. R13 = the address of the slots, above the callee's N bytes.
 *
 * rt_call_enter: type, fn, ... still in their registers. Fills the slots, copies the stack arguments, loads all argument
 * registers; leaves the context in DX and the code address in R12. */
FUNC(rt_call_enter)
    movq %rax, 0(%r13)
    movq %rcx, 8(%r13)
    movq %r9, 16(%r13)
    movl %edi, 24(%r13)
    movl %esi, 28(%r13)
    movq %rbx, %rdx
    movq %rcx, %rsi
    movl %edi, %ecx
    leaq 8(%rsp), %rdi
    cmpl $512, %ecx                         /* a repeated move takes its time to begin, for no byte too */
    jae 3f
1:  subl $16, %ecx
    jb 2f
    movups (%rsi), %xmm0
    movups %xmm0, (%rdi)
    addq $16, %rsi
    addq $16, %rdi
    jmp 1b
2:  addl $16, %ecx
    jz 4f
    cmpl $8, %ecx
    jne 3f
    movq (%rsi), %rax
    movq %rax, (%rdi)
    jmp 4f
3:  rep movsb
4:  movq 16(%r13), %r12
    UNSPILL_ARGS(%r12)
    movq (%rdx), %r12
    ret
LEAF_END(rt_call_enter)

/* rt_call_leave: stores all result registers; if there are stack results or pointers in registers, reflectcallmove. */
FUNC(rt_call_leave)
    movq 16(%r13), %r12
    SPILL_ARGS(%r12)
    movl 28(%r13), %eax
    movl 24(%r13), %ecx
    subl %eax, %ecx
    movzwl REGARGS_RETURN_IS_PTR(%r12), %edx
    orl %ecx, %edx
    jz 1f
    leaq 32(%r13), %rdi
    movq 0(%r13), %rdx
    movq %rdx, RCM_TYPE(%rdi)
    movq 8(%r13), %rdx
    addq %rax, %rdx
    movq %rdx, RCM_DST(%rdi)
    leaq 8(%rsp,%rax), %rdx
    movq %rdx, RCM_SRC(%rdi)
    movq %rcx, RCM_SIZE(%rdi)
    movq %r12, RCM_REGS(%rdi)
    leaq rt_reflectcallmove(%rip), %rax
    call rt_hookcall
1:  ret
LEAF_END(rt_call_leave)

/* Only the frame differs. The check compares SP - frame with the guard, and sees a frame larger than SP as too large as
 * well. */
#define CALLFN(N) \
FUNC(runtime.call##N) \
    movq %rsp, %r12; \
    subq $(N + CALL_EXTRA), %r12; \
    jb 8f; \
    cmpq G_STACKGUARD0(%r14), %r12; \
    jbe 8f; \
7:  movq %r12, %rsp; \
    .cfi_adjust_cfa_offset N + CALL_EXTRA; \
    leaq N(%rsp), %r13; \
    call rt_call_enter; \
    call *%r12; \
    leaq N(%rsp), %r13; \
    call rt_call_leave; \
    addq $(N + CALL_EXTRA), %rsp; \
    .cfi_adjust_cfa_offset -(N + CALL_EXTRA); \
    ret; \
8:  call runtime.morestack_noctxt; \
    leaq -(N + CALL_EXTRA)(%rsp), %r12;     /* past the check: see morestack.S */ \
    jmp 7b; \
END(runtime.call##N, N + CALL_EXTRA, 0, FL_WRAPPER, N, 3, CALL_REG_PTRS, 0)

CALL_SIZES(CALLFN)
