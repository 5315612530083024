//! What most machines share: the numbers and records of the kernel's own generic headers.
#![allow(dead_code, reason = "no machine takes all of it")]

use super::SignalSet;

/// System calls.
#[allow(missing_docs, reason = "the kernel's names")]
pub mod nr {
    pub const EPOLL_CREATE1: usize = 20;
    pub const EPOLL_CTL: usize = 21;
    pub const EPOLL_PWAIT: usize = 22;
    pub const EVENTFD2: usize = 19;
    pub const FCNTL: usize = 25;
    pub const OPENAT: usize = 56;
    pub const READ: usize = 63;
    pub const WRITE: usize = 64;
    pub const EXIT_GROUP: usize = 94;
    pub const FUTEX: usize = 98;
    pub const SETITIMER: usize = 103;
    pub const CLOCK_GETTIME: usize = 113;
    pub const SCHED_GETAFFINITY: usize = 123;
    pub const SCHED_YIELD: usize = 124;
    pub const TGKILL: usize = 131;
    pub const SIGALTSTACK: usize = 132;
    pub const RT_SIGACTION: usize = 134;
    pub const RT_SIGPROCMASK: usize = 135;
    pub const GETPID: usize = 172;
    pub const GETTID: usize = 178;
    pub const MUNMAP: usize = 215;
    pub const MMAP: usize = 222;
    pub const MPROTECT: usize = 226;
    pub const MADVISE: usize = 233;
    pub const GETRANDOM: usize = 278;
}

/// Arguments of system calls that machines number in their own way.
#[allow(missing_docs, reason = "the kernel's names")]
pub mod flags {
    pub const MAP_ANONYMOUS: usize = 0x20;
    pub const MAP_NORESERVE: usize = 0x4000;
    /// mmap takes the address of its six arguments.
    pub const MMAP_BLOCK: bool = false;
    /// Where words have 32 bits, an argument of 64 begins at an even one.
    pub const EVEN_PAIRS: bool = false;
    pub const SA_SIGINFO: usize = 4;
    pub const SA_ONSTACK: usize = 0x0800_0000;
    pub const SA_RESTART: usize = 0x1000_0000;
    pub const SIG_SETMASK: usize = 2;
}

/// A word of the table of symbols in the kernel's page of code.
pub type HashWord = u32;

/// What a signal does: `struct sigaction` with a return trampoline.
#[repr(C)]
pub struct SigAction {
    handler: usize,
    flags: usize,
    restorer: usize,
    mask: SignalSet,
}

impl SigAction {
    const SA_RESTORER: usize = 0x0400_0000;
    /// A record; `restorer` is where the handler returns to, 0 if there is no handler.
    pub fn new(handler: usize, flags: usize, restorer: usize, mask: SignalSet) -> SigAction {
        let flags = if restorer == 0 { flags } else { flags | SigAction::SA_RESTORER };
        SigAction { handler, flags, restorer, mask }
    }
    /// Address of the handler, 0 (default) or 1 (ignored).
    pub fn handler(&self) -> usize {
        self.handler
    }
}

/// Where handlers run: `stack_t`.
#[repr(C)]
pub struct SigStack {
    low: usize,
    flags: i32,
    size: usize,
}

impl SigStack {
    /// The stack from `low` on.
    pub fn new(low: usize, size: usize) -> SigStack {
        SigStack { low, flags: 0, size }
    }
}

/// Why a signal came: `siginfo_t`.
#[repr(C)]
pub struct SigInfo {
    signo: i32,
    errno: i32,
    code: i32,
    /// Of a fault. A union follows the three numbers, as aligned as a pointer.
    addr: usize,
}

impl SigInfo {
    /// `si_code`.
    pub fn code(&self) -> i32 {
        self.code
    }
    /// `si_addr`.
    pub fn addr(&self) -> usize {
        self.addr
    }
}

/// What the poller reports: `struct epoll_event`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct EpollEvent {
    /// What happened.
    pub events: u32,
    /// Whose.
    pub data: u64,
}

/// What stands before the registers in `struct ucontext`, where the signal mask comes behind them.
#[repr(C)]
pub struct ContextHead {
    flags: usize,
    link: usize,
    stack: SigStack,
}

/// The same where room for a mask of 1,024 signals comes before them.
#[repr(C)]
pub struct ContextHeadWithMask {
    head: ContextHead,
    mask: [u8; 128],
}

/// The functions that every machine's `Context` has, told where pc, sp and the link register are. The kernel keeps registers
/// in 64 bits even on a machine of 32: sign-extended.
macro_rules! context {
    ($u:ty, |$c:ident| $pc:expr, $sp:expr) => {
        context!(@place $u, |$c| $pc, $sp);
        impl Context {
            /// There is no link register.
            pub fn lr(&self) -> usize {
                0
            }
            /// There is none to set.
            pub fn set_lr(&mut self, _: usize) {}
        }
    };
    ($u:ty, |$c:ident| $pc:expr, $sp:expr, $lr:expr) => {
        context!(@place $u, |$c| $pc, $sp);
        impl Context {
            /// Its link register.
            pub fn lr(&self) -> usize {
                let $c = self;
                $lr as usize
            }
            /// Sets its link register.
            pub fn set_lr(&mut self, lr: usize) {
                let $c = self;
                $lr = lr as isize as $u;
            }
        }
    };
    (@place $u:ty, |$c:ident| $pc:expr, $sp:expr) => {
        impl Context {
            /// Where the thread was.
            pub fn pc(&self) -> usize {
                let $c = self;
                $pc as usize
            }
            /// Its stack pointer.
            pub fn sp(&self) -> usize {
                let $c = self;
                $sp as usize
            }
            /// Has it go on at another function's entry.
            pub fn set_pc(&mut self, pc: usize) {
                self.called_through(pc);
                let $c = self;
                $pc = pc as isize as $u;
            }
            /// Moves its stack pointer.
            pub fn set_sp(&mut self, sp: usize) {
                let $c = self;
                $sp = sp as isize as $u;
            }
        }
    };
}
pub(super) use context;

/// Calls about files and sockets, which are answered where there is no kernel to ask.
#[derive(Clone, Copy)]
#[allow(missing_docs, reason = "the kernel's names")]
pub enum FileCall {
    Accept,
    Bind,
    Chdir,
    Close,
    Connect,
    Dup,
    Faccessat,
    Fchmod,
    Fchmodat,
    /// What has a second number where files have places of 64 bits.
    Fcntl,
    Fstat,
    Fstatat,
    Fsync,
    Ftruncate,
    Getcwd,
    Getdents,
    Getpeername,
    Getsockname,
    Getsockopt,
    Ioctl,
    Listen,
    Llseek,
    Lseek,
    Mkdirat,
    Openat,
    Pipe2,
    Pread,
    Pwrite,
    Readlinkat,
    Recvfrom,
    Recvmsg,
    Renameat,
    Sendmsg,
    Sendto,
    Setsockopt,
    Shutdown,
    Socket,
    Socketcall,
    Socketpair,
    Splice,
    Stat,
    Truncate,
    Unlinkat,
    Utimensat,
    Writev,
}

impl FileCall {
    /// Whether only sockets are asked such things.
    pub fn is_of_sockets(self) -> bool {
        use FileCall::*;
        matches!(
            self,
            Accept
                | Bind
                | Connect
                | Getpeername
                | Getsockname
                | Getsockopt
                | Listen
                | Recvfrom
                | Recvmsg
                | Sendmsg
                | Sendto
                | Setsockopt
                | Shutdown
                | Socket
                | Socketpair
                | Writev
        )
    }
}

impl FileCall {
    /// The call about sockets that is the n-th of them where one system call makes them all.
    pub fn of_socketcall(n: usize) -> Option<FileCall> {
        use FileCall::*;
        Some(match n {
            1 => Socket,
            2 => Bind,
            3 => Connect,
            4 => Listen,
            5 | 18 => Accept,
            6 => Getsockname,
            7 => Getpeername,
            8 => Socketpair,
            11 => Sendto,
            12 => Recvfrom,
            13 => Shutdown,
            14 => Setsockopt,
            15 => Getsockopt,
            16 => Sendmsg,
            17 => Recvmsg,
            _ => return None,
        })
    }
}

/// Their numbers.
pub const FILE_CALLS: &[(usize, FileCall)] = &[
    (17, FileCall::Getcwd),
    (23, FileCall::Dup),
    (29, FileCall::Ioctl),
    (34, FileCall::Mkdirat),
    (35, FileCall::Unlinkat),
    (38, FileCall::Renameat),
    (45, FileCall::Truncate),
    (46, FileCall::Ftruncate),
    (48, FileCall::Faccessat),
    (49, FileCall::Chdir),
    (52, FileCall::Fchmod),
    (53, FileCall::Fchmodat),
    (56, FileCall::Openat),
    (57, FileCall::Close),
    (59, FileCall::Pipe2),
    (61, FileCall::Getdents),
    (62, FileCall::Lseek),
    (66, FileCall::Writev),
    (67, FileCall::Pread),
    (68, FileCall::Pwrite),
    (76, FileCall::Splice),
    (78, FileCall::Readlinkat),
    (79, FileCall::Fstatat),
    (80, FileCall::Fstat),
    (82, FileCall::Fsync),
    (83, FileCall::Fsync),
    (88, FileCall::Utimensat),
    (198, FileCall::Socket),
    (199, FileCall::Socketpair),
    (200, FileCall::Bind),
    (201, FileCall::Listen),
    (202, FileCall::Accept),
    (203, FileCall::Connect),
    (204, FileCall::Getsockname),
    (205, FileCall::Getpeername),
    (206, FileCall::Sendto),
    (207, FileCall::Recvfrom),
    (208, FileCall::Setsockopt),
    (209, FileCall::Getsockopt),
    (210, FileCall::Shutdown),
    (211, FileCall::Sendmsg),
    (212, FileCall::Recvmsg),
    (242, FileCall::Accept),
    (276, FileCall::Renameat),
    (439, FileCall::Faccessat),
];

/// What is known of a file: `struct stat`.
#[repr(C)]
#[derive(Default)]
#[allow(missing_docs, reason = "the kernel's names")]
pub struct Stat {
    pub dev: u64,
    pub ino: u64,
    pub mode: u32,
    pub nlink: u32,
    pub uid: u32,
    pub gid: u32,
    pub rdev: u64,
    pub pad: u64,
    pub size: i64,
    pub blksize: i32,
    pub pad2: i32,
    pub blocks: i64,
    /// Access, modification, change: seconds and nanoseconds.
    pub times: [[isize; 2]; 3],
    pub unused: [u32; 2],
}

/// The same where most of it is long.
#[repr(C)]
#[derive(Default)]
#[allow(missing_docs, reason = "the kernel's names")]
pub struct StatOfLongs {
    pub dev: u64,
    pub ino: u64,
    pub nlink: u64,
    pub mode: u32,
    pub uid: u32,
    pub gid: u32,
    pub pad: u32,
    pub rdev: u64,
    pub size: i64,
    pub blksize: i64,
    pub blocks: i64,
    /// Access, modification, change: seconds and nanoseconds.
    pub times: [[isize; 2]; 3],
    pub unused: [i64; 3],
}

/// The same with words of 4 bytes.
#[repr(C)]
#[derive(Default)]
#[allow(missing_docs, reason = "the kernel's names")]
pub struct Stat32 {
    pub dev: u64,
    pub pad: u32,
    pub short_ino: u32,
    pub mode: u32,
    pub nlink: u32,
    pub uid: u32,
    pub gid: u32,
    pub rdev: u64,
    pub pad2: u32,
    pub size: i64,
    pub blksize: i32,
    pub blocks: i64,
    /// Access, modification, change: seconds and nanoseconds.
    pub times: [[isize; 2]; 3],
    pub ino: u64,
}
