//! What each instruction lets flow where.
use super::Summary;
use super::graph::{Base, Graph, HEAP};
use crate::passes::{effects, fold};
use crate::{Func, FuncId, Op, Program, Term, Ty, Value, op::Callee};
use rustc_hash::{FxHashMap, FxHashSet};

/// Values that are used in other ways than as the address of what is read or written.
fn used_beside_access(f: &Func) -> FxHashSet<Value> {
    let mut used = FxHashSet::default();
    for block in f.blocks.iter() {
        for &i in &block.insts {
            let d = &f.insts[i];
            let skip = matches!(d.op, Op::Load { .. } | Op::Store { .. } | Op::NilCheck) as usize;
            used.extend(d.args[skip..].iter().map(|&v| f.resolve(v)));
        }
        block.term.for_each_arg(|v| used.extend([f.resolve(v)]));
    }
    used
}

/// Fills the graph with the function's flows; `made`: the func values that it makes, and their code.
pub fn build(
    program: &Program,
    f: &Func,
    g: &mut Graph,
    summaries: &FxHashMap<FuncId, Summary>,
    made: &[(Value, FuncId)],
) {
    g.find_words(f);
    blur(f, g, made);
    // dst <- value with dereferences
    let flow = |g: &mut Graph, dst: usize, v: Value, derefs: i32| {
        if f.ty(v) != Ty::Ptr {
            return;
        }
        match g.base(f, v) {
            Base::Object(o, _) => g.edges[dst].push((o, derefs - 1)),
            Base::Value(v, _) => {
                let node = g.node(v);
                g.edges[dst].push((node, derefs));
            }
        }
    };
    // the place that an address names, of which any word may be written: an object's contents, what a parameter points to, or the heap
    let place = |g: &mut Graph, v: Value| match g.base(f, v) {
        Base::Object(o, _) => {
            g.blurred.insert(o);
            o
        }
        Base::Value(v, _) => g.flat_params.get(&v).map_or(HEAP, |at| g.behind + at),
    };
    let called = if made.is_empty() { FxHashSet::default() } else { used_beside_access(f) };
    for &(obj, code) in made {
        let node = g.objects[&obj];
        // Inlining may have left nobody who could call it.
        if !called.contains(&obj) {
            continue;
        }
        match summaries.get(&code) {
            Some(s) => {
                g.edges[HEAP].extend(s.context.map(|d| (node, d - 1)));
                for &(off, d) in &s.captures {
                    let word = g.words.get(&(node, off)).copied().unwrap_or(node);
                    g.edges[HEAP].push((word, d));
                }
            }
            None => g.edges[HEAP].push((node, -1)),
        }
    }
    for data in f.blocks.iter() {
        for &i in &data.insts {
            let d = &f.insts[i];
            // Stacks are aligned to a word; an atomic of two words wants more, which Go promises of variables on the heap.
            let number = match d.op {
                Op::AtomicLoad => d.results.first(),
                Op::AtomicStore | Op::AtomicRmw(_) => d.args.get(1),
                Op::AtomicCas => d.args.get(2),
                _ => None,
            };
            if program.target.word < 8 && number.is_some_and(|&v| f.ty(v) == Ty::I64) {
                flow(g, HEAP, d.args[0], 0);
            }
            match &d.op {
                Op::Load { off } => {
                    let r = g.node(d.results[0]);
                    match g.word_at(f, d.args[0], *off) {
                        Some(word) => g.edges[r].push((word, 0)),
                        None => flow(g, r, d.args[0], 1),
                    }
                }
                Op::Store { off, .. } if f.ty(d.args[1]) == Ty::Ptr => {
                    let word = g.word_at(f, d.args[0], *off).filter(|_| !g.is_context(f, d.args[0]));
                    if word.is_some() || !back_to_its_own(f, g, d.args[0], d.args[1]) {
                        let to = word.unwrap_or_else(|| place(g, d.args[0]));
                        flow(g, to, d.args[1], 0);
                    }
                }
                Op::AtomicLoad => {
                    let r = g.node(d.results[0]);
                    flow(g, r, d.args[0], 1);
                }
                Op::AtomicStore => flow(g, HEAP, d.args[1], 0),
                Op::AtomicRmw(_) => {
                    flow(g, HEAP, d.args[1], 0);
                    let r = g.node(d.results[0]);
                    flow(g, r, d.args[0], 1);
                }
                Op::AtomicCas => flow(g, HEAP, d.args[2], 0),
                Op::Escape => flow(g, HEAP, d.args[0], 0),
                Op::MemCopy { .. } => {
                    let to = place(g, d.args[0]);
                    flow(g, to, d.args[1], 1);
                }
                Op::Select => {
                    let r = g.node(d.results[0]);
                    flow(g, r, d.args[1], 0);
                    flow(g, r, d.args[2], 0);
                }
                Op::PtrAdd => {
                    let r = g.node(d.results[0]);
                    flow(g, r, d.args[0], 0);
                }
                Op::Bitcast if f.ty(d.results[0]) == Ty::Ptr => {
                    // unsafe.Pointer(uintptr(p) + x): still p's object.
                    let r = g.node(d.results[0]);
                    let mut sources = Vec::new();
                    integer_sources(f, d.args[0], 8, &mut sources);
                    for p in sources {
                        flow(g, r, p, 0);
                    }
                }
                Op::GetClosure => {
                    let r = g.node(d.results[0]);
                    let context = g.context;
                    g.edges[r].push((context, 0));
                }
                Op::Call { callee, sig } => {
                    let sig = &program.sigs[*sig];
                    let results: Vec<usize> = d.results.iter().map(|&r| g.node(r)).collect();
                    let skip = effects::callee_operands(callee);
                    let summary = match callee {
                        Callee::Static(c) => summaries.get(c),
                        // A func value made here.
                        Callee::Closure => {
                            let value = f.resolve(d.args[0]);
                            made.iter().find(|m| m.0 == value).and_then(|m| summaries.get(&m.1))
                        }
                        Callee::Code => None,
                    };
                    call(g, sig, &d.args[skip..], &results, summary, &flow, &place);
                }
                _ => {}
            }
        }
        match &data.term {
            Term::Jump(t) => jump(f, g, t, &flow),
            Term::Br { then, els, .. } => {
                jump(f, g, then, &flow);
                jump(f, g, els, &flow);
            }
            Term::Ret(args) => {
                let sig = &program.sigs[f.sig];
                let mut n = 0;
                for part in &sig.results {
                    for _ in 0..part.value_count() {
                        let to = g.results + n;
                        flow(g, to, args[n], if part.leaves.is_some() { 0 } else { 1 });
                        n += 1;
                    }
                }
            }
            Term::TailCall { callee, sig, args } => {
                let skip = effects::callee_operands(callee);
                let sig = &program.sigs[*sig];
                call(g, sig, &args[skip..], &[], None, &flow, &place);
            }
            _ => {}
        }
    }
    g.join_words();
}

/// Who has an object's address may move words within it, which is no flow of its own. What a func value has captured nobody writes.
fn blur(f: &Func, g: &mut Graph, made: &[(Value, FuncId)]) {
    let records: FxHashSet<usize> = made.iter().map(|(obj, _)| g.objects[obj]).collect();
    let mut known = |v: Value| {
        if f.ty(v) == Ty::Ptr
            && let Base::Object(o, _) = g.base(f, v)
            && !records.contains(&o)
        {
            g.blurred.insert(o);
        }
    };
    for data in f.blocks.iter() {
        for &i in &data.insts {
            let d = &f.insts[i];
            let skip = match d.op {
                Op::Load { .. } | Op::Store { .. } | Op::NilCheck => 1,
                Op::PtrAdd | Op::MemCopy { .. } | Op::MemZero { .. } => d.args.len(),
                _ => 0,
            };
            d.args[skip..].iter().for_each(|&v| known(v));
        }
        data.term.for_each_arg(&mut known);
    }
}

/// `p.a = p.b[i:j]`: what is already behind a pointer is written there again. In its own function's objects the words are told apart, here they are not.
fn back_to_its_own(f: &Func, g: &Graph, address: Value, mut v: Value) -> bool {
    let Base::Value(p, _) = g.base(f, address) else { return false };
    loop {
        match f.def_inst(v) {
            Some(d) if matches!(d.op, Op::PtrAdd) => v = d.args[0],
            Some(d) if matches!(d.op, Op::Load { .. }) => {
                return matches!(g.base(f, d.args[0]), Base::Value(q, _) if q == p);
            }
            _ => return false,
        }
    }
}

fn jump(f: &Func, g: &mut Graph, t: &crate::BlockCall, flow: &impl Fn(&mut Graph, usize, Value, i32)) {
    for (&param, &arg) in f.blocks[t.block].params.iter().zip(&t.args) {
        if f.ty(param) == Ty::Ptr {
            let node = g.node(param);
            flow(g, node, arg, 0);
        }
    }
}

fn call(
    g: &mut Graph,
    sig: &crate::Sig,
    args: &[Value],
    results: &[usize],
    summary: Option<&Summary>,
    flow: &impl Fn(&mut Graph, usize, Value, i32),
    place: &impl Fn(&mut Graph, Value) -> usize,
) {
    // Where each operand of the callee's `ret` arrives: a result value, or the memory behind a result address.
    let count = sig.param_tys().len();
    let mut arrivals = Vec::new();
    let (mut flat, mut memory) = (0, count);
    for part in &sig.results {
        match &part.leaves {
            Some(l) => {
                for _ in l {
                    arrivals.push(results.get(flat).copied().unwrap_or(HEAP));
                    flat += 1;
                }
            }
            None => {
                arrivals.push(args.get(memory).map_or(HEAP, |&a| place(g, a)));
                memory += 1;
            }
        }
    }
    let mut n = 0;
    for part in &sig.params {
        for _ in 0..part.value_count() {
            let extra = if part.leaves.is_some() { 0 } else { 1 };
            match summary {
                None => flow(g, HEAP, args[n], extra),
                Some(s) => {
                    let leak = s.params.get(n).cloned().unwrap_or(super::Leak::everything());
                    if let Some(d) = leak.heap {
                        flow(g, HEAP, args[n], d + extra);
                    }
                    for (r, d) in leak.results {
                        if let Some(&to) = arrivals.get(r) {
                            flow(g, to, args[n], d + extra);
                        }
                    }
                    for (k, d) in leak.behind {
                        let to = args.get(k).map_or(HEAP, |&a| place(g, a));
                        flow(g, to, args[n], d + extra);
                    }
                }
            }
            n += 1;
        }
    }
}

/// The pointers that an integer was computed from. `x ^ 0` hides them.
fn integer_sources(f: &Func, v: Value, depth: u32, out: &mut Vec<Value>) {
    let Some(d) = f.def_inst(v) else { return };
    match d.op {
        Op::Bitcast if f.ty(d.args[0]) == Ty::Ptr => out.push(d.args[0]),
        Op::Xor if f.as_const(d.args[1]) == Some(0) && fold::is_address(f, d.args[0]) => {}
        Op::Add | Op::Sub | Op::And | Op::Or | Op::Xor | Op::Zext | Op::Sext if depth > 0 => {
            for &a in &d.args {
                integer_sources(f, a, depth - 1, out);
            }
        }
        _ => {}
    }
}
