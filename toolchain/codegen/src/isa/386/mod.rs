//! 386 (GO386=sse2). [`regs`], [`encode`] and [`frame`]; instructions, selection and most of encoding are its family's ([`super::x86`]).
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
pub struct I386;

impl Machine for I386 {
    type Inst = inst::Inst;
    type Branch = Option<inst::Cond>;
    const OFFERED: bool = true;
    const ROW: &'static Arch = regs::ROW;
    const POLL_TEMP: bool = true;
    const MORE_FLOATS: &'static [Reg] = regs::MORE_FLOATS;
    const ELF: Elf =
        Elf { architecture: object::Architecture::I386, address: elf::R_386_32.0, half: elf::R_386_32.0 };
    const FIXUPS: &'static [FixupKind] = &[
        fixup(elf::R_386_32.0, false, false),
        fixup(elf::R_386_PC32.0, true, true),
        fixup(elf::R_386_TLS_LE.0, false, false),
    ];
    const NATIVE: Kinds =
        Kinds { address: bytes::ADDRESS, call: bytes::CALL, tls: bytes::TPOFF, access: &[] };
    const ABSOLUTE_G: Option<u32> = Some(elf::R_386_32.0);
    // The caller's SP is 4 above ours; the return address is just below it.
    const DEBUG: DebugFrame = DebugFrame {
        code_align: 1,
        return_column: 8,
        entry: &[Cfi::Cfa(regs::DWARF_SP, 4), Cfi::Saved(8, 4)],
    };
    /// Those whose low byte has a name.
    fn preferred(r: Reg) -> bool {
        r.is_float() || r.hw() < 4
    }
}
