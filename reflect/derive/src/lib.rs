//! `#[derive(GoType)]`: see `oxigo_reflect::gotype`, which documents it and has the examples.
#![deny(missing_docs)]

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Data, DataEnum, DataStruct, DeriveInput, Error, Fields, Ident, Member, Path};

/// Describes a `repr(C)` struct as a Go struct type, its layout compared with Go's at compile time; or an enum as the integer that
/// it is represented by.
#[proc_macro_derive(GoType, attributes(go))]
pub fn derive_go_type(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let input = syn::parse_macro_input!(input as DeriveInput);
    expand(&input).unwrap_or_else(|e| e.to_compile_error()).into()
}

/// `#[go(crate = path)]`: where the crate `oxigo_reflect` is.
fn crate_path(input: &DeriveInput) -> Result<TokenStream, Error> {
    let mut path = quote!(::oxigo_reflect);
    for attr in input.attrs.iter().filter(|a| a.path().is_ident("go")) {
        attr.parse_nested_meta(|meta| {
            if !meta.path.is_ident("crate") {
                return Err(meta.error("not supported: only `crate = path`"));
            }
            let p: Path = meta.value()?.parse()?;
            path = quote!(#p);
            Ok(())
        })?;
    }
    Ok(path)
}

/// The one `repr` that there is.
fn repr(input: &DeriveInput) -> Result<Option<Ident>, Error> {
    let mut found = None;
    for attr in input.attrs.iter().filter(|a| a.path().is_ident("repr")) {
        attr.parse_nested_meta(|meta| {
            let own = meta.path.get_ident().filter(|_| found.is_none());
            found =
                Some(own.ok_or_else(|| meta.error("not supported: GoType wants one plain repr"))?.clone());
            Ok(())
        })?;
    }
    Ok(found)
}

fn expand(input: &DeriveInput) -> Result<TokenStream, Error> {
    if !input.generics.params.is_empty() {
        return Err(Error::new(input.generics.span(), "not supported: GoType of a generic type"));
    }
    match &input.data {
        Data::Struct(data) => expand_struct(input, data),
        Data::Enum(data) => expand_enum(input, data),
        Data::Union(_) => Err(Error::new(input.span(), "not supported: GoType of a union")),
    }
}

/// The integers that enums may be represented by.
const INTEGERS: &[&str] = &["i8", "i16", "i32", "i64", "isize", "u8", "u16", "u32", "u64", "usize"];

fn expand_enum(input: &DeriveInput, data: &DataEnum) -> Result<TokenStream, Error> {
    let Some(integer) = repr(input)?.filter(|r| INTEGERS.iter().any(|i| r == i)) else {
        return Err(Error::new(
            input.ident.span(),
            "GoType of an enum wants an integer: #[repr(u8)] or the like",
        ));
    };
    if let Some(v) = data.variants.iter().find(|v| !matches!(v.fields, Fields::Unit)) {
        return Err(Error::new(v.span(), "not supported: GoType of an enum whose variants carry values"));
    }
    let (krate, name) = (crate_path(input)?, &input.ident);
    let variants = data.variants.iter().map(|v| &v.ident);
    Ok(quote! {
        // SAFETY: the integer, in the same layout; of its values those that are variants.
        #[automatically_derived]
        unsafe impl #krate::gotype::GoType for #name {
            const SIZE: usize = <#integer as #krate::gotype::GoType>::SIZE;
            const ALIGN: usize = <#integer as #krate::gotype::GoType>::ALIGN;
            const POINTERS: bool = false;
            fn go_type() -> #krate::types::Type {
                <#integer as #krate::gotype::GoType>::go_type()
            }
            unsafe fn write_to(&self, to: *mut u8) {
                // SAFETY: the caller's promise.
                unsafe { <#integer as #krate::gotype::GoType>::write_to(&(*self as #integer), to) }
            }
            unsafe fn is_valid(from: *const u8) -> bool {
                // SAFETY: the caller's promise.
                let value = unsafe { from.cast::<#integer>().read_unaligned() };
                false #(|| value == #name::#variants as #integer)*
            }
        }
    })
}

fn expand_struct(input: &DeriveInput, data: &DataStruct) -> Result<TokenStream, Error> {
    if repr(input)?.is_none_or(|r| r != "C") {
        return Err(Error::new(input.ident.span(), "GoType of a struct wants plain #[repr(C)]"));
    }
    let krate = crate_path(input)?;
    let name = &input.ident;
    let members: Vec<_> = data.fields.members().collect();
    let types: Vec<_> = data.fields.iter().map(|f| &f.ty).collect();
    let names = members.iter().map(|m| match m {
        // Raw identifiers lose their mark.
        Member::Named(i) => i.unraw().to_string(),
        Member::Unnamed(i) => format!("F{}", i.index),
    });
    let count = members.len();
    Ok(quote! {
        const _: () = {
            const LAYOUT: #krate::gotype::Layout<#count> = #krate::gotype::Layout::of([
                #((<#types as #krate::gotype::GoType>::SIZE, <#types as #krate::gotype::GoType>::ALIGN)),*
            ]);
            const OFFSETS: [usize; #count] = [#(::core::mem::offset_of!(#name, #members)),*];
            assert!(LAYOUT.has_offsets(OFFSETS), "a field has another offset in Go than in Rust");
            assert!(LAYOUT.size == ::core::mem::size_of::<#name>(), "the size in Go is another than in Rust");
            assert!(LAYOUT.align <= ::core::mem::align_of::<#name>(), "the alignment in Go is larger than in Rust");

            // SAFETY: a repr(C) struct whose fields are GoTypes, at the offsets that Go gives them, as asserted above.
            #[automatically_derived]
            unsafe impl #krate::gotype::GoType for #name {
                const SIZE: usize = LAYOUT.size;
                const ALIGN: usize = LAYOUT.align;
                const POINTERS: bool = false #(|| <#types as #krate::gotype::GoType>::POINTERS)*;
                fn go_type() -> #krate::types::Type {
                    #krate::types::Type::strukt([
                        #((#names, <#types as #krate::gotype::GoType>::go_type())),*
                    ] as [(&str, #krate::types::Type); #count])
                }
                unsafe fn write_to(&self, to: *mut u8) {
                    let _ = to;
                    // SAFETY: room for the whole struct, as the caller promises.
                    unsafe {
                        #(<#types as #krate::gotype::GoType>::write_to(
                            &self.#members,
                            to.add(::core::mem::offset_of!(#name, #members)),
                        );)*
                    }
                }
                unsafe fn is_valid(from: *const u8) -> bool {
                    let _ = from;
                    // SAFETY: each field of the caller's struct.
                    true #(&& unsafe {
                        <#types as #krate::gotype::GoType>::is_valid(from.add(::core::mem::offset_of!(#name, #members)))
                    })*
                }
            }
        };
    })
}
