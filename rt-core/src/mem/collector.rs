//! What allocation asks of the collector, which is a layer above: a table for the slow paths, and one word for the others.

use super::cache::MCache;
use super::span::Span;
use crate::base::stopped::Stopped;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicBool, AtomicPtr, Ordering::*};

/// The collector's functions.
pub struct Collector {
    /// Before memory comes from elsewhere than the cache: starts, helps or ends a cycle. A safepoint.
    pub slow_alloc: unsafe fn(*mut MCache, usize),
    /// Sweeps for a span of the class with room, in no list; null if none was found.
    pub sweep_for: fn(usize) -> *mut Span,
    /// Sweeps until so many pages came free, if that can be had.
    pub reclaim: fn(usize),
}

/// Null as long as there is no collector.
static COLLECTOR: AtomicPtr<Collector> = AtomicPtr::new(null_mut());

/// Objects are born marked.
static MARKING: AtomicBool = AtomicBool::new(false);

/// There is a collector.
pub fn set(c: &'static Collector) {
    COLLECTOR.store(core::ptr::from_ref(c).cast_mut(), Release);
}

/// Marking begins or ends.
pub fn set_marking(on: bool, _: &Stopped) {
    MARKING.store(on, Release);
}

/// Whether marking is in progress: the barrier is on and objects are born marked.
#[inline]
pub fn marking() -> bool {
    MARKING.load(Acquire)
}

fn collector() -> Option<&'static Collector> {
    // SAFETY: null or the address of a static.
    unsafe { COLLECTOR.load(Acquire).as_ref() }
}

/// As `Collector::slow_alloc`.
///
/// # Safety
/// The P's own cache.
pub(super) unsafe fn slow_alloc(c: *mut MCache, bytes: usize) {
    if let Some(gc) = collector() {
        // SAFETY: the caller's promise.
        unsafe { (gc.slow_alloc)(c, bytes) }
    }
}

/// As `Collector::sweep_for`.
pub(super) fn sweep_for(class: usize) -> *mut Span {
    collector().map_or(null_mut(), |gc| (gc.sweep_for)(class))
}

/// As `Collector::reclaim`.
pub(super) fn reclaim(pages: usize) {
    if let Some(gc) = collector() {
        (gc.reclaim)(pages)
    }
}
