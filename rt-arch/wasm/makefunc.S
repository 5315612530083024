/* The code of func values made by reflect, wasm. amd64/makefunc.S has the story.
 *
 *       | stack arguments, results           | SP + 48
 *       | return pc                          |
 *       | retValid (a byte)                  | SP + 32
 *       | closure, frame, &retValid, RegArgs | SP     the callee's arguments, or what the hook gets
 *
 * A RegArgs has no bytes here; its address is that of what lies above.
 */
#include "isa.h"

#define STUB_VALID 32
#define STUB_FRAME 40
#define STUB_ARGS 48

/* Opens the frame: the closure at its bottom. */
#define STUB_ENTER \
    SUB_SP(STUB_FRAME); \
    GET_SP; GET_CTXT; STORE_PTR(0); \
    GET_SP; i64.const 0; i64.store STUB_VALID

/* The rest of the arguments. */
#define STUB_AREA \
    GET_SP; GET_SP; i32.const STUB_ARGS; i32.add; STORE_PTR(8); \
    GET_SP; GET_SP; i32.const STUB_VALID; i32.add; STORE_PTR(16); \
    GET_SP; GET_SP; i32.const STUB_FRAME; i32.add; STORE_PTR(24)

    .functype reflect.moveMakeFuncArgPtrs (i32) -> (i32)
    .functype reflect.callReflect (i32) -> (i32)
    .functype reflect.callMethod (i32) -> (i32)
    .functype rt_rustfunc (i32) -> ()
    .weak reflect.moveMakeFuncArgPtrs
    .weak reflect.callReflect
    .weak reflect.callMethod
    .weak rt_rustfunc

#define REFLECT_STUB(name, gofunc) \
FUNC(name); \
    POINTS3; \
    STUB_ENTER; \
    GET_SP; GET_SP; i32.const STUB_FRAME; i32.add; STORE_PTR(8); \
    CALL(name, 1, reflect.moveMakeFuncArgPtrs); \
    POINT; \
    STUB_AREA; \
    CALL(name, 2, gofunc); \
    POINT; \
    RET(STUB_FRAME); \
END(name, STUB_FRAME, 0, FL_NOSPLIT | FL_WRAPPER | FL_REFLECT_STUB, 0, 0, 0, 0)

REFLECT_STUB(reflect.makeFuncStub, reflect.callReflect)
REFLECT_STUB(reflect.methodValueCall, reflect.callMethod)

/* oxigo_rustfunc_stub: the code of func values made of Rust closures. */
FUNC(oxigo_rustfunc_stub)
    POINTS2
    STUB_ENTER
    STUB_AREA
    GET_SP
    HOOKCALL(oxigo_rustfunc_stub, 1, rt_rustfunc)
    POINT
    RET(STUB_FRAME)
END(oxigo_rustfunc_stub, STUB_FRAME, 0, FL_NOSPLIT | FL_WRAPPER | FL_REFLECT_STUB, 0, 4, 0, 0)
