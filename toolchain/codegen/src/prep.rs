//! What every architecture wants done to a function before it selects instructions.
//!
//! - `new` becomes a call;
//! - the entry block gets no predecessors;
//! - blocks get an order: reverse post-order, loops together, rotated so that each iteration takes one jump, cold blocks
//!   last.
use crate::NEW;
use crate::mach::dataflow::Sets;
use ir::func::Term;
use ir::op::Callee;
use ir::{Block, BlockCall, EntityId, Func, Inst, Op, PtrMap, SymRef, Ty, Value, ValueDef, View};
use reflect::heap;
use rustc_hash::FxHashMap;
use smallvec::{SmallVec, smallvec};

/// Replaces what machines do not have.
pub fn legalize(f: &mut Func, view: &View) {
    let bytes = view.target().word;
    f.apply_aliases();
    let mut b = 0;
    while b < f.blocks.len() {
        let block = Block(b as u32);
        let mut i = 0;
        while i < f.blocks[block].insts.len() {
            let inst = f.blocks[block].insts[i];
            if let Op::New { typ, size, ref ptrs, .. } = f.insts[inst].op {
                let (how, numbers) = allocation(bytes, size, ptrs);
                let pos = f.insts[inst].pos;
                let word = Ty::int(bytes);
                let mut made: SmallVec<[Inst; 3]> =
                    numbers.iter().map(|&n| f.make_inst(Op::Iconst(n), &[], &[word], pos)).collect();
                // The type comes first, but for the size of tiny ones.
                let at = if NEW[how] == "mallocTiny" { 1 } else { 0 };
                made.insert(at, f.make_inst(Op::Sym(SymRef::Data(typ), 0), &[], &[Ty::Ptr], pos));
                let name = format!("runtime.{}", NEW[how]);
                let id = view.helper(name.clone()).unwrap_or_else(|| panic!("the program lacks {name}"));
                let sig = view.sig_of(id);
                f.insts[inst].op = Op::Call { callee: Callee::Static(id), sig };
                f.insts[inst].args = made.iter().map(|&m| f.insts[m].results[0]).collect();
                let n = made.len();
                f.blocks[block].insts.splice(i..i, made);
                i += n;
            }
            i += 1;
        }
        b += 1;
    }
    plain_entry(f);
}

/// How an object is allocated, and what is passed beside its type: its size; or its class, and the bits of its pointers.
fn allocation(word: u32, size: u64, ptrs: &PtrMap) -> (usize, SmallVec<[i64; 2]>) {
    let (size, word) = (size as usize, word as usize);
    let class = || heap::class_of(size) as i64;
    match ptrs.any() {
        true if size <= heap::max_in_span(word) => {
            let mask = ptrs.iter().fold(0u64, |mask, i| mask | 1 << i);
            (1, smallvec![class(), if word == 4 { mask as i32 as i64 } else { mask as i64 }])
        }
        false if (heap::TINY..=heap::MAX_FAST).contains(&size) => (2, smallvec![class()]),
        false if (1..heap::TINY).contains(&size) => (3, smallvec![size as i64]),
        _ => (0, smallvec![]),
    }
}

/// Makes sure that nothing jumps to the entry.
fn plain_entry(f: &mut Func) {
    let entry = Block(0);
    if !f.blocks.iter().any(|b| b.term.targets().contains(&entry)) {
        return;
    }
    // The old entry moves to a new block; jumps follow it. The entry keeps its parameters and passes them on.
    let moved = f.new_block();
    let params = f.blocks[entry].params.clone();
    f.blocks.as_mut_slice().swap(entry.index(), moved.index());
    for (n, p) in params.iter().enumerate() {
        f.values[*p].def = ValueDef::Param(moved, n as u32);
    }
    let fresh: SmallVec<[Value; 2]> = params.iter().map(|&p| f.add_param(entry, f.ty(p))).collect();
    // What must stay in the entry block stays.
    let (mut stay, mut go) = (Vec::new(), Vec::new());
    for &i in &f.blocks[moved].insts {
        if matches!(f.insts[i].op, Op::GetClosure) { stay.push(i) } else { go.push(i) }
    }
    f.blocks[entry].insts = stay;
    f.blocks[moved].insts = go;
    for b in f.blocks.iter_mut() {
        b.term.retarget(|b| if b == entry { moved } else { b });
    }
    f.blocks[entry].term = Term::Jump(BlockCall { block: moved, args: fresh });
    f.blocks[entry].term_pos = f.blocks[moved].term_pos;
}

/// The blocks in the order in which instructions are selected (each after its dominators) and laid out.
pub struct Order {
    /// Reverse post-order.
    pub rpo: Vec<Block>,
    /// Layout.
    pub layout: Vec<Block>,
}

/// Orders the reachable blocks.
pub fn order(f: &Func) -> Order {
    let rpo = reverse_post_order(f);
    let layout = layout(f, &rpo);
    Order { rpo, layout }
}

fn reverse_post_order(f: &Func) -> Vec<Block> {
    let n = f.blocks.len();
    let mut seen = vec![false; n];
    let mut post = Vec::with_capacity(n);
    let roots = f.defer_return.into_iter().chain(std::iter::once(Block(0)));
    let mut roots: Vec<Block> = roots.collect();
    // The entry is walked last so that it comes first.
    roots.dedup();
    for root in roots {
        if std::mem::replace(&mut seen[root.index()], true) {
            continue;
        }
        let mut stack: Vec<(Block, SmallVec<[Block; 2]>)> = vec![(root, successors(f, root))];
        while let Some((b, todo)) = stack.last_mut() {
            match todo.pop() {
                Some(s) => {
                    if !std::mem::replace(&mut seen[s.index()], true) {
                        let next = successors(f, s);
                        stack.push((s, next));
                    }
                }
                None => {
                    post.push(*b);
                    stack.pop();
                }
            }
        }
    }
    post.reverse();
    post
}

/// Successors, the one that should follow first. (The walk pops from the end, and what is walked first is laid out
/// last.)
fn successors(f: &Func, b: Block) -> SmallVec<[Block; 2]> {
    let mut s = f.blocks[b].term.targets();
    if let Term::Br { then, els, likely, .. } = &f.blocks[b].term {
        let els_first = *likely == Some(false) || f.blocks[then.block].cold;
        s = if els_first { smallvec![els.block, then.block] } else { smallvec![then.block, els.block] };
    }
    s
}

fn layout(f: &Func, rpo: &[Block]) -> Vec<Block> {
    let n = f.blocks.len();
    let mut number = vec![usize::MAX; n];
    for (i, b) in rpo.iter().enumerate() {
        number[b.index()] = i;
    }
    let cold = cold_blocks(f, rpo);
    // Loops: header of each block's innermost loop, by back edges (a jump to an earlier block in reverse post-order
    // whose target's body is found by walking predecessors).
    let mut preds: Vec<SmallVec<[Block; 4]>> = vec![SmallVec::new(); n];
    for &b in rpo {
        for s in f.blocks[b].term.targets() {
            if !preds[s.index()].contains(&b) {
                preds[s.index()].push(b);
            }
        }
    }
    let mut loops: Vec<(usize, Vec<bool>)> = Vec::new();
    for (h, &header) in rpo.iter().enumerate() {
        let latches: Vec<Block> =
            preds[header.index()].iter().copied().filter(|p| number[p.index()] >= h).collect();
        if latches.is_empty() {
            continue;
        }
        let mut inside = vec![false; rpo.len()];
        inside[h] = true;
        let mut work = latches;
        while let Some(b) = work.pop() {
            let k = number[b.index()];
            if k < h || std::mem::replace(&mut inside[k], true) {
                continue;
            }
            work.extend(preds[b.index()].iter().copied());
        }
        loops.push((h, inside));
        if loops.len() > 400 {
            break;
        }
    }
    // Emit in reverse post-order, but finish a loop before leaving it: stable sort by nesting.
    let mut out: Vec<Block> = Vec::with_capacity(rpo.len());
    let mut placed = vec![false; rpo.len()];
    emit_range(rpo, &cold, &loops, &mut placed, &mut out);
    rotate(f, &mut out, &loops, &number);
    let cold_in_order = rpo.iter().enumerate().filter(|(i, _)| cold[*i]).map(|(_, &b)| b);
    out.extend(cold_in_order);
    out
}

fn emit_range(
    rpo: &[Block],
    cold: &[bool],
    loops: &[(usize, Vec<bool>)],
    placed: &mut [bool],
    out: &mut Vec<Block>,
) {
    fn walk(
        members: &[usize],
        rpo: &[Block],
        loops: &[(usize, Vec<bool>)],
        from_loop: usize,
        placed: &mut [bool],
        out: &mut Vec<Block>,
    ) {
        for &m in members {
            if placed[m] {
                continue;
            }
            // The outermost loop, among those not entered yet, that m heads.
            if let Some(k) = (from_loop..loops.len()).find(|&k| loops[k].0 == m) {
                placed[m] = true;
                out.push(rpo[m]);
                let inner: Vec<usize> =
                    members.iter().copied().filter(|&i| loops[k].1[i] && i != m).collect();
                walk(&inner, rpo, loops, k + 1, placed, out);
            } else {
                placed[m] = true;
                out.push(rpo[m]);
            }
        }
    }
    let members: Vec<usize> = (0..rpo.len()).filter(|&i| !cold[i]).collect();
    walk(&members, rpo, loops, 0, placed, out);
}

/// Blocks marked cold, and those that only lead to or come from cold ones.
fn cold_blocks(f: &Func, rpo: &[Block]) -> Vec<bool> {
    let mut cold: Vec<bool> = rpo
        .iter()
        .map(|&b| f.blocks[b].cold || matches!(f.blocks[b].term, Term::Unreachable) && b != Block(0))
        .collect();
    if !cold.is_empty() {
        cold[0] = false;
    }
    let mut number = vec![usize::MAX; f.blocks.len()];
    for (i, b) in rpo.iter().enumerate() {
        number[b.index()] = i;
    }
    // Backwards: a block all of whose successors are cold.
    for i in (1..rpo.len()).rev() {
        let t = f.blocks[rpo[i]].term.targets();
        if !t.is_empty() && t.iter().all(|s| number[s.index()] > i && cold[number[s.index()]]) {
            cold[i] = true;
        }
    }
    // Forwards: a block that only cold blocks reach.
    let mut reached = vec![false; rpo.len()];
    reached[0] = true;
    for i in 0..rpo.len() {
        if !cold[i] && reached[i] {
            for s in f.blocks[rpo[i]].term.targets() {
                reached[number[s.index()]] = true;
            }
        }
    }
    for i in 0..rpo.len() {
        cold[i] |= !reached[i];
    }
    if let Some(d) = f.defer_return
        && f.blocks[d].term.targets().is_empty()
        && number[d.index()] != usize::MAX
        && number[d.index()] != 0
        && !reached[number[d.index()]]
    {
        cold[number[d.index()]] = true;
    }
    cold
}

/// Moves the header of a loop that ends in the loop's exit test behind the loop's last block, so that an iteration
/// runs into the test instead of jumping to it.
fn rotate(f: &Func, out: &mut [Block], loops: &[(usize, Vec<bool>)], number: &[usize]) {
    for (h, inside) in loops.iter().rev() {
        let Some(at) = out.iter().position(|b| number[b.index()] == *h) else { continue };
        if at == 0 {
            continue;
        }
        let header = out[at];
        let Term::Br { then, els, .. } = &f.blocks[header].term else { continue };
        let is_in = |b: Block| inside[number[b.index()]];
        if is_in(then.block) == is_in(els.block) {
            continue;
        }
        let last = at + out[at..].iter().take_while(|&&b| is_in(b)).count() - 1;
        if last == at {
            continue;
        }
        // The loop's last block must jump to the header, or nothing is won.
        let Term::Jump(t) = &f.blocks[out[last]].term else { continue };
        if t.block != header {
            continue;
        }
        out[at..=last].rotate_left(1);
    }
}

/// Blocks that hardly ever run: cold ones, those that end the program or panic, and the unlikely side of a branch.
pub fn unlikely(f: &Func) -> Vec<bool> {
    let mut out: Vec<bool> = f.blocks.iter().map(|b| b.cold || matches!(b.term, Term::Unreachable)).collect();
    let mut preds = vec![0u32; f.blocks.len()];
    for b in f.blocks.iter() {
        b.term.targets().iter().for_each(|t| preds[t.index()] += 1);
    }
    for b in f.blocks.iter() {
        if let Term::Br { then, els, likely: Some(likely), .. } = &b.term {
            let rare = if *likely { els.block } else { then.block };
            out[rare.index()] |= preds[rare.index()] == 1;
        }
    }
    out
}

/// How often each value is used in the given blocks.
pub fn use_counts(f: &Func, blocks: &[Block]) -> Vec<u32> {
    let mut n = vec![0u32; f.values.len()];
    for &b in blocks {
        for &i in &f.blocks[b].insts {
            f.insts[i].args.iter().for_each(|v| n[v.index()] += 1);
        }
        f.blocks[b].term.for_each_arg(|v| n[v.index()] += 1);
    }
    n
}

/// Results that jumps hand on in the place of one of their operands (`s` in `s += x`, in a loop or where ways meet): result and operand. They should share
/// a register. What a jump hands over and what its target calls it belong together, and so on.
pub fn carried(f: &Func, blocks: &[Block]) -> FxHashMap<Value, Value> {
    let mut webs = Sets::new(f.values.len());
    let mut handed = Vec::new();
    let mut look = |call: &BlockCall| {
        for (&v, &p) in call.args.iter().zip(&f.blocks[call.block].params) {
            handed.push(v);
            webs.join(v.0, p.0);
        }
    };
    for &b in blocks {
        match &f.blocks[b].term {
            Term::Jump(t) => look(t),
            Term::Br { then, els, .. } => [then, els].into_iter().for_each(&mut look),
            _ => {}
        }
    }
    let mut found = FxHashMap::default();
    for v in handed {
        let of_result = webs.head(v.0);
        let args = f.def_inst(v).map_or(&[][..], |d| &d.args[..]);
        if let Some(&operand) = args.iter().find(|a| webs.head(a.0) == of_result) {
            found.insert(v, operand);
        }
    }
    found
}

/// Whether the instruction writes memory, calls, or may leave the function: no load moves over it.
pub fn is_memory_barrier(f: &Func, i: Inst) -> bool {
    matches!(
        f.insts[i].op,
        Op::Store { .. }
            | Op::MemCopy { .. }
            | Op::MemZero { .. }
            | Op::AtomicLoad
            | Op::AtomicStore
            | Op::AtomicRmw(_)
            | Op::AtomicCas
            | Op::Call { .. }
            | Op::New { .. }
            | Op::Poll
            | Op::BoundsCheck { .. }
    )
}
