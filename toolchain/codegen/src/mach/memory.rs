//! Selection of memory operations that machines do alike: addresses, loads and stores, nil checks, copies and clears in pieces.
use super::Rules;
use super::addr::{Addr, Base};
use super::inst::Any;
use super::select::{Place, Select};
use ir::op::Callee;
use ir::sig::{Part, PartLoc};
use ir::{EntityId, InstData, Op, Ty, Value, ValueDef};

/// Accesses at offsets below this fault when the pointer is nil.
const NIL_PAGE: i64 = 4096;

impl<'a, M: Rules> Select<'a, M> {
    /// The address `p + off`, with as much arithmetic folded in as an address can hold: distances, and (if `indexed`)
    /// a scaled index.
    pub fn address(&mut self, p: Value, off: i32, indexed: bool) -> Addr {
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
                            M::lea(self, t, Addr::new(place.base, d));
                            let i = self.reg(i);
                            return Addr { base: Base::Reg(t), index: Some((i, s)), disp: 0 };
                        }
                    };
                    return Addr { base: place.base, index, disp: d };
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
            if !indexed || index.is_some() || !(here || self.single_use(p)) {
                break;
            }
            let (i, s, d2) = self.scaled(d.args[1]);
            let Some(sum) = disp.checked_add(d2).filter(|s| i32::try_from(*s).is_ok()) else { break };
            (index, disp, p) = (Some((i, s)), sum, d.args[0]);
        }
        let base = self.reg(p);
        let index = index.map(|(i, s)| (self.reg(i), s));
        Addr { base: Base::Reg(base), index, disp: disp as i32 }
    }
    /// Splits an index into value << scale + constant.
    pub fn scaled(&self, v: Value) -> (Value, u8, i64) {
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

    /// Loads, stores, nil checks, write barriers, copies and clears. Machines that know something better for one of them have
    /// a rule, and say [`Select::probe`] too.
    pub(super) fn memory(&mut self, d: &'a InstData) {
        let p = d.args[0];
        match d.op {
            Op::NilCheck => {
                if self.place(p).is_some() || self.probed.contains(&p) {
                    return;
                }
                let addr = M::addr(self, p, 0);
                M::probe(self, addr);
                self.probe(p, 0);
            }
            Op::Load { off } => {
                let out = d.results[0];
                let (dst, ty) = (self.out_reg(out), self.ty(out));
                let addr = M::addr(self, p, off);
                M::load(self, dst, ty, addr);
                self.probe(p, off as i64);
            }
            Op::Store { off, .. } => {
                let addr = M::addr(self, p, off);
                M::store(self, d.args[1], addr);
                self.probe(p, off as i64);
            }
            Op::WriteBarrier { off, size } => {
                let addr = M::addr(self, p, off);
                self.put(Any::Barrier { addr, size });
            }
            Op::MemCopy { size, align, .. } => {
                let align = align as u32;
                let written = if M::ALIGNED_COPIES { None } else { self.written_pieces(d.args[1], size) };
                let (dst, src) = (M::addr(self, p, 0), M::addr(self, d.args[1], 0));
                match written {
                    Some(pieces) => self.copy_pieces(dst, src, &pieces),
                    None => self.copy(dst, src, size, align),
                }
                if size > 0 {
                    self.probe(p, 0);
                    self.probe(d.args[1], 0);
                }
            }
            Op::MemZero { size, align, .. } => {
                let dst = M::addr(self, p, 0);
                self.zero(dst, size, align as u32);
                if size > 0 {
                    self.probe(p, 0);
                }
            }
            ref op => unreachable!("{op:?} has no rule"),
        }
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
                        add(disp + off as i64, self.ty(d.args[1]).size(M::WORD));
                    }
                }
                Op::Call { callee, sig } => {
                    let sig = self.env.view.sig(sig);
                    let params: usize = sig.params.iter().map(Part::value_count).sum();
                    let first = params + !matches!(callee, Callee::Static(_)) as usize;
                    let results = sig.results.iter().filter(|r| r.leaves.is_none());
                    for (r, &to) in results.zip(&d.args[first..]) {
                        if let (PartLoc::Regs(steps), Some((s, disp))) = (&r.loc, place(to))
                            && s == slot
                        {
                            steps.iter().for_each(|s| add(disp + s.offset as i64, s.ty.size(M::WORD)));
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

    /// Copies `size` bytes; the areas are equal or disjoint, and aligned to `align`.
    pub fn copy(&mut self, dst: Addr, src: Addr, size: u32, align: u32) {
        if M::ALIGNED_COPIES && align < large_piece::<M>(size) {
            return M::copy_unaligned(self, dst, src, size);
        }
        if size > M::UNROLL {
            let words = size / M::WORD;
            let done = words * M::WORD;
            M::copy_words(self, dst, src, words);
            return self.copy(dst.offset(done as i32), src.offset(done as i32), size - done, align);
        }
        self.copy_pieces(dst, src, &pieces::<M>(size))
    }
    fn copy_pieces(&mut self, dst: Addr, src: Addr, pieces: &[(u32, u32)]) {
        for &(at, n) in pieces {
            M::copy_piece(self, dst.offset(at as i32), src.offset(at as i32), n);
        }
    }

    /// Zeroes `size` bytes, aligned to `align`.
    pub fn zero(&mut self, dst: Addr, size: u32, align: u32) {
        if M::ALIGNED_COPIES && align < large_piece::<M>(size) {
            return M::zero_unaligned(self, dst, size);
        }
        if size > M::UNROLL {
            let words = size / M::WORD;
            let done = words * M::WORD;
            M::zero_words(self, dst, words);
            return self.zero(dst.offset(done as i32), size - done, align);
        }
        for (at, n) in pieces::<M>(size) {
            M::zero_piece(self, dst.offset(at as i32), n);
        }
    }
}

/// Offsets and sizes that cover `size` bytes. Where accesses want alignment they have the most that a type of this size may have: of
/// one with less, such as an array of bytes, they may still be unaligned, which is seen to there by whoever runs programs, slowly.
fn pieces<M: Rules>(size: u32) -> Vec<(u32, u32)> {
    if M::ROW.unaligned {
        return overlapping(size, M::PIECE);
    }
    let n = M::PIECE.min(1 << size.trailing_zeros().min(31));
    (0..size).step_by(n as usize).map(|at| (at, n)).collect()
}

/// The alignment that a copy of this size makes use of.
fn large_piece<M: Rules>(size: u32) -> u32 {
    if size > M::UNROLL { M::WORD } else { M::PIECE.min(1 << size.trailing_zeros().min(31)) }
}

/// Pieces of 16, 8, 4, 2 and 1 bytes; the last may overlap the one before.
fn overlapping(size: u32, most: u32) -> Vec<(u32, u32)> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < size {
        let left = size - at;
        let n = match left {
            16.. if most >= 16 => 16,
            // Overlapping tails: one piece instead of several.
            9..=15 if size >= 16 && most >= 16 => {
                out.push((size - 16, 16));
                break;
            }
            8.. if most >= 8 => 8,
            5..=7 if size >= 8 && most >= 8 => {
                out.push((size - 8, 8));
                break;
            }
            4.. => 4,
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
