//! Instantiating generic functions.
use super::{
    delayed::Action,
    expr::{E, Target},
    operand::{OpMode, Operand, Src},
};
use crate::{
    checker::Checker,
    infer::{InferArg, InferError},
    table::*,
};
use std::rc::Rc;
use syntax::{
    Pos,
    ast::{Expr, ExprKind, NodeId},
};

/// What a receiver's type parameters stand for in a generic method's constraints.
pub(crate) type Outer = Option<Rc<Subst>>;

/// Type arguments.
pub(crate) type Partial<'a> = &'a [TypeId];

impl Checker {
    /// `x[list]` for a generic function `x`. What the list leaves open is inferred from the target; without `infer` it is left
    /// open, and the types of the list are returned.
    pub(crate) fn func_inst(
        &mut self,
        target: Option<&Target>,
        x: &mut Operand,
        inst: Option<(E, &'static [Expr])>,
        infer: bool,
    ) -> Option<Vec<TypeId>> {
        let pos = match inst {
            Some((e, _)) => {
                x.src = Src::Expr(e);
                e.pos
            }
            None => x.expr().map_or(x.pos(), |e| e.pos),
        };
        self.need_version(pos, 18, "function instantiation");
        let list: &'static [Expr] = inst.map_or(&[], |i| i.1);
        let Some(mut targs) = self.type_list(list) else {
            x.invalidate();
            return None;
        };
        self.complete_pending();
        let Type::Func(sig) = self.table.get(x.ty) else { return None };
        let (got, want) = (targs.len(), sig.tparams.len());
        if got > want {
            let msg = format!("got {got} type arguments but want {want}");
            self.error(list[got - 1].start_pos(), msg);
            x.invalidate();
            return None;
        }
        if got < want {
            if !infer {
                return Some(targs);
            }
            if target.is_some() && self.allows(18) && !self.allows(21) {
                let what = if inst.is_some() { "partially" } else { "implicitly" };
                self.version_error(pos, 21, &format!("{what} instantiated function in assignment"));
            }
            let outer = x.outer.as_deref().cloned().unwrap_or_default();
            let (fresh, map) = self.table.rename_tparams(&sig.tparams, &outer);
            let (params, args): (Vec<TypeId>, Vec<InferArg>) = match target {
                Some(t) => {
                    let plain = self.table.signature(Signature { tparams: Vec::new(), ..sig.clone() });
                    (vec![self.table.subst(plain, &map)], vec![InferArg { ty: t.sig, nil: false }])
                }
                None => (Vec::new(), Vec::new()),
            };
            targs.resize(want, TypeId::default());
            let from = self.env.file.pkg;
            let desc = target.map_or(String::new(), |t| t.desc.to_string());
            match self.table.infer(&fresh, &targs, &params, &args, true, from, &|_| desc.clone()) {
                Ok(t) => targs = t,
                Err(why) => {
                    match why {
                        InferError::Invalid => {}
                        InferError::Arg(_, msg) | InferError::Call(msg) => self.error(pos, msg),
                        InferError::CannotInfer(p) => {
                            let msg = self.cannot_infer(p);
                            self.error(pos, msg);
                        }
                    }
                    x.invalidate();
                    return None;
                }
            }
        }
        let outer = x.outer.clone();
        let Some(e) = x.expr() else {
            x.invalidate();
            return None;
        };
        x.ty = self.instantiate_sig(e.pos, e, x.ty, &targs, list, &outer);
        x.mode = OpMode::Value;
        None
    }

    pub(crate) fn instantiate_for_target(&mut self, target: &Target, x: &mut Operand) {
        self.func_inst(Some(target), x, None, true);
    }

    /// A generic function's signature with its type arguments, which are noted for the function's name and judged later.
    pub(crate) fn instantiate_sig(
        &mut self,
        pos: Pos,
        e: E,
        sig_ty: TypeId,
        targs: Partial,
        list: &'static [Expr],
        outer: &Outer,
    ) -> TypeId {
        let Type::Func(sig) = self.table.get(sig_ty) else { return sig_ty };
        if let Some(id) = instantiated_name(e) {
            self.info().instances.insert(id, targs.to_vec());
        }
        let places = list.iter().map(|e| e.start_pos()).collect();
        self.later(Action::TypeArgs {
            pos,
            tparams: sig.tparams.clone(),
            args: targs.to_vec(),
            outer: outer.as_deref().cloned().unwrap_or_default(),
            places,
        });
        let inst = self.table.instantiate_signature(sig_ty, targs);
        let mut name = e;
        while let ExprKind::Index { x, .. } | ExprKind::Paren(x) = &name.kind {
            self.node(x.id).ty = inst;
            name = x;
        }
        inst
    }
}

/// The identifier of a generic function in `f`, `p.f`, `f[T]`.
fn instantiated_name(e: E) -> Option<NodeId> {
    match &e.kind {
        ExprKind::Ident(_) => Some(e.id),
        ExprKind::Selector { sel, .. } => Some(sel.id),
        ExprKind::Index { x, .. } => instantiated_name(x),
        ExprKind::Paren(x) => instantiated_name(x),
        _ => None,
    }
}
