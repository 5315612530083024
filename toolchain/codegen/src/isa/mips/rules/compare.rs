//! Comparisons and what is decided by them: integers have no flags, a comparison is a number or part of what asks for it.
use super::Isel;
use crate::isa::mips::Mips;
use crate::isa::mips::inst::*;
use crate::isa::mips::regs::ZERO;
use crate::mach::Rules;
use crate::mach::rules::rules;
use crate::regalloc::Reg;
use ir::op::{BoundsKind, Cc, Fcc};
use ir::{InstData, Op, Value};

rules! {
    /// Comparisons, choices, and checks.
    fn others<const WIDE, const BIG>(s: Isel, d);

    Icmp[cc](x, y) => s.truth(d, cc, x, y);
    Fcmp[cc](x, y) => Inst::Set { dst: s.out_reg(d.results[0]), test: s.fcmp(cc, x, y) };
    Select(cond, x, y) => s.choice(d, cond, x, y);
    BoundsCheck{kind, signed}(index, len) => s.bounds_check(kind, signed, index, len);
    SpinHint() => Inst::Pause;
    Breakpoint() => Inst::Break;
}

impl<'a, const WIDE: bool, const BIG: bool> Isel<'a, WIDE, BIG> {
    /// As it is asked, perhaps with operands exchanged or with the next number.
    fn icmp(&mut self, cc: Cc, x: Value, y: Value) -> Test {
        let constant = self.imm32(y).map(|i| i as i64).filter(|&i| fits16(i));
        let after = constant.map(|i| i + 1).filter(|&i| fits16(i));
        let order = match (cc, constant, after) {
            (Cc::Slt, Some(i), _) => Some((Cmp::Lt, i)),
            (Cc::Sge, Some(i), _) => Some((Cmp::Ge, i)),
            (Cc::Ult, Some(i), _) => Some((Cmp::Ltu, i)),
            (Cc::Uge, Some(i), _) => Some((Cmp::Geu, i)),
            // Greater is not less than the next number, where there is one.
            (Cc::Sgt, _, Some(i)) if i != 1 => Some((Cmp::Ge, i)),
            (Cc::Sle, _, Some(i)) if i != 1 => Some((Cmp::Lt, i)),
            (Cc::Ugt, _, Some(i)) if i != 0 => Some((Cmp::Geu, i)),
            (Cc::Ule, _, Some(i)) if i != 0 => Some((Cmp::Ltu, i)),
            _ => None,
        };
        if let Some((cmp, i)) = order {
            return Test::Int { cmp, a: self.word(x), b: Src::I(i) };
        }
        let (a, b) = (self.word(x), self.word(y));
        match cc {
            Cc::Eq => Test::new(Cmp::Eq, a, b),
            Cc::Ne => Test::new(Cmp::Ne, a, b),
            Cc::Slt => Test::new(Cmp::Lt, a, b),
            Cc::Sge => Test::new(Cmp::Ge, a, b),
            Cc::Sgt => Test::new(Cmp::Lt, b, a),
            Cc::Sle => Test::new(Cmp::Ge, b, a),
            Cc::Ult => Test::new(Cmp::Ltu, a, b),
            Cc::Uge => Test::new(Cmp::Geu, a, b),
            Cc::Ugt => Test::new(Cmp::Ltu, b, a),
            Cc::Ule => Test::new(Cmp::Geu, b, a),
        }
    }
    /// As a number.
    fn truth(&mut self, d: &InstData, cc: Cc, x: Value, y: Value) {
        let dst = self.out_reg(d.results[0]);
        if let Cc::Eq | Cc::Ne = cc {
            let difference = match self.src(AluOp::Xor, y) {
                Src::I(0) | Src::R(ZERO) => self.word(x),
                b => {
                    let a = self.word(x);
                    self.alu_temp(AluOp::Xor, a, b)
                }
            };
            return match cc {
                Cc::Eq => self.alu(AluOp::Sltu, dst, difference, Src::I(1)),
                _ => self.alu(AluOp::Sltu, dst, ZERO, Src::R(difference)),
            };
        }
        let Test::Int { cmp, a, b } = self.icmp(cc, x, y) else { return };
        let op = if matches!(cmp, Cmp::Lt | Cmp::Ge) { AluOp::Slt } else { AluOp::Sltu };
        if matches!(cmp, Cmp::Lt | Cmp::Ltu) {
            return self.alu(op, dst, a, b);
        }
        let t = self.alu_temp(op, a, b);
        self.alu(AluOp::Xor, dst, t, Src::I(1));
    }
    /// False for NaN, but for "not equal".
    fn fcmp(&mut self, cc: Fcc, x: Value, y: Value) -> Test {
        let (w, a, b) = (self.fw(x), self.reg(x), self.reg(y));
        let (cmp, a, b) = match cc {
            Fcc::Eq | Fcc::Ne => (FCmp::Eq, a, b),
            Fcc::Lt => (FCmp::Lt, a, b),
            Fcc::Le => (FCmp::Le, a, b),
            Fcc::Gt => (FCmp::Lt, b, a),
            Fcc::Ge => (FCmp::Le, b, a),
        };
        Test::Float { cmp, w, a, b, want: cc != Fcc::Ne }
    }
    /// What a branch asks for a boolean: its comparison, or whether it is zero.
    pub fn test(&mut self, cond: Value) -> Test {
        match self.def(cond).map(|d| (&d.op, &d.args)) {
            Some((Op::Icmp(cc), args)) => self.icmp(*cc, args[0], args[1]),
            Some((Op::Fcmp(cc), args)) => self.fcmp(*cc, args[0], args[1]),
            _ => {
                let a: Reg = Mips::<WIDE, BIG>::extended(self, cond, false);
                Test::new(Cmp::Ne, a, ZERO)
            }
        }
    }
    fn choice(&mut self, d: &InstData, cond: Value, x: Value, y: Value) {
        let dst = self.out_reg(d.results[0]);
        let a = if dst.is_float() { self.reg(x) } else { self.reg_or_zero(x) };
        let b = self.reg(y);
        let test = self.test(cond);
        self.push(Inst::Choose { test, dst, a, b });
    }
    fn bounds_check(&mut self, kind: BoundsKind, signed: bool, index: Value, len: Value) {
        let panic = self.env.bounds_panic(kind, signed);
        let mut operand = |v: Value| match self.iconst(v) {
            Some(i) if (0..0x8000).contains(&i) => Src::I(i),
            _ => Src::R(self.reg(v)),
        };
        let (idx, len) = (operand(index), operand(len));
        let inclusive = kind != BoundsKind::Index;
        self.push(Inst::Bounds(Box::new(BoundsInfo { idx, len, inclusive, panic })));
    }
}
