//! Signals on their way from handlers, which may take no lock and wake no goroutine, to the one goroutine that receives them. A thread of
//! its own, the forwarder, stands between.
//!
//! A handler: counts itself in `delivering`; fence; looks whether the signal is wanted. If so it puts it into `pending` and bumps `note`, on which
//! the forwarder sleeps.
//!
//! The forwarder: reads `note`; if anything is pending, takes the receiver, if that waits, and then a signal for it; sleeps if `note` is what it
//! read.
//!
//! The receiver: takes a pending signal; if there is none, says that it waits, then bumps `note`: one may have come before it was to be seen.
//!
//! Who no longer wants a signal: takes it out of `wanted`; fence; and is sure of having got all that came before when it sees nobody in
//! `delivering`, then nothing in `pending`, then a receiver that waits, in this order. A handler that it did not see finds the signal unwanted; what is
//! not pending any more was taken by a receiver who is seen only when it waits for the next.

use super::{Step, fence_as};
use crate::base::seam::atomic::{AtomicU32, AtomicUsize, Ordering, Ordering::*};
use crate::base::seam::{futex_wait, futex_wake, undone};

/// A set of the signals 1 to 64 that handlers may change: no lock.
pub struct Signals([AtomicU32; 2]);

impl Signals {
    /// A bit each.
    pub const fn from(words: [AtomicU32; 2]) -> Signals {
        Signals(words)
    }

    fn word(&self, sig: u32) -> Option<(&AtomicU32, u32)> {
        let i = sig.checked_sub(1)?;
        Some((self.0.get(i as usize / 32)?, 1 << (i % 32)))
    }

    /// Adds a signal.
    pub fn insert(&self, sig: u32, order: Ordering) {
        if let Some((w, bit)) = self.word(sig) {
            w.fetch_or(bit, order);
        }
    }

    /// Takes it out.
    pub fn remove(&self, sig: u32, order: Ordering) {
        if let Some((w, bit)) = self.word(sig) {
            w.fetch_and(!bit, order);
        }
    }

    /// Whether it is in.
    pub fn contains(&self, sig: u32, order: Ordering) -> bool {
        self.word(sig).is_some_and(|(w, bit)| w.load(order) & bit != 0)
    }

    /// Whether none is in.
    pub fn is_empty(&self, order: Ordering) -> bool {
        self.0.iter().all(|w| w.load(order) == 0)
    }

    /// Takes the lowest out; 0: there is none.
    pub fn take(&self) -> u32 {
        for (w, base) in self.0.iter().zip([1, 33]) {
            let mut bits = w.load(Acquire);
            while bits != 0 {
                let rest = bits & (bits - 1);
                match w.compare_exchange(bits, rest, AcqRel, Acquire) {
                    Ok(_) => return base + bits.trailing_zeros(),
                    Err(now) => bits = now,
                }
            }
        }
        0
    }
}

/// What handlers, the forwarder and the receiver share.
pub struct Mail {
    wanted: Signals,
    pending: Signals,
    /// The goroutine that waits for signals; 0 while it is on its way with one.
    receiver: AtomicUsize,
    /// Handlers that are about to look at `wanted` and to change `pending`.
    delivering: AtomicU32,
    /// The forwarder sleeps on it.
    note: AtomicU32,
}

impl Mail {
    /// Nothing wanted or pending, and nobody there: all 0.
    pub const fn from(
        wanted: [AtomicU32; 2],
        pending: [AtomicU32; 2],
        counts: [AtomicU32; 2],
        receiver: AtomicUsize,
    ) -> Mail {
        let [delivering, note] = counts;
        Mail { wanted: Signals(wanted), pending: Signals(pending), receiver, delivering, note }
    }

    /// The signal is wanted from now on.
    pub fn want(&self, sig: u32) {
        self.wanted.insert(sig, AcqRel);
    }

    /// It no longer is. One may still be on its way (`is_idle`).
    pub fn unwant(&self, sig: u32) {
        self.wanted.remove(sig, AcqRel);
    }

    /// Whether it is.
    pub fn wants(&self, sig: u32) -> bool {
        self.wanted.contains(sig, Acquire)
    }

    /// Whether somebody waits for signals that may come.
    pub fn waits(&self) -> bool {
        self.receiver.load(Acquire) != 0 && !self.wanted.is_empty(Relaxed)
    }

    /// In a handler. False: nobody wants it.
    pub fn deliver(&self, sig: u32) -> bool {
        self.delivering.fetch_add(1, AcqRel);
        fence_as(Step::DeliverFence);
        let wanted = self.wants(sig);
        if wanted {
            self.pending.insert(sig, AcqRel);
            self.bump();
        }
        self.delivering.fetch_sub(1, AcqRel);
        wanted
    }

    fn bump(&self) {
        self.note.fetch_add(1, Release);
        futex_wake(&self.note, 1);
    }

    /// The forwarder looks: what it will have seen, and whether a signal is pending.
    pub fn look(&self) -> (u32, bool) {
        let seen = self.note.load(Acquire);
        (seen, !self.pending.is_empty(Acquire))
    }

    /// It takes the receiver, who then waits no more, and a signal for it.
    pub fn take(&self) -> Option<(usize, u32)> {
        let early = undone(Step::TakeReceiverFirst).then(|| self.pending.take());
        // One stores 0, and the receiver something else only after that.
        let receiver = self.receiver.load(Acquire);
        (receiver != 0).then(|| {
            self.receiver.store(0, Release);
            (receiver, early.unwrap_or_else(|| self.pending.take()))
        })
    }

    /// It sleeps, unless something has happened since it looked.
    pub fn sleep(&self, seen: u32) {
        futex_wait(&self.note, seen, -1);
    }

    /// The receiver asks for a signal; 0: there is none.
    pub fn receive(&self) -> u32 {
        self.pending.take()
    }

    /// It waits, and can be woken from now on.
    pub fn wait(&self, receiver: usize) {
        self.receiver.store(receiver, Release);
        if !undone(Step::WaitBumps) {
            self.bump();
        }
    }

    /// Whether no signal is on its way to the receiver, who waits for the next.
    pub fn is_idle(&self) -> bool {
        fence_as(Step::IdleFence);
        self.delivering.load(Acquire) == 0
            && self.pending.is_empty(Acquire)
            && self.receiver.load(Acquire) != 0
    }
}
