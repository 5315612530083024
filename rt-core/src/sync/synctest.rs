//! Bubbles (testing/synctest): goroutines with a clock of their own, which stands still while one of
//! them can run.
//!
//! A goroutine of a bubble is *running* or *durably blocked*: waiting for something that only the
//! bubble can bring about (`is_durable`). The state is `G::durable`; it changes where a goroutine
//! parks (`parked`) and becomes ready (`woken`), and only for goroutines with a `G::bubble`, so
//! that the scheduler pays one test of a field it has at hand. When the last running goroutine blocks or
//! ends, `settle` wakes one that waits by design: the caller of synctest.Wait, or else the root.
//!
//! The root is the goroutine that called Run. It sees to the bubble's timers (the loop is in the
//! overlay's synctest.go): runs what is due, waits until all are blocked, sets the clock to the next
//! timer. A timer whose channel nobody waits at is not in the heap (see `timer`), so it is no reason for the
//! clock to go on: a forgotten ticker does not hide a deadlock.
//!
//! One lock guards all bubbles. It may be taken while holding a channel's, semaphore's or timer's lock,
//! and nothing but pages is asked for while it is held.

use crate::base::lock::{Global, Guard, Shared};
use crate::base::stopped::Stopped;
use crate::gc::mark::Marker;
use crate::gc::special;
use crate::mem::meta;
use crate::sched::bubble::{self, Bubbles};
use crate::sched::proc::create_g;
use crate::sched::timer::{Due, GoTimer, Timers};
use crate::sched::*;
use crate::sync::chan::{FED, Hchan};
use crate::task::g::*;
use crate::task::hook;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicU32, Ordering::*};

/// A bubble.
#[repr(C)]
struct Whole {
    /// What goroutines, and the overlay, know of it.
    seen: Bubble,
    /// The main goroutine has ended: time stands still.
    done: bool,
    /// Goroutines, and those that are not durably blocked; the root counts.
    total: isize,
    running: isize,
    /// Other reasons not to be blocked (internal/synctest.Acquire).
    active: isize,
    /// The caller of Run, what it started, and who is in synctest.Wait.
    root: *mut G,
    main: *mut G,
    waiter: *mut G,
    /// Of `ALL`.
    next: *mut Whole,
    /// Timers for the same moment go off in any order.
    timers: Timers,
}

static LOCK: Shared = Shared::new("bubbles");
/// Under `LOCK`: bubbles whose Run has not ended.
static ALL: Global<*mut Whole> = Global::new(null_mut());
static NEXT_ID: AtomicU32 = AtomicU32::new(1);

/// Midnight UTC 2000-01-01.
const START: i64 = 946_684_800_000_000_000;

/// Whether only the goroutines of its bubble can end the wait of `g`.
unsafe fn is_durable(g: *const G, reason: Wait) -> bool {
    // SAFETY: the goroutine is on its way to wait: its sudogs are live, and so are their channels.
    unsafe {
        if matches!(reason, Wait::Recv | Wait::Send | Wait::Select) {
            // Channels of other bubbles are not to be had, so one of any bubble is of this one.
            let mut s = (*g).waiting;
            while !s.is_null() && (*(*s).c.cast::<Hchan>()).bubble() != 0 {
                s = (*s).waitlink;
            }
            return s.is_null();
        }
        matches!(
            reason,
            Wait::NilRecv
                | Wait::NilSend
                | Wait::SelectNoCases
                | Wait::Sleep
                | Wait::Cond
                | Wait::Coroutine
                | Wait::BubbleWaitGroup
                | Wait::BubbleRun
                | Wait::BubbleWait
        )
    }
}

/// All of a goroutine's bubble.
unsafe fn bubble_of(g: *const G) -> *mut Whole {
    // SAFETY: its record is never freed.
    unsafe { (*g).bubble.cast() }
}

// ---- what the scheduler tells

/// A new goroutine is in its parent's bubble. It counts as running.
///
/// # Safety
/// The new goroutine does not run yet; the parent is the caller's.
pub unsafe fn join(g: *mut G, parent: *mut G) {
    // SAFETY: the bubble's counts under the lock.
    unsafe {
        let b = bubble_of(parent);
        if !b.is_null() {
            let _l = LOCK.lock();
            (*g).bubble = b.cast();
            (*b).total += 1;
            (*b).running += 1;
        }
    }
}

/// A goroutine of a bubble waits now.
///
/// # Safety
/// The goroutine is the caller's, on its way to wait, in a bubble.
pub unsafe fn parked(g: *mut G, reason: Wait) {
    // SAFETY: the caller's promise; the bubble's counts under the lock. Whom `settle` gives us is ours to wake.
    unsafe {
        if is_durable(g, reason) {
            let b = bubble_of(g);
            let l = LOCK.lock();
            (*g).durable = true;
            (*b).running -= 1;
            let next = settle(b);
            drop(l);
            if !next.is_null() {
                ready(next);
            }
        }
    }
}

/// A durably blocked goroutine is about to become runnable.
///
/// # Safety
/// The goroutine waits in a bubble, and is the caller's to wake.
#[cold]
pub unsafe fn woken(g: *mut G) {
    // SAFETY: the caller's promise; the bubble's counts under the lock.
    unsafe {
        let _l = LOCK.lock();
        (*g).durable = false;
        (*bubble_of(g)).running += 1;
    }
}

/// A goroutine of a bubble is dead.
///
/// # Safety
/// The goroutine is the caller's, dead, in a bubble.
#[cold]
pub unsafe fn ended(g: *mut G) {
    // SAFETY: the caller's promise; the bubble's counts under the lock. Whom `settle` gives us is ours to wake.
    unsafe {
        let b = bubble_of(g);
        let l = LOCK.lock();
        (*g).bubble = null_mut();
        (*b).total -= 1;
        (*b).running -= 1;
        (*b).done |= g == (*b).main;
        let next = settle(b);
        drop(l);
        if !next.is_null() {
            ready(next);
        }
    }
}

/// Whom to make ready because all are blocked; null: nobody. That goroutine counts as running at once.
unsafe fn settle(b: *mut Whole) -> *mut G {
    // SAFETY: under the lock.
    unsafe {
        if (*b).running > 0 || (*b).active > 0 {
            return null_mut();
        }
        let mut g = (*b).root;
        let timers = &(*b).timers;
        let due = timers.has_due() || timers.first().is_some_and(|when| when <= (*b).seen.now);
        if !(*b).waiter.is_null() && !due {
            g = (*b).waiter;
            (*b).waiter = null_mut();
        }
        if !g.is_null() {
            (*g).durable = false;
            (*b).running += 1;
        }
        g
    }
}

/// An operation on a channel made in a bubble: the goroutine must be in that bubble.
///
/// # Safety
/// In a hook; the channel is alive.
#[cold]
pub unsafe fn check(c: *const Hchan, fault: &str) {
    // SAFETY: the caller's promise.
    unsafe {
        if (*curg()).bubble_id() != (*c).bubble() {
            crate::task::traceback::fatal_error(fault, true);
        }
    }
}

/// A goroutine is about to be woken out of sync.Cond.Wait: that must come from its bubble.
///
/// # Safety
/// In a hook.
pub unsafe fn check_notify(g: *const G) {
    // SAFETY: ids of records that are never freed.
    unsafe {
        if !(*g).bubble.is_null() && (*g).bubble != (*curg()).bubble {
            crate::base::print::str("semaphore wake of synctest goroutine ");
            crate::base::print::dec((*g).goid);
            crate::base::print::str(" from outside bubble\n");
            crate::task::traceback::fatal_error(
                "semaphore wake of synctest goroutine from outside bubble",
                true,
            );
        }
    }
}

// ---- timers

/// The timers of a bubble, and their lock.
///
/// # Safety
/// The bubble is alive: the caller is in it.
pub unsafe fn timers<'a>(b: *mut Bubble) -> (Guard<'a>, &'a mut Timers) {
    // SAFETY: behind the lock, as long as the guard lives.
    unsafe { (LOCK.lock(), &mut (*b.cast::<Whole>()).timers) }
}

/// Takes a timer from its former bubble, which may be no more: whether it was running there.
///
/// # Safety
/// The bubble is alive if it holds the timer.
pub unsafe fn release(b: *mut Bubble, t: *mut GoTimer) -> bool {
    // SAFETY: behind the lock.
    unsafe {
        let _l = LOCK.lock();
        (*t).is_held() && (*b.cast::<Whole>()).timers.forget(t)
    }
}

/// time.Sleep in a bubble. The timer can't go off before the goroutine waits.
///
/// # Safety
/// In a parking hook of a goroutine in a bubble.
pub unsafe fn sleep(ns: i64) -> End {
    // SAFETY: the caller's promise; the timers under the lock.
    unsafe {
        let g = curg();
        let b = bubble_of(g);
        let l = LOCK.lock();
        (*b).timers.add_sleeper(g, (*b).seen.now.saturating_add(ns));
        drop(l);
        park(Wait::Sleep)
    }
}

/// Marks the Go timers.
///
/// # Safety
/// As `Timers::scan`.
pub unsafe fn scan(m: &mut Marker, stopped: &Stopped) {
    // SAFETY: nobody adds bubbles or takes them away while the world is stopped.
    unsafe {
        let mut b = *ALL.get();
        while !b.is_null() {
            (*b).timers.scan(m, stopped);
            b = (*b).next;
        }
    }
}

// Wakes whose time has come, and hands out the first timer whose function the root is to run.
hook! { fn "runtime.bubbleDue"(out: *mut Due) -> bool, leaf {
    let b = bubble_of(curg());
    let now = (*b).seen.now;
    loop {
        let l = LOCK.lock();
        let batch = (*b).timers.take_due(now);
        drop(l);
        if !batch.wake(now) {
            break;
        }
    }
    let _l = LOCK.lock();
    (*b).timers.hand_over(now, out)
}}

// ---- Run and Wait

static TABLE: Bubbles = Bubbles { join, parked, woken, ended };

hook! { fn "runtime.bubbleEnter"(closure: usize, pc: usize) leaf {
    bubble::set(&TABLE);
    let g = curg();
    let b = meta::alloc(size_of::<Whole>()) as *mut Whole;
    let mut id = 0;
    while id == 0 {
        id = NEXT_ID.fetch_add(1, Relaxed) & !FED;
    }
    b.write(Whole {
        seen: Bubble { now: START, id },
        done: false,
        total: 1,
        running: 1,
        active: 0,
        root: g,
        main: null_mut(),
        waiter: null_mut(),
        next: null_mut(),
        timers: Timers::new(true),
    });
    {
        let _l = LOCK.lock();
        (*b).next = *ALL.get();
        *ALL.get() = b;
    }
    (*g).bubble = b.cast();
    let main = create_g(closure, g, pc);
    (*b).main = main;
    join(main, g);
    G::change(main, Status::Dead, Status::Runnable);
    runq_put((*getm()).p, main, true);
    wakep();
}}

hook! { fn "runtime.bubbleAwait"() parking { park(Wait::BubbleRun) }}

/// What `bubbleAdvance` says.
const TICKED: isize = 0;
const ENDED: isize = 1;
const LEFT_OVER: isize = 2;
const ALL_BLOCKED: isize = 3;

// The root alone is awake.
hook! { fn "runtime.bubbleAdvance"() -> isize, leaf {
    let b = bubble_of(curg());
    let _l = LOCK.lock();
    if let Some(when) = (*b).timers.first()
        && !(*b).done
    {
        (*b).seen.now = (*b).seen.now.max(when);
        TICKED
    } else if (*b).total == 1 {
        ENDED
    } else if (*b).done {
        LEFT_OVER
    } else {
        ALL_BLOCKED
    }
}}

// Goroutines that remain are blocked for ever; they keep the record.
hook! { fn "runtime.bubbleLeave"() leaf {
    let g = curg();
    let b = bubble_of(g);
    let l = LOCK.lock();
    (*b).timers.clear();
    let mut link = ALL.get();
    while *link != b {
        link = &raw mut (**link).next;
    }
    *link = (*b).next;
    (*g).bubble = null_mut();
    (*b).root = null_mut();
    (*b).total -= 1;
    (*b).running -= 1;
    let gone = (*b).total == 0 && (*b).active == 0;
    drop(l);
    if gone {
        meta::free(b.cast(), size_of::<Whole>());
    }
}}

hook! { fn "runtime.bubbleWait"() -> bool, parking {
    let g = curg();
    let b = bubble_of(g);
    let l = LOCK.lock();
    let free = (*b).waiter.is_null();
    if free {
        (*b).waiter = g;
    }
    drop(l);
    if free {
        *((*g).hook_args as *mut bool) = true;
        return park(Wait::BubbleWait);
    }
    Done(false)
}}

hook! { fn "runtime.bubbleHold"(b: *mut Whole, n: isize) leaf {
    let l = LOCK.lock();
    (*b).active += n;
    let g = settle(b);
    drop(l);
    if !g.is_null() {
        ready(g);
    }
}}

// ---- objects that belong to a bubble: sync.WaitGroup

hook! { fn "runtime.bubbleOwn"(p: usize, id: u32, add: bool) -> isize, leaf {
    match special::bubble_of(p, if add { id } else { 0 }) {
        0 => 0,
        owner if owner == id => 1,
        _ => 2,
    }
}}
hook! { fn "runtime.bubbleDisown"(p: usize) leaf { special::remove_bubble(p) }}
