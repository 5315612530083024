//! Floats and conversions.
use super::Isel;
use crate::isa::mips::inst::*;
use crate::mach::rules::rules;

rules! {
    /// Operations on floats, and what leads to and from them.
    fn floats<const WIDE, const BIG>(s: Isel, d) with out = d.results[0], dst = s.out_reg(out), w = s.fw(out);

    FAdd(x, y) => Inst::F3 { op: FOp::Add, w, dst, a: s.reg(x), b: s.reg(y) };
    FSub(x, y) => Inst::F3 { op: FOp::Sub, w, dst, a: s.reg(x), b: s.reg(y) };
    FMul(x, y) => Inst::F3 { op: FOp::Mul, w, dst, a: s.reg(x), b: s.reg(y) };
    FDiv(x, y) => Inst::F3 { op: FOp::Div, w, dst, a: s.reg(x), b: s.reg(y) };
    FNeg(x) => Inst::F2 { op: FOp2::Neg, w, dst, a: s.reg(x) };
    FAbs(x) => Inst::F2 { op: FOp2::Abs, w, dst, a: s.reg(x) };
    FSqrt(x) => Inst::F2 { op: FOp2::Sqrt, w, dst, a: s.reg(x) };
    FCopysign(x, y) => Inst::Copysign { w, dst, a: s.reg(x), b: s.reg(y) };
    FCvt(x) => Inst::FCvt { w: s.fw(x), dst, a: s.reg(x) };
    SiToF(x) => Inst::IntToF { sz: s.sz(x), w, dst, a: s.reg_or_zero(x) };
    FToSi(x) => Inst::FToInt { sz: s.sz(out), w: s.fw(x), dst, a: s.reg(x) };
    Bitcast(x) if dst.is_float() && s.ty(x).is_float() => s.copied(dst, x);
    Bitcast(x) if dst.is_float() => Inst::GToF { w, dst, a: s.reg_or_zero(x) };
    Bitcast(x) => Inst::FToG { w: s.fw(x), dst, a: s.reg(x) };
}
