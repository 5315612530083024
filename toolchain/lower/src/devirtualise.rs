//! Which methods are called through an interface, where they can be few only.
//!
//! The whole program is known: a value in an interface has a type whose method table (or itab) some code here made, and `rtype` fills in each
//! method of such a table that may be called. The functions that all types with an interface's methods have for one of them are
//! what an itab of the interface can hold. If it is the same function for all, code that reads it may have the function instead; the check
//! that the interface is not nil stays. If they are few, the inliner may ask which it is and copy their bodies.
//!
//! Types that are made at run time have no methods but what `reflect.StructOf` embeds: where others than package reflect use that, which
//! embeds nothing, and where other code is linked, nothing is known.
use crate::fx::Fx;
use crate::program::Prog;
use crate::rtype::MethodKey;
use ir::{FuncId, Inst, Op, SymRef, Term, Value, ValueDef, op::Callee};
use rustc_hash::FxHashMap;
use std::sync::Arc;
use types::table::TypeId;

/// So many functions are told apart by comparing.
const FEW: usize = 4;

/// The code of a method is read from an itab: where, of which interface, and which of its methods.
pub(crate) struct MethodLoad {
    func: FuncId,
    inst: Inst,
    iface: TypeId,
    index: usize,
}

impl Fx<'_, '_> {
    /// Notes that `code` is what the itabs of `iface` have as method `index`.
    pub fn note_method_load(&mut self, code: Value, iface: TypeId, index: usize) {
        if let ValueDef::Inst(inst, _) = self.s.f.values[code].def {
            let iface = self.p.ck.table.canon(iface);
            self.p.method_loads.push(MethodLoad { func: self.id, inst, iface, index });
        }
    }
}

impl Prog<'_> {
    /// Finds the methods that can be few functions only, for [`ir::passes::devirtualise`] and the inliner.
    pub fn few_methods(&mut self) {
        if self.open || self.embeds_at_run_time() {
            return;
        }
        let mut known: FxHashMap<(TypeId, usize), Option<Arc<[FuncId]>>> = FxHashMap::default();
        for load in std::mem::take(&mut self.method_loads) {
            let found = match known.get(&(load.iface, load.index)) {
                Some(found) => found.clone(),
                None => {
                    let found = self.methods_behind(load.iface, load.index);
                    known.insert((load.iface, load.index), found.clone());
                    found
                }
            };
            // The function may have been given another body since.
            let data = self.prog.funcs[load.func].insts.get(load.inst);
            if let Some(funcs) = found
                && data.is_some_and(|d| matches!(d.op, Op::Load { .. }))
            {
                self.prog.known_code.entry(load.func).or_default().push((load.inst, funcs));
            }
        }
    }

    /// Whether `reflect.StructOf` is used outside of its package.
    fn embeds_at_run_time(&self) -> bool {
        let made = self.prog.funcs.iter_enumerated().find(|(_, f)| f.name.as_str() == "reflect.StructOf");
        let Some((func, _)) = made else { return false };
        let holds = |d: &ir::Data, target| d.relocs.iter().any(|r| r.target == target);
        let func = SymRef::Func(func);
        let values: Vec<SymRef> = self
            .prog
            .datas
            .iter_enumerated()
            .filter(|(_, d)| holds(d, func))
            .map(|(d, _)| SymRef::Data(d))
            .collect();
        let is_it = |s: SymRef| s == func || values.contains(&s);
        let uses = |f: &ir::Func| {
            f.blocks.iter().flat_map(|b| &b.insts).any(|&i| match f.insts[i].op {
                Op::Call { callee: Callee::Static(c), .. } => SymRef::Func(c) == func,
                Op::Sym(s, _) => is_it(s),
                _ => false,
            }) || f.blocks.iter().any(|b| {
                matches!(b.term, Term::TailCall { callee: Callee::Static(c), .. } if SymRef::Func(c) == func)
            })
        };
        self.prog.datas.iter().any(|d| values.iter().any(|&v| holds(d, v)))
            || self.prog.funcs.iter().any(|f| !f.name.as_str().starts_with("reflect.") && uses(f))
    }

    /// The functions that method `index` of an interface is, whatever type is in it; none if they are more than [`FEW`].
    fn methods_behind(&mut self, iface: TypeId, index: usize) -> Option<Arc<[FuncId]>> {
        let methods = self.iface_methods(iface);
        let m = &methods[index];
        let key = MethodKey { name: m.name, pkg: m.pkg, sig: self.ck.table.canon(m.sig) };
        let mut funcs = Vec::new();
        for (t, func) in self.rtypes.implementations.get(&key)?.clone() {
            if funcs.contains(&func) {
                continue;
            }
            let has_all = methods.iter().all(|m| {
                self.find_method(t, m.pkg, m.name).is_some_and(|e| self.ck.table.identical(e.sig, m.sig))
            });
            if has_all {
                funcs.push(func);
            }
            if funcs.len() > FEW {
                return None;
            }
        }
        (!funcs.is_empty()).then(|| funcs.into())
    }
}
