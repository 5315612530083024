//! Structs that Go code and the runtime share.

/// Gives a struct Go's layout: no field is aligned to more than a word. Rust, as C, aligns 64-bit numbers to 8 bytes on some
/// machines with words of 4 (arm, mips) and to 4 on others (386).
macro_rules! go_layout {
    ($($item:tt)*) => {
        #[repr(C)]
        #[cfg_attr(target_pointer_width = "32", repr(packed(4)))]
        $($item)*
    };
}
pub(crate) use go_layout;

/// Makes a struct of a record of `reflect::records`, whose rows it gets from [`reflect::record!`], and fields of Rust's own behind
/// them. Each field lies where Go and assembly look for it, and has as many bytes as in Go.
macro_rules! shared_record {
    (
        { $(#[$attr:meta])* $vis:vis struct $name:ident { $($own:tt)* } }
        $(#[doc = $about:literal])* $go_name:literal
        { $($(#[doc = $doc:literal])* $fvis:vis $field:ident: $t:ty = $go:literal $(as $asm:ident)?;)* }
    ) => {
        $(#[doc = $about])*
        $(#[$attr])*
        #[repr(C)]
        $vis struct $name {
            $($(#[doc = $doc])* $fvis $field: $t,)*
            $($own)*
        }
        const _: () = {
            let (record, arch) = (reflect::records::Record::named($go_name), reflect::arch::Arch::host());
            let mut i = 0;
            $(
                assert!(core::mem::offset_of!($name, $field) == record.offset(i, arch));
                assert!(size_of::<$t>() == record.fields[i].size(arch));
                i += 1;
            )*
            assert!(i == record.fields.len());
        };
    };
}
pub(crate) use shared_record;

#[cfg(test)]
mod tests {
    use core::mem::offset_of;

    go_layout! {
        struct Mixed {
            small: u8,
            wide: u64,
            half: u32,
            float: f64,
        }
    }

    #[test]
    fn fields_are_aligned_to_words_at_most() {
        let word = size_of::<usize>();
        assert_eq!(offset_of!(Mixed, small), 0);
        assert_eq!(offset_of!(Mixed, wide), word);
        assert_eq!(offset_of!(Mixed, half), word + 8);
        assert_eq!(offset_of!(Mixed, float), 2 * word + 8);
        assert_eq!((size_of::<Mixed>(), align_of::<Mixed>()), (2 * word + 16, word));
    }
}
