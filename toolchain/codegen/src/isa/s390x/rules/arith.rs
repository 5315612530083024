//! Integer arithmetic, and sums as addresses. Operands of 8 and 16 bits come only where upper bits do not count.
use super::Isel;
use crate::isa::s390x::inst::*;
use crate::mach::rules::rules;
use crate::regalloc::Reg;
use ir::{InstData, Value};

rules! {
    /// Operations on integers, each with a result.
    fn integers(s: Isel, d) with out = d.results[0], dst = s.out_reg(out), sz = s.sz(out), bits = s.bits(out);

    PtrAdd(p, #k) if k == k as i32 as i64 => Inst::Lea { dst, addr: Addr::reg(s.reg(p), k as i32) };
    PtrAdd(p, i) => Inst::Lea { dst, addr: Addr { base: Base::Reg(s.reg(p)), index: Some((s.reg(i), 0)), disp: 0 } };
    Add(x, y) if s.iconst(x).is_some() => Inst::Alu { op: AluOp::Add, dst, a: s.reg(y), b: s.src(x) };
    Add(x, y) => Inst::Alu { op: AluOp::Add, dst, a: s.reg(x), b: s.src(y) };
    Sub(x, ~i) => Inst::Alu { op: AluOp::Add, dst, a: s.reg(x), b: Src::I(-(i as i64)) };
    Sub(#0, y) => Inst::Neg { dst, a: s.reg(y) };
    Sub(x, y) => Inst::Alu { op: AluOp::Sub, dst, a: s.reg(x), b: Src::R(s.reg(y)) };
    And(x, #0xff) => s.extended_to(dst, x, 8);
    And(x, #0xffff) => s.extended_to(dst, x, 16);
    And(x, #0xffff_ffff) => s.extended_to(dst, x, 32);
    And(x, #k) if run(k, bits).is_some() => s.and_run(dst, x, run(k, bits));
    And(x, y) => Inst::Alu { op: AluOp::And, dst, a: s.reg(x), b: s.src(y) };
    Or(x, y) => Inst::Alu { op: AluOp::Or, dst, a: s.reg(x), b: s.src(y) };
    Xor(x, y) => Inst::Alu { op: AluOp::Xor, dst, a: s.reg(x), b: s.src(y) };
    Neg(x) => Inst::Neg { dst, a: s.reg(x) };
    Not(x) => Inst::Alu { op: AluOp::Xor, dst, a: s.reg(x), b: Src::I(-1) };

    Mul(x, y) if s.imm32(x).is_some() => Inst::Mul { dst, a: s.reg(y), b: s.src(x) };
    Mul(x, y) => Inst::Mul { dst, a: s.reg(x), b: s.src(y) };
    SMulHi(x, y) => s.signed_high(dst, x, y);
    UMulWide(x, y) => Inst::MulWide { hi: dst, lo: s.out_reg(d.results[1]), a: s.reg(x), b: s.reg(y) };
    UDivWide(hi, lo, y) =>
        Inst::DivWide { quot: dst, rem: s.out_reg(d.results[1]), hi: s.reg(hi), lo: s.reg(lo), d: s.reg(y) };
    SDiv(x, y) => Inst::Div { signed: true, sz, rem: false, dst, a: s.reg(x), b: s.reg(y) };
    UDiv(x, y) => Inst::Div { signed: false, sz, rem: false, dst, a: s.reg(x), b: s.reg(y) };
    SRem(x, y) => Inst::Div { signed: true, sz, rem: true, dst, a: s.reg(x), b: s.reg(y) };
    URem(x, y) => Inst::Div { signed: false, sz, rem: true, dst, a: s.reg(x), b: s.reg(y) };
    AddCarry(x, y, c) => s.carry(d, false, x, y, c);
    SubBorrow(x, y, c) => s.carry(d, true, x, y, c);

    Shl[_](Zext(x), #k) if s.bits(x) == 32 && (1..32).contains(&k) =>
        Inst::Bits { dst, a: s.reg(x), from: 32 - k as u8, to: 63 - k as u8, by: k as u8 };
    Shl[_](x, #k) if (0..bits as i64).contains(&k) => Inst::Shift { op: ShOp::Shl, sz, dst, a: s.reg(x), n: Src::I(k) };
    LShr[_](x, #k) if (0..bits as i64).contains(&k) => Inst::Shift { op: ShOp::Shr, sz, dst, a: s.reg(x), n: Src::I(k) };
    AShr[_](x, #k) if (0..bits as i64).contains(&k) => Inst::Shift { op: ShOp::Sar, sz, dst, a: s.reg(x), n: Src::I(k) };
    Shl[bounded](x, n) => s.shift(ShOp::Shl, dst, sz, bounded, x, n);
    LShr[bounded](x, n) => s.shift(ShOp::Shr, dst, sz, bounded, x, n);
    AShr[bounded](x, n) => s.shift(ShOp::Sar, dst, sz, bounded, x, n);
    RotL(x, #k) => Inst::Shift { op: ShOp::Rol, sz, dst, a: s.reg(x), n: Src::I(k & (bits as i64 - 1)) };
    RotL(x, n) => Inst::Shift { op: ShOp::Rol, sz, dst, a: s.reg(x), n: Src::R(s.reg(n)) };
    Clz(x) => Inst::Clz { sz, dst, a: s.reg(x) };
    Bswap(x) => Inst::Bswap { sz, dst, a: s.reg(x) };
    Sext(x) => s.extended_from(dst, x, true);
    Zext(x) => s.extended_from(dst, x, false);
    Bitcast(x) if !dst.is_float() && !s.ty(x).is_float() => s.copied(dst, x);
}

/// The first and last of the ones in a number that has them side by side, counted from the highest of 64 bits.
fn run(k: i64, bits: u32) -> Option<(u8, u8)> {
    let k = k as u64 & u64::MAX >> (64 - bits);
    let (from, low) = (k.leading_zeros(), k.trailing_zeros());
    (k != 0 && k.count_ones() == 64 - from - low).then(|| (from as u8, 63 - low as u8))
}

impl<'a> Isel<'a> {
    pub fn copied(&mut self, dst: Reg, x: Value) {
        let src = self.reg(x);
        self.mov(dst, src);
    }
    fn extended_to(&mut self, dst: Reg, x: Value, bits: u32) {
        let a = self.reg(x);
        self.extend(dst, a, bits, false);
    }
    fn and_run(&mut self, dst: Reg, x: Value, ones: Option<(u8, u8)>) {
        let (a, (from, to)) = (self.reg(x), ones.unwrap_or((0, 63)));
        self.push(Inst::Bits { dst, a, from, to, by: 0 });
    }
    /// A narrow value extended. A load that only this wants does it itself.
    fn extended_from(&mut self, dst: Reg, x: Value, signed: bool) {
        let bytes = self.bits(x) as u8 / 8;
        if let Some(addr) = self.foldable_load(x) {
            let cell = if signed { Cell::S(bytes) } else { Cell::U(bytes) };
            return self.push(Inst::Load { cell, dst, addr });
        }
        let a = self.reg(x);
        self.push(Inst::Extend { signed, bytes, dst, a });
    }
    /// The machine multiplies without signs: of that each negative operand has added the other 2^64 times.
    fn signed_high(&mut self, dst: Reg, x: Value, y: Value) {
        let (a, b, hi, lo) = (self.reg(x), self.reg(y), self.temp(false), self.temp(false));
        self.push(Inst::MulWide { hi, lo, a, b });
        let if_negative = |s: &mut Self, a: Reg, other: Reg| {
            let sign = s.temp(false);
            s.push(Inst::Shift { op: ShOp::Sar, sz: Sz::X, dst: sign, a, n: Src::I(63) });
            s.alu_temp(AluOp::And, sign, Src::R(other))
        };
        let (first, second) = (if_negative(self, a, b), if_negative(self, b, a));
        let part = self.alu_temp(AluOp::Sub, hi, Src::R(first));
        self.push(Inst::Alu { op: AluOp::Sub, dst, a: part, b: Src::R(second) });
    }
    /// (x, y, carry 0/1) -> (sum, carry).
    fn carry(&mut self, d: &InstData, sub: bool, x: Value, y: Value, c: Value) {
        let (sum, carry) = (self.out_reg(d.results[0]), self.out_reg(d.results[1]));
        let (a, b) = (self.reg(x), self.reg(y));
        let c = if self.iconst(c) == Some(0) { None } else { Some(self.reg(c)) };
        self.push(Inst::Carry { sub, sum, carry, a, b, c });
    }
    /// The machine takes counts modulo 64; Go shifts everything out.
    fn shift(&mut self, op: ShOp, dst: Reg, sz: Sz, bounded: bool, x: Value, n: Value) {
        let a = self.reg(x);
        if bounded {
            let n = self.unmasked(n, 64);
            let n = Src::R(self.reg(n));
            return self.push(Inst::Shift { op, sz, dst, a, n });
        }
        let count = self.reg(n);
        let what = What::Int { signed: false, sz: self.sz(n), a: count, b: Src::I(63) };
        let fits = Test { what, mask: mask::LE };
        let t = self.temp(false);
        if op == ShOp::Sar {
            self.push(Inst::Choose { test: fits, dst: t, a: count, b: Src::I(63) });
            return self.push(Inst::Shift { op, sz, dst, a, n: Src::R(t) });
        }
        self.push(Inst::Shift { op, sz, dst: t, a, n: Src::R(count) });
        self.push(Inst::Choose { test: fits, dst, a: t, b: Src::I(0) });
    }
}
