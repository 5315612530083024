//! amd64.

use super::generic::{ContextHead, FileCall, context};
pub use super::generic::{HashWord, SigAction, SigInfo, SigStack, StatOfLongs as Stat, flags};
pub use crate::os::usual_signals as sig;

/// System calls.
#[allow(missing_docs, reason = "the kernel's names")]
pub mod nr {
    pub const READ: usize = 0;
    pub const WRITE: usize = 1;
    pub const MMAP: usize = 9;
    pub const MPROTECT: usize = 10;
    pub const MUNMAP: usize = 11;
    pub const RT_SIGACTION: usize = 13;
    pub const RT_SIGPROCMASK: usize = 14;
    pub const SCHED_YIELD: usize = 24;
    pub const MADVISE: usize = 28;
    pub const SETITIMER: usize = 38;
    pub const GETPID: usize = 39;
    pub const FCNTL: usize = 72;
    pub const SIGALTSTACK: usize = 131;
    pub const GETTID: usize = 186;
    pub const FUTEX: usize = 202;
    pub const SCHED_GETAFFINITY: usize = 204;
    pub const CLOCK_GETTIME: usize = 228;
    pub const EXIT_GROUP: usize = 231;
    pub const EPOLL_CTL: usize = 233;
    pub const TGKILL: usize = 234;
    pub const OPENAT: usize = 257;
    pub const EPOLL_PWAIT: usize = 281;
    pub const EVENTFD2: usize = 290;
    pub const EPOLL_CREATE1: usize = 291;
    pub const GETRANDOM: usize = 318;
}

/// What the poller reports. Here, and only here, packed: as on 386, whose programs the kernel runs too.
#[repr(C, packed)]
#[derive(Clone, Copy)]
pub struct EpollEvent {
    /// What happened.
    pub events: u32,
    /// Whose.
    pub data: u64,
}

/// An interrupted thread: `struct ucontext`.
#[repr(C)]
pub struct Context {
    head: ContextHead,
    r8_to_r15: [u64; 8],
    di: u64,
    si: u64,
    bp: u64,
    bx: u64,
    dx: u64,
    ax: u64,
    cx: u64,
    sp: u64,
    pc: u64,
    flags: u64,
    segments: u64,
    err: u64,
    trap: u64,
    oldmask: u64,
    cr2: u64,
    float: *mut Float,
}

/// What FXSAVE writes, up to the last register.
#[repr(C)]
struct Float {
    head: [u8; 32],
    st: [[u64; 2]; 8],
    xmm: [[u64; 2]; 16],
}

context!(u64, |c| c.pc, c.sp);

impl Context {
    fn called_through(&mut self, _: usize) {}

    /// Gives the registers that compiled code relies on their values: g (R14), zero (X15).
    ///
    /// # Safety
    /// The context is a signal handler's.
    pub unsafe fn set_fixed(&mut self, g: usize) {
        self.r8_to_r15[6] = g as u64;
        if !self.float.is_null() {
            // SAFETY: the float state is there whenever its pointer is.
            unsafe { (*self.float).xmm[15] = [0, 0] };
        }
    }
}

/// The numbers of calls about files.
pub const FILE_CALLS: &[(usize, FileCall)] = &[
    (3, FileCall::Close),
    (5, FileCall::Fstat),
    (8, FileCall::Lseek),
    (16, FileCall::Ioctl),
    (17, FileCall::Pread),
    (18, FileCall::Pwrite),
    (20, FileCall::Writev),
    (32, FileCall::Dup),
    (41, FileCall::Socket),
    (42, FileCall::Connect),
    (43, FileCall::Accept),
    (44, FileCall::Sendto),
    (45, FileCall::Recvfrom),
    (46, FileCall::Sendmsg),
    (47, FileCall::Recvmsg),
    (48, FileCall::Shutdown),
    (49, FileCall::Bind),
    (50, FileCall::Listen),
    (51, FileCall::Getsockname),
    (52, FileCall::Getpeername),
    (53, FileCall::Socketpair),
    (54, FileCall::Setsockopt),
    (55, FileCall::Getsockopt),
    (74, FileCall::Fsync),
    (75, FileCall::Fsync),
    (76, FileCall::Truncate),
    (77, FileCall::Ftruncate),
    (79, FileCall::Getcwd),
    (80, FileCall::Chdir),
    (91, FileCall::Fchmod),
    (217, FileCall::Getdents),
    (257, FileCall::Openat),
    (258, FileCall::Mkdirat),
    (262, FileCall::Fstatat),
    (263, FileCall::Unlinkat),
    (264, FileCall::Renameat),
    (267, FileCall::Readlinkat),
    (268, FileCall::Fchmodat),
    (269, FileCall::Faccessat),
    (275, FileCall::Splice),
    (280, FileCall::Utimensat),
    (288, FileCall::Accept),
    (293, FileCall::Pipe2),
    (316, FileCall::Renameat),
    (439, FileCall::Faccessat),
];
