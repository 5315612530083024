//! The allocation cache of a P. Its layout is fixed: compiled Go allocates from it without a call
//! into Rust.
//!
//! The P's first word is the address of its cache (`P_CACHE` in layout.h).
//!
//! Fast path for a pointer-free or small (`bits_in_span`) object of class `c`, span class `sc`:
//!
//! ```text
//! slot = &cache.slots[sc]
//! if slot.free == 0 { slow path }
//! i = trailing_zeros(slot.free); slot.free &= slot.free - 1
//! p = slot.base + i * slot.elem_size
//! if slot.needzero != 0 && caller needs zeroes { clear elem_size bytes }
//! if has pointers { set its bits in the bitmap at the end of p's page }
//! ```
//!
//! Objects whose bits lie there are cleared, and their bits too, when a slot loads them: 64 at once, at most a page.
//!
//! It needs no look at the collector's state: while marking, the bits of `free` are already marked
//! in the span (objects are born black).

use super::central;
use super::collector::marking;
use super::grey::Gcw;
use super::sizes::*;
use super::span::{Place, Span};
use super::wbbuf::WbBuf;
use super::{HEAP, note_alloc, sampling};
use crate::base::layout::shared_record;
use core::ptr::null_mut;
use core::sync::atomic::Ordering::*;

reflect::record! { slot => shared_record { #[derive(Clone, Copy)] pub struct Slot {}} }

reflect::record! { mcache => shared_record { pub struct MCache {
    /// Grey objects found by this P.
    pub gcw: Gcw,
    /// Bytes of allocation not yet paid for by marking, while marking goes on.
    pub assist_debt: isize,
    /// By span class: free objects of the slot's group that wait behind one that the memory profile samples, and that one,
    /// the lowest bit. Above all bits of `free`.
    pub held: [u64; SPAN_CLASSES],
    /// The object that the allocation in progress takes, if it is sampled; otherwise 0.
    pub sampled: usize,
    /// Randomness for sampling.
    random: u64,
}}}

impl MCache {
    /// Prepares a zeroed cache in place. Call for each P before it runs.
    pub fn init(&mut self) {
        for s in &mut self.slots {
            *s = Slot { free: 0, base: 0, elem_size: 0, needzero: 0, span: null_mut() };
        }
        self.small = small_classes();
        self.tiny = 0;
        self.tiny_offset = 0;
        self.tiny_allocs = 0;
        self.assist_debt = 0;
        self.held = [0; SPAN_CLASSES];
        self.sampled = 0;
        self.random = crate::os::nanotime() ^ (self as *mut MCache as u64).rotate_left(32) | 1;
        self.wb.reset();
        self.gcw.init();
    }

    /// An object of the class out of the slot; needs a free bit.
    #[inline]
    pub fn take(&mut self, class: usize) -> (usize, bool) {
        let s = &mut self.slots[class];
        let i = s.free.trailing_zeros() as usize;
        s.free &= s.free - 1;
        (s.base + i * s.elem_size as usize, s.needzero != 0)
    }

    /// The sampled object for which the slot's other objects wait; needs a held bit.
    #[cold]
    pub fn take_sampled(&mut self, class: usize) -> (usize, bool) {
        let held = core::mem::take(&mut self.held[class]);
        self.slots[class].free = held;
        let (p, dirty) = self.take(class);
        self.sampled = p;
        self.hold_back(class);
        (p, dirty)
    }

    /// Leaves in the slot what comes before the next object to sample.
    fn hold_back(&mut self, class: usize) {
        let Some(ops) = sampling::ops() else { return };
        let s = &mut self.slots[class];
        let mut rest = s.free;
        for _ in 0..(ops.before)(&mut self.random, rest.count_ones() as usize, s.elem_size as usize) {
            rest &= rest - 1;
        }
        s.free &= !rest;
        self.held[class] = rest;
    }

    /// Whether a large object of `size` bytes is sampled.
    pub fn samples(&mut self, size: usize) -> bool {
        sampling::ops().is_some_and(|ops| (ops.before)(&mut self.random, 1, size) == 0)
    }

    /// Gives the slot of the class free objects, of the next group of its span or of another span; they may all be held back.
    /// False: out of memory.
    pub fn refill(&mut self, class: usize) -> bool {
        let slot = &mut self.slots[class];
        // SAFETY: a cached span is owned by this cache.
        unsafe {
            if self.held[class] != 0 {
                // Who calls this records no samples.
                slot.free = core::mem::take(&mut self.held[class]);
                return true;
            }
            if !slot.span.is_null() && load_group(slot) {
                self.hold_back(class);
                return true;
            }
            self.uncache(class);
            let s = central::take_span(class);
            if s.is_null() {
                return false;
            }
            let slot = &mut self.slots[class];
            let free = (*s).nelems - (*s).alloc_count;
            slot.span = s;
            slot.elem_size = (*s).elem_size as u32;
            slot.needzero = ((*s).needzero && !(*s).has_bitmap()) as u32;
            (*s).next_group = 0;
            if !load_group(slot) {
                crate::base::print::throw("span has no free objects");
            }
            note_alloc(free as usize * (*s).elem_size);
            self.hold_back(class);
            true
        }
    }

    /// Gives the slot's span back to the central, exact counts included.
    ///
    /// # Safety
    /// The cache is the caller's.
    pub unsafe fn uncache(&mut self, class: usize) {
        let slot = &mut self.slots[class];
        let s = slot.span;
        if s.is_null() {
            return;
        }
        // SAFETY: a cached span is owned by this cache.
        unsafe {
            slot.free |= core::mem::take(&mut self.held[class]);
            let left = unused(slot);
            if slot.free != 0 {
                let group = (*s).next_group as usize - 1;
                (*s).set_group_free(group, slot.free);
                if marking() {
                    (*s).unmark_group(group, slot.free);
                }
            }
            let used = (*s).nelems - left - (*s).alloc_count;
            (*s).alloc_count += used;
            slot.free = 0;
            slot.span = null_mut();
            central::of(class).with(|l| l.nmalloc += used as u64);
            if left > 0 {
                HEAP.live.fetch_sub(left as usize * (*s).elem_size, Relaxed);
            }
            central::put(s, if left > 0 { Place::Partial } else { Place::Full });
        }
    }

    /// Empties the cache. The world is stopped, or the P is the caller's.
    ///
    /// # Safety
    /// See above.
    pub unsafe fn flush(&mut self) {
        for class in 2..SPAN_CLASSES {
            // SAFETY: the caller's promise.
            unsafe { self.uncache(class) };
        }
        self.tiny = 0;
        self.tiny_offset = 0;
        HEAP.tiny_allocs.fetch_add(self.tiny_allocs, Relaxed);
        self.tiny_allocs = 0;
    }
}

/// Free objects that the span of a slot still has, in the slot and in later groups.
unsafe fn unused(slot: &Slot) -> u32 {
    // SAFETY: a cached span.
    unsafe {
        let s = &*slot.span;
        let mut n = slot.free.count_ones();
        for g in s.next_group as usize..s.nelems.div_ceil(64) as usize {
            n += s.group_free(g).count_ones();
        }
        n
    }
}

/// Loads the next group with free objects into the slot; false if there is none.
unsafe fn load_group(slot: &mut Slot) -> bool {
    // SAFETY: a cached span.
    unsafe {
        let s = &mut *slot.span;
        while (s.next_group as usize) < s.nelems.div_ceil(64) as usize {
            let g = s.next_group as usize;
            s.next_group += 1;
            let free = s.group_free(g);
            if free != 0 {
                // In use from now on; `uncache` corrects what remains.
                s.set_group_free(g, 0);
                if marking() {
                    s.mark_group(g, free);
                }
                slot.free = free;
                slot.base = s.object(g * 64);
                if s.needzero && s.has_bitmap() {
                    s.clear_objects(g * 64, free);
                }
                return true;
            }
        }
        false
    }
}
