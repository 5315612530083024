//! Locks for the runtime itself: they spin briefly, then sleep in the kernel (not in the
//! scheduler: whoever holds one is on a system stack and neither parks nor reaches a safepoint).

use core::cell::UnsafeCell;

/// A plain mutual exclusion lock of one word.
pub struct Mutex(imp::Raw);

/// Holds the lock until dropped.
pub struct Guard<'a>(&'a Mutex);

impl Mutex {
    /// An unlocked lock.
    pub const fn new() -> Mutex {
        Mutex(imp::Raw::new())
    }

    /// Takes the lock, waiting for it.
    #[inline]
    pub fn lock(&self) -> Guard<'_> {
        self.0.lock();
        Guard(self)
    }

    /// Takes the lock if it is free.
    #[inline]
    pub fn try_lock(&self) -> Option<Guard<'_>> {
        if self.0.try_lock() { Some(Guard(self)) } else { None }
    }
}

impl Default for Mutex {
    fn default() -> Mutex {
        Mutex::new()
    }
}

impl Drop for Guard<'_> {
    #[inline]
    fn drop(&mut self) {
        self.0.0.unlock()
    }
}

#[cfg(target_os = "linux")]
mod imp {
    use crate::os;
    use core::sync::atomic::{AtomicU32, Ordering::*};

    /// 0 free, 1 held, 2 held and somebody may sleep.
    pub struct Raw(AtomicU32);

    impl Raw {
        pub const fn new() -> Raw {
            Raw(AtomicU32::new(0))
        }
        #[inline]
        pub fn try_lock(&self) -> bool {
            self.0.compare_exchange(0, 1, Acquire, Relaxed).is_ok()
        }
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
                os::futex_wait(&self.0, 2, -1);
            }
        }
        #[inline]
        pub fn unlock(&self) {
            if self.0.swap(0, Release) == 2 {
                os::futex_wake(&self.0, 1);
            }
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod imp {
    /// Without a kernel to sleep in, a spin lock.
    pub struct Raw(spin::mutex::SpinMutex<()>);

    impl Raw {
        pub const fn new() -> Raw {
            Raw(spin::mutex::SpinMutex::new(()))
        }
        pub fn try_lock(&self) -> bool {
            self.0.try_lock().map(core::mem::forget).is_some()
        }
        pub fn lock(&self) {
            core::mem::forget(self.0.lock())
        }
        pub fn unlock(&self) {
            // SAFETY: only a `Guard` calls this, and the forgotten guard was ours.
            unsafe { self.0.force_unlock() }
        }
    }
}

/// A static whose access rules are the comment beside it.
#[repr(transparent)]
pub struct Global<T>(UnsafeCell<T>);

// SAFETY: every access goes through `get`, an unsafe act of the user, who follows the rule written
// at the static.
unsafe impl<T> Sync for Global<T> {}

impl<T> Global<T> {
    /// Wraps a value.
    pub const fn new(v: T) -> Global<T> {
        Global(UnsafeCell::new(v))
    }
    /// The address; dereferencing it follows the rule written at the static.
    #[inline]
    pub const fn get(&self) -> *mut T {
        self.0.get()
    }
}

impl Mutex {
    /// Releases a lock whose guard was forgotten.
    pub fn unlock_forgotten(&self) {
        drop(Guard(self));
    }
}
