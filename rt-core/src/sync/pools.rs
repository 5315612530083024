//! sync.Pool at the beginning of a collection: what nobody has taken since the last one goes, what was put in since then becomes
//! that. The library's own function does the same, but is Go code, which cannot run where a collection begins: in any allocation.
//! Also caches whose pointer every collection clears (crypto/internal/boring/bcache).

use crate::base::stopped::Stopped;
use crate::sched::getm;
use crate::task::hook;
use core::sync::atomic::{AtomicPtr, Ordering::*};

/// A slice of Go's.
#[repr(C)]
struct Slice<T> {
    at: *mut T,
    len: usize,
    cap: usize,
}

/// The beginning of a sync.Pool: one piece for each P, and those of before the last collection.
#[repr(C)]
struct Pool {
    local: usize,
    local_size: usize,
    victim: usize,
    victim_size: usize,
}

type Pools = Slice<*mut Pool>;

/// sync.allPools and sync.oldPools, both or none.
static ALL: AtomicPtr<Pools> = AtomicPtr::new(core::ptr::null_mut());
static OLD: AtomicPtr<Pools> = AtomicPtr::new(core::ptr::null_mut());
/// The overlay's `boringCaches`.
static CACHES: AtomicPtr<Slice<*mut usize>> = AtomicPtr::new(core::ptr::null_mut());

hook! { fn "runtime.registerPools"(all: *mut Pools, old: *mut Pools) leaf {
    OLD.store(old, Relaxed);
    ALL.store(all, Release);
}}
hook! { fn "runtime.registerCaches"(caches: *mut Slice<*mut usize>) leaf {
    CACHES.store(caches, Release);
}}

/// Empties them. Not while the goroutine that starts the collection is pinned: it may be at work in a pool.
///
/// # Safety
/// Marking has not begun: what is overwritten here is not noted. The calling thread's goroutine is in a hook.
pub unsafe fn empty(_: &Stopped) {
    // SAFETY: nobody else runs, and those that stand are not pinned, or have not come further than asking to stop the world; the
    // slices and what they point to are the library's and alive.
    unsafe {
        let caches = CACHES.load(Acquire);
        if !caches.is_null() {
            (0..(*caches).len).for_each(|i| **(*caches).at.add(i) = 0);
        }
        let (all, old) = (ALL.load(Acquire), OLD.load(Relaxed));
        if all.is_null() || (*getm()).locks != 0 {
            return;
        }
        for i in 0..(*old).len {
            let pool = *(*old).at.add(i);
            ((*pool).victim, (*pool).victim_size) = (0, 0);
        }
        for i in 0..(*all).len {
            let pool = *(*all).at.add(i);
            ((*pool).victim, (*pool).victim_size) = ((*pool).local, (*pool).local_size);
            ((*pool).local, (*pool).local_size) = (0, 0);
        }
        old.write(all.replace(Slice { at: core::ptr::null_mut(), len: 0, cap: 0 }));
    }
}
