/* What Go's packages ask the processor about itself, arm64. Linux answers these reads for programs where it says so (HWCAP_CPUID). */
#include "frame.h"

/* getisar0() uint64, and so on: nothing in, R0 out. */
FUNC(internal/cpu.getisar0)
GLOBAL(vendor/golang.org/x/sys/cpu.getisar0)
    mrs x0, id_aa64isar0_el1
    RET
LEAF_END(internal/cpu.getisar0)

FUNC(internal/cpu.getisar1)
GLOBAL(vendor/golang.org/x/sys/cpu.getisar1)
    mrs x0, id_aa64isar1_el1
    RET
LEAF_END(internal/cpu.getisar1)

FUNC(internal/cpu.getpfr0)
GLOBAL(vendor/golang.org/x/sys/cpu.getpfr0)
    mrs x0, id_aa64pfr0_el1
    RET
LEAF_END(internal/cpu.getpfr0)

/* The scalable vectors' register; its name needs a later machine in the assembler. */
FUNC(vendor/golang.org/x/sys/cpu.getzfr0)
    mrs x0, s3_0_c0_c4_4
    RET
LEAF_END(vendor/golang.org/x/sys/cpu.getzfr0)

FUNC(internal/cpu.getMIDR)
    mrs x0, midr_el1
    RET
LEAF_END(internal/cpu.getMIDR)
