/* Switching between goroutine stacks and the thread's own stack, 386. amd64/switch.S has the story and the pictures.
 * There is no g register: compiled code finds g in the thread-local oxigo_tls_g, at %gs. All arguments of Go functions
 * are on the stack, from 4(SP) at entry; DX is the closure context.
 */
#include "tls.h"

    TLS_SECTION
    .balign 8
    .globl oxigo_tls_g
    .type oxigo_tls_g, @object
    .size oxigo_tls_g, 8
oxigo_tls_g:
    .zero 8

/* rt_hookcall: DI = the stub's argument area, AX = extern "C" fn(*mut u8). Everything but SP is clobbered. */
FUNC(rt_hookcall)
    movl TLS_G, %ebx
    movl G_M(%ebx), %ecx
    movl M_G0(%ecx), %edx
    cmpl %edx, %ebx
    je 1f
    cmpl M_GSIGNAL(%ecx), %ebx
    je 1f
    popl G_SCHED_PC(%ebx)
    movl %esp, G_SCHED_SP(%ebx)
    movl $0, G_SCHED_CTXT(%ebx)
    movl %edx, TLS_G
    movl G_SCHED_SP(%edx), %esp
    subl $12, %esp
    pushl %edi
    call *%eax
    movl %ebx, TLS_G                        /* BX survives the C call */
    movl G_SCHED_SP(%ebx), %esp
    pushl G_SCHED_PC(%ebx)
    ret
1:  pushl %ebp
    movl %esp, %ebp
    andl $-16, %esp
    subl $12, %esp
    pushl %edi
    call *%eax
    movl %ebp, %esp
    popl %ebp
    ret
END(rt_hookcall, 0, 0, FL_NOSPLIT | FL_SPWRITE, 0, 0, 0, 0)

/* rt_gogo(g), C ABI. */
FUNC(rt_gogo)
    movl 4(%esp), %ebx
    movl %ebx, TLS_G
    movl G_SCHED_SP(%ebx), %esp
    movl G_SCHED_CTXT(%ebx), %edx
    movl $0, G_SCHED_CTXT(%ebx)
    jmpl *G_SCHED_PC(%ebx)
CEND(rt_gogo)

FUNC(rt_gostart)
    .cfi_undefined %eip
    xorl %ebp, %ebp
    call *(%edx)
    movl %esp, %edi
    movl $rt_goexit1, %eax
    call rt_hookcall
    ud2
END_NAMED(rt_gostart, runtime.goexit, 0, 0, FL_NOSPLIT | FL_TOPFRAME, 0, 0, 0, 0)

/* rt_mstart(g0, fn, arg), C ABI. */
FUNC(rt_mstart)
    .cfi_undefined %eip
    xorl %ebp, %ebp
    movl 4(%esp), %ebx
    movl 8(%esp), %eax
    movl 12(%esp), %ecx
    andl $-16, %esp
    movl %esp, G_SCHED_SP(%ebx)
    movl %ebx, TLS_G
    subl $12, %esp
    pushl %ecx
    call *%eax
    ud2
CEND(rt_mstart)

/* rt_on_g0(g0, fn, arg), C ABI: the callee-saved registers wait at g0.sched.sp. */
FUNC(rt_on_g0)
    pushl %ebp
    pushl %ebx
    pushl %esi
    pushl %edi
    .cfi_adjust_cfa_offset 16
    movl 20(%esp), %ebx
    movl 24(%esp), %eax
    movl 28(%esp), %ecx
    subl $12, %esp
    .cfi_adjust_cfa_offset 12
    movl %esp, G_SCHED_SP(%ebx)             /* 16-aligned: return address, four registers, 12 bytes */
    movl %ebx, TLS_G
    subl $12, %esp
    pushl %ecx
    call *%eax
    addl $16, %esp
    jmp 1f
    .globl rt_on_g0_return
rt_on_g0_return:
    movl 4(%esp), %ebx
    movl G_SCHED_SP(%ebx), %esp
1:  addl $12, %esp
    .cfi_adjust_cfa_offset -12
    popl %edi
    popl %esi
    popl %ebx
    popl %ebp
    .cfi_adjust_cfa_offset -16
    ret
CEND(rt_on_g0)

FUNC(rt_getg)
    movl TLS_G, %eax
    ret
CEND(rt_getg)

FUNC(rt_setg)
    movl 4(%esp), %eax
    movl %eax, TLS_G
    ret
CEND(rt_setg)
