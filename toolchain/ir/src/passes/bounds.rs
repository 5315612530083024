//! Bounds checks that earlier comparisons have decided.
//!
//! Walking down the dominator tree, the pass keeps what the branches and checks above have established (`x < y`, signed or unsigned) and
//! removes checks that follow: `i < n` with `i` known not to be negative; an index whose largest value is below a constant length;
//! a constant index below one that was already checked against the same length.
use super::fold;
use crate::{
    Block, Func, Op, Program, Term, Ty, Value, ValueDef,
    analysis::{cfg::Cfg, dom::DomTree, loops::Loops},
    op::{BoundsKind, Cc},
};

/// An established comparison.
#[derive(Clone, Copy)]
struct Fact {
    cc: Cc,
    x: Value,
    y: Value,
}

struct Facts<'a> {
    f: &'a Func,
    list: Vec<Fact>,
    /// Block parameters known not to be negative.
    counters: Vec<Value>,
}

/// The pass.
pub fn run(_program: &Program, f: &mut Func) {
    let cfg = Cfg::new(f);
    let dom = DomTree::new(f, &cfg);
    let has_checks =
        f.blocks.iter().any(|b| b.insts.iter().any(|&i| matches!(f.insts[i].op, Op::BoundsCheck { .. })));
    if !has_checks {
        return;
    }
    let loops = Loops::new(f, &cfg, &dom);
    let mut redundant = Vec::new();
    {
        let mut facts = Facts { f, list: Vec::new(), counters: Vec::new() };
        facts.counters = counters(f, &cfg, &dom, &loops);
        for &root in &dom.roots {
            let mut stack = vec![(root, 0, facts.list.len())];
            enter(&mut facts, &cfg, root, &mut redundant);
            while let Some((b, next, mark)) = stack.last_mut() {
                if let Some(&c) = dom.children[*b].get(*next) {
                    *next += 1;
                    let mark = facts.list.len();
                    enter(&mut facts, &cfg, c, &mut redundant);
                    stack.push((c, 0, mark));
                } else {
                    facts.list.truncate(*mark);
                    stack.pop();
                }
            }
        }
    }
    for i in redundant {
        f.insts[i].op = Op::KeepAlive;
        f.insts[i].args.clear();
    }
}

fn enter(facts: &mut Facts, cfg: &Cfg, b: Block, redundant: &mut Vec<crate::Inst>) {
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
        if let Op::BoundsCheck { kind, .. } = d.op {
            let (x, y) = (f.resolve(d.args[0]), f.resolve(d.args[1]));
            let strict = kind == BoundsKind::Index;
            if facts.below(x, y, strict) {
                redundant.push(i);
            }
            facts.list.push(Fact { cc: if strict { Cc::Ult } else { Cc::Ule }, x, y });
        }
    }
}

impl Facts<'_> {
    fn learn(&mut self, cc: Cc, x: Value, y: Value) {
        let (x, y) = (self.f.resolve(x), self.f.resolve(y));
        match cc {
            Cc::Slt | Cc::Sle | Cc::Ult | Cc::Ule | Cc::Eq => self.list.push(Fact { cc, x, y }),
            Cc::Sgt | Cc::Sge | Cc::Ugt | Cc::Uge => self.list.push(Fact { cc: fold::swap(cc), x: y, y: x }),
            Cc::Ne => {}
        }
    }

    /// Whether x <u y (or x <=u y) is certain.
    fn below(&self, x: Value, y: Value, strict: bool) -> bool {
        let f = self.f;
        if !strict && x == y {
            return true;
        }
        if let Some(n) = f.as_const(y)
            && n >= 0
            && self.largest(x, 6).is_some_and(|m| if strict { m < n as u64 } else { m <= n as u64 })
        {
            return true;
        }
        if f.as_const(x) == Some(0) && !strict {
            return true;
        }
        for fact in self.list.iter().rev() {
            let (same_x, same_y) = (fact.x == x, fact.y == y);
            match fact.cc {
                Cc::Ult if same_x && same_y => return true,
                Cc::Ule if same_x && same_y && !strict => return true,
                Cc::Slt if same_x && same_y && self.non_negative(x, 6) => return true,
                Cc::Sle if same_x && same_y && !strict && self.non_negative(x, 6) => return true,
                // k < y is known for a larger constant k
                Cc::Ult | Cc::Ule | Cc::Slt if same_y => {
                    if let (Some(k), Some(c)) = (f.as_const(fact.x), f.as_const(x))
                        && c >= 0
                        && k >= 0
                        && (c < k || (c == k && (fact.cc != Cc::Ule || !strict)))
                    {
                        return true;
                    }
                }
                _ => {}
            }
        }
        false
    }

    /// The largest unsigned value of x, if it is known.
    fn largest(&self, x: Value, depth: u32) -> Option<u64> {
        let f = self.f;
        if depth == 0 {
            return None;
        }
        let d = f.def_inst(x)?;
        let c = |i: usize| d.args.get(i).and_then(|&a| f.as_const(a));
        match d.op {
            Op::Iconst(k) if k >= 0 => Some(k as u64),
            Op::Zext => {
                let from = f.ty(d.args[0]);
                let top = u64::MAX >> (64 - 8 * from.size(8));
                Some(self.largest(d.args[0], depth - 1).map_or(top, |m| m.min(top)))
            }
            Op::And => c(1).filter(|&m| m >= 0).map(|m| m as u64),
            Op::URem => c(1).filter(|&m| m > 0).map(|m| m as u64 - 1),
            Op::SRem if self.non_negative(d.args[0], depth - 1) => {
                c(1).filter(|&m| m > 0).map(|m| m as u64 - 1)
            }
            Op::LShr(_) => {
                let k = c(1)?;
                let bits = 8 * f.ty(x).size(8) as i64;
                (k >= 0 && k < bits).then(|| (u64::MAX >> (64 - bits)) >> k)
            }
            Op::Icmp(_) | Op::Fcmp(_) => Some(1),
            _ => None,
        }
    }

    fn non_negative(&self, x: Value, depth: u32) -> bool {
        let f = self.f;
        if depth == 0 {
            return false;
        }
        if self.counters.contains(&x) {
            return true;
        }
        if self.list.iter().any(|fact| {
            let lower =
                fact.y == x && f.as_const(fact.x).is_some_and(|c| c >= 0 || (c == -1 && fact.cc == Cc::Slt));
            (lower && matches!(fact.cc, Cc::Slt | Cc::Sle))
                || (fact.x == x
                    && matches!(fact.cc, Cc::Ult | Cc::Ule)
                    && f.as_const(fact.y).is_some_and(|c| c >= 0))
        }) {
            return true;
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

/// Loop counters that start at a constant that is not negative and only grow, where the growth cannot overflow because a signed
/// comparison `counter < something` holds wherever it happens.
fn counters(f: &Func, cfg: &Cfg, dom: &DomTree, loops: &Loops) -> Vec<Value> {
    let mut home: Vec<Option<Block>> = vec![None; f.values.len()];
    for (b, data) in f.blocks.iter_enumerated() {
        for &i in &data.insts {
            for &r in &f.insts[i].results {
                home[r.0 as usize] = Some(b);
            }
        }
    }
    let mut out: Vec<Value> = Vec::new();
    for l in &loops.loops {
        'param: for (k, &param) in f.blocks[l.header].params.iter().enumerate() {
            if f.ty(param).is_float() {
                continue;
            }
            for &p in &cfg.preds[l.header] {
                let arg = |call: &crate::BlockCall| (call.block == l.header).then(|| f.resolve(call.args[k]));
                let args: Vec<Value> = match &f.blocks[p].term {
                    Term::Jump(t) => arg(t).into_iter().collect(),
                    Term::Br { then, els, .. } => arg(then).into_iter().chain(arg(els)).collect(),
                    _ => continue 'param,
                };
                for a in args {
                    if a == param {
                        continue;
                    }
                    if l.latches.contains(&p) {
                        if !grows(f, cfg, dom, param, a, &home) {
                            continue 'param;
                        }
                    } else if !(f.as_const(a).is_some_and(|c| c >= 0) || out.contains(&a)) {
                        continue 'param;
                    }
                }
            }
            out.push(param);
        }
    }
    out
}

/// Whether `a` is `param + c` with c > 0 small, made where `param <s x` (or `param <u x`, x constant) is established.
fn grows(f: &Func, cfg: &Cfg, dom: &DomTree, param: Value, a: Value, home: &[Option<Block>]) -> bool {
    let ValueDef::Inst(i, _) = f.values[a].def else { return false };
    let d = &f.insts[i];
    let step = match d.op {
        Op::Add if f.resolve(d.args[0]) == param => f.as_const(d.args[1]),
        _ => None,
    };
    // A step of one cannot pass the largest integer from below something; larger steps could.
    if step != Some(1) {
        return false;
    }
    let mut at = home[a.0 as usize];
    while let Some(b) = at {
        if let [p] = cfg.preds[b].as_slice()
            && let Term::Br { cond, then, els, .. } = &f.blocks[*p].term
            && then.block != els.block
            && let Some(c) = f.def_inst(*cond)
            && let Op::Icmp(cc) = c.op
        {
            let cc = if then.block == b { cc } else { fold::negate(cc) };
            let (x, y) = (f.resolve(c.args[0]), f.resolve(c.args[1]));
            if (x == param && cc == Cc::Slt) || (y == param && cc == Cc::Sgt) {
                return true;
            }
        }
        at = dom.idom(b);
    }
    false
}
