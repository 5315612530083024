//! A call as assembly and runtimes see it: a closure, a buffer and its sizes.
//!
//! ```text
//!   | the image of the argument registers (crate::regs) | stack arguments, stack results |
//!   0                                                   BUFFER_STACK                     + args_size, rounded up to 8
//! ```

use crate::regs::MAX_REG_ARGS_WORDS;

/// Where the stack part of a call's buffer begins.
pub const BUFFER_STACK: usize = 8 * MAX_REG_ARGS_WORDS;

/// How many argument registers of each kind a call uses, counted from the first. More may be loaded and stored.
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

/// Registers of each kind with arguments that most calls use; more are [`extra::ARGS`].
pub const FEW_ARGS: u8 = 4;
/// Registers of each kind with results that most calls use; more are [`extra::RESULTS`].
pub const FEW_RESULTS: u8 = 2;

/// What a call has besides a few integers in registers: the bits of [`CallSizes::extra`].
pub mod extra {
    /// Stack arguments, or more registers with arguments than [`FEW_ARGS`](super::FEW_ARGS) of a kind.
    pub const ARGS: u32 = 1;
    /// Arguments in float registers.
    pub const FLOAT_ARGS: u32 = 2;
    /// Stack results, or more registers with results than [`FEW_RESULTS`](super::FEW_RESULTS) of a kind.
    pub const RESULTS: u32 = 4;
    /// Results in float registers.
    pub const FLOAT_RESULTS: u32 = 8;
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
    /// The bits of [`extra`]: what [`CallSizes::new`] has worked out from the other fields.
    pub extra: u32,
}

impl CallSizes {
    /// The sizes of a call.
    pub const fn new(args_size: u32, ret_offset: u32, used: UsedRegs) -> CallSizes {
        const fn bit(bit: u32, on: bool) -> u32 {
            if on { bit } else { 0 }
        }
        let many_args = used.ints > FEW_ARGS || used.floats > FEW_ARGS;
        let many_results = used.result_ints > FEW_RESULTS || used.result_floats > FEW_RESULTS;
        let extra = bit(extra::ARGS, args_size != 0 || many_args)
            | bit(extra::FLOAT_ARGS, used.floats != 0)
            | bit(extra::RESULTS, args_size > ret_offset || many_results)
            | bit(extra::FLOAT_RESULTS, used.result_floats != 0);
        CallSizes { args_size, ret_offset, frame_size: args_size, used, extra }
    }
}
