//! What mips and mips64 share: their own signal numbers, flags and order of fields.

use super::SignalSet;

/// Signals.
#[allow(missing_docs, reason = "the kernel's names")]
pub mod sig {
    pub const HUP: u32 = 1;
    pub const INT: u32 = 2;
    pub const QUIT: u32 = 3;
    pub const ILL: u32 = 4;
    pub const TRAP: u32 = 5;
    pub const ABRT: u32 = 6;
    /// A fault of the machine's own kind, and its name.
    pub const MACHINE: u32 = 7;
    pub const MACHINE_NAME: &str = "SIGEMT";
    pub const FPE: u32 = 8;
    pub const KILL: u32 = 9;
    pub const BUS: u32 = 10;
    pub const SEGV: u32 = 11;
    pub const SYS: u32 = 12;
    pub const PIPE: u32 = 13;
    pub const ALRM: u32 = 14;
    pub const TERM: u32 = 15;
    pub const USR1: u32 = 16;
    pub const USR2: u32 = 17;
    pub const CHLD: u32 = 18;
    pub const PWR: u32 = 19;
    pub const WINCH: u32 = 20;
    pub const URG: u32 = 21;
    pub const IO: u32 = 22;
    pub const STOP: u32 = 23;
    pub const TSTP: u32 = 24;
    pub const CONT: u32 = 25;
    pub const TTIN: u32 = 26;
    pub const TTOU: u32 = 27;
    pub const VTALRM: u32 = 28;
    pub const PROF: u32 = 29;
    pub const XCPU: u32 = 30;
    pub const XFSZ: u32 = 31;
    /// Signals are numbered up to here.
    pub const COUNT: u32 = 128;
}

/// Arguments of system calls that machines number in their own way.
#[allow(missing_docs, reason = "the kernel's names")]
pub mod flags {
    pub const MAP_ANONYMOUS: usize = 0x800;
    pub const MAP_NORESERVE: usize = 0x400;
    /// mmap takes the address of its six arguments.
    pub const MMAP_BLOCK: bool = false;
    /// Where words have 32 bits, an argument of 64 begins at an even one.
    pub const EVEN_PAIRS: bool = true;
    pub const SA_SIGINFO: usize = 8;
    pub const SA_ONSTACK: usize = 0x0800_0000;
    pub const SA_RESTART: usize = 0x1000_0000;
    pub const SIG_SETMASK: usize = 3;
}

/// What a signal does: `struct sigaction`. The kernel brings the way back from a handler.
#[repr(C)]
pub struct SigAction {
    flags: u32,
    handler: usize,
    mask: SignalSet,
}

impl SigAction {
    /// A record; `restorer` is for others.
    pub fn new(handler: usize, flags: usize, _restorer: usize, mask: SignalSet) -> SigAction {
        SigAction { flags: flags as u32, handler, mask }
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
    size: usize,
    flags: i32,
}

impl SigStack {
    /// The stack from `low` on.
    pub fn new(low: usize, size: usize) -> SigStack {
        SigStack { low, size, flags: 0 }
    }
}

/// Why a signal came: `siginfo_t`.
#[repr(C)]
pub struct SigInfo {
    signo: i32,
    code: i32,
    errno: i32,
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

/// What stands before the registers in `struct ucontext`.
#[repr(C)]
pub struct ContextHead {
    flags: usize,
    link: usize,
    stack: SigStack,
}

/// The numbers of the registers in `Context`: g (R30), the target of calls through a pointer (R25).
pub const G: usize = 30;
/// As above.
pub const TARGET: usize = 25;

/// What is known of a file: `struct stat` of n64, `struct stat64` of o32.
#[repr(C)]
#[derive(Default)]
#[allow(missing_docs, reason = "the kernel's names")]
pub struct Stat {
    pub dev: u32,
    pub pad: [u32; 3],
    pub ino: u64,
    pub mode: u32,
    pub nlink: u32,
    pub uid: u32,
    pub gid: u32,
    pub rdev: u32,
    pub pad2: [u32; 3],
    pub size: i64,
    /// Access, modification, change: seconds and nanoseconds.
    pub times: [[u32; 2]; 3],
    pub blksize: u32,
    pub pad3: u32,
    pub blocks: i64,
}
