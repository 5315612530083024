//! Live ranges around calls that are seldom made. A value that is live across a call must be in memory there; the allocator
//! would keep it in memory in the neighbourhood of the call as well, where it costs loads and stores on paths that do not
//! call. So a *lazy* part of the function (cold blocks, and in a loop that can go round without a call the blocks that do
//! call) works on names of its own: a value is copied to a new name where control enters the part, and to another where it
//! leaves it. The copy lives in a spill slot, the others have a hole where the call is.
//!
//! Likewise what a loop without (other) calls computes gets another name where the loop is left, if it is live across a call
//! later: the loop works in registers.
//!
//! The names are joined again by block parameters at the iterated dominance frontier, as in SSA construction (Cytron et al.,
//! "Efficiently Computing Static Single Assignment Form and the Control Dependence Graph", 1991).
use super::dataflow::{self, Backward, Bits, bit, clear, set};
use super::graph::{Dominance, Graph, dominance, loops};
use super::inst::{Any, Inst};
use super::select::Selected;
use super::split::Loop;
use crate::regalloc::Reg;
use rustc_hash::FxHashMap;

/// Functions with more blocks are left alone: their values are too many to follow.
const MAX_BLOCKS: usize = 4000;
/// Nor are more values than this given new names.
const MAX_VALUES: usize = 400;

/// Which blocks are lazy, and the innermost loop of each block.
pub struct Lazy {
    pub lazy: Vec<bool>,
    innermost: Vec<Option<usize>>,
}

/// Chooses the lazy blocks; `cold` tells which blocks of the IR hardly ever run.
pub fn choose<I: Inst>(sel: &Selected<I>, g: &Graph, cold: &dyn Fn(u32) -> bool) -> Lazy {
    let n = g.succs.len();
    let mut lazy: Vec<bool> = sel.rpo.iter().map(|&b| cold(b)).collect();
    // A block made for an edge is on the way to or from a cold one.
    for b in 1..n {
        if let ([p], [s]) = (&g.preds[b][..], &g.succs[b][..])
            && sel.blocks[sel.rpo[b] as usize].insts.len() == 1
            && (lazy[*p] || lazy[*s])
        {
            lazy[b] = true;
        }
    }
    lazy[0] = false;
    let bodies = loops(g);
    let mut innermost = vec![None; n];
    let mut holds_loop = vec![false; bodies.len()];
    for (k, (_, body)) in bodies.iter().enumerate() {
        for &b in body {
            if let Some(outer) = innermost[b] {
                let outer: usize = outer;
                holds_loop[outer] = true;
            }
            innermost[b] = Some(k);
        }
    }
    let (mut down, mut up) = (vec![false; n], vec![false; n]);
    for (k, (h, body)) in bodies.iter().enumerate() {
        let busy = |b: usize| g.calls[b] && !lazy[b];
        if holds_loop[k] || busy(*h) || !body.iter().any(|&b| busy(b)) {
            continue;
        }
        let quiet = |b: usize| !busy(b) && !lazy[b] && innermost[b] == Some(k);
        // Ways round: from the header down, and from the latches up.
        let mut work = vec![*h];
        while let Some(b) = work.pop() {
            if quiet(b) && !std::mem::replace(&mut down[b], true) {
                work.extend(g.succs[b].iter().filter(|&&s| s > *h));
            }
        }
        let mut work: Vec<usize> = g.preds[*h].iter().copied().filter(|p| body.contains(p)).collect();
        while let Some(b) = work.pop() {
            if quiet(b) && !std::mem::replace(&mut up[b], true) && b != *h {
                work.extend(&g.preds[b]);
            }
        }
        if !(down[*h] && up[*h]) {
            continue;
        }
        for &b in body {
            lazy[b] |= !(down[b] && up[b]);
        }
    }
    Lazy { lazy, innermost }
}

/// Values that are used outside of the block that defines them: their numbers, blocks of definition and of use, and
/// where they are live.
struct Values {
    regs: Vec<Reg>,
    number: FxHashMap<Reg, usize>,
    home: Vec<usize>,
    users: Vec<Vec<usize>>,
    live_in: Vec<Bits>,
    /// By block: what is live across a call in it.
    across: Vec<Bits>,
}

fn values<I: Inst>(sel: &mut Selected<I>, g: &Graph, lazy: &[bool]) -> Values {
    let n = g.succs.len();
    let mut home: Vec<u32> = vec![u32::MAX; sel.pointer.len()];
    let mut v = Values {
        regs: Vec::new(),
        number: FxHashMap::default(),
        home: Vec::new(),
        users: Vec::new(),
        live_in: Vec::new(),
        across: Vec::new(),
    };
    for b in 0..n {
        let block = &mut sel.blocks[sel.rpo[b] as usize];
        block.params.iter().for_each(|r| home[r.index()] = b as u32);
        for (inst, _) in &mut block.insts {
            inst.uses_and_defs(|_| {}, |r| home[r.index()] = b as u32);
        }
    }
    // Only what hot code defines is of interest here.
    for b in 0..n {
        let block = &mut sel.blocks[sel.rpo[b] as usize];
        let mut used = |r: Reg| {
            let h = home[r.index()];
            if h == u32::MAX || h == b as u32 || lazy[h as usize] {
                return;
            }
            let k = *v.number.entry(r).or_insert_with(|| {
                v.regs.push(r);
                v.home.push(h as usize);
                v.users.push(Vec::new());
                v.regs.len() - 1
            });
            if v.users[k].last() != Some(&b) {
                v.users[k].push(b);
            }
        };
        for (inst, _) in &mut block.insts {
            inst.uses_and_defs(|r| used(*r), |_| {});
        }
        block.args.iter().for_each(|&r| used(r));
    }
    v.across = vec![dataflow::bits(v.regs.len()); n];
    let (number, across) = (&v.number, &mut v.across);
    let solved = Backward::solve(
        v.regs.len(),
        n,
        |b| g.succs[b].iter().copied(),
        |b, live| {
            let block = &mut sel.blocks[sel.rpo[b] as usize];
            let known = |r: &Reg| number.get(r).copied();
            block.args.iter().filter_map(known).for_each(|k| set(live, k));
            for (inst, _) in block.insts.iter_mut().rev() {
                let mut uses = smallvec::SmallVec::<[usize; 8]>::new();
                inst.uses_and_defs(
                    |r| uses.extend(known(r)),
                    |r| known(&r).into_iter().for_each(|k| clear(live, k)),
                );
                if matches!(inst, Any::Call(_)) {
                    dataflow::join(&mut across[b], live);
                }
                uses.iter().for_each(|&k| set(live, k));
            }
            block.params.iter().filter_map(known).for_each(|k| clear(live, k));
        },
    );
    v.live_in = (0..n).map(|b| solved.at_start(b).to_vec()).collect();
    v
}

/// An edge, and where copies for it go: at that block's start, or before its jump. `stash`: the copy is rather for memory.
#[derive(Clone, Copy)]
struct Edge {
    target: usize,
    block: usize,
    at_end: bool,
    stash: bool,
}

/// Gives values new names in lazy blocks, and what quiet loops define new names behind them.
pub fn split_at_lazy_calls<I: Inst>(sel: &mut Selected<I>, g: &Graph, l: &Lazy, quiet: &[Loop]) {
    let n = g.succs.len();
    let lazy = &l.lazy;
    if n > MAX_BLOCKS
        || sel.defer_return.is_some()
        || (quiet.is_empty() && !(0..n).any(|b| lazy[b] && g.calls[b]))
    {
        return;
    }
    let v = values(sel, g, lazy);
    let mut loop_of = vec![usize::MAX; n];
    for (k, q) in quiet.iter().enumerate() {
        q.body.iter().for_each(|&b| loop_of[b] = k);
    }
    let seldom = candidates(g, l, &v);
    let leaving = leaving(sel, g, l, &v, &loop_of);
    let mut chosen: Vec<usize> = (0..v.regs.len()).filter(|&i| bit(&seldom, i) || leaving[i]).collect();
    chosen.truncate(MAX_VALUES);
    if chosen.is_empty() {
        return;
    }
    let dom = dominance(g);
    // Edges into and out of lazy parts, and those that leave quiet loops, each with the place for copies: critical edges
    // have blocks of their own.
    let place = |b: usize, s: usize, stash: bool| {
        if g.succs[b].len() == 1 {
            Edge { target: s, block: b, at_end: true, stash }
        } else {
            Edge { target: s, block: s, at_end: false, stash }
        }
    };
    let mut edges = Vec::new();
    let mut exits = vec![Vec::new(); quiet.len()];
    for b in 0..n {
        for &s in &g.succs[b] {
            if lazy[b] != lazy[s] {
                edges.push(place(b, s, lazy[s]));
            }
            if loop_of[b] != usize::MAX && loop_of[b] != loop_of[s] {
                exits[loop_of[b]].push(place(b, s, true));
            }
        }
    }
    for k in chosen {
        let mut all = Vec::new();
        if bit(&seldom, k) {
            all.extend_from_slice(&edges);
        }
        if leaving[k] {
            all.extend_from_slice(&exits[loop_of[v.home[k]]]);
        }
        rename(sel, g, &dom, &v, k, &all);
    }
}

/// The values that a quiet loop defines and that are live across a call outside of it, or handed over there.
fn leaving<I: Inst>(sel: &Selected<I>, g: &Graph, l: &Lazy, v: &Values, loop_of: &[usize]) -> Vec<bool> {
    let mut out = vec![false; v.regs.len()];
    for b in 0..g.succs.len() {
        if g.calls[b] && !l.lazy[b] {
            for (k, o) in out.iter_mut().enumerate() {
                *o |= bit(&v.across[b], k);
            }
        }
        for r in &sel.blocks[sel.rpo[b] as usize].args {
            if let Some(&k) = v.number.get(r) {
                out[k] |= loop_of[g.succs[b][0]] != loop_of[v.home[k]];
            }
        }
    }
    out.iter_mut().zip(&v.home).for_each(|(o, &h)| *o &= loop_of[h] != usize::MAX);
    out
}

/// The values that are worth new names in lazy parts.
fn candidates(g: &Graph, l: &Lazy, v: &Values) -> Bits {
    let n = g.succs.len();
    let words = v.regs.len().div_ceil(64);
    let mut chosen: Bits = vec![0; words];
    let mut local: FxHashMap<usize, Bits> = FxHashMap::default();
    for b in (0..n).filter(|&b| l.lazy[b] && g.calls[b]) {
        match l.innermost[b] {
            None => chosen.iter_mut().zip(&v.across[b]).for_each(|(c, a)| *c |= a),
            // In a loop: what the loop's other blocks use or define. What only passes through may stay in memory.
            Some(k) => {
                let mine = local.entry(k).or_insert_with(|| {
                    let mut bits = vec![0; words];
                    let inside = |b: usize| l.innermost[b] == Some(k) && !l.lazy[b];
                    for i in 0..v.regs.len() {
                        if inside(v.home[i]) || v.users[i].iter().any(|&u| inside(u)) {
                            set(&mut bits, i);
                        }
                    }
                    bits
                });
                for w in 0..words {
                    chosen[w] |= v.across[b][w] & mine[w];
                }
            }
        }
    }
    chosen
}

fn rename<I: Inst>(sel: &mut Selected<I>, g: &Graph, dom: &Dominance, v: &Values, k: usize, edges: &[Edge]) {
    let old = v.regs[k];
    let fresh = |sel: &mut Selected<I>| {
        let pointer = sel.pointer[old.index()];
        sel.pointer.push(pointer);
        Reg::virt(sel.pointer.len() - 1, old.is_float())
    };
    // Copies, where the value is live on the edge.
    let mut copies: FxHashMap<(usize, bool), Reg> = FxHashMap::default();
    let mut list: Vec<(Edge, Reg)> = Vec::new();
    for &e in edges {
        let Edge { target, block, at_end, .. } = e;
        // What is handed over as an argument would share its place with the parameter on the other side.
        let passed = at_end && sel.blocks[sel.rpo[block] as usize].args.contains(&old);
        if (passed || bit(&v.live_in[target], k)) && !copies.contains_key(&(block, at_end)) {
            let to = fresh(sel);
            copies.insert((block, at_end), to);
            list.push((e, to));
        }
    }
    // Joins.
    let mut params: FxHashMap<usize, Reg> = FxHashMap::default();
    let mut work: Vec<usize> = list.iter().map(|c| c.0.block).collect();
    work.push(v.home[k]);
    while let Some(b) = work.pop() {
        for &j in &dom.frontier[b] {
            if bit(&v.live_in[j], k) && !params.contains_key(&j) {
                params.insert(j, fresh(sel));
                work.push(j);
            }
        }
    }
    let at_end = |b: usize| -> Reg {
        let mut b = b;
        loop {
            let here = copies.get(&(b, true)).or_else(|| copies.get(&(b, false))).or_else(|| params.get(&b));
            if let Some(&r) = here {
                return r;
            }
            if b == v.home[k] {
                return old;
            }
            b = dom.parent[b];
        }
    };
    let at_start = |b: usize| params.get(&b).copied().unwrap_or_else(|| at_end(dom.parent[b]));
    // Uses, before the copies are there.
    let home = v.home[k];
    let mut arguments: Vec<(usize, Reg)> = Vec::new();
    for &j in params.keys() {
        g.preds[j].iter().for_each(|&p| arguments.push((p, at_end(p))));
    }
    let mut sources: Vec<(Edge, Reg, Reg)> = Vec::new();
    for &(c, to) in &list {
        let from = match c.at_end {
            false => at_start(c.block),
            true => match copies.get(&(c.block, false)) {
                Some(&r) => r,
                None if c.block == home => old,
                None => at_start(c.block),
            },
        };
        sources.push((c, from, to));
    }
    let mut blocks = v.users[k].clone();
    blocks.push(home);
    for b in blocks {
        let inner = match copies.get(&(b, false)) {
            Some(&r) => r,
            None if b == home => old,
            None => at_start(b),
        };
        let outer = copies.get(&(b, true)).copied().unwrap_or(inner);
        let block = &mut sel.blocks[sel.rpo[b] as usize];
        for (inst, _) in &mut block.insts {
            inst.uses_and_defs(
                |r| {
                    if *r == old {
                        *r = inner;
                    }
                },
                |_| {},
            );
        }
        block.args.iter_mut().filter(|r| **r == old).for_each(|r| *r = outer);
    }
    for (e, src, dst) in sources {
        let insts = &mut sel.blocks[sel.rpo[e.block] as usize].insts;
        let at = if e.at_end { insts.len() - 1 } else { 0 };
        let line = insts[at].1;
        let inst = if e.stash { Any::Stash { dst, src } } else { Any::Move { dst, src } };
        insts.insert(at, (inst, line));
    }
    // In one order for parameters and arguments: by block.
    let mut joins: Vec<(usize, Reg)> = params.into_iter().collect();
    joins.sort_unstable_by_key(|j| j.0);
    for (j, r) in joins {
        sel.blocks[sel.rpo[j] as usize].params.push(r);
        for &p in &g.preds[j] {
            let value = arguments.iter().find(|a| a.0 == p).expect("each predecessor was asked").1;
            sel.blocks[sel.rpo[p] as usize].args.push(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{call, select, split};
    use super::*;
    use crate::isa::{Env, Wanted};
    use crate::prep;

    /// A loop that sums, asking for help on its unlikely way, between two calls.
    const PROGRAM: &str = "\
sig0 = go (ptr, i64) -> (i64)
sig1 = go (i64) -> (i64)
func f0 \"p.f\" sig0
b0(v0: ptr, v1: i64):
  v2: i64 = call f1 sig1(v1)
  v3: i64 = iconst 0
  jump b1(v2, v3)
b1(v4: i64, v5: i64):
  v6: i64 = load v0 + 8
  v7: i64 = add v5, v6
  v8: i8 = icmp.eq v6, v3
  br v8, b2, b3(v7) unlikely
b2:
  v9: i64 = call f1 sig1(v7)
  jump b3(v9)
b3(v10: i64):
  v11: i64 = iconst -1
  v12: i64 = add v4, v11
  v13: i8 = icmp.ne v12, v3
  br v13, b1(v12, v10), b4
b4:
  v14: i64 = call f1 sig1(v1)
  v15: i64 = add v14, v10
  ret v15
end
func f1 \"p.help\" sig1 noinline
b0(v0: i64):
  ret v0
end
";

    /// The values defined outside of lazy blocks that are live across some call, with whether the loop uses them.
    fn across(split_them: bool) -> Vec<(Reg, bool)> {
        let program = ir::parse::program(PROGRAM).unwrap_or_else(|e| panic!("{e}"));
        let env = Env::new(ir::View::new(&program), Wanted::default(), None);
        let mut f = program.funcs[ir::FuncId(0)].clone();
        prep::legalize(&mut f, &env.view);
        let sig = f.sig;
        let params = call::place_params(&mut f, &program.sigs[sig]);
        let mut sel = select::select::<crate::isa::Host>(&env, &f, params);
        let g = Graph::new(&sel);
        let unlikely = prep::unlikely(&f);
        let l = choose(&sel, &g, &|b| unlikely.get(b as usize).is_some_and(|&u| u));
        if split_them {
            let quiet = split::split_at_loops(&mut sel, &g, &l.lazy, &[]);
            assert_eq!(quiet.len(), 1);
            split_at_lazy_calls(&mut sel, &g, &l, &quiet);
        }
        let v = values(&mut sel, &g, &l.lazy);
        let (_, body) = &loops(&g)[0];
        let hot = |b: &usize| body.contains(b) && !l.lazy[*b];
        (0..v.regs.len())
            .filter(|&k| v.across.iter().any(|a| bit(a, k)))
            .map(|k| (v.regs[k], hot(&v.home[k]) || v.users[k].iter().any(hot)))
            .collect()
    }

    #[test]
    fn nothing_that_a_loop_works_on_is_live_across_a_call() {
        let before = across(false);
        assert!(before.iter().filter(|v| v.1).count() >= 2, "{before:?}");
        let after = across(true);
        assert!(!after.is_empty() && after.iter().all(|v| !v.1), "{after:?}");
    }
}
