/* Compiled code's part in the tests, wasm: what the compiler would emit for functions that may wait. */
#include "isa.h"

    .functype runtime.reflectcall (i32) -> (i32)
    .functype runtime.morestack (i32) -> (i32)
    .functype runtime.poll_slow (i32) -> (i32)
    .functype runtime.gcWriteBarrier (i32, i32) -> ()

/* A prologue's check. */
#define STACK_CHECK(self, frame) \
    GET_SP; i32.const frame; i32.sub; \
    GET_G; LOAD_PTR(G_STACKGUARD0); \
    i32.le_u; \
    if; \
    i32.const self; \
    call runtime.morestack; \
    return; \
    end_if

/* th_gocall: a goroutine's closure {code, block}: reflectcall with the block's words, 4 bytes each. The check sends every
 * goroutine through morestack once, which keeps the context. */
#define WORD_FROM_BLOCK(from, to) GET_SP; local.get 1; i32.load from; STORE_PTR(to)
#define HALF_FROM_BLOCK(from, to) GET_SP; local.get 1; i32.load from; i32.store to
FUNC(th_gocall)
    .local i32
    POINTS2
    STACK_CHECK(th_gocall, 48)
    SUB_SP(48)
    GET_CTXT
    LOAD_PTR(8)
    local.set 1
    WORD_FROM_BLOCK(0, 0)
    WORD_FROM_BLOCK(4, 8)
    WORD_FROM_BLOCK(8, 16)
    HALF_FROM_BLOCK(12, 24)
    HALF_FROM_BLOCK(16, 28)
    HALF_FROM_BLOCK(20, 32)
    WORD_FROM_BLOCK(24, 40)
    CALL(th_gocall, 1, runtime.reflectcall)
    POINT
    RET(48)
END(th_gocall, 48, 0, 0, 0, 0, 0, 0)

/* A Go function of up to four pointer arguments that is a Rust hook. */
#define HOOK4(name, hook) \
    .functype hook (i32) -> (); \
FUNC(name); \
    POINTS2; \
    GET_SP; i32.const 8; i32.add; \
    HOOKCALL(name, 1, hook); \
    POINT; \
    RET(0); \
END(name, 0, 32, FL_NOSPLIT, 0, 0, 0xf, 0)

HOOK4(reflect.callReflect, th_call_reflect)
HOOK4(reflect.callMethod, th_call_reflect)
HOOK4(reflect.moveMakeFuncArgPtrs, th_move_ptrs)

/* th_recurse(depth, p, a, b): depth counts down, p points to the caller's word, which holds 0x5afe; a and b pass through
 * unchanged. At the bottom th_bottom sees them all. Every frame checks its own p afterwards.
 *
 *       | word 0x5afe        | SP + 40
 *       | p                  | SP + 32
 *       | depth, p, a, b     | SP         for the next one
 */
    .functype th_bottom (i32) -> ()
#define RECURSE_FRAME 48
#define RECURSE_ARGS 56
#define RECURSE_TO_NEXT(arg, to) GET_SP; GET_SP; i64.load arg; i64.store to
FUNC(th_recurse)
    POINTS3
    STACK_CHECK(th_recurse, RECURSE_FRAME)
    SUB_SP(RECURSE_FRAME)
    RECURSE_TO_NEXT(64, 32)                 /* p */
    RECURSE_TO_NEXT(72, 16)
    RECURSE_TO_NEXT(80, 24)
    GET_SP; i64.const 0x5afe; i64.store 40
    GET_SP; GET_SP; i64.load RECURSE_ARGS; i64.const 1; i64.sub; i64.store 0
    GET_SP; i64.load 0; i64.eqz
    if
    GET_SP; i32.const RECURSE_ARGS; i32.add
    HOOKCALL(th_recurse, 2, th_bottom)
    else
    GET_SP; GET_SP; i32.const 40; i32.add; STORE_PTR(8)
    CALL(th_recurse, 1, th_recurse)
    end_if
    POINT
    POINT
    GET_SP
    LOAD_PTR(32)
    i64.load 0
    i64.const 0x5afe
    i64.ne
    if
    unreachable
    end_if
    RET(RECURSE_FRAME)
END(th_recurse, RECURSE_FRAME, 32, 0, 32, 1, 2, 0)

/* th_twice(depth, p, a, b): down, up and down again: wasm's own stack must not be deeper the second time. */
#define TWICE_ARGS \
    GET_SP; GET_SP; i64.load 40; i64.store 0; \
    GET_SP; GET_SP; i64.load 48; i64.store 8; \
    GET_SP; GET_SP; i64.load 56; i64.store 16; \
    GET_SP; GET_SP; i64.load 64; i64.store 24
FUNC(th_twice)
    POINTS3
    STACK_CHECK(th_twice, 32)
    SUB_SP(32)
    TWICE_ARGS
    CALL(th_twice, 1, th_recurse)
    POINT
    TWICE_ARGS
    CALL(th_twice, 2, th_recurse)
    POINT
    RET(32)
END(th_twice, 32, 32, 0, 0, 0, 2, 0)

/* th_poll(five words) (the same): what lives across the poll is in the frame. */
#define POLL_OUT(i, arg) GET_SP; GET_SP; i64.load arg; i64.store i; GET_SP; i64.const 0; i64.store arg
#define POLL_IN(i, arg) GET_SP; GET_SP; i64.load i; i64.store arg
FUNC(th_poll)
    POINTS2
    SUB_SP(40)
    POLL_OUT(0, 48)
    POLL_OUT(8, 56)
    POLL_OUT(16, 64)
    POLL_OUT(24, 72)
    POLL_OUT(32, 80)
    CALL(th_poll, 1, runtime.poll_slow)
    POINT
    POLL_IN(0, 48)
    POLL_IN(8, 56)
    POLL_IN(16, 64)
    POLL_IN(24, 72)
    POLL_IN(32, 80)
    RET(40)
END(th_poll, 40, 40, 0, 0, 0, 0, 0)

/* th_park(n word) (sum word): parks n times, adding up what th_park_hook leaves in its frame: waiting goroutines go on where
 * they stood. */
    .functype th_park_hook (i32) -> ()
FUNC(th_park)
    POINTS2
    SUB_SP(16)
    GET_SP; i64.const 0; i64.store 8
    POINT
    loop
    local.get 0
    if                                      /* back from the hook, by whichever way */
    GET_SP; GET_SP; i64.load 8; GET_SP; i64.load 0; i64.add; i64.store 8
    GET_SP; GET_SP; i64.load 24; i64.const 1; i64.sub; i64.store 24
    end_if
    GET_SP; i64.load 24; i64.eqz
    if
    GET_SP; GET_SP; i64.load 8; i64.store 32
    RET(16)
    return
    end_if
    GET_SP
    HOOKCALL(th_park, 1, th_park_hook)
    i32.const 1
    local.set 0
    br 0
    end_loop
    unreachable
END(th_park, 16, 16, 0, 0, 0, 0, 0)

/* th_write(fd, iovs, n, out word) (errno word): what a //go:wasmimport function is: the import, with parameters from linear
 * memory. */
    .functype fd_write (i32, i32, i32, i32) -> (i32)
    .import_module fd_write, wasi_snapshot_preview1
    .import_name fd_write, fd_write
FUNC(th_write)
    GET_SP
    GET_SP; i32.load 8
    GET_SP; i32.load 16
    GET_SP; i32.load 24
    GET_SP; i32.load 32
    call fd_write
    STORE_PTR(40)
    RET(0)
END(th_write, 0, 40, FL_NOSPLIT, 0, 0, 10, 0)

/* th_barrier(address, size word): a store's barrier, from Go. */
FUNC(th_barrier)
    GET_SP; i32.load 8
    GET_SP; i32.load 16
    call runtime.gcWriteBarrier
    RET(0)
END(th_barrier, 0, 16, FL_NOSPLIT, 0, 0, 1, 0)
