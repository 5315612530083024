//! Which method is called through an interface, where it can be one only.
//!
//! The whole program is known: a value in an interface has a type whose method table (or itab) some code here made, and `rtype` fills in each
//! method of such a table that may be called. If all types that have an interface's methods have the same function for one of them, that is
//! what an itab of the interface holds, and code that reads it may have the function instead; the check that the interface is not nil
//! stays.
//!
//! Types that are made at run time have no methods but what `reflect.StructOf` embeds: where that is reachable, and where other code is
//! linked, nothing is known.
use crate::fx::Fx;
use crate::program::Prog;
use crate::rtype::MethodKey;
use ir::{FuncId, Inst, Op, Value, ValueDef};
use rustc_hash::FxHashMap;
use types::table::TypeId;

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
    /// Finds the methods that can be one function only, for [`ir::passes::devirtualise`].
    pub fn single_methods(&mut self) {
        if self.open || self.prog.funcs.iter().any(|f| f.name.as_str() == "reflect.StructOf") {
            return;
        }
        let mut known: FxHashMap<(TypeId, usize), Option<FuncId>> = FxHashMap::default();
        for load in std::mem::take(&mut self.method_loads) {
            let found = match known.get(&(load.iface, load.index)) {
                Some(found) => *found,
                None => {
                    let found = self.single_method(load.iface, load.index);
                    known.insert((load.iface, load.index), found);
                    found
                }
            };
            // The function may have been given another body since.
            let data = self.prog.funcs[load.func].insts.get(load.inst);
            if let Some(func) = found
                && data.is_some_and(|d| matches!(d.op, Op::Load { .. }))
            {
                self.prog.known_code.push((load.func, load.inst, func));
            }
        }
    }

    /// The function that method `index` of an interface is, whatever type is in it.
    fn single_method(&mut self, iface: TypeId, index: usize) -> Option<FuncId> {
        let methods = self.iface_methods(iface);
        let m = &methods[index];
        let key = MethodKey { name: m.name, pkg: m.pkg, sig: self.ck.table.canon(m.sig) };
        let mut only = None;
        for (t, func) in self.rtypes.implementations.get(&key)?.clone() {
            let has_all = methods.iter().all(|m| {
                self.find_method(t, m.pkg, m.name).is_some_and(|e| self.ck.table.identical(e.sig, m.sig))
            });
            if has_all && only.replace(func).is_some_and(|other| other != func) {
                return None;
            }
        }
        only
    }
}
