//! Unification: are two types equal for some choice of the type parameters being inferred?
//!
//! Inexact unification also matches a defined type with a type literal of the same underlying structure, channels of different
//! direction, and an interface with a type that has its methods.
use crate::{lookup::Found, table::*, typeset::same_id};
use rustc_hash::FxHashMap;

/// How exactly types must match.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UnifyMode {
    /// Inexactly.
    Inexact,
    /// As in an assignment: inexactly at the top, exactly below it.
    Assign,
    /// Identical.
    Exact,
}

impl UnifyMode {
    fn exact(self) -> bool {
        self == UnifyMode::Exact
    }
    /// For the elements of composite types.
    fn elem(self) -> UnifyMode {
        if self == UnifyMode::Assign { UnifyMode::Exact } else { self }
    }
}

/// Deeper than any sensible type: recursion of that depth is taken for a failure.
const DEPTH_LIMIT: u32 = 100;

/// State of a unification.
pub struct Unifier<'a> {
    tt: &'a TypeTable,
    /// Which slot each parameter shares.
    handles: FxHashMap<TypeParamId, usize>,
    /// What has been inferred: invalid if nothing yet.
    slots: Vec<TypeId>,
    depth: u32,
    /// Pairs of interfaces under comparison.
    active: Vec<(TypeId, TypeId)>,
}

impl<'a> Unifier<'a> {
    /// A unifier that infers `tparams`, some of which may be known (`args`, invalid for unknown).
    pub fn new(tt: &'a TypeTable, tparams: &[TypeParamId], args: &[TypeId]) -> Self {
        let slots = (0..tparams.len()).map(|i| args.get(i).copied().unwrap_or_default()).collect();
        let handles = tparams.iter().enumerate().map(|(i, &p)| (p, i)).collect();
        Unifier { tt, handles, slots, depth: 0, active: Vec::new() }
    }

    /// The type inferred for `p`; invalid if none yet.
    pub fn at(&self, p: TypeParamId) -> TypeId {
        self.slots[self.handles[&p]]
    }
    /// Sets it.
    pub fn set(&mut self, p: TypeParamId, t: TypeId) {
        let h = self.handles[&p];
        self.slots[h] = t;
    }
    /// How many parameters are unknown.
    pub fn unknowns(&self) -> usize {
        self.handles.values().filter(|&&h| self.slots[h].0 == 0).count()
    }
    /// The inferred types in order, invalid where unknown.
    pub fn inferred(&self, tparams: &[TypeParamId]) -> Vec<TypeId> {
        tparams.iter().map(|&p| self.at(p)).collect()
    }

    fn bound(&self, t: TypeId) -> Option<TypeParamId> {
        self.tt.as_tparam(t).filter(|p| self.handles.contains_key(p))
    }

    fn join(&mut self, x: TypeParamId, y: TypeParamId) -> bool {
        let (hx, hy) = (self.handles[&x], self.handles[&y]);
        if hx == hy {
            return true;
        }
        let (from, to) = match (self.slots[hx].0 != 0, self.slots[hy].0 != 0) {
            (true, true) => return false,
            (true, false) => (hy, hx),
            _ => (hx, hy),
        };
        self.handles.values_mut().filter(|h| **h == from).for_each(|h| *h = to);
        true
    }

    /// Tries to make `x` and `y` match; parameters may get types on the way, even if it fails.
    pub fn unify(&mut self, x: TypeId, y: TypeId, mode: UnifyMode) -> bool {
        if x == y {
            return true;
        }
        if self.depth > DEPTH_LIMIT {
            return false;
        }
        self.depth += 1;
        let r = self.unify_distinct(x, y, mode);
        self.depth -= 1;
        r
    }

    fn unify_distinct(&mut self, mut x: TypeId, mut y: TypeId, mode: UnifyMode) -> bool {
        let tt = self.tt;
        let named = |t| matches!(tt.get(t), Type::Named(..));
        // If there is a defined type, one is in y; if there is a parameter to infer, one is in x.
        if named(x) || self.bound(y).is_some() {
            std::mem::swap(&mut x, &mut y);
        }
        if !mode.exact() && named(y) && tt.is_type_lit(x) && !tt.is_interface(x) {
            y = tt.underlying(y);
            if x == y {
                return true;
            }
        }
        match (self.bound(x), self.bound(y)) {
            (Some(px), Some(py)) => {
                if self.join(px, py) {
                    return true;
                }
                let (tx, ty) = (self.at(px), self.at(py));
                return self.unify(tx, ty, mode);
            }
            (Some(px), None) => return self.unify_param(px, y, mode),
            _ => {}
        }
        if !mode.exact() {
            let (xi, yi) = (tt.as_interface(x).is_some(), tt.as_interface(y).is_some());
            if xi && yi {
                return self.unify_interfaces(x, y, false);
            }
            if xi || yi {
                let (iface, other) = if xi { (x, y) } else { (y, x) };
                return tt.type_set(iface).methods.iter().all(|m| {
                    let Some(s) = tt.lookup_field_or_method(other, false, m.pkg, m.name).found() else {
                        return false;
                    };
                    let generic = matches!(tt.get(s.ty), Type::Func(f) if !f.tparams.is_empty());
                    s.kind != Found::Field && !generic && self.unify(m.sig, s.ty, UnifyMode::Exact)
                });
            }
        }
        if tt.is_type_param(y) {
            std::mem::swap(&mut x, &mut y);
        }
        let e = mode.elem();
        match (tt.get(x), tt.get(y)) {
            (Type::Array(a, n), Type::Array(b, m)) => n == m && self.unify(*a, *b, e),
            (Type::Slice(a), Type::Slice(b)) | (Type::Pointer(a), Type::Pointer(b)) => self.unify(*a, *b, e),
            (Type::Struct(f), Type::Struct(g)) => {
                f.len() == g.len()
                    && f.iter().zip(g).all(|(f, g)| {
                        f.embedded == g.embedded
                            && f.tag == g.tag
                            && same_id((f.name, f.pkg), (g.name, g.pkg), false)
                            && self.unify(f.ty, g.ty, e)
                    })
            }
            (Type::Tuple(a), Type::Tuple(b)) => self.unify_lists(a, b, mode),
            (Type::Func(s), Type::Func(t)) => {
                s.variadic == t.variadic
                    && self.unify_lists(&s.params, &t.params, e)
                    && self.unify_lists(&s.results, &t.results, e)
            }
            (Type::Interface(_), Type::Interface(_)) => self.unify_interfaces(x, y, true),
            (Type::Map(k, v), Type::Map(k2, v2)) => self.unify(*k, *k2, e) && self.unify(*v, *v2, e),
            (Type::Chan(d, a), Type::Chan(d2, b)) => (!mode.exact() || d == d2) && self.unify(*a, *b, e),
            (Type::Named(n, a), Type::Named(m, b)) => {
                // The arguments first, so that they unify even if the origins differ: better messages.
                a.len() == b.len() && self.unify_lists(a, b, mode) && n == m
            }
            (Type::TypeParam(_), _) => match tt.core_type(x) {
                Some(core) => self.unify(core, y, UnifyMode::Assign),
                None => false,
            },
            _ => false,
        }
    }

    fn unify_lists(&mut self, a: &[TypeId], b: &[TypeId], mode: UnifyMode) -> bool {
        a.len() == b.len() && a.iter().zip(b).all(|(&x, &y)| self.unify(x, y, mode))
    }

    /// A parameter against a type that is none.
    fn unify_param(&mut self, px: TypeParamId, y: TypeId, mode: UnifyMode) -> bool {
        let tt = self.tt;
        let x = self.at(px);
        if x.0 == 0 {
            self.set(px, y);
            return true;
        }
        if !self.unify(x, y, mode) {
            return false;
        }
        let (xi, yi) = (tt.as_interface(x).is_some(), tt.as_interface(y).is_some());
        let named = |t| matches!(tt.get(t), Type::Named(..));
        if xi && yi {
            // Which of two defined interfaces should it be? They must be the same, else at least have the same methods.
            if named(x) && named(y) {
                return tt.identical(x, y);
            }
            if tt.type_set(x).methods.len() != tt.type_set(y).methods.len() {
                return false;
            }
        } else if xi || yi {
            // Either could be meant, and the choice would depend on the order.
            return false;
        }
        if !mode.exact() {
            // Prefer a defined type, then a directed channel, whatever the order.
            if named(x) {
            } else if named(y) || matches!(tt.under(y), Type::Chan(d, _) if *d != ChanDir::Both) {
                self.set(px, y);
            }
        }
        true
    }

    /// Methods must unify; unless `exact`, one interface may have more of them.
    fn unify_interfaces(&mut self, x: TypeId, y: TypeId, exact: bool) -> bool {
        let tt = self.tt;
        let (mut a, mut b) = (tt.type_set(x), tt.type_set(y));
        if a.comparable != b.comparable || !tt.terms_equal(a, b) {
            return false;
        }
        if exact && a.methods.len() != b.methods.len() {
            return false;
        }
        if self.active.contains(&(x, y)) || self.active.contains(&(y, x)) {
            return true;
        }
        self.active.push((x, y));
        if a.methods.len() > b.methods.len() {
            std::mem::swap(&mut a, &mut b);
        }
        let ok = a.methods.iter().all(|m| match b.lookup(m.pkg, m.name, false) {
            Some(i) => self.unify(m.sig, b.methods[i].sig, UnifyMode::Exact),
            None => false,
        });
        self.active.pop();
        ok
    }
}
