//! Parking the current goroutine, finding the next one, running it.

use super::queues::{globrunq_get, globrunq_put, runq_get};
use super::*;
use crate::base::meter::SUMS;
use crate::base::print::throw;
use crate::gc;
use crate::os;
use crate::protocol::idle::Around;
use crate::sched::bubble::bubbles;
use crate::sched::netpoll;
use crate::sched::proc;
use crate::sched::timer;
use crate::task::{stackscan, tracing};

/// Marks the current goroutine as waiting; afterwards the lock may be released that guards what it
/// waits for, and `schedule` called.
///
/// # Safety
/// In a parking hook. What the goroutine waits for is locked, or nobody can wake it yet.
pub unsafe fn prepare_park(reason: Wait) -> *mut G {
    // SAFETY: the calling thread's record and its own goroutine.
    unsafe {
        let m = getm();
        let g = (*m).curg.get();
        (*g).wait_reason = reason as u8;
        (*g).wait_since = SCHED.coarse_time.load(Relaxed);
        waits::parks(g, reason);
        (*g).m = null_mut();
        (*m).curg.set(null_mut());
        G::change(g, Status::Running, Status::Waiting);
        if !(*g).bubble.is_null() {
            (bubbles().parked)(g, reason);
        }
        g
    }
}

/// Parks the current goroutine, which nobody can wake yet, or only by design.
///
/// # Safety
/// In a parking hook.
pub unsafe fn park<R>(reason: Wait) -> End<R> {
    // SAFETY: the caller's promise.
    unsafe {
        prepare_park(reason);
        Parked(Next::Search)
    }
}

/// Puts the current goroutine at the end of its processor's queue, or of the global one if others wait there, who are first then.
/// `preempted`: because it must, and by the global queue always, for it may come back to all others.
///
/// # Safety
/// In a parking hook, or morestack.
pub unsafe fn gosched(preempted: bool) -> Next {
    // SAFETY: the calling thread's record and its own goroutine; the queue under the lock.
    unsafe {
        let m = getm();
        let g = (*m).curg.get();
        (*g).preempt.store(false, Relaxed);
        (*g).preempted = preempted;
        (*g).m = null_mut();
        (*m).curg.set(null_mut());
        if preempted || SCHED.runq_size.load(Relaxed) > 0 {
            let _l = SCHED.lock.lock();
            G::change(g, Status::Running, Status::Runnable);
            globrunq_put(g, false);
        } else {
            G::change(g, Status::Running, Status::Runnable);
            runq_put((*m).p, g, false);
        }
        if SCHED.main_started.load(Relaxed) != 0 {
            wakep();
        }
        Next::Search
    }
}

/// The thread runs `g` from here on; `inherits`: within the time slice of what ran before.
unsafe fn switch(m: *mut M, g: *mut G, inherits: bool) {
    // SAFETY: the calling thread's record, with a P; the goroutine was taken out of a queue, so it is ours to run.
    unsafe {
        stackscan::before_touch(g);
        waits::runs(g);
        (*m).curg.set(g);
        (*g).m = m;
        G::change(g, Status::Runnable, Status::Running);
        let p = (*m).p;
        if !inherits {
            (*p).heirs = 0;
            (*p).preempt.store(false, Relaxed);
            (*p).schedtick.fetch_add(1, Relaxed);
        }
        arm_guard(g, p);
    }
}

/// Opens the way for a goroutine that is about to go on, unless it is asked to yield: a request that comes while goroutines
/// change places may have gone to the one before. The few that still get lost, for there is no fence here, are made again
/// (`world`, `retake`).
///
/// # Safety
/// The goroutine is the calling thread's, and so is the P.
pub unsafe fn arm_guard(g: *mut G, p: *mut P) {
    // SAFETY: the caller's promise.
    unsafe {
        (*g).preempt.store(false, Relaxed);
        (*g).stackguard0.store((*g).normal_guard(), Relaxed);
        if (*p).preempt.load(Relaxed) || SCHED.stopping() {
            (*g).preempt.store(true, Relaxed);
            (*g).stackguard0.store(POISON, Release);
        }
    }
}

unsafe fn execute(g: *mut G, inherits: bool) -> ! {
    // SAFETY: as `switch`; the goroutine's registers are where it left them.
    unsafe {
        switch(getm(), g, inherits);
        rt_arch::rt_gogo(g.cast())
    }
}

/// What a thread does whose goroutine has parked: all hooks end here that don't return to theirs.
///
/// # Safety
/// As `schedule`; who is to run next is runnable and in no queue, and the thread holds a P for it.
pub unsafe fn go_on(next: Next) -> ! {
    // SAFETY: the caller's promise.
    unsafe {
        let Next::Run(g) = next else { schedule() };
        let p = (*getm()).p;
        if SCHED.stopping() || (*p).preempt.load(Relaxed) {
            runq_put(p, g, true);
            schedule()
        }
        execute(g, true)
    }
}

/// Runs the goroutine wired to this thread, which has a P again.
///
/// # Safety
/// The calling thread's record, with a P that it was given for this.
pub unsafe fn execute_locked(m: *mut M) -> ! {
    // SAFETY: the caller's promise: who gave the P has taken the goroutine out of its queue.
    unsafe { execute((*m).lockedg, false) }
}

/// The same for a goroutine that stands in a Rust host's call: the caller goes on in its name.
///
/// # Safety
/// As `execute_locked`.
#[cfg(feature = "host")]
pub unsafe fn resume_locked(m: *mut M) {
    // SAFETY: as `execute_locked`.
    unsafe { switch(m, (*m).lockedg, false) }
}

/// Finds a goroutine and runs it.
///
/// # Safety
/// On g0 of the runtime's thread; its goroutine waits, or there is none, and no lock is held.
pub(super) unsafe fn schedule() -> ! {
    // SAFETY: the calling thread's record; what is found is ours to run.
    unsafe {
        let m = getm();
        if (*m).locks != 0 {
            throw("schedule: holding locks");
        }
        if !(*m).lockedg.is_null() {
            stop_locked_m(m);
            execute_locked(m);
        }
        loop {
            let (g, inherits) = find_runnable(m);
            if (*m).spinning {
                (*m).spinning = false;
                SCHED.idle.found(&Here);
            }
            if !(*g).lockedm.is_null() && (*g).lockedm != m {
                start_locked_m(m, g);
                continue;
            }
            execute(g, inherits);
        }
    }
}

unsafe fn find_runnable(m: *mut M) -> (*mut G, bool) {
    // SAFETY: the calling thread's record; it has a P whenever it looks at one, and no lock but where one is seen to be taken.
    unsafe {
        loop {
            if SCHED.stopping() {
                stop_here(m);
                if (*m).p.is_null() {
                    // GOMAXPROCS has taken it away.
                    stop_m(m);
                }
                continue;
            }
            if let Some(l) = tracing::listener() {
                (l.wake_reader)();
            }
            let p = (*m).p;
            let tick = (*p).schedtick.load(Relaxed);
            if tick.is_multiple_of(64) || gc::wants_end() {
                gc::poll((*p).cache);
            }
            timer::run_due();
            // Where no thread watches, descriptors have their turn with the clock's interrupts.
            if !os::THREADS && sysmon::ticked() {
                inject_polled(netpoll::poll(0));
            }
            // Fairness: the global queue now and then. As many as there is ample room for: those that hand over to each other
            // may never let the local queue become empty, and one at a time would leave thousands waiting for minutes.
            if tick.is_multiple_of(61) && SCHED.runq_size.load(Relaxed) > 0 {
                let l = SCHED.lock.lock();
                let g = globrunq_get(p, (*p).q.room() / 2 + 1);
                drop(l);
                if !g.is_null() {
                    return (g, false);
                }
            }
            let (g, inherits) = runq_get(p);
            if !g.is_null() {
                return (g, inherits);
            }
            if SCHED.runq_size.load(Relaxed) > 0 {
                let l = SCHED.lock.lock();
                let g = globrunq_get(p, 0);
                drop(l);
                if !g.is_null() {
                    return (g, false);
                }
            }
            if netpoll::waiting() && SCHED.watch.last() != 0 {
                let list = netpoll::poll(0);
                if list.n > 0 {
                    inject_polled(list);
                    continue;
                }
            }
            if timer::run_due_elsewhere() {
                continue;
            }
            let g = steal(m);
            if !g.is_null() {
                return (g, false);
            }
            if gc::help_idle((*p).cache) {
                continue;
            }
            // Nothing: give the P up.
            let l = SCHED.lock.lock();
            if SCHED.stopping() {
                continue;
            }
            if SCHED.runq_size.load(Relaxed) > 0 {
                let g = globrunq_get(p, 0);
                drop(l);
                return (g, false);
            }
            release_p(m);
            let spinning = core::mem::take(&mut (*m).spinning);
            let again = SCHED.idle.rest(&Here, p, spinning, l).or_else(|| sleep_in_poller());
            if let Some(p) = again {
                acquire_p(m, p);
                (*m).spinning = true;
                continue;
            }
            proc::check_dead();
            stop_m(m);
        }
    }
}

/// Waits in the poller, for descriptors and for the next timer, unless another thread does or there is nothing to wait for.
/// With a P the caller counts as looking for work.
unsafe fn sleep_in_poller() -> Option<*mut P> {
    // SAFETY: no lock is held; the goroutines that come are ours to wake.
    unsafe {
        if !(netpoll::waiting() || timer::next_when() != 0) || !SCHED.watch.enter() {
            return None;
        }
        let when = SCHED.watch.settle(timer::next_when);
        let delay = match when {
            0 => -1,
            when => when.saturating_sub(os::nanotime()).min(i64::MAX as u64) as i64,
        };
        let delay = if wanted() { 0 } else { delay };
        let list = netpoll::poll(delay);
        let p = SCHED.watch.leave(os::nanotime(), &SCHED.idle, &Here);
        inject_polled(list);
        p
    }
}

/// Looks at the queues of the other Ps, unless enough threads do.
unsafe fn steal(m: *mut M) -> *mut G {
    // SAFETY: the calling thread's record and P; other Ps' queues may be stolen from by anybody, and Ps are never freed.
    unsafe {
        let p = (*m).p;
        let nprocs = SCHED.nprocs.load(Relaxed);
        let busy = nprocs as u32 - SCHED.idle.ps().min(nprocs as u32);
        if !(*m).spinning {
            if 2 * SCHED.idle.spinning() >= busy {
                return null_mut();
            }
            (*m).spinning = true;
            SCHED.idle.spin();
        }
        for round in 0..4 {
            let start = (*m).rng.draw() as usize;
            for i in 0..nprocs {
                let from = SCHED.p((start + i) % nprocs);
                if from == p {
                    continue;
                }
                let g = (*from).q.steal_to(&(*p).q, || {
                    if round == 3 && (*from).status.load(Relaxed) == pstatus::RUNNING {
                        os::yield_now();
                    }
                    round == 3
                });
                if g != 0 {
                    return g as *mut G;
                }
            }
        }
        null_mut()
    }
}

/// The scheduler, as the protocols see it.
pub struct Here;

#[allow(clippy::not_unsafe_ptr_arg_deref, reason = "Ps are never freed")]
impl Around for Here {
    type P = *mut P;
    type Guard = crate::base::lock::Guard<'static>;
    fn lock(&self) -> Self::Guard {
        SCHED.lock.lock()
    }
    fn push(&self, p: *mut P, _: &Self::Guard) {
        // SAFETY: the lock is held; the P is the caller's to give.
        unsafe {
            let s = SCHED.inner();
            (*p).idle_since = os::nanotime();
            (*p).link = s.pidle;
            s.pidle = p;
        }
    }
    fn pop(&self, _: &Self::Guard) -> Option<*mut P> {
        // SAFETY: the lock is held.
        unsafe {
            let s = SCHED.inner();
            let p = s.pidle;
            if p.is_null() {
                return None;
            }
            s.pidle = (*p).link;
            SUMS.idle.fetch_add(os::nanotime() - (*p).idle_since, Relaxed);
            Some(p)
        }
    }
    fn taken(&self) {
        sysmon::wake()
    }
    fn stopping(&self, _: &Self::Guard) -> bool {
        SCHED.stopping()
    }
    fn work(&self) -> bool {
        // SAFETY: Ps are never freed.
        unsafe { work_anywhere() }
    }
    fn start(&self, p: *mut P) {
        // SAFETY: the P was just taken for this.
        unsafe { start_m(p, true) }
    }
}

unsafe fn work_anywhere() -> bool {
    // SAFETY: Ps are never freed.
    unsafe {
        if SCHED.runq_size.load(Acquire) > 0 || gc::wants_end() {
            return true;
        }
        for i in 0..SCHED.nprocs.load(Acquire) {
            if !runq_empty(SCHED.p(i)) {
                return true;
            }
        }
        let w = timer::next_when();
        w != 0 && w <= os::nanotime()
    }
}
