//! If-conversion: a branch that only decides which of two values to go on with becomes a choice between them (`select`), which no
//! processor can predict wrongly.
//!
//! What was computed on one way only is then computed always, so it has to be little, without effect, and never a reason to stop; addresses
//! are not among it: they must stay inside their objects. Branches that are marked as likely are left alone, as are choices of floats,
//! which are branches on most machines.
use crate::{Block, BlockCall, Func, Inst, Op, Target, Term, Value, View, analysis::cfg::Cfg};
use smallvec::SmallVec;

/// Instructions that are executed in vain, at most.
const MAX_WORK: usize = 2;
/// Values that are chosen, at most.
const MAX_CHOICES: usize = 2;

/// The pass.
pub fn run(view: &View, f: &mut Func) {
    let cfg = Cfg::new(f);
    let mut preds: Vec<usize> = f.blocks.ids().map(|b| cfg.preds[b].len()).collect();
    // What is inside comes first: a choice may be part of another one.
    for &b in cfg.rpo.iter().rev() {
        convert(view.target(), f, &mut preds, b);
    }
}

/// A way from the branch to where both ways meet.
struct Way {
    /// The block in between.
    through: Option<Block>,
    meet: BlockCall,
}

/// The ways that a jump of `b` may be read as: straight to where it leads, and on from there.
fn ways(t: Target, f: &Func, preds: &[usize], b: Block, call: &BlockCall) -> SmallVec<[Way; 2]> {
    let mut out: SmallVec<[Way; 2]> = SmallVec::new();
    let x = call.block;
    let data = &f.blocks[x];
    if let Term::Jump(meet) = &data.term
        && x != b
        && preds[x.0 as usize] == 1
        && data.params.is_empty()
        && data.cold == f.blocks[b].cold
        && f.roots().all(|r| r != x)
        && work(t, f, &data.insts).is_some_and(|n| n <= MAX_WORK)
    {
        out.push(Way { through: Some(x), meet: meet.clone() });
    }
    out.push(Way { through: None, meet: call.clone() });
    out
}

/// How much these instructions are, if they may be executed where their results are not wanted.
fn work(t: Target, f: &Func, insts: &[Inst]) -> Option<usize> {
    let mut sum = 0;
    for &i in insts {
        let d = &f.insts[i];
        if !d.results.iter().chain(&d.args).all(|&v| is_word(t, f, v)) {
            return None;
        }
        sum += match d.op {
            Op::Iconst(_) | Op::SlotAddr(..) => 0,
            Op::Add | Op::Sub | Op::And | Op::Or | Op::Xor | Op::Neg | Op::Not | Op::Icmp(_) | Op::Select => {
                1
            }
            Op::Sext | Op::Zext | Op::Trunc | Op::Shl(true) | Op::LShr(true) | Op::AShr(true) => 1,
            _ => return None,
        };
    }
    Some(sum)
}

/// Whether a value is in one register, and not in one for floats.
fn is_word(t: Target, f: &Func, v: Value) -> bool {
    !f.ty(v).is_float() && t.size(f.ty(v)) <= t.word
}

/// Replaces the branch at the end of `b`, if it is such a one.
fn convert(t: Target, f: &mut Func, preds: &mut [usize], b: Block) -> bool {
    let Term::Br { cond, then, els, likely: None } = &f.blocks[b].term else { return false };
    let (cond, pos) = (*cond, f.blocks[b].term_pos);
    let (yes, no) = (ways(t, f, preds, b, then), ways(t, f, preds, b, els));
    let Some((yes, no)) = yes.iter().flat_map(|y| no.iter().map(move |n| (y, n))).find(|(y, n)| {
        y.meet.block == n.meet.block
            && (y.through.is_some() || n.through.is_some() || !y.meet.args.is_empty())
    }) else {
        return false;
    };
    let chosen: Vec<usize> = (0..yes.meet.args.len())
        .filter(|&k| f.resolve(yes.meet.args[k]) != f.resolve(no.meet.args[k]))
        .collect();
    let scalar = |&k: &usize| is_word(t, f, yes.meet.args[k]);
    let both: Vec<Inst> =
        [yes.through, no.through].into_iter().flatten().flat_map(|x| f.blocks[x].insts.clone()).collect();
    if chosen.len() > MAX_CHOICES
        || !chosen.iter().all(scalar)
        || work(t, f, &both).is_none_or(|n| n > MAX_WORK)
        || f.blocks[yes.meet.block].cold != f.blocks[b].cold
    {
        return false;
    }
    let (meet, no_args) = (yes.meet.clone(), no.meet.args.clone());
    let through = [yes.through, no.through];
    f.blocks[b].insts.extend(both);
    let mut args = meet.args.clone();
    for k in chosen {
        let ty = f.ty(args[k]);
        let choice = f.push_inst(b, Op::Select, &[cond, args[k], no_args[k]], &[ty], pos);
        args[k] = f.insts[choice].results[0];
    }
    f.blocks[b].term = Term::Jump(BlockCall { block: meet.block, args });
    for x in through.into_iter().flatten() {
        f.blocks[x].insts.clear();
        f.blocks[x].term = Term::Unreachable;
        preds[x.0 as usize] = 0;
    }
    preds[meet.block.0 as usize] -= 1;
    true
}
