//! Selection: which instructions an operation becomes. Files: this one (operands, and what [`Rules`] asks for), `arith`
//! (integers), `floats`, `compare` (and what is decided by it), `memory`.
//!
//! Values of 64 bits have come apart, and what looks at upper bits of small ones has been widened, before.
mod arith;
mod compare;
mod floats;
mod memory;

use super::Arm;
use super::inst::*;
use crate::mach::Rules;
use crate::mach::select::Select;
use crate::regalloc::Reg;
use ir::{InstData, Op, Ty, Value};

/// Selection for this machine.
pub type Isel<'a> = Select<'a, Arm>;

/// Bytes in a word.
const WORD: u32 = 4;

impl Isel<'_> {
    pub fn bytes(&self, v: Value) -> u8 {
        self.ty(v).size(WORD) as u8
    }
    pub fn fw(&self, v: Value) -> Fw {
        if self.ty(v) == Ty::F32 { Fw::S } else { Fw::D }
    }
    /// A constant's low 32 bits.
    pub fn word(&self, v: Value) -> Option<u32> {
        self.imm32(v).map(|i| i as u32)
    }
    /// A second operand: an immediate or a register.
    pub fn src(&mut self, v: Value) -> Src {
        match self.word(v).filter(|&i| modified(i).is_some()) {
            Some(i) => Src::I(i),
            None => Src::R(self.reg(v)),
        }
    }
}

/// How a value lies in memory.
pub fn cell(ty: Ty) -> Cell {
    let bytes = ty.size(WORD) as u8;
    if ty.is_float() { Cell::F(bytes) } else { Cell::U(bytes) }
}

impl Rules for Arm {
    const UNROLL: u32 = 64;
    // Wider accesses want alignment whatever the system does about others.
    const PIECE: u32 = 4;

    fn select<'a>(s: &mut Isel<'a>, d: &'a InstData) -> bool {
        compare::others(s, d)
            || memory::atomics(s, d)
            || !d.results.is_empty() && (arith::integers(s, d) || floats::floats(s, d))
    }
    fn branch(s: &mut Isel, cond: Value, then: u32, els: u32) {
        let cc = s.flags(cond);
        s.push(Inst::Br { cc, then, els });
    }
    fn addr(s: &mut Isel, p: Value, off: i32) -> Addr {
        s.address(p, off, true)
    }
    fn lea(s: &mut Isel, dst: Reg, addr: Addr) {
        s.push(Inst::Lea { dst, addr });
    }
    fn load(s: &mut Isel, dst: Reg, ty: Ty, addr: Addr) {
        s.push(Inst::Load { cell: cell(ty), dst, addr });
    }
    fn store_reg(s: &mut Isel, src: Reg, ty: Ty, addr: Addr) {
        s.push(Inst::Store { cell: cell(ty), addr, src });
    }
    fn store(s: &mut Isel, v: Value, addr: Addr) {
        let ty = s.ty(v);
        if s.iconst(v) == Some(0) || matches!(s.def(v), Some(InstData { op: Op::Fconst(0), .. })) {
            return Self::zero_piece(s, addr, ty.size(WORD));
        }
        let src = s.reg(v);
        Self::store_reg(s, src, ty, addr);
    }
    fn imm(s: &mut Isel, dst: Reg, imm: i64) {
        s.push(Inst::Imm { dst, imm: imm as u32 });
    }
    fn fconst(s: &mut Isel, dst: Reg, ty: Ty, bits: u64) {
        match (ty, bits) {
            (_, 0) => s.push(Inst::FZero { dst }),
            (Ty::F32, _) => {
                let a = s.temp(false);
                s.push(Inst::Imm { dst: a, imm: bits as u32 });
                s.push(Inst::GToF { dst, a });
            }
            _ => {
                let addr = Addr::new(Base::Pool(bits as u128, 8), 0);
                s.push(Inst::Load { cell: Cell::F(8), dst, addr });
            }
        }
    }
    fn extended(s: &mut Isel, v: Value, signed: bool) -> Reg {
        let a = s.reg(v);
        let op = match (s.bytes(v), signed) {
            (1, true) => Op2::Sxtb,
            (1, false) => Op2::Uxtb,
            (2, true) => Op2::Sxth,
            (2, false) => Op2::Uxth,
            _ => return a,
        };
        let dst = s.temp(false);
        s.push(Inst::Op2 { op, dst, a });
        dst
    }
    fn zero_extended(s: &Isel, v: Value) -> bool {
        let Some(d) = s.def(v) else { return false };
        let clears = |op: &Op| {
            matches!(
                op,
                Op::Load { .. } | Op::AtomicLoad | Op::AtomicCas | Op::Icmp(_) | Op::Fcmp(_) | Op::Zext
            )
        };
        matches!(s.ty(v), Ty::I8 | Ty::I16) && clears(&d.op)
    }
    fn read_g(s: &mut Isel, dst: Reg) {
        s.push(Inst::ReadG { dst });
    }
    fn fixed_regs(s: &mut Isel) {
        s.push(Inst::FixedRegs);
    }
    fn probe(s: &mut Isel, addr: Addr) {
        s.push(Inst::Probe { addr });
    }
    fn copy_piece(s: &mut Isel, to: Addr, from: Addr, n: u32) {
        if n > WORD {
            // As a float was stored.
            Self::copy_piece(s, to, from, WORD);
            return Self::copy_piece(s, to.offset(WORD as i32), from.offset(WORD as i32), n - WORD);
        }
        let (cell, x) = (Cell::U(n as u8), s.temp(false));
        s.push(Inst::Load { cell, dst: x, addr: from });
        s.push(Inst::Store { cell, addr: to, src: x });
    }
    fn copy_words(s: &mut Isel, to: Addr, from: Addr, words: u32) {
        s.put_loop(to, Some(from), words);
    }
    fn zero_piece(s: &mut Isel, addr: Addr, n: u32) {
        s.push(Inst::StoreZero { bytes: n as u8, addr });
    }
    fn zero_words(s: &mut Isel, to: Addr, words: u32) {
        s.put_loop(to, None, words);
    }
}
