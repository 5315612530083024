//! Natural loops.
use super::{cfg::Cfg, dom::DomTree};
use crate::{Block, Func, IndexVec};

/// A natural loop: a header that dominates the sources of its back edges.
pub struct Loop {
    /// Header.
    pub header: Block,
    /// Sources of back edges.
    pub latches: Vec<Block>,
    /// All blocks, the header included.
    pub blocks: Vec<Block>,
    /// The innermost loop around this one.
    pub parent: Option<usize>,
    /// 1 for an outermost loop.
    pub depth: u32,
}

/// The loops of a function, outer ones before inner ones.
pub struct Loops {
    /// Loops.
    pub loops: Vec<Loop>,
    /// The innermost loop of each block.
    pub innermost: IndexVec<Block, Option<usize>>,
    /// Back edges (from, to) whose target does not dominate the source: irreducible control flow.
    pub irreducible: Vec<(Block, Block)>,
}

impl Loops {
    /// Finds the loops.
    pub fn new(f: &Func, cfg: &Cfg, dom: &DomTree) -> Loops {
        let mut irreducible = Vec::new();
        let mut headers: Vec<(Block, Vec<Block>)> = Vec::new();
        for &b in &cfg.rpo {
            let mut latches = Vec::new();
            for &p in &cfg.preds[b] {
                if cfg.rpo_index[p] >= cfg.rpo_index[b] {
                    if dom.dominates(b, p) { latches.push(p) } else { irreducible.push((p, b)) }
                }
            }
            if !latches.is_empty() {
                headers.push((b, latches));
            }
        }
        // Headers come in reverse post-order: an outer loop's header before those of the loops inside.
        let mut innermost = IndexVec::from(vec![None; f.blocks.len()]);
        let mut loops: Vec<Loop> = Vec::new();
        for (header, latches) in headers {
            let index = loops.len();
            let parent: Option<usize> = innermost[header];
            let mut blocks = vec![header];
            let mut inside = vec![false; f.blocks.len()];
            inside[header.0 as usize] = true;
            let mut work = latches.clone();
            while let Some(b) = work.pop() {
                if !std::mem::replace(&mut inside[b.0 as usize], true) {
                    blocks.push(b);
                    work.extend(&cfg.preds[b]);
                }
            }
            for &b in &blocks {
                innermost[b] = Some(index);
            }
            let depth = parent.map_or(1, |p| loops[p].depth + 1);
            loops.push(Loop { header, latches, blocks, parent, depth });
        }
        Loops { loops, innermost, irreducible }
    }
    /// Whether block `b` is inside loop `l` (or a loop inside it).
    pub fn contains(&self, l: usize, b: Block) -> bool {
        let mut at = self.innermost[b];
        while let Some(i) = at {
            if i == l {
                return true;
            }
            at = self.loops[i].parent;
        }
        false
    }
    /// How many loops are around `b`.
    pub fn depth(&self, b: Block) -> u32 {
        self.innermost[b].map_or(0, |l| self.loops[l].depth)
    }
}
