//! Fields and methods: selectors through embedded fields, method sets, and which method is missing.
use crate::{object::ObjId, query::Cause, table::*, typeset::same_id};
use rustc_hash::{FxHashMap, FxHashSet};
use syntax::Sym;

/// What a selector denotes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Found {
    /// A struct field.
    Field,
    /// A declared method.
    Method,
    /// A method of an interface (or of a type parameter's constraint).
    InterfaceMethod,
}

/// A field or method that was found.
#[derive(Clone, Debug)]
pub struct Selected {
    /// What it is.
    pub kind: Found,
    /// Indices of the embedded fields on the way; for a field its own index last.
    pub path: Vec<u32>,
    /// Whether a pointer is followed on the way (the receiver's own included).
    pub indirect: bool,
    /// The type it was found in: the struct, the defined type that declares the method, the interface.
    pub owner: TypeId,
    /// Index in the struct's fields, the defined type's `NamedInfo::methods`, or the interface's type set.
    pub index: u32,
    /// The declared method; `NONE` otherwise.
    pub obj: ObjId,
    /// A method declared with a pointer receiver.
    pub ptr_recv: bool,
    /// The field's type or the method's signature (as `owner` has it), without receiver.
    pub ty: TypeId,
}

/// Result of a lookup.
#[derive(Clone, Debug)]
pub enum Lookup {
    /// Found.
    Found(Selected),
    /// Found more than once at the shallowest depth.
    Ambiguous,
    /// A method with pointer receiver, but the operand is neither addressable nor a pointer.
    PointerReceiver(Selected),
    /// Nothing.
    NotFound,
}

impl Lookup {
    /// The selection, if there is one.
    pub fn found(self) -> Option<Selected> {
        match self {
            Lookup::Found(s) => Some(s),
            _ => None,
        }
    }
}

/// A method of a method set.
#[derive(Clone, Debug)]
pub struct MethodEntry {
    /// Name.
    pub name: Sym,
    /// Package of an unexported name.
    pub pkg: PkgId,
    /// Indices of embedded fields to the receiver.
    pub path: Vec<u32>,
    /// Whether a pointer is followed on the way to the receiver (the start being a pointer included).
    pub indirect: bool,
    /// The declared method; `NONE` for a method of an embedded interface (and for interfaces).
    pub obj: ObjId,
    /// The defined type that declares it, or the interface.
    pub owner: TypeId,
    /// Declared with a pointer receiver.
    pub ptr_recv: bool,
    /// Signature as `owner` has it, without receiver.
    pub sig: TypeId,
}

struct Embedded {
    ty: TypeId,
    path: Vec<u32>,
    indirect: bool,
    multiples: bool,
}

/// Entries for the same type become one, marked.
fn consolidate(tt: &TypeTable, list: Vec<Embedded>) -> Vec<Embedded> {
    if list.len() <= 1 {
        return list;
    }
    let mut at: FxHashMap<TypeId, usize> = FxHashMap::default();
    let mut out: Vec<Embedded> = Vec::with_capacity(list.len());
    for e in list {
        match at.get(&tt.canon(e.ty)) {
            Some(&i) => out[i].multiples = true,
            None => {
                at.insert(tt.canon(e.ty), out.len());
                out.push(e);
            }
        }
    }
    out
}

/// Deeper embedding than this is a generic type that expands for ever.
const MAX_DEPTH: u32 = 512;

fn with(path: &[u32], i: usize) -> Vec<u32> {
    let mut v = Vec::with_capacity(path.len() + 1);
    v.extend_from_slice(path);
    v.push(i as u32);
    v
}

impl TypeTable {
    /// The field or method `name` (as package `pkg` writes it) of a value of type `t`.
    pub fn lookup_field_or_method(&self, t: TypeId, addressable: bool, pkg: PkgId, name: Sym) -> Lookup {
        self.lookup_fold(t, addressable, pkg, name, false)
    }

    /// With `fold`, case and package do not matter (for hints in messages).
    pub fn lookup_fold(&self, t: TypeId, addressable: bool, pkg: PkgId, name: Sym, fold: bool) -> Lookup {
        // A defined pointer type has its base's fields, but no methods.
        if let Type::Named(..) = self.get(t)
            && let u = self.underlying(t)
            && let Type::Pointer(_) = self.get(u)
        {
            return match self.lookup_raw(u, false, pkg, name, fold) {
                Lookup::Found(s) if s.kind != Found::Field => Lookup::NotFound,
                Lookup::PointerReceiver(_) => Lookup::NotFound,
                other => other,
            };
        }
        self.lookup_raw(t, addressable, pkg, name, fold)
    }

    fn lookup_raw(&self, t: TypeId, addressable: bool, pkg: PkgId, name: Sym, fold: bool) -> Lookup {
        if name.is_blank() {
            return Lookup::NotFound;
        }
        let (base, is_ptr) = self.deref(t);
        if is_ptr && self.is_interface(base) {
            return Lookup::NotFound;
        }
        let mut current = vec![Embedded { ty: base, path: Vec::new(), indirect: is_ptr, multiples: false }];
        let mut seen: Vec<TypeId> = Vec::new();
        let mut depth = 0;
        while !current.is_empty() && depth < MAX_DEPTH {
            depth += 1;
            let mut next = Vec::new();
            let mut found: Option<Selected> = None;
            for e in &current {
                if let Type::Named(id, _) = self.get(e.ty) {
                    let c = self.canon(e.ty);
                    if seen.contains(&c) {
                        continue;
                    }
                    seen.push(c);
                    if let Some((i, m)) = self.declared_method(*id, pkg, name, fold) {
                        if found.is_some() || e.multiples {
                            return Lookup::Ambiguous;
                        }
                        found = Some(Selected {
                            kind: Found::Method,
                            path: e.path.clone(),
                            indirect: e.indirect,
                            owner: e.ty,
                            index: i as u32,
                            obj: m,
                            ptr_recv: self.func_obj(m).ptr_recv,
                            ty: self.method_signature(e.ty, m),
                        });
                        continue;
                    }
                }
                match self.under(e.ty) {
                    Type::Struct(fields) => {
                        for (i, f) in fields.iter().enumerate() {
                            if same_id((f.name, f.pkg), (name, pkg), fold) {
                                if found.is_some() || e.multiples {
                                    return Lookup::Ambiguous;
                                }
                                found = Some(Selected {
                                    kind: Found::Field,
                                    path: with(&e.path, i),
                                    indirect: e.indirect,
                                    owner: e.ty,
                                    index: i as u32,
                                    obj: ObjId::NONE,
                                    ptr_recv: false,
                                    ty: f.ty,
                                });
                            } else if found.is_none() && f.embedded {
                                let (ty, p) = self.deref(f.ty);
                                if matches!(self.get(ty), Type::Basic(_)) {
                                    continue;
                                }
                                next.push(Embedded {
                                    ty,
                                    path: with(&e.path, i),
                                    indirect: e.indirect || p,
                                    multiples: e.multiples,
                                });
                            }
                        }
                    }
                    Type::Interface(_) => {
                        let set = self.type_set(e.ty);
                        if let Some(i) = set.lookup(pkg, name, fold) {
                            if found.is_some() || e.multiples {
                                return Lookup::Ambiguous;
                            }
                            found = Some(Selected {
                                kind: Found::InterfaceMethod,
                                path: e.path.clone(),
                                indirect: e.indirect,
                                owner: e.ty,
                                index: i as u32,
                                obj: ObjId::NONE,
                                ptr_recv: false,
                                ty: set.methods[i].sig,
                            });
                        }
                    }
                    _ => {}
                }
            }
            if let Some(s) = found {
                if s.ptr_recv && !s.indirect && !addressable {
                    return Lookup::PointerReceiver(s);
                }
                return Lookup::Found(s);
            }
            current = consolidate(self, next);
        }
        Lookup::NotFound
    }

    /// A method declared for a defined type itself: (index, object).
    pub fn declared_method(&self, id: NamedId, pkg: PkgId, name: Sym, fold: bool) -> Option<(usize, ObjId)> {
        let info = self.named_info(id);
        // Interfaces' methods are found by their type sets.
        info.methods.iter().copied().enumerate().find(|&(_, m)| {
            let o = self.obj(m);
            same_id((o.name, o.pkg), (name, pkg), fold)
        })
    }

    /// The method set of `t` (a `*T` literal's includes methods with pointer receivers), in method order.
    pub fn method_set(&self, t: TypeId) -> &'static [MethodEntry] {
        if let Some(&s) = self.memo.method_sets.borrow().get(&t) {
            return s;
        }
        let set: &'static [MethodEntry] = Box::leak(self.compute_method_set(t).into_boxed_slice());
        self.memo.method_sets.borrow_mut().insert(t, set);
        set
    }

    fn compute_method_set(&self, t: TypeId) -> Vec<MethodEntry> {
        // A defined pointer type has no methods.
        if matches!(self.get(t), Type::Named(..)) && matches!(self.under(t), Type::Pointer(_)) {
            return Vec::new();
        }
        let (base, is_ptr) = self.deref(t);
        if is_ptr && self.is_interface(base) {
            return Vec::new();
        }
        // Names decided at a shallower depth: `None` for fields and collisions.
        let mut decided: FxHashMap<(Sym, PkgId), Option<MethodEntry>> = FxHashMap::default();
        let mut seen: FxHashSet<TypeId> = FxHashSet::default();
        let mut current = vec![Embedded { ty: base, path: Vec::new(), indirect: is_ptr, multiples: false }];
        let mut depth = 0;
        while !current.is_empty() && depth < MAX_DEPTH {
            depth += 1;
            let mut next = Vec::new();
            let mut here: FxHashMap<(Sym, PkgId), Option<MethodEntry>> = FxHashMap::default();
            let mut add = |key: (Sym, PkgId), m: Option<MethodEntry>, multiples: bool| {
                use std::collections::hash_map::Entry::*;
                let key = (key.0, if key.0.is_exported() { crate::intern::UNIVERSE } else { key.1 });
                match here.entry(key) {
                    Occupied(mut o) => {
                        o.insert(None);
                    }
                    Vacant(v) => {
                        v.insert(m.filter(|_| !multiples));
                    }
                }
            };
            for e in &current {
                if let Type::Named(id, _) = self.get(e.ty) {
                    if !seen.insert(self.canon(e.ty)) {
                        continue;
                    }
                    for &m in &self.named_info(*id).methods {
                        let o = self.obj(m);
                        if o.name.is_blank() {
                            continue;
                        }
                        let entry = MethodEntry {
                            name: o.name,
                            pkg: o.pkg,
                            path: e.path.clone(),
                            indirect: e.indirect,
                            obj: m,
                            owner: e.ty,
                            ptr_recv: self.func_obj(m).ptr_recv,
                            sig: self.method_signature(e.ty, m),
                        };
                        add((o.name, o.pkg), Some(entry), e.multiples);
                    }
                }
                match self.under(e.ty) {
                    Type::Struct(fields) => {
                        for (i, f) in fields.iter().enumerate() {
                            add((f.name, f.pkg), None, true);
                            if !f.embedded {
                                continue;
                            }
                            let (ty, p) = self.deref(f.ty);
                            if matches!(self.get(ty), Type::Basic(_)) {
                                continue;
                            }
                            next.push(Embedded {
                                ty,
                                path: with(&e.path, i),
                                indirect: e.indirect || p,
                                multiples: e.multiples,
                            });
                        }
                    }
                    Type::Interface(_) => {
                        for m in &self.type_set(e.ty).methods {
                            let entry = MethodEntry {
                                name: m.name,
                                pkg: m.pkg,
                                path: e.path.clone(),
                                indirect: e.indirect,
                                obj: ObjId::NONE,
                                owner: e.ty,
                                ptr_recv: false,
                                sig: m.sig,
                            };
                            add((m.name, m.pkg), Some(entry), e.multiples);
                        }
                    }
                    _ => {}
                }
            }
            for (key, m) in here {
                decided.entry(key).or_insert(m);
            }
            current = consolidate(self, next);
        }
        let mut methods: Vec<MethodEntry> =
            decided.into_values().flatten().filter(|m| !m.ptr_recv || m.indirect).collect();
        methods.sort_by(|a, b| self.method_order((a.name, a.pkg), (b.name, b.pkg)));
        methods
    }

    /// The first method of interface `t` that `v` lacks (`None`: it has them all), and whether `v` has it in a wrong form. Unless
    /// `static_` is set, an interface `v` need not have the methods, but those it has must fit. `same` compares signatures.
    pub fn missing_method(
        &self,
        v: TypeId,
        t: TypeId,
        static_: bool,
        same: &mut dyn FnMut(TypeId, TypeId) -> bool,
        cause: &mut Cause,
    ) -> Option<(IMethod, bool)> {
        let from = cause.from;
        let wanted = &self.type_set(t).methods;
        let wrong_sig = |m: &IMethod, have: TypeId, cause: &mut Cause| {
            cause.set(|| {
                let name = m.name.as_str();
                let (h, w) =
                    (self.method_string(m.name, have, from), self.method_string(m.name, m.sig, from));
                let (h, w) = if h == w {
                    // Tell packages of equal names apart.
                    let other = crate::intern::UNSAFE;
                    (self.method_string(m.name, have, other), self.method_string(m.name, m.sig, other))
                } else {
                    (h, w)
                };
                if h == w {
                    format!("(wrong type for method {name})")
                } else {
                    format!("(wrong type for method {name})\n\t\thave {h}\n\t\twant {w}")
                }
            });
        };
        if let Type::Interface(_) = self.under(v) {
            let have = self.type_set(v);
            for m in wanted {
                match have.lookup(m.pkg, m.name, false) {
                    None if !static_ => {}
                    None => {
                        self.missing_text(v, t, m, cause);
                        return Some((m.clone(), false));
                    }
                    Some(i) => {
                        let sig = have.methods[i].sig;
                        if !same(sig, m.sig) {
                            wrong_sig(m, sig, cause);
                            return Some((m.clone(), true));
                        }
                    }
                }
            }
            return None;
        }
        for m in wanted {
            match self.lookup_raw(v, false, m.pkg, m.name, false) {
                Lookup::Found(s) if s.kind == Found::Field => {
                    cause.set(|| {
                        format!(
                            "({}.{} is a field, not a method)",
                            self.type_string(v, from),
                            m.name.as_str()
                        )
                    });
                    return Some((m.clone(), false));
                }
                Lookup::Found(s) => {
                    // A method whose signature is not resolved (after an error) fits.
                    if s.ty.0 != 0 && !same(s.ty, m.sig) {
                        wrong_sig(m, s.ty, cause);
                        return Some((m.clone(), true));
                    }
                }
                Lookup::Ambiguous => {
                    cause.set(|| {
                        format!("(ambiguous selector {}.{})", self.type_string(v, from), m.name.as_str())
                    });
                    return Some((m.clone(), false));
                }
                Lookup::PointerReceiver(_) => {
                    cause.set(|| format!("(method {} has pointer receiver)", m.name.as_str()));
                    return Some((m.clone(), true));
                }
                Lookup::NotFound => {
                    if !cause.wanted {
                        return Some((m.clone(), false));
                    }
                    let alt = match self.lookup_raw(v, false, m.pkg, m.name, true) {
                        Lookup::Found(s) if s.kind != Found::Field => Some(s),
                        _ => None,
                    };
                    match alt {
                        None => self.missing_text(v, t, m, cause),
                        Some(s) => cause.set(|| {
                            let name = m.name.as_str();
                            let found = match s.kind {
                                Found::Method => self.obj(s.obj).name,
                                _ => self.type_set(s.owner).methods[s.index as usize].name,
                            };
                            if found == m.name {
                                return format!("(unexported method {name})");
                            }
                            format!(
                                "(missing method {name})\n\t\thave {}\n\t\twant {}",
                                self.method_string(found, s.ty, from),
                                self.method_string(m.name, m.sig, from)
                            )
                        }),
                    }
                    return Some((m.clone(), false));
                }
            }
        }
        None
    }

    fn missing_text(&self, v: TypeId, t: TypeId, m: &IMethod, cause: &mut Cause) {
        let from = cause.from;
        cause.set(|| {
            if self.is_interface_ptr(v) {
                format!("({})", self.interface_ptr_text(v, from))
            } else if self.is_interface_ptr(t) {
                format!("({})", self.interface_ptr_text(t, from))
            } else {
                format!("(missing method {})", m.name.as_str())
            }
        });
    }

    /// Whether `t` is a pointer to an interface or type parameter.
    pub fn is_interface_ptr(&self, t: TypeId) -> bool {
        self.pointer_elem(t).is_some_and(|e| self.is_interface(e))
    }

    /// What to say about one.
    pub fn interface_ptr_text(&self, t: TypeId, from: PkgId) -> String {
        let s = self.type_string(t, from);
        match self.pointer_elem(t) {
            Some(e) if self.is_type_param(e) => {
                format!("type {s} is pointer to type parameter, not type parameter")
            }
            _ => format!("type {s} is pointer to interface, not interface"),
        }
    }

    /// Whether an embedded field's type is invalid, so that missing methods are no news.
    pub(crate) fn has_invalid_embedded(&self, t: TypeId, depth: u32) -> bool {
        let base = match self.pointer_elem(t) {
            Some(e) if self.as_struct(e).is_some() => e,
            _ => t,
        };
        depth < 16
            && self.as_struct(base).is_some_and(|fields| {
                fields
                    .iter()
                    .any(|f| f.embedded && (f.ty.0 == 0 || self.has_invalid_embedded(f.ty, depth + 1)))
            })
    }

    /// Whether `v` has all methods of interface `t`.
    pub fn has_all_methods(&self, v: TypeId, t: TypeId, static_: bool, cause: &mut Cause) -> bool {
        v.0 == 0
            || self.missing_method(v, t, static_, &mut |a, b| self.identical(a, b), cause).is_none()
            || self.has_invalid_embedded(v, 0)
    }
}
