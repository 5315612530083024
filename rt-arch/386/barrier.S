/* The write barrier, 386. amd64/barrier.S has the story.
 *
 * runtime.gcWriteBarrier: DI = address, SI = size in bytes. All registers are preserved, flags are not.
 */
#include "tls.h"

#define WB_FRAME 12
/* The cache of the P. */
#define WB_CACHE(d) \
    movl TLS_G, d; \
    movl G_M(d), d; \
    movl M_P(d), d; \
    movl P_CACHE(d), d

FUNC(runtime.gcWriteBarrier)
    pushl %eax
    .cfi_adjust_cfa_offset 4
    pushl %ecx
    .cfi_adjust_cfa_offset 4
    pushl %edx
    .cfi_adjust_cfa_offset 4
    WB_CACHE(%eax)
    cmpl $4, %esi
    jne 2f
    movl (%edi), %ecx
    testl %ecx, %ecx
    jz 1f
    movl C_WB_NEXT(%eax), %edx
    movl %ecx, (%edx)
    addl $4, %edx
    movl %edx, C_WB_NEXT(%eax)
    cmpl C_WB_END(%eax), %edx
    jae 2f
1:  popl %edx
    .cfi_remember_state
    .cfi_adjust_cfa_offset -4
    popl %ecx
    .cfi_adjust_cfa_offset -4
    popl %eax
    .cfi_adjust_cfa_offset -4
    ret
    .cfi_restore_state
2:  movl %ebx, C_WB_SAVE+0(%eax)
    movl %ebp, C_WB_SAVE+4(%eax)
    movl %esi, C_WB_SAVE+8(%eax)
    movl %edi, C_WB_SAVE+12(%eax)
    movups %xmm0, C_WB_SAVE+16(%eax)
    movups %xmm1, C_WB_SAVE+32(%eax)
    movups %xmm2, C_WB_SAVE+48(%eax)
    movups %xmm3, C_WB_SAVE+64(%eax)
    movups %xmm4, C_WB_SAVE+80(%eax)
    movups %xmm5, C_WB_SAVE+96(%eax)
    movups %xmm6, C_WB_SAVE+112(%eax)
    movups %xmm7, C_WB_SAVE+128(%eax)
    movl %eax, C_WB_AREA+0(%eax)
    movl %edi, C_WB_AREA+4(%eax)
    movl %esi, C_WB_AREA+8(%eax)
    leal C_WB_AREA(%eax), %edi
    movl $rt_gc_write_barrier, %eax
    call rt_hookcall
    WB_CACHE(%eax)
    movl C_WB_SAVE+0(%eax), %ebx
    movl C_WB_SAVE+4(%eax), %ebp
    movl C_WB_SAVE+8(%eax), %esi
    movl C_WB_SAVE+12(%eax), %edi
    movups C_WB_SAVE+16(%eax), %xmm0
    movups C_WB_SAVE+32(%eax), %xmm1
    movups C_WB_SAVE+48(%eax), %xmm2
    movups C_WB_SAVE+64(%eax), %xmm3
    movups C_WB_SAVE+80(%eax), %xmm4
    movups C_WB_SAVE+96(%eax), %xmm5
    movups C_WB_SAVE+112(%eax), %xmm6
    movups C_WB_SAVE+128(%eax), %xmm7
    jmp 1b
END(runtime.gcWriteBarrier, WB_FRAME, 0, FL_NOSPLIT, 0, 0, 0, 0)
