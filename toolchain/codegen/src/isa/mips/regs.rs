//! Registers by name; which are fixed and which may be allocated says the table of architectures. All four rows give integer
//! registers the same jobs.
use crate::mach::regs::{int, row};
use crate::regalloc::Reg;
use reflect::arch::Arch;

const ROW: &Arch = row("mips64");
/// The row of a width and byte order.
pub const fn row_of(wide: bool, big: bool) -> &'static Arch {
    match (wide, big) {
        (true, true) => ROW,
        (true, false) => row("mips64le"),
        (false, true) => row("mips"),
        (false, false) => row("mipsle"),
    }
}
/// Reads as zero, and what is written to it is lost. Any operand that is read may be it.
pub const ZERO: Reg = int(ROW, "R0").that_is_zero();
/// The first C argument, for hooks.
pub const A0: Reg = int(ROW, "R4");
/// Closure context at calls through func values.
pub const CTXT: Reg = int(ROW, "R22");
/// The current g.
pub const G: Reg = int(ROW, "R30");
/// The return address.
pub const LINK: Reg = int(ROW, "R31");
pub const SP: Reg = int(ROW, "R29");
/// The address that the write barrier is about.
pub const BARRIER: Reg = int(ROW, "R23");
/// Numbers, and what is compared. It carries the return address into morestack; polls and the write barrier destroy it. (The row does
/// not name it and the next two among registers that are allocated.)
pub const TMP: Reg = Reg::int(3);
/// More of them; the size of what the write barrier is about.
pub const TMP2: Reg = Reg::int(24);
/// What the encoder keeps for itself: addresses that are too far, and what calls go through.
pub const FAR: Reg = Reg::int(25);
/// The link register while a far jump needs it.
pub const KEEP: Reg = Reg::int(1);
/// What conversions go through.
pub const FTMP: Reg = Reg::float(30);

const fn floats<const N: usize>(from: u8, step: u8) -> [Reg; N] {
    let mut all = [Reg::float(0); N];
    let mut i = 0;
    while i < N {
        all[i] = Reg::float(from + step * i as u8);
        i += 1;
    }
    all
}
/// The float registers that carry no arguments, but for [`FTMP`] and its neighbour: F0 to F11, and F20 to F29.
pub const MORE_FLOATS: &[Reg] = &{
    let mut all = [Reg::float(0); 22];
    let (low, high): ([Reg; 12], [Reg; 10]) = (floats(0, 1), floats(20, 1));
    let mut i = 0;
    while i < 22 {
        all[i] = if i < 12 { low[i] } else { high[i - 12] };
        i += 1;
    }
    all
};
/// Where a float of 8 bytes has two registers, of which it is named after the even one: F16 to F28.
pub const MORE_PAIRS: &[Reg] = &floats::<7>(16, 2);

/// The assembler's name of a register.
pub fn name(r: Reg) -> String {
    match (r.is_phys(), r.is_float()) {
        (false, _) => format!("{r:?}"),
        (true, true) => format!("$f{}", r.hw()),
        (true, false) => match r {
            ZERO => "$zero".into(),
            SP => "$sp".into(),
            G => "$fp".into(),
            LINK => "$ra".into(),
            r => format!("${}", r.hw()),
        },
    }
}
