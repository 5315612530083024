//! Selection: which instructions an operation becomes. Files: this one (operands, and what [`Rules`] asks for), `arith`
//! (integers), `floats`, `compare` (and what is decided by it), `atomics`.
mod arith;
mod atomics;
mod compare;
mod floats;

use super::S390x;
use super::encode::words::fits16;
use super::inst::*;
use crate::mach::Rules;
use crate::mach::select::Select;
use crate::regalloc::Reg;
use ir::{InstData, Op, Ty, Value};

/// Selection for this machine.
pub type Isel<'a> = Select<'a, S390x>;

impl Isel<'_> {
    /// Bits of a value.
    pub fn bits(&self, v: Value) -> u32 {
        8 * self.ty(v).size(8)
    }
    /// The width in which a value is computed. Upper bits of small ones are nobody's.
    pub fn sz(&self, v: Value) -> Sz {
        if self.bits(v) == 64 { Sz::X } else { Sz::W }
    }
    pub fn fw(&self, v: Value) -> Fw {
        if self.ty(v) == Ty::F32 { Fw::S } else { Fw::D }
    }
    /// A second operand: a constant of 32 bits or a register.
    pub fn src(&mut self, v: Value) -> Src {
        match self.imm32(v) {
            Some(i) => Src::I(i as i64),
            _ => Src::R(self.reg(v)),
        }
    }
    pub fn alu_temp(&mut self, op: AluOp, a: Reg, b: Src) -> Reg {
        let dst = self.temp(false);
        self.push(Inst::Alu { op, dst, a, b });
        dst
    }
    /// Extends the low bits of a register to all.
    pub fn extend(&mut self, dst: Reg, a: Reg, bits: u32, signed: bool) {
        match bits {
            64 => self.mov(dst, a),
            _ => self.push(Inst::Extend { signed, bytes: bits as u8 / 8, dst, a }),
        }
    }
    /// Copies, or (without `from`) zeroes. An object in the frame that is copied has its address taken.
    fn put_block(&mut self, to: Addr, from: Option<Addr>, words: u32) {
        let mut named = |a: Addr| match a.base {
            Base::Slot(_) => {
                let dst = self.temp_of(Ty::Ptr);
                self.push(Inst::Lea { dst, addr: a });
                Addr::reg(dst, 0)
            }
            _ => a,
        };
        let (dst, src) = match from {
            Some(from) => (named(to), Some(named(from))),
            None => (to, None),
        };
        let t = [self.temp_of(Ty::Ptr), self.temp_of(Ty::Ptr)];
        self.push(Inst::Block { dst, src, bytes: 8 * words, t });
    }
}

/// How a value lies in memory.
pub fn cell(ty: Ty) -> Cell {
    let bytes = ty.size(8) as u8;
    if ty.is_float() { Cell::F(bytes) } else { Cell::U(bytes) }
}

impl Rules for S390x {
    const UNROLL: u32 = 32;
    const PIECE: u32 = 8;

    fn select<'a>(s: &mut Isel<'a>, d: &'a InstData) -> bool {
        compare::others(s, d)
            || atomics::atomics(s, d)
            || !d.results.is_empty() && (arith::integers(s, d) || floats::floats(s, d))
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
        let zero = matches!(s.def(v), Some(InstData { op: Op::Fconst(0), .. }));
        let imm = if zero { Some(0) } else { s.imm32(v).filter(|&i| fits16(i as i64)) };
        if let Some(imm) = imm {
            return s.push(Inst::StoreImm { bytes: ty.size(8) as u8, addr, imm: imm as i16 });
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
        let (bits, a) = (s.bits(v), s.reg(v));
        if bits >= 32 {
            return a;
        }
        let dst = s.temp(false);
        s.extend(dst, a, bits, signed);
        dst
    }
    fn zero_extended(s: &Isel, v: Value) -> bool {
        let Some(d) = s.def(v) else { return false };
        let loaded = matches!(d.op, Op::Load { .. } | Op::AtomicLoad | Op::Zext);
        match s.ty(v) {
            Ty::I8 | Ty::I16 => loaded || matches!(d.op, Op::AtomicCas | Op::Icmp(_) | Op::Fcmp(_)),
            Ty::I32 => loaded,
            _ => false,
        }
    }
    fn read_g(s: &mut Isel, dst: Reg) {
        s.push(Inst::ReadG { dst });
    }
    fn fixed_regs(s: &mut Isel) {
        s.push(Inst::FixedRegs);
    }
    fn probe(s: &mut Isel, addr: Addr) {
        s.push(Inst::Probe { addr });
    }
    fn copy_piece(s: &mut Isel, to: Addr, from: Addr, n: u32) {
        let (cell, x) = (Cell::U(n as u8), s.temp(false));
        s.push(Inst::Load { cell, dst: x, addr: from });
        s.push(Inst::Store { cell, addr: to, src: x });
    }
    fn copy_words(s: &mut Isel, to: Addr, from: Addr, words: u32) {
        s.put_block(to, Some(from), words);
    }
    fn zero_piece(s: &mut Isel, addr: Addr, n: u32) {
        s.push(Inst::StoreImm { bytes: n as u8, addr, imm: 0 });
    }
    fn zero_words(s: &mut Isel, to: Addr, words: u32) {
        s.put_block(to, None, words);
    }
}
