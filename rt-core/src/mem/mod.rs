//! The heap.
//!
//! From the bottom up: `os` maps memory; `pages` hands out runs of 8 KiB pages; `arena` finds the
//! span of an address; `span` is a run of pages with objects of one size (`sizes`); `central` is
//! the shared supply of spans by class; `cache` is each P's own supply; `malloc` allocates from it, and `sampling` picks objects
//! for the memory profile.
//! `meta` is memory for the runtime's own records; `blocks` for those that come in numbers, such as small stacks.
//!
//! How the collector finds the pointers of an object:
//! - spans are pointer-free or not, as a whole (`noscan`);
//! - objects up to 512 B (128 B on 32-bit machines): a bitmap at the end of the one-page span;
//! - other small objects: a header word before the data holds the type;
//! - large objects: the span holds the type.
//!
//! Interface:
//! - `MCache::init` for each P (zeroed memory, e.g. from `meta::persistent`);
//! - `mallocgc(cache, size, typ, needzero)`: a safepoint if there is a collector; leaves the result to the caller;
//! - `alloc_manual(bytes)`/`free_manual(addr)`: page-aligned memory for stacks and the like,
//!   never scanned; not a safepoint;
//! - `meta::{persistent, alloc, free}`: off-heap records;
//! - `scavenge_all()`, `find_object(p)`.
//!
//! It knows no goroutine, and of the collector only what allocation asks of it on slow paths (`collector`) and what a cache
//! keeps for it: the write barrier's buffer (`wbbuf`) and a queue of addresses (`grey`).
//!
//! All of it runs on a system stack and may be called before the scheduler is up.

pub mod arena;
pub mod blocks;
pub mod cache;
pub mod central;
pub mod collector;
pub mod grey;
pub mod malloc;
pub mod meta;
pub mod pages;
pub mod sampling;
pub mod sizes;
pub mod span;
pub mod types;
pub mod wbbuf;

use crate::base::lock::{Global, Shared};
use crate::base::print::throw;
use central::Central;
use core::sync::atomic::{AtomicU32, AtomicUsize, Ordering::*};
use pages::PageHeap;
use sizes::*;
use span::{Span, State};

pub use cache::MCache;
pub use malloc::{know_large, mallocgc, new_large};
pub use types::Type;

/// The shared state of the heap.
pub struct Heap {
    lock: Shared,
    /// Under `lock`.
    pages: Global<PageHeap>,
    /// Sweep generation, always even: see `Span::sweepgen`. Changes while the world is stopped.
    pub sweepgen: AtomicU32,
    /// Bytes in objects: what the last cycle marked, plus what was handed to caches since.
    pub live: AtomicUsize,
    /// Values in tiny blocks, as flushed.
    pub tiny_allocs: AtomicUsize,
    /// Pages in spans of objects and in manual spans.
    pub pages_in_use: AtomicUsize,
    pub pages_manual: AtomicUsize,
    /// Bytes that the process should not exceed (GOMEMLIMIT); `usize::MAX`: any number.
    pub limit: AtomicUsize,
}

/// Spans by class. (Apart from `HEAP` because it is all zeros at first and takes no place in the file.)
pub static CENTRAL: [Central; SPAN_CLASSES] = [const { Central::new() }; SPAN_CLASSES];

/// The heap.
pub static HEAP: Heap = Heap {
    lock: Shared::new("pages"),
    pages: Global::new(PageHeap::new()),
    sweepgen: AtomicU32::new(2),
    live: AtomicUsize::new(0),
    tiny_allocs: AtomicUsize::new(0),
    pages_in_use: AtomicUsize::new(0),
    pages_manual: AtomicUsize::new(0),
    limit: AtomicUsize::new(usize::MAX),
};

/// Counts an allocation that left the shared heap.
#[inline]
pub fn note_alloc(bytes: usize) {
    HEAP.live.fetch_add(bytes, Relaxed);
}

/// Bytes of address space that the heap has, and how much of it went back to the system.
pub fn mapped() -> (usize, usize) {
    with_pages(|p| (p.mapped, p.clean << PAGE_SHIFT))
}

fn with_pages<R>(f: impl FnOnce(&mut PageHeap) -> R) -> R {
    let _g = HEAP.lock.lock();
    // SAFETY: under the lock.
    f(unsafe { &mut *HEAP.pages.get() })
}

/// Takes pages for a span of objects.
pub(crate) fn alloc_pages(n: usize) -> Option<(usize, bool)> {
    let limit = HEAP.limit.load(Relaxed);
    let r = with_pages(|p| {
        if limit != usize::MAX {
            // Under a memory limit, free pages go back to the system before new ones are touched.
            let used = p.mapped - (p.clean << PAGE_SHIFT) + meta::META_SYS.load(Relaxed);
            let over = used.saturating_add(n << PAGE_SHIFT).saturating_sub(limit) >> PAGE_SHIFT;
            if over > 0 {
                let dirty = p.free - p.clean;
                p.scavenge(dirty.saturating_sub(over.max(64)), over.max(64));
            }
        }
        p.alloc(n)
    });
    if r.is_some() {
        HEAP.pages_in_use.fetch_add(n, Relaxed);
    }
    r
}

/// Gives the pages of a span of objects back.
pub(crate) fn release_pages(addr: usize, n: usize) {
    with_pages(|p| p.release(addr, n));
    HEAP.pages_in_use.fetch_sub(n, Relaxed);
}

/// Page-aligned memory (rounded up to 8 KiB) that the collector never looks at; contents are
/// arbitrary. Null: out of memory.
pub fn alloc_manual(bytes: usize) -> *mut u8 {
    let n = bytes.div_ceil(PAGE);
    match with_pages(|p| p.alloc(n)) {
        Some((addr, _)) => {
            span::create_manual(addr, n);
            HEAP.pages_manual.fetch_add(n, Relaxed);
            addr as *mut u8
        }
        None => core::ptr::null_mut(),
    }
}

/// Gives memory of `alloc_manual` back.
///
/// # Safety
/// `p` is what `alloc_manual` returned; nothing uses the memory.
pub unsafe fn free_manual(p: *mut u8) {
    let s = arena::span_of(p as usize);
    // SAFETY: the caller's promise.
    unsafe {
        if s.is_null() || (*s).state() != State::Manual || (*s).base != p as usize {
            throw("free_manual: bad address");
        }
        let n = (*s).npages;
        HEAP.pages_manual.fetch_sub(n, Relaxed);
        span::destroy(s);
        with_pages(|h| h.release(p as usize, n));
    }
}

/// The object that an address points into (anywhere, header included): its span, index and the
/// address of its data. None if it is not in an object of the heap.
pub fn find_object(p: usize) -> Option<(*mut Span, usize, usize)> {
    let s = arena::span_of(p);
    if s.is_null() {
        return None;
    }
    // SAFETY: a span record that a page in use names.
    unsafe {
        if (*s).state() != State::InUse {
            return None;
        }
        let i = (*s).index_of(p);
        if i >= (*s).nelems as usize {
            return None;
        }
        Some((s, i, (*s).object(i) + (*s).header()))
    }
}

/// Whether an address lies in memory of the collected heap (for `reflect.verifyNotInHeapPtr`).
pub fn is_heap_address(p: usize) -> bool {
    find_object(p).is_some()
}

/// Arenas [0, n) of the window may exist.
pub(crate) fn arenas_high() -> usize {
    with_pages(|p| p.high())
}

/// Gives all free pages back to the system; returns bytes.
pub fn scavenge_all() -> usize {
    scavenge(0, usize::MAX)
}

/// Gives free pages beyond `keep_bytes` back to the system, highest first and about `max_bytes` at
/// most; returns bytes. Allocation can go on in between.
pub fn scavenge(keep_bytes: usize, max_bytes: usize) -> usize {
    const AT_A_TIME: usize = 512;
    let mut done = 0;
    let max = max_bytes >> PAGE_SHIFT;
    while done < max {
        match with_pages(|p| p.scavenge(keep_bytes >> PAGE_SHIFT, AT_A_TIME.min(max - done))) {
            0 => break,
            n => done += n,
        }
    }
    done << PAGE_SHIFT
}
