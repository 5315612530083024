//! Processors: how many there are, and what becomes of one that goes away.

use super::queues::*;
use super::*;
use crate::base::env;
use crate::base::stopped::{Stopped, Why};
use crate::gc;
use crate::mem::{MCache, meta};
use crate::os;
use crate::task::hook;
use crate::task::tracing::{self, Happens};
use core::sync::atomic::Ordering::*;

/// Nanoseconds that processors have had since the program began, up to when their number changed last; and when that was.
static TIME: AtomicU64 = AtomicU64::new(0);
static SINCE: AtomicU64 = AtomicU64::new(0);

/// The same up to now, and now. By who has a processor, or has stopped the world.
pub fn cpu_time() -> (u64, u64) {
    let (n, now) = (SCHED.nprocs.load(Relaxed) as u64, os::nanotime());
    (TIME.load(Relaxed) + n * (now - SINCE.load(Relaxed)), now)
}

/// The number of processors becomes `n`.
///
/// # Safety
/// Nobody holds a P that goes away.
pub unsafe fn resize(n: usize, _: &Stopped) {
    // SAFETY: no P is in use while the world is stopped.
    unsafe {
        let old = SCHED.nprocs.load(Relaxed);
        for i in old..n {
            let mut p = SCHED.p(i);
            if p.is_null() {
                p = meta::persistent(size_of::<P>(), 64) as *mut P;
                (*p).id = i as i32;
                let c = meta::persistent(size_of::<MCache>(), 64) as *mut MCache;
                meta::CACHES.fetch_add(size_of::<MCache>(), Relaxed);
                (*c).init();
                (*p).cache = c;
                SCHED.allp[i].store(p as usize, Release);
            }
            (*p).in_place = false;
            (*p).status.store(pstatus::GCSTOP, Release);
        }
        for i in n..old {
            let p = SCHED.p(i);
            tracing::processor(p, null_mut());
            gc::retire_cache((*p).cache);
            let mut list = GList::new();
            loop {
                let g = take_local(p);
                if g.is_null() {
                    break;
                }
                list.push(g);
            }
            requeue(&mut list);
            (*p).status.store(pstatus::DEAD, Release);
            (*p).in_place = false;
            // Its thread, stopped with it in the scheduler, sleeps when the world starts.
            let m = (*p).m.get();
            if !m.is_null() {
                (*m).p = null_mut();
                (*p).m.set(null_mut());
            }
        }
        let (ns, since) = cpu_time();
        TIME.store(ns, Relaxed);
        SINCE.store(since, Relaxed);
        SCHED.nprocs.store(n, Release);
    }
}

/// Whether a thread waits with `p` in a hook: it goes on with it.
unsafe fn is_kept(p: *mut P) -> bool {
    // SAFETY: Ps and Ms are never freed; the world is stopped.
    unsafe {
        let m = (*p).m.get();
        (*p).in_place && !m.is_null() && !(*m).curg.get().is_null()
    }
}

/// Has the processors that are kept among the first `n`; false if they are too many.
unsafe fn keep_first(n: usize, _: &Stopped) -> bool {
    // SAFETY: no P is in use while the world is stopped.
    unsafe {
        let old = SCHED.nprocs.load(Relaxed);
        let kept = (0..old).filter(|&i| is_kept(SCHED.p(i))).count();
        if kept > n {
            return false;
        }
        let mut to = 0;
        for from in n..old {
            let p = SCHED.p(from);
            if !is_kept(p) {
                continue;
            }
            while is_kept(SCHED.p(to)) {
                to += 1;
            }
            let other = SCHED.p(to);
            // Traces know them by their numbers.
            tracing::processor(p, null_mut());
            tracing::processor(other, null_mut());
            core::mem::swap(&mut (*p).trace, &mut (*other).trace);
            (*p).id = to as i32;
            (*other).id = from as i32;
            SCHED.allp[to].store(p as usize, Release);
            SCHED.allp[from].store(other as usize, Release);
            tracing::processor(p, (*p).m.get());
        }
        true
    }
}

// The number of processors, if n > 0. False, with nothing done, if somebody collects or stops the world now.
hook! { fn "runtime.setProcs"(n: isize) -> (old: isize, done: bool) safepoint {
    let old = SCHED.nprocs.load(Relaxed);
    let n = (n.max(0) as usize).min(most_procs());
    if n == 0 || n == old { (old as isize, true) } else { (old as isize, set_procs(n)) }
}}

/// Under the collector's lock: who waits with that for the world to go on keeps its processor, and there is no cycle that many
/// threads are in the middle of.
unsafe fn set_procs(n: usize) -> bool {
    // SAFETY: under the collector's lock, in a parking hook; Ps that are kept are among the first.
    unsafe {
        let Some(_l) = gc::try_lock() else { return false };
        let Some(stopped) = try_stop_the_world(Why::Procs) else { return false };
        let ok = keep_first(n, &stopped);
        if ok {
            resize(n, &stopped);
            tracing::happens(Happens::Procs);
        }
        start_the_world(stopped);
        ok
    }
}

hook! { fn "runtime.NumCPU"() -> isize, leaf { env::ncpu() as isize }}

hook! { fn "internal/sync.runtime_canSpin"(i: isize) -> bool, leaf {
    env::ncpu() > 1
        && i < 4
        && SCHED.nprocs.load(Relaxed) as u32 > SCHED.idle.ps() + SCHED.idle.spinning() + 1
        && runq_empty((*getm()).p)
}}
hook! { fn "internal/sync.runtime_doSpin"() leaf {
    for _ in 0..30 {
        core::hint::spin_loop();
    }
}}
