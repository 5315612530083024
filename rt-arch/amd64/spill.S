/* Argument registers to and from a RegArgs, amd64. Not for C: the address comes in R12 and nothing else changes.
 *
 *   R12 ->  | AX BX CX DI SI R8 R9 R10 R11 | X0 ... X14 | (Ptrs, ReturnIsPtr: unknown to assembly)
 *           0                              72           192
 */
#include "asm.h"

FUNC(runtime.spillArgs)
    SPILL_ARGS(%r12)
    ret
LEAF_END(runtime.spillArgs)

FUNC(runtime.unspillArgs)
    UNSPILL_ARGS(%r12)
    ret
LEAF_END(runtime.unspillArgs)
