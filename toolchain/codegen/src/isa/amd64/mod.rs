//! amd64 (GOAMD64=v1). [`regs`], [`inst`] (the instructions and their operands), [`rules`] (selection), [`encode`],
//! [`frame`]; [`disasm`] is what listings are made with.
mod disasm;
mod encode;
#[cfg(test)]
mod encodings;
mod frame;
mod inst;
mod regs;
mod rules;
#[cfg(test)]
mod tests;

use crate::mach::{Cfi, DebugFrame, Machine};
use crate::regalloc::Reg;
use reflect::arch::Arch;

/// The machine.
#[derive(Debug)]
pub struct Amd64;

impl Machine for Amd64 {
    type Inst = inst::Inst;
    type Branch = Option<inst::Cond>;
    const ROW: &'static Arch = regs::ROW;
    // The caller's SP is 8 above ours; the return address is just below it.
    const DEBUG: DebugFrame = DebugFrame {
        code_align: 1,
        return_column: 16,
        entry: &[Cfi::Cfa(regs::DWARF_SP, 8), Cfi::Saved(16, 8)],
    };
    fn preferred(r: Reg) -> bool {
        r.hw() < 8
    }
}
