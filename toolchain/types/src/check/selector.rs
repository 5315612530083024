//! Selectors: qualified names, fields, methods.
use super::{
    collect::NO_PKG,
    expr::E,
    operand::{OpMode, Operand, Src},
};
use crate::{
    checker::Checker,
    info::{Selection, SelectionKind},
    lookup::{Found, Lookup, Selected},
    object::*,
    table::*,
};
use rustc_hash::FxHashSet;
use std::rc::Rc;
use syntax::{
    Sym,
    ast::{Decl, Expr, ExprKind, Ident},
    print::expr_string,
    walk::{Visitor, walk_decl},
};

/// Looks for a name.
struct Mention {
    name: Sym,
    found: bool,
}

impl Visitor for Mention {
    fn expr(&mut self, e: &Expr) -> bool {
        self.found |= e.as_ident() == Some(self.name);
        true
    }
}

impl Checker {
    /// `x.sel`. `want_type`: it stands where a type must.
    pub(crate) fn selector(&mut self, e: E, xe: E, sel: &'static Ident, want_type: bool) -> Operand {
        let mut x = Operand::invalid(e);
        if let ExprKind::Ident(name) = xe.kind
            && let Some(obj) = self.lookup(name)
            && let ObjKind::PkgName { imported } = self.obj(obj).kind
        {
            self.record_obj(xe.id, obj);
            self.st(obj).used = true;
            self.qualified(&mut x, e, sel, imported, want_type);
            return x;
        }
        let invalid = Operand::invalid(e);
        x = self.expr_or_type(xe, false);
        if x.mode == OpMode::Builtin {
            let msg = format!("invalid use of {} in selector expression", self.op_str(&x));
            self.error(e.pos, msg);
            return invalid;
        }
        if !x.valid() || !self.is_complete(x.ty) {
            return invalid;
        }
        if want_type {
            self.error(sel.pos, format!("{} is not a type", expr_string(e)));
            return invalid;
        }
        if let Type::Pointer(p) = self.table.under(x.ty)
            && !self.is_complete(*p)
        {
            return invalid;
        }
        self.complete_pending();
        let pkg = self.env.file.pkg;
        let addressable = x.mode == OpMode::Var;
        match self.table.lookup_field_or_method(x.ty, addressable, pkg, sel.name) {
            Lookup::Found(s) => self.selected(e, xe, sel, x, s).unwrap_or(invalid),
            other => {
                self.selector_error(&x, sel, &other);
                invalid
            }
        }
    }

    /// `pkg.Name`.
    fn qualified(&mut self, x: &mut Operand, e: E, sel: &'static Ident, imported: PkgId, want_type: bool) {
        if imported == NO_PKG {
            return;
        }
        let name = sel.name;
        let found = self.pkg(imported).scope.get(&name).copied();
        // What nothing exported mentions is not there for importers.
        let found = found.filter(|&o| name.is_exported() || self.is_mentioned(imported, o));
        let Some(obj) = found else {
            if name.is_empty() || name.is_blank() && self.diags.iter().any(|d| d.pos == sel.pos) {
                return;
            }
            let alt = if self.pkg(imported).scope.len() < 10_000 {
                let lower = name.as_str().to_lowercase();
                let mut found: Vec<&str> = self
                    .pkg(imported)
                    .scope
                    .keys()
                    .filter(|n| n.is_exported())
                    .map(|n| n.as_str())
                    .filter(|n| n.to_lowercase() == lower)
                    .collect();
                found.sort_unstable();
                found.first().copied()
            } else {
                None
            };
            let es = expr_string(e);
            let msg = match alt {
                Some(alt) => format!("undefined: {es} (but have {alt})"),
                None => format!("undefined: {es}"),
            };
            self.error(sel.pos, msg);
            return;
        };
        if !name.is_exported() {
            let msg = format!(
                "name {} not exported by package {}",
                name.as_str(),
                self.pkg(imported).info.name.as_str()
            );
            self.error(sel.pos, msg);
        }
        self.record_obj(sel.id, obj);
        if let ObjKind::TypeName { .. } = self.obj(obj).kind {
            let u = self.use_type_name(obj);
            x.mode = OpMode::Type;
            x.ty = u.ty;
            x.generic = u.generic;
            return;
        }
        let _ = want_type;
        self.value_of(x, obj);
    }

    /// Is an unexported object part of what a package exports: a type of something exported, or a name in the body of an exported
    /// function that is short enough to be compiled into its callers?
    fn is_mentioned(&mut self, pkg: PkgId, obj: ObjId) -> bool {
        if !matches!(self.obj(obj).kind, ObjKind::TypeName { .. }) {
            let mut mention = Mention { name: self.obj(obj).name, found: false };
            for f in &self.pkg(pkg).files {
                for d in &f.decls {
                    if let Decl::Func(f) = d
                        && f.name.name.is_exported()
                        && f.body.as_ref().is_some_and(|b| b.stmts.len() <= 1)
                    {
                        walk_decl(&mut mention, d);
                    }
                }
            }
            return mention.found;
        }
        let mut seen: FxHashSet<TypeId> = FxHashSet::default();
        let exported: Vec<ObjId> =
            self.pkg(pkg).scope.iter().filter(|(n, _)| n.is_exported()).map(|(_, &o)| o).collect();
        let mut work = Vec::new();
        for o in exported {
            self.resolve(o);
            self.complete_pending();
            work.push(self.obj(o).ty);
        }
        while let Some(t) = work.pop() {
            if !seen.insert(t) {
                continue;
            }
            if let Some((named, _)) = self.table.as_named(t) {
                let info = self.table.named_info(named);
                if info.obj == obj {
                    return true;
                }
                if self.obj(info.obj).pkg != pkg {
                    continue;
                }
                self.ensure_methods(t);
                let info = self.table.named_info(named);
                work.push(info.underlying);
                work.extend(info.methods.iter().map(|&m| self.obj(m).ty));
            }
            crate::intern::for_each_child(self.table.get(t), |c| work.push(c));
        }
        false
    }

    /// A field or method that was found.
    fn selected(&mut self, e: E, xe: E, sel: &'static Ident, mut x: Operand, s: Selected) -> Option<Operand> {
        let is_type = x.mode == OpMode::Type;
        let recv = x.ty;
        let kind = match (s.kind, is_type) {
            (Found::Field, false) => SelectionKind::Field,
            (Found::Field, true) => {
                let t = self.ts(x.ty);
                let msg =
                    format!("operand for field selector {} must be value of type {t}", sel.name.as_str());
                self.error(xe.start_pos(), msg);
                return None;
            }
            (Found::Method, false) => SelectionKind::MethodVal,
            (Found::Method, true) => SelectionKind::MethodExpr,
            (Found::InterfaceMethod, false) => SelectionKind::InterfaceMethodVal,
            (Found::InterfaceMethod, true) => SelectionKind::InterfaceMethodExpr,
        };
        let mut ty = s.ty;
        if s.kind == Found::Method {
            self.resolve(s.obj);
            self.complete_pending();
            self.add_dep(s.obj);
            self.record_obj(sel.id, s.obj);
            ty = self.table.method_signature(s.owner, s.obj);
            if let Type::Func(sig) = self.table.get(ty)
                && !sig.tparams.is_empty()
            {
                let outer = self.table.recv_subst(s.owner, s.obj);
                x.outer = (!outer.is_empty()).then(|| Rc::new(outer));
            }
            if s.ptr_recv && !s.indirect && !is_type {
                // The method gets the address.
                self.mark_address_taken(xe);
            }
            if ty.0 == 0 {
                return None;
            }
        }
        let selection = Selection { kind, recv, path: s.path, method: s.obj, indirect: s.indirect };
        self.info().selections.insert(e.id, selection);
        if s.kind == Found::Field {
            x.mode = if x.mode == OpMode::Var || s.indirect { OpMode::Var } else { OpMode::Value };
        } else {
            x.mode = OpMode::Value;
            if is_type && let Type::Func(sig) = self.table.get(ty) {
                let mut sig = sig.clone();
                sig.params.insert(0, recv);
                ty = self.table.signature(sig);
            }
        }
        x.ty = ty;
        x.val = Default::default();
        x.src = Src::Expr(e);
        if x.ty.0 == 0 {
            return None;
        }
        Some(x)
    }

    #[cold]
    fn selector_error(&mut self, x: &Operand, sel: &'static Ident, why: &Lookup) {
        if x.ty.0 == 0 || self.table.underlying(x.ty).0 == 0 {
            return;
        }
        let name = sel.name.as_str();
        let (text, t) = (x.text(), self.ts(x.ty));
        let msg = match why {
            Lookup::Ambiguous => format!("ambiguous selector {text}.{name}"),
            Lookup::PointerReceiver(_) if x.mode == OpMode::Type => {
                format!("invalid method expression {t}.{name} (needs pointer receiver (*{t}).{name})")
            }
            Lookup::PointerReceiver(_) => format!("cannot call pointer method {name} on {t}"),
            _ => {
                let interface_ptr = match self.table.under(x.ty) {
                    Type::Pointer(p) if self.table.is_interface(*p) => Some(*p),
                    _ => None,
                };
                let why = match interface_ptr {
                    Some(p) if self.table.is_type_param(p) => {
                        format!("type {t} is pointer to type parameter, not type parameter")
                    }
                    Some(_) => format!("type {t} is pointer to interface, not interface"),
                    None => self.lookup_error(x.ty, x.ty, sel.name, false),
                };
                format!("{text}.{name} undefined ({why})")
            }
        };
        self.error(sel.pos, msg);
    }

    /// Why a type has no such field or method, with what was perhaps meant.
    pub(crate) fn lookup_error(&mut self, shown: TypeId, ty: TypeId, sel: Sym, literal: bool) -> String {
        #[derive(PartialEq)]
        enum Miss {
            Missing,
            Misspelled,
            Unexported,
            Inaccessible,
        }
        let pkg = self.env.file.pkg;
        let found = match self.table.lookup_fold(ty, true, pkg, sel, true) {
            Lookup::Found(s) | Lookup::PointerReceiver(s) => Some(s),
            _ => None,
        };
        let mut alt = Sym::default();
        let mut what = "object";
        let mut miss = Miss::Missing;
        if let Some(s) = found {
            let alt_pkg;
            match s.kind {
                Found::Field => {
                    what = "field";
                    let base = self.table.deref(s.owner).0;
                    match self.table.as_struct(base).and_then(|f| f.get(s.index as usize)) {
                        Some(f) => (alt, alt_pkg) = (f.name, f.pkg),
                        None => (alt, alt_pkg) = (sel, pkg),
                    }
                }
                Found::Method => {
                    what = "method";
                    let o = self.obj(s.obj);
                    (alt, alt_pkg) = (o.name, o.pkg);
                }
                Found::InterfaceMethod => {
                    what = "method";
                    match self.table.type_set(s.owner).methods.get(s.index as usize) {
                        Some(m) => (alt, alt_pkg) = (m.name, m.pkg),
                        None => (alt, alt_pkg) = (sel, pkg),
                    }
                }
            }
            // Exported names do not tell where they come from: ask the type.
            let alt_pkg = if alt.is_exported() {
                self.table
                    .as_named(self.table.deref(if literal { shown } else { s.owner }).0)
                    .map_or(alt_pkg, |(n, _)| self.table.named_pkg(n))
            } else {
                alt_pkg
            };
            let tail = |s: Sym| {
                let mut c = s.as_str().chars();
                c.next();
                c.as_str()
            };
            let same_tail = tail(sel) == tail(alt);
            if alt_pkg == pkg {
                if alt != sel {
                    miss = Miss::Misspelled;
                }
            } else if sel.is_exported() {
                if alt.is_exported() {
                    miss = Miss::Misspelled;
                } else if same_tail {
                    miss = Miss::Unexported;
                }
            } else if alt.is_exported() {
                if same_tail {
                    miss = Miss::Misspelled;
                }
            } else if sel == alt {
                miss = Miss::Inaccessible;
            }
        }
        let (t, sel, alt) = (self.ts(shown), sel.as_str(), alt.as_str());
        match (literal, miss) {
            (true, Miss::Missing) => format!("unknown field {sel} in struct literal of type {t}"),
            (true, Miss::Misspelled) => {
                format!("unknown field {sel} in struct literal of type {t}, but does have {alt}")
            }
            (true, Miss::Unexported) => {
                format!("unknown field {sel} in struct literal of type {t}, but does have unexported {alt}")
            }
            (true, Miss::Inaccessible) => {
                format!("cannot refer to unexported field {alt} in struct literal of type {t}")
            }
            (false, Miss::Missing) => format!("type {t} has no field or method {sel}"),
            (false, Miss::Misspelled) => {
                format!("type {t} has no field or method {sel}, but does have {what} {alt}")
            }
            (false, Miss::Unexported) => {
                format!("type {t} has no field or method {sel}, but does have unexported {what} {alt}")
            }
            (false, Miss::Inaccessible) => format!("cannot refer to unexported {what} {alt}"),
        }
    }
}
