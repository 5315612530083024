/* Where the g whose stack is in use stands: in thread-local storage, or on bare metal, with its one core, in an ordinary
 * variable. */
#include "asm.h"
#ifdef OXIGO_BARE
#define TLS_G oxigo_tls_g(%rip)
#else
#define TLS_G %fs:oxigo_tls_g@tpoff
#endif
