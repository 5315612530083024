//! Atomics. Words of 4 and 8 bytes have instructions; a byte is some bits of the word around it. Loads and stores keep their order
//! but for loads behind stores.
use super::{Isel, cell};
use crate::isa::s390x::inst::*;
use crate::mach::rules::rules;
use crate::regalloc::Reg;
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

/// A byte in a word.
struct Byte {
    /// The word.
    addr: Reg,
    /// How far to the left it is; its low five bits.
    shift: Reg,
}

impl<'a> Isel<'a> {
    fn atomic_load(&mut self, d: &InstData, p: Value) {
        let out = d.results[0];
        let (dst, cell, addr) = (self.out_reg(out), cell(self.ty(out)), Addr::reg(self.reg(p), 0));
        self.push(Inst::Load { cell, dst, addr });
        self.probe(p, 0);
    }
    fn atomic_store(&mut self, p: Value, x: Value) {
        let (cell, addr, src) = (cell(self.ty(x)), Addr::reg(self.reg(p), 0), self.reg(x));
        self.push(Inst::Store { cell, addr, src });
        self.push(Inst::Fence);
        self.probe(p, 0);
    }
    fn atomic(&mut self, d: &InstData, op: AtomicOp, p: Value, x: Value) {
        let (bytes, dst) = (self.ty(x).size(8) as u8, self.out_reg(d.results[0]));
        if bytes < 4 {
            return self.atomic_byte(dst, op, p, x);
        }
        let (addr, src) = (self.reg(p), self.reg(x));
        // The sum is the result of an addition, the old value that of the others.
        match op {
            AtomicOp::Add => {
                let old = self.temp(false);
                self.push(Inst::Amo { op: AmoOp::Add, bytes, dst: old, addr, src });
                self.push(Inst::Alu { op: AluOp::Add, dst, a: old, b: Src::R(src) });
            }
            AtomicOp::And => self.push(Inst::Amo { op: AmoOp::And, bytes, dst, addr, src }),
            AtomicOp::Or => self.push(Inst::Amo { op: AmoOp::Or, bytes, dst, addr, src }),
            AtomicOp::Xchg => self.push(Inst::Swap { bytes, dst, addr, src }),
        }
        self.probe(p, 0);
    }
    fn compare_and_swap(&mut self, d: &InstData, p: Value, old: Value, new: Value) {
        let (bytes, dst) = (self.ty(old).size(8) as u8, self.out_reg(d.results[0]));
        if bytes >= 4 {
            let (addr, old, new) = (self.reg(p), self.reg(old), self.reg(new));
            self.push(Inst::Cas { bytes, addr, old, new, mask: None, dst });
        } else {
            let at = self.byte(p);
            let (old, new) = (self.moved(old, &at), self.moved(new, &at));
            let mask = Some(self.mask(&at));
            self.push(Inst::Cas { bytes: 4, addr: at.addr, old, new, mask, dst });
        }
        self.probe(p, 0);
    }

    /// The first byte of a word is its highest.
    fn byte(&mut self, p: Value) -> Byte {
        let a = self.reg(p);
        let from_last = self.alu_temp(AluOp::Xor, a, Src::I(3));
        let (addr, shift) = (self.temp(false), self.temp(false));
        self.push(Inst::Bits { dst: addr, a, from: 0, to: 61, by: 0 });
        // Two bits, times 8.
        self.push(Inst::Bits { dst: shift, a: from_last, from: 59, to: 60, by: 3 });
        Byte { addr, shift }
    }
    fn put_in_place(&mut self, a: Reg, at: &Byte) -> Reg {
        let dst = self.temp(false);
        self.push(Inst::Shift { op: ShOp::Shl, sz: Sz::W, dst, a, n: Src::R(at.shift) });
        dst
    }
    /// A value's 8 bits in their place, and zeros.
    fn moved(&mut self, x: Value, at: &Byte) -> Reg {
        let (a, low) = (self.reg(x), self.temp(false));
        self.extend(low, a, 8, false);
        self.put_in_place(low, at)
    }
    /// Ones in their place.
    fn mask(&mut self, at: &Byte) -> Reg {
        let ones = self.temp(false);
        self.push(Inst::Imm { dst: ones, imm: 0xff });
        self.put_in_place(ones, at)
    }
    fn atomic_byte(&mut self, dst: Reg, op: AtomicOp, p: Value, x: Value) {
        let at = self.byte(p);
        let (addr, old, src) = (at.addr, self.temp(false), self.moved(x, &at));
        match op {
            AtomicOp::Or => self.push(Inst::Amo { op: AmoOp::Or, bytes: 4, dst: old, addr, src }),
            AtomicOp::And => {
                // The other bits stay: ones.
                let mask = self.mask(&at);
                let others = self.alu_temp(AluOp::Xor, mask, Src::I(-1));
                let src = self.alu_temp(AluOp::Or, src, Src::R(others));
                self.push(Inst::Amo { op: AmoOp::And, bytes: 4, dst: old, addr, src });
            }
            AtomicOp::Add | AtomicOp::Xchg => {
                let op = if op == AtomicOp::Add { PartOp::Add } else { PartOp::Swap };
                let mask = self.mask(&at);
                self.push(Inst::Part { op, addr, src, mask, dst: old });
            }
        }
        let byte = if op == AtomicOp::Add { self.temp(false) } else { dst };
        self.push(Inst::Shift { op: ShOp::Shr, sz: Sz::W, dst: byte, a: old, n: Src::R(at.shift) });
        if op == AtomicOp::Add {
            let b = Src::R(self.reg(x));
            self.push(Inst::Alu { op: AluOp::Add, dst, a: byte, b });
        }
        self.probe(p, 0);
    }
}
