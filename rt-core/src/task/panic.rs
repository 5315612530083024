//! What the overlay's panic.go asks: walking frames for deferred calls, and resuming a frame whose
//! panic was recovered.

use crate::base::image::shared;
use crate::base::print::throw;
use crate::task::current::{curg, getm};
use crate::task::g::*;
use crate::task::hook;
use crate::task::unwind::{self, Frame, Func, Unwinder};
use reflect::image::FuncFlags;

/// The frame of the function that called the hook.
unsafe fn caller_walk(g: *mut G) -> Unwinder {
    // SAFETY: the goroutine is in this thread's hook.
    unsafe {
        let mut u = Unwinder::new(g);
        u.step();
        u
    }
}

/// Notes a frame as the one whose defers are run.
unsafe fn note(p: *mut Panic, f: &Frame) {
    // SAFETY: the record is the panicking goroutine's, in the heap and alive.
    unsafe {
        (*p).sp = f.sp;
        (*p).pc = f.pc;
        (*p).bits = 0;
        (*p).slots = 0;
        (*p).retpc = 0;
        let Func::Go(row) = f.func else { return };
        let facts = unwind::facts(row);
        if facts.deferreturn != 0 {
            (*p).retpc = unwind::entry(row) + facts.deferreturn as usize;
        }
        if let Some(o) = facts.open_defers {
            (*p).bits = f.sp + o.mask as usize;
            (*p).slots = f.sp + o.slots as usize;
        }
    }
}

/// Whether a frame has deferred calls pending, as far as can be seen from it.
unsafe fn has_defers(g: *mut G, f: &Frame) -> bool {
    // SAFETY: the goroutine is in this thread's hook; defer records and pending bits stand in its frames or in the heap.
    unsafe {
        if !(*g).defer.is_null() && (*(*g).defer).sp == f.sp {
            return true;
        }
        unwind::open_defers(&f.func).is_some_and(|o| *((f.sp + o.mask as usize) as *const u8) != 0)
    }
}

hook! { fn "runtime.panicStart"(p: *mut Panic) leaf {
    let g = curg();
    let mut u = caller_walk(g);
    let Some(f) = u.frame else { throw("panicStart: no caller") };
    (*p).start_sp = f.sp;
    (*p).start_pc = f.pc;
    restart(p, &mut u);
}}

/// Points p at the caller of the frame in `u`, its first to look at.
unsafe fn restart(p: *mut Panic, u: &mut Unwinder) {
    // SAFETY: as `note` and `caller_walk`.
    unsafe {
        u.step();
        match u.frame {
            Some(f) => {
                note(p, &f);
                if f.func.flags().contains(FuncFlags::TOPFRAME) {
                    (*p).pc = f.pc;
                }
            }
            None => {
                (*p).sp = 0;
                (*p).pc = 0;
                (*p).bits = 0;
                (*p).retpc = 0;
            }
        }
    }
}

hook! { fn "runtime.panicNextFrame"(p: *mut Panic) -> bool, leaf {
    let g = curg();
    let mut found = false;
    if (*p).pc != 0 {
        let mut u = walk_from(g, (*p).pc, (*p).sp);
        u.step();
        while let Some(f) = u.frame {
            // What called from there is a Rust host: the panic ends its call.
            if f.func.flags().contains(FuncFlags::HOST_CALL) {
                break;
            }
            if has_defers(g, &f) {
                note(p, &f);
                found = true;
                break;
            }
            // Where an earlier panic started, it has run the defers up to its own place.
            let l = (*p).link;
            if !l.is_null() && f.sp == (*l).start_sp && (*l).sp > f.sp && (*l).pc != 0 {
                u = walk_from(g, (*l).pc, (*l).sp);
                continue;
            }
            u.step();
        }
        if !found {
            (*p).pc = 0;
            (*p).sp = 0;
        }
    }
    found
}}

/// A walk from a frame that was noted. Whether it was stopped by a fault does not matter: only its
/// function and size count.
fn walk_from(g: *mut G, pc: usize, sp: usize) -> Unwinder {
    Unwinder::at_fault(g, pc, sp)
}

hook! { fn "runtime.canRecover"(p: *mut Panic) -> bool, leaf {
    let g = curg();
    // The caller is gorecover; from there on exactly one function that is no wrapper before gopanic.
    let mut u = caller_walk(g);
    u.step();
    let mut functions = 0;
    let mut yes = false;
    let sites = &mut (*getm()).sites;
    'walk: while let Some(f) = u.frame {
        if (*p).start_sp == f.sp {
            // gopanic's own frame.
            yes = functions == 1;
            break;
        }
        let mut pc = f.look_pc();
        while let Some(l) = sites.at(&f.func, pc) {
            if !l.flags.contains(FuncFlags::WRAPPER) {
                functions += 1;
                if functions > 1 {
                    break 'walk;
                }
            }
            if l.outer == 0 {
                break;
            }
            pc = l.outer;
        }
        u.step();
    }
    yes
}}

hook! { fn "runtime.recovery"(p: *mut Panic) safepoint {
    let g = curg();
    let (mut pc, sp) = ((*p).retpc, (*p).sp);
    if pc == 0 {
        throw("no deferreturn");
    }
    let pending = (*p).bits != 0 && *((*p).bits as *const u8) != 0;
    let (bits, slots) = ((*p).bits, (*p).slots);
    // Panics that were under way below the frame are over.
    let mut q = p;
    while !q.is_null() && (*q).start_sp < sp {
        if (*q).goexit {
            break;
        }
        q = (*q).link;
    }
    (*g).panic = q;
    if q.is_null() {
        (*g).sig = 0;
    }
    if !q.is_null() && (*q).goexit && (*q).start_sp < sp {
        // Recovery may not jump past a pending Goexit: it goes on running defers, from its own
        // frame anew, as if Goexit called goexitResume where it called the deferred function.
        let mut u = Unwinder::at(g, (*q).start_pc, (*q).start_sp);
        let goexit_sp = (*q).start_sp;
        restart(q, &mut u);
        (*q).recovered = false;
        let at = goexit_sp - size_of::<usize>();
        *(at as *mut usize) = (*q).start_pc;
        (*g).sched_sp = at;
        pc = shared().goexit_resume;
    } else {
        if pending {
            (*g).open_sp = sp;
            (*g).open_bits = bits;
            (*g).open_slots = slots;
        }
        (*g).sched_sp = sp;
    }
    (*g).sched_pc = pc;
    (*g).sched_ctxt = 0;
    rt_arch::rt_gogo(g.cast());
}}

hook! { fn "runtime.dopanic"(p: *mut Panic, bubble: u32) safepoint { crate::task::traceback::die_of_panic(curg(), bubble) }}
