//! Edges between machine blocks: critical ones are split, blocks of their own are placed, and recovery gets a way in.
use super::inst::{Any, Inst};
use super::select::MBlock;
use ir::{Block, Func};

/// Splits edges from blocks with several successors to blocks with several predecessors, and places all blocks
/// that were added.
pub fn split_critical<I: Inst>(blocks: &mut Vec<MBlock<I>>, f: &Func, layout: &mut Vec<u32>) {
    let mut preds = vec![0u32; blocks.len()];
    let mut placed = vec![false; blocks.len()];
    layout.iter().for_each(|&b| placed[b as usize] = true);
    for (b, block) in blocks.iter().enumerate() {
        if placed[b] || b >= f.blocks.len() {
            for &s in &block.succs {
                preds[s as usize] += 1;
            }
        }
    }
    let old = std::mem::take(layout);
    let first_added = f.blocks.len() as u32;
    let total = blocks.len() as u32;
    let mut last = Vec::new();
    for &b in &old {
        layout.push(b);
        let succs = blocks[b as usize].succs.clone();
        if succs.len() < 2 {
            continue;
        }
        let is_entry = matches!(blocks[b as usize].insts.last(), Some((Any::EntryJump { .. }, _)));
        for s in succs {
            // Blocks made for arguments have one predecessor already.
            let made = s >= first_added && s < total && !placed[s as usize];
            let edge = if made {
                s
            } else if preds[s as usize] > 1 {
                let line = blocks[b as usize].insts.last().map_or(0, |i| i.1);
                let insts = vec![(Any::Jump(s), line)];
                blocks.push(MBlock { insts, succs: vec![s], ..MBlock::default() });
                let e = blocks.len() as u32 - 1;
                redirect(&mut blocks[b as usize], s, e);
                e
            } else {
                continue;
            };
            let target = blocks[edge as usize].succs[0];
            if is_entry || f.blocks.get(Block(target)).is_some_and(|t| t.cold) {
                last.push(edge);
            } else {
                layout.push(edge);
            }
        }
    }
    layout.append(&mut last);
}
/// The blocks in reverse post-order; those without IR block behind the one that jumps to them.
pub fn allocation_order<I>(blocks: &[MBlock<I>], f: &Func, rpo: &[Block]) -> Vec<u32> {
    let first_added = f.blocks.len() as u32;
    let mut placed = vec![false; blocks.len()];
    let mut out = Vec::with_capacity(blocks.len());
    for &b in rpo {
        let mut work = vec![b.0];
        while let Some(b) = work.pop() {
            if std::mem::replace(&mut placed[b as usize], true) {
                continue;
            }
            out.push(b);
            work.extend(blocks[b as usize].succs.iter().rev().filter(|&&s| s >= first_added));
        }
    }
    out
}
/// The block that recovery resumes at, with an edge from the entry that only the allocator believes in.
pub fn defer_return<I: Inst>(blocks: &mut Vec<MBlock<I>>, d: Block, layout: &mut Vec<u32>) -> u32 {
    // The real entry's instructions move behind a new first block only in spirit: parameters must be defined in
    // block 0, so that the jump goes at its end instead: split it there.
    let old_entry = 0usize;
    let rest = blocks.len() as u32;
    let entry = std::mem::take(&mut blocks[old_entry]);
    let (args, body): (Vec<_>, Vec<_>) = {
        let n = entry.insts.iter().take_while(|i| matches!(i.0, Any::Args(_))).count();
        let mut insts = entry.insts;
        let body = insts.split_off(n);
        (insts, body)
    };
    blocks.push(MBlock { insts: body, params: Vec::new(), succs: entry.succs, args: entry.args });
    let pad = blocks.len() as u32;
    let line = args.first().map_or(0, |i| i.1);
    blocks.push(MBlock { insts: vec![(Any::Jump(d.0), line)], succs: vec![d.0], ..MBlock::default() });
    let mut insts = args;
    insts.push((Any::EntryJump { then: rest, other: pad }, line));
    blocks[old_entry] = MBlock { insts, succs: vec![rest, pad], ..MBlock::default() };
    layout.insert(1, rest);
    pad
}

/// Replaces a successor in a block's terminator.
fn redirect<I: Inst>(b: &mut MBlock<I>, from: u32, to: u32) {
    let fix = |s: &mut u32| {
        if *s == from {
            *s = to;
        }
    };
    b.succs.iter_mut().for_each(fix);
    b.insts.last_mut().expect("a terminator").0.targets(&mut { fix });
}
