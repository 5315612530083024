//! Inlining, bottom-up over the call graph: a small callee's blocks are copied into the caller.
//!
//! A callee is small if its cost (instructions, calls counted several times) is within [`BUDGET`]; one that calls what the caller gives it, or that
//! returns an object of its making, may be larger, one that compares a parameter with constants counts less where the caller gives a constant, and a function literal that is called in one
//! place may be large, as may a leaf without loops. A method called through an interface that can be a few small functions only becomes a choice between their bodies. What a copied body calls is looked at again, now that more is known: a caller has several rounds. Functions that recover, defer or ask
//! for their caller keep their frames. Where a profile says that a call is hot, its callee may be large, and a call through an interface or of a func value asks first for what was called most. Tracebacks stay whole: each copied instruction names the inlined call it came from.
mod copy;
mod cost;
mod few;
mod profiled;

use super::remarks::{Remark, What};
use super::{EARLY, Options, run_passes};
use crate::{
    Block, DataId, Func, FuncId, IndexVec, Inst, Op, Program, SymRef, Term, Value, View, func::Body,
    op::Callee,
};
use copy::inline_one;
use cost::Cost;
use profiled::Hot;
use rustc_hash::FxHashMap;

/// The cost up to which a function is inlined.
const BUDGET: u32 = 24;
/// The cost up to which a function is inlined that calls nothing: around its call, values would be in memory for its sake alone.
const LEAF_BUDGET: u32 = 5 * BUDGET / 3;
/// The cost up to which a function is inlined that returns an object which it makes: in a caller that does not keep it, it may live in the frame.
const MAKER_BUDGET: u32 = 2 * BUDGET;
/// The cost up to which a method is copied into its wrapper.
const WRAPPER_BUDGET: u32 = 3 * BUDGET;
/// The cost up to which a function is inlined that calls a func value which the caller knows.
const FUNC_BUDGET: u32 = 4 * BUDGET;
/// The cost up to which a function literal is inlined where it is called, if that is the only call.
const ONCE_BUDGET: u32 = 12 * BUDGET;
/// The cost up to which a function that calls nothing and has no loop is inlined where it is called, if that is the only call.
const ONCE_LEAF_BUDGET: u32 = 4 * BUDGET;
/// The cost up to which a function is inlined where a profile says that much time is spent behind the call.
const HOT_BUDGET: u32 = 12 * BUDGET;
/// How often a caller is looked at.
const ROUNDS: usize = 6;
/// The cost of a call inside an inlined body.
const CALL_COST: u32 = 12;
/// Callers do not grow beyond this many instructions.
const MAX_CALLER: usize = 6000;
/// In rarely executed blocks only bodies that are hardly larger than the call.
const COLD_BUDGET: u32 = 6;

/// The pass.
pub fn run(program: &mut Program, options: &Options, remarks: &mut Vec<Remark>) {
    let hot = options.profile.as_ref().map(|p| Hot::new(program, p.clone()));
    let asked_for = |id| hot.as_ref().map_or(Vec::new(), |hot| hot.targets(program, id));
    let order: Vec<FuncId> = components(program, asked_for).into_iter().flatten().collect();
    let references = references(program);
    let mut costs: IndexVec<FuncId, Option<Cost>> =
        program.funcs.iter().map(|_| None).collect::<Vec<_>>().into();
    for id in order {
        let mut f = take(program, id);
        // Calls in a body that was copied, and calls whose callee that made known, are looked at again.
        for round in 0..ROUNDS {
            let inliner = Inliner { program, costs: &costs, references: &references, hot: hot.as_ref() };
            let mut told = (options.remarks && round == 0).then_some(&mut *remarks);
            if !options.runs("inline", id) || !inliner.calls(&mut f, id, &mut told) {
                break;
            }
            if let Some(trace) = &options.trace {
                trace.record(f.name, "inline", || f.to_string());
            }
            run_passes(&View::new(program), &mut f, id, EARLY, options);
        }
        costs[id] = cost::cost(program, &f);
        if options.remarks
            && !f.flags.wrapper
            && let Some(Cost { body, .. }) = costs[id].as_ref().filter(|c| c.body <= c.budget())
        {
            remarks.push(Remark { pos: f.pos, what: What::CanInline { func: f.name, cost: *body } });
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
                Op::Sym(SymRef::Data(d), 0) => out.extend(program.func_value(*d)),
                _ => {}
            }
        }
        if let Term::TailCall { callee: Callee::Static(c), .. } = &block.term {
            out.push(*c);
        }
    }
    for (_, funcs) in program.known_code.get(&id).into_iter().flatten() {
        out.extend(funcs.iter());
    }
    out
}

/// The strongly connected components of the call graph, callees first (Tarjan, "Depth-First Search and Linear Graph Algorithms", 1972), of
/// functions with bodies. Closures come before the functions that make them. `more`: what else a function may come to call.
pub fn components(program: &Program, more: impl Fn(FuncId) -> Vec<FuncId>) -> Vec<Vec<FuncId>> {
    let callees = |id| [callees(program, id), more(id)].concat();
    const NEW: u32 = u32::MAX;
    let n = program.funcs.len();
    let (mut index, mut low, mut on_stack) = (vec![NEW; n], vec![0; n], vec![false; n]);
    let (mut open, mut out, mut counter) = (Vec::new(), Vec::new(), 0);
    for root in program.funcs.ids() {
        if index[root.0 as usize] != NEW {
            continue;
        }
        let mut walk: Vec<(usize, Vec<FuncId>, usize)> = vec![(root.0 as usize, callees(root), 0)];
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
                    walk.push((c, callees(FuncId(c as u32)), 0));
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

/// How often functions are referred to, as code or as func values without captures.
fn references(program: &Program) -> IndexVec<FuncId, u32> {
    let mut direct: IndexVec<FuncId, u32> = IndexVec::from(vec![0u32; program.funcs.len()]);
    let mut datas: IndexVec<DataId, u32> = IndexVec::from(vec![0u32; program.datas.len()]);
    for f in program.funcs.iter() {
        for &i in f.blocks.iter().flat_map(|b| &b.insts) {
            match f.insts[i].op {
                Op::Call { callee: Callee::Static(c), .. } | Op::Sym(SymRef::Func(c), _) => direct[c] += 1,
                Op::Sym(SymRef::Data(d), _) => datas[d] += 1,
                _ => {}
            }
        }
        for block in f.blocks.iter() {
            if let Term::TailCall { callee: Callee::Static(c), .. } = block.term {
                direct[c] += 1;
            }
        }
    }
    for d in program.datas.iter() {
        for r in &d.relocs {
            if let SymRef::Data(d) = r.target {
                datas[d] += 1;
            }
        }
    }
    for (d, data) in program.datas.iter_enumerated() {
        let own = if data.relocs.len() == 1 { datas[d] } else { 2 };
        for r in &data.relocs {
            if let SymRef::Func(c) = r.target {
                direct[c] += own;
            }
        }
    }
    direct
}

/// What is known of the callees.
struct Inliner<'a> {
    program: &'a Program,
    costs: &'a IndexVec<FuncId, Option<Cost>>,
    references: &'a IndexVec<FuncId, u32>,
    hot: Option<&'a Hot>,
}

/// Whether a value is a func value with code that is known.
fn known_func(program: &Program, f: &Func, made: &FxHashMap<Value, FuncId>, v: Value) -> bool {
    let v = f.resolve(v);
    let data = match f.def_inst(v).map(|d| &d.op) {
        Some(Op::Sym(SymRef::Data(d), 0)) => Some(*d),
        _ => None,
    };
    made.contains_key(&v) || data.is_some_and(|d| program.func_value(d).is_some())
}

impl Inliner<'_> {
    /// Whether a call of `target` by this instruction is worth its body.
    fn fits(&self, f: &Func, b: Block, inst: Inst, target: FuncId, made: &FxHashMap<Value, FuncId>) -> bool {
        let Some(cost) = &self.costs[target] else { return false };
        let closure = matches!(f.insts[inst].op, Op::Call { callee: Callee::Closure, .. });
        // The only call of the only func value with this code: nothing is copied.
        if closure && self.references[target] == 1 && cost.body <= ONCE_BUDGET {
            let value = f.resolve(f.insts[inst].args[0]);
            let calls = |&&i: &&Inst| {
                let d = &f.insts[i];
                let stored = matches!(d.op, Op::Store { .. }) && f.resolve(d.args[0]) == value;
                !stored && d.args.iter().any(|&a| f.resolve(a) == value)
            };
            if f.blocks.iter().flat_map(|b| &b.insts).filter(calls).count() == 1 {
                return true;
            }
        }
        // A wrapper is nothing without its callee.
        let mut budget = match () {
            _ if self.hot.is_some_and(|hot| hot.has(f, inst, target)) => HOT_BUDGET,
            _ if f.blocks[b].cold => COLD_BUDGET,
            _ if f.flags.wrapper => WRAPPER_BUDGET,
            _ if cost.leaf && !cost.loops && self.references[target] == 1 => ONCE_LEAF_BUDGET,
            _ => cost.budget(),
        };
        let mut body = cost.body;
        let args = &f.insts[inst].args[closure as usize..];
        for (&a, used) in args.iter().zip(&cost.params) {
            if used.called && !f.blocks[b].cold && known_func(self.program, f, made, a) {
                budget = budget.max(FUNC_BUDGET);
            } else if used.decides > 0 && f.as_const(a).is_some() {
                body = body.saturating_sub(2 * used.decides).max(cost.body / 2);
            }
        }
        body <= budget
    }

    /// Replaces calls that are worth it; one look at each.
    fn calls(&self, f: &mut Func, id: FuncId, remarks: &mut Option<&mut Vec<Remark>>) -> bool {
        let program = self.program;
        let made: FxHashMap<Value, FuncId> = closures(f).into_iter().collect();
        let mut own: Vec<Block> = f.blocks.ids().collect();
        let mut changed = false;
        let mut at = 0;
        while at < own.len() {
            let b = own[at];
            at += 1;
            self.tail_call(f, id, b);
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
                            None => {
                                if let Some(rest) = self.hottest(f, b, k - 1) {
                                    own.extend(rest);
                                    changed = true;
                                    break;
                                }
                                continue;
                            }
                        }
                    }
                    Callee::Code => {
                        if let Some(rest) = self.few(f, id, b, k - 1).or_else(|| self.hottest(f, b, k - 1)) {
                            own.extend(rest);
                            changed = true;
                            break;
                        }
                        continue;
                    }
                };
                let callee = &program.funcs[target];
                if target == id
                    || f.insts.len() >= MAX_CALLER
                    || !self.fits(f, b, inst, target, &made)
                    || (f.flags.nosplit && !callee.flags.nosplit)
                    || inside(f, f.insts[inst].inl, callee)
                {
                    continue;
                }
                if let Some(remarks) = remarks {
                    remarks
                        .push(Remark { pos: f.insts[inst].pos, what: What::Inlined { callee: callee.name } });
                }
                let rest = inline_one(program, f, b, k - 1, callee, context);
                own.push(rest);
                changed = true;
                break;
            }
        }
        changed
    }

    /// A jump to a function whose body is to be copied is a call, in a wrapper that has a frame.
    fn tail_call(&self, f: &mut Func, id: FuncId, b: Block) {
        let Term::TailCall { callee: Callee::Static(target), sig, args } = &f.blocks[b].term else { return };
        let (target, sig, args, pos) = (*target, *sig, args.clone(), f.blocks[b].term_pos);
        let fits = target != id
            && self.costs[target].as_ref().is_some_and(|c| c.body <= WRAPPER_BUDGET)
            && cost::in_registers(self.program, sig)
            && f.insts.len() < MAX_CALLER
            && (!f.flags.nosplit || self.program.funcs[target].flags.nosplit)
            && f.blocks.iter().filter(|b| matches!(b.term, Term::TailCall { .. })).count() == 1;
        if fits {
            f.flags.wrapper = true;
            let op = Op::Call { callee: Callee::Static(target), sig };
            let call = f.push_inst(b, op, &args, &self.program.sigs[sig].ret_tys(), pos);
            f.blocks[b].term = Term::Ret(f.insts[call].results.iter().copied().collect());
        }
    }
}

/// Whether the inlined call `inl` came from a body of this function, on its way.
fn inside(f: &Func, mut inl: u32, callee: &Func) -> bool {
    while inl != 0 {
        let call = &f.inlined[inl as usize - 1];
        if call.name == callee.name {
            return true;
        }
        inl = call.parent;
    }
    false
}
