//! What copying a body costs, and what a caller that knows an argument saves.
use super::{BUDGET, CALL_COST, LEAF_BUDGET, MAKER_BUDGET};
use crate::analysis::cfg::Cfg;
use crate::{Block, BlockCall, Func, Op, Program, SigId, Term, Ty, Value, func::Body, op::Callee};
use rustc_hash::FxHashMap;

/// The largest cost that is counted.
const MOST: u32 = 12 * BUDGET;

/// A body as a callee.
pub struct Cost {
    /// Instructions, calls counted several times.
    pub body: u32,
    /// Whether it calls nothing and allocates nothing.
    pub leaf: bool,
    /// Whether it has a loop.
    pub loops: bool,
    /// Whether it returns the address of an object that it makes.
    pub maker: bool,
    /// What is done with each parameter.
    pub params: Vec<Use>,
}

impl Cost {
    /// What the body may cost to be copied where nothing else is known.
    pub fn budget(&self) -> u32 {
        match () {
            _ if self.maker => MAKER_BUDGET,
            _ if self.leaf => LEAF_BUDGET,
            _ => BUDGET,
        }
    }
}

/// Whether an object that the function makes may be what it returns: as it is, a part of it, or what a call returns that was given it, such as
/// a string in a buffer.
fn maker(f: &Func) -> bool {
    let mut made = vec![false; f.values.len()];
    let mut returned = false;
    // Again for loops; what more rounds would find is of no matter.
    for _ in 0..2 {
        for block in f.blocks.iter() {
            for &i in &block.insts {
                let d = &f.insts[i];
                let makes = match d.op {
                    Op::New { .. } => true,
                    Op::PtrAdd | Op::Select | Op::Call { .. } => {
                        d.args.iter().any(|&a| made[f.resolve(a).0 as usize])
                    }
                    _ => false,
                };
                for &r in d.results.iter().filter(|&&r| makes && f.ty(r) == Ty::Ptr) {
                    made[r.0 as usize] = true;
                }
            }
            let mut jump = |to: &BlockCall| {
                for (&p, &a) in f.blocks[to.block].params.iter().zip(&to.args) {
                    made[p.0 as usize] |= made[f.resolve(a).0 as usize];
                }
            };
            match &block.term {
                Term::Jump(to) => jump(to),
                Term::Br { then, els, .. } => {
                    jump(then);
                    jump(els);
                }
                Term::Ret(args) => returned |= args.iter().any(|&a| made[f.resolve(a).0 as usize]),
                _ => {}
            }
        }
    }
    returned
}

/// What a parameter is worth to a caller that knows what it is.
#[derive(Clone, Copy, Default)]
pub struct Use {
    /// It is a func value that is called.
    pub called: bool,
    /// What a constant saves: comparisons and the branches on them.
    pub decides: u32,
}

/// What parameters are used for.
fn uses(f: &Func) -> Vec<Use> {
    let params = &f.blocks[Block(0)].params;
    let mut uses = vec![Use::default(); params.len()];
    let at: FxHashMap<Value, usize> = params.iter().enumerate().map(|(i, &v)| (v, i)).collect();
    let of = |v: Value| at.get(&f.resolve(v)).copied();
    for block in f.blocks.iter() {
        for &i in &block.insts {
            let d = &f.insts[i];
            match d.op {
                Op::Call { callee: Callee::Closure, .. } => {
                    of(d.args[0]).into_iter().for_each(|p| uses[p].called = true);
                }
                Op::Icmp(_) if f.as_const(d.args[1]).is_some() => {
                    of(d.args[0]).into_iter().for_each(|p| uses[p].decides += 2);
                }
                _ => {}
            }
        }
        match &block.term {
            Term::Br { cond, .. } => of(*cond).into_iter().for_each(|p| uses[p].decides += 1),
            Term::Switch { value, cases, .. } => {
                of(*value).into_iter().for_each(|p| uses[p].decides += cases.len() as u32);
            }
            _ => {}
        }
    }
    uses
}

/// Whether no argument or result is in memory, where a function that jumps to another has its own.
pub fn in_registers(program: &Program, sig: SigId) -> bool {
    let sig = &program.sigs[sig];
    sig.params.iter().chain(&sig.results).all(|p| p.leaves.is_some())
}

/// What copying the body costs; none if it must not be copied.
pub fn cost(program: &Program, f: &Func) -> Option<Cost> {
    let fl = &f.flags;
    if fl.noinline
        || fl.has_defer
        || fl.has_recover
        || fl.systemstack
        || fl.topframe
        || fl.uintptrescapes
        || fl.deferreturn
    {
        return None;
    }
    if f.defer_return.is_some() || f.open_defers.is_some() || !matches!(f.body, Body::Ssa) {
        return None;
    }
    let (mut sum, mut leaf) = (0, true);
    for block in f.blocks.iter() {
        let share = |n: u32| if block.cold { n.div_ceil(4) } else { n };
        leaf &= !matches!(block.term, Term::TailCall { .. });
        for &i in &block.insts {
            leaf &= !matches!(f.insts[i].op, Op::Call { .. } | Op::New { .. });
            sum += match &f.insts[i].op {
                Op::GetCallerPc | Op::GetCallerSp => return None,
                Op::Iconst(_)
                | Op::Fconst(_)
                | Op::SlotAddr(..)
                | Op::Sym(..)
                | Op::KeepAlive
                | Op::Escape
                | Op::Edge
                | Op::Trunc
                | Op::Bitcast
                | Op::NilCheck => 0,
                Op::Call { .. } => share(CALL_COST),
                Op::New { .. } => share(4),
                Op::MemCopy { .. } | Op::MemZero { .. } => 2,
                _ => 1,
            };
        }
        match &block.term {
            Term::TailCall { callee: Callee::Static(_), sig, .. } if in_registers(program, *sig) => {
                sum += CALL_COST;
            }
            Term::TailCall { .. } => return None,
            Term::Switch { cases, .. } => sum += cases.len() as u32,
            Term::Br { .. } => sum += 1,
            _ => {}
        }
        if sum > MOST {
            return None;
        }
    }
    let cfg = Cfg::new(f);
    let back = |&b: &Block| cfg.preds[b].iter().any(|&p| cfg.rpo_index[p] >= cfg.rpo_index[b]);
    let loops = cfg.rpo.iter().any(back);
    Some(Cost { body: sum, leaf, loops, maker: maker(f), params: uses(f) })
}
