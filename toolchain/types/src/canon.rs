//! Identity of types. Ids are equal for identical types, except where interface literals are written differently; `canon` maps
//! every type to the one representative of its identity class.
//!
//! The canonical interface has all methods explicit and sorted, no embedded element but one normalised union, no mark `implicit`.
use crate::table::*;

impl TypeTable {
    /// The representative of all types identical to `t`.
    pub fn canon(&self, t: TypeId) -> TypeId {
        if !self.flags(t).has(Flags::IFACE) {
            return t;
        }
        if let Some(&c) = self.memo.canon.borrow().get(&t) {
            return c;
        }
        let mut active = Vec::new();
        self.canon_in(t, &mut active).0
    }

    /// Returns the representative and whether it is final: an interface that is met again inside its own methods' signatures
    /// (`type T interface { m() interface{ T } }`) stands for itself there, and nothing on the way is remembered.
    fn canon_in(&self, t: TypeId, active: &mut Vec<TypeId>) -> (TypeId, bool) {
        if !self.flags(t).has(Flags::IFACE) {
            return (t, true);
        }
        if let Some(&c) = self.memo.canon.borrow().get(&t) {
            return (c, true);
        }
        let (c, done) = match self.get(t) {
            Type::Interface(_) => {
                if active.contains(&t) {
                    return (t, false);
                }
                active.push(t);
                let set = self.type_set(t);
                let mut done = !set.incomplete;
                let methods = set
                    .methods
                    .iter()
                    .map(|m| {
                        let (sig, d) = self.canon_in(m.sig, active);
                        done &= d;
                        IMethod { sig, ..m.clone() }
                    })
                    .collect();
                let embeds = match &set.terms {
                    None => Vec::new(),
                    Some(terms) => {
                        let mut terms: Vec<UnionTerm> = terms
                            .iter()
                            .map(|x| {
                                let (ty, d) = self.canon_in(x.ty, active);
                                done &= d;
                                UnionTerm { tilde: x.tilde, ty }
                            })
                            .collect();
                        terms.sort_by_key(|x| (x.ty, x.tilde));
                        vec![self.intern(Type::Union(terms))]
                    }
                };
                active.pop();
                let c = self.intern(Type::Interface(Interface {
                    methods,
                    embeds,
                    implicit: false,
                    comparable: set.comparable,
                }));
                // At the outermost level a cycle's representative is as good as it gets.
                (c, done || (active.is_empty() && !set.incomplete))
            }
            _ => {
                let mut done = true;
                let c = self.map_children(t, &mut |c| {
                    let (c, d) = self.canon_in(c, active);
                    done &= d;
                    c
                });
                (c, done)
            }
        };
        if done {
            let mut memo = self.memo.canon.borrow_mut();
            memo.insert(t, c);
            memo.insert(c, c);
        }
        (c, done)
    }

    /// Whether two types are identical.
    #[inline]
    pub fn identical(&self, a: TypeId, b: TypeId) -> bool {
        a == b || self.identical_slow(a, b)
    }

    fn identical_slow(&self, a: TypeId, b: TypeId) -> bool {
        if !self.flags(a).has(Flags::IFACE) || !self.flags(b).has(Flags::IFACE) {
            return false;
        }
        let (ca, cb) = (self.canon(a), self.canon(b));
        ca == cb || self.identical_in(ca, cb, &mut Vec::new())
    }

    /// Structural comparison, for interfaces that contain themselves: a pair that is being compared already is equal.
    fn identical_in(&self, a: TypeId, b: TypeId, active: &mut Vec<(TypeId, TypeId)>) -> bool {
        if a == b {
            return true;
        }
        if !self.flags(a).has(Flags::IFACE) || !self.flags(b).has(Flags::IFACE) {
            return false;
        }
        let all = |x: &[TypeId], y: &[TypeId], active: &mut Vec<(TypeId, TypeId)>| {
            x.len() == y.len() && x.iter().zip(y).all(|(&a, &b)| self.identical_in(a, b, active))
        };
        match (self.get(a), self.get(b)) {
            (Type::Pointer(x), Type::Pointer(y)) | (Type::Slice(x), Type::Slice(y)) => {
                self.identical_in(*x, *y, active)
            }
            (Type::Array(x, n), Type::Array(y, m)) => n == m && self.identical_in(*x, *y, active),
            (Type::Map(k, e), Type::Map(k2, e2)) => {
                self.identical_in(*k, *k2, active) && self.identical_in(*e, *e2, active)
            }
            (Type::Chan(d, e), Type::Chan(d2, e2)) => d == d2 && self.identical_in(*e, *e2, active),
            (Type::Struct(f), Type::Struct(g)) => {
                f.len() == g.len()
                    && f.iter().zip(g).all(|(f, g)| {
                        f.name == g.name
                            && f.pkg == g.pkg
                            && f.embedded == g.embedded
                            && f.tag == g.tag
                            && self.identical_in(f.ty, g.ty, active)
                    })
            }
            (Type::Func(s), Type::Func(t)) => {
                s.variadic == t.variadic
                    && s.tparams == t.tparams
                    && all(&s.params, &t.params, active)
                    && all(&s.results, &t.results, active)
            }
            (Type::Tuple(x), Type::Tuple(y)) => all(x, y, active),
            (Type::Named(n, x), Type::Named(m, y)) => n == m && all(x, y, active),
            (Type::Interface(_), Type::Interface(_)) => {
                if active.contains(&(a, b)) || active.contains(&(b, a)) {
                    return true;
                }
                let (x, y) = (self.type_set(a), self.type_set(b));
                if x.comparable != y.comparable
                    || x.methods.len() != y.methods.len()
                    || x.methods.is_empty()
                    || !self.terms_equal(x, y)
                {
                    return false;
                }
                active.push((a, b));
                let same = x.methods.iter().zip(&y.methods).all(|(m, n)| {
                    m.name == n.name && m.pkg == n.pkg && self.identical_in(m.sig, n.sig, active)
                });
                active.pop();
                same
            }
            _ => false,
        }
    }

    /// Identical when struct tags are ignored (conversions).
    pub fn identical_ignore_tags(&self, a: TypeId, b: TypeId) -> bool {
        self.identical(a, b) || self.identical(self.strip_tags(a), self.strip_tags(b))
    }

    fn strip_tags(&self, t: TypeId) -> TypeId {
        match self.get(t) {
            Type::Basic(_) | Type::TypeParam(_) | Type::Named(..) => t,
            Type::Struct(fields) => self.strukt(
                fields
                    .iter()
                    .map(|f| Field { ty: self.strip_tags(f.ty), tag: Default::default(), ..f.clone() })
                    .collect(),
            ),
            _ => self.map_children(t, &mut |c| self.strip_tags(c)),
        }
    }

    /// The type made like `t` from `f` of each of its parts.
    pub(crate) fn map_children(&self, t: TypeId, f: &mut dyn FnMut(TypeId) -> TypeId) -> TypeId {
        let ty = self.get(t);
        match ty {
            Type::Basic(_) | Type::TypeParam(_) => t,
            Type::Pointer(e) => {
                let n = f(*e);
                if n == *e { t } else { self.pointer(n) }
            }
            Type::Slice(e) => {
                let n = f(*e);
                if n == *e { t } else { self.slice(n) }
            }
            Type::Array(e, len) => {
                let n = f(*e);
                if n == *e { t } else { self.array(n, *len) }
            }
            Type::Chan(dir, e) => {
                let n = f(*e);
                if n == *e { t } else { self.chan(*dir, n) }
            }
            Type::Map(k, e) => {
                let (nk, ne) = (f(*k), f(*e));
                if (nk, ne) == (*k, *e) { t } else { self.map(nk, ne) }
            }
            Type::Struct(fields) => match map_slice(fields.iter().map(|x| x.ty), f) {
                None => t,
                Some(tys) => {
                    self.strukt(fields.iter().zip(tys).map(|(x, ty)| Field { ty, ..x.clone() }).collect())
                }
            },
            Type::Func(s) => {
                let params = map_slice(s.params.iter().copied(), f);
                let results = map_slice(s.results.iter().copied(), f);
                if params.is_none() && results.is_none() {
                    return t;
                }
                self.signature(Signature {
                    params: params.unwrap_or_else(|| s.params.clone()),
                    results: results.unwrap_or_else(|| s.results.clone()),
                    variadic: s.variadic,
                    tparams: s.tparams.clone(),
                })
            }
            Type::Interface(i) => {
                let sigs = map_slice(i.methods.iter().map(|m| m.sig), f);
                let embeds = map_slice(i.embeds.iter().copied(), f);
                if sigs.is_none() && embeds.is_none() {
                    return t;
                }
                let methods = match sigs {
                    None => i.methods.clone(),
                    Some(sigs) => {
                        i.methods.iter().zip(sigs).map(|(m, sig)| IMethod { sig, ..m.clone() }).collect()
                    }
                };
                self.intern(Type::Interface(Interface {
                    methods,
                    embeds: embeds.unwrap_or_else(|| i.embeds.clone()),
                    implicit: i.implicit,
                    comparable: i.comparable,
                }))
            }
            Type::Named(id, args) => match map_slice(args.iter().copied(), f) {
                None => t,
                Some(args) => self.named(*id, args),
            },
            Type::Tuple(elems) => match map_slice(elems.iter().copied(), f) {
                None => t,
                Some(elems) => self.tuple(elems),
            },
            Type::Union(terms) => match map_slice(terms.iter().map(|x| x.ty), f) {
                None => t,
                Some(tys) => self
                    .union(terms.iter().zip(tys).map(|(x, ty)| UnionTerm { tilde: x.tilde, ty }).collect()),
            },
        }
    }
}

/// Maps a list; `None` if nothing changed.
fn map_slice(
    list: impl ExactSizeIterator<Item = TypeId> + Clone,
    f: &mut dyn FnMut(TypeId) -> TypeId,
) -> Option<Vec<TypeId>> {
    let mut out: Option<Vec<TypeId>> = None;
    for (i, t) in list.clone().enumerate() {
        let n = f(t);
        match &mut out {
            Some(v) => v.push(n),
            None if n != t => {
                let mut v = Vec::with_capacity(list.len());
                v.extend(list.clone().take(i));
                v.push(n);
                out = Some(v);
            }
            None => {}
        }
    }
    out
}
