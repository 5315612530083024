//! Bytes: prefixes, opcodes, ModRM.
use crate::fixup::{FixupKind, FixupTarget, little32};
use crate::isa::amd64::Amd64;
use crate::isa::amd64::inst::*;
use crate::mach::Form;
use crate::mach::buf::{Buf, Label};
use object::elf;

/// What a memory operand counts from, resolved.
#[derive(Clone, Debug, PartialEq)]
pub enum MBase {
    Reg(u8),
    Rip(FixupTarget),
    Label(Label),
}

/// A memory operand of the machine.
#[derive(Clone, Debug, PartialEq)]
pub struct Mem {
    pub base: MBase,
    pub index: Option<(u8, u8)>,
    pub disp: i32,
}

impl Mem {
    pub fn reg(base: u8, disp: i32) -> Mem {
        Mem { base: MBase::Reg(base), index: None, disp }
    }
}

/// Register or memory, as ModRM has it.
#[derive(Clone, Debug, PartialEq)]
pub enum RmE {
    R(u8),
    M(Mem),
}

/// Kinds of fixups: 4 bytes that count from the field itself, hence the addend of -4; those of calls; and a distance from
/// the thread pointer.
pub const PC: u8 = 0;
pub const CALL: u8 = 1;
pub const TPOFF: u8 = 2;
pub const FIXUPS: &[FixupKind] = &[
    fixup(elf::R_X86_64_PC32.0, false, true),
    fixup(elf::R_X86_64_PLT32.0, true, true),
    fixup(elf::R_X86_64_TPOFF32.0, false, false),
];

const fn fixup(elf: u32, call: bool, relative: bool) -> FixupKind {
    let patch: Option<fn(&mut [u8], i64)> = if relative { Some(little32) } else { None };
    FixupKind { elf, patch, range: i32::MIN as i64..=i32::MAX as i64, call, pair: None }
}

/// Mandatory prefix.
pub const P66: u8 = 0x66;
pub const PF2: u8 = 0xf2;
pub const PF3: u8 = 0xf3;

impl Buf<Amd64> {
    pub fn jcc(&mut self, cc: Cond, target: Label) {
        self.branch(Some(cc), target)
    }
    /// `call` or `jmp` to a symbol.
    pub fn call(&mut self, opcode: u8, target: FixupTarget) {
        self.byte(opcode);
        self.fixup(CALL, target, -4);
        self.bytes(&[0; 4]);
    }

    /// One instruction: mandatory prefix (0 = none), REX, opcode, ModRM. `byte_reg`: `reg` or a register `rm` is an
    /// 8-bit operand, which needs a REX prefix to name SIL, DIL. `imm_len` bytes follow.
    #[allow(clippy::too_many_arguments, reason = "one row of the opcode table")]
    pub fn op(&mut self, prefix: u8, w: bool, opcode: &[u8], reg: u8, rm: &RmE, byte_reg: bool, imm_len: u8) {
        if prefix != 0 {
            self.byte(prefix);
        }
        // Of these, `reg` is a part of the opcode.
        let digit = matches!(opcode, [0x80 | 0xc0 | 0xc6 | 0xd0 | 0xd2 | 0xf6 | 0xfe]);
        let mut rex = (w as u8) << 3 | (reg >> 3) << 2;
        let mut force = byte_reg && !digit && (4..8).contains(&reg);
        match rm {
            RmE::R(r) => {
                rex |= r >> 3;
                force |= byte_reg && (4..8).contains(r);
            }
            RmE::M(m) => {
                if let MBase::Reg(b) = m.base {
                    rex |= b >> 3;
                }
                if let Some((x, _)) = m.index {
                    rex |= (x >> 3) << 1;
                }
            }
        }
        if rex != 0 || force {
            self.byte(0x40 | rex);
        }
        self.bytes(opcode);
        let reg = (reg & 7) << 3;
        match rm {
            RmE::R(r) => self.byte(0xc0 | reg | r & 7),
            RmE::M(m) => self.mem(reg, m, imm_len),
        }
    }

    fn mem(&mut self, reg: u8, m: &Mem, imm_len: u8) {
        let base = match &m.base {
            MBase::Reg(b) => *b,
            MBase::Rip(target) => {
                debug_assert!(m.index.is_none());
                self.byte(reg | 5);
                let addend = m.disp as i64 - 4 - imm_len as i64;
                self.fixup(PC, target.clone(), addend);
                return self.bytes(&[0; 4]);
            }
            MBase::Label(l) => {
                debug_assert!(imm_len == 0 && m.disp == 0);
                self.byte(reg | 5);
                return self.label_field(*l);
            }
        };
        // BP and R13 as base always need a displacement; SP and R12 a SIB byte.
        let md = if m.disp == 0 && base & 7 != 5 {
            0x00
        } else if i8::try_from(m.disp).is_ok() {
            0x40
        } else {
            0x80
        };
        match m.index {
            None if base & 7 != 4 => self.byte(md | reg | base & 7),
            None => self.bytes(&[md | reg | 4, 0x24]),
            Some((x, shift)) => {
                debug_assert_ne!(x, 4, "SP cannot be an index");
                self.bytes(&[md | reg | 4, shift << 6 | (x & 7) << 3 | base & 7]);
            }
        }
        match md {
            0x40 => self.byte(m.disp as u8),
            0x80 => self.bytes(&m.disp.to_le_bytes()),
            _ => {}
        }
    }

    /// Integer instruction of width `sz` whose 8-bit form has opcode `opcode` and whose wider forms have `opcode + 1`.
    pub fn int(&mut self, sz: Sz, opcode: u8, reg: u8, rm: &RmE, imm_len: u8) {
        let prefix = if sz == Sz::W { P66 } else { 0 };
        self.op(prefix, sz == Sz::Q, &[opcode | (sz != Sz::B) as u8], reg, rm, sz == Sz::B, imm_len)
    }

    /// Arithmetic with an immediate: short form if it fits.
    pub fn alu_imm(&mut self, op: u8, sz: Sz, rm: &RmE, imm: i32) {
        if sz == Sz::B {
            self.int(sz, 0x80, op, rm, 1);
            self.byte(imm as u8);
        } else if i8::try_from(imm).is_ok() {
            let prefix = if sz == Sz::W { P66 } else { 0 };
            self.op(prefix, sz == Sz::Q, &[0x83], op, rm, false, 1);
            self.byte(imm as u8);
        } else {
            let len = sz.bytes().min(4);
            self.int(sz, 0x80, op, rm, len);
            self.bytes(&imm.to_le_bytes()[..len as usize]);
        }
    }
}

/// A jump's forms: opcode and 4 or 1 bytes of distance from its end.
pub fn forms(b: Option<Cond>) -> &'static [Form] {
    const FAR: i64 = i32::MAX as i64;
    match b {
        None => &[(5, -FAR..=FAR), (2, -126..=129)],
        Some(_) => &[(6, -FAR..=FAR), (2, -126..=129)],
    }
}

/// Writes a jump.
pub fn jump(b: Option<Cond>, form: usize, distance: i64, out: &mut Vec<u8>) {
    let by = distance - forms(b)[form].0 as i64;
    match (b, form) {
        (None, 0) => out.push(0xe9),
        (Some(cc), 0) => out.extend_from_slice(&[0x0f, 0x80 | cc as u8]),
        (None, _) => out.push(0xeb),
        (Some(cc), _) => out.push(0x70 | cc as u8),
    }
    match form {
        0 => out.extend_from_slice(&(by as i32).to_le_bytes()),
        _ => out.push(by as u8),
    }
}
