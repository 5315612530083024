/* Threads, signals and system calls on Linux, mips and mipsle: o32, where arguments from the fifth on are on the stack,
 * above a home area of four words. */
#include "frame.h"

#define SYS_exit 4001
#define SYS_munmap 4091
#define SYS_clone 4120
#define SYS_rt_sigreturn 4193
#define SYS_set_thread_area 4283

#define C_ARGS \
    lw $8, 16($29); \
    lw $9, 20($29); \
    lw $10, 24($29)
#define KERNEL_ARGS(a, b) \
    addiu $29, $29, -32; \
    sw a, 16($29); \
    sw b, 20($29)
#define KERNEL_DONE addiu $29, $29, 32

#include "mips_signal.h"
