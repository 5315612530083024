/* What Go's packages ask the processor about itself, s390x. The results are arrays, which Go passes on the stack: above the
 * caller's saved link register. */
#include "frame.h"

#define AREA MINFRAME

/* stfle() facilityList: the list's four doublewords, of which the processor may store fewer. */
FUNC(internal/cpu.stfle)
GLOBAL(vendor/golang.org/x/sys/cpu.stfle)
    la %r1, AREA(%r15)
    xc 0(32, %r1), 0(%r1)
    lghi %r0, 3
    stfle 0(%r1)
    RET
END(internal/cpu.stfle, 0, 32, FL_NOSPLIT, 0, 0, 0, 0)

/* kmQuery() queryResult, and so on: function 0 of each cipher instruction tells in 16 bytes, at the place in R1, which others there
 * are. It reads no operand, but wants registers that could be: even, not R0. The assembler knows few of the names. */
#define QUERY(name, code) \
    la %r1, AREA(%r15); \
    xc 0(16, %r1), 0(%r1); \
    lghi %r0, 0; \
    .long code; \
    RET; \
END(internal/cpu.name, 0, 16, FL_NOSPLIT, 0, 0, 0, 0)
#define BOTH(name) \
FUNC(internal/cpu.name) \
GLOBAL(vendor/golang.org/x/sys/cpu.name)

BOTH(kmQuery)
QUERY(kmQuery, 0xb92e0024)
BOTH(kmcQuery)
QUERY(kmcQuery, 0xb92f0024)
BOTH(kmctrQuery)
QUERY(kmctrQuery, 0xb92d4024)
BOTH(kmaQuery)
QUERY(kmaQuery, 0xb9296024)
BOTH(kimdQuery)
QUERY(kimdQuery, 0xb93e0024)
BOTH(klmdQuery)
QUERY(klmdQuery, 0xb93f0024)
FUNC(internal/cpu.kdsaQuery)
QUERY(kdsaQuery, 0xb93a0024)
