//! The goroutine that calls finalizers and cleanups, as far as it waits for the collector.

use crate::base::layout::shared_record;
use crate::base::lock::Shared;
use crate::gc::{self, special};
use crate::mem::Type;
use crate::sched::*;
use crate::task::g::*;
use crate::task::hook;
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering::*};

reflect::record! { finalizer => shared_record { pub struct Work {}} }

/// The finalizer goroutine while it waits; another word says that there is work.
static WAITER: AtomicUsize = AtomicUsize::new(0);
static PENDING: AtomicBool = AtomicBool::new(false);
static LOCK: Shared = Shared::new("finalizers");
/// The finalizer goroutine has begun.
static BEGUN: AtomicBool = AtomicBool::new(false);

/// That goroutine while it calls one.
static CALLING: AtomicUsize = AtomicUsize::new(0);

/// Whether the goroutine calls a finalizer or cleanup now: then it is not the runtime's alone, and profiles show it.
pub fn calls(g: *mut G) -> bool {
    CALLING.load(Relaxed) == g as usize
}

// Whether finalizers are being called, or about to be.
hook! { fn "runtime.finalizing"() -> bool, leaf { BEGUN.load(Relaxed) && WAITER.load(Acquire) == 0 }}

hook! { fn "runtime.nextfinalizer"(out: *mut Work) parking {
    BEGUN.store(true, Relaxed);
    CALLING.store(0, Relaxed);
    // `out` is in the heap; the collector can't start within this hook.
    let put = |c: special::Call, arg: usize| {
        gc::barrier::pre_write(cache(), out as usize, size_of::<Work>(), core::ptr::null());
        out.write(Work { func: c.func, arg, nret: c.nret, fint: c.fint, ot: c.ot });
        CALLING.store(curg() as usize, Relaxed);
    };
    loop {
        if let Some(c) = special::next_finalizer() {
            put(c, c.arg);
            return Done(());
        }
        if let Some(c) = special::next_cleanup() {
            put(c, 0);
            return Done(());
        }
        let l = LOCK.lock();
        if PENDING.swap(false, AcqRel) {
            drop(l);
            continue;
        }
        // Woken, it finds that it is to ask again.
        (*out).func = 0;
        let g = prepare_park(Wait::Finalizer);
        WAITER.store(g as usize, Release);
        drop(l);
        return Parked(Next::Search);
    }
}}

/// There may be something to do for the finalizer goroutine.
///
/// # Safety
/// The thread is the runtime's, with a P or without.
pub unsafe fn wake() {
    // SAFETY: the goroutine was taken from WAITER, so it is ours to wake.
    unsafe {
        // Until the goroutine is in a queue nobody else believes that it is awake: this thread may come late to go on.
        SCHED.in_transit.fetch_add(1, SeqCst);
        let l = LOCK.lock();
        let g = WAITER.swap(0, AcqRel) as *mut G;
        if g.is_null() {
            PENDING.store(true, Release);
        } else {
            let mut list = GList::new();
            list.push(g);
            inject(&mut list);
        }
        drop(l);
        SCHED.in_transit.fetch_sub(1, SeqCst);
    }
}
