//! riscv64. Its numbers are the generic ones; the kernel brings the way back from a handler.

use super::SignalSet;
use super::generic::{ContextHeadWithMask, context};
pub use super::generic::{EpollEvent, HashWord, SigInfo, SigStack, flags, nr};
pub use super::generic::{FILE_CALLS, Stat};
pub use crate::os::usual_signals as sig;

/// What a signal does: `struct sigaction`.
#[repr(C)]
pub struct SigAction {
    handler: usize,
    flags: usize,
    mask: SignalSet,
}

impl SigAction {
    /// A record; `restorer` is for others.
    pub fn new(handler: usize, flags: usize, _restorer: usize, mask: SignalSet) -> SigAction {
        SigAction { handler, flags, mask }
    }
    /// Address of the handler, 0 (default) or 1 (ignored).
    pub fn handler(&self) -> usize {
        self.handler
    }
}

/// An interrupted thread: `struct ucontext`.
#[repr(C)]
pub struct Context {
    head: ContextHeadWithMask,
    regs: Registers,
}

/// pc stands where X0 would, which is always zero.
#[repr(C, align(16))]
struct Registers {
    x: [u64; 32],
}

context!(u64, |c| c.regs.x[0], c.regs.x[2], c.regs.x[1]);

impl Context {
    fn called_through(&mut self, _: usize) {}

    /// Gives the register that compiled code relies on its value: g (X27).
    ///
    /// # Safety
    /// The context is a signal handler's.
    pub unsafe fn set_fixed(&mut self, g: usize) {
        self.regs.x[27] = g as u64;
    }
}
