//! Atomics: loops around a load that remembers its place. Words of 4 and 8 bytes have them; a byte is some bits of the word around it.
use super::{Isel, cell};
use crate::isa::mips::inst::*;
use crate::mach::rules::rules;
use crate::regalloc::Reg;
use ir::op::AtomicOp;
use ir::{InstData, Value};

rules! {
    /// Atomic operations.
    fn atomics<const WIDE, const BIG>(s: Isel, d);

    AtomicLoad(p) => s.atomic_load(d, p);
    AtomicStore(p, x) => s.atomic_store(p, x);
    AtomicRmw[op](p, x) => s.atomic(d, op, p, x);
    AtomicCas(p, old, new) => s.compare_and_swap(d, p, old, new);
}

/// A byte in a word.
struct Byte {
    /// The word.
    addr: Reg,
    /// How far to the left it is.
    shift: Reg,
}

impl<'a, const WIDE: bool, const BIG: bool> Isel<'a, WIDE, BIG> {
    fn bytes(&self, v: Value) -> u8 {
        self.bits(v) as u8 / 8
    }
    fn atomic_load(&mut self, d: &InstData, p: Value) {
        let out = d.results[0];
        let (dst, cell, addr) = (self.out_reg(out), cell(WIDE, self.ty(out)), self.reg(p));
        self.push(Inst::LoadAtomic { cell, dst, addr });
        self.probe(p, 0);
    }
    fn atomic_store(&mut self, p: Value, x: Value) {
        let (bytes, addr, src) = (self.bytes(x), self.reg(p), self.reg_or_zero(x));
        self.push(Inst::StoreAtomic { bytes, addr, src });
        self.probe(p, 0);
    }
    fn atomic(&mut self, d: &InstData, op: AtomicOp, p: Value, x: Value) {
        let (bytes, dst, other) = (self.bytes(x), self.out_reg(d.results[0]), self.temp(false));
        let rmw = match op {
            AtomicOp::Add => RmwOp::Add,
            AtomicOp::And => RmwOp::And,
            AtomicOp::Or => RmwOp::Or,
            AtomicOp::Xchg => RmwOp::Swap,
        };
        if bytes < 4 {
            return self.atomic_byte(dst, rmw, p, x);
        }
        let (addr, src) = (self.reg(p), self.word(x));
        // The sum is the result of an addition, the old value that of the others.
        let (old, new) = if rmw == RmwOp::Add { (other, dst) } else { (dst, other) };
        self.push(Inst::Rmw { op: rmw, bytes, old, new, addr, src, mask: None });
        self.probe(p, 0);
    }
    fn compare_and_swap(&mut self, d: &InstData, p: Value, old: Value, new: Value) {
        let (bytes, dst) = (self.bytes(old), self.out_reg(d.results[0]));
        let found = self.temp(false);
        if bytes >= 4 {
            // What is found is extended with its sign.
            let old = <super::Mips<WIDE, BIG> as crate::mach::Rules>::extended(self, old, true);
            let (addr, new) = (self.reg(p), self.reg(new));
            self.push(Inst::Cas { bytes, addr, old, new, mask: None, found, dst });
        } else {
            let at = self.byte(p);
            let (old, new) = (self.moved(old, &at), self.moved(new, &at));
            let mask = Some(self.ones(&at));
            self.push(Inst::Cas { bytes: 4, addr: at.addr, old, new, mask, found, dst });
        }
        self.probe(p, 0);
    }

    fn byte(&mut self, p: Value) -> Byte {
        let a = self.reg(p);
        let low = self.alu_temp(AluOp::And, a, Src::I(3));
        let addr = self.alu_temp(AluOp::Xor, a, Src::R(low));
        let from_right = if BIG { self.alu_temp(AluOp::Xor, low, Src::I(3)) } else { low };
        Byte { addr, shift: self.alu_temp(AluOp::Shl, from_right, Src::I(3)) }
    }
    fn shifted(&mut self, op: AluOp, a: Reg, at: &Byte) -> Reg {
        let dst = self.temp(false);
        self.push(Inst::Alu { op, sz: Sz::W, dst, a, b: Src::R(at.shift) });
        dst
    }
    /// A value's 8 bits in their place, and zeros.
    fn moved(&mut self, x: Value, at: &Byte) -> Reg {
        let a = self.reg(x);
        let low = self.alu_temp(AluOp::And, a, Src::I(0xff));
        self.shifted(AluOp::Shl, low, at)
    }
    /// Ones in their place.
    fn ones(&mut self, at: &Byte) -> Reg {
        let ones = self.constant(0xff);
        self.shifted(AluOp::Shl, ones, at)
    }
    fn atomic_byte(&mut self, dst: Reg, op: RmwOp, p: Value, x: Value) {
        let at = self.byte(p);
        let mut src = self.moved(x, &at);
        let mask = match op {
            RmwOp::Or => None,
            RmwOp::And => {
                // The other bits stay: ones.
                let mask = self.ones(&at);
                let others = self.temp(false);
                self.push(Inst::Alu { op: AluOp::Nor, sz: Sz::W, dst: others, a: mask, b: Src::R(mask) });
                src = self.alu_temp(AluOp::Or, src, Src::R(others));
                None
            }
            RmwOp::Add | RmwOp::Swap => Some(self.ones(&at)),
        };
        let [old, new] = [(); 2].map(|()| self.temp(false));
        self.push(Inst::Rmw { op, bytes: 4, old, new, addr: at.addr, src, mask });
        let a = if op == RmwOp::Add { new } else { old };
        self.push(Inst::Alu { op: AluOp::Shr, sz: Sz::W, dst, a, b: Src::R(at.shift) });
        self.probe(p, 0);
    }
}
