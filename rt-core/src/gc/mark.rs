//! Marking: from an address to its object's mark bit, and from an object to the addresses in it.

use super::{roots, state};
use crate::base::print;
use crate::mem::grey::Gcw;
use crate::mem::sizes::*;
use crate::mem::span::{Span, State};
use crate::mem::types::{self, Type};
use crate::mem::{arena, find_object};
use core::sync::atomic::{AtomicUsize, Ordering::*};

/// Large objects are scanned in pieces of this size, so that several markers share one.
const OBLET: usize = 128 << 10;
/// Work after which a marker looks whether others starve.
const SHARE_EVERY: usize = 64 << 10;

/// Objects between being queued and being scanned.
const RING: usize = 8;

/// Somebody who marks: a queue and counts. Made on the spot, over the queue of a P or a worker.
pub struct Marker<'a> {
    gcw: &'a mut Gcw,
    /// Bytes of objects marked.
    bytes: usize,
    /// Bytes scanned.
    pub work: usize,
}

/// Bytes marked by all markers in this cycle, and bytes scanned.
pub static MARKED: AtomicUsize = AtomicUsize::new(0);
pub static SCANNED: AtomicUsize = AtomicUsize::new(0);
/// What of those was in stacks.
pub static STACKS: AtomicUsize = AtomicUsize::new(0);

#[inline(always)] // one load, atomic in the memory model so that racing with the program is defined
fn load(addr: usize) -> usize {
    debug_assert!(addr.is_multiple_of(PTR));
    // SAFETY: callers pass word-aligned addresses in live objects, stacks or data.
    unsafe { AtomicUsize::from_ptr(addr as *mut usize).load(Relaxed) }
}

impl<'a> Marker<'a> {
    /// A marker over a queue.
    pub fn new(gcw: &'a mut Gcw) -> Marker<'a> {
        Marker { gcw, bytes: 0, work: 0 }
    }

    /// Marks the object that `p` points into, if it is one of the heap; queues it if it has pointers.
    #[inline]
    pub fn mark(&mut self, p: usize) {
        let s = arena::span_of(p);
        if s.is_null() {
            if state().verify.load(Relaxed) && arena::in_heap(p) {
                bad_pointer(p, "to a free page");
            }
            return;
        }
        // SAFETY: while marking, spans of objects are not freed.
        unsafe {
            if (*s).state() != State::InUse {
                return;
            }
            let i = (*s).index_of(p);
            if i >= (*s).nelems as usize {
                return;
            }
            if (*s).set_marked(i) {
                if (*s).noscan() {
                    self.bytes += (*s).elem_size;
                } else {
                    self.gcw.push((*s).object(i));
                }
            }
        }
    }

    /// Marks what the pointer stored at `addr` points to.
    #[inline]
    pub fn mark_slot(&mut self, addr: usize) {
        let p = load(addr);
        if p != 0 {
            self.mark(p);
        }
    }

    /// Marks what a range of memory points to; bit i of the mask stands for word i.
    ///
    /// # Safety
    /// The range is readable and word-aligned; the mask has a bit for each word.
    pub unsafe fn mark_range(&mut self, base: usize, len: usize, mask: *const u8) {
        let words = len / PTR;
        let mut w = 0;
        while w < words {
            let n = (words - w).min(PTR_BITS);
            // SAFETY: bits of words in the range.
            let mut bits = unsafe { types::mask_bits(mask, w, n) };
            while bits != 0 {
                self.mark_slot(base + (w + bits.trailing_zeros() as usize) * PTR);
                bits &= bits - 1;
            }
            w += n;
        }
        self.work += len;
    }

    /// Marks what a value of type `t` (or an array of it, `len` bytes) at `base` points to.
    ///
    /// # Safety
    /// Readable memory of that type; `t` may be null.
    pub unsafe fn mark_typed(&mut self, base: usize, len: usize, t: *const Type) {
        // SAFETY: the caller's promise.
        unsafe {
            if !types::is_noscan(t) {
                types::each_slot(t, base, base, len, |a| self.mark_slot(a));
            }
        }
    }

    /// Marks whatever words in the range might point to: for memory whose layout is unknown.
    ///
    /// # Safety
    /// The range is readable.
    pub unsafe fn mark_conservative(&mut self, base: usize, len: usize) {
        let mut a = base.next_multiple_of(PTR);
        while a + PTR <= base + len {
            let p = load(a);
            if let Some((s, i, _)) = find_object(p) {
                // SAFETY: a span in use; free objects must not be marked, their contents are stale.
                unsafe {
                    if !(*s).is_free(i) {
                        self.mark(p);
                    }
                }
            }
            a += PTR;
        }
        self.work += len;
    }

    /// Marks what a queued object points to.
    fn scan(&mut self, obj: usize) {
        let s = arena::span_of(obj);
        // SAFETY: queued objects are in spans in use.
        unsafe {
            let elem = (*s).elem_size;
            if (*s).size_class() == 0 {
                return self.scan_large(s, obj);
            }
            self.bytes += elem;
            self.work += elem;
            if bits_in_span(elem) {
                let mut bits = small_bits(s, obj);
                while bits != 0 {
                    self.mark_slot(obj + bits.trailing_zeros() as usize * PTR);
                    bits &= bits - 1;
                }
            } else {
                let t = load(obj) as *const Type;
                let base = obj + HEADER;
                types::each_slot(t, base, base, elem - HEADER, |a| self.mark_slot(a));
            }
        }
    }

    unsafe fn scan_large(&mut self, s: *mut Span, at: usize) {
        // SAFETY: as in `scan`.
        unsafe {
            let (base, end) = ((*s).base, (*s).base + (*s).elem_size);
            let t = (*s).large_type.load(Acquire);
            if at == base {
                self.bytes += (*s).elem_size;
                let mut o = base + OBLET;
                while o < end {
                    self.gcw.push(o);
                    o += OBLET;
                }
            }
            if !t.is_null() {
                let len = OBLET.min(end - at);
                self.work += len;
                types::each_slot(t, base, at, len, |a| self.mark_slot(a));
            }
        }
    }

    /// Marks what an object points to, not the object itself (for finalizers' objects).
    ///
    /// # Safety
    /// `s` is in use and has that object.
    pub unsafe fn mark_contents(&mut self, s: *mut Span, i: usize) {
        // SAFETY: the caller's promise.
        unsafe {
            if (*s).noscan() {
                return;
            }
            let data = (*s).object(i) + (*s).header();
            each_object_slot(s, i, data, (*s).elem_size - (*s).header(), |a| self.mark_slot(a));
        }
    }

    /// Marks until `budget` bytes are scanned or nothing is left; true if nothing is left.
    pub fn drain(&mut self, budget: usize) -> bool {
        let stop_at = self.work.saturating_add(budget);
        let mut share_at = self.work;
        // Objects wait here while the cache fetches them; without that, most of the time of marking
        // is waiting for memory.
        let mut ring = [0usize; RING];
        let mut at = 0;
        loop {
            let new = self.gcw.pop();
            if new != 0 {
                crate::machine::prefetch(new);
            }
            let p = core::mem::replace(&mut ring[at % RING], new);
            at += 1;
            if p != 0 {
                self.scan(p);
            } else if new == 0 && ring.iter().all(|p| *p == 0) && !roots::do_one(self) {
                return true;
            }
            if self.work >= share_at {
                self.gcw.share();
                share_at = self.work + SHARE_EVERY;
            }
            if self.work >= stop_at {
                ring.iter().filter(|p| **p != 0).for_each(|p| self.gcw.push(*p));
                return false;
            }
        }
    }

    /// Gives all queued objects to other markers.
    pub fn flush_queue(&mut self) {
        self.gcw.flush();
    }
}

impl Drop for Marker<'_> {
    fn drop(&mut self) {
        if self.bytes != 0 {
            MARKED.fetch_add(self.bytes, Relaxed);
        }
        if self.work != 0 {
            SCANNED.fetch_add(self.work, Relaxed);
        }
    }
}

/// Pointer bits of a small object from its span's bitmap.
///
/// # Safety
/// `obj` is an object of `s`, whose objects have their bits in the span.
#[inline]
pub unsafe fn small_bits(s: *mut Span, obj: usize) -> usize {
    // SAFETY: the caller's promise.
    unsafe {
        let map = (*s).bitmap() as usize;
        let (at, n) = ((obj - (*s).base) / PTR, (*s).elem_size / PTR);
        let (w, shift) = (at / PTR_BITS, at % PTR_BITS);
        let mut bits = load(map + w * PTR) >> shift;
        if shift + n > PTR_BITS {
            bits |= load(map + (w + 1) * PTR) << (PTR_BITS - shift);
        }
        if n < PTR_BITS { bits & ((1 << n) - 1) } else { bits }
    }
}

/// Calls `f` for each pointer slot among `[from, from + len)` of object `i`.
///
/// # Safety
/// The object is in use, of a span with pointers, and the range lies in its data.
pub unsafe fn each_object_slot(s: *mut Span, i: usize, from: usize, len: usize, mut f: impl FnMut(usize)) {
    // SAFETY: the caller's promise.
    unsafe {
        let obj = (*s).object(i);
        if (*s).size_class() == 0 {
            let t = (*s).large_type.load(Acquire);
            if !t.is_null() {
                types::each_slot(t, obj, from, len, f);
            }
        } else if bits_in_span((*s).elem_size) {
            let mut bits = small_bits(s, obj);
            while bits != 0 {
                let a = obj + bits.trailing_zeros() as usize * PTR;
                bits &= bits - 1;
                if a >= from && a < from + len {
                    f(a);
                }
            }
        } else {
            let t = load(obj) as *const Type;
            types::each_slot(t, obj + HEADER, from, len, f);
        }
    }
}

#[cold]
pub(super) fn bad_pointer(p: usize, what: &str) -> ! {
    print::str("runtime: pointer ");
    print::hex(p as u64);
    print::str(" ");
    print::str(what);
    print::str("\n");
    print::throw("found bad pointer in Go heap (incorrect use of unsafe or cgo?)")
}
