//! Locks for the runtime itself: they spin briefly, then sleep in the kernel (not in the
//! scheduler: whoever holds one is on a system stack and neither parks nor reaches a safepoint).

use core::cell::UnsafeCell;

/// A plain mutual exclusion lock of one word.
pub struct Mutex(crate::os::RawLock);

/// Holds the lock until dropped.
pub struct Guard<'a>(&'a Mutex);

impl Mutex {
    /// An unlocked lock.
    pub const fn new() -> Mutex {
        Mutex(crate::os::RawLock::new())
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

impl Mutex {
    /// Whether somebody holds it, at some moment.
    #[inline]
    pub fn is_locked(&self) -> bool {
        self.0.is_locked()
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
