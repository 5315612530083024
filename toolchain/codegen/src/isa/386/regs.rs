//! Registers by name; which are fixed and which may be allocated says the table of architectures: all but SP, g is in thread-local storage.
use crate::mach::regs::row;
use crate::regalloc::Reg;
use reflect::arch::Arch;

pub const ROW: &Arch = row("386");
/// No float register carries arguments.
pub const MORE_FLOATS: &[Reg] = &{
    let mut all = [Reg::float(0); 8];
    let mut i = 0;
    while i < 8 {
        all[i] = Reg::float(i as u8);
        i += 1;
    }
    all
};
/// DWARF's number of SP.
pub const DWARF_SP: u8 = 4;

/// The GNU assembler's name.
pub fn name(r: Reg, bytes: u8) -> String {
    if !r.is_phys() {
        return format!("{r:?}");
    }
    if r.is_float() {
        return format!("xmm{}", r.hw());
    }
    const WORDS: [&str; 8] = ["ax", "cx", "dx", "bx", "sp", "bp", "si", "di"];
    let word = WORDS[r.hw() as usize];
    match bytes {
        1 => format!("{}l", &word[..1]),
        2 => word.into(),
        _ => format!("e{word}"),
    }
}
