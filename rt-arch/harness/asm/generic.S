/* Compiled code's part in the tests, on machines with a link register. asm/amd64.S has the comments. */
#include "frame.h"

/* th_gocall: a goroutine's closure {code, block}. */
#if NUM_INT_ARGS
#define GOCALL_FRAME FRAME(MINFRAME)
#else
#define OFF_SIZE (MINFRAME + 3 * WORD)
#define OFF_REGS (MINFRAME + (3 * WORD + 12 + WORD - 1) / WORD * WORD)
#define GOCALL_FRAME FRAME(OFF_REGS + WORD)
#endif
FUNC(th_gocall)
    ENTER(GOCALL_FRAME)
    LDW(T1, WORD, RCTX)
    LDW(A0, 0, T1)
    LDW(A1, WORD, T1)
    LDW(A2, 2 * WORD, T1)
    LDW(A3, 3 * WORD, T1)
    LDW(A4, 4 * WORD, T1)
    LDW(A5, 5 * WORD, T1)
    LDW(A6, 6 * WORD, T1)
#if !NUM_INT_ARGS
    STW(A0, MINFRAME, RSP)
    STW(A1, MINFRAME + WORD, RSP)
    STW(A2, MINFRAME + 2 * WORD, RSP)
    ST32(A3, OFF_SIZE, RSP)
    ST32(A4, OFF_SIZE + 4, RSP)
    ST32(A5, OFF_SIZE + 8, RSP)
    STW(A6, OFF_REGS, RSP)
#endif
    CALL(runtime.reflectcall)
    LEAVE(GOCALL_FRAME)
END(th_gocall, GOCALL_FRAME, 0, 0, 0, 0, 0, 0)

#if NUM_INT_ARGS
#define HOOK_FRAME FRAME(MINFRAME + 4 * WORD)
#define HOOK_AREA(d) \
    STW(A0, MINFRAME, RSP); \
    STW(A1, MINFRAME + WORD, RSP); \
    STW(A2, MINFRAME + 2 * WORD, RSP); \
    STW(A3, MINFRAME + 3 * WORD, RSP); \
    ADDI(d, RSP, MINFRAME)
#define HOOK_PTRS MINFRAME, 4
#else
#define HOOK_FRAME FRAME(MINFRAME)
#define HOOK_AREA(d) ADDI(d, RSP, HOOK_FRAME + MINFRAME)
#define HOOK_PTRS 0, 0
#endif
#define HOOK4(name, hook) \
FUNC(name) \
    ENTER(HOOK_FRAME); \
    HOOK_AREA(C0); \
    LA(RCTX, hook); \
    CALL(rt_hookcall); \
    LEAVE(HOOK_FRAME); \
END_HOOK(name, HOOK_FRAME, 4 * WORD, FL_NOSPLIT, HOOK_PTRS, 0xf, 0)
#define END_HOOK(...) END(__VA_ARGS__)

HOOK4(reflect.callReflect, th_call_reflect)
HOOK4(reflect.callMethod, th_call_reflect)
HOOK4(reflect.moveMakeFuncArgPtrs, th_move_ptrs)

/* th_recurse(depth, p, ...). Frame: RegArgs above the word 0x5afe above p above the outgoing arguments. */
#define RECURSE_P (MINFRAME + 2 * WORD)
#define RECURSE_WORD (MINFRAME + 3 * WORD)
#define RECURSE_REGS (MINFRAME + 4 * WORD)
#define RECURSE_FRAME FRAME(RECURSE_REGS + REGARGS_SIZE)
FUNC(th_recurse)
    ADDI(T1, RSP, -RECURSE_FRAME)
    LDW(T2, G_STACKGUARD0, RG)
    BGEU(T2, T1, 8f)
    ENTER(RECURSE_FRAME)
#if !NUM_INT_ARGS
    LDW(A0, RECURSE_FRAME + MINFRAME, RSP)
    LDW(A1, RECURSE_FRAME + MINFRAME + WORD, RSP)
#endif
    STW(A1, RECURSE_P, RSP)
    LI32(T1, 0x5afe)
    STW(T1, RECURSE_WORD, RSP)
    ADDI(A0, A0, -1)
    BEQZ(A0, 1f)
    ADDI(A1, RSP, RECURSE_WORD)
#if !NUM_INT_ARGS
    STW(A0, MINFRAME, RSP)
    STW(A1, MINFRAME + WORD, RSP)
#endif
    CALL(th_recurse)
    JL(2f)
1:  ADDI(T1, RSP, RECURSE_REGS)
    SPILL_ARGS(T1)
    MOV(C0, T1)
    LA(RCTX, th_bottom)
    CALL(rt_hookcall)
    ADDI(T1, RSP, RECURSE_REGS)
    UNSPILL_ARGS(T1)
2:  LDW(T1, RECURSE_P, RSP)
    LDW(T1, 0, T1)
    LI32(T2, 0x5afe)
    BNE(T1, T2, 3f)
    LEAVE(RECURSE_FRAME)
3:  TRAP
8:  GETLR(T0)
    CALL(runtime.morestack)
    TRAP
END(th_recurse, RECURSE_FRAME, 2 * WORD, 0, RECURSE_P, 1, 2, 0)

/* th_poll: argument registers through a poll; without any, five words of stack through registers. */
#define POLL_ARG(i) (FRAME(MINFRAME) + MINFRAME + (i) * WORD)
FUNC(th_poll)
    ENTER(FRAME(MINFRAME))
#if !NUM_INT_ARGS
    LDW(A0, POLL_ARG(0), RSP)
    LDW(A1, POLL_ARG(1), RSP)
    LDW(A2, POLL_ARG(2), RSP)
    LDW(A3, POLL_ARG(3), RSP)
    LDW(A4, POLL_ARG(4), RSP)
    LI(T0, 0)
    STW(T0, POLL_ARG(0), RSP)
    STW(T0, POLL_ARG(1), RSP)
    STW(T0, POLL_ARG(2), RSP)
    STW(T0, POLL_ARG(3), RSP)
    STW(T0, POLL_ARG(4), RSP)
#endif
    CALL(runtime.poll_slow)
#if !NUM_INT_ARGS
    STW(A0, POLL_ARG(0), RSP)
    STW(A1, POLL_ARG(1), RSP)
    STW(A2, POLL_ARG(2), RSP)
    STW(A3, POLL_ARG(3), RSP)
    STW(A4, POLL_ARG(4), RSP)
#endif
    LEAVE(FRAME(MINFRAME))
END(th_poll, FRAME(MINFRAME), 5 * WORD, 0, 0, 0, 0, 0)

/* th_barrier(address, size, three words): the write barrier, with the words in registers; they are its results too. */
FUNC(th_barrier)
    ENTER(FRAME(MINFRAME))
#if !NUM_INT_ARGS
    LDW(A0, POLL_ARG(0), RSP)
    LDW(A1, POLL_ARG(1), RSP)
    LDW(A2, POLL_ARG(2), RSP)
    LDW(A3, POLL_ARG(3), RSP)
    LDW(A4, POLL_ARG(4), RSP)
#endif
    MOV(T1, A0)
    MOV(T2, A1)
    MOV(A0, A2)
    MOV(A1, A3)
    MOV(A2, A4)
    CALL(runtime.gcWriteBarrier)
#if !NUM_INT_ARGS
    STW(A0, POLL_ARG(5), RSP)
    STW(A1, POLL_ARG(6), RSP)
    STW(A2, POLL_ARG(7), RSP)
#endif
    LEAVE(FRAME(MINFRAME))
END(th_barrier, FRAME(MINFRAME), 8 * WORD, 0, 0, 0, 0, 0)
