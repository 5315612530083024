//! Where ready goroutines wait: the queue of each P, and the global one.

use super::{SCHED, getm, wakep};
use crate::sched::bubble::bubbles;
use crate::task::g::*;
use core::ptr::null_mut;
use core::sync::atomic::Ordering::*;

/// A list of goroutines linked by `schedlink`.
#[derive(Clone, Copy)]
pub struct GList {
    pub head: *mut G,
    pub tail: *mut G,
    pub n: usize,
}

impl GList {
    /// An empty list.
    pub const fn new() -> GList {
        GList { head: null_mut(), tail: null_mut(), n: 0 }
    }
    /// Adds at the end.
    ///
    /// # Safety
    /// `g` is on no list.
    pub unsafe fn push(&mut self, g: *mut G) {
        // SAFETY: the caller's promise: the list's goroutines are linked by their own fields.
        unsafe {
            (*g).schedlink = null_mut();
            if self.head.is_null() {
                self.head = g;
            } else {
                (*self.tail).schedlink = g;
            }
            self.tail = g;
            self.n += 1;
        }
    }
    /// Takes the first.
    ///
    /// # Safety
    /// The list is sound.
    pub unsafe fn pop(&mut self) -> *mut G {
        // SAFETY: the caller's promise.
        unsafe {
            let g = self.head;
            if !g.is_null() {
                self.head = (*g).schedlink;
                self.n -= 1;
            }
            g
        }
    }
}

impl Default for GList {
    fn default() -> GList {
        GList::new()
    }
}

// ---- the global queue: its size changes under the lock and is looked at without

/// Adds to the global queue; the lock is held.
///
/// # Safety
/// The scheduler's lock is held; the goroutine is the caller's.
pub(super) unsafe fn globrunq_put(g: *mut G, front: bool) {
    // SAFETY: the caller's promise.
    unsafe {
        let s = SCHED.inner();
        if front {
            (*g).schedlink = s.runq_head;
            s.runq_head = g;
            if s.runq_tail.is_null() {
                s.runq_tail = g;
            }
        } else {
            (*g).schedlink = null_mut();
            if s.runq_tail.is_null() {
                s.runq_head = g;
            } else {
                (*s.runq_tail).schedlink = g;
            }
            s.runq_tail = g;
        }
        SCHED.runq_size.fetch_add(1, Release);
    }
}

unsafe fn globrunq_pop() -> *mut G {
    // SAFETY: the scheduler's lock is held.
    unsafe {
        let s = SCHED.inner();
        let g = s.runq_head;
        if !g.is_null() {
            s.runq_head = (*g).schedlink;
            if s.runq_head.is_null() {
                s.runq_tail = null_mut();
            }
            SCHED.runq_size.fetch_sub(1, Release);
        }
        g
    }
}

/// Takes one goroutine for now and some for the local queue, at most `max` if that is not 0; the lock is held.
///
/// # Safety
/// The scheduler's lock is held; the P is the caller's.
pub(super) unsafe fn globrunq_get(p: *mut P, max: usize) -> *mut G {
    // SAFETY: the caller's promise.
    unsafe {
        let size = SCHED.runq_size.load(Relaxed);
        if size == 0 {
            return null_mut();
        }
        let mut n = (size / SCHED.nprocs.load(Relaxed).max(1) + 1).min(size).min(RUNQ / 2);
        if max > 0 {
            n = n.min(max);
        }
        let first = globrunq_pop();
        for _ in 1..n {
            let g = globrunq_pop();
            if g.is_null() {
                break;
            }
            if !(*p).q.put(g as usize) {
                globrunq_put(g, true);
                break;
            }
        }
        first
    }
}

// ---- a P's queue

/// Adds to the local queue; `next`: it runs next, the one that would have goes to the queue's end.
///
/// # Safety
/// The P is the calling thread's, or nobody's; the goroutine is the caller's.
pub unsafe fn runq_put(p: *mut P, mut g: *mut G, next: bool) {
    // SAFETY: the caller's promise; what half of a full queue goes to is under the lock.
    unsafe {
        if next {
            g = (*p).q.swap_next(g as usize) as *mut G;
            if g.is_null() {
                return;
            }
        }
        if !(*p).q.put(g as usize) {
            // Full: half of it goes to the global queue.
            let _l = SCHED.lock.lock();
            for _ in 0..RUNQ / 2 {
                let old = (*p).q.pop();
                if old == 0 {
                    break;
                }
                globrunq_put(old as *mut G, false);
            }
            globrunq_put(g, false);
        }
    }
}

/// So often may goroutines run next one after the other while others wait in the queue.
const HEIRS: u32 = 64;

/// Takes from the local queue; true: it inherits the time slice of what ran before.
///
/// What goroutines hand to each other by `next` counts as one of them: the whole chain has one time slice, and when that is
/// over (`preempt`), or after so many, the next link waits in the queue like others.
///
/// # Safety
/// The P is the calling thread's.
pub(super) unsafe fn runq_get(p: *mut P) -> (*mut G, bool) {
    // SAFETY: the caller's promise.
    unsafe {
        let next = (*p).q.take_next();
        if next != 0 {
            if (*p).heirs < HEIRS && !(*p).preempt.load(Relaxed) {
                (*p).heirs += 1;
                return (next as *mut G, true);
            }
            runq_put(p, next as *mut G, false);
        }
        ((*p).q.pop() as *mut G, false)
    }
}

/// Takes any goroutine of a stopped P.
///
/// # Safety
/// The world is stopped, or the P is nobody's.
pub unsafe fn take_local(p: *mut P) -> *mut G {
    // SAFETY: the caller's promise.
    unsafe {
        match (*p).q.take_next() {
            0 => (*p).q.pop() as *mut G,
            next => next as *mut G,
        }
    }
}

/// Whether a processor's queues are empty.
///
/// # Safety
/// The P exists.
pub unsafe fn runq_empty(p: *mut P) -> bool {
    // SAFETY: Ps are never freed.
    unsafe { (*p).q.is_empty() }
}

// ---- making ready

/// Makes a waiting goroutine runnable. From any thread, with or without P.
///
/// # Safety
/// The goroutine is the caller's to wake.
pub unsafe fn ready(g: *mut G) {
    // SAFETY: the caller's promise.
    unsafe { ready_at(g, true) }
}

/// As `ready`; `next`: it runs as soon as the current goroutine stops.
///
/// # Safety
/// As `ready`.
pub unsafe fn ready_at(g: *mut G, next: bool) {
    // SAFETY: the goroutine is ours to wake, and the state says so; the P, if there is one, is this thread's.
    unsafe {
        G::change(g, Status::Waiting, Status::Runnable);
        if (*g).durable {
            (bubbles().woken)(g);
        }
        let p = (*getm()).p;
        if p.is_null() {
            let _l = SCHED.lock.lock();
            globrunq_put(g, false);
        } else {
            runq_put(p, g, next);
        }
        wakep();
    }
}

/// Makes a list of waiting goroutines runnable.
///
/// # Safety
/// The goroutines are the caller's to wake.
pub unsafe fn inject(list: &mut GList) {
    // SAFETY: the caller's promise.
    unsafe {
        queue_all(list, |g| G::change(g, Status::Waiting, Status::Runnable));
    }
}

/// Puts goroutines that are runnable into the global queue.
///
/// # Safety
/// The goroutines are runnable and in no queue.
pub unsafe fn requeue(list: &mut GList) {
    // SAFETY: the caller's promise.
    unsafe {
        queue_all(list, |_| {});
    }
}

unsafe fn queue_all(list: &mut GList, each: impl Fn(*mut G)) {
    // SAFETY: the list is the caller's; the global queue under the lock.
    unsafe {
        if list.n == 0 {
            return;
        }
        let n = list.n;
        {
            let _l = SCHED.lock.lock();
            loop {
                let g = list.pop();
                if g.is_null() {
                    break;
                }
                each(g);
                globrunq_put(g, false);
            }
        }
        for _ in 0..n {
            wakep();
            // Ps become idle under the lock that the goroutines were queued under: who gives one up later sees them.
            if SCHED.idle.ps() == 0 {
                break;
            }
        }
    }
}

/// Makes runnable what the poller has found, which counted as in transit until now.
///
/// # Safety
/// It comes from `netpoll::poll`, once.
pub unsafe fn inject_polled(mut list: GList) {
    // SAFETY: the goroutines were taken out of their descriptors.
    unsafe {
        if list.n > 0 {
            inject(&mut list);
            SCHED.in_transit.fetch_sub(1, SeqCst);
        }
    }
}
