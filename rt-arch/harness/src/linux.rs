//! The Linux kernel: output, end, memory, raw system calls.

use crate::base::fail;
use oxigo_rt_arch as arch;

/// A raw system call.
pub unsafe fn syscall(n: usize, args: [usize; 6]) -> isize {
    // SAFETY: as the caller knows.
    unsafe { arch::rt_syscall6(n, args[0], args[1], args[2], args[3], args[4], args[5]) }
}

/// Numbers of the system calls the tests make.
pub struct Sys {
    pub write: usize,
    pub exit: usize,
    pub mmap: usize,
    pub munmap: usize,
    pub mprotect: usize,
    pub sigaction: usize,
    pub sigaltstack: usize,
    pub getpid: usize,
    pub kill: usize,
}

#[rustfmt::skip]
const fn sys([write, exit, mmap, munmap, mprotect, sigaction, sigaltstack, getpid, kill]: [usize; 9]) -> Sys {
    Sys { write, exit, mmap, munmap, mprotect, sigaction, sigaltstack, getpid, kill }
}

/// The row for this target.
pub const SYS: Sys = if cfg!(target_arch = "x86_64") {
    sys([1, 231, 9, 11, 10, 13, 131, 39, 62])
} else if cfg!(target_arch = "x86") {
    sys([4, 252, 192, 91, 125, 174, 186, 20, 37])
} else if cfg!(target_arch = "arm") {
    sys([4, 248, 192, 91, 125, 174, 186, 20, 37])
} else if cfg!(target_arch = "mips") {
    sys([4004, 4246, 4210, 4091, 4125, 4194, 4206, 4020, 4037])
} else if cfg!(target_arch = "mips64") {
    sys([5001, 5205, 5009, 5011, 5010, 5013, 5129, 5038, 5060])
} else if cfg!(target_arch = "powerpc64") {
    sys([4, 234, 90, 91, 125, 173, 185, 20, 37])
} else if cfg!(target_arch = "s390x") {
    sys([4, 248, 90, 91, 125, 174, 186, 20, 37])
} else {
    // aarch64 and riscv64
    sys([64, 94, 222, 215, 226, 134, 132, 172, 129])
};

/// Fresh zeroed memory.
pub fn map(size: usize) -> usize {
    let flags = 2 | if cfg!(any(target_arch = "mips", target_arch = "mips64")) { 0x800 } else { 0x20 };
    // SAFETY: anonymous private memory. s390x's old mmap takes a block of arguments.
    let p = unsafe {
        if cfg!(target_arch = "s390x") {
            let block = [0usize, size, 3, flags, usize::MAX, 0];
            syscall(SYS.mmap, [block.as_ptr() as usize, 0, 0, 0, 0, 0])
        } else {
            syscall(SYS.mmap, [0, size, 3, flags, usize::MAX, 0])
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
    unsafe { syscall(SYS.munmap, [p, size, 0, 0, 0, 0]) };
}

pub fn exit(status: usize) -> ! {
    // SAFETY: ends the process.
    unsafe { syscall(SYS.exit, [status, 0, 0, 0, 0, 0]) };
    loop {}
}

pub fn puts(s: &str) {
    // SAFETY: standard output and a valid buffer.
    unsafe { syscall(SYS.write, [1, s.as_ptr() as usize, s.len(), 0, 0, 0]) };
}
