//! A call as assembly and runtimes see it: a closure, a buffer and its sizes.
//!
//! ```text
//!   | the image of the argument registers (crate::regs) | stack arguments, stack results |
//!   0                                                   BUFFER_STACK                     + args_size, rounded up to 8
//! ```

use crate::regs::MAX_REG_ARGS_WORDS;

/// Where the stack part of a call's buffer begins.
pub const BUFFER_STACK: usize = 8 * MAX_REG_ARGS_WORDS;

/// How many argument registers of each kind a call loads and stores, counted from the first. More are allowed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[repr(C)]
pub struct UsedRegs {
    /// Integer registers with arguments.
    pub ints: u8,
    /// Float registers with arguments.
    pub floats: u8,
    /// Integer registers with results.
    pub result_ints: u8,
    /// Float registers with results.
    pub result_floats: u8,
}

/// Registers of each kind that a lean call loads with arguments.
pub const LEAN_ARGS: u8 = 4;
/// Registers of each kind whose results a lean call stores.
pub const LEAN_RESULTS: u8 = 2;

impl UsedRegs {
    /// Whether a lean call serves: one with few registers, which are moved without asking which.
    pub const fn are_lean(self) -> bool {
        self.ints <= LEAN_ARGS
            && self.floats <= LEAN_ARGS
            && self.result_ints <= LEAN_RESULTS
            && self.result_floats <= LEAN_RESULTS
    }
}

/// The sizes of a reflectcall.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[repr(C)]
pub struct CallSizes {
    /// Bytes of stack arguments and results.
    pub args_size: u32,
    /// Where results start.
    pub ret_offset: u32,
    /// Bytes of frame that the callee needs.
    pub frame_size: u32,
    /// The registers that matter.
    pub used: UsedRegs,
    /// 1 if nothing is on the stack and the [registers are few](UsedRegs::are_lean).
    pub lean: u32,
}

impl CallSizes {
    /// The sizes of a call.
    pub const fn new(args_size: u32, ret_offset: u32, used: UsedRegs) -> CallSizes {
        let lean = (args_size == 0 && used.are_lean()) as u32;
        CallSizes { args_size, ret_offset, frame_size: args_size, used, lean }
    }
}
