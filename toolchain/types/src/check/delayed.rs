//! What is judged when the types it is about are complete.
use crate::{checker::Checker, intern::UNIVERSE, object::*, query::Cause, table::*};
use syntax::Pos;

/// Something to judge.
pub(crate) enum Action {
    /// A defined type: not infinite, fields and methods have different names.
    Defined { obj: ObjId },
    /// A variable's type is no constraint.
    VarType { pos: Pos, ty: TypeId },
    /// A map's key type is comparable.
    MapKey { pos: Pos, ty: TypeId },
    /// An embedded field's type may be one.
    Embedded { pos: Pos, ty: TypeId },
    /// An interface's methods (name, where, signature) and those of what it embeds do not clash.
    Interface { methods: Vec<(syntax::Sym, Pos, TypeId)>, embeds: Vec<(TypeId, Pos)> },
    /// A union's terms.
    Union(Vec<(Pos, UnionTerm)>),
    /// Type arguments satisfy constraints.
    TypeArgs { pos: Pos, tparams: Vec<TypeParamId>, args: Vec<TypeId>, outer: Subst, places: Vec<Pos> },
    /// A receiver's type may have methods.
    Receiver { base: super::expr::E, ty: TypeId },
}

/// An action and where it came up.
pub(crate) struct Delayed {
    action: Action,
    file: FileRef,
    version: u16,
    errpos: Pos,
}

impl Checker {
    pub(crate) fn later(&mut self, action: Action) {
        let (file, version, errpos) = (self.env.file, self.env.version, self.env.errpos);
        self.delayed.push(Delayed { action, file, version, errpos });
    }

    /// Completes all types that were named, and does what waits for that, down to `top` actions.
    #[inline]
    pub(crate) fn settle(&mut self, top: usize) {
        if !self.pending.is_empty() || self.delayed.len() > top {
            self.settle_slow(top);
        }
    }

    fn settle_slow(&mut self, top: usize) {
        self.complete_pending();
        let mut next = top;
        while next < self.delayed.len() {
            let none = Action::VarType { pos: Pos::NONE, ty: TypeId::default() };
            let d = &mut self.delayed[next];
            let action = std::mem::replace(&mut d.action, none);
            let (file, version, errpos) = (d.file, d.version, d.errpos);
            next += 1;
            let mut env = self.env.clone();
            (env.file, env.version, env.errpos) = (file, version, errpos);
            let saved = std::mem::replace(&mut self.env, env);
            self.act(action);
            self.env = saved;
            self.complete_pending();
        }
        self.delayed.truncate(top);
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::Defined { obj } => self.check_defined(obj),
            Action::VarType { pos, ty } => self.check_var_type(pos, ty),
            Action::MapKey { pos, ty } => {
                if self.table.underlying(ty).0 != 0 && !self.table.comparable(ty) {
                    let why =
                        if self.table.is_type_param(ty) { " (missing comparable constraint)" } else { "" };
                    let t = self.ts(ty);
                    self.error(pos, format!("invalid map key type {t}{why}"));
                }
            }
            Action::Embedded { pos, ty } => self.check_embedded(pos, ty),
            Action::Interface { methods, embeds } => self.check_interface(methods, embeds),
            Action::Union(terms) => self.check_union(&terms),
            Action::TypeArgs { pos, tparams, args, outer, places } => {
                for &a in &args {
                    self.ensure_methods(a);
                }
                let mut cause = Cause::new(self.env.file.pkg);
                if let Err(i) = self.table.verify_type_args(&tparams, &args, &outer, &mut cause) {
                    let pos = places.get(i).copied().unwrap_or(pos);
                    self.soft_error(pos, cause.text);
                } else if let Some(i) = self.comparable_by_version(&tparams, &args) {
                    let pos = places.get(i).copied().unwrap_or(pos);
                    let what = format!("{} to satisfy comparable", self.ts(args[i]));
                    self.version_error(pos, 20, &what);
                } else if !self.pkg(self.env.file.pkg).in_goroot {
                    for (i, (&p, &a)) in tparams.iter().zip(&args).enumerate() {
                        let pos = places.get(i).copied().unwrap_or(pos);
                        self.mono.record(&self.table, pos, &[p], &[a]);
                    }
                }
            }
            Action::Receiver { base, ty } => self.check_receiver(base, ty),
        }
    }

    /// The first type argument, if there is one, that may satisfy `comparable` only since go1.20: comparing such values may panic.
    fn comparable_by_version(&self, tparams: &[TypeParamId], args: &[TypeId]) -> Option<usize> {
        if self.allows(20) {
            return None;
        }
        let t = &self.table;
        tparams.iter().zip(args).position(|(&p, &a)| {
            t.type_set(t.bound_interface(p)).is_comparable(t)
                && !t.strictly_comparable(a)
                && !t.type_set(a).is_empty()
        })
    }

    fn check_var_type(&mut self, pos: Pos, ty: TypeId) {
        if ty.0 == 0 || self.table.is_type_param(ty) || !self.table.is_interface(ty) {
            return;
        }
        let set = self.table.type_set(ty);
        if !set.is_constraint() {
            return;
        }
        let t = self.ts(ty);
        let why = if set.comparable {
            "interface is (or embeds) comparable"
        } else {
            "interface contains type constraints"
        };
        self.soft_error(pos, format!("cannot use type {t} outside a type constraint: {why}"));
    }

    fn check_embedded(&mut self, pos: Pos, ty: TypeId) {
        let (base, ptr) = self.table.deref(ty);
        let msg = match self.table.under(base) {
            Type::Basic(Basic::UnsafePointer) => "embedded field type cannot be unsafe.Pointer",
            Type::Pointer(_) => "embedded field type cannot be a pointer",
            Type::Interface(_) if self.table.is_type_param(base) => {
                "embedded field type cannot be a (pointer to a) type parameter"
            }
            Type::Interface(_) if ptr => "embedded field type cannot be a pointer to an interface",
            _ => return,
        };
        self.error(pos, msg);
    }

    fn check_union(&mut self, terms: &[(Pos, UnionTerm)]) {
        for (i, &(pos, term)) in terms.iter().enumerate() {
            if term.ty.0 == 0 {
                continue;
            }
            let u = self.table.underlying(term.ty);
            if u.0 == 0 {
                continue;
            }
            let t = self.ts(term.ty);
            let interface = self.table.is_interface(term.ty);
            let full = |c: &Checker, t: UnionTerm| c.table.terms_string(&[t]);
            if term.tilde && interface {
                self.error(pos, format!("invalid use of ~ ({t} is an interface)"));
                continue;
            }
            if term.tilde && !self.table.identical(u, term.ty) {
                let us = self.ts(u);
                self.error(pos, format!("invalid use of ~ (underlying type of {t} is {us})"));
                continue;
            }
            if interface {
                let set = self.table.type_set(term.ty);
                let t = full(self, term);
                if !set.methods.is_empty() {
                    self.error(pos, format!("cannot use {t} in union ({t} contains methods)"));
                } else if term.ty == crate::intern::COMPARABLE {
                    self.error(pos, "cannot use comparable in union");
                } else if set.comparable {
                    self.error(pos, format!("cannot use {t} in union ({t} embeds comparable)"));
                }
                continue;
            }
            let overlap = terms[..i].iter().map(|x| x.1).find(|x| {
                x.ty.0 != 0
                    && !self.table.is_interface(x.ty)
                    && (self.table.term_includes(*x, term.ty) || self.table.term_includes(term, x.ty))
            });
            if let Some(x) = overlap {
                let msg = format!("overlapping terms {} and {}", full(self, term), full(self, x));
                self.soft_error(pos, msg);
            }
        }
    }

    fn check_receiver(&mut self, e: super::expr::E, ty: TypeId) {
        let pos = e.start_pos();
        let (base, _) = self.table.deref(ty);
        if base.0 == 0 {
            return;
        }
        match self.table.get(base) {
            Type::Named(named, _) => {
                if self.table.named_pkg(*named) != self.env.file.pkg {
                    let t = self.receiver_text(e, base);
                    self.error(pos, format!("cannot define new methods on non-local type {t}"));
                    return;
                }
                let cause = match self.table.under(base) {
                    Type::Basic(Basic::UnsafePointer) => "unsafe.Pointer",
                    Type::Pointer(_) | Type::Interface(_) => "pointer or interface type",
                    _ => return,
                };
                let t = self.receiver_text(e, base);
                self.error(pos, format!("invalid receiver type {t} ({cause})"));
            }
            Type::Basic(_) => {
                let t = self.receiver_text(e, base);
                self.error(pos, format!("cannot define new methods on non-local type {t}"));
            }
            _ => {
                let t = self.receiver_text(e, ty);
                self.error(pos, format!("invalid receiver type {t}"));
            }
        }
    }

    /// A receiver's type; by its alias if it was written so.
    fn receiver_text(&mut self, e: super::expr::E, ty: TypeId) -> String {
        match &e.kind {
            syntax::ast::ExprKind::Ident(name) => {
                let obj = self.node(e.id).obj;
                match self.obj(obj).kind {
                    ObjKind::TypeName { alias: true, .. } => name.as_str().to_string(),
                    _ => self.ts(ty),
                }
            }
            _ => self.ts(ty),
        }
    }

    fn check_defined(&mut self, obj: ObjId) {
        let Some((named, _)) = self.table.as_named(self.obj(obj).ty) else { return };
        self.valid_type(named);
        if let Type::Struct(fields) = self.table.get(self.table.named_info(named).underlying) {
            let methods = self.table.named_info(named).methods.clone();
            for m in methods {
                let (name, pkg) = (self.obj(m).name, self.obj(m).pkg);
                // Unexported names of different packages are different names.
                let same = |f: &Field| f.name == name && (f.pkg == UNIVERSE || f.pkg == pkg);
                if fields.iter().any(same) {
                    let n = name.as_str();
                    let mpos = self.obj(m).pos;
                    let msg = format!(
                        "field and method with the same name {n}\n\t{}: other declaration of {n}",
                        self.field_pos(obj, name)
                    );
                    self.error(mpos, msg);
                }
            }
        }
    }

    /// Where a declared struct type's field stands.
    fn field_pos(&mut self, obj: ObjId, name: syntax::Sym) -> Pos {
        use super::decl::DeclKind;
        let decl = self.st(obj).decl;
        let DeclKind::Type(d) = self.decls[decl as usize].kind else { return self.obj(obj).pos };
        if let syntax::ast::ExprKind::StructType(fields) = &d.ty.kind {
            for f in fields {
                if let Some(n) = f.names.iter().find(|n| n.name == name) {
                    return n.pos;
                }
            }
        }
        d.ty.start_pos()
    }

    /// Makes sure that the methods of a type, embedded ones too, have their signatures.
    pub(crate) fn ensure_methods(&mut self, t: TypeId) {
        let (base, _) = self.table.deref(t);
        match self.table.get(base) {
            Type::Named(named, _) => {
                let i = named.0 as usize;
                if i >= self.methods_ready.len() {
                    self.methods_ready.resize(self.table.nameds.len(), false);
                }
                if self.methods_ready[i] {
                    return;
                }
                self.methods_ready[i] = true;
                let obj = self.table.named_info(*named).obj;
                self.resolve(obj);
                for k in 0..self.table.named_info(*named).methods.len() {
                    let m = self.table.named_info(*named).methods[k];
                    self.resolve(m);
                }
                let u = self.table.named_info(*named).underlying;
                self.ensure_embedded(u);
                self.complete_pending();
            }
            Type::Struct(_) => self.ensure_embedded(base),
            Type::TypeParam(_) => {}
            _ => {}
        }
    }

    fn ensure_embedded(&mut self, u: TypeId) {
        if let Type::Struct(fields) = self.table.get(u) {
            for f in fields.iter().filter(|f| f.embedded) {
                self.ensure_methods(f.ty);
            }
        }
    }

    /// Reports a type that contains itself.
    fn valid_type(&mut self, named: NamedId) {
        let t = self.table.origin_type(named);
        let mut nest = Vec::new();
        let mut path = Vec::new();
        self.valid_named(named, t, true, &mut nest, &mut path);
    }

    fn is_valid_named(&self, n: NamedId) -> bool {
        self.valid_types.get(n.0 as usize).copied().unwrap_or(false)
    }

    /// `nest`: the defined types that contain `t`, outermost first, but while a type argument is looked at without those that
    /// were given it; `path`: those too. Instances are distinct from the declared generic type itself.
    fn valid_type_in(&mut self, t: TypeId, nest: &mut Vec<Nested>, path: &mut Vec<Nested>) -> bool {
        match self.table.get(t) {
            Type::Array(e, _) => self.valid_type_in(*e, nest, path),
            Type::Struct(fields) => fields.iter().all(|f| self.valid_type_in(f.ty, nest, path)),
            Type::Union(terms) => terms.iter().all(|x| self.valid_type_in(x.ty, nest, path)),
            Type::Interface(i) => i.embeds.iter().all(|&e| self.valid_type_in(e, nest, path)),
            Type::Named(named, args) => {
                if args.is_empty() && self.is_valid_named(*named) {
                    return true;
                }
                self.valid_named(*named, t, args.is_empty(), nest, path)
            }
            Type::TypeParam(p) => {
                let Some(&inst) = nest.last().filter(|n| !n.declared) else { return true };
                let Some((named, args)) = self.table.as_named(inst.ty) else { return true };
                let Some(i) = self.table.named_info(named).tparams.iter().position(|q| q == p) else {
                    return true;
                };
                let Some(&arg) = args.get(i) else { return true };
                if self.table.as_tparam(arg) == Some(*p) {
                    return true;
                }
                nest.pop();
                let ok = self.valid_type_in(arg, nest, path);
                nest.push(inst);
                ok
            }
            _ => true,
        }
    }

    fn valid_named(
        &mut self,
        named: NamedId,
        ty: TypeId,
        declared: bool,
        nest: &mut Vec<Nested>,
        path: &mut Vec<Nested>,
    ) -> bool {
        let t = Nested { ty, declared };
        let i = named.0 as usize;
        if nest.contains(&t) {
            self.table.nameds[i].underlying = TypeId::default();
            if let Some(rhs) = self.declared_as.get_mut(i) {
                *rhs = TypeId::default();
            }
            let start = path.iter().position(|&p| p == t).unwrap_or(0);
            let cycle: Vec<(Pos, String)> = path[start..].iter().map(|&p| self.nested_name(p)).collect();
            self.cycle_error_of(true, &cycle, 0);
            return false;
        }
        // Instances in more instances than any sane type has: an expanding generic type, which its instantiation reports. Types that are no
        // instances are as many as there are declarations.
        if !declared && nest.iter().filter(|n| !n.declared).count() > 200 {
            return true;
        }
        let u = self.table.named_info(named).underlying;
        if matches!(self.table.get(u), Type::Pointer(_) | Type::Slice(_) | Type::Map(..)) {
            return true;
        }
        let rhs = self.declared_as.get(i).copied().unwrap_or_default();
        nest.push(t);
        path.push(t);
        let ok = self.valid_type_in(if rhs.0 == 0 { u } else { rhs }, nest, path);
        nest.pop();
        path.pop();
        if ok && declared {
            if i >= self.valid_types.len() {
                self.valid_types.resize(self.table.nameds.len(), false);
            }
            self.valid_types[i] = true;
        }
        ok
    }

    pub(crate) fn nested_name(&self, n: Nested) -> (Pos, String) {
        let Some((named, _)) = self.table.as_named(n.ty) else { return (Pos::NONE, String::new()) };
        let obj = self.table.named_info(named).obj;
        let declared = n.declared || self.table.as_named(n.ty).is_some_and(|(_, args)| args.is_empty());
        if declared {
            return (self.obj(obj).pos, self.table.qualified(obj, self.env.file.pkg));
        }
        let pos = self.instance_pos.get(&n.ty).copied().unwrap_or(self.obj(obj).pos);
        (pos, self.ts(n.ty))
    }
}

/// A defined type on the way into a type: as it is declared, or an instance of a generic type.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Nested {
    pub(crate) ty: TypeId,
    pub(crate) declared: bool,
}
