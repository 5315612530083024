//! The block and mutex profiles: how long goroutines waited, by the stack that waited or by the stack whose unlocking ended it.
//!
//! Blocking: a goroutine that parks for a channel, a select or a lock while the profile is on notes the time; the thread that
//! runs it again records, for its stack stands where it waited. Mutexes: waiters note the time in their sudogs; who
//! releases is charged with the waiting of all that wait, up to now. Cycles are nanoseconds.

use super::bucket::{DEPTH, Records, Table};
use crate::os;
use crate::sched::waits::{BLOCK_RATE, MUTEX_RATE, RECORDER, UNLOCK_RECORDER};
use crate::sched::*;
use crate::task::g::G;
use crate::task::hook;
use crate::task::symtab;
use core::sync::atomic::Ordering::*;

#[derive(Default)]
struct Events {
    count: f64,
    cycles: f64,
}

static BLOCKED: Table<Events> = Table::new();
static UNLOCKED: Table<Events> = Table::new();

unsafe fn record_blocked(g: *mut G) {
    // SAFETY: the goroutine stands still and is about to run on this thread.
    unsafe {
        let since = core::mem::take(&mut (*g).blocked_since);
        let skip = core::mem::take(&mut (*g).blocked_skip) as usize;
        add_blocked(g, os::nanotime().saturating_sub(since), skip);
    }
}

unsafe fn add_blocked(g: *mut G, ns: u64, skip: usize) {
    let ns = ns.max(1);
    // SAFETY: the goroutine stands still.
    unsafe {
        let rate = BLOCK_RATE.load(Relaxed) as u64;
        if rate == 0 || rate > ns && (*getm()).rng.draw() % rate > ns {
            return;
        }
        let mut pcs = [0; DEPTH];
        let n = symtab::callers(g, skip, &mut pcs);
        let mut t = BLOCKED.lock();
        let e = &mut t.find(&pcs[..n], 0).counts;
        // A short wait stands for those that were passed over.
        e.count += if ns < rate { rate as f64 / ns as f64 } else { 1.0 };
        e.cycles += ns.max(rate) as f64;
    }
}

unsafe fn record_unlocked(ns: u64, skip: usize) {
    let rate = MUTEX_RATE.load(Relaxed) as u64;
    // SAFETY: in a hook of the current goroutine.
    unsafe {
        if rate == 0 || !(*getm()).rng.draw().is_multiple_of(rate) {
            return;
        }
        let mut pcs = [0; DEPTH];
        let n = symtab::callers(curg(), skip, &mut pcs);
        let mut t = UNLOCKED.lock();
        let e = &mut t.find(&pcs[..n], 0).counts;
        e.count += rate as f64;
        e.cycles += rate as f64 * ns as f64;
    }
}

hook! { fn "runtime.setBlockProfileRate"(ns: isize) leaf {
    RECORDER.store(record_blocked as unsafe fn(*mut G) as usize, Relaxed);
    BLOCK_RATE.store(ns.max(0) as usize, Release);
}}

hook! { fn "runtime.blockevent"(ns: i64, skip: isize) leaf { add_blocked(curg(), ns as u64, (skip - 1).max(0) as usize) }}

hook! { fn "runtime.setMutexProfileFraction"(rate: isize) -> isize, leaf {
    UNLOCK_RECORDER.store(record_unlocked as unsafe fn(u64, usize) as usize, Relaxed);
    if rate < 0 { MUTEX_RATE.load(Relaxed) as isize } else { MUTEX_RATE.swap(rate as usize, Relaxed) as isize }
}}

hook! { fn "runtime.lockProfileCopy"(mutex: bool, to: *mut u64, room: isize) -> (n: isize, words: isize) leaf {
    let mut out = Records::new(to, room);
    (if mutex { &UNLOCKED } else { &BLOCKED }).lock().each(|b| {
        out.add(b.stack(), &[(b.counts.count as u64).max(1), b.counts.cycles as u64]);
    });
    (out.n as isize, out.words as isize)
}}
hook! { fn "runtime.threadsMade"() -> isize, leaf { crate::task::g::NEXT_M.load(Relaxed) as isize - 1 }}
