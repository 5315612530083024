//! Value numbering over the dominator tree: equal pure operations, equal checks, and loads with no write between them.
//!
//! Loads are merged where no write to the place lies between, on no way from one to the other ([`joins`]). A store makes its value known to
//! later loads of the same place.
//!
//! Behind a branch its condition is known, and the same comparison with its operands the other way around or its sense
//! turned. A remainder beside a quotient of the same operands is computed from it.
use super::effects::{Effect, effect};
use super::memory::{Mark, Memory};
use super::{fold, joins};
use crate::{
    Block, Func, Inst, Op, Target, Term, Ty, Value, ValueDef, View,
    analysis::{cfg::Cfg, dom::DomTree},
};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

/// An operation with its operands, as a key: what has the same key has the same results.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    op: Op,
    tys: SmallVec<[Ty; 2]>,
    args: SmallVec<[Value; 3]>,
}

/// What holds in the part of the dominator tree that is being visited.
#[derive(Default)]
struct Known {
    table: FxHashMap<Key, SmallVec<[Value; 1]>>,
    /// Comparisons whose outcome is known, and conditions that were branched on.
    facts: FxHashMap<Key, bool>,
    conditions: FxHashMap<Value, bool>,
    memory: Memory,
}

/// What to forget when a block's part of the tree is done.
struct Log {
    keys: Vec<Key>,
    facts: Vec<Key>,
    condition: Option<Value>,
    memory: Mark,
}

/// The pass.
pub fn run(view: &View, f: &mut Func) {
    let t = view.target();
    let cfg = Cfg::new(f);
    let dom = DomTree::new(f, &cfg);
    let mut known = Known::default();
    for root in dom.roots.clone() {
        let mut stack: Vec<(Block, usize, Log)> = Vec::new();
        let log = visit(t, f, (&cfg, &dom), root, &mut known);
        stack.push((root, 0, log));
        while let Some((b, next, _)) = stack.last_mut() {
            if let Some(&c) = dom.children[*b].get(*next) {
                *next += 1;
                let log = visit(t, f, (&cfg, &dom), c, &mut known);
                stack.push((c, 0, log));
            } else {
                let (_, _, log) = stack.pop().expect("the loop's own entry");
                for k in &log.keys {
                    known.table.remove(k);
                }
                for k in &log.facts {
                    known.facts.remove(k);
                }
                if let Some(v) = log.condition {
                    known.conditions.remove(&v);
                }
                known.memory.back(log.memory);
            }
        }
    }
}

/// Notes what the branch that leads to `b` says, if there is one way to `b` only.
fn learn(f: &Func, cfg: &Cfg, b: Block, known: &mut Known, log: &mut Log) {
    let [p] = cfg.preds[b][..] else { return };
    if f.roots().any(|r| r == b) {
        return;
    }
    let Term::Br { cond, then, els, .. } = &f.blocks[p].term else { return };
    if then.block == els.block {
        return;
    }
    let (cond, outcome) = (f.resolve(*cond), then.block == b);
    if known.conditions.insert(cond, outcome).is_none() {
        log.condition = Some(cond);
    }
    let ValueDef::Inst(i, _) = f.values[cond].def else { return };
    let d = &f.insts[i];
    let Op::Icmp(cc) = d.op else { return };
    let (x, y) = (f.resolve(d.args[0]), f.resolve(d.args[1]));
    let (turned, swapped) = (fold::negate(cc), fold::swap(cc));
    for (cc, x, y, holds) in [
        (cc, x, y, outcome),
        (turned, x, y, !outcome),
        (swapped, y, x, outcome),
        (fold::negate(swapped), y, x, !outcome),
    ] {
        let key = key(f, &Op::Icmp(cc), &smallvec::smallvec![x, y], &d.results);
        if !known.facts.contains_key(&key) {
            known.facts.insert(key.clone(), holds);
            log.facts.push(key);
        }
    }
}

fn is_remainder(op: &Op) -> Option<Op> {
    match op {
        Op::URem => Some(Op::UDiv),
        Op::SRem => Some(Op::SDiv),
        _ => None,
    }
}

/// `x % y` as `x - (x / y) * y` where the quotient is there, or will be later in the block (then it is computed here).
fn remainder(f: &mut Func, b: Block, inst: Inst, known: &mut Known, log: &mut Log) {
    let d = &f.insts[inst];
    let Some(div) = is_remainder(&d.op) else { return };
    let (args, results, pos, inl) = (d.args.clone(), d.results.clone(), d.pos, d.inl);
    let ty = f.ty(results[0]);
    let key = key(f, &div, &args, &results);
    let at = f.blocks[b].insts.iter().position(|&i| i == inst).expect("it is in the block");
    let mut new: SmallVec<[Inst; 2]> = SmallVec::new();
    let mut make = |f: &mut Func, op: Op, args: &[Value]| {
        let i = f.make_inst(op, args, &[ty], pos);
        f.insts[i].inl = inl;
        new.push(i);
        f.insts[i].results[0]
    };
    let quotient = match known.table.get(&key) {
        Some(q) => f.resolve(q[0]),
        None => {
            let same = |f: &Func, i: Inst| {
                let d = &f.insts[i];
                d.op == div && d.args.iter().zip(&args).all(|(&a, &b)| f.resolve(a) == b)
            };
            if !f.blocks[b].insts[at + 1..].iter().any(|&i| same(f, i)) {
                return;
            }
            let q = make(f, div, &args);
            known.table.insert(key.clone(), smallvec::smallvec![q]);
            log.keys.push(key);
            q
        }
    };
    let product = make(f, Op::Mul, &[quotient, args[1]]);
    f.blocks[b].insts.splice(at..at, new);
    f.insts[inst].op = Op::Sub;
    f.insts[inst].args = smallvec::smallvec![args[0], product];
}

fn visit(target: Target, f: &mut Func, (cfg, dom): (&Cfg, &DomTree), b: Block, known: &mut Known) -> Log {
    let memory = known.memory.mark();
    let mut log = Log { keys: Vec::new(), facts: Vec::new(), condition: None, memory };
    learn(f, cfg, b, known, &mut log);
    // What was visited last of the blocks that dominate this one is the one right above it.
    match dom.idom(b) {
        Some(above) if cfg.preds[b][..] != [above] => joins::cross(f, cfg, above, b, &mut known.memory),
        Some(_) => {}
        None => known.memory.clear(),
    }
    let insts = f.blocks[b].insts.clone();
    for inst in insts {
        for k in 0..f.insts[inst].args.len() {
            let v = f.resolve(f.insts[inst].args[k]);
            f.insts[inst].args[k] = v;
        }
        let data = &f.insts[inst];
        // An address as a number: the stack may move between two readings.
        if matches!(data.op, Op::Bitcast) && f.ty(data.args[0]) == Ty::Ptr {
            continue;
        }
        let kind = effect(&data.op);
        match kind {
            Effect::Pure | Effect::Check => {
                if is_remainder(&data.op).is_some() {
                    remainder(f, b, inst, known, &mut log);
                }
                let data = &f.insts[inst];
                let key = key(f, &data.op, &data.args, &data.results);
                if let (Op::Icmp(_), Some(&holds)) = (&data.op, known.facts.get(&key)) {
                    let d = &mut f.insts[inst];
                    d.op = Op::Iconst(holds as i64);
                    d.args.clear();
                } else if let Some(old) = known.table.get(&key) {
                    let results = data.results.clone();
                    for (&r, &o) in results.iter().zip(old) {
                        f.alias(r, o);
                    }
                    let d = &mut f.insts[inst];
                    d.op = Op::KeepAlive;
                    d.args.clear();
                    d.results.clear();
                } else {
                    known.table.insert(key.clone(), data.results.clone());
                    log.keys.push(key);
                }
            }
            Effect::Read => {
                if let Op::Load { off } = data.op {
                    let (base, ty) = (data.args[0], f.ty(data.results[0]));
                    if let Some(v) = known.memory.get(f, base, off, ty) {
                        let r = data.results[0];
                        f.alias(r, v);
                        let d = &mut f.insts[inst];
                        d.op = Op::KeepAlive;
                        d.args.clear();
                        d.results.clear();
                    } else {
                        known.memory.set(base, off, target.size(ty), (ty, data.results[0]));
                    }
                }
            }
            Effect::Write => {
                if let Op::Store { off, .. } = data.op {
                    let (base, value) = (data.args[0], data.args[1]);
                    let ty = f.ty(value);
                    known.memory.store(f, base, off, target.size(ty), (ty, value));
                } else {
                    known.memory.overwrite(f, data.args[0]);
                }
            }
            Effect::Alloc => {}
            Effect::Any => {
                if joins::changes(&data.op) {
                    known.memory.clear();
                }
            }
        }
    }
    if let Term::Br { cond, .. } = &f.blocks[b].term
        && let Some(&holds) = known.conditions.get(&f.resolve(*cond))
    {
        let pos = f.blocks[b].term_pos;
        let i = f.push_inst(b, Op::Iconst(holds as i64), &[], &[Ty::I8], pos);
        let constant = f.insts[i].results[0];
        if let Term::Br { cond, .. } = &mut f.blocks[b].term {
            *cond = constant;
        }
    }
    log
}

fn key(f: &Func, op: &Op, args: &SmallVec<[Value; 3]>, results: &[Value]) -> Key {
    // What a check knows of the elements' size is no part of what it checks.
    let op = match *op {
        Op::BoundsCheck { kind, signed, .. } => Op::BoundsCheck { kind, signed, unit: 0 },
        ref op => op.clone(),
    };
    let tys = results.iter().map(|&r| f.ty(r)).collect();
    let mut args = args.clone();
    if matches!(op, Op::Add | Op::Mul | Op::And | Op::Or | Op::Xor | Op::FAdd | Op::FMul) && args[0] > args[1]
    {
        args.swap(0, 1);
    }
    Key { op, tys, args }
}

#[cfg(test)]
mod tests {
    use crate::{Func, FuncId, Op, Program, Target, interp::Interp, passes, target::for_all};

    /// Runs the pass and then `simplify` on `f0`, checks that results stay the same, and says what is found then.
    fn optimised<T: PartialEq + std::fmt::Debug>(
        text: &str,
        args: &[&[u64]],
        found: impl Fn(&Func) -> T,
    ) -> T {
        for_all(|t| found(&optimised_for(t, text, args)))
    }
    fn optimised_for(t: Target, text: &str, args: &[&[u64]]) -> Func {
        let mut p: Program = crate::parse::program_for(t, text).unwrap_or_else(|e| panic!("{e}"));
        let call = |p: &Program| -> Vec<_> {
            args.iter().map(|a| Interp::new(p, 1000).call(FuncId(0), a, 0)).collect()
        };
        let before = call(&p);
        let mut f = p.funcs[FuncId(0)].clone();
        for pass in [super::run, passes::simplify::run] {
            pass(&crate::View::new(&p), &mut f);
            f.apply_aliases();
            crate::verify::func(&p, &f).unwrap_or_else(|e| panic!("{e:?}\n{f}"));
        }
        p.funcs[FuncId(0)] = f.clone();
        assert_eq!(before, call(&p), "{f}");
        f
    }
    fn count(f: &Func, op: &Op) -> usize {
        f.blocks.iter().flat_map(|b| &b.insts).filter(|&&i| f.insts[i].op == *op).count()
    }

    #[test]
    fn one_division_for_quotient_and_remainder() {
        for (first, second) in [("sdiv", "srem"), ("srem", "sdiv"), ("udiv", "urem"), ("urem", "udiv")] {
            let divisions = optimised(
                &format!(
                    "sig0 = go (word, word) -> (word)\nfunc f0 \"f\" sig0\nb0(v0: word, v1: word):\n\
                     v2: word = {first} v0, v1\nv3: word = {second} v0, v1\nv4: word = xor v2, v3\nret v4\nend\n"
                ),
                &[
                    &[17, 5],
                    &[u64::MAX - 16, 5],
                    &[17, u64::MAX - 4],
                    &[1 << 63, u64::MAX],
                    &[1 << 31, u64::MAX],
                ],
                |f| [Op::SDiv, Op::UDiv, Op::SRem, Op::URem].iter().map(|op| count(f, op)).sum::<usize>(),
            );
            assert_eq!(divisions, 1, "{first} {second}");
        }
    }

    #[test]
    fn only_equal_operations_are_one() {
        let names: Vec<String> = "add sub mul sdiv udiv and or xor shl lshr ashr rotl"
            .split(' ')
            .map(str::to_string)
            .chain("eq ne slt sle sgt sge ult ule ugt uge".split(' ').map(|cc| format!("icmp.{cc}")))
            .collect();
        for (i, a) in names.iter().enumerate() {
            for b in &names[i..] {
                let value = |v: u32, name: &str| match name.strip_prefix("icmp") {
                    Some(_) => format!("v{}: i8 = {name} v0, v1\nv{v}: word = zext v{}", v + 10, v + 10),
                    None => format!("v{v}: word = {name} v0, v1"),
                };
                let text = format!(
                    "sig0 = go (word, word) -> (word)\nfunc f0 \"f\" sig0\nb0(v0: word, v1: word):\n\
                     {}\n{}\nv4: word = rotl v2, v0\nv5: word = xor v4, v3\nret v5\nend\n",
                    value(2, a),
                    value(3, b)
                );
                optimised(&text, &[&[17, 5], &[u64::MAX - 16, 3], &[5, u64::MAX - 4], &[7, 7]], |_| ());
            }
        }
    }

    #[test]
    fn a_remainder_alone_stays() {
        let found = optimised(
            "sig0 = go (word, word) -> (word)\nfunc f0 \"f\" sig0\nb0(v0: word, v1: word):\n\
             v2: word = srem v0, v1\nret v2\nend\n",
            &[&[17, 5]],
            |f| (count(f, &Op::SRem), count(f, &Op::SDiv)),
        );
        assert_eq!(found, (1, 0));
    }

    #[test]
    fn a_branch_tells_what_holds_behind_it() {
        // Behind v0 < v1: v1 > v0 holds, v1 <= v0 does not; elsewhere nothing is known.
        let found = optimised(
            "sig0 = go (word, word) -> (word)\nfunc f0 \"f\" sig0\nb0(v0: word, v1: word):\n\
             v2: i8 = icmp.slt v0, v1\nbr v2, b1, b2\n\
             b1:\nv3: i8 = icmp.sgt v1, v0\nbr v3, b3, b4\n\
             b2:\nv4: i8 = icmp.sgt v1, v0\nbr v4, b4, b5\n\
             b3:\nv5: word = iconst 3\nret v5\n\
             b4:\nv6: word = iconst 4\nret v6\n\
             b5:\nv7: i8 = icmp.sle v0, v1\nbr v7, b6, b7\n\
             b6:\nv8: word = iconst 6\nret v8\n\
             b7:\nv9: word = iconst 7\nret v9\nend\n",
            &[&[1, 2], &[2, 1], &[2, 2]],
            |f| f.blocks.iter().filter(|b| matches!(b.term, crate::Term::Br { .. })).count(),
        );
        // The first one, and the one that asks about equality.
        assert_eq!(found, 2);
    }
}
