//! Atomics: loops of any width, in the one order that Go's memory model gives them.
use super::{Isel, Ppc64, cell};
use crate::isa::ppc64::inst::*;
use crate::mach::Rules;
use crate::mach::rules::rules;
use ir::op::AtomicOp;
use ir::{InstData, Value};

rules! {
    /// Atomic operations.
    fn atomics<const BIG>(s: Isel, d);

    AtomicLoad(p) => s.atomic_load(d, p);
    AtomicStore(p, x) => s.atomic_store(p, x);
    AtomicRmw[op](p, x) => s.atomic(d, op, p, x);
    AtomicCas(p, old, new) => s.compare_and_swap(d, p, old, new);
}

impl<'a, const BIG: bool> Isel<'a, BIG> {
    fn atomic_load(&mut self, d: &InstData, p: Value) {
        let out = d.results[0];
        let (dst, cell, addr) = (self.out_reg(out), cell(self.ty(out)), self.reg(p));
        self.push(Inst::LoadAtomic { cell, dst, addr });
        self.probe(p, 0);
    }
    fn atomic_store(&mut self, p: Value, x: Value) {
        let (bytes, addr, src) = (self.ty(x).size(8) as u8, self.reg(p), self.reg_or_zero(x));
        self.push(Inst::StoreAtomic { bytes, addr, src });
        self.probe(p, 0);
    }
    fn atomic(&mut self, d: &InstData, op: AtomicOp, p: Value, x: Value) {
        let (bytes, dst) = (self.ty(x).size(8) as u8, self.out_reg(d.results[0]));
        let (addr, src, other) = (self.reg(p), self.reg(x), self.temp(false));
        // The sum is the result of an addition, the old value that of the others.
        let (op, old, new) = match op {
            AtomicOp::Add => (RmwOp::Add, other, dst),
            AtomicOp::And => (RmwOp::And, dst, other),
            AtomicOp::Or => (RmwOp::Or, dst, other),
            AtomicOp::Xchg => (RmwOp::Swap, dst, other),
        };
        self.push(Inst::Rmw { op, bytes, old, new, addr, src });
        self.probe(p, 0);
    }
    fn compare_and_swap(&mut self, d: &InstData, p: Value, old: Value, new: Value) {
        let (bytes, dst) = (self.ty(old).size(8) as u8, self.out_reg(d.results[0]));
        let (addr, old, new) = (self.reg(p), Ppc64::<BIG>::extended(self, old, false), self.reg(new));
        let found = self.temp(false);
        self.push(Inst::Cas { bytes, addr, old, new, found, dst });
        self.probe(p, 0);
    }
}
