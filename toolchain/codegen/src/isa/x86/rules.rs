//! Selection: which instructions an operation becomes. Files: this one (operands, and what [`Rules`] asks for), `arith`, `divide` (by
//! constants), `compare`, `memory`.
mod arith;
mod compare;
mod divide;
mod memory;

use super::X86;
use super::inst::*;
use crate::mach::Rules;
use crate::mach::inst::Target;
use crate::mach::select::Select;
use crate::regalloc::Reg;
use arith::fw;
use compare::Flags;
use ir::{InstData, Op, Ty, Value};

/// More bytes than this are zeroed by a repeated store, which takes some thirty cycles to begin.
const MAX_ZERO_LOOP: u32 = 1024;

/// Selection for such a machine.
pub type Isel<'a, M> = Select<'a, M>;

impl<M: X86> Isel<'_, M> {
    /// The width of a value.
    pub fn sz(&self, v: Value) -> Sz {
        Sz::of(self.ty(v).size(M::WORD))
    }
    /// Register or, where the operation reads exactly as many bytes, memory.
    pub fn rm(&mut self, v: Value, fold: bool) -> Rm {
        if fold && let Some(a) = self.foldable_load(v) {
            return Rm::M(a);
        }
        if self.ty(v).is_float()
            && let Some(InstData { op: Op::Fconst(bits), .. }) = self.def(v)
            && *bits != 0
        {
            let (bits, size) =
                if self.ty(v) == Ty::F32 { (*bits as u32 as u128, 4) } else { (*bits as u128, 8) };
            return Rm::M(Addr::new(Base::Pool(bits, size), 0));
        }
        Rm::R(self.reg(v))
    }
    /// Register, memory or immediate.
    pub fn rmi(&mut self, v: Value, fold: bool) -> Rmi {
        if let Some(i) = self.imm32(v) {
            return Rmi::I(i);
        }
        match self.rm(v, fold) {
            Rm::R(r) => Rmi::R(r),
            Rm::M(a) => Rmi::M(a),
        }
    }
    /// Register or immediate.
    pub fn ri(&mut self, v: Value) -> Rmi {
        match self.imm32(v) {
            Some(i) => Rmi::I(i),
            None => Rmi::R(self.reg(v)),
        }
    }
}

impl<M: X86> Rules for M {
    const UNROLL: u32 = 256;
    const PIECE: u32 = 16;

    fn select<'a>(s: &mut Isel<'a, M>, d: &'a InstData) -> bool {
        compare::comparisons(s, d) || memory::accesses(s, d) || !d.results.is_empty() && arith::arith(s, d)
    }
    fn branch(s: &mut Isel<M>, cond: Value, then: u32, els: u32) {
        match s.condition(cond) {
            Flags::Cc(cc) => s.push(Inst::Jcc { cc, then, els }),
            Flags::Feq { ne: false } => s.push(Inst::JccFeq { then, els }),
            Flags::Feq { ne: true } => s.push(Inst::JccFeq { then: els, els: then }),
        }
    }
    fn addr(s: &mut Isel<M>, p: Value, off: i32) -> Addr {
        s.address(p, off, true)
    }
    fn lea(s: &mut Isel<M>, dst: Reg, addr: Addr) {
        s.push(Inst::Lea { dst, addr, sz: M::PTR });
    }
    fn load(s: &mut Isel<M>, dst: Reg, ty: Ty, addr: Addr) {
        s.push(match ty {
            Ty::F32 | Ty::F64 => Inst::FLoad { w: fw(ty), dst, addr },
            _ => Inst::Ext { kind: Ext::Z(Sz::of(ty.size(M::WORD))), dst, src: Rm::M(addr) },
        });
    }
    fn store_reg(s: &mut Isel<M>, src: Reg, ty: Ty, addr: Addr) {
        s.push(match ty {
            Ty::F32 | Ty::F64 => Inst::FStore { w: fw(ty), addr, src },
            _ => Inst::Store { sz: Sz::of(ty.size(M::WORD)), addr, src: Rmi::R(src) },
        });
    }
    fn store(s: &mut Isel<M>, v: Value, addr: Addr) {
        let ty = s.ty(v);
        if ty.is_float() {
            if let Some(InstData { op: Op::Fconst(0), .. }) = s.def(v) {
                return s.push(Inst::StoreZero { bytes: ty.size(M::WORD) as u8, addr });
            }
            let r = s.reg(v);
            return Self::store_reg(s, r, ty, addr);
        }
        let src = s.ri(v);
        s.push(Inst::Store { sz: Sz::of(ty.size(M::WORD)), addr, src });
    }
    fn imm(s: &mut Isel<M>, dst: Reg, imm: i64) {
        s.push(Inst::Imm { dst, imm });
    }
    fn fconst(s: &mut Isel<M>, dst: Reg, ty: Ty, bits: u64) {
        let (size, bits) = if ty == Ty::F32 { (4, bits as u32 as u64) } else { (8, bits) };
        s.push(match bits {
            0 => Inst::FZero { dst },
            _ => Inst::FLoad { w: fw(ty), dst, addr: Addr::new(Base::Pool(bits as u128, size), 0) },
        });
    }
    fn extended(s: &mut Isel<M>, v: Value, signed: bool) -> Reg {
        let sz = s.sz(v);
        if sz == sz.reg() {
            return s.reg(v);
        }
        if let Some(c) = s.iconst(v) {
            let t = s.temp(false);
            let imm = match (sz, signed) {
                (Sz::B, true) => c as i8 as i64,
                (Sz::B, false) => c as u8 as i64,
                (_, true) => c as i16 as i64,
                (_, false) => c as u16 as i64,
            };
            s.push(Inst::Imm { dst: t, imm });
            return t;
        }
        let src = s.rm(v, true);
        let dst = s.temp(false);
        s.push(Inst::Ext { kind: if signed { Ext::SD(sz) } else { Ext::Z(sz) }, dst, src });
        dst
    }
    fn zero_extended(s: &Isel<M>, v: Value) -> bool {
        let Some(d) = s.def(v) else { return false };
        match s.ty(v) {
            Ty::I32 => matches!(
                d.op,
                Op::Add
                    | Op::Sub
                    | Op::Mul
                    | Op::And
                    | Op::Or
                    | Op::Xor
                    | Op::Shl(_)
                    | Op::LShr(_)
                    | Op::Load { .. }
                    | Op::Iconst(_)
            ),
            Ty::I8 | Ty::I16 => matches!(d.op, Op::Load { .. } | Op::Iconst(_)),
            _ => false,
        }
    }
    fn callee(s: &mut Isel<M>, code: Value, fold: bool) -> Target {
        match s.rm(code, fold) {
            Rm::R(r) => Target::Place(r),
            Rm::M(a) => Target::Mem(a),
        }
    }
    fn read_g(s: &mut Isel<M>, dst: Reg) {
        s.push(Inst::ReadG { dst });
    }
    fn fixed_regs(s: &mut Isel<M>) {
        s.push(Inst::FixedRegs);
    }
    fn probe(s: &mut Isel<M>, addr: Addr) {
        s.push(Inst::Probe { addr });
    }
    fn copy_piece(s: &mut Isel<M>, dst: Addr, src: Addr, n: u32) {
        if n == 16 || n == 8 && !M::LONG {
            let (x, w) = (s.temp(true), if n == 16 { Fw::X } else { Fw::F64 });
            s.push(Inst::FLoad { w, dst: x, addr: src });
            s.push(Inst::FStore { w, addr: dst, src: x });
        } else {
            let (x, sz) = (s.temp(false), Sz::of(n));
            s.push(Inst::Ext { kind: Ext::Z(sz), dst: x, src: Rm::M(src) });
            s.push(Inst::Store { sz, addr: dst, src: Rmi::R(x) });
        }
    }
    fn copy_words(s: &mut Isel<M>, dst: Addr, src: Addr, words: u32) {
        let (to, from, count) = (s.temp_of(Ty::Ptr), s.temp_of(Ty::Ptr), s.temp(false));
        let t = [s.temp(false), s.temp(false), s.temp(false)];
        s.push(Inst::Lea { dst: to, addr: dst, sz: M::PTR });
        s.push(Inst::Lea { dst: from, addr: src, sz: M::PTR });
        s.push(Inst::Imm { dst: count, imm: words as i64 });
        s.push(Inst::RepMovs { dst: to, src: from, count, t });
    }
    fn zero_piece(s: &mut Isel<M>, addr: Addr, n: u32) {
        if !M::LONG && n > 4 {
            let (src, w) = (s.temp(true), if n == 16 { Fw::X } else { Fw::F64 });
            s.push(Inst::FZero { dst: src });
            return s.push(Inst::FStore { w, addr, src });
        }
        s.push(match n {
            4.. => Inst::StoreZero { bytes: n as u8, addr },
            _ => Inst::Store { sz: Sz::of(n), addr, src: Rmi::I(0) },
        });
    }
    fn zero_words(s: &mut Isel<M>, dst: Addr, words: u32) {
        let bytes = words * Self::WORD;
        if M::LONG && bytes <= MAX_ZERO_LOOP {
            let (end, index, looped) = (s.temp_of(Ty::Ptr), s.temp(false), bytes & !63);
            s.push(Inst::Lea { dst: end, addr: dst.offset(looped as i32), sz: M::PTR });
            s.push(Inst::ZeroLoop { end, bytes: looped, index });
            let mut at = looped;
            while at < bytes {
                let n = if bytes - at >= 16 { 16 } else { 8 };
                Self::zero_piece(s, dst.offset(at as i32), n);
                at += n;
            }
            return;
        }
        let (to, zero, count) = (s.temp_of(Ty::Ptr), s.temp(false), s.temp(false));
        let t = [s.temp(false), s.temp(false)];
        s.push(Inst::Lea { dst: to, addr: dst, sz: M::PTR });
        s.push(Inst::Imm { dst: zero, imm: 0 });
        s.push(Inst::Imm { dst: count, imm: words as i64 });
        s.push(Inst::RepStos { dst: to, zero, count, t });
    }
}
