//! The shared supply of spans of each class: lists of swept and unswept spans, with and without
//! free objects. A span is in at most one list; who takes it out of an unswept list (under the
//! lock) must sweep it.

use super::sizes::*;
use super::span::{self, Place, Span};
use super::{CENTRAL, HEAP, alloc_pages, collector, release_pages};
use crate::base::lock::{Global, Mutex};
use crate::base::stopped::Stopped;
use core::ptr::null_mut;
use core::sync::atomic::Ordering::*;

/// A doubly linked list of spans.
#[derive(Clone, Copy)]
pub struct List {
    first: *mut Span,
    last: *mut Span,
}

impl List {
    const fn new() -> List {
        List { first: null_mut(), last: null_mut() }
    }

    /// First span or null.
    pub fn first(&self) -> *mut Span {
        self.first
    }

    unsafe fn push(&mut self, s: *mut Span) {
        // SAFETY: `s` is in no list.
        unsafe {
            (*s).next = self.first;
            (*s).prev = null_mut();
            if self.first.is_null() {
                self.last = s;
            } else {
                (*self.first).prev = s;
            }
            self.first = s;
        }
    }

    unsafe fn remove(&mut self, s: *mut Span) {
        // SAFETY: `s` is in this list.
        unsafe {
            if (*s).prev.is_null() {
                self.first = (*s).next;
            } else {
                (*(*s).prev).next = (*s).next;
            }
            if (*s).next.is_null() {
                self.last = (*s).prev;
            } else {
                (*(*s).next).prev = (*s).prev;
            }
            (*s).next = null_mut();
            (*s).prev = null_mut();
        }
    }

    unsafe fn append(&mut self, other: &mut List) {
        // SAFETY: two proper lists.
        unsafe {
            if other.first.is_null() {
                return;
            }
            if self.first.is_null() {
                self.first = other.first;
            } else {
                (*self.last).next = other.first;
                (*other.first).prev = self.last;
            }
            self.last = other.last;
        }
        *other = List::new();
    }
}

/// The lists of one span class, and its counts.
pub struct Lists {
    /// With free objects: swept, unswept.
    pub partial: [List; 2],
    /// Without.
    pub full: [List; 2],
    /// Objects ever handed out and taken back.
    pub nmalloc: u64,
    pub nfree: u64,
    /// For large objects (class 0), their bytes.
    pub alloc_bytes: u64,
    pub free_bytes: u64,
}

/// One span class.
pub struct Central {
    lock: Mutex,
    lists: Global<Lists>,
}

const SWEPT: usize = 0;
const UNSWEPT: usize = 1;

impl Default for Central {
    fn default() -> Central {
        Central::new()
    }
}

impl Central {
    pub const fn new() -> Central {
        let l = [List::new(); 2];
        let lists = Lists { partial: l, full: l, nmalloc: 0, nfree: 0, alloc_bytes: 0, free_bytes: 0 };
        Central { lock: Mutex::new(), lists: Global::new(lists) }
    }

    /// Runs `f` on the lists under the lock.
    pub fn with<R>(&self, f: impl FnOnce(&mut Lists) -> R) -> R {
        let _g = self.lock.lock();
        // SAFETY: under the lock.
        f(unsafe { &mut *self.lists.get() })
    }
}

/// The central of a span class.
pub fn of(class: usize) -> &'static Central {
    &CENTRAL[class]
}

/// Puts a swept span that nobody holds into its list.
///
/// # Safety
/// The caller owns the span (out of a cache, or swept it).
pub unsafe fn put(s: *mut Span, place: Place) {
    // SAFETY: owned; the list under its lock.
    unsafe {
        of((*s).class as usize).with(|l| {
            (*s).place = place;
            match place {
                Place::Partial => l.partial[SWEPT].push(s),
                _ => l.full[SWEPT].push(s),
            }
        })
    }
}

fn pop_partial(class: usize) -> *mut Span {
    of(class).with(|l| {
        let s = l.partial[SWEPT].first;
        if !s.is_null() {
            // SAFETY: first of the list.
            unsafe {
                l.partial[SWEPT].remove(s);
                (*s).place = Place::Nowhere;
            }
        }
        s
    })
}

/// Takes an unswept span out of the lists to sweep it; from the partial list first, or, if
/// `full`, only from the full one.
pub fn claim_unswept(class: usize, full: bool) -> *mut Span {
    of(class).with(|l| {
        let list = if full { &mut l.full[UNSWEPT] } else { &mut l.partial[UNSWEPT] };
        let s = list.first;
        if !s.is_null() {
            // SAFETY: first of the list; claiming happens under the lock only.
            unsafe {
                list.remove(s);
                (*s).place = Place::Nowhere;
                (*s).sweepgen.store(HEAP.sweepgen.load(Relaxed).wrapping_sub(1), Relaxed);
            }
        }
        s
    })
}

/// Claims a certain span for sweeping, if it is unswept.
///
/// # Safety
/// The span is in use and stays so.
pub unsafe fn claim(s: *mut Span) -> bool {
    let generation = HEAP.sweepgen.load(Relaxed);
    // SAFETY: in use; lists under the lock.
    unsafe {
        of((*s).class as usize).with(|l| {
            if (*s).sweepgen.load(Relaxed) != generation.wrapping_sub(2) {
                return false;
            }
            match (*s).place {
                Place::Partial => l.partial[UNSWEPT].remove(s),
                Place::Full => l.full[UNSWEPT].remove(s),
                Place::Nowhere => return false,
            }
            (*s).place = Place::Nowhere;
            (*s).sweepgen.store(generation.wrapping_sub(1), Relaxed);
            true
        })
    }
}

/// Declares all spans unswept; sweeping is complete and caches are empty.
pub fn start_sweep_cycle(_: &Stopped) {
    for c in &CENTRAL {
        c.with(|l| {
            for lists in [&mut l.partial, &mut l.full] {
                let (swept, unswept) = lists.split_at_mut(1);
                // SAFETY: under the lock.
                unsafe { unswept[0].append(&mut swept[0]) };
            }
        });
    }
}

/// A swept span of the class with at least one free object, in no list. Null: out of memory.
pub fn take_span(class: usize) -> *mut Span {
    let s = pop_partial(class);
    if !s.is_null() {
        return s;
    }
    // Sweep before growing.
    let s = collector::sweep_for(class);
    if !s.is_null() {
        return s;
    }
    fresh_span(class)
}

fn fresh_span(class: usize) -> *mut Span {
    let n = class_pages(class >> 1);
    match alloc_pages(n) {
        Some((addr, zeroed)) => {
            let generation = HEAP.sweepgen.load(Relaxed);
            span::create(addr, n, class as u8, 0, zeroed, generation)
        }
        None => null_mut(),
    }
}

/// A span of its own for `size` bytes, in the full list of class 0. Null: out of memory.
pub fn large_span(size: usize, noscan: bool) -> *mut Span {
    let Some(rounded) = size.checked_add(PAGE - 1) else { return null_mut() };
    let n = rounded >> PAGE_SHIFT;
    collector::reclaim(n);
    let Some((addr, zeroed)) = alloc_pages(n) else { return null_mut() };
    let class = noscan as u8;
    let s = span::create(addr, n, class, n * PAGE, zeroed, HEAP.sweepgen.load(Relaxed));
    // SAFETY: just made.
    unsafe {
        (*s).set_group_free(0, 0);
        (*s).alloc_count = 1;
        (*s).next_group = 1;
        if collector::marking() {
            (*s).set_marked(0);
        }
        of(class as usize).with(|l| {
            l.nmalloc += 1;
            l.alloc_bytes += (n * PAGE) as u64;
        });
        put(s, Place::Full);
    }
    s
}

/// Frees a span without live objects.
///
/// # Safety
/// The caller owns it.
pub unsafe fn free_span(s: *mut Span) {
    // SAFETY: owned, in no list.
    unsafe {
        let (base, n) = ((*s).base, (*s).npages);
        span::destroy(s);
        release_pages(base, n);
    }
}
