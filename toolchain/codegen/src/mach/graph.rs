//! The graph of a function's machine blocks, its loops, and dominance.
use super::inst::{Any, Inst};
use super::select::Selected;

/// The function's graph by numbers in allocation order.
pub struct Graph {
    /// Successors of each block.
    pub succs: Vec<Vec<usize>>,
    /// Predecessors.
    pub preds: Vec<Vec<usize>>,
    /// Whether a block calls.
    pub calls: Vec<bool>,
}

impl Graph {
    /// Reads it off.
    pub fn new<I: Inst>(sel: &Selected<I>) -> Graph {
        let mut number = vec![usize::MAX; sel.blocks.len()];
        for (i, &b) in sel.rpo.iter().enumerate() {
            number[b as usize] = i;
        }
        let block = |b: u32| &sel.blocks[b as usize];
        let succs: Vec<Vec<usize>> =
            sel.rpo.iter().map(|&b| block(b).succs.iter().map(|&s| number[s as usize]).collect()).collect();
        let mut preds = vec![Vec::new(); succs.len()];
        for (i, s) in succs.iter().enumerate() {
            s.iter().for_each(|&t: &usize| preds[t].push(i));
        }
        let calls =
            sel.rpo.iter().map(|&b| block(b).insts.iter().any(|i| matches!(i.0, Any::Call(_)))).collect();
        Graph { succs, preds, calls }
    }
}

/// Loops by their headers, outer ones first: the members of each, in no order. Irreducible ones are left out.
pub fn loops(g: &Graph) -> Vec<(usize, Vec<usize>)> {
    let mut out = Vec::new();
    let mut inside = vec![usize::MAX; g.succs.len()];
    for h in 0..g.succs.len() {
        let mut work: Vec<usize> = g.preds[h].iter().copied().filter(|&p| p >= h).collect();
        if work.is_empty() {
            continue;
        }
        inside[h] = h;
        let mut body = vec![h];
        let mut proper = true;
        while let Some(b) = work.pop() {
            if b < h {
                proper = false;
                break;
            }
            if std::mem::replace(&mut inside[b], h) != h {
                body.push(b);
                work.extend(&g.preds[b]);
            }
        }
        if proper {
            out.push((h, body));
        }
    }
    out
}

/// For each of the function's blocks, by its number in the function, the header of the loop it is in, if that has no loop inside.
pub fn inner_loops<I: Inst>(sel: &Selected<I>) -> Vec<Option<u32>> {
    let mut out = vec![None; sel.blocks.len()];
    let g = Graph::new(sel);
    if !g.succs.iter().enumerate().any(|(b, succs)| succs.iter().any(|&s| s <= b)) {
        return out;
    }
    // Outer ones come first, and the members of inner ones are taken from them.
    let mut inner = vec![None; g.succs.len()];
    let mut outer = vec![false; g.succs.len()];
    for (h, body) in loops(&g) {
        for b in body {
            if let Some(around) = inner[b].replace(h) {
                outer[around] = true;
            }
        }
    }
    for (b, h) in inner.into_iter().enumerate() {
        out[sel.rpo[b] as usize] = h.filter(|&h| !outer[h]).map(|h| sel.rpo[h]);
    }
    out
}

/// Immediate dominators (Cooper, Harvey, Kennedy, "A Simple, Fast Dominance Algorithm", 2001) and dominance frontiers.
pub struct Dominance {
    /// Each block's immediate dominator; the entry is its own.
    pub parent: Vec<usize>,
    /// Where what a block defines meets other definitions.
    pub frontier: Vec<Vec<usize>>,
}

/// Computes both.
pub fn dominance(g: &Graph) -> Dominance {
    const NONE: usize = usize::MAX;
    let n = g.succs.len();
    let mut parent = vec![NONE; n];
    parent[0] = 0;
    let mut changed = true;
    while changed {
        changed = false;
        for b in 1..n {
            let mut new = NONE;
            for &p in g.preds[b].iter().filter(|&&p| parent[p] != NONE) {
                if new == NONE {
                    new = p;
                    continue;
                }
                let (mut x, mut y) = (p, new);
                while x != y {
                    while x > y {
                        x = parent[x];
                    }
                    while y > x {
                        y = parent[y];
                    }
                }
                new = x;
            }
            changed |= std::mem::replace(&mut parent[b], new) != new;
        }
    }
    let mut frontier = vec![Vec::new(); n];
    for b in 0..n {
        if g.preds[b].len() < 2 {
            continue;
        }
        for &p in &g.preds[b] {
            let mut x = p;
            while x != parent[b] && x != NONE {
                if frontier[x].last() != Some(&b) {
                    frontier[x].push(b);
                }
                if x == 0 {
                    break;
                }
                x = parent[x];
            }
        }
    }
    Dominance { parent, frontier }
}
