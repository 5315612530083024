//! mips64. Both byte orders.

use super::generic::context;
pub use super::generic::{EpollEvent, HashWord};
pub use super::generic::{NO_FILE_CALLS as FILE_CALLS, Stat};
use super::mips_both::{ContextHead, G, TARGET};
pub use super::mips_both::{SigAction, SigInfo, SigStack, flags, sig};

/// System calls.
#[allow(missing_docs, reason = "the kernel's names")]
pub mod nr {
    pub const READ: usize = 5000;
    pub const WRITE: usize = 5001;
    pub const MMAP: usize = 5009;
    pub const MPROTECT: usize = 5010;
    pub const MUNMAP: usize = 5011;
    pub const RT_SIGACTION: usize = 5013;
    pub const RT_SIGPROCMASK: usize = 5014;
    pub const SCHED_YIELD: usize = 5023;
    pub const MADVISE: usize = 5027;
    pub const SETITIMER: usize = 5036;
    pub const GETPID: usize = 5038;
    pub const FCNTL: usize = 5070;
    pub const SIGALTSTACK: usize = 5129;
    pub const GETTID: usize = 5178;
    pub const FUTEX: usize = 5194;
    pub const SCHED_GETAFFINITY: usize = 5196;
    pub const EXIT_GROUP: usize = 5205;
    pub const EPOLL_CTL: usize = 5208;
    pub const CLOCK_GETTIME: usize = 5222;
    pub const TGKILL: usize = 5225;
    pub const OPENAT: usize = 5247;
    pub const EPOLL_PWAIT: usize = 5272;
    pub const EVENTFD2: usize = 5284;
    pub const EPOLL_CREATE1: usize = 5285;
    pub const GETRANDOM: usize = 5313;
}

/// An interrupted thread: `struct ucontext`.
#[repr(C)]
pub struct Context {
    head: ContextHead,
    regs: Registers,
}

#[repr(C)]
struct Registers {
    r: [u64; 32],
    float: [u64; 32],
    hi_lo: [u64; 8],
    pc: u64,
}

context!(u64, |c| c.regs.pc, c.regs.r[29], c.regs.r[31]);

impl Context {
    fn called_through(&mut self, pc: usize) {
        self.regs.r[TARGET] = pc as isize as u64;
    }

    /// Gives the register that compiled code relies on its value: g (R30).
    ///
    /// # Safety
    /// The context is a signal handler's.
    pub unsafe fn set_fixed(&mut self, g: usize) {
        self.regs.r[G] = g as isize as u64;
    }
}
