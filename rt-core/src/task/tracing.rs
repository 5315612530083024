//! What execution traces (`profile::trace`) hear of, while one is taken. Otherwise each place costs a load and a branch.

use super::g::{G, M, P};
use super::state::Status;
use crate::base::stopped::Why;
use crate::gc::Note;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicPtr, Ordering::*};

/// What happens.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Happens {
    /// The world is about to be stopped; it runs again.
    Stop(Why),
    Start,
    /// The number of processors has changed.
    Procs,
    /// Of the collector.
    Collector(Note),
}

/// Who listens. Each function may be called late, when the trace has just ended.
pub struct Listener {
    /// A goroutine is about to stop running; its stack can be looked at.
    pub leaves: unsafe fn(*mut G),
    /// A goroutine has changed its state; the calling thread does that.
    pub state: unsafe fn(*mut G, Status, Status),
    /// The processor is the thread's, or (null) nobody's.
    pub processor: unsafe fn(*mut P, *mut M),
    /// Something happens to the calling thread's goroutine.
    pub happens: unsafe fn(Happens),
    /// A goroutine waits for what has been traced, and there is some: it may be woken now.
    pub wake_reader: unsafe fn(),
}

static LISTENER: AtomicPtr<Listener> = AtomicPtr::new(null_mut());

/// Who listens, if somebody does.
#[inline(always)] // one load and a branch
pub fn listener() -> Option<&'static Listener> {
    // SAFETY: `listen` stores statics only.
    unsafe { LISTENER.load(Acquire).as_ref() }
}

/// From now on this one listens, or nobody.
pub fn listen(l: Option<&'static Listener>) {
    LISTENER.store(l.map_or(null_mut(), |l| (l as *const Listener).cast_mut()), SeqCst);
}

/// The processor is the thread's, or (null) nobody's.
///
/// # Safety
/// The records exist.
#[inline(always)] // one load and a branch
pub unsafe fn processor(p: *mut P, m: *mut M) {
    if let Some(l) = listener() {
        // SAFETY: the caller's promise.
        unsafe { (l.processor)(p, m) };
    }
}

/// Something happens to the calling thread's goroutine.
///
/// # Safety
/// On a thread of the runtime's.
#[inline(always)] // one load and a branch
pub unsafe fn happens(what: Happens) {
    if let Some(l) = listener() {
        // SAFETY: the caller's promise.
        unsafe { (l.happens)(what) };
    }
}
