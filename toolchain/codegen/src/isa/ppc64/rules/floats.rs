//! Floats and conversions. Registers hold singles as doubles: only what makes a new number rounds.
use super::Isel;
use crate::isa::ppc64::inst::*;
use crate::isa::ppc64::regs::ZERO;
use crate::mach::Rules;
use crate::mach::rules::rules;
use crate::regalloc::Reg;
use ir::{Ty, Value};

rules! {
    /// Operations on floats, and what leads to and from them.
    fn floats<const BIG>(s: Isel, d) with out = d.results[0], dst = s.out_reg(out), w = s.fw(out);

    FAdd(x, y) => Inst::F3 { op: FOp::Add, w, dst, a: s.reg(x), b: s.reg(y) };
    FSub(x, y) => Inst::F3 { op: FOp::Sub, w, dst, a: s.reg(x), b: s.reg(y) };
    FMul(x, y) => Inst::F3 { op: FOp::Mul, w, dst, a: s.reg(x), b: s.reg(y) };
    FDiv(x, y) => Inst::F3 { op: FOp::Div, w, dst, a: s.reg(x), b: s.reg(y) };
    Fma(x, y, FNeg(z)) => Inst::FMac { sub: true, w, dst, a: s.reg(x), b: s.reg(y), acc: s.reg(z) };
    Fma(x, y, z) => Inst::FMac { sub: false, w, dst, a: s.reg(x), b: s.reg(y), acc: s.reg(z) };
    FCopysign(x, y) => Inst::F3 { op: FOp::Copysign, w, dst, b: s.reg(x), a: s.reg(y) };
    FNeg(x) => Inst::F2 { op: FOp2::Neg, w, dst, a: s.reg(x) };
    FAbs(x) => Inst::F2 { op: FOp2::Abs, w, dst, a: s.reg(x) };
    FSqrt(x) => Inst::F2 { op: FOp2::Sqrt, w, dst, a: s.reg(x) };
    FCvt(x) if w == Fw::S => Inst::F2 { op: FOp2::Round, w, dst, a: s.reg(x) };
    FCvt(x) => s.copied(dst, x);
    SiToF(x) => Inst::IntToF { signed: true, sz: s.sz(x), w, dst, a: s.reg_or_zero(x) };
    UiToF(x) => Inst::IntToF { signed: false, sz: s.sz(x), w, dst, a: s.reg_or_zero(x) };
    FToSi(x) => Inst::FToInt { sz: s.sz(out), dst, a: s.reg(x) };
    FToUi(x) => s.unsigned(dst, x);
    Bitcast(x) if dst.is_float() && s.ty(x).is_float() => s.copied(dst, x);
    Bitcast(#0) if dst.is_float() => Inst::GToF { w: Fw::D, dst, a: ZERO };
    Bitcast(x) if dst.is_float() => Inst::GToF { w, dst, a: s.reg(x) };
    Bitcast(x) => Inst::FToG { w: s.fw(x), dst, a: s.reg(x) };
}

impl<const BIG: bool> Isel<'_, BIG> {
    /// As Go converts here, which has its word for negative numbers and NaN: by the signed conversion, from 2^63 on of what is left
    /// without the upper bit.
    fn unsigned(&mut self, dst: Reg, x: Value) {
        let (a, limit, less, rest) = (self.reg(x), self.temp(true), self.temp(true), self.temp(true));
        super::Ppc64::<BIG>::fconst(self, limit, Ty::F64, 2f64.powi(63).to_bits());
        self.push(Inst::F3 { op: FOp::Sub, w: Fw::D, dst: less, a, b: limit });
        let large = Test { or: Some(Bit::Eq), ..Test::new(How::Float, a, Src::R(limit), Bit::Gt, true) };
        self.push(Inst::FChoose { test: large, dst: rest, a: less, b: a });
        let (n, top, upper) = (self.temp(false), self.constant(i64::MIN), self.temp(false));
        self.push(Inst::FToInt { sz: Sz::X, dst: n, a: rest });
        self.push(Inst::Choose { test: large, dst: upper, a: top, b: ZERO });
        self.alu(AluOp::Xor, dst, n, Src::R(upper));
    }
}
