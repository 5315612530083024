//! Dominators (Cooper, Harvey, Kennedy: "A Simple, Fast Dominance Algorithm", 2001).
//!
//! A function may have two roots; neither dominates the other's blocks, as if a block above both branched to them.
use super::cfg::Cfg;
use crate::{Block, Func, IndexVec};

/// The dominator tree.
pub struct DomTree {
    idom: IndexVec<Block, Option<Block>>,
    /// Children in the tree.
    pub children: IndexVec<Block, Vec<Block>>,
    /// Blocks without immediate dominator.
    pub roots: Vec<Block>,
    // Preorder number and last preorder number inside the subtree: `a` dominates `b` iff b's number lies in a's interval.
    span: IndexVec<Block, (u32, u32)>,
}

impl DomTree {
    /// Computes the tree.
    pub fn new(f: &Func, cfg: &Cfg) -> DomTree {
        const UNSET: u32 = u32::MAX;
        const TOP: u32 = u32::MAX - 1;
        let is_root: Vec<bool> = {
            let mut v = vec![false; f.blocks.len()];
            f.roots().for_each(|r| v[r.0 as usize] = true);
            v
        };
        // Everything in rpo positions; TOP is the imaginary block above the roots.
        let n = cfg.rpo.len();
        let mut idom = vec![UNSET; n];
        let mut changed = true;
        while changed {
            changed = false;
            for (i, &b) in cfg.rpo.iter().enumerate() {
                let mut new = if is_root[b.0 as usize] { TOP } else { UNSET };
                for &p in &cfg.preds[b] {
                    let p = cfg.rpo_index[p];
                    if idom[p as usize] == UNSET {
                        continue;
                    }
                    new = if new == UNSET { p } else { intersect(&idom, p, new) };
                }
                if idom[i] != new {
                    idom[i] = new;
                    changed = true;
                }
            }
        }
        fn intersect(idom: &[u32], mut a: u32, mut b: u32) -> u32 {
            while a != b {
                if a == TOP || b == TOP {
                    return TOP;
                }
                if a > b { a = idom[a as usize] } else { b = idom[b as usize] }
            }
            a
        }
        let mut tree = DomTree {
            idom: IndexVec::from(vec![None; f.blocks.len()]),
            children: IndexVec::from(vec![Vec::new(); f.blocks.len()]),
            roots: Vec::new(),
            span: IndexVec::from(vec![(u32::MAX, 0); f.blocks.len()]),
        };
        for (i, &b) in cfg.rpo.iter().enumerate() {
            if idom[i] < TOP {
                let d = cfg.rpo[idom[i] as usize];
                tree.idom[b] = Some(d);
                tree.children[d].push(b);
            } else {
                tree.roots.push(b);
            }
        }
        let mut number = 0;
        for &root in &tree.roots {
            let mut stack = vec![(root, 0)];
            tree.span[root].0 = number;
            number += 1;
            while let Some((b, next)) = stack.last_mut() {
                if let Some(&c) = tree.children[*b].get(*next) {
                    *next += 1;
                    tree.span[c].0 = number;
                    number += 1;
                    stack.push((c, 0));
                } else {
                    tree.span[*b].1 = number - 1;
                    stack.pop();
                }
            }
        }
        tree
    }
    /// The immediate dominator.
    pub fn idom(&self, b: Block) -> Option<Block> {
        self.idom[b]
    }
    /// Whether every way to `b` goes through `a` (a block dominates itself).
    pub fn dominates(&self, a: Block, b: Block) -> bool {
        let (lo, hi) = self.span[a];
        (lo..=hi).contains(&self.span[b].0)
    }
    /// The nearest block that dominates both; none if one of them is not reached.
    pub fn common(&self, mut a: Block, b: Block) -> Option<Block> {
        while !self.dominates(a, b) {
            a = self.idom(a)?;
        }
        Some(a)
    }
    /// All blocks, dominators first.
    pub fn preorder(&self) -> Vec<Block> {
        let mut out = Vec::new();
        let mut stack: Vec<Block> = self.roots.iter().rev().copied().collect();
        while let Some(b) = stack.pop() {
            out.push(b);
            stack.extend(self.children[b].iter().rev());
        }
        out
    }
}
