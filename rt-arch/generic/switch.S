/* Switching between goroutine stacks and the thread's own stack, on machines with a link register. amd64/switch.S
 * has the story and the pictures; here the g register is callee-saved in C, so Rust code keeps it unknowingly.
 */
#include "frame.h"

    TLS_SECTION
    .balign 8
    .globl oxigo_tls_g
    .type oxigo_tls_g, AT(object)
    .size oxigo_tls_g, 8
oxigo_tls_g:
    .zero 8

/* rt_hookcall: C0 = the stub's argument area, RCTX = extern "C" fn(*mut u8), on a Go stack.
 * Everything but SP and g is clobbered. */
FUNC(rt_hookcall)
    LDW(T0, G_M, RG)
    LDW(T1, M_G0, T0)
    BEQ(T1, RG, 1f)
    LDW(T0, M_GSIGNAL, T0)
    BEQ(T0, RG, 1f)
    GETLR(T0)
    STW(T0, G_SCHED_PC, RG)
    GETSP(T0)
    STW(T0, G_SCHED_SP, RG)
    LI(T0, 0)
    STW(T0, G_SCHED_CTXT, RG)
    SETTLS(T1)
    LDW(T0, G_SCHED_SP, T1)
    SETSP(T0)
    CCALLR(RCTX)
    SETTLS(RG)
    LDW(T0, G_SCHED_SP, RG)
    SETSP(T0)
    LDW(T0, G_SCHED_PC, RG)
    FIXED
    JR(T0)
1:  GETLR(T0)                               /* on g0 or gsignal already */
    ADDI(RSP, RSP, -(C_AREA + 16))
    STW(T0, C_AREA, RSP)
    CCALLR(RCTX)
    LDW(T0, C_AREA, RSP)
    ADDI(RSP, RSP, C_AREA + 16)
    FIXED
    JR(T0)
END(rt_hookcall, 0, 0, FL_NOSPLIT | FL_SPWRITE, 0, 0, 0, 0)

/* rt_gogo(g): continue goroutine g at its sched. C ABI in; never returns. */
FUNC(rt_gogo)
    MOV(RG, C0)
    SETTLS(RG)
    LDW(T0, G_SCHED_SP, RG)
    SETSP(T0)
    LDW(RCTX, G_SCHED_CTXT, RG)
    LI(T0, 0)
    STW(T0, G_SCHED_CTXT, RG)
    LDW(T0, G_SCHED_PC, RG)
    FIXED
    JR(T0)
CEND(rt_gogo)

/* rt_gostart: where a new goroutine starts; tracebacks know it as runtime.goexit. */
FUNC(rt_gostart)
    LDW(T1, 0, RCTX)
    CALLR(T1)
    GETSP(C0)
    LA(RCTX, rt_goexit1)
    CALL(rt_hookcall)
    TRAP
END_NAMED(rt_gostart, runtime.goexit, 0, 0, FL_NOSPLIT | FL_TOPFRAME, 0, 0, 0, 0)

/* rt_mstart(g0, fn, arg): make the current stack that of g0, then fn(arg), which must not return. */
FUNC(rt_mstart)
    ADDI(RSP, RSP, -(C_AREA + 16))
    GETSP(CSCR)
    STW(CSCR, G_SCHED_SP, C0)
    MOV(RG, C0)
    MOV(RCTX, C1)
    MOV(C0, C2)
    SETTLS_T(RG, CSCR)
    CCALLR(RCTX)
    TRAP
CEND(rt_mstart)

/* rt_on_g0(g0, fn, arg): as rt_mstart, but returns when fn does, or from rt_on_g0_return(g0).
 *
 *       | callee-saved registers  | SP + C_AREA
 *       | C_AREA                  | SP = g0.sched.sp
 */
#define ON_G0_FRAME ((C_AREA + C_SAVE + 15) / 16 * 16)
FUNC(rt_on_g0)
    ADDI(RSP, RSP, -ON_G0_FRAME)
    .cfi_def_cfa CFI_SP, ON_G0_FRAME
    ADDI(CSCR, RSP, C_AREA)
    SAVE_C(CSCR)
    GETSP(CSCR)
    STW(CSCR, G_SCHED_SP, C0)
    MOV(RG, C0)
    MOV(RCTX, C1)
    MOV(C0, C2)
    SETTLS_T(RG, CSCR)
    CCALLR(RCTX)
    JL(1f)
    .globl rt_on_g0_return
rt_on_g0_return:
    LDW(CSCR, G_SCHED_SP, C0)
    SETSP(CSCR)
1:  ADDI(CSCR, RSP, C_AREA)
    RESTORE_C(CSCR)
    ADDI(RSP, RSP, ON_G0_FRAME)
    .cfi_def_cfa CFI_SP, 0
    RET
CEND(rt_on_g0)

/* rt_getg(), rt_setg(g). */
FUNC(rt_getg)
    GETTLS_T(CRET, CSCR)
    RET
CEND(rt_getg)

FUNC(rt_setg)
    SETTLS_T(C0, CSCR)
    RET
CEND(rt_setg)
