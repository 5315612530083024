//! Live ranges of loops: a value that is live across a call spends its life in a spill slot, and the allocator would
//! reload it at each use. In a loop without calls it gets a second name, copied before the loop, which lives in a
//! register. What a loop starts with is copied too, so that what changes in the loop has a place of its own ([`super::lazy`]
//! copies it where the loop is left).
use super::dataflow::{self, Backward, bit, clear, set};
use super::graph::Graph;
use super::inst::{Any, Inst};
use super::select::Selected;
use crate::regalloc::Reg;
use rustc_hash::{FxHashMap, FxHashSet};

/// At most so many copies a loop, integers and floats: the loop's own values need registers too.
const MOST: [usize; 2] = [8, 10];

/// A loop whose every round goes without a call, but for lazy ones.
pub struct Loop {
    /// Its blocks, the header first.
    pub body: Vec<usize>,
    preheader: usize,
}

/// Splits ranges. Calls in lazy blocks do not count: what is live across them gets other names there.
///
/// Of the registers `all`, those count that calls in the loop leave alone ([`super::leaves`]): beyond them a second name would be in
/// memory like the first, and cost a copy more.
pub fn split_at_loops<I: Inst>(sel: &mut Selected<I>, g: &Graph, lazy: &[bool], all: &[Reg]) -> Vec<Loop> {
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
                inst.uses_and_defs(|r| *uses.entry(*r).or_default() += 1, |r| defs.push(r));
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
        let mut left = room(sel, l, lazy, all);
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
            before.insert(at, (Any::Move { dst: copy, src: r }, line));
        }
        for &i in &l.body {
            let block = &mut sel.blocks[sel.rpo[i] as usize];
            let mut rename = |r: &mut Reg| {
                if let Some(c) = renamed.get(r) {
                    *r = *c;
                }
            };
            for (inst, _) in &mut block.insts {
                inst.uses_and_defs(&mut rename, |_| {});
            }
            block.args.iter_mut().for_each(rename);
        }
    }
    for l in &loops {
        copy_arguments(sel, sel.rpo[l.preheader] as usize);
    }
    loops
}

/// How many second names a loop may have, integers and floats.
fn room<I: Inst>(sel: &Selected<I>, l: &Loop, lazy: &[bool], all: &[Reg]) -> [usize; 2] {
    let insts = |&i: &usize| &sel.blocks[sel.rpo[i] as usize].insts;
    let destroyed = |(inst, _): &(Any<I>, u32)| match inst {
        Any::LeafCall(_, destroyed) => Some(destroyed.clone()),
        _ => None,
    };
    let lost: Vec<Reg> =
        l.body.iter().filter(|&&i| !lazy[i]).flat_map(insts).filter_map(destroyed).flatten().collect();
    if lost.is_empty() {
        return MOST;
    }
    let own = &sel.blocks[sel.rpo[l.body[0]] as usize].params;
    let count = |regs: &[Reg], float: bool| regs.iter().filter(|r| r.is_float() == float).count();
    let kept: Vec<Reg> = all.iter().copied().filter(|r| !lost.contains(r)).collect();
    [false, true].map(|float| MOST[float as usize].min(count(&kept, float).saturating_sub(count(own, float))))
}

/// Copies what a block hands over to the next, but for what it has just made.
fn copy_arguments<I: Inst>(sel: &mut Selected<I>, b: usize) {
    let made = {
        let mut made: Vec<Reg> = Vec::new();
        for (inst, _) in &mut sel.blocks[b].insts {
            inst.uses_and_defs(|_| {}, |r| made.push(r));
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
        insts.insert(at, (Any::Move { dst, src }, line));
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
fn webs_across_calls<I: Inst>(
    sel: &mut Selected<I>,
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
fn live_across_calls<I: Inst>(
    sel: &mut Selected<I>,
    succs: &[Vec<usize>],
    lazy: &[bool],
    candidates: &[Reg],
) -> Vec<Reg> {
    let number: FxHashMap<Reg, usize> = candidates.iter().enumerate().map(|(i, &r)| (r, i)).collect();
    let known = |r: &Reg| number.get(r).copied();
    let mut across = dataflow::bits(candidates.len());
    Backward::solve(
        candidates.len(),
        sel.rpo.len(),
        |b| succs[b].iter().copied(),
        |b, live| {
            let block = &mut sel.blocks[sel.rpo[b] as usize];
            block.args.iter().filter_map(known).for_each(|i| set(live, i));
            for (inst, _) in block.insts.iter_mut().rev() {
                let mut used = smallvec::SmallVec::<[usize; 8]>::new();
                inst.uses_and_defs(
                    |r| used.extend(known(r)),
                    |r| known(&r).into_iter().for_each(|i| clear(live, i)),
                );
                if !lazy[b] && matches!(inst, Any::Call(_)) {
                    dataflow::join(&mut across, live);
                }
                used.iter().for_each(|&i| set(live, i));
            }
            block.params.iter().filter_map(known).for_each(|i| clear(live, i));
        },
    );
    candidates.iter().enumerate().filter(|(i, _)| bit(&across, *i)).map(|(_, &r)| r).collect()
}

#[cfg(test)]
mod tests {
    use super::super::inst::{CallInfo, Target};
    use super::super::{call, regs, select};
    use super::*;
    use crate::isa::{Env, Host, Wanted};
    use crate::mach::Machine;
    use crate::prep;

    /// A loop of one block that uses two values which are live across the calls around it.
    const PROGRAM: &str = "\
sig0 = go (ptr, i64) -> (i64)
sig1 = go (i64) -> (i64)
func f0 \"p.f\" sig0
b0(v0: ptr, v1: i64):
  v2: i64 = call f1 sig1(v1)
  jump b1(v2)
b1(v3: i64):
  v4: i64 = load v0 + 8
  v5: i64 = add v3, v4
  v6: i8 = icmp.slt v5, v1
  br v6, b1(v5), b2
b2:
  v7: i64 = call f1 sig1(v1)
  v8: i64 = load v0 + 16
  v9: i64 = add v7, v8
  ret v9
end
func f1 \"p.help\" sig1 noinline
b0(v0: i64):
  ret v0
end
";

    /// The second names that the loop gets if it calls a leaf that leaves so many registers for integers alone.
    fn names(kept: Option<usize>) -> usize {
        let program = ir::parse::program(PROGRAM).unwrap_or_else(|e| panic!("{e}"));
        let env = Env::new(ir::View::new(&program), Wanted::default(), None);
        let mut f = program.funcs[ir::FuncId(0)].clone();
        prep::legalize(&mut f, &env.view);
        let sig = f.sig;
        let params = call::place_params(&mut f, &program.sigs[sig]);
        let mut sel = select::select::<Host>(&env, &f, params);
        let all = regs::allocatable(Host::ROW, Host::RESERVED, Host::MORE_FLOATS);
        if let Some(kept) = kept {
            let destroyed: Vec<Reg> = all.iter().copied().filter(|r| !r.is_float()).skip(kept).collect();
            let call = CallInfo { target: Target::Func(ir::FuncId(1)), uses: Vec::new(), defs: Vec::new() };
            let leaf = Any::LeafCall(Box::new(call), destroyed);
            let body = sel.rpo.iter().find(|&&b| sel.blocks[b as usize].params.len() == 1);
            let body = *body.expect("a block with a parameter") as usize;
            sel.blocks[body].insts.insert(0, (leaf, 0));
        }
        let moves = |sel: &Selected<_>| {
            let insts = sel.blocks.iter().flat_map(|b| &b.insts);
            insts.filter(|(i, _): &&(Any<_>, u32)| matches!(i, Any::Move { .. })).count()
        };
        let before = moves(&sel);
        let g = Graph::new(&sel);
        let lazy = vec![false; sel.rpo.len()];
        assert_eq!(split_at_loops(&mut sel, &g, &lazy, &all).len(), 1);
        moves(&sel) - before
    }

    #[test]
    fn second_names_where_registers_are_left_for_them() {
        let free = names(None);
        assert!(free >= 2, "{free}");
        assert_eq!(names(Some(5)), free);
        // One is for the loop's own counter.
        assert_eq!(names(Some(2)), free - 1);
        assert_eq!(names(Some(1)), free - 2);
    }
}
