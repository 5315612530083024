/* Argument registers to and from a RegArgs whose address is in T1. Nothing else changes. */
#include "frame.h"

FUNC(runtime.spillArgs)
    SPILL_ARGS(T1)
    RET
LEAF_END(runtime.spillArgs)

FUNC(runtime.unspillArgs)
    UNSPILL_ARGS(T1)
    RET
LEAF_END(runtime.unspillArgs)
