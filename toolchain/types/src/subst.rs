//! Substitution of type parameters, instantiation, and checking type arguments against their constraints.
use crate::{object::ObjId, query::Cause, table::*};

impl TypeTable {
    /// `t` with type parameters replaced; those without a binding stay.
    pub fn subst(&self, t: TypeId, map: &Subst) -> TypeId {
        if map.is_empty() {
            return t;
        }
        self.subst_with(t, &mut |p| map.get(&p).copied())
    }

    /// `t` with `tparams[i]` replaced by `args[i]`. An invalid argument leaves its parameter alone.
    pub fn subst_list(&self, t: TypeId, tparams: &[TypeParamId], args: &[TypeId]) -> TypeId {
        self.subst_with(t, &mut |p| {
            let i = tparams.iter().position(|&q| q == p)?;
            args.get(i).copied().filter(|a| a.0 != 0)
        })
    }

    fn subst_with(&self, t: TypeId, f: &mut dyn FnMut(TypeParamId) -> Option<TypeId>) -> TypeId {
        if !self.has_type_params(t) {
            return t;
        }
        match self.get(t) {
            Type::TypeParam(p) => f(*p).unwrap_or(t),
            _ => self.map_children(t, &mut |c| self.subst_with(c, f)),
        }
    }

    /// Bindings from two lists.
    pub fn make_subst(tparams: &[TypeParamId], args: &[TypeId]) -> Subst {
        tparams.iter().copied().zip(args.iter().copied()).filter(|(_, a)| a.0 != 0).collect()
    }

    /// The type of an instantiated generic function: its signature with arguments for its own type parameters, not generic any more.
    /// Fewer arguments than parameters leave a signature generic in the remaining ones.
    pub fn instantiate_signature(&self, sig: TypeId, args: &[TypeId]) -> TypeId {
        let Type::Func(s) = self.get(sig) else { return sig };
        let n = args.len().min(s.tparams.len());
        let plain = self.signature(Signature { tparams: s.tparams[n..].to_vec(), ..s.clone() });
        self.subst_list(plain, &s.tparams[..n], &args[..n])
    }

    /// What a method's own names for the receiver's type parameters stand for, if its receiver is (a pointer to) `recv`.
    pub fn recv_subst(&self, recv: TypeId, method: ObjId) -> Subst {
        let f = self.func_obj(method);
        if f.recv_tparams.is_empty() {
            return Subst::default();
        }
        match self.as_named(self.deref(recv).0) {
            Some((_, args)) => Self::make_subst(&f.recv_tparams, args),
            None => Subst::default(),
        }
    }

    /// A declared method's signature for the receiver's base type `recv` (an instance of the type that declares it).
    pub fn method_signature(&self, recv: TypeId, method: ObjId) -> TypeId {
        let sig = self.obj(method).ty;
        let f = self.func_obj(method);
        if f.recv_tparams.is_empty() || !self.has_type_params(sig) {
            return sig;
        }
        match self.as_named(self.deref(recv).0) {
            Some((_, args)) => self.subst_list(sig, &f.recv_tparams, args),
            None => sig,
        }
    }

    /// Checks type arguments against their constraints. On failure: the index of the first bad argument, `cause` says why.
    /// `outer`: bindings for type parameters of an outer declaration in the constraints (the receiver's, for methods).
    pub fn verify_type_args(
        &self,
        tparams: &[TypeParamId],
        args: &[TypeId],
        outer: &Subst,
        cause: &mut Cause,
    ) -> Result<(), usize> {
        let mut map = Self::make_subst(tparams, args);
        map.extend(outer.iter().map(|(&p, &t)| (p, t)));
        for (i, &p) in tparams.iter().enumerate() {
            let Some(&arg) = args.get(i) else { break };
            let bound = self.tparam_info(p).bound;
            let bound = match self.get(bound) {
                // Messages name the constraint as it was written.
                Type::Named(..) if self.is_interface(bound) => bound,
                _ => self.bound_interface(p),
            };
            if !self.implements(arg, self.subst(bound, &map), true, cause) {
                return Err(i);
            }
        }
        Ok(())
    }

    /// Fresh type parameters like `tparams`, their constraints in terms of the fresh ones (and with `outer` applied), and the
    /// bindings from old to new. Inference works on fresh ones, so that a generic function may call itself.
    pub fn rename_tparams(&mut self, tparams: &[TypeParamId], outer: &Subst) -> (Vec<TypeParamId>, Subst) {
        let mut map = outer.clone();
        let fresh: Vec<TypeParamId> = tparams
            .iter()
            .map(|&p| {
                let q = self.new_tparam(self.tparam_info(p).clone());
                map.insert(p, self.tparam(q));
                q
            })
            .collect();
        for &q in &fresh {
            let bound = self.tparam_info(q).bound;
            self.tparams[q.0 as usize].bound = self.subst(bound, &map);
        }
        (fresh, map)
    }

    /// How deeply type arguments nest in `t`: instantiation that goes on for ever shows in this growing.
    pub fn nesting(&self, t: TypeId) -> u32 {
        let mut depth = 0;
        let ty = self.get(t);
        crate::intern::for_each_child(ty, |c| depth = depth.max(self.nesting(c)));
        depth + u32::from(matches!(ty, Type::Named(_, args) if !args.is_empty()))
    }
}
