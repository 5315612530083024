/* Where the thread-local g stands. */
#include "asm.h"
#define TLS_G %gs:oxigo_tls_g@ntpoff
