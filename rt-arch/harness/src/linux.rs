//! The Linux kernel: output, end, memory, raw system calls.

use crate::base::fail;
use oxigo_rt_arch as arch;

/// A raw system call.
pub unsafe fn syscall(n: usize, args: [usize; 6]) -> isize {
    // SAFETY: as the caller knows.
    unsafe { arch::rt_syscall6(n, args[0], args[1], args[2], args[3], args[4], args[5]) }
}

// The runtime's own numbers and records: what they say is tried out here on every machine.
#[allow(dead_code, reason = "the runtime uses more of it")]
#[path = "../../../rt-core/src/os/linux/abi/mod.rs"]
pub mod abi;
#[allow(dead_code, reason = "the runtime uses more of it")]
#[path = "../../../rt-core/src/os/usual_signals.rs"]
pub mod usual_signals;

use abi::{flags, nr};

/// Fresh zeroed memory.
pub fn map(size: usize) -> usize {
    // Private.
    let args = [0, size, 3, 2 | flags::MAP_ANONYMOUS | flags::MAP_NORESERVE, usize::MAX, 0];
    // SAFETY: anonymous private memory.
    let p = unsafe {
        if flags::MMAP_BLOCK {
            syscall(nr::MMAP, [args.as_ptr() as usize, 0, 0, 0, 0, 0])
        } else {
            syscall(nr::MMAP, args)
        }
    };
    if p < 0 && p > -4096 {
        fail(format_args!("mmap of {size}: error {}", -p));
    }
    p as usize
}

/// Gives memory back.
pub fn unmap(p: usize, size: usize) {
    // SAFETY: memory from `map`.
    unsafe { syscall(nr::MUNMAP, [p, size, 0, 0, 0, 0]) };
}

pub fn exit(status: usize) -> ! {
    // SAFETY: ends the process.
    unsafe { syscall(nr::EXIT_GROUP, [status, 0, 0, 0, 0, 0]) };
    loop {}
}

pub fn puts(s: &str) {
    // SAFETY: standard output and a valid buffer.
    unsafe { syscall(nr::WRITE, [1, s.as_ptr() as usize, s.len(), 0, 0, 0]) };
}
