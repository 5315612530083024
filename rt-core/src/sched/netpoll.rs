//! The network poller: descriptors that goroutines wait for (`os`'s poller), with deadlines.
//!
//! Each direction of a descriptor has a word: 0 nothing, READY, or the goroutine that waits. An
//! event stores READY, or takes the goroutine and makes it runnable; the goroutine, back, finds
//! out by the record's flags why.

use crate::base::lock::{Global, Mutex, Shared};
use crate::mem::meta;
use crate::os;
use crate::sched::timer::{self, First};
use crate::sched::*;
use crate::task::g::*;
use crate::task::{hook, stackscan};
use core::ptr::null_mut;
use core::sync::atomic::{AtomicU32, AtomicUsize, Ordering::*};

const READY: usize = 1;

/// A descriptor that is watched. Never freed, used again.
#[repr(C)]
pub struct Desc {
    link: *mut Desc,
    fd: i32,
    lock: Mutex,
    closing: bool,
    /// By direction: 0 reading, 1 writing.
    wait: [AtomicUsize; 2],
    /// Deadline: 0 none, below 0 passed.
    deadline: [i64; 2],
    /// Its place among the timers + 1; 0: not there. The timers' lock guards it.
    pub timer: [usize; 2],
}

static WOKEN: AtomicU32 = AtomicU32::new(0);
static WAITERS: AtomicU32 = AtomicU32::new(0);
static LOCK: Shared = Shared::new("poller");
static FREE: Global<*mut Desc> = Global::new(null_mut());

/// Whether goroutines wait for descriptors.
pub fn waiting() -> bool {
    WAITERS.load(SeqCst) != 0
}

/// Makes the poller, once.
fn init() {
    let _l = LOCK.lock();
    if !os::poller_is_open() && !os::poller_open() {
        crate::base::print::throw("runtime: netpollinit failed");
    }
}

/// Ends a sleep in the poller.
pub fn wake() {
    if !os::poller_is_open() {
        init();
    }
    if WOKEN.swap(1, SeqCst) == 0 {
        os::poller_wake();
    }
}

/// Collects the goroutines whose descriptors are ready, for `inject_polled`; if there are any, they count as in transit.
/// `delay` in ns: 0 doesn't wait, below 0 waits until something happens.
///
/// # Safety
/// The thread is the runtime's; it holds no lock.
pub unsafe fn poll(delay: i64) -> GList {
    // SAFETY: what the poller was given for data are records that are never freed.
    unsafe {
        let mut list = GList::new();
        if !os::poller_is_open() {
            if delay == 0 {
                return list;
            }
            init();
        }
        let ms = match delay {
            d if d < 0 => -1,
            0 => 0,
            d if d < 1_000_000 => 1,
            d => ((d + 999_999) / 1_000_000).min(1_000_000_000) as i32,
        };
        // Short sleeps are waited for exactly: the poller's clock counts milliseconds.
        let ms = if delay > 0 && delay < 1_000_000 {
            let nap = AtomicU32::new(0);
            if delay > 50_000 && WAITERS.load(Relaxed) == 0 && WOKEN.load(Relaxed) == 0 {
                os::futex_wait(&nap, 0, delay.min(500_000));
            }
            0
        } else {
            ms
        };
        let mut events = [os::PollEvent::NONE; 64];
        let n = os::poller_wait(&mut events, ms, delay != 0);
        // Before the first goroutine stops waiting for its descriptor, so that no moment looks like a deadlock.
        SCHED.in_transit.fetch_add(1, SeqCst);
        for e in &events[..n] {
            if e.data == 0 {
                if delay != 0 {
                    WOKEN.store(0, SeqCst);
                }
                continue;
            }
            let d = e.data as *mut Desc;
            if e.readable {
                unblock(d, 0, true, &mut list);
            }
            if e.writable {
                unblock(d, 1, true, &mut list);
            }
        }
        if list.n == 0 {
            SCHED.in_transit.fetch_sub(1, SeqCst);
        }
        list
    }
}

/// Wakes whoever waits for a direction; `io`: remember readiness if nobody does.
unsafe fn unblock(d: *mut Desc, dir: usize, io: bool, list: &mut GList) {
    // SAFETY: the record is never freed; the goroutine was taken out of its word, so it is ours to wake, and stands in pollWait's hook.
    unsafe {
        let w = &(&(*d).wait)[dir];
        loop {
            let old = w.load(Acquire);
            if old == READY || (old == 0 && !io) {
                return;
            }
            let new = if io { READY } else { 0 };
            if w.compare_exchange(old, new, AcqRel, Relaxed).is_ok() {
                if old > READY {
                    let g = old as *mut G;
                    WAITERS.fetch_sub(1, SeqCst);
                    if io {
                        w.store(0, Release);
                    }
                    answer(g, if io { 0 } else { check(d, dir) });
                    list.push(g);
                }
                return;
            }
        }
    }
}

/// Gives a goroutine that waits the result of runtime_pollWait, behind (ctx, mode).
unsafe fn answer(g: *mut G, r: isize) {
    // SAFETY: it stands in that hook, and is the caller's to wake.
    unsafe {
        let held = stackscan::hold(g);
        *(((*g).hook_args + 2 * size_of::<usize>()) as *mut isize) = r;
        drop(held);
    }
}

unsafe fn check(d: *mut Desc, dir: usize) -> isize {
    // SAFETY: the record is never freed; who changes it holds its lock or is alone with it.
    unsafe {
        if (*d).closing {
            1
        } else if (&(*d).deadline)[dir] < 0 {
            2
        } else {
            0
        }
    }
}

fn dir_of(mode: isize) -> usize {
    (mode != b'r' as isize) as usize
}

/// A deadline has come, if it has not been changed just now.
///
/// # Safety
/// The thread is the runtime's; it holds no lock.
pub unsafe fn deadline(d: *mut Desc, dir: u8, now: i64) {
    // SAFETY: the record is never freed; under its lock.
    unsafe {
        let mut list = GList::new();
        {
            let _l = (*d).lock.lock();
            let when = &mut (&mut (*d).deadline)[dir as usize];
            if *when <= 0 || *when > now {
                return;
            }
            *when = -1;
            unblock(d, dir as usize, false, &mut list);
        }
        inject(&mut list);
    }
}

hook! { fn "internal/poll.runtime_pollServerInit"() leaf { init() }}
hook! { fn "internal/poll.runtime_isPollServerDescriptor"(fd: usize) -> bool, leaf {
    os::poller_owns(fd as i32)
}}
hook! { fn "internal/poll.runtime_pollOpen"(fd: usize) -> (ctx: usize, errno: isize) leaf {
    let d;
    {
        let _l = LOCK.lock();
        let free = FREE.get();
        if (*free).is_null() {
            d = meta::persistent(size_of::<Desc>(), 64) as *mut Desc;
        } else {
            d = *free;
            *free = (*d).link;
        }
    }
    (*d).fd = fd as i32;
    (*d).closing = false;
    for dir in 0..2 {
        (&(*d).wait)[dir].store(0, Relaxed);
        (&mut (*d).deadline)[dir] = 0;
    }
    let r = os::poller_watch(fd as i32, d as usize);
    if r < 0 {
        free_desc(d);
        (0, -r)
    } else {
        (d as usize, 0)
    }
}}

unsafe fn free_desc(d: *mut Desc) {
    // SAFETY: the record is the caller's; the list under the lock.
    unsafe {
        let _l = LOCK.lock();
        let free = FREE.get();
        (*d).link = *free;
        *free = d;
    }
}

hook! { fn "internal/poll.runtime_pollClose"(d: *mut Desc) leaf {
    os::poller_forget((*d).fd);
    free_desc(d);
}}
hook! { fn "internal/poll.runtime_pollReset"(d: *mut Desc, mode: isize) -> isize, leaf {
    let dir = dir_of(mode);
    let r = check(d, dir);
    if r == 0 {
        (&(*d).wait)[dir].store(0, Release);
    }
    r
}}
hook! { fn "internal/poll.runtime_pollWait"(d: *mut Desc, mode: isize) -> isize, parking {
    let r = check(d, dir_of(mode));
    if r != 0 {
        return Done(r);
    }
    match wait(d, dir_of(mode)) {
        Done(()) => Done(check(d, dir_of(mode))),
        Parked(next) => Parked(next),
    }
}}
hook! { fn "internal/poll.runtime_pollWaitCanceled"(d: *mut Desc, mode: isize) parking {
    wait(d, dir_of(mode))
}}

/// Waits for a direction, if it is not ready already.
unsafe fn wait(d: *mut Desc, dir: usize) -> End {
    // SAFETY: in a parking hook of the goroutine that waits; the descriptor is open.
    unsafe {
        let w = &(&(*d).wait)[dir];
        let l = (*d).lock.lock();
        if w.compare_exchange(READY, 0, AcqRel, Relaxed).is_ok() {
            return Done(());
        }
        if check(d, dir) != 0 {
            return Done(());
        }
        let g = (*getm()).curg.get();
        WAITERS.fetch_add(1, Relaxed);
        // The goroutine must be parked before an event can find it.
        prepare_park(Wait::Io);
        if w.compare_exchange(0, g as usize, AcqRel, Relaxed).is_err() {
            // An event came in between. Its stack may have been scanned and moved meanwhile: it goes on like one that was woken.
            w.store(0, Release);
            WAITERS.fetch_sub(1, Relaxed);
            answer(g, 0);
            drop(l);
            ready(g);
        } else {
            drop(l);
        }
        Parked(Next::Search)
    }
}

hook! { fn "internal/poll.runtime_pollSetDeadline"(d: *mut Desc, delta: i64, mode: isize) leaf {
    let mut list = GList::new();
    let now = os::nanotime() as i64;
    let when = match delta {
        0 => 0,
        n if n < 0 => -1,
        n => now.checked_add(n).unwrap_or(i64::MAX),
    };
    let mut first = First::SAME;
    {
        let _l = (*d).lock.lock();
        if !(*d).closing {
            for dir in 0..2 {
                let wanted = mode == b'r' as isize + b'w' as isize || dir_of(mode) == dir;
                if !wanted {
                    continue;
                }
                (&mut (*d).deadline)[dir] = when;
                first = first.and(timer::set_deadline(d, dir, when.max(0)));
                if when < 0 {
                    unblock(d, dir, false, &mut list);
                }
            }
        }
    }
    first.announce();
    inject(&mut list);
}}
hook! { fn "internal/poll.runtime_pollUnblock"(d: *mut Desc) leaf {
    let mut list = GList::new();
    let mut first = First::SAME;
    {
        let _l = (*d).lock.lock();
        (*d).closing = true;
        for dir in 0..2 {
            first = first.and(timer::set_deadline(d, dir, 0));
            unblock(d, dir, false, &mut list);
        }
    }
    first.announce();
    inject(&mut list);
}}
