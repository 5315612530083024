//! Jump threading: a block that does nothing but branch is skipped where its condition is known: one of its parameters that is a constant there,
//! or what a branch on the way there was about. `a && b`, and functions of that kind once they are inlined, make such blocks.
//!
//! Headers of loops are left alone: a jump past one would enter the loop in its middle. So are blocks whose parameters are used elsewhere: they
//! would not dominate these uses any more.
use crate::{Block, BlockCall, Func, Op, Term, Value, ValueDef, analysis::cfg::Cfg};

/// Skips what can be skipped; whether there was anything.
pub fn run(f: &mut Func) -> bool {
    let cfg = Cfg::new(f);
    let found: Vec<(Block, On)> =
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
    // Of the graph as it is before anything is skipped.
    let before = |&(b, on): &(Block, On)| {
        let decided = |&p: &Block| if let On::Value(v) = on { decided(f, &cfg, v, p) } else { None };
        cfg.preds[b].iter().map(decided).collect::<Vec<_>>()
    };
    let before: Vec<Vec<Option<bool>>> = found.iter().map(before).collect();
    let mut changed = false;
    for ((b, on), before) in found.into_iter().zip(before) {
        let mut before = before.into_iter();
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
            let before = before.next().flatten();
            let mut term = std::mem::replace(&mut f.blocks[p].term, Term::None);
            let own = if let Term::Br { cond, .. } = &term { Some(f.resolve(*cond)) } else { None };
            let mut first = true;
            term.for_each_call_mut(|call| {
                // The first of a branch is where it is true.
                let side = std::mem::replace(&mut first, false);
                if call.block != b {
                    return;
                }
                let known = match on {
                    On::Param(k) => f.as_const(call.args[k]).map(|c| c & 0xff != 0),
                    On::Value(v) if own == Some(v) => Some(side),
                    On::Value(_) => before,
                };
                let Some(yes) = known else { return };
                let to = if yes { &then } else { &els };
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

/// What a block branches on.
#[derive(Clone, Copy)]
enum On {
    /// Its parameter of this number.
    Param(usize),
    /// A value from elsewhere.
    Value(Value),
}

/// So many blocks in front of one are looked at.
const NEAR: usize = 8;

/// What the branches on the only way to a block's end say of a condition.
fn decided(f: &Func, cfg: &Cfg, cond: Value, mut b: Block) -> Option<bool> {
    for _ in 0..NEAR {
        let [p] = cfg.preds[b][..] else { return None };
        if let Term::Br { cond: c, then, els, .. } = &f.blocks[p].term
            && f.resolve(*c) == cond
            && then.block != els.block
        {
            return Some(then.block == b);
        }
        b = p;
    }
    None
}

/// What the block branches on, if it does nothing else.
fn switchboard(f: &Func, cfg: &Cfg, b: Block) -> Option<On> {
    let data = &f.blocks[b];
    let Term::Br { cond, then, els, .. } = &data.term else { return None };
    let cond = f.resolve(*cond);
    let on = match f.values[cond].def {
        ValueDef::Param(home, k) if home == b => On::Param(k as usize),
        _ => On::Value(cond),
    };
    let empty =
        data.insts.iter().all(|&i| matches!(f.insts[i].op, Op::KeepAlive) && f.insts[i].args.is_empty());
    let header = cfg.preds[b].iter().any(|&p| cfg.rpo_index[p] >= cfg.rpo_index[b]);
    let itself = then.block == b || els.block == b;
    (empty && !header && !itself && f.roots().all(|r| r != b)).then_some(on)
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
    fn conditions_that_a_branch_before_was_about() {
        // if x < y && y < 3 { return x }; if x < y { return 3 }; return y
        let twice = |second: &str| {
            format!(
                "v2: i8 = icmp.slt v0, v1\nbr v2, b1, b3\n\
                 b1:\nv3: word = iconst 3\nv4: i8 = icmp.slt v1, v3\nbr v4, b2, b3\n\
                 b2:\nret v0\n\
                 b3:\n{second}b4:\nv5: word = iconst 3\nret v5\nb5:\nret v1"
            )
        };
        assert_eq!(branches(&twice("br v2, b4, b5\n")), 2);
        // What does something else as well stays.
        assert_eq!(
            branches(&twice("store v1, v0 + 0\nbr v2, b4, b5\n").replace("store v1, v0 + 0", "spinhint")),
            3
        );
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
