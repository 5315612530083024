//! Escape analysis: which `Op::New` objects may live in the frame.
//!
//! Like Go's, it is a graph of locations (values, objects, the heap, results) with edges `dst <- src` that carry a number of
//! dereferences: -1 takes the address, 0 copies, 1 loads through the pointer. An object must be on the heap if its address flows to
//! the heap or to a result, directly or through an object that does. Functions are summarised bottom-up by where their
//! parameters' values flow; unknown callees keep everything.
//!
//! In a loop one frame slot serves all iterations, so an object's address must not survive its iteration: it may not reach a
//! parameter of the loop's header, nor an object made outside of the loop.
use super::remarks::{self, Remark};
use super::{Options, fold, inline};
use crate::op::TEMP_BUFFER;
use crate::{
    Block, Func, FuncId, Inst, Op, Program, SlotData, SymRef, Term, Ty, Value,
    analysis::{cfg::Cfg, dom::DomTree, loops::Loops},
    func::Body,
    op::Callee,
};
use rustc_hash::{FxHashMap, FxHashSet};

/// Larger objects go to the heap.
pub const MAX_OBJECT: u64 = 64 << 10;
/// All objects of one frame together.
const MAX_FRAME: u64 = 256 << 10;

/// Where a parameter's value flows: minimal dereferences to the heap, and to each result operand of `ret`.
#[derive(Clone, Default, PartialEq, Debug)]
struct Leak {
    heap: Option<i32>,
    results: Vec<(usize, i32)>,
}

/// A function as its callers see it.
#[derive(Clone, PartialEq, Debug)]
struct Summary {
    params: Vec<Leak>,
    /// The closure context.
    context: Leak,
}

const HEAP: usize = 0;

struct Graph {
    // in-edges: (source node, dereferences)
    edges: Vec<Vec<(usize, i32)>>,
    results: usize,
    values: usize,
    objects: FxHashMap<Value, usize>,
    slots: usize,
    params: usize,
    context: usize,
}

/// The pass. Functions that call each other recursively are analysed together: from the assumption that nothing leaks, again until
/// the summaries stand.
pub fn run(program: &mut Program, options: &Options, remarks: &mut Vec<Remark>) {
    let mut summaries: FxHashMap<FuncId, Summary> = FxHashMap::default();
    for id in program.funcs.ids() {
        if !matches!(program.funcs[id].body, Body::Ssa) {
            summaries.insert(id, external(program, id));
        }
    }
    for group in inline::components(program) {
        if let [id] = group[..]
            && !calls_itself(&program.funcs[id], id)
        {
            let analysis = analyse(program, &program.funcs[id], &summaries);
            finish(program, id, analysis, &mut summaries, options, remarks);
            continue;
        }
        for &id in &group {
            let n = program.sigs[program.funcs[id].sig].param_tys().len();
            summaries.insert(id, Summary { params: vec![Leak::default(); n], context: Leak::default() });
        }
        // Summaries only grow; a bound on the rounds keeps huge groups cheap, after which they leak everything.
        let mut rounds = 0;
        loop {
            let mut changed = false;
            for &id in &group {
                let new = analyse(program, &program.funcs[id], &summaries).summary;
                changed |= summaries.insert(id, new.clone()).is_none_or(|old| old != new);
            }
            rounds += 1;
            if !changed {
                break;
            }
            if rounds == 8 {
                for &id in &group {
                    let n = program.sigs[program.funcs[id].sig].param_tys().len();
                    let all = Leak { heap: Some(0), results: Vec::new() };
                    summaries.insert(id, Summary { params: vec![all.clone(); n], context: all });
                }
                break;
            }
        }
        for &id in &group {
            let mut analysis = analyse(program, &program.funcs[id], &summaries);
            analysis.summary = summaries[&id].clone();
            finish(program, id, analysis, &mut summaries, options, remarks);
        }
    }
}

fn calls_itself(f: &Func, id: FuncId) -> bool {
    f.blocks.iter().any(|b| {
        b.insts.iter().any(|&i| match f.insts[i].op {
            Op::Call { callee: Callee::Static(c), .. } | Op::Sym(SymRef::Func(c), _) => c == id,
            _ => false,
        })
    })
}

fn finish(
    program: &mut Program,
    id: FuncId,
    analysis: Analysis,
    summaries: &mut FxHashMap<FuncId, Summary>,
    options: &Options,
    remarks: &mut Vec<Remark>,
) {
    if options.remarks && !program.funcs[id].flags.wrapper {
        explain(program, &program.funcs[id], &analysis.summary, remarks);
    }
    let f = &mut program.funcs[id];
    if options.runs("escape", id) {
        apply(f, &analysis, options, remarks);
    }
    reveal(f);
    let summary = match f.name.as_str() {
        // The record and its closure live in the deferring frame and are gone before it is.
        "runtime.deferprocStack" => {
            Summary { params: vec![Leak::default(); analysis.summary.params.len()], context: Leak::default() }
        }
        _ => analysis.summary,
    };
    summaries.insert(id, summary);
}

/// Remarks about the parameters, and about the objects that calls of the runtime make.
fn explain(program: &Program, f: &Func, summary: &Summary, out: &mut Vec<Remark>) {
    let words: Vec<_> = summary.params.iter().map(|l| (l.heap, &l.results[..])).collect();
    out.extend(remarks::params(program, f, &words));
    for &inst in f.blocks.iter().flat_map(|b| &b.insts) {
        if let Op::Call { callee: Callee::Static(c), .. } = f.insts[inst].op
            && remarks::makes_object(program, c)
        {
            out.push(remarks::object(f, inst, syntax::Sym::new("call"), true));
        }
    }
}

/// Functions that are not ours to read. The list names those that keep nothing of what their pointers point at; other `noescape`
/// functions may copy the pointed-to words somewhere.
fn external(program: &Program, id: FuncId) -> Summary {
    const READERS: &[&str] = &[
        "runtime.memequal",
        "runtime.cmpstring",
        "runtime.memclrNoHeapPointers",
        "runtime.memclrHasPointers",
        "runtime.memhash",
        "runtime.strhash",
        "runtime.printstring",
        "runtime.write",
        "internal/bytealg.IndexByte",
        "internal/bytealg.IndexByteString",
        "internal/bytealg.Compare",
        "internal/bytealg.Count",
        "internal/bytealg.CountString",
        "internal/bytealg.Equal",
        "runtime.typedmemclr",
        "internal/runtime/maps.typedmemclr",
        "runtime.deferreturn",
        "runtime.panicwrap",
    ];
    let f = &program.funcs[id];
    let sig = &program.sigs[f.sig];
    let n = sig.param_tys().len();
    let name = f.name.as_str();
    let params = (0..n)
        .map(|i| Leak {
            heap: match name {
                _ if READERS.contains(&name) => None,
                // (to, from, n): what `from` points at gets to wherever `to` is.
                "runtime.memmove" | "reflect.memmove" if i == 0 => None,
                "runtime.typedmemmove" | "internal/runtime/maps.typedmemmove" if i <= 1 => None,
                _ if f.flags.noescape || name.ends_with("memmove") => Some(1),
                _ => Some(0),
            },
            results: Vec::new(),
        })
        .collect();
    Summary { params, context: Leak::default() }
}

/// An address by its base: an object of this frame, or a value.
enum Base {
    Object(usize),
    Value(Value),
}

impl Graph {
    fn base(&self, f: &Func, mut v: Value, memory_params: &FxHashMap<Value, usize>) -> Base {
        loop {
            v = f.resolve(v);
            if let Some(&o) = self.objects.get(&v) {
                return Base::Object(o);
            }
            if let Some(&p) = memory_params.get(&v) {
                return Base::Object(p);
            }
            match f.def_inst(v) {
                Some(d) => match d.op {
                    Op::PtrAdd => v = d.args[0],
                    Op::SlotAddr(s, _) => return Base::Object(self.slots + s.0 as usize),
                    _ => return Base::Value(v),
                },
                None => return Base::Value(v),
            }
        }
    }
    fn node(&self, v: Value) -> usize {
        self.values + v.0 as usize
    }
    /// Minimal dereferences from every location that flows to `root`.
    fn walk(&self, root: usize, dist: &mut [i32], reached: &mut Vec<usize>) {
        for &n in reached.iter() {
            dist[n] = i32::MAX;
        }
        reached.clear();
        dist[root] = 0;
        reached.push(root);
        let mut work = vec![root];
        while let Some(at) = work.pop() {
            let d = dist[at].max(0);
            for &(src, e) in &self.edges[at] {
                let new = d + e;
                if new < dist[src] {
                    if dist[src] == i32::MAX {
                        reached.push(src);
                    }
                    dist[src] = new;
                    work.push(src);
                }
            }
        }
    }
}

/// What was found out about a function: its summary, and its objects (instruction, block) with the verdict.
struct Analysis {
    summary: Summary,
    objects: Vec<(Inst, Block, bool)>,
}

fn analyse(program: &Program, f: &Func, summaries: &FxHashMap<FuncId, Summary>) -> Analysis {
    let sig = &program.sigs[f.sig];
    let ret_tys = sig.ret_tys();
    let param_count = f.blocks[Block(0)].params.len();
    // Objects and where they are made.
    let mut news: Vec<(Inst, Block, Value)> = Vec::new();
    for (b, data) in f.blocks.iter_enumerated() {
        for &i in &data.insts {
            if let Op::New { .. } = f.insts[i].op {
                news.push((i, b, f.insts[i].results[0]));
            }
        }
    }
    let results = 1;
    let slots = results + ret_tys.len();
    let params = slots + f.slots.len();
    let context = params + param_count;
    let first_object = context + 1;
    let values = first_object + news.len();
    let mut g = Graph {
        edges: vec![Vec::new(); values + f.values.len()],
        results,
        values,
        objects: news.iter().enumerate().map(|(n, x)| (x.2, first_object + n)).collect(),
        slots,
        params,
        context,
    };
    // A memory parameter's value is the address of its own node; a flat one's node is the value's source.
    let mut memory_params: FxHashMap<Value, usize> = FxHashMap::default();
    let mut at = 0;
    for part in &sig.params {
        for _ in 0..part.value_count() {
            let v = f.blocks[Block(0)].params[at];
            if part.leaves.is_none() {
                memory_params.insert(v, params + at);
            } else {
                let node = g.node(v);
                g.edges[node].push((params + at, 0));
            }
            at += 1;
        }
    }
    let made = inline::closures(f);
    build(program, f, &mut g, &memory_params, summaries, &made);

    // What must be on the heap.
    let n = g.edges.len();
    let (mut dist, mut reached) = (vec![i32::MAX; n], Vec::new());
    let mut escapes = vec![false; news.len()];
    let mut context_leak = Leak::default();
    let mut leaks = vec![Leak::default(); param_count];
    let is_object = |node: usize| (first_object..values).contains(&node);
    let mut queue = vec![HEAP];
    queue.extend((0..ret_tys.len()).map(|r| results + r));
    for (k, (i, _, _)) in news.iter().enumerate() {
        let Op::New { size, .. } = f.insts[*i].op else { continue };
        if size > MAX_OBJECT {
            escapes[k] = true;
            queue.push(first_object + k);
        }
    }
    let merge = |leak: &mut Leak, root: usize, d: i32| {
        if (results..slots).contains(&root) {
            match leak.results.iter_mut().find(|r| r.0 == root - results) {
                Some(r) => r.1 = r.1.min(d),
                None => leak.results.push((root - results, d)),
            }
        } else {
            leak.heap = Some(leak.heap.map_or(d, |h| h.min(d)));
        }
    };
    let mut drain =
        |queue: &mut Vec<usize>, escapes: &mut Vec<bool>, dist: &mut Vec<i32>, reached: &mut Vec<usize>| {
            while let Some(root) = queue.pop() {
                g.walk(root, dist, reached);
                for &node in reached.iter() {
                    let d = dist[node];
                    if is_object(node)
                        && d < 0
                        && node != root
                        && !std::mem::replace(&mut escapes[node - first_object], true)
                    {
                        queue.push(node);
                    }
                    if (params..context).contains(&node) && node != root {
                        merge(&mut leaks[node - params], root, d.max(0));
                    } else if node == context && root != context {
                        let to = if (results..slots).contains(&root) { HEAP } else { root };
                        merge(&mut context_leak, to, d.max(0));
                    }
                }
            }
        };
    drain(&mut queue, &mut escapes, &mut dist, &mut reached);
    // Loops.
    let looped = if news.is_empty() { None } else { loops_of(f) };
    if let Some(loops) = &looped {
        // A cycle that is entered in two places has no header that could be asked.
        for (k, &(_, b, _)) in news.iter().enumerate().filter(|_| !loops.irreducible.is_empty()) {
            if !escapes[k] && in_cycle(f, b) {
                escapes[k] = true;
                queue.push(first_object + k);
            }
        }
        for l in &loops.loops {
            let inside = |k: usize| loops.contains(loop_index(loops, l.header), news[k].1);
            if !(0..news.len()).any(|k| !escapes[k] && inside(k)) {
                continue;
            }
            for &p in &f.blocks[l.header].params {
                if f.ty(p) != Ty::Ptr {
                    continue;
                }
                let root = g.node(p);
                g.walk(root, &mut dist, &mut reached);
                for &node in &reached {
                    if is_object(node)
                        && dist[node] < 0
                        && inside(node - first_object)
                        && !escapes[node - first_object]
                    {
                        escapes[node - first_object] = true;
                        queue.push(node);
                    }
                }
            }
        }
        // Addresses kept in objects or slots from outside of the loop.
        let mut holders: Vec<(usize, Option<Block>)> =
            (0..news.len()).map(|k| (first_object + k, Some(news[k].1))).collect();
        holders.extend((slots..params).map(|s| (s, None)));
        for (node, home) in holders {
            if g.edges[node].is_empty() {
                continue;
            }
            g.walk(node, &mut dist, &mut reached);
            for &src in &reached {
                if !is_object(src) || dist[src] >= 0 || src == node || escapes[src - first_object] {
                    continue;
                }
                let inner = loops.innermost[news[src - first_object].1];
                let ok = match (inner, home) {
                    (None, _) => true,
                    (Some(l), Some(home)) => loops.contains(l, home),
                    (Some(_), None) => false,
                };
                if !ok {
                    escapes[src - first_object] = true;
                    queue.push(src);
                }
            }
        }
        drain(&mut queue, &mut escapes, &mut dist, &mut reached);
    }
    for leak in leaks.iter_mut().chain(std::iter::once(&mut context_leak)) {
        leak.results.sort();
    }
    let objects = news.iter().zip(&escapes).map(|(&(i, b, _), &e)| (i, b, e)).collect();
    Analysis { summary: Summary { params: leaks, context: context_leak }, objects }
}

/// Turns the objects that stay in the frame into slots.
fn apply(f: &mut Func, analysis: &Analysis, options: &Options, remarks: &mut Vec<Remark>) {
    let mut frame = 0;
    for &(inst, block, escapes) in &analysis.objects {
        let Op::New { size, align, ref ptrs, name, .. } = f.insts[inst].op else { continue };
        let (ptrs, pos) = (ptrs.clone(), f.insts[inst].pos);
        let optional = name.as_str() == TEMP_BUFFER;
        if optional && (escapes || frame + size > MAX_FRAME) {
            f.insts[inst].op = Op::Iconst(0);
            continue;
        }
        if options.remarks && !optional {
            remarks.push(remarks::object(f, inst, name, escapes || frame + size > MAX_FRAME));
        }
        if escapes || frame + size > MAX_FRAME {
            continue;
        }
        frame += size;
        let slot_size = size as u32;
        let slot = f.slots.push(SlotData { size: slot_size, align, ptrs, init: false, name });
        f.insts[inst].op = Op::SlotAddr(slot, 0);
        if size > 0 && !optional {
            let address = f.insts[inst].results[0];
            let zero = Op::MemZero { size: slot_size, align: Op::align_of_area(slot_size, align), typ: None };
            let zero = f.make_inst(zero, &[address], &[], pos);
            f.insts[zero].inl = f.insts[inst].inl;
            let at =
                f.blocks[block].insts.iter().position(|&i| i == inst).expect("collected from this block");
            f.blocks[block].insts.insert(at + 1, zero);
        }
    }
}

fn loop_index(loops: &Loops, header: Block) -> usize {
    loops.loops.iter().position(|l| l.header == header).expect("a header of these loops")
}

fn loops_of(f: &Func) -> Option<Loops> {
    let cfg = Cfg::new(f);
    let dom = DomTree::new(f, &cfg);
    let loops = Loops::new(f, &cfg, &dom);
    (!loops.loops.is_empty() || !loops.irreducible.is_empty()).then_some(loops)
}

/// Whether control may come to the block again.
fn in_cycle(f: &Func, b: Block) -> bool {
    let mut seen = vec![false; f.blocks.len()];
    let mut work = f.blocks[b].term.targets();
    while let Some(s) = work.pop() {
        if !std::mem::replace(&mut seen[s.0 as usize], true) {
            work.extend(f.blocks[s].term.targets());
        }
    }
    seen[b.0 as usize]
}

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

fn build(
    program: &Program,
    f: &Func,
    g: &mut Graph,
    memory_params: &FxHashMap<Value, usize>,
    summaries: &FxHashMap<FuncId, Summary>,
    made: &[(Value, FuncId)],
) {
    // dst <- value with dereferences
    let flow = |g: &mut Graph, dst: usize, v: Value, derefs: i32| {
        if f.ty(v) != Ty::Ptr {
            return;
        }
        match g.base(f, v, memory_params) {
            Base::Object(o) => g.edges[dst].push((o, derefs - 1)),
            Base::Value(v) => {
                let node = g.node(v);
                g.edges[dst].push((node, derefs));
            }
        }
    };
    // the place that an address names: an object's contents, or the heap
    let place = |g: &Graph, v: Value| match g.base(f, v, memory_params) {
        Base::Object(o) => o,
        Base::Value(_) => HEAP,
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
                if let Some(d) = s.context.heap {
                    g.edges[HEAP].push((node, d - 1));
                }
            }
            None => g.edges[HEAP].push((node, -1)),
        }
    }
    for (b, data) in f.blocks.iter_enumerated() {
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
                Op::Load { .. } | Op::AtomicLoad => {
                    let r = g.node(d.results[0]);
                    flow(g, r, d.args[0], 1);
                }
                Op::Store { .. } | Op::AtomicStore => {
                    let to = if matches!(d.op, Op::AtomicStore) { HEAP } else { place(g, d.args[0]) };
                    flow(g, to, d.args[1], 0);
                }
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
                    let skip = super::effects::callee_operands(callee);
                    let summary = match callee {
                        Callee::Static(c) => summaries.get(c),
                        _ => None,
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
                let skip = super::effects::callee_operands(callee);
                let sig = &program.sigs[*sig];
                call(g, sig, &args[skip..], &[], None, &flow, &place);
            }
            _ => {}
        }
        let _ = b;
    }
    let _ = g.params;
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
    place: &impl Fn(&Graph, Value) -> usize,
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
                    let leak =
                        s.params.get(n).cloned().unwrap_or(Leak { heap: Some(0), results: Vec::new() });
                    if let Some(d) = leak.heap {
                        flow(g, HEAP, args[n], d + extra);
                    }
                    for (r, d) in leak.results {
                        if let Some(&to) = arrivals.get(r) {
                            flow(g, to, args[n], d + extra);
                        }
                    }
                }
            }
            n += 1;
        }
    }
}

/// `unsafe.Pointer(uintptr(p) ^ 0)`, as `internal/abi.NoEscape` writes it, is p whose way is hidden from this analysis. From here on
/// it is p itself: the number would not be found when the stack moves.
fn reveal(f: &mut Func) {
    for b in f.blocks.ids() {
        let mut insts = std::mem::take(&mut f.blocks[b].insts);
        insts.retain(|&i| match hidden_pointer(f, i) {
            Some(p) => {
                f.alias(f.insts[i].results[0], p);
                false
            }
            None => true,
        });
        f.blocks[b].insts = insts;
    }
    f.apply_aliases();
}

fn hidden_pointer(f: &Func, i: Inst) -> Option<Value> {
    let d = &f.insts[i];
    if !matches!(d.op, Op::Bitcast) || f.ty(d.results[0]) != Ty::Ptr {
        return None;
    }
    let x = f.def_inst(d.args[0])?;
    let hides = matches!(x.op, Op::Xor) && f.as_const(x.args[1]) == Some(0) && fold::is_address(f, x.args[0]);
    hides.then(|| f.def_inst(x.args[0]).map(|address| address.args[0]))?
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
