//! Selection: which instructions an operation becomes. Files: this one (operands, and what [`Rules`] asks for), `arith`
//! (integers), `floats`, `memory` (comparisons too).
mod arith;
mod floats;
mod memory;

use super::Arm64;
use super::encode::words::bit_mask;
use super::inst::*;
use crate::mach::Rules;
use crate::mach::select::Select;
use crate::regalloc::Reg;
use ir::{InstData, Op, Ty, Value};

/// Selection for this machine.
pub type Isel<'a> = Select<'a, Arm64>;

impl Isel<'_> {
    /// Bits of a value.
    pub fn bits(&self, v: Value) -> u32 {
        8 * self.ty(v).size(8)
    }
    /// The width in which a value is computed.
    pub fn sz(&self, v: Value) -> Sz {
        if self.bits(v) == 64 { Sz::X } else { Sz::W }
    }
    pub fn fw(&self, v: Value) -> Fw {
        if self.ty(v) == Ty::F32 { Fw::S } else { Fw::D }
    }
    /// A second operand of addition and the like: a constant of 12 bits, perhaps shifted by 12, or a register.
    pub fn sum_src(&mut self, v: Value) -> Src {
        match self.iconst(v) {
            Some(i) if sum_imm(i) => Src::I(i),
            _ => Src::R(self.reg(v)),
        }
    }
    /// One of a bitwise operation: a bit mask, or a register.
    pub fn mask_src(&mut self, v: Value) -> Src {
        let sz = self.sz(v);
        match self.iconst(v) {
            Some(i) if bit_mask(i, sz).is_some() => Src::I(i),
            _ => Src::R(self.reg(v)),
        }
    }
}

/// Whether addition has it as an immediate.
pub fn sum_imm(i: i64) -> bool {
    (0..4096).contains(&i) || i & 0xfff == 0 && (0..1 << 24).contains(&i)
}

fn cell(ty: Ty) -> Cell {
    let bytes = ty.size(8) as u8;
    if ty.is_float() { Cell::F(bytes) } else { Cell::U(bytes) }
}
fn piece(n: u32) -> Cell {
    if n == 16 { Cell::F(16) } else { Cell::U(n as u8) }
}

impl Rules for Arm64 {
    const UNROLL: u32 = 256;
    const PIECE: u32 = 16;

    fn select<'a>(s: &mut Isel<'a>, d: &'a InstData) -> bool {
        memory::accesses(s, d) || !d.results.is_empty() && (arith::integers(s, d) || floats::floats(s, d))
    }
    fn branch(s: &mut Isel, cond: Value, then: u32, els: u32) {
        let test = s.test(cond);
        s.push(Inst::Br { test, then, els });
    }
    fn lea(s: &mut Isel, dst: Reg, addr: Addr) {
        s.push(Inst::Lea { dst, addr });
    }
    fn load(s: &mut Isel, dst: Reg, ty: Ty, addr: Addr) {
        s.push(Inst::Load { cell: cell(ty), dst, addr });
    }
    fn store_reg(s: &mut Isel, src: Reg, ty: Ty, addr: Addr) {
        s.push(Inst::Store { cell: cell(ty), addr, src });
    }
    fn store(s: &mut Isel, v: Value, addr: Addr) {
        let ty = s.ty(v);
        if s.iconst(v) == Some(0) || matches!(s.def(v), Some(InstData { op: Op::Fconst(0), .. })) {
            return s.push(Inst::StoreZero { bytes: ty.size(8) as u8, addr });
        }
        let src = s.reg(v);
        Self::store_reg(s, src, ty, addr);
    }
    fn imm(s: &mut Isel, dst: Reg, imm: i64) {
        s.push(Inst::Imm { dst, imm });
    }
    fn fconst(s: &mut Isel, dst: Reg, ty: Ty, bits: u64) {
        let (bytes, bits) = if ty == Ty::F32 { (4, bits as u32 as u128) } else { (8, bits as u128) };
        s.push(match bits {
            0 => Inst::FZero { dst },
            _ => Inst::Load { cell: Cell::F(bytes), dst, addr: Addr::new(Base::Pool(bits, bytes), 0) },
        });
    }
    fn extended(s: &mut Isel, v: Value, signed: bool) -> Reg {
        let bits = s.bits(v);
        if bits >= 32 {
            return s.reg(v);
        }
        let (a, dst) = (s.reg(v), s.temp(false));
        s.push(Inst::Bfm { signed, sz: Sz::W, dst, a, immr: 0, imms: bits as u8 - 1 });
        dst
    }
    fn zero_extended(s: &Isel, v: Value) -> bool {
        // What computes 32 bits clears the rest.
        let Some(d) = s.def(v) else { return false };
        match s.ty(v) {
            Ty::I32 => {
                matches!(d.op, Op::Add | Op::Sub | Op::Mul | Op::And | Op::Or | Op::Xor | Op::Load { .. })
            }
            Ty::I8 | Ty::I16 => matches!(d.op, Op::Load { .. }),
            _ => false,
        }
    }
    fn read_g(s: &mut Isel, dst: Reg) {
        s.push(Inst::ReadG { dst });
    }
    fn fixed_regs(_: &mut Isel) {}
    fn probe(s: &mut Isel, addr: Addr) {
        s.push(Inst::Probe { addr });
    }
    fn copy_piece(s: &mut Isel, to: Addr, from: Addr, n: u32) {
        let (cell, x) = (piece(n), s.temp(n == 16));
        s.push(Inst::Load { cell, dst: x, addr: from });
        s.push(Inst::Store { cell, addr: to, src: x });
    }
    fn copy_words(s: &mut Isel, to: Addr, from: Addr, words: u32) {
        s.put_loop(to, Some(from), words);
    }
    fn zero_piece(s: &mut Isel, addr: Addr, n: u32) {
        s.push(Inst::StoreZero { bytes: n as u8, addr });
    }
    fn zero_words(s: &mut Isel, to: Addr, words: u32) {
        s.put_loop(to, None, words);
    }
}
