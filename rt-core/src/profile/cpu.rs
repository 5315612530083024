//! The CPU profile: a timer of processor time sends SIGPROF, whose handler takes down the stack of the goroutine that the thread
//! was running, in a ring that runtime/pprof's goroutine empties.
//!
//! A handler may neither wait nor allocate: it reads tables that never change, and the goroutine's stack within its bounds. Handlers
//! of several threads take turns by a lock that they only try for; the reader needs none. What doesn't fit is counted
//! as lost.
//!
//! Whose time it is: Go code's, from the instruction on; of a hook, the goroutine's that called it, with the hook's stub as the innermost
//! function. A thread without goroutine works for the collector (`runtime._GC`) or the scheduler (`runtime._System`); one that
//! is not the runtime's is `runtime._ExternalCode`.

use crate::base::stopped::Stopped;
use crate::gc;
use crate::gc::mark::Marker;
use crate::os;
use crate::profile::trace;
use crate::sched::signal;
use crate::task::g::{G, M};
use crate::task::hook;
use crate::task::symtab;
use crate::task::unwind::Unwinder;
use core::sync::atomic::{AtomicUsize, Ordering::*};

/// Words of the ring.
const RING: usize = 1 << 17;
/// Most frames of a sample.
const DEPTH: usize = 64;

/// The ring: records of the number of addresses, the goroutine's labels, the addresses. Written up to `WRITTEN`, read up to
/// `READ`, both counting on for ever.
static BUFFER: AtomicUsize = AtomicUsize::new(0);
static WRITTEN: AtomicUsize = AtomicUsize::new(0);
static READ: AtomicUsize = AtomicUsize::new(0);
static WRITER: AtomicUsize = AtomicUsize::new(0);
/// Samples without a place, since the last record about them.
static LOST: AtomicUsize = AtomicUsize::new(0);
/// Addresses that stand for `_System`, `_ExternalCode`, `_GC`, `newstack`.
static PSEUDO: [AtomicUsize; 4] = [const { AtomicUsize::new(0) }; 4];

unsafe fn sample(pc: usize, sp: usize, lr: usize, g: *mut G) {
    let mut pcs = [0; DEPTH];
    // SAFETY: records of the interrupted thread; stacks within their bounds.
    unsafe {
        let (mut n, mut labels, mut pseudo) = (0, 0, 1);
        let mut gp: *mut G = core::ptr::null_mut();
        if !g.is_null() && !(*g).m.is_null() {
            let m: *mut M = (*g).m;
            gp = if g == (*m).g0 || g == (*m).gsignal { (*m).curg.get() } else { g };
            pseudo = if (*m).p.is_null() && gc::marking() { 2 } else { 0 };
            if !gp.is_null() {
                labels = (*gp).labels;
                let u = if gp == g { Unwinder::interrupted(gp, pc, sp, lr) } else { None };
                if u.is_none() && (*gp).sched_pc == rt_arch::rt_morestack_resume as *const () as usize {
                    // Its stack is growing.
                    pcs[0] = PSEUDO[3].load(Relaxed);
                    n = 1;
                }
                if let Some(mut u) = u.or_else(|| Unwinder::new_quiet(gp)) {
                    n += symtab::callers_quiet(&mut u, &mut pcs[n..]);
                }
            }
        }
        if n == 0 {
            pcs[0] = PSEUDO[pseudo].load(Relaxed);
            n = 1;
        }
        put(labels, &pcs[..n], g, gp);
    }
}

/// `g`: the interrupted thread's record, or null; `gp`: the goroutine that it runs.
unsafe fn put(labels: usize, pcs: &[usize], g: *mut G, gp: *mut G) {
    let mut tries = 0;
    while WRITER.compare_exchange(0, 1, Acquire, Relaxed).is_err() {
        tries += 1;
        if tries == 1000 {
            LOST.fetch_add(1, Relaxed);
            return;
        }
        core::hint::spin_loop();
    }
    let at = WRITTEN.load(Relaxed);
    let need = 2 + pcs.len();
    if at + need - READ.load(Acquire) > RING {
        LOST.fetch_add(1, Relaxed);
    } else {
        for (i, &w) in [pcs.len(), labels].iter().chain(pcs).enumerate() {
            // SAFETY: room that the reader has left, and we are the only writer.
            unsafe { word(at + i).write(w) };
        }
        WRITTEN.store(at + need, Release);
    }
    // SAFETY: the caller's records; it is our turn to write.
    unsafe { trace::sample(if g.is_null() { core::ptr::null_mut() } else { (*g).m }, gp, pcs) };
    WRITER.store(0, Release);
}

fn word(i: usize) -> *mut usize {
    // SAFETY: the ring has that many words.
    unsafe { (BUFFER.load(Relaxed) as *mut usize).add(i % RING) }
}

/// Marks the labels in the ring; threads without goroutines may still add to it.
pub fn scan(m: &mut Marker, _: &Stopped) {
    let (mut at, end) = (READ.load(Relaxed), WRITTEN.load(Acquire));
    while at < end {
        // SAFETY: records that were written.
        unsafe {
            m.mark(word(at + 1).read());
            at += 2 + word(at).read();
        }
    }
}

hook! { fn "runtime.cpuProfileStart"(hz: isize, system: usize, external: usize, collector: usize, newstack: usize) -> bool, leaf {
    if BUFFER.load(Relaxed) == 0 {
        BUFFER.store(os::map(RING * size_of::<usize>()) as usize, Release);
    }
    // A host's signals are its own.
    if BUFFER.load(Relaxed) == 0 || cfg!(feature = "host") {
        false
    } else {
        for (p, v) in PSEUDO.iter().zip([system, external, collector, newstack]) {
            p.store(v, Relaxed);
        }
        READ.store(WRITTEN.load(Acquire), Release);
        LOST.store(0, Relaxed);
        signal::set_sampler(Some(sample));
        let hz = hz.clamp(1, 1_000_000) as usize;
        signal::start_profiling(1_000_000 / hz);
        true
    }
}}

hook! { fn "runtime.cpuProfileStop"() leaf {
    signal::start_profiling(0);
    signal::set_sampler(None);
}}

hook! { fn "runtime.cpuProfileRead"(data: *mut u64, words: isize, tags: *mut usize, ntags: isize) -> (nwords: isize, n: isize, lost: isize) leaf {
    // Each sample is for the Go side: length, time, count, addresses; the first call only counts.
    let (mut at, end) = (READ.load(Relaxed), WRITTEN.load(Acquire));
    let (mut w, mut n) = (0isize, 0isize);
    while at < end {
        let depth = word(at).read();
        let need = 3 + depth as isize;
        if !data.is_null() {
            if w + need > words || n == ntags {
                break;
            }
            let to = data.offset(w);
            to.write(need as u64);
            to.add(1).write(0);
            to.add(2).write(1);
            for i in 0..depth {
                to.add(3 + i).write(word(at + 2 + i).read() as u64);
            }
            // No barrier: the slice is new, and what the ring held when marking began was marked.
            tags.offset(n).write(word(at + 1).read());
        }
        w += need;
        n += 1;
        at += 2 + depth;
    }
    let lost = if data.is_null() {
        LOST.load(Relaxed)
    } else {
        READ.store(at, Release);
        LOST.swap(0, Relaxed)
    };
    (w, n, lost as isize)
}}
