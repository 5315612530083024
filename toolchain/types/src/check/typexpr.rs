//! Type expressions.
use super::{
    delayed::Action,
    expr::E,
    operand::{OpMode, Operand},
};
use crate::{checker::Checker, object::*, table::*};
use syntax::{
    Pos, Sym,
    ast::{self, BinaryOp, Expr, ExprKind, UnaryOp},
    print::{expr_list_string, expr_string},
};

/// A type as an expression gives it, and if that is a generic type without arguments, its object.
pub(crate) struct TypeUse {
    pub(crate) ty: TypeId,
    pub(crate) generic: ObjId,
}

impl TypeUse {
    pub(crate) fn plain(ty: TypeId) -> TypeUse {
        TypeUse { ty, generic: ObjId::NONE }
    }
}

impl Checker {
    /// The type that an expression denotes; invalid after an error.
    pub(crate) fn typ(&mut self, e: E) -> TypeId {
        let u = self.type_or_generic(e);
        let ty =
            if u.generic != ObjId::NONE { self.not_instantiated(e.start_pos(), u.generic) } else { u.ty };
        self.record_type(e.id, ty);
        ty
    }

    /// A type that variables may have: no constraint.
    pub(crate) fn var_type(&mut self, e: E) -> TypeId {
        let ty = self.typ(e);
        self.valid_var_type(e, ty);
        ty
    }

    pub(crate) fn valid_var_type(&mut self, e: E, ty: TypeId) {
        let maybe = match self.table.get(ty) {
            Type::Interface(i) => !i.embeds.is_empty() || i.comparable,
            // Not resolved, it may become one.
            Type::Named(..) => {
                matches!(self.table.under(ty), Type::Interface(_) | Type::Basic(Basic::Invalid))
            }
            _ => false,
        };
        if maybe {
            self.later(Action::VarType { pos: e.start_pos(), ty });
        }
    }

    /// Reports a generic type that lacks its arguments.
    pub(crate) fn not_instantiated(&mut self, pos: Pos, generic: ObjId) -> TypeId {
        let name = self.generic_name(generic);
        self.error(pos, format!("cannot use generic type {name} without instantiation"));
        TypeId::default()
    }

    /// `List[T any]`
    pub(crate) fn generic_name(&self, obj: ObjId) -> String {
        let list = self.generic_tparams(obj);
        let params = self.table.tparams_string(&list, self.env.file.pkg);
        format!("{}{params}", self.table.qualified(obj, self.env.file.pkg))
    }

    /// A generic type's own type parameters.
    pub(crate) fn generic_tparams(&self, obj: ObjId) -> Vec<TypeParamId> {
        match &self.obj(obj).kind {
            ObjKind::TypeName { alias: true, tparams } => tparams.clone(),
            _ => match self.table.as_named(self.obj(obj).ty) {
                Some((named, _)) => {
                    let info = self.table.named_info(named);
                    info.tparams[..info.own_tparams].to_vec()
                }
                None => Vec::new(),
            },
        }
    }

    /// What a type's name means: resolves aliases and generic types, and queues others.
    pub(crate) fn use_type_name(&mut self, obj: ObjId) -> TypeUse {
        use super::decl::{Color, DeclKind};
        let color = self.color(obj);
        if color != Color::Black {
            let decl = self.st(obj).decl;
            let (alias, generic) = match self.decls[decl as usize].kind {
                DeclKind::Type(d) => (d.alias, !d.type_params.is_empty()),
                // Local types are grey while they are declared.
                _ => (matches!(self.obj(obj).kind, ObjKind::TypeName { alias: true, .. }), false),
            };
            if alias {
                self.resolve(obj);
                if color == Color::Grey && self.obj(obj).ty.0 == 0 && decl == 0 {
                    self.cycle_error(&[obj]);
                }
            } else if generic && color == Color::White {
                self.resolve(obj);
            } else if color == Color::Grey {
                if !self.meet_type(obj) {
                    return TypeUse::plain(TypeId::default());
                }
            } else {
                self.need_type(obj);
            }
        }
        let ty = self.obj(obj).ty;
        let generic = match &self.obj(obj).kind {
            ObjKind::TypeName { alias: true, tparams } => !tparams.is_empty(),
            _ => match self.table.get(ty) {
                Type::Named(id, args) => !args.is_empty() && self.table.named_info(*id).own_tparams > 0,
                _ => false,
            },
        };
        TypeUse { ty, generic: if generic { obj } else { ObjId::NONE } }
    }

    /// The type that an expression denotes, generic or not.
    pub(crate) fn type_or_generic(&mut self, e: E) -> TypeUse {
        let invalid = TypeUse::plain(TypeId::default());
        match &e.kind {
            ExprKind::Bad => {}
            ExprKind::Ident(name) => {
                let x = self.ident(e, *name, true);
                return self.as_type(x);
            }
            ExprKind::Selector { x, sel } => {
                let x = self.selector(e, x, sel, true);
                return self.as_type(x);
            }
            ExprKind::Index { x, indices } => {
                self.need_version(e.start_pos(), 18, "type instantiation");
                return TypeUse::plain(self.instantiated_type(x, indices));
            }
            ExprKind::Paren(x) => return TypeUse::plain(self.typ(x)),
            ExprKind::ArrayType { len, elem } => {
                let n = match len {
                    Some(len) => self.array_length(len),
                    None => {
                        self.error(e.start_pos(), "invalid use of [...] array (outside a composite literal)");
                        None
                    }
                };
                let elem = self.var_type(elem);
                if let Some(n) = n {
                    return TypeUse::plain(self.table.array(elem, n));
                }
            }
            ExprKind::SliceType(elem) => {
                let elem = self.var_type(elem);
                return TypeUse::plain(self.table.slice(elem));
            }
            ExprKind::Ellipsis(x) => {
                self.error(e.start_pos(), "invalid use of ...");
                self.typ(x);
            }
            ExprKind::StructType(fields) => return TypeUse::plain(self.struct_type(fields)),
            ExprKind::Star(x) => {
                let base = self.var_type(x);
                if base.0 != 0 {
                    return TypeUse::plain(self.table.pointer(base));
                }
            }
            ExprKind::FuncType(f) => {
                self.open_scope();
                let (sig, _) = self.func_type(f);
                self.close_scope();
                return TypeUse::plain(sig);
            }
            ExprKind::InterfaceType(elems) => {
                let outer = std::mem::replace(&mut self.env.in_interface, true);
                if !outer && !elems.is_empty() && !self.pkg(self.env.file.pkg).in_goroot {
                    self.literals.push((self.env.file, e.id, e.start_pos()));
                }
                let ty = self.interface_type(elems);
                self.env.in_interface = outer;
                self.record_type(e.id, ty);
                return TypeUse::plain(ty);
            }
            ExprKind::MapType { key, value } => {
                let k = self.var_type(key);
                let v = self.var_type(value);
                if !matches!(self.table.get(k), Type::Basic(_) | Type::Pointer(_)) {
                    self.later(Action::MapKey { pos: key.start_pos(), ty: k });
                }
                return TypeUse::plain(self.table.map(k, v));
            }
            ExprKind::ChanType { dir, elem } => {
                let elem = self.var_type(elem);
                let dir = match dir {
                    ast::ChanDir::Both => ChanDir::Both,
                    ast::ChanDir::Send => ChanDir::Send,
                    ast::ChanDir::Recv => ChanDir::Recv,
                };
                return TypeUse::plain(self.table.chan(dir, elem));
            }
            _ => {
                self.error(e.start_pos(), format!("{} is not a type", expr_string(e)));
                self.use_expr(e);
            }
        }
        invalid
    }

    fn as_type(&mut self, x: Operand) -> TypeUse {
        match x.mode {
            OpMode::Type => return TypeUse { ty: x.ty, generic: x.generic },
            OpMode::Invalid => {}
            OpMode::NoValue => {
                let msg = format!("{} used as type", self.op_str(&x));
                self.error(x.pos(), msg);
            }
            _ => {
                let msg = format!("{} is not a type", self.op_str(&x));
                self.error(x.pos(), msg);
            }
        }
        TypeUse::plain(TypeId::default())
    }

    fn array_length(&mut self, e: E) -> Option<u64> {
        if let ExprKind::Ident(name) = e.kind {
            match self.lookup(name) {
                None => {
                    let msg = format!("undefined array length {} or missing type constraint", name.as_str());
                    self.error(e.pos, msg);
                    return None;
                }
                Some(obj) if !matches!(self.obj(obj).kind, ObjKind::Const(_)) => {
                    if matches!(self.obj(obj).kind, ObjKind::Var(_)) {
                        self.st(obj).used = true;
                    }
                    self.error(e.pos, format!("invalid array length {}", name.as_str()));
                    return None;
                }
                _ => {}
            }
        }
        let x = self.expr(None, e);
        if x.mode != OpMode::Const {
            if x.valid() {
                let msg = format!("array length {} must be constant", self.op_str(&x));
                self.error(x.pos(), msg);
            }
            return None;
        }
        let integer = self.table.is_integer(x.ty);
        if (integer || self.table.is_untyped(x.ty))
            && x.val.representable(Basic::Int, self.word).is_some()
            && let Some(n) = x.val.as_u64()
        {
            return Some(n);
        }
        if x.val.is_unknown() {
            return None;
        }
        let msg = if integer {
            format!("invalid array length {}", self.op_str(&x))
        } else {
            format!("array length {} must be integer", self.op_str(&x))
        };
        self.error(x.pos(), msg);
        None
    }

    /// Types from a list; None if one is invalid.
    pub(crate) fn type_list(&mut self, list: &'static [Expr]) -> Option<Vec<TypeId>> {
        let mut ok = true;
        let types = list
            .iter()
            .map(|e| {
                let t = self.var_type(e);
                ok &= t.0 != 0;
                t
            })
            .collect();
        ok.then_some(types)
    }

    /// `x[indices]` as a type.
    fn instantiated_type(&mut self, x: E, indices: &'static [Expr]) -> TypeId {
        let base = self.type_or_generic(x);
        self.record_type(x.id, base.ty);
        if base.generic == ObjId::NONE {
            if base.ty.0 != 0 {
                let (xs, t) = (expr_string(x), self.ts(base.ty));
                let list = expr_list_string(indices);
                self.error(
                    x.start_pos(),
                    format!("invalid operation: {xs}[{list}] ({t} is not a generic type)"),
                );
            }
            return TypeId::default();
        }
        let Some(args) = self.type_list(indices) else { return TypeId::default() };
        let tparams = self.generic_tparams(base.generic);
        if args.len() != tparams.len() {
            let how = if args.len() < tparams.len() { "not enough" } else { "too many" };
            let name = self.obj(base.generic).name.as_str();
            let msg =
                format!("{how} type arguments for type {name}: have {}, want {}", args.len(), tparams.len());
            self.error(x.start_pos(), msg);
            return TypeId::default();
        }
        let ty = self.instantiate_type(base.generic, base.ty, &tparams, &args);
        if !self.pkg(self.env.file.pkg).in_goroot {
            self.instance_pos.entry(ty).or_insert(x.start_pos());
        }
        let places = indices.iter().map(|e| e.start_pos()).collect();
        self.later(Action::TypeArgs { pos: x.start_pos(), tparams, args, outer: Subst::default(), places });
        ty
    }

    /// An instance of a generic type.
    fn instantiate_type(
        &mut self,
        obj: ObjId,
        ty: TypeId,
        tparams: &[TypeParamId],
        args: &[TypeId],
    ) -> TypeId {
        if let ObjKind::TypeName { alias: true, .. } = self.obj(obj).kind {
            return self.table.subst_list(ty, tparams, args);
        }
        match self.table.as_named(ty) {
            Some((named, own)) => {
                let mut all = args.to_vec();
                all.extend_from_slice(&own[args.len().min(own.len())..]);
                self.table.named(named, all)
            }
            None => TypeId::default(),
        }
    }

    /// A type parameter's constraint.
    fn bound(&mut self, e: E) -> TypeId {
        match &e.kind {
            ExprKind::Unary { op: UnaryOp::Tilde, .. } | ExprKind::Binary { op: BinaryOp::Or, .. } => {
                let t = self.union(e);
                if t.0 == 0 {
                    return t;
                }
                let t = self.table.interface(Interface {
                    methods: Vec::new(),
                    embeds: vec![t],
                    implicit: true,
                    comparable: false,
                });
                self.record_type(e.id, t);
                t
            }
            _ => self.typ(e),
        }
    }

    /// Declares type parameters, whose constraints `bound_tparams` finds.
    pub(crate) fn declare_tparams(&mut self, fields: &'static [ast::Field]) -> Vec<TypeParamId> {
        let mut list = Vec::new();
        for field in fields {
            for name in &field.names {
                let index = list.len() as u32;
                list.push(self.declare_tparam(name.name, name.pos, name.id, index));
            }
        }
        list
    }

    pub(crate) fn declare_tparam(
        &mut self,
        name: Sym,
        pos: Pos,
        node: ast::NodeId,
        index: u32,
    ) -> TypeParamId {
        let kind = ObjKind::TypeName { alias: false, tparams: Vec::new() };
        let obj = self.new_obj(Object { name, pkg: self.env.file.pkg, pos, ty: TypeId::default(), kind });
        let p = self.table.new_tparam(TypeParamInfo { obj, index, bound: TypeId::default(), pos });
        let ty = self.table.tparam(p);
        self.set_type(obj, ty);
        self.st(obj).color = super::decl::Color::Black;
        self.record_obj(node, obj);
        self.record_type(node, ty);
        self.declare(obj);
        p
    }

    pub(crate) fn bound_tparams(&mut self, fields: &'static [ast::Field], tparams: &[TypeParamId]) {
        let mut next = tparams.iter();
        for field in fields {
            let mut bound = self.bound(&field.ty);
            if self.table.is_type_param(bound) {
                self.error(field.ty.start_pos(), "cannot use a type parameter as constraint");
                bound = TypeId::default();
            }
            for _ in &field.names {
                if let Some(p) = next.next() {
                    self.table.tparams[p.0 as usize].bound = bound;
                }
            }
        }
    }

    /// `A | ~B | C`; a single type without `~` is that type.
    pub(crate) fn union(&mut self, e: E) -> TypeId {
        let mut parts: Vec<E> = Vec::new();
        let mut ors: Vec<E> = Vec::new();
        let mut rest = e;
        while let ExprKind::Binary { op: BinaryOp::Or, x, y } = &rest.kind {
            parts.push(y);
            ors.push(rest);
            rest = x;
        }
        parts.push(rest);
        parts.reverse();
        let mut terms = Vec::new();
        let mut ok = true;
        for &part in &parts {
            let (tilde, inner) = match &part.kind {
                ExprKind::Unary { op: UnaryOp::Tilde, x } => (true, &**x),
                _ => (false, part),
            };
            let mut ty = self.typ(inner);
            if self.table.is_type_param(ty) {
                let msg = if tilde {
                    format!("type in term {} cannot be a type parameter", expr_string(part))
                } else {
                    "term cannot be a type parameter".into()
                };
                self.error(inner.start_pos(), msg);
                ty = TypeId::default();
            }
            if tilde {
                let u = self.table.union(vec![UnionTerm { tilde, ty }]);
                self.record_type(part.id, u);
            }
            if parts.len() == 1 && !tilde {
                return ty;
            }
            if terms.len() == 100 {
                if ok {
                    let msg = "cannot handle more than 100 union terms (implementation limitation)";
                    self.error(part.start_pos(), msg);
                }
                ok = false;
                continue;
            }
            terms.push(UnionTerm { tilde, ty });
        }
        if !ok {
            return TypeId::default();
        }
        let places: Vec<Pos> = parts.iter().map(|p| p.start_pos()).collect();
        let valid: Vec<(Pos, UnionTerm)> = places.into_iter().zip(terms.iter().copied()).collect();
        self.later(Action::Union(valid));
        terms.retain(|t| t.ty.0 != 0);
        let u = if terms.is_empty() { TypeId::default() } else { self.table.union(terms) };
        for or in ors {
            self.record_type(or.id, u);
        }
        u
    }
}
