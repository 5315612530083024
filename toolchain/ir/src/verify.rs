//! The verifier: what IR must look like between passes. It is the specification of the invariants: blocks end, operands
//! are defined before they are used, kinds fit the operations, jumps and calls pass what their targets take.
use crate::analysis::{cfg::Cfg, dom::DomTree};
use crate::func::{Body, Term};
use crate::op::{Asked, Callee};
use crate::{
    Block, BlockCall, EntityId, Func, InstData, Op, Program, SigId, Target, Ty, Value, ValueDef, View,
};

/// Checks all functions.
pub fn program(p: &Program) -> Result<(), Vec<String>> {
    let errors: Vec<String> = p.funcs.iter().filter_map(|f| func(p, f).err()).flatten().collect();
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// Checks a function.
pub fn func(p: &Program, f: &Func) -> Result<(), Vec<String>> {
    seen(&View::new(p), f)
}

/// Checks a function by what passes see.
pub fn seen(view: &View, f: &Func) -> Result<(), Vec<String>> {
    if !matches!(f.body, Body::Ssa) {
        return Ok(());
    }
    let cfg = Cfg::new(f);
    let dom = DomTree::new(f, &cfg);
    let mut v = Verifier { view: *view, f, errors: Vec::new(), dom: &dom, place: vec![None; f.values.len()] };
    v.all(&cfg);
    if v.errors.is_empty() { Ok(()) } else { Err(v.errors) }
}

struct Verifier<'a> {
    view: View<'a>,
    f: &'a Func,
    errors: Vec<String>,
    dom: &'a DomTree,
    /// Block and position of each value's definition.
    place: Vec<Option<(Block, u32)>>,
}

impl Verifier<'_> {
    fn error(&mut self, at: impl std::fmt::Display, message: impl std::fmt::Display) {
        if self.errors.len() < 20 {
            self.errors.push(format!("{}: {at}: {message}", self.f.name));
        }
    }

    fn all(&mut self, cfg: &Cfg) {
        let f = self.f;
        let want = self.view.sig(f.sig).param_tys();
        let have: Vec<Ty> = f.blocks[Block(0)].params.iter().map(|&v| f.ty(v)).collect();
        if want != have {
            self.error("b0", format!("parameters are {have:?}, the signature says {want:?}"));
        }
        if f.slots.iter().any(|s| s.align > 16 || !s.align.is_power_of_two()) {
            self.error("slots", "an alignment is not a power of two up to 16");
        }
        let reachable: Vec<Block> = f.blocks.ids().filter(|&b| cfg.reachable(b)).collect();
        for &b in &reachable {
            let d = &f.blocks[b];
            for (n, &v) in d.params.iter().enumerate() {
                if f.values[v].def != ValueDef::Param(b, n as u32) {
                    self.error(b, format!("parameter {v} has definition {:?}", f.values[v].def));
                }
                self.place[v.index()] = Some((b, 0));
            }
            for (k, &i) in d.insts.iter().enumerate() {
                for (n, &v) in f.insts[i].results.iter().enumerate() {
                    if f.values[v].def != ValueDef::Inst(i, n as u32)
                        && !matches!(f.values[v].def, ValueDef::Alias(_))
                    {
                        self.error(
                            v,
                            format!("is a result of {i}, but has definition {:?}", f.values[v].def),
                        );
                    }
                    if self.place[v.index()].is_some() {
                        self.error(v, "is defined twice");
                    }
                    self.place[v.index()] = Some((b, k as u32 + 1));
                }
            }
        }
        for &(v, _) in &f.lengths {
            let entry = f.values.get(v).is_some_and(|d| matches!(d.def, ValueDef::Param(Block(0), _)));
            if !entry || f.ty(v) != self.view.target().word_ty() {
                self.error(v, "is called a length, and is no parameter of a word");
            }
        }
        if let Some(b) = f.defer_return
            && !f.blocks[b].params.is_empty()
        {
            self.error(b, "the defer-return block has parameters");
        }
        for &b in &reachable {
            let d = &f.blocks[b];
            for (k, &i) in d.insts.iter().enumerate() {
                let inst = &f.insts[i];
                for &a in &inst.args {
                    self.used(a, b, k as u32 + 1);
                }
                self.inst(b, inst);
            }
            let at = d.insts.len() as u32 + 1;
            let mut args = Vec::new();
            d.term.for_each_arg(|v| args.push(v));
            for a in args {
                self.used(a, b, at);
            }
            self.term(b, &d.term);
        }
    }

    /// A use of `v` in `b` before position `at`.
    fn used(&mut self, v: Value, b: Block, at: u32) {
        let v = self.f.resolve(v);
        match self.place.get(v.index()).copied().flatten() {
            None => self.error(b, format!("{v} is used but not defined in reachable code")),
            Some((d, k)) => {
                let fine = if d == b { k < at } else { self.dom.dominates(d, b) };
                if !fine {
                    self.error(b, format!("{v} (defined in {d}) does not dominate its use"));
                }
            }
        }
    }
    fn ty(&self, v: Value) -> Ty {
        self.f.ty(self.f.resolve(v))
    }
    fn tys(&self, vs: &[Value]) -> Vec<Ty> {
        vs.iter().map(|&v| self.ty(v)).collect()
    }

    fn jump(&mut self, b: Block, t: &BlockCall) {
        if t.block.index() >= self.f.blocks.len() {
            return self.error(b, format!("jumps to {}, which does not exist", t.block));
        }
        let want = self.tys(&self.f.blocks[t.block].params);
        let have = self.tys(&t.args);
        if want != have {
            self.error(b, format!("passes {have:?} to {}, which takes {want:?}", t.block));
        }
    }
    fn term(&mut self, b: Block, t: &Term) {
        match t {
            Term::None => self.error(b, "has no end"),
            Term::Jump(to) => self.jump(b, to),
            Term::Br { cond, then, els, .. } => {
                if self.ty(*cond) != Ty::I8 {
                    self.error(b, format!("branches on {cond}, which is no i8"));
                }
                self.jump(b, then);
                self.jump(b, els);
            }
            Term::Switch { value, cases, default } => {
                let ty = self.ty(*value);
                if ty.is_float() || ty == Ty::Ptr {
                    self.error(b, "switches on something that is no integer");
                }
                let mut seen: Vec<i64> = cases.iter().map(|c| c.0).collect();
                seen.sort_unstable();
                seen.dedup();
                if seen.len() != cases.len() {
                    self.error(b, "has a switch with equal cases");
                }
                for t in cases.iter().map(|c| c.1).chain([*default]) {
                    self.jump(b, &BlockCall { block: t, args: Default::default() });
                }
            }
            Term::Ret(args) => {
                let (want, have) = (self.view.sig(self.f.sig).ret_tys(), self.tys(args));
                if want != have {
                    self.error(b, format!("returns {have:?}, the signature says {want:?}"));
                }
            }
            Term::TailCall { callee, sig, args } => {
                // Memory results are the caller's own.
                let n = self.view.sig(*sig).results.iter().filter(|r| r.leaves.is_none()).count();
                self.call(b, *callee, *sig, args, None, n);
            }
            Term::Unreachable => {}
        }
    }

    fn call(
        &mut self,
        b: Block,
        callee: Callee,
        sig: SigId,
        args: &[Value],
        results: Option<&[Value]>,
        without: usize,
    ) {
        let s = self.view.sig(sig);
        let mut want = s.arg_tys();
        want.truncate(want.len() - without);
        match callee {
            Callee::Static(id) => {
                if !self.view.has_func(id) {
                    return self.error(b, format!("calls {id}, which does not exist"));
                }
            }
            Callee::Closure => want.insert(0, Ty::Ptr),
            Callee::Code => want.insert(0, self.view.target().word_ty()),
        }
        let have = self.tys(args);
        if want != have {
            self.error(b, format!("passes {have:?} to {callee:?}, {sig} says {want:?}"));
        }
        if let Some(r) = results {
            let (want, have) = (s.result_tys(), self.tys(r));
            if want != have {
                self.error(b, format!("takes {have:?} from {callee:?}, {sig} says {want:?}"));
            }
        }
    }

    fn inst(&mut self, b: Block, d: &InstData) {
        let args = self.tys(&d.args);
        let results: Vec<Ty> = d.results.iter().map(|&v| self.f.ty(v)).collect();
        match &d.op {
            Op::Call { callee, sig } => return self.call(b, *callee, *sig, &d.args, Some(&d.results), 0),
            Op::SlotAddr(s, off) => {
                let size = self.f.slots.get(*s).map(|s| s.size);
                if size.is_none_or(|n| *off > n) {
                    self.error(b, format!("takes an address outside of {s}"));
                }
            }
            _ => {}
        }
        if !fits(self.view.target(), &d.op, &args, &results) {
            self.error(b, format!("{:?} has operands {args:?} and results {results:?}", d.op));
        }
    }
}

/// Whether operand and result kinds fit an operation.
fn fits(target: Target, op: &Op, args: &[Ty], results: &[Ty]) -> bool {
    use Ty::*;
    let int = |t: Ty| matches!(t, I8 | I16 | I32 | I64);
    let width = |t: Ty| target.size(t);
    let word = |t: Ty| t == target.word_ty();
    match (op, args, results) {
        (Op::Iconst(_), [], [r]) => int(*r) || *r == Ptr,
        (Op::Fconst(_), [], [r]) => r.is_float(),
        (Op::Sym(..), [], [r]) => *r == Ptr || word(*r),
        (Op::SlotAddr(..), [], [Ptr]) => true,
        (
            Op::Add
            | Op::Sub
            | Op::Mul
            | Op::SDiv
            | Op::UDiv
            | Op::SRem
            | Op::URem
            | Op::And
            | Op::Or
            | Op::Xor,
            [x, y],
            [r],
        ) => int(*x) && x == y && x == r,
        (Op::Shl(_) | Op::LShr(_) | Op::AShr(_) | Op::RotL, [x, n], [r]) => int(*x) && x == r && int(*n),
        (Op::Neg | Op::Not | Op::Clz | Op::Ctz | Op::Popcnt | Op::Bswap, [x], [r]) => int(*x) && x == r,
        (Op::UMulWide, [x, y], [hi, lo]) => [x, y, hi, lo].iter().all(|&&t| word(t)),
        (Op::SMulHi, [x, y], [r]) => [x, y, r].iter().all(|&&t| word(t)),
        (Op::UDivWide | Op::AddCarry | Op::SubBorrow, [x, y, z], [r, s]) => {
            [x, y, z, r, s].iter().all(|&&t| word(t))
        }
        (Op::FAdd | Op::FSub | Op::FMul | Op::FDiv | Op::FCopysign, [x, y], [r]) => {
            x.is_float() && x == y && x == r
        }
        (Op::FNeg | Op::FAbs | Op::FSqrt | Op::FRound, [x], [r]) => x.is_float() && x == r,
        (Op::Asked(Asked::Popcnt), [x], [r]) => matches!(x, Ty::I32 | Ty::I64) && x == r,
        (Op::Asked(Asked::Round(_)), [x], [r]) => *x == Ty::F64 && x == r,
        (Op::Asked(Asked::Fma), [x, y, z], [r]) => [x, y, z, r].iter().all(|t| **t == Ty::F64),
        (Op::Fma, [x, y, z], [r]) => x.is_float() && [y, z, r].iter().all(|t| *t == x),
        (Op::Sext | Op::Zext, [x], [r]) => int(*x) && int(*r) && width(*x) < width(*r),
        (Op::Trunc, [x], [r]) => int(*x) && int(*r) && width(*x) > width(*r),
        (Op::SiToF, [I32 | I64], [r]) | (Op::UiToF, [I64], [r]) => r.is_float(),
        (Op::FToSi, [x], [I32 | I64]) | (Op::FToUi, [x], [I32 | I64]) => x.is_float(),
        (Op::FCvt, [x], [r]) => x.is_float() && r.is_float() && x != r,
        (Op::Bitcast, [x], [r]) => width(*x) == width(*r) && x != r,
        (Op::Icmp(_), [x, y], [I8]) => x == y && !x.is_float(),
        (Op::Fcmp(_), [x, y], [I8]) => x == y && x.is_float(),
        (Op::Select, [I8, x, y], [r]) => x == y && x == r,
        (Op::PtrAdd, [Ptr, n], [Ptr]) => word(*n),
        (Op::NilCheck | Op::WriteBarrier { .. } | Op::MemZero { .. }, [Ptr], []) => true,
        (Op::Load { .. }, [Ptr], [_]) => true,
        (Op::Store { wb, .. }, [Ptr, v], []) => !wb || *v == Ptr,
        (Op::MemCopy { .. }, [Ptr, Ptr], []) => true,
        (Op::AtomicLoad, [Ptr], [r]) => matches!(r, I8 | I32 | I64 | Ptr),
        (Op::AtomicStore, [Ptr, v], []) => matches!(v, I8 | I32 | I64 | Ptr),
        (Op::AtomicRmw(_), [Ptr, v], [r]) => v == r && matches!(v, I8 | I32 | I64 | Ptr),
        (Op::AtomicCas, [Ptr, x, y], [I8]) => x == y && matches!(x, I8 | I32 | I64 | Ptr),
        (Op::New { .. }, [], [Ptr]) => true,
        (Op::Poll | Op::Edge | Op::SpinHint | Op::Breakpoint, [], []) => true,
        (Op::BoundsCheck { .. }, [x, y], []) => word(*x) && word(*y),
        // Without operand: what passes leave in place of an instruction they removed.
        (Op::KeepAlive, [_] | [], []) => true,
        (Op::Escape, [Ptr], []) => true,
        (Op::GetG | Op::GetClosure, [], [Ptr]) => true,
        (Op::GetCallerPc | Op::GetCallerSp, [], [r]) => word(*r),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    fn errors(body: &str) -> String {
        let text = format!(
            "sig0 = go (i64, ptr) -> (i64)\nfunc f0 \"f\" sig0\nb0(v0: i64, v1: ptr):\n{body}\nend\n"
        );
        let p = crate::parse::program(&text).unwrap_or_else(|e| panic!("{e}"));
        super::program(&p).err().map_or(String::new(), |e| e.join("\n"))
    }

    #[test]
    fn finds_what_is_wrong() {
        assert_eq!(errors("ret v0"), "");
        assert!(errors("ret v1").contains("returns [Ptr]"));
        assert!(errors("v2: i64 = add v0, v1\nret v2").contains("has operands [I64, Ptr]"));
        assert!(errors("v2: i64 = add v3, v0\nv3: i64 = iconst 1\nret v2").contains("does not dominate"));
        assert!(errors("jump b1(v0)\nb1:\nret v0").contains("takes []"));
        assert!(errors("v2: i64 = call f0 sig0(v0)\nret v2").contains("passes [I64]"));
        assert!(
            errors("v2: i8 = iconst 1\nbr v2, b1, b2\nb1:\nv3: i64 = iconst 1\njump b2\nb2:\nret v3")
                .contains("dominate")
        );
    }
}
