//! The copying itself.
use crate::analysis::cfg::Cfg;
use crate::{
    Block, BlockCall, Func, IndexVec, Inst, Op, Program, Slot, Term, Ty, Value, ValueDef, func::InlinedCall,
};
use smallvec::SmallVec;
use std::sync::Arc;

/// Takes the `k`th instruction of `b` away; returns a new block with what follows it, whose parameters are the instruction's results.
pub fn split(f: &mut Func, b: Block, k: usize, results: &[Value]) -> Block {
    let rest = f.new_block();
    let tail = f.blocks[b].insts.split_off(k + 1);
    f.blocks[b].insts.pop();
    f.blocks[rest].insts = tail;
    f.blocks[rest].term = std::mem::replace(&mut f.blocks[b].term, Term::None);
    f.blocks[rest].term_pos = f.blocks[b].term_pos;
    f.blocks[rest].cold = f.blocks[b].cold;
    for &r in results {
        let param = f.add_param(rest, f.ty(r));
        f.alias(r, param);
    }
    rest
}

/// What of a function is copied.
struct Reached {
    /// In order.
    blocks: Vec<Block>,
    /// Inlined calls that instructions in these blocks came from.
    inlined: Vec<bool>,
}

/// What is never reached leaves nothing behind: else functions that call each other twice, to no effect, would double with each.
fn reached(f: &Func) -> Reached {
    let cfg = Cfg::new(f);
    let blocks: Vec<Block> = f.blocks.ids().filter(|&b| cfg.reachable(b)).collect();
    let mut inlined = vec![false; f.inlined.len()];
    for &i in blocks.iter().flat_map(|&b| &f.blocks[b].insts) {
        let mut inl = f.insts[i].inl as usize;
        while inl != 0 && !std::mem::replace(&mut inlined[inl - 1], true) {
            inl = f.inlined[inl - 1].parent as usize;
        }
    }
    Reached { blocks, inlined }
}

/// Copies `callee` in place of the `k`th instruction of `b`; returns the block with the rest of `b`.
pub fn inline_one(
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
    let rest = split(f, b, k, &results);
    // Who the copied instructions belong to.
    let base = f.inlined.len() as u32;
    // What only jumps elsewhere leaves no frame, and shows in no traceback.
    let jumps = callee.blocks.iter().any(|b| matches!(b.term, Term::TailCall { .. }));
    let wrapper = callee.flags.wrapper || callee.flags.abiwrapper || jumps;
    f.inlined.push(InlinedCall { parent: inl, name: callee.name, start: callee.pos, call_pos: pos, wrapper });
    let reached = reached(callee);
    let mut owners = vec![0; callee.inlined.len() + 1];
    owners[0] = base + 1;
    for (n, c) in callee.inlined.iter().enumerate().filter(|(n, _)| reached.inlined[*n]) {
        f.inlined.push(InlinedCall { parent: owners[c.parent as usize], ..c.clone() });
        owners[n + 1] = f.inlined.len() as u32;
    }

    let sig = &program.sigs[callee.sig];
    let mut values: IndexVec<Value, Value> = IndexVec::from(vec![Value(u32::MAX); callee.values.len()]);
    let slots: Vec<Slot> =
        callee.slots.iter().map(|s| f.slots.push(crate::SlotData { zeroed: false, ..s.clone() })).collect();
    const NONE: Block = Block(u32::MAX);
    let mut blocks = vec![NONE; callee.blocks.len()];
    reached.blocks.iter().for_each(|b| blocks[b.0 as usize] = f.new_block());
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
    for &cb in &reached.blocks {
        let data = &callee.blocks[cb];
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
                inl: owners[d.inl as usize],
            });
            f.blocks[nb].insts.push(i);
        }
    }
    for &cb in &reached.blocks {
        let data = &callee.blocks[cb];
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
            // The call that it stands for, and what that returned.
            Term::TailCall { callee, sig: tail, args } => {
                let tys = program.sigs[tail].ret_tys();
                let call = f.push_inst(nb, Op::Call { callee, sig: tail }, &args, &tys, data.term_pos);
                f.insts[call].inl = base + 1;
                let results = f.insts[call].results.iter().copied().collect();
                Term::Jump(BlockCall { block: rest, args: results })
            }
            term => term,
        };
    }
    rest
}
