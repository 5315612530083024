//! s390x (z13 without vector instructions). [`regs`], [`inst`] (the instructions and their operands), [`rules`] (selection),
//! [`encode`], [`frame`].
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

/// The machine.
#[derive(Debug)]
pub struct S390x;

impl Machine for S390x {
    type Inst = inst::Inst;
    type Branch = words::Jump;
    const OFFERED: bool = true;
    const ROW: &'static Arch = regs::ROW;
    const RESERVED: &'static [Reg] = regs::RESERVED;
    const ELF: Elf =
        Elf { architecture: object::Architecture::S390x, address: elf::R_390_64.0, half: elf::R_390_32.0 };
    // Addresses are distances in halfwords.
    const DATA_ALIGN: u64 = 2;
    const FIXUPS: &'static [FixupKind] = words::FIXUPS;
    const NATIVE: Kinds =
        Kinds { address: words::ADDRESS, call: words::CALL, tls: words::TPOFF, access: &[] };
    // The return address is in the link register, the caller's SP is ours.
    const DEBUG: DebugFrame = DebugFrame { code_align: 2, return_column: 14, entry: &[Cfi::Cfa(15, 0)] };
}
