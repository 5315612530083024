//! Registers of amd64: which are fixed, which may be allocated, and the order of Go's ABI.
use crate::regalloc::{Env, Reg};

pub const AX: Reg = Reg::int(0);
pub const CX: Reg = Reg::int(1);
/// Closure context at calls through func values.
pub const DX: Reg = Reg::int(2);
pub const BX: Reg = Reg::int(3);
pub const SP: Reg = Reg::int(4);
pub const BP: Reg = Reg::int(5);
pub const SI: Reg = Reg::int(6);
pub const DI: Reg = Reg::int(7);
/// Free of arguments: prologues and tail calls use it.
pub const R12: Reg = Reg::int(12);
pub const R13: Reg = Reg::int(13);
/// The current g.
pub const G: Reg = Reg::int(14);
/// Always zero in compiled code.
pub const X15: Reg = Reg::float(15);

/// The ABI's integer registers, in order.
pub const INT_ARGS: [Reg; 9] = [AX, BX, CX, DI, SI, Reg::int(8), Reg::int(9), Reg::int(10), Reg::int(11)];

/// The ABI register of a step.
pub fn arg_reg(step_reg: u8, float: bool) -> Reg {
    if float { Reg::float(step_reg) } else { INT_ARGS[step_reg as usize] }
}

/// Everything a call may destroy: all that is allocatable.
pub fn all() -> Vec<Reg> {
    let ints = [0, 1, 2, 3, 6, 7, 8, 9, 10, 11, 12, 13, 15].map(Reg::int);
    ints.into_iter().chain((0..15).map(Reg::float)).collect()
}

/// The allocator's view: registers with short encodings first.
pub fn env() -> Env {
    let (short, long): (Vec<Reg>, Vec<Reg>) = all().into_iter().partition(|r| r.hw() < 8);
    Env::new(&short, &long)
}

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
