//! Registers by name; which are fixed and which may be allocated says the table of architectures.
use crate::mach::regs::{int, row};
use crate::regalloc::Reg;
use reflect::arch::Arch;

pub const ROW: &Arch = row("riscv64");
/// Reads as zero, and what is written to it is lost. Any operand that is read may be it.
pub const ZERO: Reg = Reg::int(0).that_is_zero();
/// The first C argument, for hooks.
pub const A0: Reg = int(ROW, "X10");
/// Closure context at calls through func values.
pub const CTXT: Reg = int(ROW, "X26");
/// The current g.
pub const G: Reg = int(ROW, "X27");
/// The return address.
pub const LINK: Reg = int(ROW, "X1");
pub const SP: Reg = int(ROW, "X2");
/// Where the thread's block of local storage is.
pub const THREAD: Reg = Reg::int(4);
/// What the encoder keeps for itself: addresses that are too far, and what far jumps go through.
pub const FAR: Reg = int(ROW, "X31");
/// Constants. It carries the return address into morestack; polls destroy it.
pub const TMP: Reg = int(ROW, "X5");
/// The write barrier's arguments.
pub const BARRIER: [Reg; 2] = [int(ROW, "X25"), int(ROW, "X7")];

/// Not allocated.
pub const RESERVED: &[Reg] = &[FAR, TMP];
/// The float registers that carry no arguments: F0 to F7, F24 to F31.
pub const MORE_FLOATS: &[Reg] = &{
    let mut all = [Reg::float(0); 16];
    let mut i = 0;
    while i < 16 {
        all[i] = Reg::float(if i < 8 { i } else { 16 + i } as u8);
        i += 1;
    }
    all
};

/// The assembler's name of a register.
pub fn name(r: Reg) -> String {
    match (r.is_phys(), r.is_float()) {
        (false, _) => format!("{r:?}"),
        (true, false) => format!("x{}", r.hw()),
        (true, true) => format!("f{}", r.hw()),
    }
}
