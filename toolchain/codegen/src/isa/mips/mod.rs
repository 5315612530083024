//! mips, mipsle (MIPS32 release 2, o32's 32-bit float registers in pairs), mips64 and mips64le (MIPS64 release 2): one machine in two
//! widths and two byte orders. [`regs`], [`inst`] (the instructions and their operands), [`rules`] (selection), [`encode`], [`frame`].
//!
//! Behind each jump stands an instruction that is executed before it is taken. It is one that does nothing, or that cannot fault: a
//! fault there would be reported at the jump.
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
use crate::isa::native::Kinds;
use crate::mach::{Cfi, DebugFrame, Elf, Machine};
use crate::regalloc::Reg;
use encode::words;
use object::elf;
use reflect::arch::Arch;

/// The machine. `WIDE`: words have 8 bytes; `BIG`: the most significant byte comes first, in instructions too.
#[derive(Debug)]
pub struct Mips<const WIDE: bool, const BIG: bool>;

impl<const WIDE: bool, const BIG: bool> Machine for Mips<WIDE, BIG> {
    type Inst = inst::Inst;
    type Branch = words::Jump;
    const OFFERED: bool = true;
    const ROW: &'static Arch = regs::row_of(WIDE, BIG);
    const RESERVED: &'static [Reg] = &[];
    const MORE_FLOATS: &'static [Reg] = if WIDE { regs::MORE_FLOATS } else { regs::MORE_PAIRS };
    const ELF: Elf = match WIDE {
        true => Elf {
            architecture: object::Architecture::Mips64,
            address: elf::R_MIPS_64.0,
            half: elf::R_MIPS_32.0,
        },
        false => Elf {
            architecture: object::Architecture::Mips,
            address: elf::R_MIPS_32.0,
            half: elf::R_MIPS_32.0,
        },
    };
    const DEBUG_SECTIONS: elf::SectionType = elf::SHT_MIPS_DWARF;
    const FIXUPS: &'static [FixupKind] = words::FIXUPS;
    const NATIVE: Kinds =
        Kinds { address: words::ADDRESS, call: words::CALL, tls: words::TPOFF, access: &[] };
    // The return address is in the link register, the caller's SP is ours.
    const DEBUG: DebugFrame =
        DebugFrame { code_align: 4, return_column: regs::LINK.hw(), entry: &[Cfi::Cfa(regs::SP.hw(), 0)] };
}
