/* What assembly knows of the runtime's structures. bindgen turns every #define into a Rust constant (rt_arch::layout) for the
 * target; rt-arch compares those below with its structs when it is compiled.
 *
 * The build script prints the rest. regs.h: WORD, bytes in a pointer; REGS_SIZE, the size of RegArgs' Ints and Floats; LINK_WORDS, 1 on
 * machines with a link register. records.h: offsets and sizes of fields of g, m, p and the allocation cache, from
 * reflect/src/records/table.rs. */
#ifndef OXIGO_LAYOUT_H
#define OXIGO_LAYOUT_H

#include "records.h"

/* On machines with a link register (LINK_WORDS is 1): the function's, its return address, behind the argument registers that
 * morestack saves. */
#define G_MORE_LR       (G_MORE_REGS + REGS_SIZE)

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
