/* morestack for functions of Go's assembly, whose prologues keep their own return address in R3. */
#include "frame.h"

FUNC(runtime.morestack_noctxt.abi0)
    mov x19, x3
    J(runtime.morestack_noctxt)
END(runtime.morestack_noctxt.abi0, 0, 0, FL_NOSPLIT | FL_MORESTACK, 0, 0, 0, 0)

FUNC(runtime.morestack.abi0)
    mov x19, x3
    J(runtime.morestack)
END(runtime.morestack.abi0, 0, 0, FL_NOSPLIT | FL_MORESTACK, 0, 0, 0, 0)
