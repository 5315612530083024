//! Which Rust type stands for which Go type, and how values are copied from one to the other.
//!
//! | Go | Rust |
//! |---|---|
//! | `bool`, `int8` ... `uint64`, `float32`, `float64` | the same |
//! | `int`, `uint`, `uintptr` | `isize`, `usize` |
//! | `string` | `&str`, `String` |
//! | `[]T`, `[n]T` | `&[T]`, `Vec<T>`, `[T; n]` |
//! | `struct{}` | `()` |
//! | structs, defined types | types that oxigo-build writes ([`mirror_struct!`](crate::mirror_struct)) |
//! | `error` | [`ErrorValue`](crate::ErrorValue) |
//! | pointers, maps, channels, funcs | [`Ref`](crate::Ref), [`Map`](crate::Map), [`Chan`](crate::Chan), [`GoFunc`](crate::GoFunc) |

use std::any::TypeId;
use std::cell::RefCell;

use reflect::kind::Kind;
use reflect::types::Type;

use crate::GoError;

/// The register that a value is passed in if it is passed in one and registers are left.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// An integer register, narrow values extended by anything.
    Int,
    /// A float register.
    Float,
    /// Several, or none.
    Other,
}

/// A Rust type that stands for a Go type.
///
/// # Safety
/// Where [`fits`](Mirror::fits) says yes, a value of the Go type has the layout of `Raw`, in which all bytes zero is valid, and holds
/// pointers only if `POINTERS` says so. If `PLAIN`, a value of this type is its `Raw`, and every valid Go value is valid.
pub unsafe trait Mirror {
    /// The value as Go has it in memory.
    type Raw: Copy + 'static;
    /// Whether there may be pointers in it.
    const POINTERS: bool;
    /// Whether this type has the same values, bit by bit.
    const PLAIN: bool = false;
    /// The register, if there is one.
    const PLACE: Place = Place::Other;

    /// Whether a type of the linked program is the one that this stands for.
    fn fits(typ: &Type) -> bool;
}

/// Whether a struct type fits, by `check`, which may come back to it by way of a slice or a map: then it does as far as that goes.
#[doc(hidden)]
pub fn fits_struct<Raw: 'static>(typ: &Type, check: impl FnOnce() -> bool) -> bool {
    thread_local! {
        /// What is being compared: Rust's type, and Go's by the address of its descriptor.
        static UNDER_WAY: RefCell<Vec<(TypeId, usize)>> = const { RefCell::new(Vec::new()) };
    }
    let this = (TypeId::of::<Raw>(), typ.descriptor().map_or(0, |t| t.as_ptr().addr()));
    if UNDER_WAY.with_borrow(|u| u.contains(&this)) {
        return true;
    }
    UNDER_WAY.with_borrow_mut(|u| u.push(this));
    let fits = check();
    UNDER_WAY.with_borrow_mut(|u| u.pop());
    fits
}

/// A Rust type that Go takes values of.
///
/// # Safety
/// As documented for each method.
pub unsafe trait ToGo: Mirror {
    /// Writes the Go value to `to`. What it points to is allocated as Go's.
    ///
    /// # Safety
    /// `to` has room, is zero, and the collector sees it; the calling thread is in `Host::hold`; `typ` fits.
    unsafe fn to_go(&self, to: *mut Self::Raw, typ: &Type) -> Result<(), GoError>;

    /// What its register holds, if `PLACE` is one.
    #[inline(always)]
    fn bits(&self) -> u64 {
        0
    }
}

/// A Rust type that values of Go become.
///
/// # Safety
/// As documented for each method.
pub unsafe trait FromGo: Mirror + Sized {
    /// Copies a Go value.
    ///
    /// # Safety
    /// A valid value of type `typ`, which fits; the collector sees it, or what it points to cannot go away.
    unsafe fn from_go(from: *const Self::Raw, typ: &Type) -> Result<Self, GoError>;

    /// The value in a register that a Go function has left, if `PLACE` is one.
    #[inline(always)]
    fn from_bits(_: u64) -> Self {
        unreachable!("a value that no register holds")
    }
}

macro_rules! numbers {
    ($($rust:ty, $($kind:ident)|+, $place:ident, $x:ident => $bits:expr, $b:ident => $from:expr;)*) => {$(
        // SAFETY: numbers of the same size; a Go bool is 0 or 1.
        unsafe impl Mirror for $rust {
            type Raw = $rust;
            const POINTERS: bool = false;
            const PLAIN: bool = true;
            const PLACE: Place = Place::$place;
            fn fits(typ: &Type) -> bool {
                matches!(typ.kind(), $(Kind::$kind)|+)
            }
        }
        // SAFETY: it is the number.
        unsafe impl ToGo for $rust {
            unsafe fn to_go(&self, to: *mut $rust, _: &Type) -> Result<(), GoError> {
                // SAFETY: the caller's promise.
                unsafe { to.write(*self) };
                Ok(())
            }
            #[inline(always)]
            fn bits(&self) -> u64 {
                let $x = *self;
                $bits
            }
        }
        // SAFETY: it is the number.
        unsafe impl FromGo for $rust {
            unsafe fn from_go(from: *const $rust, _: &Type) -> Result<Self, GoError> {
                // SAFETY: the caller's promise.
                Ok(unsafe { from.read() })
            }
            #[inline(always)]
            fn from_bits($b: u64) -> Self {
                $from
            }
        }
    )*};
}

numbers! {
    bool, Bool, Int, x => x as u64, b => b as u8 != 0;
    i8, Int8, Int, x => x as u64, b => b as i8;
    i16, Int16, Int, x => x as u64, b => b as i16;
    i32, Int32, Int, x => x as u64, b => b as i32;
    i64, Int64, Int, x => x as u64, b => b as i64;
    isize, Int, Int, x => x as u64, b => b as isize;
    u8, Uint8, Int, x => x as u64, b => b as u8;
    u16, Uint16, Int, x => x as u64, b => b as u16;
    u32, Uint32, Int, x => x as u64, b => b as u32;
    u64, Uint64, Int, x => x, b => b;
    usize, Uint | Uintptr, Int, x => x as u64, b => b as usize;
    f32, Float32, Float, x => x.to_bits() as u64, b => f32::from_bits(b as u32);
    f64, Float64, Float, x => x.to_bits(), b => f64::from_bits(b);
}

// SAFETY: `struct{}` has no bytes.
unsafe impl Mirror for () {
    type Raw = ();
    const POINTERS: bool = false;
    const PLAIN: bool = true;

    fn fits(typ: &Type) -> bool {
        typ.kind() == Kind::Struct && typ.size() == 0
    }
}

// SAFETY: nothing is written.
unsafe impl ToGo for () {
    unsafe fn to_go(&self, _: *mut (), _: &Type) -> Result<(), GoError> {
        Ok(())
    }
}

// SAFETY: nothing is read.
unsafe impl FromGo for () {
    unsafe fn from_go(_: *const (), _: &Type) -> Result<Self, GoError> {
        Ok(())
    }
}

// SAFETY: the referent's.
unsafe impl<T: Mirror + ?Sized> Mirror for &T {
    type Raw = T::Raw;
    const POINTERS: bool = T::POINTERS;
    const PLACE: Place = T::PLACE;

    fn fits(typ: &Type) -> bool {
        T::fits(typ)
    }
}

// SAFETY: the referent's.
unsafe impl<T: ToGo + ?Sized> ToGo for &T {
    unsafe fn to_go(&self, to: *mut T::Raw, typ: &Type) -> Result<(), GoError> {
        // SAFETY: the caller's promise.
        unsafe { (**self).to_go(to, typ) }
    }
    #[inline(always)]
    fn bits(&self) -> u64 {
        (**self).bits()
    }
}
