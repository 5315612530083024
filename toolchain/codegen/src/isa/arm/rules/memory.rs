//! Atomics, of bytes and words: loops around exclusive accesses.
use super::Isel;
use crate::isa::arm::inst::*;
use crate::mach::rules::rules;
use ir::op::AtomicOp;
use ir::{InstData, Value};

rules! {
    /// Atomic operations.
    fn atomics(s: Isel, d);

    AtomicLoad(p) => s.atomic_load(d, p);
    AtomicStore(p, x) => s.atomic_store(p, x);
    AtomicRmw[op](p, x) => s.atomic(d, op, p, x);
    AtomicCas(p, old, new) => s.compare_and_swap(d, p, old, new);
}

impl<'a> Isel<'a> {
    fn atomic_load(&mut self, d: &InstData, p: Value) {
        let (dst, bytes) = (self.out_reg(d.results[0]), self.bytes(d.results[0]));
        let addr = self.reg(p);
        self.push(Inst::LoadAcquire { bytes, dst, addr });
        self.probe(p, 0);
    }
    fn atomic_store(&mut self, p: Value, x: Value) {
        let (bytes, addr, src) = (self.bytes(x), self.reg(p), self.reg(x));
        self.push(Inst::StoreOrdered { bytes, addr, src });
        self.probe(p, 0);
    }
    fn atomic(&mut self, d: &InstData, op: AtomicOp, p: Value, x: Value) {
        let op = match op {
            AtomicOp::Add => RmwOp::Add,
            AtomicOp::And => RmwOp::And,
            AtomicOp::Or => RmwOp::Or,
            AtomicOp::Xchg => RmwOp::Xchg,
        };
        let (bytes, addr, src) = (self.bytes(x), self.reg(p), self.reg(x));
        let (dst, other) = (self.out_reg(d.results[0]), self.temp(false));
        // The sum is the result of an addition, the old value that of the others.
        let (dst, new) = if op == RmwOp::Add { (other, dst) } else { (dst, other) };
        self.push(Inst::Rmw { op, bytes, dst, addr, src, new });
        self.probe(p, 0);
    }
    fn compare_and_swap(&mut self, d: &InstData, p: Value, old: Value, new: Value) {
        let (bytes, dst) = (self.bytes(old), self.out_reg(d.results[0]));
        let (addr, old, new) = (self.reg(p), self.reg(old), self.reg(new));
        let found = self.temp(false);
        self.push(Inst::Cas { bytes, addr, old, new, found });
        self.push(Inst::Cset { cc: Cond::Eq, dst });
        self.probe(p, 0);
    }
}
