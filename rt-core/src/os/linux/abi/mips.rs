//! mips: a pointer has 32 bits, the kernel keeps 64 of each register. Both byte orders.

use super::generic::context;
pub use super::generic::{EpollEvent, HashWord};
pub use super::generic::{NO_FILE_CALLS as FILE_CALLS, Stat};
use super::mips_both::{ContextHead, G, TARGET};
pub use super::mips_both::{SigAction, SigInfo, SigStack, flags, sig};

/// System calls.
#[allow(missing_docs, reason = "the kernel's names")]
pub mod nr {
    pub const READ: usize = 4003;
    pub const WRITE: usize = 4004;
    pub const GETPID: usize = 4020;
    pub const MUNMAP: usize = 4091;
    pub const SETITIMER: usize = 4104;
    pub const MPROTECT: usize = 4125;
    pub const SCHED_YIELD: usize = 4162;
    pub const RT_SIGACTION: usize = 4194;
    pub const RT_SIGPROCMASK: usize = 4195;
    pub const SIGALTSTACK: usize = 4206;
    pub const MMAP: usize = 4210;
    pub const MADVISE: usize = 4218;
    pub const FCNTL: usize = 4220;
    pub const GETTID: usize = 4222;
    pub const FUTEX: usize = 4238;
    pub const SCHED_GETAFFINITY: usize = 4240;
    pub const EXIT_GROUP: usize = 4246;
    pub const EPOLL_CTL: usize = 4249;
    pub const CLOCK_GETTIME: usize = 4263;
    pub const TGKILL: usize = 4266;
    pub const OPENAT: usize = 4288;
    pub const EPOLL_PWAIT: usize = 4313;
    pub const EVENTFD2: usize = 4325;
    pub const EPOLL_CREATE1: usize = 4326;
    pub const GETRANDOM: usize = 4353;
}

/// An interrupted thread: `struct ucontext`.
#[repr(C)]
pub struct Context {
    head: ContextHead,
    regs: Registers,
}

#[repr(C, align(8))]
struct Registers {
    mask: u32,
    status: u32,
    pc: u64,
    r: [u64; 32],
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
