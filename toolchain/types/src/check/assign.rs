//! Assignments and definitions.
use super::{
    expr::E,
    operand::{Ctx, OpMode, Operand, Src},
    signature::measure,
};
use crate::{checker::Checker, object::*, table::*};
use syntax::{
    Pos, Sym,
    ast::{Expr, ExprKind},
    print::expr_string,
};

/// The left side of an assignment.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lhs {
    Invalid,
    Blank,
    Type(TypeId),
}

impl Checker {
    /// Gives a variable its first value, and its type if it has none.
    pub(crate) fn init_var(&mut self, lhs: ObjId, x: &mut Operand, ctx: Ctx) {
        let ty = self.obj(lhs).ty;
        let result = matches!(&self.obj(lhs).kind, ObjKind::Var(v) if v.param);
        if !x.valid() || x.ty.0 == 0 || ty.0 == 0 && (result || self.st(lhs).typed) {
            x.invalidate();
            return;
        }
        let mut ty = ty;
        if ty.0 == 0 {
            ty = x.ty;
            if self.table.is_untyped(ty) {
                if ty == basic(Basic::UntypedNil) {
                    self.error(x.pos(), format!("use of untyped nil in {ctx}"));
                    x.invalidate();
                    return;
                }
                ty = self.table.default_type(ty);
            }
            if let Type::Func(sig) = self.table.get(ty)
                && !sig.tparams.is_empty()
            {
                self.non_generic(None, x);
                return;
            }
            self.set_type(lhs, ty);
        }
        self.assignment(x, Some(ty), ctx);
    }

    /// Initialises variables with the values of a list. `ret`: they are results, and this is a return statement's position.
    pub(crate) fn init_vars(&mut self, lhs: &[ObjId], rhs: &'static [Expr], ret: Option<Pos>) {
        let (l, r) = (lhs.len(), rhs.len());
        let ctx: Ctx = if ret.is_some() {
            "return statement".into()
        } else if l > 1 {
            "multiple assignment".into()
        } else {
            "assignment".into()
        };
        let is_call = r == 1 && matches!(rhs[0].unparen().kind, ExprKind::Call { .. });
        if l == r && !is_call {
            for (&v, e) in lhs.iter().zip(rhs) {
                let (ty, name) = (self.obj(v).ty, self.obj(v).name);
                let desc = if ret.is_some() && name.is_empty() { "result variable" } else { name.as_str() };
                let target = self.target(Some(ty), desc);
                let mut x = self.expr(target.as_ref(), e);
                self.init_var(v, &mut x, ctx);
            }
            return;
        }
        if r != 1 {
            if self.use_exprs(rhs) {
                match ret {
                    Some(pos) => {
                        let values = self.expr_list(rhs);
                        self.return_error(pos, lhs, &values);
                    }
                    None => self.assign_error(rhs, l, r),
                }
            }
            return;
        }
        let (mut values, comma_ok) = self.multi_expr(&rhs[0], l == 2 && ret.is_none());
        if values.len() == l {
            for (&v, x) in lhs.iter().zip(&mut values) {
                self.init_var(v, x, ctx);
            }
            if comma_ok {
                self.mark_comma_ok(&rhs[0]);
            }
            return;
        }
        if values[0].valid() {
            match ret {
                Some(pos) => self.return_error(pos, lhs, &values),
                None => self.assign_error(rhs, l, values.len()),
            }
        }
    }

    fn mark_comma_ok(&mut self, e: E) {
        let mut e = e;
        loop {
            self.node(e.id).comma_ok = true;
            match &e.kind {
                ExprKind::Paren(x) => e = x,
                _ => break,
            }
        }
    }

    fn assign_error(&mut self, rhs: &'static [Expr], l: usize, r: usize) {
        let (vars, vals) = (measure(l, "variable"), measure(r, "value"));
        let first = &rhs[0];
        let msg = match &first.unparen().kind {
            ExprKind::Call { fun, .. } if rhs.len() == 1 => {
                format!("assignment mismatch: {vars} but {} returns {vals}", expr_string(fun))
            }
            _ => format!("assignment mismatch: {vars} but {vals}"),
        };
        self.error(first.start_pos(), msg);
    }

    fn return_error(&mut self, pos: Pos, lhs: &[ObjId], rhs: &[Operand]) {
        let (l, r) = (lhs.len(), rhs.len());
        let (pos, how) = if r > l {
            (rhs[l].pos(), "too many")
        } else if r > 0 {
            (rhs[r - 1].pos(), "not enough")
        } else {
            (pos, "not enough")
        };
        let have: Vec<TypeId> = rhs.iter().map(|x| x.ty).collect();
        let want: Vec<TypeId> = lhs.iter().map(|&v| self.obj(v).ty).collect();
        let have = self.types_summary(&have, false, false);
        let want = self.types_summary(&want, false, false);
        self.error(pos, format!("{how} return values\n\thave {have}\n\twant {want}"));
    }

    /// The type of what is assigned to.
    fn lhs_var(&mut self, lhs: E) -> Lhs {
        let ident = match lhs.unparen().kind {
            ExprKind::Ident(name) => Some(name),
            _ => None,
        };
        if ident.is_some_and(Sym::is_blank) {
            return Lhs::Blank;
        }
        // Assigning to a variable does not use it.
        let var = ident.and_then(|name| self.lookup(name));
        let used = var.map(|v| self.st(v).used);
        let x = self.expr(None, lhs);
        if let (Some(v), Some(used)) = (var, used)
            && matches!(self.obj(v).kind, ObjKind::Var(_))
        {
            self.st(v).used = used;
        }
        if !x.valid() || x.ty.0 == 0 {
            return Lhs::Invalid;
        }
        if !matches!(x.mode, OpMode::Var | OpMode::MapIndex) {
            if let Src::Expr(Expr { kind: ExprKind::Selector { x: inner, .. }, .. }) = x.src {
                let op = self.expr(None, inner);
                if op.mode == OpMode::MapIndex {
                    let s = x.text();
                    self.error(x.pos(), format!("cannot assign to struct field {s} in map"));
                    return Lhs::Invalid;
                }
            }
            let s = x.text();
            self.error(
                x.pos(),
                format!("cannot assign to {s} (neither addressable nor a map index expression)"),
            );
            return Lhs::Invalid;
        }
        self.mark_reassigned(lhs);
        Lhs::Type(x.ty)
    }

    fn mark_reassigned(&mut self, lhs: E) {
        if let Some(v) = self.root_variable(lhs)
            && let Some(v) = self.var_mut(v)
        {
            v.reassigned = true;
        }
    }

    /// `lhs = rhs`, with `rhs` checked or not.
    pub(crate) fn assign_var(&mut self, lhs: E, rhs: Result<E, &mut Operand>, ctx: Ctx) {
        let mut t = match self.lhs_var(lhs) {
            Lhs::Invalid => {
                match rhs {
                    Ok(e) => {
                        self.use_expr(e);
                    }
                    Err(x) => x.invalidate(),
                }
                return;
            }
            Lhs::Blank => None,
            Lhs::Type(t) => Some(t),
        };
        let ctx = match ctx {
            Ctx::Text("assignment") if t.is_none() => "assignment to _ identifier".into(),
            c => c,
        };
        match rhs {
            Ok(e) => {
                let target = match t {
                    Some(ty) if matches!(self.table.under(ty), Type::Func(_)) => {
                        self.target(t, &expr_string(lhs))
                    }
                    _ => None,
                };
                let mut x = self.expr(target.as_ref(), e);
                self.assignment(&mut x, t.take(), ctx);
            }
            Err(x) => self.assignment(x, t.take(), ctx),
        }
    }

    pub(crate) fn assign_vars(&mut self, lhs: &'static [Expr], rhs: &'static [Expr]) {
        let (l, r) = (lhs.len(), rhs.len());
        let ctx: Ctx = if l > 1 { "multiple assignment".into() } else { "assignment".into() };
        let is_call = r == 1 && matches!(rhs[0].unparen().kind, ExprKind::Call { .. });
        if l == r && !is_call {
            for (v, e) in lhs.iter().zip(rhs) {
                self.assign_var(v, Ok(e), ctx);
            }
            return;
        }
        if r != 1 {
            let mut ok = true;
            for v in lhs {
                ok &= self.use_lhs(v);
            }
            if self.use_exprs(rhs) && ok {
                self.assign_error(rhs, l, r);
            }
            return;
        }
        let (mut values, comma_ok) = self.multi_expr(&rhs[0], l == 2);
        if values.len() == l {
            for (v, x) in lhs.iter().zip(&mut values) {
                self.assign_var(v, Err(x), ctx);
            }
            if comma_ok {
                self.mark_comma_ok(&rhs[0]);
            }
            return;
        }
        if values[0].valid() {
            self.assign_error(rhs, l, values.len());
        }
        for v in lhs {
            self.use_lhs(v);
        }
    }

    /// `lhs := rhs`.
    pub(crate) fn short_var_decl(&mut self, pos: Pos, lhs: &'static [Expr], rhs: &'static [Expr]) {
        let top = self.delayed.len();
        let mut vars = Vec::with_capacity(lhs.len());
        let mut new = Vec::with_capacity(lhs.len());
        let mut seen: Vec<Sym> = Vec::with_capacity(lhs.len());
        let mut error = false;
        for e in lhs {
            let ExprKind::Ident(name) = e.kind else {
                self.use_lhs(e);
                let s = expr_string(e);
                self.error(e.start_pos(), format!("non-name {s} on left side of :="));
                error = true;
                vars.push(self.new_local(Sym::new("_"), e.start_pos(), TypeId::default()));
                continue;
            };
            if !name.is_blank() {
                if seen.contains(&name) {
                    self.error(e.pos, format!("{} repeated on left side of :=", name.as_str()));
                    error = true;
                    vars.push(self.new_local(Sym::new("_"), e.pos, TypeId::default()));
                    continue;
                }
                seen.push(name);
                if let Some(alt) = self.lookup_innermost(name) {
                    self.record_obj(e.id, alt);
                    if let Some(v) = self.var_mut(alt) {
                        v.reassigned = true;
                        let ty = self.obj(alt).ty;
                        let node = self.node(e.id);
                        node.ty = ty;
                        node.mode = crate::info::Mode::Var;
                        vars.push(alt);
                    } else {
                        self.error(e.pos, format!("cannot assign to {}", name.as_str()));
                        error = true;
                        vars.push(self.new_local(Sym::new("_"), e.pos, TypeId::default()));
                    }
                    continue;
                }
            }
            let obj = self.new_local(name, e.pos, TypeId::default());
            self.record_obj(e.id, obj);
            vars.push(obj);
            if !name.is_blank() {
                new.push(obj);
            }
        }
        self.init_vars(&vars, rhs, None);
        self.settle(top);
        for (e, &v) in lhs.iter().zip(&vars) {
            let ty = self.obj(v).ty;
            let node = self.node(e.id);
            node.ty = ty;
            node.mode = crate::info::Mode::Var;
        }
        if new.is_empty() && !error {
            self.soft_error(pos, "no new variables on left side of :=");
            return;
        }
        for obj in new {
            self.declare(obj);
        }
    }
}
