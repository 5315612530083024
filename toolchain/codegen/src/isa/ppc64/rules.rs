//! Selection: which instructions an operation becomes. Files: this one (operands, and what [`Rules`] asks for), `arith`
//! (integers), `floats`, `compare` (and what is decided by it), `atomics`.
//!
//! Comparisons of 32 bits look at the low halves of registers, so that the upper ones need not be anything.
mod arith;
mod atomics;
mod compare;
mod floats;

use super::Ppc64;
use super::inst::*;
use super::regs::ZERO;
use crate::mach::Rules;
use crate::mach::select::Select;
use crate::regalloc::Reg;
use ir::{InstData, Op, Ty, Value};

/// Selection for this machine.
pub type Isel<'a, const BIG: bool> = Select<'a, Ppc64<BIG>>;

impl<const BIG: bool> Isel<'_, BIG> {
    /// Bits of a value.
    pub fn bits(&self, v: Value) -> u32 {
        8 * self.ty(v).size(8)
    }
    /// The width in which a value is computed. Upper bits of small ones are nobody's.
    pub fn sz(&self, v: Value) -> Sz {
        if self.bits(v) > 32 { Sz::X } else { Sz::W }
    }
    pub fn fw(&self, v: Value) -> Fw {
        if self.ty(v) == Ty::F32 { Fw::S } else { Fw::D }
    }
    pub fn alu(&mut self, op: AluOp, dst: Reg, a: Reg, b: Src) {
        self.push(Inst::Alu { op, sz: Sz::X, dst, a, b });
    }
    /// The same to a new register.
    pub fn alu_temp(&mut self, op: AluOp, a: Reg, b: Src) -> Reg {
        let dst = self.temp(false);
        self.alu(op, dst, a, b);
        dst
    }
    /// A constant in a new register.
    pub fn constant(&mut self, imm: i64) -> Reg {
        let dst = self.temp(false);
        self.push(Inst::Imm { dst, imm });
        dst
    }
    /// A second operand: a constant that the operation takes, or a register. For operations that do not mind upper bits.
    pub fn src(&mut self, op: AluOp, v: Value) -> Src {
        let signed = self.imm32(v).map(|i| i as i64);
        let unsigned = signed.map(|i| i & (u64::MAX >> (64 - self.bits(v))) as i64);
        match [signed, unsigned].into_iter().flatten().find(|&i| op.takes(i)) {
            Some(i) => Src::I(i),
            None => Src::R(self.reg(v)),
        }
    }
    /// A value in a register, where zero has one.
    pub fn reg_or_zero(&mut self, v: Value) -> Reg {
        if self.iconst(v) == Some(0) { ZERO } else { self.reg(v) }
    }
    /// Extends the low bits of a register to all of it.
    pub fn extend(&mut self, dst: Reg, a: Reg, bits: u32, signed: bool) {
        match signed {
            _ if bits == 64 => self.mov(dst, a),
            true => self.push(Inst::Op2 { op: Op2::Sext(bits as u8 / 8), sz: Sz::X, dst, a }),
            false => self.push(Inst::Bits { dst, a, left: 0, keep: bits as u8 }),
        }
    }
}

/// How a value lies in memory.
pub fn cell(ty: Ty) -> Cell {
    let bytes = ty.size(8) as u8;
    match ty {
        Ty::F32 | Ty::F64 => Cell::F(bytes),
        _ => Cell::U(bytes),
    }
}

impl<const BIG: bool> Rules for Ppc64<BIG> {
    const UNROLL: u32 = 128;
    const PIECE: u32 = 8;

    fn select<'a>(s: &mut Isel<'a, BIG>, d: &'a InstData) -> bool {
        compare::others(s, d)
            || atomics::atomics(s, d)
            || !d.results.is_empty() && (arith::integers(s, d) || floats::floats(s, d))
    }
    fn branch(s: &mut Isel<BIG>, cond: Value, then: u32, els: u32) {
        let test = s.test(cond);
        s.push(Inst::Br { test, then, els });
    }
    fn lea(s: &mut Isel<BIG>, dst: Reg, addr: Addr) {
        s.push(Inst::Lea { dst, addr });
    }
    fn load(s: &mut Isel<BIG>, dst: Reg, ty: Ty, addr: Addr) {
        s.push(Inst::Load { cell: cell(ty), dst, addr });
    }
    fn store_reg(s: &mut Isel<BIG>, src: Reg, ty: Ty, addr: Addr) {
        s.push(Inst::Store { cell: cell(ty), addr, src });
    }
    fn store(s: &mut Isel<BIG>, v: Value, addr: Addr) {
        let ty = s.ty(v);
        if s.iconst(v) == Some(0) || matches!(s.def(v), Some(InstData { op: Op::Fconst(0), .. })) {
            return Self::zero_piece(s, addr, ty.size(8));
        }
        let src = s.reg(v);
        Self::store_reg(s, src, ty, addr);
    }
    fn imm(s: &mut Isel<BIG>, dst: Reg, imm: i64) {
        s.push(Inst::Imm { dst, imm });
    }
    fn fconst(s: &mut Isel<BIG>, dst: Reg, ty: Ty, bits: u64) {
        let (bytes, bits) = match ty {
            Ty::F32 => (4, bits as u32 as u128),
            _ => (8, bits as u128),
        };
        s.push(match bits {
            0 => Inst::GToF { w: Fw::D, dst, a: ZERO },
            _ => Inst::Load { cell: Cell::F(bytes), dst, addr: Addr::new(Base::Pool(bits, bytes), 0) },
        });
    }
    fn extended(s: &mut Isel<BIG>, v: Value, signed: bool) -> Reg {
        let bits = s.bits(v);
        if bits >= 32 || !signed && Self::zero_extended(s, v) {
            return s.reg(v);
        }
        let (a, dst) = (s.reg(v), s.temp(false));
        s.extend(dst, a, bits, signed);
        dst
    }
    fn zero_extended(s: &Isel<BIG>, v: Value) -> bool {
        let Some(d) = s.def(v) else { return false };
        match d.op {
            Op::Load { .. } | Op::AtomicLoad | Op::AtomicCas | Op::Icmp(_) | Op::Fcmp(_) | Op::Zext => {
                !s.ty(v).is_float()
            }
            Op::LShr(_) => s.ty(v) == Ty::I32,
            _ => false,
        }
    }
    fn read_g(s: &mut Isel<BIG>, dst: Reg) {
        s.push(Inst::ReadG { dst });
    }
    fn fixed_regs(s: &mut Isel<BIG>) {
        s.push(Inst::FixedRegs);
    }
    fn probe(s: &mut Isel<BIG>, addr: Addr) {
        s.push(Inst::Probe { addr });
    }
    fn copy_piece(s: &mut Isel<BIG>, to: Addr, from: Addr, n: u32) {
        let (cell, x) = (Cell::U(n as u8), s.temp(false));
        s.push(Inst::Load { cell, dst: x, addr: from });
        s.push(Inst::Store { cell, addr: to, src: x });
    }
    fn copy_words(s: &mut Isel<BIG>, to: Addr, from: Addr, words: u32) {
        s.put_loop(to, Some(from), words);
    }
    fn zero_piece(s: &mut Isel<BIG>, addr: Addr, n: u32) {
        s.push(Inst::Store { cell: Cell::U(n as u8), addr, src: ZERO });
    }
    fn zero_words(s: &mut Isel<BIG>, to: Addr, words: u32) {
        s.put_loop(to, None, words);
    }
}
