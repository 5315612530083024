//! Integer arithmetic, and sums as addresses. Operands of 8 and 16 bits come only where upper bits do not count.
use super::Isel;
use crate::isa::riscv64::inst::*;
use crate::isa::riscv64::regs::ZERO;
use crate::mach::rules::rules;
use crate::regalloc::Reg;
use ir::{InstData, Op, Value};

rules! {
    /// Operations on integers, each with a result.
    fn integers(s: Isel, d) with out = d.results[0], dst = s.out_reg(out), sz = s.sz(out), bits = s.bits(out);

    PtrAdd(p, #k) if k == k as i32 as i64 => Inst::Lea { dst, addr: Addr::reg(s.reg(p), k as i32) };
    PtrAdd(p, i) => Inst::Alu { op: AluOp::Add, sz: Sz::X, dst, a: s.reg(p), b: Src::R(s.reg(i)) };
    Add(x, y) if s.iconst(x).is_some() => Inst::Alu { op: AluOp::Add, sz, dst, a: s.reg(y), b: s.src(x) };
    Add(x, y) => Inst::Alu { op: AluOp::Add, sz, dst, a: s.reg(x), b: s.src(y) };
    Sub(x, ~i) if fits12(-(i as i64)) => Inst::Alu { op: AluOp::Add, sz, dst, a: s.reg(x), b: Src::I(-(i as i64)) };
    Sub(x, y) => Inst::Alu { op: AluOp::Sub, sz, dst, a: s.reg_or_zero(x), b: Src::R(s.reg(y)) };
    And(Zext(x), #k) if k >= 0 && fits12(k) && s.bits(x) == 32 => s.alu_of(AluOp::And, dst, x, k);
    And(x, #0xffff_ffff) => s.extended_to(dst, x, 32, false);
    And(x, #0xffff) => s.extended_to(dst, x, 16, false);
    And(x, y) => Inst::Alu { op: AluOp::And, sz: Sz::X, dst, a: s.reg(x), b: s.src(y) };
    Or(x, y) => Inst::Alu { op: AluOp::Or, sz: Sz::X, dst, a: s.reg(x), b: s.src(y) };
    Xor(x, y) => Inst::Alu { op: AluOp::Xor, sz: Sz::X, dst, a: s.reg(x), b: s.src(y) };
    Neg(x) => Inst::Alu { op: AluOp::Sub, sz, dst, a: ZERO, b: Src::R(s.reg(x)) };
    Not(x) => Inst::Alu { op: AluOp::Xor, sz: Sz::X, dst, a: s.reg(x), b: Src::I(-1) };

    Mul(x, y) => Inst::Alu { op: AluOp::Mul, sz, dst, a: s.reg(x), b: Src::R(s.reg(y)) };
    SMulHi(x, y) => Inst::Alu { op: AluOp::Mulh, sz, dst, a: s.reg(x), b: Src::R(s.reg(y)) };
    UMulWide(x, y) => s.mul_wide(d, x, y);
    SDiv(x, y) => Inst::Alu { op: AluOp::Div, sz, dst, a: s.reg(x), b: Src::R(s.reg(y)) };
    UDiv(x, y) => Inst::Alu { op: AluOp::Divu, sz, dst, a: s.reg(x), b: Src::R(s.reg(y)) };
    SRem(x, y) => Inst::Alu { op: AluOp::Rem, sz, dst, a: s.reg(x), b: Src::R(s.reg(y)) };
    URem(x, y) => Inst::Alu { op: AluOp::Remu, sz, dst, a: s.reg(x), b: Src::R(s.reg(y)) };
    AddCarry(x, y, c) => s.carry(d, false, x, y, c);
    SubBorrow(x, y, c) => s.carry(d, true, x, y, c);

    Shl[_](Zext(x), #k) if s.bits(x) == 32 && (1..=32).contains(&k) => s.scaled_up(dst, x, k);
    Shl[_](x, #k) if (0..bits as i64).contains(&k) => Inst::Alu { op: AluOp::Sll, sz, dst, a: s.reg(x), b: Src::I(k) };
    LShr[_](x, #k) if (0..bits as i64).contains(&k) => Inst::Alu { op: AluOp::Srl, sz, dst, a: s.reg(x), b: Src::I(k) };
    AShr[_](x, #k) if (0..bits as i64).contains(&k) => Inst::Alu { op: AluOp::Sra, sz, dst, a: s.reg(x), b: Src::I(k) };
    Shl[bounded](x, n) => s.shift(AluOp::Sll, dst, sz, bounded, x, n);
    LShr[bounded](x, n) => s.shift(AluOp::Srl, dst, sz, bounded, x, n);
    AShr[bounded](x, n) => s.shift(AluOp::Sra, dst, sz, bounded, x, n);
    Sext(x) => s.extended_from(dst, x, true);
    Zext(x) => s.extended_from(dst, x, false);
    Bitcast(x) if !dst.is_float() && !s.ty(x).is_float() => s.copied(dst, x);
}

impl<'a> Isel<'a> {
    pub fn copied(&mut self, dst: Reg, x: Value) {
        let src = self.reg(x);
        self.mov(dst, src);
    }
    fn alu_of(&mut self, op: AluOp, dst: Reg, x: Value, k: i64) {
        let a = self.reg(x);
        self.alu(op, dst, a, Src::I(k));
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
            let src = self.word(x);
            return self.mov(dst, src);
        }
        self.extended_to(dst, x, self.bits(x), signed);
    }
    /// 32 bits extended with zeros and shifted to the left, as indices are: to the top, and less far back.
    fn scaled_up(&mut self, dst: Reg, x: Value, k: i64) {
        let a = self.reg(x);
        let top = self.alu_temp(AluOp::Sll, a, Src::I(32));
        self.alu(AluOp::Srl, dst, top, Src::I(32 - k));
    }
    fn mul_wide(&mut self, d: &InstData, x: Value, y: Value) {
        let (hi, lo) = (self.out_reg(d.results[0]), self.out_reg(d.results[1]));
        let (a, b) = (self.reg(x), Src::R(self.reg(y)));
        self.alu(AluOp::Mulhu, hi, a, b);
        self.alu(AluOp::Mul, lo, a, b);
    }
    /// (x, y, carry 0/1) -> (sum, carry). A sum that is less than an operand has wrapped around; at most one of the two has.
    fn carry(&mut self, d: &InstData, sub: bool, x: Value, y: Value, c: Value) {
        let (sum, carry) = (self.out_reg(d.results[0]), self.out_reg(d.results[1]));
        let (a, b) = (self.reg(x), self.reg_or_zero(y));
        let op = if sub { AluOp::Sub } else { AluOp::Add };
        // A difference borrows if the first operand is the smaller one.
        let wrapped = |s: &mut Self, to: Reg, a: Reg, b: Reg, out: Reg| match sub {
            true => s.alu(AluOp::Sltu, to, a, Src::R(b)),
            false => s.alu(AluOp::Sltu, to, out, Src::R(a)),
        };
        if self.iconst(c) == Some(0) {
            self.alu(op, sum, a, Src::R(b));
            return wrapped(self, carry, a, b, sum);
        }
        let c = self.reg(c);
        let part = self.alu_temp(op, a, Src::R(b));
        let (first, second) = (self.temp(false), self.temp(false));
        wrapped(self, first, a, b, part);
        self.alu(op, sum, part, Src::R(c));
        wrapped(self, second, part, c, sum);
        self.alu(AluOp::Or, carry, first, Src::R(second));
    }
    /// The machine takes counts modulo the width; Go shifts everything out.
    fn shift(&mut self, op: AluOp, dst: Reg, sz: Sz, bounded: bool, x: Value, n: Value) {
        let a = self.reg(x);
        if bounded {
            let n = self.unmasked(n, if sz == Sz::X { 64 } else { 32 });
            let b = Src::R(self.reg(n));
            return self.push(Inst::Alu { op, sz, dst, a, b });
        }
        let count = self.word(n);
        let width = if sz == Sz::X { 64 } else { 32 };
        let fits = self.alu_temp(AluOp::Sltu, count, Src::I(width));
        if op == AluOp::Sra {
            // A count of only ones is the largest.
            let ones = self.alu_temp(AluOp::Add, fits, Src::I(-1));
            let count = self.alu_temp(AluOp::Or, count, Src::R(ones));
            return self.push(Inst::Alu { op, sz, dst, a, b: Src::R(count) });
        }
        let shifted = self.temp(false);
        self.push(Inst::Alu { op, sz, dst: shifted, a, b: Src::R(count) });
        let mask = self.alu_temp(AluOp::Sub, ZERO, Src::R(fits));
        self.alu(AluOp::And, dst, shifted, Src::R(mask));
    }
    /// Copies or (without `from`) zeroes many words.
    pub fn put_loop(&mut self, to: Addr, from: Option<Addr>, words: u32) {
        let (dst, count) = (self.temp_of(ir::Ty::Ptr), self.temp(false));
        let t = [(); 4].map(|()| self.temp(false));
        self.push(Inst::Lea { dst, addr: to });
        let src = from.map(|addr| {
            let src = self.temp_of(ir::Ty::Ptr);
            self.push(Inst::Lea { dst: src, addr });
            src
        });
        self.push(Inst::Imm { dst: count, imm: words as i64 });
        self.push(Inst::Words { dst, src, count, t });
    }
    /// Whether a value is 0 or 1 in its whole register.
    pub fn is_truth(&self, v: Value) -> bool {
        matches!(self.def(v), Some(InstData { op: Op::Icmp(_) | Op::Fcmp(_) | Op::AtomicCas, .. }))
    }
}
