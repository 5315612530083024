//! When to collect, and how fast marking has to be.
//!
//! The goal of a cycle is the marked heap plus GOGC percent of what can hold pointers to it
//! (heap, goroutines, data), at least 4 MiB * GOGC/100, and not more than GOMEMLIMIT leaves. Marking
//! starts early by what the last cycle allocated while it marked, and allocations pay by marking so
//! that it ends at the goal. Past the goal they pay more, and wait for markers who are still at work.

use super::stats::MemStats;
use super::{mark, state};
use crate::base::atomic::AtomicU64;
use crate::base::stopped::Stopped;
use crate::mem::{HEAP, meta, sizes::PAGE_SHIFT};
use crate::os;
use core::sync::atomic::{AtomicI32, AtomicU32, AtomicUsize, Ordering::*};

/// The least heap goal at GOGC=100.
const MIN_HEAP: usize = 4 << 20;

/// GOGC, negative is off.
static GOGC: AtomicI32 = AtomicI32::new(100);
/// Live bytes at which a cycle starts, and at which it should be over.
static TRIGGER: AtomicUsize = AtomicUsize::new(MIN_HEAP / 8 * 7);
static GOAL: AtomicUsize = AtomicUsize::new(MIN_HEAP);
/// What the last cycle found alive.
static MARKED: AtomicUsize = AtomicUsize::new(0);
/// Allocated during the last cycle's marking.
static RUNWAY: AtomicUsize = AtomicUsize::new(0);
/// Bytes to mark per byte allocated, times 256.
static ASSIST: AtomicUsize = AtomicUsize::new(256);
/// Live bytes when marking started.
static AT_START: AtomicUsize = AtomicUsize::new(0);

/// Numbers for MemStats and GCStats. One thread at a time writes: it holds the collector's lock or has stopped the world. What
/// belongs together is read in the same way; single numbers are read by anybody.
struct Numbers {
    pause_ns: [AtomicU64; 256],
    pause_end: [AtomicU64; 256],
    pause_total: AtomicU64,
    last_end: AtomicU64,
    num: AtomicU32,
    forced: AtomicU32,
    last_nano: AtomicU64,
    stop_at: AtomicU64,
    cycle_pause: AtomicU64,
}
static NUMBERS: Numbers = Numbers {
    pause_ns: [const { AtomicU64::new(0) }; 256],
    pause_end: [const { AtomicU64::new(0) }; 256],
    pause_total: AtomicU64::new(0),
    last_end: AtomicU64::new(0),
    num: AtomicU32::new(0),
    forced: AtomicU32::new(0),
    last_nano: AtomicU64::new(0),
    stop_at: AtomicU64::new(0),
    cycle_pause: AtomicU64::new(0),
};

/// Sets up from the environment's settings.
pub fn configure(gogc: i32, limit: i64) {
    GOGC.store(gogc, Relaxed);
    HEAP.limit.store(clamp_limit(limit), Relaxed);
    recompute();
}

fn clamp_limit(limit: i64) -> usize {
    if limit < 0 || limit == i64::MAX || limit as u64 >= usize::MAX as u64 {
        usize::MAX
    } else {
        limit as usize
    }
}

/// `debug.SetGCPercent`: the old value.
pub fn set_percent(p: i32) -> i32 {
    let old = GOGC.swap(p.max(-1), Relaxed);
    recompute();
    old
}

/// GOGC; -1: off.
pub fn percent() -> i32 {
    GOGC.load(Relaxed)
}

/// `debug.SetMemoryLimit`: the old value; negative only asks.
pub fn set_limit(limit: i64) -> i64 {
    let old = HEAP.limit.load(Relaxed);
    if limit >= 0 {
        HEAP.limit.store(clamp_limit(limit), Relaxed);
        recompute();
    }
    if old == usize::MAX { i64::MAX } else { old as i64 }
}

/// Memory the process uses apart from the heap's objects.
fn overhead() -> usize {
    meta::META_SYS.load(Relaxed) + (HEAP.pages_manual.load(Relaxed) << PAGE_SHIFT)
}

/// Derives goal and trigger from what is marked.
fn recompute() {
    let marked = MARKED.load(Relaxed);
    let gogc = GOGC.load(Relaxed);
    let mut goal = usize::MAX;
    if gogc >= 0 {
        let scannable = marked + mark::STACKS.load(Relaxed) + super::roots::data_bytes();
        let percent = |n: usize| (n as u64).saturating_mul(gogc as u64) / 100;
        goal = usize::try_from(marked as u64 + percent(scannable)).unwrap_or(usize::MAX);
        goal = goal.max(percent(MIN_HEAP) as usize);
    }
    let limit = HEAP.limit.load(Relaxed);
    if limit != usize::MAX {
        // Leave some room to breathe even if the limit can't be kept: collecting without end helps
        // nobody.
        let floor = marked + marked / 16 + (1 << 20);
        let room = limit.saturating_sub(overhead());
        goal = goal.min((room - room / 32).max(floor));
    }
    GOAL.store(goal, Relaxed);
    let trigger = if goal == usize::MAX {
        usize::MAX
    } else {
        let span = goal.saturating_sub(marked);
        let lead = if state().concurrent() {
            (RUNWAY.load(Relaxed) + (64 << 10).max(span / 64)).clamp(span / 20, span / 10 * 4)
        } else {
            0
        };
        goal - lead
    };
    TRIGGER.store(trigger, Relaxed);
}

/// GOMEMLIMIT; `usize::MAX` if there is none.
#[inline]
pub fn memory_limit() -> usize {
    HEAP.limit.load(Relaxed)
}

/// Whether it is time to start a cycle.
#[inline]
pub fn due() -> bool {
    HEAP.live.load(Relaxed) >= TRIGGER.load(Relaxed)
}

/// The heap goal; `usize::MAX` if collection is off.
pub fn goal() -> usize {
    GOAL.load(Relaxed)
}

/// Bytes marked by the last cycle.
pub fn marked() -> usize {
    MARKED.load(Relaxed)
}

/// Marking begins: caches are flushed.
pub fn start_mark(_: &Stopped) {
    let live = HEAP.live.load(Relaxed);
    AT_START.store(live, Relaxed);
    // As much to scan as was alive last time (at most what is allocated now), before the goal.
    let work = (MARKED.load(Relaxed) + MARKED.load(Relaxed) / 8 + MIN_HEAP / 8).min(live)
        + mark::STACKS.load(Relaxed)
        + super::roots::data_bytes();
    let room = GOAL.load(Relaxed).saturating_sub(live).max(live / 50 + (256 << 10));
    ASSIST.store((work as u64 * 256 / room as u64).clamp(16, 256 * 64) as usize, Relaxed);
}

/// Bytes to mark for `bytes` of allocation. Past the goal there was more to mark than expected.
pub fn assist_work(bytes: usize) -> usize {
    let least = if past_goal() != 0 { PAST_GOAL } else { 0 };
    (bytes as u64 * ASSIST.load(Relaxed).max(least) as u64 / 256) as usize
}

/// As `ASSIST`: what is paid at least past the goal.
const PAST_GOAL: usize = 8 * 256;

/// By how much more is alive, or allocated since, than there should be at the end of this cycle: in hundredths of that, at least 1 if
/// there is more.
pub fn past_goal() -> usize {
    let (live, goal) = (HEAP.live.load(Relaxed), GOAL.load(Relaxed));
    if live <= goal { 0 } else { (live - goal) / (goal / 100 + 1) + 1 }
}

/// Marking is over: caches are flushed. `marked` is what markers counted;
/// what was allocated meanwhile is alive too.
pub fn end_mark(marked: usize, _: &Stopped) {
    let during = HEAP.live.load(Relaxed).saturating_sub(AT_START.load(Relaxed));
    RUNWAY.store(during, Relaxed);
    let live = marked + during;
    MARKED.store(live, Relaxed);
    HEAP.live.store(live, Relaxed);
    recompute();
}

/// A pause begins or ends.
pub fn pause(begin: bool) {
    let now = os::nanotime();
    if begin {
        NUMBERS.stop_at.store(now, Relaxed);
    } else {
        NUMBERS.cycle_pause.fetch_add(now - NUMBERS.stop_at.load(Relaxed), Relaxed);
    }
}

/// A cycle's marking is over.
pub fn count_cycle(forced: bool) {
    let n = &NUMBERS;
    let i = n.num.load(Relaxed) as usize % 256;
    let (pause, now) = (n.cycle_pause.swap(0, Relaxed), os::walltime());
    n.pause_ns[i].store(pause, Relaxed);
    n.pause_end[i].store(now, Relaxed);
    n.last_end.store(now, Relaxed);
    n.last_nano.store(os::nanotime(), Relaxed);
    n.pause_total.fetch_add(pause, Relaxed);
    n.forced.fetch_add(forced as u32, Relaxed);
    // Who sees the number sees what belongs to it.
    n.num.fetch_add(1, Release);
}

/// Monotonic time of the last cycle's end, 0 if there was none (for the two-minute rule).
pub fn last_cycle() -> u64 {
    NUMBERS.last_nano.load(Relaxed)
}

/// Number of completed cycles.
pub fn cycles() -> u32 {
    NUMBERS.num.load(Acquire)
}

/// Fills in the collector's part of MemStats.
pub fn read_stats(m: &mut MemStats) {
    let n = &NUMBERS;
    m.next_gc = goal() as u64;
    m.num_gc = n.num.load(Acquire);
    m.last_gc = n.last_end.load(Relaxed);
    m.pause_total_ns = n.pause_total.load(Relaxed);
    for i in 0..256 {
        m.pause_ns[i] = n.pause_ns[i].load(Relaxed);
        m.pause_end[i] = n.pause_end[i].load(Relaxed);
    }
    m.num_forced_gc = n.forced.load(Relaxed);
    m.gc_cpu_fraction = 0.0;
    m.enable_gc = true;
    m.debug_gc = false;
}

/// `debug.ReadGCStats`: pauses (latest first), their end times, then last end, number, total; the
/// number of words written. The buffer has room for 2*256+3.
///
/// # Safety
/// `out` has that room.
pub unsafe fn read_gc_stats(out: *mut u64, _: &Stopped) -> usize {
    let n = &NUMBERS;
    let num = n.num.load(Acquire) as usize;
    let k = num.min(256);
    // SAFETY: the caller's promise.
    unsafe {
        for i in 0..k {
            let at = (num - 1 - i) % 256;
            *out.add(i) = n.pause_ns[at].load(Relaxed);
            *out.add(k + i) = n.pause_end[at].load(Relaxed);
        }
        *out.add(2 * k) = n.last_end.load(Relaxed);
        *out.add(2 * k + 1) = num as u64;
        *out.add(2 * k + 2) = n.pause_total.load(Relaxed);
    }
    2 * k + 3
}
