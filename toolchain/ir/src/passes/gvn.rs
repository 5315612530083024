//! Value numbering over the dominator tree: equal pure operations, equal checks, and loads with no write between them.
//!
//! Loads are merged within an extended basic block: what a block with a single predecessor may assume is what held at that
//! predecessor's end. A store makes its value known to later loads of the same place.
use super::effects::{Effect, effect, is_safepoint};
use crate::{
    Block, Func, Op, Program, SymRef, Ty, Value,
    analysis::{cfg::Cfg, dom::DomTree},
};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

/// An operation with its operands, as a key. Immediates that distinguish operations are folded into two words.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    tag: u32,
    imm: u64,
    imm2: u64,
    tys: SmallVec<[Ty; 2]>,
    args: SmallVec<[Value; 3]>,
}

/// A memory place: base value, offset, kind.
type Place = (Value, i32, Ty);

#[derive(Clone, Default)]
struct Memory {
    known: FxHashMap<Place, Value>,
}

/// The pass.
pub fn run(_program: &Program, f: &mut Func) {
    let cfg = Cfg::new(f);
    let dom = DomTree::new(f, &cfg);
    let mut table: FxHashMap<Key, SmallVec<[Value; 1]>> = FxHashMap::default();
    let mut at_end: FxHashMap<Block, Memory> = FxHashMap::default();
    // (block, undo log) for each open tree node.
    for root in dom.roots.clone() {
        let mut stack: Vec<(Block, usize, Vec<Key>)> = Vec::new();
        let log = visit(f, &cfg, root, &mut table, &mut at_end);
        stack.push((root, 0, log));
        while let Some((b, next, _)) = stack.last_mut() {
            if let Some(&c) = dom.children[*b].get(*next) {
                *next += 1;
                let log = visit(f, &cfg, c, &mut table, &mut at_end);
                stack.push((c, 0, log));
            } else {
                let (b, _, log) = stack.pop().expect("the loop's own entry");
                for key in log {
                    table.remove(&key);
                }
                at_end.remove(&b);
            }
        }
    }
}

fn visit(
    f: &mut Func,
    cfg: &Cfg,
    b: Block,
    table: &mut FxHashMap<Key, SmallVec<[Value; 1]>>,
    at_end: &mut FxHashMap<Block, Memory>,
) -> Vec<Key> {
    let mut log = Vec::new();
    let mut memory = match cfg.preds[b].as_slice() {
        [p] if f.roots().all(|r| r != b) => at_end.get(p).cloned().unwrap_or_default(),
        _ => Memory::default(),
    };
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
                let key = key(f, &data.op, &data.args, &data.results);
                if let Some(old) = table.get(&key) {
                    let results = data.results.clone();
                    for (&r, &o) in results.iter().zip(old) {
                        f.alias(r, o);
                    }
                    let d = &mut f.insts[inst];
                    d.op = Op::KeepAlive;
                    d.args.clear();
                    d.results.clear();
                } else {
                    table.insert(key.clone(), data.results.clone());
                    log.push(key);
                }
            }
            Effect::Read => {
                if let Op::Load { off } = data.op {
                    let place = (data.args[0], off, f.ty(data.results[0]));
                    if let Some(&v) = memory.known.get(&place) {
                        let r = data.results[0];
                        f.alias(r, v);
                        let d = &mut f.insts[inst];
                        d.op = Op::KeepAlive;
                        d.args.clear();
                        d.results.clear();
                    } else {
                        memory.known.insert(place, data.results[0]);
                    }
                }
            }
            Effect::Write => {
                if let Op::Store { off, .. } = data.op {
                    let (base, value) = (data.args[0], data.args[1]);
                    let ty = f.ty(value);
                    let (lo, hi) = (off as i64, off as i64 + ty.size(8) as i64);
                    memory.known.retain(|&(p, o, t), _| {
                        distinct(f, base, p)
                            || (p == base && (o as i64 + t.size(8) as i64 <= lo || o as i64 >= hi))
                    });
                    memory.known.insert((base, off, ty), value);
                } else {
                    let base = data.args[0];
                    memory.known.retain(|&(p, _, _), _| distinct(f, base, p));
                }
            }
            Effect::Alloc => {}
            Effect::Any => {
                let safepoint = is_safepoint(&data.op);
                // A preemption poll changes nothing that this goroutine can rely on without synchronisation.
                if !matches!(data.op, Op::Poll | Op::KeepAlive)
                    || !safepoint && !matches!(data.op, Op::KeepAlive)
                {
                    memory.known.clear();
                }
            }
        }
    }
    at_end.insert(b, memory);
    log
}

/// Whether two base addresses certainly belong to different objects.
fn distinct(f: &Func, a: Value, b: Value) -> bool {
    let (Some(x), Some(y)) = (f.def_inst(a), f.def_inst(b)) else { return false };
    let fresh = |op: &Op| matches!(op, Op::SlotAddr(..) | Op::New { .. } | Op::Sym(..));
    match (&x.op, &y.op) {
        (Op::SlotAddr(s, _), Op::SlotAddr(t, _)) => s != t,
        (Op::Sym(SymRef::Data(s), _), Op::Sym(SymRef::Data(t), _)) => s != t,
        (p, q) if fresh(p) && fresh(q) => {
            std::mem::discriminant(p) != std::mem::discriminant(q) || (matches!(p, Op::New { .. }) && a != b)
        }
        _ => false,
    }
}

fn key(f: &Func, op: &Op, args: &SmallVec<[Value; 3]>, results: &[Value]) -> Key {
    use std::mem::discriminant;
    let (imm, imm2) = match op {
        Op::Iconst(c) => (*c as u64, 0),
        Op::Fconst(c) => (*c, 0),
        Op::Sym(s, off) => {
            let id = match s {
                SymRef::Func(x) => x.0 as u64,
                SymRef::Data(x) => x.0 as u64 | 1 << 40,
            };
            (*off as u64, id)
        }
        Op::SlotAddr(s, off) => (s.0 as u64, *off as u64),
        Op::Shl(b) | Op::LShr(b) | Op::AShr(b) => (*b as u64, 0),
        Op::Icmp(cc) => (*cc as u64, 0),
        Op::Fcmp(cc) => (*cc as u64, 0),
        Op::BoundsCheck { kind, signed } => (*kind as u64, *signed as u64),
        _ => (0, 0),
    };
    // A discriminant has no number of its own; its hash serves, beside the immediates that would tell any clash apart by kind.
    let tag = {
        use std::hash::{Hash, Hasher};
        let mut h = rustc_hash::FxHasher::default();
        discriminant(op).hash(&mut h);
        h.finish()
    };
    let tys = results.iter().map(|&r| f.ty(r)).collect();
    let mut args = args.clone();
    if matches!(op, Op::Add | Op::Mul | Op::And | Op::Or | Op::Xor | Op::FAdd | Op::FMul) && args[0] > args[1]
    {
        args.swap(0, 1);
    }
    Key { tag: (tag >> 32) as u32 ^ tag as u32, imm, imm2, tys, args }
}
