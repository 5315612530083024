//! Operators with two operands.
use super::{
    expr::E,
    operand::{OpMode, Operand, Src},
};
use crate::{
    checker::Checker,
    constant::{ConstOp, ConstValue},
    query::Cause,
    table::*,
};
use std::cmp::Ordering;
use syntax::{
    Pos,
    ast::{BinaryOp, ExprKind},
    print::expr_string,
};

/// An operation: the expression (none for `x op= y`), its operands' expressions, where it stands.
#[derive(Clone, Copy)]
pub(crate) struct Operation {
    pub(crate) e: Option<E>,
    pub(crate) lhs: E,
    pub(crate) rhs: E,
    pub(crate) op: BinaryOp,
    pub(crate) pos: Pos,
}

impl Checker {
    /// `x op y`, without recursion on the left side: long sums are common.
    pub(crate) fn binary_expr(&mut self, e: E) -> Operand {
        let mut spine = Vec::new();
        let mut left = e;
        while let ExprKind::Binary { op, x, y } = &left.kind {
            spine.push(Operation { e: Some(left), lhs: x, rhs: y, op: *op, pos: left.pos });
            left = x;
        }
        let mut x = self.expr(None, left);
        let mut unrecorded = false;
        while let Some(o) = spine.pop() {
            let y = self.expr(None, o.rhs);
            if std::mem::take(&mut unrecorded) && !y.is_const() {
                self.record(&x);
            }
            self.binary(&mut x, y, o);
            x.src = Src::Expr(o.e.unwrap_or(e));
            if !spine.is_empty() {
                if x.is_const() && matches!(x.val, ConstValue::Str(_)) {
                    // Parts of a long constant concatenation need no values of their own: the whole has one.
                    unrecorded = true;
                    let node = self.node(o.e.unwrap_or(e).id);
                    node.ty = x.ty;
                    node.mode = x.mode.to_info();
                } else {
                    self.record(&x);
                }
            }
        }
        x
    }

    /// `x op y` with both operands checked.
    pub(crate) fn binary(&mut self, x: &mut Operand, mut y: Operand, o: Operation) {
        if !x.valid() {
            return;
        }
        if !y.valid() {
            x.invalidate();
            return;
        }
        if o.op.is_shift() {
            return self.shift(x, &mut y, o);
        }
        self.match_types(x, &mut y);
        if !x.valid() {
            return;
        }
        if Self::is_comparison(o.op) {
            return self.comparison(x, &mut y, o.op, false);
        }
        if !self.table.identical(x.ty, y.ty) {
            if x.ty.0 != 0 && y.ty.0 != 0 {
                let what = match o.e {
                    Some(e) => expr_string(e),
                    None => format!("{} {}= {}", expr_string(o.lhs), o.op, expr_string(o.rhs)),
                };
                let (xt, yt) = (self.ts(x.ty), self.ts(y.ty));
                let msg = format!("invalid operation: {what} (mismatched types {xt} and {yt})");
                self.error(x.pos(), msg);
            }
            x.invalidate();
            return;
        }
        if !self.operator_defined(o.op, x.ty) {
            if self.table.underlying(x.ty).0 != 0 {
                let msg = format!("invalid operation: operator {} not defined on {}", o.op, self.op_str(x));
                self.error(x.pos(), msg);
            }
            x.invalidate();
            return;
        }
        if matches!(o.op, BinaryOp::Div | BinaryOp::Rem) && y.is_const() {
            let zero = match &y.val {
                ConstValue::Complex(_) => false,
                v => v.is_numeric() && v.sign() == 0,
            };
            if zero && (x.is_const() || self.table.all_integer(x.ty)) {
                self.error(y.pos(), "invalid operation: division by zero");
                x.invalidate();
                return;
            }
        }
        if x.is_const() && y.is_const() {
            if x.val.is_unknown() || y.val.is_unknown() {
                x.val = ConstValue::Unknown;
                return;
            }
            let op = match o.op {
                BinaryOp::Add => ConstOp::Add,
                BinaryOp::Sub => ConstOp::Sub,
                BinaryOp::Mul => ConstOp::Mul,
                BinaryOp::Div if self.table.is_integer(x.ty) => ConstOp::IntDiv,
                BinaryOp::Div => ConstOp::Div,
                BinaryOp::Rem => ConstOp::Rem,
                BinaryOp::And => ConstOp::And,
                BinaryOp::Or => ConstOp::Or,
                BinaryOp::Xor => ConstOp::Xor,
                BinaryOp::AndNot => ConstOp::AndNot,
                BinaryOp::AndAnd => ConstOp::AndAnd,
                _ => ConstOp::OrOr,
            };
            x.val = ConstValue::binary(op, &x.val, &y.val);
            if let Some(e) = o.e {
                x.src = Src::Expr(e);
            }
            self.overflow(x, o.pos);
            return;
        }
        x.mode = OpMode::Value;
    }

    fn operator_defined(&self, op: BinaryOp, t: TypeId) -> bool {
        match op {
            BinaryOp::Add => self.table.all_numeric_or_string(t),
            BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div => self.table.all_numeric(t),
            BinaryOp::AndAnd | BinaryOp::OrOr => self.table.all_boolean(t),
            _ => self.table.all_integer(t),
        }
    }

    /// Gives an untyped operand the type of the other one.
    pub(crate) fn match_types(&mut self, x: &mut Operand, y: &mut Operand) {
        if !self.may_convert(x, y) {
            return;
        }
        self.convert_untyped(x, y.ty);
        if !x.valid() {
            return;
        }
        self.convert_untyped(y, x.ty);
        if !y.valid() {
            x.invalidate();
        }
    }

    fn may_convert(&self, x: &Operand, y: &Operand) -> bool {
        let t = &self.table;
        if t.is_typed(x.ty) && t.is_typed(y.ty) {
            return false;
        }
        if t.all_numeric(x.ty) != t.all_numeric(y.ty) {
            return false;
        }
        if t.is_nonparam_interface(x.ty) || t.is_nonparam_interface(y.ty) {
            return true;
        }
        if t.all_boolean(x.ty) != t.all_boolean(y.ty) || t.all_string(x.ty) != t.all_string(y.ty) {
            return false;
        }
        if x.is_nil() {
            return t.has_nil(y.ty);
        }
        if y.is_nil() {
            return t.has_nil(x.ty);
        }
        let pointer = |ty| matches!(t.under(ty), Type::Pointer(_));
        !pointer(x.ty) && !pointer(y.ty)
    }

    /// `x op y` for comparisons, or a case of a switch.
    pub(crate) fn comparison(&mut self, x: &mut Operand, y: &mut Operand, op: BinaryOp, switch_case: bool) {
        if x.ty.0 == 0 || y.ty.0 == 0 {
            x.invalidate();
            return;
        }
        let op = if switch_case { BinaryOp::Eq } else { op };
        let mut none = Cause::none();
        // Which operand is at fault (true: the second), and why.
        let fault: Option<(bool, String)>;
        if !self.assignable(x, y.ty, &mut none) && !self.assignable(y, x.ty, &mut none) {
            let (xt, yt) = (self.ts(x.ty), self.ts(y.ty));
            fault = Some((true, format!("mismatched types {xt} and {yt}")));
        } else if matches!(op, BinaryOp::Eq | BinaryOp::Ne) {
            fault = if x.is_nil() || y.is_nil() {
                let ty = if x.is_nil() { y.ty } else { x.ty };
                (!self.table.has_nil(ty) || ty == basic(Basic::UntypedNil)).then(|| (true, String::new()))
            } else if !self.table.comparable(x.ty) {
                Some((false, self.incomparable_cause(x.ty)))
            } else if !self.table.comparable(y.ty) {
                Some((true, self.incomparable_cause(y.ty)))
            } else {
                None
            };
        } else {
            fault = if !self.table.all_ordered(x.ty) {
                Some((false, String::new()))
            } else if !self.table.all_ordered(y.ty) {
                Some((true, String::new()))
            } else {
                None
            };
        }
        let Some((second, cause)) = fault else {
            if x.is_const() && y.is_const() {
                x.val = match x.val.compare(&y.val) {
                    None => ConstValue::Unknown,
                    Some(o) => ConstValue::Bool(match op {
                        BinaryOp::Eq => o == Ordering::Equal,
                        BinaryOp::Ne => o != Ordering::Equal,
                        BinaryOp::Lt => o == Ordering::Less,
                        BinaryOp::Le => o != Ordering::Greater,
                        BinaryOp::Gt => o == Ordering::Greater,
                        _ => o != Ordering::Less,
                    }),
                };
            } else {
                x.mode = OpMode::Value;
                let (xt, yt) = (self.table.default_type(x.ty), self.table.default_type(y.ty));
                self.update_operand_type(x, xt, true);
                self.update_operand_type(y, yt, true);
            }
            x.ty = basic(Basic::UntypedBool);
            return;
        };
        self.comparison_error(x, y, op, switch_case, second, cause);
        x.invalidate();
    }

    #[cold]
    fn comparison_error(
        &mut self,
        x: &Operand,
        y: &Operand,
        op: BinaryOp,
        switch_case: bool,
        mut second: bool,
        mut cause: String,
    ) {
        if self.table.underlying(x.ty).0 == 0 || self.table.underlying(y.ty).0 == 0 {
            return;
        }
        if cause.is_empty() {
            let (xp, yp) = (self.table.is_type_param(x.ty), self.table.is_type_param(y.ty));
            if xp || yp {
                if !xp {
                    second = true;
                }
                let t = self.ts(if second { y.ty } else { x.ty });
                cause = format!("type parameter {t} cannot use operator {op}");
            } else {
                let ty = if second { y.ty } else { x.ty };
                let what = match self.composite_kind(ty) {
                    "" => self.ts(ty),
                    kind => kind.to_string(),
                };
                cause = format!("operator {op} not defined on {what}");
            }
        }
        let (xs, ys) = (x.text(), y.text());
        if switch_case {
            self.error(x.pos(), format!("invalid case {xs} in switch on {ys} ({cause})"));
        } else {
            let pos = if second { y.pos() } else { x.pos() };
            self.error(pos, format!("invalid operation: {xs} {op} {ys} ({cause})"));
        }
    }

    fn incomparable_cause(&self, t: TypeId) -> String {
        match self.table.under(t) {
            Type::Slice(_) | Type::Func(_) | Type::Map(..) => {
                format!("{} can only be compared to nil", self.composite_kind(t))
            }
            _ => {
                let mut cause = Cause::new(self.env.file.pkg);
                self.table.comparable_cause(t, true, &mut cause);
                cause.text
            }
        }
    }

    fn shift(&mut self, x: &mut Operand, y: &mut Operand, o: Operation) {
        let t = &self.table;
        let x_int = x.is_const() && x.val.is_int();
        if !(t.all_integer(x.ty) || t.is_untyped(x.ty) && x_int || x.is_const() && x.val.is_unknown()) {
            let msg = format!("invalid operation: shifted operand {} must be integer", self.op_str(x));
            self.error(x.pos(), msg);
            x.invalidate();
            return;
        }
        if y.is_const() {
            if y.val.is_int() && y.val.sign() < 0 {
                let msg = format!("invalid operation: negative shift count {}", self.op_str(y));
                self.error(y.pos(), msg);
                x.invalidate();
                return;
            }
            if self.table.is_untyped(y.ty) {
                self.representable(y, Basic::Uint);
                if !y.valid() {
                    x.invalidate();
                    return;
                }
                // The count has no other context.
                if !x.is_const() {
                    self.convert_untyped(y, basic(Basic::Uint));
                }
            } else if !self.table.all_integer(y.ty) && !x.is_const() {
                // In a constant shift the count may have any type, if its value is an integer.
                let msg = format!("invalid operation: shift count {} must be integer", self.op_str(y));
                self.error(y.pos(), msg);
                x.invalidate();
                return;
            }
        } else if self.table.all_integer(y.ty) && self.table.is_typed(y.ty) {
            if !self.allows(13) && !self.table.all_unsigned(y.ty) {
                let what = format!("invalid operation: signed shift count {}", self.op_str(y));
                self.version_error(y.pos(), 13, &what);
                x.invalidate();
                return;
            }
        } else if self.table.is_untyped(y.ty) {
            self.convert_untyped(y, basic(Basic::Uint));
            if !y.valid() {
                x.invalidate();
                return;
            }
        } else {
            let msg = format!("invalid operation: shift count {} must be integer", self.op_str(y));
            self.error(y.pos(), msg);
            x.invalidate();
            return;
        }
        if x.is_const() {
            if y.is_const() {
                if x.val.is_unknown() || y.val.is_unknown() {
                    x.val = ConstValue::Unknown;
                    if !self.table.is_integer(x.ty) {
                        x.ty = basic(Basic::UntypedInt);
                    }
                    return;
                }
                // Enough for the smallest float64.
                let Some(s) = y.val.as_u64().filter(|&s| s <= 1023 - 1 + 52) else {
                    let msg = format!("invalid operation: invalid shift count {}", self.op_str(y));
                    self.error(y.pos(), msg);
                    x.invalidate();
                    return;
                };
                if !self.table.is_integer(x.ty) {
                    x.ty = basic(Basic::UntypedInt);
                }
                x.val = x.val.shift(o.op == BinaryOp::Shl, s as u32);
                if let Some(e) = o.e {
                    x.src = Src::Expr(e);
                }
                self.overflow(x, o.pos);
                return;
            }
            if self.table.is_untyped(x.ty) {
                // The left operand gets the type that the whole will have, and must then be an integer.
                if let Src::Expr(e) = x.src {
                    self.node(e.id).shift_lhs = true;
                }
                x.mode = OpMode::Value;
                return;
            }
        }
        if !self.table.all_integer(x.ty) {
            let msg = format!("invalid operation: shifted operand {} must be integer", self.op_str(x));
            self.error(x.pos(), msg);
            x.invalidate();
            return;
        }
        x.mode = OpMode::Value;
    }
}
