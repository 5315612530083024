//! What two machines share, whose registers have 8 bytes on one and 4 on the other: instructions ([`inst`]), selection ([`rules`]) and
//! encoding ([`encode`]). A machine of this family says what is its own in [`X86`]; its folder has its registers and frames.
//!
//! With registers of 4 bytes there are 8 of them instead of 16, no REX prefixes, symbols are addressed by 32 bits instead of a distance,
//! and only four registers have a name for their low byte: see [`encode::bytes`].
pub mod encode;
pub mod inst;
pub mod rules;

use crate::mach::buf::{Buf, Label};
use crate::mach::{Decoded, Frames, Machine};
use crate::regalloc::Reg;
use encode::bytes::Mem;
use inst::{Cond, Inst, Sz};

/// Registers that instructions name by themselves, and those that they exchange.
pub const AX: Reg = Reg::int(0);
pub const CX: Reg = Reg::int(1);
/// Also the closure context at calls through func values.
pub const DX: Reg = Reg::int(2);
pub const BX: Reg = Reg::int(3);
pub const SP: Reg = Reg::int(4);
pub const SI: Reg = Reg::int(6);
pub const DI: Reg = Reg::int(7);

/// A machine of the family.
pub trait X86: Frames + Machine<Inst = Inst, Branch = Option<Cond>> {
    /// Registers have 8 bytes.
    const LONG: bool = Self::WORD == 8;
    /// The width of a pointer.
    const PTR: Sz = if Self::LONG { Sz::Q } else { Sz::D };

    /// The current g.
    fn read_g(b: &mut Buf<Self>, dst: Reg);
    /// Zeroes 16, 8 or 4 bytes.
    fn store_zero(b: &mut Buf<Self>, m: &Mem, bytes: u8);
    /// Makes the address that the result, and all distances in the table, are to be added to.
    fn table(b: &mut Buf<Self>, dst: Reg, table: Label) -> i32;
    /// The assembler's name of a register's low bytes.
    fn register(r: Reg, bytes: u8) -> String;
    /// Disassembles the instruction at `at`.
    fn decode(_code: &[u8], _at: usize) -> Option<Decoded> {
        None
    }
}
