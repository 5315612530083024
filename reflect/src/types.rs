//! Types as a Rust program describes them: built by hand, or read from a linked Go program.

use crate::abi::{TypeView, align_up};
use crate::arch::Arch;
use crate::func::FuncType;
use crate::kind::Kind;
use crate::rtype::TypeRef;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

/// A Go type, of the running machine.
///
/// ```
/// use oxigo_reflect::types::Type;
/// let point = Type::strukt([("X", Type::int32()), ("Y", Type::int32())]);
/// assert_eq!((point.size(), point.align()), (8, 4));
/// assert_eq!(point.to_string(), "struct { X int32; Y int32 }");
/// assert_eq!(point.pointer().to_string(), "*struct { X int32; Y int32 }");
/// ```
#[derive(Clone)]
pub struct Type(Repr);

#[derive(Clone)]
enum Repr {
    /// A kind without parts.
    Basic(Kind),
    Built(Arc<Built>),
    Linked(TypeRef),
}

// SAFETY: descriptors in memory are never written after they are published.
unsafe impl Send for Type {}
// SAFETY: as above.
unsafe impl Sync for Type {}

struct Built {
    kind: Kind,
    size: u64,
    align: u64,
    elem: Option<Type>,
    len: u64,
    fields: Vec<Field>,
    func: Option<FuncType>,
}

/// Size and alignment of the kinds without parts.
fn basic_layout(kind: Kind) -> Option<(u64, u64)> {
    let arch = Arch::host();
    let (p, max) = (arch.ptr_size as u64, arch.max_align as u64);
    Some(match kind {
        Kind::Bool | Kind::Int8 | Kind::Uint8 => (1, 1),
        Kind::Int16 | Kind::Uint16 => (2, 2),
        Kind::Int32 | Kind::Uint32 | Kind::Float32 => (4, 4),
        Kind::Int64 | Kind::Uint64 | Kind::Float64 => (8, max),
        Kind::Complex64 => (8, 4),
        Kind::Complex128 => (16, max),
        Kind::String | Kind::Interface => (2 * p, p),
        Kind::Int | Kind::Uint | Kind::Uintptr | Kind::UnsafePointer => (p, p),
        _ => return None,
    })
}

/// The largest type, with room to round up.
const MAX_SIZE: u64 = isize::MAX as u64 - 64;

/// A field of a struct type built by hand.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its type.
    pub typ: Type,
    /// Its byte offset.
    pub offset: u64,
}

macro_rules! basic_types {
    ($($name:ident $kind:ident $go:literal;)*) => {
        $(#[doc = concat!("Go's `", $go, "`.")]
        pub fn $name() -> Type {
            Type::basic(Kind::$kind)
        })*
    };
}

impl Type {
    basic_types! {
        bool Bool "bool";
        int Int "int";
        int8 Int8 "int8";
        int16 Int16 "int16";
        int32 Int32 "int32";
        int64 Int64 "int64";
        uint Uint "uint";
        uint8 Uint8 "uint8";
        uint16 Uint16 "uint16";
        uint32 Uint32 "uint32";
        uint64 Uint64 "uint64";
        uintptr Uintptr "uintptr";
        float32 Float32 "float32";
        float64 Float64 "float64";
        complex64 Complex64 "complex64";
        complex128 Complex128 "complex128";
        string String "string";
        interface Interface "any";
        unsafe_pointer UnsafePointer "unsafe.Pointer";
    }

    /// The type of a kind that has no parts. Other kinds give `Invalid`.
    pub fn basic(kind: Kind) -> Type {
        Type(Repr::Basic(if basic_layout(kind).is_some() { kind } else { Kind::Invalid }))
    }

    fn built(kind: Kind, size: u64, align: u64, elem: Option<Type>, len: u64) -> Type {
        Type(Repr::Built(Arc::new(Built { kind, size, align, elem, len, fields: Vec::new(), func: None })))
    }

    fn word(kind: Kind, elem: Type, words: u64) -> Type {
        let p = Arch::host().ptr_size as u64;
        Type::built(kind, words * p, p, Some(elem), 0)
    }

    /// `*T`.
    pub fn pointer(&self) -> Type {
        Type::word(Kind::Pointer, self.clone(), 1)
    }

    /// `[]T`.
    pub fn slice(&self) -> Type {
        Type::word(Kind::Slice, self.clone(), 3)
    }

    /// `chan T`.
    pub fn chan(&self) -> Type {
        Type::word(Kind::Chan, self.clone(), 1)
    }

    /// `[len]T`. Panics if the size overflows.
    pub fn array(&self, len: u64) -> Type {
        let size = self.size().checked_mul(len).filter(|s| *s <= MAX_SIZE);
        let Some(size) = size else { panic!("array type too large") };
        Type::built(Kind::Array, size, self.align(), Some(self.clone()), len)
    }

    /// A struct of named fields, laid out as Go does: a trailing field of size 0 is followed by padding. Panics if the
    /// size overflows.
    pub fn strukt<'a>(fields: impl IntoIterator<Item = (&'a str, Type)>) -> Type {
        let (mut off, mut align, mut out, mut last) = (0u64, 1, Vec::new(), 1);
        for (name, typ) in fields {
            off = align_up(off, typ.align());
            align = align.max(typ.align());
            last = typ.size();
            let offset = off;
            off = off.checked_add(last).filter(|s| *s <= MAX_SIZE).expect("struct type too large");
            out.push(Field { name: name.into(), typ, offset });
        }
        if off > 0 && last == 0 {
            off += 1;
        }
        let size = align_up(off, align);
        Type(Repr::Built(Arc::new(Built {
            kind: Kind::Struct,
            size,
            align,
            elem: None,
            len: 0,
            fields: out,
            func: None,
        })))
    }

    /// The type of func values of a function type.
    pub fn func(typ: &FuncType) -> Type {
        let p = Arch::host().ptr_size as u64;
        Type(Repr::Built(Arc::new(Built {
            kind: Kind::Func,
            size: p,
            align: p,
            elem: None,
            len: 0,
            fields: Vec::new(),
            func: Some(typ.clone()),
        })))
    }

    /// A type of a linked Go program.
    pub fn linked(t: TypeRef) -> Type {
        Type(Repr::Linked(t))
    }

    /// The descriptor of a type of a linked Go program.
    pub fn descriptor(&self) -> Option<TypeRef> {
        match &self.0 {
            Repr::Linked(t) => Some(*t),
            _ => None,
        }
    }

    /// The kind.
    pub fn kind(&self) -> Kind {
        self.view().kind()
    }

    /// Bytes in a value.
    pub fn size(&self) -> u64 {
        self.view().size()
    }

    /// Alignment of a variable.
    pub fn align(&self) -> u64 {
        self.view().align()
    }

    /// Whether a value may hold pointers that the collector follows.
    pub fn has_pointers(&self) -> bool {
        self.view().has_pointers()
    }

    /// The element type of an array, slice, pointer, channel or (linked) map.
    pub fn elem(&self) -> Option<Type> {
        match &self.0 {
            Repr::Basic(_) => None,
            Repr::Built(b) => b.elem.clone(),
            Repr::Linked(t) => t.elem_type().map(Type::linked),
        }
    }

    /// The length of an array.
    pub fn len(&self) -> u64 {
        self.view().len()
    }

    /// Whether it is an array type of length 0.
    pub fn is_empty(&self) -> bool {
        self.kind() == Kind::Array && self.len() == 0
    }

    /// The number of fields of a struct.
    pub fn num_fields(&self) -> usize {
        self.view().num_fields()
    }

    /// Type and offset of field `i` of a struct.
    pub fn field(&self, i: usize) -> Option<(Type, u64)> {
        match &self.0 {
            Repr::Basic(_) => None,
            Repr::Built(b) => b.fields.get(i).map(|f| (f.typ.clone(), f.offset)),
            Repr::Linked(t) => {
                (i < t.num_fields()).then(|| TypeView::field(*t, i)).map(|(t, off)| (Type::linked(t), off))
            }
        }
    }

    /// The index of the field called `name`.
    pub fn field_named(&self, name: &str) -> Option<usize> {
        match &self.0 {
            Repr::Basic(_) => None,
            Repr::Built(b) => b.fields.iter().position(|f| f.name == name),
            // SAFETY: names of a descriptor are well-formed.
            Repr::Linked(t) => {
                t.struct_fields().iter().position(|f| unsafe { f.name.name() } == name.as_bytes())
            }
        }
    }

    /// The name of field `i` of a struct.
    pub fn field_name(&self, i: usize) -> Option<String> {
        match &self.0 {
            Repr::Basic(_) => None,
            Repr::Built(b) => b.fields.get(i).map(|f| f.name.clone()),
            // SAFETY: names of a descriptor are well-formed.
            Repr::Linked(t) => t.struct_fields().get(i).map(|f| unsafe { f.name.name() }).map(text),
        }
    }

    /// The signature of a func type.
    pub fn signature(&self) -> Option<FuncType> {
        match &self.0 {
            Repr::Basic(_) => None,
            Repr::Built(b) => b.func.clone(),
            Repr::Linked(t) => {
                let (params, results, variadic) = t.signature()?;
                let list = |ts: &[TypeRef]| ts.iter().map(|t| Type::linked(*t)).collect::<Vec<_>>();
                Some(FuncType::with_variadic(list(params), list(results), variadic))
            }
        }
    }

    /// A handle for the ABI algorithm.
    pub fn view(&self) -> View<'_> {
        match &self.0 {
            Repr::Basic(k) => View(ViewRepr::Basic(*k)),
            Repr::Built(b) => View(ViewRepr::Built(b)),
            Repr::Linked(t) => View(ViewRepr::Linked(*t)),
        }
    }

    /// A number that types of other values do not have while this one lives; clones, and the same basic or linked type,
    /// have the same.
    pub(crate) fn id(&self) -> usize {
        match &self.0 {
            // Odd: no address of the others.
            Repr::Basic(k) => 2 * *k as usize + 1,
            Repr::Built(b) => Arc::as_ptr(b).addr(),
            Repr::Linked(t) => match TypeView::kind(*t) {
                // As `same` has it: names of numbers and strings do not count.
                k if basic_layout(k).is_some() && k != Kind::Interface => 2 * k as usize + 1,
                _ => t.as_ptr().addr(),
            },
        }
    }

    /// Whether values of the two types may stand for each other: the same descriptor, or the same structure.
    /// Names of types built by hand do not count; a linked type is compared by structure with a built one.
    #[inline]
    pub fn same(&self, other: &Type) -> bool {
        match (&self.0, &other.0) {
            (Repr::Basic(a), Repr::Basic(b)) => a == b,
            (Repr::Linked(_), Repr::Linked(_)) => self.id() == other.id(),
            (Repr::Built(a), Repr::Built(b)) if Arc::ptr_eq(a, b) => true,
            _ => self.same_structure(other),
        }
    }

    /// Whether it is an interface type without methods.
    fn is_any(&self) -> bool {
        match &self.0 {
            Repr::Basic(k) => *k == Kind::Interface,
            Repr::Built(_) => false,
            Repr::Linked(t) => TypeView::kind(*t) == Kind::Interface && t.interface_methods().is_empty(),
        }
    }

    fn same_structure(&self, other: &Type) -> bool {
        let kind = self.kind();
        if kind != other.kind() || self.size() != other.size() || self.len() != other.len() {
            return false;
        }
        match kind {
            Kind::Struct => {
                self.num_fields() == other.num_fields()
                    && (0..self.num_fields()).all(|i| match (self.field(i), other.field(i)) {
                        (Some((a, x)), Some((b, y))) => x == y && a.same(&b),
                        _ => false,
                    })
            }
            Kind::Func => match (self.signature(), other.signature()) {
                (Some(a), Some(b)) => a.same(&b),
                _ => false,
            },
            Kind::Array | Kind::Pointer | Kind::Slice | Kind::Chan => match (self.elem(), other.elem()) {
                (Some(a), Some(b)) => a.same(&b),
                _ => false,
            },
            // A map type cannot be built by hand, so one side knows less: refuse.
            Kind::Map => false,
            // An interface with methods has another first word than `any`.
            Kind::Interface => self.is_any() && other.is_any(),
            _ => true,
        }
    }
}

fn text(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind() {
            Kind::Pointer | Kind::Slice | Kind::Array | Kind::Chan => {
                match self.kind() {
                    Kind::Pointer => f.write_str("*")?,
                    Kind::Slice => f.write_str("[]")?,
                    Kind::Chan => f.write_str("chan ")?,
                    _ => write!(f, "[{}]", self.len())?,
                }
                match self.elem() {
                    Some(e) => write!(f, "{e}"),
                    None => f.write_str("?"),
                }
            }
            Kind::Interface => f.write_str("any"),
            Kind::Func => match self.signature() {
                Some(s) => write!(f, "{s}"),
                None => f.write_str("func"),
            },
            Kind::Struct => {
                f.write_str("struct {")?;
                for i in 0..self.num_fields() {
                    if let (Some((t, _)), Some(name)) = (self.field(i), self.field_name(i)) {
                        let sep = if i > 0 { ";" } else { "" };
                        write!(f, "{sep} {name} {t}")?;
                    }
                }
                f.write_str(if self.num_fields() > 0 { " }" } else { "}" })
            }
            k => f.write_str(k.name()),
        }
    }
}

impl fmt::Debug for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// A [`Type`] as [`TypeView`] wants it.
#[derive(Clone, Copy)]
pub struct View<'a>(ViewRepr<'a>);

#[derive(Clone, Copy)]
enum ViewRepr<'a> {
    Basic(Kind),
    Built(&'a Built),
    Linked(TypeRef),
}

impl TypeView for View<'_> {
    fn kind(self) -> Kind {
        match self.0 {
            ViewRepr::Basic(k) => k,
            ViewRepr::Built(b) => b.kind,
            ViewRepr::Linked(t) => TypeView::kind(t),
        }
    }
    fn size(self) -> u64 {
        match self.0 {
            ViewRepr::Basic(k) => basic_layout(k).map_or(0, |l| l.0),
            ViewRepr::Built(b) => b.size,
            ViewRepr::Linked(t) => TypeView::size(t),
        }
    }
    fn align(self) -> u64 {
        match self.0 {
            ViewRepr::Basic(k) => basic_layout(k).map_or(1, |l| l.1),
            ViewRepr::Built(b) => b.align,
            ViewRepr::Linked(t) => TypeView::align(t),
        }
    }
    fn elem(self) -> Self {
        match self.0 {
            ViewRepr::Basic(_) => self,
            ViewRepr::Built(b) => b.elem.as_ref().map_or(self, Type::view),
            ViewRepr::Linked(t) => View(ViewRepr::Linked(TypeView::elem(t))),
        }
    }
    fn len(self) -> u64 {
        match self.0 {
            ViewRepr::Basic(_) => 0,
            ViewRepr::Built(b) => b.len,
            ViewRepr::Linked(t) => TypeView::len(t),
        }
    }
    fn num_fields(self) -> usize {
        match self.0 {
            ViewRepr::Basic(_) => 0,
            ViewRepr::Built(b) => b.fields.len(),
            ViewRepr::Linked(t) => TypeView::num_fields(t),
        }
    }
    fn field(self, i: usize) -> (Self, u64) {
        match self.0 {
            ViewRepr::Basic(_) => (self, 0),
            ViewRepr::Built(b) => (b.fields[i].typ.view(), b.fields[i].offset),
            ViewRepr::Linked(t) => {
                let (t, off) = TypeView::field(t, i);
                (View(ViewRepr::Linked(t)), off)
            }
        }
    }
}
