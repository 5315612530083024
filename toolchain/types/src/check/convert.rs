//! Assignments of values to types, and conversions.
use super::{
    expr::Target,
    operand::{Ctx, OpMode, Operand},
    untyped::Misfit,
};
use crate::{checker::Checker, constant::ConstValue, query::Cause, table::*};

impl Checker {
    /// Makes `x` a value of type `t` (of its own default type without one), or reports that it is none.
    pub(crate) fn assignment(&mut self, x: &mut Operand, t: Option<TypeId>, ctx: Ctx) {
        self.single_value(x);
        match x.mode {
            OpMode::Invalid => return,
            OpMode::Const
            | OpMode::Var
            | OpMode::MapIndex
            | OpMode::Value
            | OpMode::CommaOk
            | OpMode::Nil => {}
            _ => {
                let (xs, ts) = (self.op_str(x), t.map_or("<nil>".into(), |t| self.ts(t)));
                self.error(x.pos(), format!("cannot assign {xs} to {ts} in {ctx}"));
                x.invalidate();
                return;
            }
        }
        if self.table.is_untyped(x.ty) {
            let mut target = t;
            if x.is_nil() {
                if t.is_none() {
                    self.error(x.pos(), format!("use of untyped nil in {ctx}"));
                    x.invalidate();
                    return;
                }
            } else if t.is_none_or(|t| self.table.is_nonparam_interface(t)) {
                target = Some(self.table.default_type(x.ty));
            }
            let target = target.unwrap_or_default();
            match self.implicit_type(x, target) {
                Ok((ty, val)) => self.set_implicit(x, ty, val),
                Err(why) => {
                    let (xs, ts) = (self.op_str(x), self.ts(target));
                    let more = match why {
                        Misfit::Truncated => " (truncated)",
                        Misfit::Overflow => " (overflows)",
                        Misfit::Other => "",
                    };
                    if self.table.underlying(target).0 != 0 {
                        self.error(x.pos(), format!("cannot use {xs} as {ts} value in {ctx}{more}"));
                    }
                    x.invalidate();
                    return;
                }
            }
        }
        if let Type::Func(sig) = self.table.get(x.ty)
            && !sig.tparams.is_empty()
        {
            let target: Option<Target> = self.target(t, &ctx.to_string());
            self.non_generic(target.as_ref(), x);
            if !x.valid() {
                return;
            }
        }
        let Some(t) = t else { return };
        if x.ty == t || self.assignable(x, t, &mut Cause::none()) {
            return;
        }
        let mut cause = Cause::new(self.env.file.pkg);
        self.assignable(x, t, &mut cause);
        let (xs, ts) = (self.op_str(x), self.ts(t));
        let mut msg = format!("cannot use {xs} as {ts} value in {ctx}");
        if !cause.text.is_empty() {
            msg.push_str(": ");
            msg.push_str(&cause.text);
        }
        self.error(x.pos(), msg);
        x.invalidate();
    }

    /// May `x` be assigned to type `t`?
    pub(crate) fn assignable(&mut self, x: &Operand, t: TypeId, cause: &mut Cause) -> bool {
        if !x.valid() || t.0 == 0 || x.ty == t {
            return true;
        }
        if self.table.is_untyped(x.ty) {
            if self.table.is_type_param(t) {
                let Some(terms) = &self.table.type_set(t).terms else { return false };
                return terms.iter().all(|term| self.implicit_type(x, term.ty).is_ok());
            }
            return self.implicit_type(x, t).is_ok();
        }
        if self.table.is_interface(t) {
            self.ensure_methods(x.ty);
        } else if self.table.is_interface(x.ty) {
            self.ensure_methods(t);
        }
        self.table.assignable_to(x.ty, t, cause)
    }

    /// `T(x)`.
    pub(crate) fn conversion(&mut self, x: &mut Operand, t: TypeId) {
        let const_arg = x.is_const();
        let const_type = self.table.is_const_type(t);
        let mut cause = Cause::new(self.env.file.pkg);
        let mut ok = false;
        if t.0 == 0 || self.table.underlying(t).0 == 0 {
            x.invalidate();
            return;
        }
        if const_arg && const_type {
            if let Some(v) = self.const_conversion(x, t) {
                x.val = v;
                ok = true;
            } else if self.table.is_integer(x.ty) && self.table.is_integer(t) {
                let (v, ts) = (self.const_str(&x.val, x.ty), self.ts(t));
                self.error(x.pos(), format!("constant {v} overflows {ts}"));
                x.invalidate();
                return;
            }
        } else if const_arg && self.table.is_type_param(t) {
            ok = self.const_to_param(x, t, &mut cause);
            x.mode = OpMode::Value;
        } else if self.convertible(x, t, &mut cause) {
            ok = true;
            x.mode = OpMode::Value;
        }
        if !ok {
            let (mut xs, ts) = (self.op_str(x), self.ts(t));
            if x.is_const() && x.val.is_int() && self.table.is_integer(t) {
                xs = xs.replace(&self.const_str(&x.val, x.ty), &x.val.show(false));
            }
            let mut msg = format!("cannot convert {xs} to type {ts}");
            if !cause.text.is_empty() {
                msg.push_str(": ");
                msg.push_str(&cause.text);
            }
            self.error(x.pos(), msg);
            x.invalidate();
            return;
        }
        if self.table.is_untyped(x.ty) {
            let table = &self.table;
            let nil = x.ty == basic(Basic::UntypedNil);
            let last = if nil {
                t
            } else if table.is_nonparam_interface(t) || const_arg && !const_type {
                table.default_type(x.ty)
            } else if x.is_const() && table.is_integer(x.ty) && table.all_string(t) {
                x.ty
            } else {
                t
            };
            self.update_operand_type(x, last, true);
        }
        x.ty = t;
    }

    fn const_conversion(&self, x: &Operand, t: TypeId) -> Option<ConstValue> {
        let b = self.table.as_basic(t)?;
        if let Some(v) = x.val.representable(b, self.word) {
            return Some(v);
        }
        if self.table.is_integer(x.ty) && matches!(b, Basic::String | Basic::UntypedString) {
            let c = x.val.as_u64().and_then(|v| u32::try_from(v).ok()).and_then(char::from_u32);
            let c = c.unwrap_or(char::REPLACEMENT_CHARACTER);
            return Some(ConstValue::string(c.encode_utf8(&mut [0; 4]).as_bytes().to_vec()));
        }
        None
    }

    fn const_to_param(&mut self, x: &Operand, t: TypeId, cause: &mut Cause) -> bool {
        let terms = self.table.type_set(t).terms.as_ref().filter(|t| !t.is_empty());
        let Some(terms) = terms else {
            let ts = self.ts(t);
            cause.set(|| format!("{ts} does not contain specific types"));
            return false;
        };
        for term in terms {
            let u = self.table.underlying(term.ty);
            if self.table.is_string(x.ty) && self.table.is_bytes_or_runes(u) {
                continue;
            }
            if self.const_conversion(x, u).is_none() {
                let (us, ts) = (self.ts(u), self.ts(t));
                let text = if self.table.is_integer(x.ty) && self.table.is_integer(u) {
                    format!("constant {} overflows {us} (in {ts})", self.const_str(&x.val, x.ty))
                } else {
                    format!("cannot convert {} to type {us} (in {ts})", self.op_str(x))
                };
                cause.set(|| text);
                return false;
            }
        }
        true
    }

    fn convertible(&mut self, x: &Operand, t: TypeId, cause: &mut Cause) -> bool {
        if self.assignable(x, t, cause) {
            return true;
        }
        if x.is_nil() {
            return false;
        }
        if self.table.is_untyped(x.ty) && !self.table.is_type_param(t) {
            return self.table.convertible_to(x.ty, t, &mut Cause::none());
        }
        cause.text.clear();
        self.old_slice_conversion(x, t, cause) && self.table.convertible_to(x.ty, t, cause)
    }

    /// Conversions of slices to arrays came with later versions.
    fn old_slice_conversion(&mut self, x: &Operand, t: TypeId, cause: &mut Cause) -> bool {
        if self.allows(20) || !matches!(self.table.under(x.ty), Type::Slice(_)) {
            return true;
        }
        let text = match self.table.under(t) {
            Type::Array(..) => "conversion of slice to array requires go1.20 or later",
            Type::Pointer(_) if !self.allows(17) => {
                "conversion of slice to array pointer requires go1.17 or later"
            }
            _ => return true,
        };
        let why = self.version_origin();
        cause.set(|| format!("{text}{why}"));
        false
    }
}
