//! Giving a processor up, and waking a thread for new work.
//!
//! Who makes work: publishes it in a queue; fence; looks at `ps` and `spinning`. If a P idles and no thread looks for work
//! already, it counts one more (`spinning`) and hands an idle P to a thread, which looks for work then.
//!
//! Who runs out of work: puts its P among the idle ones (`ps`), counts itself no longer as looking, fence; looks at all
//! queues once more, and at what else is work (timers that are due, a collection to end). Whoever does so: also a thread
//! that did not look at others' queues before, and who gives up the P of a thread that is busy elsewhere.
//!
//! Of the two fences one is the second. If it is the one of who rests, that one sees the work. If it is the maker's, that
//! one sees the idle P, and a count of threads that will look after their own fence.
//!
//! Who looked and found work may have been counted on for more than that: it wakes another one. And who has counted a
//! thread but gets no P for it takes that back under the lock that P's become idle under: otherwise a maker could see
//! the idle P together with the count, and nobody would look.

use super::{Step, fence_as};
use crate::base::seam::atomic::{AtomicU32, Ordering::*};
use crate::base::seam::undone;

/// What this needs of the scheduler around it.
pub trait Around {
    /// A processor.
    type P;
    /// Holds the lock of the list of idle processors until dropped.
    type Guard;
    /// Takes that lock.
    fn lock(&self) -> Self::Guard;
    /// Puts on the list.
    fn push(&self, p: Self::P, l: &Self::Guard);
    /// Takes from the list.
    fn pop(&self, l: &Self::Guard) -> Option<Self::P>;
    /// A P was taken: the monitor must not sleep deeply.
    fn taken(&self);
    /// The world is being stopped, which takes all Ps and gives out none; under the lock.
    fn stopping(&self, l: &Self::Guard) -> bool;
    /// Whether there is work anywhere.
    fn work(&self) -> bool;
    /// Has some thread look for work with this P; it is counted as looking already.
    fn start(&self, p: Self::P);
}

/// The two counts that are looked at without the lock.
pub struct Idle {
    /// Ps on the list; changes under the lock.
    ps: AtomicU32,
    /// Threads that look for work.
    spinning: AtomicU32,
}

impl Idle {
    /// None idles, none looks.
    #[allow(clippy::new_without_default, reason = "made once, in a constant, where the atomics allow it")]
    pub const fn from(ps: AtomicU32, spinning: AtomicU32) -> Idle {
        Idle { ps, spinning }
    }

    /// Idle Ps, at some moment; exact under the lock.
    #[inline]
    pub fn ps(&self) -> u32 {
        self.ps.load(Relaxed)
    }

    /// Threads that look for work, at some moment.
    #[inline]
    pub fn spinning(&self) -> u32 {
        self.spinning.load(Relaxed)
    }

    /// A thread begins to look for work.
    #[inline]
    pub fn spin(&self) {
        self.spinning.fetch_add(1, Relaxed);
    }

    /// Counts a thread that will look for work, unless one does.
    #[inline]
    pub fn claim(&self) -> bool {
        self.spinning.load(Relaxed) == 0 && self.spinning.compare_exchange(0, 1, Relaxed, Relaxed).is_ok()
    }

    /// A thread that looked for work stops with its P: who starts the world wakes others.
    pub fn stop_spinning(&self) {
        self.spinning.fetch_sub(1, Relaxed);
    }

    /// Puts a P on the list.
    pub fn put<A: Around>(&self, a: &A, p: A::P, l: &A::Guard) {
        a.push(p, l);
        self.ps.fetch_add(1, Relaxed);
    }

    /// Takes a P from the list.
    pub fn take<A: Around>(&self, a: &A, l: &A::Guard) -> Option<A::P> {
        let p = a.pop(l)?;
        self.ps.fetch_sub(1, Relaxed);
        fence_as(Step::TakeFence);
        a.taken();
        Some(p)
    }

    /// Whether all of `n` Ps idle, after the caller has written that it wants to be woken by who takes one.
    pub fn all_rest(&self, n: u32) -> bool {
        fence_as(Step::DeepFence);
        self.ps.load(Relaxed) == n
    }

    /// There is new work: has a thread look for it, unless one does or no P idles.
    #[inline]
    pub fn wake<A: Around>(&self, a: &A) {
        fence_as(Step::WakeFence);
        if self.ps.load(Relaxed) != 0 && self.claim() {
            self.wake_claimed(a);
        }
    }

    fn wake_claimed<A: Around>(&self, a: &A) {
        let l = a.lock();
        let p = if a.stopping(&l) { None } else { self.take(a, &l) };
        if let Some(p) = p {
            drop(l);
            a.start(p);
        } else if undone(Step::UnclaimLocked) {
            drop(l);
            self.spinning.fetch_sub(1, Relaxed);
        } else {
            self.spinning.fetch_sub(1, Relaxed);
            drop(l);
        }
    }

    /// A thread that looked for work has found some.
    pub fn found<A: Around>(&self, a: &A) {
        self.spinning.fetch_sub(1, Relaxed);
        if !undone(Step::FoundWakes) {
            self.wake(a);
        }
    }

    /// Gives `p` up, the lock held; `spinning`: the caller counts as looking for work. If there is work after all the caller
    /// gets a P again, and counts as looking for work.
    pub fn rest<A: Around>(&self, a: &A, p: A::P, spinning: bool, l: A::Guard) -> Option<A::P> {
        if undone(Step::RestPutFirst) {
            let work = a.work();
            self.put(a, p, &l);
            drop(l);
            self.spinning.fetch_sub(spinning as u32, Relaxed);
            return if work { self.again(a) } else { None };
        }
        self.put(a, p, &l);
        drop(l);
        if spinning {
            self.spinning.fetch_sub(1, Relaxed);
        }
        fence_as(Step::RestFence);
        if undone(Step::RestLook) || !a.work() {
            return None;
        }
        self.again(a)
    }

    /// A P for a thread without, which looks for work then.
    pub fn again<A: Around>(&self, a: &A) -> Option<A::P> {
        let l = a.lock();
        let p = self.take(a, &l)?;
        self.spin();
        Some(p)
    }
}
