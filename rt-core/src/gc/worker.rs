//! Background threads of the collector: they mark while the program runs, and afterwards sweep
//! and give memory back. They run no Go code and need no P.

use super::mark::Marker;
use super::{marking, roots, state, sweep};
use crate::base::meter::SUMS;
use crate::mem::grey::{self, Gcw};
use crate::os;
use core::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering::*};

/// Bumped whenever there may be something to do.
static EPOCH: AtomicU32 = AtomicU32::new(0);
/// Workers that mark right now.
static MARKING: AtomicUsize = AtomicUsize::new(0);
/// How often one began to.
static ENTRIES: AtomicUsize = AtomicUsize::new(0);
/// A cycle has ended, and no worker has seen to what comes then.
static ENDED: AtomicBool = AtomicBool::new(false);
/// Bytes between looks at whether to go on.
const SLICE: usize = 256 << 10;

/// Wakes the workers.
pub fn wake() {
    if state().workers.load(Relaxed) != 0 {
        EPOCH.fetch_add(1, AcqRel);
        os::futex_wake(&EPOCH, u32::MAX);
    }
}

/// Has memory given back that was kept for use again, by a worker if there are any.
pub fn cycle_ended() {
    if state().workers.load(Relaxed) == 0 {
        super::give_back();
    } else {
        ENDED.store(true, Release);
        wake();
    }
}

/// Bumped whenever somebody for whom others may wait is done, and how many threads wait.
static DONE: AtomicU32 = AtomicU32::new(0);
static WAITING: AtomicUsize = AtomicUsize::new(0);

/// A worker has ended marking, or the collector's lock is free.
pub fn done() {
    DONE.fetch_add(1, SeqCst);
    if WAITING.load(SeqCst) != 0 {
        os::futex_wake(&DONE, u32::MAX);
    }
}

/// Waits until `done`, if `still` says so, but not for long: others may want to stop the world meanwhile.
#[cold]
pub fn wait(nanoseconds: i64, still: impl Fn() -> bool) {
    WAITING.fetch_add(1, SeqCst);
    let seen = DONE.load(SeqCst);
    if still() {
        os::futex_wait(&DONE, seen, nanoseconds);
    }
    WAITING.fetch_sub(1, Relaxed);
}

/// Whether no worker marks.
pub fn idle() -> bool {
    MARKING.load(SeqCst) == 0
}

/// Whether no worker marks and no shared work is left, at one moment. If the queues of all Ps are
/// empty too, marking is complete.
pub fn quiescent() -> bool {
    // A worker that begins after the look at MARKING and takes work before the look at the queue
    // has counted itself in ENTRIES in between.
    let e = ENTRIES.load(SeqCst);
    idle() && !grey::available() && !roots::left() && ENTRIES.load(SeqCst) == e
}

/// The body of a worker thread; never returns. The scheduler starts as many as
/// `Config::workers` says (all signals blocked, any stack of 64 KiB).
pub fn run() -> ! {
    let mut gcw = Gcw::new();
    loop {
        let seen = EPOCH.load(Acquire);
        if marking() {
            mark_all(&mut gcw);
        } else if ENDED.swap(false, AcqRel) {
            super::give_back();
            continue;
        } else if !sweep::is_done() {
            while !marking() && sweep::one().is_some() {}
            continue;
        }
        os::futex_wait(&EPOCH, seen, -1);
    }
}

fn mark_all(gcw: &mut Gcw) {
    // Counted before looking for work: whoever sees nobody counted and no work may conclude.
    MARKING.fetch_add(1, SeqCst);
    ENTRIES.fetch_add(1, SeqCst);
    let began = os::nanotime();
    loop {
        let dry = {
            let mut m = Marker::new(gcw);
            marking() && m.drain(SLICE)
        };
        if dry || !marking() {
            break;
        }
    }
    gcw.flush();
    let ns = os::nanotime() - began;
    SUMS.dedicated.fetch_add(ns, Relaxed);
    SUMS.workers.fetch_add(ns, Relaxed);
    MARKING.fetch_sub(1, SeqCst);
    if quiescent() {
        super::note_idle();
    }
    done();
}
