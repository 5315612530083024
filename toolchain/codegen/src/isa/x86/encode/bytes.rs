//! Bytes: prefixes, opcodes, ModRM.
use crate::fixup::{FixupKind, FixupTarget, little32};
use crate::isa::x86::inst::*;
use crate::isa::x86::{BX, DX, X86};
use crate::mach::Form;
use crate::mach::buf::{Buf, Label};

/// What a memory operand counts from, resolved.
#[derive(Clone, Debug, PartialEq)]
pub enum MBase {
    Reg(u8),
    /// From the next instruction on where registers have 8 bytes, else from 0.
    Sym(FixupTarget),
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

/// Kinds of fixups, in the order of a machine's table, all of 4 bytes: an address (from the field itself where registers have 8
/// bytes, hence the addend of -4), a call, and a distance from the thread pointer.
pub const ADDRESS: u8 = 0;
pub const CALL: u8 = 1;
pub const TPOFF: u8 = 2;

/// A kind. `relative`: it counts from the field.
pub const fn fixup(elf: u32, call: bool, relative: bool) -> FixupKind {
    let patch: Option<fn(&mut [u8], i64)> = if relative { Some(little32) } else { None };
    FixupKind { elf, patch, range: i32::MIN as i64..=i32::MAX as i64, call, pair: None }
}

/// Mandatory prefixes, and the one of atomic instructions, which stands before such a one.
pub const P66: u16 = 0x66;
pub const PF2: u16 = 0xf2;
pub const PF3: u16 = 0xf3;
pub const LOCK: u16 = 0xf000;

impl<M: X86> Buf<M> {
    pub fn jcc(&mut self, cc: Cond, target: Label) {
        self.branch(Some(cc), target)
    }
    /// `call` or `jmp` to a symbol.
    pub fn call(&mut self, opcode: u8, target: FixupTarget) {
        self.byte(opcode);
        self.fixup(CALL, target, -4);
        self.field(-4);
    }

    /// The 4 bytes of a fixup: its addend, if files have it there.
    pub fn field(&mut self, addend: i32) {
        let addend = if M::LONG { 0 } else { addend };
        self.bytes(&addend.to_le_bytes());
    }

    /// One instruction: prefixes (0 = none), REX, opcode, ModRM, immediate. `byte_reg`: `reg` or a register `rm` is an
    /// 8-bit operand, which needs a REX prefix to name SIL, DIL.
    #[allow(clippy::too_many_arguments, reason = "one row of the opcode table")]
    pub fn op(&mut self, prefix: u16, w: bool, opcode: &[u8], reg: u8, rm: &RmE, byte_reg: bool, imm: &[u8]) {
        // Of these, `reg` is a part of the opcode.
        let digit = matches!(opcode, [0x80 | 0xc0 | 0xc6 | 0xd0 | 0xd2 | 0xf6 | 0xfe]);
        if !M::LONG && byte_reg {
            let places = Exchanged::of((!digit).then_some(reg), rm);
            if places != Exchanged::default() {
                self.bytes(&places.code());
                let reg = if digit { reg } else { places.now(reg) };
                self.op(prefix, w, opcode, reg, &places.operand(rm), byte_reg, imm);
                return self.bytes(&places.code());
            }
        }
        let start = self.here();
        prefix.to_be_bytes().into_iter().filter(|&b| b != 0).for_each(|b| self.byte(b));
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
            debug_assert!(M::LONG, "there is no such register");
            self.byte(0x40 | rex);
        }
        self.bytes(opcode);
        let reg = (reg & 7) << 3;
        match rm {
            RmE::R(r) => self.byte(0xc0 | reg | r & 7),
            RmE::M(m) => self.mem(reg, m, imm.len()),
        }
        self.bytes(imm);
        self.instruction(start);
    }

    /// An instruction that extends a byte. Only its source is one: the destination needs no REX for SIL and the like, the source may.
    pub fn byte_source(&mut self, w: bool, opcode: &[u8], reg: u8, rm: &RmE) {
        let unnamed = matches!(rm, RmE::R(4..=7));
        if unnamed && M::LONG && !w && reg < 8 {
            self.byte(0x40);
        }
        if !unnamed || M::LONG {
            return self.op(0, w, opcode, reg, rm, false, &[]);
        }
        if reg < 4 {
            self.op(0, w, &[0x8b], reg, rm, false, &[]);
            return self.op(0, w, opcode, reg, &RmE::R(reg), false, &[]);
        }
        let places = Exchanged::of(None, rm);
        self.bytes(&places.code());
        self.op(0, w, opcode, places.now(reg), &places.operand(rm), false, &[]);
        self.bytes(&places.code());
    }

    fn mem(&mut self, reg: u8, m: &Mem, imm_len: usize) {
        let base = match &m.base {
            MBase::Reg(b) => *b,
            MBase::Sym(target) => {
                debug_assert!(m.index.is_none());
                self.byte(reg | 5);
                let past = if M::LONG { 4 + imm_len as i64 } else { 0 };
                self.fixup(ADDRESS, target.clone(), m.disp as i64 - past);
                return self.field(m.disp);
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
    pub fn int(&mut self, sz: Sz, opcode: u8, reg: u8, rm: &RmE, imm: &[u8]) {
        self.locked(0, sz, &[opcode | (sz != Sz::B) as u8], reg, rm, imm)
    }
    /// The same, perhaps atomic, with the opcode as it is.
    pub fn locked(&mut self, lock: u16, sz: Sz, opcode: &[u8], reg: u8, rm: &RmE, imm: &[u8]) {
        let prefix = if sz == Sz::W { P66 } else { 0 };
        self.op(lock | prefix, sz == Sz::Q, opcode, reg, rm, sz == Sz::B, imm)
    }

    /// Arithmetic with an immediate: short form if it fits.
    pub fn alu_imm(&mut self, op: u8, sz: Sz, rm: &RmE, imm: i32) {
        self.locked_imm(0, op, sz, rm, imm)
    }
    /// The same, perhaps atomic.
    pub fn locked_imm(&mut self, lock: u16, op: u8, sz: Sz, rm: &RmE, imm: i32) {
        let short = sz != Sz::B && i8::try_from(imm).is_ok();
        let (opcode, len) = match sz {
            Sz::B => (0x80, 1),
            _ if short => (0x83, 1),
            _ => (0x81, sz.bytes().min(4) as usize),
        };
        self.locked(lock, sz, &[opcode], op, rm, &imm.to_le_bytes()[..len])
    }
}

/// Without REX only AX, CX, DX and BX have a name for their low byte. For as long as an instruction on bytes takes, others change places
/// with BX and DX, which none of them reads or writes unsaid. Exchanges leave flags alone.
#[derive(Default, PartialEq)]
struct Exchanged([Option<(u8, u8)>; 2]);

impl Exchanged {
    /// For operands that are bytes.
    fn of(reg: Option<u8>, rm: &RmE) -> Exchanged {
        let wants = [reg, if let RmE::R(r) = rm { Some(*r) } else { None }];
        let mut places = Exchanged::default();
        for r in wants.into_iter().flatten().filter(|&r| r >= 4) {
            if places.now(r) != r {
                continue;
            }
            let free = |b: &u8| !wants.contains(&Some(*b)) && places.now(*b) == *b;
            let to = [BX.hw(), DX.hw()].into_iter().find(free).expect("of two operands one is none of them");
            let room = places.0.iter_mut().find(|p| p.is_none()).expect("there are two operands");
            *room = Some((r, to));
        }
        places
    }
    /// Where a register's value is meanwhile.
    fn now(&self, r: u8) -> u8 {
        let other = |&(a, b): &(u8, u8)| if a == r { Some(b) } else { (b == r).then_some(a) };
        self.0.iter().flatten().find_map(other).unwrap_or(r)
    }
    fn operand(&self, rm: &RmE) -> RmE {
        match rm {
            RmE::R(r) => RmE::R(self.now(*r)),
            RmE::M(m) => {
                let base = match &m.base {
                    MBase::Reg(r) => MBase::Reg(self.now(*r)),
                    other => other.clone(),
                };
                RmE::M(Mem { base, index: m.index.map(|(r, s)| (self.now(r), s)), disp: m.disp })
            }
        }
    }
    fn code(&self) -> Vec<u8> {
        self.0.iter().flatten().flat_map(|(a, b)| [0x87, 0xc0 | b << 3 | a]).collect()
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

/// Instructions that do nothing, `n` bytes in all.
pub fn nops(n: u32, out: &mut Vec<u8>) {
    const NOPS: [&[u8]; 9] = [
        &[0x90],
        &[0x66, 0x90],
        &[0x0f, 0x1f, 0x00],
        &[0x0f, 0x1f, 0x40, 0],
        &[0x0f, 0x1f, 0x44, 0, 0],
        &[0x66, 0x0f, 0x1f, 0x44, 0, 0],
        &[0x0f, 0x1f, 0x80, 0, 0, 0, 0],
        &[0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0],
        &[0x66, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0],
    ];
    let mut left = n as usize;
    while left > 0 {
        let nop = NOPS[left.min(NOPS.len()) - 1];
        out.extend_from_slice(nop);
        left -= nop.len();
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
