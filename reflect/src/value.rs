//! Go values in Rust's hands.

use crate::arch::Arch;
use crate::held::Node;
use crate::kind::Kind;
use crate::types::Type;
use crate::word::Word;
use alloc::boxed::Box;
use alloc::vec;
use core::fmt;
use core::ptr::NonNull;

/// A value of a Go type, in memory of its own with Go's layout.
///
/// Numbers, structs and arrays of them are made and read safely. Pointers come from Go (results) or through
/// `unsafe`; while a value holds any, the collector knows of it.
///
/// ```
/// use oxigo_reflect::{types::Type, value::Value};
/// let mut p = Value::zero(&Type::strukt([("X", Type::int16()), ("Y", Type::float64())]));
/// p.set_field(0, &Value::int16(-7)).unwrap();
/// p.set_field(1, &Value::float64(0.5)).unwrap();
/// assert_eq!(p.field(0).unwrap().as_int(), Some(-7));
/// assert_eq!(p.field(1).unwrap().as_float(), Some(0.5));
/// assert!(p.set_field(1, &Value::int16(1)).is_err());
/// assert_eq!(format!("{p:?} {:?}", Value::string("text")), "struct { X: -7, Y: 0.5 } \"text\"");
/// ```
pub struct Value {
    typ: Type,
    /// The type's identity ([`Type::id`]).
    id: usize,
    /// Memory of `words(typ)` and one more, owned. Raw, since the list of held ranges refers to it as well.
    mem: NonNull<u64>,
    /// In the list of held ranges if the type has pointers.
    node: Option<Box<Node>>,
}

// SAFETY: a value owns its memory; what its pointers lead to is Go's, shared as Go shares it.
unsafe impl Send for Value {}
// SAFETY: a shared value is only read, and text that a Go string leads to never changes.
unsafe impl Sync for Value {}

/// A value of another type was wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongType {
    /// What was wanted, as text.
    pub want: alloc::string::String,
    /// What was given.
    pub got: alloc::string::String,
}

impl fmt::Display for WrongType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "value of type {} where {} is wanted", self.got, self.want)
    }
}

impl core::error::Error for WrongType {}

macro_rules! scalars {
    ($($name:ident $rust:ty;)*) => {
        $(#[doc = concat!("A `", stringify!($name), "`.")]
        pub fn $name(x: $rust) -> Value {
            Value::plain(Type::$name(), &x.to_ne_bytes())
        })*
    };
}

impl Value {
    scalars! {
        int8 i8;
        int16 i16;
        int32 i32;
        int64 i64;
        uint8 u8;
        uint16 u16;
        uint32 u32;
        uint64 u64;
        float32 f32;
        float64 f64;
    }

    /// An `int`.
    pub fn int(x: isize) -> Value {
        Value::plain(Type::int(), &(x as i64 as Word).to_ne_bytes())
    }

    /// A `uint`.
    pub fn uint(x: usize) -> Value {
        Value::plain(Type::uint(), &(x as Word).to_ne_bytes())
    }

    /// A `uintptr`.
    pub fn uintptr(x: usize) -> Value {
        Value::plain(Type::uintptr(), &(x as Word).to_ne_bytes())
    }

    /// A `bool`.
    pub fn bool(x: bool) -> Value {
        Value::plain(Type::bool(), &[x as u8])
    }

    /// A `complex64`.
    pub fn complex64(re: f32, im: f32) -> Value {
        let mut b = [0; 8];
        b[..4].copy_from_slice(&re.to_ne_bytes());
        b[4..].copy_from_slice(&im.to_ne_bytes());
        Value::plain(Type::complex64(), &b)
    }

    /// A `complex128`.
    pub fn complex128(re: f64, im: f64) -> Value {
        let mut b = [0; 16];
        b[..8].copy_from_slice(&re.to_ne_bytes());
        b[8..].copy_from_slice(&im.to_ne_bytes());
        Value::plain(Type::complex128(), &b)
    }

    /// A `string` of text that lives forever.
    pub fn string(s: &'static str) -> Value {
        let mut v = Value::zero(&Type::string());
        let w = size_of::<Word>();
        let bytes = v.bytes_mut();
        bytes[..w].copy_from_slice(&(s.as_ptr() as Word).to_ne_bytes());
        bytes[w..2 * w].copy_from_slice(&(s.len() as Word).to_ne_bytes());
        v
    }

    fn plain(typ: Type, bytes: &[u8]) -> Value {
        let mut v = Value::zero(&typ);
        v.bytes_mut().copy_from_slice(bytes);
        v
    }

    /// The zero value of a type.
    pub fn zero(typ: &Type) -> Value {
        let mem = NonNull::from(Box::leak(vec![0u64; words(typ) + 1].into_boxed_slice())).cast::<u64>();
        let mut node = None;
        if typ.has_pointers() {
            let n = node.insert(Box::new(Node::new()));
            // SAFETY: node and memory are boxed, and `drop` takes the node out.
            unsafe { Node::enter(&mut **n, mem.as_ptr().cast(), words(typ) * (8 / size_of::<usize>())) };
        }
        Value { typ: typ.clone(), id: typ.id(), mem, node }
    }

    /// A value with the given bytes.
    ///
    /// # Safety
    /// The bytes are a valid value of the type: pointers in it lead to what the type says or are nil.
    pub unsafe fn from_bytes(typ: &Type, bytes: &[u8]) -> Value {
        let mut v = Value::zero(typ);
        v.bytes_mut().copy_from_slice(bytes);
        v
    }

    /// The type.
    pub fn typ(&self) -> &Type {
        &self.typ
    }

    /// The bytes, in Go's layout.
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: the memory is at least that large, and initialised.
        unsafe { core::slice::from_raw_parts(self.mem.as_ptr().cast(), self.typ.size() as usize) }
    }

    #[inline]
    pub(crate) fn type_id(&self) -> usize {
        self.id
    }

    /// The address of the value.
    #[inline]
    pub(crate) fn data(&self) -> *const u8 {
        self.mem.as_ptr().cast()
    }

    #[inline]
    pub(crate) fn data_mut(&mut self) -> *mut u8 {
        self.mem.as_ptr().cast()
    }

    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: as in `bytes`; the caller keeps the value valid.
        unsafe { core::slice::from_raw_parts_mut(self.mem.as_ptr().cast(), self.typ.size() as usize) }
    }

    /// The number in a value of a signed integer kind.
    pub fn as_int(&self) -> Option<i64> {
        matches!(self.typ.kind(), Kind::Int | Kind::Int8 | Kind::Int16 | Kind::Int32 | Kind::Int64).then(
            || {
                let shift = 64 - 8 * self.bytes().len() as u32;
                ((self.raw() << shift) as i64) >> shift
            },
        )
    }

    /// The number in a value of an unsigned integer kind.
    pub fn as_uint(&self) -> Option<u64> {
        matches!(
            self.typ.kind(),
            Kind::Uint | Kind::Uint8 | Kind::Uint16 | Kind::Uint32 | Kind::Uint64 | Kind::Uintptr
        )
        .then(|| self.raw())
    }

    /// The number in a value of a float kind.
    pub fn as_float(&self) -> Option<f64> {
        match self.typ.kind() {
            Kind::Float32 => Some(f32::from_bits(self.raw() as u32) as f64),
            Kind::Float64 => Some(f64::from_bits(self.raw())),
            _ => None,
        }
    }

    /// The truth of a bool.
    pub fn as_bool(&self) -> Option<bool> {
        (self.typ.kind() == Kind::Bool).then(|| self.bytes()[0] != 0)
    }

    /// The bytes of a string.
    pub fn as_str_bytes(&self) -> Option<&[u8]> {
        if self.typ.kind() != Kind::String {
            return None;
        }
        let w = size_of::<Word>();
        let word = |i: usize| {
            Word::from_ne_bytes(self.bytes()[i * w..(i + 1) * w].try_into().unwrap_or_default()) as usize
        };
        let (ptr, len) = (word(0), word(1));
        if len == 0 {
            return Some(&[]);
        }
        // SAFETY: a valid string, whose bytes never change and live at least as long as this value is held.
        Some(unsafe { core::slice::from_raw_parts(ptr as *const u8, len) })
    }

    /// Up to 8 bytes as a number.
    fn raw(&self) -> u64 {
        let b = self.bytes();
        let mut out = [0; 8];
        if Arch::host().big_endian {
            out[8 - b.len()..].copy_from_slice(b);
        } else {
            out[..b.len()].copy_from_slice(b);
        }
        u64::from_ne_bytes(out)
    }

    fn part(&self, typ: &Type, off: u64) -> Value {
        let off = off as usize;
        let mut v = Value::zero(typ);
        let n = v.bytes().len();
        v.bytes_mut().copy_from_slice(&self.bytes()[off..off + n]);
        v
    }

    /// A copy of field `i` of a struct.
    pub fn field(&self, i: usize) -> Option<Value> {
        let (typ, off) = self.typ.field(i)?;
        Some(self.part(&typ, off))
    }

    /// A copy of element `i` of an array.
    pub fn index(&self, i: u64) -> Option<Value> {
        if self.typ.kind() != Kind::Array || i >= self.typ.len() {
            return None;
        }
        let elem = self.typ.elem()?;
        Some(self.part(&elem, i * elem.size()))
    }

    /// Stores `v` in field `i` of a struct.
    pub fn set_field(&mut self, i: usize, v: &Value) -> Result<(), WrongType> {
        match self.typ.field(i) {
            Some((typ, off)) => self.set_part(&typ, off, v),
            None => Err(wrong(&self.typ, v)),
        }
    }

    /// Stores `v` in element `i` of an array.
    pub fn set_index(&mut self, i: u64, v: &Value) -> Result<(), WrongType> {
        match self.typ.elem() {
            Some(elem) if self.typ.kind() == Kind::Array && i < self.typ.len() => {
                self.set_part(&elem, i * elem.size(), v)
            }
            _ => Err(wrong(&self.typ, v)),
        }
    }

    fn set_part(&mut self, typ: &Type, off: u64, v: &Value) -> Result<(), WrongType> {
        if !typ.same(&v.typ) {
            return Err(wrong(typ, v));
        }
        let off = off as usize;
        self.bytes_mut()[off..off + v.bytes().len()].copy_from_slice(v.bytes());
        Ok(())
    }
}

/// The memory of a value, in 8-byte words. One more is behind it: calls move 8 bytes from wherever a part begins.
fn words(typ: &Type) -> usize {
    (typ.size() as usize).div_ceil(8)
}

fn wrong(want: &Type, v: &Value) -> WrongType {
    use alloc::string::ToString;
    WrongType { want: want.to_string(), got: v.typ.to_string() }
}

impl Clone for Value {
    fn clone(&self) -> Value {
        let mut v = Value::zero(&self.typ);
        v.bytes_mut().copy_from_slice(self.bytes());
        v
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        if let Some(n) = &mut self.node {
            // SAFETY: `zero` has entered it.
            unsafe { Node::leave(&mut **n) };
        }
        let mem = NonNull::slice_from_raw_parts(self.mem, words(&self.typ) + 1);
        // SAFETY: `zero` has leaked it.
        drop(unsafe { Box::from_raw(mem.as_ptr()) });
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(x) = self.as_int() {
            return write!(f, "{x}");
        }
        if let Some(x) = self.as_uint() {
            return write!(f, "{x}");
        }
        if let Some(x) = self.as_float() {
            return write!(f, "{x}");
        }
        if let Some(x) = self.as_bool() {
            return write!(f, "{x}");
        }
        if let Some(x) = self.as_str_bytes() {
            return write!(f, "{:?}", alloc::string::String::from_utf8_lossy(x));
        }
        match self.typ.kind() {
            Kind::Struct => {
                let mut parts = f.debug_struct("struct");
                for i in 0..self.typ.num_fields() {
                    if let (Some(name), Some(part)) = (self.typ.field_name(i), self.field(i)) {
                        parts.field(&name, &part);
                    }
                }
                parts.finish()
            }
            Kind::Array => f.debug_list().entries((0..self.typ.len()).filter_map(|i| self.index(i))).finish(),
            _ => write!(f, "{}{:02x?}", self.typ, self.bytes()),
        }
    }
}
