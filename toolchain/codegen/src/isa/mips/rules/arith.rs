//! Integer arithmetic, and sums as addresses. Operands of 8 and 16 bits come only where upper bits do not count.
use super::Isel;
use crate::isa::mips::inst::*;
use crate::isa::mips::regs::ZERO;
use crate::mach::rules::rules;
use crate::regalloc::Reg;
use ir::{EntityId, InstData, Value};

rules! {
    /// Operations on integers, each with a result.
    fn integers<const WIDE, const BIG>(s: Isel, d) with out = d.results[0], dst = s.out_reg(out), sz = s.sz(out), bits = s.bits(out);

    PtrAdd(p, #k) if k == k as i32 as i64 => Inst::Lea { dst, addr: Addr::reg(s.reg(p), k as i32) };
    PtrAdd(p, i) => s.sum(dst, p, i);
    Add(x, y) if s.iconst(x).is_some() => Inst::Alu { op: AluOp::Add, sz, dst, a: s.word(y), b: s.src(AluOp::Add, x) };
    Add(x, y) => Inst::Alu { op: AluOp::Add, sz, dst, a: s.word(x), b: s.src(AluOp::Add, y) };
    Sub(x, ~i) if fits16(-(i as i64)) => Inst::Alu { op: AluOp::Add, sz, dst, a: s.word(x), b: Src::I(-(i as i64)) };
    Sub(x, y) => Inst::Alu { op: AluOp::Sub, sz, dst, a: s.word(x), b: Src::R(s.word(y)) };
    And(x, #k) if low_ones(k) > 16 && low_ones(k) < bits => s.extended_to(dst, x, low_ones(k), false);
    And(x, y) => Inst::Alu { op: AluOp::And, sz, dst, a: s.reg(x), b: s.mask(AluOp::And, y) };
    Or(x, y) => Inst::Alu { op: AluOp::Or, sz, dst, a: s.reg(x), b: s.mask(AluOp::Or, y) };
    Xor(x, y) => Inst::Alu { op: AluOp::Xor, sz, dst, a: s.reg(x), b: s.mask(AluOp::Xor, y) };
    Neg(x) => Inst::Alu { op: AluOp::Sub, sz, dst, a: ZERO, b: Src::R(s.word(x)) };
    Not(x) => Inst::Alu { op: AluOp::Nor, sz, dst, a: s.reg(x), b: Src::R(ZERO) };

    Mul(x, y) if sz == Sz::W => Inst::Alu { op: AluOp::Mul, sz, dst, a: s.word(x), b: Src::R(s.word(y)) };
    Mul(x, y) => Inst::Pair { op: PairOp::Mulu, sz, hi: None, lo: Some(dst), a: s.reg(x), b: s.reg(y) };
    SMulHi(x, y) => Inst::Pair { op: PairOp::Mul, sz, hi: Some(dst), lo: None, a: s.reg(x), b: s.reg(y) };
    UMulWide(x, y) => Inst::Pair { op: PairOp::Mulu, sz, hi: Some(dst), lo: Some(s.out_reg(d.results[1])), a: s.reg(x), b: s.reg(y) };
    SDiv(x, y) => Inst::Pair { op: PairOp::Div, sz, hi: None, lo: Some(dst), a: s.word(x), b: s.word(y) };
    UDiv(x, y) => Inst::Pair { op: PairOp::Divu, sz, hi: None, lo: Some(dst), a: s.word(x), b: s.word(y) };
    SRem(x, y) => Inst::Pair { op: PairOp::Div, sz, hi: Some(dst), lo: None, a: s.word(x), b: s.word(y) };
    URem(x, y) => Inst::Pair { op: PairOp::Divu, sz, hi: Some(dst), lo: None, a: s.word(x), b: s.word(y) };
    AddCarry(x, y, c) => s.carry(d, false, x, y, c);
    SubBorrow(x, y, c) => s.carry(d, true, x, y, c);

    Shl[_](Zext(x), #k) if bits == 64 && s.bits(x) == 32 && (1..=32).contains(&k) => s.scaled_up(dst, x, k);
    Shl[_](x, #k) if (0..bits as i64).contains(&k) => Inst::Alu { op: AluOp::Shl, sz, dst, a: s.reg(x), b: Src::I(k) };
    LShr[_](x, #k) if (0..bits as i64).contains(&k) => Inst::Alu { op: AluOp::Shr, sz, dst, a: s.word(x), b: Src::I(k) };
    AShr[_](x, #k) if (0..bits as i64).contains(&k) => Inst::Alu { op: AluOp::Sar, sz, dst, a: s.word(x), b: Src::I(k) };
    Shl[bounded](x, n) => s.shift(AluOp::Shl, dst, sz, bounded, x, n);
    LShr[bounded](x, n) => s.shift(AluOp::Shr, dst, sz, bounded, x, n);
    AShr[bounded](x, n) => s.shift(AluOp::Sar, dst, sz, bounded, x, n);
    RotL(x, #k) => Inst::Alu { op: AluOp::Rot, sz, dst, a: s.word(x), b: Src::I(k.wrapping_neg() & (bits as i64 - 1)) };
    RotL(x, n) => s.rotate(dst, sz, x, n);
    Clz(x) => Inst::Op2 { op: Op2::Clz, sz: s.sz(x), dst, a: s.word(x) };
    Bswap(x) => s.swap(dst, sz, bits, x);
    Sext(x) => s.extended_from(dst, x, true);
    Zext(x) => s.extended_from(dst, x, false);
    Bitcast(x) if !dst.is_float() && !s.ty(x).is_float() => s.copied(dst, x);
}

/// How many low bits are ones, if all others are zeros; else 0.
fn low_ones(k: i64) -> u32 {
    if k > 0 && k & k.wrapping_add(1) == 0 { k.trailing_ones() } else { 0 }
}

impl<'a, const WIDE: bool, const BIG: bool> Isel<'a, WIDE, BIG> {
    pub fn copied(&mut self, dst: Reg, x: Value) {
        let src = self.reg(x);
        self.mov(dst, src);
    }
    fn sum(&mut self, dst: Reg, x: Value, y: Value) {
        let (a, b) = (self.reg(x), self.reg(y));
        self.alu(AluOp::Add, dst, a, Src::R(b));
    }
    /// A second operand of an operation on bits, which does not mind what is above a value.
    fn mask(&mut self, op: AluOp, v: Value) -> Src {
        match self.src_imm(op, v) {
            Some(i) => Src::I(i),
            None => Src::R(self.reg(v)),
        }
    }
    fn src_imm(&self, op: AluOp, v: Value) -> Option<i64> {
        let i = self.iconst(v)?;
        let i = if self.bits(v) < 32 { i & ((1 << self.bits(v)) - 1) } else { i };
        Some(i).filter(|&i| op.takes(i))
    }
    fn extended_to(&mut self, dst: Reg, x: Value, bits: u32, signed: bool) {
        let a = self.reg(x);
        self.extend(dst, a, bits, signed);
    }
    /// A narrow value extended. A load that only this wants does it itself.
    fn extended_from(&mut self, dst: Reg, x: Value, signed: bool) {
        if let Some(addr) = self.foldable_load(x) {
            let bytes = self.bits(x) as u8 / 8;
            let cell = if signed { Cell::S(bytes) } else { Cell::U(bytes) };
            return self.push(Inst::Load { cell, dst, addr });
        }
        if signed && self.bits(x) == 32 {
            let src = <super::Mips<WIDE, BIG> as crate::mach::Rules>::extended(self, x, true);
            return self.mov(dst, src);
        }
        self.extended_to(dst, x, self.bits(x), signed);
    }
    /// 32 bits extended with zeros and shifted to the left, as indices are: to the top, and less far back.
    fn scaled_up(&mut self, dst: Reg, x: Value, k: i64) {
        let a = self.reg(x);
        let top = self.alu_temp(AluOp::Shl, a, Src::I(32));
        self.alu(AluOp::Shr, dst, top, Src::I(32 - k));
    }
    /// (x, y, carry 0/1) -> (sum, carry). A sum that is less than an operand has wrapped around; at most one of the two has.
    fn carry(&mut self, d: &InstData, sub: bool, x: Value, y: Value, c: Value) {
        let (sum, carry) = (self.out_reg(d.results[0]), self.out_reg(d.results[1]));
        let wanted = self.needed[d.results[1].index()];
        let (a, b) = (self.reg(x), self.reg_or_zero(y));
        let op = if sub { AluOp::Sub } else { AluOp::Add };
        // A difference borrows if the first operand is the smaller one.
        let wrapped = |s: &mut Self, to: Reg, a: Reg, b: Reg, out: Reg| match sub {
            true => s.alu(AluOp::Sltu, to, a, Src::R(b)),
            false => s.alu(AluOp::Sltu, to, out, Src::R(a)),
        };
        if self.iconst(c) == Some(0) {
            self.alu(op, sum, a, Src::R(b));
            if wanted {
                wrapped(self, carry, a, b, sum);
            }
            return;
        }
        let c = self.reg(c);
        let part = self.alu_temp(op, a, Src::R(b));
        self.alu(op, sum, part, Src::R(c));
        if wanted {
            let (first, second) = (self.temp(false), self.temp(false));
            wrapped(self, first, a, b, part);
            wrapped(self, second, part, c, sum);
            self.alu(AluOp::Or, carry, first, Src::R(second));
        }
    }
    /// The machine takes counts modulo the width; Go shifts everything out.
    fn shift(&mut self, op: AluOp, dst: Reg, sz: Sz, bounded: bool, x: Value, n: Value) {
        let a = if op == AluOp::Shl { self.reg(x) } else { self.word(x) };
        if bounded {
            let n = self.unmasked(n, if sz == Sz::X { 64 } else { 32 });
            let b = Src::R(self.reg(n));
            return self.push(Inst::Alu { op, sz, dst, a, b });
        }
        let count = self.word(n);
        let width = Src::I(if sz == Sz::X { 64 } else { 32 });
        if op == AluOp::Sar {
            // A count of only ones is the largest.
            let fits = self.alu_temp(AluOp::Sltu, count, width);
            let ones = self.alu_temp(AluOp::Add, fits, Src::I(-1));
            let count = self.alu_temp(AluOp::Or, count, Src::R(ones));
            return self.push(Inst::Alu { op, sz, dst, a, b: Src::R(count) });
        }
        let shifted = self.temp(false);
        self.push(Inst::Alu { op, sz, dst: shifted, a, b: Src::R(count) });
        let test = Test::Int { cmp: Cmp::Geu, a: count, b: width };
        self.push(Inst::Choose { test, dst, a: ZERO, b: shifted });
    }
    /// To the left by n is to the right by -n.
    fn rotate(&mut self, dst: Reg, sz: Sz, x: Value, n: Value) {
        let (a, n) = (self.word(x), self.reg(n));
        let minus = self.alu_temp(AluOp::Sub, ZERO, Src::R(n));
        self.push(Inst::Alu { op: AluOp::Rot, sz, dst, a, b: Src::R(minus) });
    }
    /// Reverses bytes: within half words, and then these.
    fn swap(&mut self, dst: Reg, sz: Sz, bits: u32, x: Value) {
        let a = self.word(x);
        let first = if bits == 16 { dst } else { self.temp(false) };
        self.push(Inst::Op2 { op: Op2::Swap2, sz, dst: first, a });
        match bits {
            64 => self.push(Inst::Op2 { op: Op2::Halves, sz, dst, a: first }),
            32 => self.push(Inst::Alu { op: AluOp::Rot, sz, dst, a: first, b: Src::I(16) }),
            _ => {}
        }
    }
}
