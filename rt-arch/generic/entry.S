/* Where the kernel starts a Linux program: argc at SP, argv above it. */
#include "frame.h"

FUNC(_start)
    .cfi_undefined CFI_LR
    START_FIXED
    GETSP(T0)
    LDW(C0, 0, T0)
    ADDI(C1, T0, WORD)
    ALIGNSP
    ADDI(RSP, RSP, -(C_AREA + 16))
    CCALL(oxigo_rt_start)
    TRAP
CEND(_start)
