//! The control-flow graph: predecessors and reverse post-order.
use crate::{Block, Func, IndexVec};

/// Predecessors and an order in which every block but loop headers follows its predecessors.
pub struct Cfg {
    /// Predecessors, one entry an edge.
    pub preds: IndexVec<Block, Vec<Block>>,
    /// Reachable blocks in reverse post-order; the entry is first.
    pub rpo: Vec<Block>,
    /// Position in `rpo`; `u32::MAX` if unreachable.
    pub rpo_index: IndexVec<Block, u32>,
}

impl Cfg {
    /// Computes the graph of `f`.
    pub fn new(f: &Func) -> Cfg {
        let n = f.blocks.len();
        let mut preds = IndexVec::from(vec![Vec::new(); n]);
        let mut seen = vec![false; n];
        let mut post = Vec::with_capacity(n);
        // The resume point of recovery comes first in the walk, so the entry ends up first in the reversal.
        let mut roots: Vec<Block> = f.roots().collect();
        roots.reverse();
        for root in roots {
            if std::mem::replace(&mut seen[root.0 as usize], true) {
                continue;
            }
            let mut stack = vec![(root, f.blocks[root].term.targets(), 0)];
            while let Some((block, targets, next)) = stack.last_mut() {
                if let Some(&t) = targets.get(*next) {
                    *next += 1;
                    preds[t].push(*block);
                    if !std::mem::replace(&mut seen[t.0 as usize], true) {
                        stack.push((t, f.blocks[t].term.targets(), 0));
                    }
                } else {
                    post.push(*block);
                    stack.pop();
                }
            }
        }
        post.reverse();
        let mut rpo_index = IndexVec::from(vec![u32::MAX; n]);
        for (i, &b) in post.iter().enumerate() {
            rpo_index[b] = i as u32;
        }
        Cfg { preds, rpo: post, rpo_index }
    }
    /// Whether control can reach `b`.
    pub fn reachable(&self, b: Block) -> bool {
        self.rpo_index[b] != u32::MAX
    }
}
