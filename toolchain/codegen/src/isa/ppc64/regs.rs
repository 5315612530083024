//! Registers by name; which are fixed and which may be allocated says the table of architectures, alike for both byte orders.
use crate::mach::regs::{int, row};
use crate::regalloc::Reg;
use reflect::arch::Arch;

const ROW: &Arch = row("ppc64le");
/// The row of a byte order.
pub const fn row_of(big: bool) -> &'static Arch {
    if big { row("ppc64") } else { ROW }
}
/// Holds zero. As the base of an address, and as the first operand of `addi`, `addis` and `isel`, it is the number 0 whatever it holds:
/// whichever an instruction means, any operand that is read may be it.
pub const ZERO: Reg = int(ROW, "R0").that_is_zero();
/// The first C argument, for hooks.
pub const A0: Reg = int(ROW, "R3");
/// Closure context at calls through func values.
pub const CTXT: Reg = int(ROW, "R11");
/// The current g.
pub const G: Reg = int(ROW, "R30");
pub const SP: Reg = int(ROW, "R1");
/// Where the thread's block of local storage is.
pub const THREAD: Reg = Reg::int(13);
/// What the encoder keeps for itself: addresses that are too far, what calls and veneers go through, the link register on its way.
pub const FAR: Reg = int(ROW, "R31");
/// Constants. It carries the return address into morestack; polls destroy it.
pub const TMP: Reg = int(ROW, "R21");
/// The write barrier's arguments.
pub const BARRIER: [Reg; 2] = [int(ROW, "R20"), int(ROW, "R22")];
/// Numbers on their way between the classes.
pub const FTMP: Reg = Reg::float(0);
/// DWARF's number of the link register.
pub const DWARF_LINK: u8 = 65;

/// Not allocated.
pub const RESERVED: &[Reg] = &[FAR, TMP];
/// The float registers that carry no arguments: F13 to F31.
pub const MORE_FLOATS: &[Reg] = &{
    let mut all = [Reg::float(0); 19];
    let mut i = 0;
    while i < 19 {
        all[i] = Reg::float(13 + i as u8);
        i += 1;
    }
    all
};

/// The assembler's name of a register: its number.
pub fn name(r: Reg) -> String {
    if r.is_phys() { r.hw().to_string() } else { format!("{r:?}") }
}
