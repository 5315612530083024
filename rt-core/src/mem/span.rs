//! A span: a run of pages that holds objects of one size, one large object, or memory that is
//! managed by hand (stacks).
//!
//! Allocation state is two bit vectors in words of 32 bits: `alloc` (what the last sweep found
//! alive plus what was handed out since) and `mark` (this cycle's). A sweep makes the mark bits
//! the allocation bits. Objects are handed out in groups of 64 through an `MCache` slot, which
//! holds the free bits of one group; `next_group` is the first group not yet loaded, so an
//! object is free if its group is at or after it and its alloc bit is clear (and, in a group that a
//! slot holds, if the slot says so).

use super::sizes::*;
use super::types::Type;
use super::{arena, meta};
use crate::base::lock::Mutex;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicPtr, AtomicU8, AtomicU32, Ordering::*};

/// What a span is used for.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum State {
    /// Not in use.
    Dead = 0,
    /// Collected objects.
    InUse = 1,
    /// Managed by hand; the collector ignores pointers into it.
    Manual = 2,
}

/// Where a span hangs in its central list.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Place {
    /// In no list: cached by a P, or being worked on.
    Nowhere = 0,
    /// Has free objects.
    Partial = 1,
    /// Has none (or is a large object).
    Full = 2,
}

/// A record of the collector's (`gc::special`), which alone knows what is in it.
#[repr(C)]
pub struct Attached([u8; 0]);

/// A run of pages in use.
#[repr(C)]
pub struct Span {
    /// First byte.
    pub base: usize,
    /// Bytes from one object to the next.
    pub elem_size: usize,
    /// Number of objects.
    pub nelems: u32,
    /// ceil(2^32 / elem_size), 0 for a single object: offset * magic >> 32 is the index.
    magic: u32,
    /// `class << 1 | noscan`.
    pub class: u8,
    state: AtomicU8,
    /// Free objects may hold old contents.
    pub needzero: bool,
    /// List it is in; under the central lock.
    pub place: Place,
    /// First group that no slot has loaded since the last sweep.
    pub next_group: u32,
    /// Objects in use, as of the last sweep or flush. The stacks' own in blocks of theirs.
    pub alloc_count: u32,
    /// The heap's sweep generation when swept; one less: being swept; two less: not yet.
    pub sweepgen: AtomicU32,
    alloc: *mut u32,
    mark: *mut u32,
    /// Type of a large object with pointers; null until the object is ready to be scanned.
    pub large_type: AtomicPtr<Type>,
    /// Number of pages.
    pub npages: usize,
    /// Guards `attached`.
    pub attached_lock: Mutex,
    /// What the collector keeps beside single objects, by offset, and the record added last (null: unknown): objects come in
    /// ascending order.
    pub attached: *mut Attached,
    pub last_attached: *mut Attached,
    /// Central list links.
    pub next: *mut Span,
    pub prev: *mut Span,
}

impl Span {
    /// Words of 32 bits of each bit vector: whole groups.
    #[inline]
    fn bit_words(&self) -> usize {
        self.nelems.div_ceil(64) as usize * 2
    }

    /// Whether the objects hold no pointers.
    #[inline]
    pub fn noscan(&self) -> bool {
        self.class & 1 != 0
    }

    /// Size class, 0 for a large object.
    #[inline]
    pub fn size_class(&self) -> usize {
        self.class as usize >> 1
    }

    /// Bytes before the data of each object: the type header, if objects have one.
    #[inline]
    pub fn header(&self) -> usize {
        if self.noscan() || self.class < 2 || bits_in_span(self.elem_size) { 0 } else { HEADER }
    }

    /// Use of the span.
    #[inline]
    pub fn state(&self) -> State {
        match self.state.load(Acquire) {
            0 => State::Dead,
            1 => State::InUse,
            _ => State::Manual,
        }
    }

    /// Index of the object at an address inside the span; may be `nelems` or more in the tail.
    #[inline]
    pub fn index_of(&self, p: usize) -> usize {
        (((p - self.base) as u64 * self.magic as u64) >> 32) as usize
    }

    /// Address of object `i` (of its header, if it has one).
    #[inline]
    pub fn object(&self, i: usize) -> usize {
        self.base + i * self.elem_size
    }

    /// One past the last byte of the pages.
    #[inline]
    pub fn end(&self) -> usize {
        self.base + self.npages * PAGE
    }

    #[inline]
    fn mark_word(&self, w: usize) -> &AtomicU32 {
        debug_assert!(w < self.bit_words());
        // SAFETY: in range; the vector lives as long as the span is in use.
        unsafe { AtomicU32::from_ptr(self.mark.add(w)) }
    }

    #[inline]
    fn alloc_word(&self, w: usize) -> &AtomicU32 {
        debug_assert!(w < self.bit_words());
        // SAFETY: as above; atomic because a checking reader may look while the owner writes.
        unsafe { AtomicU32::from_ptr(self.alloc.add(w)) }
    }

    /// Whether object `i` is marked.
    #[inline]
    pub fn is_marked(&self, i: usize) -> bool {
        self.mark_word(i / 32).load(Relaxed) >> (i % 32) & 1 != 0
    }

    /// Marks object `i`; true if it was not marked before.
    #[inline]
    pub fn set_marked(&self, i: usize) -> bool {
        let (w, bit) = (self.mark_word(i / 32), 1u32 << (i % 32));
        w.load(Relaxed) & bit == 0 && w.fetch_or(bit, Relaxed) & bit == 0
    }

    fn valid(&self, group: usize) -> u64 {
        let left = self.nelems as usize - group * 64;
        if left >= 64 { !0 } else { (1 << left) - 1 }
    }

    /// Free objects of a group, by the allocation bits.
    pub fn group_free(&self, group: usize) -> u64 {
        let lo = self.alloc_word(group * 2).load(Relaxed) as u64;
        let hi = self.alloc_word(group * 2 + 1).load(Relaxed) as u64;
        !(lo | hi << 32) & self.valid(group)
    }

    /// Records what of a group is now in use.
    pub fn set_group_free(&self, group: usize, free: u64) {
        self.alloc_word(group * 2).store(!free as u32, Relaxed);
        self.alloc_word(group * 2 + 1).store((!free >> 32) as u32, Relaxed);
    }

    /// Marks all the objects of a group that `bits` names: they are about to be handed out while
    /// marking goes on, and are born marked. A marker that finds a pointer to one finds the mark too: see "Memory order" in
    /// docs/RUNTIME.md.
    pub fn mark_group(&self, group: usize, bits: u64) {
        self.mark_word(group * 2).fetch_or(bits as u32, Release);
        self.mark_word(group * 2 + 1).fetch_or((bits >> 32) as u32, Release);
    }

    /// Takes marks back from objects that were not handed out after all.
    pub fn unmark_group(&self, group: usize, bits: u64) {
        self.mark_word(group * 2).fetch_and(!(bits as u32), Relaxed);
        self.mark_word(group * 2 + 1).fetch_and(!((bits >> 32) as u32), Relaxed);
    }

    /// Whether object `i` is not in use, as far as the bits know (exact when no cache holds the span).
    pub fn is_free(&self, i: usize) -> bool {
        self.alloc_word(i / 32).load(Relaxed) >> (i % 32) & 1 == 0
    }

    /// Number of marked objects.
    pub fn count_marked(&self) -> u32 {
        (0..self.bit_words()).map(|w| self.mark_word(w).load(Relaxed).count_ones()).sum()
    }

    /// Ends a sweep: what is marked is what is allocated, and nothing is marked.
    ///
    /// # Safety
    /// The caller sweeps this span; nobody else touches the bits.
    pub unsafe fn flip(&mut self) {
        core::mem::swap(&mut self.alloc, &mut self.mark);
        // SAFETY: the vector has that many words.
        unsafe { self.mark.write_bytes(0, self.bit_words()) };
        self.next_group = 0;
    }

    /// Whether the objects' pointer bits lie at the end of the span.
    #[inline]
    pub fn has_bitmap(&self) -> bool {
        !self.noscan() && self.size_class() != 0 && bits_in_span(self.elem_size)
    }

    /// Clears the objects from `first` on that `bits` names, and their bits in the bitmap.
    ///
    /// # Safety
    /// The span has a bitmap; the objects are free and the caller's. (Their neighbours' bits in the same words may be read meanwhile.)
    pub unsafe fn clear_objects(&mut self, first: usize, mut bits: u64) {
        while bits != 0 {
            // A run of objects beside each other.
            let from = bits.trailing_zeros();
            let len = (!(bits >> from)).trailing_zeros();
            bits &= !(u64::MAX >> (64 - len) << from);
            let (from, len) = (first + from as usize, len as usize);
            // SAFETY: objects of this span, and words of its bitmap.
            unsafe {
                (self.object(from) as *mut u8).write_bytes(0, len * self.elem_size);
                let words = self.elem_size / PTR;
                let (mut at, end) = (from * words, (from + len) * words);
                while at < end {
                    let n = (end - at).min(PTR_BITS - at % PTR_BITS);
                    let mask = usize::MAX >> (PTR_BITS - n) << (at % PTR_BITS);
                    let word = self.bitmap().add(at / PTR_BITS);
                    word.write_volatile(word.read_volatile() & !mask);
                    at += n;
                }
            }
        }
    }

    /// The pointer bitmap at the end of the span (`bits_in_span` only).
    #[inline]
    pub fn bitmap(&self) -> *mut usize {
        (self.base + PAGE - SPAN_BITMAP) as *mut usize
    }
}

/// Makes a span record for pages in use as objects of span class `class`; `size` is the object's
/// for class 0 and ignored otherwise.
pub fn create(addr: usize, npages: usize, class: u8, size: usize, zeroed: bool, sweepgen: u32) -> *mut Span {
    let bytes = npages * PAGE;
    let sc = class as usize >> 1;
    let (elem, nelems, magic) = if sc == 0 {
        (size, 1, 0)
    } else {
        let elem = class_size(sc);
        let usable = if class & 1 == 0 && bits_in_span(elem) { bytes - SPAN_BITMAP } else { bytes };
        (elem, usable / elem, (!0u32) / elem as u32 + 1)
    };
    let s = meta::alloc(size_of::<Span>()) as *mut Span;
    // SAFETY: a fresh zeroed record, big enough.
    unsafe {
        (*s).base = addr;
        (*s).elem_size = elem;
        (*s).nelems = nelems as u32;
        (*s).magic = magic;
        (*s).class = class;
        (*s).needzero = !zeroed;
        (*s).npages = npages;
        (*s).sweepgen = AtomicU32::new(sweepgen);
        let bits = (*s).bit_words() * 4;
        meta::count_span(size_of::<Span>() + 2 * bits);
        (*s).alloc = meta::alloc(bits) as *mut u32;
        (*s).mark = meta::alloc(bits) as *mut u32;
        (*s).state.store(State::InUse as u8, Release);
    }
    arena::set_spans(addr, npages, s);
    s
}

/// Makes a record for pages that the runtime manages itself.
pub fn create_manual(addr: usize, npages: usize) -> *mut Span {
    let s = meta::alloc(size_of::<Span>()) as *mut Span;
    meta::count_span(size_of::<Span>());
    // SAFETY: a fresh zeroed record.
    unsafe {
        (*s).base = addr;
        (*s).npages = npages;
        (*s).elem_size = npages * PAGE;
        (*s).state.store(State::Manual as u8, Release);
    }
    arena::set_spans(addr, npages, s);
    s
}

/// Forgets a span; its pages are the caller's to give back.
///
/// # Safety
/// No object in it is in use and no list, cache or lookup holds it.
pub unsafe fn destroy(s: *mut Span) {
    // SAFETY: the caller's promise.
    unsafe {
        arena::set_spans((*s).base, (*s).npages, null_mut());
        (*s).state.store(State::Dead as u8, Release);
        if !(*s).alloc.is_null() {
            let bits = (*s).bit_words() * 4;
            meta::SPANS.fetch_sub(2 * bits, Relaxed);
            meta::free((*s).alloc as *mut u8, bits);
            meta::free((*s).mark as *mut u8, bits);
        }
        meta::SPANS.fetch_sub(size_of::<Span>(), Relaxed);
        meta::free(s as *mut u8, size_of::<Span>());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn magic_division_is_exact() {
        for c in 1..CLASSES {
            let (size, bytes) = (class_size(c), class_pages(c) * PAGE);
            let magic = (!0u32) / size as u32 + 1;
            for off in 0..bytes {
                assert_eq!(
                    ((off as u64 * magic as u64) >> 32) as usize,
                    off / size,
                    "class {c} offset {off}"
                );
            }
        }
        assert!(size_of::<Span>() <= 256);
    }
}
