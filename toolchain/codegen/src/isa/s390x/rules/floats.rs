//! Floats and conversions.
use super::Isel;
use crate::isa::s390x::inst::*;
use crate::mach::rules::rules;

rules! {
    /// Operations on floats, and what leads to and from them.
    fn floats(s: Isel, d) with out = d.results[0], dst = s.out_reg(out), w = s.fw(out);

    FAdd(x, y) => Inst::F3 { op: FOp::Add, w, dst, a: s.reg(x), b: s.reg(y) };
    FSub(x, y) => Inst::F3 { op: FOp::Sub, w, dst, a: s.reg(x), b: s.reg(y) };
    FMul(x, y) => Inst::F3 { op: FOp::Mul, w, dst, a: s.reg(x), b: s.reg(y) };
    FDiv(x, y) => Inst::F3 { op: FOp::Div, w, dst, a: s.reg(x), b: s.reg(y) };
    Fma(x, y, FNeg(z)) => Inst::FMac { sub: true, w, dst, acc: s.reg(z), a: s.reg(x), b: s.reg(y) };
    Fma(x, y, z) => Inst::FMac { sub: false, w, dst, acc: s.reg(z), a: s.reg(x), b: s.reg(y) };
    FNeg(x) => Inst::F1 { op: FOne::Neg, w, dst, a: s.reg(x) };
    FAbs(x) => Inst::F1 { op: FOne::Abs, w, dst, a: s.reg(x) };
    FSqrt(x) => Inst::F1 { op: FOne::Sqrt, w, dst, a: s.reg(x) };
    FCopysign(x, y) => Inst::FCopysign { dst, a: s.reg(x), sign: s.reg(y) };
    FCvt(x) => Inst::FCvt { w: s.fw(x), dst, a: s.reg(x) };
    SiToF(x) => Inst::IntToF { signed: true, sz: s.sz(x), w, dst, a: s.reg(x) };
    UiToF(x) => Inst::IntToF { signed: false, sz: s.sz(x), w, dst, a: s.reg(x) };
    FToSi(x) => Inst::FToInt { signed: true, sz: s.sz(out), w: s.fw(x), dst, a: s.reg(x) };
    FToUi(x) => Inst::FToInt { signed: false, sz: s.sz(out), w: s.fw(x), dst, a: s.reg(x) };
    Bitcast(x) if dst.is_float() && s.ty(x).is_float() => s.copied(dst, x);
    Bitcast(x) if dst.is_float() => Inst::GToF { w, dst, a: s.reg(x) };
    Bitcast(x) => Inst::FToG { w: s.fw(x), dst, a: s.reg(x) };
}
