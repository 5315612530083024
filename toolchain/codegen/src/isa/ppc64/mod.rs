//! ppc64 and ppc64le (power8, ELFv2): one machine in two byte orders. [`regs`], [`inst`] (the instructions and their operands),
//! [`rules`] (selection), [`encode`], [`frame`].
mod encode;
#[cfg(test)]
mod encodings;
mod frame;
mod inst;
mod regs;
mod rules;
#[cfg(test)]
mod tests;

use crate::fixup::{FixupKind, Veneer};
use crate::isa::native::Kinds;
use crate::mach::{Cfi, DebugFrame, Elf, Machine};
use crate::regalloc::Reg;
use encode::words;
use object::elf;
use reflect::arch::Arch;

/// The machine; `BIG`: the most significant byte comes first, in instructions too.
#[derive(Debug)]
pub struct Ppc64<const BIG: bool>;

impl<const BIG: bool> Machine for Ppc64<BIG> {
    type Inst = inst::Inst;
    type Branch = words::Jump;
    const ROW: &'static Arch = regs::row_of(BIG);
    const RESERVED: &'static [Reg] = regs::RESERVED;
    const MORE_FLOATS: &'static [Reg] = regs::MORE_FLOATS;
    const ELF: Elf = Elf {
        architecture: object::Architecture::PowerPc64,
        address: elf::R_PPC64_ADDR64.0,
        half: elf::R_PPC64_ADDR32.0,
    };
    const FIXUPS: &'static [FixupKind] = words::fixups(BIG);
    const VENEER: Option<Veneer> = Some(words::veneer(BIG));
    const NATIVE: Kinds =
        Kinds { address: words::ADDRESS, call: words::CALL, tls: words::TPOFF, access: &[] };
    // The return address is in the link register, the caller's SP is ours.
    const DEBUG: DebugFrame =
        DebugFrame { code_align: 4, return_column: regs::DWARF_LINK, entry: &[Cfi::Cfa(1, 0)] };
}
