//! A thread's own sleeping place. Who wakes it has told it why before, by plain stores: the word carries them over.

use super::Step;
use crate::base::seam::atomic::{AtomicU32, Ordering::*};
use crate::base::seam::{futex_wait, futex_wake, undone};

/// 0: nothing has happened; 1: woken. Memory of zeroes is a fresh one.
#[repr(transparent)]
pub struct Parker(AtomicU32);

impl Default for Parker {
    fn default() -> Parker {
        Parker(AtomicU32::new(0))
    }
}

impl Parker {
    /// Sleeps until `unpark`; one call each.
    pub fn park(&self) {
        while self.0.load(Acquire) == 0 {
            futex_wait(&self.0, 0, -1);
        }
        self.0.store(0, Relaxed);
    }

    /// Wakes the thread, now or as soon as it sleeps.
    pub fn unpark(&self) {
        if undone(Step::UnparkAfter) {
            futex_wake(&self.0, 1);
            self.0.store(1, Release);
            return;
        }
        self.0.store(1, Release);
        futex_wake(&self.0, 1);
    }
}
