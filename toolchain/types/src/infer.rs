//! Type inference: the type arguments of a generic function from its arguments' types, the constraints, and untyped constants.
//!
//! The caller renames the function's type parameters first ([`TypeTable::rename_tparams`]), since arguments may mention the very
//! same parameters (recursive calls). Arguments that are generic functions themselves add their (renamed) parameters to
//! `tparams`: all are inferred together. An assignment of a generic function to a variable of function type is the call of a
//! function with one parameter of the generic function's type, with the variable as argument (`reverse`).
use crate::{
    query::Cause,
    table::*,
    unify::{Unifier, UnifyMode},
};

/// An argument.
#[derive(Clone, Copy, Debug)]
pub struct InferArg {
    /// Its type; invalid after an error.
    pub ty: TypeId,
    /// The untyped nil.
    pub nil: bool,
}

/// Why inference failed.
#[derive(Clone, Debug)]
pub enum InferError {
    /// An argument was invalid: an error has been reported already.
    Invalid,
    /// To be reported at argument `.0`.
    Arg(usize, String),
    /// To be reported at the call.
    Call(String),
    /// "cannot infer P (declared at …)", at the call (in calls: "in call to f, cannot infer P …").
    CannotInfer(TypeParamId),
}

/// `P`, `P and Q`, `P, Q, and R`.
pub fn list_names(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [a] => (*a).into(),
        [a, b] => format!("{a} and {b}"),
        [init @ .., last] => format!("{}, and {last}", init.join(", ")),
    }
}

impl TypeTable {
    /// Infers the type arguments for `tparams`. `given`: those known (may be shorter; invalid: unknown). `params`: parameter types,
    /// as many as `args` (a variadic function's last one repeated). `expr` gives the source text of an argument.
    #[allow(clippy::too_many_arguments, reason = "the parts of a call")]
    pub fn infer(
        &self,
        tparams: &[TypeParamId],
        given: &[TypeId],
        params: &[TypeId],
        args: &[InferArg],
        reverse: bool,
        from: PkgId,
        expr: &dyn Fn(usize) -> String,
    ) -> Result<Vec<TypeId>, InferError> {
        let n = tparams.len();
        if given.len() == n && given.iter().all(|t| t.0 != 0) {
            return Ok(given.to_vec());
        }
        if args.iter().any(|a| a.ty.0 == 0) {
            return Err(InferError::Invalid);
        }
        let name = |t| self.type_string(t, from);
        let tname = |p| self.tparam_name(p).as_str();
        // With the arguments that are given put in, messages speak of those.
        let params: Vec<TypeId> = params.iter().map(|&t| self.subst_list(t, tparams, given)).collect();
        let mut u = Unifier::new(self, tparams, given);

        // 1. From typed arguments.
        let mut untyped = Vec::new();
        for (i, arg) in args.iter().enumerate() {
            let par = params[i];
            if !self.is_parameterized(tparams, par) && !self.is_parameterized(tparams, arg.ty) {
                continue;
            }
            if self.is_typed(arg.ty) {
                if !u.unify(par, arg.ty, UnifyMode::Assign) {
                    return Err(InferError::Arg(
                        i,
                        self.mismatch(&u, tparams, par, arg.ty, reverse, from, &expr(i)),
                    ));
                }
            } else if self.is_type_param(par) && !arg.nil {
                untyped.push(i);
            }
        }

        // 2. From constraints, as long as that gives something new.
        loop {
            let before = u.unknowns();
            for &p in tparams {
                let tx = u.at(p);
                if let Some((core, single)) = self.core_term(p) {
                    if tx.0 != 0 {
                        if !u.unify(tx, core.ty, UnifyMode::Inexact) {
                            return Err(InferError::Call(format!(
                                "{} (type {}) does not satisfy {}",
                                tname(p),
                                name(tx),
                                name(self.tparam_info(p).bound)
                            )));
                        }
                    } else if single && !core.tilde {
                        u.set(p, core.ty);
                    }
                }
                if tx.0 != 0 && !self.is_parameterized(tparams, tx) {
                    let mut cause = Cause::new(from);
                    let missing = self.missing_method(
                        tx,
                        self.bound_interface(p),
                        true,
                        &mut |a, b| u.unify(a, b, UnifyMode::Exact),
                        &mut cause,
                    );
                    if missing.is_some() && !self.has_invalid_embedded(tx, 0) {
                        return Err(InferError::Call(format!(
                            "{} (type {}) does not satisfy {} {}",
                            tname(p),
                            name(tx),
                            name(self.tparam_info(p).bound),
                            cause.text
                        )));
                    }
                }
            }
            if u.unknowns() == before {
                break;
            }
        }

        // 3. From untyped constants: the "largest" kind of all that go to one parameter.
        let mut max: Vec<(TypeParamId, TypeId)> = Vec::new();
        for i in untyped {
            let Some(p) = self.as_tparam(params[i]).filter(|&p| u.at(p).0 == 0) else { continue };
            let t = args[i].ty;
            match max.iter_mut().find(|m| m.0 == p) {
                None => max.push((p, t)),
                Some(m) => match self.max_type(m.1, t) {
                    Some(t) => m.1 = t,
                    None => {
                        return Err(InferError::Arg(
                            i,
                            format!(
                                "mismatched types {} and {} (cannot infer {})",
                                name(m.1),
                                name(t),
                                tname(p)
                            ),
                        ));
                    }
                },
            }
        }
        for (p, t) in max {
            u.set(p, self.default_type(t));
        }

        // Inferred types may mention other parameters: put those in, unless that would never end.
        let mut inferred = u.inferred(tparams);
        self.kill_cycles(tparams, &mut inferred);
        let mut dirty: Vec<usize> =
            (0..n).filter(|&i| inferred[i].0 != 0 && given.get(i).is_none_or(|t| t.0 == 0)).collect();
        while !dirty.is_empty() {
            let now = inferred.clone();
            dirty.retain(|&i| {
                let mut t = self.subst_list(now[i], tparams, &now);
                if t == now[i] {
                    return false;
                }
                if let Type::Func(s) = self.get(t)
                    && !s.tparams.is_empty()
                    && !self.is_parameterized(tparams, t)
                {
                    t = self.signature(Signature { tparams: Vec::new(), ..s.clone() });
                }
                inferred[i] = t;
                true
            });
        }
        match (0..n).find(|&i| inferred[i].0 == 0 || self.is_parameterized(tparams, inferred[i])) {
            Some(i) => Err(InferError::CannotInfer(tparams[i])),
            None => Ok(inferred),
        }
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of one message")]
    fn mismatch(
        &self,
        u: &Unifier<'_>,
        tparams: &[TypeParamId],
        par: TypeId,
        arg: TypeId,
        reverse: bool,
        from: PkgId,
        expr: &str,
    ) -> String {
        let inferred = u.inferred(tparams);
        let (p, a) = (self.type_string(par, from), self.type_string(arg, from));
        if inferred.iter().all(|t| t.0 == 0) {
            let names: Vec<&str> = tparams.iter().map(|&p| self.tparam_name(p).as_str()).collect();
            return format!("type {a} of {expr} does not match {p} (cannot infer {})", list_names(&names));
        }
        let known = self.subst_list(par, tparams, &inferred);
        if known == par {
            return format!("type {a} of {expr} does not match {p}");
        }
        let k = self.type_string(known, from);
        if reverse {
            format!("inferred type {k} for {p} does not match type {a} of {expr}")
        } else {
            format!("type {a} of {expr} does not match inferred type {k} for {p}")
        }
    }

    /// Whether one of `tparams` occurs in `t`.
    pub fn is_parameterized(&self, tparams: &[TypeParamId], t: TypeId) -> bool {
        if !self.has_type_params(t) {
            return false;
        }
        match self.get(t) {
            Type::TypeParam(p) => tparams.contains(p),
            ty => {
                let mut found = false;
                crate::intern::for_each_child(ty, |c| found = found || self.is_parameterized(tparams, c));
                found
            }
        }
    }

    /// The core type of a type parameter's constraint as a term, and whether it is the constraint's only one.
    fn core_term(&self, p: TypeParamId) -> Option<(UnionTerm, bool)> {
        let t = self.tparam(p);
        let terms = self.type_set(t).terms.as_ref()?;
        if let [one] = &terms[..] {
            return Some((*one, true));
        }
        let ty = self.core_type(t)?;
        Some((UnionTerm { tilde: terms.iter().any(|x| x.tilde), ty }, false))
    }

    /// Forgets inferred types that contain themselves.
    fn kill_cycles(&self, tparams: &[TypeParamId], inferred: &mut [TypeId]) {
        for &p in tparams {
            self.walk_cycles(self.tparam(p), tparams, inferred, &mut Vec::new());
        }
    }

    fn walk_cycles(
        &self,
        t: TypeId,
        tparams: &[TypeParamId],
        inferred: &mut [TypeId],
        active: &mut Vec<TypeParamId>,
    ) {
        if !self.has_type_params(t) {
            return;
        }
        match self.get(t) {
            Type::TypeParam(p) => {
                let Some(i) = tparams.iter().position(|q| q == p) else { return };
                if active.contains(p) {
                    inferred[i] = TypeId::default();
                    return;
                }
                if inferred[i].0 != 0 {
                    active.push(*p);
                    self.walk_cycles(inferred[i], tparams, inferred, active);
                    active.pop();
                }
            }
            ty => crate::intern::for_each_child(ty, |c| self.walk_cycles(c, tparams, inferred, active)),
        }
    }
}
