//! Zeroings of whole slots with which the function begins are the prologue's: it zeroes slots with pointers together, and would do it a second time.
use crate::{Block, Func, Op, View};

/// The pass.
pub fn run(_view: &View, f: &mut Func) {
    let entry = Block(0);
    if f.slots.is_empty() || f.blocks.iter().any(|b| b.term.targets().contains(&entry)) {
        return;
    }
    let mut touched = vec![false; f.slots.len()];
    let mut insts = std::mem::take(&mut f.blocks[entry].insts);
    insts.retain(|&i| {
        let d = &f.insts[i];
        let mut kept = true;
        for &a in &d.args {
            let Some(&Op::SlotAddr(s, off)) = f.def_inst(a).map(|d| &d.op) else { continue };
            let first = !std::mem::replace(&mut touched[s.0 as usize], true);
            let slot = &mut f.slots[s];
            if matches!(d.op, Op::MemZero { size, .. } if size == slot.size && off == 0 && first && slot.ptrs.any()) {
                slot.zeroed = true;
                kept = false;
            }
        }
        kept
    });
    f.blocks[entry].insts = insts;
}
