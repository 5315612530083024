//! Inlining, bottom-up over the call graph: a small callee's blocks are copied into the caller.
//!
//! A callee is small if its cost (instructions, calls counted several times) is within [`BUDGET`]. Functions that recover, defer or ask
//! for their caller keep their frames. Tracebacks stay whole: each copied instruction names the inlined call it came from.
use super::remarks::{Remark, What};
use super::{EARLY, Options, run_passes};
use crate::{
    Block, BlockCall, Func, FuncId, IndexVec, Inst, Op, Program, Slot, SymRef, Term, Ty, Value, ValueDef,
    func::{Body, InlinedCall},
    op::Callee,
};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use std::sync::Arc;

/// The cost up to which a function is inlined.
const BUDGET: u32 = 24;
/// The cost up to which a method is copied into its wrapper.
const WRAPPER_BUDGET: u32 = 3 * BUDGET;
/// The cost of a call inside an inlined body.
const CALL_COST: u32 = 12;
/// Callers do not grow beyond this many instructions.
const MAX_CALLER: usize = 6000;
/// In rarely executed blocks only bodies that are hardly larger than the call.
const COLD_BUDGET: u32 = 6;

/// The pass.
pub fn run(program: &mut Program, options: &Options, remarks: &mut Vec<Remark>) {
    let order = bottom_up(program);
    let mut costs: IndexVec<FuncId, Option<u32>> = IndexVec::from(vec![None; program.funcs.len()]);
    for id in order {
        let mut f = take(program, id);
        if inline_calls(program, &mut f, id, &costs, options, remarks) {
            if let Some(trace) = &options.trace {
                trace.record(f.name, "inline", || f.to_string());
            }
            run_passes(program, &mut f, EARLY, options);
        }
        costs[id] = cost(&f);
        if options.remarks
            && !f.flags.wrapper
            && let Some(cost) = costs[id].filter(|c| *c <= BUDGET)
        {
            remarks.push(Remark { pos: f.pos, what: What::CanInline { func: f.name, cost } });
        }
        program.funcs[id] = f;
    }
}

/// Takes a function out of the program, so that the rest can be read while it changes.
pub fn take(program: &mut Program, id: FuncId) -> Func {
    let (name, sig, pos) = (program.funcs[id].name, program.funcs[id].sig, program.funcs[id].pos);
    std::mem::replace(&mut program.funcs[id], Func::new(name, sig, &[], pos))
}

/// The functions that a function calls or makes values of.
fn callees(program: &Program, id: FuncId) -> Vec<FuncId> {
    let f = &program.funcs[id];
    let mut out = Vec::new();
    for block in f.blocks.iter() {
        for &i in &block.insts {
            match &f.insts[i].op {
                Op::Call { callee: Callee::Static(c), .. } => out.push(*c),
                Op::Sym(SymRef::Func(c), _) => out.push(*c),
                _ => {}
            }
        }
        if let Term::TailCall { callee: Callee::Static(c), .. } = &block.term {
            out.push(*c);
        }
    }
    out
}

/// Functions with bodies, callees before callers where calls are not recursive. Closures come before the functions that make them.
pub fn bottom_up(program: &Program) -> Vec<FuncId> {
    components(program).into_iter().flatten().collect()
}

/// The strongly connected components of the call graph, callees first (Tarjan, "Depth-First Search and Linear Graph Algorithms", 1972).
pub fn components(program: &Program) -> Vec<Vec<FuncId>> {
    const NEW: u32 = u32::MAX;
    let n = program.funcs.len();
    let (mut index, mut low, mut on_stack) = (vec![NEW; n], vec![0; n], vec![false; n]);
    let (mut open, mut out, mut counter) = (Vec::new(), Vec::new(), 0);
    for root in program.funcs.ids() {
        if index[root.0 as usize] != NEW {
            continue;
        }
        let mut walk: Vec<(usize, Vec<FuncId>, usize)> = vec![(root.0 as usize, callees(program, root), 0)];
        while let Some((v, list, next)) = walk.last_mut() {
            let v = *v;
            if *next == 0 && index[v] == NEW {
                index[v] = counter;
                low[v] = counter;
                counter += 1;
                open.push(v);
                on_stack[v] = true;
            }
            if let Some(&c) = list.get(*next) {
                *next += 1;
                let c = c.0 as usize;
                if index[c] == NEW {
                    walk.push((c, callees(program, FuncId(c as u32)), 0));
                } else if on_stack[c] {
                    low[v] = low[v].min(index[c]);
                }
                continue;
            }
            walk.pop();
            if let Some((parent, ..)) = walk.last() {
                low[*parent] = low[*parent].min(low[v]);
            }
            if low[v] == index[v] {
                let at = open.iter().rposition(|&w| w == v).expect("a component's root is open");
                let group: Vec<FuncId> = open
                    .drain(at..)
                    .inspect(|&w| on_stack[w] = false)
                    .map(|w| FuncId(w as u32))
                    .filter(|&f| matches!(program.funcs[f].body, Body::Ssa))
                    .collect();
                if !group.is_empty() {
                    out.push(group);
                }
            }
        }
    }
    out
}

/// What copying the body costs; none if it must not be copied.
fn cost(f: &Func) -> Option<u32> {
    let fl = &f.flags;
    if fl.noinline
        || fl.has_defer
        || fl.has_recover
        || fl.systemstack
        || fl.topframe
        || fl.uintptrescapes
        || fl.deferreturn
    {
        return None;
    }
    if f.defer_return.is_some() || f.open_defers.is_some() || !matches!(f.body, Body::Ssa) {
        return None;
    }
    let mut sum = 0;
    for block in f.blocks.iter() {
        let share = |n: u32| if block.cold { n.div_ceil(4) } else { n };
        for &i in &block.insts {
            sum += match &f.insts[i].op {
                Op::GetCallerPc | Op::GetCallerSp => return None,
                Op::Iconst(_)
                | Op::Fconst(_)
                | Op::SlotAddr(..)
                | Op::Sym(..)
                | Op::KeepAlive
                | Op::Escape
                | Op::Trunc
                | Op::Bitcast
                | Op::NilCheck => 0,
                Op::Call { .. } => share(CALL_COST),
                Op::New { .. } => share(4),
                Op::MemCopy { .. } | Op::MemZero { .. } => 2,
                _ => 1,
            };
        }
        match &block.term {
            Term::TailCall { .. } => return None,
            Term::Switch { cases, .. } => sum += cases.len() as u32,
            Term::Br { .. } => sum += 1,
            _ => {}
        }
        if sum > 4 * BUDGET {
            return None;
        }
    }
    Some(sum)
}

/// Func values made in this function: the object and its code.
pub fn closures(f: &Func) -> Vec<(Value, FuncId)> {
    let mut out = Vec::new();
    for block in f.blocks.iter() {
        for &i in &block.insts {
            let d = &f.insts[i];
            if let Op::Store { off: 0, .. } = d.op
                && let (Some(obj), Some(code)) = (f.def_inst(d.args[0]), f.def_inst(d.args[1]))
                && let (Op::New { .. }, Op::Sym(SymRef::Func(func), 0)) = (&obj.op, &code.op)
            {
                out.push((f.resolve(d.args[0]), *func));
            }
        }
    }
    out
}

fn inline_calls(
    program: &Program,
    f: &mut Func,
    id: FuncId,
    costs: &IndexVec<FuncId, Option<u32>>,
    options: &Options,
    remarks: &mut Vec<Remark>,
) -> bool {
    let made: FxHashMap<Value, FuncId> = closures(f).into_iter().collect();
    let mut own: Vec<Block> = f.blocks.ids().collect();
    let mut changed = false;
    let mut at = 0;
    while at < own.len() {
        let b = own[at];
        at += 1;
        let mut k = 0;
        while k < f.blocks[b].insts.len() {
            let inst = f.blocks[b].insts[k];
            k += 1;
            let Op::Call { callee, .. } = f.insts[inst].op else { continue };
            let (target, context) = match callee {
                Callee::Static(c) => (c, None),
                Callee::Closure => {
                    let v = f.resolve(f.insts[inst].args[0]);
                    match made.get(&v) {
                        Some(&c) => (c, Some(v)),
                        None => continue,
                    }
                }
                Callee::Code => continue,
            };
            // A wrapper is nothing without its callee.
            let budget = match () {
                _ if f.blocks[b].cold => COLD_BUDGET,
                _ if f.flags.wrapper => WRAPPER_BUDGET,
                _ => BUDGET,
            };
            let fits =
                target != id && costs[target].is_some_and(|c| c <= budget) && f.insts.len() < MAX_CALLER;
            if !fits || (f.flags.nosplit && !program.funcs[target].flags.nosplit) {
                continue;
            }
            if options.remarks {
                let what = What::Inlined { callee: program.funcs[target].name };
                remarks.push(Remark { pos: f.insts[inst].pos, what });
            }
            let rest = inline_one(program, f, b, k - 1, &program.funcs[target], context);
            own.push(rest);
            changed = true;
            break;
        }
    }
    changed
}

/// Copies `callee` in place of the `k`th instruction of `b`; returns the block with the rest of `b`.
fn inline_one(
    program: &Program,
    f: &mut Func,
    b: Block,
    k: usize,
    callee: &Func,
    context: Option<Value>,
) -> Block {
    let call = f.blocks[b].insts[k];
    let (args, results, pos, inl) = {
        let d = &f.insts[call];
        let skip = context.is_some() as usize;
        (d.args[skip..].to_vec(), d.results.clone(), d.pos, d.inl)
    };
    let cold = f.blocks[b].cold;
    // The rest of the block, with the call's results as parameters.
    let rest = f.new_block();
    let tail = f.blocks[b].insts.split_off(k + 1);
    f.blocks[b].insts.pop();
    let term = std::mem::replace(&mut f.blocks[b].term, Term::None);
    let term_pos = f.blocks[b].term_pos;
    f.blocks[rest].insts = tail;
    f.blocks[rest].term = term;
    f.blocks[rest].term_pos = term_pos;
    f.blocks[rest].cold = cold;
    for &r in &results {
        let param = f.add_param(rest, f.ty(r));
        f.alias(r, param);
    }
    // Who the copied instructions belong to.
    let base = f.inlined.len() as u32;
    let wrapper = callee.flags.wrapper || callee.flags.abiwrapper;
    f.inlined.push(InlinedCall { parent: inl, name: callee.name, start: callee.pos, call_pos: pos, wrapper });
    for c in &callee.inlined {
        let parent = if c.parent == 0 { base + 1 } else { base + 1 + c.parent };
        f.inlined.push(InlinedCall { parent, ..c.clone() });
    }
    let owner = |inl: u32| if inl == 0 { base + 1 } else { base + 1 + inl };

    let sig = &program.sigs[callee.sig];
    let mut values: IndexVec<Value, Value> = IndexVec::from(vec![Value(u32::MAX); callee.values.len()]);
    let slots: Vec<Slot> =
        callee.slots.iter().map(|s| f.slots.push(crate::SlotData { init: false, ..s.clone() })).collect();
    let blocks: Vec<Block> = callee.blocks.ids().map(|_| f.new_block()).collect();
    let emit = |f: &mut Func, b: Block, op: Op, args: &[Value], tys: &[Ty]| -> Option<Value> {
        let i = f.push_inst(b, op, args, tys, pos);
        f.insts[i].inl = inl;
        f.insts[i].results.first().copied()
    };
    // Arguments: a memory parameter is the callee's own copy.
    let mut next = 0;
    for part in &sig.params {
        for _ in 0..part.value_count() {
            let param = callee.blocks[Block(0)].params[next];
            values[param] = if part.leaves.is_some() {
                f.resolve(args[next])
            } else {
                let ptrs = Arc::new(part.ptrs.clone());
                let slot = f.new_slot(part.size, part.align.max(1), ptrs, callee.name);
                let copy =
                    emit(f, b, Op::SlotAddr(slot, 0), &[], &[Ty::Ptr]).expect("an address has a result");
                let align = Op::align_of_area(part.size, part.align);
                emit(f, b, Op::MemCopy { size: part.size, align, typ: None }, &[copy, args[next]], &[]);
                copy
            };
            next += 1;
        }
    }
    let result_addresses = args[next..].to_vec();
    f.blocks[b].term = Term::Jump(BlockCall { block: blocks[0], args: SmallVec::new() });
    f.blocks[b].term_pos = pos;
    // All values first: a use may come before its definition in block order.
    for (cb, data) in callee.blocks.iter_enumerated() {
        let nb = blocks[cb.0 as usize];
        f.blocks[nb].cold = data.cold || cold;
        if cb.0 != 0 {
            for &p in &data.params {
                values[p] = f.add_param(nb, callee.ty(p));
            }
        }
        for &ci in &data.insts {
            let d = &callee.insts[ci];
            let i: Inst = f.insts.next_id();
            if let (Op::GetClosure, Some(ctx)) = (&d.op, context) {
                values[d.results[0]] = ctx;
                continue;
            }
            let results = d
                .results
                .iter()
                .enumerate()
                .map(|(n, &r)| {
                    let v = f
                        .values
                        .push(crate::ValueData { ty: callee.ty(r), def: ValueDef::Inst(i, n as u32) });
                    values[r] = v;
                    v
                })
                .collect();
            let op = match &d.op {
                Op::SlotAddr(s, off) => Op::SlotAddr(slots[s.0 as usize], *off),
                op => op.clone(),
            };
            f.insts.push(crate::InstData {
                op,
                args: d.args.clone(),
                results,
                pos: d.pos,
                inl: owner(d.inl),
            });
            f.blocks[nb].insts.push(i);
        }
    }
    for (cb, data) in callee.blocks.iter_enumerated() {
        let nb = blocks[cb.0 as usize];
        for n in 0..f.blocks[nb].insts.len() {
            let i = f.blocks[nb].insts[n];
            for a in f.insts[i].args.iter_mut() {
                *a = values[callee.resolve(*a)];
            }
        }
        f.blocks[nb].term_pos = data.term_pos;
        let mut term = data.term.clone();
        term.for_each_arg_mut(|a| *a = values[callee.resolve(*a)]);
        term.retarget(|t| blocks[t.0 as usize]);
        f.blocks[nb].term = match term {
            Term::Ret(list) => {
                let mut flat = SmallVec::new();
                let (mut n, mut m) = (0, 0);
                for part in &sig.results {
                    match &part.leaves {
                        Some(l) => {
                            flat.extend_from_slice(&list[n..n + l.len()]);
                            n += l.len();
                        }
                        None => {
                            let to = result_addresses[m];
                            let align = Op::align_of_area(part.size, part.align);
                            let copy = Op::MemCopy { size: part.size, align, typ: None };
                            emit(f, nb, copy, &[to, list[n]], &[]);
                            n += 1;
                            m += 1;
                        }
                    }
                }
                Term::Jump(BlockCall { block: rest, args: flat })
            }
            term => term,
        };
    }
    rest
}
