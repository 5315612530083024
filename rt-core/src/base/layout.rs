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
