//! Type sets of interfaces: all methods, and the terms that restrict the types.
use crate::{intern::UNIVERSE, table::*};
use rustc_hash::FxHashSet;
use std::{borrow::Cow, cmp::Ordering};
use syntax::Sym;

/// An interface's type set.
#[derive(Clone, Debug, Default)]
pub struct TypeSet {
    /// All methods, embedded ones included, in [`TypeTable::method_order`].
    pub methods: Vec<IMethod>,
    /// The types (normalised: no term includes another); `None`: all types. An empty list: no type.
    pub terms: Option<Vec<UnionTerm>>,
    /// Only (strictly) comparable types. Never together with terms: then the terms have been filtered.
    pub comparable: bool,
    /// Some embedded type was not resolved yet: the set is incomplete and not remembered.
    pub incomplete: bool,
}

impl TypeSet {
    /// No type is in it.
    pub fn is_empty(&self) -> bool {
        self.terms.as_ref().is_some_and(|t| t.is_empty())
    }
    /// Every type is in it.
    pub fn is_all(&self) -> bool {
        self.methods.is_empty() && self.terms.is_none() && !self.comparable
    }
    /// More than methods: usable as a constraint only.
    pub fn is_constraint(&self) -> bool {
        self.comparable || self.terms.is_some()
    }
    /// Whether all its types are strictly comparable.
    pub fn is_comparable(&self, tt: &TypeTable) -> bool {
        match &self.terms {
            None => self.comparable,
            Some(terms) => !terms.is_empty() && terms.iter().all(|t| tt.strictly_comparable(t.ty)),
        }
    }
    /// Index of a method.
    pub fn lookup(&self, pkg: PkgId, name: Sym, fold: bool) -> Option<usize> {
        if fold {
            return self.methods.iter().position(|m| same_id((m.name, m.pkg), (name, pkg), true));
        }
        let pkg = if name.is_exported() { UNIVERSE } else { pkg };
        self.methods.iter().position(|m| m.name == name && m.pkg == pkg)
    }
}

/// Whether two names are the same identifier: exported, or of the same package. With `fold`: equal but for case, packages aside.
pub fn same_id(a: (Sym, PkgId), b: (Sym, PkgId), fold: bool) -> bool {
    if fold {
        let (x, y) = (a.0.as_str(), b.0.as_str());
        return x == y || x.to_lowercase() == y.to_lowercase();
    }
    a.0 == b.0 && (a.0.is_exported() || a.1 == b.1)
}

impl TypeTable {
    /// The order of methods in type sets, method sets, interface types and method tables: exported names first, then by name,
    /// then by package path.
    pub fn method_order(&self, a: (Sym, PkgId), b: (Sym, PkgId)) -> Ordering {
        let (ea, eb) = (a.0.is_exported(), b.0.is_exported());
        eb.cmp(&ea)
            .then_with(|| a.0.as_str().cmp(b.0.as_str()))
            .then_with(|| if ea { Ordering::Equal } else { self.pkg_path(a.1).cmp(self.pkg_path(b.1)) })
    }

    /// The type set of an interface (or of a type parameter's constraint). Of any other type: that type alone.
    pub fn type_set(&self, t: TypeId) -> &'static TypeSet {
        if let Some(&s) = self.memo.type_sets.borrow().get(&t) {
            return s;
        }
        let u = self.underlying(t);
        let set = if u != t {
            self.type_set(u)
        } else {
            let set = match self.get(t) {
                Type::Interface(_) => self.interface_set(t, &mut Vec::new()),
                Type::Basic(Basic::Invalid) => Cow::Owned(TypeSet { incomplete: true, ..TypeSet::default() }),
                _ => {
                    let terms = Some(vec![UnionTerm { tilde: false, ty: t }]);
                    Cow::Owned(TypeSet { terms, ..TypeSet::default() })
                }
            };
            match set {
                Cow::Borrowed(set) => set,
                Cow::Owned(set) => Box::leak(Box::new(set)),
            }
        };
        if !set.incomplete {
            self.memo.type_sets.borrow_mut().insert(t, set);
        }
        set
    }

    /// The type set of an interface that others (`active`) embed. Remembered if it is complete: then it does not depend on them.
    fn interface_set(&self, t: TypeId, active: &mut Vec<TypeId>) -> Cow<'static, TypeSet> {
        if let Some(&s) = self.memo.type_sets.borrow().get(&t) {
            return Cow::Borrowed(s);
        }
        let mut set = self.compute_type_set(t, active);
        set.methods.sort_by(|a, b| self.method_order((a.name, a.pkg), (b.name, b.pkg)));
        if set.incomplete {
            return Cow::Owned(set);
        }
        let set: &'static TypeSet = Box::leak(Box::new(set));
        self.memo.type_sets.borrow_mut().insert(t, set);
        Cow::Borrowed(set)
    }

    fn compute_type_set(&self, t: TypeId, active: &mut Vec<TypeId>) -> TypeSet {
        let Type::Interface(iface) = self.get(t) else { return TypeSet::default() };
        let mut set =
            TypeSet { methods: iface.methods.clone(), comparable: iface.comparable, ..TypeSet::default() };
        if active.contains(&t) {
            set.incomplete = true;
            return set;
        }
        active.push(t);
        let mut known: FxHashSet<(Sym, PkgId)> = match iface.embeds.as_slice() {
            [] => FxHashSet::default(),
            _ => iface.methods.iter().map(|m| (m.name, m.pkg)).collect(),
        };
        for &e in &iface.embeds {
            let u = self.underlying(e);
            let (terms, comparable) = match self.get(u) {
                Type::Basic(Basic::Invalid) => {
                    set.incomplete = true;
                    continue;
                }
                Type::Interface(_) => {
                    let inner = self.interface_set(u, active);
                    let new = inner.methods.iter().filter(|m| known.insert((m.name, m.pkg)));
                    set.methods.extend(new.cloned());
                    set.incomplete |= inner.incomplete;
                    (inner.terms.clone(), inner.comparable)
                }
                Type::Union(terms) => {
                    let mut all = Some(Vec::new());
                    for &term in terms {
                        let u = self.underlying(term.ty);
                        let one = match self.get(u) {
                            Type::Basic(Basic::Invalid) => {
                                set.incomplete = true;
                                continue;
                            }
                            Type::Interface(_) => {
                                let inner = self.interface_set(u, active);
                                set.incomplete |= inner.incomplete;
                                inner.terms.clone()
                            }
                            // `~T` with T not its own underlying type is an error; it includes nothing.
                            _ if term.tilde && !self.identical(term.ty, u) => Some(Vec::new()),
                            _ => Some(vec![term]),
                        };
                        all = match (all, one) {
                            (Some(mut a), Some(b)) => {
                                a.extend(b);
                                Some(a)
                            }
                            _ => None,
                        };
                    }
                    (all.map(|t| self.normalise(t)), false)
                }
                _ => (Some(vec![UnionTerm { tilde: false, ty: e }]), false),
            };
            set.terms = match (set.terms.take(), terms) {
                (None, x) | (x, None) => x,
                (Some(a), Some(b)) => Some(self.intersect(&a, &b)),
            };
            set.comparable |= comparable;
        }
        if set.comparable
            && let Some(terms) = &mut set.terms
        {
            terms.retain(|t| self.strictly_comparable(t.ty));
            set.comparable = false;
        }
        active.pop();
        set
    }

    /// Drops terms that others include.
    fn normalise(&self, terms: Vec<UnionTerm>) -> Vec<UnionTerm> {
        let mut whole = TypesOf::default();
        terms.iter().filter(|t| t.tilde).for_each(|t| _ = whole.insert(self, t.ty));
        let (mut single, mut tilde) = (TypesOf::default(), TypesOf::default());
        let mut kept = terms;
        kept.retain(|t| match t.tilde {
            true => tilde.insert(self, t.ty),
            false => !whole.contains(self, self.underlying(t.ty)) && single.insert(self, t.ty),
        });
        kept
    }

    fn intersect(&self, a: &[UnionTerm], b: &[UnionTerm]) -> Vec<UnionTerm> {
        let (mut single, mut whole) = (TypesOf::default(), TypesOf::default());
        for y in b {
            if y.tilde { &mut whole } else { &mut single }.insert(self, y.ty);
        }
        let mut out = Vec::new();
        for &x in a {
            if whole.contains(self, self.underlying(x.ty)) || (!x.tilde && single.contains(self, x.ty)) {
                out.push(x);
            } else if x.tilde {
                out.extend(b.iter().filter(|&&y| self.term_subset(y, x)));
            }
        }
        self.normalise(out)
    }

    /// Whether every type of term `x` is one of term `y`.
    pub(crate) fn term_subset(&self, x: UnionTerm, y: UnionTerm) -> bool {
        if x.tilde && !y.tilde {
            return false;
        }
        self.term_includes(y, x.ty)
    }

    /// Whether type `t` is one of the term's.
    pub fn term_includes(&self, term: UnionTerm, t: TypeId) -> bool {
        let t = if term.tilde { self.underlying(t) } else { t };
        self.identical(term.ty, t)
    }

    /// Whether the types of `x` are all among the types of `y` (methods aside).
    pub fn terms_subset(&self, x: &TypeSet, y: &TypeSet) -> bool {
        let Some(ys) = &y.terms else { return true };
        let Some(xs) = &x.terms else { return false };
        xs.iter().all(|&a| ys.iter().any(|&b| self.term_subset(a, b)))
    }

    /// Whether two sets have the same terms.
    pub fn terms_equal(&self, x: &TypeSet, y: &TypeSet) -> bool {
        self.terms_subset(x, y) && self.terms_subset(y, x)
    }
}

/// Types, each once.
#[derive(Default)]
struct TypesOf {
    /// Of these the same id is the same type.
    plain: FxHashSet<TypeId>,
    /// With interfaces in them.
    others: Vec<TypeId>,
}

impl TypesOf {
    fn contains(&self, tt: &TypeTable, t: TypeId) -> bool {
        match tt.flags(t).has(Flags::IFACE) {
            true => self.others.iter().any(|&o| tt.identical(o, t)),
            false => self.plain.contains(&t),
        }
    }
    /// Whether it is new.
    fn insert(&mut self, tt: &TypeTable, t: TypeId) -> bool {
        match tt.flags(t).has(Flags::IFACE) {
            true if self.contains(tt, t) => false,
            true => {
                self.others.push(t);
                true
            }
            false => self.plain.insert(t),
        }
    }
}
