//! Selection: which instructions an operation becomes. Files: this one (operands, and what [`Rules`] asks for), `arith`
//! (integers), `floats`, `compare` (and what is decided by it), `atomics`, `memory` (areas that are not aligned).
//!
//! Where registers have 64 bits, operations on 32 want operands that are extended with their sign, and leave their results so:
//! [`Select::word`] extends what is not known to be.
mod arith;
mod atomics;
mod compare;
mod floats;
mod memory;

use super::Mips;
use super::inst::*;
use super::regs::ZERO;
use crate::mach::Rules;
use crate::mach::extended::Upper;
use crate::mach::select::Select;
use crate::regalloc::Reg;
use ir::{EntityId, InstData, Op, Ty, Value};

/// Selection for this machine.
pub type Isel<'a, const WIDE: bool, const BIG: bool> = Select<'a, Mips<WIDE, BIG>>;

/// Bytes in a word.
const fn word_size(wide: bool) -> u32 {
    if wide { 8 } else { 4 }
}

impl<const WIDE: bool, const BIG: bool> Isel<'_, WIDE, BIG> {
    /// Bits of a value.
    pub fn bits(&self, v: Value) -> u32 {
        8 * self.ty(v).size(word_size(WIDE))
    }
    /// The width in which a value is computed. Upper bits of small ones are nobody's.
    pub fn sz(&self, v: Value) -> Sz {
        if WIDE && self.ty(v) != Ty::I32 { Sz::X } else { Sz::W }
    }
    pub fn fw(&self, v: Value) -> Fw {
        if self.ty(v) == Ty::F32 { Fw::S } else { Fw::D }
    }
    /// An operation on whole registers.
    pub fn alu(&mut self, op: AluOp, dst: Reg, a: Reg, b: Src) {
        let sz = if WIDE { Sz::X } else { Sz::W };
        self.push(Inst::Alu { op, sz, dst, a, b });
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
    /// A second operand: a constant that the operation takes, or a register.
    pub fn src(&mut self, op: AluOp, v: Value) -> Src {
        let signed = self.imm32(v).map(|i| i as i64);
        let unsigned = signed.map(|i| i & (u64::MAX >> (64 - self.bits(v))) as i64);
        let narrow = self.bits(v) < 32;
        match signed.into_iter().chain(unsigned.filter(|_| narrow)).find(|&i| op.takes(i)) {
            Some(i) => Src::I(i),
            None => Src::R(self.word(v)),
        }
    }
    /// A value in a register, where zero has one.
    pub fn reg_or_zero(&mut self, v: Value) -> Reg {
        if self.iconst(v) == Some(0) { ZERO } else { self.reg(v) }
    }
    /// The same, of 32 bits extended with the sign in a register of 64. It keeps the order of unsigned ones too.
    pub fn word(&mut self, v: Value) -> Reg {
        let a = self.reg_or_zero(v);
        if !WIDE || a == ZERO || self.ty(v) != Ty::I32 || self.iconst(v).is_some() || self.extended[v.index()]
        {
            return a;
        }
        let dst = self.temp(false);
        self.extend(dst, a, 32, true);
        dst
    }
    /// Extends the low bits of a register to all of it.
    pub fn extend(&mut self, dst: Reg, a: Reg, bits: u32, signed: bool) {
        match signed {
            _ if bits == 8 * word_size(WIDE) => self.mov(dst, a),
            true if bits == 32 => {
                self.push(Inst::Alu { op: AluOp::Shl, sz: Sz::W, dst, a, b: Src::I(0) });
            }
            true => self.push(Inst::Op2 { op: Op2::Sext(bits as u8 / 8), sz: Sz::W, dst, a }),
            false => self.push(Inst::Bits { dst, a, keep: bits as u8 }),
        }
    }
}

/// How a value lies in memory.
pub fn cell(wide: bool, ty: Ty) -> Cell {
    let bytes = ty.size(word_size(wide)) as u8;
    match ty {
        Ty::F32 | Ty::F64 => Cell::F(bytes),
        Ty::I32 => Cell::S(bytes),
        _ => Cell::U(bytes),
    }
}

impl<const WIDE: bool, const BIG: bool> Rules for Mips<WIDE, BIG> {
    const UNROLL: u32 = if WIDE { 128 } else { 64 };
    const PIECE: u32 = word_size(WIDE);
    const SIGN_EXTENDS: bool = WIDE;
    const ALIGNED_COPIES: bool = true;

    fn upper(d: &InstData) -> Upper {
        match d.op {
            Op::Add | Op::Sub | Op::Mul | Op::Neg | Op::SDiv | Op::UDiv | Op::SRem | Op::URem => Upper::Sign,
            Op::Shl(_) | Op::LShr(_) | Op::AShr(_) | Op::RotL | Op::Clz | Op::Bswap => Upper::Sign,
            Op::Iconst(_) | Op::Load { .. } | Op::AtomicLoad | Op::AtomicRmw(_) => Upper::Sign,
            Op::FToSi | Op::Sext | Op::Zext | Op::Bitcast => Upper::Sign,
            Op::And | Op::Or | Op::Xor | Op::Not | Op::Select => Upper::Operands,
            _ => Upper::Unknown,
        }
    }
    fn select<'a>(s: &mut Isel<'a, WIDE, BIG>, d: &'a InstData) -> bool {
        compare::others(s, d)
            || atomics::atomics(s, d)
            || !d.results.is_empty() && (arith::integers(s, d) || floats::floats(s, d))
    }
    fn branch(s: &mut Isel<WIDE, BIG>, cond: Value, then: u32, els: u32) {
        let test = s.test(cond);
        s.push(Inst::Br { test, then, els });
    }
    fn lea(s: &mut Isel<WIDE, BIG>, dst: Reg, addr: Addr) {
        s.push(Inst::Lea { dst, addr });
    }
    fn load(s: &mut Isel<WIDE, BIG>, dst: Reg, ty: Ty, addr: Addr) {
        s.push(Inst::Load { cell: cell(WIDE, ty), dst, addr });
    }
    fn store_reg(s: &mut Isel<WIDE, BIG>, src: Reg, ty: Ty, addr: Addr) {
        s.push(Inst::Store { cell: cell(WIDE, ty), addr, src });
    }
    fn store(s: &mut Isel<WIDE, BIG>, v: Value, addr: Addr) {
        let ty = s.ty(v);
        if s.iconst(v) == Some(0) || matches!(s.def(v), Some(InstData { op: Op::Fconst(0), .. })) {
            return Self::zero_piece(s, addr, ty.size(word_size(WIDE)));
        }
        let src = s.reg(v);
        Self::store_reg(s, src, ty, addr);
    }
    fn imm(s: &mut Isel<WIDE, BIG>, dst: Reg, imm: i64) {
        // Two instructions make some of more than 32 bits; what takes more comes from memory, in two.
        let shifted = imm >> imm.trailing_zeros().min(63);
        match !WIDE || i32::try_from(imm).is_ok() || fits16(shifted) {
            true => s.push(Inst::Imm { dst, imm }),
            false => {
                let addr = Addr::new(Base::Pool(imm as u64 as u128, 8), 0);
                s.push(Inst::Load { cell: Cell::U(8), dst, addr });
            }
        }
    }
    fn fconst(s: &mut Isel<WIDE, BIG>, dst: Reg, ty: Ty, bits: u64) {
        let (bytes, w, bits) = match ty {
            Ty::F32 => (4, Fw::S, bits as u32 as u128),
            _ => (8, Fw::D, bits as u128),
        };
        s.push(match bits {
            0 => Inst::GToF { w, dst, a: ZERO },
            _ => Inst::Load { cell: Cell::F(bytes), dst, addr: Addr::new(Base::Pool(bits, bytes), 0) },
        });
    }
    fn extended(s: &mut Isel<WIDE, BIG>, v: Value, signed: bool) -> Reg {
        let bits = s.bits(v);
        if bits >= 32 {
            return match s.word(v) {
                ZERO => s.reg(v),
                r => r,
            };
        }
        let a = s.reg(v);
        if !signed && Self::zero_extended(s, v) {
            return a;
        }
        let dst = s.temp(false);
        s.extend(dst, a, bits, signed);
        dst
    }
    fn zero_extended(s: &Isel<WIDE, BIG>, v: Value) -> bool {
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
    fn read_g(s: &mut Isel<WIDE, BIG>, dst: Reg) {
        s.push(Inst::ReadG { dst });
    }
    fn fixed_regs(s: &mut Isel<WIDE, BIG>) {
        s.push(Inst::FixedRegs);
    }
    fn probe(s: &mut Isel<WIDE, BIG>, addr: Addr) {
        s.push(Inst::Probe { addr });
    }
    fn copy_piece(s: &mut Isel<WIDE, BIG>, to: Addr, from: Addr, n: u32) {
        let (cell, x) = (Cell::U(n as u8), s.temp(false));
        s.push(Inst::Load { cell, dst: x, addr: from });
        s.push(Inst::Store { cell, addr: to, src: x });
    }
    fn copy_words(s: &mut Isel<WIDE, BIG>, to: Addr, from: Addr, words: u32) {
        s.put_loop(to, Some(from), words, true);
    }
    fn zero_piece(s: &mut Isel<WIDE, BIG>, addr: Addr, n: u32) {
        let piece = n.min(Self::PIECE);
        for at in (0..n).step_by(piece as usize) {
            s.push(Inst::Store { cell: Cell::U(piece as u8), addr: addr.offset(at as i32), src: ZERO });
        }
    }
    fn zero_words(s: &mut Isel<WIDE, BIG>, to: Addr, words: u32) {
        s.put_loop(to, None, words, true);
    }
    fn copy_unaligned(s: &mut Isel<WIDE, BIG>, to: Addr, from: Addr, size: u32) {
        s.put_unaligned(to, Some(from), size);
    }
    fn zero_unaligned(s: &mut Isel<WIDE, BIG>, to: Addr, size: u32) {
        s.put_unaligned(to, None, size);
    }
}
