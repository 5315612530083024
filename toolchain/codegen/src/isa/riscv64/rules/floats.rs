//! Floats and conversions.
use super::Isel;
use crate::isa::riscv64::inst::*;
use crate::isa::riscv64::regs::ZERO;
use crate::mach::rules::rules;
use crate::regalloc::Reg;
use ir::Value;

rules! {
    /// Operations on floats, and what leads to and from them.
    fn floats(s: Isel, d) with out = d.results[0], dst = s.out_reg(out), w = s.fw(out);

    FAdd(x, y) => Inst::F3 { op: FOp::Add, w, dst, a: s.reg(x), b: s.reg(y) };
    FSub(x, y) => Inst::F3 { op: FOp::Sub, w, dst, a: s.reg(x), b: s.reg(y) };
    FMul(x, y) => Inst::F3 { op: FOp::Mul, w, dst, a: s.reg(x), b: s.reg(y) };
    FDiv(x, y) => Inst::F3 { op: FOp::Div, w, dst, a: s.reg(x), b: s.reg(y) };
    Fma(FNeg(x), y, FNeg(z)) => Inst::FMac { op: MacOp::NegAdd, w, dst, a: s.reg(x), b: s.reg(y), c: s.reg(z) };
    Fma(FNeg(x), y, z) => Inst::FMac { op: MacOp::NegSub, w, dst, a: s.reg(x), b: s.reg(y), c: s.reg(z) };
    Fma(x, y, FNeg(z)) => Inst::FMac { op: MacOp::Sub, w, dst, a: s.reg(x), b: s.reg(y), c: s.reg(z) };
    Fma(x, y, z) => Inst::FMac { op: MacOp::Add, w, dst, a: s.reg(x), b: s.reg(y), c: s.reg(z) };
    FNeg(x) => s.signed_as(FOp::Sgnjn, dst, w, x, x);
    FAbs(x) => s.signed_as(FOp::Sgnjx, dst, w, x, x);
    FCopysign(x, y) => s.signed_as(FOp::Sgnj, dst, w, x, y);
    FSqrt(x) => Inst::FSqrt { w, dst, a: s.reg(x) };
    FCvt(x) => Inst::FCvt { w: s.fw(x), dst, a: s.reg(x) };
    SiToF(x) => Inst::IntToF { signed: true, sz: s.sz(x), w, dst, a: s.reg_or_zero(x) };
    UiToF(x) => Inst::IntToF { signed: false, sz: s.sz(x), w, dst, a: s.reg_or_zero(x) };
    FToSi(x) => Inst::FToInt { signed: true, sz: s.sz(out), w: s.fw(x), dst, a: s.reg(x) };
    FToUi(x) => s.unsigned(dst, x);
    Bitcast(x) if dst.is_float() && s.ty(x).is_float() => s.copied(dst, x);
    Bitcast(#0) if dst.is_float() => Inst::GToF { w, dst, a: ZERO };
    Bitcast(x) if dst.is_float() => Inst::GToF { w, dst, a: s.reg(x) };
    Bitcast(x) => Inst::FToG { w: s.fw(x), dst, a: s.reg(x) };
}

impl Isel<'_> {
    /// Negative numbers become what they are modulo 2^64, as Go has it: the machine's unsigned conversion would make them 0.
    fn unsigned(&mut self, dst: Reg, x: Value) {
        let (w, a) = (self.fw(x), self.reg(x));
        let [negative, other] = [true, false].map(|signed| {
            let dst = self.temp(false);
            self.push(Inst::FToInt { signed, sz: Sz::X, w, dst, a });
            dst
        });
        let test = Test::new(Cmp::Lt, negative, ZERO);
        self.push(Inst::Choose { test, dst, a: negative, b: other });
    }
    fn signed_as(&mut self, op: FOp, dst: Reg, w: Fw, x: Value, sign: Value) {
        let (a, b) = (self.reg(x), self.reg(sign));
        self.push(Inst::F3 { op, w, dst, a, b });
    }
}
