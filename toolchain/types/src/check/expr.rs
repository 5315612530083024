//! Expressions: dispatch, names, operators with one operand.
use super::operand::{OpMode, Operand, Src};
use crate::{checker::Checker, object::*, query::Cause, table::*};
use std::rc::Rc;
use syntax::{
    Pos, Sym,
    ast::{self, BinaryOp, Expr, ExprKind, UnaryOp},
    print::expr_string,
};

/// An expression of a kept file.
pub(crate) type E = &'static Expr;

/// What an expression may be used as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Conversion,
    Expression,
    Statement,
}

/// The function type that a generic function is assigned to, for inference, and how messages call what it is assigned to.
pub(crate) struct Target {
    pub(crate) sig: TypeId,
    pub(crate) desc: Rc<str>,
}

impl Checker {
    pub(crate) fn target(&self, ty: Option<TypeId>, desc: &str) -> Option<Target> {
        let ty = ty.filter(|t| t.0 != 0)?;
        let u = self.table.core_type(ty)?;
        match self.table.get(u) {
            Type::Func(_) => Some(Target { sig: u, desc: desc.into() }),
            _ => None,
        }
    }

    /// A single value.
    pub(crate) fn expr(&mut self, target: Option<&Target>, e: E) -> Operand {
        let (mut x, _) = self.raw_expr(target, e, None, false);
        self.only_values(&mut x);
        self.single_value(&mut x);
        x
    }

    /// A single value, or a generic function. `hint`: the type of composite literals without one.
    pub(crate) fn generic_expr(&mut self, e: E, hint: Option<TypeId>) -> Operand {
        let (mut x, _) = self.raw_expr(None, e, hint, true);
        self.only_values(&mut x);
        self.single_value(&mut x);
        x
    }

    /// The values of an expression: several for a call with several results, or with `comma_ok` for what has that form.
    pub(crate) fn multi_expr(&mut self, e: E, comma_ok: bool) -> (Vec<Operand>, bool) {
        let (mut x, _) = self.raw_expr(None, e, None, false);
        self.only_values(&mut x);
        if x.valid()
            && let Type::Tuple(types) = self.table.get(x.ty)
        {
            let pos = e.start_pos();
            let list = types
                .iter()
                .enumerate()
                .map(|(i, &t)| Operand::value(t, Src::Name(pos, nth(i + 1, "function result"))))
                .collect();
            return (list, false);
        }
        if comma_ok && matches!(x.mode, OpMode::MapIndex | OpMode::CommaOk) {
            let src = Src::Name(e.start_pos(), "ok value of (comma, ok) expression".into());
            let ok = Operand::value(basic(Basic::UntypedBool), src);
            return (vec![x, ok], true);
        }
        (vec![x], false)
    }

    /// A value or type, generic ones only if allowed.
    pub(crate) fn expr_or_type(&mut self, e: E, allow_generic: bool) -> Operand {
        let (mut x, _) = self.raw_expr(None, e, None, allow_generic);
        if x.mode == OpMode::NoValue {
            let msg = format!("{} used as value or type", self.op_str(&x));
            self.error(x.pos(), msg);
            x.invalidate();
        }
        self.single_value(&mut x);
        x
    }

    /// Refuses what is no value.
    pub(crate) fn only_values(&mut self, x: &mut Operand) {
        let what = match x.mode {
            OpMode::NoValue => "used as value",
            OpMode::Builtin => "must be called",
            OpMode::Type => "is not an expression",
            _ => return,
        };
        let msg = format!("{} {what}", self.op_str(x));
        self.error(x.pos(), msg);
        x.invalidate();
    }

    pub(crate) fn single_value(&mut self, x: &mut Operand) {
        if x.mode == OpMode::Value && matches!(self.table.get(x.ty), Type::Tuple(_)) {
            let msg = format!("multiple-value {} in single-value context", self.op_str(x));
            self.error(x.pos(), msg);
            x.invalidate();
        }
    }

    /// Any expression.
    pub(crate) fn raw_expr(
        &mut self,
        target: Option<&Target>,
        e: E,
        hint: Option<TypeId>,
        allow_generic: bool,
    ) -> (Operand, Kind) {
        let (mut x, kind) = self.expr_kind(target, e, hint);
        if !allow_generic {
            self.non_generic(target, &mut x);
        }
        self.record(&x);
        (x, kind)
    }

    /// Refuses generic types and functions, or infers the type arguments from the target.
    pub(crate) fn non_generic(&mut self, target: Option<&Target>, x: &mut Operand) {
        let what = match x.mode {
            OpMode::Type if x.generic != ObjId::NONE => "type",
            OpMode::Value => match self.table.get(x.ty) {
                Type::Func(sig) if !sig.tparams.is_empty() => {
                    if let Some(target) = target {
                        self.instantiate_for_target(target, x);
                        return;
                    }
                    "function"
                }
                _ => return,
            },
            _ => return,
        };
        let msg = format!("cannot use generic {what} {} without instantiation", x.text());
        self.error(x.pos(), msg);
        x.invalidate();
        x.ty = TypeId::default();
    }

    /// Notes what an expression turned out to be.
    pub(crate) fn record(&mut self, x: &Operand) {
        let Src::Expr(e) = x.src else { return };
        let info = self.info();
        let node = &mut info.nodes[e.id.index()];
        node.ty = x.ty;
        node.mode = x.mode.to_info();
        match x.mode {
            OpMode::Const => {
                info.consts.insert(e.id, x.val.clone());
            }
            OpMode::Invalid => node.ty = TypeId::default(),
            OpMode::NoValue => node.ty = crate::intern::EMPTY_TUPLE,
            _ => {}
        }
    }

    fn expr_kind(&mut self, target: Option<&Target>, e: E, hint: Option<TypeId>) -> (Operand, Kind) {
        let x = match &e.kind {
            ExprKind::Bad => Operand::invalid(e),
            ExprKind::Ident(name) => {
                let x = self.ident(e, *name, false);
                self.complete_pending();
                x
            }
            ExprKind::BasicLit { kind, text, bad } => {
                if *bad {
                    Operand::invalid(e)
                } else {
                    self.basic_lit(e, *kind, *text)
                }
            }
            ExprKind::FuncLit(f) => self.func_lit(e, f),
            ExprKind::CompositeLit { ty, elems, rbrace } => {
                self.composite_lit(e, ty.as_deref(), elems, *rbrace, hint)
            }
            ExprKind::Paren(inner) => {
                let (mut x, kind) = self.raw_expr(None, inner, None, false);
                x.src = Src::Expr(e);
                return (x, kind);
            }
            ExprKind::Selector { x, sel } => {
                let x = self.selector(e, x, sel, false);
                self.complete_pending();
                x
            }
            ExprKind::Index { x, indices } => {
                let (mut op, inst) = self.index_expr(e, x, indices);
                self.complete_pending();
                if inst {
                    self.func_inst(target, &mut op, Some((e, indices)), true);
                }
                op
            }
            ExprKind::Slice { x, index, full } => self.slice_expr(e, x, index, *full),
            ExprKind::TypeAssert { x, ty } => self.type_assert(e, x, ty),
            ExprKind::TypeSwitchGuard { x, .. } => {
                self.error(e.start_pos(), "invalid syntax tree: use of .(type) outside type switch");
                self.use_expr(x);
                Operand::invalid(e)
            }
            ExprKind::Call { .. } => return self.call_expr(e),
            ExprKind::Star(inner) => self.star(inner),
            ExprKind::Unary { op, x } => {
                let mut r = self.unary(e, *op, x);
                r.src = Src::Expr(e);
                if !r.valid() || *op == UnaryOp::Recv {
                    // A receive may stand as a statement; after an error nothing more is said.
                    return (r, Kind::Statement);
                }
                r
            }
            ExprKind::Binary { .. } => self.binary_expr(e),
            ExprKind::KeyValue { .. } => {
                self.error(e.start_pos(), "invalid syntax tree: no key:value expected");
                Operand::invalid(e)
            }
            ExprKind::Ellipsis(_) => {
                self.error(e.start_pos(), "invalid use of ...");
                Operand::invalid(e)
            }
            ExprKind::ArrayType { .. }
            | ExprKind::SliceType(_)
            | ExprKind::StructType(_)
            | ExprKind::FuncType(_)
            | ExprKind::InterfaceType(_)
            | ExprKind::MapType { .. }
            | ExprKind::ChanType { .. } => {
                let ty = self.typ(e);
                self.complete_pending();
                let mode = OpMode::Type;
                Operand { mode, ty, ..Operand::default() }
            }
        };
        let mut x = x;
        x.src = Src::Expr(e);
        let kind = if x.valid() { Kind::Expression } else { Kind::Statement };
        (x, kind)
    }

    /// What a name denotes. `want_type`: it stands where a type must.
    pub(crate) fn ident(&mut self, e: E, name: Sym, want_type: bool) -> Operand {
        let mut x = Operand::invalid(e);
        let Some(obj) = self.lookup(name) else {
            if name.is_blank() {
                self.error(e.pos, "cannot use _ as value or type");
            } else if !name.is_empty() {
                self.error(e.pos, format!("undefined: {}", name.as_str()));
            }
            return x;
        };
        self.record_obj(e.id, obj);
        let is_type = matches!(self.obj(obj).kind, ObjKind::TypeName { .. });
        if want_type && !is_type {
            let what = self.object_kind(obj);
            self.error(e.pos, format!("{} ({what}) is not a type", name.as_str()));
            if matches!(self.obj(obj).kind, ObjKind::Var(_)) {
                self.st(obj).used = true;
            }
            return x;
        }
        let f = self.env.file;
        if self.obj(obj).pkg != f.pkg
            && !self.pkg(f.pkg).dot_imports.is_empty()
            && let Some(&import) = self.pkg(f.pkg).dot_imports.get(&(f.file, name))
        {
            self.st(import).used = true;
        }
        if is_type {
            if self.env.version < 18 && self.obj(obj).pkg == crate::intern::UNIVERSE {
                let n = name.as_str();
                if matches!(n, "any" | "comparable") {
                    self.version_error(e.pos, 18, &format!("predeclared {n}"));
                    return x;
                }
            }
            let u = self.use_type_name(obj);
            x.mode = OpMode::Type;
            x.ty = u.ty;
            x.generic = u.generic;
            return x;
        }
        if matches!(self.obj(obj).kind, ObjKind::PkgName { .. }) {
            self.error(e.pos, format!("use of package {} not in selector", name.as_str()));
            return x;
        }
        self.value_of(&mut x, obj);
        x
    }

    /// The value of a constant, variable, function, built-in, or nil.
    pub(crate) fn value_of(&mut self, x: &mut Operand, obj: ObjId) {
        if self.color(obj) != super::decl::Color::Black {
            self.resolve(obj);
        }
        let depth = self.env.depth;
        let ty = self.obj(obj).ty;
        match &self.obj(obj).kind {
            ObjKind::Const(val) => {
                let val = val.clone();
                self.add_dep(obj);
                if ty.0 == 0 {
                    return;
                }
                x.val = if obj == self.iota {
                    let Some(iota) = self.env.iota else {
                        self.error(x.pos(), "cannot use iota outside constant declaration");
                        return;
                    };
                    iota.into()
                } else {
                    val
                };
                x.mode = OpMode::Const;
            }
            ObjKind::Var(_) => {
                let st = self.st(obj);
                st.used = true;
                let captured = st.depth != 0 && st.depth < depth;
                if captured && let Some(v) = self.var_mut(obj) {
                    v.captured = true;
                }
                self.add_dep(obj);
                if ty.0 == 0 {
                    return;
                }
                x.mode = OpMode::Var;
            }
            ObjKind::Func(_) => {
                self.add_dep(obj);
                if ty.0 == 0 {
                    return;
                }
                x.mode = OpMode::Value;
            }
            ObjKind::Builtin(b) => {
                x.builtin = Some(*b);
                x.mode = OpMode::Builtin;
            }
            ObjKind::Nil => x.mode = OpMode::Nil,
            _ => return,
        }
        x.ty = ty;
    }

    fn object_kind(&self, obj: ObjId) -> &'static str {
        match &self.obj(obj).kind {
            ObjKind::PkgName { .. } => "package name",
            ObjKind::Const(_) => "constant",
            ObjKind::TypeName { alias: true, .. } => "type alias",
            ObjKind::TypeName { .. } if self.table.is_type_param(self.obj(obj).ty) => "type parameter",
            ObjKind::TypeName { .. } => "defined type",
            ObjKind::Var(v) if v.global => "package-level variable",
            ObjKind::Var(v) if v.param => "parameter",
            ObjKind::Var(_) => "local variable",
            ObjKind::Func(f) if f.recv.is_some() => "method",
            ObjKind::Func(_) => "function",
            ObjKind::Label => "label",
            ObjKind::Builtin(_) => "built-in function",
            ObjKind::Nil => "untyped nil",
        }
    }

    fn basic_lit(&mut self, e: E, kind: ast::LitKind, text: Sym) -> Operand {
        let s = text.as_str();
        let number = matches!(kind, ast::LitKind::Int | ast::LitKind::Float | ast::LitKind::Imag);
        if number && s.len() > 2 {
            if s.len() > 10000 {
                let head: String = s.chars().take(10).collect();
                let msg = format!("excessively long constant: {head}... ({} chars)", s.len());
                self.error(e.pos, msg);
                return Operand::invalid(e);
            }
            if !self.allows(13) {
                self.old_literal(e, kind, s);
            }
        }
        let val = crate::literal::from_literal(kind, s);
        if val.is_unknown() {
            self.error(e.pos, format!("malformed constant: {s}"));
            return Operand::invalid(e);
        }
        let ty = basic(match kind {
            ast::LitKind::Int => Basic::UntypedInt,
            ast::LitKind::Float => Basic::UntypedFloat,
            ast::LitKind::Imag => Basic::UntypedComplex,
            ast::LitKind::Char => Basic::UntypedRune,
            ast::LitKind::String => Basic::UntypedString,
        });
        let mut x = Operand { mode: OpMode::Const, ty, val, src: Src::Expr(e), ..Operand::default() };
        self.overflow(&mut x, e.pos);
        x
    }

    fn old_literal(&mut self, e: E, kind: ast::LitKind, s: &str) {
        let b = s.as_bytes();
        let what = if s.contains('_') {
            "underscore in numeric literal"
        } else if b[0] != b'0' {
            return;
        } else if matches!(b[1], b'b' | b'B') {
            "binary literal"
        } else if matches!(b[1], b'o' | b'O') {
            "0o/0O-style octal literal"
        } else if kind != ast::LitKind::Int && matches!(b[1], b'x' | b'X') {
            "hexadecimal floating-point literal"
        } else {
            return;
        };
        self.version_error(e.pos, 13, what);
    }

    fn func_lit(&mut self, e: E, f: &'static ast::FuncLit) -> Operand {
        self.open_scope();
        let (sig, _) = self.func_type(&f.ty);
        self.close_scope();
        let node = self.node(f.ty.id);
        node.ty = sig;
        node.mode = crate::info::Mode::Type;
        if self.env.depth == 0 {
            // At package level the body may refer to what is being declared.
            let decl = self.env.decl as usize;
            let literal = super::decl::Literal {
                lit: f,
                file: self.env.file,
                iota: self.env.iota,
                errpos: self.env.errpos,
            };
            if decl != 0 {
                self.decls[decl].literals.push(literal);
            }
        } else {
            self.complete_pending();
            let saved = self.env.clone();
            self.func_lit_body(f);
            self.env = saved;
        }
        Operand::value(sig, Src::Expr(e))
    }

    fn star(&mut self, inner: E) -> Operand {
        let mut x = self.expr_or_type(inner, false);
        match x.mode {
            OpMode::Invalid => {}
            OpMode::Type => {
                self.valid_var_type(inner, x.ty);
                if x.ty.0 == 0 {
                    x.invalidate();
                } else {
                    x.ty = self.table.pointer(x.ty);
                }
            }
            _ => {
                let mut base: Option<TypeId> = None;
                let mut different = false;
                let table = &self.table;
                let ok = table.under_is(x.ty, |u| {
                    let Some(Type::Pointer(p)) = u.map(|u| table.get(u)) else { return false };
                    different = base.is_some_and(|b| !table.identical(b, *p));
                    base = Some(*p);
                    !different
                });
                let Some(base) = base.filter(|_| ok) else {
                    let msg = if different {
                        format!(
                            "invalid operation: pointers of {} must have identical base types",
                            self.op_str(&x)
                        )
                    } else {
                        format!("invalid operation: cannot indirect {}", self.op_str(&x))
                    };
                    if x.mode == OpMode::Builtin || x.ty.0 != 0 && self.table.underlying(x.ty).0 != 0 {
                        self.error(x.pos(), msg);
                    }
                    x.invalidate();
                    return x;
                };
                if !self.is_complete(base) {
                    x.invalidate();
                    return x;
                }
                x.mode = OpMode::Var;
                x.ty = base;
            }
        }
        x
    }

    fn unary(&mut self, e: E, op: UnaryOp, operand: E) -> Operand {
        let mut x = self.expr(None, operand);
        if !x.valid() {
            return x;
        }
        let op = match op {
            UnaryOp::Addr => {
                let literal = matches!(operand.unparen().kind, ExprKind::CompositeLit { .. });
                if !literal && x.mode != OpMode::Var {
                    let msg = format!("invalid operation: cannot take address of {}", self.op_str(&x));
                    self.error(x.pos(), msg);
                    x.invalidate();
                    return x;
                }
                if !literal {
                    self.mark_address_taken(operand);
                }
                x.mode = OpMode::Value;
                x.ty = self.table.pointer(x.ty);
                return x;
            }
            UnaryOp::Recv => {
                match self.chan_elem(x.pos(), &x, true) {
                    Some(elem) if self.is_complete(elem) => {
                        x.mode = OpMode::CommaOk;
                        x.ty = elem;
                        self.env.has_call = true;
                    }
                    _ => x.invalidate(),
                }
                return x;
            }
            UnaryOp::Tilde => {
                let mut msg = "cannot use ~ outside of interface or type constraint".to_string();
                let integer = self.table.all_integer(x.ty);
                if integer {
                    msg.push_str(" (use ^ for bitwise complement)");
                }
                self.error(e.start_pos(), msg);
                if !integer {
                    x.invalidate();
                    return x;
                }
                UnaryOp::BitNot
            }
            op => op,
        };
        let t = &self.table;
        let defined = match op {
            UnaryOp::Plus | UnaryOp::Neg => t.all_numeric(x.ty),
            UnaryOp::BitNot => t.all_integer(x.ty),
            _ => t.all_boolean(x.ty),
        };
        if !defined {
            if self.table.underlying(x.ty).0 != 0 {
                let msg = format!("invalid operation: operator {op} not defined on {}", self.op_str(&x));
                self.error(x.pos(), msg);
            }
            x.invalidate();
            return x;
        }
        if x.mode == OpMode::Const {
            if x.val.is_unknown() {
                return x;
            }
            let unsigned = match self.table.as_basic(x.ty) {
                Some(b) => crate::constant::int_size(b, self.word).filter(|s| !s.1).map(|s| s.0),
                None => None,
            };
            x.val = match op {
                UnaryOp::Plus => x.val,
                UnaryOp::Neg => x.val.neg(),
                UnaryOp::BitNot => x.val.complement(unsigned),
                _ => x.val.not(),
            };
            x.src = Src::Expr(e);
            self.overflow(&mut x, e.pos);
            return x;
        }
        x.mode = OpMode::Value;
        x
    }

    /// The element type of a channel that is received from or sent to.
    pub(crate) fn chan_elem(&mut self, pos: Pos, x: &Operand, recv: bool) -> Option<TypeId> {
        let t = &self.table;
        let is_param = t.is_type_param(x.ty);
        let mut cause = Cause::new(self.env.file.pkg);
        let mut bad = None;
        if is_param && t.type_set(x.ty).terms.as_ref().is_none_or(|terms| terms.is_empty()) {
            bad = Some("no specific channel type".to_string());
        } else {
            let terms: Vec<TypeId> = match &t.type_set(x.ty).terms {
                Some(terms) if is_param => terms.iter().map(|x| x.ty).collect(),
                _ => vec![x.ty],
            };
            for ty in terms {
                let what = match t.under(ty) {
                    Type::Chan(ChanDir::Send, _) if recv => "send-only channel",
                    Type::Chan(ChanDir::Recv, _) if !recv => "receive-only channel",
                    Type::Chan(..) => continue,
                    Type::Basic(Basic::Invalid) => return None,
                    _ => "non-channel",
                };
                bad = Some(format!("{what} {}", self.ts(ty)));
                break;
            }
        }
        if bad.is_none() {
            if let Some(u) = self.table.common_under(x.ty, &mut cause)
                && let Type::Chan(_, elem) = self.table.get(u)
            {
                return Some(*elem);
            }
            bad = Some(cause.text);
        }
        let (cause, xs) = (bad.unwrap_or_default(), self.op_str(x));
        let verb = if recv { "receive from" } else { "send to" };
        let msg = if is_param {
            format!("invalid operation: cannot {verb} {xs}: {cause}")
        } else {
            format!("invalid operation: cannot {verb} {cause} {xs}")
        };
        self.error(pos, msg);
        None
    }

    fn type_assert(&mut self, e: E, x: E, ty: E) -> Operand {
        let mut x = self.expr(None, x);
        if !x.valid() {
            return x;
        }
        if self.table.is_type_param(x.ty) {
            let msg = format!(
                "invalid operation: cannot use type assertion on type parameter value {}",
                self.op_str(&x)
            );
            self.error(x.pos(), msg);
            x.invalidate();
            return x;
        }
        if !self.table.is_interface(x.ty) {
            if self.table.underlying(x.ty).0 != 0 {
                let msg = format!("invalid operation: {} is not an interface", self.op_str(&x));
                self.error(x.pos(), msg);
            }
            x.invalidate();
            return x;
        }
        let t = self.var_type(ty);
        self.complete_pending();
        if t.0 == 0 || !self.is_complete(t) {
            x.invalidate();
            return x;
        }
        self.type_assertion(e, &x, t, false);
        x.mode = OpMode::CommaOk;
        x.ty = t;
        x
    }

    /// Reports an assertion that can never succeed.
    pub(crate) fn type_assertion(&mut self, e: E, x: &Operand, t: TypeId, type_switch: bool) {
        self.ensure_methods(t);
        if self.table.assertable_to(x.ty, t, &mut Cause::none()) {
            return;
        }
        let mut cause = Cause::new(self.env.file.pkg);
        self.table.assertable_to(x.ty, t, &mut cause);
        let (es, ts) = (expr_string(e), self.ts(t));
        let msg = if type_switch {
            let xs = self.op_str(x);
            format!("impossible type switch case: {es}\n\t{xs} cannot have dynamic type {ts} {}", cause.text)
        } else {
            let xt = self.ts(x.ty);
            format!("impossible type assertion: {es}\n\t{ts} does not implement {xt} {}", cause.text)
        };
        self.error(e.start_pos(), msg);
    }

    /// Checks expressions only for what they use, after an error; false if one is invalid.
    pub(crate) fn use_exprs(&mut self, list: &'static [Expr]) -> bool {
        let mut ok = true;
        for e in list {
            ok &= self.use_expr(e);
        }
        ok
    }

    pub(crate) fn use_expr(&mut self, e: E) -> bool {
        self.use_one(e, false)
    }

    /// The same for left sides of assignments: variables there are not used.
    pub(crate) fn use_lhs(&mut self, e: E) -> bool {
        self.use_one(e, true)
    }

    fn use_one(&mut self, e: E, lhs: bool) -> bool {
        match &e.unparen().kind {
            ExprKind::Ident(name) => {
                if name.is_blank() {
                    return true;
                }
                let var = if lhs { self.lookup(*name) } else { None };
                let used = var.map(|v| self.st(v).used);
                let x = self.expr_or_type(e.unparen(), true);
                if let (Some(v), Some(used)) = (var, used) {
                    self.st(v).used = used;
                }
                x.valid()
            }
            ExprKind::KeyValue { value, .. } => self.use_one(value, lhs),
            _ => self.raw_expr(None, e, None, true).0.valid(),
        }
    }

    /// The address of (part of) a variable is taken.
    pub(crate) fn mark_address_taken(&mut self, e: E) {
        if let Some(v) = self.root_variable(e)
            && let Some(v) = self.var_mut(v)
        {
            v.addr_taken = true;
        }
    }

    /// The variable that an addressable expression is (a part of) without following a pointer.
    pub(crate) fn root_variable(&mut self, e: E) -> Option<ObjId> {
        let mut e = e.unparen();
        loop {
            match &e.kind {
                ExprKind::Ident(_) => {
                    let obj = self.node(e.id).obj;
                    return matches!(self.obj(obj).kind, ObjKind::Var(_)).then_some(obj);
                }
                ExprKind::Selector { x, sel } => {
                    // A qualified name has its object at the selector.
                    let obj = self.node(sel.id).obj;
                    if obj != ObjId::NONE && matches!(self.obj(obj).kind, ObjKind::Var(_)) {
                        return Some(obj);
                    }
                    let followed = match self.info().selections.get(&e.id) {
                        Some(s) => s.indirect,
                        None => true,
                    };
                    if followed {
                        return None;
                    }
                    e = x.unparen();
                }
                ExprKind::Index { x, .. } => {
                    let t = self.node(x.id).ty;
                    if !matches!(self.table.under(t), Type::Array(..)) {
                        return None;
                    }
                    e = x.unparen();
                }
                _ => return None,
            }
        }
    }

    pub(crate) fn is_comparison(op: BinaryOp) -> bool {
        op.is_comparison()
    }
}

fn nth(n: usize, what: &str) -> Rc<str> {
    let ext = match n {
        1 => "st",
        2 => "nd",
        3 => "rd",
        _ => "th",
    };
    format!("{n}{ext} {what}").into()
}
