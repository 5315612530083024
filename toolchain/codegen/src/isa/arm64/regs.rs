//! Registers by name; which are fixed and which may be allocated says the table of architectures.
use crate::mach::regs::{int, row};
use crate::regalloc::Reg;
use reflect::arch::Arch;

pub const ROW: &Arch = row("arm64");
/// The first C argument, for hooks.
pub const R0: Reg = int(ROW, "R0");
/// Closure context at calls through func values.
pub const CTXT: Reg = int(ROW, "R26");
/// The current g.
pub const G: Reg = int(ROW, "R28");
/// The return address.
pub const LINK: Reg = int(ROW, "R30");
/// As a base; as any other operand the same number is zero.
pub const SP: Reg = int(ROW, "RSP");
pub const ZERO: u8 = 31;
/// What the encoder keeps for itself: addresses that are too far ([`FAR`]), constants, and veneers' targets.
pub const FAR: Reg = int(ROW, "R16");
pub const TMP: Reg = int(ROW, "R17");
pub const TMP2: Reg = int(ROW, "R27");
/// Carries the return address into morestack; polls destroy it.
pub const MORE: Reg = int(ROW, "R19");
/// The write barrier's arguments.
pub const BARRIER: [Reg; 2] = [int(ROW, "R20"), int(ROW, "R21")];

/// Not allocated.
pub const RESERVED: &[Reg] = &[FAR, TMP, TMP2, MORE];
/// The float registers that carry no arguments.
pub const MORE_FLOATS: &[Reg] = &{
    let mut all = [Reg::float(0); 16];
    let mut i = 0;
    while i < 16 {
        all[i] = Reg::float(16 + i as u8);
        i += 1;
    }
    all
};

/// The assembler's name of a register, or of zero.
pub fn name(r: Reg, bytes: u8) -> String {
    if !r.is_phys() {
        return format!("{r:?}");
    }
    let letter = match (r.is_float(), bytes) {
        (false, 8) => "x",
        (false, _) => "w",
        (true, 16) => "q",
        (true, 8) => "d",
        (true, _) => "s",
    };
    format!("{letter}{}", r.hw())
}
