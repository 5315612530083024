//! Struct and interface types.
use super::delayed::Action;
use crate::{checker::Checker, intern::UNIVERSE, table::*};
use rustc_hash::FxHashMap;
use syntax::{
    Pos, Sym,
    ast::{self, Expr, ExprKind, InterfaceElem},
    print::expr_string,
};

impl Checker {
    /// The package that tells a field or method name apart from others: none for exported names.
    pub(crate) fn name_pkg(&self, name: Sym) -> PkgId {
        if name.is_exported() { UNIVERSE } else { self.env.file.pkg }
    }

    pub(crate) fn struct_type(&mut self, list: &'static [ast::StructField]) -> TypeId {
        let mut fields: Vec<Field> = Vec::with_capacity(list.len());
        let mut seen = Seen::default();
        for f in list {
            let ty = self.var_type(&f.ty);
            let tag = match &f.tag {
                Some(t) => Sym::new(&String::from_utf8_lossy(&t.value)),
                None => Sym::default(),
            };
            if f.names.is_empty() {
                let pos = f.ty.start_pos();
                let Some((name, name_pos)) = embedded_name(&f.ty) else {
                    self.error(pos, format!("invalid embedded field type {}", expr_string(&f.ty)));
                    continue;
                };
                if self.new_member(&mut seen, name, name_pos) {
                    fields.push(Field { name, pkg: self.name_pkg(name), ty, embedded: true, tag });
                }
                self.later(Action::Embedded { pos, ty });
            }
            for name in &f.names {
                if self.new_member(&mut seen, name.name, name.pos) {
                    let pkg = self.name_pkg(name.name);
                    fields.push(Field { name: name.name, pkg, ty, embedded: false, tag });
                }
            }
        }
        self.table.strukt(fields)
    }

    fn new_member(&mut self, seen: &mut Seen, name: Sym, pos: Pos) -> bool {
        if name.is_blank() {
            return true;
        }
        if let Some(other) = seen.insert(name, pos) {
            let n = name.as_str();
            self.error(pos, format!("{n} redeclared\n\t{other}: other declaration of {n}"));
            return false;
        }
        true
    }

    pub(crate) fn interface_type(&mut self, elems: &'static [InterfaceElem]) -> TypeId {
        let mut iface =
            Interface { methods: Vec::new(), embeds: Vec::new(), implicit: false, comparable: false };
        let mut seen = Seen::default();
        let mut methods = Vec::new();
        let mut embeds = Vec::new();
        for elem in elems {
            match elem {
                InterfaceElem::Method { name, ty, .. } => {
                    if name.name.is_blank() {
                        self.error(name.pos, "methods must have a unique non-blank name");
                        continue;
                    }
                    self.open_scope();
                    let (sig, tparams) = self.func_type(ty);
                    self.close_scope();
                    if !tparams.is_empty() {
                        self.error(name.pos, "interface method must have no type parameters");
                        continue;
                    }
                    if let Some(other) = seen.insert(name.name, name.pos) {
                        self.duplicate_method(name.pos, name.name, other);
                        continue;
                    }
                    methods.push((name.name, name.pos));
                    iface.methods.push(IMethod { name: name.name, pkg: self.name_pkg(name.name), sig });
                }
                InterfaceElem::Embed { ty, .. } => {
                    let t = self.union(ty);
                    self.record_type(ty.id, t);
                    if t.0 != 0 {
                        iface.embeds.push(t);
                        embeds.push((t, ty.start_pos()));
                    }
                }
            }
        }
        if embeds.is_empty() {
            return self.table.interface(iface);
        }
        let own = iface.methods.iter().map(|m| m.sig).zip(methods).map(|(s, (n, p))| (n, p, s)).collect();
        self.later(Action::Interface { methods: own, embeds });
        self.table.interface(iface)
    }

    pub(crate) fn duplicate_method(&mut self, pos: Pos, name: Sym, other: Pos) {
        let n = name.as_str();
        self.error(pos, format!("duplicate method {n}\n\t{other}: other declaration of method {n}"));
    }

    /// Judges what an interface embeds: a method may be there twice only if it is the same one.
    pub(crate) fn check_interface(&mut self, own: Vec<(Sym, Pos, TypeId)>, embeds: Vec<(TypeId, Pos)>) {
        let pkg = self.env.file.pkg;
        let mut seen: FxHashMap<(Sym, PkgId), (Pos, TypeId)> = FxHashMap::default();
        for (name, pos, sig) in own {
            seen.insert((name, self.name_pkg(name)), (pos, sig));
        }
        for (ty, pos) in embeds {
            let u = self.table.underlying(ty);
            match self.table.get(u) {
                Type::Basic(Basic::Invalid) => {}
                Type::Interface(_) => {
                    let set = self.table.type_set(u);
                    let imported =
                        self.table.as_named(ty).is_some_and(|(n, _)| self.table.named_pkg(n) != pkg);
                    if !self.allows(18) && imported && set.is_constraint() {
                        let what = format!("embedding constraint interface {}", self.ts(ty));
                        self.version_error(pos, 18, &what);
                        continue;
                    }
                    for m in &set.methods {
                        match seen.get(&(m.name, m.pkg)) {
                            None => drop(seen.insert((m.name, m.pkg), (pos, m.sig))),
                            Some(&(other, sig)) => {
                                if self.allows(14) && self.table.identical(sig, m.sig) {
                                    continue;
                                }
                                if self.env.depth == 0 {
                                    self.duplicates.push((pos, m.name, other));
                                } else {
                                    self.duplicate_method(pos, m.name, other);
                                }
                            }
                        }
                    }
                }
                Type::Union(terms) if self.allows(18) => {
                    let size = |t: &UnionTerm| match self.table.under(t.ty) {
                        Type::Interface(_) => self.table.type_set(t.ty).terms.as_ref().map_or(0, |t| t.len()),
                        _ => 1,
                    };
                    if terms.iter().map(size).sum::<usize>() > 100 {
                        let msg = "cannot handle more than 100 union terms (implementation limitation)";
                        self.error(pos, msg);
                    }
                }
                _ if self.allows(18) => {}
                Type::Union(_) => {
                    let what = format!("embedding interface element {}", self.ts(u));
                    self.version_error(pos, 18, &what);
                }
                _ => {
                    let what = format!("embedding non-interface type {}", self.ts(ty));
                    self.version_error(pos, 18, &what);
                }
            }
        }
    }
}

/// Names of a struct's fields or an interface's methods: a list while it is short.
#[derive(Default)]
struct Seen {
    list: Vec<(Sym, Pos)>,
    map: FxHashMap<Sym, Pos>,
}

impl Seen {
    /// Returns where the name stood before.
    fn insert(&mut self, name: Sym, pos: Pos) -> Option<Pos> {
        if self.map.is_empty() {
            if let Some(&(_, p)) = self.list.iter().find(|(n, _)| *n == name) {
                return Some(p);
            }
            self.list.push((name, pos));
            if self.list.len() > 16 {
                self.map = self.list.iter().copied().collect();
            }
            return None;
        }
        if let Some(&p) = self.map.get(&name) {
            return Some(p);
        }
        self.map.insert(name, pos);
        None
    }
}

/// The name of an embedded field.
fn embedded_name(e: &Expr) -> Option<(Sym, Pos)> {
    match &e.kind {
        ExprKind::Ident(name) => Some((*name, e.pos)),
        ExprKind::Star(x) if !matches!(x.kind, ExprKind::Star(_)) => embedded_name(x),
        ExprKind::Selector { sel, .. } => Some((sel.name, sel.pos)),
        ExprKind::Index { x, .. } => embedded_name(x),
        ExprKind::Paren(x) => embedded_name(x),
        _ => None,
    }
}
