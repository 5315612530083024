//! What the checks of compiled code lead to, prologues' and loops': a larger stack, or a turn for others.

use crate::base::print;
use crate::sched::*;
use crate::task::{hook, stack, unwind};

/// A function's prologue found too little stack, or the guard was poisoned.
#[unsafe(no_mangle)]
unsafe extern "C" fn rt_newstack(g: *mut G) -> ! {
    // SAFETY: called by morestack on this thread's stack, for the goroutine it runs.
    unsafe {
        let m = getm();
        let func = unwind::find_func((*g).more_pc);
        let Some(func) = func else {
            print::throw("runtime: morestack called from an unknown function");
        };
        (*g).more_entry = func.entry();
        // In a system call there is no P to give up.
        let mut yields = false;
        if take_request(g) {
            yields = (*m).mallocing == 0 && !(*m).p.is_null() && asked_to_yield(m, g);
        }
        stack::make_room(g, &func);
        if yields {
            // The function asks again when it goes on: the collector may have shrunk the stack.
            go_on(gosched(true));
        }
        if stack::stress() {
            // The check would come here again and again.
            (*g).more_entry = (*g).more_pc;
        }
        rt_arch::rt_gogo(g.cast())
    }
}

#[unsafe(no_mangle)]
extern "C" fn rt_morestack_bad(pc: usize) -> ! {
    print::str("runtime: morestack on g0, pc=");
    print::hex(pc as u64);
    print::str("\n");
    print::throw("stack overflow on system stack")
}

// A loop noticed the guard.
hook! { fn "rt_poll"() parking {
    let m = getm();
    let g = (*m).curg.get();
    let mut yields = false;
    if take_request(g) {
        yields = asked_to_yield(m, g);
    }
    stack::move_if_stressed(g);
    if yields { Parked(gosched(true)) } else { Done(()) }
}}

/// Takes a request out of the guard, if there is one. By exchange: what was written before the last request is seen then, also if
/// that came just now.
unsafe fn take_request(g: *mut G) -> bool {
    // SAFETY: the thread's own goroutine.
    unsafe {
        let guard = &(*g).stackguard0;
        guard.load(Relaxed) == POISON && guard.swap((*g).normal_guard(), AcqRel) == POISON
    }
}

/// Whether the guard was poisoned to make the goroutine step aside, for others or for a stop of the world. It does so
/// into the global queue rather than stopping with its thread, which may come late to go on: any other takes it then.
unsafe fn asked_to_yield(m: *mut M, g: *mut G) -> bool {
    // SAFETY: the calling thread's record, and its own goroutine.
    unsafe { (*m).locks == 0 && ((*g).preempt.load(Relaxed) || SCHED.stopping()) }
}
