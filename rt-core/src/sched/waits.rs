//! What the block and mutex profiles (`profile::lock`) want to know of waiting. Nothing while they are off.

use crate::os;
use crate::task::change;
use crate::task::g::{G, Wait};
use core::sync::atomic::{AtomicUsize, Ordering::*};

/// One sample for so many nanoseconds of waiting; 0: off.
pub static BLOCK_RATE: AtomicUsize = AtomicUsize::new(0);
/// One sample for so many events; 0: off.
pub static MUTEX_RATE: AtomicUsize = AtomicUsize::new(0);
/// The address of a function that records a goroutine's waiting once a rate was set: other programs are not linked with it.
pub static RECORDER: AtomicUsize = AtomicUsize::new(0);
/// The same for unlocking.
pub static UNLOCK_RECORDER: AtomicUsize = AtomicUsize::new(0);

/// The goroutine is about to park.
///
/// # Safety
/// It is the current one.
#[inline]
pub unsafe fn parks(g: *mut G, reason: Wait) {
    if matches!(reason, Wait::Mutex | Wait::RwMutexR | Wait::RwMutex) {
        // SAFETY: the current goroutine.
        unsafe { change::waits_for_mutex(g) };
    }
    if BLOCK_RATE.load(Relaxed) != 0
        && matches!(
            reason,
            Wait::Select
                | Wait::Recv
                | Wait::Send
                | Wait::Semacquire
                | Wait::Mutex
                | Wait::RwMutexR
                | Wait::RwMutex
                | Wait::WaitGroup
                | Wait::BubbleWaitGroup
                | Wait::Cond
        )
    {
        // SAFETY: the current goroutine.
        unsafe { (*g).blocked_since = os::nanotime().max(1) };
    }
}

/// The goroutine is about to run again.
///
/// # Safety
/// This thread takes it up, and its stack stands where it parked.
#[inline]
pub unsafe fn runs(g: *mut G) {
    // SAFETY: the caller is about to run it; the recorder is a function of this type.
    unsafe {
        if (*g).blocked_since != 0 {
            let f = RECORDER.load(Relaxed);
            core::mem::transmute::<usize, unsafe fn(*mut G)>(f)(g);
        }
    }
}

/// What a waiter for a mutex notes.
#[inline]
pub fn wait_begin() -> u64 {
    if MUTEX_RATE.load(Relaxed) != 0 { os::nanotime().max(1) } else { 0 }
}

/// The current goroutine ends `ns` nanoseconds of waiting by unlocking; the first `skip` frames are no business of the reader.
///
/// # Safety
/// In a hook.
pub unsafe fn unlocks(ns: u64, skip: usize) {
    let f = UNLOCK_RECORDER.load(Relaxed);
    if f != 0 {
        // SAFETY: the recorder is a function of this type.
        unsafe { core::mem::transmute::<usize, unsafe fn(u64, usize)>(f)(ns, skip) };
    }
}
