//! Making and ending goroutines and threads; system calls; sysmon; wiring to threads; deadlocks.
#![allow(
    unsafe_op_in_unsafe_fn,
    clippy::missing_safety_doc,
    reason = "records are raw pointers throughout; all functions run on g0 of a live M"
)]

use crate::atomic::AtomicU64;
use crate::g::*;
use crate::heap::{MCache, meta};
use crate::hook;
use crate::print::throw;
use crate::sched::*;
use crate::unwind::Unwinder;
use crate::{gc, netpoll, signal, stack, synctest, timer, traceback};
use crate::{machine, os};
use core::ffi::c_void;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicU32, Ordering::*};

// ---- goroutines

unsafe fn new_g() -> *mut G {
    {
        let _l = SCHED.lock.lock();
        let s = SCHED.inner();
        let g = s.gfree;
        if !g.is_null() {
            s.gfree = (*g).schedlink;
            return g;
        }
    }
    let g = meta::persistent(size_of::<G>(), 16) as *mut G;
    (*g).set_status(status::DEAD);
    ALLGS.push(g);
    g
}

/// A goroutine that will call `closure`, not yet runnable.
pub unsafe fn create_g(closure: usize, parent: *mut G, gopc: usize) -> *mut G {
    let g = new_g();
    if (*g).stack_lo == 0 {
        stack::alloc(g, stack::MIN);
    }
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

/// Frame sizes of the stubs that `hook_caller` has met: the return address in the stub and, in the
/// low half, the size up to the stub's own return address.
static STUB_FRAMES: [AtomicU64; 8] = [const { AtomicU64::new(0) }; 8];

/// The caller of the hook that `g` is in: where it goes on, and its SP.
pub unsafe fn hook_caller(g: *mut G) -> (usize, usize) {
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

hook! { fn "runtime.newproc"(closure: usize) leaf {
    if closure == 0 {
        crate::traceback::fatal_error("go of nil func value", true);
    }
    spawn(closure, false);
}}
hook! { fn "runtime.newsysproc"(closure: usize) leaf { spawn(closure, true) }}

unsafe fn spawn(closure: usize, system: bool) {
    let g = curg();
    let n = create_g(closure, g, hook_caller(g).0);
    if system {
        (*n).system = true;
        SCHED.nsystem.fetch_add(1, SeqCst);
        SCHED.ngs.fetch_sub(1, SeqCst);
    } else if !(*g).bubble.is_null() {
        synctest::join(n, g);
    }
    (*n).set_status(status::RUNNABLE);
    runq_put((*getm()).p, n, true);
    if SCHED.main_started.load(Relaxed) != 0 {
        wakep();
    }
}

/// Ends the current goroutine.
pub unsafe fn goexit() -> ! {
    let m = getm();
    let g = (*m).curg;
    #[cfg(feature = "host")]
    if (*g).host_calls != 0 {
        crate::host::catch(g, "runtime.Goexit");
    }
    end_g(m, g);
    if !(*m).lockedg.is_null() {
        // The thread may be in any state; Go ends it. Ours is left as any other.
        (*m).lockedg = null_mut();
        (*m).locked_ext = 0;
    }
    schedule()
}

/// Makes the current goroutine dead and gives its stack and record back.
pub unsafe fn end_g(m: *mut M, g: *mut G) {
    (*g).set_status(status::DEAD);
    if !(*g).bubble.is_null() {
        synctest::ended(g);
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
    (*m).curg = null_mut();
    if (*g).stack_hi - (*g).stack_lo != stack::MIN {
        stack::release(g);
    }
    let _l = SCHED.lock.lock();
    let s = SCHED.inner();
    (*g).schedlink = s.gfree;
    s.gfree = g;
}

hook! { fn "runtime.goexit1"() parking { goexit() }}
hook! { fn "rt_goexit1"() parking { goexit() }}
hook! { fn "runtime.Gosched"() parking { gosched() }}
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
pub unsafe fn make_m(stack_lo: usize, stack_hi: usize) -> *mut M {
    let m = meta::persistent(size_of::<M>(), 16) as *mut M;
    let g0 = meta::persistent(size_of::<G>(), 16) as *mut G;
    let gs = meta::persistent(size_of::<G>(), 16) as *mut G;
    let sig = os::map(SIG_STACK) as usize;
    (*g0).m = m;
    (*g0).stack_lo = stack_lo;
    (*g0).stack_hi = stack_hi;
    (*g0).set_status(status::RUNNING);
    (*gs).m = m;
    (*gs).stack_lo = sig;
    (*gs).stack_hi = sig + SIG_STACK;
    (*gs).set_status(status::RUNNING);
    (*m).g0 = g0;
    (*m).gsignal = gs;
    (*m).id = NEXT_M.fetch_add(1, Relaxed) as u64 - 1;
    crate::rand::seed(m);
    // Thread-local variables lie below or above the thread pointer, by architecture; leave room
    // on both sides. The word there names itself.
    let tls = meta::persistent(TLS_SIZE, 64) as usize + TLS_SIZE / 2;
    *(tls as *mut usize) = tls;
    (*m).tls = tls + machine::TLS_BIAS;
    let _l = SCHED.lock.lock();
    let s = SCHED.inner();
    (*m).alllink = s.allm;
    s.allm = m;
    s.nm += 1;
    m
}

/// Starts a thread that runs `f(arg)` on a stack of its own, all signals blocked meanwhile.
#[cfg(feature = "host")]
pub unsafe fn new_thread(m: *mut M, f: unsafe extern "C" fn(*mut c_void), arg: *mut c_void) {
    let old = signal::block_all();
    let ok = crate::host::start_thread(m, f, arg);
    signal::set_mask(old);
    if !ok {
        throw("runtime: failed to create new OS thread");
    }
}

/// Starts a thread that runs `f(arg)` on a stack of its own, all signals blocked meanwhile.
#[cfg(not(feature = "host"))]
pub unsafe fn new_thread(m: *mut M, f: unsafe extern "C" fn(*mut c_void), arg: *mut c_void) {
    let old = signal::block_all();
    let r = os::start_thread((*(*m).g0).stack_hi, (*m).tls, f, arg);
    signal::set_mask(old);
    if r < 0 {
        throw("runtime: failed to create new OS thread");
    }
    (*m).tid = r as i32;
}

/// Memory for a thread's stack; a host's threads bring theirs.
fn g0_stack() -> usize {
    if cfg!(feature = "host") {
        return 0;
    }
    let lo = os::map(G0_STACK) as usize;
    if lo == 0 {
        throw("runtime: cannot allocate thread stack");
    }
    lo
}

/// A new thread to run `p`.
pub unsafe fn new_m(p: *mut P, spinning: bool) {
    let lo = g0_stack();
    let m = make_m(lo, lo + G0_STACK);
    (*m).nextp = p;
    (*m).spinning = spinning;
    new_thread(m, thread_main, m.cast());
}

unsafe extern "C" fn thread_main(m: *mut c_void) {
    let m = m as *mut M;
    rt_arch::rt_mstart((*m).g0.cast(), thread_start, m.cast())
}

unsafe extern "C" fn thread_start(m: *mut c_void) {
    let m = m as *mut M;
    signal::init_thread(m);
    if !(*m).nextp.is_null() {
        acquire_p(m, (*m).nextp);
        (*m).nextp = null_mut();
    }
    schedule()
}

/// Starts the background threads: sysmon and the collector's workers.
pub unsafe fn start_background(workers: u32) {
    if !os::THREADS {
        return;
    }
    let make = |f: unsafe extern "C" fn(*mut c_void)| {
        let lo = g0_stack();
        let m = make_m(lo, lo + G0_STACK);
        new_thread(m, f, m.cast());
    };
    make(sysmon_main);
    for _ in 0..workers {
        make(worker_main);
    }
}

unsafe extern "C" fn sysmon_main(m: *mut c_void) {
    rt_arch::rt_mstart((*(m as *mut M)).g0.cast(), sysmon, m)
}
unsafe extern "C" fn worker_main(m: *mut c_void) {
    unsafe extern "C" fn run(_: *mut c_void) {
        gc::worker::run()
    }
    rt_arch::rt_mstart((*(m as *mut M)).g0.cast(), run, m)
}

// ---- sysmon: no P, watches the others

/// How long a goroutine may run, and a system call may keep its P.
const SLICE: u64 = 10_000_000;

unsafe extern "C" fn sysmon(_: *mut c_void) {
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
        if SCHED.idle_ps.load(Relaxed) == nprocs && SCHED.stopping.load(Relaxed) == 0 {
            SCHED.sysmon_wait.store(1, SeqCst);
            if SCHED.idle_ps.load(SeqCst) == nprocs {
                // Until a P is taken, or a minute for the collector's two-minute rule.
                os::futex_wait(&SCHED.sysmon_wait, 1, 60_000_000_000);
            }
            SCHED.sysmon_wait.store(0, SeqCst);
            idle = 0;
            delay = 20_000;
        }
        let now = os::nanotime();
        SCHED.coarse_time.store(now, Relaxed);
        // Descriptors must not wait because all Ps are busy.
        let last = SCHED.last_poll.load(Relaxed);
        if netpoll::waiting() && last != 0 && last + SLICE < now {
            let _ = SCHED.last_poll.compare_exchange(last, now, AcqRel, Relaxed);
            inject_polled(netpoll::poll(0));
        }
        let when = timer::next_when();
        if when != 0 && when + SLICE < now {
            wakep();
        }
        if gc::cycles() != cycles {
            cycles = gc::cycles();
            crate::hooks::memory::wake_finalizers_for_cycle();
        }
        if retake(now) > 0 { idle = 0 } else { idle += 1 }
    }
}

unsafe fn retake(now: u64) -> u32 {
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
                && SCHED.spinning.load(Relaxed) + SCHED.idle_ps.load(Relaxed) > 0
                && (*p).mon_syscallwhen + SLICE > now
            {
                continue;
            }
            if (*p).status.compare_exchange(pstatus::SYSCALL, pstatus::IDLE, AcqRel, Relaxed).is_ok() {
                n += 1;
                (*p).syscalltick.fetch_add(1, Relaxed);
                handoff_p(p);
            }
        }
    }
    n
}

// ---- system calls

hook! { fn "runtime.entersyscall"() leaf {
    let m = getm();
    let g = (*m).curg;
    let (pc, sp) = hook_caller(g);
    enter_syscall(m, g, pc, sp);
}}

/// Lets others have the P while the thread is busy elsewhere; `g` stands at `pc` meanwhile.
pub unsafe fn enter_syscall(m: *mut M, g: *mut G, pc: usize, sp: usize) {
    (*g).syscall_pc = pc;
    (*g).syscall_sp = sp;
    let p = (*m).p;
    (*p).syscalltick.fetch_add(1, Relaxed);
    SCHED.in_transit.fetch_add(1, SeqCst);
    (*g).set_status(status::SYSCALL);
    (*m).oldp = p;
    (*m).p = null_mut();
    (*p).m = null_mut();
    (*p).status.store(pstatus::SYSCALL, SeqCst);
    if SCHED.sysmon_wait.load(Relaxed) != 0 && SCHED.sysmon_wait.swap(0, SeqCst) != 0 {
        os::futex_wake(&SCHED.sysmon_wait, 1);
    }
    if SCHED.stopping.load(SeqCst) != 0 {
        stop_syscall_p(p);
    }
}

unsafe fn stop_syscall_p(p: *mut P) {
    let _l = SCHED.lock.lock();
    if SCHED.stopping.load(Relaxed) != 0
        && (*p).status.compare_exchange(pstatus::SYSCALL, pstatus::GCSTOP, AcqRel, Relaxed).is_ok()
    {
        (*p).in_place = false;
        count_stopped_pub();
    }
}

hook! { fn "runtime.exitsyscall"() parking {
    let m = getm();
    let g = (*m).curg;
    if !exit_syscall(m, g) {
        if (*g).lockedm == m {
            stop_locked_m(m);
            execute_locked(m);
        }
        stop_m(m);
        schedule();
    }
}}

/// Takes a P again. If there is none, false: the goroutine waits for one in the global queue.
pub unsafe fn exit_syscall(m: *mut M, g: *mut G) -> bool {
    let p = (*m).oldp;
    (*m).oldp = null_mut();
    let mut got = !p.is_null()
        && (*p).status.load(Relaxed) == pstatus::SYSCALL
        && (*p).status.compare_exchange(pstatus::SYSCALL, pstatus::IDLE, AcqRel, Relaxed).is_ok();
    if got {
        acquire_p(m, p);
        (*p).syscalltick.fetch_add(1, Relaxed);
    } else if SCHED.idle_ps.load(Relaxed) > 0 {
        let l = SCHED.lock.lock();
        let p = pidle_get();
        drop(l);
        if !p.is_null() {
            acquire_p(m, p);
            got = true;
        }
    }
    (*g).syscall_sp = 0;
    if got {
        (*g).set_status(status::RUNNING);
        if (*(*m).p).preempt.load(Relaxed) {
            (*g).stackguard0.store(POISON, Relaxed);
        } else {
            (*g).stackguard0.store((*g).normal_guard(), Relaxed);
        }
    } else {
        (*g).set_status(status::WAITING);
        (*g).m = null_mut();
        (*m).curg = null_mut();
        let mut list = GList::new();
        list.push(g);
        inject(&mut list);
    }
    SCHED.in_transit.fetch_sub(1, SeqCst);
    got
}

// ---- goroutines wired to threads

hook! { fn "runtime.LockOSThread"() leaf {
    let m = getm();
    let g = (*m).curg;
    (*m).locked_ext += 1;
    (*m).lockedg = g;
    (*g).lockedm = m;
}}
hook! { fn "runtime.UnlockOSThread"() leaf {
    let m = getm();
    let g = (*m).curg;
    if (*m).locked_ext > 0 {
        (*m).locked_ext -= 1;
        if (*m).locked_ext == 0 {
            (*m).lockedg = null_mut();
            (*g).lockedm = null_mut();
        }
    }
}}

/// The thread's own goroutine can't run: others get its P until somebody finds it runnable.
pub unsafe fn stop_locked_m(m: *mut M) {
    if !(*m).p.is_null() {
        let p = release_p(m);
        handoff_p(p);
    }
    check_dead();
    m_park(m);
    acquire_p(m, (*m).nextp);
    (*m).nextp = null_mut();
}

/// Gives this thread's P to the thread that `g` is wired to.
pub unsafe fn start_locked_m(m: *mut M, g: *mut G) {
    let other = (*g).lockedm;
    let p = release_p(m);
    (*other).nextp = p;
    m_unpark(other);
    stop_m(m);
}

// ---- deadlocks

/// Dies if no goroutine can ever run again. The scheduler's lock is free.
pub unsafe fn check_dead() {
    if SCHED.main_started.load(Relaxed) == 0 || traceback::dying() {
        return;
    }
    {
        // With all Ps idle while we have the lock, nobody gets one: a goroutine could only come from the threads and
        // events that are asked here, and into the queue.
        let _l = SCHED.lock.lock();
        if SCHED.idle_ps.load(SeqCst) as usize != SCHED.nprocs.load(Relaxed)
            || SCHED.runq_size.load(SeqCst) != 0
            || SCHED.stopping.load(SeqCst) != 0
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

// ---- processors

/// The number of processors becomes `n`; the world is stopped, or nothing runs yet.
pub unsafe fn resize(n: usize) {
    let old = SCHED.nprocs.load(Relaxed);
    for i in old..n {
        let mut p = SCHED.p(i);
        if p.is_null() {
            p = meta::persistent(size_of::<P>(), 64) as *mut P;
            (*p).id = i as i32;
            let c = meta::persistent(size_of::<MCache>(), 64) as *mut MCache;
            (*c).init();
            (*p).cache = c;
            SCHED.allp[i].store(p as usize, Release);
        }
        (*p).in_place = false;
        (*p).status.store(pstatus::GCSTOP, Release);
    }
    for i in n..old {
        let p = SCHED.p(i);
        gc::retire_cache((*p).cache);
        let mut list = GList::new();
        loop {
            let g = take_local(p);
            if g.is_null() {
                break;
            }
            (*g).set_status(status::WAITING);
            list.push(g);
        }
        inject(&mut list);
        (*p).status.store(pstatus::DEAD, Release);
        (*p).in_place = false;
        // Its thread, stopped with it, looks for another one when the world starts.
        if !(*p).m.is_null() && (*p).m != getm() {
            (*(*p).m).p = null_mut();
            (*p).m = null_mut();
        }
    }
    SCHED.nprocs.store(n, Release);
}

hook! { fn "runtime.GOMAXPROCS"(n: isize) -> isize, parking {
    let old = SCHED.nprocs.load(Relaxed);
    let n = (n.max(0) as usize).min(MAX_PROCS);
    if n > 0 && n != old {
        stop_the_world();
        let m = getm();
        let mine = (*m).p;
        resize(n);
        if (*mine).id as usize >= n {
            // Ours is gone: take the first, whose thread, stopped with it, must look for another.
            adopt(m, SCHED.p(0));
        }
        start_the_world();
    }
    old as isize
}}
hook! { fn "runtime.NumCPU"() -> isize, leaf { crate::start::ncpu() as isize }}

/// Takes over a stopped processor in place of a dead one. Its thread, if it waits with it, will
/// find that it has none.
unsafe fn adopt(m: *mut M, p: *mut P) {
    let owner = (*p).m;
    if !owner.is_null() && owner != m {
        (*owner).p = null_mut();
    }
    (*p).m = m;
    (*p).in_place = true;
    (*m).p = p;
}

hook! { fn "internal/sync.runtime_canSpin"(i: isize) -> bool, leaf {
    crate::start::ncpu() > 1
        && i < 4
        && SCHED.nprocs.load(Relaxed) as u32 > SCHED.idle_ps.load(Relaxed) + SCHED.spinning.load(Relaxed) + 1
        && runq_empty((*getm()).p)
}}
hook! { fn "internal/sync.runtime_doSpin"() leaf {
    for _ in 0..30 {
        core::hint::spin_loop();
    }
}}

// ---- stopping the world from Go

hook! { fn "runtime.tryStopTheWorld"() -> bool, parking {
    let stopped = try_stop_the_world();
    (*getm()).locks += stopped as i32;
    stopped
}}
hook! { fn "runtime.startTheWorld"() leaf {
    (*getm()).locks -= 1;
    start_the_world();
}}

// ---- coroutines

/// The overlay's `coro`.
#[repr(C)]
pub struct Coro {
    g: AtomicU64,
    func: usize,
}

hook! { fn "runtime.corocreate"(closure: usize, c: *mut Coro) leaf {
    let g = curg();
    let n = create_g(closure, g, hook_caller(g).0);
    (*n).wait_reason = Wait::Coroutine as u8;
    (*n).coro = c.cast();
    (*n).set_status(status::WAITING);
    if !(*g).bubble.is_null() {
        synctest::join(n, g);
        synctest::parked(n, Wait::Coroutine);
    }
    (*c).g.store(n as u64, Release);
}}
hook! { fn "runtime.coroswitch"(c: *mut Coro) parking { switch_to(c, false) }}
hook! { fn "runtime.coroexit"(c: *mut Coro) parking { switch_to(c, true) }}

unsafe fn switch_to(c: *mut Coro, exit: bool) -> ! {
    let m = getm();
    let me = (*m).curg;
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
        (*c).g.store(me as u64, Release);
    }
    if (*next).status() != status::WAITING {
        throw("coroswitch on wrong thread or of a running coroutine");
    }
    (*next).set_status(status::RUNNABLE);
    if !(*m).lockedg.is_null() || !(*next).lockedm.is_null() {
        runq_put((*m).p, next, true);
        schedule()
    }
    run_next(next)
}
