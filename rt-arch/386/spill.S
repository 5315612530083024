/* Argument registers to and from a RegArgs: there are none. */
#include "asm.h"

FUNC(runtime.spillArgs)
    ret
LEAF_END(runtime.spillArgs)

FUNC(runtime.unspillArgs)
    ret
LEAF_END(runtime.unspillArgs)
