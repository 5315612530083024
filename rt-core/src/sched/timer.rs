//! Timers: what happens at a time. Several sets of them follow the world's clock (`world.rs`), and one each bubble's.
//!
//! An entry of the heap ends a goroutine's sleep, passes a descriptor's deadline, or is a Go timer. There
//! are two sorts of Go timers.
//!
//! One with a *function* is armed while `when` is set, and then in the heap. When its time has come it goes to the set's
//! list, from where a goroutine of the overlay takes it to run the function; until then it can be stopped.
//!
//! One with a *channel* is armed while `when` is set, but in the heap only while somebody waits in the channel's
//! queue (`sync::timer`).
//!
//! `when` and `period` of a channel's timer change under its channel's lock and its set's, everything else under
//! its set's. A channel's lock is taken before a set's, a descriptor's too.

mod heap;
mod world;

use crate::base::layout::shared_record;
use crate::base::stopped::Stopped;
use crate::gc::mark::Marker;
use crate::os;
use crate::sched::netpoll;
use crate::sched::*;
use crate::task::g::*;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicUsize, Ordering::*};
use heap::{Entry, Heap, What};
pub use world::{First, Home, change_world, next_when, run_due, run_due_elsewhere, scan, set_deadline};

reflect::record! { timer => shared_record { #[cfg_attr(target_pointer_width = "32", repr(packed(4)))] pub struct GoTimer {}} }
reflect::record! { due => shared_record { #[cfg_attr(target_pointer_width = "32", repr(packed(4)))] pub struct Due {}} }

/// The timers of one clock.
pub struct Timers {
    heap: Heap,
    /// Functions' timers that have gone off.
    due: *mut GoTimer,
    due_last: *mut GoTimer,
    /// Equal times are in random order.
    random: bool,
}

/// Takes one receiver who waits at the timer's channel, if the timer's time has come by `now`; null: nobody. (Where channels are
/// is a layer above; set before timers are.)
static CHANNEL_DUE: AtomicUsize = AtomicUsize::new(0);

/// Sets what to do with a timer that has a channel.
pub fn set_channel_due(f: unsafe fn(*mut GoTimer, i64) -> *mut G) {
    CHANNEL_DUE.store(f as usize, Release);
}

unsafe fn channel_due(t: *mut GoTimer, now: i64) -> *mut G {
    // SAFETY: only `set_channel_due` stores here, before there are timers.
    unsafe {
        let f = CHANNEL_DUE.load(Acquire);
        core::mem::transmute::<usize, unsafe fn(*mut GoTimer, i64) -> *mut G>(f)(t, now)
    }
}

/// When a ticker that was due at `when` is next, having gone off `delay` late. Ticks that were missed are left out.
pub fn next_tick(when: i64, period: i64, delay: i64) -> i64 {
    when.saturating_add(period.saturating_mul(1 + delay / period))
}

impl GoTimer {
    /// The time, by its clock.
    pub fn now(&self) -> i64 {
        // SAFETY: a bubble's record stays while its timers are in use.
        unsafe { self.bubble.as_ref() }.map_or_else(|| os::nanotime() as i64, |b| b.now)
    }

    /// Whether its set knows it.
    pub fn is_held(&self) -> bool {
        self.index != 0 || self.listed
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
        // SAFETY: the set's lock is held; the calling thread's generator.
        unsafe {
            let chance = if self.random { (*getm()).rng.draw() as u32 } else { 0 };
            self.heap.push(Entry { when, chance, what });
        }
    }

    /// The goroutine sleeps until `when`.
    ///
    /// # Safety
    /// The set's lock is held; the goroutine waits until it is woken for this.
    pub unsafe fn add_sleeper(&mut self, g: *mut G, when: i64) {
        // SAFETY: the caller's promise.
        unsafe {
            self.push(when, What::Sleep(g));
        }
    }

    /// The timer, descriptor or whatever whose place + 1 is `index` is to be there at `when`; 0: not at all.
    unsafe fn set(&mut self, index: usize, what: What, when: i64) {
        // SAFETY: the set's lock is held, and `index` is the place.
        unsafe {
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
    }

    /// Puts a Go timer where it belongs; `awaited`: it has no channel, or somebody waits there.
    ///
    /// # Safety
    /// The set's lock is held, and its channel's, if it has one; the timer is alive.
    pub unsafe fn place(&mut self, t: *mut GoTimer, awaited: bool) {
        // SAFETY: the caller's promise.
        unsafe {
            self.set((*t).index, What::Go(t), if awaited { (*t).when } else { 0 });
        }
    }

    /// Takes what is due by `now`, for `Batch::wake`; functions' timers go to the list. A full batch: there may be more.
    ///
    /// # Safety
    /// The set's lock is held.
    pub unsafe fn take_due(&mut self, now: i64) -> Batch {
        // SAFETY: what is in the heap is alive, and changes under this lock.
        unsafe {
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
                        self.place(t, true);
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
    }

    /// On the list with it. It is there once: who was stopped and is due again keeps its place.
    unsafe fn list(&mut self, t: *mut GoTimer, when: i64) {
        // SAFETY: the set's lock is held; timers on the list are alive by that.
        unsafe {
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
    }

    /// Takes the first from the list for the goroutine that runs functions: false if there is none.
    ///
    /// # Safety
    /// The set's lock is held; `out` is Go memory, and the thread holds a P.
    pub unsafe fn hand_over(&mut self, now: i64, out: *mut Due) -> bool {
        // SAFETY: the caller's promise; timers on the list are alive by that.
        unsafe {
            while !self.due.is_null() {
                let t = self.due;
                self.due = (*t).next;
                (*t).listed = false;
                let when = (*t).due;
                (*t).due = 0;
                if when != 0 {
                    crate::gc::barrier::pre_write(cache(), out as usize, size_of::<Due>(), core::ptr::null());
                    out.write(Due { t, delay: now - when });
                    return true;
                }
            }
            false
        }
    }

    /// Forgets a Go timer that is in the heap or on the list: whether it was running.
    ///
    /// # Safety
    /// The set's lock is held; the timer is alive.
    pub unsafe fn forget(&mut self, t: *mut GoTimer) -> bool {
        // SAFETY: the caller's promise.
        unsafe {
            let was = (*t).when != 0 || (*t).due != 0;
            ((*t).when, (*t).due) = (0, 0);
            self.place(t, false);
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
    }

    /// Forgets all; they are stopped.
    ///
    /// # Safety
    /// The set's lock is held.
    pub unsafe fn clear(&mut self) {
        // SAFETY: timers in the heap and on the list are alive by that.
        unsafe {
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
    }

    /// Marks the Go timers. The list's links are no pointers to the collector: what gets there
    /// later was in the heap, or in its user's hands, when the cycle began.
    ///
    /// # Safety
    /// Nobody changes the set.
    pub unsafe fn scan(&self, m: &mut Marker, _: &Stopped) {
        // SAFETY: the world is stopped; what is held is alive.
        unsafe {
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
}

impl Batch {
    /// Makes it known, without the lock of the timers' set. True: there may be more.
    ///
    /// The goroutines go to the local queue, so that they run soon.
    ///
    /// # Safety
    /// Taken from a set whose lock is free now. The thread is the runtime's.
    pub unsafe fn wake(self, now: i64) -> bool {
        // SAFETY: sleepers were taken out of the heap, so they are ours to wake; descriptors are never freed, and a timer with a channel is held by who waits there.
        unsafe {
            for e in &self.entries[..self.len] {
                match e.what {
                    What::Sleep(g) => ready_at(g, false),
                    What::Deadline(d, dir) => netpoll::deadline(d, dir, now),
                    What::Go(t) => {
                        let g = channel_due(t, now);
                        if !g.is_null() {
                            ready_at(g, false);
                        }
                    }
                }
            }
            self.len == self.entries.len()
        }
    }
}
