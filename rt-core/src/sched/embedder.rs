//! What a program of Rust provides that Go code runs in: the layer `host` fills it in when it starts the runtime.

use crate::task::g::{G, M};
use core::ffi::c_void;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicPtr, Ordering::*};

/// The program's functions.
pub struct Embedder {
    /// Starts a thread of the program's own that runs `f(arg)` as the given record's; false if there can be none.
    pub start_thread: unsafe fn(*mut M, unsafe extern "C" fn(*mut c_void), *mut c_void) -> bool,
    /// Ends the program's call that the goroutine is in, with a panic's text.
    pub end_call: unsafe fn(*mut G, &str) -> !,
}

static EMBEDDER: AtomicPtr<Embedder> = AtomicPtr::new(null_mut());

/// Before anything else of the runtime is used.
pub fn set(e: &'static Embedder) {
    EMBEDDER.store(core::ptr::from_ref(e).cast_mut(), Release);
}

/// The program's functions, if there is one.
pub fn get() -> Option<&'static Embedder> {
    // SAFETY: null or the address of a static.
    unsafe { EMBEDDER.load(Acquire).as_ref() }
}
