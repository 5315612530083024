//! The world's timers: in several sets, so that processors seldom meet at one lock. A timer or a descriptor belongs to a set by its address, and
//! is found there again; a sleeper, whom nobody takes out early, goes to that of its processor.
//!
//! Each set has a lock. When its first timer is due stands in `FIRSTS`, which everybody may read; `protocol::watch` says who tells whom of a
//! change. Whoever looks for work does what is due in its own sets, which are a processor's by their number; who finds none, in all that nobody
//! is at.
//!
//! Functions are run by one goroutine. It waits in `RUNNER`, whose lock it holds from before it looks at the sets' lists until it waits. Who has put
//! a function on a list takes that lock after the set's, and so finds the goroutine there, or is found.

use super::{Batch, Due, Timers, heap::What};
use crate::base::atomic::AtomicU64;
use crate::base::lock::{Global, Mutex, Shared};
use crate::base::stopped::Stopped;
use crate::gc::mark::Marker;
use crate::os;
use crate::protocol::watch::{Armed, Firsts};
use crate::sched::netpoll;
use crate::sched::*;
use crate::task::g::*;
use crate::task::hook;
use core::ptr::null_mut;
use core::sync::atomic::AtomicBool;

/// Sets of the world's timers. One, where reading the time of each would take a lock.
const SETS: usize = if cfg!(target_has_atomic = "64") { 8 } else { 1 };

#[repr(align(64))]
struct Set {
    lock: Mutex,
    /// Under the lock.
    timers: Global<Timers>,
    /// Whether functions are on the list; changes under the lock.
    listed: AtomicBool,
}

static WORLD: [Set; SETS] = [const {
    Set { lock: Mutex::new(), timers: Global::new(Timers::new(false)), listed: AtomicBool::new(false) }
}; SETS];
/// What the sets' locks are counted as; itself never taken.
static LOCKS: Shared = Shared::new("timers");
static FIRSTS: Firsts<SETS> = Firsts::from([const { AtomicU64::new(0) }; SETS]);

/// The goroutine that runs functions, if it waits, and where it wants the next timer; and the set that was asked last.
struct Runner {
    g: *mut G,
    out: *mut Due,
    set: usize,
}

static RUNNER_LOCK: Shared = Shared::new("functions of timers");
/// Under its lock.
static RUNNER: Global<Runner> = Global::new(Runner { g: null_mut(), out: null_mut(), set: 0 });

/// When the first timer is due; 0: there is none.
#[inline(never)] // asked in many places
pub fn next_when() -> u64 {
    FIRSTS.first()
}

/// Which set something belongs to.
pub struct Home(usize);

impl Home {
    /// Of what stays where it is, and has to be found again.
    pub fn of<T>(p: *const T) -> Home {
        let n = p as usize;
        Home((n >> 5 ^ n >> 10 ^ n >> 15) % SETS)
    }

    /// Of what nobody looks for: the processor's.
    ///
    /// # Safety
    /// The thread holds a P.
    pub unsafe fn here() -> Home {
        // SAFETY: the caller's promise.
        unsafe { Home((*(*getm()).p).id as usize % SETS) }
    }
}

impl Set {
    /// The set has changed; its lock is held.
    #[inline(never)]
    unsafe fn note(&self, i: usize) {
        // SAFETY: the lock is held.
        unsafe {
            let timers = &*self.timers.get();
            FIRSTS.set(i, timers.first().map_or(0, |when| when.max(1) as u64));
            self.listed.store(timers.has_due(), Relaxed);
        }
    }
}

/// The earliest time that a change has made the first of its set, for `announce`; 0: it has made none.
#[must_use]
pub struct First(u64);

impl First {
    /// No change.
    pub const SAME: First = First(0);

    /// A set's first was due at one time, and is at another.
    fn between(before: u64, now: u64) -> First {
        if now != 0 && (before == 0 || now < before) { First(now) } else { First::SAME }
    }

    /// This change and another.
    pub fn and(self, other: First) -> First {
        // 0 is none.
        First(self.0.wrapping_sub(1).min(other.0.wrapping_sub(1)).wrapping_add(1))
    }

    /// Tells whoever sleeps until the first timer that there is an earlier one, or somebody to go there. Not while holding locks.
    #[inline]
    pub fn announce(self) {
        if self.0 != 0 {
            self.tell();
        }
    }

    #[inline(never)]
    fn tell(self) {
        match SCHED.watch.armed(self.0, next_when) {
            Armed::Known => {}
            Armed::WakePoller => netpoll::wake(),
            Armed::Nobody => {
                if self.0 < os::nanotime() + FAR {
                    wakep();
                }
            }
        }
    }
}

/// How far ahead a timer may be that nobody is woken for: busy threads look at the heap when they
/// switch goroutines, who gives its P up does, and sysmon every 10 ms.
const FAR: u64 = 50_000_000;

/// Changes the set of a timer. What it tells is for `announce`.
///
/// # Safety
/// The timer that is changed is alive.
pub unsafe fn change_world(home: Home, f: impl FnOnce(&mut Timers)) -> First {
    // SAFETY: under the lock.
    unsafe {
        let set = &WORLD[home.0];
        let _l = LOCKS.lock_one(&set.lock);
        let before = FIRSTS.of(home.0);
        f(&mut *set.timers.get());
        set.note(home.0);
        First::between(before, FIRSTS.of(home.0))
    }
}

/// A descriptor's deadline for a direction is `when`; 0: it has none.
///
/// # Safety
/// The descriptor's lock is held.
pub unsafe fn set_deadline(d: *mut netpoll::Desc, dir: usize, when: i64) -> First {
    // SAFETY: the caller's promise.
    unsafe {
        change_world(Home::of(d), |set| set.set((&(*d).timer)[dir], What::Deadline(d, dir as u8), when))
    }
}

/// Does what is due in the processor's sets. Called while looking for work.
///
/// # Safety
/// The thread is the runtime's; it holds no lock, and a P.
pub unsafe fn run_due() {
    // SAFETY: the caller's promise.
    unsafe {
        run_sets(false);
    }
}

/// Does what is due in any set. Called by who has nothing else to do: whose sets these are is busy, or rests. True: there was something.
///
/// # Safety
/// As `run_due`.
pub unsafe fn run_due_elsewhere() -> bool {
    // SAFETY: the caller's promise.
    unsafe { run_sets(true) }
}

/// Does what is due in all sets, or in the processor's own: that of its sleepers, and as many of the others as each has. True: there was something.
unsafe fn run_sets(all: bool) -> bool {
    // SAFETY: the caller's promise.
    unsafe {
        let first = next_when();
        if first == 0 {
            return false;
        }
        // One time for all: what is due again a moment later does not keep anybody here.
        let now = os::nanotime();
        if first > now {
            return false;
        }
        let (id, nprocs) = ((*(*getm()).p).id as usize, SCHED.nprocs.load(Relaxed).max(1));
        let mut found = false;
        for i in 0..SETS {
            let i = (id + i) % SETS;
            let own = i == id % SETS || i % nprocs == id;
            while (all || own) && is_due(i, now) && run_set(i, now) {
                found = true;
            }
        }
        found
    }
}

fn is_due(i: usize, now: u64) -> bool {
    let when = FIRSTS.of(i);
    when != 0 && when <= now
}

/// Does what is due in a set. False: somebody is there, to whom it is left; whoever would go to sleep looks at the times again.
unsafe fn run_set(i: usize, now: u64) -> bool {
    // SAFETY: under the lock; the runner was taken out of RUNNER, so it is ours to wake.
    unsafe {
        let (set, now) = (&WORLD[i], now as i64);
        let Some(l) = set.lock.try_lock() else { return false };
        let batch: Batch = (*set.timers.get()).take_due(now);
        set.note(i);
        let listed = (*set.timers.get()).has_due();
        drop(l);
        batch.wake(now);
        if listed {
            let l = RUNNER_LOCK.lock();
            let runner = &mut *RUNNER.get();
            let mut g = null_mut();
            if !runner.g.is_null() && next_function(runner, now, runner.out) {
                g = core::mem::replace(&mut runner.g, null_mut());
            }
            drop(l);
            if !g.is_null() {
                ready_at(g, false);
            }
        }
        true
    }
}

/// Takes a function from a list, from the sets by turns. The runner's lock is held.
unsafe fn next_function(runner: &mut Runner, now: i64, out: *mut Due) -> bool {
    // SAFETY: under the set's lock.
    unsafe {
        for _ in 0..SETS {
            runner.set = (runner.set + 1) % SETS;
            let set = &WORLD[runner.set];
            if set.listed.load(Relaxed) {
                let _l = LOCKS.lock_one(&set.lock);
                let found = (*set.timers.get()).hand_over(now, out);
                set.note(runner.set);
                if found {
                    return true;
                }
            }
        }
        false
    }
}

hook! { fn "runtime.timerNext"(out: *mut Due) parking {
    let l = RUNNER_LOCK.lock();
    let runner = &mut *RUNNER.get();
    if next_function(runner, os::nanotime() as i64, out) {
        return Done(());
    }
    (runner.g, runner.out) = (prepare_park(Wait::Timers), out);
    drop(l);
    Parked(Next::Search)
}}

/// Marks the Go timers.
///
/// # Safety
/// As `Timers::scan`.
pub unsafe fn scan(m: &mut Marker, stopped: &Stopped) {
    for set in &WORLD {
        // SAFETY: the world is stopped.
        unsafe {
            (*set.timers.get()).scan(m, stopped);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::First;

    #[test]
    fn the_earlier_of_two_changes_counts() {
        for (a, b, want) in [(0, 0, 0), (0, 5, 5), (5, 0, 5), (5, 7, 5), (7, 5, 5), (u64::MAX, 1, 1)] {
            assert_eq!(First(a).and(First(b)).0, want, "{a} and {b}");
        }
    }
}
