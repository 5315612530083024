/* Calls of functions known only at run time, on machines with a link register.
 *
 *   reflectcall(type, fn, stackArgs, stackArgsSize, stackRetOffset, frameSize, regArgs)     in A0 ... A6, or on the
 *                                                                                           stack without registers
 * Frame of callN:
 *
 *       | reflectcallmove's block    | SLOTS + 4 words   written after the call only
 *       | stackArgsSize, retOffset   | SLOTS + 3 words   two uint32
 *       | type, stackArgs, regArgs   | SLOTS = SP + MINFRAME + N: pointers, live during the call
 *       | N bytes for the callee     | SP + MINFRAME
 *       | saved link register        | SP
 */
#include "frame.h"

#if NUM_INT_ARGS
#define LOAD_ARGS(frame)
#define LOAD_FRAME_SIZE
#define CALL_ARGS 0
#define CALL_REG_PTRS 0x47
#else
/* uint32s are packed; the last word is aligned again. */
#define OFF_SIZE (MINFRAME + 3 * WORD)
#define OFF_REGS (MINFRAME + (3 * WORD + 12 + WORD - 1) / WORD * WORD)
#define LOAD_ARGS(frame) \
    LDW(A0, MINFRAME, frame); \
    LDW(A1, MINFRAME + WORD, frame); \
    LDW(A2, MINFRAME + 2 * WORD, frame); \
    LD32(A3, OFF_SIZE, frame); \
    LD32(A4, OFF_SIZE + 4, frame); \
    LDW(A6, OFF_REGS, frame)
#define LOAD_FRAME_SIZE LD32(A5, OFF_SIZE + 8, RSP)
#define CALL_ARGS (OFF_REGS + WORD - MINFRAME)
/* Without argument registers the bits stand for words of stack arguments. */
#define CALL_REG_PTRS (7 | 1 << ((OFF_REGS - MINFRAME) / WORD))
#endif

FUNC(runtime.reflectcall)
GLOBAL(reflect.call)
    LOAD_FRAME_SIZE
#define DISPATCH(N) \
    LI32(T1, N); \
    BLTU(T1, A5, 1f); \
    J(runtime.call##N); \
1:
    CALL_SIZES(DISPATCH)
    GETSP(C0)
    LA(RCTX, rt_badreflectcall)
    CALL(rt_hookcall)
    TRAP
END(runtime.reflectcall, 0, CALL_ARGS, FL_NOSPLIT | FL_WRAPPER, 0, 0, CALL_REG_PTRS, 0)

#define CALL_FRAME(N) FRAME(MINFRAME + N + 4 * WORD + RCM_END)

#define CALLFN(N) \
FUNC(runtime.call##N) \
    LI32(T1, CALL_FRAME(N)); \
    GETSP(T2); \
    BLTU(T2, T1, 8f); \
    SUB(T2, T2, T1); \
    LDW(T1, G_STACKGUARD0, RG); \
    BGEU(T1, T2, 8f); \
7:  GETLR(T0); \
    GETSP(T1); \
    SETSP(T2); \
    STW(T0, 0, RSP); \
    .cfi_def_cfa CFI_SP, CALL_FRAME(N); \
    .cfi_offset CFI_LR, -(CALL_FRAME(N)); \
    LOAD_ARGS(T1); \
    LI32(T1, MINFRAME + N); \
    GETSP(T2); \
    ADD(T1, T1, T2); \
    STW(A0, 0, T1); \
    STW(A2, WORD, T1); \
    STW(A6, 2 * WORD, T1); \
    ST32(A3, 3 * WORD, T1); \
    ST32(A4, 3 * WORD + 4, T1); \
    MOV(RCTX, A1); \
    ADDI(T0, T2, MINFRAME); \
    LI(A5, WORD); \
1:  BLTU(A3, A5, 2f); \
    LDW(T2, 0, A2); \
    STW(T2, 0, T0); \
    ADDI(A2, A2, WORD); \
    ADDI(T0, T0, WORD); \
    ADDI(A3, A3, -WORD); \
    JL(1b); \
2:  BEQZ(A3, 3f); \
    LDBU(T2, 0, A2); \
    STB(T2, 0, T0); \
    ADDI(A2, A2, 1); \
    ADDI(T0, T0, 1); \
    ADDI(A3, A3, -1); \
    JL(2b); \
3:  LDW(T1, 2 * WORD, T1); \
    UNSPILL_ARGS(T1) \
    LDW(T1, 0, RCTX); \
    CALLR(T1); \
    LI32(T1, MINFRAME + N); \
    GETSP(T2); \
    ADD(T1, T1, T2); \
    LDW(T2, 2 * WORD, T1); \
    SPILL_ARGS(T2) \
    LD32(A3, 3 * WORD, T1); \
    LD32(A4, 3 * WORD + 4, T1); \
    SUB(A5, A3, A4); \
    LOAD_RETURN_BITS \
    BEQZ(A6, 4f); \
    LDW(A6, 0, T1); \
    STW(A6, 4 * WORD + RCM_TYPE, T1); \
    LDW(A6, WORD, T1); \
    ADD(A6, A6, A4); \
    STW(A6, 4 * WORD + RCM_DST, T1); \
    GETSP(A6); \
    ADDI(A6, A6, MINFRAME); \
    ADD(A6, A6, A4); \
    STW(A6, 4 * WORD + RCM_SRC, T1); \
    STW(A5, 4 * WORD + RCM_SIZE, T1); \
    STW(T2, 4 * WORD + RCM_REGS, T1); \
    ADDI(C0, T1, 4 * WORD); \
    LA(RCTX, rt_reflectcallmove); \
    CALL(rt_hookcall); \
4:  LDW(T0, 0, RSP); \
    LI32(T1, CALL_FRAME(N)); \
    GETSP(T2); \
    ADD(T2, T2, T1); \
    SETSP(T2); \
    .cfi_def_cfa CFI_SP, 0; \
    SETLR(T0); \
    RET; \
8:  GETLR(T0); \
    CALL(runtime.morestack_noctxt); \
    LI32(T1, CALL_FRAME(N));                /* past the check: see amd64/morestack.S */ \
    GETSP(T2); \
    SUB(T2, T2, T1); \
    JL(7b); \
END(runtime.call##N, CALL_FRAME(N), CALL_ARGS, FL_WRAPPER, MINFRAME + N, 3, CALL_REG_PTRS, 0)

/* Is there anything to do after the call: stack results (A5 bytes), or a bit in ReturnIsPtr of the RegArgs T2? */
#if NUM_INT_ARGS
#define LOAD_RETURN_BITS LDHU(A6, REGARGS_RETURN_IS_PTR, T2); OR(A6, A6, A5);
#else
#define LOAD_RETURN_BITS MOV(A6, A5);
#endif

CALL_SIZES(CALLFN)
