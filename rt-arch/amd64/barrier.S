/* The write barrier, amd64.
 *
 * runtime.gcWriteBarrier: called, while the collector marks, before pointers in the heap or in data are overwritten.
 *   in:   R12 = address, R13 = size in bytes (words), R14 = g
 *   out:  all registers preserved, R12 and R13 included; flags are not
 * The address has been checked for nil. One word: the old pointer goes into the P's buffer. More words, or a full
 * buffer: the hook rt_gc_write_barrier, with the registers kept in the cache's save area meanwhile (it neither parks
 * nor moves anything, so the P and its cache stay). Needs 40 bytes of stack.
 */
#include "asm.h"

#define WB_FRAME 24

FUNC(runtime.gcWriteBarrier)
    pushq %rax
    .cfi_adjust_cfa_offset 8
    pushq %rcx
    .cfi_adjust_cfa_offset 8
    pushq %rdx
    .cfi_adjust_cfa_offset 8
    movq G_M(%r14), %rax
    movq M_P(%rax), %rax
    movq P_CACHE(%rax), %rax
    cmpq $8, %r13
    jne 2f
    movq (%r12), %rcx
    testq %rcx, %rcx
    jz 1f
    movq C_WB_NEXT(%rax), %rdx
    movq %rcx, (%rdx)
    addq $8, %rdx
    movq %rdx, C_WB_NEXT(%rax)
    cmpq C_WB_END(%rax), %rdx
    jae 2f
1:  popq %rdx
    .cfi_remember_state
    .cfi_adjust_cfa_offset -8
    popq %rcx
    .cfi_adjust_cfa_offset -8
    popq %rax
    .cfi_adjust_cfa_offset -8
    ret
    .cfi_restore_state
2:  movq %rbx, C_WB_SAVE+0(%rax)
    movq %rsi, C_WB_SAVE+8(%rax)
    movq %rdi, C_WB_SAVE+16(%rax)
    movq %r8, C_WB_SAVE+24(%rax)
    movq %r9, C_WB_SAVE+32(%rax)
    movq %r10, C_WB_SAVE+40(%rax)
    movq %r11, C_WB_SAVE+48(%rax)
    movups %xmm0, C_WB_SAVE+64(%rax)
    movups %xmm1, C_WB_SAVE+80(%rax)
    movups %xmm2, C_WB_SAVE+96(%rax)
    movups %xmm3, C_WB_SAVE+112(%rax)
    movups %xmm4, C_WB_SAVE+128(%rax)
    movups %xmm5, C_WB_SAVE+144(%rax)
    movups %xmm6, C_WB_SAVE+160(%rax)
    movups %xmm7, C_WB_SAVE+176(%rax)
    movups %xmm8, C_WB_SAVE+192(%rax)
    movups %xmm9, C_WB_SAVE+208(%rax)
    movups %xmm10, C_WB_SAVE+224(%rax)
    movups %xmm11, C_WB_SAVE+240(%rax)
    movups %xmm12, C_WB_SAVE+256(%rax)
    movups %xmm13, C_WB_SAVE+272(%rax)
    movups %xmm14, C_WB_SAVE+288(%rax)
    movq %rax, C_WB_AREA+0(%rax)
    movq %r12, C_WB_AREA+8(%rax)
    movq %r13, C_WB_AREA+16(%rax)
    leaq C_WB_AREA(%rax), %rdi
    leaq rt_gc_write_barrier(%rip), %rax
    call rt_hookcall                        /* C code keeps RBP, R12, R13, R15; R14 and X15 are set again */
    movq G_M(%r14), %rax
    movq M_P(%rax), %rax
    movq P_CACHE(%rax), %rax
    movq C_WB_SAVE+0(%rax), %rbx
    movq C_WB_SAVE+8(%rax), %rsi
    movq C_WB_SAVE+16(%rax), %rdi
    movq C_WB_SAVE+24(%rax), %r8
    movq C_WB_SAVE+32(%rax), %r9
    movq C_WB_SAVE+40(%rax), %r10
    movq C_WB_SAVE+48(%rax), %r11
    movups C_WB_SAVE+64(%rax), %xmm0
    movups C_WB_SAVE+80(%rax), %xmm1
    movups C_WB_SAVE+96(%rax), %xmm2
    movups C_WB_SAVE+112(%rax), %xmm3
    movups C_WB_SAVE+128(%rax), %xmm4
    movups C_WB_SAVE+144(%rax), %xmm5
    movups C_WB_SAVE+160(%rax), %xmm6
    movups C_WB_SAVE+176(%rax), %xmm7
    movups C_WB_SAVE+192(%rax), %xmm8
    movups C_WB_SAVE+208(%rax), %xmm9
    movups C_WB_SAVE+224(%rax), %xmm10
    movups C_WB_SAVE+240(%rax), %xmm11
    movups C_WB_SAVE+256(%rax), %xmm12
    movups C_WB_SAVE+272(%rax), %xmm13
    movups C_WB_SAVE+288(%rax), %xmm14
    jmp 1b
END(runtime.gcWriteBarrier, WB_FRAME, 0, FL_NOSPLIT, 0, 0, 0, 0)
