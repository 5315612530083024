//! Comparisons and what is decided by them. A comparison stands in each instruction that asks for it: nothing else relies on the
//! condition code.
use super::Isel;
use crate::isa::s390x::S390x;
use crate::isa::s390x::inst::*;
use crate::mach::Rules;
use crate::mach::rules::rules;
use ir::op::{BoundsKind, Cc, Fcc};
use ir::{InstData, Op, Value};

rules! {
    /// Comparisons, choices, and checks.
    fn others(s: Isel, d);

    Icmp[cc](x, y) => Inst::Truth { test: s.icmp(cc, x, y), dst: s.out_reg(d.results[0]) };
    Fcmp[cc](x, y) => Inst::Truth { test: s.fcmp(cc, x, y), dst: s.out_reg(d.results[0]) };
    Select(cond, x, y) => s.choice(d, cond, x, y);
    BoundsCheck{kind, signed}(index, len) => s.bounds_check(kind, signed, index, len);
    SpinHint() => Inst::Pause;
    Breakpoint() => Inst::Break;
}

fn condition(cc: Cc) -> u8 {
    match cc {
        Cc::Eq => mask::EQ,
        Cc::Ne => mask::NE,
        Cc::Slt | Cc::Ult => mask::LT,
        Cc::Sle | Cc::Ule => mask::LE,
        Cc::Sgt | Cc::Ugt => mask::GT,
        Cc::Sge | Cc::Uge => mask::GE,
    }
}

impl<'a> Isel<'a> {
    fn icmp(&mut self, cc: Cc, x: Value, y: Value) -> Test {
        let (signed, sz) = (!matches!(cc, Cc::Ult | Cc::Ule | Cc::Ugt | Cc::Uge), self.sz(x));
        // 32 bits with the comparison's own sign.
        let constant = self.iconst(y).and_then(|c| match (sz, signed) {
            (Sz::W, true) => Some(c as i32 as i64),
            (Sz::W, false) => Some(c as u32 as i64),
            (Sz::X, true) => i32::try_from(c).ok().map(i64::from),
            (Sz::X, false) => u32::try_from(c).ok().map(i64::from),
        });
        let a = self.reg(x);
        let b = constant.map_or_else(|| Src::R(self.reg(y)), Src::I);
        Test { what: What::Int { signed, sz, a, b }, mask: condition(cc) }
    }
    /// False for NaN, but for "not equal".
    fn fcmp(&mut self, cc: Fcc, x: Value, y: Value) -> Test {
        let mask = match cc {
            Fcc::Eq => mask::EQ,
            Fcc::Ne => mask::NE | mask::UNORDERED,
            Fcc::Lt => mask::LT,
            Fcc::Le => mask::LE,
            Fcc::Gt => mask::GT,
            Fcc::Ge => mask::GE,
        };
        Test { what: What::Float { w: self.fw(x), a: self.reg(x), b: self.reg(y) }, mask }
    }
    /// What a branch asks for a boolean: its comparison, or whether it is not zero.
    pub fn test(&mut self, cond: Value) -> Test {
        match self.def(cond).map(|d| (&d.op, &d.args)) {
            Some((Op::Icmp(cc), args)) => self.icmp(*cc, args[0], args[1]),
            Some((Op::Fcmp(cc), args)) => self.fcmp(*cc, args[0], args[1]),
            _ if S390x::zero_extended(self, cond) => Test::signed(mask::NE, self.reg(cond), Src::I(0)),
            _ => Test { what: What::Byte { a: self.reg(cond) }, mask: mask::NE | mask::UNORDERED },
        }
    }
    fn choice(&mut self, d: &InstData, cond: Value, x: Value, y: Value) {
        let dst = self.out_reg(d.results[0]);
        let (a, b) = (self.reg(x), Src::R(self.reg(y)));
        let test = self.test(cond);
        self.push(Inst::Choose { test, dst, a, b });
    }
    fn bounds_check(&mut self, kind: BoundsKind, signed: bool, index: Value, len: Value) {
        let panic = self.env.bounds_panic(kind, signed);
        let mut operand = |v: Value| match self.iconst(v) {
            Some(i) if u32::try_from(i).is_ok() => Src::I(i),
            _ => Src::R(self.reg(v)),
        };
        let (idx, len) = (operand(index), operand(len));
        let inclusive = kind != BoundsKind::Index;
        self.push(Inst::Bounds(Box::new(BoundsInfo { idx, len, inclusive, panic })));
    }
}
