//! Goroutines in system calls: the thread leaves its P, which the monitor takes if others need it.

use super::*;
use crate::protocol::stop::take_from_syscall;
use crate::sched::proc::hook_caller;
use crate::task::{hook, stackscan, tracing};

hook! { fn "runtime.entersyscall"() leaf {
    let m = getm();
    let g = (*m).curg.get();
    let (pc, sp) = hook_caller(g);
    enter_syscall(m, g, pc, sp);
}}

/// Lets others have the P while the thread is busy elsewhere; `g` stands at `pc` meanwhile.
///
/// # Safety
/// The calling thread's record, with a P, and its goroutine, which stands in a hook or a call that nothing moves.
pub unsafe fn enter_syscall(m: *mut M, g: *mut G, pc: usize, sp: usize) {
    // SAFETY: the caller's promise; the P is given away through its status.
    unsafe {
        (*g).syscall_pc = pc;
        (*g).syscall_sp = sp;
        let p = (*m).p;
        (*p).syscalltick.fetch_add(1, Relaxed);
        SCHED.in_transit.fetch_add(1, SeqCst);
        G::change(g, Status::Running, Status::Syscall);
        (*m).oldp = p;
        (*m).p = null_mut();
        (*p).m.set(null_mut());
        if SCHED.stop.enter_syscall(&(*p).status) {
            // While this thread waited for the lock the world may have run and be stopping again, and another thread have stopped
            // with the P: nothing of it is ours here but what the exchange gives.
            let _l = SCHED.lock.lock();
            if SCHED.stop.surrender(&(*p).status) {
                tracing::processor(p, null_mut());
            }
        }
    }
}

hook! { fn "runtime.exitsyscall"() parking {
    let m = getm();
    let g = (*m).curg.get();
    if exit_syscall(m, g) {
        return Done(());
    }
    // Who is wired to the thread is waited for by the scheduler.
    if (*g).lockedm != m {
        stop_m(m);
    }
    Parked(Next::Search)
}}

/// Takes a P again. If there is none, false: the goroutine waits for one in the global queue.
///
/// # Safety
/// The calling thread's record and its goroutine, after `enter_syscall`.
pub unsafe fn exit_syscall(m: *mut M, g: *mut G) -> bool {
    // SAFETY: the P is ours again if its status says so, or it was idle; the goroutine is this thread's until it is queued.
    unsafe {
        let p = (*m).oldp;
        (*m).oldp = null_mut();
        let mut got = !p.is_null()
            && (*p).status.load(Relaxed) == pstatus::SYSCALL
            && take_from_syscall(&(*p).status, pstatus::IDLE);
        if got {
            acquire_p(m, p);
            (*p).syscalltick.fetch_add(1, Relaxed);
        } else if SCHED.idle.ps() > 0 {
            let l = SCHED.lock.lock();
            let p = pidle_get(&l);
            drop(l);
            if !p.is_null() {
                acquire_p(m, p);
                got = true;
            }
        }
        if got {
            stackscan::before_touch(g);
            G::change(g, Status::Syscall, Status::Running);
            arm_guard(g, (*m).p);
        } else {
            G::change(g, Status::Syscall, Status::Waiting);
            (*g).m = null_mut();
            (*m).curg.set(null_mut());
            let mut list = GList::new();
            list.push(g);
            inject(&mut list);
        }
        SCHED.in_transit.fetch_sub(1, SeqCst);
        got
    }
}
