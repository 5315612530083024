//! Live ranges of loops: a value that is live across a call spends its life in a spill slot, and the allocator would
//! reload it at each use. In a loop without calls it gets a second name, copied before the loop, which lives in a
//! register. What a loop starts with is copied too, so that what changes in the loop has a place of its own ([`super::lazy`]
//! copies it where the loop is left).
use super::inst::Inst;
use super::isel::Selected;
use super::lazy::Graph;
use crate::regalloc::{Reg, Visit};
use rustc_hash::{FxHashMap, FxHashSet};

/// At most so many copies a loop, integers and floats: the loop's own values need registers too.
const MOST: [usize; 2] = [8, 10];

/// Collects or renames register operands.
pub struct Operands<'a> {
    pub uses: &'a mut dyn FnMut(&mut Reg),
    pub defs: &'a mut dyn FnMut(Reg),
}

impl Visit for Operands<'_> {
    fn use_reg(&mut self, r: &mut Reg) {
        (self.uses)(r)
    }
    fn use_any(&mut self, r: &mut Reg) {
        (self.uses)(r)
    }
    fn use_late(&mut self, r: &mut Reg) {
        (self.uses)(r)
    }
    fn use_fixed(&mut self, r: &mut Reg, _: Reg) {
        (self.uses)(r)
    }
    fn def(&mut self, r: &mut Reg) {
        (self.defs)(*r)
    }
    fn def_reuse(&mut self, r: &mut Reg, _: usize) {
        (self.defs)(*r)
    }
    fn def_fixed(&mut self, r: &mut Reg, _: Reg) {
        (self.defs)(*r)
    }
    fn temp(&mut self, r: &mut Reg) {
        (self.defs)(*r)
    }
}

/// A loop whose every round goes without a call, but for lazy ones.
pub struct Loop {
    /// Its blocks, the header first.
    pub body: Vec<usize>,
    preheader: usize,
}

/// Splits ranges. Calls in lazy blocks do not count: what is live across them gets other names there.
pub fn split_at_loops(sel: &mut Selected, g: &Graph, lazy: &[bool]) -> Vec<Loop> {
    let (succs, preds) = (&g.succs, &g.preds);
    let busy: Vec<bool> = g.calls.iter().zip(lazy).map(|(&c, &l)| c && !l).collect();
    if !busy.contains(&true) {
        return Vec::new();
    }
    let loops = quiet_loops(succs, preds, &busy);
    if loops.is_empty() {
        return loops;
    }

    // What each loop uses without defining it.
    let mut wanted: Vec<FxHashMap<Reg, u32>> = Vec::new();
    for l in &loops {
        let mut uses: FxHashMap<Reg, u32> = FxHashMap::default();
        let mut defs: Vec<Reg> = Vec::new();
        for &i in &l.body {
            let block = &mut sel.blocks[sel.rpo[i] as usize];
            defs.extend_from_slice(&block.params);
            for (inst, _) in &mut block.insts {
                inst.visit(&mut Operands {
                    uses: &mut |r| *uses.entry(*r).or_default() += 1,
                    defs: &mut |r| defs.push(r),
                });
            }
            block.args.iter().for_each(|&r| *uses.entry(r).or_default() += 1);
        }
        defs.iter().for_each(|d| {
            uses.remove(d);
        });
        wanted.push(uses);
    }
    let across = webs_across_calls(sel, g, lazy, &wanted);

    for (l, uses) in loops.iter().zip(wanted) {
        let mut chosen: Vec<(Reg, u32)> = uses.into_iter().filter(|u| across.contains(&u.0)).collect();
        chosen.sort_unstable_by_key(|u| (std::cmp::Reverse(u.1), u.0.index()));
        let mut left = MOST;
        chosen.retain(|u| {
            let left = &mut left[u.0.is_float() as usize];
            let take = *left > 0;
            *left = left.saturating_sub(1);
            take
        });
        if chosen.is_empty() {
            continue;
        }
        let mut renamed: FxHashMap<Reg, Reg> = FxHashMap::default();
        for (r, _) in chosen {
            sel.pointer.push(sel.pointer[r.index()]);
            let copy = Reg::virt(sel.pointer.len() - 1, r.is_float());
            renamed.insert(r, copy);
            let before = &mut sel.blocks[sel.rpo[l.preheader] as usize].insts;
            let at = before.len() - 1;
            let line = before[at].1;
            let inst =
                if r.is_float() { Inst::MovF { dst: copy, src: r } } else { Inst::Mov { dst: copy, src: r } };
            before.insert(at, (inst, line));
        }
        for &i in &l.body {
            let block = &mut sel.blocks[sel.rpo[i] as usize];
            let mut rename = |r: &mut Reg| {
                if let Some(c) = renamed.get(r) {
                    *r = *c;
                }
            };
            for (inst, _) in &mut block.insts {
                inst.visit(&mut Operands { uses: &mut rename, defs: &mut |_| {} });
            }
            block.args.iter_mut().for_each(rename);
        }
    }
    for l in &loops {
        copy_arguments(sel, sel.rpo[l.preheader] as usize);
    }
    loops
}

/// Copies what a block hands over to the next, but for what it has just made.
fn copy_arguments(sel: &mut Selected, b: usize) {
    let made = {
        let mut made: Vec<Reg> = Vec::new();
        for (inst, _) in &mut sel.blocks[b].insts {
            inst.visit(&mut Operands { uses: &mut |_| {}, defs: &mut |r| made.push(r) });
        }
        made
    };
    for k in 0..sel.blocks[b].args.len() {
        let src = sel.blocks[b].args[k];
        if made.contains(&src) {
            continue;
        }
        sel.pointer.push(sel.pointer[src.index()]);
        let dst = Reg::virt(sel.pointer.len() - 1, src.is_float());
        let insts = &mut sel.blocks[b].insts;
        let at = insts.len() - 1;
        let line = insts[at].1;
        let inst = if src.is_float() { Inst::MovF { dst, src } } else { Inst::Mov { dst, src } };
        insts.insert(at, (inst, line));
        sel.blocks[b].args[k] = dst;
    }
}

/// The outermost loops without calls (outside lazy blocks) that have a block before them to put copies in.
fn quiet_loops(succs: &[Vec<usize>], preds: &[Vec<usize>], busy: &[bool]) -> Vec<Loop> {
    let n = succs.len();
    let mut taken = vec![false; n];
    let mut out = Vec::new();
    for h in 0..n {
        if taken[h] || !preds[h].iter().any(|&p| p >= h) {
            continue;
        }
        let mut inside = vec![false; n];
        inside[h] = true;
        let mut body = vec![h];
        let mut work: Vec<usize> = preds[h].iter().copied().filter(|&p| p >= h).collect();
        let mut quiet = !busy[h];
        while let Some(b) = work.pop() {
            if b < h {
                // Entered from elsewhere: not a proper loop.
                quiet = false;
                break;
            }
            if !std::mem::replace(&mut inside[b], true) {
                body.push(b);
                quiet &= !busy[b];
                work.extend(&preds[b]);
            }
        }
        let outside: Vec<usize> = preds[h].iter().copied().filter(|&p| !inside[p]).collect();
        if !quiet || outside.len() != 1 || succs[outside[0]].len() != 1 {
            continue;
        }
        body.iter().for_each(|&b| taken[b] = true);
        out.push(Loop { body, preheader: outside[0] });
    }
    out
}

/// Which of the registers that loops want would share their place with one that is live across a call outside of lazy blocks:
/// themselves, or what a jump hands over to a parameter or gets from one.
fn webs_across_calls(
    sel: &mut Selected,
    g: &Graph,
    lazy: &[bool],
    wanted: &[FxHashMap<Reg, u32>],
) -> FxHashSet<Reg> {
    let mut parent: FxHashMap<Reg, Reg> = FxHashMap::default();
    fn root(parent: &mut FxHashMap<Reg, Reg>, r: Reg) -> Reg {
        let mut top = r;
        while let Some(&p) = parent.get(&top) {
            top = p;
        }
        if top != r {
            parent.insert(r, top);
        }
        top
    }
    let mut candidates: Vec<Reg> = wanted.iter().flat_map(|w| w.keys().copied()).collect();
    for (n, &b) in sel.rpo.iter().enumerate() {
        let block = &sel.blocks[b as usize];
        if block.args.is_empty() {
            continue;
        }
        let target = &sel.blocks[sel.rpo[g.succs[n][0]] as usize];
        for (&arg, &param) in block.args.iter().zip(&target.params) {
            candidates.extend([arg, param]);
            let (x, y) = (root(&mut parent, arg), root(&mut parent, param));
            if x != y {
                parent.insert(x, y);
            }
        }
    }
    candidates.sort_unstable_by_key(|r| r.index());
    candidates.dedup();
    let mut found: FxHashSet<Reg> = FxHashSet::default();
    for r in live_across_calls(sel, &g.succs, lazy, &candidates) {
        found.insert(root(&mut parent, r));
    }
    candidates.retain(|&r| found.contains(&root(&mut parent, r)));
    candidates.into_iter().collect()
}

/// Which of the candidates are live across a call outside of lazy blocks.
fn live_across_calls(
    sel: &mut Selected,
    succs: &[Vec<usize>],
    lazy: &[bool],
    candidates: &[Reg],
) -> Vec<Reg> {
    let mut number: FxHashMap<Reg, usize> = FxHashMap::default();
    candidates.iter().enumerate().for_each(|(i, &r)| {
        number.insert(r, i);
    });
    let words = candidates.len().div_ceil(64);
    let n = sel.rpo.len();
    let mut live_in = vec![0u64; n * words];
    let mut across = vec![0u64; words];
    let mut live = vec![0u64; words];
    let mut changed = true;
    while changed {
        changed = false;
        for b in (0..n).rev() {
            live.fill(0);
            for &s in &succs[b] {
                for w in 0..words {
                    live[w] |= live_in[s * words + w];
                }
            }
            let block = &mut sel.blocks[sel.rpo[b] as usize];
            let set = |live: &mut [u64], r: Reg, on: bool| {
                if let Some(&i) = number.get(&r) {
                    let bit = 1u64 << (i % 64);
                    if on { live[i / 64] |= bit } else { live[i / 64] &= !bit }
                }
            };
            block.args.iter().for_each(|&r| set(&mut live, r, true));
            for (inst, _) in block.insts.iter_mut().rev() {
                let mut used = smallvec::SmallVec::<[Reg; 8]>::new();
                inst.visit(&mut Operands {
                    uses: &mut |r| used.push(*r),
                    defs: &mut |r| set(&mut live, r, false),
                });
                if !lazy[b] && matches!(inst, Inst::Call(_)) {
                    across.iter_mut().zip(&live).for_each(|(a, l)| *a |= l);
                }
                used.iter().for_each(|&r| set(&mut live, r, true));
            }
            block.params.iter().for_each(|&r| set(&mut live, r, false));
            if live_in[b * words..(b + 1) * words] != live[..] {
                live_in[b * words..(b + 1) * words].copy_from_slice(&live);
                changed = true;
            }
        }
    }
    candidates
        .iter()
        .enumerate()
        .filter(|(i, _)| across[i / 64] >> (i % 64) & 1 != 0)
        .map(|(_, &r)| r)
        .collect()
}
