//! Questions about one type: underlying type, predicates, nil, comparability, defaults.
//!
//! `is_*` predicates look at the underlying type and are false for type parameters; `all_*` predicates hold for a type parameter
//! if they hold for every type in its type set (and there is one).
use crate::{intern::*, table::*};

/// Why something is not so, for messages: text is only made if somebody wants it.
#[derive(Debug)]
pub struct Cause {
    /// The package whose messages this text goes into.
    pub from: PkgId,
    /// Whether text is wanted.
    pub wanted: bool,
    /// The text; empty if there is nothing to add.
    pub text: String,
}

impl Cause {
    /// No text wanted.
    pub fn none() -> Cause {
        Cause { from: UNIVERSE, wanted: false, text: String::new() }
    }
    /// Text for messages in package `from`.
    pub fn new(from: PkgId) -> Cause {
        Cause { from, wanted: true, text: String::new() }
    }
    /// Sets the text.
    pub fn set(&mut self, text: impl FnOnce() -> String) {
        if self.wanted {
            self.text = text();
        }
    }
    /// Puts text in front, what was there on a line of its own after it.
    pub fn prepend(&mut self, text: impl FnOnce() -> String) {
        if self.wanted {
            let old = std::mem::take(&mut self.text);
            self.text = text();
            if !old.is_empty() {
                self.text.push_str("\n\t");
                self.text.push_str(&old);
            }
        }
    }
}

impl TypeTable {
    /// The underlying type. A type parameter's is its constraint's interface. Invalid while a defined type is not resolved.
    pub fn underlying(&self, t: TypeId) -> TypeId {
        match self.get(t) {
            Type::Named(id, args) => {
                let u = self.nameds[id.0 as usize].underlying;
                if args.is_empty() || u.0 == 0 || !self.has_type_params(u) {
                    return u;
                }
                if let Some(&r) = self.memo.underlying.borrow().get(&t) {
                    return r;
                }
                let r = self.subst_list(u, &self.nameds[id.0 as usize].tparams, args);
                self.memo.underlying.borrow_mut().insert(t, r);
                r
            }
            Type::TypeParam(p) => self.bound_interface(*p),
            _ => t,
        }
    }

    /// The type under a name: `get(underlying(t))`.
    #[inline]
    pub fn under(&self, t: TypeId) -> &'static Type {
        self.get(self.underlying(t))
    }

    /// The interface that constrains a type parameter.
    pub fn bound_interface(&self, p: TypeParamId) -> TypeId {
        let bound = self.tparams[p.0 as usize].bound;
        if bound.0 == 0 {
            return EMPTY_INTERFACE;
        }
        let u = match self.get(bound) {
            // A parameter constrained by a parameter is an error, reported where it is declared.
            Type::TypeParam(_) => return EMPTY_INTERFACE,
            Type::Named(..) => self.underlying(bound),
            _ => bound,
        };
        match self.get(u) {
            Type::Interface(_) => u,
            Type::Basic(Basic::Invalid) => EMPTY_INTERFACE,
            _ => self.interface(Interface {
                methods: Vec::new(),
                embeds: vec![bound],
                implicit: true,
                comparable: false,
            }),
        }
    }

    /// Whether type parameters occur in `t`.
    #[inline]
    pub fn has_type_params(&self, t: TypeId) -> bool {
        self.flags(t).has(Flags::TPARAM)
    }
    /// Whether the invalid type occurs in `t`.
    #[inline]
    pub fn has_invalid(&self, t: TypeId) -> bool {
        self.flags(t).has(Flags::INVALID)
    }
    /// Whether `t` is not the invalid type.
    #[inline]
    pub fn is_valid(&self, t: TypeId) -> bool {
        t.0 != 0
    }
    /// The origin and arguments of a defined type.
    pub fn as_named(&self, t: TypeId) -> Option<(NamedId, &'static [TypeId])> {
        match self.get(t) {
            Type::Named(id, args) => Some((*id, args)),
            _ => None,
        }
    }
    /// The type parameter, if `t` is one.
    pub fn as_tparam(&self, t: TypeId) -> Option<TypeParamId> {
        match self.get(t) {
            Type::TypeParam(p) => Some(*p),
            _ => None,
        }
    }
    /// The signature under `t`.
    pub fn as_signature(&self, t: TypeId) -> Option<&'static Signature> {
        match self.under(t) {
            Type::Func(s) => Some(s),
            _ => None,
        }
    }
    /// The interface under `t`, unless `t` is a type parameter.
    pub fn as_interface(&self, t: TypeId) -> Option<&'static Interface> {
        match (self.get(t), self.under(t)) {
            (Type::TypeParam(_), _) => None,
            (_, Type::Interface(i)) => Some(i),
            _ => None,
        }
    }
    /// The fields of the struct under `t`.
    pub fn as_struct(&self, t: TypeId) -> Option<&'static [Field]> {
        match self.under(t) {
            Type::Struct(f) => Some(f),
            _ => None,
        }
    }
    /// The element type if `t` is a pointer literal (not a defined pointer type): (type, was it a pointer).
    pub fn deref(&self, t: TypeId) -> (TypeId, bool) {
        match self.get(t) {
            Type::Pointer(e) => (*e, true),
            _ => (t, false),
        }
    }
    /// The base type if the underlying type is a pointer.
    pub fn pointer_elem(&self, t: TypeId) -> Option<TypeId> {
        match self.under(t) {
            Type::Pointer(e) => Some(*e),
            _ => None,
        }
    }
    /// The basic type under `t`.
    #[inline]
    pub fn as_basic(&self, t: TypeId) -> Option<Basic> {
        match self.under(t) {
            Type::Basic(b) => Some(*b),
            _ => None,
        }
    }

    /// Calls `f` with the underlying type of every type in a type parameter's set (`None` if the set has no terms), or with the
    /// underlying type of `t`; true if all calls are.
    pub fn under_is(&self, t: TypeId, mut f: impl FnMut(Option<TypeId>) -> bool) -> bool {
        if self.as_tparam(t).is_none() {
            return f(Some(self.underlying(t)));
        }
        match &self.type_set(t).terms {
            Some(terms) if !terms.is_empty() => terms.iter().all(|x| f(Some(self.underlying(x.ty)))),
            _ => f(None),
        }
    }

    /// The one underlying type of all types in `t`'s type set (for a type that is no type parameter, its underlying type);
    /// of channels of different directions the restricted one.
    pub fn core_type(&self, t: TypeId) -> Option<TypeId> {
        if self.as_tparam(t).is_none() {
            return Some(self.underlying(t));
        }
        self.common_under(t, &mut Cause::none())
    }

    /// [`core_type`](Self::core_type) for type parameters, and for messages why there is none.
    pub fn common_under(&self, t: TypeId, cause: &mut Cause) -> Option<TypeId> {
        if self.as_tparam(t).is_none() {
            return Some(self.underlying(t));
        }
        let Some(terms) = &self.type_set(t).terms else {
            cause.set(|| "no specific type".into());
            return None;
        };
        let mut common: Option<(TypeId, TypeId)> = None;
        let from = cause.from;
        for term in terms {
            let (x, u) = (term.ty, self.underlying(term.ty));
            let Some((ct, cu)) = common else {
                common = Some((x, u));
                continue;
            };
            if let (Type::Chan(d1, e1), Type::Chan(d2, e2)) = (self.get(cu), self.get(u)) {
                let names = || (self.type_string(ct, from), self.type_string(x, from));
                if !self.identical(*e1, *e2) {
                    cause.set(|| {
                        let (a, b) = names();
                        format!("channels {a} and {b} have different element types")
                    });
                    return None;
                }
                if d1 != d2 {
                    if *d1 == ChanDir::Both {
                        common = Some((x, u));
                    } else if *d2 != ChanDir::Both {
                        cause.set(|| {
                            let (a, b) = names();
                            format!("channels {a} and {b} have conflicting directions")
                        });
                        return None;
                    }
                }
                continue;
            }
            if !self.identical(cu, u) {
                cause.set(|| {
                    let (a, b) = (self.type_string(ct, from), self.type_string(x, from));
                    format!("{a} and {b} have different underlying types")
                });
                return None;
            }
        }
        common.map(|c| c.1)
    }

    /// Whether `t` is an interface or a type parameter.
    pub fn is_interface(&self, t: TypeId) -> bool {
        matches!(self.under(t), Type::Interface(_))
    }
    /// Whether `t` is an interface and no type parameter.
    pub fn is_nonparam_interface(&self, t: TypeId) -> bool {
        self.as_interface(t).is_some()
    }
    /// Whether `t` is a type parameter.
    pub fn is_type_param(&self, t: TypeId) -> bool {
        matches!(self.get(t), Type::TypeParam(_))
    }
    /// Whether `t` has a name: predeclared, defined, or a type parameter.
    pub fn has_name(&self, t: TypeId) -> bool {
        matches!(self.get(t), Type::Basic(_) | Type::Named(..) | Type::TypeParam(_))
    }
    /// Whether `t` is a type literal: neither defined nor a type parameter.
    pub fn is_type_lit(&self, t: TypeId) -> bool {
        !matches!(self.get(t), Type::Named(..) | Type::TypeParam(_))
    }
    /// Whether `t` is one of the untyped kinds.
    pub fn is_untyped(&self, t: TypeId) -> bool {
        (Basic::UntypedBool as u32..=Basic::UntypedNil as u32).contains(&t.0)
    }
    /// Not untyped.
    pub fn is_typed(&self, t: TypeId) -> bool {
        !self.is_untyped(t)
    }
    /// Untyped integer, rune, float or complex.
    pub fn is_untyped_numeric(&self, t: TypeId) -> bool {
        (Basic::UntypedInt as u32..=Basic::UntypedComplex as u32).contains(&t.0)
    }
    /// Whether constants can have type `t`.
    pub fn is_const_type(&self, t: TypeId) -> bool {
        self.as_basic(t)
            .is_some_and(|b| !matches!(b, Basic::Invalid | Basic::UnsafePointer | Basic::UntypedNil))
    }
    /// Whether `t` includes nil.
    pub fn has_nil(&self, t: TypeId) -> bool {
        match self.under(t) {
            Type::Basic(b) => matches!(b, Basic::UnsafePointer | Basic::UntypedNil),
            Type::Slice(_) | Type::Pointer(_) | Type::Func(_) | Type::Map(..) | Type::Chan(..) => true,
            Type::Interface(_) => {
                !self.is_type_param(t) || self.under_is(t, |u| u.is_some_and(|u| self.has_nil(u)))
            }
            _ => false,
        }
    }
    /// `[]byte` or `[]rune` underneath.
    pub fn is_bytes_or_runes(&self, t: TypeId) -> bool {
        match self.under(t) {
            Type::Slice(e) => matches!(self.as_basic(*e), Some(Basic::Uint8 | Basic::Int32)),
            _ => false,
        }
    }
    /// A generic type that is not instantiated is a `TypeName`'s business; here: is `t` its own origin, arguments being its
    /// own type parameters?
    pub fn is_origin(&self, t: TypeId) -> bool {
        match self.get(t) {
            Type::Named(id, args) => {
                let tparams = &self.named_info(*id).tparams;
                args.iter().zip(tparams).all(|(&a, &p)| self.as_tparam(a) == Some(p))
            }
            _ => false,
        }
    }

    /// The type an untyped value gets without context; other types unchanged.
    pub fn default_type(&self, t: TypeId) -> TypeId {
        match self.get(t) {
            Type::Basic(Basic::UntypedBool) => basic(Basic::Bool),
            Type::Basic(Basic::UntypedInt) => basic(Basic::Int),
            Type::Basic(Basic::UntypedRune) => basic(Basic::Int32),
            Type::Basic(Basic::UntypedFloat) => basic(Basic::Float64),
            Type::Basic(Basic::UntypedComplex) => basic(Basic::Complex128),
            Type::Basic(Basic::UntypedString) => basic(Basic::String),
            _ => t,
        }
    }

    /// The "larger" of two untyped types, if they are of one kind: equal or both numeric.
    pub fn max_type(&self, x: TypeId, y: TypeId) -> Option<TypeId> {
        if x == y {
            return Some(x);
        }
        (self.is_untyped_numeric(x) && self.is_untyped_numeric(y)).then(|| x.max(y))
    }

    /// Whether values of type `t` may be compared with `==` (interfaces always may; run time may panic).
    pub fn comparable(&self, t: TypeId) -> bool {
        self.comparable_cause(t, true, &mut Cause::none())
    }
    /// Whether comparing values of type `t` never panics.
    pub fn strictly_comparable(&self, t: TypeId) -> bool {
        self.comparable_cause(t, false, &mut Cause::none())
    }
    /// Comparable, with the reason if not. `dynamic`: interfaces count as comparable.
    pub fn comparable_cause(&self, t: TypeId, dynamic: bool, cause: &mut Cause) -> bool {
        self.comparable_in(t, dynamic, cause, &mut Vec::new())
    }

    /// `active`: the types that contain this one. Invalid recursive types, reported elsewhere, count as comparable.
    fn comparable_in(&self, t: TypeId, dynamic: bool, cause: &mut Cause, active: &mut Vec<TypeId>) -> bool {
        if active.contains(&t) || active.len() > 100 {
            return true;
        }
        active.push(t);
        let r = self.comparable_parts(t, dynamic, cause, active);
        active.pop();
        r
    }

    fn comparable_parts(
        &self,
        t: TypeId,
        dynamic: bool,
        cause: &mut Cause,
        active: &mut Vec<TypeId>,
    ) -> bool {
        let from = cause.from;
        match self.under(t) {
            Type::Basic(b) => *b != Basic::UntypedNil,
            Type::Pointer(_) | Type::Chan(..) => true,
            Type::Struct(fields) => {
                for f in fields {
                    if !self.comparable_in(f.ty, dynamic, &mut Cause::none(), active) {
                        cause.set(|| {
                            format!("struct containing {} cannot be compared", self.type_string(f.ty, from))
                        });
                        return false;
                    }
                }
                true
            }
            Type::Array(e, _) => {
                let ok = self.comparable_in(*e, dynamic, &mut Cause::none(), active);
                if !ok {
                    cause.set(|| format!("{} cannot be compared", self.type_string(t, from)));
                }
                ok
            }
            Type::Interface(_) => {
                if dynamic && !self.is_type_param(t) {
                    return true;
                }
                let set = self.type_set(t);
                let ok = match &set.terms {
                    None => set.comparable,
                    Some(terms) => {
                        let all = |x: &UnionTerm| self.comparable_in(x.ty, false, &mut Cause::none(), active);
                        !terms.is_empty() && terms.iter().all(all)
                    }
                };
                if ok {
                    return true;
                }
                cause.set(|| {
                    if set.is_empty() { "empty type set" } else { "incomparable types in type set" }.into()
                });
                false
            }
            _ => false,
        }
    }
}

macro_rules! predicates {
    ($($is:ident $all:ident $doc:literal => $pat:pat,)*) => {
        impl TypeTable {
            $(
                #[doc = concat!("Whether `t`'s underlying type is ", $doc, "; false for type parameters.")]
                #[inline]
                pub fn $is(&self, t: TypeId) -> bool {
                    matches!(self.as_basic(t), Some($pat))
                }
                #[doc = concat!("Whether `t`, or every type in the type parameter `t`'s set, is ", $doc, ".")]
                pub fn $all(&self, t: TypeId) -> bool {
                    self.under_is(t, |u| u.is_some_and(|u| self.$is(u)))
                }
            )*
        }
    };
}

mod predicates {
    use crate::table::{Basic::*, TypeId, TypeTable};

    predicates! {
        is_boolean all_boolean "boolean" => Bool | UntypedBool,
        is_integer all_integer "an integer" => Int | Int8 | Int16 | Int32 | Int64 | Uint | Uint8 | Uint16 | Uint32 | Uint64 | Uintptr | UntypedInt | UntypedRune,
        is_unsigned all_unsigned "an unsigned integer" => Uint | Uint8 | Uint16 | Uint32 | Uint64 | Uintptr,
        is_float all_float "a float" => Float32 | Float64 | UntypedFloat,
        is_complex all_complex "a complex number" => Complex64 | Complex128 | UntypedComplex,
        is_string all_string "a string" => String | UntypedString,
        is_integer_or_float all_integer_or_float "an integer or float" => Int | Int8 | Int16 | Int32 | Int64 | Uint | Uint8 | Uint16 | Uint32 | Uint64 | Uintptr | UntypedInt | UntypedRune | Float32 | Float64 | UntypedFloat,
        is_numeric all_numeric "a number" => Int | Int8 | Int16 | Int32 | Int64 | Uint | Uint8 | Uint16 | Uint32 | Uint64 | Uintptr | UntypedInt | UntypedRune | Float32 | Float64 | UntypedFloat | Complex64 | Complex128 | UntypedComplex,
        is_numeric_or_string all_numeric_or_string "a number or string" => Int | Int8 | Int16 | Int32 | Int64 | Uint | Uint8 | Uint16 | Uint32 | Uint64 | Uintptr | UntypedInt | UntypedRune | Float32 | Float64 | UntypedFloat | Complex64 | Complex128 | UntypedComplex | String | UntypedString,
        is_ordered all_ordered "ordered" => Int | Int8 | Int16 | Int32 | Int64 | Uint | Uint8 | Uint16 | Uint32 | Uint64 | Uintptr | UntypedInt | UntypedRune | Float32 | Float64 | UntypedFloat | String | UntypedString,
        is_uintptr all_uintptr "uintptr" => Uintptr,
        is_unsafe_pointer all_unsafe_pointer "unsafe.Pointer" => UnsafePointer,
    }
}
