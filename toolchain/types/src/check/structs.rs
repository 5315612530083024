//! Struct and interface types.
use super::{delayed::Action, expr::E};
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

    pub(crate) fn interface_type(&mut self, e: E, elems: &'static [InterfaceElem]) -> TypeId {
        let mut iface =
            Interface { methods: Vec::new(), embeds: Vec::new(), implicit: false, comparable: false };
        let mut seen = Seen::default();
        let mut places = Vec::new();
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
                        let n = name.name.as_str();
                        let msg = format!("duplicate method {n}\n\t{other}: other declaration of method {n}");
                        self.error(name.pos, msg);
                        continue;
                    }
                    iface.methods.push(IMethod { name: name.name, pkg: self.name_pkg(name.name), sig });
                }
                InterfaceElem::Embed { ty, .. } => {
                    let t = self.union(ty);
                    self.record_type(ty.id, t);
                    if t.0 != 0 {
                        iface.embeds.push(t);
                        places.push(ty.start_pos());
                    }
                }
            }
        }
        let check = !iface.embeds.is_empty();
        let t = self.table.interface(iface);
        if check {
            self.later(Action::Interface { pos: e.start_pos(), ty: t, places });
        }
        t
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
