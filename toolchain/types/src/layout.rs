//! Sizes, alignment, pointers, and the scalars a value consists of, for word sizes 4 and 8.
//!
//! Rules: 64-bit numbers are word-aligned; a struct that ends in a zero-sized field (and is not empty itself) gets a byte more, so
//! that the field's address stays inside; the `align64` types of the atomic packages, and what contains them, are aligned to 8.
//! Of an interface's two words only the second is a pointer for the collector: the first one points to static or permanent memory.
use crate::{intern::UNIVERSE, table::*};
use reflect::{Kind, TypeView};

/// The kind of one scalar of a value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Scalar {
    I8,
    I16,
    I32,
    I64,
    F32,
    F64,
    Ptr,
}

/// Layout of a type.
#[derive(Clone, Debug)]
pub struct Layout {
    /// Size in bytes; a multiple of `align`.
    pub size: u64,
    /// Alignment in bytes.
    pub align: u64,
    /// Bytes up to and including the last pointer word; 0: no pointers.
    pub ptr_bytes: u64,
    /// Offsets of a struct's fields.
    pub offsets: Vec<u64>,
    /// The scalars of a value that may live in registers and SSA values: at most [`MAX_LEAVES`], or [`MAX_SMALL_LEAVES`] in a
    /// value of few words, in memory order with offsets.
    /// `None`: the value lives in memory. Empty for zero-sized values.
    pub leaves: Option<Vec<(Scalar, u32)>>,
}

/// The most scalars a value may have and still not live in memory.
pub const MAX_LEAVES: usize = 4;

/// The most in a value of at most [`SMALL_WORDS`] words.
pub const MAX_SMALL_LEAVES: usize = 6;

/// See [`MAX_SMALL_LEAVES`].
pub const SMALL_WORDS: u64 = 4;

impl TypeTable {
    /// Layout of `t` on a machine with `word` (4 or 8) bytes. `t` has no type parameters and is resolved.
    pub fn layout(&self, t: TypeId, word: u8) -> &'static Layout {
        if let Some(&l) = self.memo.layouts.borrow().get(&(t, word)) {
            return l;
        }
        let l: &'static Layout = Box::leak(Box::new(self.compute_layout(t, word)));
        self.memo.layouts.borrow_mut().insert((t, word), l);
        l
    }

    /// Size in bytes.
    pub fn size_of(&self, t: TypeId, word: u8) -> u64 {
        self.layout(t, word).size
    }
    /// Alignment in bytes.
    pub fn align_of(&self, t: TypeId, word: u8) -> u64 {
        self.layout(t, word).align
    }
    /// Whether values of the type hold pointers.
    pub fn has_pointers(&self, t: TypeId, word: u8) -> bool {
        self.layout(t, word).ptr_bytes != 0
    }

    fn compute_layout(&self, t: TypeId, word: u8) -> Layout {
        let w = u64::from(word);
        let scalar = |kind: Scalar, size: u64| Layout {
            size,
            align: size.min(w),
            ptr_bytes: if kind == Scalar::Ptr { w } else { 0 },
            offsets: Vec::new(),
            leaves: Some(vec![(kind, 0)]),
        };
        let int = if word == 8 { Scalar::I64 } else { Scalar::I32 };
        // Values of several words; a flag a word: is it a pointer?
        let words = |ptrs: &[bool]| Layout {
            size: w * ptrs.len() as u64,
            align: w,
            ptr_bytes: w * ptrs.iter().rposition(|&p| p).map_or(0, |i| i as u64 + 1),
            offsets: Vec::new(),
            leaves: Some(
                ptrs.iter()
                    .enumerate()
                    .map(|(i, &p)| (if p { Scalar::Ptr } else { int }, i as u32 * u32::from(word)))
                    .collect(),
            ),
        };
        let complex = |kind: Scalar, half: u64| Layout {
            size: 2 * half,
            align: half.min(w),
            ptr_bytes: 0,
            offsets: Vec::new(),
            leaves: Some(vec![(kind, 0), (kind, half as u32)]),
        };
        match self.under(t) {
            Type::Basic(b) => match b {
                Basic::Bool | Basic::Int8 | Basic::Uint8 | Basic::UntypedBool => scalar(Scalar::I8, 1),
                Basic::Int16 | Basic::Uint16 => scalar(Scalar::I16, 2),
                Basic::Int32 | Basic::Uint32 | Basic::UntypedRune => scalar(Scalar::I32, 4),
                Basic::Int64 | Basic::Uint64 => scalar(Scalar::I64, 8),
                Basic::Int | Basic::Uint | Basic::Uintptr | Basic::UntypedInt => scalar(int, w),
                Basic::Float32 => scalar(Scalar::F32, 4),
                Basic::Float64 | Basic::UntypedFloat => scalar(Scalar::F64, 8),
                Basic::Complex64 => complex(Scalar::F32, 4),
                Basic::Complex128 | Basic::UntypedComplex => complex(Scalar::F64, 8),
                Basic::String | Basic::UntypedString => words(&[true, false]),
                Basic::UnsafePointer | Basic::UntypedNil => scalar(Scalar::Ptr, w),
                Basic::Invalid => panic!("layout of the invalid type ({})", self.link_string(t)),
            },
            Type::Pointer(e) => {
                let mut l = scalar(Scalar::Ptr, w);
                if self.not_in_heap(*e) {
                    l.ptr_bytes = 0;
                }
                l
            }
            Type::Func(_) | Type::Map(..) | Type::Chan(..) => scalar(Scalar::Ptr, w),
            Type::Slice(_) => words(&[true, false, false]),
            Type::Interface(_) => words(&[false, true]),
            Type::Array(e, n) => {
                let el = self.layout(*e, word);
                let leaves = match n {
                    0 => Some(Vec::new()),
                    1 => el.leaves.clone(),
                    // Arrays longer than 1 need an address for indexing, whatever their size.
                    _ => None,
                };
                Layout {
                    size: el.size.saturating_mul(*n),
                    align: el.align,
                    ptr_bytes: if *n == 0 || el.ptr_bytes == 0 {
                        0
                    } else {
                        el.size.saturating_mul(n - 1).saturating_add(el.ptr_bytes)
                    },
                    offsets: Vec::new(),
                    leaves,
                }
            }
            Type::Struct(fields) => self.struct_layout(t, fields, word),
            Type::Tuple(elems) => {
                let fields: Vec<Field> = elems
                    .iter()
                    .map(|&ty| Field {
                        name: Default::default(),
                        pkg: UNIVERSE,
                        ty,
                        embedded: false,
                        tag: Default::default(),
                    })
                    .collect();
                self.struct_layout(t, &fields, word)
            }
            Type::TypeParam(_) | Type::Union(_) | Type::Named(..) => {
                panic!("layout of {}, which is no concrete type", self.link_string(t))
            }
        }
    }

    fn struct_layout(&self, t: TypeId, fields: &[Field], word: u8) -> Layout {
        let mut l = Layout { size: 0, align: 1, ptr_bytes: 0, offsets: Vec::new(), leaves: Some(Vec::new()) };
        if self.is_align64(t) {
            l.align = 8;
        }
        let mut last_size = 1;
        for f in fields {
            let fl = self.layout(f.ty, word);
            let off = l.size.checked_next_multiple_of(fl.align).unwrap_or(u64::MAX);
            l.offsets.push(off);
            l.align = l.align.max(fl.align);
            if fl.ptr_bytes != 0 {
                l.ptr_bytes = off.saturating_add(fl.ptr_bytes);
            }
            l.leaves = match (l.leaves.take(), &fl.leaves) {
                (Some(mut a), Some(b)) if a.len() + b.len() <= MAX_SMALL_LEAVES => {
                    a.extend(b.iter().map(|&(k, o)| (k, o.wrapping_add(off as u32))));
                    Some(a)
                }
                _ => None,
            };
            l.size = off.saturating_add(fl.size);
            last_size = fl.size;
        }
        if l.size > 0 && last_size == 0 {
            l.size = l.size.saturating_add(1);
        }
        l.size = l.size.checked_next_multiple_of(l.align).unwrap_or(u64::MAX);
        if l.size > SMALL_WORDS * word as u64 {
            l.leaves = l.leaves.filter(|leaves| leaves.len() <= MAX_LEAVES);
        }
        l
    }

    /// The marker types of the atomic packages.
    fn is_align64(&self, t: TypeId) -> bool {
        self.as_named(t).is_some_and(|(id, _)| {
            self.named_name(id).as_str() == "align64"
                && matches!(self.pkg_path(self.named_pkg(id)), "sync/atomic" | "internal/runtime/atomic")
        })
    }

    /// Whether values of the type never live in the Go heap, so that pointers to them are no pointers for the collector: the
    /// marker `internal/runtime/sys.nih`, and what contains it by value.
    pub fn not_in_heap(&self, t: TypeId) -> bool {
        if let Some((id, _)) = self.as_named(t) {
            let info = self.named_info(id);
            if info.not_in_heap
                || self.named_name(id).as_str() == "nih"
                    && self.pkg_path(self.named_pkg(id)) == "internal/runtime/sys"
            {
                return true;
            }
        }
        match self.under(t) {
            Type::Array(e, _) => self.not_in_heap(*e),
            Type::Struct(fields) => fields.iter().any(|f| self.not_in_heap(f.ty)),
            _ => false,
        }
    }

    /// Calls `f` with the byte offset, from `base` on, of each word that holds a pointer.
    pub fn each_pointer(&self, t: TypeId, word: u8, base: u64, f: &mut dyn FnMut(u64)) {
        let l = self.layout(t, word);
        if l.ptr_bytes == 0 {
            return;
        }
        match self.under(t) {
            Type::Array(e, n) => {
                let size = self.layout(*e, word).size;
                (0..*n).for_each(|i| self.each_pointer(*e, word, base + i * size, f));
            }
            Type::Struct(fields) => fields
                .iter()
                .zip(&l.offsets)
                .for_each(|(x, off)| self.each_pointer(x.ty, word, base + off, f)),
            Type::Tuple(elems) => {
                elems.iter().zip(&l.offsets).for_each(|(&x, off)| self.each_pointer(x, word, base + off, f))
            }
            Type::Interface(_) => f(base + u64::from(word)),
            _ => f(base),
        }
    }

    /// Whether an interface holds values of the type directly in its data word: exactly one pointer.
    pub fn is_direct_iface(&self, t: TypeId, word: u8) -> bool {
        let l = self.layout(t, word);
        l.size == u64::from(word) && l.ptr_bytes == l.size
    }

    /// The kind that `reflect.Type.Kind` reports.
    pub fn kind_of(&self, t: TypeId) -> Kind {
        match self.under(t) {
            Type::Basic(b) => match b {
                Basic::Invalid | Basic::UntypedNil => Kind::Invalid,
                Basic::Bool | Basic::UntypedBool => Kind::Bool,
                Basic::Int | Basic::UntypedInt => Kind::Int,
                Basic::Int8 => Kind::Int8,
                Basic::Int16 => Kind::Int16,
                Basic::Int32 | Basic::UntypedRune => Kind::Int32,
                Basic::Int64 => Kind::Int64,
                Basic::Uint => Kind::Uint,
                Basic::Uint8 => Kind::Uint8,
                Basic::Uint16 => Kind::Uint16,
                Basic::Uint32 => Kind::Uint32,
                Basic::Uint64 => Kind::Uint64,
                Basic::Uintptr => Kind::Uintptr,
                Basic::Float32 => Kind::Float32,
                Basic::Float64 | Basic::UntypedFloat => Kind::Float64,
                Basic::Complex64 => Kind::Complex64,
                Basic::Complex128 | Basic::UntypedComplex => Kind::Complex128,
                Basic::String | Basic::UntypedString => Kind::String,
                Basic::UnsafePointer => Kind::UnsafePointer,
            },
            Type::Pointer(_) => Kind::Pointer,
            Type::Slice(_) => Kind::Slice,
            Type::Array(..) => Kind::Array,
            Type::Map(..) => Kind::Map,
            Type::Chan(..) => Kind::Chan,
            Type::Struct(_) | Type::Tuple(_) => Kind::Struct,
            Type::Func(_) => Kind::Func,
            Type::Interface(_) => Kind::Interface,
            Type::TypeParam(_) | Type::Union(_) | Type::Named(..) => Kind::Invalid,
        }
    }
}

/// A type of the table as the ABI's assignment sees it.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// The table.
    pub tt: &'a TypeTable,
    /// The type.
    pub ty: TypeId,
    /// Word size.
    pub word: u8,
}

impl TypeView for View<'_> {
    fn kind(self) -> Kind {
        self.tt.kind_of(self.ty)
    }
    fn size(self) -> u64 {
        self.tt.layout(self.ty, self.word).size
    }
    fn align(self) -> u64 {
        self.tt.layout(self.ty, self.word).align
    }
    fn elem(self) -> Self {
        match self.tt.under(self.ty) {
            Type::Array(e, _) => View { ty: *e, ..self },
            _ => panic!("elem of {}", self.tt.link_string(self.ty)),
        }
    }
    fn len(self) -> u64 {
        match self.tt.under(self.ty) {
            Type::Array(_, n) => *n,
            _ => 0,
        }
    }
    fn num_fields(self) -> usize {
        match self.tt.under(self.ty) {
            Type::Struct(f) => f.len(),
            _ => 0,
        }
    }
    fn field(self, i: usize) -> (Self, u64) {
        match self.tt.under(self.ty) {
            Type::Struct(f) => (View { ty: f[i].ty, ..self }, self.tt.layout(self.ty, self.word).offsets[i]),
            _ => panic!("field of {}", self.tt.link_string(self.ty)),
        }
    }
}
