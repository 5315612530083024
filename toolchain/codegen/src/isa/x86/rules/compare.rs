//! Selection of comparisons, and of what fuses with them: branches, conditional moves, booleans.
use super::Isel;
use super::arith::fw;
use crate::isa::x86::X86;
use crate::isa::x86::inst::*;
use crate::mach::Rules;
use crate::mach::addr::Base;
use crate::mach::rules::rules;
use ir::op::{Cc, Fcc};
use ir::{InstData, Op, Ty, Value};

/// What a condition has become: flags are set, and this tells how to read them.
#[derive(Clone, Copy)]
pub enum Flags {
    Cc(Cond),
    /// Equality of floats (or its negation).
    Feq {
        ne: bool,
    },
}

rules! {
    /// Comparisons, and what chooses by them.
    fn comparisons<type M: X86>(s: Isel, d);

    Icmp[_](_, _) => s.truth(d);
    Fcmp[_](_, _) => s.truth(d);
    Select(cond, x, y) => s.choice(d, cond, x, y);
    SpinHint() => Inst::Pause;
    Breakpoint() => Inst::Int3;
}

impl<'a, M: X86> Isel<'a, M> {
    /// A comparison whose result is wanted as a value.
    fn truth(&mut self, d: &'a InstData) {
        let dst = self.out_reg(d.results[0]);
        match self.comparison(d, true) {
            Flags::Cc(cc) => self.push(Inst::Setcc { cc, dst }),
            Flags::Feq { ne } => {
                let temp = self.temp(false);
                self.push(Inst::SetFeq { ne, dst, temp });
            }
        }
    }

    /// Sets flags for a comparison. `fold`: whether its operands' loads may move here.
    fn comparison(&mut self, d: &'a InstData, fold: bool) -> Flags {
        match d.op {
            Op::Icmp(cc) => Flags::Cc(self.icmp(cc, d.args[0], d.args[1], fold)),
            Op::Fcmp(cc) => self.fcmp(cc, d.args[0], d.args[1], fold),
            ref op => unreachable!("{op:?} is no comparison"),
        }
    }

    fn icmp(&mut self, cc: Cc, a: Value, b: Value, fold: bool) -> Cond {
        let mut cond = match cc {
            Cc::Eq => Cond::E,
            Cc::Ne => Cond::Ne,
            Cc::Slt => Cond::L,
            Cc::Sle => Cond::Le,
            Cc::Sgt => Cond::G,
            Cc::Sge => Cond::Ge,
            Cc::Ult => Cond::B,
            Cc::Ule => Cond::Be,
            Cc::Ugt => Cond::A,
            Cc::Uge => Cond::Ae,
        };
        let (mut a, mut b) = (a, b);
        if self.imm32(a).is_some() && self.imm32(b).is_none() {
            (a, b) = (b, a);
            cond = cond.swap();
        }
        let sz = self.sz(a);
        // (x & y) == 0, and the sign of x & y
        if self.imm32(b) == Some(0) {
            let zero_test = matches!(cond, Cond::E | Cond::Ne | Cond::L | Cond::Ge | Cond::G | Cond::Le);
            if let Some(InstData { op: Op::And, args, .. }) = self.def(a)
                && zero_test
                && self.single_use(a)
            {
                let (x, y) =
                    if self.imm32(args[0]).is_some() { (args[1], args[0]) } else { (args[0], args[1]) };
                match self.imm32(y) {
                    Some(i) => {
                        let a = self.reg(x);
                        self.push(Inst::Test { sz, a, b: Rmi::I(i) });
                    }
                    None => {
                        let (a, b) = (self.reg(x), self.reg(y));
                        self.push(Inst::Test { sz, a, b: Rmi::R(b) });
                    }
                }
                return cond;
            }
        }
        let left_load = fold && self.load_candidate(a);
        if let Some(i) = self.imm32(b) {
            let x = if left_load { self.beside_immediate(a) } else { Rm::R(self.reg(a)) };
            self.push(Inst::Cmp { sz, a: x, b: Rmi::I(i) });
        } else if left_load && !self.load_candidate(b) {
            let y = self.reg(b);
            let x = self.rm(a, true);
            let b = Rmi::R(y);
            match x {
                Rm::M(_) => self.push(Inst::Cmp { sz, a: x, b }),
                Rm::R(_) => self.push(Inst::Cmp { sz, a: x, b }),
            }
        } else {
            let x = self.reg(a);
            let y = self.rmi(b, fold);
            self.push(Inst::Cmp { sz, a: Rm::R(x), b: y });
        }
        cond
    }
    /// Register or memory, to be compared with an immediate. With an index or a symbol in the address the machine makes two operations of the
    /// comparison and a third of the jump; a load, and a comparison of a register that is one with its jump, are two.
    fn beside_immediate(&mut self, v: Value) -> Rm {
        let operand = self.rm(v, true);
        let Rm::M(addr) = operand else { return operand };
        if addr.index.is_none() && !matches!(addr.base, Base::Sym(_)) {
            return operand;
        }
        let t = self.temp(false);
        let ty = self.ty(v);
        M::load(self, t, ty, addr);
        Rm::R(t)
    }
    fn load_candidate(&self, v: Value) -> bool {
        self.single_use(v) && self.def(v).is_some_and(|d| matches!(d.op, Op::Load { .. }))
    }

    fn fcmp(&mut self, cc: Fcc, a: Value, b: Value, fold: bool) -> Flags {
        // "Below" is also set for NaN: only "above" conditions are usable, with operands exchanged for < and <=.
        let (x, y, flags) = match cc {
            Fcc::Eq => (a, b, Flags::Feq { ne: false }),
            Fcc::Ne => (a, b, Flags::Feq { ne: true }),
            Fcc::Gt => (a, b, Flags::Cc(Cond::A)),
            Fcc::Ge => (a, b, Flags::Cc(Cond::Ae)),
            Fcc::Lt => (b, a, Flags::Cc(Cond::A)),
            Fcc::Le => (b, a, Flags::Cc(Cond::Ae)),
        };
        let ra = self.reg(x);
        let rb = self.rm(y, fold);
        self.push(Inst::FCmp { w: fw(self.ty(a)), a: ra, b: rb });
        flags
    }

    /// Sets flags for a boolean: its comparison, or a test of the value.
    pub fn condition(&mut self, cond: Value) -> Flags {
        let (mut cond, mut negate) = (cond, false);
        // !x, as x == 0 or x ^ 1
        while let Some(d) = self.def(cond) {
            let inverted = match d.op {
                Op::Icmp(Cc::Eq) => self.ty(d.args[0]) == Ty::I8 && self.iconst(d.args[1]) == Some(0),
                Op::Xor => self.iconst(d.args[1]) == Some(1),
                _ => false,
            };
            let inner = d.args.first().and_then(|&a| self.def(a));
            if !inverted || !inner.is_some_and(|i| matches!(i.op, Op::Icmp(_) | Op::Fcmp(_))) {
                break;
            }
            negate = !negate;
            cond = d.args[0];
        }
        let flags = match self.def(cond) {
            Some(d) if matches!(d.op, Op::Icmp(_) | Op::Fcmp(_)) => {
                let fold = self.single_use(cond) && !negate;
                self.comparison(d, fold)
            }
            _ => {
                if let Some(c) = self.iconst(cond) {
                    let t = self.temp(false);
                    self.push(Inst::Imm { dst: t, imm: (c as u8 != 0) as i64 });
                    self.push(Inst::Cmp { sz: Sz::B, a: Rm::R(t), b: Rmi::I(0) });
                } else {
                    let a = self.beside_immediate(cond);
                    self.push(Inst::Cmp { sz: Sz::B, a, b: Rmi::I(0) });
                }
                Flags::Cc(Cond::Ne)
            }
        };
        match (flags, negate) {
            (f, false) => f,
            // Negating "above" gives "below or equal", which is what NaN asks for.
            (Flags::Cc(c), true) => Flags::Cc(c.invert()),
            (Flags::Feq { ne }, true) => Flags::Feq { ne: !ne },
        }
    }

    fn choice(&mut self, d: &'a InstData, cond: Value, x: Value, y: Value) {
        let out = d.results[0];
        let dst = self.out_reg(out);
        // Operands first: constants may need instructions that change flags.
        let (a, b) = (self.reg(y), self.reg(x));
        let cc = match self.condition(cond) {
            Flags::Cc(cc) => cc,
            Flags::Feq { ne } => {
                let (t, temp) = (self.temp(false), self.temp(false));
                self.push(Inst::SetFeq { ne, dst: t, temp });
                self.push(Inst::Cmp { sz: Sz::B, a: Rm::R(t), b: Rmi::I(0) });
                Cond::Ne
            }
        };
        if self.ty(out).is_float() {
            self.push(Inst::FSel { cc, dst, a, b });
        } else {
            let sz = self.sz(out).reg();
            self.push(Inst::Cmov { cc, sz, dst, a, b: Rm::R(b) });
        }
    }
}
