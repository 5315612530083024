//! Calls through an interface, or of a func value, of which a profile knows what they were most often: that function is asked for by its
//! address and called, and its body perhaps copied, before the call that it was. Func values with captures are not asked for.
use super::Inliner;
use crate::analysis::cfg::Cfg;
use crate::op::{Callee, Cc};
use crate::profile::{Profile, shown};
use crate::{
    Block, BlockCall, DataId, Func, FuncId, IndexVec, Inst, Op, Program, SymRef, Term, Ty, Value, func::Body,
};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use std::sync::Arc;
use syntax::Sym;

/// A profile, and the program's functions as it names them.
pub struct Hot {
    profile: Arc<Profile>,
    /// Each function's shown name; a wrapper's is that of the function behind it, for which it has no call any more once it is inlined.
    names: IndexVec<FuncId, Sym>,
    /// What is called by this name in a profile: the function, and wrappers for it.
    by_name: FxHashMap<Sym, Vec<FuncId>>,
    /// Func values without captures.
    values: FxHashMap<FuncId, DataId>,
}

impl Hot {
    pub fn new(program: &Program, profile: Arc<Profile>) -> Hot {
        let name = |id| Sym::new(&shown(program.funcs[behind(program, id)].name.as_str()));
        let names: IndexVec<FuncId, Sym> = program.funcs.ids().map(name).collect::<Vec<_>>().into();
        let mut by_name: FxHashMap<Sym, Vec<FuncId>> = FxHashMap::default();
        for (id, _) in program.funcs.iter_enumerated().filter(|(_, f)| matches!(f.body, Body::Ssa)) {
            by_name.entry(names[id]).or_default().push(id);
        }
        let values = program.datas.ids().filter_map(|d| Some((program.func_value(d)?, d))).collect();
        Hot { profile, names, by_name, values }
    }

    /// Whether a call by an instruction of `f` is hot, if it is of this function.
    pub fn has(&self, f: &Func, call: Inst, callee: FuncId) -> bool {
        self.profile.is_hot(f, call, self.names[callee])
    }

    /// The only function of that name that such a call can be; of an interface's methods those come first that wrap one of a value.
    fn target(&self, program: &Program, name: Sym, fits: impl Fn(FuncId) -> bool) -> Option<FuncId> {
        let fits = self.by_name.get(&name)?.iter().copied().filter(|&id| fits(id));
        let (wrappers, others): (Vec<_>, Vec<_>) = fits.partition(|&id| program.funcs[id].flags.wrapper);
        match (&wrappers[..], &others[..]) {
            (&[one], _) | (&[], &[one]) => Some(one),
            _ => None,
        }
    }

    /// The function that was called most by an instruction of `f`, and what its address is known by.
    fn choice(&self, program: &Program, f: &Func, call: Inst) -> Option<(FuncId, SymRef)> {
        let Op::Call { sig, callee } = f.insts[call].op else { return None };
        let closure = match callee {
            Callee::Closure => true,
            Callee::Code => false,
            _ => return None,
        };
        let name = self.profile.hottest(f, call)?;
        let target = self.target(program, name, |id| {
            let own = &program.funcs[id];
            own.sig == sig && own.name != f.name && (!closure || self.values.contains_key(&id))
        })?;
        let value = || SymRef::Data(self.values[&target]);
        Some((target, if closure { value() } else { SymRef::Func(target) }))
    }

    /// What a function may come to call directly.
    pub fn targets(&self, program: &Program, id: FuncId) -> Vec<FuncId> {
        let f = &program.funcs[id];
        let insts = f.blocks.iter().flat_map(|b| &b.insts);
        insts.filter_map(|&i| Some(self.choice(program, f, i)?.0)).collect()
    }
}

impl Inliner<'_> {
    /// Asks, in place of the `k`th instruction of `b`, for what was called most there. Returns the blocks that are to be looked at: that with the
    /// direct call, and the one with the rest of `b`.
    pub(super) fn hottest(&self, f: &mut Func, b: Block, k: usize) -> Option<Vec<Block>> {
        let hot = self.hot?;
        let call = f.blocks[b].insts[k];
        if f.flags.nosplit || f.blocks[b].cold || f.insts.len() >= super::MAX_CALLER {
            return None;
        }
        let (target, symbol) = hot.choice(self.program, f, call)?;
        let Op::Call { sig, .. } = f.insts[call].op else { return None };
        let value = f.resolve(f.insts[call].args[0]);
        if asked(f, b, value, symbol) {
            return None;
        }
        let (args, results) = (f.insts[call].args.clone(), f.insts[call].results.clone());
        let (op, pos, inl) = (f.insts[call].op.clone(), f.insts[call].pos, f.insts[call].inl);
        let rest = super::copy::split(f, b, k, &results);
        let tys: Vec<Ty> = f.blocks[rest].params.iter().map(|&p| f.ty(p)).collect();
        let [direct, other] = [f.new_block(), f.new_block()];
        let emit = |f: &mut Func, block, op, args: &[Value], tys: &[Ty]| {
            let i = f.push_inst(block, op, args, tys, pos);
            f.insts[i].inl = inl;
            f.insts[i].results.clone()
        };
        let address = emit(f, b, Op::Sym(symbol, 0), &[], &[f.ty(value)])[0];
        let same = emit(f, b, Op::Icmp(Cc::Eq), &[value, address], &[Ty::I8])[0];
        let to = |block| BlockCall { block, args: SmallVec::new() };
        f.blocks[b].term = Term::Br { cond: same, then: to(direct), els: to(other), likely: Some(true) };
        f.blocks[b].term_pos = pos;
        let known = Op::Call { callee: Callee::Static(target), sig };
        for (block, op, args) in [(direct, known, &args[1..]), (other, op, &args[..])] {
            let results = emit(f, block, op, args, &tys);
            f.blocks[block].term =
                Term::Jump(BlockCall { block: rest, args: results.iter().copied().collect() });
            f.blocks[block].term_pos = pos;
        }
        Some(vec![direct, rest])
    }
}

/// The function that a profile sees: what a wrapper is for.
fn behind(program: &Program, mut id: FuncId) -> FuncId {
    // A wrapper's callee may be one, of an embedded field's method; not for ever.
    for _ in 0..8 {
        let f = &program.funcs[id];
        if !f.flags.wrapper && !f.flags.abiwrapper {
            break;
        }
        let mut called = f.blocks.iter().flat_map(|b| {
            let jump = match &b.term {
                Term::TailCall { callee: Callee::Static(c), .. } => Some(*c),
                _ => None,
            };
            let calls = b.insts.iter().filter(|_| !b.cold).filter_map(|&i| match f.insts[i].op {
                Op::Call { callee: Callee::Static(c), .. } => Some(c),
                _ => None,
            });
            calls.chain(jump)
        });
        match called.find(|&c| !program.funcs[c].flags.noreturn && c != id) {
            Some(callee) => id = callee,
            None => break,
        }
    }
    id
}

/// Whether `b` is only reached where `value` was asked for that symbol, and was another.
fn asked(f: &Func, b: Block, value: Value, symbol: SymRef) -> bool {
    let cfg = Cfg::new(f);
    let mut at = b;
    // As far as there is one way.
    for _ in 0..16 {
        let [before] = cfg.preds[at][..] else { return false };
        if let Term::Br { cond, then, els, .. } = &f.blocks[before].term
            && let Some(question) = f.def_inst(*cond)
            && let (Op::Icmp(cc @ (Cc::Eq | Cc::Ne)), [x, y]) = (&question.op, &question.args[..])
        {
            let is_symbol =
                |v: Value| matches!(f.def_inst(v).map(|d| &d.op), Some(Op::Sym(s, 0)) if *s == symbol);
            let no = if *cc == Cc::Eq { els.block } else { then.block };
            let [x, y] = [*x, *y].map(|v| f.resolve(v));
            if no == at && (x == value && is_symbol(y) || y == value && is_symbol(x)) {
                return true;
            }
        }
        at = before;
    }
    false
}

#[cfg(test)]
mod tests {
    use crate::passes::{Options, inline};
    use crate::profile::{Profile, Site};
    use crate::{Op, Program, op::Callee, target::for_all};
    use std::sync::Arc;
    use syntax::Sym;

    fn calls(p: &Program) -> (usize, usize) {
        let f = &p.funcs[crate::FuncId(0)];
        crate::verify::func(p, f).unwrap_or_else(|e| panic!("{e:?}\n{f}"));
        let count = |direct: bool| {
            let is = |op: &Op| match op {
                Op::Call { callee, .. } => matches!(callee, Callee::Static(_)) == direct,
                _ => false,
            };
            f.blocks.iter().flat_map(|b| &b.insts).filter(|&&i| is(&f.insts[i].op)).count()
        };
        (count(true), count(false))
    }

    /// The method that was called, and the function behind a func value, are asked for once; both are small, and become part of their caller.
    #[test]
    fn hottest() {
        let text = "sig0 = go (ptr) -> (word)\nsig1 = go (ptr, ptr) -> (word)\n\
                    func f0 \"f\" sig1\nb0(v0: ptr, v1: ptr):\nv2: word = load v0 + 24\n\
                    v3: word = call code sig0(v2, v1)\nret v3\nend\n\
                    func f1 \"T.m\" sig0\nb0(v0: ptr):\nv1: word = iconst 7\nret v1\nend\n\
                    func f2 \"T.n\" sig0\nb0(v0: ptr):\nv1: word = load v0 + 0\nret v1\nend\n";
        let closure = text
            .replace("v2: word = load v0 + 24\n", "")
            .replace("call code sig0(v2, v1)", "call closure sig0(v0, v1)");
        let value = "data d0 \"T.m·f\" rodata align WORD size WORD\nreloc 0 abs f1 + 0\nend\n";
        let seen = |callee: &str| {
            let site = Site { caller: Sym::new("f"), line: 0 };
            Some(Arc::new(Profile::new([(site, Sym::new(callee), 5)])))
        };
        for_all(|t| {
            for text in [text, &closure] {
                for (callee, want) in [("T.m", (0, 1)), ("T.x", (0, 1))] {
                    let text = format!("{value}{text}").replace("WORD", &t.word.to_string());
                    let mut p = crate::parse::program_for(t, &text).unwrap_or_else(|e| panic!("{e}"));
                    let before = p.funcs[crate::FuncId(0)].blocks.len();
                    inline::run(
                        &mut p,
                        &Options { profile: seen(callee), ..Options::default() },
                        &mut Vec::new(),
                    );
                    assert_eq!(calls(&p), want, "{callee}");
                    assert_eq!(p.funcs[crate::FuncId(0)].blocks.len() > before, callee == "T.m", "{callee}");
                }
            }
        });
    }
}
