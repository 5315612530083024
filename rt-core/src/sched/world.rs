//! Stopping the world: no goroutine runs, all stand at safepoints.
//!
//! One stops at a time (`TURNS`). Idle Ps are taken; those in system calls too (`protocol::stop`); running ones are asked by
//! poisoning the guard of their goroutine, which goes into the global queue then, while its thread stops with the P. A request
//! may miss its goroutine as that changes places with another, so it is repeated every 0.1 ms until all have stopped.
//!
//! Who wants to stop the world while another does stops with its P, in the hook. Of those only the holder of the
//! collector's lock waits here with something others may need, and the number of Ps does not change under it
//! (`procs::set_procs` takes that lock): its P is still there afterwards.

use super::*;
use crate::base::meter::{STOPPED, STOPPING, SUMS};
use crate::base::stopped::{Stopped, Why};
use crate::os;
use crate::protocol::stop::take_from_syscall;
use crate::task::tracing::{self, Happens};

/// Whose turn it is to stop the world: tickets drawn, and ended. In line, so that none who stops it again and again keeps
/// another from it.
struct Turns {
    drawn: AtomicU32,
    ended: AtomicU32,
}

static TURNS: Turns = Turns { drawn: AtomicU32::new(0), ended: AtomicU32::new(0) };

/// Why the world is stopped, since when, and since when it stands; of who stops it.
static STOP: Global<(Why, u64, u64)> = Global::new((Why::ForTest, 0, 0));

/// Stops in place, with the P, until the world starts again. Does nothing if nobody stops it. A caller that holds no lock of the
/// collector's may be without P afterwards.
///
/// # Safety
/// The calling thread's record, with a P, and no lock held but the collector's.
pub unsafe fn stop_here(m: *mut M) {
    // SAFETY: the caller's promise; `in_place` under the lock.
    unsafe {
        let p = (*m).p;
        let l = SCHED.lock.lock();
        if !SCHED.stopping() {
            return;
        }
        let epoch = SCHED.world_epoch.load(Acquire);
        if core::mem::take(&mut (*m).spinning) {
            SCHED.idle.stop_spinning();
        }
        (*p).in_place = true;
        (*p).status.store(pstatus::GCSTOP, Release);
        SCHED.stop.arrived();
        drop(l);
        while SCHED.world_epoch.load(Acquire) == epoch {
            os::futex_wait(&SCHED.world_epoch, epoch, -1);
        }
    }
}

/// Asks the goroutine that runs on `p` to stop at its next check.
///
/// # Safety
/// The P exists.
pub unsafe fn preempt_one(p: *mut P) {
    // SAFETY: Ps, Ms and Gs are never freed: a request that comes late meets another goroutine, which looks and goes on.
    unsafe {
        (*p).preempt.store(true, Relaxed);
        let m = (*p).m.get();
        if m.is_null() {
            return;
        }
        let g = (*m).curg.get();
        if g.is_null() {
            return;
        }
        (*g).preempt.store(true, Relaxed);
        (*g).stackguard0.store(POISON, Release);
    }
}

unsafe fn preempt_all() {
    // SAFETY: Ps are never freed.
    unsafe {
        for i in 0..SCHED.nprocs.load(Relaxed) {
            let p = SCHED.p(i);
            if (*p).status.load(Acquire) == pstatus::RUNNING {
                preempt_one(p);
            }
        }
    }
}

/// Stops all goroutines but the caller's at safepoints. The caller runs a hook, holds a P, and either the collector's lock or
/// nothing that keeps the number of Ps from changing: the collector's side calls this with its lock.
///
/// # Safety
/// The caller is in a hook, with a P and no lock but the collector's.
pub unsafe fn stop_the_world(why: Why) -> Stopped {
    // SAFETY: the caller's promise.
    unsafe {
        let mine = TURNS.drawn.fetch_add(1, Relaxed);
        while TURNS.ended.load(Acquire) != mine {
            if SCHED.stopping() {
                stop_here(getm());
            } else {
                // Between two stops; whoever is next has its P.
                os::yield_now();
            }
        }
        stop_now(why)
    }
}

/// The same; none, with nothing done, if somebody else stops the world now, or waits to.
///
/// # Safety
/// As `stop_the_world`.
pub unsafe fn try_stop_the_world(why: Why) -> Option<Stopped> {
    // SAFETY: the caller's promise.
    unsafe {
        let next = TURNS.ended.load(Acquire);
        if TURNS.drawn.compare_exchange(next, next.wrapping_add(1), Relaxed, Relaxed).is_err() {
            return None;
        }
        Some(stop_now(why))
    }
}

unsafe fn stop_now(why: Why) -> Stopped {
    // SAFETY: it is this thread's turn, which has a P; the other Ps are taken under the lock, or come by themselves. Then none runs.
    unsafe {
        tracing::happens(Happens::Stop(why));
        let began = os::nanotime();
        let mine = (*getm()).p;
        let l = SCHED.lock.lock();
        let n = SCHED.nprocs.load(Relaxed);
        SCHED.stop.begin(n);
        (*mine).status.store(pstatus::GCSTOP, Release);
        (*mine).in_place = true;
        SCHED.stop.arrived();
        preempt_all();
        for i in 0..n {
            let p = SCHED.p(i);
            if take_from_syscall(&(*p).status, pstatus::GCSTOP) {
                (*p).syscalltick.fetch_add(1, Relaxed);
                tracing::processor(p, null_mut());
                (*p).in_place = false;
                SCHED.stop.arrived();
            }
        }
        loop {
            let mut p = pidle_get(&l);
            if p.is_null() {
                p = wanting_get(&l);
            }
            if p.is_null() {
                break;
            }
            (*p).status.store(pstatus::GCSTOP, Release);
            (*p).in_place = false;
            SCHED.stop.arrived();
        }
        drop(l);
        // A goroutine may have been switched to while we asked.
        SCHED.stop.wait(100_000, || preempt_all());
        let stands = os::nanotime();
        STOPPING[usize::from(!why.collects())].record((stands - began) as i64);
        *STOP.get() = (why, began, stands);
        Stopped::new()
    }
}

/// Lets the world run again.
///
/// # Safety
/// The thread that has stopped it.
pub unsafe fn start_the_world(_: Stopped) {
    // SAFETY: under the lock; Ps with work are ours to start.
    unsafe {
        let mut with_work: *mut P = null_mut();
        tracing::happens(Happens::Start);
        let (why, began, stands) = *STOP.get();
        let now = os::nanotime();
        STOPPED[usize::from(!why.collects())].record((now - began) as i64);
        if why.collects() {
            SUMS.pause.fetch_add((now - stands) * SCHED.nprocs.load(Relaxed) as u64, Relaxed);
        }
        {
            let l = SCHED.lock.lock();
            SCHED.stop.end();
            for i in (0..SCHED.nprocs.load(Relaxed)).rev() {
                let p = SCHED.p(i);
                if (*p).in_place {
                    (*p).in_place = false;
                    (*p).status.store(pstatus::RUNNING, Release);
                    continue;
                }
                tracing::processor(p, null_mut());
                (*p).m.set(null_mut());
                (*p).status.store(pstatus::IDLE, Release);
                if runq_empty(p) {
                    pidle_put(p, &l);
                } else {
                    (*p).link = with_work;
                    with_work = p;
                }
            }
            SCHED.world_epoch.fetch_add(1, SeqCst);
        }
        os::futex_wake(&SCHED.world_epoch, u32::MAX);
        while !with_work.is_null() {
            let p = with_work;
            with_work = (*p).link;
            start_m(p, false);
        }
        TURNS.ended.fetch_add(1, Release);
        wakep();
    }
}
