/* The write barrier, wasm. Threads share nothing, and nothing is kept in registers: a plain function.
 *
 * runtime.gcWriteBarrier(address, size): called, while the collector marks, before the words of pointers there are overwritten.
 * The address has been checked for nil. One word: the old pointer goes into the P's buffer. More words, or a full buffer: the
 * hook rt_gc_write_barrier, which neither parks nor moves anything, so that it is called in place.
 */
#include "isa.h"

    .functype rt_gc_write_barrier (i32) -> ()

PLAIN(runtime.gcWriteBarrier, (i32, i32) -> ())
    .local i32, i32, i32
    GET_G
    local.tee 4
    LOAD_PTR(G_M)
    LOAD_PTR(M_P)
    LOAD_PTR(P_CACHE)
    local.set 2
    local.get 1
    i32.const 8
    i32.eq
    if
    local.get 0
    i64.load 0
    i64.eqz
    if
    return
    end_if
    local.get 2
    LOAD_PTR(C_WB_NEXT)
    local.tee 3
    local.get 0
    i64.load 0
    i64.store 0
    local.get 2
    local.get 3
    i32.const 8
    i32.add
    local.tee 3
    STORE_PTR(C_WB_NEXT)
    local.get 3
    local.get 2
    LOAD_PTR(C_WB_END)
    i32.lt_u
    if
    return
    end_if
    end_if
    local.get 2
    i32.const C_WB_AREA
    i32.add
    local.tee 3
    local.get 2
    STORE_PTR(0)
    local.get 3
    local.get 0
    STORE_PTR(8)
    local.get 3
    local.get 1
    STORE_PTR(16)
    local.get 4
    LOAD_PTR(G_M)
    LOAD_PTR(M_G0)
    SET_G
    local.get 3
    call rt_gc_write_barrier
    local.get 4
    SET_G
PEND
