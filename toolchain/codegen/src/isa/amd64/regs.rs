//! Registers by name; which are fixed and which may be allocated says the table of architectures.
use crate::mach::regs::{int, row};
use crate::regalloc::Reg;
use reflect::arch::Arch;

pub const ROW: &Arch = row("amd64");
pub const AX: Reg = int(ROW, "AX");
pub const SP: Reg = int(ROW, "SP");
/// The frame pointer, which no convention of Go's names.
pub const BP: Reg = Reg::int(5);
pub const DI: Reg = int(ROW, "DI");
/// Free of arguments: prologues and tail calls use it.
pub const R12: Reg = int(ROW, "R12");
pub const R13: Reg = int(ROW, "R13");
/// The current g.
pub const G: Reg = int(ROW, "R14");
/// Always zero in compiled code.
pub const X15: Reg = match ROW.zero {
    Some(r) => Reg::float(r.num),
    None => panic!("the row has a zero register"),
};

/// DWARF's numbers of BP and SP.
pub const DWARF_BP: u8 = 6;
pub const DWARF_SP: u8 = 7;

/// The GNU assembler's name, for listings.
pub fn name(r: Reg, bytes: u8) -> String {
    if !r.is_phys() {
        return format!("{r:?}");
    }
    if r.is_float() {
        return format!("xmm{}", r.hw());
    }
    const NAMES: [[&str; 4]; 8] = [
        ["al", "ax", "eax", "rax"],
        ["cl", "cx", "ecx", "rcx"],
        ["dl", "dx", "edx", "rdx"],
        ["bl", "bx", "ebx", "rbx"],
        ["spl", "sp", "esp", "rsp"],
        ["bpl", "bp", "ebp", "rbp"],
        ["sil", "si", "esi", "rsi"],
        ["dil", "di", "edi", "rdi"],
    ];
    let column = bytes.trailing_zeros() as usize;
    match NAMES.get(r.hw() as usize) {
        Some(row) => row[column].to_string(),
        None => format!("r{}{}", r.hw(), ["b", "w", "d", ""][column]),
    }
}
