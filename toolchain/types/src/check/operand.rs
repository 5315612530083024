//! What checking an expression gives, and how messages show it.
use super::expr::E;
use crate::{
    checker::Checker,
    constant::ConstValue,
    info::{Mode, SelectionKind},
    object::*,
    table::*,
};
use std::rc::Rc;
use syntax::{
    Pos, Sym,
    ast::{Expr, ExprKind, LitKind},
    print::expr_string,
};

/// Modes of operands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum OpMode {
    #[default]
    Invalid,
    NoValue,
    Builtin,
    Type,
    Const,
    Var,
    MapIndex,
    Value,
    Nil,
    CommaOk,
}

impl OpMode {
    pub(crate) fn to_info(self) -> Mode {
        match self {
            OpMode::Invalid => Mode::None,
            OpMode::NoValue => Mode::NoValue,
            OpMode::Builtin => Mode::Builtin,
            OpMode::Type => Mode::Type,
            OpMode::Const => Mode::Const,
            OpMode::Var => Mode::Var,
            OpMode::MapIndex => Mode::MapIndex,
            OpMode::Value => Mode::Value,
            OpMode::Nil => Mode::Nil,
            OpMode::CommaOk => Mode::CommaOk,
        }
    }

    fn describe(self) -> &'static str {
        match self {
            OpMode::Invalid => "invalid operand",
            OpMode::NoValue => "no value",
            OpMode::Builtin => "built-in",
            OpMode::Type => "type",
            OpMode::Const => "constant",
            OpMode::Var => "variable",
            OpMode::MapIndex => "map index expression",
            OpMode::Value => "value",
            OpMode::Nil => "nil",
            OpMode::CommaOk => "comma, ok expression",
        }
    }
}

/// Where an operand comes from.
#[derive(Clone, Default)]
pub(crate) enum Src {
    #[default]
    None,
    Expr(E),
    /// Something without an expression of its own, and how messages call it.
    Name(Pos, Rc<str>),
}

/// An operand.
#[derive(Clone, Default)]
pub(crate) struct Operand {
    pub(crate) mode: OpMode,
    pub(crate) ty: TypeId,
    pub(crate) val: ConstValue,
    pub(crate) src: Src,
    /// The built-in function.
    pub(crate) builtin: Option<Builtin>,
    /// A generic type without type arguments.
    pub(crate) generic: ObjId,
    /// For a generic method: what the receiver's type parameters stand for in its constraints.
    pub(crate) outer: Option<Rc<Subst>>,
}

impl Operand {
    pub(crate) fn value(ty: TypeId, src: Src) -> Operand {
        Operand { mode: OpMode::Value, ty, src, ..Operand::default() }
    }

    pub(crate) fn invalid(e: E) -> Operand {
        Operand { src: Src::Expr(e), ..Operand::default() }
    }

    #[inline]
    pub(crate) fn valid(&self) -> bool {
        self.mode != OpMode::Invalid
    }

    pub(crate) fn invalidate(&mut self) {
        self.mode = OpMode::Invalid;
    }

    #[inline]
    pub(crate) fn is_nil(&self) -> bool {
        self.mode == OpMode::Nil
    }

    pub(crate) fn is_const(&self) -> bool {
        self.mode == OpMode::Const
    }

    pub(crate) fn expr(&self) -> Option<E> {
        match self.src {
            Src::Expr(e) => Some(e),
            _ => None,
        }
    }

    /// Where messages about it go.
    pub(crate) fn pos(&self) -> Pos {
        match &self.src {
            Src::None => Pos::NONE,
            Src::Expr(e) => e.start_pos(),
            Src::Name(pos, _) => *pos,
        }
    }

    /// Its source text.
    pub(crate) fn text(&self) -> String {
        match &self.src {
            Src::None => String::new(),
            Src::Expr(e) => expr_string(e),
            Src::Name(_, name) => name.to_string(),
        }
    }
}

/// What a value is assigned to, for messages.
#[derive(Clone, Copy)]
pub(crate) enum Ctx {
    Text(&'static str),
    /// An argument of a call of this function.
    Argument(&'static Expr),
}

impl From<&'static str> for Ctx {
    fn from(s: &'static str) -> Ctx {
        Ctx::Text(s)
    }
}

impl std::fmt::Display for Ctx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Ctx::Text(s) => f.write_str(s),
            Ctx::Argument(fun) => write!(f, "argument to {}", expr_string(fun)),
        }
    }
}

impl Checker {
    /// A constant as messages show it.
    pub(crate) fn const_str(&self, val: &ConstValue, ty: TypeId) -> String {
        if self.table.is_complex(ty) && val.is_numeric() {
            return format!("({} + {}i)", val.real().show(true), val.imag().show(true));
        }
        val.show(self.table.is_float(ty))
    }

    /// An operand as messages show it.
    #[cold]
    pub(crate) fn op_str(&self, x: &Operand) -> String {
        let t = &self.table;
        if x.mode == OpMode::Nil {
            return match x.ty {
                TypeId(0) => "nil (with invalid type)".into(),
                ty if ty == basic(Basic::UntypedNil) => "nil".into(),
                ty => format!("nil (of type {})", self.ts(ty)),
            };
        }
        let expr = match (&x.src, x.mode) {
            (Src::None, OpMode::Builtin) => {
                x.builtin.map_or(String::new(), |b| super::builtin::name(b).into())
            }
            (Src::None, OpMode::Type) => self.ts(x.ty),
            (Src::None, OpMode::Const) => self.const_str(&x.val, x.ty),
            _ => x.text(),
        };
        let mut out = String::new();
        if !expr.is_empty() {
            out.push_str(&expr);
            out.push_str(" (");
        }
        let mut has_type = false;
        if !matches!(x.mode, OpMode::Invalid | OpMode::NoValue | OpMode::Builtin | OpMode::Type) {
            if t.is_untyped(x.ty) {
                out.push_str(&self.ts(x.ty));
                out.push(' ');
            } else {
                has_type = true;
            }
        }
        out.push_str(x.mode.describe());
        if x.mode == OpMode::Const {
            let s = if self.is_real_operand(x) { x.val.show(false) } else { self.const_str(&x.val, x.ty) };
            if s != expr {
                out.push(' ');
                out.push_str(&s);
            }
        }
        if has_type {
            if x.ty.0 == 0 {
                out.push_str(" with invalid type");
            } else {
                let mut desc = String::new();
                if let Type::Func(sig) = t.get(x.ty)
                    && !sig.tparams.is_empty()
                {
                    desc.push_str("generic ");
                }
                let tparam = t.as_tparam(x.ty);
                if tparam.is_none() && (x.ty == crate::intern::ANY || matches!(t.get(x.ty), Type::Named(..)))
                {
                    match self.composite_kind(x.ty) {
                        "" => desc.push_str(&self.ts(t.underlying(x.ty))),
                        kind => desc.push_str(kind),
                    }
                    desc.push(' ');
                }
                out.push_str(&format!(" of {desc}type {}", self.operand_type(x)));
                if let Some(p) = tparam {
                    let bound = t.tparam_info(p).bound;
                    out.push_str(&format!(" constrained by {}", self.ts(bound)));
                    if t.type_set(x.ty).is_empty() {
                        out.push_str(" with empty type set");
                    }
                }
            }
        }
        if !expr.is_empty() {
            out.push(')');
        }
        out
    }

    /// Was the operand a real number before it was converted to an untyped complex one? Its value still shows that.
    fn is_real_operand(&self, x: &Operand) -> bool {
        let Src::Expr(e) = x.src else { return false };
        if x.ty != basic(Basic::UntypedComplex) {
            return false;
        }
        match &e.unparen().kind {
            ExprKind::BasicLit { kind, .. } => *kind != LitKind::Imag,
            ExprKind::Ident(_) => {
                let obj = self.file_info(self.env.file).nodes[e.unparen().id.index()].obj;
                matches!(self.obj(obj).kind, ObjKind::Const(_)) && !self.table.is_complex(self.obj(obj).ty)
            }
            _ => false,
        }
    }

    /// An operand's type; a declared function's with the names of its parameters.
    fn operand_type(&self, x: &Operand) -> String {
        let from = self.env.file.pkg;
        if let Src::Expr(e) = x.src {
            match (self.table.get(x.ty), &e.unparen().kind) {
                (Type::Func(_), _) => {
                    if let Some((names, _)) = self.declared_names(e) {
                        return self.table.named_params_string(x.ty, &names, from);
                    }
                }
                (Type::Tuple(_), ExprKind::Call { fun, .. }) => {
                    if let Some((names, params)) = self.declared_names(fun) {
                        return self.table.named_params_string(x.ty, &names[params..], from);
                    }
                }
                _ => {}
            }
        }
        self.ts(x.ty)
    }

    /// Names of the parameters and results of the declared function that an expression names, and how many are parameters'.
    fn declared_names(&self, e: E) -> Option<(Vec<Sym>, usize)> {
        let info = self.file_info(self.env.file);
        let mut e = e.unparen();
        if let ExprKind::Index { x, .. } = &e.kind {
            e = x.unparen();
        }
        let id = match &e.kind {
            ExprKind::Ident(_) => e.id,
            ExprKind::Selector { sel, .. } => sel.id,
            _ => return None,
        };
        let obj = info.nodes[id.index()].obj;
        let ObjKind::Func(f) = &self.obj(obj).kind else { return None };
        let (file, decl) = f.decl?;
        let syntax::ast::Decl::Func(d) = &self.ast(file).decls[decl as usize] else { return None };
        let mut names = super::signature::param_names(&d.ty);
        let mut params = names.len() - d.ty.results.iter().map(|f| f.names.len().max(1)).sum::<usize>();
        let expr = info.selections.get(&e.id);
        if expr.is_some_and(|s| s.kind == SelectionKind::MethodExpr) {
            let recv = d.recv.as_ref().and_then(|r| r.names.first()).map_or(Sym::default(), |n| n.name);
            let named = names.first().is_some_and(|n| !n.is_empty());
            names.insert(
                0,
                if named && recv.is_empty() {
                    Sym::new("_")
                } else if named {
                    recv
                } else {
                    Sym::default()
                },
            );
            params += 1;
        }
        Some((names, params))
    }

    /// The kind of a composite type; empty for basic ones.
    pub(crate) fn composite_kind(&self, t: TypeId) -> &'static str {
        match self.table.under(t) {
            Type::Basic(_) | Type::Named(..) | Type::TypeParam(_) => "",
            Type::Array(..) => "array",
            Type::Slice(_) => "slice",
            Type::Struct(_) => "struct",
            Type::Pointer(_) => "pointer",
            Type::Func(_) => "func",
            Type::Interface(_) => "interface",
            Type::Map(..) => "map",
            Type::Chan(..) => "chan",
            Type::Tuple(_) => "tuple",
            Type::Union(_) => "union",
        }
    }
}
