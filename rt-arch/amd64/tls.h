/* Where the g whose stack is in use stands: in thread-local storage, or on bare metal in the core's own block, which is as far from the
 * ordinary variable as FS's base says. */
#include "asm.h"
#ifdef OXIGO_BARE
#define TLS_G %fs:oxigo_tls_g
#else
#define TLS_G %fs:oxigo_tls_g@tpoff
#endif
