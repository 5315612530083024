//! What the protocols stand on here: see `rt-core/src/base/seam.rs`.

use crate::protocol::Step;
pub use loom::sync::atomic;
use loom::sync::{Condvar, Mutex};
use std::sync::LazyLock;

/// Length of a local run queue.
pub const RUNQ: usize = 4;

/// The environment variable that names the step to leave out, by its number.
pub const UNDO: &str = "OXIGO_MODEL_UNDO";

static UNDONE: LazyLock<Option<u8>> = LazyLock::new(|| std::env::var(UNDO).ok()?.parse().ok());

/// Whether a step is left out.
pub fn undone(step: Step) -> bool {
    *UNDONE == Some(step as u8)
}

loom::lazy_static! {
    /// The kernel's list of sleepers: it compares the word under its lock.
    static ref KERNEL: (Mutex<()>, Condvar) = (Mutex::new(()), Condvar::new());
}

/// Sleeps until woken, if the word is still `val`. Without time limits: who relies on one is seen to sleep forever.
pub fn futex_wait(a: &atomic::AtomicU32, val: u32, _ns: i64) {
    let l = KERNEL.0.lock().unwrap();
    if a.load(atomic::Ordering::SeqCst) == val {
        drop(KERNEL.1.wait(l).unwrap());
    }
}

/// Wakes sleepers: all, which may find out that they were not meant.
pub fn futex_wake(_a: &atomic::AtomicU32, _n: u32) {
    drop(KERNEL.0.lock().unwrap());
    KERNEL.1.notify_all();
}
