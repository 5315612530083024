//! Methods of interfaces that can be one function only, as far as the whole program is known: the code that an itab would give is that
//! function. Lowering knows the types and says where ([`Program::known_code`]). Those that can be a few functions are left to the inliner.
use crate::{Op, Program, SymRef};

/// The pass.
pub fn run(program: &mut Program) {
    for (&f, loads) in program.known_code.iter_mut() {
        for (inst, funcs) in loads.iter().filter(|(_, funcs)| funcs.len() == 1) {
            let d = &mut program.funcs[f].insts[*inst];
            d.op = Op::Sym(SymRef::Func(funcs[0]), 0);
            d.args.clear();
        }
        loads.retain(|(_, funcs)| funcs.len() > 1);
    }
    program.known_code.retain(|_, loads| !loads.is_empty());
}

#[cfg(test)]
mod tests {
    use crate::{FuncId, Inst, Op, Program, target::for_all};

    /// A call through an itab whose entry is known is a direct call, behind the check that there is an itab.
    #[test]
    fn one_implementation() {
        let text = "sig0 = go (ptr) -> (word)\nsig1 = go (ptr, ptr) -> (word)\n\
                    func f0 \"f\" sig1\nb0(v0: ptr, v1: ptr):\nnilcheck v0\nv2: word = load v0 + 24\n\
                    v3: word = call code sig0(v2, v1)\nret v3\nend\n\
                    func f1 \"m\" sig0\nb0(v0: ptr):\nv1: word = iconst 7\nret v1\nend\n";
        for_all(|t| {
            let mut p: Program = crate::parse::program_for(t, text).unwrap_or_else(|e| panic!("{e}"));
            p.known_code.insert(FuncId(0), vec![(Inst(1), [FuncId(1)].into())]);
            super::run(&mut p);
            let mut f = p.funcs[FuncId(0)].clone();
            crate::passes::simplify::run(&crate::View::new(&p), &mut f);
            f.apply_aliases();
            crate::verify::func(&p, &f).unwrap_or_else(|e| panic!("{e:?}\n{f}"));
            let ops: Vec<&Op> = f.blocks.iter().flat_map(|b| &b.insts).map(|&i| &f.insts[i].op).collect();
            assert!(
                matches!(
                    ops[..],
                    [Op::NilCheck, Op::Call { callee: crate::op::Callee::Static(FuncId(1)), .. }]
                ),
                "{f}"
            );
        });
    }
}
