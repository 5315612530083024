//! Making types: the hash-consing table and the types every program has.
use crate::{
    object::{FuncObj, ObjId, ObjKind, Object},
    table::*,
};
use std::cell::Cell;
use syntax::{Pos, Sym};

/// The predeclared `any`.
pub const ANY: TypeId = TypeId(26);
/// `interface{}` as a literal: the canonical empty interface.
pub const EMPTY_INTERFACE: TypeId = TypeId(27);
/// The predeclared `error`.
pub const ERROR: TypeId = TypeId(28);
/// The predeclared `comparable`.
pub const COMPARABLE: TypeId = TypeId(29);
/// The empty tuple: type of a call without results.
pub const EMPTY_TUPLE: TypeId = TypeId(30);
/// `[]uint8`
pub const BYTES: TypeId = TypeId(31);
/// `[]int32`
pub const RUNES: TypeId = TypeId(32);

/// Type name object of `error`.
pub const ERROR_OBJ: ObjId = ObjId(1);
/// Type name object of `comparable`.
pub const COMPARABLE_OBJ: ObjId = ObjId(2);
/// The method `error.Error`.
pub const ERROR_ERROR_OBJ: ObjId = ObjId(3);

/// Origin of `error`.
pub const ERROR_NAMED: NamedId = NamedId(0);
/// Origin of `comparable`.
pub const COMPARABLE_NAMED: NamedId = NamedId(1);

/// The universe as a package.
pub const UNIVERSE: PkgId = PkgId(0);
/// Package `unsafe`.
pub const UNSAFE: PkgId = PkgId(1);

impl Default for TypeTable {
    fn default() -> Self {
        TypeTable::new()
    }
}

impl TypeTable {
    /// A table with the basic types, `any`, `error` and `comparable`.
    pub fn new() -> TypeTable {
        let mut t = TypeTable {
            types: Default::default(),
            ids: Default::default(),
            nameds: Vec::new(),
            tparams: Vec::new(),
            pkgs: Vec::new(),
            objs: Vec::new(),
            spell_byte: Cell::new(true),
            spell_rune: Cell::new(true),
            spell_fixed: Cell::default(),
            ambiguous: Default::default(),
            param_names: Default::default(),
            memo: Default::default(),
        };
        for &b in Basic::ALL {
            let id = t.intern(Type::Basic(b));
            debug_assert_eq!(id, basic(b));
        }
        t.new_pkg(PkgInfo { path: Sym::default(), name: Sym::default() });
        t.new_pkg(PkgInfo { path: Sym::new("unsafe"), name: Sym::new("unsafe") });
        let type_name = |name: &str, ty| Object {
            name: Sym::new(name),
            pkg: UNIVERSE,
            pos: Pos::NONE,
            ty,
            kind: ObjKind::TypeName { alias: false, tparams: Vec::new() },
        };
        t.new_obj(Object {
            name: Sym::new("_"),
            pkg: UNIVERSE,
            pos: Pos::NONE,
            ty: TypeId::default(),
            kind: ObjKind::Label,
        });
        t.new_obj(type_name("error", ERROR));
        t.new_obj(type_name("comparable", COMPARABLE));

        let empty = Interface { methods: Vec::new(), embeds: Vec::new(), implicit: false, comparable: false };
        t.expect(Type::Interface(Interface { implicit: true, ..empty.clone() }), ANY);
        t.expect(Type::Interface(empty.clone()), EMPTY_INTERFACE);
        let named = |obj| NamedInfo {
            obj,
            tparams: Vec::new(),
            own_tparams: 0,
            underlying: TypeId::default(),
            methods: Vec::new(),
            local: None,
            not_in_heap: false,
        };
        t.new_named(named(ERROR_OBJ));
        t.new_named(named(COMPARABLE_OBJ));
        t.expect(Type::Named(ERROR_NAMED, Vec::new()), ERROR);
        t.expect(Type::Named(COMPARABLE_NAMED, Vec::new()), COMPARABLE);
        t.expect(Type::Tuple(Vec::new()), EMPTY_TUPLE);
        t.expect(Type::Slice(basic(Basic::Uint8)), BYTES);
        t.expect(Type::Slice(basic(Basic::Int32)), RUNES);

        let sig = t.func(Vec::new(), vec![basic(Basic::String)], false);
        let method = t.new_obj(Object {
            name: Sym::new("Error"),
            pkg: UNIVERSE,
            pos: Pos::NONE,
            ty: sig,
            kind: ObjKind::Func(FuncObj {
                decl: None,
                recv: Some(ERROR),
                ptr_recv: false,
                recv_tparams: Vec::new(),
                tparams: Vec::new(),
            }),
        });
        debug_assert_eq!(method, ERROR_ERROR_OBJ);
        let error = t.interface(Interface {
            methods: vec![IMethod { name: Sym::new("Error"), pkg: UNIVERSE, sig }],
            ..empty.clone()
        });
        t.set_underlying(ERROR_NAMED, error);
        let comparable = t.interface(Interface { comparable: true, ..empty });
        t.set_underlying(COMPARABLE_NAMED, comparable);
        t
    }

    fn expect(&self, ty: Type, id: TypeId) {
        let got = self.intern(ty);
        debug_assert_eq!(got, id);
    }

    /// The id of a type.
    pub fn intern(&self, mut ty: Type) -> TypeId {
        // The package of an exported name is no part of a type's identity.
        match &mut ty {
            Type::Struct(fields) => {
                fields.iter_mut().filter(|f| f.name.is_exported()).for_each(|f| f.pkg = UNIVERSE)
            }
            Type::Interface(i) => {
                i.methods.iter_mut().filter(|m| m.name.is_exported()).for_each(|m| m.pkg = UNIVERSE)
            }
            _ => {}
        }
        if let Some(&id) = self.ids.borrow().get(&ty) {
            return id;
        }
        let flags = self.flags_of(&ty);
        let ty: &'static Type = Box::leak(Box::new(ty));
        let mut types = self.types.borrow_mut();
        let id = TypeId(types.len() as u32);
        types.push(Entry { ty, flags });
        self.ids.borrow_mut().insert(ty, id);
        id
    }

    /// The type with this id.
    #[inline]
    pub fn get(&self, t: TypeId) -> &'static Type {
        self.types.borrow()[t.0 as usize].ty
    }

    #[inline]
    pub(crate) fn flags(&self, t: TypeId) -> Flags {
        self.types.borrow()[t.0 as usize].flags
    }

    /// How many types there are: ids are below that.
    pub fn type_count(&self) -> usize {
        self.types.borrow().len()
    }

    fn flags_of(&self, ty: &Type) -> Flags {
        let mut flags = Flags::default();
        match ty {
            Type::Basic(Basic::Invalid) => flags.add(Flags::INVALID),
            Type::TypeParam(_) => flags.add(Flags::TPARAM),
            Type::Interface(_) => flags.add(Flags::IFACE),
            // A union's terms stand in a set: only the interface around it has a canonical form.
            Type::Union(_) => flags.add(Flags::IFACE),
            _ => {}
        }
        for_each_child(ty, |c| flags.add(self.flags(c)));
        flags
    }

    /// `*elem`
    pub fn pointer(&self, elem: TypeId) -> TypeId {
        self.intern(Type::Pointer(elem))
    }
    /// `[]elem`
    pub fn slice(&self, elem: TypeId) -> TypeId {
        self.intern(Type::Slice(elem))
    }
    /// `[len]elem`
    pub fn array(&self, elem: TypeId, len: u64) -> TypeId {
        self.intern(Type::Array(elem, len))
    }
    /// `map[key]elem`
    pub fn map(&self, key: TypeId, elem: TypeId) -> TypeId {
        self.intern(Type::Map(key, elem))
    }
    /// `chan elem`
    pub fn chan(&self, dir: ChanDir, elem: TypeId) -> TypeId {
        self.intern(Type::Chan(dir, elem))
    }
    /// A function type; with `variadic` the last parameter is a slice.
    pub fn func(&self, params: Vec<TypeId>, results: Vec<TypeId>, variadic: bool) -> TypeId {
        self.intern(Type::Func(Signature { params, results, variadic, tparams: Vec::new() }))
    }
    /// A function type.
    pub fn signature(&self, sig: Signature) -> TypeId {
        self.intern(Type::Func(sig))
    }
    /// A tuple.
    pub fn tuple(&self, elems: Vec<TypeId>) -> TypeId {
        self.intern(Type::Tuple(elems))
    }
    /// A struct.
    pub fn strukt(&self, fields: Vec<Field>) -> TypeId {
        self.intern(Type::Struct(fields))
    }
    /// An interface; sorts the methods.
    pub fn interface(&self, mut iface: Interface) -> TypeId {
        iface.methods.sort_by(|a, b| self.method_order((a.name, a.pkg), (b.name, b.pkg)));
        self.intern(Type::Interface(iface))
    }
    /// A union.
    pub fn union(&self, terms: Vec<UnionTerm>) -> TypeId {
        self.intern(Type::Union(terms))
    }
    /// A defined type with its type arguments (as many as `NamedInfo::tparams`).
    pub fn named(&self, id: NamedId, args: Vec<TypeId>) -> TypeId {
        self.intern(Type::Named(id, args))
    }
    /// A type parameter.
    pub fn tparam(&self, id: TypeParamId) -> TypeId {
        self.intern(Type::TypeParam(id))
    }

    /// A new defined type.
    pub fn new_named(&mut self, info: NamedInfo) -> NamedId {
        self.nameds.push(info);
        NamedId(self.nameds.len() as u32 - 1)
    }
    /// Resolves a defined type: `underlying` must not itself be a defined type.
    pub fn set_underlying(&mut self, id: NamedId, underlying: TypeId) {
        debug_assert!(!matches!(self.get(underlying), Type::Named(..)));
        self.nameds[id.0 as usize].underlying = underlying;
    }
    /// A new type parameter.
    pub fn new_tparam(&mut self, info: TypeParamInfo) -> TypeParamId {
        self.tparams.push(info);
        TypeParamId(self.tparams.len() as u32 - 1)
    }
    /// A new package.
    pub fn new_pkg(&mut self, info: PkgInfo) -> PkgId {
        self.pkgs.push(info);
        PkgId(self.pkgs.len() as u32 - 1)
    }
    /// A new object.
    pub fn new_obj(&mut self, obj: Object) -> ObjId {
        self.objs.push(obj);
        ObjId(self.objs.len() as u32 - 1)
    }
    /// An object.
    #[inline]
    pub fn obj(&self, id: ObjId) -> &Object {
        &self.objs[id.0 as usize]
    }
    /// An object, to be changed.
    #[inline]
    pub fn obj_mut(&mut self, id: ObjId) -> &mut Object {
        &mut self.objs[id.0 as usize]
    }
    /// A function or method object's own part.
    pub fn func_obj(&self, id: ObjId) -> &FuncObj {
        match &self.obj(id).kind {
            ObjKind::Func(f) => f,
            other => panic!("not a function: {other:?}"),
        }
    }
    /// A defined type's origin.
    #[inline]
    pub fn named_info(&self, id: NamedId) -> &NamedInfo {
        &self.nameds[id.0 as usize]
    }
    /// A type parameter.
    #[inline]
    pub fn tparam_info(&self, id: TypeParamId) -> &TypeParamInfo {
        &self.tparams[id.0 as usize]
    }
    /// A defined type as its declaration sees it: with its own type parameters as arguments.
    pub fn origin_type(&self, id: NamedId) -> TypeId {
        let args = self.named_info(id).tparams.iter().map(|&p| self.tparam(p)).collect();
        self.named(id, args)
    }
}

/// Calls `f` on each type that `ty` is directly made of.
pub fn for_each_child(ty: &Type, mut f: impl FnMut(TypeId)) {
    match ty {
        Type::Basic(_) | Type::TypeParam(_) => {}
        Type::Pointer(e) | Type::Slice(e) | Type::Array(e, _) | Type::Chan(_, e) => f(*e),
        Type::Map(k, e) => {
            f(*k);
            f(*e);
        }
        Type::Struct(fields) => fields.iter().for_each(|x| f(x.ty)),
        Type::Func(sig) => sig.params.iter().chain(&sig.results).for_each(|&x| f(x)),
        Type::Interface(i) => {
            i.methods.iter().for_each(|m| f(m.sig));
            i.embeds.iter().for_each(|&e| f(e));
        }
        Type::Named(_, args) => args.iter().for_each(|&a| f(a)),
        Type::Tuple(elems) => elems.iter().for_each(|&e| f(e)),
        Type::Union(terms) => terms.iter().for_each(|t| f(t.ty)),
    }
}
