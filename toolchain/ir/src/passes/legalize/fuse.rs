//! Multiply-adds: a product goes into a sum or difference unrounded where the target's row says that Go does so there
//! ([`reflect::arch::Fused`]). The product may have other users, which get it rounded. What an explicit conversion has marked
//! ([`Op::FRound`]) is left alone; the marks go.
use crate::{Func, Inst, Op, Value, ValueDef, View};
use reflect::arch::Fused;

/// The factors of a product, and whether its opposite is meant.
fn product(f: &Func, v: Value, negated: bool) -> Option<(Value, Value, bool)> {
    let ValueDef::Inst(i, _) = f.values[v].def else { return None };
    let d = &f.insts[i];
    match d.op {
        Op::FMul => Some((d.args[0], d.args[1], false)),
        Op::FNeg if negated => product(f, d.args[0], false).map(|(x, y, _)| (x, y, true)),
        _ => None,
    }
}

/// Works on one function.
pub fn run(view: &View, f: &mut Func) {
    let (left_first, negated) = match view.target().fused {
        Fused::None => return,
        Fused::Left => (true, false),
        Fused::Right => (false, false),
        Fused::RightOrNegated => (false, true),
    };
    let mut rounds = Vec::new();
    for b in f.blocks.ids() {
        let mut out: Vec<Inst> = Vec::with_capacity(f.blocks[b].insts.len());
        for i in std::mem::take(&mut f.blocks[b].insts) {
            if f.insts[i].op == Op::FRound {
                rounds.push((f.insts[i].results[0], f.insts[i].args[0]));
                continue;
            }
            let minus = f.insts[i].op == Op::FSub;
            if minus || f.insts[i].op == Op::FAdd {
                let (x, y) = (f.insts[i].args[0], f.insts[i].args[1]);
                let on_left = |f: &Func| product(f, x, negated).map(|p| (p, y, minus));
                let on_right =
                    |f: &Func| product(f, y, negated).map(|(a, b, neg)| ((a, b, neg != minus), x, false));
                let found = match left_first {
                    true if minus => on_left(f),
                    true => on_left(f).or_else(|| on_right(f)),
                    false => on_right(f).or_else(|| on_left(f)),
                };
                if let Some(((a, b, opposite), sum, negate_sum)) = found {
                    let mut neg = |f: &mut Func, v: Value, wanted: bool| {
                        if !wanted {
                            return v;
                        }
                        let (ty, pos, inl) = (f.ty(v), f.insts[i].pos, f.insts[i].inl);
                        let n = f.make_inst(Op::FNeg, &[v], &[ty], pos);
                        f.insts[n].inl = inl;
                        out.push(n);
                        f.insts[n].results[0]
                    };
                    let a = neg(f, a, opposite);
                    let sum = neg(f, sum, negate_sum);
                    f.insts[i].op = Op::Fma;
                    f.insts[i].args = [a, b, sum].into_iter().collect();
                }
            }
            out.push(i);
        }
        f.blocks[b].insts = out;
    }
    for (mark, v) in rounds {
        f.alias(mark, v);
    }
}
