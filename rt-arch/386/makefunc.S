/* The code of func values made by reflect, 386. amd64/makefunc.S has the story.
 *
 *       | stack arguments, results           | SP + 24
 *       | return address                     |
 *       | retValid (a byte)                  | SP + 16
 *       | closure, frame, &retValid, RegArgs | SP     the callee's arguments, or what the hook gets
 */
#include "asm.h"

#define STUB_FRAME (20 + REGARGS_SIZE)

#define STUB_ENTER \
    subl $STUB_FRAME, %esp; \
    .cfi_adjust_cfa_offset STUB_FRAME; \
    movl %edx, 0(%esp); \
    movl $0, 16(%esp)

#define STUB_AREA \
    leal STUB_FRAME+4(%esp), %eax; \
    movl %eax, 4(%esp); \
    leal 16(%esp), %eax; \
    movl %eax, 8(%esp); \
    leal 20(%esp), %eax; \
    movl %eax, 12(%esp)

#define STUB_LEAVE \
    addl $STUB_FRAME, %esp; \
    .cfi_adjust_cfa_offset -STUB_FRAME; \
    ret

#define REFLECT_STUB(name, gofunc) \
    .weak gofunc; \
    .weak reflect.moveMakeFuncArgPtrs; \
FUNC(name) \
    STUB_ENTER; \
    leal 20(%esp), %eax; \
    movl %eax, 4(%esp); \
    call reflect.moveMakeFuncArgPtrs; \
    STUB_AREA; \
    call gofunc; \
    STUB_LEAVE; \
END(name, STUB_FRAME, 0, FL_NOSPLIT | FL_WRAPPER | FL_REFLECT_STUB, 0, 0, 0, 0)

REFLECT_STUB(reflect.makeFuncStub, reflect.callReflect)
REFLECT_STUB(reflect.methodValueCall, reflect.callMethod)

    .weak rt_rustfunc
FUNC(oxigo_rustfunc_stub)
    STUB_ENTER
    STUB_AREA
    movl %esp, %edi
    movl $rt_rustfunc, %eax
    call rt_hookcall
    STUB_LEAVE
END(oxigo_rustfunc_stub, STUB_FRAME, 0, FL_NOSPLIT | FL_WRAPPER | FL_REFLECT_STUB, 0, 4, 0, 0)
