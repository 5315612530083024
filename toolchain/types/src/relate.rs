//! Relations between types: implements, assignable, convertible, assertable.
use crate::{intern::*, query::Cause, table::*};

impl TypeTable {
    /// Whether `v` implements interface `t` (with `constraint`: satisfies the constraint `t`).
    pub fn implements(&self, v: TypeId, t: TypeId, constraint: bool, cause: &mut Cause) -> bool {
        let (vu, tu) = (self.underlying(v), self.underlying(t));
        if vu.0 == 0 || tu.0 == 0 {
            return true;
        }
        if let Type::Pointer(e) = self.get(vu)
            && self.underlying(*e).0 == 0
        {
            return true;
        }
        let from = cause.from;
        let verb = if constraint { "satisfy" } else { "implement" };
        let name = |t| self.type_string(t, from);
        let Type::Interface(_) = self.get(tu) else {
            cause.set(|| {
                let detail = if self.is_interface_ptr(tu) {
                    self.interface_ptr_text(t, from)
                } else {
                    format!("{} is not an interface", name(t))
                };
                format!("{} does not {verb} {} ({detail})", name(v), name(t))
            });
            return false;
        };
        let ts = self.type_set(tu);
        if ts.is_all() {
            return true;
        }
        let vs = matches!(self.get(vu), Type::Interface(_)).then(|| self.type_set(vu));
        if vs.is_some_and(|s| s.is_empty()) {
            return true;
        }
        if ts.is_empty() {
            cause.set(|| format!("cannot {verb} {} (empty type set)", name(t)));
            return false;
        }
        if !self.has_all_methods(v, t, true, cause) {
            let detail = std::mem::take(&mut cause.text);
            cause.set(|| format!("{} does not {verb} {} {detail}", name(v), name(t)));
            return false;
        }
        let comparability = |cause: &mut Cause| {
            if !ts.is_comparable(self) || self.strictly_comparable(v) || constraint && self.comparable(v) {
                return true;
            }
            cause.set(|| format!("{} does not {verb} comparable", name(v)));
            false
        };
        let Some(terms) = &ts.terms else { return comparability(cause) };
        if let Some(vs) = vs {
            if !self.terms_subset(vs, ts) {
                cause.set(|| format!("{} does not {verb} {}", name(v), name(t)));
                return false;
            }
            return comparability(cause);
        }
        if !terms.iter().any(|&x| self.term_includes(x, v)) {
            cause.set(|| {
                // The type is not in the set, but its underlying type is: perhaps a ~ was forgotten.
                let alt = terms.iter().find(|x| {
                    !x.tilde && self.identical(x.ty, self.underlying(x.ty)) && self.identical(x.ty, vu)
                });
                let detail = if let Some(alt) = alt {
                    format!("possibly missing ~ for {} in {}", name(alt.ty), name(t))
                } else if self.mentions(tu, v) {
                    format!("{0} mentions {1}, but {1} is not in the type set of {0}", name(t), name(v))
                } else {
                    format!("{} missing in {}", name(v), self.terms_string(terms))
                };
                format!("{} does not {verb} {} ({detail})", name(v), name(t))
            });
            return false;
        }
        comparability(cause)
    }

    fn mentions(&self, t: TypeId, v: TypeId) -> bool {
        match self.get(t) {
            Type::Interface(i) => i.embeds.iter().any(|&e| self.mentions(e, v)),
            Type::Union(terms) => terms.iter().any(|x| self.mentions(x.ty, v)),
            _ => self.identical(t, v),
        }
    }

    /// Whether a value of (typed) type `v` may be assigned to type `t`. Untyped values are the caller's business.
    pub fn assignable_to(&self, v: TypeId, t: TypeId, cause: &mut Cause) -> bool {
        if v.0 == 0 || t.0 == 0 || self.identical(v, t) {
            return true;
        }
        let (vu, tu) = (self.underlying(v), self.underlying(t));
        if vu.0 == 0 || tu.0 == 0 {
            return true;
        }
        let (vp, tp) = (self.is_type_param(v), self.is_type_param(t));
        let named = self.has_name(v) && self.has_name(t);
        if !vp && !tp && !named && self.identical(vu, tu) {
            return true;
        }
        if !tp && matches!(self.get(tu), Type::Interface(_)) || self.is_interface_ptr(tu) {
            if self.implements(v, t, false, cause) {
                return true;
            }
            if !vp {
                return false;
            }
            cause.text.clear();
        }
        if !vp
            && matches!(self.get(vu), Type::Interface(_))
            && self.implements(t, v, false, &mut Cause::none())
        {
            cause.set(|| "need type assertion".into());
            return false;
        }
        if let (Type::Chan(ChanDir::Both, a), Type::Chan(_, b)) = (self.get(vu), self.get(tu))
            && self.identical(*a, *b)
        {
            return !named;
        }
        if !vp && !tp {
            return false;
        }
        let from = cause.from;
        let name = |t| self.type_string(t, from);
        if tp && !self.has_name(v) {
            let Some(terms) = &self.type_set(t).terms else { return false };
            return terms.iter().all(|x| {
                let ok = self.assignable_to(v, x.ty, cause);
                if !ok {
                    cause.prepend(|| format!("cannot assign {} to {} (in {})", name(v), name(x.ty), name(t)));
                }
                ok
            });
        }
        if vp && !self.has_name(t) {
            let Some(terms) = &self.type_set(v).terms else { return false };
            return terms.iter().all(|x| {
                let ok = self.assignable_to(x.ty, t, cause);
                if !ok {
                    cause.prepend(|| format!("cannot assign {} (in {}) to {}", name(x.ty), name(v), name(t)));
                }
                ok
            });
        }
        false
    }

    /// Whether a non-constant value of (typed) type `v` may be converted to type `t`.
    pub fn convertible_to(&self, v: TypeId, t: TypeId, cause: &mut Cause) -> bool {
        if self.assignable_to(v, t, cause) {
            return true;
        }
        let (vu, tu) = (self.underlying(v), self.underlying(t));
        let (vp, tp) = (self.is_type_param(v), self.is_type_param(t));
        if !vp && !tp && self.identical_ignore_tags(vu, tu) {
            return true;
        }
        if let (Type::Pointer(a), Type::Pointer(b)) = (self.get(v), self.get(t))
            && !self.is_type_param(*a)
            && !self.is_type_param(*b)
            && self.identical_ignore_tags(self.underlying(*a), self.underlying(*b))
        {
            return true;
        }
        if self.is_integer_or_float(vu) && self.is_integer_or_float(tu)
            || self.is_complex(vu) && self.is_complex(tu)
            || self.is_string(tu) && (self.is_integer(vu) || self.is_bytes_or_runes(vu))
            || self.is_string(vu) && self.is_bytes_or_runes(tu)
        {
            return true;
        }
        let address = |u| matches!(self.get(u), Type::Pointer(_)) || self.is_uintptr(u);
        if address(vu) && self.is_unsafe_pointer(tu) || self.is_unsafe_pointer(vu) && address(tu) {
            return true;
        }
        if let Type::Slice(e) = self.get(vu) {
            let array = match self.get(tu) {
                Type::Array(..) => tu,
                Type::Pointer(p) => self.underlying(*p),
                _ => TypeId::default(),
            };
            if let Type::Array(a, _) = self.get(array)
                && self.identical(*e, *a)
            {
                return true;
            }
        }
        if !vp && !tp {
            return false;
        }
        let from = cause.from;
        let name = |t| self.type_string(t, from);
        let terms = |p| self.type_set(p).terms.as_deref();
        match (vp, tp) {
            (true, true) => {
                let (Some(vs), Some(ts)) = (terms(v), terms(t)) else { return false };
                vs.iter().all(|x| {
                    ts.iter().all(|y| {
                        let ok = self.convertible_to(x.ty, y.ty, cause);
                        if !ok {
                            cause.prepend(|| {
                                format!(
                                    "cannot convert {} (in {}) to type {} (in {})",
                                    name(x.ty),
                                    name(v),
                                    name(y.ty),
                                    name(t)
                                )
                            });
                        }
                        ok
                    })
                })
            }
            (true, false) => terms(v).is_some_and(|vs| {
                vs.iter().all(|x| {
                    let ok = self.convertible_to(x.ty, t, cause);
                    if !ok {
                        cause.prepend(|| {
                            format!("cannot convert {} (in {}) to type {}", name(x.ty), name(v), name(t))
                        });
                    }
                    ok
                })
            }),
            _ => terms(t).is_some_and(|ts| {
                ts.iter().all(|y| {
                    let ok = self.convertible_to(v, y.ty, cause);
                    if !ok {
                        cause.prepend(|| {
                            format!("cannot convert {} to type {} (in {})", name(v), name(y.ty), name(t))
                        });
                    }
                    ok
                })
            }),
        }
    }

    /// Whether `x.(t)` is possible for an `x` of interface type `v`.
    pub fn assertable_to(&self, v: TypeId, t: TypeId, cause: &mut Cause) -> bool {
        self.is_interface(t) || self.has_all_methods(t, v, false, cause)
    }

    /// A defined type with that name in the universe.
    pub fn is_error(&self, t: TypeId) -> bool {
        t == ERROR
    }
}
