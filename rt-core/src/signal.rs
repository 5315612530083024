//! Signals. Faults in Go code become calls of `runtime.sigpanic` at the faulting instruction; others
//! go to os/signal's queue, are ignored, or end the program.
#![allow(unsafe_op_in_unsafe_fn, clippy::missing_safety_doc, reason = "signal handlers and kernel records")]

use crate::g::*;
use crate::hook;
use crate::os;
use crate::sched::*;
use crate::sync::Mutex;
use crate::unwind::{self, Func};
use crate::{proc, profile, start, traceback};
use core::ptr::null_mut;
use core::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering::*};

const SIGHUP: u32 = 1;
const SIGINT: u32 = 2;
const SIGQUIT: u32 = 3;
const SIGABRT: u32 = 6;
const SIGBUS: u32 = 7;
const SIGFPE: u32 = 8;
const SIGSEGV: u32 = 11;
const SIGPIPE: u32 = 13;
const SIGTERM: u32 = 15;
const SIGURG: u32 = 23;
const SIGPROF: u32 = 27;
const SIGSYS: u32 = 31;
const NSIG: u32 = 65;

/// Signal names as Go prints them.
static NAMES: [&str; 32] = [
    "SIGNONE: no trap",
    "SIGHUP: terminal line hangup",
    "SIGINT: interrupt",
    "SIGQUIT: quit",
    "SIGILL: illegal instruction",
    "SIGTRAP: trace trap",
    "SIGABRT: abort",
    "SIGBUS: bus error",
    "SIGFPE: floating-point exception",
    "SIGKILL: kill",
    "SIGUSR1: user-defined signal 1",
    "SIGSEGV: segmentation violation",
    "SIGUSR2: user-defined signal 2",
    "SIGPIPE: write to broken pipe",
    "SIGALRM: alarm clock",
    "SIGTERM: termination",
    "SIGSTKFLT: stack fault",
    "SIGCHLD: child status has changed",
    "SIGCONT: continue",
    "SIGSTOP: stop, unblockable",
    "SIGTSTP: keyboard stop",
    "SIGTTIN: background read from tty",
    "SIGTTOU: background write to tty",
    "SIGURG: urgent condition on socket",
    "SIGXCPU: cpu limit exceeded",
    "SIGXFSZ: file size limit exceeded",
    "SIGVTALRM: virtual alarm clock",
    "SIGPROF: profiling alarm clock",
    "SIGWINCH: window size change",
    "SIGIO: i/o now possible",
    "SIGPWR: power failure restart",
    "SIGSYS: bad system call",
];

/// The name of a signal.
pub fn name(sig: u32) -> &'static str {
    NAMES.get(sig as usize).copied().unwrap_or("signal")
}

// ---- masks and handlers

/// Blocks all signals of this thread; returns the old mask.
pub unsafe fn block_all() -> u64 {
    os::sigprocmask(u64::MAX)
}

/// Sets this thread's mask.
pub unsafe fn set_mask(m: u64) {
    os::sigprocmask(m);
}

unsafe fn install(sig: u32) {
    os::sigaction(
        sig,
        rt_arch::rt_sigtramp as *const () as usize,
        rt_arch::rt_sigreturn as *const () as usize,
    );
}

/// What the signal did before the program took it; bit set: it was ignored.
static IGNORED_AT_START: AtomicU64 = AtomicU64::new(0);

/// Installs the handlers that every program has.
pub unsafe fn init() {
    for sig in 1..NSIG {
        // A host's signals are its own, but those that Go turns into panics.
        if cfg!(feature = "host") && !matches!(sig, SIGSEGV | SIGBUS | SIGFPE) {
            continue;
        }
        if matches!(sig, 9 | 19 | 32 | 33 | 34) {
            continue;
        }
        let old = os::sigaction_get(sig);
        if old == 1 && sig <= 64 {
            IGNORED_AT_START.fetch_or(1 << (sig - 1), Relaxed);
        }
        // A hang-up or interrupt ignored by the parent stays ignored until asked for.
        if old == 1 && matches!(sig, SIGHUP | SIGINT) {
            continue;
        }
        if fatal_by_default(sig) || matches!(sig, SIGPIPE | SIGURG) {
            install(sig);
        }
    }
}

fn fatal_by_default(sig: u32) -> bool {
    matches!(
        sig,
        SIGHUP | SIGINT | SIGTERM | SIGQUIT | 4 | 5 | SIGABRT | SIGBUS | SIGFPE | SIGSEGV | 16 | SIGSYS
    )
}

/// The mask of a thread that the runtime starts in a host's process: open for faults only.
#[cfg(feature = "host")]
pub unsafe fn mask_for_faults() {
    set_mask(!(1 << (SIGSEGV - 1) | 1 << (SIGBUS - 1) | 1 << (SIGFPE - 1)));
}

/// Has SIGPROF sent for every so many microseconds of processor time that the process uses; 0: no longer.
pub unsafe fn start_profiling(us: usize) {
    if us != 0 {
        install(SIGPROF);
    }
    os::profile_timer(us);
}

/// Signal stack and mask of a new thread.
pub unsafe fn init_thread(m: *mut M) {
    let g = (*m).gsignal;
    os::sigaltstack((*g).stack_lo, (*g).stack_hi - (*g).stack_lo);
    // Which signals a host's threads get is the host's affair.
    if cfg!(feature = "host") {
        return;
    }
    set_mask(0);
}

/// Ends the process as the signal's default action does.
pub unsafe fn die_of(sig: u32) -> ! {
    os::sigaction(sig, 0, 0);
    set_mask(0);
    os::kill_self(sig);
    os::exit(2)
}

// ---- the handler

#[unsafe(no_mangle)]
unsafe extern "C" fn rt_sighandler(sig: i32, info: *mut u8, ctx: *mut u8, g: *mut G) {
    let sig = sig as u32;
    let code = *(info as *const i32).add(2) as usize;
    let addr = *(info as *const usize).add(2);
    let from_user = (code as i32) <= 0 && code as i32 != 128;
    let (pc, sp) = os::context_pc_sp(ctx);
    if matches!(sig, SIGSEGV | SIGBUS | SIGFPE) && !from_user_kill(code) {
        if !g.is_null() && go_stack(g) && inject(sig, code, addr, pc, sp, ctx, g) {
            return;
        }
        // The host's own fault: it happens again, without us.
        if cfg!(feature = "host") && (g.is_null() || (*(*g).m).curg.is_null() || !go_stack(g)) {
            os::sigaction(sig, 0, 0);
            return;
        }
        os::sigprocmask(0);
        if !g.is_null() {
            traceback::die_of_signal(sig, code, addr, pc, sp, g);
        }
        os::exit(2);
    }
    let _ = from_user;
    if sig == SIGPROF && profile::cpu::on_signal(pc, sp, g) {
        return;
    }
    if wanted(sig) {
        queue(sig);
        return;
    }
    match sig {
        SIGPIPE | SIGURG => {}
        SIGHUP | SIGINT | SIGTERM => {
            if sig != SIGTERM && IGNORED_AT_START.load(Relaxed) >> (sig - 1) & 1 != 0 {
                return;
            }
            die_of(sig)
        }
        _ if fatal_by_default(sig) => {
            if g.is_null() {
                die_of(sig);
            }
            traceback::die_of_signal(sig, code, addr, pc, sp, g)
        }
        _ => {}
    }
}

/// Sent by kill or the like, not by a fault.
fn from_user_kill(code: usize) -> bool {
    matches!(code as i32, 0 | -6)
}

unsafe fn go_stack(g: *mut G) -> bool {
    let m = (*g).m;
    !m.is_null() && (*m).g0 != g && (*m).gsignal != g
}

/// Makes the faulting instruction look like a call of sigpanic.
unsafe fn inject(sig: u32, code: usize, addr: usize, pc: usize, sp: usize, ctx: *mut u8, g: *mut G) -> bool {
    let target = start::shared().sigpanic;
    let in_go = matches!(unwind::find_func(pc), Some(Func::Go(_)));
    if target == 0 {
        return false;
    }
    let mut ret = pc;
    if !in_go {
        // A call of a nil function: the return address is the caller's.
        if pc >= 4096 {
            return false;
        }
        ret = *(sp as *const usize);
        if !matches!(unwind::find_func(ret), Some(Func::Go(_))) {
            return false;
        }
    }
    (*g).sig = sig;
    (*g).sigcode0 = code;
    (*g).sigcode1 = addr;
    (*g).sigpc = pc;
    os::set_fixed_registers(ctx, g as usize);
    if in_go {
        let at = sp - size_of::<usize>();
        *(at as *mut usize) = ret;
        os::set_context(ctx, target, at);
    } else {
        os::set_context(ctx, target, sp);
    }
    true
}

// ---- os/signal

/// Bits of signals that os/signal wants, and of those that wait to be received.
static WANTED: AtomicU64 = AtomicU64::new(0);
static PENDING: AtomicU64 = AtomicU64::new(0);
static IGNORED: AtomicU64 = AtomicU64::new(0);
/// The goroutine in signal_recv.
static RECEIVER: AtomicUsize = AtomicUsize::new(0);
static DELIVERING: AtomicU32 = AtomicU32::new(0);
static LOCK: Mutex = Mutex::new();
/// Bumped by the handler: the forwarding thread sleeps on it.
static NOTE: AtomicU32 = AtomicU32::new(0);
static FORWARDER: AtomicU32 = AtomicU32::new(0);

fn bit(sig: u32) -> u64 {
    if sig == 0 || sig > 64 { 0 } else { 1 << (sig - 1) }
}

fn wanted(sig: u32) -> bool {
    WANTED.load(Acquire) & bit(sig) != 0
}

/// Whether a goroutine waits for signals that may come: no deadlock then.
pub fn receiver_waiting() -> bool {
    RECEIVER.load(Relaxed) != 0 && WANTED.load(Relaxed) != 0
}

/// In a handler: only notes and wakes.
fn queue(sig: u32) {
    PENDING.fetch_or(bit(sig), AcqRel);
    NOTE.fetch_add(1, Release);
    os::futex_wake(&NOTE, 1);
}

/// A thread of its own wakes the receiver: a handler may not touch the scheduler's locks.
unsafe extern "C" fn forward(_: *mut core::ffi::c_void) {
    loop {
        let seen = NOTE.load(Acquire);
        if PENDING.load(Acquire) != 0 {
            let l = LOCK.lock();
            let g = RECEIVER.swap(0, AcqRel) as *mut G;
            drop(l);
            if !g.is_null() {
                *((*g).hook_args as *mut u32) = take_pending();
                let mut list = GList::new();
                list.push(g);
                crate::sched::inject(&mut list);
            }
        }
        os::futex_wait(&NOTE, seen, -1);
    }
}

unsafe extern "C" fn forward_main(m: *mut core::ffi::c_void) {
    rt_arch::rt_mstart((*(m as *mut M)).g0.cast(), forward, null_mut())
}

fn take_pending() -> u32 {
    loop {
        let p = PENDING.load(Acquire);
        if p == 0 {
            return 0;
        }
        let b = p & p.wrapping_neg();
        if PENDING.compare_exchange(p, p & !b, AcqRel, Relaxed).is_ok() {
            return b.trailing_zeros() + 1;
        }
    }
}

hook! { fn "os/signal.signal_recv"() -> u32, parking {
    let l = LOCK.lock();
    let s = take_pending();
    if s != 0 {
        drop(l);
        s
    } else {
        let g = prepare_park(Wait::Signal);
        RECEIVER.store(g as usize, Release);
        drop(l);
        // One may have come before the receiver was to be seen.
        NOTE.fetch_add(1, Release);
        os::futex_wake(&NOTE, 1);
        schedule()
    }
}}
hook! { fn "os/signal.signal_enable"(sig: u32) leaf {
    if FORWARDER.swap(1, AcqRel) == 0 {
        let lo = os::map(64 << 10) as usize;
        let m = proc::make_m(lo, lo + (64 << 10));
        proc::new_thread(m, forward_main, m.cast());
    }
    if sig > 0 && sig < NSIG {
        IGNORED.fetch_and(!bit(sig), Relaxed);
        WANTED.fetch_or(bit(sig), Release);
        if !matches!(sig, 9 | 19) {
            install(sig);
        }
    }
}}
hook! { fn "os/signal.signal_disable"(sig: u32) leaf {
    WANTED.fetch_and(!bit(sig), Release);
    if sig > 0 && sig < NSIG && !fatal_by_default(sig) && !matches!(sig, SIGPIPE | SIGURG | 9 | 19) {
        os::sigaction(sig, 0, 0);
    }
}}
hook! { fn "os/signal.signal_ignore"(sig: u32) leaf {
    WANTED.fetch_and(!bit(sig), Release);
    IGNORED.fetch_or(bit(sig), Relaxed);
    if sig > 0 && sig < NSIG && !matches!(sig, 9 | 19) {
        os::sigaction(sig, 1, 0);
    }
}}
hook! { fn "os/signal.signal_ignored"(sig: u32) -> bool, leaf {
    IGNORED.load(Relaxed) & bit(sig) != 0
        || (IGNORED_AT_START.load(Relaxed) & bit(sig) != 0 && WANTED.load(Relaxed) & bit(sig) == 0)
}}
hook! { fn "os/signal.signalWaitUntilIdle"() leaf {
    while DELIVERING.load(Acquire) != 0 || (PENDING.load(Acquire) != 0 && RECEIVER.load(Acquire) != 0) {
        os::yield_now();
    }
}}

hook! { fn "os.sigpipe"() leaf {
    if !wanted(SIGPIPE) && IGNORED.load(Relaxed) & bit(SIGPIPE) == 0 {
        die_of(SIGPIPE);
    }
}}
hook! { fn "os.ignoreSIGSYS"() leaf { os::sigaction(SIGSYS, 1, 0) }}
hook! { fn "os.restoreSIGSYS"() leaf { install(SIGSYS) }}

// ---- fork and exec: from BeforeFork to exec the child runs in shared memory

hook! { fn "syscall.runtime_BeforeFork"() leaf {
    let m = getm();
    (*m).locks += 1;
    (*m).sigmask = block_all();
}}
hook! { fn "syscall.runtime_AfterFork"() leaf {
    let m = getm();
    set_mask((*m).sigmask);
    (*m).locks -= 1;
}}
hook! { fn "syscall.runtime_AfterForkInChild"() leaf {
    // Handlers back to their defaults: the child's memory is the parent's, so nothing else changes.
    for sig in 1..NSIG {
        if matches!(sig, 9 | 19 | 32 | 33) {
            continue;
        }
        let h = os::sigaction_get(sig);
        if h != 0 && h != 1 {
            os::sigaction(sig, 0, 0);
        }
    }
    set_mask((*getm()).sigmask);
}}
hook! { fn "syscall.runtime_BeforeExec"() leaf {}}
hook! { fn "syscall.runtime_AfterExec"() leaf {}}
