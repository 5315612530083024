//! Static itabs: the method table of a type for an interface, `{Inter, Type, Hash, Fun[]}`.
//!
//! An entry holds the method's function only if something calls that method through an interface (see `rtype`); until then it
//! holds `runtime.unreachableMethod`.
use crate::program::Prog;
use crate::rtype::{Emit, MethodKey, WaitingMethod};
use ir::{DataId, Reloc, RelocKind, Section, SymRef};
use syntax::Pos;
use types::table::TypeId;

/// Offset of an itab's functions.
pub fn fun_offset(word: u32) -> u64 {
    2 * word as u64 + word.max(4) as u64
}

/// The itab of the concrete type `t` for the non-empty interface `iface`.
pub fn itab(p: &mut Prog<'_>, iface: TypeId, t: TypeId) -> DataId {
    p.itab(t, iface)
}

impl<'a> Prog<'a> {
    /// The itab of the concrete type `t` for the non-empty interface `iface`. If `t` lacks a method (code of a generic function
    /// may ask for types that are impossible in this instance) it is an itab that no value has.
    pub fn itab(&mut self, t: TypeId, iface: TypeId) -> DataId {
        let (t, iface) = (self.ck.table.canon(t), self.ck.table.canon(iface));
        if let Some(&d) = self.rtypes.itabs.get(&(t, iface)) {
            return d;
        }
        let name = format!("go:itab.{},{}", self.ck.table.link_string(t), self.ck.table.link_string(iface));
        let d = self.data(&name, Section::Types, self.word, Vec::new());
        self.rtypes.itabs.insert((t, iface), d);

        let inter = self.rtype_mem(iface);
        let typ = self.rtype(t);
        let mut e = Emit::new(self.prog.target);
        e.ptr(Some(SymRef::Data(inter)));
        e.ptr(Some(SymRef::Data(typ)));
        e.u32(self.type_hash(t));
        e.align(self.word as usize);
        let methods = self.iface_methods(iface);
        let entries: Option<Vec<_>> = methods
            .iter()
            .map(|m| {
                let e = self.find_method(t, m.pkg, m.name)?;
                self.ck.table.identical(e.sig, m.sig).then_some(e)
            })
            .collect();
        let Some(entries) = entries else {
            e.ptr(None);
            e.finish(self, d);
            return d;
        };
        self.prog.image.itabs.push(d);
        let unreachable = self.rt_func("unreachableMethod", Pos::NONE);
        let at = e.len();
        for _ in methods {
            e.ptr(Some(SymRef::Func(unreachable)));
        }
        e.finish(self, d);
        for (i, (m, entry)) in methods.iter().zip(entries).enumerate() {
            let key = MethodKey { name: m.name, pkg: m.pkg, sig: self.ck.table.canon(m.sig) };
            let off = (at + i * self.word as usize) as u32;
            self.await_call(key, WaitingMethod::Itab { data: d, off, ty: t, entry });
        }
        d
    }

    /// The word in which a type assertion remembers an itab; at first that is one of no type.
    pub fn assertion_site(&mut self) -> DataId {
        let word = self.word;
        let none = match self.no_itab {
            Some(d) => d,
            None => {
                // Two words, a hash, and the first method: none. Its type is the itab itself, which no type is.
                let size = fun_offset(word) as usize + word as usize;
                let d = self.data("go:noitab", Section::Rodata, word, vec![0; size]);
                let target = SymRef::Data(d);
                self.prog.datas[d].relocs.push(Reloc { off: word, kind: RelocKind::Abs, target, addend: 0 });
                self.no_itab = Some(d);
                d
            }
        };
        let name = format!("go:assertion.{}", self.prog.datas.len());
        let d = self.data(&name, Section::Data, word, vec![0; word as usize]);
        let target = SymRef::Data(none);
        self.prog.datas[d].relocs.push(Reloc { off: 0, kind: RelocKind::Abs, target, addend: 0 });
        d
    }

    /// Fills an entry.
    pub(crate) fn fill_itab(&mut self, data: DataId, off: u32, f: ir::FuncId) {
        let target = SymRef::Func(f);
        let relocs = &mut self.prog.datas[data].relocs;
        match relocs.iter_mut().find(|r| r.off == off) {
            Some(r) => r.target = target,
            None => relocs.push(Reloc { off, kind: RelocKind::Abs, target, addend: 0 }),
        }
    }
}
