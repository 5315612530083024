//! Preemption polls: every cycle of a function that may be preempted contains a poll, or ends soon.
//!
//! A call of a function whose prologue checks the stack would do as well, but whether a callee's check was dropped is known only to
//! code generation; so every loop gets a poll at its back edges, but those that [`super::strips`] has seen to.
use crate::{
    Func, Op, Term, View,
    analysis::{cfg::Cfg, dom::DomTree, loops::Loops},
};

/// The pass.
pub fn run(_view: &View, f: &mut Func) {
    if f.flags.nosplit || f.flags.systemstack {
        return;
    }
    let cfg = Cfg::new(f);
    let dom = DomTree::new(f, &cfg);
    let loops = Loops::new(f, &cfg, &dom);
    let polled = loops.loops.iter().filter(|l| !f.blocks[l.header].counted);
    let mut sources: Vec<crate::Block> = polled.flat_map(|l| l.latches.iter().copied()).collect();
    sources.extend(loops.irreducible.iter().map(|e| e.0));
    sources.sort();
    sources.dedup();
    for b in sources {
        let pos = f.blocks[b].term_pos;
        // A latch that also leaves the loop: polling before the branch is as good.
        debug_assert!(!matches!(f.blocks[b].term, Term::None));
        f.push_inst(b, Op::Poll, &[], &[], pos);
    }
}
