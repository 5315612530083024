//! Pointer masks of Go's type descriptors.
//!
//! A mask has one bit for each word of the first `ptr_bytes` of a value, bit i in byte i/8. The
//! compiler emits it up to a limit; beyond it the descriptor only has a slot (`GC_MASK_ON_DEMAND`)
//! and the mask is built here, once, from the type's structure.

use super::meta;
use super::sizes::PTR;
use crate::base::print::throw;
use crate::os;
use core::sync::atomic::{AtomicUsize, Ordering::*};

pub use reflect::rtype::Type;
use reflect::rtype::{ArrayType, StructType, TFlag};

const KIND_ARRAY: u8 = 17;
const KIND_STRUCT: u8 = 25;

/// Whether values of this type hold no pointers; a null type doesn't either.
///
/// # Safety
/// `t` is null or a valid descriptor.
#[inline]
pub unsafe fn is_noscan(t: *const Type) -> bool {
    // SAFETY: the caller's promise.
    t.is_null() || unsafe { (*t).ptr_bytes } == 0
}

/// The mask of a type with pointers, built first if need be.
///
/// # Safety
/// `t` is a valid descriptor.
#[inline]
pub unsafe fn mask(t: *const Type) -> *const u8 {
    // SAFETY: the caller's promise.
    unsafe { if (*t).tflag.contains(TFlag::GC_MASK_ON_DEMAND) { mask_on_demand(t) } else { (*t).gc_data } }
}

/// In a slot: somebody is building the mask.
const BUILDING: usize = 1;

#[cold]
unsafe fn mask_on_demand(t: *const Type) -> *const u8 {
    // SAFETY: with the flag, gc_data points to a word for us to fill in.
    let slot = unsafe { &*((*t).gc_data as *const AtomicUsize) };
    loop {
        match slot.load(Acquire) {
            0 if slot.compare_exchange(0, BUILDING, Acquire, Relaxed).is_ok() => {
                // SAFETY: the buffer has a bit for each word of the pointer part.
                unsafe {
                    let bytes = ((*t).ptr_bytes / PTR).div_ceil(8).next_multiple_of(PTR);
                    let p = meta::persistent(bytes, PTR);
                    fill(t, p, 0);
                    slot.store(p as usize, Release);
                }
            }
            0 | BUILDING => os::yield_now(),
            p => return p as *const u8,
        }
    }
}

/// Sets the bits of a value of type `t` that lies `at` words into the memory described by `dst`.
unsafe fn fill(t: *const Type, dst: *mut u8, at: usize) {
    // SAFETY: descriptors are valid, and the buffer covers the outermost type.
    unsafe {
        let ty = &*t;
        if ty.ptr_bytes == 0 {
            return;
        }
        if !ty.tflag.contains(TFlag::GC_MASK_ON_DEMAND) {
            for i in 0..ty.ptr_bytes / PTR {
                if *ty.gc_data.add(i / 8) >> (i % 8) & 1 != 0 {
                    *dst.add((at + i) / 8) |= 1 << ((at + i) % 8);
                }
            }
            return;
        }
        match ty.kind & 31 {
            KIND_ARRAY => {
                let a = &*(t as *const ArrayType);
                for i in 0..a.len {
                    fill(a.elem, dst, at + i * (*a.elem).size / PTR);
                }
            }
            KIND_STRUCT => {
                let s = &*(t as *const StructType);
                for i in 0..s.fields.len {
                    let f = &*s.fields.ptr.add(i);
                    fill(f.typ, dst, at + f.offset / PTR);
                }
            }
            _ => throw("type without a pointer mask"),
        }
    }
}

/// `n` (1 ..= bits of a word) bits of a mask from bit `i` on.
///
/// # Safety
/// The mask has at least `i + n` bits.
#[inline]
pub unsafe fn mask_bits(m: *const u8, i: usize, n: usize) -> usize {
    let (mut v, mut got, mut byte) = (0usize, 0usize, i / 8);
    let mut shift = i % 8;
    while got < n {
        // SAFETY: a byte that holds one of the wanted bits.
        let b = unsafe { *m.add(byte) } as usize >> shift;
        v |= b << got;
        got += 8 - shift;
        shift = 0;
        byte += 1;
    }
    if n < usize::BITS as usize { v & ((1 << n) - 1) } else { v }
}

/// Calls `f` with the address of every pointer slot among the bytes `[from, from + len)` of an
/// array of `t` that begins at `base`; `from` is word-aligned and may be anywhere in the array.
///
/// # Safety
/// `t` is a valid type with pointers.
#[inline]
pub unsafe fn each_slot(t: *const Type, base: usize, from: usize, len: usize, mut f: impl FnMut(usize)) {
    // SAFETY: valid descriptor.
    let (size, words, m) = unsafe { ((*t).size, (*t).ptr_bytes / PTR, mask(t)) };
    let end = from + len;
    let mut elem = base + (from - base) / size * size;
    let mut word = (from - elem) / PTR;
    while elem < end {
        let limit = words.min((end - elem).div_ceil(PTR));
        while word < limit {
            let n = (limit - word).min(usize::BITS as usize);
            // SAFETY: below `words`.
            let mut bits = unsafe { mask_bits(m, word, n) };
            while bits != 0 {
                let i = bits.trailing_zeros() as usize;
                bits &= bits - 1;
                f(elem + (word + i) * PTR);
            }
            word += n;
        }
        elem += size;
        word = 0;
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A descriptor for tests: `size` bytes with pointers at the given words.
    pub fn make(size: usize, ptr_words: &[usize]) -> *const Type {
        let n = ptr_words.iter().max().map_or(0, |m| m + 1);
        let mut m = vec![0u8; n / 8 + 9];
        for w in ptr_words {
            m[w / 8] |= 1 << (w % 8);
        }
        let m = Box::leak(m.into_boxed_slice());
        Box::leak(Box::new(plain(size, n * PTR, m.as_ptr(), TFlag::empty(), 0)))
    }

    fn plain(size: usize, ptr_bytes: usize, gc_data: *const u8, tflag: TFlag, kind: u8) -> Type {
        Type {
            size,
            ptr_bytes,
            hash: 0,
            tflag,
            align: 8,
            field_align: 8,
            kind,
            equal: core::ptr::null(),
            gc_data,
            str: 0,
            ptr_to_this: 0,
        }
    }

    /// `[len]elem` with its mask on demand.
    pub fn make_array(elem: *const Type, len: usize) -> *const Type {
        let (es, ep) = unsafe { ((*elem).size, (*elem).ptr_bytes) };
        let slot = Box::leak(Box::new(0usize));
        let t = plain(
            es * len,
            es * (len - 1) + ep,
            slot as *const usize as *const u8,
            TFlag::GC_MASK_ON_DEMAND,
            17,
        );
        Box::leak(Box::new(ArrayType { typ: t, elem, slice: core::ptr::null(), len })) as *const _
            as *const Type
    }

    fn slots(t: *const Type, from: usize, len: usize) -> Vec<usize> {
        let mut v = vec![];
        unsafe { each_slot(t, 0x1000, 0x1000 + from, len, |a| v.push(a - 0x1000)) };
        v
    }

    #[test]
    fn slots_of_arrays_and_parts() {
        let t = make(24, &[0, 2]);
        assert_eq!(slots(t, 0, 48), [0, 16, 24, 40]);
        assert_eq!(slots(t, 16, 16), [16, 24]);
        assert_eq!(slots(t, 8, 8), []);
    }

    #[test]
    fn masks_on_demand() {
        let inner = make(24, &[0, 2]);
        let arr = make_array(inner, 100);
        let outer = make_array(arr, 3);
        let all = slots(outer, 0, 7200);
        assert_eq!(all.len(), 600);
        assert_eq!(all[..3], [0, 16, 24]);
        assert_eq!(all[599], 7200 - 8);
        assert_eq!(slots(outer, 2400, 24), [2400, 2416]);
    }

    #[test]
    fn mask_bits_crosses_bytes() {
        let m: [u8; 16] = [0b1010_1010, 0xff, 0, 1, 0, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0];
        unsafe {
            assert_eq!(mask_bits(m.as_ptr(), 1, 3), 0b101);
            assert_eq!(mask_bits(m.as_ptr(), 6, 8), 0b1111_1110);
            assert_eq!(mask_bits(m.as_ptr(), 24, 64), 1 | 1 << (71 - 24));
        }
    }
}
