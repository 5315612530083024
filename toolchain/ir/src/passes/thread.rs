//! Jump threading: a block that only branches on one of its parameters is skipped where the parameter is a constant. `a && b`, and functions
//! of that kind once they are inlined, make such blocks.
//!
//! Headers of loops are left alone: a jump past one would enter the loop in its middle. So are blocks whose parameters are used elsewhere: they
//! would not dominate these uses any more.
use crate::{Block, BlockCall, Func, Op, Term, Value, ValueDef, analysis::cfg::Cfg};

/// Skips what can be skipped; whether there was anything.
pub fn run(f: &mut Func) -> bool {
    let cfg = Cfg::new(f);
    let found: Vec<(Block, usize)> =
        cfg.rpo.iter().filter_map(|&b| Some((b, switchboard(f, &cfg, b)?))).collect();
    if found.is_empty() {
        return false;
    }
    let mut uses = vec![0u32; f.values.len()];
    for block in f.blocks.iter() {
        for &i in &block.insts {
            f.insts[i].args.iter().for_each(|&a| uses[f.resolve(a).0 as usize] += 1);
        }
        block.term.for_each_arg(|a| uses[f.resolve(a).0 as usize] += 1);
    }
    let mut changed = false;
    for (b, k) in found {
        let mut own = vec![0u32; f.blocks[b].params.len()];
        f.blocks[b].term.for_each_arg(|a| {
            let a = f.resolve(a);
            if let Some(n) = f.blocks[b].params.iter().position(|&p| p == a) {
                own[n] += 1;
            }
        });
        if f.blocks[b].params.iter().zip(&own).any(|(p, &n)| uses[p.0 as usize] != n) {
            continue;
        }
        let Term::Br { then, els, .. } = f.blocks[b].term.clone() else { continue };
        let params = f.blocks[b].params.clone();
        for &p in &cfg.preds[b] {
            let mut term = std::mem::replace(&mut f.blocks[p].term, Term::None);
            term.for_each_call_mut(|call| {
                if call.block != b {
                    return;
                }
                let Some(c) = f.as_const(call.args[k]) else { return };
                let to = if c & 0xff != 0 { &then } else { &els };
                let given = |v: Value| {
                    let v = f.resolve(v);
                    params.iter().position(|&q| q == v).map_or(v, |n| f.resolve(call.args[n]))
                };
                let args = to.args.iter().map(|&v| given(v)).collect();
                *call = BlockCall { block: to.block, args };
                changed = true;
            });
            f.blocks[p].term = term;
        }
    }
    changed
}

/// The parameter that the block branches on, if it does nothing else.
fn switchboard(f: &Func, cfg: &Cfg, b: Block) -> Option<usize> {
    let data = &f.blocks[b];
    let Term::Br { cond, then, els, .. } = &data.term else { return None };
    let ValueDef::Param(home, k) = f.values[f.resolve(*cond)].def else { return None };
    let empty =
        data.insts.iter().all(|&i| matches!(f.insts[i].op, Op::KeepAlive) && f.insts[i].args.is_empty());
    let header = cfg.preds[b].iter().any(|&p| cfg.rpo_index[p] >= cfg.rpo_index[b]);
    let itself = then.block == b || els.block == b;
    (home == b && empty && !header && !itself && f.roots().all(|r| r != b)).then_some(k as usize)
}

#[cfg(test)]
mod tests {
    use crate::{FuncId, Program, Target, Term, interp::Interp, passes, target::for_all};

    /// Runs the pass and `simplify` on `f0`; the number of branches that are left, with the same results.
    fn branches(body: &str) -> usize {
        for_all(|t| branches_for(t, body))
    }
    fn branches_for(t: Target, body: &str) -> usize {
        let text = format!(
            "sig0 = go (word, word) -> (word)\nfunc f0 \"f\" sig0\nb0(v0: word, v1: word):\n{body}\nend\n"
        );
        let mut p: Program = crate::parse::program_for(t, &text).unwrap_or_else(|e| panic!("{e}\n{text}"));
        let call = |p: &Program| -> Vec<_> {
            let args = [[1, 2], [2, 1], [2, 2], [9, 1]];
            args.iter().map(|a| Interp::new(p, 1000).call(FuncId(0), a, 0)).collect()
        };
        let before = call(&p);
        let mut f = p.funcs[FuncId(0)].clone();
        super::run(&mut f);
        f.apply_aliases();
        crate::verify::func(&p, &f).unwrap_or_else(|e| panic!("{e:?}\n{f}"));
        passes::simplify::run(&crate::View::new(&p), &mut f);
        f.apply_aliases();
        crate::verify::func(&p, &f).unwrap_or_else(|e| panic!("{e:?}\n{f}"));
        let n = f.blocks.iter().filter(|b| matches!(b.term, Term::Br { .. })).count();
        p.funcs[FuncId(0)] = f;
        assert_eq!(before, call(&p));
        n
    }

    #[test]
    fn conditions_that_are_known_on_the_way() {
        // if x < y && y < 3 { return x } return y, with what is returned as an argument
        let and = "v2: i8 = icmp.slt v0, v1\nv3: i8 = iconst 0\nbr v2, b1, b2(v3, v1)\n\
                   b1:\nv4: word = iconst 3\nv5: i8 = icmp.slt v1, v4\njump b2(v5, v0)\n\
                   b2(v6: i8, v7: word):\nbr v6, b3(v7), b4\n\
                   b3(v8: word):\nret v8\nb4:\nret v1";
        assert_eq!(branches(and), 2);
        // A bool that is made by a branch.
        let made = "v2: i8 = icmp.slt v0, v1\nv3: i8 = iconst 0\nv4: i8 = iconst 1\nbr v2, b1(v4), b1(v3)\n\
                    b1(v6: i8):\nbr v6, b2, b3\nb2:\nret v0\nb3:\nret v1";
        assert_eq!(branches(made), 1);
    }

    #[test]
    fn a_bool_compared_with_true() {
        // switch true { case x < y: }
        let case = "v2: i8 = icmp.slt v0, v1\nv3: i8 = iconst 1\nv4: i8 = xor v3, v2\nv5: i8 = xor v4, v3\nbr v5, b1, b2\n\
                    b1:\nret v0\nb2:\nret v1";
        let p: Program = {
            let text = format!(
                "sig0 = go (word, word) -> (word)\nfunc f0 \"f\" sig0\nb0(v0: word, v1: word):\n{case}\nend\n"
            );
            crate::parse::program(&text).unwrap_or_else(|e| panic!("{e}\n{text}"))
        };
        let mut f = p.funcs[FuncId(0)].clone();
        passes::simplify::run(&crate::View::new(&p), &mut f);
        f.apply_aliases();
        assert!(!f.to_string().contains("xor"), "{f}");
        assert_eq!(branches(case), 1);
    }

    #[test]
    fn a_parameter_used_behind_the_branch() {
        let used = "v2: i8 = icmp.slt v0, v1\nv3: i8 = iconst 0\nbr v2, b1, b2(v3, v1)\n\
                    b1:\nv4: word = iconst 3\nv5: i8 = icmp.slt v1, v4\njump b2(v5, v0)\n\
                    b2(v6: i8, v7: word):\nbr v6, b3, b4\n\
                    b3:\nret v7\nb4:\nret v1";
        assert_eq!(branches(used), 2);
    }
}
