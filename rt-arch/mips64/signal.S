/* Threads, signals and system calls on Linux, mips64 and mips64le: n64, where eight arguments are in registers. */
#include "frame.h"

#define SYS_munmap 5011
#define SYS_clone 5055
#define SYS_exit 5058
#define SYS_rt_sigreturn 5211
#define SYS_set_thread_area 5242

#define C_ARGS
#define KERNEL_ARGS(a, b) \
    move $8, a; \
    move $9, b
#define KERNEL_DONE

#include "mips_signal.h"
