//! What bubbles (testing/synctest) must hear of goroutines that are in one. They are a layer above; they fill the table in before
//! the first bubble exists, so whoever finds a goroutine in a bubble finds the table.

use crate::task::g::{G, Wait};
use core::ptr::null_mut;
use core::sync::atomic::{AtomicPtr, Ordering::*};

/// The functions. All are called with goroutines of bubbles only.
pub struct Bubbles {
    /// A new goroutine is in its parent's bubble. It counts as running.
    pub join: unsafe fn(*mut G, parent: *mut G),
    /// A goroutine waits now.
    pub parked: unsafe fn(*mut G, Wait),
    /// A durably blocked goroutine is about to become runnable.
    pub woken: unsafe fn(*mut G),
    /// A goroutine is dead.
    pub ended: unsafe fn(*mut G),
}

static BUBBLES: AtomicPtr<Bubbles> = AtomicPtr::new(null_mut());

/// Before the first bubble.
pub fn set(b: &'static Bubbles) {
    BUBBLES.store(core::ptr::from_ref(b).cast_mut(), Release);
}

/// The functions.
///
/// # Safety
/// There is a bubble.
#[cold]
pub unsafe fn bubbles() -> &'static Bubbles {
    // SAFETY: the address of a static, since `set` came before the first bubble.
    unsafe { &*BUBBLES.load(Acquire) }
}
