//! Floats and conversions.
use super::Isel;
use crate::isa::arm::inst::*;
use crate::mach::rules::rules;

rules! {
    /// Operations on floats, and what leads to and from them.
    fn floats(s: Isel, d) with out = d.results[0], dst = s.out_reg(out), w = s.fw(out);

    FAdd(x, y) => Inst::F3 { op: FOp3::Add, w, dst, a: s.reg(x), b: s.reg(y) };
    FSub(x, y) => Inst::F3 { op: FOp3::Sub, w, dst, a: s.reg(x), b: s.reg(y) };
    FMul(x, y) => Inst::F3 { op: FOp3::Mul, w, dst, a: s.reg(x), b: s.reg(y) };
    FDiv(x, y) => Inst::F3 { op: FOp3::Div, w, dst, a: s.reg(x), b: s.reg(y) };
    FNeg(x) => Inst::F2 { op: FOp2::Neg, w, dst, a: s.reg(x) };
    FAbs(x) => Inst::F2 { op: FOp2::Abs, w, dst, a: s.reg(x) };
    FSqrt(x) => Inst::F2 { op: FOp2::Sqrt, w, dst, a: s.reg(x) };
    FCopysign(x, y) => Inst::Copysign { w, dst, a: s.reg(x), b: s.reg(y) };
    FCvt(x) => Inst::FCvt { w: s.fw(x), dst, a: s.reg(x) };
    SiToF(x) => Inst::IntToF { w, dst, a: s.reg(x) };
    FToSi(x) => Inst::FToInt { signed: true, w: s.fw(x), dst, a: s.reg(x) };
    FToUi(x) => Inst::FToInt { signed: false, w: s.fw(x), dst, a: s.reg(x) };
    Bitcast(x) if dst.is_float() && s.ty(x).is_float() => s.copied(dst, x);
    Bitcast(x) if dst.is_float() => Inst::GToF { dst, a: s.reg(x) };
    Bitcast(x) => Inst::FToG { dst, a: s.reg(x) };
}
