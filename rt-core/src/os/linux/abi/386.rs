//! 386.

pub use super::generic::Stat32 as Stat;
use super::generic::{ContextHead, FileCall, context};
pub use super::generic::{EpollEvent, HashWord, SigAction, SigInfo, SigStack, flags};
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
    pub const MADVISE: usize = 219;
    pub const FCNTL: usize = 221;
    pub const GETTID: usize = 224;
    pub const FUTEX: usize = 240;
    pub const SCHED_GETAFFINITY: usize = 242;
    pub const EXIT_GROUP: usize = 252;
    pub const EPOLL_CTL: usize = 255;
    pub const CLOCK_GETTIME: usize = 265;
    pub const TGKILL: usize = 270;
    pub const OPENAT: usize = 295;
    pub const EPOLL_PWAIT: usize = 319;
    pub const EVENTFD2: usize = 328;
    pub const EPOLL_CREATE1: usize = 329;
    pub const GETRANDOM: usize = 355;
}

/// An interrupted thread: `struct ucontext`.
#[repr(C)]
pub struct Context {
    head: ContextHead,
    segments: [u32; 4],
    di: u32,
    si: u32,
    bp: u32,
    sp: u32,
    bx: u32,
    dx: u32,
    cx: u32,
    ax: u32,
    trap: u32,
    err: u32,
    pc: u32,
}

context!(u32, |c| c.pc, c.sp);

impl Context {
    fn called_through(&mut self, _: usize) {}

    /// Compiled code relies on no register.
    ///
    /// # Safety
    /// None is needed.
    pub unsafe fn set_fixed(&mut self, _g: usize) {}
}

/// The numbers of calls about files.
pub const FILE_CALLS: &[(usize, FileCall)] = &[
    (6, FileCall::Close),
    (12, FileCall::Chdir),
    (41, FileCall::Dup),
    (54, FileCall::Ioctl),
    (55, FileCall::Fcntl),
    (94, FileCall::Fchmod),
    (102, FileCall::Socketcall),
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
    (220, FileCall::Getdents),
    (295, FileCall::Openat),
    (296, FileCall::Mkdirat),
    (300, FileCall::Fstatat),
    (301, FileCall::Unlinkat),
    (302, FileCall::Renameat),
    (305, FileCall::Readlinkat),
    (306, FileCall::Fchmodat),
    (307, FileCall::Faccessat),
    (313, FileCall::Splice),
    (320, FileCall::Utimensat),
    (331, FileCall::Pipe2),
    (353, FileCall::Renameat),
    (360, FileCall::Socketpair),
    (439, FileCall::Faccessat),
];
