//! Escape analysis: which `Op::New` objects may live in the frame.
//!
//! Like Go's, it is a graph of locations (values, objects, the heap, results) with edges `dst <- src` that carry a number of
//! dereferences: -1 takes the address, 0 copies, 1 loads through the pointer. An object must be on the heap if its address flows to
//! the heap or to a result, directly or through an object that does. Functions are summarised bottom-up by where their
//! parameters' values flow; unknown callees keep everything.
//!
//! In a loop one frame slot serves all iterations, so an object's address must not survive its iteration: it may not reach a
//! parameter of the loop's header, nor an object made outside of the loop.
mod flows;
mod graph;
mod hidden;

use super::remarks::{self, Remark};
use super::{Options, inline};
use crate::op::{TEMP_BUFFER, only_in_frame};
use crate::{
    Block, Func, FuncId, Inst, Op, Program, SlotData, SymRef, Ty, Value,
    analysis::{cfg::Cfg, dom::DomTree, loops::Loops},
    func::Body,
    op::Callee,
};
use graph::{Graph, HEAP};
use hidden::reveal;
use rustc_hash::{FxHashMap, FxHashSet};

/// Larger objects go to the heap.
pub const MAX_OBJECT: u64 = 64 << 10;
/// All objects of one frame together.
const MAX_FRAME: u64 = 256 << 10;

/// Where a parameter's value flows: minimal dereferences to the heap, to each result operand of `ret`, and to what parameters point to.
#[derive(Clone, Default, PartialEq, Debug)]
struct Leak {
    heap: Option<i32>,
    results: Vec<(usize, i32)>,
    behind: Vec<(usize, i32)>,
}

impl Leak {
    /// Kept by the callee, in whatever way.
    fn everything() -> Leak {
        Leak { heap: Some(0), ..Leak::default() }
    }
}

/// A function as its callers see it.
#[derive(Clone, Default, PartialEq, Debug)]
struct Summary {
    params: Vec<Leak>,
    /// Minimal dereferences by which the closure context's address flows to the heap, and by which words of it do, at their offsets.
    context: Option<i32>,
    captures: Vec<(i64, i32)>,
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
    for group in inline::components(program, |_| Vec::new()) {
        if let [id] = group[..]
            && !calls_itself(&program.funcs[id], id)
        {
            let analysis = analyse(program, &program.funcs[id], &summaries);
            finish(program, id, analysis, &mut summaries, options, remarks);
            continue;
        }
        for &id in &group {
            let n = program.sigs[program.funcs[id].sig].param_tys().len();
            summaries.insert(id, Summary { params: vec![Leak::default(); n], ..Summary::default() });
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
                    let params = vec![Leak::everything(); n];
                    summaries.insert(id, Summary { params, context: Some(0), ..Summary::default() });
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
            Summary { params: vec![Leak::default(); analysis.summary.params.len()], ..Summary::default() }
        }
        // Entries are copied from the map's only group into a table. What goes there by itself is what an entry points to, where keys or
        // elements are large; that this is not the entry only the map's type tells.
        "internal/runtime/maps.(*Map).growToTable" => {
            let mut summary = analysis.summary;
            summary.params[0] = Leak { heap: Some(2), ..Leak::default() };
            summary
        }
        _ => analysis.summary,
    };
    summaries.insert(id, summary);
}

/// Remarks about the parameters, and about the objects that calls of the runtime make.
fn explain(program: &Program, f: &Func, summary: &Summary, out: &mut Vec<Remark>) {
    // In Go's words what a parameter points to is the heap.
    let heap = |l: &Leak| l.behind.iter().map(|b| b.1).chain(l.heap).min();
    let words: Vec<_> = summary.params.iter().map(|l| (heap(l), &l.results[..])).collect();
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
            ..Leak::default()
        })
        .collect();
    Summary { params, ..Summary::default() }
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
    let behind = results + ret_tys.len();
    let slots = behind + param_count;
    let params = slots + f.slots.len();
    let context = params + param_count;
    let first_object = context + 1;
    let values = first_object + news.len();
    let mut g = Graph {
        edges: vec![Vec::new(); values + f.values.len()],
        results,
        behind,
        values,
        objects: news.iter().enumerate().map(|(n, x)| (x.2, first_object + n)).collect(),
        slots,
        params,
        context,
        memory_params: FxHashMap::default(),
        flat_params: FxHashMap::default(),
        words: FxHashMap::default(),
        blurred: FxHashSet::default(),
    };
    // A memory parameter's value is the address of its own node; a flat one's node is the value's source.
    let entered_again = f.blocks.iter().any(|b| b.term.targets().contains(&Block(0)));
    let mut at = 0;
    for part in &sig.params {
        for _ in 0..part.value_count() {
            let v = f.blocks[Block(0)].params[at];
            if part.leaves.is_none() {
                g.memory_params.insert(v, params + at);
            } else {
                let node = g.node(v);
                g.edges[node].push((params + at, 0));
                if !entered_again {
                    g.flat_params.insert(v, at);
                }
            }
            at += 1;
        }
    }
    let made = inline::closures(f);
    flows::build(program, f, &mut g, summaries, &made);
    let captured: FxHashMap<usize, i64> =
        g.words.iter().filter(|w| w.0.0 == context).map(|(&(_, off), &node)| (node, off)).collect();

    // What must be on the heap.
    let n = g.edges.len();
    let (mut dist, mut reached) = (vec![i32::MAX; n], Vec::new());
    let mut escapes = vec![false; news.len()];
    let (mut context_leak, mut captures) = (None, FxHashMap::default());
    let mut leaks = vec![Leak::default(); param_count];
    let is_object = |node: usize| (first_object..values).contains(&node);
    let mut queue = vec![HEAP];
    queue.extend(results..slots);
    for (k, (i, _, _)) in news.iter().enumerate() {
        let Op::New { size, .. } = f.insts[*i].op else { continue };
        if size > MAX_OBJECT {
            escapes[k] = true;
            queue.push(first_object + k);
        }
    }
    let merge = |leak: &mut Leak, root: usize, d: i32| {
        let (to, n) = match root {
            _ if (results..behind).contains(&root) => (&mut leak.results, root - results),
            _ if (behind..slots).contains(&root) => (&mut leak.behind, root - behind),
            _ => return least(&mut leak.heap, d),
        };
        match to.iter_mut().find(|r| r.0 == n) {
            Some(r) => r.1 = r.1.min(d),
            None => to.push((n, d)),
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
                        least(&mut context_leak, d.max(0));
                    } else if let Some(&off) = captured.get(&node) {
                        least(captures.entry(off).or_default(), d.max(0));
                    }
                }
            }
        };
    drain(&mut queue, &mut escapes, &mut dist, &mut reached);
    // Loops.
    let looped = if news.is_empty() { None } else { loops_of(f) };
    if let Some((loops, dom)) = &looped {
        // A cycle that is entered in two places has no header that could be asked.
        for (k, &(_, b, _)) in news.iter().enumerate().filter(|_| !loops.irreducible.is_empty()) {
            if !escapes[k] && in_cycle(f, b) {
                escapes[k] = true;
                queue.push(first_object + k);
            }
        }
        // Loops in which objects are made that may stay in the frame.
        let mut makes = vec![false; loops.loops.len()];
        for (_, &(_, block, _)) in news.iter().enumerate().filter(|n| !escapes[n.0]) {
            let mut at = loops.innermost[block];
            while let Some(l) = at.filter(|&l| !std::mem::replace(&mut makes[l], true)) {
                at = loops.loops[l].parent;
            }
        }
        for (number, l) in loops.loops.iter().enumerate().filter(|l| makes[l.0]) {
            let inside = |k: usize| loops.contains(number, news[k].1);
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
        // Addresses kept in objects, slots or parameters in memory from outside of the loop.
        let mut holders: Vec<(usize, Option<Block>)> =
            (0..news.len()).map(|k| (first_object + k, Some(news[k].1))).collect();
        // A parameter in memory is there from the beginning.
        holders.extend((params..context).map(|p| (p, Some(Block(0)))));
        holders.extend(slot_homes(f, dom).into_iter().enumerate().map(|(s, home)| (slots + s, home)));
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
    for leak in &mut leaks {
        leak.results.sort();
        leak.behind.sort();
    }
    let mut captures: Vec<(i64, i32)> = captures.into_iter().filter_map(|(off, d)| Some((off, d?))).collect();
    captures.sort();
    let objects = news.iter().zip(&escapes).map(|(&(i, b, _), &e)| (i, b, e)).collect();
    Analysis { summary: Summary { params: leaks, context: context_leak, captures }, objects }
}

fn least(seen: &mut Option<i32>, d: i32) {
    *seen = Some(seen.map_or(d, |s| s.min(d)));
}

/// Turns the objects that stay in the frame into slots.
fn apply(f: &mut Func, analysis: &Analysis, options: &Options, remarks: &mut Vec<Remark>) {
    let mut frame = 0;
    for &(inst, block, escapes) in &analysis.objects {
        let Op::New { size, align, ref ptrs, name, .. } = f.insts[inst].op else { continue };
        let (ptrs, pos) = (ptrs.clone(), f.insts[inst].pos);
        let optional = only_in_frame(name.as_str());
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
        let slot = f.slots.push(SlotData { size: slot_size, align, ptrs, zeroed: false, name });
        f.insts[inst].op = Op::SlotAddr(slot, 0);
        if size > 0 && name.as_str() != TEMP_BUFFER {
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

fn loops_of(f: &Func) -> Option<(Loops, DomTree)> {
    let cfg = Cfg::new(f);
    let dom = DomTree::new(f, &cfg);
    let loops = Loops::new(f, &cfg, &dom);
    (!loops.loops.is_empty() || !loops.irreducible.is_empty()).then_some((loops, dom))
}

/// For each slot the block that all come through who use it. What a slot holds is written before it is read, as Go's variables and the temporaries
/// of expressions are; so a slot that is at home in a loop carries nothing from one round to the next.
fn slot_homes(f: &Func, dom: &DomTree) -> Vec<Option<Block>> {
    let mut homes = vec![None; f.slots.len()];
    for (b, data) in f.blocks.iter_enumerated() {
        for &i in &data.insts {
            if let Op::SlotAddr(s, _) = f.insts[i].op {
                let home: &mut Option<Block> = &mut homes[s.0 as usize];
                *home = Some(home.map_or(b, |h| dom.common(h, b).unwrap_or(Block(0))));
            }
        }
    }
    homes
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
