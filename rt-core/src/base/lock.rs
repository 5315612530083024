//! Locks for the runtime itself: they spin briefly, then sleep in the kernel (not in the
//! scheduler: whoever holds one is on a system stack and neither parks nor reaches a safepoint).

use super::print;
use core::cell::UnsafeCell;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering::*};

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

/// A lock that the whole program shares, with a name. While locks are counted (`OXIGO_LOCKSTAT=1`) it notes how often it was taken,
/// and how often somebody else held it then.
pub struct Shared {
    lock: Mutex,
    name: &'static str,
    taken: AtomicUsize,
    waited: AtomicUsize,
    /// Next of those that were taken.
    next: AtomicPtr<Shared>,
}

static COUNTING: AtomicBool = AtomicBool::new(false);
static COUNTED: AtomicPtr<Shared> = AtomicPtr::new(null_mut());

impl Shared {
    /// An unlocked lock.
    pub const fn new(name: &'static str) -> Shared {
        Shared {
            lock: Mutex::new(),
            name,
            taken: AtomicUsize::new(0),
            waited: AtomicUsize::new(0),
            next: AtomicPtr::new(null_mut()),
        }
    }

    /// Takes the lock, waiting for it.
    #[inline]
    pub fn lock(&'static self) -> Guard<'static> {
        self.lock_one(&self.lock)
    }

    /// Takes one of several locks that are counted together, as this one.
    #[inline]
    pub fn lock_one(&'static self, lock: &'static Mutex) -> Guard<'static> {
        if COUNTING.load(Relaxed) { self.counted(lock) } else { lock.lock() }
    }

    /// Takes the lock if it is free.
    #[inline]
    pub fn try_lock(&'static self) -> Option<Guard<'static>> {
        self.lock.try_lock()
    }

    /// Whether somebody holds it, at some moment.
    #[inline]
    pub fn is_locked(&self) -> bool {
        self.lock.is_locked()
    }

    #[cold]
    fn counted(&'static self, lock: &'static Mutex) -> Guard<'static> {
        let guard = lock.try_lock().unwrap_or_else(|| {
            self.waited.fetch_add(1, Relaxed);
            lock.lock()
        });
        if self.taken.fetch_add(1, Relaxed) == 0 {
            let me = self as *const Shared as *mut Shared;
            let mut first = COUNTED.load(Acquire);
            loop {
                self.next.store(first, Relaxed);
                match COUNTED.compare_exchange(first, me, AcqRel, Acquire) {
                    Ok(_) => break,
                    Err(now) => first = now,
                }
            }
        }
        guard
    }
}

/// From now on locks are counted.
pub fn count() {
    COUNTING.store(true, Relaxed);
}

/// Prints what was counted, if it was: `lock NAME: taken N, waited N`.
pub fn report() {
    if !COUNTING.load(Relaxed) {
        return;
    }
    let mut l = COUNTED.load(Acquire);
    // SAFETY: only `counted` puts locks there, which are statics.
    while let Some(lock) = unsafe { l.as_ref() } {
        print::str("lock ");
        print::str(lock.name);
        print::str(": taken ");
        print::dec(lock.taken.load(Relaxed) as u64);
        print::str(", waited ");
        print::dec(lock.waited.load(Relaxed) as u64);
        print::str("\n");
        l = lock.next.load(Relaxed);
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
