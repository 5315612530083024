//! arm (v7-A, A32 encoding, VFPv3 with 16 registers). [`regs`], [`inst`] (the instructions and their operands), [`rules`] (selection),
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

use crate::fixup::{FixupKind, Veneer};
use crate::isa::native::Kinds;
use crate::mach::{Cfi, DebugFrame, Elf, Machine};
use crate::regalloc::Reg;
use encode::words;
use object::elf;
use reflect::arch::Arch;

/// The machine.
#[derive(Debug)]
pub struct Arm;

impl Machine for Arm {
    type Inst = inst::Inst;
    type Branch = words::Jump;
    const OFFERED: bool = true;
    const ROW: &'static Arch = regs::ROW;
    const RESERVED: &'static [Reg] = regs::RESERVED;
    const MORE_FLOATS: &'static [Reg] = regs::MORE_FLOATS;
    const ELF: Elf = Elf {
        architecture: object::Architecture::Arm,
        address: elf::R_ARM_ABS32.0,
        half: elf::R_ARM_ABS32.0,
    };
    const FIXUPS: &'static [FixupKind] = words::FIXUPS;
    const VENEER: Option<Veneer> = Some(words::VENEER);
    const NATIVE: Kinds =
        Kinds { address: words::ADDRESS, call: words::CALL, tls: words::TPOFF, access: &[] };
    // The return address is in the link register, the caller's SP is ours.
    const DEBUG: DebugFrame = DebugFrame { code_align: 4, return_column: 14, entry: &[Cfi::Cfa(13, 0)] };
}
