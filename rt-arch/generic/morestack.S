/* Growing stacks and polling, on machines with a link register.
 *
 * A function's prologue, when SP is at or below the guard, before it has changed anything:
 *
 *       MOV T0, LR                          its own return address
 *       CALL runtime.morestack              (or runtime.morestack_noctxt); comes back only to pass the check
 *
 * As on amd64 (amd64/morestack.S), and the return address waits in g.more.lr. A stack walk that meets
 * sched.pc == rt_morestack_resume starts with the caller: SP = sched.sp, pc = g.more.lr.
 */
#include "frame.h"

FUNC(runtime.morestack_noctxt)
    LI(RCTX, 0)
    J(runtime.morestack)
END(runtime.morestack_noctxt, 0, 0, FL_NOSPLIT | FL_MORESTACK, 0, 0, 0, 0)

FUNC(runtime.morestack)
    LDW(T1, G_M, RG)
    LDW(T2, M_G0, T1)
    BEQ(T2, RG, 1f)
    LDW(T1, M_GSIGNAL, T1)
    BEQ(T1, RG, 1f)
    STW(T0, G_MORE_LR, RG)
    GETLR(T1)
    STW(T1, G_MORE_PC, RG)
    GETSP(T1)
    STW(T1, G_SCHED_SP, RG)
    STW(RCTX, G_SCHED_CTXT, RG)
    LA(T1, rt_morestack_resume)
    STW(T1, G_SCHED_PC, RG)
    ADDI(T1, RG, G_MORE_REGS)
    SPILL_ARGS(T1)
    MOV(C0, RG)
    SETTLS(T2)
    LDW(T1, G_SCHED_SP, T2)
    SETSP(T1)
    CCALL(rt_newstack)
    TRAP
1:  GETLR(C0)
    ADDI(RSP, RSP, -(C_AREA + 16))
    CCALL(rt_morestack_bad)
    TRAP
END(runtime.morestack, 0, 0, FL_NOSPLIT | FL_MORESTACK | FL_SPWRITE, 0, 0, 0, 0)

/* rt_morestack_resume: entered by rt_gogo with SP as at the function's entry and the context loaded. */
FUNC(rt_morestack_resume)
    ADDI(T1, RG, G_MORE_REGS)
    UNSPILL_ARGS(T1)
    LDW(T0, G_MORE_LR, RG)
    SETLR(T0)
    LDW(T0, G_MORE_ENTRY, RG)
    JR(T0)
END(rt_morestack_resume, 0, 0, FL_NOSPLIT | FL_MORESTACK, 0, 0, 0, 0)

/* runtime.poll_slow: called at a loop back edge when SP is at or below the guard. All registers survive but the link
 * register (the function that polls has saved it) and T0.
 *
 *       | all registers: general n in word n, then floats | SP + POLL_REGS
 *       | return address                                  | SP
 */
#define POLL_REGS 16
#define POLL_FRAME FRAME(POLL_REGS + GENERAL_SIZE)
FUNC(runtime.poll_slow)
    ENTER(POLL_FRAME)
    ADDI(T0, RSP, POLL_REGS)
    SAVE_GENERAL(T0)
    ADDI(C0, RSP, POLL_REGS)
    LA(RCTX, rt_poll)
    CALL(rt_hookcall)
    ADDI(T0, RSP, POLL_REGS)
    RESTORE_GENERAL(T0)
    LEAVE(POLL_FRAME)
END(runtime.poll_slow, POLL_FRAME, 0, FL_NOSPLIT | FL_SAVES_REGS, 0, 0, 0, POLL_REGS)
