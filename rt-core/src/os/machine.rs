//! Machine instructions: system calls, prefetching. The only file of this crate that names an architecture; machines
//! without an entry here take the routine of the assembly crate.

/// Makes system call `n`; the result is the kernel's, with errors as small negative numbers.
///
/// # Safety
/// The kernel does what the arguments say; they must uphold whatever memory safety that needs.
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
#[inline]
pub unsafe fn syscall6(n: usize, a: usize, b: usize, c: usize, d: usize, e: usize, f: usize) -> isize {
    let r: isize;
    // SAFETY: the clobbers are those of the `syscall` instruction; the rest is the caller's.
    unsafe {
        core::arch::asm!("syscall", inlateout("rax") n as isize => r, in("rdi") a, in("rsi") b, in("rdx") c,
            in("r10") d, in("r8") e, in("r9") f, lateout("rcx") _, lateout("r11") _, options(nostack));
    }
    r
}

#[cfg(all(not(target_arch = "x86_64"), target_os = "linux"))]
unsafe extern "C" {
    #[link_name = "rt_syscall6"]
    pub fn syscall6(n: usize, a: usize, b: usize, c: usize, d: usize, e: usize, f: usize) -> isize;
}

/// System call numbers used by `linux.rs`.
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
pub mod nr {
    pub const WRITE: usize = 1;
    pub const MMAP: usize = 9;
    pub const MUNMAP: usize = 11;
    pub const SCHED_YIELD: usize = 24;
    pub const MADVISE: usize = 28;
    pub const FUTEX: usize = 202;
    pub const CLOCK_GETTIME: usize = 228;
    pub const EXIT_GROUP: usize = 231;
}

/// As above.
#[cfg(all(target_arch = "aarch64", target_os = "linux"))]
pub mod nr {
    pub const WRITE: usize = 64;
    pub const MMAP: usize = 222;
    pub const MUNMAP: usize = 215;
    pub const SCHED_YIELD: usize = 124;
    pub const MADVISE: usize = 233;
    pub const FUTEX: usize = 98;
    pub const CLOCK_GETTIME: usize = 113;
    pub const EXIT_GROUP: usize = 94;
}

/// Asks the cache for the line of an address, which need not be valid.
#[inline(always)] // one instruction
pub fn prefetch(addr: usize) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a hint, without effect on the program; SSE is part of the baseline.
    unsafe {
        core::arch::x86_64::_mm_prefetch::<{ core::arch::x86_64::_MM_HINT_T0 }>(addr as *const i8)
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: a hint.
    unsafe {
        core::arch::asm!("prfm pldl1keep, [{}]", in(reg) addr, options(nostack, readonly, preserves_flags))
    }
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    let _ = addr;
}
