/* The code of func values made by reflect: MakeFunc's and method values, amd64.
 *
 * DX = the closure {code, stack bitmap, argument length, register-pointer bitmap, ...}, arguments as the closure's
 * type says. The frame:
 *
 *       | stack arguments, results  | SP + 320 = the "frame" that the Go side reads and writes
 *       | return address            |
 *       | RegArgs                   | SP + 40 (its Ptrs at SP + 232: pointers or nil whenever a stack walk looks)
 *       | retValid (a byte)         | SP + 32  whether stack results are values yet
 *       | three words, unused       | SP + 8
 *       | closure                   | SP       a pointer; leads the stack walk to the map of the stack arguments
 *
 * Nothing can scan the stack before moveMakeFuncArgPtrs has filled Ptrs: it is nosplit and has no write barriers.
 * Both are nosplit themselves, since only the closure knows which argument registers hold pointers.
 */
#include "asm.h"

#define STUB_VALID 32
#define STUB_REGS 40
#define STUB_FRAME (STUB_REGS + REGARGS_SIZE)

#define REFLECT_STUB(name, gofunc) \
    .weak STR(gofunc); \
    .weak STR(reflect.moveMakeFuncArgPtrs); \
FUNC(name) \
    subq $STUB_FRAME, %rsp; \
    .cfi_adjust_cfa_offset STUB_FRAME; \
    leaq STUB_REGS(%rsp), %r12; \
    SPILL_ARGS(%r12) \
    movq %rdx, 0(%rsp); \
    movq $0, STUB_VALID(%rsp); \
    movq %rdx, %rax; \
    movq %r12, %rbx; \
    call STR(reflect.moveMakeFuncArgPtrs); \
    movq 0(%rsp), %rax; \
    leaq STUB_FRAME+8(%rsp), %rbx; \
    leaq STUB_VALID(%rsp), %rcx; \
    leaq STUB_REGS(%rsp), %rdi; \
    call STR(gofunc); \
    leaq STUB_REGS(%rsp), %r12; \
    UNSPILL_ARGS(%r12) \
    addq $STUB_FRAME, %rsp; \
    .cfi_adjust_cfa_offset -STUB_FRAME; \
    ret; \
END(name, STUB_FRAME, 0, FL_NOSPLIT | FL_WRAPPER | FL_REFLECT_STUB, STUB_REGS + REGARGS_PTRS, NUM_INT_ARGS, 0, 0)

REFLECT_STUB(reflect.makeFuncStub, reflect.callReflect)
REFLECT_STUB(reflect.methodValueCall, reflect.callMethod)

/* oxigo_rustfunc_stub: the code of func values made of Rust closures. Above the same frame:
 *
 *       | closure, frame, &retValid, RegArgs | SP + STUB_FRAME: what the hook rt_rustfunc gets
 */
    .weak rt_rustfunc
FUNC(oxigo_rustfunc_stub)
    subq $(STUB_FRAME + 32), %rsp
    .cfi_adjust_cfa_offset STUB_FRAME + 32
    leaq STUB_REGS(%rsp), %r12
    SPILL_ARGS(%r12)
    movq %rdx, 0(%rsp)
    movq $0, STUB_VALID(%rsp)
    leaq STUB_FRAME(%rsp), %rdi
    movq %rdx, 0(%rdi)
    leaq STUB_FRAME+40(%rsp), %rax
    movq %rax, 8(%rdi)
    leaq STUB_VALID(%rsp), %rax
    movq %rax, 16(%rdi)
    movq %r12, 24(%rdi)
    leaq rt_rustfunc(%rip), %rax
    call rt_hookcall
    leaq STUB_REGS(%rsp), %r12
    UNSPILL_ARGS(%r12)
    addq $(STUB_FRAME + 32), %rsp
    .cfi_adjust_cfa_offset -(STUB_FRAME + 32)
    ret
END(oxigo_rustfunc_stub, STUB_FRAME + 32, 0, FL_NOSPLIT | FL_WRAPPER | FL_REFLECT_STUB, STUB_FRAME, 4, 0, 0)
