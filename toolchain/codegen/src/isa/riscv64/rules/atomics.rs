//! Atomics. Words of 4 and 8 bytes have instructions; a byte is some bits of the word around it.
use super::{Isel, cell};
use crate::isa::riscv64::inst::*;
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
        if bytes < 4 {
            return self.atomic_byte(dst, op, p, x);
        }
        let (addr, src) = (self.reg(p), self.reg(x));
        let sz = self.sz(x);
        // The sum is the result of an addition, the old value that of the others.
        match op {
            AtomicOp::Add => {
                let old = self.temp(false);
                self.push(Inst::Amo { op: AmoOp::Add, bytes, dst: old, addr, src });
                self.push(Inst::Alu { op: AluOp::Add, sz, dst, a: old, b: Src::R(src) });
            }
            AtomicOp::And => self.push(Inst::Amo { op: AmoOp::And, bytes, dst, addr, src }),
            AtomicOp::Or => self.push(Inst::Amo { op: AmoOp::Or, bytes, dst, addr, src }),
            AtomicOp::Xchg => self.push(Inst::Amo { op: AmoOp::Swap, bytes, dst, addr, src }),
        }
        self.probe(p, 0);
    }
    fn compare_and_swap(&mut self, d: &InstData, p: Value, old: Value, new: Value) {
        let (bytes, dst) = (self.ty(old).size(8) as u8, self.out_reg(d.results[0]));
        let found = self.temp(false);
        let difference = if bytes >= 4 {
            // What is found is extended with its sign.
            let (addr, old, new) = (
                self.reg(p),
                <super::Riscv64 as crate::mach::Rules>::extended(self, old, true),
                self.reg(new),
            );
            self.push(Inst::Cas { bytes, addr, old, new, mask: None, t: None, found });
            self.alu_temp(AluOp::Xor, found, Src::R(old))
        } else {
            let at = self.byte(p);
            let (old, new) = (self.moved(old, &at), self.moved(new, &at));
            let mask = self.mask(&at);
            let t = self.temp(false);
            self.push(Inst::Cas { bytes: 4, addr: at.addr, old, new, mask: Some(mask), t: Some(t), found });
            let byte = self.alu_temp(AluOp::And, found, Src::R(mask));
            self.alu_temp(AluOp::Xor, byte, Src::R(old))
        };
        self.alu(AluOp::Sltu, dst, difference, Src::I(1));
        self.probe(p, 0);
    }

    fn byte(&mut self, p: Value) -> Byte {
        let a = self.reg(p);
        Byte {
            addr: self.alu_temp(AluOp::And, a, Src::I(-4)),
            shift: self.alu_temp(AluOp::Sll, a, Src::I(3)),
        }
    }
    fn put_in_place(&mut self, a: Reg, at: &Byte) -> Reg {
        let dst = self.temp(false);
        self.push(Inst::Alu { op: AluOp::Sll, sz: Sz::W, dst, a, b: Src::R(at.shift) });
        dst
    }
    /// A value's 8 bits in their place, and zeros.
    fn moved(&mut self, x: Value, at: &Byte) -> Reg {
        let a = self.reg(x);
        let low = self.alu_temp(AluOp::And, a, Src::I(0xff));
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
        let (addr, old) = (at.addr, self.temp(false));
        match op {
            AtomicOp::Or => {
                let src = self.moved(x, &at);
                self.push(Inst::Amo { op: AmoOp::Or, bytes: 4, dst: old, addr, src });
            }
            AtomicOp::And => {
                // The other bits stay: ones.
                let src = self.moved(x, &at);
                let mask = self.mask(&at);
                let others = self.alu_temp(AluOp::Xor, mask, Src::I(-1));
                let src = self.alu_temp(AluOp::Or, src, Src::R(others));
                self.push(Inst::Amo { op: AmoOp::And, bytes: 4, dst: old, addr, src });
            }
            AtomicOp::Add | AtomicOp::Xchg => {
                let op = if op == AtomicOp::Add { PartOp::Add } else { PartOp::Swap };
                let (src, mask, t) = (self.moved(x, &at), self.mask(&at), self.temp(false));
                self.push(Inst::Part { op, addr, src, mask, dst: old, t });
            }
        }
        let byte = if op == AtomicOp::Add { self.temp(false) } else { dst };
        self.push(Inst::Alu { op: AluOp::Srl, sz: Sz::W, dst: byte, a: old, b: Src::R(at.shift) });
        if op == AtomicOp::Add {
            let x = self.reg(x);
            self.alu(AluOp::Add, dst, byte, Src::R(x));
        }
        self.probe(p, 0);
    }
}
