//! Comparisons and what is decided by them.
use super::Isel;
use crate::isa::arm::Arm;
use crate::isa::arm::inst::*;
use crate::mach::Rules;
use crate::mach::rules::rules;
use ir::op::{BoundsKind, Cc, Fcc};
use ir::{InstData, Op, Value};

rules! {
    /// Comparisons, choices, and checks.
    fn others(s: Isel, d);

    Icmp[cc](x, y) => s.truth(d, cc, x, y);
    Fcmp[cc](x, y) => s.float_truth(d, cc, x, y);
    Select(cond, x, y) => s.choice(d, cond, x, y);
    BoundsCheck{kind, signed}(index, len) => s.bounds_check(kind, signed, index, len);
    SpinHint() => Inst::Yield;
    Breakpoint() => Inst::Break;
}

fn condition(cc: Cc) -> Cond {
    match cc {
        Cc::Eq => Cond::Eq,
        Cc::Ne => Cond::Ne,
        Cc::Slt => Cond::Lt,
        Cc::Sle => Cond::Le,
        Cc::Sgt => Cond::Gt,
        Cc::Sge => Cond::Ge,
        Cc::Ult => Cond::Lo,
        Cc::Ule => Cond::Ls,
        Cc::Ugt => Cond::Hi,
        Cc::Uge => Cond::Hs,
    }
}

impl<'a> Isel<'a> {
    /// Sets flags, of words.
    fn icmp(&mut self, cc: Cc, x: Value, y: Value) -> Cond {
        let signed = matches!(cc, Cc::Slt | Cc::Sle | Cc::Sgt | Cc::Sge);
        let a = Arm::extended(self, x, signed);
        let (op, b) = match self.word(y).map(|i| (i, i.wrapping_neg())) {
            Some((i, _)) if modified(i).is_some() => (TestOp::Cmp, Src::I(i)),
            Some((_, less)) if modified(less).is_some() => (TestOp::Cmn, Src::I(less)),
            _ => (TestOp::Cmp, Src::R(Arm::extended(self, y, signed))),
        };
        self.push(Inst::Test { op, a, b });
        condition(cc)
    }
    /// Conditions that are false for NaN, but for "not equal".
    fn fcmp(&mut self, cc: Fcc, x: Value, y: Value) -> Cond {
        let (w, a, b) = (self.fw(x), self.reg(x), self.reg(y));
        self.push(Inst::FCmp { w, a, b });
        match cc {
            Fcc::Eq => Cond::Eq,
            Fcc::Ne => Cond::Ne,
            Fcc::Lt => Cond::Mi,
            Fcc::Le => Cond::Ls,
            Fcc::Gt => Cond::Gt,
            Fcc::Ge => Cond::Ge,
        }
    }
    fn truth(&mut self, d: &InstData, cc: Cc, x: Value, y: Value) {
        let cc = self.icmp(cc, x, y);
        let dst = self.out_reg(d.results[0]);
        self.push(Inst::Cset { cc, dst });
    }
    fn float_truth(&mut self, d: &InstData, cc: Fcc, x: Value, y: Value) {
        let cc = self.fcmp(cc, x, y);
        let dst = self.out_reg(d.results[0]);
        self.push(Inst::Cset { cc, dst });
    }
    /// Sets flags for a boolean: its comparison, or a test of the value.
    pub fn flags(&mut self, cond: Value) -> Cond {
        match self.def(cond).map(|d| (&d.op, &d.args)) {
            Some((Op::Icmp(cc), args)) => self.icmp(*cc, args[0], args[1]),
            Some((Op::Fcmp(cc), args)) => self.fcmp(*cc, args[0], args[1]),
            _ => {
                let a = self.reg(cond);
                self.push(Inst::Test { op: TestOp::Tst, a, b: Src::I(0xff) });
                Cond::Ne
            }
        }
    }
    fn choice(&mut self, d: &InstData, cond: Value, x: Value, y: Value) {
        let dst = self.out_reg(d.results[0]);
        let (a, b) = (self.reg(x), self.reg(y));
        let cc = self.flags(cond);
        self.push(Inst::Choose { cc, dst, b, a });
    }
    fn bounds_check(&mut self, kind: BoundsKind, signed: bool, index: Value, len: Value) {
        let panic = self.env.bounds_panic(kind, signed);
        // index < len, or index <= len for slices; all unsigned.
        let fail = if kind == BoundsKind::Index { Cond::Hs } else { Cond::Hi };
        let constant = |s: &Self, v: Value| s.word(v).filter(|&i| modified(i).is_some()).map(Src::I);
        let info = match (constant(self, index), constant(self, len)) {
            (Some(idx), None) => {
                let len = Src::R(self.reg(len));
                BoundsInfo { idx, len, fail: fail.swap(), swapped: true, panic }
            }
            (_, len_constant) => {
                let idx = Src::R(self.reg(index));
                let len = len_constant.unwrap_or_else(|| Src::R(self.reg(len)));
                BoundsInfo { idx, len, fail, swapped: false, panic }
            }
        };
        self.push(Inst::Bounds(Box::new(info)));
    }
}
