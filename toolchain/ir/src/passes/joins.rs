//! What happens to memory on the ways to a block where several meet, since the block above all of them.
use super::effects::{Effect, effect};
use super::memory::Memory;
use crate::{Block, Func, Op, Value, analysis::cfg::Cfg};

/// Instructions that are looked at for one block.
const MOST: usize = 300;

/// Whether an instruction may change memory that this goroutine reads. A preemption poll changes nothing that it can rely on without
/// synchronisation.
pub fn changes(op: &Op) -> bool {
    match effect(op) {
        Effect::Any => !matches!(op, Op::Poll | Op::KeepAlive),
        Effect::Write => true,
        _ => false,
    }
}

/// Brings `memory` from what is known at the end of `above`, which dominates `b` immediately, to what is known where `b` begins, whichever
/// way was taken: of a loop's header, that is after any number of rounds.
pub fn cross(f: &Func, cfg: &Cfg, above: Block, b: Block, memory: &mut Memory) {
    let mut written: Vec<Value> = Vec::new();
    let mut seen: Vec<Block> = Vec::new();
    let mut work: Vec<Block> = cfg.preds[b].to_vec();
    let mut left = MOST;
    while let Some(x) = work.pop() {
        if x == above || seen.contains(&x) {
            continue;
        }
        let insts = &f.blocks[x].insts;
        left = left.saturating_sub(insts.len() + 4);
        if left == 0 {
            return memory.clear();
        }
        for &i in insts.iter().filter(|&&i| changes(&f.insts[i].op)) {
            match f.insts[i].op {
                Op::Store { .. } | Op::MemCopy { .. } | Op::MemZero { .. } => {
                    written.push(f.resolve(f.insts[i].args[0]));
                }
                _ => return memory.clear(),
            }
        }
        seen.push(x);
        work.extend(&cfg.preds[x]);
    }
    written.sort_unstable();
    written.dedup();
    written.into_iter().for_each(|base| memory.overwrite(f, base));
}
