//! Sweeping: turning marks into free objects and empty spans into free pages, lazily: by whoever
//! needs a span, by the background workers, and at the latest before the next cycle.

use super::{pacer, special};
use crate::base::meter::SUMS;
use crate::base::stopped::Stopped;
use crate::mem::central;
use crate::mem::sizes::{PAGE_SHIFT, SPAN_CLASSES, class_pages};
use crate::mem::span::{Place, Span};
use crate::mem::{self, HEAP};
use crate::os;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering::*};

/// What became of a span.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Swept {
    /// It has live objects.
    Kept,
    /// It had none and is gone.
    Freed,
}

/// Nothing is left to claim.
static DONE: AtomicBool = AtomicBool::new(true);
/// Class that `one` looks at, times two: full list, then partial list.
static CURSOR: AtomicUsize = AtomicUsize::new(0);
/// Who is between claiming and finishing.
static ACTIVE: AtomicUsize = AtomicUsize::new(0);

/// Whether no span is left to claim (some may still be in the works).
#[inline]
pub fn is_done() -> bool {
    DONE.load(Acquire)
}

/// Counts a sweeper while it lives; made before claiming.
pub struct Sweeping(());

/// Announces a claim.
pub fn enter() -> Sweeping {
    ACTIVE.fetch_add(1, AcqRel);
    Sweeping(())
}

impl Drop for Sweeping {
    fn drop(&mut self) {
        ACTIVE.fetch_sub(1, AcqRel);
    }
}

/// Starts a sweep cycle: caches are flushed, marking is complete.
pub fn start_cycle(stopped: &Stopped) {
    HEAP.sweepgen.fetch_add(2, AcqRel);
    central::start_sweep_cycle(stopped);
    PEAK.store(pages_in_use(), Relaxed);
    CURSOR.store(0, Relaxed);
    DONE.store(false, Release);
}

/// Sweeps a claimed span. If it keeps objects and not `mine`, it goes into its list.
///
/// # Safety
/// The caller claimed the span in this cycle, after `enter`.
pub unsafe fn sweep(s: *mut Span, mine: bool) -> Swept {
    // SAFETY: claimed: nobody else touches list membership or bits; specials under their lock.
    unsafe {
        if !(*s).attached.is_null() && special::sweep(s) {
            super::wake_finalizers();
        }
        let live = (*s).count_marked();
        let freed = (*s).alloc_count - live;
        let (class, size) = ((*s).class as usize, (*s).elem_size);
        if freed > 0 {
            central::of(class).with(|l| {
                l.nfree += freed as u64;
                if class < 2 {
                    l.free_bytes += size as u64;
                }
            });
        }
        if live == 0 {
            (*s).sweepgen.store(HEAP.sweepgen.load(Relaxed), Release);
            central::free_span(s);
            return Swept::Freed;
        }
        (*s).alloc_count = live;
        (*s).flip();
        if freed > 0 {
            (*s).needzero = true;
        }
        (*s).sweepgen.store(HEAP.sweepgen.load(Relaxed), Release);
        if !mine {
            central::put(s, if live < (*s).nelems { Place::Partial } else { Place::Full });
        }
        Swept::Kept
    }
}

/// Sweeps one span; the number of pages it freed, or None if there was none to sweep.
pub fn one() -> Option<usize> {
    if is_done() {
        return None;
    }
    let _e = enter();
    loop {
        let at = CURSOR.load(Acquire);
        if at >= SPAN_CLASSES * 2 {
            if !DONE.swap(true, AcqRel) {
                give_back();
            }
            return None;
        }
        // Large objects come first: they free the most.
        let s = central::claim_unswept(at / 2, at.is_multiple_of(2));
        if s.is_null() {
            let _ = CURSOR.compare_exchange(at, at + 1, AcqRel, Relaxed);
            continue;
        }
        // SAFETY: claimed.
        unsafe {
            let n = (*s).npages;
            return Some(if sweep(s, false) == Swept::Freed { n } else { 0 });
        }
    }
}

/// Sweeps for a span of the class with room, in no list; null if none was found.
pub fn sweep_for(class: usize) -> *mut Span {
    if is_done() {
        return null_mut();
    }
    let _sweeping = enter();
    // Partial spans surely give room; full ones only perhaps, so stop after some.
    for (full, mut tries) in [(false, usize::MAX), (true, 32)] {
        while tries > 0 {
            tries -= 1;
            let s = central::claim_unswept(class, full);
            if s.is_null() {
                break;
            }
            // SAFETY: claimed by us just now.
            unsafe {
                match sweep(s, true) {
                    Swept::Kept if (*s).alloc_count < (*s).nelems => return s,
                    Swept::Kept => central::put(s, Place::Full),
                    Swept::Freed => {}
                }
            }
        }
    }
    reclaim(class_pages(class >> 1));
    null_mut()
}

/// Sweeps until `pages` pages came free, a fair amount was tried or nothing is left.
pub fn reclaim(pages: usize) {
    let mut freed = 0;
    for _ in 0..100.max(pages) {
        match one() {
            Some(n) => freed += n,
            None => return,
        }
        if freed >= pages {
            return;
        }
    }
}

/// Sweeps everything and waits for those who sweep elsewhere.
pub fn finish() {
    while one().is_some() {}
    while ACTIVE.load(Acquire) != 0 {
        os::yield_now();
    }
}

/// Makes sure that a span is swept in this cycle.
///
/// # Safety
/// The span is in use and stays so (it has a live object).
pub unsafe fn ensure_swept(s: *mut Span) {
    let generation = HEAP.sweepgen.load(Acquire);
    // SAFETY: in use.
    unsafe {
        while (*s).sweepgen.load(Acquire) != generation {
            let e = enter();
            if central::claim(s) {
                sweep(s, false);
                return;
            }
            drop(e);
            os::yield_now();
        }
    }
}

/// Pages in use when the last sweep began: what the program needed at its peak.
static PEAK: AtomicUsize = AtomicUsize::new(0);

/// When memory was last given back, in milliseconds.
static LAST_GIVEN: AtomicUsize = AtomicUsize::new(0);

fn pages_in_use() -> usize {
    HEAP.pages_in_use.load(Relaxed) + HEAP.pages_manual.load(Relaxed)
}

/// At the end of a sweep: gives memory back to the system that the program won't need up to the next
/// one, going by the goal and by the last cycle's peak.
fn give_back() {
    let goal = pacer::goal();
    if goal != usize::MAX {
        let manual = HEAP.pages_manual.load(Relaxed);
        let keep = ((goal + goal / 10) >> PAGE_SHIFT).max(PEAK.load(Relaxed)) + manual / 10;
        // Giving back and touching again costs far more than keeping: no more than 64 MB a second.
        let now = (os::nanotime() / 1_000_000) as usize;
        let last = LAST_GIVEN.load(Relaxed);
        let ms = if last == 0 { 0 } else { now.wrapping_sub(last).min(10_000) };
        if last == 0 || ms >= 100 {
            LAST_GIVEN.store(now, Relaxed);
        } else {
            return;
        }
        let began = os::nanotime();
        mem::scavenge(keep.saturating_sub(pages_in_use()) << PAGE_SHIFT, ms << 16);
        SUMS.scavenge_background.fetch_add(os::nanotime() - began, Relaxed);
    }
}
