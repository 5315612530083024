//! Captured variables where the closure is known: a func value's captures are written when it is made, and never again, so reading one is the value
//! that was written. Inlining a function literal's body leaves such reads behind.
use super::inline::closures;
use crate::{Func, Op, Ty, Value, View, op::FUNC_LITERAL};
use rustc_hash::{FxHashMap, FxHashSet};

/// The pass.
pub fn run(_view: &View, f: &mut Func) {
    let literal = |v: &Value| {
        f.def_inst(*v).is_some_and(|d| matches!(d.op, Op::New { name, .. } if name.as_str() == FUNC_LITERAL))
    };
    let made: FxHashSet<Value> = closures(f).into_iter().map(|c| c.0).filter(literal).collect();
    if made.is_empty() {
        return;
    }
    let of = |f: &Func, v: Value| Some(f.resolve(v)).filter(|v| made.contains(v));
    let reads = f.blocks.iter().flat_map(|b| &b.insts).any(|&i| {
        let d = &f.insts[i];
        matches!(d.op, Op::Load { .. }) && of(f, d.args[0]).is_some()
    });
    if !reads {
        return;
    }
    // What is written where; nothing, if it is written twice.
    let mut written: FxHashMap<(Value, i32, Ty), Option<Value>> = FxHashMap::default();
    for &i in f.blocks.iter().flat_map(|b| &b.insts) {
        let d = &f.insts[i];
        if let Op::Store { off, .. } = d.op
            && let Some(object) = of(f, d.args[0])
        {
            let ty = f.ty(d.args[1]);
            written.entry((object, off, ty)).and_modify(|v| *v = None).or_insert(Some(f.resolve(d.args[1])));
        }
    }
    for i in f.blocks.iter().flat_map(|b| b.insts.clone()).collect::<Vec<_>>() {
        let d = &f.insts[i];
        let Op::Load { off } = d.op else { continue };
        let Some(object) = of(f, d.args[0]) else { continue };
        let result = d.results[0];
        if let Some(&Some(value)) = written.get(&(object, off, f.ty(result))) {
            let value = f.resolve(value);
            f.alias(result, value);
            let d = &mut f.insts[i];
            d.op = Op::KeepAlive;
            d.args.clear();
            d.results.clear();
        }
    }
}
