//! Loop counters: parameters of a loop's header that only grow, or only shrink, on every way round.
//!
//! A step must not overflow. It does not if it is made where a signed comparison holds that keeps the counter away from the end of the
//! numbers: below something for a step of one up; below a length or a constant for larger ones; above a constant for steps down.
use super::fold;
use crate::{
    Block, Func, Op, Term, Ty, Value, ValueDef,
    analysis::{
        cfg::Cfg,
        dom::DomTree,
        loops::{Loop, Loops},
    },
    op::Cc,
};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

/// A counter: it is never below (above, if it does not grow) what it starts with.
#[derive(Clone, Copy, Debug)]
pub struct Counter {
    /// The header's parameter.
    pub param: Value,
    /// Its value when the loop begins.
    pub start: Value,
    /// Up or down.
    pub grows: bool,
}

/// Values, each with the blocks where it is the length of something that exists, and whether it is far from overflow there.
pub type Lengths = FxHashMap<Value, SmallVec<[(Block, bool); 4]>>;

/// Steps are smaller: added to a length that leaves room, they do not overflow.
fn step(ty: Ty) -> i64 {
    1 << (ty.int_bits() / 2 + 8)
}
/// How many additions and joins make one round.
const DEPTH: u32 = 4;

struct Search<'a> {
    f: &'a Func,
    cfg: &'a Cfg,
    dom: &'a DomTree,
    lengths: &'a Lengths,
    /// Where each instruction's results are made.
    home: Vec<Option<Block>>,
    param: Value,
    grows: bool,
}

/// Finds the counters of all loops.
pub fn find(f: &Func, cfg: &Cfg, dom: &DomTree, loops: &Loops, lengths: &Lengths) -> Vec<Counter> {
    let mut home: Vec<Option<Block>> = vec![None; f.values.len()];
    for (b, data) in f.blocks.iter_enumerated() {
        for &i in &data.insts {
            for &r in &f.insts[i].results {
                home[r.0 as usize] = Some(b);
            }
        }
    }
    let mut s = Search { f, cfg, dom, lengths, home, param: Value(0), grows: true };
    let mut out = Vec::new();
    for l in &loops.loops {
        for (k, &param) in f.blocks[l.header].params.iter().enumerate() {
            if !matches!(f.ty(param), Ty::I64 | Ty::I32) {
                continue;
            }
            for grows in [true, false] {
                (s.param, s.grows) = (param, grows);
                if let Some(start) = s.counts(l, k) {
                    out.push(Counter { param, start, grows });
                }
            }
        }
    }
    out
}

/// What `p` hands over as parameter `k` of `b`; `None` if it cannot be told.
pub(super) fn arguments(f: &Func, p: Block, b: Block, k: usize) -> Option<Vec<Value>> {
    let arg = |call: &crate::BlockCall| (call.block == b).then(|| f.resolve(call.args[k]));
    match &f.blocks[p].term {
        Term::Jump(t) => Some(arg(t).into_iter().collect()),
        Term::Br { then, els, .. } => Some(arg(then).into_iter().chain(arg(els)).collect()),
        _ => None,
    }
}

impl Search<'_> {
    /// What the counter starts with, if it is one.
    fn counts(&self, l: &Loop, k: usize) -> Option<Value> {
        let mut start = None;
        let mut steps = false;
        for &p in &self.cfg.preds[l.header] {
            for a in arguments(self.f, p, l.header, k)? {
                if l.latches.contains(&p) {
                    steps |= a != self.param;
                    if !self.steps(a, DEPTH) {
                        return None;
                    }
                } else if start.is_some_and(|s| s != a) {
                    return None;
                } else {
                    start = Some(a);
                }
            }
        }
        start.filter(|_| steps)
    }

    /// Whether `a` is the counter after steps in the right direction, or none.
    fn steps(&self, a: Value, depth: u32) -> bool {
        let f = self.f;
        if a == self.param {
            return true;
        }
        if depth == 0 {
            return false;
        }
        match f.values[a].def {
            ValueDef::Inst(i, _) => {
                let d = &f.insts[i];
                let k = d.args.get(1).and_then(|&k| f.as_const(k));
                let k = match d.op {
                    Op::Add => k,
                    Op::Sub => k.and_then(i64::checked_neg),
                    _ => None,
                };
                let step = step(f.ty(a));
                let Some(k) = k.filter(|k| (-step..step).contains(k) && *k != 0 && (*k > 0) == self.grows)
                else {
                    return false;
                };
                let from = f.resolve(d.args[0]);
                self.home[a.0 as usize].is_some_and(|at| self.guarded(from, k, at))
                    && self.steps(from, depth - 1)
            }
            // A join inside the loop.
            ValueDef::Param(b, k) => {
                self.dom.dominates(self.header(), b)
                    && b != self.header()
                    && self.cfg.preds[b].iter().all(|&p| {
                        arguments(f, p, b, k as usize)
                            .is_some_and(|list| list.iter().all(|&a| self.steps(a, depth - 1)))
                    })
            }
            ValueDef::Alias(_) => false,
        }
    }

    fn header(&self) -> Block {
        match self.f.values[self.param].def {
            ValueDef::Param(b, _) => b,
            _ => unreachable!("a counter is a parameter"),
        }
    }

    /// Whether a comparison that holds in block `at` keeps `from + k` from overflowing.
    fn guarded(&self, from: Value, k: i64, at: Block) -> bool {
        let f = self.f;
        // A round that comes by the step comes by these checks, too.
        let is_length = |y: Value| {
            let here = |&(b, room): &(Block, bool)| (room || k < 0) && self.dom.dominates(b, at);
            self.lengths.get(&y).is_some_and(|l| l.iter().any(here))
        };
        let step = step(f.ty(from));
        let mut above = Some(at);
        while let Some(b) = above {
            if let [p] = self.cfg.preds[b].as_slice()
                && let Term::Br { cond, then, els, .. } = &f.blocks[*p].term
                && then.block != els.block
                && let Some(c) = f.def_inst(*cond)
                && let Op::Icmp(cc) = c.op
            {
                let cc = if then.block == b { cc } else { fold::negate(cc) };
                let (x, y) = (f.resolve(c.args[0]), f.resolve(c.args[1]));
                for (cc, x, y) in [(cc, x, y), (fold::swap(cc), y, x)] {
                    if x != from {
                        continue;
                    }
                    let near = |c: i64| (-step..step).contains(&c);
                    let bounded = f.as_const(y).is_some_and(near) || is_length(y);
                    let holds = match cc {
                        Cc::Slt if k == 1 => true,
                        Cc::Slt | Cc::Sle => k > 0 && bounded,
                        Cc::Sgt | Cc::Sge => k < 0 && bounded,
                        _ => false,
                    };
                    if holds {
                        return true;
                    }
                }
            }
            above = self.dom.idom(b);
        }
        false
    }
}
