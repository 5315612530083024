/* Growing stacks and polling, wasm.
 *
 * A function's prologue, at point 0, when SP (or SP - frame) is at or below the guard, before it has changed anything:
 *
 *       return runtime.morestack(the function's index in the table)
 *
 *       | stack arguments           |
 *       | return pc to the caller   | <- SP at the function's entry = g.sched.sp
 *
 * morestack notes the context in g.sched.ctxt, the function's entry in g.more.pc and rt_morestack_resume in g.sched.pc, and calls
 * Rust's rt_newstack(g). That grows the stack, or lets another goroutine run, or finds that there is room
 * and only the engine's stack was deep enough; it stores the function's entry in g.more.entry and
 * max(stack.lo + STACK_GUARD, SP - frame - STACK_CHUNK) in g.stackguard0, and says rt_gogo(g). morestack always unwinds.
 * A stack walk that meets sched.pc == rt_morestack_resume treats the function as standing at its entry.
 */
#include "isa.h"

    .functype rt_newstack (i32) -> ()
    .functype rt_morestack_bad (i32) -> ()
    .functype rt_poll (i32) -> ()
    .functype runtime.morestack (i32) -> (i32)
    .functype rt_morestack_resume (i32) -> (i32)

/* runtime.morestack_noctxt: for functions that are no closures: nothing stale stays in the context. */
PLAIN(runtime.morestack_noctxt, (i32) -> (i32))
    i32.const 0
    SET_CTXT
    local.get 0
    call runtime.morestack
END(runtime.morestack_noctxt, 0, 0, FL_NOSPLIT | FL_MORESTACK, 0, 0, 0, 0)

PLAIN(runtime.morestack, (i32) -> (i32))
    .local i32, i32
    GET_G
    local.tee 1
    local.get 1
    LOAD_PTR(G_M)
    LOAD_PTR(M_G0)
    local.tee 2
    i32.eq
    if
    local.get 0
    call rt_morestack_bad
    unreachable
    end_if
    local.get 1
    local.get 0
    i64.extend_i32_u
    i64.const 16
    i64.shl
    i64.store G_MORE_PC
    local.get 1
    GET_SP
    STORE_PTR(G_SCHED_SP)
    local.get 1
    GET_CTXT
    STORE_PTR(G_SCHED_CTXT)
    local.get 1
    i32.const rt_morestack_resume
    i64.extend_i32_u
    i64.const 16
    i64.shl
    i64.store G_SCHED_PC
    local.get 2
    SET_G
    local.get 1
    call rt_newstack
    i32.const 1
END(runtime.morestack, 0, 0, FL_NOSPLIT | FL_MORESTACK | FL_SPWRITE, 0, 0, 0, 0)

/* rt_morestack_resume: entered by the loop with SP as at the function's entry and the context set. */
FUNC(rt_morestack_resume)
    i32.const 0
    GET_G
    i64.load G_MORE_ENTRY
    i64.const 16
    i64.shr_u
    i32.wrap_i64
    call_indirect (i32) -> (i32)
END(rt_morestack_resume, 0, 0, FL_NOSPLIT | FL_MORESTACK, 0, 0, 0, 0)

/* runtime.poll_slow: called at a loop back edge when SP is at or below the guard. There are no registers to keep: what the
 * loop needs is in its frame. */
FUNC(runtime.poll_slow)
    POINTS2
    GET_SP
    HOOKCALL(runtime.poll_slow, 1, rt_poll)
    POINT
    RET(0)
END(runtime.poll_slow, 0, 0, FL_NOSPLIT, 0, 0, 0, 0)
