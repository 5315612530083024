//! Loops that need no poll in each round: those that run a known, small number of rounds, and inner loops that count, which run in strips:
//!
//! ```text
//! for i < n { … }   becomes   for { limit = min(n, i + STRIP); for i < limit { … }; if !(i < n) { break }; poll }
//! ```
//!
//! The header of a loop without polls is marked as [`counted`](crate::func::BlockData::counted); [`super::poll`] leaves it out. Such a loop
//! has to end, whatever the numbers are: its counter must not pass its bound by overflowing. What is called in a cold block may take long,
//! so such blocks get polls of their own.
use super::effects::{Effect, effect};
use super::fold;
use crate::{
    Block, BlockCall, Func, Op, Term, Ty, Value, ValueDef, View,
    analysis::{
        cfg::Cfg,
        dom::DomTree,
        loops::{Loop, Loops},
    },
    op::Cc,
};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

/// What may be done between two polls, in simple instructions: some microseconds, if all of it waits for memory some hundreds. Each strip ends with a
/// jump that the machine does not foresee: with a quarter of the budget, a loop of seven instructions took a sixth more.
const BUDGET: u64 = 16384;
/// Shorter strips are not worth their bounds.
const MIN_ROUNDS: u64 = 16;
/// Longer steps are not looked at.
const MAX_STEP: i64 = 256;
/// Numbers of 64 bits that no loop counts to from the end of the numbers, nor to the end from them.
const NEAR: std::ops::Range<i64> = -(1 << 61)..1 << 61;

/// The pass.
pub fn run(view: &View, f: &mut Func) {
    if f.flags.nosplit || f.flags.systemstack {
        return;
    }
    let cfg = Cfg::new(f);
    let dom = DomTree::new(f, &cfg);
    let loops = Loops::new(f, &cfg, &dom);
    if loops.loops.is_empty() {
        return;
    }
    let mut home = vec![None; f.values.len()];
    for (b, data) in f.blocks.iter_enumerated() {
        let results = data.insts.iter().flat_map(|&i| &f.insts[i].results);
        for &v in data.params.iter().chain(results) {
            home[v.0 as usize] = Some(b);
        }
    }
    // What the loops inside one loop cost from beginning to end; `None` if that is not known, or much.
    let mut inside: Vec<Option<u64>> = vec![Some(0); loops.loops.len()];
    let mut has_inner = vec![false; loops.loops.len()];
    let mut strips = Vec::new();
    for (n, l) in loops.loops.iter().enumerate().rev() {
        let mut whole = None;
        if let Some(round) = inside[n].and_then(|inside| Some(inside + round(f, &loops, n)?))
            && let Some(test) = Test::find(f, &cfg, &loops, &home, n)
        {
            let bits = view.target().bits(test.ty);
            // The last time it is only the test.
            let cost = test.rounds(f, bits).map(|rounds| rounds.saturating_add(1).saturating_mul(round));
            let rounds = BUDGET / round;
            if cost.is_some_and(|c| c <= BUDGET) {
                whole = cost;
                f.blocks[l.header].counted = true;
                polls_at_calls(f, l);
            } else if !has_inner[n] && rounds >= MIN_ROUNDS && test.ends(f, bits) {
                let rounds = (rounds + 1).next_power_of_two() / 2;
                strips.push((l, test, rounds as i64));
                polls_at_calls(f, l);
            }
        }
        if let Some(parent) = l.parent {
            has_inner[parent] = true;
            inside[parent] = inside[parent].and_then(|sum| Some(sum.saturating_add(whole?)));
        }
    }
    // Which block has a header's way out of the loop now.
    let mut moved = FxHashMap::default();
    for (l, test, rounds) in strips {
        let bits = view.target().bits(test.ty);
        in_strips(f, &cfg, &mut moved, l, &test, rounds, bits);
    }
}

/// What one round costs without the loops inside; `None` if it may take long.
fn round(f: &Func, loops: &Loops, n: usize) -> Option<u64> {
    let mut sum = 1;
    for &b in loops.loops[n].blocks.iter().filter(|&&b| loops.innermost[b] == Some(n)) {
        let mut block = 1;
        for &i in &f.blocks[b].insts {
            block += match f.insts[i].op {
                Op::Call { .. } if f.blocks[b].cold => 0,
                Op::Call { .. } | Op::New { .. } | Op::Poll => return None,
                Op::Iconst(_) | Op::Sym(..) | Op::SlotAddr(..) | Op::KeepAlive | Op::Escape => 0,
                Op::SDiv | Op::UDiv | Op::SRem | Op::URem | Op::UDivWide => 30,
                Op::FDiv | Op::FSqrt => 15,
                Op::Load { .. } => 2,
                Op::MemCopy { size, .. } | Op::MemZero { size, .. } => 2 + size as u64 / 8,
                Op::WriteBarrier { .. } => 30,
                Op::AtomicLoad | Op::AtomicStore | Op::AtomicRmw(_) | Op::AtomicCas | Op::SpinHint => 60,
                _ => 1,
            };
        }
        sum += if f.blocks[b].cold { u64::div_ceil(block, 4) } else { block };
    }
    Some(sum)
}

/// Polls where the loop calls something.
fn polls_at_calls(f: &mut Func, l: &Loop) {
    for &b in &l.blocks {
        let has = |what: fn(&Op) -> bool| f.blocks[b].insts.iter().any(|&i| what(&f.insts[i].op));
        if has(|op| matches!(op, Op::Call { .. })) && !has(|op| matches!(op, Op::Poll)) {
            let pos = f.blocks[b].term_pos;
            f.push_inst(b, Op::Poll, &[], &[], pos);
        }
    }
}

/// The test at a loop's beginning: it goes on as long as `counter cc bound`.
struct Test {
    cc: Cc,
    ty: Ty,
    /// Which parameter of the header counts.
    index: usize,
    counter: Value,
    step: i64,
    bound: Value,
    /// What it starts with, where that is a constant.
    start: Option<i64>,
}

impl Test {
    fn find(f: &Func, cfg: &Cfg, loops: &Loops, home: &[Option<Block>], n: usize) -> Option<Test> {
        let l = &loops.loops[n];
        let header = &f.blocks[l.header];
        let Term::Br { cond, then, els, .. } = &header.term else { return None };
        let stays = loops.contains(n, then.block);
        if stays == loops.contains(n, els.block) || f.roots().any(|r| r == l.header) {
            return None;
        }
        // After a poll the header's instructions are executed again.
        let again = |op: &Op| matches!(effect(op), Effect::Pure | Effect::Read | Effect::Check);
        if !header.insts.iter().all(|&i| again(&f.insts[i].op)) {
            return None;
        }
        let d = f.def_inst(*cond)?;
        let Op::Icmp(cc) = d.op else { return None };
        let cc = if stays { cc } else { fold::negate(cc) };
        let (x, y) = (f.resolve(d.args[0]), f.resolve(d.args[1]));
        [(cc, x, y), (fold::swap(cc), y, x)].into_iter().find_map(|(cc, counter, bound)| {
            let ty = f.ty(counter);
            let index = header.params.iter().position(|&p| p == counter)?;
            let outside = |v: Value| home[v.0 as usize].is_some_and(|b| !loops.contains(n, b));
            if !matches!(ty, Ty::I64 | Ty::I32) || f.as_const(bound).is_none() && !outside(bound) {
                return None;
            }
            let (mut step, mut start) = (None, Vec::new());
            for &p in &cfg.preds[l.header] {
                let mut same = true;
                for a in arguments(f, p, l.header, index)? {
                    if l.latches.contains(&p) {
                        let s = steps(f, a, counter)?;
                        same &= *step.get_or_insert(s) == s;
                    } else {
                        start.push(f.as_const(a));
                    }
                }
                if !same {
                    return None;
                }
            }
            let step = step.filter(|s| (1..=MAX_STEP).contains(&s.abs()))?;
            let up = match cc {
                Cc::Slt | Cc::Sle | Cc::Ult | Cc::Ule => true,
                Cc::Sgt | Cc::Sge | Cc::Ugt => false,
                Cc::Ne if step.abs() == 1 => step > 0,
                _ => return None,
            };
            let start = start.first().copied().flatten().filter(|s| start.iter().all(|t| *t == Some(*s)));
            (up == (step > 0)).then_some(Test { cc, ty, index, counter, step, bound, start })
        })
    }

    /// How many rounds there are, if that is known.
    fn rounds(&self, f: &Func, bits: u32) -> Option<u64> {
        let (start, bound) = (self.start?, f.as_const(self.bound)?);
        let small = -(1 << (bits - 2))..1 << (bits - 2);
        let unsigned = matches!(self.cc, Cc::Ult | Cc::Ule | Cc::Ugt);
        if !small.contains(&start) || !small.contains(&bound) || unsigned && (start < 0 || bound < 0) {
            return None;
        }
        let way = if self.step > 0 { bound - start } else { start - bound };
        if way < 0 {
            return (self.cc != Cc::Ne).then_some(0);
        }
        Some(way as u64 / self.step.unsigned_abs() + 1)
    }

    /// Whether a number, if it is one, is far from the ends of the numbers for a loop over `bits` bits.
    fn near(bits: u32, n: Option<i64>) -> bool {
        n.is_some_and(|n| if bits == 64 { NEAR.contains(&n) } else { (-(1 << 29)..1 << 29).contains(&n) })
    }
    /// Whether neither it nor its limits get to the end of the numbers: it takes too long from where it starts, or the bound comes first.
    fn far_from_overflow(&self, f: &Func, bits: u32) -> bool {
        let unsigned = matches!(self.cc, Cc::Ult | Cc::Ule | Cc::Ugt);
        let far =
            |n: Option<i64>| Self::near(bits, n) && (!unsigned || self.step > 0 && n.is_some_and(|n| n >= 0));
        far(f.as_const(self.bound)) || bits == 64 && far(self.start)
    }
    /// Whether it ends for certain.
    fn ends(&self, f: &Func, bits: u32) -> bool {
        let strict = matches!(self.cc, Cc::Slt | Cc::Sgt | Cc::Ult | Cc::Ugt | Cc::Ne);
        strict && self.step.abs() == 1 || self.far_from_overflow(f, bits)
    }
}

/// What `p` hands over as parameter `k` of `b`; `None` if it cannot be told.
fn arguments(f: &Func, p: Block, b: Block, k: usize) -> Option<SmallVec<[Value; 2]>> {
    let arg = |call: &BlockCall| (call.block == b).then(|| f.resolve(call.args[k]));
    match &f.blocks[p].term {
        Term::Jump(t) => Some(arg(t).into_iter().collect()),
        Term::Br { then, els, .. } => Some(arg(then).into_iter().chain(arg(els)).collect()),
        _ => None,
    }
}

/// How much `a` is more than the counter.
fn steps(f: &Func, a: Value, counter: Value) -> Option<i64> {
    let ValueDef::Inst(i, _) = f.values[a].def else { return None };
    let d = &f.insts[i];
    let k = d.args.get(1).and_then(|&k| f.as_const(k))?;
    let from = f.resolve(d.args[0]) == counter;
    match d.op {
        Op::Add if from => Some(k),
        Op::Sub if from => k.checked_neg(),
        _ => None,
    }
}

/// Makes two loops of one: the outer one sets the limit, and polls.
fn in_strips(
    f: &mut Func,
    cfg: &Cfg,
    moved: &mut FxHashMap<Block, Block>,
    l: &Loop,
    test: &Test,
    rounds: i64,
    bits: u32,
) {
    let (header, pos) = (l.header, f.blocks[l.header].term_pos);
    let [outer, ask, again] = [f.new_block(), f.new_block(), f.new_block()];
    f.blocks[outer].cold = f.blocks[header].cold;
    f.blocks[ask].cold = f.blocks[header].cold;
    // What jumped to the header from outside comes to the outer loop's header now, which hands its parameters on.
    let params = f.blocks[header].params.clone();
    let firsts: SmallVec<[Value; 2]> = params.iter().map(|&p| f.add_param(outer, f.ty(p))).collect();
    moved.insert(header, ask);
    for p in cfg.preds[header].iter().filter(|p| !l.latches.contains(p)) {
        f.blocks[moved.get(p).copied().unwrap_or(*p)].term.for_each_call_mut(|call| {
            if call.block == header {
                call.block = outer;
            }
        });
    }
    let bound = |f: &mut Func, b: Block| match f.as_const(test.bound) {
        Some(c) => put(f, b, Op::Iconst(c), &[], test.ty),
        None => test.bound,
    };
    let first = firsts[test.index];
    let end = bound(f, outer);
    let distance = rounds * test.step;
    let far = put(f, outer, Op::Iconst(distance), &[], test.ty);
    let far = put(f, outer, Op::Add, &[first, far], test.ty);
    let less = match test.cc {
        Cc::Sle => Cc::Slt,
        Cc::Ule => Cc::Ult,
        Cc::Sge => Cc::Sgt,
        cc => cc,
    };
    let limit = if less == Cc::Ne {
        let (from, to) = if test.step > 0 { (first, end) } else { (end, first) };
        let way = put(f, outer, Op::Sub, &[to, from], test.ty);
        let most = put(f, outer, Op::Iconst(distance.abs()), &[], test.ty);
        let more = put(f, outer, Op::Icmp(Cc::Ugt), &[way, most], Ty::I8);
        put(f, outer, Op::Select, &[more, far, end], test.ty)
    } else {
        let inside = put(f, outer, Op::Icmp(less), &[far, end], Ty::I8);
        let mut limit = put(f, outer, Op::Select, &[inside, far, end], test.ty);
        if !test.far_from_overflow(f, bits) {
            // The sum may have passed the end of the numbers.
            let onward = put(f, outer, Op::Icmp(less), &[first, far], Ty::I8);
            limit = put(f, outer, Op::Select, &[onward, limit, end], test.ty);
        }
        limit
    };
    f.blocks[outer].term = Term::Jump(BlockCall { block: header, args: firsts });
    f.blocks[outer].term_pos = pos;

    let goes_on = put(f, header, Op::Icmp(test.cc), &[test.counter, limit], Ty::I8);
    let Term::Br { then, els, likely, .. } = f.blocks[header].term.clone() else {
        unreachable!("the header ends in the test")
    };
    let stays_then = l.blocks.contains(&then.block);
    let (stay, exit) = if stays_then { (then, els) } else { (els, then) };
    let to = |block| BlockCall { block, args: SmallVec::new() };
    let likely = likely.map(|likely| likely == stays_then);
    f.blocks[header].term = Term::Br { cond: goes_on, then: stay, els: to(ask), likely };
    f.blocks[header].counted = true;

    let end = bound(f, ask);
    let more = put(f, ask, Op::Icmp(test.cc), &[test.counter, end], Ty::I8);
    f.blocks[ask].term = Term::Br { cond: more, then: to(again), els: exit, likely: Some(false) };
    f.blocks[ask].term_pos = pos;
    f.blocks[again].cold = true;
    f.blocks[again].term = Term::Jump(BlockCall { block: outer, args: params });
    f.blocks[again].term_pos = pos;
}

/// Appends an operation with one result.
fn put(f: &mut Func, b: Block, op: Op, args: &[Value], ty: Ty) -> Value {
    let pos = f.blocks[b].term_pos;
    let i = f.push_inst(b, op, args, &[ty], pos);
    f.insts[i].results[0]
}
