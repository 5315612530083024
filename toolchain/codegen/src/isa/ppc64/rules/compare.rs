//! Comparisons and what is decided by them: the comparison is part of the instruction that decides.
use super::{Isel, Ppc64};
use crate::isa::ppc64::inst::*;
use crate::mach::Rules;
use crate::mach::rules::rules;
use ir::op::{BoundsKind, Cc, Fcc};
use ir::{InstData, Op, Value};

rules! {
    /// Comparisons, choices, and checks.
    fn others<const BIG>(s: Isel, d);

    Icmp[cc](x, y) => Inst::Set { test: s.icmp(cc, x, y), dst: s.out_reg(d.results[0]) };
    Fcmp[cc](x, y) => Inst::Set { test: s.fcmp(cc, x, y), dst: s.out_reg(d.results[0]) };
    Select(cond, x, y) => s.choice(d, cond, x, y);
    BoundsCheck{kind, signed}(index, len) => s.bounds_check(kind, signed, index, len);
    SpinHint() => Inst::Pause;
    Breakpoint() => Inst::Break;
}

impl<'a, const BIG: bool> Isel<'a, BIG> {
    /// A comparison of integers.
    fn icmp(&mut self, cc: Cc, x: Value, y: Value) -> Test {
        let (bit, want) = match cc {
            Cc::Eq => (Bit::Eq, true),
            Cc::Ne => (Bit::Eq, false),
            Cc::Slt | Cc::Ult => (Bit::Lt, true),
            Cc::Sge | Cc::Uge => (Bit::Lt, false),
            Cc::Sgt | Cc::Ugt => (Bit::Gt, true),
            Cc::Sle | Cc::Ule => (Bit::Gt, false),
        };
        let signed = matches!(cc, Cc::Slt | Cc::Sle | Cc::Sgt | Cc::Sge);
        let sz = self.sz(x);
        let a = match self.iconst(x) {
            Some(0) => super::ZERO,
            _ => Ppc64::<BIG>::extended(self, x, signed),
        };
        let bits = self.bits(y);
        let zeros = |c: i64| (c as u64 & (u64::MAX >> (64 - bits))) as i64;
        let signs = |c: i64| c << (64 - bits) >> (64 - bits);
        // Whether two numbers are equal either comparison tells.
        let either = matches!(cc, Cc::Eq | Cc::Ne);
        let (how, b) = match self.iconst(y) {
            Some(c) if signed && fits16(signs(c)) || either && bits >= 32 && fits16(signs(c)) => {
                (How::Signed(sz), Src::I(signs(c)))
            }
            Some(c) if !signed && fits_u16(zeros(c)) => (How::Unsigned(sz), Src::I(zeros(c))),
            _ => {
                let b = Ppc64::<BIG>::extended(self, y, signed);
                (if signed { How::Signed(sz) } else { How::Unsigned(sz) }, Src::R(b))
            }
        };
        Test::new(how, a, b, bit, want)
    }
    /// A comparison of floats: all but "not equal" are false for NaN.
    fn fcmp(&mut self, cc: Fcc, x: Value, y: Value) -> Test {
        let (a, b) = (self.reg(x), Src::R(self.reg(y)));
        let (bit, or) = match cc {
            Fcc::Eq | Fcc::Ne => (Bit::Eq, None),
            Fcc::Lt => (Bit::Lt, None),
            Fcc::Gt => (Bit::Gt, None),
            Fcc::Le => (Bit::Lt, Some(Bit::Eq)),
            Fcc::Ge => (Bit::Gt, Some(Bit::Eq)),
        };
        Test { or, ..Test::new(How::Float, a, b, bit, cc != Fcc::Ne) }
    }
    /// What a branch asks for a boolean: its comparison, or whether it is zero.
    pub fn test(&mut self, cond: Value) -> Test {
        match self.def(cond).map(|d| (&d.op, &d.args)) {
            Some((Op::Icmp(cc), args)) => self.icmp(*cc, args[0], args[1]),
            Some((Op::Fcmp(cc), args)) => self.fcmp(*cc, args[0], args[1]),
            _ => {
                let a = Ppc64::<BIG>::extended(self, cond, false);
                Test::new(How::Unsigned(Sz::W), a, Src::I(0), Bit::Eq, false)
            }
        }
    }
    fn choice(&mut self, d: &InstData, cond: Value, x: Value, y: Value) {
        let dst = self.out_reg(d.results[0]);
        if dst.is_float() {
            let (a, b, test) = (self.reg(x), self.reg(y), self.test(cond));
            self.push(Inst::FChoose { test, dst, a, b });
        } else {
            let (a, b, test) = (self.reg_or_zero(x), self.reg_or_zero(y), self.test(cond));
            self.push(Inst::Choose { test, dst, a, b });
        }
    }
    fn bounds_check(&mut self, kind: BoundsKind, signed: bool, index: Value, len: Value) {
        let panic = self.env.bounds_panic(kind, signed);
        let mut operand = |v: Value| match self.iconst(v) {
            Some(i) if fits_u16(i) => Src::I(i),
            _ => Src::R(self.reg(v)),
        };
        let (idx, len) = (operand(index), operand(len));
        let inclusive = kind != BoundsKind::Index;
        self.push(Inst::Bounds(Box::new(BoundsInfo { idx, len, inclusive, panic })));
    }
}
