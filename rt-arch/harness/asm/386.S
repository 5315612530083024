/* Compiled code's part in the tests, 386. asm/amd64.S has the comments. */
#include "tls.h"

FUNC(th_gocall)
    subl $28, %esp
    .cfi_adjust_cfa_offset 28
    movl 4(%edx), %esi
    movl %esp, %edi
    movl $7, %ecx
    rep movsl
    call runtime.reflectcall
    addl $28, %esp
    .cfi_adjust_cfa_offset -28
    ret
END(th_gocall, 28, 0, 0, 0, 0, 0, 0)

#define HOOK4(name, hook) \
FUNC(name) \
    leal 4(%esp), %edi; \
    movl $hook, %eax; \
    call rt_hookcall; \
    ret; \
END(name, 0, 16, FL_NOSPLIT, 0, 0, 0xf, 0)

HOOK4(reflect.callReflect, th_call_reflect)
HOOK4(reflect.callMethod, th_call_reflect)
HOOK4(reflect.moveMakeFuncArgPtrs, th_move_ptrs)

/* th_recurse(depth, p): p at SP + 8, the word at SP + 12. */
#define RECURSE_FRAME 32
FUNC(th_recurse)
    movl TLS_G, %ebx
    leal -RECURSE_FRAME(%esp), %eax
    cmpl G_STACKGUARD0(%ebx), %eax
    jbe 8f
    subl $RECURSE_FRAME, %esp
    .cfi_adjust_cfa_offset RECURSE_FRAME
    movl RECURSE_FRAME+4(%esp), %eax
    movl RECURSE_FRAME+8(%esp), %ecx
    movl %ecx, 8(%esp)
    movl $0x5afe, 12(%esp)
    decl %eax
    jz 1f
    movl %eax, 0(%esp)
    leal 12(%esp), %ecx
    movl %ecx, 4(%esp)
    call th_recurse
    jmp 2f
1:  leal 16(%esp), %edi
    movl $th_bottom, %eax
    call rt_hookcall
2:  movl 8(%esp), %ecx
    cmpl $0x5afe, (%ecx)
    jne 3f
    addl $RECURSE_FRAME, %esp
    .cfi_adjust_cfa_offset -RECURSE_FRAME
    ret
3:  ud2
8:  call runtime.morestack
    jmp th_recurse
END(th_recurse, RECURSE_FRAME, 8, 0, 8, 1, 2, 0)

/* th_poll(five words) (the same): through registers. */
FUNC(th_poll)
    movl 4(%esp), %eax
    movl 8(%esp), %ecx
    movl 12(%esp), %edx
    movl 16(%esp), %esi
    movl 20(%esp), %edi
    movl $0, 4(%esp)
    movl $0, 8(%esp)
    movl $0, 12(%esp)
    movl $0, 16(%esp)
    movl $0, 20(%esp)
    call runtime.poll_slow
    movl %eax, 4(%esp)
    movl %ecx, 8(%esp)
    movl %edx, 12(%esp)
    movl %esi, 16(%esp)
    movl %edi, 20(%esp)
    ret
END(th_poll, 0, 20, 0, 0, 0, 0, 0)

/* th_barrier(address, size, three words): the write barrier, with the words in registers; they are its results too. */
FUNC(th_barrier)
    movl 4(%esp), %edi
    movl 8(%esp), %esi
    movl 12(%esp), %eax
    movl 16(%esp), %ecx
    movl 20(%esp), %ebx
    call runtime.gcWriteBarrier
    movl %eax, 24(%esp)
    movl %ecx, 28(%esp)
    movl %ebx, 32(%esp)
    ret
END(th_barrier, 0, 32, 0, 0, 0, 0, 0)
