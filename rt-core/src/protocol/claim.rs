//! Who may look into a goroutine that does not run, or move its stack.
//!
//! A collection marks what was reachable when it began, so each stack must be scanned as it was then. Those of goroutines
//! that run are scanned while the world is stopped; the others stay as they are until somebody touches them: has them run, takes
//! their value or gives them one. Who is about to does the scan first if nobody has (`claim`), markers do the rest meanwhile.
//! One word a goroutine says in which cycle it was scanned, and whether somebody is at it.
//!
//! Threads without a processor are not stopped with the world and cannot mark: they only hold the goroutine (`hold`) while they
//! write their answer into its frame, which a scan may be about to move. Who holds or scans stores Release, who comes next
//! loads Acquire. Nobody blocks while holding, so others spin.

use super::Step;
use crate::base::seam::atomic::{AtomicU32, Ordering::*};
use crate::base::seam::undone;

/// The number of the cycle in which the goroutine was scanned, or made; `HELD` beside it. Cycles have even numbers.
#[repr(transparent)]
pub struct Claim(AtomicU32);

const HELD: u32 = 1;
/// From one cycle's number to the next.
pub const NEXT_CYCLE: u32 = 2;

impl Default for Claim {
    fn default() -> Claim {
        Claim(AtomicU32::new(0))
    }
}

/// A goroutine that is the holder's until this is dropped.
pub struct Held<'a> {
    claim: &'a Claim,
    after: u32,
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        let order = if undone(Step::LetGoRelease) { Relaxed } else { Release };
        self.claim.0.store(self.after, order);
    }
}

impl Claim {
    /// Whether it was scanned in `cycle` and nobody is at it.
    #[inline]
    pub fn is_done(&self, cycle: u32) -> bool {
        self.0.load(Acquire) == cycle
    }

    /// The goroutine, to be scanned in `cycle`; none if that has been done. `wait`: somebody else is at it.
    pub fn claim(&self, cycle: u32, wait: impl Fn()) -> Option<Held<'_>> {
        loop {
            let old = self.0.load(Acquire);
            if old == cycle {
                return None;
            }
            if let Some(held) = self.take(old, cycle, &wait) {
                return Some(held);
            }
        }
    }

    /// The goroutine, whether it was scanned or not.
    pub fn hold(&self, wait: impl Fn()) -> Held<'_> {
        loop {
            let old = self.0.load(Relaxed);
            if undone(Step::HoldTakes) {
                return Held { claim: self, after: old };
            }
            if let Some(held) = self.take(old, old, &wait) {
                return held;
            }
        }
    }

    /// The goroutine is made, in `cycle`: there is nothing to scan that its maker has not.
    pub fn made(&self, cycle: u32, wait: impl Fn()) {
        // A marker may be about to see that there is none yet.
        self.hold(wait).after = cycle;
    }

    fn take(&self, old: u32, after: u32, wait: &impl Fn()) -> Option<Held<'_>> {
        if old & HELD != 0 {
            wait();
            return None;
        }
        let taken = self.0.compare_exchange(old, after | HELD, Acquire, Relaxed);
        // One that is made is let go.
        taken.is_ok().then(|| Held { claim: self, after })
    }
}
