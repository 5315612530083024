//! Floats and conversions.
use super::Isel;
use crate::isa::riscv64::inst::*;
use crate::isa::riscv64::regs::ZERO;
use crate::mach::rules::rules;

rules! {
    /// Operations on floats, and what leads to and from them.
    fn floats(s: Isel, d) with out = d.results[0], dst = s.out_reg(out), w = s.fw(out);

    FAdd(x, y) => Inst::F3 { op: FOp::Add, w, dst, a: s.reg(x), b: s.reg(y) };
    FSub(x, y) => Inst::F3 { op: FOp::Sub, w, dst, a: s.reg(x), b: s.reg(y) };
    FMul(x, y) => Inst::F3 { op: FOp::Mul, w, dst, a: s.reg(x), b: s.reg(y) };
    FDiv(x, y) => Inst::F3 { op: FOp::Div, w, dst, a: s.reg(x), b: s.reg(y) };
    FNeg(x) => s.signed_as(FOp::Sgnjn, dst, w, x, x);
    FAbs(x) => s.signed_as(FOp::Sgnjx, dst, w, x, x);
    FCopysign(x, y) => s.signed_as(FOp::Sgnj, dst, w, x, y);
    FSqrt(x) => Inst::FSqrt { w, dst, a: s.reg(x) };
    FCvt(x) => Inst::FCvt { w: s.fw(x), dst, a: s.reg(x) };
    SiToF(x) => Inst::IntToF { signed: true, sz: s.sz(x), w, dst, a: s.reg_or_zero(x) };
    UiToF(x) => Inst::IntToF { signed: false, sz: s.sz(x), w, dst, a: s.reg_or_zero(x) };
    FToSi(x) => Inst::FToInt { signed: true, sz: s.sz(out), w: s.fw(x), dst, a: s.reg(x) };
    FToUi(x) => Inst::FToInt { signed: false, sz: s.sz(out), w: s.fw(x), dst, a: s.reg(x) };
    Bitcast(x) if dst.is_float() && s.ty(x).is_float() => s.copied(dst, x);
    Bitcast(#0) if dst.is_float() => Inst::GToF { w, dst, a: ZERO };
    Bitcast(x) if dst.is_float() => Inst::GToF { w, dst, a: s.reg(x) };
    Bitcast(x) => Inst::FToG { w: s.fw(x), dst, a: s.reg(x) };
}

impl Isel<'_> {
    fn signed_as(&mut self, op: FOp, dst: crate::regalloc::Reg, w: Fw, x: ir::Value, sign: ir::Value) {
        let (a, b) = (self.reg(x), self.reg(sign));
        self.push(Inst::F3 { op, w, dst, a, b });
    }
}
