//! Sizes of heap objects on this machine; the classes are `reflect`'s, which the compiler knows too.

pub use reflect::heap::*;

/// log2 of `PAGE`.
pub const PAGE_SHIFT: usize = PAGE.ilog2() as usize;
/// Bytes before the data of a pointerful object that has a type header.
pub const HEADER: usize = 8;
/// Bytes of a pointer.
pub const PTR: usize = size_of::<usize>();
/// Bits of a pointer.
pub const PTR_BITS: usize = PTR * 8;
/// Up to this size the pointer bitmap of an object lies at the end of its one-page span.
pub const MAX_IN_SPAN: usize = max_in_span(PTR);
/// Bytes of that bitmap.
pub const SPAN_BITMAP: usize = PAGE / PTR / 8;
/// Span class of the blocks that tiny values share: class of 16 bytes, no pointers.
pub const TINY_SPAN_CLASS: usize = 2 << 1 | 1;

/// The size that a request for `size` bytes really gets, which is what `append` grows to.
/// `noscan` says that the elements hold no pointers.
pub fn round_up_size(size: usize, noscan: bool) -> usize {
    let header = if !noscan && size > MAX_IN_SPAN { HEADER } else { 0 };
    if size <= MAX_SMALL - HEADER {
        return if size == 0 { 0 } else { class_size(class_of(size + header)) - header };
    }
    match size.checked_add(PAGE - 1) {
        Some(s) => s & !(PAGE - 1),
        None => size,
    }
}

/// Whether the bitmap of objects of this (class) size lies in the span.
#[inline]
pub const fn bits_in_span(size: usize) -> bool {
    size <= MAX_IN_SPAN
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_sizes() {
        assert_eq!(round_up_size(5 * 8, true), 48);
        assert_eq!(round_up_size(848, true), 896);
        assert_eq!(round_up_size(848, false), 888);
        assert_eq!(round_up_size(32769, true), 40960);
        assert_eq!(round_up_size(32768, true), 32768);
    }
}
