//! Sizes of heap objects: the runtime allocates by them, and the compiler names the class where it knows the size.
//!
//! They are computed: a class per size at which a span of whole pages wastes at most an eighth, as in Go (same sizes, so that growth of
//! slices and its visible capacities agree).

/// Bytes in a heap page.
pub const PAGE: usize = 8192;
/// Number of classes; class 0 means a large object with a span of its own.
pub const CLASSES: usize = 68;
/// Span classes: `class << 1 | noscan`.
pub const SPAN_CLASSES: usize = CLASSES * 2;
/// Largest size that comes from a class.
pub const MAX_SMALL: usize = 32768;
/// Up to this size objects without pointers come from the cache without a call of the runtime.
pub const MAX_FAST: usize = 1024;
/// Bytes of a block that several values without pointers share, each smaller than that.
pub const TINY: usize = 16;

/// Up to this size the pointer bitmap of an object lies at the end of its one-page span, on a machine with pointers of `ptr` bytes: a bit
/// a word, in as many bits as a word has.
pub const fn max_in_span(ptr: usize) -> usize {
    ptr * ptr * 8
}

struct Table {
    size: [u16; CLASSES],
    pages: [u8; CLASSES],
}

const fn compute() -> Table {
    let mut t = Table { size: [0; CLASSES], pages: [0; CLASSES] };
    let (mut n, mut align, mut size) = (1, 8, 8);
    while size <= MAX_SMALL {
        if size.is_power_of_two() {
            if size >= 2048 {
                align = 256;
            } else if size >= 128 {
                align = size / 8;
            } else if size >= 32 {
                align = 16;
            }
        }
        let mut bytes = PAGE;
        while bytes % size > bytes / 8 {
            bytes += PAGE;
        }
        let pages = (bytes / PAGE) as u8;
        // As many objects in as many pages: the larger size replaces the smaller one.
        if n > 1 && pages == t.pages[n - 1] && bytes / size == bytes / t.size[n - 1] as usize {
            t.size[n - 1] = size as u16;
        } else {
            t.size[n] = size as u16;
            t.pages[n] = pages;
            n += 1;
        }
        size += align;
    }
    assert!(n == CLASSES);
    // Grow sizes into what the span has left over, keeping a coarse alignment.
    let mut i = 1;
    while i < n {
        let bytes = t.pages[i] as usize * PAGE;
        let fit = (bytes / (bytes / t.size[i] as usize)) & !127;
        if fit > t.size[i] as usize {
            t.size[i] = fit as u16;
        }
        i += 1;
    }
    t
}

static TABLE: Table = compute();

const fn lookup<const N: usize>(base: usize, step: usize) -> [u8; N] {
    let t = compute();
    let mut out = [0; N];
    let (mut i, mut class) = (0, 1);
    while i < N {
        while (t.size[class] as usize) < base + i * step {
            class += 1;
        }
        out[i] = class as u8;
        i += 1;
    }
    out[0] = if base == 0 { 0 } else { out[0] };
    out
}

static SMALL: [u8; 1024 / 8 + 1] = lookup(0, 8);
static MEDIUM: [u8; (MAX_SMALL - 1024) / 128 + 1] = lookup(1024, 128);

/// The table of classes of sizes up to [`MAX_FAST`], by `(size + 7) / 8`.
pub fn small_classes() -> *const u8 {
    SMALL.as_ptr()
}

/// The class that holds `size` bytes, 1 ..= [`MAX_SMALL`]. Panics beyond.
#[inline]
pub fn class_of(size: usize) -> usize {
    if size <= 1024 { SMALL[size.div_ceil(8)] as usize } else { MEDIUM[(size - 1024).div_ceil(128)] as usize }
}

/// Object size of a class.
#[inline]
pub fn class_size(class: usize) -> usize {
    TABLE.size[class] as usize
}

/// Pages of a span of that class.
#[inline]
pub fn class_pages(class: usize) -> usize {
    TABLE.pages[class] as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_gos() {
        let ends = [8, 16, 24, 32, 48, 64, 80, 96, 112, 128];
        for (i, e) in ends.iter().enumerate() {
            assert_eq!(class_size(i + 1), *e);
        }
        for (class, size, pages) in [
            (31, 896, 1),
            (35, 1408, 2),
            (42, 3200, 2),
            (45, 4864, 3),
            (50, 6912, 6),
            (65, 27264, 10),
            (67, 32768, 4),
        ] {
            assert_eq!((class_size(class), class_pages(class)), (size, pages), "class {class}");
        }
    }

    #[test]
    fn lookup_is_the_smallest_fit() {
        for s in 1..=MAX_SMALL {
            let c = class_of(s);
            assert!(class_size(c) >= s && class_size(c - 1) < s, "{s} -> {c}");
        }
        for c in 1..CLASSES {
            for ptr in [4, 8] {
                assert!(class_size(c) > max_in_span(ptr) || class_pages(c) == 1);
            }
        }
    }
}
