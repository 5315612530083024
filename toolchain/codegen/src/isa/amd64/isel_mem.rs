//! Selection of memory operations: addresses, loads and stores, copies, nil and bounds checks, atomics.
use super::inst::*;
use super::isel::{Isel, Place};
use super::isel_arith::fw;
use crate::regalloc::Reg;
use ir::op::{AtomicOp, BoundsKind, Callee};
use ir::sig::{Part, PartLoc};
use ir::{EntityId, InstData, Op, Ty, Value, ValueDef};

/// Accesses at offsets below this fault when the pointer is nil.
const NIL_PAGE: i64 = 4096;
/// Copies and clears up to this size are unrolled.
const UNROLL: u32 = 256;

impl<'a> Isel<'a> {
    /// The address `p + off`, with as much arithmetic folded in as an address can hold.
    pub fn amode(&mut self, p: Value, off: i32) -> Amode {
        let mut disp = off as i64;
        let mut index: Option<(Value, u8)> = None;
        let mut p = p;
        loop {
            if let Some(place) = self.place(p) {
                let sum = disp + place.disp;
                if let Ok(d) = i32::try_from(sum) {
                    self.use_slot(place.base);
                    let rip = matches!(place.base, Base::Sym(_));
                    let index = match index {
                        None => None,
                        Some(i) if !rip => Some((self.reg(i.0), i.1)),
                        Some((i, s)) => {
                            // No index beside the instruction pointer: the symbol's address comes into a register.
                            let t = self.temp_of(Ty::Ptr);
                            self.push(Inst::Lea { dst: t, addr: Amode::new(place.base, d), sz: Sz::Q });
                            let i = self.reg(i);
                            return Amode { base: Base::Reg(t), index: Some((i, s)), disp: 0 };
                        }
                    };
                    return Amode { base: place.base, index, disp: d };
                }
            }
            let Some(d) = self.def(p) else { break };
            if d.op != Op::PtrAdd {
                break;
            }
            if let Some(c) = self.iconst(d.args[1]) {
                let Some(sum) = disp.checked_add(c).filter(|s| i32::try_from(*s).is_ok()) else { break };
                disp = sum;
                p = d.args[0];
                continue;
            }
            let ValueDef::Inst(i, _) = self.f.values[p].def else { break };
            let here = self.inst_block[i.index()] == self.block.0;
            if index.is_some() || !(here || self.single_use(p)) {
                break;
            }
            let (i, s, d2) = self.scaled(d.args[1]);
            let Some(sum) = disp.checked_add(d2).filter(|s| i32::try_from(*s).is_ok()) else { break };
            (index, disp, p) = (Some((i, s)), sum, d.args[0]);
        }
        let base = self.reg(p);
        let index = index.map(|(i, s)| (self.reg(i), s));
        Amode { base: Base::Reg(base), index, disp: disp as i32 }
    }
    /// Splits an index into value << scale + constant.
    fn scaled(&self, v: Value) -> (Value, u8, i64) {
        let (mut v, mut shift, mut disp) = (v, 0u8, 0i64);
        for _ in 0..3 {
            let Some(d) = self.def(v) else { break };
            match d.op {
                Op::Shl(_) if shift == 0 => match self.iconst(d.args[1]) {
                    Some(k @ 1..=3) => {
                        shift = k as u8;
                        v = d.args[0];
                    }
                    _ => break,
                },
                Op::Mul if shift == 0 => match self.iconst(d.args[1]) {
                    Some(k @ (2 | 4 | 8)) => {
                        shift = k.trailing_zeros() as u8;
                        v = d.args[0];
                    }
                    _ => break,
                },
                Op::Add => match self.imm32(d.args[1]) {
                    Some(c) => {
                        disp += (c as i64) << shift;
                        v = d.args[0];
                    }
                    None => break,
                },
                Op::Sub => match self.imm32(d.args[1]) {
                    Some(c) => {
                        disp -= (c as i64) << shift;
                        v = d.args[0];
                    }
                    None => break,
                },
                _ => break,
            }
        }
        (v, shift, disp)
    }

    /// Remembers an access: a nil check of the pointer before it is free.
    pub fn probe(&mut self, p: Value, off: i64) {
        let (mut p, mut off) = (p, off);
        while let Some(InstData { op: Op::PtrAdd, args, .. }) = self.def(p) {
            let Some(c) = self.iconst(args[1]) else { break };
            (p, off) = (args[0], off.saturating_add(c));
        }
        if (0..NIL_PAGE).contains(&off) {
            self.probed.push(p);
        }
    }

    pub fn load(&mut self, dst: Reg, ty: Ty, addr: Amode) {
        let i = match ty {
            Ty::F32 | Ty::F64 => Inst::FLoad { w: fw(ty), dst, addr },
            _ => Inst::Ext { kind: Ext::Z(Sz::of(ty.size(8))), dst, src: Rm::M(addr) },
        };
        self.push(i);
    }
    pub fn store_reg(&mut self, src: Reg, ty: Ty, addr: Amode) {
        let i = match ty {
            Ty::F32 | Ty::F64 => Inst::FStore { w: fw(ty), addr, src },
            _ => Inst::Store { sz: Sz::of(ty.size(8)), addr, src: Rmi::R(src) },
        };
        self.push(i);
    }
    /// Stores a value to an address that was computed before.
    pub fn store(&mut self, v: Value, addr: Amode) {
        let ty = self.ty(v);
        if ty.is_float() {
            if let Some(InstData { op: Op::Fconst(0), .. }) = self.def(v) {
                return self.push(Inst::StoreZero { bytes: ty.size(8) as u8, addr });
            }
            let r = self.reg(v);
            return self.store_reg(r, ty, addr);
        }
        let src = self.ri(v);
        self.push(Inst::Store { sz: Sz::of(ty.size(8)), addr, src });
    }

    pub fn memory(&mut self, d: &'a InstData) {
        match d.op {
            Op::PtrAdd => {
                let out = d.results[0];
                let dst = self.out_reg(out);
                if let Some(c) = self.imm32(d.args[1]) {
                    let a = self.reg(d.args[0]);
                    return self.push(Inst::Lea { dst, addr: Amode::reg(a, c), sz: Sz::Q });
                }
                let addr = self.amode_of_sum(d.args[0], d.args[1]);
                match addr {
                    // base + index where the base dies: plain addition.
                    Amode { base: Base::Reg(a), index: Some((b, 0)), disp: 0 }
                        if self.single_use(d.args[0]) =>
                    {
                        self.push(Inst::Alu { op: AluOp::Add, sz: Sz::Q, dst, a, b: Rmi::R(b) })
                    }
                    addr => self.push(Inst::Lea { dst, addr, sz: Sz::Q }),
                }
            }
            Op::NilCheck => {
                let p = d.args[0];
                if self.place(p).is_some() || self.probed.contains(&p) {
                    return;
                }
                let addr = self.amode(p, 0);
                self.push(Inst::Probe { addr });
                self.probe(p, 0);
            }
            Op::Load { off } => {
                let out = d.results[0];
                let (dst, ty) = (self.out_reg(out), self.ty(out));
                let addr = self.amode(d.args[0], off);
                self.load(dst, ty, addr);
                self.probe(d.args[0], off as i64);
            }
            Op::Store { off, .. } => {
                if !self.read_modify_write(d, off) {
                    let addr = self.amode(d.args[0], off);
                    self.store(d.args[1], addr);
                }
                self.probe(d.args[0], off as i64);
            }
            Op::WriteBarrier { off, size } => {
                let addr = self.amode(d.args[0], off);
                self.push(Inst::WriteBarrier { addr, size });
            }
            Op::MemCopy { size, .. } => {
                let written = self.written_pieces(d.args[1], size);
                let (dst, src) = (self.amode(d.args[0], 0), self.amode(d.args[1], 0));
                match written {
                    Some(pieces) => self.copy_pieces(dst, src, &pieces),
                    None => self.copy(dst, src, size),
                }
                if size > 0 {
                    self.probe(d.args[0], 0);
                    self.probe(d.args[1], 0);
                }
            }
            Op::MemZero { size, .. } => {
                let dst = self.amode(d.args[0], 0);
                self.zero(dst, size);
                if size > 0 {
                    self.probe(d.args[0], 0);
                }
            }
            Op::AtomicLoad => {
                let out = d.results[0];
                let (dst, ty) = (self.out_reg(out), self.ty(out));
                let addr = self.amode(d.args[0], 0);
                self.load(dst, ty, addr);
                self.probe(d.args[0], 0);
            }
            Op::AtomicStore => {
                let sz = self.sz(d.args[1]);
                let addr = self.amode(d.args[0], 0);
                let src = self.reg(d.args[1]);
                let dst = self.temp(false);
                self.push(Inst::Xchg { sz, addr, dst, src });
                self.probe(d.args[0], 0);
            }
            Op::AtomicRmw(op) => self.atomic(d, op),
            Op::AtomicCas => {
                let out = d.results[0];
                let sz = self.sz(d.args[1]);
                let addr = self.amode(d.args[0], 0);
                let (old, new) = (self.reg(d.args[1]), self.reg(d.args[2]));
                let found = self.temp(false);
                self.push(Inst::CmpXchg { sz, addr, old, new, dst: found });
                let dst = self.out_reg(out);
                self.push(Inst::Setcc { cc: Cond::E, dst });
                self.probe(d.args[0], 0);
            }
            Op::BoundsCheck { kind, signed, .. } => self.bounds_check(d, kind, signed),
            ref op => unreachable!("{op:?} is no memory operation"),
        }
    }

    /// The address base + index of an addition that is wanted in a register.
    fn amode_of_sum(&mut self, base: Value, index: Value) -> Amode {
        let (i, s, d) = self.scaled(index);
        let Ok(disp) = i32::try_from(d) else {
            let (a, b) = (self.reg(base), self.reg(index));
            return Amode { base: Base::Reg(a), index: Some((b, 0)), disp: 0 };
        };
        let a = self.reg(base);
        let b = self.reg(i);
        Amode { base: Base::Reg(a), index: Some((b, s)), disp }
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

    /// How the block has written the slot that a copy reads: a load that spans several stores waits until they have
    /// reached the cache, so that the copy goes piece by piece too. `None`: not by small stores.
    fn written_pieces(&self, src: Value, size: u32) -> Option<Vec<(u32, u32)>> {
        const FAR: usize = 40;
        let place = |v: Value| match self.place(v)? {
            Place { base: Base::Slot(s), disp } => Some((s, disp)),
            _ => None,
        };
        let (slot, from) = place(src)?;
        if size > 64 {
            return None;
        }
        let mut out: Vec<(u32, u32)> = Vec::new();
        let mut add = |off: i64, n: u32| {
            let at = off - from;
            if at >= 0 && at + n as i64 <= size as i64 && n.is_power_of_two() && n <= 8 {
                let at = at as u32;
                if !out.iter().any(|o| at < o.0 + o.1 && o.0 < at + n) {
                    out.push((at, n));
                }
            }
        };
        let insts = &self.f.blocks[self.block].insts[..self.index];
        for &i in insts.iter().rev().take(FAR) {
            let d = &self.f.insts[i];
            match d.op {
                Op::Store { off, .. } => {
                    if let Some((s, disp)) = place(d.args[0])
                        && s == slot
                    {
                        add(disp + off as i64, self.ty(d.args[1]).size(8));
                    }
                }
                Op::Call { callee, sig } => {
                    let sig = &self.env.program.sigs[sig];
                    let params: usize = sig.params.iter().map(Part::value_count).sum();
                    let first = params + !matches!(callee, Callee::Static(_)) as usize;
                    let results = sig.results.iter().filter(|r| r.leaves.is_none());
                    for (r, &to) in results.zip(&d.args[first..]) {
                        if let (PartLoc::Regs(steps), Some((s, disp))) = (&r.loc, place(to))
                            && s == slot
                        {
                            steps.iter().for_each(|s| add(disp + s.offset as i64, s.ty.size(8)));
                        }
                    }
                }
                Op::MemCopy { .. } | Op::MemZero { .. } if place(d.args[0]).is_some_and(|p| p.0 == slot) => {
                    break;
                }
                _ => {}
            }
        }
        if out.is_empty() {
            return None;
        }
        // What lies between goes in the largest aligned pieces that fit.
        out.sort_unstable();
        let mut all = Vec::new();
        let mut at = 0;
        for (o, n) in out.iter().copied().chain([(size, 0)]) {
            while at < o {
                let fit = [8, 4, 2, 1].into_iter().find(|&k| at + k <= o && at % k == 0).unwrap_or(1);
                all.push((at, fit));
                at += fit;
            }
            if n > 0 {
                all.push((o, n));
            }
            at = o + n;
        }
        Some(all)
    }

    /// Copies `size` bytes; the areas are equal or disjoint.
    pub fn copy(&mut self, dst: Amode, src: Amode, size: u32) {
        if size > UNROLL {
            let words = size / 8;
            let (d, s, n) = (self.temp_of(Ty::Ptr), self.temp_of(Ty::Ptr), self.temp(false));
            let t = [self.temp(false), self.temp(false), self.temp(false)];
            self.push(Inst::Lea { dst: d, addr: dst, sz: Sz::Q });
            self.push(Inst::Lea { dst: s, addr: src, sz: Sz::Q });
            self.push(Inst::Imm { dst: n, imm: words as i64 });
            self.push(Inst::RepMovs { dst: d, src: s, count: n, t });
            let done = (words * 8) as i32;
            return self.copy(dst.offset(done), src.offset(done), size % 8);
        }
        self.copy_pieces(dst, src, &pieces(size))
    }
    fn copy_pieces(&mut self, dst: Amode, src: Amode, pieces: &[(u32, u32)]) {
        for &(at, n) in pieces {
            let (d, s) = (dst.offset(at as i32), src.offset(at as i32));
            if n == 16 {
                let x = self.temp(true);
                self.push(Inst::FLoad { w: Fw::X, dst: x, addr: s });
                self.push(Inst::FStore { w: Fw::X, addr: d, src: x });
            } else {
                let x = self.temp(false);
                self.push(Inst::Ext { kind: Ext::Z(Sz::of(n)), dst: x, src: Rm::M(s) });
                self.push(Inst::Store { sz: Sz::of(n), addr: d, src: Rmi::R(x) });
            }
        }
    }

    /// Zeroes `size` bytes.
    pub fn zero(&mut self, dst: Amode, size: u32) {
        if size > UNROLL {
            let words = size / 8;
            let (d, z, n) = (self.temp_of(Ty::Ptr), self.temp(false), self.temp(false));
            let t = [self.temp(false), self.temp(false)];
            self.push(Inst::Lea { dst: d, addr: dst, sz: Sz::Q });
            self.push(Inst::Imm { dst: z, imm: 0 });
            self.push(Inst::Imm { dst: n, imm: words as i64 });
            self.push(Inst::RepStos { dst: d, zero: z, count: n, t });
            return self.zero(dst.offset((words * 8) as i32), size % 8);
        }
        for (at, n) in pieces(size) {
            let addr = dst.offset(at as i32);
            if n >= 4 {
                self.push(Inst::StoreZero { bytes: n as u8, addr });
            } else {
                self.push(Inst::Store { sz: Sz::of(n), addr, src: Rmi::I(0) });
            }
        }
    }

    fn bounds_check(&mut self, d: &'a InstData, kind: BoundsKind, signed: bool) {
        let panic = self.env.helpers.bounds(kind, signed);
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
        let addr = self.amode(d.args[0], 0);
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

/// Offsets and sizes (16, 8, 4, 2, 1) that cover `size` bytes; the last may overlap the one before.
fn pieces(size: u32) -> Vec<(u32, u32)> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < size {
        let left = size - at;
        let n = match left {
            16.. => 16,
            // Overlapping tails: one piece instead of several.
            9..=15 if size >= 16 => {
                out.push((size - 16, 16));
                break;
            }
            8..=15 => 8,
            5..=7 if size >= 8 => {
                out.push((size - 8, 8));
                break;
            }
            4..=7 => 4,
            3 if size >= 4 => {
                out.push((size - 4, 4));
                break;
            }
            2..=3 => 2,
            _ => 1,
        };
        out.push((at, n));
        at += n;
    }
    out
}
