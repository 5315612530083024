//! The thread that watches the others. It has no P: it asks goroutines to yield when their time slice is over, takes Ps from
//! long system calls, and looks at descriptors and timers when nobody does.

use super::*;
use crate::gc;
use crate::os;
use crate::protocol::stop::take_from_syscall;
use crate::sched::netpoll;
use crate::sched::timer;
use crate::task::tracing;
use core::ffi::c_void;
use core::sync::atomic::AtomicBool;

/// How long a goroutine may run, and a system call may keep its P.
const SLICE: u64 = 10_000_000;

/// A P is taken: ends the deep sleep. The caller has a fence behind the count.
pub(super) fn wake() {
    if SCHED.sysmon_wait.load(Relaxed) != 0 && SCHED.sysmon_wait.swap(0, Relaxed) != 0 {
        os::futex_wake(&SCHED.sysmon_wait, 1);
    }
}

/// The clock has interrupted since somebody asked.
static TICKED: AtomicBool = AtomicBool::new(false);

/// Whether it has, once.
pub(super) fn ticked() -> bool {
    TICKED.load(Relaxed) && TICKED.swap(false, Relaxed)
}

/// A device that the program listens to has interrupted: descriptors have their turn as soon as a goroutine makes room.
pub fn device() {
    TICKED.store(true, Relaxed);
}

/// Where there are no threads, the clock's interrupt does what it must: a goroutine that has run for a whole slice makes room.
/// Takes no lock, since it may interrupt who holds one.
pub fn tick() {
    // SAFETY: Ps are never freed; `mon_` fields are the interrupt's.
    unsafe {
        SCHED.coarse_time.store(os::nanotime(), Relaxed);
        TICKED.store(true, Relaxed);
        for i in 0..SCHED.nprocs.load(Relaxed) {
            let p = SCHED.p(i);
            let t = (*p).schedtick.load(Relaxed);
            if (*p).mon_schedtick == t && (*p).status.load(Relaxed) == pstatus::RUNNING {
                preempt_one(p);
            }
            (*p).mon_schedtick = t;
        }
    }
}

/// The body of the thread.
///
/// # Safety
/// Called on the new thread, with its record.
pub unsafe extern "C" fn run(m: *mut c_void) {
    // SAFETY: the thread's own record. The thread has no P; what it looks at are atomics of records that are never freed.
    unsafe {
        signal::init_helper(m.cast());
        let mut idle = 0u32;
        let mut delay = 20_000i64;
        let mut cycles = gc::cycles();
        let nap = AtomicU32::new(0);
        loop {
            delay = if idle == 0 {
                20_000
            } else if idle > 50 {
                (delay * 2).min(10_000_000)
            } else {
                delay
            };
            os::futex_wait(&nap, 0, delay);
            let nprocs = SCHED.nprocs.load(Relaxed) as u32;
            if SCHED.idle.ps() == nprocs && !SCHED.stopping() {
                SCHED.sysmon_wait.store(1, Relaxed);
                if SCHED.idle.all_rest(nprocs) {
                    // Until a P is taken, or a minute for the collector's two-minute rule.
                    os::futex_wait(&SCHED.sysmon_wait, 1, 60_000_000_000);
                }
                SCHED.sysmon_wait.store(0, Relaxed);
                idle = 0;
                delay = 20_000;
            }
            let now = os::nanotime();
            SCHED.coarse_time.store(now, Relaxed);
            // Descriptors must not wait because all Ps are busy.
            let last = SCHED.watch.last();
            if netpoll::waiting() && last != 0 && last + SLICE < now {
                SCHED.watch.asked(last, now);
                inject_polled(netpoll::poll(0));
            }
            let when = timer::next_when();
            if when != 0 && when < now {
                wakep();
            }
            if gc::cycles() != cycles {
                cycles = gc::cycles();
                finalizer::wake();
            }
            if retake(now) > 0 { idle = 0 } else { idle += 1 }
        }
    }
}

unsafe fn retake(now: u64) -> u32 {
    // SAFETY: Ps are never freed; `mon_` fields are this thread's, and a P that is taken from a system call is ours to hand on.
    unsafe {
        let mut n = 0;
        for i in 0..SCHED.nprocs.load(Relaxed) {
            let p = SCHED.p(i);
            let st = (*p).status.load(Acquire);
            if st == pstatus::RUNNING {
                let t = (*p).schedtick.load(Relaxed);
                if (*p).mon_schedtick != t {
                    (*p).mon_schedtick = t;
                    (*p).mon_schedwhen = now;
                } else if (*p).mon_schedwhen + SLICE <= now {
                    // Each time anew, in case the request gets lost between two goroutines.
                    let _l = SCHED.lock.lock();
                    if (*p).status.load(Acquire) == pstatus::RUNNING {
                        preempt_one(p);
                    }
                }
            } else if st == pstatus::SYSCALL {
                let t = (*p).syscalltick.load(Relaxed);
                if (*p).mon_syscalltick != t {
                    (*p).mon_syscalltick = t;
                    (*p).mon_syscallwhen = now;
                    continue;
                }
                // Nobody else wants work done, and it has not been long.
                if runq_empty(p)
                    && SCHED.idle.spinning() + SCHED.idle.ps() > 0
                    && (*p).mon_syscallwhen + SLICE > now
                {
                    continue;
                }
                if take_from_syscall(&(*p).status, pstatus::IDLE) {
                    n += 1;
                    tracing::processor(p, null_mut());
                    (*p).syscalltick.fetch_add(1, Relaxed);
                    handoff_p(p);
                }
            }
        }
        n
    }
}
