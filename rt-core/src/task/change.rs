//! A goroutine changes its state: beside the change itself (`state`), what is measured of it.
//!
//! Of every eighth time that a goroutine becomes ready is measured how long it waits to run, and for a mutex: then the sums stand for
//! all, and most switches read no clock.

use super::g::{G, Status};
use super::tracing;
use crate::base::meter::{LATENCY, SUMS};
use crate::os;
use core::sync::atomic::Ordering::*;

/// One in so many times counts.
const SAMPLE: u8 = 8;

impl G {
    /// From the state that `g` is in to another.
    ///
    /// # Safety
    /// The record exists. To wake a waiting goroutine is the caller's; in other states it is the caller's goroutine.
    #[inline(always)] // both states are constants
    pub unsafe fn change(g: *mut G, from: Status, to: Status) {
        // SAFETY: whoever has changed the state has the goroutine, until it is in a queue; until then the others' plain fields are theirs.
        unsafe {
            if let Some(l) = tracing::listener()
                && matches!(
                    (from, to),
                    (Status::Running, Status::Waiting | Status::Runnable | Status::Syscall)
                )
            {
                (l.leaves)(g);
            }
            (*g).state.change(from, to);
            match to {
                Status::Runnable => {
                    (*g).readied = (*g).readied.wrapping_add(1);
                    if (*g).readied.is_multiple_of(SAMPLE) || (*g).mutex_since != 0 {
                        readied(g);
                    }
                }
                Status::Running if matches!(from, Status::Runnable) && (*g).ready_since != 0 => {
                    LATENCY.record(os::nanotime().wrapping_sub((*g).ready_since) as i64);
                    (*g).ready_since = 0;
                }
                _ => {}
            }
            if !matches!(from, Status::Idle)
                && let Some(l) = tracing::listener()
            {
                (l.state)(g, from, to);
            }
        }
    }
}

#[cold]
unsafe fn readied(g: *mut G) {
    // SAFETY: the goroutine is the caller's.
    unsafe {
        let now = os::nanotime();
        if (*g).mutex_since != 0 {
            SUMS.mutex_wait.fetch_add((now - (*g).mutex_since) * u64::from(SAMPLE), Relaxed);
            (*g).mutex_since = 0;
        }
        if (*g).readied.is_multiple_of(SAMPLE) {
            (*g).ready_since = now.max(1);
        }
    }
}

/// The goroutine is about to wait for a sync.Mutex or RWMutex.
///
/// # Safety
/// It is the current one.
pub unsafe fn waits_for_mutex(g: *mut G) {
    // SAFETY: the current goroutine.
    unsafe {
        if (*g).readied.is_multiple_of(SAMPLE) {
            (*g).mutex_since = os::nanotime().max(1);
        }
    }
}
