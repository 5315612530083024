/* The code of func values made by reflect, on machines with a link register. amd64/makefunc.S has the story.
 *
 *       | RegArgs                                   | SP + STUB_REGS
 *       | retValid (a byte)                         | SP + STUB_VALID
 *       | closure, frame, &retValid, RegArgs        | SP + MINFRAME   arguments, or what the hook gets
 *       | saved link register                       | SP
 *
 * The closure's slot leads the stack walk to the map of the stack arguments.
 */
#include "frame.h"

#define STUB_VALID (MINFRAME + 4 * WORD)
#define STUB_REGS (MINFRAME + 5 * WORD)
#define STUB_FRAME FRAME(STUB_REGS + REGARGS_SIZE)
#define STUB_ROW STUB_FRAME, 0, FL_NOSPLIT | FL_WRAPPER | FL_REFLECT_STUB, STUB_REGS + REGARGS_PTRS, NUM_INT_ARGS, 0, 0

#define STUB_ENTER \
    ENTER(STUB_FRAME); \
    ADDI(T1, RSP, STUB_REGS); \
    SPILL_ARGS(T1) \
    STW(RCTX, MINFRAME, RSP); \
    LI(T0, 0); \
    STW(T0, STUB_VALID, RSP)

#define STUB_AREA \
    ADDI(A1, RSP, STUB_FRAME + MINFRAME); \
    STW(A1, MINFRAME + WORD, RSP); \
    ADDI(A2, RSP, STUB_VALID); \
    STW(A2, MINFRAME + 2 * WORD, RSP); \
    ADDI(A3, RSP, STUB_REGS); \
    STW(A3, MINFRAME + 3 * WORD, RSP)

#define STUB_LEAVE \
    ADDI(T1, RSP, STUB_REGS); \
    UNSPILL_ARGS(T1) \
    LEAVE(STUB_FRAME)

#define REFLECT_STUB(name, gofunc) \
    .weak STR(gofunc); \
    .weak STR(reflect.moveMakeFuncArgPtrs); \
FUNC(name) \
    STUB_ENTER; \
    MOV(A0, RCTX); \
    ADDI(A1, RSP, STUB_REGS); \
    STW(A1, MINFRAME + WORD, RSP); \
    CALL(reflect.moveMakeFuncArgPtrs); \
    STUB_AREA; \
    LDW(A0, MINFRAME, RSP); \
    CALL(gofunc); \
    STUB_LEAVE; \
END_STUB(name, STUB_ROW)
#define END_STUB(...) END(__VA_ARGS__)

REFLECT_STUB(reflect.makeFuncStub, reflect.callReflect)
REFLECT_STUB(reflect.methodValueCall, reflect.callMethod)

    .weak rt_rustfunc
FUNC(oxigo_rustfunc_stub)
    STUB_ENTER
    STUB_AREA
    ADDI(C0, RSP, MINFRAME)
    LA(RCTX, rt_rustfunc)
    CALL(rt_hookcall)
    STUB_LEAVE
END_STUB(oxigo_rustfunc_stub, STUB_FRAME, 0, FL_NOSPLIT | FL_WRAPPER | FL_REFLECT_STUB, MINFRAME, 4, 0, 0)
