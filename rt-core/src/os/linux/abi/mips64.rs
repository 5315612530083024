//! mips64. Both byte orders.

pub use super::generic::{EpollEvent, HashWord};
use super::generic::{FileCall, context};
use super::mips_both::{ContextHead, G, TARGET};
pub use super::mips_both::{SigAction, SigInfo, SigStack, Stat, flags, sig};

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

/// The numbers of calls about files.
pub const FILE_CALLS: &[(usize, FileCall)] = &[
    (5003, FileCall::Close),
    (5004, FileCall::Stat),
    (5005, FileCall::Fstat),
    (5006, FileCall::Stat),
    (5008, FileCall::Lseek),
    (5015, FileCall::Ioctl),
    (5016, FileCall::Pread),
    (5017, FileCall::Pwrite),
    (5019, FileCall::Writev),
    (5031, FileCall::Dup),
    (5040, FileCall::Socket),
    (5041, FileCall::Connect),
    (5042, FileCall::Accept),
    (5043, FileCall::Sendto),
    (5044, FileCall::Recvfrom),
    (5045, FileCall::Sendmsg),
    (5046, FileCall::Recvmsg),
    (5047, FileCall::Shutdown),
    (5048, FileCall::Bind),
    (5049, FileCall::Listen),
    (5050, FileCall::Getsockname),
    (5051, FileCall::Getpeername),
    (5052, FileCall::Socketpair),
    (5053, FileCall::Setsockopt),
    (5054, FileCall::Getsockopt),
    (5072, FileCall::Fsync),
    (5073, FileCall::Fsync),
    (5074, FileCall::Truncate),
    (5075, FileCall::Ftruncate),
    (5077, FileCall::Getcwd),
    (5078, FileCall::Chdir),
    (5089, FileCall::Fchmod),
    (5247, FileCall::Openat),
    (5248, FileCall::Mkdirat),
    (5252, FileCall::Fstatat),
    (5253, FileCall::Unlinkat),
    (5254, FileCall::Renameat),
    (5257, FileCall::Readlinkat),
    (5258, FileCall::Fchmodat),
    (5259, FileCall::Faccessat),
    (5263, FileCall::Splice),
    (5275, FileCall::Utimensat),
    (5287, FileCall::Pipe2),
    (5293, FileCall::Accept),
    (5308, FileCall::Getdents),
    (5311, FileCall::Renameat),
    (5439, FileCall::Faccessat),
];
