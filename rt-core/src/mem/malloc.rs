//! `mallocgc`: from a size and a type to an object.

use super::cache::MCache;
use super::sizes::*;
use super::types::{self, Type};
use super::{HEAP, arena, central, collector, note_alloc};
use crate::base::print::throw;
use core::sync::atomic::{AtomicUsize, Ordering::*, fence};

/// The address of the objects without bytes that the runtime itself allocates; Go's have `runtime.zerobase`. Both can be written: code
/// with unsafe pointers stores an element before it looks at the length.
static ZEROBASE: ZeroBase = ZeroBase([const { AtomicUsize::new(0) }; 8 / size_of::<usize>()]);

/// 8 bytes that can be written, also on machines without atomics of 8 bytes.
#[repr(align(8))]
struct ZeroBase([AtomicUsize; 8 / size_of::<usize>()]);

/// Allocates `size` bytes of type `typ` (one value, or an array of `size / typ.size`); a null type
/// means no pointers. Memory is zero if `needzero` or if the type has pointers.
///
/// A safepoint: it may collect, which scans the calling goroutine at its call. If the memory profile samples the object, its address
/// is in `MCache::sampled` afterwards.
///
/// # Safety
/// `c` is the cache of the P that the caller runs, and `typ` is null or a valid descriptor.
pub unsafe fn mallocgc(c: *mut MCache, size: usize, typ: *const Type, needzero: bool) -> *mut u8 {
    if size == 0 {
        return ZEROBASE.0.as_ptr().cast_mut().cast();
    }
    // SAFETY: the caller's promises.
    let p = unsafe { alloc(c, size, typ, needzero) };
    // The caller may publish the pointer by a plain store.
    fence(Release);
    p
}

unsafe fn alloc(c: *mut MCache, size: usize, typ: *const Type, needzero: bool) -> *mut u8 {
    // SAFETY: the caller's promises.
    unsafe {
        let noscan = types::is_noscan(typ);
        if size > MAX_SMALL - HEADER {
            return alloc_large(c, size, typ, noscan, needzero);
        }
        if noscan {
            if size < TINY {
                return alloc_tiny(c, size);
            }
            let class = class_of(size) << 1 | 1;
            let (p, dirty) = take(c, class);
            if dirty && needzero {
                (p as *mut u8).write_bytes(0, (*c).slots[class].elem_size as usize);
            }
            return p as *mut u8;
        }
        if size <= MAX_IN_SPAN {
            let class = class_of(size) << 1;
            // Zero, and so are its bits.
            let (p, _) = take(c, class);
            set_bits(p, size, typ);
            return p as *mut u8;
        }
        let class = class_of(size + HEADER) << 1;
        let (p, dirty) = take(c, class);
        if dirty {
            (p as *mut u8).write_bytes(0, (*c).slots[class].elem_size as usize);
        }
        *(p as *mut *const Type) = typ;
        (p + HEADER) as *mut u8
    }
}

#[inline]
unsafe fn take(c: *mut MCache, class: usize) -> (usize, bool) {
    // SAFETY: the P's own cache; a collection inside `refill_slow` may empty it, hence the loop.
    unsafe {
        loop {
            if (*c).slots[class].free != 0 {
                return (*c).take(class);
            }
            if (*c).held[class] != 0 {
                return (*c).take_sampled(class);
            }
            refill_slow(c, class);
        }
    }
}

#[cold]
unsafe fn refill_slow(c: *mut MCache, class: usize) {
    // SAFETY: the P's own cache.
    unsafe {
        collector::slow_alloc(c, class_pages(class >> 1) * PAGE);
        if (*c).slots[class].free == 0 && (*c).held[class] == 0 && !(*c).refill(class) {
            out_of_memory();
        }
    }
}

fn out_of_memory() -> ! {
    throw("runtime: out of memory")
}

/// Several pointer-free values below 16 bytes share a block.
unsafe fn alloc_tiny(c: *mut MCache, size: usize) -> *mut u8 {
    let align = match size {
        _ if size & 7 == 0 => 8,
        // A struct of 12 bytes may start with a 64-bit atomic.
        12 if PTR == 4 => 8,
        _ if size & 3 == 0 => 4,
        _ if size & 1 == 0 => 2,
        _ => 1,
    };
    // SAFETY: the P's own cache; the block has 16 bytes.
    unsafe {
        let off = ((*c).tiny_offset + align - 1) & !(align - 1);
        if (*c).tiny != 0 && off + size <= TINY {
            (*c).tiny_offset = off + size;
            (*c).tiny_allocs += 1;
            return ((*c).tiny + off) as *mut u8;
        }
        let (p, _) = take(c, TINY_SPAN_CLASS);
        (p as *mut [u64; 2]).write([0, 0]);
        // Keep whichever block has more room.
        if (*c).tiny == 0 || size < (*c).tiny_offset {
            (*c).tiny = p;
            (*c).tiny_offset = size;
        }
        p as *mut u8
    }
}

#[cold]
unsafe fn alloc_large(
    c: *mut MCache,
    size: usize,
    typ: *const Type,
    noscan: bool,
    needzero: bool,
) -> *mut u8 {
    // SAFETY: the P's own cache; a new span is ours until its address is returned.
    unsafe {
        let (p, dirty) = new_large(c, size, noscan, needzero);
        p.write_bytes(0, dirty);
        if !noscan {
            know_large(p, typ);
        }
        p
    }
}

/// A large object, and how many of its bytes are to be cleared. The collector finds no pointers in it until `know_large`, so it may
/// collect in the meantime. A safepoint, as `mallocgc`.
///
/// # Safety
/// As `mallocgc`; the size is more than `MAX_SMALL`.
pub unsafe fn new_large(c: *mut MCache, size: usize, noscan: bool, needzero: bool) -> (*mut u8, usize) {
    // SAFETY: the P's own cache; a new span is ours until its address is returned.
    unsafe {
        collector::slow_alloc(c, size);
        let s = central::large_span(size, noscan);
        if s.is_null() {
            out_of_memory();
        }
        note_alloc((*s).elem_size);
        if (*c).samples(size) {
            (*c).sampled = (*s).base;
        }
        let dirty = match (*s).needzero && (needzero || !noscan) {
            false => 0,
            true if noscan => size,
            true => (*s).elem_size,
        };
        ((*s).base as *mut u8, dirty)
    }
}

/// The large object at `p` is cleared, and its pointers are the collector's to find from now on.
///
/// # Safety
/// An object of `new_large` with pointers, of that type.
pub unsafe fn know_large(p: *mut u8, typ: *const Type) {
    // SAFETY: the caller's promise: a span in use begins there.
    unsafe { (*arena::span_of(p as usize)).large_type.store(typ as *mut Type, Release) }
}

/// Sets the bits of a small object in its span's bitmap, which are zero: the type's mask, repeated for an array.
unsafe fn set_bits(p: usize, size: usize, typ: *const Type) {
    // SAFETY: a valid type with pointers, and the object lies in a span with a bitmap.
    unsafe {
        let t = &*typ;
        let mut v = types::mask_bits(types::mask(typ), 0, t.ptr_bytes / PTR);
        if size > t.size {
            let (step, all) = (t.size / PTR, size / PTR);
            let mut done = step;
            // Doubling the covered part each time.
            while done < all {
                v |= v << done;
                done *= 2;
            }
            if all < PTR_BITS {
                v &= (1 << all) - 1;
            }
        }
        let page = p & !(PAGE - 1);
        let map = (page + PAGE - SPAN_BITMAP) as *mut usize;
        let (w, shift) = ((p - page) / PTR / PTR_BITS, (p - page) / PTR % PTR_BITS);
        let word = map.add(w);
        word.write_volatile(word.read_volatile() | v << shift);
        let high = v >> 1 >> (PTR_BITS - 1 - shift);
        if high != 0 {
            let word = word.add(1);
            word.write_volatile(word.read_volatile() | high);
        }
    }
}

/// Number of live bytes as allocation sees it (includes free room in cached spans).
pub fn live_bytes() -> usize {
    HEAP.live.load(Relaxed)
}
