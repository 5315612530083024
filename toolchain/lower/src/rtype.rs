//! Which type descriptors, and which methods of them, does a program need?
//!
//! A descriptor is asked for in two strengths. [`Prog::rtype_mem`]: its address or memory layout matters (allocation, barriers,
//! comparing dynamic types), nothing looks at its methods. [`Prog::rtype`]: values of the type may get into an interface, so that
//! assertions and reflection see it, and everything that can be reached from it.
//!
//! Methods of types of the second kind are candidates. A candidate is compiled once something may call it:
//! - a method with that name and signature is called through an interface ([`Prog::use_method`]);
//! - it is exported, and the program can choose methods by reflection (`reflect.Value.Method` and the like are reachable).
//!
//! Method tables have an entry for each method all the same; those that nothing calls stay -1. `rtype_emit` writes the bytes.
use crate::fx::Fx;
use crate::program::{Prog, Work};
use ir::{DataId, FuncId, Reloc, RelocKind, Section, SymRef};
use rustc_hash::{FxHashMap, FxHashSet};
use syntax::Sym;
use types::lookup::MethodEntry;
use types::table::{Basic, PkgId, Type, TypeId};

/// A method as callers through interfaces know it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct MethodKey {
    pub(crate) name: Sym,
    /// Package of an unexported name.
    pub(crate) pkg: PkgId,
    /// Canonical signature.
    pub(crate) sig: TypeId,
}

/// A place to be filled once the method is called.
#[derive(Clone, Copy)]
pub(crate) enum WaitingMethod {
    /// Entry of a method table, at this offset of the descriptor.
    Table { data: DataId, off: u32, ty: TypeId, entry: &'static MethodEntry },
    /// Entry of an itab.
    Itab { data: DataId, off: u32, ty: TypeId, entry: &'static MethodEntry },
}

/// State of the descriptors.
#[derive(Default)]
pub struct Rtypes<'a> {
    ids: FxHashMap<TypeId, DataId>,
    full: FxHashSet<TypeId>,
    to_emit: Vec<TypeId>,
    to_fill: Vec<TypeId>,
    /// Where the method table of an emitted type is.
    pub(crate) tables: FxHashMap<TypeId, u32>,
    /// Names, by contents.
    pub(crate) names: FxHashMap<Vec<u8>, DataId>,
    /// Pointer masks, by contents.
    pub(crate) masks: FxHashMap<Vec<u8>, DataId>,
    pub(crate) itabs: FxHashMap<(TypeId, TypeId), DataId>,
    pub(crate) groups: FxHashMap<TypeId, TypeId>,
    /// Types whose methods' signatures are resolved.
    pub(crate) resolved: FxHashSet<TypeId>,
    called: FxHashSet<MethodKey>,
    waiting: FxHashMap<MethodKey, Vec<WaitingMethod>>,
    pub(crate) by_reflection: bool,
    /// What fills the tables: of types that may be in interfaces, the functions of methods that may be called, as itabs have them.
    pub(crate) implementations: FxHashMap<MethodKey, Vec<(TypeId, FuncId)>>,
    /// Functions that wait for `by_reflection`.
    pub(crate) held: Vec<(FuncId, Work<'a>)>,
    /// Methods of interface types that reflection sees, until it can choose methods.
    of_interfaces: Vec<MethodKey>,
    /// Methods of all interface types that an assertion can ask for: a type that has one says so in its table, called or not.
    asked: FxHashSet<MethodKey>,
    funcs_seen: usize,
}

/// Functions whose presence means that methods are chosen at run time.
const METHOD_CHOOSERS: &[&str] = &["reflect.Value.Method", "reflect.Value.MethodByName"];

/// What only runs for a method value that reflection made: called in the code of every `reflect.Value`, but never if no
/// method is ever chosen.
const METHOD_VALUES: &[&str] = &["reflect.makeMethodValue", "reflect.callMethod"];

impl Rtypes<'_> {
    /// Types that values in interfaces may have, as far as lowered code knows.
    pub(crate) fn held_types(&self) -> impl Iterator<Item = TypeId> {
        self.full.iter().copied()
    }

    /// Types with a descriptor that no value in an interface has, as far as lowered code knows, and the descriptors.
    pub(crate) fn compared_only(&self) -> impl Iterator<Item = (TypeId, DataId)> {
        self.ids.iter().map(|(&t, &d)| (t, d)).filter(|(t, _)| !self.full.contains(t))
    }

    /// Whether lowering this function waits until something chooses methods by reflection.
    pub(crate) fn holds(&self, name: &str) -> bool {
        !self.by_reflection && METHOD_VALUES.contains(&name)
    }
}

impl<'a> Prog<'a> {
    /// Gives the functions that waited in vain a body that dies.
    pub fn drop_held(&mut self) {
        for (id, _) in std::mem::take(&mut self.rtypes.held) {
            let mut fx = Fx::synthetic(self, id);
            fx.rt("unreachableMethod", &[]);
            fx.s.unreachable();
            self.prog.funcs[id] = fx.s.finish();
        }
    }

    /// The descriptor of a type whose values may get into interfaces, or that assertions and reflection look at.
    pub fn rtype(&mut self, t: TypeId) -> DataId {
        let t = self.ck.table.canon(t);
        let d = self.rtype_mem(t);
        if self.rtypes.full.insert(t) {
            self.rtypes.to_fill.push(t);
        }
        d
    }

    /// The descriptor of a type, for its layout and identity only.
    pub fn rtype_mem(&mut self, t: TypeId) -> DataId {
        let t = self.ck.table.canon(t);
        if let Some(&d) = self.rtypes.ids.get(&t) {
            return d;
        }
        let name = format!("type:{}", self.ck.table.link_string(t));
        let d = self.data(&name, Section::Types, self.word, Vec::new());
        self.rtypes.ids.insert(t, d);
        self.rtypes.to_emit.push(t);
        d
    }

    /// The descriptor, if there is one.
    pub(crate) fn rtype_if_any(&self, t: TypeId) -> Option<DataId> {
        self.rtypes.ids.get(&t).copied()
    }

    /// Method `index` (in the order of its type set) of an interface type is called.
    pub fn use_method(&mut self, iface: TypeId, index: usize) {
        let m = &self.iface_methods(iface)[index];
        let key = MethodKey { name: m.name, pkg: m.pkg, sig: self.ck.table.canon(m.sig) };
        self.method_called(key);
    }

    fn method_called(&mut self, key: MethodKey) {
        if !self.rtypes.called.insert(key) {
            return;
        }
        for w in self.rtypes.waiting.remove(&key).unwrap_or_default() {
            self.fill_method(key, w);
        }
        if !self.rtypes.by_reflection && matches!(key.name.as_str(), "Method" | "MethodByName") {
            // `reflect.Type.Method` and `MethodByName`, called on the interface.
            let s = self.signature(key.sig);
            if s.results.first().is_some_and(|&r| self.ck.table.link_string(r) == "reflect.Method") {
                self.methods_by_reflection();
            }
        }
    }

    pub(crate) fn await_call(&mut self, key: MethodKey, w: WaitingMethod) {
        let reflected =
            self.rtypes.by_reflection && key.name.is_exported() && matches!(w, WaitingMethod::Table { .. });
        if reflected || self.rtypes.called.contains(&key) {
            self.fill_method(key, w);
        } else {
            if self.rtypes.asked.contains(&key) {
                self.fill_method_type(w);
            }
            self.rtypes.waiting.entry(key).or_default().push(w);
        }
    }

    /// An interface type has this method: assertions to it compare signatures.
    fn method_asked(&mut self, key: MethodKey) {
        if self.rtypes.asked.insert(key) {
            for w in self.rtypes.waiting.get(&key).cloned().unwrap_or_default() {
                self.fill_method_type(w);
            }
        }
    }

    /// The signature in a method table's entry, once.
    fn fill_method_type(&mut self, w: WaitingMethod) {
        let WaitingMethod::Table { data, off, entry, .. } = w else { return };
        if self.prog.datas[data].relocs.iter().any(|r| r.off == off + 4) {
            return;
        }
        let mtyp = if self.rtypes.by_reflection { self.rtype(entry.sig) } else { self.rtype_mem(entry.sig) };
        let target = SymRef::Data(mtyp);
        self.prog.datas[data].relocs.push(Reloc {
            off: off + 4,
            kind: RelocKind::TypesOff32,
            target,
            addend: 0,
        });
    }

    fn fill_method(&mut self, key: MethodKey, w: WaitingMethod) {
        let (WaitingMethod::Itab { ty, entry, .. } | WaitingMethod::Table { ty, entry, .. }) = w;
        let code = self.iface_method_func(ty, entry);
        self.rtypes.implementations.entry(key).or_default().push((ty, code));
        match w {
            WaitingMethod::Itab { data, off, .. } => self.fill_itab(data, off, code),
            WaitingMethod::Table { data, off, ty, entry } => {
                self.fill_method_type(w);
                let ifn = code;
                let tfn = self.method_func(ty, entry);
                let mut put = |at: u32, kind, target| {
                    self.prog.datas[data].relocs.push(Reloc { off: off + at, kind, target, addend: 0 })
                };
                put(8, RelocKind::FuncIndex32, SymRef::Func(ifn));
                put(12, RelocKind::FuncIndex32, SymRef::Func(tfn));
                self.prog.datas[data].bytes[off as usize + 8..off as usize + 16].fill(0);
            }
        }
    }

    /// From now on all exported methods of types in interfaces are needed.
    fn methods_by_reflection(&mut self) {
        if std::mem::replace(&mut self.rtypes.by_reflection, true) {
            return;
        }
        let mut ready = Vec::new();
        for (key, list) in &mut self.rtypes.waiting {
            if key.name.is_exported() {
                let tables = list.extract_if(.., |w| matches!(w, WaitingMethod::Table { .. }));
                ready.extend(tables.map(|w| (*key, w)));
            }
        }
        // In a fixed order, whatever the hash map's: output is reproducible.
        ready.sort_by_key(|(_, w)| match w {
            WaitingMethod::Table { data, off, .. } | WaitingMethod::Itab { data, off, .. } => (data.0, *off),
        });
        ready.into_iter().for_each(|(key, w)| self.fill_method(key, w));
        // What methods take and return may now get into interfaces, too.
        let mut sigs: Vec<TypeId> =
            self.rtypes.asked.iter().chain(&self.rtypes.called).map(|key| key.sig).collect();
        sigs.sort();
        for sig in sigs {
            self.rtype(sig);
        }
        std::mem::take(&mut self.rtypes.of_interfaces).into_iter().for_each(|key| self.method_called(key));
    }

    /// What a type in an interface brings along: the types reachable from it, its methods as candidates.
    fn fill(&mut self, t: TypeId) {
        match self.under_get(t) {
            Type::Basic(_) => {}
            &Type::Pointer(e) | &Type::Slice(e) | &Type::Chan(_, e) => {
                self.rtype(e);
            }
            &Type::Array(e, _) => {
                self.rtype(e);
                let s = self.ck.table.slice(e);
                self.rtype(s);
            }
            &Type::Map(k, e) => {
                self.rtype(k);
                self.rtype(e);
            }
            Type::Struct(fields) => fields.iter().for_each(|f| {
                self.rtype(f.ty);
            }),
            Type::Func(s) => s.params.iter().chain(&s.results).for_each(|&p| {
                self.rtype(p);
            }),
            Type::Interface(_) => {
                for m in self.iface_methods(t) {
                    self.rtype(m.sig);
                    let key = MethodKey { name: m.name, pkg: m.pkg, sig: self.ck.table.canon(m.sig) };
                    self.method_asked(key);
                    // Compiled calls announce themselves; what is left is reflection's `Value.Method` of an interface value.
                    if self.rtypes.by_reflection {
                        self.method_called(key);
                    } else {
                        self.rtypes.of_interfaces.push(key);
                    }
                }
            }
            other => panic!("descriptor of {other:?}"),
        }
        if !matches!(self.get(t), Type::Pointer(_)) {
            let ptr = self.ptr_to(t);
            if self.pointer_counts(t, ptr) {
                self.rtype(ptr);
            }
        }
        if self.is_iface(t) {
            return;
        }
        let (Some(&table), Some(data)) = (self.rtypes.tables.get(&t), self.rtype_if_any(t)) else { return };
        for (i, entry) in self.table_methods(t).into_iter().enumerate() {
            let key = MethodKey {
                name: entry.name,
                pkg: if entry.name.is_exported() { types::intern::UNIVERSE } else { entry.pkg },
                sig: self.ck.table.canon(entry.sig),
            };
            let off = table + 16 * i as u32;
            self.await_call(key, WaitingMethod::Table { data, off, ty: t, entry });
        }
    }

    /// Whether reflection that has a type `t` cannot do without the descriptor of `*t`.
    fn pointer_counts(&mut self, t: TypeId, ptr: TypeId) -> bool {
        matches!(self.get(t), Type::Named(..)) || !self.method_set(ptr).is_empty()
    }

    /// The methods in the descriptor of a type that is no interface: generic ones have no place there.
    pub(crate) fn table_methods(&mut self, t: TypeId) -> Vec<&'static MethodEntry> {
        self.method_set(t).iter().filter(|m| self.signature(m.sig).tparams.is_empty()).collect()
    }

    /// Completes the image's lists, when nothing more will be lowered.
    pub fn finish_rtypes(&mut self) {
        let mut links: Vec<(String, DataId)> = Vec::new();
        let mut all: Vec<(TypeId, DataId)> = self.rtypes.ids.iter().map(|(&t, &d)| (t, d)).collect();
        all.sort();
        for (t, d) in all {
            let ptr = self.ck.table.pointer(t);
            if let Some(p) = self.rtype_if_any(ptr) {
                // Reflection makes a pointer type that it misses, but not its methods.
                let needed = self.rtypes.full.contains(&t) && self.pointer_counts(t, ptr);
                let kind = if needed { RelocKind::TypesOff32 } else { RelocKind::TypesOff32IfThere };
                // `PtrToThis` ends the common part.
                let off = crate::rtype_emit::common_size(self.word) - 4;
                let target = SymRef::Data(p);
                self.prog.datas[d].relocs.push(Reloc { off: off as u32, kind, target, addend: 0 });
            }
            let literal = !matches!(self.get(t), Type::Named(..) | Type::Basic(_) | Type::Interface(_));
            if literal && !self.is_map_group(t) {
                links.push((self.ck.table.reflect_string(t), d));
            }
        }
        links.sort();
        self.prog.image.typelinks = links.into_iter().map(|l| l.1).collect();
    }

    /// Whether a type is part of a map's memory and known to nobody else.
    pub(crate) fn is_map_group(&self, t: TypeId) -> bool {
        match self.get(t) {
            Type::Struct(f) => {
                f.first().is_some_and(|f| !f.name.is_exported() && f.pkg == types::intern::UNIVERSE)
                    && !f[0].embedded
            }
            Type::Array(e, _) => self.is_map_group(*e),
            _ => false,
        }
    }

    /// The hash of a type: of its unique name.
    pub fn type_hash(&self, t: TypeId) -> u32 {
        let s = self.ck.table.link_string(t);
        s.bytes().fold(0x811c_9dc5, |h, b| (h ^ u32::from(b)).wrapping_mul(0x0100_0193))
    }
}

/// Writes the descriptors asked for so far, and what they ask for.
pub fn drain(p: &mut Prog<'_>) {
    loop {
        while p.rtypes.funcs_seen < p.prog.funcs.len() {
            let f = &p.prog.funcs[FuncId(p.rtypes.funcs_seen as u32)];
            let chooses = METHOD_CHOOSERS.contains(&f.name.as_str());
            p.rtypes.funcs_seen += 1;
            if chooses {
                p.methods_by_reflection();
            }
        }
        if let Some(t) = p.rtypes.to_emit.pop() {
            crate::rtype_emit::emit(p, t);
        } else if let Some(t) = p.rtypes.to_fill.pop() {
            p.fill(t);
        } else if p.rtypes.funcs_seen == p.prog.funcs.len() {
            return;
        }
    }
}

/// A descriptor under construction: bytes of the target's word size and byte order.
pub(crate) struct Emit {
    bytes: Vec<u8>,
    relocs: Vec<Reloc>,
    target: ir::Target,
}

impl Emit {
    pub(crate) fn new(target: ir::Target) -> Emit {
        Emit { bytes: Vec::new(), relocs: Vec::new(), target }
    }
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }
    fn int(&mut self, n: u64, size: usize) {
        let at = self.bytes.len();
        self.bytes.resize(at + size, 0);
        self.target.put(&mut self.bytes[at..], n);
    }
    pub(crate) fn u8(&mut self, n: u8) {
        self.bytes.push(n);
    }
    pub(crate) fn u16(&mut self, n: u16) {
        self.int(n.into(), 2);
    }
    pub(crate) fn u32(&mut self, n: u32) {
        self.int(n.into(), 4);
    }
    pub(crate) fn word(&mut self, n: u64) {
        self.int(n, self.target.word as usize);
    }
    pub(crate) fn align(&mut self, to: usize) {
        self.bytes.resize(self.bytes.len().next_multiple_of(to), 0);
    }
    fn reloc(&mut self, kind: RelocKind, target: SymRef, addend: i64) {
        self.relocs.push(Reloc { off: self.bytes.len() as u32, kind, target, addend });
    }
    /// An address, or nil.
    pub(crate) fn ptr(&mut self, target: Option<SymRef>) {
        self.ptr_at(target, 0);
    }
    pub(crate) fn ptr_at(&mut self, target: Option<SymRef>, addend: i64) {
        if let Some(t) = target {
            self.reloc(RelocKind::Abs, t, addend);
        }
        self.word(0);
    }
    pub(crate) fn data(&mut self, d: DataId) {
        self.ptr(Some(SymRef::Data(d)));
    }
    /// A NameOff or TypeOff; 0 for none.
    pub(crate) fn off32(&mut self, target: Option<DataId>) {
        if let Some(d) = target {
            self.reloc(RelocKind::TypesOff32, SymRef::Data(d), 0);
        }
        self.u32(0);
    }
    /// Makes this the contents of `d`.
    pub(crate) fn finish(self, p: &mut Prog<'_>, d: DataId) {
        let data = &mut p.prog.datas[d];
        data.size = self.bytes.len() as u64;
        data.bytes = self.bytes;
        data.relocs.extend(self.relocs);
    }
}

/// Whether the type is predeclared or defined, as reflection means it.
pub(crate) fn has_name(p: &Prog<'_>, t: TypeId) -> bool {
    matches!(p.get(t), Type::Named(..) | Type::Basic(_)) && !matches!(p.get(t), Type::Basic(Basic::Invalid))
}
