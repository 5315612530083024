//! Gives each way that is counted for a fuzzer ([`Op::Edge`]) a byte of its own. Bodies were copied before: ways through one body differ with
//! the caller, and are counted if the caller's are.
use crate::{Op, Program, SymRef, Ty, op::Cc};

/// The pass, once for a program: the counters get their room too.
pub fn run(program: &mut Program) {
    let Some([counters, _]) = program.edges else { return };
    let mut count = 0;
    for f in program.funcs.iter_mut() {
        for b in f.blocks.ids().collect::<Vec<_>>() {
            if !f.blocks[b].insts.iter().any(|&i| matches!(f.insts[i].op, Op::Edge)) {
                continue;
            }
            for inst in std::mem::take(&mut f.blocks[b].insts) {
                if !matches!(f.insts[inst].op, Op::Edge) {
                    f.blocks[b].insts.push(inst);
                    continue;
                }
                if f.flags.uncounted {
                    continue;
                }
                let (pos, inl) = (f.insts[inst].pos, f.insts[inst].inl);
                let mut add = |op, args: &[_], results: &[Ty]| {
                    let i = f.push_inst(b, op, args, results, pos);
                    f.insts[i].inl = inl;
                    f.insts[i].results.first().copied()
                };
                let mut value = |op, args: &[_], ty| add(op, args, &[ty]).expect("it has a result");
                let at = value(Op::Sym(SymRef::Data(counters), count), &[], Ty::Ptr);
                let old = value(Op::Load { off: 0 }, &[at], Ty::I8);
                let (one, zero) = (value(Op::Iconst(1), &[], Ty::I8), value(Op::Iconst(0), &[], Ty::I8));
                // What has been at work never looks as if it had not: 1 follows 255.
                let next = value(Op::Add, &[old, one], Ty::I8);
                let over = value(Op::Icmp(Cc::Eq), &[next, zero], Ty::I8);
                let next = value(Op::Add, &[next, over], Ty::I8);
                add(Op::Store { off: 0, wb: false }, &[at, next], &[]);
                count += 1;
            }
        }
    }
    program.datas[counters].size = count as u64;
}
