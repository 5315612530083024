//! Strings, slices and arrays: copied, both ways, since neither side knows how long the other keeps them.

use reflect::kind::Kind;
use reflect::types::Type;

use crate::mirror::{FromGo, Mirror, ToGo};
use crate::{GoError, service};

/// A string as Go has it.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct RawString {
    ptr: *const u8,
    len: usize,
}

/// A slice as Go has it.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct RawSlice<T> {
    ptr: *mut T,
    len: usize,
    cap: usize,
}

macro_rules! strings {
    ($($rust:ty),*) => {$(
        // SAFETY: pointer and length; nothing and 0 is the empty string.
        unsafe impl Mirror for $rust {
            type Raw = RawString;
            const POINTERS: bool = true;
            fn fits(typ: &Type) -> bool {
                typ.kind() == Kind::String
            }
        }
        // SAFETY: the bytes are a copy of Go's own.
        unsafe impl ToGo for $rust {
            unsafe fn to_go(&self, to: *mut RawString, _: &Type) -> Result<(), GoError> {
                let ptr = service::copy(self.as_ptr(), self.len())?;
                // SAFETY: the caller's promise.
                unsafe { to.write(RawString { ptr, len: self.len() }) };
                Ok(())
            }
        }
    )*};
}

strings!(str, String);

/// What is a Go string: `&str` and `String`, as elements of a slice.
pub trait GoStr: ToGo<Raw = RawString> {}

impl<T: ToGo<Raw = RawString>> GoStr for T {}

// SAFETY: copied.
unsafe impl FromGo for String {
    unsafe fn from_go(from: *const RawString, _: &Type) -> Result<String, GoError> {
        // SAFETY: a valid string: that many bytes, which nobody changes.
        let bytes = unsafe {
            match *from {
                RawString { len: 0, .. } => &[],
                RawString { ptr, len } => std::slice::from_raw_parts(ptr, len),
            }
        };
        String::from_utf8(bytes.to_vec()).map_err(|e| GoError::NotUtf8(e.into_bytes()))
    }
}

/// The element type of a slice or array type.
fn elem(typ: &Type) -> Type {
    typ.elem().expect("slices and arrays have elements")
}

macro_rules! slices {
    ($([$($generics:tt)*] $rust:ty;)*) => {$(
        // SAFETY: pointer, length, capacity; zero is the nil slice.
        unsafe impl<$($generics)*: Mirror> Mirror for $rust {
            type Raw = RawSlice<T::Raw>;
            const POINTERS: bool = true;
            fn fits(typ: &Type) -> bool {
                typ.kind() == Kind::Slice && T::fits(&elem(typ))
            }
        }
        // SAFETY: an array of Go's own, with copies of the elements.
        unsafe impl<$($generics)*: ToGo> ToGo for $rust {
            unsafe fn to_go(&self, to: *mut RawSlice<T::Raw>, typ: &Type) -> Result<(), GoError> {
                let len = self.len();
                if T::PLAIN {
                    let ptr = service::copy(self.as_ptr().cast(), size_of_val::<[T]>(self))?.cast_mut();
                    // SAFETY: the caller's promise.
                    unsafe { to.write(RawSlice { ptr: ptr.cast(), len, cap: len }) };
                    return Ok(());
                }
                let elem = elem(typ);
                let ptr = service::new(&elem, len)?.cast::<T::Raw>();
                // SAFETY: the array has `len` zero elements, and is reached from `to` before the first of them allocates. They get what
                // was allocated since the last safepoint only, so that the collector needs not be told.
                unsafe {
                    to.write(RawSlice { ptr, len, cap: len });
                    self.iter().enumerate().try_for_each(|(i, x)| x.to_go(ptr.add(i), &elem))
                }
            }
        }
    )*};
}

slices! {
    [T] [T];
    [T] Vec<T>;
}

// SAFETY: copied.
unsafe impl<T: FromGo> FromGo for Vec<T> {
    unsafe fn from_go(from: *const RawSlice<T::Raw>, typ: &Type) -> Result<Vec<T>, GoError> {
        // SAFETY: a valid slice.
        let RawSlice { ptr, len, .. } = unsafe { *from };
        if T::PLAIN && len > 0 {
            let mut out = Vec::with_capacity(len);
            // SAFETY: plain: elements of Go's are elements of this type.
            unsafe {
                ptr.cast::<T>().copy_to_nonoverlapping(out.as_mut_ptr(), len);
                out.set_len(len);
            }
            return Ok(out);
        }
        let elem = elem(typ);
        // SAFETY: it has that many elements.
        (0..len).map(|i| unsafe { T::from_go(ptr.add(i), &elem) }).collect()
    }
}

// SAFETY: elements one behind the other in both languages; the size of a Go type is a multiple of its alignment.
unsafe impl<T: Mirror, const N: usize> Mirror for [T; N] {
    type Raw = [T::Raw; N];
    const POINTERS: bool = T::POINTERS && N > 0;
    const PLAIN: bool = T::PLAIN;
    fn fits(typ: &Type) -> bool {
        typ.kind() == Kind::Array && typ.len() == N as u64 && T::fits(&elem(typ))
    }
}

// SAFETY: element by element.
unsafe impl<T: ToGo, const N: usize> ToGo for [T; N] {
    unsafe fn to_go(&self, to: *mut [T::Raw; N], typ: &Type) -> Result<(), GoError> {
        let elem = elem(typ);
        let to = to.cast::<T::Raw>();
        // SAFETY: N elements.
        self.iter().enumerate().try_for_each(|(i, x)| unsafe { x.to_go(to.add(i), &elem) })
    }
}

// SAFETY: element by element.
unsafe impl<T: FromGo, const N: usize> FromGo for [T; N] {
    unsafe fn from_go(from: *const [T::Raw; N], typ: &Type) -> Result<[T; N], GoError> {
        let elem = elem(typ);
        // SAFETY: N elements.
        let all: Result<Vec<T>, _> =
            (0..N).map(|i| unsafe { T::from_go(from.cast::<T::Raw>().add(i), &elem) }).collect();
        all.map(|v| v.try_into().unwrap_or_else(|_| unreachable!("N elements")))
    }
}
