//! Memory operations with rules of their own: sums as addresses, read-modify-write, atomics, bounds checks.
use super::Isel;
use crate::isa::x86::X86;
use crate::isa::x86::inst::*;
use crate::mach::Rules;
use crate::mach::rules::rules;
use ir::op::{AtomicOp, BoundsKind};
use ir::{EntityId, InstData, Op, Ty, Value};

rules! {
    /// Operations on memory, where something better is known than what all machines do.
    fn accesses<type M: X86>(s: Isel, d);

    PtrAdd(p, ~c) => Inst::Lea { dst: s.out_reg(d.results[0]), addr: Addr::reg(s.reg(p), c), sz: M::PTR };
    PtrAdd(p, i) => s.sum(d, p, i);
    Store{off}(p, _) if s.read_modify_write(d, off) => s.probe(p, off as i64);
    AtomicLoad(p) => s.atomic_load(d, p);
    AtomicStore(p, x) => s.atomic_store(p, x);
    AtomicRmw[op](_, _) => s.atomic(d, op);
    AtomicCas(p, old, new) => s.compare_and_swap(d, p, old, new);
    BoundsCheck{kind, signed}(_, _) => s.bounds_check(d, kind, signed);
}

impl<'a, M: X86> Isel<'a, M> {
    fn sum(&mut self, d: &InstData, p: Value, i: Value) {
        let dst = self.out_reg(d.results[0]);
        match self.address_of_sum(p, i) {
            // base + index where the base dies: plain addition.
            Addr { base: Base::Reg(a), index: Some((b, 0)), disp: 0 } if self.single_use(p) => {
                self.push(Inst::Alu { op: AluOp::Add, sz: M::PTR, dst, a, b: Rmi::R(b) })
            }
            addr => self.push(Inst::Lea { dst, addr, sz: M::PTR }),
        }
    }
    fn atomic_load(&mut self, d: &InstData, p: Value) {
        let (dst, ty) = (self.out_reg(d.results[0]), self.ty(d.results[0]));
        let addr = M::addr(self, p, 0);
        M::load(self, dst, ty, addr);
        self.probe(p, 0);
    }
    fn atomic_store(&mut self, p: Value, x: Value) {
        let sz = self.sz(x);
        let addr = M::addr(self, p, 0);
        let src = self.reg(x);
        let dst = self.temp(false);
        self.push(Inst::Xchg { sz, addr, dst, src });
        self.probe(p, 0);
    }
    fn compare_and_swap(&mut self, d: &InstData, p: Value, old: Value, new: Value) {
        let sz = self.sz(old);
        let addr = M::addr(self, p, 0);
        let (old, new) = (self.reg(old), self.reg(new));
        let found = self.temp(false);
        self.push(Inst::CmpXchg { sz, addr, old, new, dst: found });
        let dst = self.out_reg(d.results[0]);
        self.push(Inst::Setcc { cc: Cond::E, dst });
        self.probe(p, 0);
    }

    /// The address base + index of an addition that is wanted in a register.
    fn address_of_sum(&mut self, base: Value, index: Value) -> Addr {
        let (i, s, d) = self.scaled(index);
        let Ok(disp) = i32::try_from(d) else {
            let (a, b) = (self.reg(base), self.reg(index));
            return Addr { base: Base::Reg(a), index: Some((b, 0)), disp: 0 };
        };
        let a = self.reg(base);
        let b = self.reg(i);
        Addr { base: Base::Reg(a), index: Some((b, s)), disp }
    }

    /// `*p = *p op x` as one instruction.
    fn read_modify_write(&mut self, d: &'a InstData, off: i32) -> bool {
        let v = d.args[1];
        if !self.single_use(v) || self.ty(v).is_float() || self.ty(v) == Ty::Ptr {
            return false;
        }
        let Some(x) = self.def(v) else { return false };
        let op = match x.op {
            Op::Add => AluOp::Add,
            Op::Sub => AluOp::Sub,
            Op::And => AluOp::And,
            Op::Or => AluOp::Or,
            Op::Xor => AluOp::Xor,
            _ => return false,
        };
        let commutes = op != AluOp::Sub;
        for (m, other) in [(x.args[0], x.args[1]), (x.args[1], x.args[0])] {
            let same_address = self
                .def(m)
                .is_some_and(|l| matches!(l.op, Op::Load { off: o } if o == off) && l.args[0] == d.args[0]);
            if same_address && self.single_use(m) {
                let sz = self.sz(v);
                let Some(addr) = self.foldable_load(m) else { continue };
                let src = self.ri(other);
                self.push(Inst::AluM { op, sz, addr, src });
                return true;
            }
            if !commutes {
                break;
            }
        }
        false
    }

    fn bounds_check(&mut self, d: &'a InstData, kind: BoundsKind, signed: bool) {
        let panic = self.env.bounds_panic(kind, signed);
        let (idx, len) = (d.args[0], d.args[1]);
        // idx < len, or idx <= len for slices; all unsigned.
        let fail = if kind == BoundsKind::Index { Cond::Ae } else { Cond::A };
        let info = if self.imm32(idx).is_some() && self.imm32(len).is_some() {
            BoundsInfo { idx: Rmi::R(self.reg(idx)), len: self.ri(len), fail, swapped: false, panic }
        } else if let Some(i) = self.imm32(idx) {
            // cmp len, idx
            let len = self.rmi(len, true);
            BoundsInfo { idx: Rmi::I(i), len, fail: fail.swap(), swapped: true, panic }
        } else {
            let idx = Rmi::R(self.reg(idx));
            let len = self.rmi(len, true);
            BoundsInfo { idx, len, fail, swapped: false, panic }
        };
        self.push(Inst::Bounds(Box::new(info)));
    }

    fn atomic(&mut self, d: &'a InstData, op: AtomicOp) {
        let out = d.results[0];
        let wanted = self.needed[out.index()];
        let (sz, dst) = (self.sz(out), self.out_reg(out));
        let addr = M::addr(self, d.args[0], 0);
        let alu = match op {
            AtomicOp::Add => AluOp::Add,
            AtomicOp::And => AluOp::And,
            AtomicOp::Or => AluOp::Or,
            AtomicOp::Xchg => {
                let src = self.reg(d.args[1]);
                self.push(Inst::Xchg { sz, addr, dst, src });
                return self.probe(d.args[0], 0);
            }
        };
        if !wanted {
            let src = self.ri(d.args[1]);
            self.push(Inst::LockAlu { op: alu, sz, addr, src });
        } else if alu == AluOp::Add {
            let delta = self.reg(d.args[1]);
            let old = self.temp(false);
            self.push(Inst::Xadd { sz, addr, dst: old, src: delta });
            self.push(Inst::Alu { op: AluOp::Add, sz: sz.reg(), dst, a: old, b: Rmi::R(delta) });
        } else {
            let src = self.reg(d.args[1]);
            let temp = self.temp(false);
            self.push(Inst::AtomicLoop { op: alu, sz, addr, src, dst, temp });
        }
        self.probe(d.args[0], 0);
    }
}
