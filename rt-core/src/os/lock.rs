//! A lock whose waiters sleep as `futex_wait` has it.

use super::{futex_wait, futex_wake};
use core::sync::atomic::{AtomicU32, Ordering::*};

/// 0 free, 1 held, 2 held and somebody may sleep.
pub struct RawLock(AtomicU32);

impl Default for RawLock {
    fn default() -> RawLock {
        RawLock::new()
    }
}

impl RawLock {
    /// An unlocked lock.
    pub const fn new() -> RawLock {
        RawLock(AtomicU32::new(0))
    }
    /// Takes it if it is free.
    #[inline]
    pub fn try_lock(&self) -> bool {
        self.0.compare_exchange(0, 1, Acquire, Relaxed).is_ok()
    }
    /// Whether somebody holds it.
    #[inline]
    pub fn is_locked(&self) -> bool {
        self.0.load(Relaxed) != 0
    }
    /// Takes it.
    #[inline]
    pub fn lock(&self) {
        if !self.try_lock() {
            self.slow()
        }
    }
    #[cold]
    fn slow(&self) {
        for _ in 0..100 {
            if self.0.load(Relaxed) == 0 && self.try_lock() {
                return;
            }
            core::hint::spin_loop();
        }
        while self.0.swap(2, Acquire) != 0 {
            futex_wait(&self.0, 2, -1);
        }
    }
    /// Releases it; the caller holds it.
    #[inline]
    pub fn unlock(&self) {
        if self.0.swap(0, Release) == 2 {
            futex_wake(&self.0, 1);
        }
    }
}
