//! Types that no interface holds: comparing a dynamic type with one of them is false, known once the whole program is lowered.
//!
//! [`Prog::rtype`] says which types values in interfaces may have. Others have a descriptor for their layout, or because a type switch or an assertion
//! asks for them. Packages that make types at run time (`reflect.SliceOf` and the like) may come to have what a descriptor of an unnamed
//! type stands for: with package reflect in the program only named types count. Other code that is linked may do anything.
use crate::fx::Fx;
use crate::program::Prog;
use ir::{DataId, Func, Op, SymRef, Ty, Value, ValueDef, op::Cc};
use rustc_hash::FxHashSet;
use types::table::{Basic, Type};

impl Fx<'_, '_> {
    /// Whether an interface may hold a float or complex value: so it is, until all is lowered.
    pub fn floats_held(&mut self) -> Value {
        let answer = self.ins(Op::Iconst(1), &[], Ty::I8);
        if let ValueDef::Inst(inst, _) = self.s.f.values[answer].def {
            self.p.float_questions.push((self.id, inst));
        }
        answer
    }
}

impl Prog<'_> {
    /// Decides comparisons with types that no interface holds.
    pub fn decide_types(&mut self) {
        if self.open {
            return;
        }
        const FLOATS: [Basic; 4] = [Basic::Float32, Basic::Float64, Basic::Complex64, Basic::Complex128];
        let is_float = |t| matches!(self.under_get(t), Type::Basic(b) if FLOATS.contains(b));
        if !self.rtypes.held_types().any(is_float) {
            for (func, inst) in std::mem::take(&mut self.float_questions) {
                // A function may have been given another body since.
                let insts = &mut self.prog.funcs[func].insts;
                if insts.get(inst).is_some_and(|d| d.op == Op::Iconst(1)) {
                    insts[inst].op = Op::Iconst(0);
                }
            }
        }
        let reflects = self.prog.funcs.iter().any(|f| f.name.as_str().starts_with("reflect."));
        let unmade: FxHashSet<DataId> = self
            .rtypes
            .compared_only()
            .filter(|&(t, _)| !reflects || matches!(self.get(t), Type::Named(..) | Type::Basic(_)))
            .map(|(_, d)| d)
            .collect();
        for f in self.prog.funcs.iter_mut() {
            decide(f, &unmade);
        }
    }
}

fn decide(f: &mut Func, unmade: &FxHashSet<DataId>) {
    let is_unmade = |f: &Func, v: Value| match f.def_inst(v).map(|d| &d.op) {
        Some(Op::Sym(SymRef::Data(d), 0)) => f.ty(v) != Ty::Ptr && unmade.contains(d),
        _ => false,
    };
    for i in f.insts.ids() {
        let d = &f.insts[i];
        let Op::Icmp(cc @ (Cc::Eq | Cc::Ne)) = d.op else { continue };
        if d.args.iter().any(|&a| is_unmade(f, a)) {
            let d = &mut f.insts[i];
            d.op = Op::Iconst((cc == Cc::Ne) as i64);
            d.args.clear();
        }
    }
}
