//! The encoder: prefixes, opcodes, ModRM, and the code buffer with labels and jumps.
//!
//! Jumps are written in their long form; [`Buf::finish`] shortens those that reach with one byte and moves everything
//! that counts from code offsets along.
use super::inst::*;
use crate::isa::{RelocTarget, TextReloc};

/// A place in the code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Label(pub u32);

/// What a memory operand counts from, resolved.
#[derive(Clone, Debug, PartialEq)]
pub enum MBase {
    Reg(u8),
    Rip(RelocTarget),
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

struct Jump {
    /// Offset of the opcode.
    at: u32,
    cond: Option<Cond>,
    target: Label,
    short: bool,
}

/// A code buffer.
#[derive(Default)]
pub struct Buf {
    pub code: Vec<u8>,
    labels: Vec<u32>,
    jumps: Vec<Jump>,
    /// 4-byte fields with the distance from their end to a label.
    label_refs: Vec<(u32, Label)>,
    /// 4-byte fields with the distance from a table (second) to a label.
    table_refs: Vec<(u32, Label, Label)>,
    pub relocs: Vec<TextReloc>,
    /// Code offsets that callers want moved along: stack maps, lines.
    pub marks: Vec<u32>,
}

/// Mandatory prefix.
pub const P66: u8 = 0x66;
pub const PF2: u8 = 0xf2;
pub const PF3: u8 = 0xf3;

impl Buf {
    pub fn here(&self) -> u32 {
        self.code.len() as u32
    }
    pub fn label(&mut self) -> Label {
        self.labels.push(u32::MAX);
        Label(self.labels.len() as u32 - 1)
    }
    pub fn bind(&mut self, l: Label) {
        debug_assert_eq!(self.labels[l.0 as usize], u32::MAX);
        self.labels[l.0 as usize] = self.here();
    }
    /// Remembers the current offset; returns its number in `marks`.
    pub fn mark(&mut self) -> u32 {
        self.marks.push(self.here());
        self.marks.len() as u32 - 1
    }
    pub fn byte(&mut self, b: u8) {
        self.code.push(b)
    }
    pub fn bytes(&mut self, b: &[u8]) {
        self.code.extend_from_slice(b)
    }
    pub fn jmp(&mut self, target: Label) {
        self.jumps.push(Jump { at: self.here(), cond: None, target, short: false });
        self.bytes(&[0xe9, 0, 0, 0, 0]);
    }
    pub fn jcc(&mut self, cc: Cond, target: Label) {
        self.jumps.push(Jump { at: self.here(), cond: Some(cc), target, short: false });
        self.bytes(&[0x0f, 0x80 | cc as u8, 0, 0, 0, 0]);
    }
    /// A jump-table entry: distance from `table` to `target`.
    pub fn table_entry(&mut self, table: Label, target: Label) {
        self.table_refs.push((self.here(), table, target));
        self.bytes(&[0; 4]);
    }
    /// `call` or `jmp` to a symbol.
    pub fn call(&mut self, opcode: u8, target: RelocTarget) {
        self.byte(opcode);
        self.relocs.push(TextReloc { at: self.here(), target, addend: -4, call: true });
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
                self.relocs.push(TextReloc { at: self.here(), target: target.clone(), addend, call: false });
                return self.bytes(&[0; 4]);
            }
            MBase::Label(l) => {
                debug_assert!(imm_len == 0 && m.disp == 0);
                self.byte(reg | 5);
                self.label_refs.push((self.here(), *l));
                return self.bytes(&[0; 4]);
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

    /// Shortens jumps, writes all distances, and returns the code's pieces in final offsets.
    pub fn finish(mut self) -> Finished {
        let n = self.jumps.len();
        // Bytes saved by all jumps before number i; grows as jumps become short.
        let mut saved = vec![0u32; n + 1];
        let starts: Vec<u32> = self.jumps.iter().map(|j| j.at).collect();
        let map = |saved: &[u32], at: u32| at - saved[starts.partition_point(|&s| s < at)];
        for _ in 0..4 {
            let mut changed = false;
            for j in &mut self.jumps {
                if j.short {
                    continue;
                }
                let len = if j.cond.is_some() { 6 } else { 5 };
                let to = self.labels[j.target.0 as usize];
                let from = map(&saved, j.at + len);
                let to = map(&saved, to);
                // Distances only shrink further, so the decision stays right.
                let d = to as i64 - from as i64;
                let back = if d < 0 { len as i64 - 2 } else { 0 };
                if (-128..=127).contains(&(d + back)) {
                    j.short = true;
                    changed = true;
                }
            }
            if !changed {
                break;
            }
            for (i, j) in self.jumps.iter().enumerate() {
                let gain = if j.cond.is_some() { 4 } else { 3 };
                saved[i + 1] = saved[i] + if j.short { gain } else { 0 };
            }
        }
        let mut code = Vec::with_capacity(self.code.len());
        let mut from = 0;
        for j in &self.jumps {
            code.extend_from_slice(&self.code[from..j.at as usize]);
            let to = map(&saved, self.labels[j.target.0 as usize]);
            let at = code.len() as u32;
            match (j.cond, j.short) {
                (None, true) => code.extend_from_slice(&[0xeb, (to as i64 - at as i64 - 2) as u8]),
                (Some(cc), true) => {
                    code.extend_from_slice(&[0x70 | cc as u8, (to as i64 - at as i64 - 2) as u8])
                }
                (None, false) => {
                    code.push(0xe9);
                    code.extend_from_slice(&(to as i32 - at as i32 - 5).to_le_bytes());
                }
                (Some(cc), false) => {
                    code.extend_from_slice(&[0x0f, 0x80 | cc as u8]);
                    code.extend_from_slice(&(to as i32 - at as i32 - 6).to_le_bytes());
                }
            }
            from = j.at as usize + if j.cond.is_some() { 6 } else { 5 };
        }
        code.extend_from_slice(&self.code[from..]);
        let mut put = |at: u32, v: i32| code[at as usize..at as usize + 4].copy_from_slice(&v.to_le_bytes());
        for &(at, l) in &self.label_refs {
            let (at, to) = (map(&saved, at), map(&saved, self.labels[l.0 as usize]));
            put(at, to as i32 - at as i32 - 4);
        }
        for &(at, table, l) in &self.table_refs {
            let table = map(&saved, self.labels[table.0 as usize]);
            put(map(&saved, at), map(&saved, self.labels[l.0 as usize]) as i32 - table as i32);
        }
        for r in &mut self.relocs {
            r.at = map(&saved, r.at);
        }
        for m in &mut self.marks {
            *m = map(&saved, *m);
        }
        let labels = self.labels.iter().map(|&l| if l == u32::MAX { l } else { map(&saved, l) }).collect();
        Finished { code, relocs: self.relocs, marks: self.marks, labels }
    }
}

/// What [`Buf::finish`] makes.
pub struct Finished {
    pub code: Vec<u8>,
    pub relocs: Vec<TextReloc>,
    pub marks: Vec<u32>,
    pub labels: Vec<u32>,
}
