/* What assembly knows of the runtime's structures. bindgen turns every #define below into a Rust constant
 * (rt_arch::layout) for the target; rt-arch and rt-core compare them with their structs when they are compiled.
 *
 * From regs.h, which the build script prints: WORD, bytes in a pointer; REGS_SIZE, the size of RegArgs' Ints and
 * Floats; LINK_WORDS, 1 on machines with a link register.
 */
#ifndef OXIGO_LAYOUT_H
#define OXIGO_LAYOUT_H

/* g: a goroutine. Compiled code knows stackguard0 only. */
#define G_STACK_LO      (0 * WORD)
#define G_STACK_HI      (1 * WORD)
#define G_STACKGUARD0   (2 * WORD)
#define G_M             (3 * WORD)
#define G_PANIC         (4 * WORD)
#define G_DEFER         (5 * WORD)
/* Where the goroutine goes on when gogo picks it up. */
#define G_SCHED_SP      (6 * WORD)
#define G_SCHED_PC      (7 * WORD)
#define G_SCHED_CTXT    (8 * WORD)
/* morestack's notes. MORE_PC: an address in the function that asked for more stack. MORE_ENTRY: the entry of that
 * function, filled in by rt_newstack. MORE_REGS: the argument registers at its entry, Ints then Floats; they are
 * live while sched.pc is rt_morestack_resume, and the pointers among them are told by the function's arg_reg_ptrs. */
#define G_MORE_PC       (9 * WORD)
#define G_MORE_ENTRY    (10 * WORD)
#define G_MORE_REGS     (11 * WORD)
/* On machines with a link register (LINK_WORDS is 1): that of the function, its return address. */
#define G_MORE_LR       (11 * WORD + REGS_SIZE)
/* What follows begins with 64 bits, which Rust and Go align differently on some machines. */
#define G_ASM_END       ((11 * WORD + REGS_SIZE + LINK_WORDS * WORD + 7) / 8 * 8)

/* m: a thread. */
#define M_G0            (0 * WORD)
#define M_CURG          (1 * WORD)
#define M_GSIGNAL       (2 * WORD)
#define M_TLS           (3 * WORD)
#define M_P             (4 * WORD)

/* p: the right to run Go code. Its first word is the address of its allocation cache, which begins with the write
 * barrier's buffer (rt-core's gc::barrier::WbBuf): next free word, end, the arguments of rt_gc_write_barrier, and room
 * for the registers that gcWriteBarrier saves. */
#define P_CACHE         (0 * WORD)
#define C_WB_NEXT       (0 * WORD)
#define C_WB_END        (1 * WORD)
#define C_WB_AREA       (2 * WORD)
#define C_WB_SAVE       (6 * WORD)
#define C_WB_SAVE_SIZE  512

/* Stack below stackguard0 that functions without a check may use together, and the part of it that small frames
 * may use without subtracting their size in the check. */
#define STACK_GUARD     1024
#define STACK_SMALL     128
/* wasm: how much of a goroutine's stack may be in use below the frame that the loop of rt_on_g0 started. The engine's own
 * stack, about a megabyte, must hold as many calls. */
#define STACK_CHUNK     32768

/* The block that callN hands to rt_reflectcallmove. */
#define RCM_TYPE        (0 * WORD)
#define RCM_DST         (1 * WORD)
#define RCM_SRC         (2 * WORD)
#define RCM_SIZE        (3 * WORD)
#define RCM_REGS        (4 * WORD)
#define RCM_END         (5 * WORD)

/* A call from Rust: reflect::raw::CallSizes, and where the stack arguments begin in its buffer. USED: a byte each for
 * integer and float registers with arguments, then with results. EXTRA: reflect::raw::Extra. */
#define CS_ARGS         0
#define CS_RET          4
#define CS_FRAME        8
#define CS_USED         12
#define CS_EXTRA        16
#define EXTRA_ARGS          1
#define EXTRA_FLOAT_ARGS    2
#define EXTRA_RESULTS       4
#define EXTRA_FLOAT_RESULTS 8
#define BUFFER_STACK    392

/* FuncFlags (reflect::image), asserted in rt-arch. */
#define FL_WRAPPER      1
#define FL_NOSPLIT      4
#define FL_TOPFRAME     8
#define FL_ASM          32
#define FL_SPWRITE      64
#define FL_MORESTACK    128
#define FL_SYSTEMSTACK  256
#define FL_SAVES_REGS   512
#define FL_REFLECT_STUB 1024
#define FL_HOST_CALL    16384

#endif
