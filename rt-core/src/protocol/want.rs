//! Processors that are to run where no thread rests and none can be made: there is one thread for each core.
//!
//! Ps are no more than threads, so some thread has none: it is on its way to rest, or in the poller. Who wants a P to run leaves it on a list,
//! and who comes to rest looks there first, both under the lock. From the poller it must be fetched.
//!
//! Who leaves a P: counts it (`left`); fence; looks at the poller, and wakes who is there. Who goes there: takes the place; fence; looks at the
//! count, and does not sleep if there is one. One of the two sees the other.

use super::watch::Watch;
use super::{Step, fence_as};
use crate::base::seam::atomic::{AtomicU32, Ordering::*};

/// How many Ps are on the list; changes under the lock.
pub struct Wanting(AtomicU32);

impl Wanting {
    /// None is.
    pub const fn from(left: AtomicU32) -> Wanting {
        Wanting(left)
    }

    /// A P was left, the lock held.
    pub fn left(&self) {
        self.0.fetch_add(1, Relaxed);
    }

    /// A P was taken from the list, the lock held.
    pub fn taken(&self) {
        self.0.fetch_sub(1, Relaxed);
    }

    /// Behind `left`: whether a thread in the poller must be woken.
    pub fn fetches(&self, watch: &Watch) -> bool {
        fence_as(Step::LeaveFence);
        watch.last() == 0
    }

    /// Whether any was left, behind `Watch::enter`.
    pub fn any(&self) -> bool {
        fence_as(Step::EnterFence);
        self.0.load(Relaxed) != 0
    }
}
