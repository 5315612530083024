//! Goroutines wired to threads (`LockOSThread`), and what becomes of the thread when such a goroutine ends.

use super::*;
use crate::os;
use crate::sched::proc::check_dead;
use crate::task::hook;

hook! { fn "runtime.LockOSThread"() leaf {
    // Where there is one thread every goroutine has it anyway.
    if os::THREADS {
        let m = getm();
        let g = (*m).curg.get();
        (*m).locked_ext += 1;
        (*m).lockedg = g;
        (*g).lockedm = m;
    }
}}
hook! { fn "runtime.UnlockOSThread"() leaf {
    let m = getm();
    let g = (*m).curg.get();
    if (*m).locked_ext > 0 {
        (*m).locked_ext -= 1;
        if (*m).locked_ext == 0 {
            (*m).lockedg = null_mut();
            (*g).lockedm = null_mut();
        }
    }
}}

/// The thread's own goroutine can't run: others get its P until somebody finds it runnable.
///
/// # Safety
/// The calling thread's record; its goroutine does not run.
pub unsafe fn stop_locked_m(m: *mut M) {
    // SAFETY: the caller's promise; the P that comes is this thread's alone.
    unsafe {
        leave_p(m);
        check_dead();
        (*m).park.park();
        acquire_p(m, (*m).nextp);
        (*m).nextp = null_mut();
    }
}

unsafe fn leave_p(m: *mut M) {
    // SAFETY: the calling thread's record.
    unsafe {
        if !(*m).p.is_null() {
            let p = release_p(m);
            handoff_p(p);
        }
    }
}

/// Gives this thread's P to the thread that `g` is wired to.
///
/// # Safety
/// The calling thread's record, with a P; the goroutine is the caller's to run.
pub unsafe fn start_locked_m(m: *mut M, g: *mut G) {
    // SAFETY: the other thread sleeps until it is given a P; this one's is given away once.
    unsafe {
        let other = (*g).lockedm;
        let p = release_p(m);
        (*other).nextp = p;
        (*other).park.unpark();
        stop_m(m);
    }
}

/// The goroutine wired to this thread has ended: nobody knows in which state it leaves the thread (namespaces, identity,
/// mask), so that ends as well.
///
/// # Safety
/// The calling thread's record; the goroutine is dead.
pub unsafe fn end_locked_m(m: *mut M) {
    // SAFETY: the caller's promise.
    unsafe {
        (*m).lockedg = null_mut();
        (*m).locked_ext = 0;
        // A host's threads are the host's.
        #[cfg(not(feature = "host"))]
        {
            leave_p(m);
            check_dead();
            if (*m).stack_map == 0 {
                // The program's first thread can't end before the program.
                loop {
                    (*m).park.park();
                }
            }
            crate::sched::proc::end_thread(m)
        }
    }
}
