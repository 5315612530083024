//! Moves pure operations out of loops in which their operands do not change.
//!
//! Not moved: divisions (their check stays behind), address arithmetic (a derived pointer must not be made where the bounds check
//! that keeps it inside its object has not happened), and what is cheaper to make again than to keep (constants, addresses of slots).
//!
//! What the machine has is asked once, in front of the loop, where nothing in the loop destroys the register with the answer.
use super::effects::{Effect, effect, guarded};
use crate::{
    Block, Func, Inst, Op, SymRef, Term, Value, ValueDef, View,
    analysis::{cfg::Cfg, dom::DomTree, loops::Loops},
};

/// The pass.
pub fn run(view: &View, f: &mut Func) {
    let cfg = Cfg::new(f);
    let dom = DomTree::new(f, &cfg);
    let loops = Loops::new(f, &cfg, &dom);
    // Where each value's definition is now.
    let mut home = vec![None; f.values.len()];
    for (b, data) in f.blocks.iter_enumerated() {
        for &v in &data.params {
            home[v.0 as usize] = Some(b);
        }
        for &i in &data.insts {
            for &r in &f.insts[i].results {
                home[r.0 as usize] = Some(b);
            }
        }
    }
    // Inner loops first: what leaves an inner loop may leave the outer one too.
    for index in (0..loops.loops.len()).rev() {
        let l = &loops.loops[index];
        let Some(preheader) = preheader(f, &cfg, l.header, &l.latches) else { continue };
        let mut blocks = l.blocks.clone();
        blocks.sort_by_key(|&b| cfg.rpo_index[b]);
        let calls = blocks.iter().any(|&b| calls(f, b));
        for &b in &blocks {
            let insts = std::mem::take(&mut f.blocks[b].insts);
            let mut kept = Vec::with_capacity(insts.len());
            for i in insts {
                let d = &f.insts[i];
                // An address as a number changes when the stack moves.
                let number_of_address = matches!(d.op, Op::Bitcast) && f.ty(d.args[0]) == crate::Ty::Ptr;
                let pure = effect(&d.op) == Effect::Pure
                    && !guarded(&d.op)
                    && !number_of_address
                    && !matches!(
                        d.op,
                        Op::PtrAdd | Op::Iconst(_) | Op::Fconst(_) | Op::SlotAddr(..) | Op::Sym(..)
                    );
                let movable = (pure || !calls && !f.blocks[b].cold && settled(view, f, i))
                    && d.args.iter().all(|&a| invariant(f, &loops, index, &home, a));
                if movable {
                    for k in 0..f.insts[i].args.len() {
                        let a = f.insts[i].args[k];
                        let inside = home[a.0 as usize].is_none_or(|b| loops.contains(index, b));
                        if inside {
                            f.insts[i].args[k] = copy_to(f, a, preheader, &mut home);
                        }
                    }
                    for &r in &f.insts[i].results {
                        home[r.0 as usize] = Some(preheader);
                    }
                    f.blocks[preheader].insts.push(i);
                } else {
                    kept.push(i);
                }
            }
            f.blocks[b].insts = kept;
        }
    }
}

/// Whether there are calls in a block that is not seldom executed.
fn calls(f: &Func, b: Block) -> bool {
    let call = |&i: &Inst| matches!(f.insts[i].op, Op::Call { .. } | Op::New { .. });
    !f.blocks[b].cold && f.blocks[b].insts.iter().any(call)
}

/// Whether an instruction loads a variable that does not change.
fn settled(view: &View, f: &Func, i: Inst) -> bool {
    let d = &f.insts[i];
    let Op::Load { .. } = d.op else { return false };
    matches!(f.def_inst(d.args[0]).map(|d| &d.op), Some(&Op::Sym(SymRef::Data(data), _)) if view.settled(data))
}

/// The one block outside the loop that jumps to its header and nowhere else.
fn preheader(f: &Func, cfg: &Cfg, header: Block, latches: &[Block]) -> Option<Block> {
    let mut outside = cfg.preds[header].iter().filter(|p| !latches.contains(p));
    let p = *outside.next()?;
    (outside.next().is_none() && matches!(f.blocks[p].term, Term::Jump(_))).then_some(p)
}

fn is_cheap(op: &Op) -> bool {
    matches!(op, Op::Iconst(_) | Op::Fconst(_) | Op::SlotAddr(..) | Op::Sym(..))
}

fn invariant(f: &Func, loops: &Loops, index: usize, home: &[Option<Block>], v: Value) -> bool {
    match f.values[v].def {
        ValueDef::Inst(i, _) if is_cheap(&f.insts[i].op) => true,
        _ => home.get(v.0 as usize).copied().flatten().is_some_and(|b| !loops.contains(index, b)),
    }
}

/// Makes a cheap operand again in the preheader.
fn copy_to(f: &mut Func, v: Value, preheader: Block, home: &mut Vec<Option<Block>>) -> Value {
    let ValueDef::Inst(i, _) = f.values[v].def else { return v };
    let (op, pos, ty) = (f.insts[i].op.clone(), f.insts[i].pos, f.ty(v));
    let copy = f.push_inst(preheader, op, &[], &[ty], pos);
    home.push(Some(preheader));
    f.insts[copy].results[0]
}
