//! A processor's run queue: its owner adds at the tail and takes at the head, others steal at the head.
//!
//! Words (addresses of goroutines; 0 is none). `next` runs before the queue: what the running goroutine made ready last.
//!
//! | word | writes | reads |
//! |---|---|---|
//! | `tail` | owner, Release behind the slot | thieves, Acquire: the slots below it are written |
//! | `head` | anyone, compare-exchange AcqRel: who moves it owns what lay between | owner, Acquire: the slots below it were read |
//! | `next` | anyone, by swap or compare-exchange | |

use super::Step;
use crate::base::seam::atomic::{AtomicU32, AtomicUsize, Ordering::*};
use crate::base::seam::{RUNQ, undone};

/// The queue. Memory of zeroes is an empty one.
#[repr(C)]
pub struct RunQueue {
    head: AtomicU32,
    tail: AtomicU32,
    slots: [AtomicUsize; RUNQ],
    next: AtomicUsize,
}

impl Default for RunQueue {
    fn default() -> RunQueue {
        RunQueue {
            head: AtomicU32::new(0),
            tail: AtomicU32::new(0),
            slots: core::array::from_fn(|_| AtomicUsize::new(0)),
            next: AtomicUsize::new(0),
        }
    }
}

impl RunQueue {
    /// The owner adds at the end; false if it is full.
    #[inline]
    pub fn put(&self, v: usize) -> bool {
        let h = self.head.load(Acquire);
        let t = self.tail.load(Relaxed);
        if t.wrapping_sub(h) >= RUNQ as u32 {
            return false;
        }
        if undone(Step::PutRelease) {
            self.tail.store(t.wrapping_add(1), Relaxed);
            self.slots[t as usize % RUNQ].store(v, Relaxed);
            return true;
        }
        self.slots[t as usize % RUNQ].store(v, Relaxed);
        self.tail.store(t.wrapping_add(1), Release);
        true
    }

    /// The owner has `v` run next; what would have, or 0.
    #[inline]
    pub fn swap_next(&self, v: usize) -> usize {
        self.next.swap(v, AcqRel)
    }

    /// Takes what runs next, or 0.
    #[inline]
    pub fn take_next(&self) -> usize {
        let n = self.next.load(Relaxed);
        if n != 0 && self.next.compare_exchange(n, 0, AcqRel, Relaxed).is_ok() { n } else { 0 }
    }

    /// Takes the first, or 0: the owner, or whoever has the stopped processor.
    #[inline]
    pub fn pop(&self) -> usize {
        loop {
            let h = self.head.load(Acquire);
            let t = self.tail.load(Relaxed);
            if h == t {
                return 0;
            }
            let v = self.slots[h as usize % RUNQ].load(Relaxed);
            if self.head.compare_exchange(h, h.wrapping_add(1), AcqRel, Relaxed).is_ok() {
                return v;
            }
        }
    }

    /// How many more the owner can add now; thieves may make it more.
    pub fn room(&self) -> usize {
        RUNQ - self.tail.load(Relaxed).wrapping_sub(self.head.load(Acquire)) as usize
    }

    /// Whether nothing waits here. `next` may move to the queue and another take its place, so what was seen counts only if
    /// the tail stayed.
    pub fn is_empty(&self) -> bool {
        loop {
            let h = self.head.load(Acquire);
            let t = self.tail.load(Acquire);
            let n = self.next.load(Acquire);
            if undone(Step::EmptyTwice) || self.tail.load(Acquire) == t {
                return h == t && n == 0;
            }
        }
    }

    /// Moves half to `mine`, whose owner calls, and gives one of them besides; 0 if there is none. `hesitate` says whether to
    /// take what runs next, if nothing else is there, and waits a moment before: its owner is about to run it.
    pub fn steal_to(&self, mine: &RunQueue, hesitate: impl Fn() -> bool) -> usize {
        loop {
            let h = self.head.load(Acquire);
            let t = self.tail.load(Acquire);
            let avail = t.wrapping_sub(h);
            let n = avail - avail / 2;
            if n == 0 {
                let v = self.next.load(Acquire);
                if v == 0 || !hesitate() {
                    return 0;
                }
                if self.next.compare_exchange(v, 0, AcqRel, Relaxed).is_ok() {
                    return v;
                }
                continue;
            }
            if n as usize > RUNQ / 2 {
                // The head is older than the tail.
                continue;
            }
            let at = mine.tail.load(Relaxed);
            let mut last = 0;
            for i in 0..n {
                last = self.slots[h.wrapping_add(i) as usize % RUNQ].load(Relaxed);
                mine.slots[at.wrapping_add(i) as usize % RUNQ].store(last, Relaxed);
            }
            if self.head.compare_exchange(h, h.wrapping_add(n), AcqRel, Relaxed).is_ok() {
                if n > 1 {
                    mine.tail.store(at.wrapping_add(n - 1), Release);
                }
                return last;
            }
        }
    }
}
