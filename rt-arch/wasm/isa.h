/* How functions are written for wasm, in LLVM's syntax.
 *
 * The machine has no registers, and its own stack of calls can neither be read nor switched. So everything of Go's is in
 * linear memory, and three globals stand for registers:
 *
 *     oxigo_sp      SP of the goroutine's stack, 8-aligned        (Rust's own stack has a pointer of its own)
 *     oxigo_ctxt    the closure context at a call through a func value
 *     oxigo_g       g: the goroutine, or g0 while Rust runs
 *
 * A function has the wasm type (i32 point) -> (i32 unwinding). Its frame is that of amd64; the words are 8 bytes wide, the
 * addresses in them 4:
 *
 *     | stack arguments, results   | SP + frame + 8
 *     | return pc                  | SP + frame        pushed by the caller, popped by the callee
 *     | locals, outgoing arguments | SP
 *
 * A pc is the function's index in the table of functions << 16 | resume point. Point 0 is the entry; point k is behind
 * the k-th call. Whoever calls pushes the pc of the point behind the call, and calls with point 0.
 *
 *     0   the callee has returned: SP as before the push, and the word below SP still is the pc of the point
 *     1   the stack of wasm calls is to be unwound: the caller returns 1 at once and touches nothing
 *
 * Unwinding ends in the loop of rt_on_g0 (switch.S), which starts some goroutine's innermost function at its point. It
 * also is where a function returns to whose caller is no longer on the wasm stack: the loop goes on with the word below
 * SP. Hence a function keeps nothing in wasm locals across a call, addresses in its stack least of all: the
 * stack may have been moved.
 *
 * The assembler takes no expressions where an instruction wants a number, and no slash in a name: layout_num.h has
 * layout.h's constants as numbers, and a slash is written $ (internal$bytealg.Compare).
 */
#ifndef OXIGO_ISA_H
#define OXIGO_ISA_H

#include "layout_num.h"
#include "regs.h"

    .globaltype oxigo_sp, i32
    .globaltype oxigo_ctxt, i32
    .globaltype oxigo_g, i32
    .globaltype oxigo_next, i32

#define GET_SP global.get oxigo_sp
#define SET_SP global.set oxigo_sp
#define GET_G global.get oxigo_g
#define SET_G global.set oxigo_g
#define GET_CTXT global.get oxigo_ctxt
#define SET_CTXT global.set oxigo_ctxt

#define ADD_SP(n) GET_SP; i32.const n; i32.add; SET_SP
#define SUB_SP(n) GET_SP; i32.const n; i32.sub; SET_SP

/* A pointer on the wasm stack is an i32, in memory a word. */
#define STORE_PTR(off) i64.extend_i32_u; i64.store off
#define LOAD_PTR(off) i32.load off

/* Opens a function of Go's convention; local 0 is the point. */
#define FUNC(sym) PLAIN(sym, (i32) -> (i32))

/* Opens a function with wasm parameters. */
#define PLAIN(sym, ...) \
    .section .text.sym,"",@; \
    .globl sym; \
    .type sym,@function; \
sym: \
    .functype sym __VA_ARGS__

#define PEND end_function

/* Closes a function of Go's convention and adds its row to the table (reflect::image::AsmFunc). The function has the
 * pcs of all its points: `size` counts points, not bytes. */
#define END(sym, frame, args, flags, ptrs_off, ptrs_words, arg_ptrs, regs_off) \
    END_NAMED(sym, #sym, frame, args, flags, ptrs_off, ptrs_words, arg_ptrs, regs_off)

#define END_NAMED(sym, shown, frame, args, flags, ptrs_off, ptrs_words, arg_ptrs, regs_off) \
    end_function; \
    .section .rodata.oxigo_asmnames,"",@; \
Lname.sym: .asciz shown; \
    .size Lname.sym, . - Lname.sym; \
    .section oxigo_asmfuncs,"R",@; \
    .p2align 3; \
Lrow.sym: \
    .int16 0; \
    .int32 sym; \
    .int16 0; \
    .int32 Lname.sym; .int32 0; \
    .int32 0x10000; .int32 frame; .int32 args; .int32 (flags) | FL_ASM; \
    .int32 ptrs_off; .int32 ptrs_words; .int32 arg_ptrs; .int32 regs_off; \
    .size Lrow.sym, 48

#define LEAF_END(sym) END(sym, 0, 0, FL_NOSPLIT, 0, 0, 0, 0)

/* The code between POINTn and the next END_POINT... is entered by falling through or at its point. */
#define POINTS2 block; block; local.get 0; br_table {0, 1}; end_block
#define POINTS3 block; block; block; local.get 0; br_table {0, 1, 2}; end_block
#define POINT end_block

/* Pushes the pc of point k of a function, whose index in the table is on the wasm stack or is `sym`'s. */
#define PUSH_PC(sym, k) i32.const sym; i32.const k; call rt_push_pc
    .functype rt_push_pc (i32, i32) -> ()

/* Calls of Go functions: push, call, and return if the stack unwinds. */
#define UNWIND if; i32.const 1; return; end_if
#define CALL(self, k, callee) PUSH_PC(self, k); i32.const 0; call callee; UNWIND
#define CALL_CLOSURE(self, k) PUSH_PC(self, k); call rt_enter_ctxt; UNWIND
    .functype rt_enter_ctxt () -> (i32)

/* Calls a Rust hook; the address of its area is taken on the wasm stack. */
#define HOOKCALL(self, k, hook) PUSH_PC(self, k); i32.const hook; call rt_hookcall; UNWIND
    .functype rt_hookcall (i32, i32) -> (i32)

/* Pops the frame and the return pc. */
#define RET(frame) ADD_SP(frame); ADD_SP(8); i32.const 0

#endif
