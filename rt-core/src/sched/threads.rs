//! Threads and processors: who has which, who sleeps, who is woken.

use super::*;
use crate::os;
use crate::sched::netpoll;
use crate::sched::proc;
use crate::sched::timer;
use crate::task::tracing;

/// Sleeps until somebody hands a P over.
///
/// # Safety
/// The calling thread's record, without P.
pub unsafe fn stop_m(m: *mut M) {
    // SAFETY: the list under the lock; who wakes the thread has left a P for it.
    unsafe {
        {
            let l = SCHED.lock.lock();
            let p = wanting_get(&l);
            if !p.is_null() {
                drop(l);
                return acquire_p(m, p);
            }
            let s = SCHED.inner();
            (*m).schedlink = s.midle;
            s.midle = m;
        }
        (*m).park.park();
        acquire_p(m, (*m).nextp);
        (*m).nextp = null_mut();
    }
}

/// The thread takes a P that is its alone.
///
/// # Safety
/// The calling thread's record; the P is the caller's alone.
pub unsafe fn acquire_p(m: *mut M, p: *mut P) {
    // SAFETY: the caller's promise.
    unsafe {
        (*m).p = p;
        (*p).m.set(m);
        (*p).status.store(pstatus::RUNNING, Release);
        tracing::processor(p, m);
    }
}

/// The thread leaves its P.
///
/// # Safety
/// The calling thread's record, with a P.
pub unsafe fn release_p(m: *mut M) -> *mut P {
    // SAFETY: the caller's promise.
    unsafe {
        let p = (*m).p;
        tracing::processor(p, null_mut());
        (*p).m.set(null_mut());
        (*p).status.store(pstatus::IDLE, Release);
        (*m).p = null_mut();
        p
    }
}

/// Adds to the idle Ps; the lock is held.
///
/// # Safety
/// The P is the caller's alone, and idle.
pub unsafe fn pidle_put(p: *mut P, l: &crate::base::lock::Guard<'static>) {
    SCHED.idle.put(&Here, p, l);
}

/// Takes an idle P, or null; the lock is held.
pub fn pidle_get(l: &crate::base::lock::Guard<'static>) -> *mut P {
    SCHED.idle.take(&Here, l).unwrap_or(null_mut())
}

/// Wakes a thread to look for work that was just published, unless one does.
#[inline]
pub fn wakep() {
    SCHED.idle.wake(&Here)
}

/// Has some thread run `p`; `spinning`: it is counted as such already.
///
/// # Safety
/// The P is the caller's to give, or null.
pub unsafe fn start_m(p: *mut P, spinning: bool) {
    // SAFETY: the list under the lock; a thread taken out of it sleeps until it is woken.
    unsafe {
        let l = SCHED.lock.lock();
        let s = SCHED.inner();
        let m = s.midle;
        if m.is_null() {
            if !os::THREADS {
                return want(p, spinning, l);
            }
            drop(l);
            proc::new_m(p, spinning);
            return;
        }
        s.midle = (*m).schedlink;
        drop(l);
        (*m).spinning = spinning;
        (*m).nextp = p;
        (*m).park.unpark();
    }
}

/// Where there is no other thread to be had, a P waits for the next one that comes to rest (`stop_m`; `protocol::want`). That one looks for work
/// as any thread, so none is counted as looking.
unsafe fn want(p: *mut P, spinning: bool, l: crate::base::lock::Guard<'static>) {
    // SAFETY: the P is the caller's to give, the list under the lock.
    unsafe {
        let s = SCHED.inner();
        (*p).link = s.pwanting;
        s.pwanting = p;
        SCHED.wanting.left();
        if spinning {
            SCHED.idle.stop_spinning();
        }
    }
    drop(l);
    if SCHED.wanting.fetches(&SCHED.watch) {
        netpoll::wake();
    }
}

/// Whether a P waits for a thread, as who has taken the place in the poller asks.
pub fn wanted() -> bool {
    !os::THREADS && SCHED.wanting.any()
}

/// Takes a P that waits for a thread, or null; the lock is held.
pub fn wanting_get(_: &crate::base::lock::Guard<'static>) -> *mut P {
    // SAFETY: the lock is held.
    unsafe {
        let s = SCHED.inner();
        let p = s.pwanting;
        if !p.is_null() {
            s.pwanting = (*p).link;
            SCHED.wanting.taken();
        }
        p
    }
}

/// A P whose thread is in a system call or locked away: somebody else runs it, or it idles.
///
/// # Safety
/// The P is the caller's to give.
pub unsafe fn handoff_p(p: *mut P) {
    // SAFETY: the caller's promise.
    unsafe {
        if !runq_empty(p) || SCHED.runq_size.load(Relaxed) != 0 {
            start_m(p, false);
            return;
        }
        if SCHED.idle.spinning() + SCHED.idle.ps() == 0 && SCHED.idle.claim() {
            start_m(p, true);
            return;
        }
        let l = SCHED.lock.lock();
        if SCHED.stopping() {
            (*p).status.store(pstatus::GCSTOP, Release);
            SCHED.stop.arrived();
            return;
        }
        if let Some(p) = SCHED.idle.rest(&Here, p, false, l) {
            start_m(p, true);
            return;
        }
        // This P's thread does not come to the poller.
        if (netpoll::waiting() || timer::next_when() != 0) && SCHED.watch.last() != 0 {
            wakep();
        }
        proc::check_dead();
    }
}
