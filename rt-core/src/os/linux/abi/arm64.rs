//! arm64. Its numbers are the generic ones.

use super::generic::{ContextHeadWithMask, context};
pub use super::generic::{EpollEvent, HashWord, SigAction, SigInfo, SigStack, flags, nr};
pub use super::generic::{FILE_CALLS, Stat};
pub use crate::os::usual_signals as sig;

/// An interrupted thread: `struct ucontext`.
#[repr(C)]
pub struct Context {
    head: ContextHeadWithMask,
    regs: Registers,
}

#[repr(C, align(16))]
struct Registers {
    fault: u64,
    x: [u64; 31],
    sp: u64,
    pc: u64,
    pstate: u64,
}

context!(u64, |c| c.regs.pc, c.regs.sp, c.regs.x[30]);

impl Context {
    fn called_through(&mut self, _: usize) {}

    /// Gives the register that compiled code relies on its value: g (R28).
    ///
    /// # Safety
    /// The context is a signal handler's.
    pub unsafe fn set_fixed(&mut self, g: usize) {
        self.regs.x[28] = g as u64;
    }
}
