//! `#[derive(GoType)]`: see `oxigo_reflect::gotype`, which documents it and has the examples.
#![deny(missing_docs)]

use proc_macro2::TokenStream;
use quote::quote;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Error, Fields, Path};

/// Describes a `repr(C)` struct as a Go struct type; its layout is compared with Go's at compile time.
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

/// Whether it is `repr(C)` and nothing else: `packed` and `align` would change the layout.
fn is_repr_c(input: &DeriveInput) -> Result<bool, Error> {
    let mut c = false;
    for attr in input.attrs.iter().filter(|a| a.path().is_ident("repr")) {
        attr.parse_nested_meta(|meta| {
            if !meta.path.is_ident("C") {
                return Err(meta.error("not supported: GoType wants plain repr(C)"));
            }
            c = true;
            Ok(())
        })?;
    }
    Ok(c)
}

fn expand(input: &DeriveInput) -> Result<TokenStream, Error> {
    let Data::Struct(data) = &input.data else {
        return Err(Error::new(input.span(), "not supported: GoType describes structs"));
    };
    if !input.generics.params.is_empty() {
        return Err(Error::new(input.generics.span(), "not supported: GoType of a generic struct"));
    }
    if !is_repr_c(input)? {
        return Err(Error::new(input.ident.span(), "GoType wants #[repr(C)]"));
    }
    let empty = syn::punctuated::Punctuated::new();
    let fields = match &data.fields {
        Fields::Named(f) => &f.named,
        Fields::Unit => &empty,
        Fields::Unnamed(f) => return Err(Error::new(f.span(), "not supported: GoType of a tuple struct")),
    };
    let krate = crate_path(input)?;
    let name = &input.ident;
    let idents: Vec<_> = fields.iter().map(|f| &f.ident).collect();
    let types: Vec<_> = fields.iter().map(|f| &f.ty).collect();
    // Raw identifiers lose their mark.
    let names = fields.iter().map(|f| f.ident.as_ref().map_or(String::new(), |i| i.to_string()));
    let names = names.map(|n| n.strip_prefix("r#").unwrap_or(&n).to_string());
    let count = fields.len();
    Ok(quote! {
        const _: () = {
            const LAYOUT: #krate::gotype::Layout<#count> = #krate::gotype::Layout::of([
                #((<#types as #krate::gotype::GoType>::SIZE, <#types as #krate::gotype::GoType>::ALIGN)),*
            ]);
            const OFFSETS: [usize; #count] = [#(::core::mem::offset_of!(#name, #idents)),*];
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
                            &self.#idents,
                            to.add(::core::mem::offset_of!(#name, #idents)),
                        );)*
                    }
                }
            }
        };
    })
}
