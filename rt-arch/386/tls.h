/* As amd64/tls.h. */
#include "asm.h"
#ifdef OXIGO_BARE
#define TLS_G oxigo_tls_g
#else
#define TLS_G %gs:oxigo_tls_g@ntpoff
#endif
