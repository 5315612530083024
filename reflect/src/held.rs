//! Memory of Rust's in which the collector must look for pointers into the Go heap.
//!
//! A [`crate::value::Value`] with pointers, and the buffers of a call while it runs, are kept in one list. The
//! runtime scans them conservatively when it marks roots ([`each_range`]); its heap does not move, so a word that
//! only looks like a pointer does no harm. Entering a range allocates nothing: the list's node belongs to it.

use core::cell::UnsafeCell;
use core::marker::PhantomPinned;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicBool, Ordering};

/// One range of words, in the list or not.
#[derive(Debug)]
pub struct Node {
    prev: *mut Node,
    next: *mut Node,
    ptr: *const usize,
    words: usize,
    _pinned: PhantomPinned,
}

struct List {
    busy: AtomicBool,
    head: UnsafeCell<*mut Node>,
}

// SAFETY: `head` and the nodes' links are touched only while `busy` is held.
unsafe impl Sync for List {}

static LIST: List = List { busy: AtomicBool::new(false), head: UnsafeCell::new(null_mut()) };

fn locked<R>(f: impl FnOnce(&mut *mut Node) -> R) -> R {
    while LIST.busy.compare_exchange_weak(false, true, Ordering::Acquire, Ordering::Relaxed).is_err() {
        core::hint::spin_loop();
    }
    // SAFETY: the lock is held.
    let r = f(unsafe { &mut *LIST.head.get() });
    LIST.busy.store(false, Ordering::Release);
    r
}

impl Node {
    /// A node outside the list.
    pub const fn new() -> Node {
        Node { prev: null_mut(), next: null_mut(), ptr: core::ptr::null(), words: 0, _pinned: PhantomPinned }
    }

    /// Enters the range.
    ///
    /// # Safety
    /// The node is outside the list; node and range stay where they are until [`Node::leave`].
    pub unsafe fn enter(this: *mut Node, ptr: *const usize, words: usize) {
        // SAFETY: as the caller promises, and under the lock.
        locked(|head| unsafe {
            (*this).ptr = ptr;
            (*this).words = words;
            (*this).prev = null_mut();
            (*this).next = *head;
            if !(*head).is_null() {
                (**head).prev = this;
            }
            *head = this;
        });
    }

    /// Takes the range out.
    ///
    /// # Safety
    /// The node is in the list.
    pub unsafe fn leave(this: *mut Node) {
        // SAFETY: as the caller promises, and under the lock.
        locked(|head| unsafe {
            let (prev, next) = ((*this).prev, (*this).next);
            if prev.is_null() {
                *head = next;
            } else {
                (*prev).next = next;
            }
            if !next.is_null() {
                (*next).prev = prev;
            }
        });
    }
}

impl Default for Node {
    fn default() -> Self {
        Node::new()
    }
}

/// Shows every range to the collector. It must not enter or leave ranges meanwhile.
pub fn each_range(mut f: impl FnMut(*const usize, usize)) {
    locked(|head| {
        let mut n = *head;
        while !n.is_null() {
            // SAFETY: nodes in the list are alive.
            unsafe {
                f((*n).ptr, (*n).words);
                n = (*n).next;
            }
        }
    });
}
