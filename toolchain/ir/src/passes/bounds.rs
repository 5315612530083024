//! Bounds checks that earlier comparisons have decided.
//!
//! Walking down the dominator tree, the pass keeps what the branches and checks above have established (`x < y`, signed or unsigned) and
//! removes checks that follow. A check `x <u y` of a length y needs two proofs in signed numbers: 0 <= x, and x <= y - 1. Proofs go from
//! comparison to comparison, with constants and numbers that are not negative added on the way where the addition cannot overflow, as in Bodík,
//! Gupta, Sarkar, "ABCD: Eliminating Array Bounds Checks on Demand" (2000). Of loops they know counters that only grow or only shrink
//! ([`super::counters`]).
//!
//! A slice of what is left behind its start asks whether that is nothing, so that its address stays inside: where a proof says that the start is
//! below the end, so does the comparison.
use super::{counters, fold};
use crate::{
    Block, Func, Inst, Op, Term, Ty, Value, ValueDef, View,
    analysis::{cfg::Cfg, dom::DomTree, loops::Loops},
    op::{Asked, BoundsKind, Cc},
};
use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;
use std::cell::Cell;

/// An established comparison.
#[derive(Clone, Copy)]
struct Fact {
    cc: Cc,
    x: Value,
    y: Value,
    /// What x is the sum of.
    sum: Option<[Value; 2]>,
}

/// The longest chain of comparisons in a proof.
const DEPTH: u32 = 5;
/// How many of the latest comparisons are looked at.
const WINDOW: usize = 160;
/// Steps of a proof.
const FUEL: u32 = 200;
/// Numbers nearer to 0 than this are never far enough, added to what [`leaves_room`], to overflow.
fn huge(ty: Ty) -> i64 {
    1 << (ty.int_bits() - 14)
}

/// Whether a length of elements with `unit` bytes, in a word of this type, is certainly far from overflow: memory holds
/// no more elements. Those without a size may be as many as there are numbers.
pub(super) fn leaves_room(unit: u64, ty: Ty) -> bool {
    let (largest, memory) = match ty {
        Ty::I64 => (1u64 << 62, 1 << 56),
        Ty::I32 => (1 << 30, 1 << 32),
        _ => return false,
    };
    unit > 0 && memory / unit <= largest
}

struct Facts<'a> {
    f: &'a Func,
    cfg: &'a Cfg,
    dom: &'a DomTree,
    list: Vec<Fact>,
    counters: FxHashMap<Value, Vec<counters::Counter>>,
    /// Lengths of what exists here, since a check asked about them: not negative, and those with room far from overflow.
    lengths: FxHashSet<Value>,
    roomy: FxHashSet<Value>,
    /// Both in the order in which they became known; `true`: it was room.
    order: Vec<(Value, bool)>,
    /// Steps left for the proof.
    fuel: Cell<u32>,
}

/// The pass.
pub fn run(_view: &View, f: &mut Func) {
    let cfg = Cfg::new(f);
    let dom = DomTree::new(f, &cfg);
    let asked = asked(f);
    if asked.is_empty() {
        return;
    }
    let loops = Loops::new(f, &cfg, &dom);
    let mut decided = Decided::default();
    {
        let mut counters: FxHashMap<Value, Vec<counters::Counter>> = FxHashMap::default();
        for c in counters::find(f, &cfg, &dom, &loops, &asked) {
            counters.entry(c.param).or_default().push(c);
        }
        let mut facts = Facts {
            f,
            cfg: &cfg,
            dom: &dom,
            list: Vec::new(),
            counters,
            lengths: FxHashSet::default(),
            roomy: FxHashSet::default(),
            order: Vec::new(),
            fuel: Cell::new(0),
        };
        for &(y, unit) in &f.lengths {
            facts.length(y, unit);
        }
        for &root in &dom.roots {
            let mut stack = vec![(root, 0, facts.mark())];
            enter(&mut facts, &cfg, root, &mut decided);
            while let Some((b, next, mark)) = stack.last_mut() {
                if let Some(&c) = dom.children[*b].get(*next) {
                    *next += 1;
                    let mark = facts.mark();
                    enter(&mut facts, &cfg, c, &mut decided);
                    stack.push((c, 0, mark));
                } else {
                    let mark = *mark;
                    facts.back_to(mark);
                    stack.pop();
                }
            }
        }
    }
    for i in decided.checks {
        f.insts[i].op = Op::KeepAlive;
        f.insts[i].args.clear();
    }
    for (i, holds) in decided.comparisons {
        f.insts[i].op = Op::Iconst(holds as i64);
        f.insts[i].args.clear();
    }
}

/// Checks that always pass, and comparisons with what they say.
#[derive(Default)]
struct Decided {
    checks: Vec<Inst>,
    comparisons: Vec<(Inst, bool)>,
}

fn enter(facts: &mut Facts, cfg: &Cfg, b: Block, decided: &mut Decided) {
    let f = facts.f;
    if let [p] = cfg.preds[b].as_slice()
        && let Term::Br { cond, then, els, .. } = &f.blocks[*p].term
        && then.block != els.block
        && let Some(d) = f.def_inst(*cond)
        && let Op::Icmp(cc) = d.op
    {
        let cc = if then.block == b { cc } else { fold::negate(cc) };
        facts.learn(cc, d.args[0], d.args[1]);
    }
    for &i in &f.blocks[b].insts {
        let d = &f.insts[i];
        match d.op {
            Op::BoundsCheck { kind, unit, .. } => {
                let (x, y) = (f.resolve(d.args[0]), f.resolve(d.args[1]));
                let strict = kind == BoundsKind::Index;
                if is_length(kind) {
                    facts.length(y, unit);
                }
                facts.fuel.set(FUEL);
                if facts.below(x, y, strict) {
                    decided.checks.push(i);
                }
                facts.state(if strict { Cc::Ult } else { Cc::Ule }, x, y);
            }
            Op::Icmp(cc @ (Cc::Eq | Cc::Ne)) if f.as_const(d.args[1]) == Some(0) => {
                facts.fuel.set(FUEL);
                if facts.differ(f.resolve(d.args[0])) {
                    decided.comparisons.push((i, cc == Cc::Ne));
                }
            }
            _ => {}
        }
    }
}

impl Facts<'_> {
    fn mark(&self) -> (usize, usize) {
        (self.list.len(), self.order.len())
    }
    fn back_to(&mut self, mark: (usize, usize)) {
        self.list.truncate(mark.0);
        for (y, room) in self.order.drain(mark.1..) {
            if room {
                self.roomy.remove(&y)
            } else {
                self.lengths.remove(&y)
            };
        }
    }

    fn learn(&mut self, cc: Cc, x: Value, y: Value) {
        let (x, y) = (self.f.resolve(x), self.f.resolve(y));
        match cc {
            Cc::Slt | Cc::Sle | Cc::Ult | Cc::Ule => self.state(cc, x, y),
            Cc::Sgt | Cc::Sge | Cc::Ugt | Cc::Uge => self.state(fold::swap(cc), y, x),
            Cc::Eq => {
                self.state(Cc::Sle, x, y);
                self.state(Cc::Sle, y, x);
            }
            Cc::Ne => {}
        }
    }
    fn state(&mut self, cc: Cc, x: Value, y: Value) {
        let sum = addends(self.f, x);
        self.list.push(Fact { cc, x, y, sum });
    }
    /// y is the length of something with elements of `unit` bytes.
    fn length(&mut self, y: Value, unit: u64) {
        if self.lengths.insert(y) {
            self.order.push((y, false));
        }
        if leaves_room(unit, self.f.ty(y)) && self.roomy.insert(y) {
            self.order.push((y, true));
        }
    }

    /// Whether x is the difference of two numbers of which one is certainly below the other.
    fn differ(&self, x: Value) -> bool {
        let Some(d) = self.f.def_inst(x).filter(|d| d.op == Op::Sub && self.is_word(x)) else { return false };
        let (a, b) = (self.f.resolve(d.args[0]), self.f.resolve(d.args[1]));
        self.at_most(b, a, -1, DEPTH) || self.at_most(a, b, -1, DEPTH)
    }

    /// Whether x <u y (or x <=u y) is certain.
    fn below(&self, x: Value, y: Value, strict: bool) -> bool {
        let f = self.f;
        if !strict && (x == y || f.as_const(x) == Some(0)) {
            return true;
        }
        if let Some(n) = f.as_const(y)
            && n >= 0
            && self.largest(x, 8).is_some_and(|m| if strict { m < n as u64 } else { m <= n as u64 })
        {
            return true;
        }
        let stated = |fact: &Fact| {
            fact.x == x && fact.y == y && (fact.cc == Cc::Ult || (fact.cc == Cc::Ule && !strict))
        };
        if self.list.iter().rev().take(WINDOW).any(stated) {
            return true;
        }
        // The other proof is in signed numbers, which says nothing of an unsigned y that might be negative.
        self.is_word(x)
            && self.lower(y, DEPTH).is_some_and(|l| l >= 0)
            && self.lower(x, DEPTH).is_some_and(|l| l >= 0)
            && self.at_most(x, y, -(strict as i64), DEPTH)
    }

    fn is_word(&self, x: Value) -> bool {
        matches!(self.f.ty(x), Ty::I64 | Ty::I32)
    }

    /// What a comparison says of its x from above: `x <= y + c`, in signed numbers.
    fn ceiling(&self, fact: &Fact) -> Option<(Value, i64)> {
        match fact.cc {
            Cc::Slt => Some((fact.y, -1)),
            Cc::Sle => Some((fact.y, 0)),
            Cc::Ult if self.is_natural(fact.y) => Some((fact.y, -1)),
            Cc::Ule if self.is_natural(fact.y) => Some((fact.y, 0)),
            _ => None,
        }
    }

    /// What is known of x from above: `x <= y + c`, in signed numbers.
    fn ceilings(&self, x: Value) -> impl Iterator<Item = (Value, i64)> + '_ {
        let stated = self.list.iter().rev().take(WINDOW).filter(move |fact| fact.x == x);
        let stated = stated.filter_map(|fact| self.ceiling(fact));
        let shrinking = self.counters_at(x).filter(|c| !c.grows).map(|c| (c.start, 0));
        stated.chain(shrinking)
    }

    fn counters_at(&self, x: Value) -> impl Iterator<Item = &counters::Counter> {
        self.counters.get(&x).into_iter().flatten()
    }

    fn spent(&self) -> bool {
        let left = self.fuel.get();
        self.fuel.set(left.saturating_sub(1));
        left == 0
    }

    /// Whether the value is a length or a constant that is not negative.
    fn is_natural(&self, x: Value) -> bool {
        self.lengths.contains(&x) || self.f.as_const(x).is_some_and(|c| c >= 0)
    }

    /// Whether x <= y + c in signed numbers.
    fn at_most(&self, x: Value, y: Value, c: i64, depth: u32) -> bool {
        let f = self.f;
        if x == y {
            return c >= 0;
        }
        let near = -huge(f.ty(x))..huge(f.ty(x));
        if !near.contains(&c) {
            return false;
        }
        let limit = f.as_const(y).filter(|k| near.contains(k)).map(|k| k + c);
        if let Some(limit) = limit
            && (f.as_const(x).is_some_and(|k| k <= limit)
                || (limit >= 0 && self.largest(x, 8).is_some_and(|m| m <= limit as u64)))
        {
            return true;
        }
        if let Some(k) = f.as_const(x)
            && near.contains(&k)
            && self.lower(y, depth.min(3)).is_some_and(|l| k <= l.saturating_add(c))
        {
            return true;
        }
        if depth == 0 || self.spent() {
            return false;
        }
        if let Some((a, k)) = self.sum(x, depth)
            && self.at_most(a, y, c - k, depth - 1)
        {
            return true;
        }
        if let Some((b, k)) = self.sum(y, depth)
            && self.at_most(x, b, c + k, depth - 1)
        {
            return true;
        }
        // A sum with what is not negative is no smaller than either.
        let above = |(a, least): (Value, i64)| self.at_most(x, a, c.saturating_add(least), depth - 1);
        if addends(f, y)
            .is_some_and(|sum| self.least(sum, depth).is_some_and(|all| all.into_iter().any(above)))
        {
            return true;
        }
        self.ceilings(x).any(|(z, k)| self.at_most(z, y, c - k, depth - 1))
            || self.list.iter().rev().take(WINDOW).any(|fact| {
                let Some(sum) = fact.sum.filter(|sum| sum.contains(&x)) else { return false };
                let Some((z, k)) = self.ceiling(fact) else { return false };
                let Some(all) = self.least(sum, depth) else { return false };
                // x + least <= sum <= z + k
                let least = all.into_iter().filter(|a| a.0 == x).map(|a| a.1).max();
                least.is_some_and(|least| self.at_most(z, y, c.saturating_add(least) - k, depth - 1))
            })
    }

    /// The parts of a sum that cannot overflow, each with the least that the other is.
    fn least(&self, [a, b]: [Value; 2], depth: u32) -> Option<[(Value, i64); 2]> {
        let huge = huge(self.f.ty(a));
        if depth == 0 || !self.is_word(a) || !self.far_from_top(a) || !self.far_from_top(b) {
            return None;
        }
        let low = |z| self.lower(z, depth - 1).filter(|&l| l > -huge);
        Some([(a, low(b)?), (b, low(a)?)])
    }

    /// Whether two of these are never too much for a number: even the largest lengths are less than all of memory.
    fn far_from_top(&self, x: Value) -> bool {
        let huge = huge(self.f.ty(x));
        let near = |z: Value| self.roomy.contains(&z) || self.f.as_const(z).is_some_and(|c| c < huge);
        near(x)
            || self.largest(x, 8).is_some_and(|m| m < huge as u64)
            || self.ceilings(x).any(|(z, _)| near(z))
    }

    /// x as a + k, computed without overflow.
    fn sum(&self, x: Value, depth: u32) -> Option<(Value, i64)> {
        let f = self.f;
        let d = f.def_inst(x)?;
        if !self.is_word(x) {
            return None;
        }
        let (a, k) = match d.op {
            Op::Add => (d.args[0], f.as_const(d.args[1])?),
            Op::Sub => (d.args[0], f.as_const(d.args[1])?.checked_neg()?),
            _ => return None,
        };
        let a = f.resolve(a);
        let huge = huge(f.ty(x));
        if !(-huge..huge).contains(&k) || depth == 0 {
            return None;
        }
        let safe = if k < 0 {
            self.lower(a, depth - 1).is_some_and(|l| l > -huge)
        } else {
            // From below something, one step cannot overflow.
            self.far_from_top(a) || (k == 1 && self.ceilings(a).any(|(_, s)| s < 0))
        };
        safe.then_some((a, k))
    }

    /// What a value that is one of several is one of: chosen, or handed over where ways meet. Not around a loop: what is known of this
    /// round's values says nothing of the last one's.
    fn one_of(&self, x: Value) -> Option<SmallVec<[Value; 4]>> {
        let f = self.f;
        match f.values[x].def {
            ValueDef::Inst(i, _) if f.insts[i].op == Op::Select => {
                Some(f.insts[i].args[1..].iter().map(|&v| f.resolve(v)).collect())
            }
            ValueDef::Param(b, k) if f.roots().all(|r| r != b) => {
                let preds = &self.cfg.preds[b];
                if preds.is_empty() || preds.len() > 8 || preds.iter().any(|&p| self.dom.dominates(b, p)) {
                    return None;
                }
                let mut all = SmallVec::new();
                for &p in preds {
                    all.extend(counters::arguments(f, p, b, k as usize)?);
                }
                all.sort_unstable();
                all.dedup();
                Some(all)
            }
            _ => None,
        }
    }

    /// A lower bound of x as a signed number.
    fn lower(&self, x: Value, depth: u32) -> Option<i64> {
        let f = self.f;
        if let Some(c) = f.as_const(x) {
            return Some(c);
        }
        let mut best: Option<i64> = None;
        let mut better = |l: i64| best = Some(best.map_or(l, |b: i64| b.max(l)));
        if self.lengths.contains(&x) || self.non_negative(x, 6) {
            better(0);
        }
        if depth == 0 || self.spent() {
            return best;
        }
        if let Some(l) = self.one_of(x).and_then(|all| {
            let lows = all.into_iter().map(|v| self.lower(v, depth - 1));
            lows.reduce(|a, b| Some(a?.min(b?))).flatten()
        }) {
            better(l);
        }
        for fact in self.list.iter().rev().take(WINDOW) {
            let unsigned = matches!(fact.cc, Cc::Ult | Cc::Ule);
            if fact.x == x && unsigned && self.is_natural(fact.y) {
                better(0);
            }
            if fact.y == x && (!unsigned || self.is_natural(x)) {
                let floor = match f.as_const(fact.x) {
                    Some(c) => Some(c),
                    None if self.lengths.contains(&fact.x) => Some(0),
                    None => self.lower(fact.x, depth.min(2) - 1),
                };
                if let Some(l) = floor {
                    better(l.saturating_add(matches!(fact.cc, Cc::Slt | Cc::Ult) as i64));
                }
            }
        }
        for c in self.counters_at(x).filter(|c| c.grows) {
            if let Some(l) = self.lower(c.start, depth - 1) {
                better(l);
            }
        }
        if let Some((a, k)) = self.sum(x, depth)
            && let Some(l) = self.lower(a, depth - 1)
        {
            better(l.saturating_add(k));
        }
        if let Some([(_, b), (_, a)]) = addends(f, x).and_then(|sum| self.least(sum, depth)) {
            better(a + b);
        }
        best
    }

    /// The largest unsigned value of x, if it is known.
    fn largest(&self, x: Value, depth: u32) -> Option<u64> {
        let f = self.f;
        if depth == 0 {
            return None;
        }
        if let Some(all) = self.one_of(x) {
            if depth < 3 || self.spent() {
                return None;
            }
            let most = all.into_iter().map(|v| self.largest(v, depth - 2));
            return most.reduce(|a, b| Some(a?.max(b?))).flatten();
        }
        if let ValueDef::Param(b, k) = f.values[x].def {
            return self.bounded(b, k as usize);
        }
        let d = f.def_inst(x)?;
        let c = |i: usize| d.args.get(i).and_then(|&a| f.as_const(a));
        let natural = |i: usize| c(i).filter(|&m| m >= 0).map(|m| m as u64);
        let bits = f.ty(x).int_bits();
        let fits = |m: &u64| *m <= u64::MAX >> (64 - bits);
        let of = |i: usize| self.largest(f.resolve(d.args[i]), depth - 1);
        match d.op {
            Op::Iconst(_) => limit(f, x),
            Op::Zext => limit(f, x).map(|top| of(0).map_or(top, |m| m.min(top))),
            // What fits in the lower bits stays what it was.
            Op::Trunc => of(0).filter(fits),
            Op::And => match (limit(f, x), of(0)) {
                (Some(m), Some(n)) => Some(m.min(n)),
                (m, n) => m.or(n),
            },
            Op::Or | Op::Xor => {
                let all = of(0)? | of(1)?;
                Some(u64::MAX.checked_shr(all.leading_zeros()).unwrap_or(0))
            }
            Op::URem => natural(1).filter(|&m| m > 0).map(|m| m - 1),
            Op::SRem if self.non_negative(d.args[0], depth - 1) => {
                natural(1).filter(|&m| m > 0).map(|m| m - 1)
            }
            Op::UDiv => natural(1).filter(|&m| m > 0).map(|m| of(0).unwrap_or(u64::MAX >> (64 - bits)) / m),
            Op::Mul => of(0)?.checked_mul(natural(1)?).filter(fits),
            Op::Add => of(0)?.checked_add(of(1)?).filter(fits),
            // x - x / m * m
            Op::Sub => {
                let product = f.def_inst(d.args[1]).filter(|p| matches!(p.op, Op::Mul))?;
                let m = f.as_const(product.args[1]).filter(|&m| m > 0)?;
                let quotient = f.def_inst(product.args[0])?;
                let same = f.resolve(quotient.args[0]) == f.resolve(d.args[0])
                    && f.as_const(*quotient.args.get(1)?) == Some(m);
                match quotient.op {
                    Op::UDiv if same => Some(m as u64 - 1),
                    Op::SDiv if same && self.non_negative(f.resolve(d.args[0]), depth - 1) => {
                        Some(m as u64 - 1)
                    }
                    _ => None,
                }
            }
            Op::Shl(_) => {
                let k = c(1).filter(|k| (0..bits as i64).contains(k))?;
                of(0)?.checked_mul(1 << k).filter(fits)
            }
            Op::LShr(_) => {
                let k = c(1)?;
                (k >= 0 && k < bits as i64).then(|| of(0).unwrap_or(u64::MAX >> (64 - bits)) >> k)
            }
            Op::Icmp(_) | Op::Fcmp(_) => Some(1),
            Op::Clz | Op::Ctz | Op::Popcnt | Op::Asked(Asked::Popcnt) => Some(bits as u64),
            _ => None,
        }
    }

    /// The largest unsigned value of a loop's variable that every round makes anew within bounds, as in `i = (i + 5) & 63`.
    fn bounded(&self, b: Block, k: usize) -> Option<u64> {
        let f = self.f;
        let preds = &self.cfg.preds[b];
        if preds.is_empty() || preds.len() > 8 || f.roots().any(|r| r == b) {
            return None;
        }
        let mut most = 0;
        for &p in preds {
            for v in counters::arguments(f, p, b, k)? {
                most = most.max(limit(f, v)?);
            }
        }
        Some(most)
    }

    fn non_negative(&self, x: Value, depth: u32) -> bool {
        let f = self.f;
        if depth == 0 {
            return false;
        }
        let grows_from_natural = |c: &counters::Counter| {
            c.grows && (self.is_natural(c.start) || self.non_negative(c.start, depth - 1))
        };
        if self.lengths.contains(&x) || self.counters_at(x).any(grows_from_natural) {
            return true;
        }
        if self.list.iter().rev().take(WINDOW).any(|fact| {
            let lower =
                fact.y == x && f.as_const(fact.x).is_some_and(|c| c >= 0 || (c == -1 && fact.cc == Cc::Slt));
            (lower && matches!(fact.cc, Cc::Slt | Cc::Sle))
                || (fact.x == x
                    && matches!(fact.cc, Cc::Ult | Cc::Ule)
                    && f.as_const(fact.y).is_some_and(|c| c >= 0))
        }) {
            return true;
        }
        if let ValueDef::Param(b, k) = f.values[x].def {
            let top = i64::MAX as u64 >> (64 - f.ty(x).int_bits());
            return self.is_word(x) && self.bounded(b, k as usize).is_some_and(|m| m <= top);
        }
        let Some(d) = f.def_inst(x) else { return false };
        match d.op {
            Op::Iconst(c) => c >= 0,
            Op::Zext => true,
            Op::And => d.args.iter().any(|&a| self.non_negative(a, depth - 1)),
            Op::SRem => self.non_negative(d.args[0], depth - 1),
            Op::SDiv => d.args.iter().all(|&a| self.non_negative(a, depth - 1)),
            Op::AShr(_) => self.non_negative(d.args[0], depth - 1),
            Op::LShr(_) => {
                f.as_const(d.args[1]).is_some_and(|c| c > 0 && f.ty(x) == Ty::I64)
                    || self.non_negative(d.args[0], depth - 1)
            }
            _ => false,
        }
    }
}

/// The largest unsigned value of x that its operation alone allows, whatever its operands are.
fn limit(f: &Func, x: Value) -> Option<u64> {
    let d = f.def_inst(x)?;
    match d.op {
        Op::Iconst(c) => u64::try_from(c).ok(),
        Op::And => f.as_const(d.args[1]).and_then(|m| u64::try_from(m).ok()),
        Op::Zext => Some(u64::MAX >> (64 - f.ty(d.args[0]).int_bits())),
        _ => None,
    }
}

/// The two numbers, no constants, that a value is the sum of.
fn addends(f: &Func, x: Value) -> Option<[Value; 2]> {
    let d = f.def_inst(x).filter(|d| d.op == Op::Add)?;
    let sum = [f.resolve(d.args[0]), f.resolve(d.args[1])];
    sum.iter().all(|&a| f.as_const(a).is_none()).then_some(sum)
}

fn is_length(kind: BoundsKind) -> bool {
    matches!(kind, BoundsKind::Index | BoundsKind::SliceAlen | BoundsKind::SliceAcap)
}

/// The lengths that checks ask about, with the blocks where they do: of arrays, slices and strings that exist there.
fn asked(f: &Func) -> counters::Lengths {
    let mut out = counters::Lengths::default();
    for (b, data) in f.blocks.iter_enumerated() {
        for &i in &data.insts {
            if let Op::BoundsCheck { kind, unit, .. } = f.insts[i].op {
                let y = f.resolve(f.insts[i].args[1]);
                let room = leaves_room(unit, f.ty(y));
                let at = out.entry(y).or_default();
                if is_length(kind) && !at.contains(&(b, room)) {
                    at.push((b, room));
                }
            }
        }
    }
    if !out.is_empty() {
        for &(y, unit) in &f.lengths {
            out.entry(y).or_default().push((Block(0), leaves_room(unit, f.ty(y))));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use crate::{FuncId, Op, Target, target::for_all};

    /// Checks that stay in `f0`, whose parameters are two numbers and two lengths. `LAST` is the largest number.
    fn left(body: &str) -> usize {
        left_of("", body)
    }
    /// With lines about the parameters.
    fn left_of(lengths: &str, body: &str) -> usize {
        for_all(|t| left_for(t, lengths, body).0)
    }
    /// Checks and comparisons that stay.
    fn left_for(t: Target, lengths: &str, body: &str) -> (usize, usize) {
        let last = i64::MAX >> (64 - t.bits(t.word_ty()));
        let body = body.replace("LAST", &last.to_string());
        let text = format!(
            "sig0 = go (word, word, word, word) -> (word)\nfunc f0 \"f\" sig0\n{lengths}\
             b0(v0: word, v1: word, v2: word, v3: word):\n{body}\nend\n"
        );
        let p = crate::parse::program_for(t, &text).unwrap_or_else(|e| panic!("{e}\n{text}"));
        let mut f = p.funcs[FuncId(0)].clone();
        crate::verify::func(&p, &f).unwrap_or_else(|e| panic!("{e:?}\n{f}"));
        super::run(&crate::View::new(&p), &mut f);
        let count = |what: fn(&Op) -> bool| {
            f.blocks.iter().flat_map(|b| &b.insts).filter(|&&i| what(&f.insts[i].op)).count()
        };
        (count(|op| matches!(op, Op::BoundsCheck { .. })), count(|op| matches!(op, Op::Icmp(_))))
    }
    /// A loop in which v9 is the counter.
    fn counting(start: &str, cc: &str, bound: &str, step: i64, body: &str) -> usize {
        left(&format!(
            "v4: word = iconst {step}\nv5: word = iconst 0\nv6: word = iconst -1\nv7: word = add v2, v6\n\
             jump b1({start})\n\
             b1(v9: word):\nv10: i8 = icmp.{cc} v9, {bound}\nbr v10, b2, b3\n\
             b2:\n{body}\nv11: word = add v9, v4\njump b1(v11)\n\
             b3:\nret v9"
        ))
    }

    #[test]
    fn counters_up_and_down() {
        let check = "boundscheck.index.s4 v9, v2";
        assert_eq!(counting("v5", "slt", "v2", 1, check), 0);
        assert_eq!(counting("v5", "slt", "v2", 2, check), 0);
        assert_eq!(counting("v7", "sge", "v5", -1, check), 0);
        // From an unknown start, to a bound beyond the length, or below zero.
        assert_eq!(counting("v0", "slt", "v2", 1, check), 1);
        assert_eq!(counting("v5", "sle", "v2", 1, check), 1);
        assert_eq!(counting("v5", "slt", "v0", 1, check), 1);
        assert_eq!(counting("v2", "sge", "v5", -1, check), 1);
        assert_eq!(counting("v7", "sge", "v6", -1, check), 1);
    }

    #[test]
    fn elements_without_a_size_are_as_many_as_there_are_numbers() {
        // One step from below the length cannot overflow; two can, if memory does not bound the length.
        assert_eq!(counting("v5", "slt", "v2", 1, "boundscheck.index.s0 v9, v2"), 0);
        assert_eq!(counting("v5", "slt", "v2", 2, "boundscheck.index.s0 v9, v2"), 1);
        let sum = |unit: u32| {
            left(&format!(
                "v4: word = iconst 0\nv5: word = iconst 5\nboundscheck.index.s{unit} v4, v2\n\
                 v6: word = add v2, v5\nv7: i8 = icmp.slt v6, v3\nbr v7, b1, b2\n\
                 b1:\nboundscheck.index.s4 v4, v3\nboundscheck.index.s4 v6, v3\njump b2\nb2:\nret v0"
            ))
        };
        assert_eq!((sum(0), sum(4)), (3, 1));
        // A constant is as near to the end as it is.
        let end = |k: &str| {
            left(&format!(
                "v4: word = iconst {k}\nv5: word = iconst 5\nv6: word = add v4, v5\n\
                 v7: i8 = icmp.slt v6, v2\nbr v7, b1, b2\n\
                 b1:\nboundscheck.index.s4 v4, v2\njump b2\nb2:\nret v0"
            ))
        };
        assert_eq!((end("7"), end("LAST")), (0, 1));
        // The address space of 32 bits holds more bytes than a length counts, and fewer words.
        use crate::Ty::{I8, I32, I64};
        let room = [(1, I64), (0, I64), (4, I32), (1, I32), (0, I32), (1, I8)];
        let room = room.map(|(unit, ty)| super::leaves_room(unit, ty));
        assert_eq!(room, [true, false, true, false, false, false]);
    }

    #[test]
    fn where_ways_meet() {
        // From 0, 1, or what is two more than one of them: not negative. From 0 or -1 it may be.
        let from = |least: i64| {
            left(&format!(
                "v4: word = iconst {least}\nv5: word = iconst 1\nv6: word = iconst 2\nv7: i8 = icmp.slt v0, v1\n\
                 br v7, b1(v4), b1(v5)\n\
                 b1(v8: word):\nv9: word = add v8, v6\nv10: i8 = icmp.slt v9, v2\nbr v10, b2(v8), b2(v9)\n\
                 b2(v11: word):\njump b3(v11)\n\
                 b3(v12: word):\nv13: i8 = icmp.slt v12, v2\nbr v13, b4, b5\n\
                 b4:\nboundscheck.index.s4 v12, v2\nv14: word = add v12, v5\njump b3(v14)\n\
                 b5:\nret v0"
            ))
        };
        assert_eq!((from(0), from(-1)), (0, 1));
        // What is known of a round's value is not known of the last one's.
        assert_eq!(
            left(
                "v4: word = iconst 1\njump b1(v0)\n\
                 b1(v9: word):\nboundscheck.index.s4 v9, v2\nv10: word = sub v9, v4\n\
                 v11: i8 = icmp.sge v10, v4\nbr v11, b1(v10), b2\n\
                 b2:\nret v9"
            ),
            1
        );
    }

    #[test]
    fn neighbours() {
        let next = "v12: word = iconst 1\nv13: word = add v9, v12\nboundscheck.index.s4 v13, v2\nboundscheck.index.s4 v9, v2";
        // The second follows from the first only if it is not beyond the numbers' end, and from the loop.
        assert_eq!(counting("v5", "slt", "v7", 1, "boundscheck.index.s4 v9, v2"), 0);
        assert_eq!(counting("v5", "slt", "v2", 1, next), 1);
        let before = "v12: word = iconst -1\nv13: word = add v9, v12\nboundscheck.index.s4 v13, v2";
        assert_eq!(counting("v5", "slt", "v2", 1, before), 1);
    }

    #[test]
    fn a_number_is_a_length_only_where_it_was_one() {
        // v0 < v2 says nothing against a negative v0, though something of length v0 is looked at later.
        assert_eq!(
            left(
                "v4: i8 = icmp.slt v0, v2\nbr v4, b1, b2\n\
                 b1:\nboundscheck.index.s4 v0, v2\njump b2\n\
                 b2:\nv5: word = iconst 0\nboundscheck.index.s4 v5, v0\nret v0"
            ),
            2
        );
        // Behind the check it is.
        assert_eq!(
            left(
                "v4: i8 = icmp.slt v0, v2\nboundscheck.index.s4 v1, v0\nbr v4, b1, b2\n\
                 b1:\nboundscheck.index.s4 v0, v2\njump b2\n\
                 b2:\nret v0"
            ),
            1
        );
    }

    #[test]
    fn parameters_that_are_lengths() {
        // v0 < v2 says nothing against a negative v0, unless that is a length.
        let below =
            "v4: i8 = icmp.slt v0, v2\nbr v4, b1, b2\nb1:\nboundscheck.index.s4 v0, v2\njump b2\nb2:\nret v0";
        let lengths =
            ["", "length v0 unit 0\n", "length v2 unit 4\n", "length v0 unit 0\nlength v2 unit 4\n"];
        assert_eq!(lengths.map(|l| left_of(l, below)), [1, 0, 1, 0]);
    }

    /// All four parameters are lengths.
    fn four(unit: u32) -> String {
        (0..4).map(|v| format!("length v{v} unit {unit}\n")).collect()
    }

    #[test]
    fn sums_of_lengths() {
        // v0 <= v0 + v1, and v1 below what the sum is below.
        let upto = |kind: &str| format!("v4: word = add v0, v1\nboundscheck.{kind}.s4 v0, v4\nret v0");
        assert_eq!((left_of(&four(4), &upto("sliceb")), left_of(&four(0), &upto("sliceb"))), (0, 1));
        assert_eq!((left_of("", &upto("sliceb")), left_of(&four(4), &upto("index"))), (1, 1));
        let part = |part: u32, unit: u32| {
            let checks = "boundscheck.sliceacap.s4 v4, v2\nboundscheck.sliceacap.s4";
            left_of(&four(unit), &format!("v4: word = add v0, v1\n{checks} v{part}, v2\nret v0"))
        };
        assert_eq!((part(0, 4), part(1, 4), part(3, 4)), (1, 1, 2));
        // Of elements without a size there may be so many that the sum overflows.
        assert_eq!((part(0, 0), part(1, 0)), (2, 2));
    }

    #[test]
    fn whether_something_is_left() {
        // A counter below v0, where v0 + v1 <= v2: v2 - v9 is not zero. It may be where the counter reaches v0.
        let behind = |cc: &str, of: u32| {
            let body = format!(
                "v4: word = add v0, v1\nboundscheck.sliceacap.s4 v4, v2\nv5: word = iconst 0\nv6: word = iconst 1\njump b1(v5)\n\
                 b1(v9: word):\nv10: i8 = icmp.{cc} v9, v0\nbr v10, b2, b3\n\
                 b2:\nv11: word = sub v{of}, v9\nv12: i8 = icmp.eq v11, v5\nv13: word = select v12, v5, v9\n\
                 v14: word = add v9, v6\nbr v12, b3, b1(v14)\n\
                 b3:\nret v9"
            );
            for_all(|t| left_for(t, &four(4), &body).1)
        };
        assert_eq!((behind("slt", 2), behind("sle", 2), behind("slt", 3)), (1, 2, 2));
    }

    #[test]
    fn variables_that_every_round_bounds() {
        // v9 = (v9 + 5) & mask, and a slice of 16 from there of 80 elements.
        let masked = |start: &str, mask: i64| {
            let body = format!(
                "v4: word = iconst {start}\nv5: word = iconst 5\nv6: word = iconst {mask}\nv7: word = iconst 16\nv8: word = iconst 80\njump b1(v4)\n\
                 b1(v9: word):\nv10: word = add v9, v7\nboundscheck.sliceacap.s4 v10, v8\nboundscheck.sliceb.s4 v9, v10\n\
                 v11: word = add v9, v5\nv12: word = and v11, v6\nv13: i8 = icmp.eq v12, v0\nbr v13, b2, b1(v12)\n\
                 b2:\nret v9"
            );
            left(&body)
        };
        assert_eq!((masked("0", 63), masked("64", 63), masked("65", 63), masked("0", 127)), (0, 0, 1, 1));
        assert_eq!((masked("-1", 63), masked("0", -1)), (2, 2));
    }

    #[test]
    fn what_arithmetic_says() {
        let text = |inner: &str| {
            format!("v4: word = iconst 100\nv5: word = iconst 2\nv6: word = iconst 1\n{inner}\nret v0")
        };
        let table = "v7: word = urem v0, v4\nv8: word = mul v7, v5\nv9: word = add v8, v6\n";
        assert_eq!(left(&text(&format!("{table}v10: word = iconst 200\nboundscheck.index.s4 v9, v10"))), 0);
        assert_eq!(left(&text(&format!("{table}v10: word = iconst 199\nboundscheck.index.s4 v9, v10"))), 1);
        // The remainder as it is computed beside a quotient.
        let table = "v7: word = udiv v0, v4\nv8: word = mul v7, v4\nv9: word = sub v0, v8\n";
        assert_eq!(left(&text(&format!("{table}boundscheck.index.s4 v9, v4"))), 0);
        // A constant index below one that was checked.
        assert_eq!(
            left(&text(
                "boundscheck.index.s4 v5, v2\nboundscheck.index.s4 v6, v2\nboundscheck.index.s4 v4, v2"
            )),
            2
        );
    }
}
