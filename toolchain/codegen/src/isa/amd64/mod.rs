//! amd64 (GOAMD64=v1). [`regs`], [`encode`] and [`frame`]; [`disasm`] is what listings are made with. Instructions, selection and most
//! of encoding are its family's ([`super::x86`]).
mod disasm;
mod encode;
#[cfg(test)]
mod encodings;
mod frame;
mod regs;
#[cfg(test)]
mod tests;

use super::x86::encode::bytes::{self, fixup};
use super::x86::inst;
use crate::fixup::FixupKind;
use crate::isa::native::Kinds;
use crate::mach::{Cfi, DebugFrame, Elf, Machine};
use crate::regalloc::Reg;
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
    const FIXUPS: &'static [FixupKind] = &[
        fixup(elf::R_X86_64_PC32.0, false, true),
        fixup(elf::R_X86_64_PLT32.0, true, true),
        fixup(elf::R_X86_64_TPOFF32.0, false, false),
    ];
    const NATIVE: Kinds =
        Kinds { address: bytes::ADDRESS, call: bytes::CALL, tls: bytes::TPOFF, access: &[] };
    const ABSOLUTE_G: Option<u32> = Some(elf::R_X86_64_32S.0);
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
