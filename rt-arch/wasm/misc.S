/* Small functions of Go packages, wasm. */
#include "isa.h"

/* procyield(cycles uint32): nobody else could run meanwhile. */
FUNC(runtime.procyield)
    RET(0)
END(runtime.procyield, 0, 8, FL_NOSPLIT, 0, 0, 0, 0)

/* Marker functions, which do nothing. */
#define MARKER(sym, shown) \
FUNC(sym); \
    RET(0); \
END_NAMED(sym, shown, 0, 0, FL_NOSPLIT, 0, 0, 0, 0)

MARKER(crypto$internal$boring$sig.BoringCrypto, "crypto/internal/boring/sig.BoringCrypto")
MARKER(crypto$internal$boring$sig.FIPSOnly, "crypto/internal/boring/sig.FIPSOnly")
MARKER(crypto$internal$boring$sig.StandardCrypto, "crypto/internal/boring/sig.StandardCrypto")
