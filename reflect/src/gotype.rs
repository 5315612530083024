//! Rust types with a Go type: numbers, raw pointers, arrays, this module's [`GoString`], [`GoSlice`], [`GoInterface`]
//! and complex numbers, and with `#[derive(GoType)]` (feature `derive`) `repr(C)` structs of such, and enums over integers.
//!
//! ```
//! # #[cfg(feature = "derive")] {
//! use oxigo_reflect::gotype::GoType;
//! use oxigo_reflect::value::Value;
//!
//! #[derive(Clone, Copy, Debug, PartialEq, GoType)]
//! #[repr(C)]
//! struct Point {
//!     x: i32,
//!     y: i32,
//! }
//!
//! #[derive(Clone, Copy, Debug, PartialEq, GoType)]
//! #[repr(C)]
//! struct Shape {
//!     corners: [Point; 3],
//!     weight: f64,
//!     closed: bool,
//! }
//!
//! let s = Shape { corners: [Point { x: 1, y: -2 }; 3], weight: 0.5, closed: true };
//! assert_eq!(Point::go_type().to_string(), "struct { x int32; y int32 }");
//! let v = Value::of(&s);
//! assert_eq!(v.field(1).unwrap().as_float(), Some(0.5));
//! assert_eq!(v.get::<Shape>(), Some(s));
//! assert_eq!(v.get::<Point>(), None);
//! # }
//! ```
//!
//! A tuple struct's fields are `F0`, `F1` and so on in Go. An enum is the integer that it is represented by; a Go value that
//! is none of its variants is no value of the enum:
//!
//! ```
//! # #[cfg(feature = "derive")] {
//! use oxigo_reflect::gotype::GoType;
//! use oxigo_reflect::value::Value;
//!
//! #[derive(Clone, Copy, Debug, PartialEq, GoType)]
//! #[repr(u8)]
//! enum Level {
//!     Low = 1,
//!     High = 9,
//! }
//!
//! #[derive(Clone, Copy, Debug, PartialEq, GoType)]
//! #[repr(C)]
//! struct Pair(Level, [u16; 2]);
//!
//! assert_eq!(Pair::go_type().to_string(), "struct { F0 uint8; F1 [2]uint16 }");
//! let pair = Pair(Level::High, [1, 2]);
//! let mut v = Value::of(&pair);
//! assert_eq!(v.get(), Some(pair));
//! v.set_field(0, &Value::uint8(2)).unwrap();
//! assert_eq!(v.get::<Pair>(), None);
//! # }
//! ```
//!
//! What has another layout in Go does not compile. Without `repr(C)`:
//!
//! ```compile_fail
//! #[derive(Clone, Copy, oxigo_reflect::gotype::GoType)]
//! struct NotC {
//!     a: u8,
//! }
//! ```
//!
//! A struct that ends with a field of size 0, which Go pads:
//!
//! ```compile_fail
//! #[derive(Clone, Copy, oxigo_reflect::gotype::GoType)]
//! #[repr(C)]
//! struct Trailing {
//!     a: u32,
//!     end: [u32; 0],
//! }
//! ```
//!
//! Another alignment or packing:
//!
//! ```compile_fail
//! #[derive(Clone, Copy, oxigo_reflect::gotype::GoType)]
//! #[repr(C, packed)]
//! struct Packed {
//!     a: u8,
//!     b: u32,
//! }
//! ```
//!
//! Fields that Go has no type for:
//!
//! ```compile_fail
//! #[derive(Clone, Copy, oxigo_reflect::gotype::GoType)]
//! #[repr(C)]
//! struct HasChar {
//!     c: char,
//! }
//! ```
//!
//! An enum whose integer is left to the compiler, or that carries values:
//!
//! ```compile_fail
//! #[derive(Clone, Copy, oxigo_reflect::gotype::GoType)]
//! enum NoInteger {
//!     A,
//! }
//! ```
//!
//! ```compile_fail
//! #[derive(Clone, Copy, oxigo_reflect::gotype::GoType)]
//! #[repr(u8)]
//! enum Carries {
//!     A(u8),
//! }
//! ```
//!
//! Values with pointers are not made by safe code, since nothing says that the pointers are Go's:
//!
//! ```compile_fail
//! # use oxigo_reflect::value::Value;
//! let p: *mut i32 = core::ptr::dangling_mut();
//! Value::of(&p);
//! ```
//!
//! A type that contains a pointer to itself would have no end: use `*mut c_void`, Go's `unsafe.Pointer`, there.

use crate::arch::HOST_MAX_ALIGN;
use crate::types::Type;
use crate::value::Value;
use crate::word::Wide;
use core::ffi::c_void;

#[cfg(feature = "derive")]
pub use oxigo_reflect_derive::GoType;

/// A Rust type whose values have the layout of a Go type.
///
/// # Safety
/// A value is `SIZE` bytes large, laid out as `go_type` says; every valid Go value of that type for which
/// [`is_valid`](GoType::is_valid) says yes is a valid value of this one; [`write_to`](GoType::write_to) writes all bytes but padding. `POINTERS` is true if `go_type` has pointers.
pub unsafe trait GoType: Copy {
    /// Bytes in a value.
    const SIZE: usize;
    /// Alignment of a variable in Go.
    const ALIGN: usize;
    /// Whether a value may hold pointers.
    const POINTERS: bool;

    /// The Go type.
    fn go_type() -> Type;

    /// Writes the value; padding is left as it is.
    ///
    /// # Safety
    /// `to` is the address of `SIZE` writable bytes.
    unsafe fn write_to(&self, to: *mut u8);

    /// Whether a Go value is one of this type: enums have fewer than their integers.
    ///
    /// # Safety
    /// `from` is the address of a valid value of the Go type.
    unsafe fn is_valid(from: *const u8) -> bool {
        let _ = from;
        true
    }
}

/// Go's layout of a struct, computed at compile time.
#[derive(Debug, Clone, Copy)]
pub struct Layout<const N: usize> {
    /// Offsets of the fields.
    pub offsets: [usize; N],
    /// Bytes in the struct.
    pub size: usize,
    /// Its alignment.
    pub align: usize,
}

impl<const N: usize> Layout<N> {
    /// The layout of a struct of fields with these sizes and alignments.
    pub const fn of(fields: [(usize, usize); N]) -> Layout<N> {
        let (mut offsets, mut at, mut align, mut i) = ([0; N], 0usize, 1, 0);
        while i < N {
            let (size, a) = fields[i];
            at = at.next_multiple_of(a);
            offsets[i] = at;
            at += size;
            if a > align {
                align = a;
            }
            i += 1;
        }
        if N > 0 && at > 0 && fields[N - 1].0 == 0 {
            at += 1;
        }
        Layout { offsets, size: at.next_multiple_of(align), align }
    }

    /// Whether the fields are at these offsets.
    pub const fn has_offsets(&self, offsets: [usize; N]) -> bool {
        let mut i = 0;
        while i < N {
            if self.offsets[i] != offsets[i] {
                return false;
            }
            i += 1;
        }
        true
    }
}

/// Go's alignment of a number of so many bytes.
const fn number_align(size: usize) -> usize {
    let most = HOST_MAX_ALIGN as usize;
    if size < most { size } else { most }
}

macro_rules! numbers {
    ($($rust:ty, $go:ident;)*) => {$(
        // SAFETY: numbers of the same size; a Go bool is 0 or 1.
        unsafe impl GoType for $rust {
            const SIZE: usize = size_of::<$rust>();
            const ALIGN: usize = number_align(size_of::<$rust>());
            const POINTERS: bool = false;
            fn go_type() -> Type {
                Type::$go()
            }
            unsafe fn write_to(&self, to: *mut u8) {
                // SAFETY: the caller's promise.
                unsafe { to.cast::<$rust>().write_unaligned(*self) }
            }
        }
    )*};
}

numbers! {
    bool, bool;
    i8, int8;
    i16, int16;
    i32, int32;
    i64, int64;
    u8, uint8;
    u16, uint16;
    u32, uint32;
    u64, uint64;
    f32, float32;
    f64, float64;
}
#[cfg(not(target_arch = "wasm32"))]
numbers! {
    isize, int;
    usize, uint;
}

macro_rules! pointers {
    ($([$($generics:tt)*] $rust:ty => $go:expr;)*) => {$(
        // SAFETY: one pointer, as wide as Go's.
        #[cfg(not(target_arch = "wasm32"))]
        unsafe impl<$($generics)*> GoType for $rust {
            const SIZE: usize = size_of::<$rust>();
            const ALIGN: usize = size_of::<$rust>();
            const POINTERS: bool = true;
            fn go_type() -> Type {
                $go
            }
            unsafe fn write_to(&self, to: *mut u8) {
                self.expose_provenance();
                // SAFETY: the caller's promise.
                unsafe { to.cast::<$rust>().write_unaligned(*self) }
            }
        }
    )*};
}

pointers! {
    [T: GoType] *const T => T::go_type().pointer();
    [T: GoType] *mut T => T::go_type().pointer();
    [] *const c_void => Type::unsafe_pointer();
    [] *mut c_void => Type::unsafe_pointer();
}

// SAFETY: elements one behind the other in both languages, if the element's size is a multiple of its alignment.
unsafe impl<T: GoType, const N: usize> GoType for [T; N] {
    const SIZE: usize = N * T::SIZE;
    const ALIGN: usize = T::ALIGN;
    const POINTERS: bool = T::POINTERS && N > 0;
    fn go_type() -> Type {
        T::go_type().array(N as u64)
    }
    unsafe fn write_to(&self, to: *mut u8) {
        for (i, x) in self.iter().enumerate() {
            // SAFETY: element i of the caller's array.
            unsafe { x.write_to(to.add(i * T::SIZE)) };
        }
    }
    unsafe fn is_valid(from: *const u8) -> bool {
        // SAFETY: element i of the caller's array.
        (0..N).all(|i| unsafe { T::is_valid(from.add(i * T::SIZE)) })
    }
}

macro_rules! words {
    ($($rust:ident [$($generics:tt)*] [$($args:tt)*] $($field:ident)*, $pointers:literal, $go:expr;)*) => {$(
        // SAFETY: repr(C), with the words that Go has, and no padding.
        unsafe impl<$($generics)*> GoType for $rust<$($args)*> {
            const SIZE: usize = size_of::<Self>();
            const ALIGN: usize = number_align(align_of::<Self>());
            const POINTERS: bool = $pointers;
            fn go_type() -> Type {
                $go
            }
            unsafe fn write_to(&self, to: *mut u8) {
                // SAFETY: the caller's promise.
                unsafe { to.cast::<Self>().write_unaligned(*self) }
            }
        }
    )*};
}

/// A Go `string`.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct GoString {
    ptr: Wide<*const u8>,
    len: Wide<usize>,
}

/// A Go `[]T`.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct GoSlice<T> {
    ptr: Wide<*mut T>,
    len: Wide<usize>,
    cap: Wide<usize>,
}

/// A Go `any`.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct GoInterface {
    typ: Wide<*const c_void>,
    data: Wide<*mut c_void>,
}

/// A Go `complex64`.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct Complex64 {
    /// The real part.
    pub re: f32,
    /// The imaginary part.
    pub im: f32,
}

/// A Go `complex128`.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct Complex128 {
    /// The real part.
    pub re: f64,
    /// The imaginary part.
    pub im: f64,
}

words! {
    GoString [] [] ptr len, true, Type::string();
    GoSlice [T: GoType] [T] ptr len cap, true, T::go_type().slice();
    GoInterface [] [] typ data, true, Type::interface();
    Complex64 [] [] re im, false, Type::complex64();
    Complex128 [] [] re im, false, Type::complex128();
}

impl GoString {
    /// Text that lives forever.
    pub fn new(s: &'static str) -> GoString {
        // Addresses in values are numbers.
        s.as_ptr().expose_provenance();
        GoString { ptr: Wide::new(s.as_ptr()), len: Wide::new(s.len()) }
    }

    /// Its address; not to be followed if the length is 0.
    pub fn as_ptr(&self) -> *const u8 {
        self.ptr.get()
    }

    /// Bytes.
    pub fn len(&self) -> usize {
        self.len.get()
    }

    /// Whether it is `""`.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes.
    ///
    /// # Safety
    /// The string is Go's, or a `'static` one, and held for as long as `'a`: a [`Value`] that holds it lives.
    pub unsafe fn as_bytes<'a>(&self) -> &'a [u8] {
        if self.is_empty() {
            return &[];
        }
        // SAFETY: the caller's promise.
        unsafe { core::slice::from_raw_parts(self.as_ptr(), self.len()) }
    }
}

impl<T> GoSlice<T> {
    /// A slice of the elements from `ptr` on.
    pub fn new(ptr: *mut T, len: usize, cap: usize) -> GoSlice<T> {
        ptr.expose_provenance();
        GoSlice { ptr: Wide::new(ptr), len: Wide::new(len), cap: Wide::new(cap) }
    }

    /// The address of its first element; not to be followed if the length is 0.
    pub fn as_ptr(&self) -> *mut T {
        self.ptr.get()
    }

    /// Elements.
    pub fn len(&self) -> usize {
        self.len.get()
    }

    /// Whether it has no elements.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Elements up to the end of its array.
    pub fn capacity(&self) -> usize {
        self.cap.get()
    }
}

impl GoInterface {
    /// The type descriptor of what it holds; null in a nil interface.
    pub fn type_ptr(&self) -> *const c_void {
        self.typ.get()
    }

    /// Its data word.
    pub fn data_ptr(&self) -> *mut c_void {
        self.data.get()
    }
}

impl Value {
    /// A value of a Rust type without pointers.
    pub fn of<T: GoType>(x: &T) -> Value {
        const { assert!(!T::POINTERS, "values with pointers are made by Value::of_pointers") };
        // SAFETY: no pointers.
        unsafe { Value::of_pointers(x) }
    }

    /// A value of a Rust type.
    ///
    /// # Safety
    /// Pointers in it are nil, or lead to what their types say: memory of Go's, or memory that lives forever.
    pub unsafe fn of_pointers<T: GoType>(x: &T) -> Value {
        let mut v = Value::zero(&T::go_type());
        assert!(v.bytes().len() == T::SIZE && size_of::<T>() == T::SIZE);
        // SAFETY: room for it, as just seen.
        unsafe { x.write_to(v.bytes_mut().as_mut_ptr()) };
        v
    }

    /// The value as a Rust type, if that has the same Go type, and the value. What pointers in it lead to lives while some [`Value`],
    /// or Go, holds it.
    pub fn get<T: GoType>(&self) -> Option<T> {
        if !T::go_type().same(self.typ()) || self.bytes().len() != T::SIZE || size_of::<T>() != T::SIZE {
            return None;
        }
        let from = self.bytes().as_ptr();
        // SAFETY: a value of the same type; the memory is aligned to 8 at least, and T may want no more than 8 or is
        // read byte by byte.
        unsafe { T::is_valid(from).then(|| from.cast::<T>().read_unaligned()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn layouts_are_those_of_types() {
        let l = Layout::of([(1, 1), (8, number_align(8)), (2, 2)]);
        let t = Type::strukt([("a", Type::int8()), ("b", Type::int64()), ("c", Type::int16())]);
        assert_eq!((l.size as u64, l.align as u64), (t.size(), t.align()));
        assert!((0..3).all(|i| t.field(i).unwrap().1 == l.offsets[i] as u64));
        let zero = Layout::of([(4, 4), (0, 4)]);
        let t = Type::strukt([("a", Type::int32()), ("z", Type::int32().array(0))]);
        assert_eq!(zero.size as u64, t.size());
        assert_eq!(Layout::<0>::of([]).size, 0);
    }

    #[test]
    fn values_come_back() {
        let v = Value::of(&[Complex64 { re: 1.0, im: -1.0 }; 2]);
        assert_eq!(v.typ().to_string(), "[2]complex64");
        assert_eq!(v.get::<[Complex64; 2]>().unwrap()[1].im, -1.0);
        assert_eq!(v.get::<[Complex128; 1]>(), None);
        // SAFETY: text that lives forever.
        let v = unsafe { Value::of_pointers(&GoString::new("hello")) };
        assert_eq!(v.as_str_bytes(), Some(&b"hello"[..]));
        // SAFETY: held by v.
        assert_eq!(unsafe { v.get::<GoString>().unwrap().as_bytes() }, b"hello");
    }

    #[test]
    #[cfg(feature = "derive")]
    fn derived() {
        #[derive(Clone, Copy, GoType)]
        #[repr(C)]
        #[go(crate = crate)]
        struct Inner {
            flag: bool,
            r#type: u16,
        }
        #[derive(Clone, Copy, GoType)]
        #[repr(C)]
        #[go(crate = crate)]
        struct Outer {
            byte: u8,
            inner: [Inner; 2],
            name: GoString,
            list: GoSlice<Inner>,
            any: GoInterface,
            next: *mut c_void,
            at: *const Inner,
        }
        #[derive(Clone, Copy, GoType)]
        #[repr(C)]
        #[go(crate = crate)]
        struct Unit;
        assert_eq!(Inner::go_type().to_string(), "struct { flag bool; type uint16 }");
        assert_eq!(
            Outer::go_type().to_string(),
            "struct { byte uint8; inner [2]struct { flag bool; type uint16 }; name string; \
             list []struct { flag bool; type uint16 }; any any; next unsafe.Pointer; \
             at *struct { flag bool; type uint16 } }"
        );
        assert_eq!(Outer::go_type().size() as usize, size_of::<Outer>());
        assert_eq!((Unit::go_type().to_string().as_str(), Unit::SIZE), ("struct {}", 0));
        let inner = Inner { flag: true, r#type: 7 };
        let v = Value::of(&inner);
        assert_eq!(v.bytes()[0], 1);
        // Padding is zero: it was never copied.
        assert_eq!(v.bytes()[1], 0);
        assert_eq!(v.get::<Inner>().unwrap().r#type, 7);
        const { assert!(Outer::POINTERS && !Inner::POINTERS) };
    }
}
