//! No operating system: signals are the exceptions of the CPU that Go turns into panics. The board's entry for one saves the
//! registers, calls `rt_sighandler` with a [`Context`], and goes on as that says.

pub use super::abi::sig;
use crate::os::Action;

/// An interrupted goroutine. The board's entry keeps all registers, and gives g's and the zero register their values if
/// [`Context::set_fixed`] was called.
#[repr(C)]
pub struct Context {
    pc: usize,
    sp: usize,
    lr: usize,
    /// What g's register shall be; 0: as it was.
    g: usize,
}

impl Context {
    /// The registers that an exception has left.
    pub const fn new(pc: usize, sp: usize, lr: usize) -> Context {
        Context { pc, sp, lr, g: 0 }
    }
    /// What g's register shall be, if it was said.
    pub fn fixed(&self) -> Option<usize> {
        (self.g != 0).then_some(self.g)
    }
    /// Where it was.
    pub fn pc(&self) -> usize {
        self.pc
    }
    /// Its stack pointer.
    pub fn sp(&self) -> usize {
        self.sp
    }
    /// Its link register.
    pub fn lr(&self) -> usize {
        self.lr
    }
    /// Has it go on at another function's entry.
    pub fn set_pc(&mut self, pc: usize) {
        self.pc = pc;
    }
    /// Moves its stack pointer.
    pub fn set_sp(&mut self, sp: usize) {
        self.sp = sp;
    }
    /// Sets its link register.
    pub fn set_lr(&mut self, lr: usize) {
        self.lr = lr;
    }
    /// Gives the registers that compiled code relies on their values.
    ///
    /// # Safety
    /// The context is an exception's.
    pub unsafe fn set_fixed(&mut self, g: usize) {
        self.g = g;
    }
}

/// Why an exception came.
#[repr(C)]
pub struct SigInfo {
    code: i32,
    addr: usize,
}

impl SigInfo {
    /// A fault at an address.
    pub const fn new(code: i32, addr: usize) -> SigInfo {
        SigInfo { code, addr }
    }
    /// What is wrong, as Linux numbers it.
    pub fn code(&self) -> i32 {
        self.code
    }
    /// The address that could not be used.
    pub fn addr(&self) -> usize {
        self.addr
    }
}

/// Exceptions can't be held back: the set says nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SignalSet;

impl SignalSet {
    /// No signal.
    pub const NONE: SignalSet = SignalSet;
    /// Every signal.
    pub const ALL: SignalSet = SignalSet;
    /// All but the named signals.
    pub const fn all_but(_: &[u32]) -> SignalSet {
        SignalSet
    }
}

/// Nothing to hold back.
pub fn sigprocmask(_: SignalSet) -> SignalSet {
    SignalSet
}

/// The board's entries are always there.
pub fn sigaction(_sig: u32, _action: Action) {}

/// Nobody sends others.
pub fn sigaction_get(_sig: u32) -> Action {
    Action::Default
}

/// Which stack exceptions take is the board's affair.
pub fn sigaltstack(_lo: usize, _size: usize) {}

/// Threads get no signals of this kind.
pub const EVERY_THREAD: u32 = 33;

/// Nor from each other.
pub fn signal_thread(_tid: u32, _sig: u32) {}

/// There is no kernel to call.
///
/// # Safety
/// None; as elsewhere.
pub unsafe fn system_call(_: &[usize; 7]) -> isize {
    -(super::ENOSYS as isize)
}

/// A program that dies of a signal says so by its status, as a shell does.
pub fn kill_self(sig: u32) {
    super::exit(128 + sig as i32)
}

/// There is no clock of processor time.
pub fn profile_timer(_us: usize) {}
