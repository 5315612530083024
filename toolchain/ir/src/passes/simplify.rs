//! Cleaning up: folds constants, propagates copies, folds branches and skips those that are known, drops dead code, unreachable
//! blocks and needless block parameters, and merges straight-line blocks, until nothing changes.
use super::{effects, fold, thread};
use crate::{
    Block, Func, Inst, Op, SymRef, Term, Value, ValueDef, View,
    analysis::cfg::Cfg,
    op::{Callee, Cc},
};
use smallvec::SmallVec;

/// The pass.
pub fn run(view: &View, f: &mut Func) {
    for _ in 0..8 {
        let mut changed = instructions(view, f);
        changed |= branches(f);
        changed |= thread::run(f);
        changed |= unreachable(f);
        changed |= params(f);
        changed |= merge(f);
        f.apply_aliases();
        changed |= dead(f);
        if !changed {
            break;
        }
    }
}

/// Folds every instruction, in an order that sees operands before users as far as possible.
fn instructions(view: &View, f: &mut Func) -> bool {
    let cfg = Cfg::new(f);
    let mut changed = false;
    for &block in &cfg.rpo {
        for i in 0..f.blocks[block].insts.len() {
            let inst = f.blocks[block].insts[i];
            changed |= instruction(view, f, inst);
        }
    }
    changed
}

fn instruction(view: &View, f: &mut Func, inst: Inst) -> bool {
    let mut changed = false;
    for k in 0..f.insts[inst].args.len() {
        let v = f.resolve(f.insts[inst].args[k]);
        f.insts[inst].args[k] = v;
    }
    for _ in 0..4 {
        let data = &f.insts[inst];
        if data.results.len() == 1 && !matches!(data.op, Op::Call { .. }) {
            let (result, ty) = (data.results[0], f.values[data.results[0]].ty);
            match fold::fold(view, f, &data.op, &data.args, ty) {
                None => return changed,
                Some(fold::Folded::Value(v)) => {
                    let v = f.resolve(v);
                    // Kinds may differ only between pointer and integer names of one register: keep those.
                    if f.ty(v) != ty || v == result {
                        return changed;
                    }
                    f.alias(result, v);
                    f.insts[inst].results.clear();
                    f.insts[inst].op = Op::KeepAlive;
                    f.insts[inst].args.clear();
                    return true;
                }
                Some(fold::Folded::Op(op, args)) => {
                    if op == f.insts[inst].op && args == f.insts[inst].args {
                        return changed;
                    }
                    f.insts[inst].op = op;
                    f.insts[inst].args = args;
                    changed = true;
                }
            }
        } else {
            return changed | effectful(view, f, inst);
        }
    }
    changed
}

/// Simplifies stores, checks and calls.
fn effectful(view: &View, f: &mut Func, inst: Inst) -> bool {
    let data = &f.insts[inst];
    match &data.op {
        Op::Store { off, wb } => {
            let Some(d) = f.def_inst(data.args[0]) else { return false };
            if let Op::PtrAdd = d.op
                && let Some(k) = f.as_const(d.args[1])
                && let Ok(sum) = i32::try_from(*off as i64 + k)
            {
                let (wb, base) = (*wb, d.args[0]);
                f.insts[inst].op = Op::Store { off: sum, wb };
                f.insts[inst].args[0] = base;
                return true;
            }
            false
        }
        Op::NilCheck => {
            // Of a part near the beginning: of the whole.
            if let Some(d) = f.def_inst(data.args[0])
                && let Op::PtrAdd = d.op
                && f.as_const(d.args[1]).is_some_and(|k| (0..view.target().nil_page as i64).contains(&k))
            {
                f.insts[inst].args[0] = d.args[0];
                return true;
            }
            let never_nil = f.def_inst(data.args[0]).is_some_and(|d| d.op.is_never_nil());
            if never_nil {
                f.insts[inst].op = Op::KeepAlive;
                f.insts[inst].args.clear();
            }
            never_nil
        }
        Op::BoundsCheck { kind, .. } => {
            let (Some(i), Some(n)) = (f.as_const(data.args[0]), f.as_const(data.args[1])) else {
                return false;
            };
            let ok = if *kind == crate::op::BoundsKind::Index {
                (i as u64) < n as u64
            } else {
                i as u64 <= n as u64
            };
            if ok {
                f.insts[inst].op = Op::KeepAlive;
                f.insts[inst].args.clear();
            }
            ok
        }
        Op::Call { callee, sig } => devirtualise(view, f, inst, *callee, *sig),
        _ => false,
    }
}

/// A call of a known code address or of a func value known to be static becomes a direct call.
fn devirtualise(view: &View, f: &mut Func, inst: Inst, callee: Callee, sig: crate::SigId) -> bool {
    let Some(target) = f.insts[inst].args.first().and_then(|&a| f.def_inst(a)) else { return false };
    let func = match (callee, &target.op) {
        (Callee::Code, Op::Sym(SymRef::Func(func), 0)) => *func,
        (Callee::Closure, Op::Sym(SymRef::Data(d), 0)) => match view.func_value(*d) {
            Some(func) => func,
            None => return false,
        },
        _ => return false,
    };
    f.insts[inst].op = Op::Call { callee: Callee::Static(func), sig };
    f.insts[inst].args.remove(0);
    true
}

/// Branches on constants, and branches whose ways are the same.
fn branches(f: &mut Func) -> bool {
    let mut changed = false;
    for b in f.blocks.ids() {
        let new = match &f.blocks[b].term {
            Term::Br { cond, then, els, likely } => {
                if let Some(c) = f.as_const(*cond) {
                    Term::Jump(if c & 0xff != 0 { then.clone() } else { els.clone() })
                } else if then.block == els.block && same(f, &then.args, &els.args) {
                    Term::Jump(then.clone())
                } else if let Some(d) = f.def_inst(*cond)
                    && let Op::Icmp(cc @ (Cc::Eq | Cc::Ne)) = d.op
                    && f.as_const(d.args[1]) == Some(0)
                    && f.ty(d.args[0]) == crate::Ty::I8
                {
                    // Branch on (c != 0) or (c == 0) of a bool: on c itself.
                    let cond = f.resolve(d.args[0]);
                    match cc {
                        Cc::Ne => Term::Br { cond, then: then.clone(), els: els.clone(), likely: *likely },
                        _ => Term::Br {
                            cond,
                            then: els.clone(),
                            els: then.clone(),
                            likely: likely.map(|l| !l),
                        },
                    }
                } else {
                    continue;
                }
            }
            Term::Switch { value, cases, default } => {
                if let Some(c) = f.as_const(*value) {
                    let block = cases.iter().find(|x| x.0 == c).map_or(*default, |x| x.1);
                    Term::Jump(crate::BlockCall { block, args: SmallVec::new() })
                } else if cases.is_empty() {
                    Term::Jump(crate::BlockCall { block: *default, args: SmallVec::new() })
                } else {
                    continue;
                }
            }
            _ => continue,
        };
        f.blocks[b].term = new;
        changed = true;
    }
    changed
}

fn same(f: &Func, a: &[Value], b: &[Value]) -> bool {
    a.iter().zip(b).all(|(&x, &y)| f.resolve(x) == f.resolve(y))
}

/// Empties blocks that control cannot reach.
fn unreachable(f: &mut Func) -> bool {
    let cfg = Cfg::new(f);
    let mut changed = false;
    for b in f.blocks.ids() {
        let data = &mut f.blocks[b];
        if !cfg.reachable(b) && (!data.insts.is_empty() || !matches!(data.term, Term::Unreachable)) {
            data.insts.clear();
            data.params.clear();
            data.term = Term::Unreachable;
            changed = true;
        }
    }
    changed
}

/// Drops block parameters that always receive the same value, or the same constant.
pub fn params(f: &mut Func) -> bool {
    let cfg = Cfg::new(f);
    let mut changed = false;
    for &b in &cfg.rpo {
        if f.roots().any(|r| r == b) || cfg.preds[b].is_empty() {
            continue;
        }
        let mut k = 0;
        while k < f.blocks[b].params.len() {
            let param = f.blocks[b].params[k];
            let mut only: Option<Value> = None;
            let mut constant = None;
            let mut many = false;
            for &p in &cfg.preds[b] {
                let term = f.blocks[p].term.clone();
                let mut visit = |call: &crate::BlockCall| {
                    if call.block == b {
                        let v = f.resolve(call.args[k]);
                        if v != param && only.is_none_or(|o| o != v) {
                            match (only.and_then(|o| f.as_const(o)), f.as_const(v)) {
                                (Some(c), Some(d)) if c == d => constant = Some(c),
                                _ => many |= only.is_some(),
                            }
                            only = Some(v);
                        }
                    }
                };
                match &term {
                    Term::Jump(t) => visit(t),
                    Term::Br { then, els, .. } => {
                        visit(then);
                        visit(els);
                    }
                    _ => {}
                }
            }
            match only {
                Some(mut v) if !many => {
                    if let Some(c) = constant {
                        // Equal constants, none of which need be known here.
                        let (ty, pos) = (f.ty(param), f.blocks[b].term_pos);
                        let i = f.make_inst(Op::Iconst(c), &[], &[ty], pos);
                        f.blocks[b].insts.insert(0, i);
                        v = f.insts[i].results[0];
                    }
                    f.alias(param, v);
                    remove_param(f, &cfg, b, k);
                    changed = true;
                }
                _ => k += 1,
            }
        }
    }
    changed
}

/// Removes parameter `k` of `b` and the arguments for it.
pub fn remove_param(f: &mut Func, cfg: &Cfg, b: Block, k: usize) {
    f.blocks[b].params.remove(k);
    for i in k..f.blocks[b].params.len() {
        let v = f.blocks[b].params[i];
        f.values[v].def = ValueDef::Param(b, i as u32);
    }
    let mut preds = cfg.preds[b].clone();
    preds.sort();
    preds.dedup();
    for p in preds {
        f.blocks[p].term.for_each_call_mut(|call| {
            if call.block == b {
                call.args.remove(k);
            }
        });
    }
}

/// Appends a block to its only predecessor, and skips empty blocks.
fn merge(f: &mut Func) -> bool {
    let mut changed = false;
    // Jumps to an empty block without parameters that only jumps go straight on.
    let forward: Vec<Option<crate::BlockCall>> = f
        .blocks
        .iter_enumerated()
        .map(|(b, data)| match &data.term {
            Term::Jump(t)
                if data.insts.is_empty()
                    && data.params.is_empty()
                    && t.block != b
                    && f.roots().all(|r| r != b) =>
            {
                Some(t.clone())
            }
            _ => None,
        })
        .collect();
    let follow = |start: Block| -> Option<crate::BlockCall> {
        let mut at = forward[start.0 as usize].clone()?;
        for _ in 0..16 {
            match &forward[at.block.0 as usize] {
                Some(next) => at = next.clone(),
                None => break,
            }
        }
        Some(at)
    };
    for b in f.blocks.ids() {
        match &mut f.blocks[b].term {
            Term::Switch { cases, default, .. } => {
                for target in cases.iter_mut().map(|c| &mut c.1).chain(std::iter::once(default)) {
                    if let Some(to) = follow(*target)
                        && to.args.is_empty()
                        && to.block != *target
                    {
                        *target = to.block;
                        changed = true;
                    }
                }
            }
            term => term.for_each_call_mut(|call| {
                if let Some(to) = follow(call.block)
                    && to.block != call.block
                {
                    *call = to;
                    changed = true;
                }
            }),
        }
    }
    let cfg = Cfg::new(f);
    for &b in &cfg.rpo {
        while let Term::Jump(t) = &f.blocks[b].term {
            let (to, args) = (t.block, t.args.clone());
            if to == b || cfg.preds[to].len() != 1 || f.roots().any(|r| r == to) {
                break;
            }
            for (i, &arg) in args.iter().enumerate() {
                let (param, arg) = (f.blocks[to].params[i], f.resolve(arg));
                f.alias(param, arg);
            }
            let data = &mut f.blocks[to];
            data.params.clear();
            let (mut insts, term, pos) = (
                std::mem::take(&mut data.insts),
                std::mem::replace(&mut data.term, Term::Unreachable),
                data.term_pos,
            );
            let data = &mut f.blocks[b];
            data.insts.append(&mut insts);
            data.term = term;
            data.term_pos = pos;
            changed = true;
        }
    }
    changed
}

/// Removes instructions without effect whose results nobody uses, the placeholders that folding leaves, and block parameters
/// that nothing but each other uses.
fn dead(f: &mut Func) -> bool {
    let cfg = Cfg::new(f);
    let mut used = vec![false; f.values.len()];
    let mut work: Vec<Value> = Vec::new();
    for block in f.blocks.iter() {
        for &i in &block.insts {
            if !effects::removable(&f.insts[i].op) {
                work.extend(&f.insts[i].args);
            }
        }
        match &block.term {
            Term::Jump(_) => {}
            Term::Br { cond, .. } => work.push(*cond),
            term => term.for_each_arg(|v| work.push(v)),
        }
    }
    while let Some(v) = work.pop() {
        let v = f.resolve(v);
        if std::mem::replace(&mut used[v.0 as usize], true) {
            continue;
        }
        match f.values[v].def {
            ValueDef::Inst(i, _) => work.extend(&f.insts[i].args),
            ValueDef::Param(b, k) => {
                for &p in &cfg.preds[b] {
                    let mut visit = |call: &crate::BlockCall| {
                        if call.block == b {
                            work.push(call.args[k as usize]);
                        }
                    };
                    match &f.blocks[p].term {
                        Term::Jump(t) => visit(t),
                        Term::Br { then, els, .. } => {
                            visit(then);
                            visit(els);
                        }
                        _ => {}
                    }
                }
            }
            ValueDef::Alias(_) => {}
        }
    }
    let mut changed = false;
    for &b in &cfg.rpo {
        if f.roots().any(|r| r == b) {
            continue;
        }
        for k in (0..f.blocks[b].params.len()).rev() {
            if !used[f.blocks[b].params[k].0 as usize] {
                remove_param(f, &cfg, b, k);
                changed = true;
            }
        }
    }
    let Func { blocks, insts, .. } = f;
    for block in blocks.iter_mut() {
        block.insts.retain(|&i| {
            let d = &insts[i];
            let placeholder = matches!(d.op, Op::KeepAlive) && d.args.is_empty();
            let keep =
                !placeholder && (!effects::removable(&d.op) || d.results.iter().any(|r| used[r.0 as usize]));
            changed |= !keep && !placeholder;
            keep
        });
    }
    changed
}
