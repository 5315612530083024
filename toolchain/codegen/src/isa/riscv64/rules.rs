//! Selection: which instructions an operation becomes. Files: this one (operands, and what [`Rules`] asks for), `arith`
//! (integers), `floats`, `compare` (and what is decided by it), `atomics`.
//!
//! Operations on 32 bits leave their results extended with the sign, loads and constants do too: [`Select::word`] finds most values
//! as comparisons want them.
mod arith;
mod atomics;
mod compare;
mod floats;

use super::Riscv64;
use super::inst::*;
use super::regs::ZERO;
use crate::mach::Rules;
use crate::mach::select::Select;
use crate::regalloc::Reg;
use ir::{InstData, Op, Ty, Value};

/// Selection for this machine.
pub type Isel<'a> = Select<'a, Riscv64>;

impl Isel<'_> {
    /// Bits of a value.
    pub fn bits(&self, v: Value) -> u32 {
        8 * self.ty(v).size(8)
    }
    /// The width in which a value is computed. Upper bits of small ones are nobody's.
    pub fn sz(&self, v: Value) -> Sz {
        if self.ty(v) == Ty::I32 { Sz::W } else { Sz::X }
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
    /// A second operand: a constant of 12 bits or a register.
    pub fn src(&mut self, v: Value) -> Src {
        match self.imm32(v) {
            Some(i) if fits12(i as i64) => Src::I(i as i64),
            _ => Src::R(self.reg(v)),
        }
    }
    /// A value in a register, where zero has one.
    pub fn reg_or_zero(&mut self, v: Value) -> Reg {
        if self.iconst(v) == Some(0) { ZERO } else { self.reg(v) }
    }
    /// Extends the low bits of a register: to the top, and back.
    pub fn extend(&mut self, dst: Reg, a: Reg, bits: u32, signed: bool) {
        match (bits, signed) {
            (64, _) => self.mov(dst, a),
            (32, true) => self.push(Inst::Alu { op: AluOp::Add, sz: Sz::W, dst, a, b: Src::I(0) }),
            (8, false) => self.alu(AluOp::And, dst, a, Src::I(0xff)),
            _ => {
                let by = Src::I(64 - bits as i64);
                let top = self.alu_temp(AluOp::Sll, a, by);
                self.alu(if signed { AluOp::Sra } else { AluOp::Srl }, dst, top, by);
            }
        }
    }
    /// A value of 32 or 64 bits as comparisons want it: those of 32 extended with the sign, which keeps the order of unsigned ones.
    pub fn word(&mut self, v: Value) -> Reg {
        if self.iconst(v) == Some(0) {
            return ZERO;
        }
        let a = self.reg(v);
        if self.ty(v) != Ty::I32 || self.is_extended(v, 4) {
            return a;
        }
        let dst = self.temp(false);
        self.extend(dst, a, 32, true);
        dst
    }
    /// Whether a 32-bit value's register is known to be extended with its sign.
    fn is_extended(&self, v: Value, depth: u32) -> bool {
        let Some(d) = self.def(v) else { return false };
        match d.op {
            Op::Add
            | Op::Sub
            | Op::Mul
            | Op::SDiv
            | Op::UDiv
            | Op::SRem
            | Op::URem
            | Op::Neg
            | Op::Shl(_)
            | Op::LShr(_)
            | Op::AShr(_)
            | Op::Iconst(_)
            | Op::Load { .. }
            | Op::AtomicLoad
            | Op::AtomicRmw(_)
            | Op::FToSi
            | Op::Sext
            | Op::Zext => true,
            Op::And | Op::Or | Op::Xor | Op::Not => {
                depth > 0 && d.args.iter().all(|&a| self.is_extended(a, depth - 1))
            }
            _ => false,
        }
    }
}

/// How a value lies in memory.
pub fn cell(ty: Ty) -> Cell {
    let bytes = ty.size(8) as u8;
    match ty {
        Ty::F32 | Ty::F64 => Cell::F(bytes),
        Ty::I32 => Cell::S(bytes),
        _ => Cell::U(bytes),
    }
}

impl Rules for Riscv64 {
    const UNROLL: u32 = 128;
    const PIECE: u32 = 8;
    const SIGN_EXTENDS: bool = true;

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
        if s.iconst(v) == Some(0) || matches!(s.def(v), Some(InstData { op: Op::Fconst(0), .. })) {
            return Self::zero_piece(s, addr, ty.size(8));
        }
        let src = s.reg(v);
        Self::store_reg(s, src, ty, addr);
    }
    fn imm(s: &mut Isel, dst: Reg, imm: i64) {
        // Three instructions make some more than 32 bits; what takes more comes from memory, in two.
        let low = imm << 52 >> 52;
        let rest = imm.wrapping_sub(low);
        let shifted = rest >> rest.trailing_zeros().min(63);
        match i32::try_from(imm).is_ok() || fits12(shifted) || low == 0 && i32::try_from(shifted).is_ok() {
            true => s.push(Inst::Imm { dst, imm }),
            false => {
                let addr = Addr::new(Base::Pool(imm as u64 as u128, 8), 0);
                s.push(Inst::Load { cell: Cell::U(8), dst, addr });
            }
        }
    }
    fn fconst(s: &mut Isel, dst: Reg, ty: Ty, bits: u64) {
        let (bytes, w, bits) = match ty {
            Ty::F32 => (4, Fw::S, bits as u32 as u128),
            _ => (8, Fw::D, bits as u128),
        };
        s.push(match bits {
            0 => Inst::GToF { w, dst, a: ZERO },
            _ => Inst::Load { cell: Cell::F(bytes), dst, addr: Addr::new(Base::Pool(bits, bytes), 0) },
        });
    }
    fn extended(s: &mut Isel, v: Value, signed: bool) -> Reg {
        let bits = s.bits(v);
        if bits >= 32 {
            return match s.word(v) {
                ZERO => s.reg(v),
                r => r,
            };
        }
        let (a, dst) = (s.reg(v), s.temp(false));
        s.extend(dst, a, bits, signed);
        dst
    }
    fn zero_extended(s: &Isel, v: Value) -> bool {
        let Some(d) = s.def(v) else { return false };
        match s.ty(v) {
            Ty::I8 | Ty::I16 => matches!(
                d.op,
                Op::Load { .. } | Op::AtomicLoad | Op::AtomicCas | Op::Icmp(_) | Op::Fcmp(_) | Op::Zext
            ),
            // The sign is clear.
            Ty::I32 => match d.op {
                Op::Zext => true,
                Op::LShr(_) => s.iconst(d.args[1]).is_some_and(|k| (1..32).contains(&k)),
                _ => false,
            },
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
        s.put_loop(to, Some(from), words);
    }
    fn zero_piece(s: &mut Isel, addr: Addr, n: u32) {
        s.push(Inst::Store { cell: Cell::U(n as u8), addr, src: ZERO });
    }
    fn zero_words(s: &mut Isel, to: Addr, words: u32) {
        s.put_loop(to, None, words);
    }
}
