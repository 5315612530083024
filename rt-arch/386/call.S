/* Calls of functions known only at run time, 386.
 *
 *   reflectcall(type, fn, stackArgs, stackArgsSize, stackRetOffset, frameSize, regArgs): words from 4(SP) on
 *
 *       | arguments of reflectcall  | SP + N + RCM_END + 4
 *       | return address            |
 *       | reflectcallmove's block   | SP + N
 *       | N bytes for the callee    | SP
 */
#include "tls.h"

#define CALL_EXTRA RCM_END
/* type, fn, stackArgs and regArgs are pointers: words of the stack arguments. */
#define CALL_ARG_PTRS 0x47

FUNC(runtime.reflectcall)
GLOBAL(reflect.call)
    movl 24(%esp), %eax
#define DISPATCH(N) \
    cmpl $N, %eax; \
    jbe runtime.call##N
    CALL_SIZES(DISPATCH)
    movl %esp, %edi
    movl $rt_badreflectcall, %eax
    call rt_hookcall
    ud2
END(runtime.reflectcall, 0, 28, FL_NOSPLIT | FL_WRAPPER, 0, 0, CALL_ARG_PTRS, 0)

#define F(N) (N + CALL_EXTRA)
#define CALLFN(N) \
FUNC(runtime.call##N) \
    movl TLS_G, %ebx; \
    movl %esp, %esi; \
    subl $F(N), %esi; \
    jb 8f; \
    cmpl G_STACKGUARD0(%ebx), %esi; \
    jbe 8f; \
7:  subl $F(N), %esp; \
    .cfi_adjust_cfa_offset F(N); \
    movl F(N)+12(%esp), %esi; \
    movl F(N)+16(%esp), %ecx; \
    movl %esp, %edi; \
    rep movsb; \
    movl F(N)+8(%esp), %edx; \
    movl (%edx), %eax; \
    call *%eax; \
    movl F(N)+16(%esp), %ecx; \
    movl F(N)+20(%esp), %eax; \
    subl %eax, %ecx; \
    jz 4f; \
    leal N(%esp), %edi; \
    movl F(N)+4(%esp), %ebx; \
    movl %ebx, RCM_TYPE(%edi); \
    movl F(N)+12(%esp), %ebx; \
    addl %eax, %ebx; \
    movl %ebx, RCM_DST(%edi); \
    leal (%esp,%eax), %ebx; \
    movl %ebx, RCM_SRC(%edi); \
    movl %ecx, RCM_SIZE(%edi); \
    movl F(N)+28(%esp), %ebx; \
    movl %ebx, RCM_REGS(%edi); \
    movl $rt_reflectcallmove, %eax; \
    call rt_hookcall; \
4:  addl $F(N), %esp; \
    .cfi_adjust_cfa_offset -(F(N)); \
    ret; \
8:  call runtime.morestack_noctxt; \
    jmp 7b;                                 /* past the check: see amd64/morestack.S */ \
END(runtime.call##N, F(N), 28, FL_WRAPPER, 0, 0, CALL_ARG_PTRS, 0)

CALL_SIZES(CALLFN)
