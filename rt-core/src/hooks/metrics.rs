//! What runtime/metrics asks for and MemStats doesn't have.

use crate::base::layout::shared_record;
use crate::base::meter::{COUNTS, LATENCY, STOPPED, STOPPING, SUMS};
use crate::gc::{self, mark};
use crate::mem::sizes::SPAN_CLASSES;
use crate::mem::{CENTRAL, HEAP, meta};
use crate::sched::*;
use crate::task::g::*;
use crate::task::{hook, stack};
use core::sync::atomic::Ordering::*;

const CLASSES: usize = SPAN_CLASSES / 2;

reflect::record! { metrics => shared_record { #[cfg_attr(target_pointer_width = "32", repr(packed(4)))] pub struct Numbers {}} }

/// Processors that idle now, until now.
fn idle_now(now: u64) -> u64 {
    let _l = SCHED.lock.lock();
    // SAFETY: the list under the lock; Ps are never freed.
    unsafe {
        let (mut p, mut ns) = (SCHED.inner().pidle, 0);
        while !p.is_null() {
            ns += now.saturating_sub((*p).idle_since);
            p = (*p).link;
        }
        ns
    }
}

// Exact after `readmemstats`, as far as it is about the heap. `states`: count goroutines by what they do.
hook! { fn "runtime.metricNumbers"(n: *mut Numbers, states: bool) leaf {
    let n = &mut *n;
    let limit = gc::pacer::memory_limit();
    n.gogc = gc::pacer::percent() as u64;
    n.limit = if limit == usize::MAX { i64::MAX as u64 } else { limit as u64 };
    n.marked = gc::pacer::marked() as u64;
    n.tiny = HEAP.tiny_allocs.load(Relaxed) as u64;

    n.assist = SUMS.assist.load(Relaxed);
    n.dedicated = SUMS.dedicated.load(Relaxed);
    n.idle_mark = SUMS.idle_mark.load(Relaxed);
    n.pause = SUMS.pause.load(Relaxed);
    n.scavenge_assist = SUMS.scavenge_assist.load(Relaxed);
    n.scavenge_background = SUMS.scavenge_background.load(Relaxed);
    let (time, now) = procs::cpu_time();
    n.idle = SUMS.idle.load(Relaxed) + idle_now(now);
    // The collector's threads come beside the processors.
    n.total = time + SUMS.workers.load(Relaxed) + n.scavenge_background;
    n.mutex_wait = SUMS.mutex_wait.load(Relaxed);

    n.finalizers = SUMS.finalizers_queued.load(Relaxed);
    n.cleanups = SUMS.cleanups_queued.load(Relaxed);
    n.scan_globals = gc::roots::data_bytes() as u64;
    n.scan_stack = mark::STACKS.load(Relaxed) as u64;
    n.scan_heap = (mark::SCANNED.load(Relaxed) as u64).saturating_sub(n.scan_stack + n.scan_globals);
    n.stack_size = stack::MIN as u64;
    n.thread_stacks = meta::THREAD_STACKS.load(Relaxed) as u64;

    for (i, c) in CENTRAL.iter().enumerate() {
        let (allocs, frees) = c.with(|l| (l.nmalloc, l.nfree));
        let class = i / 2;
        if i % 2 == 0 {
            (n.allocs[class], n.frees[class]) = (0, 0);
        }
        n.allocs[class] += allocs;
        n.frees[class] += frees;
    }

    n.created = SCHED.next_goid.load(Relaxed) - 1;
    (n.not_in_go, n.runnable, n.running, n.waiting) = (0, 0, 0, 0);
    for i in 0..if states { ALLGS.len() } else { 0 } {
        let g = ALLGS.get(i);
        if (*g).system {
            continue;
        }
        match (*g).status() {
            Status::Syscall => n.not_in_go += 1,
            Status::Runnable => n.runnable += 1,
            Status::Running => n.running += 1,
            Status::Waiting => n.waiting += 1,
            Status::Idle | Status::Dead => {}
        }
    }

    n.latency = LATENCY.read();
    n.stopping_gc = STOPPING[0].read();
    n.stopping_other = STOPPING[1].read();
    n.stopped_gc = STOPPED[0].read();
    n.stopped_other = STOPPED[1].read();
}}
