//! What checking an expression gives, and how messages show it.
use super::expr::E;
use crate::{checker::Checker, constant::ConstValue, info::Mode, object::*, table::*};
use std::rc::Rc;
use syntax::{Pos, ast::Expr, print::expr_string};

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
            let s = self.const_str(&x.val, x.ty);
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
                out.push_str(&format!(" of {desc}type {}", self.ts(x.ty)));
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
