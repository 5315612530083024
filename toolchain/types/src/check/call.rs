//! Calls and conversions.
use super::{
    expr::{E, Kind},
    inst::Partial,
    operand::{Ctx, OpMode, Operand, Src},
};
use crate::{
    checker::Checker,
    infer::{InferArg, InferError},
    query::Cause,
    table::*,
};
use syntax::{
    ast::{Expr, ExprKind},
    print::expr_string,
};

/// A call's parts.
#[derive(Clone, Copy)]
pub(crate) struct Call {
    pub(crate) e: E,
    pub(crate) fun: E,
    pub(crate) args: &'static [Expr],
    pub(crate) dots: bool,
}

impl Call {
    pub(crate) fn of(e: E) -> Option<Call> {
        match &e.kind {
            ExprKind::Call { fun, args, ellipsis, .. } => {
                Some(Call { e, fun, args, dots: ellipsis.is_some() })
            }
            _ => None,
        }
    }
}

impl Checker {
    pub(crate) fn call_expr(&mut self, e: E) -> (Operand, Kind) {
        let Some(call) = Call::of(e) else { return (Operand::invalid(e), Kind::Statement) };
        let mut inst: Option<(E, &'static [Expr])> = None;
        let mut x;
        if let ExprKind::Index { x: fx, indices } = &call.fun.kind {
            let is_inst;
            (x, is_inst) = self.index_expr(call.fun, fx, indices);
            self.complete_pending();
            if is_inst {
                inst = Some((call.fun, indices));
            }
            x.src = Src::Expr(call.fun);
            self.record(&x);
        } else {
            x = self.expr_or_type(call.fun, true);
        }
        self.complete_pending();
        match x.mode {
            OpMode::Invalid => {
                self.use_exprs(call.args);
                (Operand::invalid(e), Kind::Statement)
            }
            OpMode::Type => {
                let r = self.conversion_call(call, x);
                (r, Kind::Conversion)
            }
            OpMode::Builtin => {
                let Some(id) = x.builtin else { return (Operand::invalid(e), Kind::Statement) };
                let mut r = self.builtin(call, id).unwrap_or_default();
                r.src = Src::Expr(e);
                if r.valid() && !r.is_const() {
                    self.env.has_call = true;
                }
                (r, super::builtin::kind(id))
            }
            _ => {
                let r = self.function_call(call, x, inst);
                (r, Kind::Statement)
            }
        }
    }

    fn conversion_call(&mut self, call: Call, mut x: Operand) -> Operand {
        let invalid = Operand::invalid(call.e);
        self.non_generic(None, &mut x);
        if !x.valid() {
            self.use_exprs(call.args);
            return invalid;
        }
        let t = x.ty;
        if !self.is_complete(t) {
            return invalid;
        }
        let ts = |c: &Checker| c.ts(t);
        match call.args {
            [] => {
                let msg = format!("missing argument in conversion to {}", ts(self));
                self.error(call.e.start_pos(), msg);
                invalid
            }
            [arg] => {
                let target = self.target(Some(t), "conversion");
                let mut r = self.expr(target.as_ref(), arg);
                if r.valid() {
                    if self.table.is_nonparam_interface(t) && self.table.type_set(t).is_constraint() {
                        let msg = format!(
                            "cannot use interface {} in conversion (contains specific type constraints or is comparable)",
                            ts(self)
                        );
                        self.error(call.e.start_pos(), msg);
                        return invalid;
                    }
                    if call.dots {
                        let msg = format!("invalid use of ... in conversion to {}", ts(self));
                        self.error(arg.start_pos(), msg);
                        return invalid;
                    }
                    self.conversion(&mut r, t);
                }
                r.src = Src::Expr(call.e);
                r
            }
            [.., last] => {
                self.use_exprs(call.args);
                let msg = format!("too many arguments in conversion to {}", ts(self));
                self.error(last.start_pos(), msg);
                invalid
            }
        }
    }

    fn function_call(&mut self, call: Call, mut x: Operand, inst: Option<(E, &'static [Expr])>) -> Operand {
        let mut cause = Cause::new(self.env.file.pkg);
        let mut sig_ty = None;
        if self.table.is_type_param(x.ty) {
            let table = &self.table;
            let mut odd = None;
            if let Some(terms) = &table.type_set(x.ty).terms {
                odd = terms.iter().map(|t| t.ty).find(|&t| !matches!(table.under(t), Type::Func(_)));
            }
            match odd {
                Some(t) => cause.text = format!("{} is not a function", self.ts(t)),
                None => sig_ty = self.table.common_under(x.ty, &mut cause),
            }
        } else {
            match self.table.under(x.ty) {
                Type::Func(_) => sig_ty = Some(self.table.underlying(x.ty)),
                Type::Basic(Basic::Invalid) => {
                    self.use_exprs(call.args);
                    return Operand::invalid(call.e);
                }
                _ => cause.text = format!("{} is not a function", self.ts(x.ty)),
            }
        }
        let Some((mut sig_ty, Type::Func(sig))) = sig_ty.map(|t| (t, self.table.get(t))) else {
            // As in Go, what the arguments mention is not used.
            let msg = format!("invalid operation: cannot call {}: {}", self.op_str(&x), cause.text);
            self.error(x.pos(), msg);
            return Operand::invalid(call.e);
        };
        let was_generic = !sig.tparams.is_empty();
        let mut given = Vec::new();
        let mut given_exprs: &'static [Expr] = &[];
        if let Some((index, list)) = inst {
            given_exprs = list;
            let Some(args) = self.type_list(list) else {
                self.use_exprs(call.args);
                return Operand::invalid(call.e);
            };
            self.complete_pending();
            given = args;
            let (got, want) = (given.len(), sig.tparams.len());
            if got > want {
                let msg = format!("got {got} type arguments but want {want}");
                self.error(list[want].start_pos(), msg);
                self.use_exprs(call.args);
                return Operand::invalid(call.e);
            }
            if got == want && want > 0 {
                self.need_version(index.start_pos(), 18, "function instantiation");
                sig_ty = self.instantiate_sig(index.pos, index, sig_ty, &given, list, &x.outer);
                given = Vec::new();
                given_exprs = &[];
            }
        }
        let mut partial = Vec::new();
        let args = self.generic_args(call.args, &mut partial);
        let outer = x.outer.take();
        let done = self.arguments(call, sig_ty, given, given_exprs, args, partial, &outer);
        let failed = done.is_none();
        let result = done.unwrap_or(sig_ty);
        let Type::Func(sig) = self.table.get(result) else { return Operand::invalid(call.e) };
        if was_generic && sig.tparams.is_empty() {
            let node = self.node(call.fun.id);
            node.ty = result;
            node.mode = crate::info::Mode::Value;
        }
        x.val = Default::default();
        x.src = Src::Expr(call.e);
        match &sig.results[..] {
            [] => {
                x.mode = OpMode::NoValue;
                x.ty = crate::intern::EMPTY_TUPLE;
            }
            [one] => {
                x.mode = OpMode::Value;
                x.ty = *one;
                if !self.is_complete(*one) || one.0 == 0 {
                    x.invalidate();
                }
            }
            many => {
                x.mode = OpMode::Value;
                x.ty = self.table.tuple(many.to_vec());
            }
        }
        self.env.has_call = true;
        if failed && x.mode == OpMode::Value && self.table.is_parameterized(&sig.tparams, x.ty) {
            x.invalidate();
        }
        x
    }

    /// Values of a list of expressions, or the several values of one.
    pub(crate) fn expr_list(&mut self, list: &'static [Expr]) -> Vec<Operand> {
        match list {
            [one] => self.multi_expr(one, false).0,
            _ => list.iter().map(|e| self.expr(None, e)).collect(),
        }
    }

    /// Arguments of a call: generic functions are allowed, with some of their type arguments (`partial`, by argument).
    fn generic_args(&mut self, list: &'static [Expr], partial: &mut Vec<Vec<TypeId>>) -> Vec<Operand> {
        let infer = !list.is_empty() && !self.allows(21);
        if let [e] = list
            && !matches!(e.kind, ExprKind::Index { .. })
        {
            let (mut x, _) = self.raw_expr(None, e, None, true);
            self.only_values(&mut x);
            if x.valid()
                && let Type::Tuple(types) = self.table.get(x.ty)
            {
                return types.iter().map(|&t| Operand::of(t, e)).collect();
            }
            return vec![x];
        }
        let mut out = Vec::with_capacity(list.len());
        for (i, e) in list.iter().enumerate() {
            let ExprKind::Index { x, indices } = &e.kind else {
                out.push(self.generic_expr(e, None));
                continue;
            };
            let (mut op, is_inst) = self.index_expr(e, x, indices);
            self.complete_pending();
            op.src = Src::Expr(e);
            if is_inst {
                if let Some(args) = self.func_inst(None, &mut op, Some((e, indices)), infer) {
                    partial.resize(list.len(), Vec::new());
                    partial[i] = args;
                } else {
                    op.src = Src::Expr(e);
                    self.record(&op);
                }
            } else {
                self.record(&op);
                self.only_values(&mut op);
                self.single_value(&mut op);
            }
            out.push(op);
        }
        out
    }

    /// Checks arguments against a signature, after inferring what type arguments are missing. Returns the signature that is called.
    #[allow(clippy::too_many_arguments, reason = "the parts of a call")]
    pub(crate) fn arguments(
        &mut self,
        call: Call,
        sig_ty: TypeId,
        given: Vec<TypeId>,
        given_exprs: &'static [Expr],
        mut args: Vec<Operand>,
        partial: Vec<Vec<TypeId>>,
        outer: &super::inst::Outer,
    ) -> Option<TypeId> {
        let Type::Func(sig) = self.table.get(sig_ty) else { return None };
        let nargs = args.len();
        let mut npars = sig.params.len();
        let mut params: Vec<TypeId> = Vec::new();
        let mut expanded = false;
        if sig.variadic {
            if call.dots {
                if call.args.len() == 1 && nargs > 1 {
                    let msg = format!("cannot use ... with {nargs}-valued {}", expr_string(&call.args[0]));
                    self.error(call.e.start_pos(), msg);
                    return None;
                }
            } else if nargs + 1 >= npars {
                let last = sig.params[npars - 1];
                let elem = match self.table.get(last) {
                    Type::Slice(e) => *e,
                    _ => last,
                };
                params.extend_from_slice(&sig.params[..npars - 1]);
                params.resize(nargs.max(npars - 1), elem);
                expanded = true;
                npars = nargs;
            } else {
                npars -= 1;
            }
        } else if call.dots {
            let msg = format!("cannot use ... in call to non-variadic {}", expr_string(call.fun));
            self.error(call.e.start_pos(), msg);
            return None;
        }
        if nargs != npars {
            self.count_error(call, sig, &args, npars);
            return None;
        }
        if !expanded {
            params.extend_from_slice(&sig.params);
        }
        let mut rsig = sig_ty;
        let generic_args: Vec<usize> = (0..nargs)
            .filter(|&i| {
                args[i].mode == OpMode::Value
                    && matches!(self.table.get(args[i].ty), Type::Func(s) if !s.tparams.is_empty())
            })
            .collect();
        if !sig.tparams.is_empty() || !generic_args.is_empty() {
            (rsig, params) = self.infer_call(
                call,
                sig_ty,
                sig,
                given,
                given_exprs,
                &mut args,
                partial,
                params,
                generic_args,
                outer,
            )?;
        }
        for (x, &t) in args.iter_mut().zip(&params) {
            self.assignment(x, Some(t), Ctx::Argument(call.fun));
        }
        Some(rsig)
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of a call")]
    fn infer_call(
        &mut self,
        call: Call,
        sig_ty: TypeId,
        sig: &'static Signature,
        mut given: Vec<TypeId>,
        given_exprs: &'static [Expr],
        args: &mut [Operand],
        partial: Vec<Vec<TypeId>>,
        mut params: Vec<TypeId>,
        generic_args: Vec<usize>,
        outer: &super::inst::Outer,
    ) -> Option<(TypeId, Vec<TypeId>)> {
        let n = sig.tparams.len();
        if n > 0 {
            self.need_version(call.e.start_pos(), 18, "implicit function instantiation");
        }
        if let Some(&i) = generic_args.first() {
            self.need_version(args[i].pos(), 21, "implicitly instantiated function as argument");
        }
        let outer_map = outer.as_deref().cloned().unwrap_or_default();
        let (mut tparams, map) = self.table.rename_tparams(&sig.tparams, &outer_map);
        let renamed: Vec<TypeId> = params.iter().map(|&p| self.table.subst(p, &map)).collect();
        given.resize(n, TypeId::default());
        for &i in &generic_args {
            let Type::Func(asig) = self.table.get(args[i].ty) else { continue };
            let arg_outer = args[i].outer.as_deref().cloned().unwrap_or_default();
            let (fresh, _) = self.table.rename_tparams(&asig.tparams, &arg_outer);
            tparams.extend_from_slice(&fresh);
            if let Some(list) = partial.get(i) {
                given.extend_from_slice(list);
            }
            given.resize(tparams.len(), TypeId::default());
        }
        // What inference sees of generic arguments: their signatures in terms of the fresh parameters.
        let mut next = n;
        let mut seen: Vec<TypeId> = args.iter().map(|a| a.ty).collect();
        for &i in &generic_args {
            let Type::Func(asig) = self.table.get(args[i].ty) else { continue };
            let k = next + asig.tparams.len();
            let fresh: Vec<TypeId> = tparams[next..k].iter().map(|&p| self.table.tparam(p)).collect();
            seen[i] = self.table.instantiate_signature(args[i].ty, &fresh);
            next = k;
        }
        for a in args.iter() {
            self.ensure_methods(a.ty);
        }
        let broken = |ty| self.table.has_invalid(ty);
        let infos: Vec<InferArg> = args
            .iter()
            .zip(&seen)
            .map(|(a, &ty)| InferArg {
                ty: if a.valid() && !broken(ty) { ty } else { TypeId::default() },
                nil: a.is_nil(),
            })
            .collect();
        let from = self.env.file.pkg;
        let inferred = self.table.infer(&tparams, &given, &renamed, &infos, false, from, &|i| args[i].text());
        let targs = match inferred {
            Ok(t) => t,
            Err(why) => {
                let fun = expr_string(call.fun);
                match why {
                    InferError::Invalid => {}
                    InferError::Arg(i, msg) => {
                        let pos = args.get(i).map_or(call.e.pos, |a| a.pos());
                        self.error(pos, format!("in call to {fun}, {msg}"));
                    }
                    InferError::Call(msg) => self.error(call.e.pos, format!("in call to {fun}, {msg}")),
                    InferError::CannotInfer(p) => {
                        let msg = self.cannot_infer(p);
                        self.error(call.e.pos, format!("in call to {fun}, {msg}"));
                    }
                }
                return None;
            }
        };
        let mut rsig = sig_ty;
        if n > 0 {
            rsig = self.instantiate_sig(call.e.pos, call.fun, sig_ty, &targs[..n], given_exprs, outer);
            params = params.iter().map(|&p| self.table.subst_list(p, &sig.tparams, &targs[..n])).collect();
        }
        let mut next = n;
        for &i in &generic_args {
            let Type::Func(asig) = self.table.get(args[i].ty) else { continue };
            let k = next + asig.tparams.len();
            if let Some(e) = args[i].expr() {
                let arg_outer = args[i].outer.clone();
                let list: Partial = &targs[next..k];
                args[i].ty = self.instantiate_sig(call.e.pos, e, args[i].ty, list, &[], &arg_outer);
                let a = args[i].clone();
                self.record(&a);
            }
            next = k;
        }
        Some((rsig, params))
    }

    pub(crate) fn cannot_infer(&self, p: TypeParamId) -> String {
        let info = self.table.tparam_info(p);
        let o = self.obj(info.obj);
        format!("cannot infer {} (declared at {})", o.name.as_str(), o.pos)
    }

    #[cold]
    fn count_error(&mut self, call: Call, sig: &Signature, args: &[Operand], npars: usize) {
        let nargs = args.len();
        let (pos, how) = if nargs > npars {
            (args[npars].pos(), "too many")
        } else if let Some(last) = args.last() {
            (last.pos(), "not enough")
        } else {
            (call.e.start_pos(), "not enough")
        };
        // A call without a value shows as the function that was called.
        let shown = |a: &Operand| match a.src {
            Src::Expr(Expr { kind: ExprKind::Call { fun, .. }, .. })
                if a.ty == crate::intern::EMPTY_TUPLE =>
            {
                self.file_info(self.env.file).nodes[fun.id.index()].ty
            }
            _ => a.ty,
        };
        let have: Vec<TypeId> = args.iter().map(shown).collect();
        let have = self.types_summary(&have, false, call.dots);
        let want = self.types_summary(&sig.params, sig.variadic, false);
        let fun = expr_string(call.fun);
        self.error(pos, format!("{how} arguments in call to {fun}\n\thave {have}\n\twant {want}"));
    }

    /// `(number, string, ...T)`
    pub(crate) fn types_summary(&self, list: &[TypeId], variadic: bool, dots: bool) -> String {
        let mut out = Vec::with_capacity(list.len());
        for (i, &t) in list.iter().enumerate() {
            let mut s = if t.0 == 0 {
                "unknown type".to_string()
            } else if self.table.is_untyped(t) {
                if self.table.is_numeric(t) { "number".into() } else { self.ts(t).replace("untyped ", "") }
            } else {
                self.ts(t)
            };
            if i + 1 == list.len() {
                if variadic {
                    if let Type::Slice(e) = self.table.get(t) {
                        s = self.ts(*e);
                    }
                    s.insert_str(0, "...");
                } else if dots {
                    s.push_str("...");
                }
            }
            out.push(s);
        }
        format!("({})", out.join(", "))
    }
}
