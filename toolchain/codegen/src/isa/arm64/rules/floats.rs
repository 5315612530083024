//! Floats and conversions.
use super::Isel;
use crate::isa::arm64::inst::*;
use crate::mach::rules::rules;
use crate::regalloc::Reg;
use ir::{EntityId, Value};

rules! {
    /// Operations on floats, and what leads to and from them.
    fn floats(s: Isel, d) with out = d.results[0], dst = s.out_reg(out), w = s.fw(out);

    FAdd(x, y) => Inst::F3 { op: FOp3::Add, w, dst, a: s.reg(x), b: s.reg(y) };
    FSub(x, y) => Inst::F3 { op: FOp3::Sub, w, dst, a: s.reg(x), b: s.reg(y) };
    FMul(x, y) => Inst::F3 { op: FOp3::Mul, w, dst, a: s.reg(x), b: s.reg(y) };
    FDiv(x, y) => Inst::F3 { op: FOp3::Div, w, dst, a: s.reg(x), b: s.reg(y) };
    Fma(FNeg(x), y, FNeg(z)) => s.fused(true, true, out, [x, y, z]);
    Fma(FNeg(x), y, z) => s.fused(true, false, out, [x, y, z]);
    Fma(x, y, FNeg(z)) => s.fused(false, true, out, [x, y, z]);
    Fma(x, y, z) => s.fused(false, false, out, [x, y, z]);
    FNeg(x) => Inst::F2 { op: FOp2::Neg, w, dst, a: s.reg(x) };
    FAbs(x) => Inst::F2 { op: FOp2::Abs, w, dst, a: s.reg(x) };
    FSqrt(x) => Inst::F2 { op: FOp2::Sqrt, w, dst, a: s.reg(x) };
    FCopysign(x, y) => s.copysign(dst, x, y);
    FCvt(x) => Inst::FCvt { w: s.fw(x), dst, a: s.reg(x) };
    SiToF(x) => Inst::IntToF { signed: true, sz: s.sz(x), w, dst, a: s.reg(x) };
    UiToF(x) => Inst::IntToF { signed: false, sz: s.sz(x), w, dst, a: s.reg(x) };
    FToSi(x) => Inst::FToInt { signed: true, sz: s.sz(out), w: s.fw(x), dst, a: s.reg(x) };
    FToUi(x) => Inst::FToInt { signed: false, sz: s.sz(out), w: s.fw(x), dst, a: s.reg(x) };
    Bitcast(x) if dst.is_float() && s.ty(x).is_float() => s.copied(dst, x);
    Bitcast(x) if dst.is_float() => Inst::GToF { sz: s.sz(x), dst, a: s.reg(x) };
    Bitcast(x) => Inst::FToG { sz: s.sz(out), dst, a: s.reg(x) };
}

impl Isel<'_> {
    /// x*y + z, with the opposites of the product and of z. The machine's negated forms turn all of it around.
    fn fused(&mut self, minus_product: bool, minus_z: bool, out: Value, [x, y, z]: [Value; 3]) -> Inst {
        let (dst, w) = (self.out_reg(out), self.fw(out));
        let (a, b, acc) = (self.reg(x), self.reg(y), self.reg(z));
        Inst::FMac { sub: minus_product != minus_z, neg: minus_z, w, dst, a, b, acc }
    }
    /// The sign's bit of one and the others of the other.
    fn copysign(&mut self, dst: Reg, x: Value, y: Value) {
        let sz = self.sz(Value::new(dst.index()));
        let sign = if sz == Sz::X { i64::MIN } else { 1 << 31 };
        let mut part = |v: Value, mask: i64| {
            let (a, g, m) = (self.reg(v), self.temp(false), self.temp(false));
            self.push(Inst::FToG { sz, dst: g, a });
            self.push(Inst::Alu { op: AluOp::And, sz, dst: m, a: g, b: Src::I(mask) });
            m
        };
        let (a, b) = (part(x, !sign), part(y, sign));
        let t = self.temp(false);
        self.push(Inst::Alu { op: AluOp::Orr, sz, dst: t, a, b: Src::R(b) });
        self.push(Inst::GToF { sz, dst, a: t });
    }
}
