//! ppc64, both byte orders.

use super::generic::{self, ContextHeadWithMask, FileCall, context};
pub use super::generic::{EpollEvent, HashWord, SigAction, SigInfo, SigStack, StatOfLongs as Stat};
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
    pub const RT_SIGACTION: usize = 173;
    pub const RT_SIGPROCMASK: usize = 174;
    pub const SIGALTSTACK: usize = 185;
    pub const MADVISE: usize = 205;
    pub const GETTID: usize = 207;
    pub const FUTEX: usize = 221;
    pub const SCHED_GETAFFINITY: usize = 223;
    pub const EXIT_GROUP: usize = 234;
    pub const EPOLL_CTL: usize = 237;
    pub const CLOCK_GETTIME: usize = 246;
    pub const TGKILL: usize = 250;
    pub const OPENAT: usize = 286;
    pub const EPOLL_PWAIT: usize = 303;
    pub const EVENTFD2: usize = 314;
    pub const EPOLL_CREATE1: usize = 315;
    pub const GETRANDOM: usize = 359;
}

/// As the generic ones, but for one.
#[allow(missing_docs, reason = "the kernel's names")]
pub mod flags {
    pub use super::generic::flags::*;
    pub const MAP_NORESERVE: usize = 0x40;
}

/// An interrupted thread: `struct ucontext`.
#[repr(C)]
pub struct Context {
    head: ContextHeadWithMask,
    unused: [u64; 4],
    signal: u64,
    handler: u64,
    oldmask: u64,
    regs: u64,
    r: [u64; 32],
    pc: u64,
    msr: u64,
    r3: u64,
    ctr: u64,
    lr: u64,
}

context!(u64, |c| c.pc, c.r[1], c.lr);

impl Context {
    fn called_through(&mut self, pc: usize) {
        self.r[12] = pc as u64;
    }

    /// Gives the registers that compiled code relies on their values: zero (R0), g (R30).
    ///
    /// # Safety
    /// The context is a signal handler's.
    pub unsafe fn set_fixed(&mut self, g: usize) {
        self.r[0] = 0;
        self.r[30] = g as u64;
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
    (106, FileCall::Stat),
    (107, FileCall::Stat),
    (108, FileCall::Fstat),
    (118, FileCall::Fsync),
    (146, FileCall::Writev),
    (148, FileCall::Fsync),
    (179, FileCall::Pread),
    (180, FileCall::Pwrite),
    (182, FileCall::Getcwd),
    (202, FileCall::Getdents),
    (283, FileCall::Splice),
    (286, FileCall::Openat),
    (287, FileCall::Mkdirat),
    (291, FileCall::Fstatat),
    (292, FileCall::Unlinkat),
    (293, FileCall::Renameat),
    (296, FileCall::Readlinkat),
    (297, FileCall::Fchmodat),
    (298, FileCall::Faccessat),
    (304, FileCall::Utimensat),
    (317, FileCall::Pipe2),
    (326, FileCall::Socket),
    (327, FileCall::Bind),
    (328, FileCall::Connect),
    (329, FileCall::Listen),
    (330, FileCall::Accept),
    (331, FileCall::Getsockname),
    (332, FileCall::Getpeername),
    (333, FileCall::Socketpair),
    (335, FileCall::Sendto),
    (337, FileCall::Recvfrom),
    (338, FileCall::Shutdown),
    (339, FileCall::Setsockopt),
    (340, FileCall::Getsockopt),
    (341, FileCall::Sendmsg),
    (342, FileCall::Recvmsg),
    (344, FileCall::Accept),
    (357, FileCall::Renameat),
    (439, FileCall::Faccessat),
];
