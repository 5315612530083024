//! From an address to its arena and span.
//!
//! The heap lives in one window of the address space, cut into arenas of 64 MiB (4 MiB on 32-bit
//! machines). A table indexed by arena holds each one's record: the span of every page and the
//! page bits. Looking up a pointer is a subtraction, a shift and two loads, without locks.

use super::pages::PageBits;
use super::sizes::{PAGE, PAGE_SHIFT};
use super::span::Span;
use crate::base::print::throw;
use crate::os;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicPtr, AtomicU32, AtomicUsize, Ordering::*};

#[cfg(target_pointer_width = "64")]
mod params {
    pub const SHIFT: usize = 26;
    /// 512 GiB.
    pub const WINDOW: usize = 8192;
}
#[cfg(target_pointer_width = "32")]
mod params {
    pub const SHIFT: usize = 22;
    /// The whole address space.
    pub const WINDOW: usize = 1024;
}
use params::SHIFT;
pub use params::WINDOW;

/// Pages of an arena.
pub const ARENA_PAGES: usize = 1 << (SHIFT - PAGE_SHIFT);

/// The record of an arena; zero memory is a valid one.
#[repr(C)]
pub struct Arena {
    /// Span of each page; null where none is in use.
    spans: [AtomicPtr<Span>; ARENA_PAGES],
    /// A bit per page: it begins a span that has attached records.
    pub attached: [AtomicU32; ARENA_PAGES / 32],
    /// Under the heap lock.
    pages: core::cell::UnsafeCell<PageBits>,
}

/// Start of the window.
static BASE: AtomicUsize = AtomicUsize::new(0);
static ARENAS: [AtomicPtr<Arena>; WINDOW] = [const { AtomicPtr::new(null_mut()) }; WINDOW];
/// Where what was ever mapped for the heap begins and ends. Without an operating system the first arena begins below: with the
/// program itself.
static MAPPED: [AtomicUsize; 2] = [AtomicUsize::new(usize::MAX), AtomicUsize::new(0)];

impl Arena {
    /// The page bits.
    #[allow(clippy::mut_from_ref, reason = "the heap lock makes the reference unique")]
    pub fn pages(&self) -> &mut PageBits {
        // SAFETY: only used under the heap lock, one reference at a time.
        unsafe { &mut *self.pages.get() }
    }

    /// The span of page `i`.
    pub fn span(&self, i: usize) -> *mut Span {
        self.spans[i].load(Acquire)
    }
}

/// Lets the window begin with the arena around `addr` (on 32-bit machines it covers everything).
/// No arena exists yet.
pub fn set_origin(addr: usize) {
    if cfg!(target_pointer_width = "64") {
        BASE.store(addr >> SHIFT << SHIFT, Relaxed);
    }
}

/// Arena index of an address; `WINDOW` or more if outside.
#[inline]
pub fn index_of(addr: usize) -> usize {
    addr.wrapping_sub(BASE.load(Relaxed)) >> SHIFT
}

/// First address of an arena.
#[inline]
pub fn address_of(i: usize) -> usize {
    BASE.load(Relaxed) + (i << SHIFT)
}

/// Which page of its arena an address lies in.
#[inline]
pub fn page_in_arena(addr: usize) -> usize {
    (addr >> PAGE_SHIFT) & (ARENA_PAGES - 1)
}

/// The record of arena `i`, if there is one.
#[inline]
pub fn at(i: usize) -> Option<&'static Arena> {
    if i >= WINDOW {
        return None;
    }
    let p = ARENAS[i].load(Acquire);
    // SAFETY: records are never freed.
    if p.is_null() { None } else { Some(unsafe { &*p }) }
}

/// Makes the record of arena `i`, under the heap lock.
pub fn create(i: usize) {
    if ARENAS[i].load(Acquire).is_null() {
        let p = os::map(size_of::<Arena>());
        if p.is_null() {
            throw("runtime: cannot allocate heap metadata");
        }
        super::meta::META_SYS.fetch_add(size_of::<Arena>(), Relaxed);
        ARENAS[i].store(p as *mut Arena, Release);
    }
}

/// The span in use at an address, or null.
#[inline(always)] // the mark loop's first step; a call costs a tenth of marking
pub fn span_of(addr: usize) -> *mut Span {
    let i = index_of(addr);
    if i >= WINDOW {
        return null_mut();
    }
    let a = ARENAS[i].load(Acquire);
    if a.is_null() {
        return null_mut();
    }
    // SAFETY: records are never freed, and the page index is below ARENA_PAGES.
    unsafe { (*a).spans.get_unchecked(page_in_arena(addr)).load(Acquire) }
}

/// Whether an address lies in memory that was mapped for the heap (used or not).
pub fn in_heap(addr: usize) -> bool {
    let [start, end] = &MAPPED;
    (start.load(Acquire)..end.load(Acquire)).contains(&addr) && at(index_of(addr)).is_some()
}

/// A range was mapped for the heap.
pub fn note_mapped(addr: usize, size: usize) {
    let [start, end] = &MAPPED;
    start.fetch_min(addr, AcqRel);
    end.fetch_max(addr + size, AcqRel);
}

/// Enters (or, with null, removes) the span of `n` pages from `addr` on. Every page of the span
/// points to it, so that interior pointers find it.
pub fn set_spans(addr: usize, n: usize, s: *mut Span) {
    for k in 0..n {
        let p = addr + k * PAGE;
        if let Some(a) = at(index_of(p)) {
            a.spans[page_in_arena(p)].store(s, Release);
        }
    }
}

/// Notes whether the span that begins at `addr` has attached records.
pub fn set_has_attached(addr: usize, yes: bool) {
    if let Some(a) = at(index_of(addr)) {
        let i = page_in_arena(addr);
        if yes {
            a.attached[i / 32].fetch_or(1 << (i % 32), Release);
        } else {
            a.attached[i / 32].fetch_and(!(1 << (i % 32)), Release);
        }
    }
}
