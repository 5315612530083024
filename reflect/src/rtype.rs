//! Type descriptors in memory, with the byte layout of Go 1.27's `internal/abi`.
//!
//! The structs have the running target's pointer size and byte order. NameOff and TypeOff count from the start of
//! the image's type data; a negative offset (types made at run time) is resolved by the runtime, hence the
//! [`Resolve`] argument of functions that follow one.

use crate::abi::TypeView;
use crate::kind::Kind;
use crate::word::{Ptr, Word, addr, ptr, size};
use core::ffi::c_void;

/// `abi.NameOff`.
pub type NameOff = i32;
/// `abi.TypeOff`.
pub type TypeOff = i32;
/// `abi.TextOff`: an index into the function table.
pub type TextOff = i32;

bitflags::bitflags! {
    /// `abi.TFlag`.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    #[repr(transparent)]
    pub struct TFlag: u8 {
        /// An `Uncommon` follows the type.
        const UNCOMMON = 1;
        /// The string has an extra `*` in front.
        const EXTRA_STAR = 1 << 1;
        /// The type has a name.
        const NAMED = 1 << 2;
        /// Equality and hash may treat a value as plain bytes.
        const REGULAR_MEMORY = 1 << 3;
        /// `gc_data` is the address of a pointer to the mask, built on demand.
        const GC_MASK_ON_DEMAND = 1 << 4;
        /// The value itself stands in an interface's data word.
        const DIRECT_IFACE = 1 << 5;
    }
}

/// `abi.Type`.
#[derive(Debug)]
#[repr(C)]
pub struct Type {
    /// Bytes in a value.
    pub size: Word,
    /// Bytes up to the end of the last pointer.
    pub ptr_bytes: Word,
    /// Hash of the type.
    pub hash: u32,
    /// Properties.
    pub tflag: TFlag,
    /// Alignment of a variable.
    pub align: u8,
    /// Alignment of a field.
    pub field_align: u8,
    /// Kind, as a number.
    pub kind: u8,
    /// Func value of the equality function; null: not comparable.
    pub equal: Ptr<c_void>,
    /// Pointer bitmap, one bit per word of `ptr_bytes`.
    pub gc_data: Ptr<u8>,
    /// String form.
    pub str: NameOff,
    /// Type of a pointer to this type; may be 0.
    pub ptr_to_this: TypeOff,
}

/// `abi.ArrayType`.
#[derive(Debug)]
#[repr(C)]
#[allow(missing_docs, reason = "the fields are Go's")]
pub struct ArrayType {
    pub typ: Type,
    pub elem: Ptr<Type>,
    pub slice: Ptr<Type>,
    pub len: Word,
}

/// `abi.ChanType`.
#[derive(Debug)]
#[repr(C)]
#[allow(missing_docs, reason = "the fields are Go's")]
pub struct ChanType {
    pub typ: Type,
    pub elem: Ptr<Type>,
    /// 1 receive, 2 send, 3 both.
    pub dir: isize,
}

/// `abi.PtrType` and `abi.SliceType`.
#[derive(Debug)]
#[repr(C)]
#[allow(missing_docs, reason = "the fields are Go's")]
pub struct ElemType {
    pub typ: Type,
    pub elem: Ptr<Type>,
}

/// `abi.FuncType`. Parameter and result types follow it (and its `Uncommon`).
#[derive(Debug)]
#[repr(C)]
pub struct FuncType {
    /// Common part.
    pub typ: Type,
    /// Number of parameters.
    pub in_count: u16,
    /// Number of results; the top bit says variadic.
    pub out_count: u16,
}

/// A Go slice header.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
#[allow(missing_docs, reason = "the fields are Go's")]
pub struct GoSlice<T> {
    pub ptr: Ptr<T>,
    pub len: Word,
    pub cap: Word,
}

/// `abi.Imethod`.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
#[allow(missing_docs, reason = "the fields are Go's")]
pub struct IMethod {
    pub name: NameOff,
    pub typ: TypeOff,
}

/// `abi.InterfaceType`.
#[derive(Debug)]
#[repr(C)]
#[allow(missing_docs, reason = "the fields are Go's")]
pub struct InterfaceType {
    pub typ: Type,
    pub pkg_path: Name,
    pub methods: GoSlice<IMethod>,
}

/// `abi.MapType`.
#[derive(Debug)]
#[repr(C)]
#[allow(missing_docs, reason = "the fields are Go's")]
pub struct MapType {
    pub typ: Type,
    pub key: Ptr<Type>,
    pub elem: Ptr<Type>,
    pub group: Ptr<Type>,
    pub hasher: Ptr<c_void>,
    pub group_size: Word,
    pub keys_off: Word,
    pub key_stride: Word,
    pub elems_off: Word,
    pub elem_stride: Word,
    pub elem_off: Word,
    pub flags: u32,
}

/// `abi.StructField`.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
#[allow(missing_docs, reason = "the fields are Go's")]
pub struct StructField {
    pub name: Name,
    pub typ: Ptr<Type>,
    pub offset: Word,
}

/// `abi.StructType`.
#[derive(Debug)]
#[repr(C)]
#[allow(missing_docs, reason = "the fields are Go's")]
pub struct StructType {
    pub typ: Type,
    pub pkg_path: Name,
    pub fields: GoSlice<StructField>,
}

/// `abi.UncommonType`.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct Uncommon {
    /// Import path; empty for built-in types.
    pub pkg_path: NameOff,
    /// Number of methods.
    pub mcount: u16,
    /// Number of exported methods, which come first.
    pub xcount: u16,
    /// Offset from this struct to the methods.
    pub moff: u32,
    /// Unused.
    pub unused: u32,
}

/// `abi.Method`.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct Method {
    /// Name.
    pub name: NameOff,
    /// Type without receiver.
    pub mtyp: TypeOff,
    /// Function for calls through an interface (one-word receiver).
    pub ifn: TextOff,
    /// Function for direct calls.
    pub tfn: TextOff,
}

/// `abi.ITab`; the methods' code addresses follow `fun0`.
#[derive(Debug)]
#[repr(C)]
pub struct Itab {
    /// The interface.
    pub inter: Ptr<InterfaceType>,
    /// The concrete type.
    pub typ: Ptr<Type>,
    /// Copy of the type's hash.
    pub hash: u32,
    /// First method; 0: the type does not implement the interface.
    pub fun0: Word,
}

/// How to follow offsets.
pub trait Resolve: Copy {
    /// The address of the name at `off`; `base` is any type of the same image.
    fn name(self, base: *const Type, off: NameOff) -> Name;
    /// The type at `off`; null for 0.
    fn typ(self, base: *const Type, off: TypeOff) -> *const Type;
}

/// `abi.Name`: flags, length, bytes, and perhaps a tag and a package path.
///
/// ```text
///   | flags | uvarint n | n bytes | uvarint t | t bytes | NameOff of the package path, unaligned |
///             name                  if flag 2             if flag 4
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(transparent)]
pub struct Name {
    /// First byte; null: no name.
    pub bytes: Ptr<u8>,
}

impl Name {
    /// The flag of an exported name.
    pub const EXPORTED: u8 = 1;
    /// The flag of a name followed by a tag.
    pub const HAS_TAG: u8 = 2;
    /// The flag of a name followed by a package path.
    pub const HAS_PKG_PATH: u8 = 4;
    /// The flag of an embedded field.
    pub const EMBEDDED: u8 = 8;

    /// Whether there is no name.
    pub fn is_none(self) -> bool {
        addr(self.bytes).is_null()
    }

    /// The flags; 0 without a name.
    ///
    /// # Safety
    /// The name is null or points to a well-formed name that lives on.
    pub unsafe fn flags(self) -> u8 {
        // SAFETY: as the caller promises.
        if self.is_none() { 0 } else { unsafe { *addr(self.bytes) } }
    }

    /// The name itself.
    ///
    /// # Safety
    /// As for [`Name::flags`].
    pub unsafe fn name(self) -> &'static [u8] {
        if self.is_none() {
            return &[];
        }
        // SAFETY: a length and that many bytes follow the flags.
        unsafe { self.counted(1).0 }
    }

    /// The tag.
    ///
    /// # Safety
    /// As for [`Name::flags`].
    pub unsafe fn tag(self) -> &'static [u8] {
        // SAFETY: as the caller promises; the flag says that a tag follows the name.
        unsafe {
            if self.flags() & Name::HAS_TAG == 0 {
                return &[];
            }
            let (_, end) = self.counted(1);
            self.counted(end).0
        }
    }

    /// The offset of the package path's name, if there is one.
    ///
    /// # Safety
    /// As for [`Name::flags`].
    pub unsafe fn pkg_path(self) -> Option<NameOff> {
        // SAFETY: as the caller promises; the flag says that an offset follows name and tag.
        unsafe {
            if self.flags() & Name::HAS_PKG_PATH == 0 {
                return None;
            }
            let (_, mut end) = self.counted(1);
            if self.flags() & Name::HAS_TAG != 0 {
                end = self.counted(end).1;
            }
            Some(addr(self.bytes).add(end).cast::<NameOff>().read_unaligned())
        }
    }

    /// The counted bytes at `at` and the offset after them.
    unsafe fn counted(self, mut at: usize) -> (&'static [u8], usize) {
        let (mut len, mut shift) = (0usize, 0);
        loop {
            // SAFETY: within the name, as the callers know.
            let b = unsafe { *addr(self.bytes).add(at) };
            at += 1;
            len |= (b as usize & 0x7f) << shift;
            shift += 7;
            if b & 0x80 == 0 {
                break;
            }
        }
        // SAFETY: as above.
        (unsafe { core::slice::from_raw_parts(addr(self.bytes).add(at), len) }, at + len)
    }
}

/// A type descriptor that is well-formed and lives on: types are static or never collected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub struct TypeRef(Ptr<Type>);

impl TypeRef {
    /// A view of `t`.
    ///
    /// # Safety
    /// `t` points to a well-formed descriptor, as are all that it refers to, and they outlive every use.
    pub unsafe fn new(t: *const Type) -> TypeRef {
        TypeRef(ptr(t))
    }

    /// The address of the descriptor.
    pub fn as_ptr(self) -> *const Type {
        addr(self.0)
    }

    /// The common part.
    pub fn get(self) -> &'static Type {
        // SAFETY: `new`'s promise.
        unsafe { &*addr(self.0) }
    }

    /// Reads the descriptor as that of a certain kind.
    ///
    /// # Safety
    /// `K` is the struct of this type's kind.
    pub unsafe fn cast<K>(self) -> &'static K {
        // SAFETY: `new`'s promise and the caller's.
        unsafe { &*addr(self.0).cast::<K>() }
    }

    /// The element type of an array, channel, map, pointer or slice.
    pub fn elem_type(self) -> Option<TypeRef> {
        // SAFETY: each struct belongs to its kind.
        unsafe {
            Some(TypeRef(match TypeView::kind(self) {
                Kind::Array => self.cast::<ArrayType>().elem,
                Kind::Chan => self.cast::<ChanType>().elem,
                Kind::Map => self.cast::<MapType>().elem,
                Kind::Pointer | Kind::Slice => self.cast::<ElemType>().elem,
                _ => return None,
            }))
        }
    }

    /// Bytes of the kind's own struct.
    fn kind_size(self) -> usize {
        match TypeView::kind(self) {
            Kind::Array => size_of::<ArrayType>(),
            Kind::Chan => size_of::<ChanType>(),
            Kind::Func => size_of::<FuncType>(),
            Kind::Interface => size_of::<InterfaceType>(),
            Kind::Map => size_of::<MapType>(),
            Kind::Pointer | Kind::Slice => size_of::<ElemType>(),
            Kind::Struct => size_of::<StructType>(),
            _ => size_of::<Type>(),
        }
    }

    /// The part of types with methods or a name.
    pub fn uncommon(self) -> Option<&'static Uncommon> {
        if !self.get().tflag.contains(TFlag::UNCOMMON) {
            return None;
        }
        // SAFETY: the flag says that an `Uncommon` follows the kind's struct, without padding (both are aligned).
        Some(unsafe { &*addr(self.0).byte_add(self.kind_size()).cast() })
    }

    /// All methods, exported ones first.
    pub fn methods(self) -> &'static [Method] {
        match self.uncommon() {
            Some(u) if u.mcount > 0 => {
                let at = core::ptr::from_ref(u).wrapping_byte_add(u.moff as usize).cast();
                // SAFETY: `moff` leads from the `Uncommon` to `mcount` methods.
                unsafe { core::slice::from_raw_parts(at, u.mcount as usize) }
            }
            _ => &[],
        }
    }

    /// The methods of an interface type, sorted by name.
    pub fn interface_methods(self) -> &'static [IMethod] {
        if TypeView::kind(self) != Kind::Interface {
            return &[];
        }
        // SAFETY: the kind says which struct it is, and its slice is well-formed.
        unsafe { self.cast::<InterfaceType>().methods.as_slice() }
    }

    /// The fields of a struct type.
    pub fn struct_fields(self) -> &'static [StructField] {
        if TypeView::kind(self) != Kind::Struct {
            return &[];
        }
        // SAFETY: the kind says which struct it is, and its slice is well-formed.
        unsafe { self.cast::<StructType>().fields.as_slice() }
    }

    /// Parameters, results and whether the last parameter is variadic, of a function type.
    pub fn signature(self) -> Option<(&'static [TypeRef], &'static [TypeRef], bool)> {
        if TypeView::kind(self) != Kind::Func {
            return None;
        }
        // SAFETY: the types' addresses follow the struct and its `Uncommon`; `TypeRef` is transparent over one.
        unsafe {
            let f = self.cast::<FuncType>();
            let skip = size_of::<FuncType>() + self.uncommon().map_or(0, |_| size_of::<Uncommon>());
            let at = addr(self.0).byte_add(skip).cast::<TypeRef>();
            let (n, m) = (f.in_count as usize, (f.out_count & 0x7fff) as usize);
            let all = core::slice::from_raw_parts(at, n + m);
            Some((&all[..n], &all[n..], f.out_count & 0x8000 != 0))
        }
    }

    /// The string form, through `r`.
    pub fn string(self, r: impl Resolve) -> &'static [u8] {
        // SAFETY: names that a descriptor refers to are well-formed.
        let s = unsafe { r.name(addr(self.0), self.get().str).name() };
        if self.get().tflag.contains(TFlag::EXTRA_STAR) { &s[1..] } else { s }
    }
}

impl<T> GoSlice<T> {
    /// The elements.
    ///
    /// # Safety
    /// The slice is well-formed and what it points to lives on unchanged.
    pub unsafe fn as_slice(&self) -> &'static [T] {
        if self.len == 0 {
            return &[];
        }
        // SAFETY: as the caller promises.
        unsafe { core::slice::from_raw_parts(addr(self.ptr), size(self.len)) }
    }
}

impl TypeView for TypeRef {
    fn kind(self) -> Kind {
        Kind::from_u8(self.get().kind & 31)
    }
    fn size(self) -> u64 {
        self.get().size as u64
    }
    fn align(self) -> u64 {
        self.get().align as u64
    }
    fn elem(self) -> TypeRef {
        self.elem_type().unwrap_or(self)
    }
    fn len(self) -> u64 {
        if TypeView::kind(self) != Kind::Array {
            return 0;
        }
        // SAFETY: it is an array's descriptor.
        unsafe { self.cast::<ArrayType>().len as u64 }
    }
    fn num_fields(self) -> usize {
        self.struct_fields().len()
    }
    fn field(self, i: usize) -> (TypeRef, u64) {
        let f = &self.struct_fields()[i];
        (TypeRef(f.typ), f.offset as u64)
    }
    fn is_direct_iface(self, _ptr_size: u64) -> bool {
        self.get().tflag.contains(TFlag::DIRECT_IFACE)
    }
    fn has_pointers(self) -> bool {
        self.get().ptr_bytes != 0
    }
}

#[cfg(any(target_pointer_width = "64", target_arch = "wasm32"))]
const _: () = {
    assert!(size_of::<Type>() == 48 && size_of::<MapType>() == 136 && size_of::<FuncType>() == 56);
    assert!(size_of::<StructType>() == 80 && size_of::<InterfaceType>() == 80 && size_of::<Uncommon>() == 16);
    assert!(core::mem::offset_of!(Itab, fun0) == 24);
};
