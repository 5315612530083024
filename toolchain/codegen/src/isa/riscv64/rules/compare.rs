//! Comparisons and what is decided by them: there are no flags, a comparison is a number or part of a branch.
use super::Isel;
use crate::isa::riscv64::inst::*;
use crate::isa::riscv64::regs::ZERO;
use crate::mach::rules::rules;
use crate::regalloc::Reg;
use ir::op::{BoundsKind, Cc, Fcc};
use ir::{InstData, Op, Value};

rules! {
    /// Comparisons, choices, and checks.
    fn others(s: Isel, d);

    Icmp[cc](x, y) => s.truth(d, cc, x, y);
    Fcmp[cc](x, y) => s.float_truth(d, cc, x, y);
    Select(cond, x, y) => s.choice(d, cond, x, y);
    BoundsCheck{kind, signed}(index, len) => s.bounds_check(kind, signed, index, len);
    SpinHint() => Inst::Pause;
    Breakpoint() => Inst::Break;
}

impl<'a> Isel<'a> {
    /// As a branch asks it, perhaps with operands exchanged.
    fn icmp(&mut self, cc: Cc, x: Value, y: Value) -> Test {
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
        let constant = self.imm32(y).map(|i| i as i64).filter(|&i| fits12(i));
        if let (Some(i), Cc::Eq | Cc::Ne) = (constant, cc) {
            let a = self.word(x);
            let difference = if i == 0 || !fits12(-i) { a } else { self.alu_temp(AluOp::Add, a, Src::I(-i)) };
            if i == 0 || difference != a {
                return self.is_zero(dst, difference, cc == Cc::Eq);
            }
        }
        let immediate = match (cc, constant) {
            (Cc::Slt | Cc::Sge, Some(i)) => Some((AluOp::Slt, i, cc == Cc::Sge)),
            (Cc::Ult | Cc::Uge, Some(i)) => Some((AluOp::Sltu, i, cc == Cc::Uge)),
            // Greater is not less than the next number, where there is one.
            (Cc::Sgt | Cc::Sle, Some(i)) if fits12(i + 1) => Some((AluOp::Slt, i + 1, cc == Cc::Sgt)),
            (Cc::Ugt | Cc::Ule, Some(i)) if fits12(i + 1) && i != -1 => {
                Some((AluOp::Sltu, i + 1, cc == Cc::Ugt))
            }
            _ => None,
        };
        if let Some((op, i, invert)) = immediate {
            let a = self.word(x);
            return self.maybe_not(dst, invert, |s, to| s.alu(op, to, a, Src::I(i)));
        }
        let Test { cmp, a, b } = self.icmp(cc, x, y);
        match cmp {
            Cmp::Eq | Cmp::Ne => {
                let difference = self.alu_temp(AluOp::Sub, a, Src::R(b));
                self.is_zero(dst, difference, cmp == Cmp::Eq);
            }
            Cmp::Lt | Cmp::Ge => {
                self.maybe_not(dst, cmp == Cmp::Ge, |s, to| s.alu(AluOp::Slt, to, a, Src::R(b)))
            }
            Cmp::Ltu | Cmp::Geu => {
                self.maybe_not(dst, cmp == Cmp::Geu, |s, to| s.alu(AluOp::Sltu, to, a, Src::R(b)))
            }
        }
    }
    /// 1 if the number is zero, or (without `zero`) if it is not.
    fn is_zero(&mut self, dst: Reg, a: Reg, zero: bool) {
        match zero {
            true => self.alu(AluOp::Sltu, dst, a, Src::I(1)),
            false => self.alu(AluOp::Sltu, dst, ZERO, Src::R(a)),
        }
    }
    /// What `write` leaves in a register, or its opposite.
    fn maybe_not(&mut self, dst: Reg, invert: bool, write: impl FnOnce(&mut Self, Reg)) {
        if !invert {
            return write(self, dst);
        }
        let t = self.temp(false);
        write(self, t);
        self.alu(AluOp::Xor, dst, t, Src::I(1));
    }
    /// A number that is 1 if the comparison is true, or (then the result is `true`) if it is not.
    fn fcmp(&mut self, cc: Fcc, x: Value, y: Value, dst: Reg) -> bool {
        let (w, a, b) = (self.fw(x), self.reg(x), self.reg(y));
        let (op, a, b) = match cc {
            Fcc::Eq | Fcc::Ne => (FCmp::Eq, a, b),
            Fcc::Lt => (FCmp::Lt, a, b),
            Fcc::Le => (FCmp::Le, a, b),
            Fcc::Gt => (FCmp::Lt, b, a),
            Fcc::Ge => (FCmp::Le, b, a),
        };
        self.push(Inst::FCmp { op, w, dst, a, b });
        cc == Fcc::Ne
    }
    fn float_truth(&mut self, d: &InstData, cc: Fcc, x: Value, y: Value) {
        let dst = self.out_reg(d.results[0]);
        self.maybe_not(dst, cc == Fcc::Ne, |s, to| {
            s.fcmp(cc, x, y, to);
        });
    }
    /// What a branch asks for a boolean: its comparison, or whether it is zero.
    pub fn test(&mut self, cond: Value) -> Test {
        match self.def(cond).map(|d| (&d.op, &d.args)) {
            Some((Op::Icmp(cc), args)) => self.icmp(*cc, args[0], args[1]),
            Some((Op::Fcmp(cc), args)) => {
                let t = self.temp(false);
                let not = self.fcmp(*cc, args[0], args[1], t);
                Test::new(if not { Cmp::Eq } else { Cmp::Ne }, t, ZERO)
            }
            _ => {
                let mut a = self.reg(cond);
                if !<super::Riscv64 as crate::mach::Rules>::zero_extended(self, cond) {
                    a = self.alu_temp(AluOp::And, a, Src::I(0xff));
                }
                Test::new(Cmp::Ne, a, ZERO)
            }
        }
    }
    fn choice(&mut self, d: &InstData, cond: Value, x: Value, y: Value) {
        let dst = self.out_reg(d.results[0]);
        let (a, b) = (self.reg(x), self.reg(y));
        let test = self.test(cond);
        self.push(Inst::Choose { test, dst, a, b });
    }
    fn bounds_check(&mut self, kind: BoundsKind, signed: bool, index: Value, len: Value) {
        let panic = self.env.bounds_panic(kind, signed);
        let mut operand = |v: Value| match self.iconst(v) {
            Some(i) if fits12(i) => Src::I(i),
            _ => Src::R(self.reg(v)),
        };
        let (idx, len) = (operand(index), operand(len));
        let inclusive = kind != BoundsKind::Index;
        self.push(Inst::Bounds(Box::new(BoundsInfo { idx, len, inclusive, panic })));
    }
}
