//! Which values of 32 bits are known to be extended with their sign in their registers of 64, on machines whose instructions leave and
//! want them so. What a call leaves and what a function gets is not: callers may have put anything above.
use super::Rules;
use ir::func::Term;
use ir::{Block, BlockCall, EntityId, Func, Ty, Value};

/// What an instruction leaves in the upper half of its result's register.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Upper {
    /// The sign.
    Sign,
    /// The sign, if its operands have it.
    Operands,
    /// Anything.
    Unknown,
}

/// A flag for each value. Parameters of blocks are what all jumps there pass: believed until the opposite is found.
pub fn extended<M: Rules>(f: &Func, rpo: &[Block]) -> Vec<bool> {
    let mut all = vec![false; f.values.len()];
    if !M::SIGN_EXTENDS || f.values.iter().all(|v| v.ty != Ty::I32) {
        return all;
    }
    let word = |v: Value| f.ty(v) == Ty::I32;
    let mut depend = Vec::new();
    for &b in rpo {
        if b != Block(0) {
            f.blocks[b].params.iter().for_each(|p| all[p.index()] = true);
        }
        for &i in &f.blocks[b].insts {
            let d = &f.insts[i];
            let upper = M::upper(d);
            d.results.iter().for_each(|r| all[r.index()] = upper != Upper::Unknown);
            if upper == Upper::Operands && d.results.iter().any(|&r| word(r)) {
                depend.push(d);
            }
        }
    }
    loop {
        let mut changed = false;
        let mut lose = |all: &mut Vec<bool>, v: Value| changed |= std::mem::take(&mut all[v.index()]);
        for d in &depend {
            if d.args.iter().any(|&a| word(a) && !all[a.index()]) {
                d.results.iter().for_each(|&r| lose(&mut all, r));
            }
        }
        let mut edge = |all: &mut Vec<bool>, to: &BlockCall| {
            for (&p, a) in f.blocks[to.block].params.iter().zip(&to.args) {
                if !all[a.index()] {
                    lose(all, p);
                }
            }
        };
        for &b in rpo {
            match &f.blocks[b].term {
                Term::Jump(to) => edge(&mut all, to),
                Term::Br { then, els, .. } => {
                    edge(&mut all, then);
                    edge(&mut all, els);
                }
                _ => {}
            }
        }
        if !changed {
            return all;
        }
    }
}
