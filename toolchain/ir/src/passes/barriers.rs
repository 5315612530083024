//! Write barriers: before a pointer in the heap or in data is overwritten, the collector may have to learn of the old one.
//!
//! The collector marks a snapshot of the moment when it began, with all stacks scanned then. So no barrier is needed for stack objects, nor
//! for the first stores into an object that was made in the same block with no safepoint between: what they overwrite is nil.
use super::effects::is_safepoint;
use crate::{Func, Op, Section, SymRef, Value, View};

/// The pass. Afterwards `Store::wb` has no meaning left: it is false everywhere.
pub fn run(view: &View, f: &mut Func) {
    for b in f.blocks.ids() {
        let insts = std::mem::take(&mut f.blocks[b].insts);
        let mut out = Vec::with_capacity(insts.len());
        // Objects made in this block since the last safepoint.
        let mut fresh: Vec<Value> = Vec::new();
        for i in insts {
            let d = &f.insts[i];
            let guarded = match d.op {
                Op::Store { off, wb: true } => Some((off, view.target().word)),
                Op::MemCopy { size, typ: Some(_), .. } | Op::MemZero { size, typ: Some(_), .. } => {
                    Some((0, size))
                }
                _ => None,
            };
            if let Some((off, size)) = guarded
                && needed(view, f, d.args[0], &fresh)
            {
                let (base, pos, inl) = (d.args[0], d.pos, d.inl);
                let barrier = f.make_inst(Op::WriteBarrier { off, size }, &[base], &[], pos);
                f.insts[barrier].inl = inl;
                out.push(barrier);
            }
            let d = &mut f.insts[i];
            if let Op::Store { wb, .. } = &mut d.op {
                *wb = false;
            }
            if is_safepoint(&d.op) {
                fresh.clear();
            }
            if matches!(d.op, Op::New { .. }) {
                fresh.push(d.results[0]);
            }
            out.push(i);
        }
        f.blocks[b].insts = out;
    }
}

fn needed(view: &View, f: &Func, mut address: Value, fresh: &[Value]) -> bool {
    loop {
        address = f.resolve(address);
        if fresh.contains(&address) {
            return false;
        }
        match f.def_inst(address) {
            Some(d) => match d.op {
                Op::PtrAdd => address = d.args[0],
                Op::SlotAddr(..) => return false,
                Op::Sym(SymRef::Data(data), _) => {
                    return matches!(view.section(data), Section::Data | Section::Bss | Section::Extern);
                }
                _ => return true,
            },
            None => return true,
        }
    }
}
