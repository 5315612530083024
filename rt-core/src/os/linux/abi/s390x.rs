//! s390x.

use super::generic::{self, ContextHead, FileCall, context};
pub use super::generic::{EpollEvent, SigAction, SigInfo, SigStack};
pub use crate::os::usual_signals as sig;

/// System calls.
#[allow(missing_docs, reason = "the kernel's names")]
pub mod nr {
    pub const READ: usize = 3;
    pub const WRITE: usize = 4;
    pub const GETPID: usize = 20;
    pub const FCNTL: usize = 55;
    pub const MMAP: usize = 90;
    pub const MUNMAP: usize = 91;
    pub const SETITIMER: usize = 104;
    pub const MPROTECT: usize = 125;
    pub const SCHED_YIELD: usize = 158;
    pub const RT_SIGACTION: usize = 174;
    pub const RT_SIGPROCMASK: usize = 175;
    pub const SIGALTSTACK: usize = 186;
    pub const MADVISE: usize = 219;
    pub const GETTID: usize = 236;
    pub const FUTEX: usize = 238;
    pub const SCHED_GETAFFINITY: usize = 240;
    pub const TGKILL: usize = 241;
    pub const EXIT_GROUP: usize = 248;
    pub const EPOLL_CTL: usize = 250;
    pub const CLOCK_GETTIME: usize = 260;
    pub const OPENAT: usize = 288;
    pub const EPOLL_PWAIT: usize = 312;
    pub const EVENTFD2: usize = 323;
    pub const EPOLL_CREATE1: usize = 327;
    pub const GETRANDOM: usize = 349;
}

/// As the generic ones, but for one.
#[allow(missing_docs, reason = "the kernel's names")]
pub mod flags {
    pub use super::generic::flags::*;
    /// mmap takes the address of its six arguments.
    pub const MMAP_BLOCK: bool = true;
}

/// A word of the table of symbols in the kernel's page of code.
pub type HashWord = u64;

/// An interrupted thread: `struct ucontext`.
#[repr(C)]
pub struct Context {
    head: ContextHead,
    psw_mask: u64,
    pc: u64,
    r: [u64; 16],
}

context!(u64, |c| c.pc, c.r[15], c.r[14]);

impl Context {
    fn called_through(&mut self, _: usize) {}

    /// Gives the registers that compiled code relies on their values: zero (R0), g (R13).
    ///
    /// # Safety
    /// The context is a signal handler's.
    pub unsafe fn set_fixed(&mut self, g: usize) {
        self.r[0] = 0;
        self.r[13] = g as u64;
    }
}

/// The numbers of calls about files.
pub const FILE_CALLS: &[(usize, FileCall)] = &[
    (6, FileCall::Close),
    (12, FileCall::Chdir),
    (19, FileCall::Lseek),
    (41, FileCall::Dup),
    (54, FileCall::Ioctl),
    (92, FileCall::Truncate),
    (93, FileCall::Ftruncate),
    (94, FileCall::Fchmod),
    (102, FileCall::Socketcall),
    (106, FileCall::Stat),
    (107, FileCall::Stat),
    (108, FileCall::Fstat),
    (118, FileCall::Fsync),
    (146, FileCall::Writev),
    (148, FileCall::Fsync),
    (180, FileCall::Pread),
    (181, FileCall::Pwrite),
    (183, FileCall::Getcwd),
    (220, FileCall::Getdents),
    (288, FileCall::Openat),
    (289, FileCall::Mkdirat),
    (293, FileCall::Fstatat),
    (294, FileCall::Unlinkat),
    (295, FileCall::Renameat),
    (298, FileCall::Readlinkat),
    (299, FileCall::Fchmodat),
    (300, FileCall::Faccessat),
    (306, FileCall::Splice),
    (315, FileCall::Utimensat),
    (325, FileCall::Pipe2),
    (347, FileCall::Renameat),
    (360, FileCall::Socketpair),
    (439, FileCall::Faccessat),
];

/// What is known of a file: `struct stat`.
#[repr(C)]
#[derive(Default)]
#[allow(missing_docs, reason = "the kernel's names")]
pub struct Stat {
    pub dev: u64,
    pub ino: u64,
    pub nlink: u64,
    pub mode: u32,
    pub uid: u32,
    pub gid: u32,
    pub pad: u32,
    pub rdev: u64,
    pub size: i64,
    /// Access, modification, change: seconds and nanoseconds.
    pub times: [[isize; 2]; 3],
    pub blksize: i64,
    pub blocks: i64,
    pub unused: [i64; 3],
}
