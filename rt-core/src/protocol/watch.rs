//! One idle thread sleeps in the poller, until a descriptor is ready or the next timer is due.
//!
//! `last` says whether one does: 0, or when one was there last. Who takes it to 0 goes there. `until` says how long it sleeps
//! at most.
//!
//! Who goes there: writes `until`; fence; looks at the next timer again, and if that is earlier than what it wrote, begins
//! anew. It sleeps until what it wrote, not until what it read later: a timer that was armed in between was compared with that.
//!
//! Timers are in several sets, each with the time of its first. Who arms a timer that is its set's first now: writes the time (before the
//! call); fence; looks at all sets. If another's first is earlier, whoever armed that has seen to it, or who takes it away looks at all sets
//! before it sleeps. Otherwise it looks at `last` and `until`. If somebody is there and sleeps longer, it is woken. If nobody is, some thread may
//! have to go there.
//!
//! Who comes back: writes `last`, then takes the lock and looks for an idle P. With a P it looks at timers, and the next one
//! who rests goes there. Without one all Ps are busy: whoever gives one up does that under the lock, and finds the place free.

use super::idle::{Around, Idle};
use super::{Step, fence_as};
use crate::base::seam::atomic::{AtomicU64, Ordering::*};
use crate::base::seam::undone;

/// The place in the poller.
pub struct Watch {
    last: AtomicU64,
    until: AtomicU64,
}

/// When the first timer of each set is due; 0: it has none. In one line of the cache: everybody reads all.
#[repr(align(64))]
pub struct Firsts<const N: usize>([AtomicU64; N]);

impl<const N: usize> Firsts<N> {
    /// No timers.
    pub const fn from(times: [AtomicU64; N]) -> Firsts<N> {
        Firsts(times)
    }

    /// The time of a set changes, whose lock is held.
    pub fn set(&self, i: usize, when: u64) {
        self.0[i].store(when, Release);
    }

    /// The time of a set.
    pub fn of(&self, i: usize) -> u64 {
        self.0[i].load(Acquire)
    }

    /// The earliest; 0: none has a timer.
    #[inline]
    pub fn first(&self) -> u64 {
        // 0 becomes the latest.
        let late = self.0.iter().map(|t| t.load(Acquire).wrapping_sub(1)).min();
        late.map_or(0, |t| t.wrapping_add(1))
    }
}

/// What must be done about a timer that was armed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Armed {
    /// Whoever sleeps in the poller, or is on its way, knows of it.
    Known,
    /// It sleeps for longer: wake it.
    WakePoller,
    /// Nobody is there.
    Nobody,
}

impl Watch {
    /// Nobody is there: `last` not 0.
    pub const fn from(last: AtomicU64, until: AtomicU64) -> Watch {
        Watch { last, until }
    }

    /// When the poller was asked last; 0: somebody sleeps there.
    #[inline]
    pub fn last(&self) -> u64 {
        self.last.load(Relaxed)
    }

    /// Notes that the poller was asked, unless somebody is there or was since `seen`.
    pub fn asked(&self, seen: u64, now: u64) {
        let _ = self.last.compare_exchange(seen, now, Relaxed, Relaxed);
    }

    /// Takes the place.
    pub fn enter(&self) -> bool {
        self.last.load(Relaxed) != 0 && self.last.swap(0, AcqRel) != 0
    }

    /// The caller, which has the place, is about to sleep until the next timer, which `next` tells (0: there is none). Gives
    /// until when (0: for as long as it takes).
    pub fn settle(&self, next: impl Fn() -> u64) -> u64 {
        let mut when = next();
        loop {
            self.until.store(if when == 0 { u64::MAX } else { when }, Relaxed);
            fence_as(Step::SettleFence);
            let now = next();
            if undone(Step::SettleAsSaid) {
                return now;
            }
            // Waking too early does no harm.
            if now == 0 || (when != 0 && when <= now) {
                return when;
            }
            when = now;
        }
    }

    /// The caller is back; gives it a P if one idles, and it counts as looking for work then.
    pub fn leave<A: Around>(&self, now: u64, idle: &Idle, a: &A) -> Option<A::P> {
        let early = if undone(Step::LeaveFirst) { Some(idle.again(a)) } else { None };
        self.until.store(0, Relaxed);
        self.last.store(now, Release);
        early.unwrap_or_else(|| idle.again(a))
    }

    /// A timer was armed for `when`, or several from then on, and is the first of its set now; `first` tells the first of all.
    pub fn armed(&self, when: u64, first: impl Fn() -> u64) -> Armed {
        fence_as(Step::ArmFence);
        // It may have been taken away already, and with it the reason to say nothing of those behind it.
        let first = first();
        if first == 0 || first < when || undone(Step::ArmRest) && first > when {
            Armed::Known
        } else if self.last.load(Acquire) != 0 {
            Armed::Nobody
        } else if self.until.load(Relaxed) > first {
            Armed::WakePoller
        } else {
            Armed::Known
        }
    }
}
