//! Signals. Faults in Go code become calls of `runtime.sigpanic` at the faulting instruction; others
//! go to os/signal's queue, are ignored, or end the program.

use crate::base::image::shared;
use crate::os::{self, Action, Context, SigInfo, SignalSet, sig};
use crate::protocol::mail::{Mail, Signals};
use crate::sched::proc;
use crate::sched::*;
use crate::task::g::*;
use crate::task::hook;
use crate::task::traceback;
use crate::task::unwind::{self, Func, Unwinder};
use crate::task::{stack, stackscan};
use core::sync::atomic::{AtomicU32, AtomicUsize, Ordering::*};

// ---- masks and handlers

/// Blocks all signals of this thread; returns the old mask.
pub fn block_all() -> SignalSet {
    os::sigprocmask(SignalSet::ALL)
}

/// Sets this thread's mask.
pub fn set_mask(m: SignalSet) {
    os::sigprocmask(m);
}

fn install(sig: u32) {
    os::sigaction(sig, Action::Handle);
}

/// Signals that were ignored before the program took them.
static IGNORED_AT_START: Signals = Signals::from(zeroes());

const fn zeroes() -> [AtomicU32; 2] {
    [const { AtomicU32::new(0) }; 2]
}

/// What becomes of a signal that the program has not asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// The runtime leaves it alone, whatever the program asks for.
    Leave,
    /// The system's default action; the runtime takes it only when asked to.
    Default,
    /// It is caught, and nothing happens.
    Pass,
    /// It ends the program, as the system would.
    Kill,
    /// It ends the program with a traceback.
    Throw,
    /// A fault in Go code is a panic; else like `Throw`.
    Panic,
}

fn fate(sig: u32) -> Fate {
    match sig {
        // 32 to 34 are libc's own.
        0 | sig::KILL | sig::STOP | 32..=34 => Fate::Leave,
        sig::CONT | sig::TSTP | sig::TTIN | sig::TTOU => Fate::Default,
        sig::HUP | sig::INT | sig::TERM => Fate::Kill,
        sig::QUIT | sig::ILL | sig::TRAP | sig::ABRT | sig::MACHINE | sig::SYS => Fate::Throw,
        sig::BUS | sig::FPE | sig::SEGV => Fate::Panic,
        _ if sig > sig::COUNT => Fate::Leave,
        _ => Fate::Pass,
    }
}

/// Installs the handlers that every program has.
pub fn init() {
    for sig in 1..=sig::COUNT {
        if fate(sig) != Fate::Leave && os::sigaction_get(sig) == Action::Ignore {
            IGNORED_AT_START.insert(sig, Relaxed);
        }
        if ours(sig) {
            install(sig);
        }
    }
}

/// Whether the runtime handles it always, not only when the program asks.
fn ours(sig: u32) -> bool {
    // A host's signals are its own, but those that Go turns into panics.
    if cfg!(feature = "host") {
        return fate(sig) == Fate::Panic;
    }
    // A hang-up or interrupt ignored by the parent stays ignored until asked for.
    let ignored = matches!(sig, sig::HUP | sig::INT) && IGNORED_AT_START.contains(sig, Relaxed);
    !ignored && !matches!(fate(sig), Fate::Leave | Fate::Default)
}

/// The mask of a thread that the runtime starts in a host's process: open for faults only.
#[cfg(feature = "host")]
pub fn mask_for_faults() {
    set_mask(SignalSet::all_but(&[sig::SEGV, sig::BUS, sig::FPE]));
}

/// Has SIGPROF sent for every so many microseconds of processor time that the process uses; 0: no longer.
pub fn start_profiling(us: usize) {
    if us != 0 {
        install(sig::PROF);
    }
    os::profile_timer(us);
}

/// Signal stack and mask of a new thread.
///
/// # Safety
/// The calling thread's record.
pub unsafe fn init_thread(m: *mut M) {
    // SAFETY: the record's own signal stack.
    unsafe {
        let g = (*m).gsignal;
        os::sigaltstack((*g).stack_lo, (*g).stack_hi - (*g).stack_lo);
        // Which signals a host's threads get is the host's affair.
        if cfg!(feature = "host") {
            return;
        }
        set_mask(SignalSet::NONE);
    }
}

/// Signal stack and mask of a thread that runs no goroutines: one signal is for all.
///
/// # Safety
/// The calling thread's record.
pub unsafe fn init_helper(m: *mut M) {
    // SAFETY: the record's own signal stack.
    unsafe {
        let g = (*m).gsignal;
        os::sigaltstack((*g).stack_lo, (*g).stack_hi - (*g).stack_lo);
        if !cfg!(feature = "host") {
            set_mask(SignalSet::all_but(&[os::EVERY_THREAD]));
        }
    }
}

// ---- the handler

#[unsafe(no_mangle)]
unsafe extern "C" fn rt_sighandler(sig: i32, info: *const SigInfo, ctx: *mut Context, g: *mut G) {
    // SAFETY: called by the kernel's way in: the interrupted thread's registers, and its g or null.
    unsafe {
        let sig = sig as u32;
        if sig == os::EVERY_THREAD {
            return everywhere::answer();
        }
        let code = (*info).code() as usize;
        let addr = (*info).addr();
        let (pc, sp) = ((*ctx).pc(), (*ctx).sp());
        if matches!(sig, sig::SEGV | sig::BUS | sig::FPE) && !from_user_kill(code) {
            if !g.is_null() && go_stack(g) && inject(sig, code, addr, &mut *ctx, g) {
                return;
            }
            // The host's own fault: it happens again, without us.
            if cfg!(feature = "host") && (g.is_null() || (*(*g).m).curg.get().is_null() || !go_stack(g)) {
                os::sigaction(sig, Action::Default);
                return;
            }
            os::sigprocmask(SignalSet::NONE);
            if !g.is_null() {
                traceback::die_of_signal(sig, code, addr, pc, sp, g);
            }
            os::exit(2);
        }
        if sig == sig::PROF && sample(pc, sp, (*ctx).lr(), g) {
            return;
        }
        if MAIL.deliver(sig) {
            return;
        }
        match fate(sig) {
            Fate::Kill => os::die_of(sig),
            Fate::Throw | Fate::Panic => {
                if g.is_null() {
                    os::die_of(sig);
                }
                traceback::die_of_signal(sig, code, addr, pc, sp, g)
            }
            Fate::Leave | Fate::Default | Fate::Pass => {}
        }
    }
}

/// What the CPU profile does with SIGPROF: of the interrupted thread, pc, SP, link register and g.
pub type Sampler = unsafe fn(usize, usize, usize, *mut G);

/// The address of the sampler while a profile is on: programs that start none are not linked with it.
static SAMPLER: AtomicUsize = AtomicUsize::new(0);

/// Switches the CPU profile's signals to a sampler.
pub fn set_sampler(f: Option<Sampler>) {
    SAMPLER.store(f.map_or(0, |f| f as usize), Release);
}

/// SIGPROF has come. True if it was for the profile.
unsafe fn sample(pc: usize, sp: usize, lr: usize, g: *mut G) -> bool {
    let f = SAMPLER.load(Acquire);
    if f == 0 {
        return false;
    }
    // SAFETY: only `set_sampler` stores here.
    unsafe { core::mem::transmute::<usize, Sampler>(f)(pc, sp, lr, g) };
    true
}

/// Sent by kill or the like, not by a fault.
fn from_user_kill(code: usize) -> bool {
    matches!(code as i32, 0 | -6)
}

unsafe fn go_stack(g: *mut G) -> bool {
    // SAFETY: g is the interrupted thread's, whose records are live.
    unsafe {
        let m = (*g).m;
        !m.is_null() && (*m).g0 != g && (*m).gsignal != g
    }
}

/// Makes the faulting instruction look like a call of sigpanic.
unsafe fn inject(sig: u32, code: usize, addr: usize, ctx: &mut Context, g: *mut G) -> bool {
    // SAFETY: the thread stands still in this handler; what its g notes is for the function that the fault becomes a call of.
    unsafe {
        let target = shared().sigpanic;
        let pc = ctx.pc();
        let is_go = |pc| matches!(unwind::find_func(pc), Some(Func::Go(_)));
        let in_go = is_go(pc);
        // A call of a nil function looks like one made where it returns to.
        if target == 0 || !in_go && (pc >= 4096 || !is_go(os::return_at_entry(ctx))) {
            return false;
        }
        (*g).sig = sig;
        (*g).sigcode0 = code;
        (*g).sigcode1 = addr;
        (*g).sigpc = pc;
        os::fake_call(ctx, target, g as usize, !in_go);
        true
    }
}

// ---- os/signal

/// Signals on their way to os/signal.
static MAIL: Mail = Mail::from(zeroes(), zeroes(), zeroes(), AtomicUsize::new(0));
static IGNORED: Signals = Signals::from(zeroes());
static FORWARDER: AtomicU32 = AtomicU32::new(0);

/// Whether a goroutine waits for signals that may come: no deadlock then.
pub fn receiver_waiting() -> bool {
    MAIL.waits()
}

/// A thread of its own wakes the receiver: a handler may not touch the scheduler's locks.
unsafe extern "C" fn forward(m: *mut core::ffi::c_void) {
    // SAFETY: the thread's own record; the receiver was taken out, so it is ours to wake; it stands in signal_recv's hook.
    unsafe {
        init_helper(m.cast());
        loop {
            let (seen, pending) = MAIL.look();
            if pending {
                // Before it is no receiver any more, so that no moment looks like a deadlock.
                SCHED.in_transit.fetch_add(1, SeqCst);
                if let Some((g, sig)) = MAIL.take() {
                    let g = g as *mut G;
                    let held = stackscan::hold(g);
                    *((*g).hook_args as *mut u32) = sig;
                    drop(held);
                    let mut list = GList::new();
                    list.push(g);
                    crate::sched::inject(&mut list);
                }
                SCHED.in_transit.fetch_sub(1, SeqCst);
            }
            MAIL.sleep(seen);
        }
    }
}

unsafe extern "C" fn forward_main(m: *mut core::ffi::c_void) {
    // SAFETY: called on the new thread, with its record.
    unsafe { rt_arch::rt_mstart((*(m as *mut M)).g0.cast(), forward, m) }
}

hook! { fn "os/signal.signal_recv"() -> u32, parking {
    match MAIL.receive() {
        0 => {
            MAIL.wait(prepare_park(Wait::Signal) as usize);
            Parked(Next::Search)
        }
        sig => Done(sig),
    }
}}
hook! { fn "os/signal.signal_enable"(sig: u32) leaf {
    // Where there is no thread for it nothing sends signals.
    if os::THREADS && FORWARDER.swap(1, AcqRel) == 0 {
        let lo = os::map(64 << 10) as usize;
        let m = proc::make_m(lo, lo + (64 << 10));
        proc::new_thread(m, forward_main, m.cast());
    }
    if fate(sig) != Fate::Leave {
        IGNORED.remove(sig, Relaxed);
        MAIL.want(sig);
        install(sig);
    }
}}
hook! { fn "os/signal.signal_disable"(sig: u32) leaf {
    // The handler first: a signal that comes now is delivered, or acts as if nobody had ever asked.
    if fate(sig) != Fate::Leave && !ours(sig) {
        let ignored = IGNORED_AT_START.contains(sig, Relaxed);
        os::sigaction(sig, if ignored { Action::Ignore } else { Action::Default });
    }
    MAIL.unwant(sig);
}}
hook! { fn "os/signal.signal_ignore"(sig: u32) leaf {
    if fate(sig) != Fate::Leave {
        os::sigaction(sig, Action::Ignore);
        IGNORED.insert(sig, Relaxed);
    }
    MAIL.unwant(sig);
}}
hook! { fn "os/signal.signal_ignored"(sig: u32) -> bool, leaf {
    IGNORED.contains(sig, Relaxed) || (IGNORED_AT_START.contains(sig, Relaxed) && !MAIL.wants(sig))
}}
// Whether no signal is on its way to the receiver, who waits for the next.
hook! { fn "runtime.signalIdle"() -> bool, leaf {
    FORWARDER.load(Acquire) == 0 || MAIL.is_idle()
}}

hook! { fn "os.sigpipe"() leaf {
    if !MAIL.wants(sig::PIPE) && !IGNORED.contains(sig::PIPE, Relaxed) {
        os::die_of(sig::PIPE);
    }
}}
hook! { fn "os.ignoreSIGSYS"() leaf { os::sigaction(sig::SYS, Action::Ignore) }}
hook! { fn "os.restoreSIGSYS"() leaf { install(sig::SYS) }}

// ---- fork and exec: from BeforeFork to exec the child runs in shared memory

/// Stack for what the child calls before exec.
const CHILD_STACK: usize = 4096;

// The child runs on its parent's stack, which must stay where it is: there is room enough beforehand, and no check moves it.
hook! { fn "syscall.runtime_BeforeFork"() safepoint {
    let m = getm();
    let g = curg();
    let (lo, hi) = ((*g).stack_lo, (*g).stack_hi);
    stack::ensure(g, CHILD_STACK);
    if (*g).stack_lo != lo {
        move_numbers(g, lo..hi);
    }
    (*g).forking = true;
    (*m).locks += 1;
    (*m).sigmask = block_all();
    arm_guard(g, (*m).p);
}}
/// The hook's caller has an address of its own frame as a number already, in what it is about to tell the kernel (`pidFD` of clone3's
/// arguments). Nothing else in that frame that is alive is still an address in the stack as it was.
unsafe fn move_numbers(g: *mut G, old: core::ops::Range<usize>) {
    // SAFETY: the caller's goroutine, in a parking hook; the frame is its own.
    unsafe {
        let mut u = Unwinder::at(g, (*g).sched_pc, (*g).sched_sp);
        u.step();
        let Some(f) = u.frame else { return };
        let delta = (*g).stack_hi.wrapping_sub(old.end);
        for a in (f.sp..f.cfa).step_by(size_of::<usize>()) {
            let word = a as *mut usize;
            if old.contains(&*word) {
                *word = (*word).wrapping_add(delta);
            }
        }
    }
}

hook! { fn "syscall.runtime_AfterFork"() leaf {
    let m = getm();
    let g = curg();
    (*g).forking = false;
    set_mask((*m).sigmask);
    (*m).locks -= 1;
    arm_guard(g, (*m).p);
}}
hook! { fn "syscall.runtime_AfterForkInChild"() leaf {
    // Handlers back to their defaults: the child's memory is the parent's, so nothing else changes.
    for sig in (1..=sig::COUNT).filter(|&sig| fate(sig) != Fate::Leave) {
        if os::sigaction_get(sig) == Action::Handle {
            os::sigaction(sig, Action::Default);
        }
    }
    set_mask((*getm()).sigmask);
}}
hook! { fn "syscall.runtime_BeforeExec"() leaf {}}
hook! { fn "syscall.runtime_AfterExec"() leaf {}}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signals_of_both_words() {
        let s = Signals::from(zeroes());
        for sig in [0, 64, 33, 1, 65, 32] {
            s.insert(sig, Relaxed);
        }
        assert!(s.contains(64, Relaxed) && !s.contains(65, Relaxed) && !s.contains(0, Relaxed));
        s.remove(33, Relaxed);
        assert_eq!([s.take(), s.take(), s.take(), s.take()], [1, 32, 64, 0]);
        assert!(s.is_empty(Relaxed));
    }
}
