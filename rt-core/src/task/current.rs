//! Who calls: the thread, and the goroutine that it runs.

use super::g::{G, M};
use crate::mem::MCache;

/// The calling thread.
#[inline]
pub fn getm() -> *mut M {
    // SAFETY: the thread-local g always names a live record with its thread.
    unsafe { (*(rt_arch::rt_getg() as *mut G)).m }
}

/// The goroutine on whose behalf this hook runs.
///
/// # Safety
/// In a hook.
#[inline]
pub unsafe fn curg() -> *mut G {
    // SAFETY: the thread's record is live.
    unsafe { (*getm()).curg.get() }
}

/// The cache of the calling thread's processor.
///
/// # Safety
/// The thread holds a P.
#[inline]
pub unsafe fn cache() -> *mut MCache {
    // SAFETY: the thread's record is live, and so is the P's.
    unsafe { (*(*getm()).p).cache }
}
