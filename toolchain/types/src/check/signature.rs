//! Function types, parameters and receivers.
use super::{collect::unpack_receiver, delayed::Action};
use crate::{checker::Checker, object::*, table::*};
use syntax::{
    Sym,
    ast::{self, ExprKind},
    print::expr_string,
};

impl Checker {
    /// A function type in the scope that the caller opened, where its type parameters and parameters are declared.
    pub(crate) fn func_type(&mut self, f: &'static ast::FuncType) -> (TypeId, Vec<TypeParamId>) {
        self.func_type_of(f, None, None)
    }

    /// The type of a function that is declared by `obj`, which may be named in it. The receiver `recv` is declared with the parameters:
    /// their types do not see it.
    pub(crate) fn func_type_of(
        &mut self,
        f: &'static ast::FuncType,
        obj: Option<ObjId>,
        recv: Option<ObjId>,
    ) -> (TypeId, Vec<TypeParamId>) {
        let tparams = self.declare_tparams(&f.type_params);
        if let Some(obj) = obj.filter(|_| !tparams.is_empty()) {
            let known =
                Signature { params: vec![], results: vec![], variadic: false, tparams: tparams.clone() };
            let known = self.table.signature(known);
            self.set_type(obj, known);
        }
        self.bound_tparams(&f.type_params, &tparams);
        self.env.depth += 1;
        let mut declared: Vec<ObjId> = recv.into_iter().collect();
        let (params, variadic) = self.params(&f.params, true, &mut declared);
        let (results, _) = self.params(&f.results, false, &mut declared);
        for obj in declared {
            self.declare(obj);
        }
        self.env.depth -= 1;
        let sig = self.table.signature(Signature { params, results, variadic, tparams: tparams.clone() });
        if !self.pkg(self.env.file.pkg).in_goroot {
            let names = param_names(f);
            if names.iter().any(|n| !n.is_empty()) {
                self.table.param_names.insert(sig, names);
            }
        }
        (sig, tparams)
    }

    /// Types of parameters or results, whose objects are made and noted at their names (or at the field, without a name).
    fn params(
        &mut self,
        fields: &'static [ast::Field],
        variadic_ok: bool,
        declared: &mut Vec<ObjId>,
    ) -> (Vec<TypeId>, bool) {
        let mut types = Vec::with_capacity(fields.len());
        let mut variadic = false;
        for (i, field) in fields.iter().enumerate() {
            let mut ty = match &field.ty.kind {
                ExprKind::Ellipsis(elem) => {
                    if variadic_ok && i + 1 == fields.len() && field.names.len() <= 1 {
                        variadic = true;
                    } else {
                        // The parser has a message of its own for most of these.
                        self.error(field.ty.start_pos(), "invalid use of ...");
                    }
                    self.var_type(elem)
                }
                _ => self.var_type(&field.ty),
            };
            if variadic && i + 1 == fields.len() {
                ty = self.table.slice(ty);
                self.record_type(field.ty.id, ty);
            }
            if field.names.is_empty() {
                let obj = self.new_var(Sym::default(), field.pos, ty, true);
                self.record_obj(field.id, obj);
                types.push(ty);
            }
            for name in &field.names {
                let obj = self.new_var(name.name, name.pos, ty, true);
                self.record_obj(name.id, obj);
                declared.push(obj);
                types.push(ty);
            }
        }
        (types, variadic)
    }

    /// A receiver, which is not declared yet: its type, and its type parameters, which are declared.
    pub(crate) fn receiver(&mut self, field: &'static ast::Field) -> (ObjId, TypeId, Vec<TypeParamId>) {
        let (ptr, base) = unpack_receiver(&field.ty);
        // The index expression, if there is one.
        let mut inner = field.ty.unparen();
        if let ExprKind::Star(x) = &inner.kind {
            inner = x.unparen();
        }
        let (ty, tparams) = match &inner.kind {
            ExprKind::Index { x, indices } => self.generic_receiver(field, x, indices, ptr),
            _ => {
                let ty = self.var_type(&field.ty);
                match self.instantiated_alias(base) {
                    Some(instance) => {
                        let msg = format!("cannot define new methods on instantiated type {instance}");
                        self.error(base.start_pos(), msg);
                        (TypeId::default(), Vec::new())
                    }
                    None => (ty, Vec::new()),
                }
            }
        };
        self.env.depth += 1;
        let name = field.names.first();
        let obj = self.new_var(
            name.map_or(Sym::default(), |n| n.name),
            name.map_or(field.pos, |n| n.pos),
            ty,
            true,
        );
        self.env.depth -= 1;
        self.record_obj(name.map_or(field.id, |n| n.id), obj);
        self.later(Action::Receiver { base, ty });
        (obj, ty, tparams)
    }

    /// If a type name is an alias of an instance of a generic type (or a pointer to one), that instance.
    fn instantiated_alias(&self, name: &'static ast::Expr) -> Option<String> {
        let mut e = name;
        for step in 0..100 {
            e = e.unparen();
            while let ExprKind::Star(x) = &e.kind {
                e = x.unparen();
            }
            let name = match &e.kind {
                ExprKind::Ident(name) => *name,
                ExprKind::Index { .. } if step > 0 => return Some(expr_string(e)),
                _ => return None,
            };
            let obj = *self.pkg(self.env.file.pkg).scope.get(&name)?;
            let ObjKind::TypeName { alias: true, .. } = self.obj(obj).kind else { return None };
            let decl = self.state.get(obj.0 as usize)?.decl;
            let super::decl::DeclKind::Type(d) = self.decls[decl as usize].kind else { return None };
            e = &d.ty;
        }
        None
    }

    fn generic_receiver(
        &mut self,
        field: &'static ast::Field,
        x: &'static ast::Expr,
        indices: &'static [ast::Expr],
        ptr: bool,
    ) -> (TypeId, Vec<TypeParamId>) {
        let base = self.type_or_generic(x);
        self.record_type(x.id, base.ty);
        self.need_version(x.start_pos(), 18, "type instantiation");
        let mut valid = base.generic != ObjId::NONE;
        if !valid && base.ty.0 != 0 {
            let t = self.ts(base.ty);
            self.error(x.start_pos(), format!("{t} is not a generic type"));
        }
        if valid && matches!(self.obj(base.generic).kind, ObjKind::TypeName { alias: true, .. }) {
            let name = self.generic_name(base.generic);
            self.error(x.start_pos(), format!("cannot define new methods on generic alias type {name}"));
            valid = false;
        }
        let mut tparams = Vec::new();
        for (i, index) in indices.iter().enumerate() {
            let name = match index.kind {
                ExprKind::Ident(name) => name,
                ExprKind::Bad => Sym::new("_"),
                _ => {
                    let msg = format!("receiver type parameter {} must be an identifier", expr_string(index));
                    self.error(index.start_pos(), msg);
                    Sym::new("_")
                }
            };
            tparams.push(self.declare_tparam(name, index.pos, index.id, i as u32));
        }
        if !valid {
            return (TypeId::default(), tparams);
        }
        let base_params = self.generic_tparams(base.generic);
        if base_params.len() != tparams.len() {
            let got = measure(tparams.len(), "type parameter");
            let msg =
                format!("receiver declares {got}, but receiver base type declares {}", base_params.len());
            self.error(x.start_pos(), msg);
            return (TypeId::default(), tparams);
        }
        let args: Vec<TypeId> = tparams.iter().map(|&p| self.table.tparam(p)).collect();
        for (&p, &q) in tparams.iter().zip(&base_params) {
            let bound = self.table.tparam_info(q).bound;
            self.table.tparams[p.0 as usize].bound = self.table.subst_list(bound, &base_params, &args);
        }
        if !self.pkg(self.env.file.pkg).in_goroot {
            self.mono.record_receiver(&tparams, &base_params);
        }
        let Some((named, _)) = self.table.as_named(base.ty) else { return (TypeId::default(), tparams) };
        let mut ty = self.table.named(named, args);
        if ptr {
            ty = self.table.pointer(ty);
        }
        // Note the types of the expression's parts, from outside in.
        let (mut e, mut t) = (&field.ty, ty);
        loop {
            self.record_type(e.id, t);
            e = match &e.kind {
                ExprKind::Paren(x) => x,
                ExprKind::Star(x) => {
                    t = self.table.deref(t).0;
                    x
                }
                _ => break,
            };
        }
        (ty, tparams)
    }
}

/// Names of parameters and results, empty for those that have none.
pub(crate) fn param_names(f: &ast::FuncType) -> Vec<Sym> {
    let mut names = Vec::new();
    for field in f.params.iter().chain(&f.results) {
        if field.names.is_empty() {
            names.push(Sym::default());
        }
        names.extend(field.names.iter().map(|n| n.name));
    }
    names
}

/// "1 value", "2 values".
pub(crate) fn measure(n: usize, unit: &str) -> String {
    if n == 1 { format!("{n} {unit}") } else { format!("{n} {unit}s") }
}
