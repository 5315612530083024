//! What lowering asks about types: how a value of a type is represented in IR.
//!
//! A type is *flat* if it has at most [`types::layout::MAX_LEAVES`] scalar leaves; its values are those leaves. Values of other types
//! live in memory. All types given to these functions are concrete (no type parameters) and canonical.
use crate::program::Prog;
use ir::{PtrMap, Ty};
use std::sync::Arc;
use types::layout::Scalar;
use types::table::{Basic, ChanDir, Field, IMethod, Signature, Type, TypeId, basic};

/// Shape of an underlying type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the names are Go's")]
pub enum K {
    Invalid,
    Bool,
    Int {
        size: u32,
        signed: bool,
    },
    Float(u32),
    /// Size of the whole.
    Complex(u32),
    Str,
    Nil,
    UnsafePtr,
    Ptr(TypeId),
    Slice(TypeId),
    Array(TypeId, u64),
    Map(TypeId, TypeId),
    Chan(ChanDir, TypeId),
    Struct,
    Func,
    /// `true`: without methods.
    Iface(bool),
    Tuple,
}

/// Representation of a type.
#[derive(Debug)]
pub struct Cls {
    /// Kind and offset of each leaf, if the type is flat.
    pub leaves: Option<Vec<(Ty, u32)>>,
    /// Bytes.
    pub size: u64,
    /// Alignment.
    pub align: u32,
    /// Bytes up to the end of the last pointer.
    ptr_bytes: u64,
}

/// The size from which on what copies and clears a variable does so in the widest steps, and the alignment that these want.
const WIDE: u64 = 256;
const WIDE_ALIGN: u32 = 32;

/// The alignment of a variable with memory of its own: where words of 64 bits want half of that (386 and its like), it still begins where
/// they can be atomic, as sync/atomic promises of its first word. Two large ones are at a distance that wide loads and stores suit.
pub fn allocated_align(size: u64, align: u32) -> u32 {
    if size >= WIDE {
        align.max(WIDE_ALIGN)
    } else if align == 4 && size >= 8 {
        8
    } else {
        align
    }
}

impl Cls {
    /// Whether the collector cares.
    pub fn has_ptrs(&self) -> bool {
        self.ptr_bytes > 0
    }
    /// Number of leaves of a flat type.
    pub fn count(&self) -> usize {
        self.leaves.as_ref().map_or(0, Vec::len)
    }
}

fn scalar(s: Scalar) -> Ty {
    match s {
        Scalar::I8 => Ty::I8,
        Scalar::I16 => Ty::I16,
        Scalar::I32 => Ty::I32,
        Scalar::I64 => Ty::I64,
        Scalar::F32 => Ty::F32,
        Scalar::F64 => Ty::F64,
        Scalar::Ptr => Ty::Ptr,
    }
}

impl<'a> Prog<'a> {
    /// The type's structure.
    pub fn get(&self, t: TypeId) -> &'static Type {
        self.ck.table.get(t)
    }
    /// The underlying type.
    pub fn under(&self, t: TypeId) -> TypeId {
        self.ck.table.underlying(t)
    }
    /// Structure of the underlying type.
    pub fn under_get(&self, t: TypeId) -> &'static Type {
        self.ck.table.get(self.ck.table.underlying(t))
    }
    /// Shape of the underlying type.
    pub fn kind(&self, t: TypeId) -> K {
        match self.under_get(t) {
            Type::Basic(b) => self.basic_kind(*b),
            &Type::Pointer(e) => K::Ptr(e),
            &Type::Slice(e) => K::Slice(e),
            &Type::Array(e, n) => K::Array(e, n),
            &Type::Map(k, v) => K::Map(k, v),
            &Type::Chan(d, e) => K::Chan(d, e),
            Type::Struct(_) => K::Struct,
            Type::Func(_) => K::Func,
            Type::Interface(i) => {
                K::Iface(i.methods.is_empty() && (i.embeds.is_empty() || self.iface_methods(t).is_empty()))
            }
            Type::Tuple(_) => K::Tuple,
            Type::Named(..) | Type::TypeParam(_) | Type::Union(_) => K::Invalid,
        }
    }
    fn basic_kind(&self, b: Basic) -> K {
        let word = self.word;
        let int = |size, signed| K::Int { size, signed };
        match b {
            Basic::Bool | Basic::UntypedBool => K::Bool,
            Basic::Int | Basic::UntypedInt => int(word, true),
            Basic::Int8 => int(1, true),
            Basic::Int16 => int(2, true),
            Basic::Int32 | Basic::UntypedRune => int(4, true),
            Basic::Int64 => int(8, true),
            Basic::Uint | Basic::Uintptr => int(word, false),
            Basic::Uint8 => int(1, false),
            Basic::Uint16 => int(2, false),
            Basic::Uint32 => int(4, false),
            Basic::Uint64 => int(8, false),
            Basic::Float32 => K::Float(4),
            Basic::Float64 | Basic::UntypedFloat => K::Float(8),
            Basic::Complex64 => K::Complex(8),
            Basic::Complex128 | Basic::UntypedComplex => K::Complex(16),
            Basic::String | Basic::UntypedString => K::Str,
            Basic::UnsafePointer => K::UnsafePtr,
            Basic::UntypedNil => K::Nil,
            Basic::Invalid => K::Invalid,
        }
    }
    /// Fields of a struct type.
    pub fn fields(&self, t: TypeId) -> &'static [Field] {
        match self.under_get(t) {
            Type::Struct(f) => f,
            other => panic!("fields of {other:?}"),
        }
    }
    /// Signature of a func type.
    pub fn signature(&self, t: TypeId) -> &'static Signature {
        match self.under_get(t) {
            Type::Func(s) => s,
            other => panic!("signature of {other:?}"),
        }
    }
    /// Size in bytes.
    pub fn size_of(&self, t: TypeId) -> u64 {
        self.ck.table.layout(t, self.word as u8).size
    }
    /// Alignment in bytes.
    pub fn align_of(&self, t: TypeId) -> u32 {
        self.ck.table.layout(t, self.word as u8).align as u32
    }
    /// Offset of a struct's field.
    pub fn field_offset(&self, t: TypeId, i: usize) -> u64 {
        self.ck.table.layout(t, self.word as u8).offsets[i]
    }
    /// Representation, computed once.
    pub fn cls(&mut self, t: TypeId) -> Arc<Cls> {
        if let Some(c) = self.classes.get(&t) {
            return c.clone();
        }
        let w = self.word as u8;
        let l = self.ck.table.layout(t, w);
        let leaves = l.leaves.as_ref().map(|l| l.iter().map(|&(s, off)| (scalar(s), off)).collect());
        let c = Arc::new(Cls { leaves, size: l.size, align: l.align as u32, ptr_bytes: l.ptr_bytes });
        self.classes.insert(t, c.clone());
        c
    }
    /// Which words of a value hold pointers. Types may be larger than any memory: only ask of those that are laid out somewhere.
    pub fn ptr_map(&mut self, t: TypeId) -> Arc<PtrMap> {
        if let Some(m) = self.ptr_maps.get(&t) {
            return m.clone();
        }
        let c = self.cls(t);
        let mut map = PtrMap::new((c.ptr_bytes / self.word as u64) as usize);
        self.add_ptrs(t, 0, &mut map);
        let map = Arc::new(map);
        self.ptr_maps.insert(t, map.clone());
        map
    }
    /// Adds the pointers of a `t` at byte `at`; the map ends with the last pointer of a `t` there, or later.
    fn add_ptrs(&mut self, t: TypeId, at: u64, map: &mut PtrMap) {
        let c = self.cls(t);
        if !c.has_ptrs() {
            return;
        }
        let word = self.word as u64;
        match self.kind(t) {
            K::Array(e, n) => {
                let size = self.size_of(e);
                self.add_ptrs(e, at, map);
                let last = (n - 1) * size + self.cls(e).ptr_bytes;
                map.repeat((at / word) as usize, (size / word) as usize, (last / word) as usize);
            }
            K::Struct => {
                for (i, f) in self.fields(t).iter().enumerate() {
                    let off = self.field_offset(t, i);
                    self.add_ptrs(f.ty, at + off, map);
                }
            }
            _ => {
                let table = &self.ck.table;
                table.each_pointer(t, word as u8, at, &mut |off| map.set((off / word) as usize));
            }
        }
    }
    /// Whether values of the type are leaves.
    pub fn is_flat(&mut self, t: TypeId) -> bool {
        self.cls(t).leaves.is_some()
    }
    /// Whether a value holds pointers.
    pub fn has_ptrs(&mut self, t: TypeId) -> bool {
        self.cls(t).has_ptrs()
    }

    /// Whether values have pointers that are not those of strings.
    pub fn has_other_pointers(&mut self, t: TypeId) -> bool {
        match self.kind(t) {
            K::Str => false,
            K::Array(e, n) => n > 0 && self.has_other_pointers(e),
            K::Struct => self.fields(t).iter().any(|f| self.has_other_pointers(f.ty)),
            _ => self.has_ptrs(t),
        }
    }

    /// Index of the first leaf of field `i` of a flat struct.
    pub fn field_leaf(&mut self, t: TypeId, i: usize) -> usize {
        self.fields(t)[..i].iter().map(|f| self.cls(f.ty).count()).sum()
    }
    /// All methods of an interface type in the order of its itabs.
    pub fn iface_methods(&self, t: TypeId) -> &'static [IMethod] {
        &self.ck.table.type_set(t).methods
    }
    /// The shape, if the type is known at all.
    pub fn kind_or_none(&self, t: TypeId) -> Option<K> {
        (t != TypeId::default()).then(|| self.kind(t))
    }
    /// Is it an interface type?
    pub fn is_iface(&self, t: TypeId) -> bool {
        matches!(self.kind(t), K::Iface(_))
    }
    /// Whether an interface's data word holds a value of the type itself: the type is exactly one pointer.
    pub fn is_direct(&mut self, t: TypeId) -> bool {
        let c = self.cls(t);
        c.size == self.word as u64 && c.has_ptrs()
    }
    /// The type as messages show it.
    pub fn type_str(&self, t: TypeId) -> String {
        self.ck.table.reflect_string(t)
    }
    /// `int`
    pub fn int(&self) -> TypeId {
        basic(Basic::Int)
    }
    /// Equal memory means equal values, and there is no padding: comparable and hashable as plain bytes.
    pub fn is_plain_memory(&mut self, t: TypeId) -> bool {
        match self.kind(t) {
            K::Bool | K::Int { .. } | K::Ptr(_) | K::UnsafePtr | K::Chan(..) => true,
            K::Array(e, n) => n == 0 || self.is_plain_memory(e),
            K::Struct => {
                // Each of many levels of a type asks.
                if let Some(&known) = self.plain_structs.get(&t) {
                    return known;
                }
                let plain = self.is_plain_struct(t);
                self.plain_structs.insert(t, plain);
                plain
            }
            _ => false,
        }
    }
    fn is_plain_struct(&mut self, t: TypeId) -> bool {
        let mut end = 0;
        for (i, f) in self.fields(t).iter().enumerate() {
            if f.name.is_blank() || self.field_offset(t, i) != end || !self.is_plain_memory(f.ty) {
                return false;
            }
            end += self.size_of(f.ty);
        }
        end == self.size_of(t)
    }
    /// The type of pointers to `t`.
    pub fn ptr_to(&self, t: TypeId) -> TypeId {
        self.ck.table.pointer(t)
    }
}
