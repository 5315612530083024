//! Coroutines (iter.Pull): goroutines that hand over to each other without the scheduler's queues.

use super::synctest;
use crate::base::layout::shared_record;
use crate::base::print::throw;
use crate::sched::proc::{create_g, end_g, hook_caller};
use crate::sched::*;
use crate::task::g::*;
use crate::task::hook;
use core::sync::atomic::{AtomicUsize, Ordering::*};

reflect::record! { coro => shared_record { pub struct Coro {}} }

hook! { fn "runtime.corocreate"(closure: usize, c: *mut Coro) leaf {
    let g = curg();
    let n = create_g(closure, g, hook_caller(g).0);
    (*n).wait_reason = Wait::Coroutine as u8;
    (*n).coro = c.cast();
    G::change(n, Status::Dead, Status::Waiting);
    if !(*g).bubble.is_null() {
        synctest::join(n, g);
        synctest::parked(n, Wait::Coroutine);
    }
    (*c).g.store(n as usize, Release);
}}
hook! { fn "runtime.coroswitch"(c: *mut Coro) parking { Parked(switch_to(c, false)) }}
hook! { fn "runtime.coroexit"(c: *mut Coro) parking { Parked(switch_to(c, true)) }}

unsafe fn switch_to(c: *mut Coro, exit: bool) -> Next {
    // SAFETY: the caller's goroutine holds the coroutine's record alive; who is in that waits, and is woken by nobody else.
    unsafe {
        let m = getm();
        let me = (*m).curg.get();
        let next = (*c).g.load(Acquire) as *mut G;
        if next.is_null() {
            throw("coroswitch on exited coro");
        }
        if (*next).durable {
            // Before ours blocks or ends: its bubble is not idle in between.
            synctest::woken(next);
        }
        if exit {
            (*c).g.store(0, Release);
            end_g(m, me);
        } else {
            prepare_park(Wait::Coroutine);
            (*c).g.store(me as usize, Release);
        }
        if (*next).status() != Status::Waiting {
            throw("coroswitch on wrong thread or of a running coroutine");
        }
        G::change(next, Status::Waiting, Status::Runnable);
        if !(*m).lockedg.is_null() || !(*next).lockedm.is_null() {
            runq_put((*m).p, next, true);
            return Next::Search;
        }
        Next::Run(next)
    }
}
