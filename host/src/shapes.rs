//! Macros with which bindings declare Rust types that stand for structs and defined types of a Go program.

/// Makes a struct stand for a Go struct with these fields, in this order. The struct is `repr(C)`; its fields are types that stand
/// for those of the Go struct.
#[macro_export]
macro_rules! mirror_struct {
    ($name:ident { $($field:ident: $t:ty),* $(,)? }) => {
        const _: () = {
            use $crate::generated::{FromGo, Kind, Mirror, ToGo, Type};
            #[derive(Clone, Copy)]
            #[repr(C)]
            pub struct Raw { $($field: <$t as Mirror>::Raw,)* }
            const OFFSETS: &[usize] = &[$(::core::mem::offset_of!(Raw, $field)),*];
            const OWN_OFFSETS: &[usize] = &[$(::core::mem::offset_of!($name, $field)),*];
            const fn same_layout() -> bool {
                let mut i = 0;
                while i < OFFSETS.len() {
                    if OFFSETS[i] != OWN_OFFSETS[i] {
                        return false;
                    }
                    i += 1;
                }
                ::core::mem::size_of::<Raw>() == ::core::mem::size_of::<$name>()
            }
            // SAFETY: `fits` compares size and offsets.
            unsafe impl Mirror for $name {
                type Raw = Raw;
                const POINTERS: bool = false $(|| <$t as Mirror>::POINTERS)*;
                const PLAIN: bool = true $(&& <$t as Mirror>::PLAIN)* && same_layout();
                fn fits(typ: &Type) -> bool {
                    let mut field = (0..typ.num_fields()).map(|i| typ.field(i));
                    let mut offsets = OFFSETS.iter();
                    let mut check = || typ.kind() == Kind::Struct
                        && typ.num_fields() == OFFSETS.len()
                        && typ.size() == ::core::mem::size_of::<Raw>() as u64
                        $(&& match (field.next().flatten(), offsets.next()) {
                            (Some((t, at)), Some(offset)) => at == *offset as u64 && <$t as Mirror>::fits(&t),
                            _ => false,
                        })*;
                    $crate::mirror::fits_struct::<Raw>(typ, &mut check)
                }
            }
            // SAFETY: field by field.
            unsafe impl ToGo for $name {
                #[allow(unused, reason = "there may be no fields")]
                unsafe fn to_go(&self, to: *mut Raw, typ: &Type) -> Result<(), $crate::GoError> {
                    let mut i = 0;
                    $(
                        let (t, _) = typ.field(i).expect("as many fields as there are here");
                        // SAFETY: the caller's promise.
                        unsafe { self.$field.to_go(&raw mut (*to).$field, &t)? };
                        i += 1;
                    )*
                    Ok(())
                }
            }
            // SAFETY: field by field.
            unsafe impl FromGo for $name {
                #[allow(unused, reason = "there may be no fields")]
                unsafe fn from_go(from: *const Raw, typ: &Type) -> Result<Self, $crate::GoError> {
                    let mut i = 0;
                    $(
                        let (t, _) = typ.field(i).expect("as many fields as there are here");
                        // SAFETY: the caller's promise.
                        let $field = unsafe { <$t as FromGo>::from_go(&raw const (*from).$field, &t)? };
                        i += 1;
                    )*
                    Ok($name { $($field),* })
                }
            }
        };
    };
}

/// Makes a tuple struct of one field stand for a defined Go type, whose underlying type the field stands for.
#[macro_export]
macro_rules! mirror_defined {
    ($name:ident($t:ty)) => {
        const _: () = {
            use $crate::generated::{Mirror, Place, ToGo, Type};
            // SAFETY: the field's.
            unsafe impl Mirror for $name {
                type Raw = <$t as Mirror>::Raw;
                const POINTERS: bool = <$t as Mirror>::POINTERS;
                const PLAIN: bool =
                    <$t as Mirror>::PLAIN && ::core::mem::size_of::<$name>() == ::core::mem::size_of::<$t>();
                const PLACE: Place = <$t as Mirror>::PLACE;
                fn fits(typ: &Type) -> bool {
                    <$t as Mirror>::fits(typ)
                }
            }
            // SAFETY: the field's.
            unsafe impl ToGo for $name {
                unsafe fn to_go(&self, to: *mut Self::Raw, typ: &Type) -> Result<(), $crate::GoError> {
                    // SAFETY: the caller's promise.
                    unsafe { self.0.to_go(to, typ) }
                }
                #[inline(always)]
                fn bits(&self) -> u64 {
                    self.0.bits()
                }
            }
            // SAFETY: the field's.
            unsafe impl $crate::generated::FromGo for $name {
                unsafe fn from_go(from: *const Self::Raw, typ: &Type) -> Result<Self, $crate::GoError> {
                    // SAFETY: the caller's promise.
                    Ok($name(unsafe { <$t as $crate::generated::FromGo>::from_go(from, typ)? }))
                }
                #[inline(always)]
                fn from_bits(bits: u64) -> Self {
                    $name(<$t as $crate::generated::FromGo>::from_bits(bits))
                }
            }
        };
    };
}
