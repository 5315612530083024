//! Semaphores: what sync's locks and internal/poll wait on. A hash table by address of the word;
//! each bucket has a lock and a list of waiters, oldest first (or first in front, for `lifo`).
//! And the ticketed waiting lists of sync.Cond.

use crate::base::lock::{Global, Mutex};
use crate::sched::*;
use crate::sync::chan::{free_sudog, new_sudog};
use crate::sync::synctest;
use crate::task::g::*;
use crate::task::{hook, stackscan};
use core::ptr::null_mut;
use core::sync::atomic::{AtomicU32, AtomicUsize, Ordering::*};

const BUCKETS: usize = 251;

struct Bucket {
    lock: Mutex,
    list: Global<(*mut Sudog, *mut Sudog)>,
    /// How many wait: looked at without the lock by releasers.
    n: AtomicU32,
}

static TABLE: [Bucket; BUCKETS] = [const {
    Bucket { lock: Mutex::new(), list: Global::new((null_mut(), null_mut())), n: AtomicU32::new(0) }
}; BUCKETS];

fn bucket(addr: *const AtomicU32) -> &'static Bucket {
    &TABLE[(addr as usize >> 3) % BUCKETS]
}

fn try_acquire(addr: &AtomicU32) -> bool {
    let mut v = addr.load(SeqCst);
    while v > 0 {
        match addr.compare_exchange(v, v - 1, SeqCst, SeqCst) {
            Ok(_) => return true,
            Err(now) => v = now,
        }
    }
    false
}

// A sudog in a bucket: `elem` is the semaphore's address. It is heap or static memory, or in a
// stack: the goroutine's frames keep it, and moving adjusts `elem`, since the sudog is in
// `G::waiting`. A word in a stack has one user only, the goroutine itself; nobody else finds it.

unsafe fn acquire(addr: *mut AtomicU32, lifo: bool, reason: Wait, skip: isize) -> End {
    // SAFETY: the word is alive while somebody waits for it; the bucket's list under its lock.
    unsafe {
        if try_acquire(&*addr) {
            return Done(());
        }
        let b = bucket(addr);
        let l = b.lock.lock();
        // Counted first: a releaser that sees nobody has released before our last try.
        b.n.fetch_add(1, SeqCst);
        if try_acquire(&*addr) {
            b.n.fetch_sub(1, SeqCst);
            return Done(());
        }
        let g = curg();
        let s = new_sudog(g);
        (*s).elem = addr.cast();
        if matches!(reason, Wait::Mutex | Wait::RwMutexR | Wait::RwMutex) {
            (*s).since = waits::wait_begin();
        }
        (*g).waiting = s;
        let (head, tail) = &mut *b.list.get();
        if lifo {
            (*s).next = *head;
            (*s).prev = null_mut();
            if head.is_null() {
                *tail = s;
            } else {
                (**head).prev = s;
            }
            *head = s;
        } else {
            (*s).prev = *tail;
            (*s).next = null_mut();
            if tail.is_null() {
                *head = s;
            } else {
                (**tail).next = s;
            }
            *tail = s;
        }
        prepare_park(reason);
        if (*g).blocked_since != 0 {
            (*g).blocked_skip = skip as u32;
        }
        drop(l);
        Parked(Next::Search)
    }
}

unsafe fn take(b: &Bucket, addr: *mut u8) -> *mut Sudog {
    // SAFETY: under the bucket's lock: sudogs in its list are live.
    unsafe {
        let (head, tail) = &mut *b.list.get();
        let mut s = *head;
        while !s.is_null() && (*s).elem != addr {
            s = (*s).next;
        }
        if !s.is_null() {
            let (n, p) = ((*s).next, (*s).prev);
            if p.is_null() {
                *head = n;
            } else {
                (*p).next = n;
            }
            if n.is_null() {
                *tail = p;
            } else {
                (*n).prev = p;
            }
            b.n.fetch_sub(1, SeqCst);
        }
        s
    }
}

/// Releases one unit. With `handoff`, who gets a turn runs before the releaser goes on.
unsafe fn release(addr: *mut AtomicU32, handoff: bool, skip: isize) -> End {
    // SAFETY: the caller holds the word alive.
    unsafe {
        if wake_waiter(addr, skip) && handoff && (*getm()).locks == 0 {
            return Parked(yield_to_next());
        }
        Done(())
    }
}

/// Releases one unit: whether a waiter gets a turn. It is given the unit at once and need not look again.
unsafe fn wake_waiter(addr: *mut AtomicU32, skip: isize) -> bool {
    // SAFETY: the caller holds the word alive; the bucket's list under its lock. The waiter was taken out of it, so it is ours to wake.
    unsafe {
        (*addr).fetch_add(1, SeqCst);
        let b = bucket(addr);
        if b.n.load(SeqCst) == 0 {
            return false;
        }
        let l = b.lock.lock();
        if b.n.load(SeqCst) == 0 {
            return false;
        }
        if !try_acquire(&*addr) {
            // Somebody was faster; the waiter stays.
            return false;
        }
        let s = take(b, addr.cast());
        if s.is_null() {
            (*addr).fetch_add(1, SeqCst);
            return false;
        }
        let waited = if (*s).since != 0 { charge(b, s, addr.cast()) } else { 0 };
        drop(l);
        if waited != 0 {
            waits::unlocks(waited, skip as usize);
        }
        let g = (*s).g;
        stackscan::before_touch(g);
        (*g).waiting = null_mut();
        free_sudog(s);
        ready(g);
        true
    }
}

/// How long the waiter that was taken and those that still wait for the same word have waited since the last release.
unsafe fn charge(b: &Bucket, taken: *mut Sudog, addr: *mut u8) -> u64 {
    // SAFETY: under the bucket's lock: sudogs in its list are live.
    unsafe {
        let now = crate::os::nanotime();
        let mut ns = now.saturating_sub((*taken).since).max(1);
        let mut s = (*b.list.get()).0;
        while !s.is_null() {
            if (*s).elem == addr && (*s).since != 0 {
                ns += now.saturating_sub((*s).since);
                (*s).since = now;
            }
            s = (*s).next;
        }
        ns
    }
}

/// The current goroutine goes to the end of the local queue; the one just made ready runs.
unsafe fn yield_to_next() -> Next {
    // SAFETY: the thread's own goroutine, in a parking hook.
    unsafe {
        let m = getm();
        let g = (*m).curg.get();
        (*g).m = null_mut();
        (*m).curg.set(null_mut());
        G::change(g, Status::Running, Status::Runnable);
        runq_put((*m).p, g, false);
        Next::Search
    }
}

hook! { fn "sync.runtime_Semacquire"(s: *mut AtomicU32) parking { acquire(s, false, Wait::Semacquire, 0) }}
hook! { fn "internal/poll.runtime_Semacquire"(s: *mut AtomicU32) parking { acquire(s, false, Wait::Semacquire, 0) }}
hook! { fn "sync.runtime_SemacquireWaitGroup"(s: *mut AtomicU32, bubble: bool) parking {
    acquire(s, false, if bubble { Wait::BubbleWaitGroup } else { Wait::WaitGroup }, 0)
}}
hook! { fn "sync.runtime_SemacquireRWMutexR"(s: *mut AtomicU32, lifo: bool, skip: isize) parking { acquire(s, lifo, Wait::RwMutexR, skip) }}
hook! { fn "sync.runtime_SemacquireRWMutex"(s: *mut AtomicU32, lifo: bool, skip: isize) parking { acquire(s, lifo, Wait::RwMutex, skip) }}
hook! { fn "internal/sync.runtime_SemacquireMutex"(s: *mut AtomicU32, lifo: bool, skip: isize) parking { acquire(s, lifo, Wait::Mutex, skip) }}
hook! { fn "sync.runtime_Semrelease"(s: *mut AtomicU32, handoff: bool, skip: isize) parking { release(s, handoff, skip) }}
hook! { fn "internal/sync.runtime_Semrelease"(s: *mut AtomicU32, handoff: bool, skip: isize) parking { release(s, handoff, skip) }}
hook! { fn "internal/poll.runtime_Semrelease"(s: *mut AtomicU32) parking { release(s, false, 0) }}

// ---- sync.Cond

/// sync.notifyList: tickets [notify, wait) have not been notified.
#[repr(C)]
pub struct NotifyList {
    wait: AtomicU32,
    notify: AtomicU32,
    lock: AtomicUsize,
    head: *mut Sudog,
    tail: *mut Sudog,
}

impl NotifyList {
    fn lock(&self) {
        while self.lock.compare_exchange(0, 1, Acquire, Relaxed).is_err() {
            crate::os::yield_now();
        }
    }
    fn unlock(&self) {
        self.lock.store(0, Release);
    }
}

fn before(a: u32, b: u32) -> bool {
    (a.wrapping_sub(b) as i32) < 0
}

hook! { fn "sync.runtime_notifyListCheck"(size: usize) leaf {
    if size != size_of::<NotifyList>() {
        crate::base::print::throw("bad notifyList size");
    }
}}
hook! { fn "sync.runtime_notifyListAdd"(l: *mut NotifyList) -> u32, leaf { (*l).wait.fetch_add(1, SeqCst) }}
hook! { fn "sync.runtime_notifyListWait"(l: *mut NotifyList, t: u32) parking {
    (*l).lock();
    if before(t, (*l).notify.load(Relaxed)) {
        (*l).unlock();
        Done(())
    } else {
        let s = new_sudog(curg());
        // The ticket takes the place of an element's address.
        (*s).elem = t as usize as *mut u8;
        if (*l).tail.is_null() {
            (*l).head = s;
        } else {
            (*(*l).tail).next = s;
        }
        (*l).tail = s;
        prepare_park(Wait::Cond);
        (*l).unlock();
        Parked(Next::Search)
    }
}}
hook! { fn "sync.runtime_notifyListNotifyAll"(l: *mut NotifyList) leaf {
    if (*l).wait.load(SeqCst) != (*l).notify.load(SeqCst) {
        (*l).lock();
        let mut s = (*l).head;
        (*l).head = null_mut();
        (*l).tail = null_mut();
        (*l).notify.store((*l).wait.load(SeqCst), SeqCst);
        (*l).unlock();
        while !s.is_null() {
            let next = (*s).next;
            let g = (*s).g;
            free_sudog(s);
            synctest::check_notify(g);
            ready_at(g, false);
            s = next;
        }
    }
}}
hook! { fn "sync.runtime_notifyListNotifyOne"(l: *mut NotifyList) leaf {
    if (*l).wait.load(SeqCst) != (*l).notify.load(SeqCst) {
        (*l).lock();
        let t = (*l).notify.load(SeqCst);
        let mut found = null_mut();
        if t != (*l).wait.load(SeqCst) {
            (*l).notify.store(t.wrapping_add(1), SeqCst);
            // The owner of the ticket may not have come to wait yet: it will see that it needn't.
            let (mut p, mut s): (*mut Sudog, *mut Sudog) = (null_mut(), (*l).head);
            while !s.is_null() {
                if (*s).elem as usize as u32 == t {
                    let next = (*s).next;
                    if p.is_null() {
                        (*l).head = next;
                    } else {
                        (*p).next = next;
                    }
                    if next.is_null() {
                        (*l).tail = p;
                    }
                    found = (*s).g;
                    free_sudog(s);
                    break;
                }
                p = s;
                s = (*s).next;
            }
        }
        (*l).unlock();
        if !found.is_null() {
            synctest::check_notify(found);
            ready(found);
        }
    }
}}
