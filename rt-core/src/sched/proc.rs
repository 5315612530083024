//! Making and ending goroutines and threads; deadlocks.

use crate::base::atomic::AtomicU64;
use crate::base::lock::Mutex;
use crate::base::pool::Pool;
use crate::base::print::{self, throw};
use crate::gc;
use crate::machine;
use crate::mem::meta;
use crate::os;
use crate::sched::bubble::bubbles;
use crate::sched::netpoll;
use crate::sched::signal;
use crate::sched::timer;
use crate::sched::*;
use crate::task::g::*;
use crate::task::hook;
use crate::task::stack;
use crate::task::traceback;
use crate::task::unwind::Unwinder;
use core::ffi::c_void;
use core::mem::offset_of;
use core::ptr::null_mut;
use core::sync::atomic::Ordering::*;

// ---- goroutines

/// Goroutines that have ended, some with their stacks.
static ENDED: Pool = Pool::new("ended goroutines", offset_of!(G, schedlink));
/// Others, whose stacks were given back because nobody needed them. What a P keeps may come from either.
static WITHOUT_STACK: Pool = Pool::new("ended goroutines without stacks", offset_of!(G, schedlink));
/// How many a P keeps.
const KEPT_GS: usize = 64;

unsafe fn new_g() -> *mut G {
    // SAFETY: the P is the calling thread's; a new record is nobody else's.
    unsafe {
        let p = (*getm()).p;
        for pool in [&ENDED, &WITHOUT_STACK] {
            let g = pool.take(p.as_mut().map(|p| &mut p.gs), KEPT_GS) as *mut G;
            if !g.is_null() {
                return g;
            }
        }
        let g = meta::persistent(size_of::<G>(), 16) as *mut G;
        G::change(g, Status::Idle, Status::Dead);
        ALLGS.push(g);
        g
    }
}

/// A goroutine that will call `closure`, not yet runnable.
///
/// # Safety
/// `closure` is a func value, `parent` the calling thread's goroutine or null.
pub unsafe fn create_g(closure: usize, parent: *mut G, gopc: usize) -> *mut G {
    // SAFETY: the record is nobody else's; the stack has room for the bottom frame.
    unsafe {
        let g = new_g();
        if (*g).stack_lo == 0 {
            stack::alloc(g, stack::MIN);
        }
        (*g).claim.made(gc::roots::cycle(), os::yield_now);
        (*g).panic = null_mut();
        (*g).defer = null_mut();
        (*g).open_sp = 0;
        (*g).sig = 0;
        (*g).panic_on_fault = false;
        (*g).fips_indicator = 0;
        (*g).fips_bypass = !parent.is_null() && (*parent).fips_bypass;
        (*g).labels = if parent.is_null() { 0 } else { (*parent).labels };
        (*g).bubble = null_mut();
        (*g).durable = false;
        (*g).system = false;
        (*g).hook_args = 0;
        (*g).param = null_mut();
        (*g).waiting = null_mut();
        (*g).lockedm = null_mut();
        (*g).coro = null_mut();
        (*g).host_calls = 0;
        (*g).select_done.store(0, Relaxed);
        (*g).parent = if parent.is_null() { 0 } else { (*parent).goid };
        (*g).gopc = gopc;
        (*g).startpc = *(closure as *const usize);
        (*g).m = null_mut();
        // A word of zero above: the bottom frame has no return address. SP is 16-aligned at calls.
        (*g).sched_sp = (*g).stack_hi - 64;
        (*g).sched_pc = rt_arch::rt_gostart as *const () as usize;
        (*g).sched_ctxt = closure;
        (*g).stackguard0.store((*g).normal_guard(), Relaxed);
        (*g).goid = SCHED.next_goid.fetch_add(1, Relaxed);
        SCHED.ngs.fetch_add(1, SeqCst);
        g
    }
}

/// Frame sizes of the stubs that `hook_caller` has met: the return address in the stub and, in the
/// low half, the size up to the stub's own return address.
static STUB_FRAMES: [AtomicU64; 8] = [const { AtomicU64::new(0) }; 8];

/// The caller of the hook that `g` is in: where it goes on, and its SP.
///
/// # Safety
/// The goroutine is in a hook of the calling thread.
pub unsafe fn hook_caller(g: *mut G) -> (usize, usize) {
    // SAFETY: the caller's promise: stubs' frames have their sizes in the tables.
    unsafe {
        const WORD: usize = size_of::<usize>();
        let (pc, sp) = ((*g).sched_pc, (*g).sched_sp);
        let slot = &STUB_FRAMES[pc / 16 % STUB_FRAMES.len()];
        let known = slot.load(Relaxed);
        if (known >> 32) as usize == pc && !machine::LINK {
            let at = sp + known as u32 as usize;
            return (*(at as *const usize), at + WORD);
        }
        let mut u = Unwinder::at(g, pc, sp);
        u.step();
        let Some(f) = u.frame else { return (0, 0) };
        if pc as u64 >> 32 == 0 {
            slot.store((pc as u64) << 32 | (f.sp - WORD - sp) as u64, Relaxed);
        }
        (f.pc, f.sp)
    }
}

hook! { fn "runtime.newproc"(closure: usize) leaf {
    if closure == 0 {
        crate::task::traceback::fatal_error("go of nil func value", true);
    }
    spawn(closure, false);
}}
hook! { fn "runtime.newsysproc"(closure: usize) leaf { spawn(closure, true) }}

unsafe fn spawn(closure: usize, system: bool) {
    // SAFETY: in a hook: the calling thread's goroutine, and its P.
    unsafe {
        let g = curg();
        let n = create_g(closure, g, hook_caller(g).0);
        if system {
            (*n).system = true;
            SCHED.nsystem.fetch_add(1, SeqCst);
            SCHED.ngs.fetch_sub(1, SeqCst);
        } else if !(*g).bubble.is_null() {
            (bubbles().join)(n, g);
        }
        G::change(n, Status::Dead, Status::Runnable);
        runq_put((*getm()).p, n, true);
        if SCHED.main_started.load(Relaxed) != 0 {
            wakep();
        }
    }
}

/// Ends the current goroutine.
///
/// # Safety
/// In a parking hook.
pub unsafe fn goexit() -> Next {
    // SAFETY: the caller's promise: the goroutine ends here.
    unsafe {
        let m = getm();
        let g = (*m).curg.get();
        if (*g).host_calls != 0
            && let Some(e) = embedder::get()
        {
            (e.end_call)(g, "runtime.Goexit");
        }
        end_g(m, g);
        if !(*m).lockedg.is_null() {
            end_locked_m(m);
        }
        Next::Search
    }
}

/// Makes the current goroutine dead and gives its stack and record back.
///
/// # Safety
/// The calling thread's record and its goroutine, to which nobody returns.
pub unsafe fn end_g(m: *mut M, g: *mut G) {
    // SAFETY: the caller's promise; its P is the calling thread's.
    unsafe {
        G::change(g, Status::Running, Status::Dead);
        if !(*g).bubble.is_null() {
            (bubbles().ended)(g);
        }
        if (*g).system {
            SCHED.nsystem.fetch_sub(1, SeqCst);
        } else {
            SCHED.ngs.fetch_sub(1, SeqCst);
        }
        (*g).m = null_mut();
        (*g).lockedm = null_mut();
        (*g).panic = null_mut();
        (*g).defer = null_mut();
        (*g).labels = 0;
        (*g).sched_ctxt = 0;
        (*m).curg.set(null_mut());
        if (*g).stack_hi - (*g).stack_lo != stack::MIN {
            stack::release(g);
        }
        let p = (*m).p.as_mut();
        ENDED.give(p.map(|p| &mut p.gs), KEPT_GS, g.cast());
    }
}

/// After a collection: those that have ended, and were not needed since the last one, wait for use again without their stacks.
///
/// # Safety
/// None; a function of the collector's table.
pub unsafe fn give_back() {
    static GIVING: Mutex = Mutex::new();
    let Some(_giving) = GIVING.try_lock() else { return };
    let mut spare = ENDED.spare();
    while spare > 0 {
        // SAFETY: under the lock; what is taken out of the list is nobody else's until it is in the other one.
        unsafe {
            let (first, n) = ENDED.take_spare(spare.min(32));
            if n == 0 {
                break;
            }
            spare -= n;
            let (mut g, mut last) = (first as *mut G, null_mut());
            while !g.is_null() {
                if (*g).stack_lo != 0 {
                    stack::release(g);
                }
                last = g;
                g = (*g).schedlink;
            }
            WITHOUT_STACK.give_list(first, last.cast(), n);
        }
    }
    stack::give_back();
}

hook! { fn "runtime.goexit1"() parking { Parked(goexit()) }}
hook! { fn "rt_goexit1"() parking { Parked(goexit()) }}
hook! { fn "runtime.Gosched"() parking { Parked(gosched(false)) }}
hook! { fn "runtime.NumGoroutine"() -> isize, leaf { SCHED.ngs.load(Relaxed) as isize }}
hook! { fn "runtime.parkForever"(reason: isize) parking {
    let r = [Wait::NilRecv, Wait::NilSend, Wait::SelectNoCases][(reason as usize).min(2)];
    park(r)
}}

// ---- threads

const G0_STACK: usize = 256 << 10;
const SIG_STACK: usize = 64 << 10;
const TLS_SIZE: usize = 1024;

/// A thread's record with g0, signal stack and thread-local storage. `stack`: of g0.
///
/// # Safety
/// The bounds of the stack that the thread runs on, or will.
pub unsafe fn make_m(stack_lo: usize, stack_hi: usize) -> *mut M {
    // SAFETY: lists and counts under the lock; the record is nobody else's.
    unsafe {
        let (old, too_many) = {
            let _l = SCHED.lock.lock();
            let s = SCHED.inner();
            s.nm += 1;
            let m = s.mfree;
            if !m.is_null() {
                s.mfree = (*m).schedlink;
            }
            (m, s.nm > s.max_threads)
        };
        if too_many {
            die_of_threads();
        }
        let m = if old.is_null() { new_record() } else { old };
        (*(*m).g0).stack_lo = stack_lo;
        (*(*m).g0).stack_hi = stack_hi;
        (*m).stack_map = 0;
        (*m).id = NEXT_M.fetch_add(1, Relaxed) as u64 - 1;
        (*m).rng.seed();
        m
    }
}

unsafe fn new_record() -> *mut M {
    // SAFETY: fresh memory, which is nobody else's.
    unsafe {
        let m = meta::persistent(size_of::<M>(), 16) as *mut M;
        let g0 = meta::persistent(size_of::<G>(), 16) as *mut G;
        let gs = meta::persistent(size_of::<G>(), 16) as *mut G;
        let sig = os::map(SIG_STACK) as usize;
        meta::THREAD_STACKS.fetch_add(SIG_STACK, Relaxed);
        (*g0).m = m;
        G::change(g0, Status::Idle, Status::Running);
        (*gs).m = m;
        (*gs).stack_lo = sig;
        (*gs).stack_hi = sig + SIG_STACK;
        G::change(gs, Status::Idle, Status::Running);
        (*m).g0 = g0;
        (*m).gsignal = gs;
        everywhere::add(m);
        // Thread-local variables lie below or above the thread pointer, by architecture; leave room
        // on both sides. The word there names itself.
        let tls = meta::persistent(TLS_SIZE, 64) as usize + TLS_SIZE / 2;
        *(tls as *mut usize) = tls;
        (*m).tls = tls + machine::TLS_BIAS;
        m
    }
}

unsafe fn die_of_threads() -> ! {
    // SAFETY: a number, read while others may change it.
    unsafe {
        print::str("runtime: program exceeds ");
        print::dec(SCHED.inner().max_threads as u64);
        print::str("-thread limit\n");
        throw("thread exhaustion")
    }
}

hook! { fn "runtime.setMaxThreads"(n: isize) -> isize, leaf {
    let (old, too_many) = {
        let _l = SCHED.lock.lock();
        let s = SCHED.inner();
        let old = s.max_threads;
        s.max_threads = n.clamp(0, i32::MAX as isize) as u32;
        (old, s.nm > s.max_threads)
    };
    if too_many {
        die_of_threads();
    }
    old as isize
}}

/// Ends the calling thread, which the runtime made and which has no P.
///
/// # Safety
/// The record is the calling thread's, which does nothing more.
#[cfg(not(feature = "host"))]
pub unsafe fn end_thread(m: *mut M) -> ! {
    // SAFETY: lists and counts under the lock; nobody stands on this stack but us, and no handler runs.
    unsafe {
        {
            let _held = everywhere::hold();
            (*m).tid.store(0, Relaxed);
        }
        // No handler runs from here on, so the record may serve another thread; the stack is this one's until it is gone.
        signal::block_all();
        let (lo, size) = ((*m).stack_map, G0_STACK);
        {
            let _l = SCHED.lock.lock();
            let s = SCHED.inner();
            s.nm -= 1;
            (*m).schedlink = s.mfree;
            s.mfree = m;
        }
        os::end_thread(lo, size)
    }
}

/// Starts a thread that runs `f(arg)` on a stack of its own, all signals blocked meanwhile.
///
/// # Safety
/// The record is the new thread's alone, and so is what `arg` points to.
pub unsafe fn new_thread(m: *mut M, f: unsafe extern "C" fn(*mut c_void), arg: *mut c_void) {
    // SAFETY: the caller's promise.
    unsafe {
        let held = everywhere::hold();
        let old = signal::block_all();
        let ok = match embedder::get() {
            Some(e) => (e.start_thread)(m, f, arg),
            None => {
                let tid = os::start_thread((*(*m).g0).stack_hi, (*m).tls, f, arg);
                // What the thread is called by others must be known before they may call.
                (*m).tid.store(tid.max(0) as u32, Relaxed);
                tid >= 0
            }
        };
        drop(held);
        signal::set_mask(old);
        if !ok {
            throw("runtime: failed to create new OS thread");
        }
    }
}

/// A thread's stack, and its size; a host's threads bring theirs.
fn g0_stack() -> (usize, usize) {
    if cfg!(feature = "host") {
        return (0, G0_STACK);
    }
    let (lo, size) = os::stack(G0_STACK);
    meta::THREAD_STACKS.fetch_add(size, Relaxed);
    if lo == 0 {
        throw("runtime: cannot allocate thread stack");
    }
    (lo, size)
}

/// The record of a thread that is about to be made, with its stack.
unsafe fn make_thread() -> *mut M {
    // SAFETY: a new stack for a new record.
    unsafe {
        let (lo, size) = g0_stack();
        let m = make_m(lo, lo + size);
        (*m).stack_map = lo;
        m
    }
}

/// A new thread to run `p`.
///
/// # Safety
/// The P is the caller's to give, or null.
pub unsafe fn new_m(p: *mut P, spinning: bool) {
    // SAFETY: the record is nobody else's until the thread runs.
    unsafe {
        let m = make_thread();
        (*m).nextp = p;
        (*m).spinning = spinning;
        new_thread(m, thread_main, m.cast());
    }
}

unsafe extern "C" fn thread_main(m: *mut c_void) {
    // SAFETY: called on the new thread, with its record.
    unsafe {
        let m = m as *mut M;
        rt_arch::rt_mstart((*m).g0.cast(), thread_start, m.cast())
    }
}

unsafe extern "C" fn thread_start(m: *mut c_void) {
    // SAFETY: called on the new thread, with its record; the P was left there for it.
    unsafe {
        let m = m as *mut M;
        signal::init_thread(m);
        if !(*m).nextp.is_null() {
            acquire_p(m, (*m).nextp);
            (*m).nextp = null_mut();
        }
        schedule()
    }
}

/// Starts the background threads: sysmon and the collector's workers; or, where a core is all that a thread can be, one for each.
///
/// # Safety
/// Once, when the program is ready for other threads.
pub unsafe fn start_background(workers: u32) {
    // SAFETY: each record is its thread's alone.
    unsafe {
        let make = |f: unsafe extern "C" fn(*mut c_void)| {
            let m = make_thread();
            new_thread(m, f, m.cast());
        };
        if !os::THREADS {
            for _ in 1..os::ncpu() {
                make(core_main);
            }
            return;
        }
        make(sysmon_main);
        for _ in 0..workers {
            make(worker_main);
        }
    }
}

unsafe extern "C" fn core_main(m: *mut c_void) {
    // SAFETY: called on the new thread, with its record; it rests until it is given a P.
    unsafe {
        unsafe extern "C" fn run(m: *mut c_void) {
            // SAFETY: the thread's own record.
            unsafe {
                stop_m(m.cast());
                schedule()
            }
        }
        rt_arch::rt_mstart((*(m as *mut M)).g0.cast(), run, m)
    }
}
unsafe extern "C" fn sysmon_main(m: *mut c_void) {
    // SAFETY: called on the new thread, with its record.
    unsafe { rt_arch::rt_mstart((*(m as *mut M)).g0.cast(), sysmon::run, m) }
}
unsafe extern "C" fn worker_main(m: *mut c_void) {
    // SAFETY: called on the new thread, with its record.
    unsafe {
        unsafe extern "C" fn run(m: *mut c_void) {
            // SAFETY: the thread's own record.
            unsafe { signal::init_helper(m.cast()) }
            gc::worker::run()
        }
        rt_arch::rt_mstart((*(m as *mut M)).g0.cast(), run, m)
    }
}

// ---- deadlocks

/// Dies if no goroutine can ever run again. The scheduler's lock is free.
pub fn check_dead() {
    if SCHED.main_started.load(Relaxed) == 0 || traceback::dying() {
        return;
    }
    {
        // With all Ps idle while we have the lock, nobody gets one: a goroutine could only come from the threads and
        // events that are asked here, and into the queue.
        let _l = SCHED.lock.lock();
        if SCHED.idle.ps() as usize != SCHED.nprocs.load(Relaxed)
            || SCHED.runq_size.load(SeqCst) != 0
            || SCHED.stopping()
            || timer::next_when() != 0
            || netpoll::waiting()
            || signal::receiver_waiting()
            || gc::marking()
            || SCHED.in_transit.load(SeqCst) != 0
        {
            return;
        }
    }
    if SCHED.ngs.load(SeqCst) <= 0 {
        traceback::fatal_error("no goroutines (main called runtime.Goexit) - deadlock!", true);
    }
    traceback::fatal_error("all goroutines are asleep - deadlock!", true);
}
