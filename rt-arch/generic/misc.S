/* Small functions of Go packages, on machines with a link register. */
#include "frame.h"

/* Marker functions, which do nothing. */
FUNC(crypto/internal/boring/sig.BoringCrypto)
GLOBAL(crypto/internal/boring/sig.FIPSOnly)
GLOBAL(crypto/internal/boring/sig.StandardCrypto)
    RET
LEAF_END(crypto/internal/boring/sig.BoringCrypto)

/* procyield(cycles uint32). */
FUNC(runtime.procyield)
#if NUM_INT_ARGS
    ADDI(T0, RSP, -16)                      /* the upper half of the register is undefined */
    ST32(A0, 0, T0)
    LD32(A0, 0, T0)
#else
    LD32(A0, MINFRAME, RSP)
#endif
1:  BEQZ(A0, 2f)
    ADDI(A0, A0, -1)
    JL(1b)
2:  RET
LEAF_END(runtime.procyield)

/* publicationBarrier(): what was stored is seen before what is stored from here on. */
FUNC(runtime.publicationBarrier)
    STORE_FENCE
    RET
LEAF_END(runtime.publicationBarrier)
