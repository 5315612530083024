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

use crate::fixup::FixupKind;
use crate::mach::{Cfi, DebugFrame, Elf, Machine};
use crate::regalloc::Reg;
use encode::bytes;
use object::elf;
use reflect::arch::Arch;

/// The machine.
#[derive(Debug)]
pub struct Amd64;

impl Machine for Amd64 {
    type Inst = inst::Inst;
    type Branch = Option<inst::Cond>;
    const ROW: &'static Arch = regs::ROW;
    const ELF: Elf = Elf {
        architecture: object::Architecture::X86_64,
        address: elf::R_X86_64_64.0,
        half: elf::R_X86_64_32.0,
    };
    const FIXUPS: &'static [FixupKind] = bytes::FIXUPS;
    const NATIVE: [u8; 3] = [bytes::PC, bytes::CALL, bytes::TPOFF];
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
