//! Stores into slots that nothing reads any more. Most are those of results in functions that defer: they are in memory, where recovery finds them,
//! but behind the last call there is no recovery, nor before the first `defer`.
//!
//! This is about slots that are only accessed at their own addresses. What recovery reads is read by all that may stop the function while a deferred
//! call is pending: with open-coded defers, where the mask may be other than zero; else anywhere.
use super::effects::{Effect, effect};
use super::promote::after_recovery;
use super::zeroing::addresses;
use crate::analysis::cfg::Cfg;
use crate::{Block, Func, IndexVec, Inst, Op, Slot, Target, Value, View};

/// Functions with more slots times blocks are left alone.
const MAX: usize = 1 << 22;

/// The pass.
pub fn run(view: &View, f: &mut Func) {
    if f.slots.is_empty() || f.slots.len() * f.blocks.len() > MAX {
        return;
    }
    let own = own_slots(f);
    if !own.contains(&true) {
        return;
    }
    let cfg = Cfg::new(f);
    let look = Look { target: view.target(), armed: armed(f, &cfg), resumed: resumed(f, &own), own };
    let row = f.slots.len().div_ceil(64);
    let mut starts = vec![0u64; row * f.blocks.len()];
    let mut live = vec![0u64; row];
    let mut changed = true;
    while changed {
        changed = false;
        for &b in cfg.rpo.iter().rev() {
            behind(f, b, &starts, &mut live);
            look.block(f, b, &mut live, |_| {});
            let start = &mut starts[b.0 as usize * row..][..row];
            if *start != live[..] {
                start.copy_from_slice(&live);
                changed = true;
            }
        }
    }
    for &b in &cfg.rpo {
        behind(f, b, &starts, &mut live);
        let mut unread = Vec::new();
        look.block(f, b, &mut live, |i| unread.push(i));
        if !unread.is_empty() {
            f.blocks[b].insts.retain(|i| !unread.contains(i));
        }
    }
}

/// What is live at the end of a block.
fn behind(f: &Func, b: Block, starts: &[u64], live: &mut [u64]) {
    live.fill(0);
    for t in f.blocks[b].term.targets() {
        let start = &starts[t.0 as usize * live.len()..];
        live.iter_mut().zip(start).for_each(|(l, s)| *l |= s);
    }
}

fn place(f: &Func, v: Value) -> Option<(Slot, u32)> {
    match f.def_inst(v)?.op {
        Op::SlotAddr(s, off) => Some((s, off)),
        _ => None,
    }
}

/// The slots whose addresses go nowhere.
fn own_slots(f: &Func) -> Vec<bool> {
    let mut own = vec![true; f.slots.len()];
    let mut given = |v: Value| {
        if let Some((s, _)) = place(f, v) {
            own[s.0 as usize] = false;
        }
    };
    for data in f.blocks.iter() {
        for &i in &data.insts {
            let d = &f.insts[i];
            d.args.iter().skip(addresses(&d.op)).for_each(|&a| given(a));
        }
        data.term.for_each_arg(&mut given);
    }
    // A panic looks at these whenever it comes.
    if let Some((mask, closures, _)) = f.open_defers {
        (own[mask.0 as usize], own[closures.0 as usize]) = (false, false);
    }
    own
}

/// The own slots that are accessed where recovery resumes, as bits.
fn resumed(f: &Func, own: &[bool]) -> Vec<u64> {
    let mut out = vec![0; own.len().div_ceil(64)];
    for i in after_recovery(f).into_iter().flat_map(|b| &f.blocks[b].insts) {
        for (s, _) in f.insts[*i].args.iter().filter_map(|&a| place(f, a)).filter(|p| own[p.0.0 as usize]) {
            out[s.0 as usize / 64] |= 1 << (s.0 % 64);
        }
    }
    out
}

/// What a store to the mask of open-coded defers says: whether any may be pending behind it.
fn arms(f: &Func, i: Inst) -> Option<bool> {
    let (mask, ..) = f.open_defers?;
    let d = &f.insts[i];
    let to_mask = matches!(d.op, Op::Store { .. }) && place(f, d.args[0]).is_some_and(|p| p.0 == mask);
    to_mask.then(|| f.as_const(d.args[1]) != Some(0))
}

/// Whether a deferred call may be pending where each block begins.
fn armed(f: &Func, cfg: &Cfg) -> IndexVec<Block, bool> {
    let always = f.defer_return.is_some() && f.open_defers.is_none();
    let mut starts = IndexVec::from(vec![always; f.blocks.len()]);
    if let Some(d) = f.defer_return {
        starts[d] = true;
    }
    let mut changed = f.open_defers.is_some();
    while changed {
        changed = false;
        for &b in &cfg.rpo {
            let end = f.blocks[b].insts.iter().rev().find_map(|&i| arms(f, i)).unwrap_or(starts[b]);
            for t in f.blocks[b].term.targets() {
                changed |= end && !std::mem::replace(&mut starts[t], true);
            }
        }
    }
    starts
}

struct Look {
    target: Target,
    own: Vec<bool>,
    armed: IndexVec<Block, bool>,
    resumed: Vec<u64>,
}

impl Look {
    /// From what is live at the end of a block to what is at its start; tells of stores that nothing reads.
    fn block(&self, f: &Func, b: Block, live: &mut [u64], mut unread: impl FnMut(Inst)) {
        let insts = &f.blocks[b].insts;
        let mut arming =
            insts.iter().enumerate().rev().filter_map(|(k, &i)| Some((k, arms(f, i)?))).peekable();
        for (k, &i) in insts.iter().enumerate().rev() {
            while arming.next_if(|a| a.0 >= k).is_some() {}
            let armed = arming.peek().map_or(self.armed[b], |a| a.1);
            let d = &f.insts[i];
            let at = |n: usize| place(f, d.args[n]).filter(|p| self.own[p.0.0 as usize]);
            let mut read = |s: Slot| live[s.0 as usize / 64] |= 1 << (s.0 % 64);
            let (to, bytes) = match d.op {
                Op::Load { .. } if at(0).is_some() => {
                    at(0).into_iter().for_each(|p| read(p.0));
                    continue;
                }
                Op::Store { off, .. } => {
                    (at(0).filter(|p| p.1 == 0 && off == 0), self.target.size(f.ty(d.args[1])))
                }
                Op::MemZero { size, .. } => (at(0).filter(|p| p.1 == 0), size),
                _ => (None, 0),
            };
            let stored = matches!(d.op, Op::Store { .. } | Op::MemZero { .. }).then(|| at(0)).flatten();
            if let Some((s, _)) = stored {
                let (word, bit) = (s.0 as usize / 64, 1 << (s.0 % 64));
                if live[word] & bit == 0 {
                    unread(i);
                } else if to.is_some() && bytes == f.slots[s].size {
                    live[word] &= !bit;
                }
                continue;
            }
            d.args
                .iter()
                .take(addresses(&d.op))
                .enumerate()
                .filter_map(|(n, _)| at(n))
                .for_each(|p| read(p.0));
            if armed && effect(&d.op) != Effect::Pure {
                live.iter_mut().zip(&self.resumed).for_each(|(l, r)| *l |= r);
            }
        }
    }
}
