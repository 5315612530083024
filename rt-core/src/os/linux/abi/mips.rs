//! mips: a pointer has 32 bits, the kernel keeps 64 of each register. Both byte orders.

pub use super::generic::{EpollEvent, HashWord};
use super::generic::{FileCall, context};
use super::mips_both::{ContextHead, G, TARGET};
pub use super::mips_both::{SigAction, SigInfo, SigStack, Stat, flags, sig};

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

/// The numbers of calls about files.
pub const FILE_CALLS: &[(usize, FileCall)] = &[
    (4006, FileCall::Close),
    (4012, FileCall::Chdir),
    (4019, FileCall::Lseek),
    (4041, FileCall::Dup),
    (4054, FileCall::Ioctl),
    (4055, FileCall::Fcntl),
    (4094, FileCall::Fchmod),
    (4118, FileCall::Fsync),
    (4140, FileCall::Llseek),
    (4146, FileCall::Writev),
    (4152, FileCall::Fsync),
    (4168, FileCall::Accept),
    (4169, FileCall::Bind),
    (4170, FileCall::Connect),
    (4171, FileCall::Getpeername),
    (4172, FileCall::Getsockname),
    (4173, FileCall::Getsockopt),
    (4174, FileCall::Listen),
    (4176, FileCall::Recvfrom),
    (4177, FileCall::Recvmsg),
    (4179, FileCall::Sendmsg),
    (4180, FileCall::Sendto),
    (4181, FileCall::Setsockopt),
    (4182, FileCall::Shutdown),
    (4183, FileCall::Socket),
    (4184, FileCall::Socketpair),
    (4200, FileCall::Pread),
    (4201, FileCall::Pwrite),
    (4203, FileCall::Getcwd),
    (4211, FileCall::Truncate),
    (4212, FileCall::Ftruncate),
    (4213, FileCall::Stat),
    (4214, FileCall::Stat),
    (4215, FileCall::Fstat),
    (4219, FileCall::Getdents),
    (4288, FileCall::Openat),
    (4289, FileCall::Mkdirat),
    (4293, FileCall::Fstatat),
    (4294, FileCall::Unlinkat),
    (4295, FileCall::Renameat),
    (4298, FileCall::Readlinkat),
    (4299, FileCall::Fchmodat),
    (4300, FileCall::Faccessat),
    (4304, FileCall::Splice),
    (4316, FileCall::Utimensat),
    (4328, FileCall::Pipe2),
    (4334, FileCall::Accept),
    (4351, FileCall::Renameat),
    (4439, FileCall::Faccessat),
];
