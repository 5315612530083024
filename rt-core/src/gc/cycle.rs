//! A cycle, from beginning to end: who starts it, helps it and ends it. The phases are told in `gc`.

use super::*;
use crate::base::atomic::AtomicU64;

/// Before an allocation leaves the fast path: starts, helps or ends a cycle. A safepoint.
///
/// # Safety
/// The P's own cache.
pub(super) unsafe fn on_slow_alloc(c: *mut MCache, bytes: usize) {
    if !STATE.enabled.load(Relaxed) {
        return;
    }
    // SAFETY: the caller's promise.
    unsafe {
        if marking() {
            assist(c, bytes, &SUMS.assist);
            if STATE.idle.load(Acquire) && !try_finish() {
                wait(|| LOCK.is_locked());
            }
        } else if STATE.stress.load(Relaxed) {
            collect(c);
        } else if pacer::due() && !try_start(c) {
            wait(|| LOCK.is_locked());
        }
    }
}

/// Past the goal, waits a little for whoever has something in hand without which the cycle does not end: the system may let that thread
/// wait, and the heap would grow without bounds meanwhile.
fn wait(still: impl Fn() -> bool) {
    match pacer::past_goal() {
        0 => {}
        1..=16 => worker::wait(200_000, still),
        _ => worker::wait(2_000_000, still),
    }
}

/// Pays for an allocation by marking; the time goes to `sum`.
unsafe fn assist(c: *mut MCache, bytes: usize, sum: &AtomicU64) {
    // SAFETY: the P's own cache.
    unsafe {
        (*c).assist_debt += pacer::assist_work(bytes) as isize;
        // With workers at it, small debts wait until they are worth the trouble.
        let patience = if STATE.workers.load(Relaxed) != 0 { 64 << 10 } else { 8 << 10 };
        if (*c).assist_debt < patience {
            return;
        }
        (world().note)(Note::Assists);
        let began = os::nanotime();
        let debt = (*c).assist_debt as usize;
        let mut m = Marker::new(&mut (*c).gcw);
        let dry = m.drain(debt);
        (*c).assist_debt = debt as isize - m.work as isize;
        // Nothing private: what this P found and didn't scan would wait until its next turn.
        m.flush_queue();
        drop(m);
        sum.fetch_add(os::nanotime() - began, Relaxed);
        (world().note)(Note::Assisted);
        if dry {
            (*c).assist_debt = 0;
            if worker::quiescent() {
                note_idle();
            } else {
                wait(|| !worker::idle());
            }
        } else {
            worker::wake();
        }
    }
}

/// A thread with a P has nothing else to do: without background threads it marks or sweeps a little. False if there is nothing
/// to do.
///
/// # Safety
/// The P's own cache.
pub unsafe fn help_idle(c: *mut MCache) -> bool {
    if STATE.workers.load(Relaxed) != 0 || !STATE.enabled.load(Relaxed) {
        return false;
    }
    if !marking() {
        return sweep::one().is_some();
    }
    // SAFETY: the caller's promise.
    unsafe { assist(c, 1 << 20, &SUMS.idle_mark) };
    !STATE.idle.load(Acquire)
}

/// Starts a cycle unless somebody else is at it.
unsafe fn try_start(c: *mut MCache) -> bool {
    let Some(g) = try_lock() else { return false };
    if marking() {
        return false;
    }
    // SAFETY: we hold the lock.
    unsafe {
        start(false);
        if !STATE.concurrent() {
            drain_here(c);
            while !finish() {
                drain_here(c);
            }
        }
    }
    // Before workers take the processor away from this thread.
    drop(g);
    worker::wake();
    true
}

/// From no marking to marking; workers are the caller's to wake.
unsafe fn start(forced: bool) {
    sweep::finish();
    let w = world();
    // SAFETY: the lock is held; the scheduler stops everything that could interfere.
    unsafe {
        let stopped = (w.stop)(Why::SweepEnds);
        pacer::pause(true);
        // Somebody may have been about to sweep a span it claimed; and workers may not have
        // noticed the end of the last cycle yet.
        sweep::finish();
        while !worker::idle() {
            os::yield_now();
        }
        (w.each_cache)(&stopped, &mut |c| {
            (*c).flush();
            (*c).wb.reset();
            (*c).gcw.flush();
            (*c).assist_debt = 0;
        });
        STATE.idle.store(false, Relaxed);
        STATE.forced.store(forced, Relaxed);
        (w.empty_pools)(&stopped);
        pacer::start_mark(&stopped);
        mark::MARKED.store(0, Relaxed);
        mark::SCANNED.store(0, Relaxed);
        mark::STACKS.store(0, Relaxed);
        roots::prepare(mem::arenas_high(), (w.goroutines)(&stopped), &stopped);
        set_marking(true, &stopped);
        let mut gcw = grey::Gcw::new();
        let mut m = Marker::new(&mut gcw);
        (w.scan_runtime)(&stopped, &mut m);
        special::mark_queues(&mut m, &stopped);
        (w.scan_running)(&stopped, &mut m);
        m.flush_queue();
        drop(m);
        (w.note)(Note::Marks);
        pacer::pause(false);
        (w.start)(stopped);
    }
}

/// Marks on this thread until nothing is left anywhere.
unsafe fn drain_here(c: *mut MCache) {
    let began = os::nanotime();
    loop {
        {
            // SAFETY: the P's own cache.
            let mut m = Marker::new(unsafe { &mut (*c).gcw });
            m.drain(usize::MAX);
            m.flush_queue();
        }
        if worker::quiescent() {
            SUMS.dedicated.fetch_add(os::nanotime() - began, Relaxed);
            return;
        }
        os::yield_now();
    }
}

/// Ends the cycle if marking is complete and nobody else is at it.
unsafe fn try_finish() -> bool {
    let Some(_g) = try_lock() else { return false };
    if !worker::quiescent() {
        STATE.idle.store(false, SeqCst);
        // The worker may have come to its end just before that store.
        if worker::quiescent() {
            STATE.idle.store(true, SeqCst);
        }
        return false;
    }
    // SAFETY: the lock is held.
    marking() && unsafe { finish() }
}

/// How much may be left to mark when the world stops for the end of a cycle; more is marked beside
/// the program.
const LEFTOVER: usize = 1 << 20;

/// From marking to sweeping. False if too much turned up that was not marked yet; the program runs
/// on then, and marking too.
unsafe fn finish() -> bool {
    let w = world();
    // SAFETY: the lock is held; the scheduler stops everything that could interfere.
    unsafe {
        let stopped = (w.stop)(Why::MarkEnds);
        pacer::pause(true);
        (w.each_cache)(&stopped, &mut |c| {
            barrier::flush(c);
            (*c).gcw.flush();
        });
        let mut gcw = grey::Gcw::new();
        let mut budget = LEFTOVER;
        let mut spins = 0;
        loop {
            let mut m = Marker::new(&mut gcw);
            let dry = m.drain(budget);
            m.flush_queue();
            budget = budget.saturating_sub(m.work);
            drop(m);
            if dry && worker::quiescent() {
                break;
            }
            // A worker that is still at it may not even have a CPU: don't make the program wait.
            spins += dry as u32;
            if budget == 0 || spins > 1000 {
                STATE.idle.store(false, Release);
                pacer::pause(false);
                (w.start)(stopped);
                worker::wake();
                return false;
            }
            core::hint::spin_loop();
        }
        // While still marking: what caches didn't hand out loses its mark.
        (w.each_cache)(&stopped, &mut |c| (*c).flush());
        set_marking(false, &stopped);
        STATE.idle.store(false, Relaxed);
        pacer::end_mark(mark::MARKED.load(Relaxed), &stopped);
        if STATE.verify.load(Relaxed) {
            verify::check(&stopped);
        }
        if let Some(p) = sampling::ops() {
            (p.next_cycle)(&stopped);
        }
        sweep::start_cycle(&stopped);
        (w.note)(Note::Marked);
        pacer::pause(false);
        pacer::count_cycle(STATE.forced.load(Relaxed));
        (w.start)(stopped);
    }
    if let Some(p) = sampling::ops() {
        (p.flush)();
    }
    worker::cycle_ended();
    true
}

/// `runtime.GC`: a complete cycle that began after the call, sweep included. False if another
/// thread is collecting: let it work (reach a safepoint) and call again. A safepoint.
///
/// # Safety
/// The P's own cache.
pub unsafe fn collect(c: *mut MCache) -> bool {
    if !STATE.enabled.load(Acquire) {
        return true;
    }
    let Some(_g) = try_lock() else { return false };
    // SAFETY: the lock is held.
    unsafe {
        if marking() {
            drain_here(c);
            while !finish() {
                drain_here(c);
            }
        }
        start(true);
        worker::wake();
        drain_here(c);
        while !finish() {
            drain_here(c);
        }
    }
    sweep::finish();
    if let Some(p) = sampling::ops() {
        (p.collected)();
    }
    true
}

/// `debug.FreeOSMemory`: as `collect`, then gives back all free memory.
///
/// # Safety
/// The P's own cache.
pub unsafe fn free_os_memory(c: *mut MCache) -> bool {
    // SAFETY: the caller's promise.
    if !unsafe { collect(c) } {
        return false;
    }
    let began = os::nanotime();
    mem::scavenge_all();
    SUMS.scavenge_assist.fetch_add(os::nanotime() - began, Relaxed);
    true
}

/// Nanoseconds after which a cycle is due even if little was allocated.
const FORCE_AFTER: u64 = 120_000_000_000;

/// From the scheduling loop: ends a cycle that is complete, helps one that is not if there are no
/// workers, and starts one that is long overdue. A safepoint; nothing is on the P.
///
/// # Safety
/// The P's own cache.
pub unsafe fn poll(c: *mut MCache) {
    if !STATE.enabled.load(Relaxed) {
        return;
    }
    // SAFETY: the caller's promise.
    unsafe {
        if marking() {
            if STATE.workers.load(Relaxed) == 0 {
                assist(c, 64 << 10, &SUMS.idle_mark);
            }
            if STATE.idle.load(Acquire) {
                try_finish();
            }
        } else if pacer::goal() != usize::MAX {
            let last = pacer::last_cycle();
            if last != 0 && os::nanotime().saturating_sub(last) > FORCE_AFTER {
                try_start(c);
            }
        }
    }
}
