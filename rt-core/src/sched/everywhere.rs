//! A system call that every thread makes: what the kernel keeps for each thread, such as its user, changes for the whole program.
//!
//! The world stands still meanwhile, and no thread begins or ends (`LOCK`). The caller makes the call first; if that fails nobody else makes it.
//! The others are interrupted by a signal of the runtime's own and make it in the handler; all threads of the runtime leave that signal open, but
//! while they fork, which the world waits for, and while they make a thread, under the lock.
//!
//! The world is stopped before the lock is taken: who waits for the lock may hold a P.

use super::*;
use crate::base::lock::Guard;
use crate::base::print::throw;
use crate::base::stopped::Why;
use crate::os;
use crate::task::hook;
use core::sync::atomic::AtomicPtr;

/// Held while a thread begins or ends, and while all make a call.
static LOCK: Shared = Shared::new("calls of all threads");
/// All records of threads, those that no thread has now too.
static ALL: AtomicPtr<M> = AtomicPtr::new(null_mut());
/// The call: its number and arguments, and what came of it.
static CALL: Global<([usize; 7], isize)> = Global::new(([0; 7], 0));
/// Threads that are still to make it. Handlers that come at other times have nothing to do.
static LEFT: AtomicU32 = AtomicU32::new(0);
/// A thread got another answer than the caller.
static DIFFERS: AtomicU32 = AtomicU32::new(0);

/// A record for a thread has been made.
///
/// # Safety
/// The record is new, and is never freed.
pub unsafe fn add(m: *mut M) {
    let mut first = ALL.load(Relaxed);
    loop {
        // SAFETY: the record is the caller's until it is in the list.
        unsafe { (*m).all_link = first };
        match ALL.compare_exchange_weak(first, m, Release, Relaxed) {
            Ok(_) => return,
            Err(now) => first = now,
        }
    }
}

/// Calls back with the record of each thread, also of those that have ended.
///
/// # Safety
/// What is done with them is the caller's to argue.
pub unsafe fn each(mut f: impl FnMut(*mut M)) {
    let mut m = ALL.load(Acquire);
    while !m.is_null() {
        f(m);
        // SAFETY: records are never freed, and stay in the list.
        m = unsafe { (*m).all_link };
    }
}

/// No call is made by all threads until this is dropped: a thread is made, or ends.
pub fn hold() -> Guard<'static> {
    LOCK.lock()
}

/// In the handler: the thread makes the call.
pub fn answer() {
    if LEFT.load(Acquire) == 0 {
        return;
    }
    // SAFETY: the call was written before the count, and is not changed until all have answered.
    unsafe {
        let (args, result) = &*CALL.get();
        if os::system_call(args) != *result {
            DIFFERS.store(1, Relaxed);
        }
    }
    if LEFT.fetch_sub(1, AcqRel) == 1 {
        os::futex_wake(&LEFT, 1);
    }
}

/// All threads make a call; the answer.
///
/// # Safety
/// In a hook, with a P and no lock. The call may be made by any thread.
unsafe fn call(args: [usize; 7]) -> isize {
    // SAFETY: the caller's promise; records are never freed.
    unsafe {
        let stopped = stop_the_world(Why::AllThreadsSyscall);
        let held = hold();
        let result = os::system_call(&args);
        if result >= 0 {
            *CALL.get() = (args, result);
            os::sigaction(os::EVERY_THREAD, os::Action::Handle);
            let own = getm();
            let each = |f: &mut dyn FnMut(u32)| {
                let mut m = ALL.load(Acquire);
                while !m.is_null() {
                    let tid = (*m).tid.load(Relaxed);
                    if m != own && tid != 0 {
                        f(tid);
                    }
                    m = (*m).all_link;
                }
            };
            let mut n = 0;
            each(&mut |_| n += 1);
            LEFT.store(n, Release);
            each(&mut |tid| os::signal_thread(tid, os::EVERY_THREAD));
            loop {
                let left = LEFT.load(Acquire);
                if left == 0 {
                    break;
                }
                os::futex_wait(&LEFT, left, -1);
            }
            if DIFFERS.load(Relaxed) != 0 {
                throw("AllThreadsSyscall6 results differ between threads; runtime corrupted");
            }
        }
        drop(held);
        start_the_world(stopped);
        result
    }
}

hook! { fn "syscall.runtime_doAllThreadsSyscall"(trap: usize, a1: usize, a2: usize, a3: usize, a4: usize, a5: usize, a6: usize)
    -> (r1: usize, r2: usize, err: usize) safepoint {
    // A host's threads are its own.
    let result = if cfg!(feature = "host") { -(os::ENOSYS as isize) } else { call([trap, a1, a2, a3, a4, a5, a6]) };
    if (-4095..0).contains(&result) { (usize::MAX, 0, -result as usize) } else { (result as usize, 0, 0) }
}}
