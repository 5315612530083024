//! Integer arithmetic, and sums as addresses. Operands of 8 and 16 bits come only where upper bits do not count.
use super::Isel;
use crate::isa::ppc64::inst::*;
use crate::mach::rules::rules;
use crate::regalloc::Reg;
use ir::{InstData, Value};

rules! {
    /// Operations on integers, each with a result.
    fn integers<const BIG>(s: Isel, d) with out = d.results[0], dst = s.out_reg(out), sz = s.sz(out), bits = s.bits(out);

    PtrAdd(p, #k) if k == k as i32 as i64 => Inst::Lea { dst, addr: Addr::reg(s.reg(p), k as i32) };
    PtrAdd(p, i) => Inst::Alu { op: AluOp::Add, sz: Sz::X, dst, a: s.reg(p), b: Src::R(s.reg(i)) };
    Add(x, y) if s.iconst(x).is_some() => Inst::Alu { op: AluOp::Add, sz, dst, a: s.reg(y), b: s.src(AluOp::Add, x) };
    Add(x, y) => Inst::Alu { op: AluOp::Add, sz, dst, a: s.reg(x), b: s.src(AluOp::Add, y) };
    Sub(x, ~i) if fits16(-(i as i64)) => Inst::Alu { op: AluOp::Add, sz, dst, a: s.reg(x), b: Src::I(-(i as i64)) };
    Sub(x, y) => Inst::Alu { op: AluOp::Sub, sz, dst, a: s.reg_or_zero(x), b: Src::R(s.reg(y)) };
    And(x, #k) if low_ones(k) < 64 => s.extended_to(dst, x, low_ones(k), false);
    And(x, Not(y)) => Inst::Alu { op: AluOp::Andc, sz, dst, a: s.reg(x), b: Src::R(s.reg(y)) };
    And(x, y) => Inst::Alu { op: AluOp::And, sz, dst, a: s.reg(x), b: s.src(AluOp::And, y) };
    Or(x, y) => Inst::Alu { op: AluOp::Or, sz, dst, a: s.reg(x), b: s.src(AluOp::Or, y) };
    Xor(x, y) => Inst::Alu { op: AluOp::Xor, sz, dst, a: s.reg(x), b: s.src(AluOp::Xor, y) };
    Neg(x) => Inst::Op2 { op: Op2::Neg, sz, dst, a: s.reg(x) };
    Not(x) => Inst::Op2 { op: Op2::Not, sz, dst, a: s.reg(x) };

    Mul(x, y) => Inst::Alu { op: AluOp::Mul, sz, dst, a: s.reg(x), b: s.src(AluOp::Mul, y) };
    SMulHi(x, y) => Inst::Alu { op: AluOp::Mulh, sz, dst, a: s.reg(x), b: Src::R(s.reg(y)) };
    UMulWide(x, y) => s.mul_wide(d, x, y);
    SDiv(x, y) => s.divide(AluOp::Div, dst, sz, x, y);
    UDiv(x, y) => s.divide(AluOp::Divu, dst, sz, x, y);
    SRem(x, y) => s.remainder(AluOp::Div, dst, sz, x, y);
    URem(x, y) => s.remainder(AluOp::Divu, dst, sz, x, y);
    AddCarry(x, y, c) => s.carry(d, false, x, y, c);
    SubBorrow(x, y, c) => s.carry(d, true, x, y, c);

    Shl[_](Zext(x), #k) if s.bits(x) == 32 && (1..=32).contains(&k) => s.scaled_up(dst, x, k);
    Shl[_](x, #k) if (0..bits as i64).contains(&k) => Inst::Alu { op: AluOp::Shl, sz, dst, a: s.reg(x), b: Src::I(k) };
    LShr[_](x, #k) if (0..bits as i64).contains(&k) => Inst::Alu { op: AluOp::Shr, sz, dst, a: s.reg(x), b: Src::I(k) };
    AShr[_](x, #k) if (0..bits as i64).contains(&k) => Inst::Alu { op: AluOp::Sar, sz, dst, a: s.reg(x), b: Src::I(k) };
    Shl[bounded](x, n) => s.shift(AluOp::Shl, dst, sz, bounded, x, n);
    LShr[bounded](x, n) => s.shift(AluOp::Shr, dst, sz, bounded, x, n);
    AShr[bounded](x, n) => s.shift(AluOp::Sar, dst, sz, bounded, x, n);
    RotL(x, #k) => Inst::Alu { op: AluOp::Rot, sz, dst, a: s.reg(x), b: Src::I(k & (bits as i64 - 1)) };
    RotL(x, n) => Inst::Alu { op: AluOp::Rot, sz, dst, a: s.reg(x), b: Src::R(s.reg(n)) };
    Clz(x) => Inst::Op2 { op: Op2::Clz, sz: s.sz(x), dst, a: s.reg(x) };
    Popcnt(x) => Inst::Op2 { op: Op2::Popcnt, sz: s.sz(x), dst, a: s.reg(x) };
    Sext(x) => s.extended_from(dst, x, true);
    Zext(x) => s.extended_from(dst, x, false);
    Bitcast(x) if !dst.is_float() && !s.ty(x).is_float() => s.copied(dst, x);
}

/// How many low bits are ones, if all others are zeros and there is more than one; else 64.
fn low_ones(k: i64) -> u32 {
    if k > 1 && k & k.wrapping_add(1) == 0 { k.trailing_ones() } else { 64 }
}

impl<'a, const BIG: bool> Isel<'a, BIG> {
    pub fn copied(&mut self, dst: Reg, x: Value) {
        let src = self.reg(x);
        self.mov(dst, src);
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
        self.extended_to(dst, x, self.bits(x), signed);
    }
    /// 32 bits extended with zeros and shifted to the left, as indices are: to the top, and less far back.
    fn scaled_up(&mut self, dst: Reg, x: Value, k: i64) {
        let a = self.reg(x);
        let top = self.alu_temp(AluOp::Shl, a, Src::I(32));
        self.alu(AluOp::Shr, dst, top, Src::I(32 - k));
    }
    fn mul_wide(&mut self, d: &InstData, x: Value, y: Value) {
        let (hi, lo) = (self.out_reg(d.results[0]), self.out_reg(d.results[1]));
        let (a, b) = (self.reg(x), Src::R(self.reg(y)));
        self.alu(AluOp::Mulhu, hi, a, b);
        self.alu(AluOp::Mul, lo, a, b);
    }
    fn divide(&mut self, op: AluOp, dst: Reg, sz: Sz, x: Value, y: Value) {
        let (a, b) = (self.reg(x), self.reg(y));
        self.quotient(op, dst, sz, a, b);
    }
    /// Of the smallest number by -1 the machine makes anything: by -1 it is the opposite.
    fn quotient(&mut self, op: AluOp, dst: Reg, sz: Sz, a: Reg, b: Reg) {
        if op == AluOp::Divu {
            return self.push(Inst::Alu { op, sz, dst, a, b: Src::R(b) });
        }
        let (q, minus) = (self.temp(false), self.temp(false));
        self.push(Inst::Alu { op, sz, dst: q, a, b: Src::R(b) });
        self.push(Inst::Op2 { op: Op2::Neg, sz, dst: minus, a });
        let test = Test::new(How::Signed(sz), b, Src::I(-1), Bit::Eq, true);
        self.push(Inst::Choose { test, dst, a: minus, b: q });
    }
    fn remainder(&mut self, op: AluOp, dst: Reg, sz: Sz, x: Value, y: Value) {
        let (a, b, q, product) = (self.reg(x), self.reg(y), self.temp(false), self.temp(false));
        self.quotient(op, q, sz, a, b);
        self.push(Inst::Alu { op: AluOp::Mul, sz, dst: product, a: q, b: Src::R(b) });
        self.push(Inst::Alu { op: AluOp::Sub, sz, dst, a, b: Src::R(product) });
    }
    /// (x, y, carry 0/1) -> (sum, carry).
    fn carry(&mut self, d: &InstData, sub: bool, x: Value, y: Value, c: Value) {
        let (dst, out) = (self.out_reg(d.results[0]), self.out_reg(d.results[1]));
        let (a, b) = (self.reg_or_zero(x), self.reg_or_zero(y));
        let carry = if self.iconst(c) == Some(0) { None } else { Some(self.reg(c)) };
        self.push(Inst::Carry { sub, dst, out, a, b, carry });
    }
    /// The machine looks at one bit of the count more than there are: larger ones become the width, at which it shifts all out.
    fn shift(&mut self, op: AluOp, dst: Reg, sz: Sz, bounded: bool, x: Value, n: Value) {
        let a = self.reg(x);
        let mut count = self.reg(n);
        if !bounded {
            count = <super::Ppc64<BIG> as crate::mach::Rules>::extended(self, n, false);
            let width = if sz == Sz::X { 64 } else { 32 };
            let (most, less) = (self.constant(width), self.temp(false));
            let test = Test::new(How::Unsigned(self.sz(n)), count, Src::I(width), Bit::Lt, true);
            self.push(Inst::Choose { test, dst: less, a: count, b: most });
            count = less;
        }
        self.push(Inst::Alu { op, sz, dst, a, b: Src::R(count) });
    }
    /// Copies or (without `from`) zeroes many words.
    pub fn put_loop(&mut self, to: Addr, from: Option<Addr>, count: u32) {
        let dst = self.temp_of(ir::Ty::Ptr);
        let t = [(); 3].map(|()| self.temp(false));
        self.push(Inst::Lea { dst, addr: to });
        let src = from.map(|addr| {
            let src = self.temp_of(ir::Ty::Ptr);
            self.push(Inst::Lea { dst: src, addr });
            src
        });
        self.push(Inst::Words { dst, src, count, t });
    }
}
