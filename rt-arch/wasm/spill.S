/* Argument registers to and from a RegArgs: wasm has none. */
#include "isa.h"

FUNC(runtime.spillArgs)
    RET(0)
LEAF_END(runtime.spillArgs)

FUNC(runtime.unspillArgs)
    RET(0)
LEAF_END(runtime.unspillArgs)
