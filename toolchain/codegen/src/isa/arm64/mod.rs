//! arm64 (v8.0). [`regs`], [`inst`] (the instructions and their operands), [`rules`] (selection), [`encode`], [`frame`].
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
pub struct Arm64;

impl Machine for Arm64 {
    type Inst = inst::Inst;
    type Branch = words::Jump;
    const ROW: &'static Arch = regs::ROW;
    const RESERVED: &'static [Reg] = regs::RESERVED;
    const MORE_FLOATS: &'static [Reg] = regs::MORE_FLOATS;
    const ELF: Elf = Elf {
        architecture: object::Architecture::Aarch64,
        address: elf::R_AARCH64_ABS64.0,
        half: elf::R_AARCH64_ABS32.0,
    };
    const FIXUPS: &'static [FixupKind] = words::FIXUPS;
    const KEEPS_G: bool = true;
    const VENEER: Option<Veneer> = Some(words::VENEER);
    const NATIVE: Kinds =
        Kinds { address: words::PAGE, call: words::CALL, tls: words::TPOFF, access: words::ACCESS };
    // The return address is in the link register, the caller's SP is ours.
    const DEBUG: DebugFrame = DebugFrame { code_align: 4, return_column: 30, entry: &[Cfi::Cfa(31, 0)] };
}
