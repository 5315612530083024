/* Memory routines, wasm. Each has two forms: a plain function with wasm parameters, NAME$w, which compiled code calls, and
 * Go's convention through linear memory for func values and assembly. */
#include "isa.h"

/* ABI0 entries. ARG(i): word i of the arguments; a result goes to the word behind them. */
#define ARG(i) GET_SP; i32.load i
#define A0 8
#define A1 16
#define A2 24
#define A3 32
#define A4 40
#define RETURN ADD_SP(8); i32.const 0

/* memmove(to, from unsafe.Pointer, n uintptr). */
PLAIN(runtime.memmove$w, (i32, i32, i32) -> ())
    local.get 0
    local.get 1
    local.get 2
    memory.copy 0, 0
PEND
FUNC(runtime.memmove)
    ARG(A0); ARG(A1); ARG(A2)
    call runtime.memmove$w
    RETURN
END(runtime.memmove, 0, 24, FL_NOSPLIT, 0, 0, 3, 0)

/* memclrNoHeapPointers(ptr unsafe.Pointer, n uintptr). */
PLAIN(runtime.memclrNoHeapPointers$w, (i32, i32) -> ())
    local.get 0
    i32.const 0
    local.get 1
    memory.fill 0
PEND
FUNC(runtime.memclrNoHeapPointers)
    ARG(A0); ARG(A1)
    call runtime.memclrNoHeapPointers$w
    RETURN
END(runtime.memclrNoHeapPointers, 0, 16, FL_NOSPLIT, 0, 0, 1, 0)

/* memequal(p, q unsafe.Pointer, size uintptr) bool: words, then bytes. */
PLAIN(runtime.memequal$w, (i32, i32, i32) -> (i32))
    block
    loop
    local.get 2
    i32.const 8
    i32.lt_u
    br_if 1
    local.get 0
    i64.load 0
    local.get 1
    i64.load 0
    i64.ne
    if
    i32.const 0
    return
    end_if
    local.get 0
    i32.const 8
    i32.add
    local.set 0
    local.get 1
    i32.const 8
    i32.add
    local.set 1
    local.get 2
    i32.const 8
    i32.sub
    local.set 2
    br 0
    end_loop
    end_block
    block
    loop
    local.get 2
    i32.eqz
    br_if 1
    local.get 0
    i32.load8_u 0
    local.get 1
    i32.load8_u 0
    i32.ne
    if
    i32.const 0
    return
    end_if
    local.get 0
    i32.const 1
    i32.add
    local.set 0
    local.get 1
    i32.const 1
    i32.add
    local.set 1
    local.get 2
    i32.const 1
    i32.sub
    local.set 2
    br 0
    end_loop
    end_block
    i32.const 1
PEND
FUNC(runtime.memequal)
    GET_SP
    ARG(A0); ARG(A1); ARG(A2)
    call runtime.memequal$w
    i32.store8 A3
    RETURN
END(runtime.memequal, 0, 32, FL_NOSPLIT, 0, 0, 3, 0)

/* memequal_varlen(p, q unsafe.Pointer) bool: the size stands in the closure. */
FUNC(runtime.memequal_varlen)
    GET_SP
    ARG(A0); ARG(A1)
    GET_CTXT
    i32.load 8
    call runtime.memequal$w
    i32.store8 A2
    RETURN
END(runtime.memequal_varlen, 0, 24, FL_NOSPLIT, 0, 0, 3, 0)

/* cmpstring(a, b string) int: -1, 0 or 1. Locals 0 to 3: a's and b's address and length; 4: bytes to compare. */
PLAIN(runtime.cmpstring$w, (i32, i32, i32, i32) -> (i32))
    .local i32, i64, i64
    local.get 1
    local.get 3
    local.get 1
    local.get 3
    i32.lt_u
    i32.select
    local.set 4
    block
    loop
    local.get 4
    i32.const 8
    i32.lt_u
    br_if 1
    local.get 0
    i64.load 0
    local.get 2
    i64.load 0
    i64.ne
    br_if 1                                 /* the byte loop finds which */
    local.get 0
    i32.const 8
    i32.add
    local.set 0
    local.get 2
    i32.const 8
    i32.add
    local.set 2
    local.get 4
    i32.const 8
    i32.sub
    local.set 4
    local.get 1
    i32.const 8
    i32.sub
    local.set 1
    local.get 3
    i32.const 8
    i32.sub
    local.set 3
    br 0
    end_loop
    end_block
    block
    loop
    local.get 4
    i32.eqz
    br_if 1
    local.get 0
    i32.load8_u 0
    local.get 2
    i32.load8_u 0
    i32.ne
    if
    i32.const 1
    i32.const -1
    local.get 0
    i32.load8_u 0
    local.get 2
    i32.load8_u 0
    i32.gt_u
    i32.select
    return
    end_if
    local.get 0
    i32.const 1
    i32.add
    local.set 0
    local.get 2
    i32.const 1
    i32.add
    local.set 2
    local.get 4
    i32.const 1
    i32.sub
    local.set 4
    br 0
    end_loop
    end_block
    local.get 1
    local.get 3
    i32.gt_u
    local.get 1
    local.get 3
    i32.lt_u
    i32.sub
PEND
FUNC(runtime.cmpstring)
    GET_SP
    ARG(A0); ARG(A1); ARG(A2); ARG(A3)
    call runtime.cmpstring$w
    i64.extend_i32_s
    i64.store A4
    RETURN
END(runtime.cmpstring, 0, 40, FL_NOSPLIT, 0, 0, 5, 0)

/* Compare(a, b []byte) int. */
FUNC(internal$bytealg.Compare)
    GET_SP
    ARG(A0); ARG(A1); ARG(A3); ARG(A4)
    call runtime.cmpstring$w
    i64.extend_i32_s
    i64.store 56
    RETURN
END_NAMED(internal$bytealg.Compare, "internal/bytealg.Compare", 0, 56, FL_NOSPLIT, 0, 0, 9, 0)

/* CompareString(a, b string) int: as cmpstring. */
FUNC(internal$bytealg.CompareString)
    i32.const 0
    call runtime.cmpstring
END_NAMED(internal$bytealg.CompareString, "internal/bytealg.CompareString", 0, 40, FL_NOSPLIT, 0, 0, 5, 0)

/* IndexByteString(s string, c byte) int. */
PLAIN(internal$bytealg.IndexByteString$w, (i32, i32, i32) -> (i32))
    .local i32
    block
    loop
    local.get 3
    local.get 1
    i32.eq
    br_if 1
    local.get 0
    local.get 3
    i32.add
    i32.load8_u 0
    local.get 2
    i32.eq
    if
    local.get 3
    return
    end_if
    local.get 3
    i32.const 1
    i32.add
    local.set 3
    br 0
    end_loop
    end_block
    i32.const -1
PEND
FUNC(internal$bytealg.IndexByteString)
    GET_SP
    ARG(A0); ARG(A1)
    GET_SP
    i32.load8_u A2
    call internal$bytealg.IndexByteString$w
    i64.extend_i32_s
    i64.store A3
    RETURN
END_NAMED(internal$bytealg.IndexByteString, "internal/bytealg.IndexByteString", 0, 32, FL_NOSPLIT, 0, 0, 1, 0)

/* IndexByte(b []byte, c byte) int. */
FUNC(internal$bytealg.IndexByte)
    GET_SP
    ARG(A0); ARG(A1)
    GET_SP
    i32.load8_u A3
    call internal$bytealg.IndexByteString$w
    i64.extend_i32_s
    i64.store A4
    RETURN
END_NAMED(internal$bytealg.IndexByte, "internal/bytealg.IndexByte", 0, 40, FL_NOSPLIT, 0, 0, 1, 0)

/* CountString(s string, c byte) int. */
PLAIN(internal$bytealg.CountString$w, (i32, i32, i32) -> (i32))
    .local i32
    block
    loop
    local.get 1
    i32.eqz
    br_if 1
    local.get 1
    i32.const 1
    i32.sub
    local.set 1
    local.get 3
    local.get 0
    local.get 1
    i32.add
    i32.load8_u 0
    local.get 2
    i32.eq
    i32.add
    local.set 3
    br 0
    end_loop
    end_block
    local.get 3
PEND
FUNC(internal$bytealg.CountString)
    GET_SP
    ARG(A0); ARG(A1)
    GET_SP
    i32.load8_u A2
    call internal$bytealg.CountString$w
    i64.extend_i32_u
    i64.store A3
    RETURN
END_NAMED(internal$bytealg.CountString, "internal/bytealg.CountString", 0, 32, FL_NOSPLIT, 0, 0, 1, 0)

/* Count(b []byte, c byte) int. */
FUNC(internal$bytealg.Count)
    GET_SP
    ARG(A0); ARG(A1)
    GET_SP
    i32.load8_u A3
    call internal$bytealg.CountString$w
    i64.extend_i32_u
    i64.store A4
    RETURN
END_NAMED(internal$bytealg.Count, "internal/bytealg.Count", 0, 40, FL_NOSPLIT, 0, 0, 1, 0)
