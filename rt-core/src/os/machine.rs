//! The machine: system calls, prefetching, how compiled code makes its frame. The only file of this crate that names an
//! architecture; machines without an entry here take the routine of the assembly crate, or do without.

/// Makes system call `n`; the result is the kernel's, with errors as small negative numbers.
///
/// # Safety
/// The kernel does what the arguments say; they must uphold whatever memory safety that needs.
#[cfg(all(target_arch = "x86_64", not(feature = "bare")))]
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

#[cfg(all(not(target_arch = "x86_64"), not(feature = "bare")))]
unsafe extern "C" {
    #[link_name = "rt_syscall6"]
    pub fn syscall6(n: usize, a: usize, b: usize, c: usize, d: usize, e: usize, f: usize) -> isize;
}

/// System call numbers and flags that differ between machines.
#[cfg(not(feature = "bare"))]
pub mod nr {
    /// One machine's numbers.
    pub struct Row {
        pub write: usize,
        pub mmap: usize,
        pub munmap: usize,
        pub sched_yield: usize,
        pub madvise: usize,
        pub futex: usize,
        pub clock_gettime: usize,
        pub exit_group: usize,
    }

    #[cfg(target_arch = "x86")]
    const ROW: Row = Row {
        write: 4,
        mmap: 192,
        munmap: 91,
        sched_yield: 158,
        madvise: 219,
        futex: 240,
        clock_gettime: 265,
        exit_group: 252,
    };

    #[cfg(target_arch = "arm")]
    const ROW: Row = Row {
        write: 4,
        mmap: 192,
        munmap: 91,
        sched_yield: 158,
        madvise: 220,
        futex: 240,
        clock_gettime: 263,
        exit_group: 248,
    };

    #[cfg(target_arch = "x86_64")]
    const ROW: Row = Row {
        write: 1,
        mmap: 9,
        munmap: 11,
        sched_yield: 24,
        madvise: 28,
        futex: 202,
        clock_gettime: 228,
        exit_group: 231,
    };

    #[cfg(any(target_arch = "aarch64", target_arch = "riscv64"))]
    const ROW: Row = Row {
        write: 64,
        mmap: 222,
        munmap: 215,
        sched_yield: 124,
        madvise: 233,
        futex: 98,
        clock_gettime: 113,
        exit_group: 94,
    };

    #[cfg(target_arch = "mips")]
    const ROW: Row = Row {
        write: 4004,
        mmap: 4210,
        munmap: 4091,
        sched_yield: 4162,
        madvise: 4218,
        futex: 4238,
        clock_gettime: 4263,
        exit_group: 4246,
    };

    #[cfg(target_arch = "mips64")]
    const ROW: Row = Row {
        write: 5001,
        mmap: 5009,
        munmap: 5011,
        sched_yield: 5023,
        madvise: 5027,
        futex: 5194,
        clock_gettime: 5222,
        exit_group: 5205,
    };

    #[cfg(target_arch = "powerpc64")]
    const ROW: Row = Row {
        write: 4,
        mmap: 90,
        munmap: 91,
        sched_yield: 158,
        madvise: 205,
        futex: 221,
        clock_gettime: 246,
        exit_group: 234,
    };

    #[cfg(target_arch = "s390x")]
    const ROW: Row = Row {
        write: 4,
        mmap: 90,
        munmap: 91,
        sched_yield: 158,
        madvise: 219,
        futex: 238,
        clock_gettime: 260,
        exit_group: 248,
    };

    pub const WRITE: usize = ROW.write;
    pub const MMAP: usize = ROW.mmap;
    pub const MUNMAP: usize = ROW.munmap;
    pub const SCHED_YIELD: usize = ROW.sched_yield;
    pub const MADVISE: usize = ROW.madvise;
    pub const FUTEX: usize = ROW.futex;
    pub const CLOCK_GETTIME: usize = ROW.clock_gettime;
    pub const EXIT_GROUP: usize = ROW.exit_group;

    /// MAP_ANONYMOUS and MAP_NORESERVE.
    pub const MAP_ANON: usize =
        if cfg!(any(target_arch = "mips", target_arch = "mips64")) { 0x800 } else { 0x20 };
    pub const MAP_NORESERVE: usize = if cfg!(any(target_arch = "mips", target_arch = "mips64")) {
        0x400
    } else if cfg!(target_arch = "powerpc64") {
        0x40
    } else {
        0x4000
    };
    /// mmap takes the address of its six arguments.
    pub const MMAP_BLOCK: bool = cfg!(target_arch = "s390x");
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

/// Bytes between SP and the return address at an instruction of compiled code, if it is one at which the frame is being made or
/// taken down; otherwise None. A frame is made by `push rbp; mov rbp, rsp; sub rsp, n` and taken down by `add rsp, n; pop rbp; ret`.
///
/// # Safety
/// `pc` is an instruction of the compiled function at `entry`.
#[cfg(target_arch = "x86_64")]
pub unsafe fn frame_so_far(entry: usize, pc: usize) -> Option<usize> {
    const WORD: usize = 8;
    // SAFETY: code is readable, and functions are followed by others or by padding.
    unsafe {
        let byte = |at: usize| *(at as *const u8);
        match byte(pc) {
            0xc3 => return Some(0),
            0x5d if byte(pc + 1) == 0xc3 => return Some(WORD),
            _ => {}
        }
        const PUSH: [u8; 4] = [0x55, 0x48, 0x89, 0xe5];
        // The check of the stack comes before.
        let push = (entry..entry + 48).find(|&at| (0..4).all(|i| byte(at + i) == PUSH[i]))?;
        let sub = push + 4;
        if pc <= push {
            Some(0)
        } else if pc < sub
            || pc == sub && byte(sub) == 0x48 && matches!(byte(sub + 1), 0x81 | 0x83) && byte(sub + 2) == 0xec
        {
            Some(WORD)
        } else {
            None
        }
    }
}

/// The same where nothing is known of the code.
///
/// # Safety
/// None is needed.
#[cfg(not(target_arch = "x86_64"))]
pub unsafe fn frame_so_far(_entry: usize, _pc: usize) -> Option<usize> {
    None
}

/// System call numbers used by `process.rs`, in the order of the names below.
#[cfg(not(feature = "bare"))]
#[rustfmt::skip]
pub mod nr_process {
    #[cfg(target_arch = "x86_64")]
    const ROW: [usize; 15] = [0, 13, 14, 39, 72, 131, 186, 204, 233, 234, 281, 290, 291, 318, 38];
    #[cfg(target_arch = "x86")]
    const ROW: [usize; 15] = [3, 174, 175, 20, 221, 186, 224, 242, 255, 270, 319, 328, 329, 355, 104];
    #[cfg(target_arch = "arm")]
    const ROW: [usize; 15] = [3, 174, 175, 20, 221, 186, 224, 242, 251, 268, 346, 356, 357, 384, 104];
    #[cfg(any(target_arch = "aarch64", target_arch = "riscv64"))]
    const ROW: [usize; 15] = [63, 134, 135, 172, 25, 132, 178, 123, 21, 131, 22, 19, 20, 278, 103];
    #[cfg(target_arch = "mips")]
    const ROW: [usize; 15] = [4003, 4194, 4195, 4020, 4220, 4206, 4222, 4240, 4249, 4266, 4313, 4325, 4326, 4353, 4104];
    #[cfg(target_arch = "mips64")]
    const ROW: [usize; 15] = [5000, 5013, 5014, 5038, 5070, 5129, 5178, 5196, 5208, 5225, 5272, 5284, 5285, 5313, 5036];
    #[cfg(target_arch = "powerpc64")]
    const ROW: [usize; 15] = [3, 173, 174, 20, 55, 185, 207, 223, 237, 250, 303, 314, 315, 359, 104];
    #[cfg(target_arch = "s390x")]
    const ROW: [usize; 15] = [3, 174, 175, 20, 55, 186, 236, 240, 250, 241, 312, 323, 327, 349, 104];

    pub const READ: usize = ROW[0];
    pub const RT_SIGACTION: usize = ROW[1];
    pub const RT_SIGPROCMASK: usize = ROW[2];
    pub const GETPID: usize = ROW[3];
    pub const FCNTL: usize = ROW[4];
    pub const SIGALTSTACK: usize = ROW[5];
    pub const GETTID: usize = ROW[6];
    pub const SCHED_GETAFFINITY: usize = ROW[7];
    pub const EPOLL_CTL: usize = ROW[8];
    pub const TGKILL: usize = ROW[9];
    pub const EPOLL_PWAIT: usize = ROW[10];
    pub const EVENTFD2: usize = ROW[11];
    pub const EPOLL_CREATE1: usize = ROW[12];
    pub const GETRANDOM: usize = ROW[13];
    pub const SETITIMER: usize = ROW[14];
}

/// Where the fixed registers of compiled code are: byte offsets in the kernel's signal context of g's register and of the
/// pointer to the float state, and in that of the register that is zero. amd64: R14 and X15.
pub const CONTEXT_FIXED: Option<(usize, usize, usize)> =
    if cfg!(target_arch = "x86_64") { Some((88, 224, 160 + 15 * 16)) } else { None };

/// Byte offsets of SP and PC in the kernel's signal context.
pub const CONTEXT_SP_PC: (usize, usize) = if cfg!(target_arch = "x86_64") {
    (160, 168)
} else if cfg!(target_arch = "aarch64") {
    (176 + 8 + 31 * 8, 176 + 8 + 32 * 8)
} else if cfg!(target_arch = "riscv64") {
    (176 + 16, 176)
} else if cfg!(target_arch = "x86") {
    (48, 76)
} else if cfg!(target_arch = "arm") {
    (32 + 13 * 4, 32 + 15 * 4)
} else {
    (0, 0)
};

/// The kernel's record of an event.
#[cfg_attr(target_arch = "x86_64", repr(C, packed))]
#[cfg_attr(not(target_arch = "x86_64"), repr(C))]
#[derive(Clone, Copy)]
pub struct EpollEvent {
    /// What happened.
    pub events: u32,
    /// Whose.
    pub data: u64,
}
