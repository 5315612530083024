//! Registers by name; which are fixed and which may be allocated says the table of architectures.
use crate::mach::regs::{int, row};
use crate::regalloc::Reg;
use reflect::arch::Arch;

pub const ROW: &Arch = row("arm");
/// The first C argument, for hooks.
pub const R0: Reg = int(ROW, "R0");
/// Closure context at calls through func values.
pub const CTXT: Reg = int(ROW, "R7");
/// The current g.
pub const G: Reg = int(ROW, "R10");
/// The return address.
pub const LINK: Reg = int(ROW, "R14");
pub const SP: Reg = int(ROW, "R13");
pub const PC: Reg = Reg::int(15);
/// What the encoder keeps for itself: addresses that are too far, and veneers' targets (the linker's too).
pub const FAR: Reg = int(ROW, "R12");
/// Constants. It carries the return address into morestack; polls and the write barrier destroy it.
pub const TMP: Reg = Reg::int(3);
/// More of them; the size of what the write barrier is about.
pub const TMP2: Reg = Reg::int(9);
/// The address that the write barrier is about.
pub const BARRIER: Reg = int(ROW, "R11");
/// What conversions go through.
pub const FTMP: Reg = Reg::float(15);

/// Not allocated. (The row does not name [`TMP`] and [`TMP2`] among registers that are.)
pub const RESERVED: &[Reg] = &[FAR];
/// The float registers that carry no arguments, but for [`FTMP`].
pub const MORE_FLOATS: &[Reg] = &{
    let mut all = [Reg::float(0); 7];
    let mut i = 0;
    while i < 7 {
        all[i] = Reg::float(8 + i as u8);
        i += 1;
    }
    all
};

/// The assembler's name of a register.
pub fn name(r: Reg) -> String {
    match (r.is_phys(), r.is_float()) {
        (false, _) => format!("{r:?}"),
        (true, true) => format!("d{}", r.hw()),
        (true, false) => match r {
            SP => "sp".into(),
            LINK => "lr".into(),
            PC => "pc".into(),
            r => format!("r{}", r.hw()),
        },
    }
}
