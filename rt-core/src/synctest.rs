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
//! timer. A timer whose channel nobody waits at stays in the heap and fires in its turn, but is no reason
//! for the clock to go on: a forgotten ticker does not hide a deadlock.
//!
//! One lock guards all bubbles. It may be taken while holding a channel's, semaphore's or timer's lock,
//! and nothing but pages is asked for while it is held.
#![allow(
    unsafe_op_in_unsafe_fn,
    clippy::missing_safety_doc,
    reason = "records are raw pointers throughout; all functions run on g0 of a live M"
)]

use crate::chan::Hchan;
use crate::g::*;
use crate::gc::mark::Marker;
use crate::gc::special;
use crate::heap::meta;
use crate::hook;
use crate::os;
use crate::proc::create_g;
use crate::sched::*;
use crate::sync::{Global, Mutex};
use crate::timer::{Due, GoTimer, next_tick};
use core::ptr::{copy_nonoverlapping, null_mut};
use core::sync::atomic::{AtomicU32, Ordering::*};

/// A bubble. Begins as the overlay's `bubble`.
#[repr(C)]
pub struct Bubble {
    /// The clock, in ns since 1970. Changes only while all but the root are blocked.
    now: i64,
    /// Never 0. What channels and other objects remember of their bubble.
    id: u32,
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
    next: *mut Bubble,
    /// The timers: a binary heap.
    items: *mut Item,
    len: usize,
    cap: usize,
}

/// A timer of a bubble: wakes a sleeping goroutine, or is a Go timer.
#[derive(Clone, Copy)]
struct Item {
    when: i64,
    /// Timers for the same moment go off in any order.
    chance: u32,
    go: bool,
    /// `*mut GoTimer` or `*mut G`.
    what: usize,
}

static LOCK: Mutex = Mutex::new();
/// Under `LOCK`: bubbles whose Run has not ended.
static ALL: Global<*mut Bubble> = Global::new(null_mut());
static NEXT_ID: AtomicU32 = AtomicU32::new(1);

/// Midnight UTC 2000-01-01.
const START: i64 = 946_684_800_000_000_000;

/// Whether only the goroutines of its bubble can end the wait of `g`.
unsafe fn is_durable(g: *const G, reason: Wait) -> bool {
    if matches!(reason, Wait::Recv | Wait::Send | Wait::Select) {
        // Channels of other bubbles are not to be had, so one of any bubble is of this one.
        let mut s = (*g).waiting;
        while !s.is_null() && (*(*s).c).bubble != 0 {
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

/// The id of a goroutine's bubble, 0 outside.
pub unsafe fn id_of(g: *const G) -> u32 {
    let b = (*g).bubble;
    if b.is_null() { 0 } else { (*b).id }
}

// ---- what the scheduler tells

/// A new goroutine is in its parent's bubble. It counts as running.
pub unsafe fn join(g: *mut G, parent: *mut G) {
    let b = (*parent).bubble;
    if !b.is_null() {
        let _l = LOCK.lock();
        (*g).bubble = b;
        (*b).total += 1;
        (*b).running += 1;
    }
}

/// A goroutine of a bubble waits now.
pub unsafe fn parked(g: *mut G, reason: Wait) {
    if is_durable(g, reason) {
        let b = (*g).bubble;
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

/// A durably blocked goroutine is about to become runnable.
#[cold]
pub unsafe fn woken(g: *mut G) {
    let _l = LOCK.lock();
    (*g).durable = false;
    (*(*g).bubble).running += 1;
}

/// A goroutine of a bubble is dead.
#[cold]
pub unsafe fn ended(g: *mut G) {
    let b = (*g).bubble;
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

/// Whom to make ready because all are blocked; null: nobody. That goroutine counts as running at once.
unsafe fn settle(b: *mut Bubble) -> *mut G {
    if (*b).running > 0 || (*b).active > 0 {
        return null_mut();
    }
    let mut g = (*b).root;
    let due = (*b).len > 0 && (*(*b).items).when <= (*b).now;
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

/// An operation on a channel made in a bubble: the goroutine must be in that bubble.
#[cold]
pub unsafe fn check(c: *const Hchan, fault: &str) {
    if id_of(curg()) != (*c).bubble {
        crate::traceback::fatal_error(fault, true);
    }
}

/// A goroutine is about to be woken out of sync.Cond.Wait: that must come from its bubble.
pub unsafe fn check_notify(g: *const G) {
    if !(*g).bubble.is_null() && (*g).bubble != (*curg()).bubble {
        crate::print::str("semaphore wake of synctest goroutine ");
        crate::print::dec((*g).goid);
        crate::print::str(" from outside bubble\n");
        crate::traceback::fatal_error("semaphore wake of synctest goroutine from outside bubble", true);
    }
}

// ---- timers

impl Item {
    fn before(&self, other: &Item) -> bool {
        (self.when, self.chance) < (other.when, other.chance)
    }

    /// Whether it can bring anybody on: a channel timer without receivers can't.
    unsafe fn is_awaited(&self) -> bool {
        if !self.go {
            return true;
        }
        let c = (*(self.what as *const GoTimer)).channel;
        c.is_null() || !(*c).recvq.first.is_null()
    }
}

impl Bubble {
    unsafe fn set(&mut self, i: usize, it: Item) {
        self.items.add(i).write(it);
        if it.go {
            (*(it.what as *mut GoTimer)).index = i + 1;
        }
    }

    /// Puts `it` where it belongs at or above the hole `i`.
    unsafe fn up(&mut self, mut i: usize, it: Item) {
        while i > 0 {
            let parent = *self.items.add((i - 1) / 2);
            if !it.before(&parent) {
                break;
            }
            self.set(i, parent);
            i = (i - 1) / 2;
        }
        self.set(i, it);
    }

    /// Puts `it` where it belongs below the hole `i`, or above it.
    unsafe fn down(&mut self, mut i: usize, it: Item) {
        let hole = i;
        loop {
            let mut child = 2 * i + 1;
            if child >= self.len {
                break;
            }
            if child + 1 < self.len && (*self.items.add(child + 1)).before(&*self.items.add(child)) {
                child += 1;
            }
            if !(*self.items.add(child)).before(&it) {
                break;
            }
            self.set(i, *self.items.add(child));
            i = child;
        }
        if i == hole { self.up(i, it) } else { self.set(i, it) }
    }

    unsafe fn push(&mut self, when: i64, go: bool, what: usize) {
        if self.len == self.cap {
            let cap = if self.cap == 0 { 4096 / size_of::<Item>() } else { self.cap * 2 };
            let p = os::map(bytes_of(cap)) as *mut Item;
            if p.is_null() {
                crate::print::throw("runtime: cannot allocate memory");
            }
            if self.cap > 0 {
                copy_nonoverlapping(self.items, p, self.len);
                os::unmap(self.items.cast(), bytes_of(self.cap));
            }
            (self.items, self.cap) = (p, cap);
        }
        let chance = crate::rand::next(getm()) as u32;
        self.len += 1;
        self.up(self.len - 1, Item { when, chance, go, what });
    }

    unsafe fn take(&mut self, i: usize) -> Item {
        let it = *self.items.add(i);
        if it.go {
            (*(it.what as *mut GoTimer)).index = 0;
        }
        self.len -= 1;
        if i < self.len {
            let last = *self.items.add(self.len);
            self.down(i, last);
        }
        it
    }

    unsafe fn drop_timers(&mut self) {
        for i in 0..self.len {
            let it = *self.items.add(i);
            if it.go {
                (*(it.what as *mut GoTimer)).index = 0;
            }
        }
        if self.cap > 0 {
            os::unmap(self.items.cast(), bytes_of(self.cap));
        }
        (self.items, self.len, self.cap) = (null_mut(), 0, 0);
    }
}

fn bytes_of(items: usize) -> usize {
    (items * size_of::<Item>()).next_multiple_of(4096)
}

/// time.Sleep in a bubble. The timer can't go off before the goroutine waits.
pub unsafe fn sleep(ns: i64) -> ! {
    let g = curg();
    let b = (*g).bubble;
    let l = LOCK.lock();
    (*b).push((*b).now.saturating_add(ns), false, g as usize);
    drop(l);
    park(Wait::Sleep)
}

/// Marks the Go timers; the world is stopped.
pub unsafe fn scan(m: &mut Marker) {
    let mut b = *ALL.get();
    while !b.is_null() {
        for i in 0..(*b).len {
            let it = *(*b).items.add(i);
            if it.go {
                m.mark(it.what);
            }
        }
        b = (*b).next;
    }
}

hook! { fn "runtime.bubbleTimerStart"(t: *mut GoTimer, when: i64, period: i64) leaf {
    let b = (*curg()).bubble;
    let _l = LOCK.lock();
    (*t).bubble = b;
    (*t).when = when;
    (*t).period = period;
    (*b).push(when, true, t as usize);
}}

// Only a timer that is in a heap has a bubble that surely exists.
hook! { fn "runtime.bubbleTimerStop"(t: *mut GoTimer) -> bool, leaf {
    let _l = LOCK.lock();
    (*t).seq += 1;
    let was = (*t).index != 0;
    if was {
        (*(*t).bubble).take((*t).index - 1);
    }
    was
}}

// Wakes the sleepers whose time has come, up to the first Go timer, which the root is to run.
hook! { fn "runtime.bubbleDue"(out: *mut Due) -> bool, leaf {
    let b = (*curg()).bubble;
    let mut sleepers = GList::new();
    let mut found = false;
    let l = LOCK.lock();
    while (*b).len > 0 && (*(*b).items).when <= (*b).now && !found {
        let it = (*b).take(0);
        if !it.go {
            sleepers.push(it.what as *mut G);
            continue;
        }
        let t = it.what as *mut GoTimer;
        let delay = (*b).now - it.when;
        let seq = (*t).seq;
        (*t).start_firing();
        if (*t).period > 0 {
            (*t).when = next_tick(it.when, (*t).period, delay);
            (*b).push((*t).when, true, t as usize);
        }
        Due::hand_out(out, t, seq, delay);
        found = true;
    }
    drop(l);
    loop {
        let g = sleepers.pop();
        if g.is_null() {
            break;
        }
        ready_at(g, false);
    }
    found
}}

// ---- Run and Wait

hook! { fn "runtime.bubbleEnter"(closure: usize, pc: usize) leaf {
    let g = curg();
    let b = meta::alloc(size_of::<Bubble>()) as *mut Bubble;
    let mut id = 0;
    while id == 0 {
        id = NEXT_ID.fetch_add(1, Relaxed);
    }
    b.write(Bubble {
        now: START,
        id,
        done: false,
        total: 1,
        running: 1,
        active: 0,
        root: g,
        main: null_mut(),
        waiter: null_mut(),
        next: null_mut(),
        items: null_mut(),
        len: 0,
        cap: 0,
    });
    {
        let _l = LOCK.lock();
        (*b).next = *ALL.get();
        *ALL.get() = b;
    }
    (*g).bubble = b;
    let main = create_g(closure, g, pc);
    (*b).main = main;
    join(main, g);
    (*main).set_status(status::RUNNABLE);
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
    let b = (*curg()).bubble;
    let _l = LOCK.lock();
    let mut awaited = false;
    for i in 0..(*b).len {
        awaited = (*(*b).items.add(i)).is_awaited();
        if awaited {
            break;
        }
    }
    if awaited && !(*b).done {
        (*b).now = (*b).now.max((*(*b).items).when);
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
    let b = (*g).bubble;
    let l = LOCK.lock();
    (*b).drop_timers();
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
        meta::free(b.cast(), size_of::<Bubble>());
    }
}}

hook! { fn "runtime.bubbleWait"() -> bool, parking {
    let g = curg();
    let b = (*g).bubble;
    let l = LOCK.lock();
    let free = (*b).waiter.is_null();
    if free {
        (*b).waiter = g;
    }
    drop(l);
    if free {
        *((*g).hook_args as *mut bool) = true;
        park(Wait::BubbleWait);
    }
    free
}}

hook! { fn "runtime.bubbleHold"(b: *mut Bubble, n: isize) leaf {
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
