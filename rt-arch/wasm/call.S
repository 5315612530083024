/* Calls of functions known only at run time, wasm.
 *
 *   reflectcall(type, fn, stackArgs, stackArgsSize, stackRetOffset, frameSize, regArgs), from 8(SP) on:
 *
 *       | regArgs                     | SP + 48, at entry
 *       | frameSize                   | SP + 40
 *       | stackArgsSize, retOffset    | SP + 32    two uint32
 *       | stackArgs                   | SP + 24
 *       | fn                          | SP + 16
 *       | type                        | SP + 8
 *       | return pc                   | SP
 *       +-----------------------------+
 *       | reflectcallmove's block     | SP + N     of callN, written after the call only
 *       | N bytes for the callee      | SP         its stack arguments and results
 */
#include "isa.h"

    .functype runtime.morestack_noctxt (i32) -> (i32)
    .functype rt_badreflectcall (i32) -> ()
    .functype rt_reflectcallmove (i32) -> ()

/* type, fn, stackArgs and regArgs are pointers: words of the stack arguments. */
#define CALL_ARG_PTRS 0x27
#define CALL_ARGS 48

#define DECLARE(N) .functype runtime.call##N (i32) -> (i32)
    CALL_SIZES(DECLARE)

/* runtime.reflectcall, which reflect knows as call. */
FUNC(runtime.reflectcall)
    .local i32
    POINTS2
    GET_SP
    i32.load 40
    local.set 1
#define DISPATCH(N) \
    local.get 1; \
    i32.const N; \
    i32.le_u; \
    if; \
    i32.const 0; \
    call runtime.call##N; \
    return; \
    end_if
    CALL_SIZES(DISPATCH)
    GET_SP
    HOOKCALL(runtime.reflectcall, 1, rt_badreflectcall)
    POINT
    unreachable
END(runtime.reflectcall, 0, CALL_ARGS, FL_NOSPLIT | FL_WRAPPER, 0, 0, CALL_ARG_PTRS, 0)

    .globl reflect.call
    .type reflect.call,@function
    .set reflect.call, runtime.reflectcall

/* rt_push_frame(size, table index): takes size bytes of stack if the guard allows; 0 when it has, otherwise 1, with
 * the stack on its way to grow. A frame larger than SP is too large as well. */
PLAIN(rt_push_frame, (i32, i32) -> (i32))
    .local i32
    GET_SP
    local.get 0
    i32.sub
    local.set 2
    GET_SP
    local.get 0
    i32.lt_u
    local.get 2
    GET_G
    LOAD_PTR(G_STACKGUARD0)
    i32.le_u
    i32.or
    if
    local.get 1
    call runtime.morestack_noctxt
    return
    end_if
    local.get 2
    SET_SP
    i32.const 0
PEND

/* Puts the address of reflectcall's arguments into local 3. */
#define CALL_ARGS_TO_3 \
    GET_SP; \
    local.get 1; \
    i32.add; \
    i32.const RCM_END; \
    i32.add; \
    local.set 3

/* rt_call_body(point, N, table index of callN): what the callN share. */
PLAIN(rt_call_body, (i32, i32, i32) -> (i32))
    .local i32, i32, i32
    POINTS3
    local.get 1
    i32.const RCM_END
    i32.add
    local.get 2
    call rt_push_frame
    UNWIND
    CALL_ARGS_TO_3
    GET_SP
    local.get 3
    LOAD_PTR(24)
    local.get 3
    i32.load 32
    memory.copy 0, 0
    local.get 3
    LOAD_PTR(16)
    SET_CTXT
    local.get 2
    i32.const 1
    call rt_push_pc
    call rt_enter_ctxt
    UNWIND
    POINT
    CALL_ARGS_TO_3
    local.get 3
    i32.load 36
    local.set 4                             /* where results begin */
    local.get 3
    i32.load 32
    local.get 4
    i32.sub
    local.tee 5                             /* bytes of results */
    if
    GET_SP
    local.get 1
    i32.add
    local.get 3
    LOAD_PTR(8)
    STORE_PTR(RCM_TYPE)
    GET_SP
    local.get 1
    i32.add
    local.get 3
    LOAD_PTR(24)
    local.get 4
    i32.add
    STORE_PTR(RCM_DST)
    GET_SP
    local.get 1
    i32.add
    GET_SP
    local.get 4
    i32.add
    STORE_PTR(RCM_SRC)
    GET_SP
    local.get 1
    i32.add
    local.get 5
    STORE_PTR(RCM_SIZE)
    GET_SP
    local.get 1
    i32.add
    local.get 3
    LOAD_PTR(48)
    STORE_PTR(RCM_REGS)
    GET_SP
    local.get 1
    i32.add
    local.get 2
    i32.const 2
    call rt_push_pc
    i32.const rt_reflectcallmove
    call rt_hookcall
    UNWIND
    end_if
    POINT
    GET_SP
    local.get 1
    i32.add
    i32.const RCM_END
    i32.add
    i32.const 8
    i32.add
    SET_SP
    i32.const 0
PEND

/* Only the frame differs. */
#define CALLFN(N) \
FUNC(runtime.call##N); \
    local.get 0; \
    i32.const N; \
    i32.const runtime.call##N; \
    call rt_call_body; \
END(runtime.call##N, N + RCM_END, CALL_ARGS, FL_WRAPPER, 0, 0, CALL_ARG_PTRS, 0)

CALL_SIZES(CALLFN)
