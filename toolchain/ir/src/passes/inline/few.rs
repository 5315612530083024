//! Calls through an interface whose method can be a few functions only, all of them small: the function is asked for by its address, and
//! each call that this leaves is one that can be replaced by the body. The last function is not asked for: there is no other.
use super::{BUDGET, Inliner};
use crate::{Block, BlockCall, Func, FuncId, Op, SymRef, Term, Ty, Value, op::Callee, op::Cc};
use smallvec::SmallVec;
use std::sync::Arc;

/// What all bodies together may cost.
const ALL_BUDGET: u32 = 4 * BUDGET;

impl Inliner<'_> {
    /// Puts calls of the functions that it can be in place of the `k`th instruction of `b`, a call of code. Returns the blocks that are to be
    /// looked at: those with the calls, and the one with the rest of `b`.
    pub(super) fn few(&self, f: &mut Func, id: FuncId, b: Block, k: usize) -> Option<Vec<Block>> {
        let call = f.blocks[b].insts[k];
        let code = f.resolve(f.insts[call].args[0]);
        let funcs = self.known_targets(f, id, code).filter(|funcs| self.all_small(f, b, id, funcs))?;
        let (args, results) = (f.insts[call].args[1..].to_vec(), f.insts[call].results.clone());
        let (pos, inl, cold) = (f.insts[call].pos, f.insts[call].inl, f.blocks[b].cold);
        let Op::Call { sig, .. } = f.insts[call].op else { return None };
        let rest = super::copy::split(f, b, k, &results);
        let tys: Vec<Ty> = f.blocks[rest].params.iter().map(|&p| f.ty(p)).collect();
        let mut blocks = vec![rest];
        let mut ask = b;
        let emit = |f: &mut Func, ask, op, args: &[Value], ty| {
            let i = f.push_inst(ask, op, args, &[ty], pos);
            f.insts[i].inl = inl;
            f.insts[i].results[0]
        };
        for (n, &func) in funcs.iter().enumerate() {
            let block = match n + 1 == funcs.len() {
                true => ask,
                false => {
                    let [yes, no] = [f.new_block(), f.new_block()];
                    f.blocks[yes].cold = cold;
                    f.blocks[no].cold = cold;
                    let sym = Op::Sym(SymRef::Func(func), 0);
                    let addr = emit(f, ask, sym, &[], f.ty(code));
                    let same = emit(f, ask, Op::Icmp(Cc::Eq), &[code, addr], Ty::I8);
                    let to = |block| BlockCall { block, args: SmallVec::new() };
                    f.blocks[ask].term = Term::Br { cond: same, then: to(yes), els: to(no), likely: None };
                    f.blocks[ask].term_pos = pos;
                    ask = no;
                    yes
                }
            };
            let call = f.push_inst(block, Op::Call { callee: Callee::Static(func), sig }, &args, &tys, pos);
            f.insts[call].inl = inl;
            let args = f.insts[call].results.iter().copied().collect();
            f.blocks[block].term = Term::Jump(BlockCall { block: rest, args });
            f.blocks[block].term_pos = pos;
            blocks.push(block);
        }
        Some(blocks)
    }

    /// The functions that a value can be, a method's code loaded from an itab.
    fn known_targets(&self, f: &Func, id: FuncId, code: Value) -> Option<Arc<[FuncId]>> {
        let crate::ValueDef::Inst(load, _) = f.values[code].def else { return None };
        let mut loads = self.program.known_code.get(&id)?.iter();
        let (_, funcs) = loads.find(|(inst, _)| *inst == load)?;
        matches!(f.insts[load].op, Op::Load { .. }).then(|| funcs.clone())
    }

    /// Whether the bodies of all functions are worth their copies.
    fn all_small(&self, f: &Func, b: Block, id: FuncId, funcs: &[FuncId]) -> bool {
        let mut sum = 0;
        let small = funcs.iter().all(|&func| {
            self.costs[func].as_ref().is_some_and(|cost| {
                sum += cost.body;
                func != id && cost.body <= cost.budget()
            })
        });
        small
            && sum <= ALL_BUDGET
            && !f.blocks[b].cold
            && f.insts.len() < super::MAX_CALLER
            && (!f.flags.nosplit || funcs.iter().all(|&func| self.program.funcs[func].flags.nosplit))
    }
}

#[cfg(test)]
mod tests {
    use crate::passes::{Options, inline};
    use crate::{FuncId, Inst, Op, Program, target::for_all};

    /// Two methods: one comparison, no call.
    #[test]
    fn two() {
        let text = "sig0 = go (ptr) -> (word)\nsig1 = go (ptr, ptr) -> (word)\n\
                    func f0 \"f\" sig1\nb0(v0: ptr, v1: ptr):\nv2: word = load v0 + 24\n\
                    v3: word = call code sig0(v2, v1)\nret v3\nend\n\
                    func f1 \"m\" sig0\nb0(v0: ptr):\nv1: word = iconst 7\nret v1\nend\n\
                    func f2 \"n\" sig0\nb0(v0: ptr):\nv1: word = load v0 + 0\nret v1\nend\n";
        for_all(|t| {
            let mut p: Program = crate::parse::program_for(t, text).unwrap_or_else(|e| panic!("{e}"));
            p.known_code.insert(FuncId(0), vec![(Inst(0), [FuncId(1), FuncId(2)].into())]);
            inline::run(&mut p, &Options::default(), &mut Vec::new());
            let f = &p.funcs[FuncId(0)];
            crate::verify::func(&p, f).unwrap_or_else(|e| panic!("{e:?}\n{f}"));
            let count = |is: fn(&Op) -> bool| {
                f.blocks.iter().flat_map(|b| &b.insts).filter(|&&i| is(&f.insts[i].op)).count()
            };
            assert_eq!(count(|op| matches!(op, Op::Call { .. })), 0, "{f}");
            assert_eq!(count(|op| matches!(op, Op::Icmp(_))), 1, "{f}");
            assert_eq!(count(|op| matches!(op, Op::Load { .. })), 2, "{f}");
        });
    }
}
