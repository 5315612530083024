//! The memory profile: samples of allocations by the stack that made them, less what of them was freed.
//!
//! Sampling is a Poisson process over the bytes allocated, with one event every `MemProfileRate` bytes on the average. Such
//! a process has no memory, so each group of objects that a cache's slot loads draws its own distance: the objects before
//! the event are handed out by the fast path, the others are held back (`MCache::held`), and the first of those goes
//! through the slow path, which records it. A sampled object has a special that counts its end.
//!
//! Counts appear as Go's do: allocations and frees of one cycle together. What is allocated now would be freed at the
//! earliest by the sweep after the next mark phase; so allocations wait two cycles, frees one, and readers see the heap as
//! of the last completed cycle.

use super::bucket::{Bucket, DEPTH, Records, Table};
use crate::base::image::shared;
use crate::base::stopped::{Stopped, Why};
use crate::gc::{self, special};
use crate::mem::sampling::{Ops, ops};
use crate::sched::*;
use crate::task::hook;
use crate::task::symtab::{self, logical};
use crate::task::unwind;
use core::sync::atomic::{AtomicUsize, Ordering::*};

/// The image refers to it if the program reaches `runtime.memProfileCopy`.
#[unsafe(no_mangle)]
pub static rt_memprofile: Ops = Ops { before, record, freed, next_cycle, flush, collected };

#[derive(Clone, Copy, Default)]
struct Cycle {
    allocs: u64,
    frees: u64,
}

/// What is published, and what will be, by cycle.
#[derive(Default)]
struct Counts {
    active: Cycle,
    future: [Cycle; 3],
}

static TABLE: Table<Counts> = Table::new();
/// The collector's cycles so far, times two; odd: this cycle's counts are published.
static CYCLE: AtomicUsize = AtomicUsize::new(0);

fn rate() -> isize {
    let p = shared().mem_profile_rate as *const AtomicUsize;
    // SAFETY: the address of a Go variable.
    unsafe { p.as_ref() }.map_or(0, |r| r.load(Relaxed) as isize)
}

fn before(random: &mut u64, n: usize, size: usize) -> usize {
    match rate() {
        r if r <= 0 => n,
        1 => 0,
        r => {
            *random ^= *random << 13;
            *random ^= *random >> 7;
            *random ^= *random << 17;
            let distance = super::exponential(r as f64, random.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            if distance >= (n * size) as f64 { n } else { distance as usize / size }
        }
    }
}

/// Index of the counts of `ahead` cycles from now.
fn slot(ahead: usize) -> usize {
    (CYCLE.load(Relaxed) / 2 + ahead) % 3
}

/// How many of the innermost frames belong to the allocator: `mallocgc` and what it consists of, and the function of the
/// runtime that a statement calls for its memory.
fn allocator_frames(stack: &[usize]) -> usize {
    let name = |i: usize| {
        let pc = stack.get(i)? - 1;
        Some(logical(&unwind::find_func(pc)?, pc, 0)?.name)
    };
    let mut n = 0;
    let is = |n: usize, what: fn(&[u8]) -> bool| name(n).is_some_and(|f| f.with(what));
    while is(n, |f| f.starts_with(b"runtime.malloc")) {
        n += 1;
    }
    n + is(n, |f| f.starts_with(b"runtime.") && f.get(8).is_some_and(u8::is_ascii_lowercase)) as usize
}

unsafe fn record(object: usize, size: usize) {
    let mut pcs = [0; DEPTH + 4];
    // SAFETY: in a hook of the current goroutine; the object is its own, in a swept span.
    unsafe {
        let n = symtab::callers(curg(), 0, &mut pcs);
        let skip = allocator_frames(&pcs[..n]);
        let Some((s, _, base)) = crate::mem::find_object(object) else { return };
        let stack = &pcs[skip..n.min(skip + DEPTH)];
        let bucket = {
            let mut t = TABLE.lock();
            let b = t.find(stack, if (*s).size_class() == 0 { size } else { (*s).elem_size });
            b.counts.future[slot(2)].allocs += 1;
            b as *mut Bucket<Counts> as usize
        };
        special::add_sample(s, base, bucket);
    }
}

unsafe fn freed(bucket: usize) {
    let _t = TABLE.lock();
    // SAFETY: the address that `record` gave; under the lock.
    unsafe { (*(bucket as *mut Bucket<Counts>)).counts.future[slot(1)].frees += 1 };
}

fn publish(counts: &mut Counts, i: usize) {
    let c = core::mem::take(&mut counts.future[i]);
    counts.active.allocs += c.allocs;
    counts.active.frees += c.frees;
}

fn next_cycle(_: &Stopped) {
    flush();
    CYCLE.store((CYCLE.load(Relaxed) | 1) + 1, Relaxed);
}

fn flush() {
    let mut t = TABLE.lock();
    if CYCLE.fetch_or(1, Relaxed) & 1 == 0 {
        t.each(|b| publish(&mut b.counts, slot(0)));
    }
}

fn collected() {
    let mut t = TABLE.lock();
    t.each(|b| publish(&mut b.counts, slot(1)));
}

/// Calls `f` with each bucket, and how many of its objects were allocated and freed as the profile has it.
pub fn each_bucket(mut f: impl FnMut(*const (), usize, &[usize], u64, u64)) {
    TABLE
        .lock()
        .each(|b| f((&raw const *b).cast(), b.key, b.stack(), b.counts.active.allocs, b.counts.active.frees));
}

hook! { fn "runtime.memProfileCopy"(to: *mut u64, room: isize, idle: bool) -> (n: isize, words: isize) leaf {
    flush();
    let mut t = TABLE.lock();
    let mut any = false;
    t.each(|b| any |= b.counts.active.allocs != 0);
    if !any {
        // Before the first collection: everything so far.
        t.each(|b| (0..3).for_each(|i| publish(&mut b.counts, i)));
    }
    let mut out = Records::new(to, room);
    t.each(|b| {
        let c = b.counts.active;
        if idle || c.allocs != c.frees {
            out.add(b.stack(), &[b.key as u64, c.allocs, c.frees]);
        }
    });
    (out.n as isize, out.words as isize)
}}

hook! { fn "runtime.memProfileRateSet"() safepoint {
    // What caches hold was divided by the old rate.
    if ops().is_some() {
        let stopped = stop_the_world(Why::MemStats);
        gc::flush_caches(&stopped);
        start_the_world(stopped);
    }
}}
