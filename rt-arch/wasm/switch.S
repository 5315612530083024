/* Switching between goroutines, and between them and Rust, wasm. isa.h has the convention.
 *
 *     wasm's stack of calls                         linear memory
 *
 *     rt_on_g0: the loop <──────────────┐           | f's frame            |
 *       f           (point)             │ 1         | pc of f's point      |
 *         stub      (point)             │ 1         | stub's frame         |
 *           rt_hookcall                 │ 1         | pc of stub's point   | <- SP, moved to g.sched
 *             hook (Rust, on its stack) ┘
 *
 * A hook that returns with oxigo_next = 0 goes back to the stub, whose stack may have been moved. A hook that parks its
 * goroutine says who is next, by rt_gogo(g) or rt_on_g0_return(g0), and returns like any other: Rust's frames cannot be
 * thrown away here, so those two only take a note. rt_hookcall then unwinds, and the loop does what the note says.
 *
 * The engine's own stack is bounded: the loop keeps g.stackguard0 within STACK_CHUNK of the SP that it starts
 * a function with, so that a deep recursion comes to morestack, and by it to an empty wasm stack, in time.
 */
#include "isa.h"

    .globl oxigo_sp
oxigo_sp:
    .globl oxigo_ctxt
oxigo_ctxt:
    .globl oxigo_g
oxigo_g:
/* Who runs when the wasm stack is unwound: a g, or 1: rt_on_g0 returns. */
    .globl oxigo_next
oxigo_next:

    .functype rt_goexit1 (i32) -> ()
    .functype rt_raise_guard (i32) -> ()

/* rt_push_pc(table index, point): pushes a pc on the goroutine's stack. */
PLAIN(rt_push_pc, (i32, i32) -> ())
    SUB_SP(8)
    GET_SP
    local.get 0
    i64.extend_i32_u
    i64.const 16
    i64.shl
    local.get 1
    i64.extend_i32_u
    i64.or
    i64.store 0
PEND

/* rt_enter_ctxt(): enters the code of the closure in the context; nil traps, since address 0 is ordinary memory. */
PLAIN(rt_enter_ctxt, () -> (i32))
    GET_CTXT
    i32.eqz
    if
    unreachable
    end_if
    i32.const 0
    GET_CTXT
    i32.load 2
    call_indirect (i32) -> (i32)
PEND

/* rt_hookcall(area, hook): how a stub calls a Rust hook extern "C" fn(area), with its pc pushed. */
PLAIN(rt_hookcall, (i32, i32) -> (i32))
    .local i32, i32
    GET_G
    local.tee 2
    local.get 2
    LOAD_PTR(G_M)
    LOAD_PTR(M_G0)
    local.tee 3
    i32.eq
    if
    local.get 0
    local.get 1
    call_indirect (i32) -> ()
    ADD_SP(8)
    i32.const 0
    return
    end_if
    local.get 2
    GET_SP
    i64.load 0
    i64.store G_SCHED_PC
    ADD_SP(8)
    local.get 2
    GET_SP
    STORE_PTR(G_SCHED_SP)
    local.get 2
    i64.const 0
    i64.store G_SCHED_CTXT
    local.get 3
    SET_G
    local.get 0
    local.get 1
    call_indirect (i32) -> ()
    global.get oxigo_next
    if
    i32.const 1
    return
    end_if
    local.get 2
    SET_G
    local.get 2
    LOAD_PTR(G_SCHED_SP)
    SET_SP
    i32.const 0
PEND

/* rt_gogo(g): goroutine g is next, at its sched. Called on g0, which returns to its caller then. */
PLAIN(rt_gogo, (i32) -> ())
    local.get 0
    global.set oxigo_next
PEND

/* rt_on_g0(g0, fn, arg): fn(arg) on g0, and then the goroutines that rt_gogo names, until rt_on_g0_return. */
PLAIN(rt_on_g0, (i32, i32, i32) -> ())
    .local i32, i32, i64, i32
    GET_SP
    local.set 3
    local.get 0
    SET_G
    local.get 2
    local.get 1
    call_indirect (i32) -> ()
    block
    loop
    global.get oxigo_next                   /* none, or to return */
    local.tee 4
    i32.const 2
    i32.lt_u
    br_if 1
    i32.const 0
    global.set oxigo_next
    local.get 4
    SET_G
    local.get 4
    LOAD_PTR(G_SCHED_SP)
    SET_SP
    local.get 4
    LOAD_PTR(G_SCHED_CTXT)
    SET_CTXT
    local.get 4
    i64.const 0
    i64.store G_SCHED_CTXT                  /* the collector need not keep it */
    GET_SP
    i32.const 8
    i32.sub
    local.get 4
    i64.load G_SCHED_PC
    i64.store 0
    loop
    GET_SP
    i32.const 8
    i32.sub
    i64.load 0
    local.tee 5
    i32.wrap_i64
    i32.const 0xffff
    i32.and
    local.tee 6
    if                                      /* at its entry rt_newstack has set the guard, for the frame to come */
    GET_SP
    call rt_raise_guard
    end_if
    local.get 6
    local.get 5
    i64.const 16
    i64.shr_u
    i32.wrap_i64
    call_indirect (i32) -> (i32)
    i32.eqz
    br_if 0
    end_loop
    global.get oxigo_next
    br_if 0
    unreachable                             /* unwound without saying why */
    end_loop
    end_block
    i32.const 0
    global.set oxigo_next
    local.get 3
    SET_SP
    local.get 0
    SET_G
PEND

/* rt_raise_guard(sp): the guard of g is to stop it STACK_CHUNK below sp, if nothing stops it sooner. */
PLAIN(rt_raise_guard, (i32) -> ())
    .local i32
    local.get 0
    i32.const STACK_CHUNK
    i32.sub
    local.tee 1
    GET_G
    LOAD_PTR(G_STACKGUARD0)
    i32.gt_u                                /* a guard that asks for a poll is above all addresses, and stays */
    local.get 0
    i32.const STACK_CHUNK
    i32.gt_u
    i32.and
    if
    GET_G
    local.get 1
    STORE_PTR(G_STACKGUARD0)
    end_if
PEND

/* rt_on_g0_return(g0): ends rt_on_g0, once its caller has returned. */
PLAIN(rt_on_g0_return, (i32) -> ())
    i32.const 1
    global.set oxigo_next
PEND

/* rt_mstart(g0, fn, arg): rt_on_g0 for a thread that is never done. */
PLAIN(rt_mstart, (i32, i32, i32) -> ())
    local.get 0
    local.get 1
    local.get 2
    call rt_on_g0
    unreachable
PEND

/* rt_gostart: where a new goroutine starts: sched = {top of its stack, rt_gostart << 16, closure}. Calls the closure, then
 * the hook that ends the goroutine. Tracebacks know it as runtime.goexit. */
FUNC(rt_gostart)
    POINTS3
    CALL_CLOSURE(rt_gostart, 1)
    POINT
    GET_SP
    HOOKCALL(rt_gostart, 2, rt_goexit1)
    POINT
    unreachable
END_NAMED(rt_gostart, "runtime.goexit", 0, 0, FL_NOSPLIT | FL_TOPFRAME, 0, 0, 0, 0)

/* rt_getg(), rt_setg(g). */
PLAIN(rt_getg, () -> (i32))
    GET_G
PEND

PLAIN(rt_setg, (i32) -> ())
    local.get 0
    SET_G
PEND
