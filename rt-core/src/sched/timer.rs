//! Timers: what happens at a time. One set of them follows the world's clock, and one each bubble's.
//!
//! An entry of the heap ends a goroutine's sleep, passes a descriptor's deadline, or is a Go timer. There
//! are two sorts of Go timers.
//!
//! One with a *function* is armed while `when` is set, and then in the heap. When its time has come it goes to the set's
//! list, from where a goroutine of the overlay takes it to run the function; until then it can be stopped.
//!
//! One with a *channel* is armed while `when` is set, but in the heap only while somebody waits in the channel's
//! queue, so nobody need stop it: when its user forgets it, it is garbage. When its time has come nothing is sent:
//! one receiver wakes up, or comes by later, and is told TIMER by the channel's operation. It runs the function, which sends
//! (`timerRipe` notes the time that the timer was set to; a send is void if it is set to another by then), and
//! tries again. All of this happens under the channel's lock, so that stopping takes back what was sent, and
//! no receiver sees a time from before.
//!
//! `when` and `period` of a channel's timer change under its channel's lock and its set's, everything else under
//! its set's. A channel's lock is taken before a set's, a descriptor's too.
#![allow(
    unsafe_op_in_unsafe_fn,
    clippy::missing_safety_doc,
    reason = "records are raw pointers throughout; all functions run on g0 of a live M"
)]

mod heap;

use crate::base::atomic::AtomicU64;
use crate::base::lock::{Global, Guard, Mutex};
use crate::gc::mark::Marker;
use crate::os;
use crate::protocol::watch::Armed;
use crate::sched::netpoll;
use crate::sched::*;
use crate::sync::chan::Hchan;
use crate::sync::synctest::{self, Bubble};
use crate::task::g::*;
use crate::task::hook;
use core::ptr::null_mut;
use core::sync::atomic::Ordering::*;
use heap::{Entry, Heap, What};

/// The beginning of the overlay's `timeTimer`.
#[repr(C)]
pub struct GoTimer {
    c: usize,
    init: bool,
    /// When it goes off; 0: it is stopped.
    when: i64,
    period: i64,
    /// A function's timer that is on its set's list: when it was to go off, 0 if it was stopped since.
    due: i64,
    /// Place in the heap + 1; 0: not there.
    index: usize,
    /// It is on the list, and the next there.
    listed: bool,
    next: *mut GoTimer,
    /// The channel that its function sends to, if it does.
    channel: *mut Hchan,
    /// Whose clock it follows; null: the world's.
    bubble: *mut Bubble,
}

/// The overlay's `dueTimer`.
#[repr(C)]
pub struct Due {
    t: *mut GoTimer,
    delay: i64,
}

/// The timers of one clock.
pub struct Timers {
    heap: Heap,
    /// Functions' timers that have gone off.
    due: *mut GoTimer,
    due_last: *mut GoTimer,
    /// Equal times are in random order.
    random: bool,
}

static LOCK: Mutex = Mutex::new();
/// The world's, under `LOCK`.
static WORLD: Global<Timers> = Global::new(Timers::new(false));
/// When the world's first is due; 0: there is none.
static NEXT: AtomicU64 = AtomicU64::new(0);
/// Under `LOCK`: the goroutine that runs functions, if it waits, and where it wants the next timer.
static RUNNER: Global<(*mut G, *mut Due)> = Global::new((null_mut(), null_mut()));

/// When the first timer is due; 0: there is none.
pub fn next_when() -> u64 {
    NEXT.load(SeqCst)
}

/// When a ticker that was due at `when` is next, having gone off `delay` late. Ticks that were missed are left out.
fn next_tick(when: i64, period: i64, delay: i64) -> i64 {
    when.saturating_add(period.saturating_mul(1 + delay / period))
}

impl GoTimer {
    /// The time, by its clock.
    unsafe fn now(&self) -> i64 {
        if self.bubble.is_null() { os::nanotime() as i64 } else { synctest::now(self.bubble) }
    }

    /// Whether its set knows it.
    pub fn is_held(&self) -> bool {
        self.index != 0 || self.listed
    }

    /// Whether it should be in the heap. The lock of its channel is held, if it has one.
    unsafe fn is_awaited(&self) -> bool {
        self.when != 0 && (self.channel.is_null() || !(*self.channel).recvq.first.is_null())
    }
}

/// What was due, taken from a heap.
pub struct Batch {
    entries: [Entry; 16],
    len: usize,
}

impl Timers {
    /// No timers.
    pub const fn new(random: bool) -> Timers {
        Timers { heap: Heap::new(), due: null_mut(), due_last: null_mut(), random }
    }

    /// When the first is due, if there is one.
    pub fn first(&self) -> Option<i64> {
        self.heap.entries().first().map(|e| e.when)
    }

    /// Whether functions wait to be run.
    pub fn has_due(&self) -> bool {
        !self.due.is_null()
    }

    unsafe fn push(&mut self, when: i64, what: What) {
        let chance = if self.random { (*getm()).rng.next() as u32 } else { 0 };
        self.heap.push(Entry { when, chance, what });
    }

    /// The goroutine sleeps until `when`.
    pub unsafe fn add_sleeper(&mut self, g: *mut G, when: i64) {
        self.push(when, What::Sleep(g));
    }

    /// The timer, descriptor or whatever whose place + 1 is `index` is to be there at `when`; 0: not at all.
    unsafe fn set(&mut self, index: usize, what: What, when: i64) {
        match (index, when) {
            (0, 0) => {}
            (0, _) => self.push(when, what),
            (i, 0) => {
                self.heap.remove(i - 1);
            }
            (i, _) => {
                if self.heap.entries()[i - 1].when != when {
                    self.heap.change(i - 1, when);
                }
            }
        }
    }

    /// Puts a Go timer where it belongs.
    unsafe fn place(&mut self, t: *mut GoTimer) {
        let when = if (*t).is_awaited() { (*t).when } else { 0 };
        self.set((*t).index, What::Go(t), when);
    }

    /// Takes what is due by `now`, for `Batch::wake`; functions' timers go to the list. A full batch: there may be more.
    pub unsafe fn take_due(&mut self, now: i64) -> Batch {
        let mut b =
            Batch { entries: [Entry { when: 0, chance: 0, what: What::Sleep(null_mut()) }; 16], len: 0 };
        while b.len < b.entries.len() && self.first().is_some_and(|when| when <= now) {
            let e = self.heap.remove(0);
            match e.what {
                What::Go(t) if (*t).channel.is_null() => {
                    (*t).when = 0;
                    if (*t).period > 0 {
                        (*t).when = next_tick(e.when, (*t).period, now - e.when);
                    }
                    self.place(t);
                    self.list(t, e.when);
                }
                _ => {
                    b.entries[b.len] = e;
                    b.len += 1;
                }
            }
        }
        b
    }

    /// On the list with it. It is there once: who was stopped and is due again keeps its place.
    unsafe fn list(&mut self, t: *mut GoTimer, when: i64) {
        if (*t).due == 0 {
            (*t).due = when;
        }
        if !(*t).listed {
            (*t).listed = true;
            (*t).next = null_mut();
            if self.due.is_null() {
                self.due = t
            } else {
                (*self.due_last).next = t
            }
            self.due_last = t;
        }
    }

    /// Takes the first from the list for the goroutine that runs functions: false if there is none.
    pub unsafe fn hand_over(&mut self, now: i64, out: *mut Due) -> bool {
        while !self.due.is_null() {
            let t = self.due;
            self.due = (*t).next;
            (*t).listed = false;
            let when = core::mem::take(&mut (*t).due);
            if when != 0 {
                crate::gc::barrier::pre_write(cache(), out as usize, size_of::<Due>(), core::ptr::null());
                out.write(Due { t, delay: now - when });
                return true;
            }
        }
        false
    }

    /// Forgets a Go timer that is in the heap or on the list: whether it was running.
    pub unsafe fn forget(&mut self, t: *mut GoTimer) -> bool {
        let was = (*t).when != 0 || (*t).due != 0;
        ((*t).when, (*t).due) = (0, 0);
        self.place(t);
        let (mut link, mut last) = (&raw mut self.due, null_mut());
        while !(*link).is_null() {
            if *link == t {
                *link = (*t).next;
                (*t).listed = false;
            } else {
                last = *link;
                link = &raw mut (*last).next;
            }
        }
        self.due_last = last;
        was
    }

    /// Forgets all; they are stopped.
    pub unsafe fn clear(&mut self) {
        for e in self.heap.entries() {
            if let What::Go(t) = e.what {
                (*t).when = 0;
            }
        }
        self.heap.clear();
        while !self.due.is_null() {
            let t = self.due;
            self.due = (*t).next;
            (*t).listed = false;
            (*t).due = 0;
        }
    }

    /// Marks the Go timers; the world is stopped. The list's links are no pointers to the collector: what gets there
    /// later was in the heap, or in its user's hands, when the cycle began.
    pub unsafe fn scan(&self, m: &mut Marker) {
        for e in self.heap.entries() {
            if let What::Go(t) = e.what {
                m.mark(t as usize);
            }
        }
        let mut t = self.due;
        while !t.is_null() {
            m.mark(t as usize);
            t = (*t).next;
        }
    }
}

impl Batch {
    /// Makes it known, without the lock of the timers' set. True: there may be more.
    ///
    /// The goroutines go to the local queue, so that they run soon.
    pub unsafe fn wake(self, now: i64) -> bool {
        for e in &self.entries[..self.len] {
            match e.what {
                What::Sleep(g) => ready_at(g, false),
                What::Deadline(d, dir) => netpoll::deadline(d, dir, now),
                What::Go(t) => {
                    let g = (*(*t).channel).timer_due(|| (*t).when != 0 && (*t).when <= now);
                    if !g.is_null() {
                        ready_at(g, false);
                    }
                }
            }
        }
        self.len == self.entries.len()
    }
}

// ---- the set that a timer belongs to

/// The lock of a timer's set, and the set.
unsafe fn set_of<'a>(t: *mut GoTimer) -> (Guard<'a>, &'a mut Timers) {
    if (*t).bubble.is_null() { (LOCK.lock(), &mut *WORLD.get()) } else { synctest::timers((*t).bubble) }
}

/// What the world's first timer was before a change, for `announce`.
#[must_use]
pub struct First(u64);

impl First {
    /// No change.
    pub const SAME: First = First(0);

    /// With `LOCK` held, before a change.
    fn before() -> First {
        First(NEXT.load(Relaxed).wrapping_sub(1))
    }

    /// This change and another.
    pub fn and(self, other: First) -> First {
        First(self.0.max(other.0))
    }

    /// Tells whoever sleeps until the first timer that there is an earlier one. Not while holding locks.
    pub unsafe fn announce(self) {
        if self.0 != 0 {
            let when = next_when();
            if when != 0 && when - 1 < self.0 {
                wake_poller(when);
            }
        }
    }
}

/// The world's timers have changed; `LOCK` is held.
unsafe fn note() {
    NEXT.store((*WORLD.get()).first().map_or(0, |when| when.max(1) as u64), SeqCst);
}

/// `f` changes the timer; then it goes where it belongs.
unsafe fn change(t: *mut GoTimer, f: impl FnOnce()) -> First {
    let (_l, set) = set_of(t);
    let first = if (*t).bubble.is_null() { First::before() } else { First::SAME };
    f();
    set.place(t);
    if (*t).bubble.is_null() {
        note();
    }
    first
}

/// How far ahead a timer may be that nobody is woken for: busy threads look at the heap when they
/// switch goroutines, who gives its P up does, and sysmon every 10 ms.
const FAR: u64 = 50_000_000;

/// A new first timer: whoever sleeps in the poller must hear of it, or somebody go there.
unsafe fn wake_poller(when: u64) {
    match SCHED.watch.armed(when) {
        Armed::Known => {}
        Armed::WakePoller => netpoll::wake(),
        Armed::Nobody => {
            if when < os::nanotime() + FAR {
                wakep();
            }
        }
    }
}

/// A descriptor's deadline for a direction is `when`; 0: it has none. The descriptor's lock is held.
pub unsafe fn set_deadline(d: *mut netpoll::Desc, dir: usize, when: i64) -> First {
    let _l = LOCK.lock();
    let first = First::before();
    (*WORLD.get()).set((&(*d).timer)[dir], What::Deadline(d, dir as u8), when);
    note();
    first
}

/// Does what is due. Called while looking for work.
pub unsafe fn run_due() {
    loop {
        let first = next_when();
        if first == 0 {
            return;
        }
        let now = os::nanotime();
        if first > now {
            return;
        }
        let now = now as i64;
        let l = LOCK.lock();
        let set = &mut *WORLD.get();
        let batch = set.take_due(now);
        note();
        let (runner, out) = *RUNNER.get();
        let run = !runner.is_null() && set.hand_over(now, out);
        if run {
            *RUNNER.get() = (null_mut(), null_mut());
        }
        drop(l);
        let more = batch.wake(now);
        if run {
            ready_at(runner, false);
        }
        if !more {
            return;
        }
    }
}

hook! { fn "runtime.timerNext"(out: *mut Due) parking {
    let l = LOCK.lock();
    if !(*WORLD.get()).hand_over(os::nanotime() as i64, out) {
        *RUNNER.get() = (prepare_park(Wait::Timers), out);
        drop(l);
        schedule();
    }
}}

hook! { fn "time.Sleep"(ns: i64) parking {
    if ns > 0 {
        if !(*curg()).bubble.is_null() {
            synctest::sleep(ns);
        }
        let when = (os::nanotime() as i64).saturating_add(ns);
        // The lock first: the timer must not fire before the goroutine waits.
        let l = LOCK.lock();
        let first = First::before();
        let g = prepare_park(Wait::Sleep);
        (*WORLD.get()).add_sleeper(g, when);
        note();
        drop(l);
        first.announce();
        schedule()
    }
}}

// ---- Go timers

/// Starts (`when` not 0) or stops a timer: whether it was running, that is, whether this took something back that
/// would have come.
unsafe fn restart(t: *mut GoTimer, when: i64, period: i64, fault: &str) -> bool {
    let c = (*t).channel;
    if !c.is_null() {
        (*c).enter(fault);
    }
    let b = (*curg()).bubble;
    let mut was = false;
    if !(*t).bubble.is_null() && (*t).bubble != b {
        // A function's timer moves to another bubble. The old one exists if it still has the timer.
        was = synctest::release((*t).bubble, t);
        (*t).bubble = b;
    }
    let first = change(t, || {
        was |= (*t).when != 0 || (*t).due != 0;
        ((*t).when, (*t).period, (*t).due) = (when, period, 0);
    });
    if !c.is_null() {
        was |= (*c).drop_value();
        (*c).unlock();
    }
    first.announce();
    was
}

hook! { fn "runtime.timerStart"(t: *mut GoTimer, when: i64, period: i64) -> bool, leaf {
    restart(t, if when < 0 { i64::MAX } else { when.max(1) }, period, "reset of synctest timer from outside bubble")
}}

hook! { fn "runtime.timerStop"(t: *mut GoTimer) -> bool, leaf {
    restart(t, 0, 0, "stop of synctest timer from outside bubble")
}}

// A receiver is about to run the timer's function: how late that is, below 0 if it is not time. What the function sends is
// for the time that the timer is set to now.
hook! { fn "runtime.timerRipe"(t: *mut GoTimer) -> i64, leaf {
    let c = (*t).channel;
    (*c).lock();
    let when = (*t).when;
    (*c).unlock();
    (*curg()).timer_when = when;
    if when == 0 { -1 } else { (*t).now() - when }
}}

/// Whether the timer has gone off and nobody has seen to it. Its channel's lock is held.
pub unsafe fn is_ripe(t: *const GoTimer) -> bool {
    (*t).when != 0 && (*t).when <= (*t).now()
}

/// Whether the current goroutine may send what it was told to: the timer has not been set anew meanwhile. Its
/// channel's lock is held.
pub unsafe fn may_send(t: *const GoTimer) -> bool {
    (*t).when != 0 && (*t).when == (*curg()).timer_when
}

/// It has been sent, or dropped because there is a value already: a ticker goes on. Its channel's lock is held.
pub unsafe fn sent(t: *mut GoTimer) -> First {
    let now = (*t).now();
    change(t, || {
        let (when, period) = ((*t).when, (*t).period);
        (*t).when = if period > 0 { next_tick(when, period, now - when) } else { 0 };
    })
}

/// The channel's queue of receivers has changed: its timer, if it has one, is in the heap if somebody waits. The lock is held.
#[inline]
pub unsafe fn awaited(c: *mut Hchan) -> First {
    let t = (*c).timer;
    if t.is_null() { First::SAME } else { change(t, || {}) }
}

/// Marks the Go timers; the world is stopped.
pub unsafe fn scan(m: &mut Marker) {
    (*WORLD.get()).scan(m);
}
