//! arm.

pub use super::generic::Stat32 as Stat;
use super::generic::{self, ContextHead, FileCall, context};
pub use super::generic::{EpollEvent, HashWord, SigAction, SigInfo, SigStack};
pub use crate::os::usual_signals as sig;

/// System calls.
#[allow(missing_docs, reason = "the kernel's names")]
pub mod nr {
    pub const READ: usize = 3;
    pub const WRITE: usize = 4;
    pub const GETPID: usize = 20;
    pub const MUNMAP: usize = 91;
    pub const SETITIMER: usize = 104;
    pub const MPROTECT: usize = 125;
    pub const SCHED_YIELD: usize = 158;
    pub const RT_SIGACTION: usize = 174;
    pub const RT_SIGPROCMASK: usize = 175;
    pub const SIGALTSTACK: usize = 186;
    pub const MMAP: usize = 192;
    pub const MADVISE: usize = 220;
    pub const FCNTL: usize = 221;
    pub const GETTID: usize = 224;
    pub const FUTEX: usize = 240;
    pub const SCHED_GETAFFINITY: usize = 242;
    pub const EXIT_GROUP: usize = 248;
    pub const EPOLL_CTL: usize = 251;
    pub const CLOCK_GETTIME: usize = 263;
    pub const TGKILL: usize = 268;
    pub const OPENAT: usize = 322;
    pub const EPOLL_PWAIT: usize = 346;
    pub const EVENTFD2: usize = 356;
    pub const EPOLL_CREATE1: usize = 357;
    pub const GETRANDOM: usize = 384;
}

/// As the generic ones, but for one.
#[allow(missing_docs, reason = "the kernel's names")]
pub mod flags {
    pub use super::generic::flags::*;
    /// An argument of 64 bits begins at an even one.
    pub const EVEN_PAIRS: bool = true;
}

/// An interrupted thread: `struct ucontext`.
#[repr(C)]
pub struct Context {
    head: ContextHead,
    trap: u32,
    err: u32,
    oldmask: u32,
    r: [u32; 16],
    cpsr: u32,
}

context!(u32, |c| c.r[15], c.r[13], c.r[14]);

/// The bit of CPSR that says that instructions are Thumb's: Rust code may be, compiled code is not.
const THUMB: u32 = 1 << 5;

impl Context {
    fn called_through(&mut self, pc: usize) {
        self.cpsr = if pc & 1 == 0 { self.cpsr & !THUMB } else { self.cpsr | THUMB };
    }

    /// Gives the register that compiled code relies on its value: g (R10).
    ///
    /// # Safety
    /// The context is a signal handler's.
    pub unsafe fn set_fixed(&mut self, g: usize) {
        self.r[10] = g as u32;
    }
}

/// The numbers of calls about files.
pub const FILE_CALLS: &[(usize, FileCall)] = &[
    (6, FileCall::Close),
    (12, FileCall::Chdir),
    (41, FileCall::Dup),
    (54, FileCall::Ioctl),
    (55, FileCall::Fcntl),
    (94, FileCall::Fchmod),
    (118, FileCall::Fsync),
    (140, FileCall::Llseek),
    (146, FileCall::Writev),
    (148, FileCall::Fsync),
    (180, FileCall::Pread),
    (181, FileCall::Pwrite),
    (183, FileCall::Getcwd),
    (193, FileCall::Truncate),
    (194, FileCall::Ftruncate),
    (197, FileCall::Fstat),
    (217, FileCall::Getdents),
    (281, FileCall::Socket),
    (282, FileCall::Bind),
    (283, FileCall::Connect),
    (284, FileCall::Listen),
    (285, FileCall::Accept),
    (286, FileCall::Getsockname),
    (287, FileCall::Getpeername),
    (288, FileCall::Socketpair),
    (290, FileCall::Sendto),
    (292, FileCall::Recvfrom),
    (293, FileCall::Shutdown),
    (294, FileCall::Setsockopt),
    (295, FileCall::Getsockopt),
    (296, FileCall::Sendmsg),
    (297, FileCall::Recvmsg),
    (322, FileCall::Openat),
    (323, FileCall::Mkdirat),
    (327, FileCall::Fstatat),
    (328, FileCall::Unlinkat),
    (329, FileCall::Renameat),
    (332, FileCall::Readlinkat),
    (333, FileCall::Fchmodat),
    (334, FileCall::Faccessat),
    (340, FileCall::Splice),
    (348, FileCall::Utimensat),
    (359, FileCall::Pipe2),
    (366, FileCall::Accept),
    (382, FileCall::Renameat),
    (439, FileCall::Faccessat),
];
