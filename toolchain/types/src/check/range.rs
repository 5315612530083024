//! `for … range`.
use super::operand::{Operand, Src};
use crate::{checker::Checker, query::Cause, table::*};
use syntax::{
    Sym,
    ast::{self, ExprKind},
    print::expr_string,
};

/// What a range clause gives: key and value types.
type KeyValue = (Option<TypeId>, Option<TypeId>);

impl Checker {
    pub(crate) fn range_stmt(&mut self, r: &'static ast::RangeStmt) {
        let mut x = self.expr(None, &r.x);
        let (key, value) = (r.lhs.first(), r.lhs.get(1));
        let mut types: KeyValue = (None, None);
        if x.valid() {
            match self.range_types(x.ty) {
                Err(cause) => {
                    if self.table.underlying(x.ty).0 != 0 {
                        let xs = self.op_str(&x);
                        let more = if cause.is_empty() { String::new() } else { format!(": {cause}") };
                        self.soft_error(x.pos(), format!("cannot range over {xs}{more}"));
                    }
                }
                Ok(kv) => {
                    let xs = |c: &Checker| c.op_str(&x);
                    if let (None, Some(k)) = (kv.0, key) {
                        let msg = format!("range over {} permits no iteration variables", xs(self));
                        self.soft_error(k.start_pos(), msg);
                    } else if let (None, Some(v)) = (kv.1, value) {
                        let msg = format!("range over {} permits only one iteration variable", xs(self));
                        self.soft_error(v.start_pos(), msg);
                    } else if let Some(extra) = r.lhs.get(2) {
                        self.soft_error(
                            extra.start_pos(),
                            "range clause permits at most two iteration variables",
                        );
                    }
                    types = kv;
                }
            }
        }
        self.open_scope();
        let over_int = x.valid() && self.table.is_integer(x.ty);
        if self.table.is_string(x.ty) && self.table.is_untyped(x.ty) {
            self.update_operand_type(&x, basic(Basic::String), true);
        }
        let sides = [(key, types.0), (value, types.1)];
        if r.define {
            self.range_define(r, &mut x, sides, over_int);
        } else if key.is_some() {
            for (lhs, ty) in sides {
                let (Some(lhs), Some(ty)) = (lhs, ty) else { continue };
                if ty.0 == 0 {
                    continue;
                }
                if over_int {
                    self.assign_var(lhs, Err(&mut x), "range clause".into());
                    if x.valid() && !self.table.is_integer(x.ty) {
                        let t = self.ts(x.ty);
                        self.soft_error(
                            lhs.start_pos(),
                            format!("cannot use iteration variable of type {t}"),
                        );
                    }
                } else {
                    let mut y = self.value_for(ty, lhs);
                    // Its own type, not that of an expression: nothing is noted for it.
                    y.src = Src::Name(lhs.start_pos(), expr_string(lhs).into());
                    self.assign_var(lhs, Err(&mut y), "assignment".into());
                }
            }
        } else if over_int {
            self.assignment(&mut x, None, "range clause".into());
        }
        self.block(&r.body);
        self.close_scope();
    }

    fn range_define(
        &mut self,
        r: &'static ast::RangeStmt,
        x: &mut Operand,
        sides: [(Option<&'static ast::Expr>, Option<TypeId>); 2],
        over_int: bool,
    ) {
        let mut vars = Vec::new();
        for (lhs, ty) in sides {
            let Some(lhs) = lhs else { continue };
            let name = match lhs.kind {
                ExprKind::Ident(name) => name,
                _ => {
                    let s = expr_string(lhs);
                    self.error(lhs.start_pos(), format!("non-name {s} on left side of :="));
                    Sym::new("_")
                }
            };
            let obj = self.new_local(name, lhs.pos, TypeId::default());
            self.record_obj(lhs.id, obj);
            if !name.is_blank() {
                vars.push(obj);
            }
            let Some(ty) = ty.filter(|t| t.0 != 0) else {
                self.st(obj).used = true;
                continue;
            };
            if over_int {
                self.init_var(obj, x, "range clause".into());
            } else {
                let mut y = Operand::value(ty, Src::Name(lhs.start_pos(), name.as_str().into()));
                self.init_var(obj, &mut y, "assignment".into());
            }
            let ty = self.obj(obj).ty;
            let node = self.node(lhs.id);
            node.ty = ty;
            node.mode = crate::info::Mode::Var;
        }
        if vars.is_empty() {
            let blank_only = r.lhs.iter().all(|e| e.as_ident().is_some_and(Sym::is_blank));
            if blank_only || r.lhs.is_empty() {
                self.error(r.pos, "no new variables on left side of :=");
            }
        }
        for obj in vars {
            self.declare(obj);
        }
    }

    /// Key and value types of what a range clause goes over, or why it cannot.
    fn range_types(&self, orig: TypeId) -> Result<KeyValue, String> {
        let table = &self.table;
        let from = self.env.file.pkg;
        let mut cause = Cause::new(from);
        let send_only = |t: TypeId| format!("receive from send-only channel {}", self.ts(t));
        if table.is_type_param(orig) {
            if let Some(terms) = &table.type_set(orig).terms
                && let Some(t) =
                    terms.iter().find(|t| matches!(table.under(t.ty), Type::Chan(ChanDir::Send, _)))
            {
                return Err(send_only(t.ty));
            }
        } else if let Type::Chan(ChanDir::Send, _) = table.under(orig) {
            return Err(send_only(orig));
        }
        let Some(core) = table.common_under(orig, &mut cause) else {
            return Err(if cause.text.is_empty() { "no specific type".into() } else { cause.text });
        };
        let int = Some(basic(Basic::Int));
        match table.get(self.array_behind(core)) {
            Type::Basic(_) if table.is_string(core) => Ok((int, Some(basic(Basic::Int32)))),
            Type::Basic(_) if table.is_integer(core) => {
                if !self.allows(22) {
                    return Err(format!("requires go1.22 or later{}", self.version_origin()));
                }
                Ok((Some(orig), None))
            }
            Type::Array(elem, _) | Type::Slice(elem) => Ok((int, Some(*elem))),
            Type::Map(key, elem) => Ok((Some(*key), Some(*elem))),
            Type::Chan(_, elem) => Ok((Some(*elem), None)),
            Type::Func(sig) => self.range_func(sig),
            _ => Err(String::new()),
        }
    }

    fn range_func(&self, sig: &Signature) -> Result<KeyValue, String> {
        if !self.allows(23) {
            return Err(format!("requires go1.23 or later{}", self.version_origin()));
        }
        let bad = |why: &str| Err(format!("func must be func(yield func(...) bool): {why}"));
        if sig.params.len() != 1 {
            return bad("wrong argument count");
        }
        if !sig.results.is_empty() {
            return bad("unexpected results");
        }
        let table = &self.table;
        let mut cause = Cause::new(self.env.file.pkg);
        let Some(core) = table.common_under(sig.params[0], &mut cause) else {
            return bad(&format!("in yield type, {}", cause.text));
        };
        let Type::Func(yield_) = table.get(core) else { return bad("argument is not func") };
        if yield_.params.len() > 2 {
            return bad("yield func has too many parameters");
        }
        match yield_.results[..] {
            [t] if t == basic(Basic::Bool) => {}
            [t] if table.is_boolean(t) => return bad("yield func returns user-defined boolean, not bool"),
            _ => return bad("yield func does not return bool"),
        }
        if yield_.variadic {
            return Err(format!("yield func of type {} cannot be variadic", self.ts(core)));
        }
        Ok((yield_.params.first().copied(), yield_.params.get(1).copied()))
    }
}
