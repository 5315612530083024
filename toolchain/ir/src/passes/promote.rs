//! Stack objects to values: a slot whose address is used by nothing but loads, stores, zeroings and copies at constant places is
//! taken apart into scalar variables, which become SSA values.
//!
//! Copies and zeroings of a promotable slot are first expanded into loads and stores of its pieces. The pieces are found from
//! the accesses: (offset, kind) pairs that do not overlap.
use super::simplify;
use crate::{Block, Func, Inst, Op, Slot, Target, Term, Ty, Value, ValueDef, View, analysis::cfg::Cfg};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

/// More pieces than this stay in memory.
const MAX_PIECES: usize = 8;
/// Objects that hold the address of the next one, as closures in closures do.
const MAX_NESTED: usize = 4;
/// Rounds of expanding copies.
const MAX_ROUNDS: usize = 4;

type Piece = (u32, Ty);

/// The pass.
pub fn run(view: &View, f: &mut Func) {
    if f.slots.is_empty() {
        return;
    }
    let target = view.target();
    for _ in 0..MAX_NESTED {
        let mut plans = plan(target, f);
        if plans.iter().all(Option::is_none) {
            return;
        }
        // Expanding one copy may make another slot promotable: until nothing is left to expand.
        for _ in 0..MAX_ROUNDS {
            if !expand(f, &plans) {
                break;
            }
            plans = plan(target, f);
        }
        drop_copied(f, &mut plans);
        promote(f, &plans);
        f.apply_aliases();
        // A closure that is gone held the addresses of what it captured: they have to show as such again, not as joins.
        while simplify::params(f) {
            f.apply_aliases();
        }
    }
}

/// Slots that whole-object operations still touch stay in memory.
fn drop_copied(f: &Func, plans: &mut [Option<Vec<Piece>>]) {
    for block in f.blocks.iter() {
        for &i in &block.insts {
            let d = &f.insts[i];
            if matches!(d.op, Op::MemCopy { .. } | Op::MemZero { .. }) {
                for (s, _) in d.args.iter().filter_map(|&a| slot_address(f, a)) {
                    plans[s.0 as usize] = None;
                }
            }
        }
    }
}

/// The constant address that `v` is: slot and offset.
fn slot_address(f: &Func, v: Value) -> Option<(Slot, u32)> {
    match f.def_inst(v)?.op {
        Op::SlotAddr(s, off) => Some((s, off)),
        _ => None,
    }
}

/// The blocks that run when a panic was recovered.
pub(super) fn after_recovery(f: &Func) -> Vec<Block> {
    let mut out: Vec<Block> = f.defer_return.into_iter().collect();
    let mut next = 0;
    while next < out.len() {
        let targets = f.blocks[out[next]].term.targets();
        next += 1;
        targets.iter().for_each(|&t| {
            if !out.contains(&t) {
                out.push(t);
            }
        });
    }
    out
}

/// For each slot its pieces, if it can be taken apart.
fn plan(target: Target, f: &Func) -> Vec<Option<Vec<Piece>>> {
    let mut plans: Vec<Option<Vec<Piece>>> = vec![Some(Vec::new()); f.slots.len()];
    #[allow(clippy::type_complexity, reason = "local")]
    let kill = |plans: &mut Vec<Option<Vec<Piece>>>, v: Value| {
        if let Some((s, _)) = slot_address(f, v) {
            plans[s.0 as usize] = None;
        }
    };
    if let Some((a, b, _)) = f.open_defers {
        plans[a.0 as usize] = None;
        plans[b.0 as usize] = None;
    }
    // Recovery resumes without registers: what is used from there on is in memory.
    for b in after_recovery(f) {
        for &i in &f.blocks[b].insts {
            f.insts[i].args.iter().for_each(|&a| kill(&mut plans, a));
        }
    }
    let access = |plans: &mut Vec<Option<Vec<Piece>>>, v: Value, off: i32, ty: Ty| {
        let Some((s, base)) = slot_address(f, v) else { return };
        let at = base as i64 + off as i64;
        let size = target.size(ty) as i64;
        let slot = &mut plans[s.0 as usize];
        let Some(pieces) = slot else { return };
        let ok = at >= 0
            && at + size <= f.slots[s].size as i64
            && pieces.iter().all(|&(o, t)| {
                (o as i64 == at && t == ty) || o as i64 + target.size(t) as i64 <= at || o as i64 >= at + size
            });
        if !ok || pieces.len() > MAX_PIECES {
            *slot = None;
        } else if !pieces.contains(&(at as u32, ty)) {
            pieces.push((at as u32, ty));
        }
    };
    for block in f.blocks.iter() {
        for &i in &block.insts {
            let d = &f.insts[i];
            match &d.op {
                Op::Load { off } => access(&mut plans, d.args[0], *off, f.ty(d.results[0])),
                Op::Store { off, .. } => {
                    access(&mut plans, d.args[0], *off, f.ty(d.args[1]));
                    kill(&mut plans, d.args[1]);
                }
                // Whole-object operations are expanded when both sides allow it.
                Op::MemZero { size, .. } => {
                    if let Some((s, off)) = slot_address(f, d.args[0])
                        && (off != 0 || *size < f.slots[s].size)
                    {
                        plans[s.0 as usize] = None;
                    }
                }
                Op::MemCopy { size, .. } => {
                    for &a in &d.args {
                        if let Some((s, off)) = slot_address(f, a)
                            && (off as u64 + *size as u64) > f.slots[s].size as u64
                        {
                            plans[s.0 as usize] = None;
                        }
                    }
                }
                Op::NilCheck => {}
                // KeepAlive of a stack object keeps alive what it points to: like any other use, it needs the memory.
                _ => d.args.iter().for_each(|&a| kill(&mut plans, a)),
            }
        }
        block.term.for_each_arg(|v| kill(&mut plans, v));
    }
    plans.iter_mut().for_each(|p| {
        if let Some(p) = p {
            p.sort_by_key(|x| x.0);
        }
    });
    share_pieces(target, f, &mut plans);
    plans
}

/// A copy between slots needs the same pieces on both sides; a copy to or from other memory must cover whole pieces, and every
/// pointer word of the slot must be a piece (or a pointer would be copied as something else).
fn share_pieces(target: Target, f: &Func, plans: &mut [Option<Vec<Piece>>]) {
    // Whether a source is covered can only be judged when all pieces are shared.
    let mut judge = false;
    loop {
        let mut changed = false;
        for block in f.blocks.iter() {
            for &i in &block.insts {
                let d = &f.insts[i];
                let Op::MemCopy { size, .. } = d.op else { continue };
                let (dst, src) = (slot_address(f, d.args[0]), slot_address(f, d.args[1]));
                for (this, other) in [(dst, src), (src, dst)] {
                    let Some((s, off)) = this else { continue };
                    let Some(pieces) = plans[s.0 as usize].clone() else { continue };
                    let other_plan = other.map(|(t, o)| (t, o, plans[t.0 as usize].clone()));
                    let inside = |p: &Piece, off: u32| p.0 >= off && p.0 + target.size(p.1) <= off + size;
                    let outside = |p: &Piece, off: u32| p.0 + target.size(p.1) <= off || p.0 >= off + size;
                    if !pieces.iter().all(|p| inside(p, off) || outside(p, off)) {
                        plans[s.0 as usize] = None;
                        changed = true;
                        continue;
                    }
                    match other_plan {
                        // Two promotable slots: each gets the other's pieces.
                        Some((t, o, Some(theirs))) if t != s => {
                            for p in theirs.iter().filter(|p| inside(p, o)) {
                                let mine = (p.0 - o + off, p.1);
                                if pieces.contains(&mine) {
                                    continue;
                                }
                                let clash = pieces.iter().any(|q| {
                                    !(q.0 + target.size(q.1) <= mine.0 || q.0 >= mine.0 + target.size(mine.1))
                                });
                                if clash || pieces.len() >= MAX_PIECES {
                                    plans[s.0 as usize] = None;
                                } else if let Some(list) = &mut plans[s.0 as usize] {
                                    list.push(mine);
                                    list.sort_by_key(|x| x.0);
                                }
                                changed = true;
                                break;
                            }
                        }
                        Some((t, _, _)) if t == s => {
                            plans[s.0 as usize] = None;
                            changed = true;
                        }
                        // Other memory. As a destination the slot's unseen parts do not matter; as a source all bytes go out.
                        _ => {
                            let is_source = src == this;
                            let covered: u32 =
                                pieces.iter().filter(|p| inside(p, off)).map(|p| target.size(p.1)).sum();
                            if judge && is_source && covered < size {
                                plans[s.0 as usize] = None;
                                changed = true;
                            }
                        }
                    }
                }
            }
        }
        if !changed && judge {
            return;
        }
        judge = !changed;
    }
}

/// Expands copies and zeroings that touch planned slots into piecewise loads and stores.
fn expand(f: &mut Func, plans: &[Option<Vec<Piece>>]) -> bool {
    let mut changed = false;
    for b in f.blocks.ids() {
        let insts = std::mem::take(&mut f.blocks[b].insts);
        let mut out = Vec::with_capacity(insts.len());
        for i in insts {
            let (op, args, pos, inl) = {
                let d = &f.insts[i];
                (d.op.clone(), d.args.clone(), d.pos, d.inl)
            };
            let mut emit = |f: &mut Func, op: Op, args: &[Value], tys: &[Ty]| -> Option<Value> {
                let inst = f.make_inst(op, args, tys, pos);
                f.insts[inst].inl = inl;
                out.push(inst);
                f.insts[inst].results.first().copied()
            };
            match op {
                Op::MemZero { .. } => {
                    let Some((s, 0)) = slot_address(f, args[0]) else {
                        out.push(i);
                        continue;
                    };
                    let Some(pieces) = &plans[s.0 as usize] else {
                        out.push(i);
                        continue;
                    };
                    for &(off, ty) in pieces {
                        let zero = if ty.is_float() { Op::Fconst(0) } else { Op::Iconst(0) };
                        let zero = emit(f, zero, &[], &[ty]).expect("a constant has a result");
                        emit(f, Op::Store { off: off as i32, wb: false }, &[args[0], zero], &[]);
                    }
                    changed = true;
                }
                Op::MemCopy { size, .. } => {
                    let (dst, src) = (slot_address(f, args[0]), slot_address(f, args[1]));
                    let planned = |a: Option<(Slot, u32)>| {
                        a.and_then(|(s, off)| plans[s.0 as usize].as_ref().map(|p| (off, p)))
                    };
                    let Some((off, pieces)) = planned(src).or(planned(dst)) else {
                        out.push(i);
                        continue;
                    };
                    let to_slot = dst.is_some();
                    let mut moved = Vec::new();
                    for &(o, ty) in pieces.iter().filter(|p| p.0 >= off && p.0 < off + size) {
                        let rel = (o - off) as i32;
                        moved.push((
                            rel,
                            emit(f, Op::Load { off: rel }, &[args[1]], &[ty]).expect("a load has a result"),
                        ));
                    }
                    for (rel, v) in moved {
                        let wb = !to_slot && f.ty(v) == Ty::Ptr;
                        emit(f, Op::Store { off: rel, wb }, &[args[0], v], &[]);
                    }
                    changed = true;
                }
                _ => out.push(i),
            }
        }
        f.blocks[b].insts = out;
    }
    changed
}

/// Variables in SSA form by Braun et al., "Simple and Efficient Construction of Static Single Assignment Form" (2013), on a
/// complete graph: every block with several predecessors gets a parameter when a variable is read through it.
struct Builder<'a> {
    f: &'a mut Func,
    cfg: Cfg,
    at_end: FxHashMap<(Block, u32), Value>,
    at_start: FxHashMap<(Block, u32), Value>,
    vars: Vec<Ty>,
}

fn promote(f: &mut Func, plans: &[Option<Vec<Piece>>]) {
    let mut numbers: FxHashMap<(Slot, u32), u32> = FxHashMap::default();
    let mut vars = Vec::new();
    for (s, plan) in plans.iter().enumerate() {
        for &(off, ty) in plan.iter().flatten() {
            numbers.insert((Slot(s as u32), off), vars.len() as u32);
            vars.push(ty);
        }
    }
    if vars.is_empty() {
        return;
    }
    let cfg = Cfg::new(f);
    let rpo = cfg.rpo.clone();
    let place = |f: &Func, v: Value, off: i32| -> Option<u32> {
        let (s, base) = slot_address(f, v)?;
        plans[s.0 as usize].as_ref()?;
        numbers.get(&(s, (base as i64 + off as i64) as u32)).copied()
    };
    // First what each block does by itself; loads before any store in the block wait.
    let mut waiting: Vec<(Block, u32, Inst)> = Vec::new();
    let mut b = Builder { f, cfg, at_end: FxHashMap::default(), at_start: FxHashMap::default(), vars };
    for &block in &rpo {
        let insts = std::mem::take(&mut b.f.blocks[block].insts);
        let mut kept = Vec::with_capacity(insts.len());
        let mut current: FxHashMap<u32, Value> = FxHashMap::default();
        for i in insts {
            let d = &b.f.insts[i];
            match d.op {
                Op::Load { off } => match place(b.f, d.args[0], off) {
                    Some(var) => {
                        let result = d.results[0];
                        match current.get(&var) {
                            Some(&v) => b.f.alias(result, v),
                            None => {
                                waiting.push((block, var, i));
                                current.insert(var, result);
                                b.at_end.entry((block, var)).or_insert(result);
                            }
                        }
                    }
                    None => kept.push(i),
                },
                Op::Store { off, .. } => match place(b.f, d.args[0], off) {
                    Some(var) => {
                        let v = b.f.resolve(d.args[1]);
                        current.insert(var, v);
                        b.at_end.insert((block, var), v);
                    }
                    None => kept.push(i),
                },
                _ => kept.push(i),
            }
        }
        b.f.blocks[block].insts = kept;
    }
    for (block, var, inst) in waiting {
        let result = b.f.insts[inst].results[0];
        let v = b.read_start(block, var);
        let v = b.f.resolve(v);
        if v != result {
            b.f.alias(result, v);
        }
    }
}

impl Builder<'_> {
    fn read_end(&mut self, block: Block, var: u32) -> Value {
        if let Some(&v) = self.at_end.get(&(block, var)) {
            return self.f.resolve(v);
        }
        let v = self.read_start(block, var);
        self.at_end.insert((block, var), v);
        v
    }

    fn read_start(&mut self, start: Block, var: u32) -> Value {
        // Walk up single-predecessor chains without recursion.
        let mut chain = vec![start];
        let v = loop {
            let block = *chain.last().expect("never empty");
            if let Some(&v) = self.at_start.get(&(block, var)) {
                break self.f.resolve(v);
            }
            let preds = self.cfg.preds[block].clone();
            let root = self.f.roots().any(|r| r == block);
            if root || preds.is_empty() {
                break self.zero(block, var);
            }
            if preds.len() > 1 || chain.len() > 100_000 {
                break self.join(block, var, preds);
            }
            if let Some(&v) = self.at_end.get(&(preds[0], var)) {
                break self.f.resolve(v);
            }
            chain.push(preds[0]);
        };
        for (k, &block) in chain.iter().enumerate() {
            self.at_start.insert((block, var), v);
            if k > 0 {
                self.at_end.entry((block, var)).or_insert(v);
            }
        }
        v
    }

    /// A variable that was never stored is zero: builders store explicitly, so this is unobservable.
    fn zero(&mut self, block: Block, var: u32) -> Value {
        let ty = self.vars[var as usize];
        let op = if ty.is_float() { Op::Fconst(0) } else { Op::Iconst(0) };
        let inst = self.f.make_inst(op, &[], &[ty], syntax::Pos::NONE);
        self.f.blocks[block].insts.insert(0, inst);
        self.f.insts[inst].results[0]
    }

    fn join(&mut self, block: Block, var: u32, mut preds: Vec<Block>) -> Value {
        let param = self.f.add_param(block, self.vars[var as usize]);
        self.at_start.insert((block, var), param);
        preds.sort();
        preds.dedup();
        for p in preds {
            let v = self.read_end(p, var);
            let v = self.f.resolve(v);
            let mut term = std::mem::replace(&mut self.f.blocks[p].term, Term::None);
            if let Term::Switch { .. } = term {
                // A switch carries no arguments: give the edge a block of its own.
                self.f.blocks[p].term = term;
                self.split_switch(p, block, v);
                continue;
            }
            term.for_each_call_mut(|call| {
                if call.block == block {
                    call.args.push(v);
                }
            });
            self.f.blocks[p].term = term;
        }
        debug_assert!(matches!(self.f.values[param].def, ValueDef::Param(..)));
        param
    }

    fn split_switch(&mut self, p: Block, to: Block, v: Value) {
        let middle = self.f.new_block();
        let args: SmallVec<[Value; 2]> = smallvec::smallvec![v];
        self.f.blocks[middle].term = Term::Jump(crate::BlockCall { block: to, args });
        self.f.blocks[p].term.retarget(|b| if b == to { middle } else { b });
        self.cfg.preds.push(vec![p]);
        self.cfg.preds[to].retain(|&b| b != p);
        self.cfg.preds[to].push(middle);
        self.cfg.rpo_index.push(u32::MAX - 1);
    }
}
