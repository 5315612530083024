//! Registers by name; which are fixed and which may be allocated says the table of architectures.
use crate::mach::regs::{int, row};
use crate::regalloc::Reg;
use reflect::arch::Arch;

pub const ROW: &Arch = row("s390x");
/// Has no job in the row: what the encoder computes passes through it. In addresses its number means that there is no register.
/// With [`FAR`] it is the pair that multiplication and division want.
pub const ACC: Reg = Reg::int(0);
/// What the encoder keeps for itself: addresses that are too far, and what far calls go through. It carries the return address
/// into morestack; polls destroy it.
pub const FAR: Reg = int(ROW, "R1");
/// The first C argument, for hooks.
pub const ARG: Reg = int(ROW, "R2");
/// Closure context at calls through func values.
pub const CTXT: Reg = int(ROW, "R12");
/// The current g.
pub const G: Reg = int(ROW, "R13");
/// The return address.
pub const LINK: Reg = int(ROW, "R14");
pub const SP: Reg = int(ROW, "R15");
/// The write barrier's arguments.
pub const BARRIER: [Reg; 2] = [int(ROW, "R10"), int(ROW, "R11")];

/// Not allocated.
pub const RESERVED: &[Reg] = &[FAR];

/// The assembler's name of a register.
pub fn name(r: Reg) -> String {
    match (r.is_phys(), r.is_float()) {
        (false, _) => format!("{r:?}"),
        (true, false) => format!("%r{}", r.hw()),
        (true, true) => format!("%f{}", r.hw()),
    }
}
