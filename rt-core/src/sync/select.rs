//! Select statements.
//!
//! All channels of a select are locked in the order of their addresses. Cases are tried in a random
//! order; if none is ready the goroutine waits in all queues. Whoever gets at it first claims it
//! (`G::select_done`) and leaves its sudog in `G::param`; the goroutine, back, takes the others out.

use super::timer;
use crate::base::layout::shared_record;
use crate::sched::timer::First;
use crate::sched::*;
use crate::sync::chan::*;
use crate::sync::synctest;
use crate::task::g::*;
use crate::task::hook;
use core::ptr::null_mut;
use core::sync::atomic::Ordering::*;

reflect::record! { scase => shared_record { #[derive(Clone, Copy)] pub struct Case {}} }

unsafe fn lock_all(cases: &[Case], order: &[u16]) {
    // SAFETY: channels of the select's cases, alive by that; those in `order` are not nil.
    unsafe {
        let mut last = null_mut();
        for &i in order {
            let c = cases[i as usize].c;
            if c != last {
                (*c).lock();
                last = c;
            }
        }
    }
}

unsafe fn unlock_all(cases: &[Case], order: &[u16]) {
    // SAFETY: as `lock_all`, which has locked them.
    unsafe {
        for k in (0..order.len()).rev() {
            let c = cases[order[k] as usize].c;
            // Equal channels are neighbours and were locked once.
            if k > 0 && cases[order[k - 1] as usize].c == c {
                continue;
            }
            (*c).unlock();
        }
    }
}

/// Unlocks the channels of a goroutine that is parked for them, whose sudogs stand in the order of locking. The cases are in its
/// stack, which may be scanned and moved from then on; the sudogs stay until it has locked all channels again, so all that is
/// read of one is read before the lock of its channel goes.
unsafe fn unlock_parked(mut s: *mut Sudog) {
    // SAFETY: the sudogs of all cases, as `selectstart` made them, whose channels it has locked.
    unsafe {
        while !s.is_null() {
            let c = (*s).c as *mut Hchan;
            while !s.is_null() && (*s).c.cast() == c {
                s = (*s).waitlink;
            }
            (*c).unlock();
        }
    }
}

hook! { fn "runtime.selectstart"(cas0: *mut Case, order0: *mut u16, nsends: isize, nrecvs: isize, block: bool)
    -> (index: isize, what: isize) parking {
    let n = (nsends + nrecvs) as usize;
    let cases = core::slice::from_raw_parts_mut(cas0, n);
    let (poll, lock) = core::slice::from_raw_parts_mut(order0, 2 * n).split_at_mut(n);
    let m = getm();
    // A random order for trying, without the nil channels; and the order of locking.
    let mut k = 0;
    for (i, case) in cases.iter().enumerate() {
        if case.c.is_null() {
            continue;
        }
        if (*case.c).bubble() != 0 {
            synctest::check(case.c, "select on synctest channel from outside bubble");
        }
        let j = (((*m).rng.draw() as u32 as u64 * (k as u64 + 1)) >> 32) as usize;
        poll[k] = poll[j];
        poll[j] = i as u16;
        k += 1;
    }
    let (poll, lock) = (&poll[..k], &mut lock[..k]);
    lock.copy_from_slice(poll);
    lock.sort_unstable_by_key(|&i| cases[i as usize].c as usize);
    lock_all(cases, lock);
    let mut found = None;
    for &i in poll {
        let c = &cases[i as usize];
        let (mut r, g) = if (i as isize) < nsends { try_send(c.c, c.elem) } else { try_recv(c.c, c.elem) };
        if r == BLOCKED && !(*c.c).timer.is_null() && timer::is_ripe((*c.c).timer) {
            r = TIMER;
        }
        if r != BLOCKED {
            found = Some((i as isize, r, g));
            break;
        }
    }
    if let Some((i, r, g)) = found {
        unlock_all(cases, lock);
        if !g.is_null() {
            ready(g);
        }
        Done((i, r))
    } else if !block {
        unlock_all(cases, lock);
        Done((-1, BLOCKED))
    } else {
        let g = curg();
        (*g).select_done.store(0, Relaxed);
        (*g).param = null_mut();
        let mut first = First::SAME;
        let mut sudogs: *mut Sudog = null_mut();
        let mut link: *mut *mut Sudog = &raw mut sudogs;
        for &i in lock.iter() {
            let c = &cases[i as usize];
            let s = new_sudog(g);
            (*s).is_select = true;
            (*s).elem = c.elem;
            (*s).c = c.c.cast();
            link.write(s);
            link = &raw mut (*s).waitlink;
            if (i as isize) < nsends { (*c.c).sendq.enqueue(s) } else { (*c.c).recvq.enqueue(s) }
            first = first.and(timer::awaited(c.c));
        }
        (*g).waiting = sudogs;
        // The results for the time when the goroutine is back.
        let results = (*g).hook_args + 5 * size_of::<usize>();
        *(results as *mut isize) = -1;
        *((results + size_of::<usize>()) as *mut isize) = PARKED;
        prepare_park(if k == 0 { Wait::SelectNoCases } else { Wait::Select });
        unlock_parked(sudogs);
        first.announce();
        Parked(Next::Search)
    }
}}

hook! { fn "runtime.selectfinish"(cas0: *mut Case, order0: *mut u16, nsends: isize, nrecvs: isize)
    -> (index: isize, what: isize) leaf {
    let n = (nsends + nrecvs) as usize;
    let cases = core::slice::from_raw_parts_mut(cas0, n);
    let (_, lock) = core::slice::from_raw_parts_mut(order0, 2 * n).split_at_mut(n);
    let k = cases.iter().filter(|c| !c.c.is_null()).count();
    let lock = &lock[..k];
    let g = curg();
    lock_all(cases, lock);
    let winner = (*g).param;
    let mut s = (*g).waiting;
    (*g).param = null_mut();
    (*g).waiting = null_mut();
    let (mut index, mut what) = (-1, BLOCKED);
    let mut first = First::SAME;
    // Sudogs were made in lock order.
    for &i in lock {
        let next = (*s).waitlink;
        let c = cases[i as usize].c;
        if s == winner {
            index = i as isize;
            what = match (*s).success {
                true => DONE,
                false if !(*c).timer.is_null() => TIMER,
                false => CLOSED,
            };
        } else if (i as isize) < nsends {
            (*c).sendq.remove(s);
        } else {
            (*c).recvq.remove(s);
        }
        free_sudog(s);
        s = next;
        first = first.and(timer::awaited(c));
    }
    (*g).select_done.store(0, Relaxed);
    unlock_all(cases, lock);
    first.announce();
    if index < 0 {
        crate::base::print::throw("selectgo: bad wakeup");
    }
    (index, what)
}}
