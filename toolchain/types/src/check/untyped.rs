//! Untyped values: which type they get where, and telling the expressions they come from.
//!
//! An expression's node has an untyped type until its context is known; [`Checker::update_expr_type`] then goes down again to all
//! operands that take part. What is still untyped at the end belongs to constant expressions (whose roots have their type).
use super::{
    expr::E,
    operand::{OpMode, Operand, Src},
};
use crate::{checker::Checker, constant::ConstValue, info::Mode, table::*};
use syntax::{
    Pos,
    ast::{BinaryOp, ExprKind, UnaryOp},
};

/// Why an untyped value has no place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Misfit {
    Truncated,
    Overflow,
    Other,
}

/// The most bytes of a string constant: what a symbol can hold.
const MAX_STRING: u64 = 2_000_000_000;

impl Checker {
    /// A constant operation's result must not grow without bounds, and must fit its type.
    pub(crate) fn overflow(&mut self, x: &mut Operand, op_pos: Pos) {
        if x.val.is_unknown() {
            self.error(op_pos, "constant result is not representable");
            return;
        }
        if let Some(len) = x.val.str_len().filter(|&len| len > MAX_STRING) {
            let text = format!("constant string too long ({len} bytes > {MAX_STRING} bytes)");
            self.error(op_pos, text);
            x.val = ConstValue::Unknown;
            return;
        }
        if self.table.is_typed(x.ty) {
            if let Some(b) = self.table.as_basic(x.ty) {
                self.representable(x, b);
            }
            return;
        }
        if matches!(x.val, ConstValue::BigInt(_)) && x.val.bit_len() > 512 {
            // A float of any size is fine.
            if !self.table.is_integer(x.ty) {
                return;
            }
            let name = match x.src {
                Src::Expr(e) => operator_name(e),
                _ => "",
            };
            self.error(op_pos, format!("constant {name}overflow"));
            x.val = ConstValue::Unknown;
        }
    }

    /// Makes a constant one of a basic type, or reports that it is none.
    pub(crate) fn representable(&mut self, x: &mut Operand, b: Basic) {
        match self.representation(x, b) {
            Ok(v) => x.val = v,
            Err(why) => {
                self.invalid_conversion(why, x, basic(b));
                x.invalidate();
            }
        }
    }

    pub(crate) fn representation(&self, x: &Operand, b: Basic) -> Result<ConstValue, Misfit> {
        if let Some(v) = x.val.representable(b, self.word) {
            return Ok(v);
        }
        let t = &self.table;
        if t.is_numeric(x.ty) && t.is_numeric(basic(b)) {
            // An integral float constant that is too large overflows; only a fraction is cut off.
            if !t.is_integer(x.ty) && t.is_integer(basic(b)) {
                return Err(Misfit::Truncated);
            }
            return Err(Misfit::Overflow);
        }
        Err(Misfit::Other)
    }

    pub(crate) fn invalid_conversion(&mut self, why: Misfit, x: &Operand, target: TypeId) {
        let (xs, t) = (self.op_str(x), self.ts(target));
        let msg = match why {
            Misfit::Truncated => format!("{xs} truncated to {t}"),
            Misfit::Overflow => format!("{xs} overflows {t}"),
            Misfit::Other => format!("cannot convert {xs} to type {t}"),
        };
        self.error(x.pos(), msg);
    }

    /// The type that an untyped value gets where `target` is expected, and its value as a constant of that type.
    pub(crate) fn implicit_type(
        &self,
        x: &Operand,
        target: TypeId,
    ) -> Result<(TypeId, Option<ConstValue>), Misfit> {
        let t = &self.table;
        if !x.valid() || t.is_typed(x.ty) || target.0 == 0 {
            return Ok((x.ty, None));
        }
        if t.is_untyped(target) {
            return t.max_type(x.ty, target).map(|m| (m, None)).ok_or(Misfit::Other);
        }
        if x.is_nil() {
            return if t.has_nil(target) { Ok((target, None)) } else { Err(Misfit::Other) };
        }
        match t.under(target) {
            Type::Basic(b) => {
                if x.is_const() {
                    return self.representation(x, *b).map(|v| (target, Some(v)));
                }
                let ok = match t.get(x.ty) {
                    Type::Basic(Basic::UntypedBool) => t.is_boolean(target),
                    Type::Basic(Basic::UntypedString) => t.is_string(target),
                    _ => t.is_untyped_numeric(x.ty) && t.is_numeric(target),
                };
                if ok { Ok((target, None)) } else { Err(Misfit::Other) }
            }
            Type::Interface(_) => {
                if t.is_type_param(target) {
                    let ok = t.under_is(target, |u| u.is_some_and(|u| self.implicit_type(x, u).is_ok()));
                    return if ok { Ok((target, None)) } else { Err(Misfit::Other) };
                }
                if !t.type_set(target).is_all() {
                    return Err(Misfit::Other);
                }
                Ok((t.default_type(x.ty), None))
            }
            _ => Err(Misfit::Other),
        }
    }

    /// Gives an untyped operand the type that `target` asks for.
    pub(crate) fn convert_untyped(&mut self, x: &mut Operand, target: TypeId) {
        if !x.valid() || self.table.is_typed(x.ty) || target.0 == 0 {
            return;
        }
        match self.implicit_type(x, target) {
            Ok((ty, val)) => self.set_implicit(x, ty, val),
            Err(why) => {
                let t = if self.table.is_type_param(target) { target } else { self.table.underlying(target) };
                self.invalid_conversion(why, x, t);
                x.invalidate();
            }
        }
    }

    pub(crate) fn set_implicit(&mut self, x: &mut Operand, ty: TypeId, val: Option<ConstValue>) {
        if let Some(v) = val {
            x.val = v;
            if let Src::Expr(e) = x.src {
                let v = x.val.clone();
                self.info().consts.insert(e.id, v);
            }
        }
        if ty != x.ty {
            x.ty = ty;
            self.update_operand_type(x, ty, false);
        }
    }

    /// [`update_expr_type`](Self::update_expr_type) for an operand's expression.
    pub(crate) fn update_operand_type(&mut self, x: &Operand, ty: TypeId, last: bool) {
        if let Src::Expr(e) = x.src {
            self.update_expr_type(e, ty, last);
        }
    }

    /// Tells an untyped expression its type; with `last` even if that is untyped.
    pub(crate) fn update_expr_type(&mut self, e: E, ty: TypeId, last: bool) {
        let old = *self.node(e.id);
        if old.mode == Mode::None || !self.table.is_untyped(old.ty) {
            return;
        }
        let is_const = old.mode == Mode::Const;
        match &e.kind {
            ExprKind::Ident(_)
            | ExprKind::BasicLit { .. }
            | ExprKind::Selector { .. }
            | ExprKind::Call { .. } => {}
            ExprKind::Paren(x) => self.update_expr_type(x, ty, last),
            ExprKind::Unary { x, op } => {
                if !is_const && *op != UnaryOp::Recv && *op != UnaryOp::Addr {
                    self.update_expr_type(x, ty, last);
                }
            }
            ExprKind::Binary { op, x, y } => {
                if is_const || op.is_comparison() {
                    // A comparison's operands have their types.
                } else if op.is_shift() {
                    self.update_expr_type(x, ty, last);
                } else {
                    self.update_expr_type(x, ty, last);
                    self.update_expr_type(y, ty, last);
                }
            }
            _ => return,
        }
        if !last && self.table.is_untyped(ty) {
            self.node(e.id).ty = self.table.underlying(ty);
            return;
        }
        if old.shift_lhs && !self.table.all_integer(ty) {
            let (es, t) = (syntax::print::expr_string(e), self.ts(ty));
            let msg = format!("invalid operation: shifted operand {es} (type {t}) must be integer");
            self.error(e.start_pos(), msg);
            self.node(e.id).mode = Mode::None;
            return;
        }
        self.node(e.id).ty = ty;
        if is_const {
            let val = self.info().consts.get(&e.id).cloned().unwrap_or_default();
            let mut c =
                Operand { mode: OpMode::Const, ty: old.ty, val, src: Src::Expr(e), ..Operand::default() };
            match self.implicit_type(&c, ty) {
                Ok((_, Some(v))) => {
                    self.info().consts.insert(e.id, v);
                }
                Ok(_) => {}
                Err(_) => self.convert_untyped(&mut c, ty),
            }
        }
    }
}

/// The name of an operation with a space after it, for "constant addition overflow".
fn operator_name(e: E) -> &'static str {
    match &e.kind {
        ExprKind::Unary { op: UnaryOp::BitNot, .. } => "bitwise complement ",
        ExprKind::Binary { op, .. } => match op {
            BinaryOp::Add => "addition ",
            BinaryOp::Sub => "subtraction ",
            BinaryOp::Xor => "bitwise XOR ",
            BinaryOp::Mul => "multiplication ",
            BinaryOp::Shl => "shift ",
            _ => "",
        },
        _ => "",
    }
}
