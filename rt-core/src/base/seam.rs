//! What the scheduler's protocols (`crate::protocol`) stand on. The crate `rt-core/models` has a module of the same name
//! with loom's atomics and sleeping places, small sizes, and the choice of a step to leave out.

pub use crate::os::{futex_wait, futex_wake};

/// Atomics, those of 64 bits also where the machine has none.
pub mod atomic {
    pub use crate::base::atomic::AtomicU64;
    pub use core::sync::atomic::{AtomicI32, AtomicU32, AtomicUsize, Ordering, fence};
}

/// Length of a local run queue.
pub const RUNQ: usize = 256;

/// Whether a step is left out, to see that a model notices.
#[inline(always)] // a constant here
pub const fn undone<Step: Copy>(_: Step) -> bool {
    false
}
