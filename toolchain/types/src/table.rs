//! Types: a hash-consed table.
use crate::{
    layout::Layout,
    lookup::MethodEntry,
    object::{ObjId, Object},
    typeset::TypeSet,
};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::{Cell, RefCell};
use syntax::{Pos, Sym};

/// A type: an index into [`TypeTable`]. `TypeId(0)` is the invalid type. The basic types have fixed ids, see [`basic`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct TypeId(pub u32);

/// A defined (named) type's origin: name, underlying type, methods. All its instances share it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct NamedId(pub u32);

/// A type parameter.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct TypeParamId(pub u32);

/// A package.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct PkgId(pub u32);

/// The enum of these names, and all of them in order.
macro_rules! listed {
    ($(#[$attr:meta])* $name:ident { $($variant:ident),* $(,)? }) => {
        $(#[$attr])*
        pub enum $name {
            $($variant),*
        }
        impl $name {
            /// All of them, in numerical order.
            pub const ALL: &[$name] = &[$($name::$variant),*];
        }
    };
}

listed! {
    /// Basic types, untyped ones included.
    #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
    #[allow(missing_docs, reason = "the names are Go's")]
    #[repr(u8)]
    Basic {
        Invalid, Bool,
        Int, Int8, Int16, Int32, Int64,
        Uint, Uint8, Uint16, Uint32, Uint64, Uintptr,
        Float32, Float64, Complex64, Complex128,
        String, UnsafePointer,
        UntypedBool, UntypedInt, UntypedRune, UntypedFloat, UntypedComplex, UntypedString, UntypedNil,
    }
}

/// Fixed ids of the basic types: `TypeId(b as u32)`. `byte` and `rune` are aliases: the same ids as uint8 and int32, but for messages.
pub const fn basic(b: Basic) -> TypeId {
    TypeId(b as u32)
}

/// Direction of a channel.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs, reason = "the names are Go's")]
pub enum ChanDir {
    Both,
    Send,
    Recv,
}

/// A struct field.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Field {
    /// Name; for an embedded field the type's name.
    pub name: Sym,
    /// Package that an unexported name belongs to; the universe for exported names (`intern` sees to that).
    pub pkg: PkgId,
    /// Type.
    pub ty: TypeId,
    /// Embedded?
    pub embedded: bool,
    /// Tag, unquoted; empty if none.
    pub tag: Sym,
}

/// A method of an interface type, explicitly declared.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct IMethod {
    /// Name.
    pub name: Sym,
    /// Package of an unexported name; the universe for exported ones.
    pub pkg: PkgId,
    /// Signature without receiver.
    pub sig: TypeId,
}

/// A term of a union: `~T` or `T`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct UnionTerm {
    /// `~`
    pub tilde: bool,
    /// Type.
    pub ty: TypeId,
}

/// A function type. Parameter names are no part of it (see `object::FuncObj`).
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Signature {
    /// Parameter types; the last one is a slice type if `variadic`.
    pub params: Vec<TypeId>,
    /// Result types.
    pub results: Vec<TypeId>,
    /// `...T`
    pub variadic: bool,
    /// Type parameters of a generic function or method: only on the signature of the declared object, never on the type of a value.
    pub tparams: Vec<TypeParamId>,
}

/// An interface type as written: explicit methods and embedded elements. `TypeTable::type_set` computes the rest.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Interface {
    /// Explicit methods, sorted by (name, pkg).
    pub methods: Vec<IMethod>,
    /// Embedded interfaces, types and unions.
    pub embeds: Vec<TypeId>,
    /// The implicit interface around a constraint literal such as `~int|string`. Without any element this is the predeclared `any`,
    /// which differs from `interface{}` in spelling only (see `TypeTable::canon`).
    pub implicit: bool,
    /// The predeclared `comparable`.
    pub comparable: bool,
}

/// A type.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs, reason = "the names are Go's")]
pub enum Type {
    Basic(Basic),
    Pointer(TypeId),
    Slice(TypeId),
    Array(TypeId, u64),
    Map(TypeId, TypeId),
    Chan(ChanDir, TypeId),
    Struct(Vec<Field>),
    Func(Signature),
    Interface(Interface),
    /// A defined type; `args` are its type arguments. Inside its own declaration (and for local types inside a generic function)
    /// the arguments are the type parameters themselves. A type declared inside a generic function is implicitly parametrised by
    /// that function's type parameters (after its own), so that substitution alone instantiates it.
    Named(NamedId, Vec<TypeId>),
    TypeParam(TypeParamId),
    /// Result of a call with several values.
    Tuple(Vec<TypeId>),
    Union(Vec<UnionTerm>),
}

/// What is known of a defined type's origin.
#[derive(Clone, Debug)]
pub struct NamedInfo {
    /// Its type name object (name, package, position).
    pub obj: ObjId,
    /// Own type parameters, then those of the enclosing generic function.
    pub tparams: Vec<TypeParamId>,
    /// How many of `tparams` are its own (printed ones).
    pub own_tparams: usize,
    /// Underlying type of the origin, in terms of `tparams`; invalid until resolved.
    pub underlying: TypeId,
    /// Declared methods: function objects, in source order.
    pub methods: Vec<ObjId>,
    /// Local types: the function they are declared in, and a number that tells apart equal names in it (for link names and type strings).
    pub local: Option<(ObjId, u32)>,
    /// `//go:notinheap`-like marker (internal/runtime/sys.NotInHeap embedded).
    pub not_in_heap: bool,
}

/// A type parameter.
#[derive(Clone, Debug)]
pub struct TypeParamInfo {
    /// Its type name object.
    pub obj: ObjId,
    /// Position in its list.
    pub index: u32,
    /// Constraint (any type; a non-interface is wrapped in an implicit interface).
    pub bound: TypeId,
    /// Where declared.
    pub pos: Pos,
}

/// A package as the checker knows it.
#[derive(Clone, Debug)]
pub struct PkgInfo {
    /// Import path.
    pub path: Sym,
    /// Declared name.
    pub name: Sym,
}

/// All types of a program, and the objects they refer to.
///
/// Building types and asking about them takes `&self`: types are interned behind a `RefCell` and live as long as the process
/// (one table serves one program), so that [`TypeTable::get`] can hand out `&'static Type` and no caller has to copy a type to get
/// at its parts. Declaring something new (`new_named`, `new_tparam`, …) takes `&mut self`.
pub struct TypeTable {
    pub(crate) types: RefCell<Vec<Entry>>,
    pub(crate) ids: RefCell<FxHashMap<&'static Type, TypeId>>,
    /// Origins of defined types.
    pub nameds: Vec<NamedInfo>,
    /// Type parameters.
    pub tparams: Vec<TypeParamInfo>,
    /// Packages. `PkgId(0)` is the universe, `PkgId(1)` is `unsafe`.
    pub pkgs: Vec<PkgInfo>,
    /// Objects; the first one is `ObjId::NONE`'s, see `intern` for the other fixed ones.
    pub objs: Vec<Object>,
    /// Whether messages spell `uint8` as `byte`, and `int32` as `rune`. The types are the same; see `note_spelling`.
    pub(crate) spell_byte: Cell<bool>,
    pub(crate) spell_rune: Cell<bool>,
    /// The program has only one of the spellings of `uint8`, or of `int32`.
    pub(crate) spell_fixed: Cell<(bool, bool)>,
    /// For a package that messages are about: names that several of the packages behind it have, so that messages show paths.
    pub ambiguous: FxHashMap<PkgId, FxHashSet<Sym>>,
    /// Names of parameters and results for messages, as function types of the program were written last.
    pub(crate) param_names: FxHashMap<TypeId, Vec<Sym>>,
    pub(crate) memo: Memo,
}

/// A type in the table.
pub(crate) struct Entry {
    pub(crate) ty: &'static Type,
    pub(crate) flags: Flags,
}

/// What a type contains (looking into type arguments, not into underlying types of defined types).
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Flags(pub(crate) u8);

impl Flags {
    /// A type parameter.
    pub(crate) const TPARAM: Flags = Flags(1);
    /// An interface literal, so that `canon` may differ.
    pub(crate) const IFACE: Flags = Flags(2);
    /// The invalid type.
    pub(crate) const INVALID: Flags = Flags(4);

    pub(crate) fn has(self, f: Flags) -> bool {
        self.0 & f.0 != 0
    }
    pub(crate) fn add(&mut self, f: Flags) {
        self.0 |= f.0;
    }
}

/// Answers that were computed before.
#[derive(Default)]
pub(crate) struct Memo {
    pub(crate) underlying: RefCell<FxHashMap<TypeId, TypeId>>,
    pub(crate) canon: RefCell<FxHashMap<TypeId, TypeId>>,
    pub(crate) type_sets: RefCell<FxHashMap<TypeId, &'static TypeSet>>,
    pub(crate) method_sets: RefCell<FxHashMap<TypeId, &'static [MethodEntry]>>,
    pub(crate) layouts: RefCell<FxHashMap<(TypeId, u8), &'static Layout>>,
}

/// Bindings of type parameters, in force while lowering one instance.
pub type Subst = FxHashMap<TypeParamId, TypeId>;
