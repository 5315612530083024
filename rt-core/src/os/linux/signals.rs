//! Linux: signals.

use super::abi::flags::{SA_ONSTACK, SA_RESTART, SA_SIGINFO, SIG_SETMASK};
pub use super::abi::{Context, SigInfo, SignalSet, sig};
use super::abi::{SigAction, SigStack, nr};
use crate::machine::syscall6;
use crate::os::Action;

/// Sets this thread's signal mask; the old one.
pub fn sigprocmask(mask: SignalSet) -> SignalSet {
    let mut old = SignalSet::NONE;
    // SAFETY: the kernel reads and writes the two masks.
    unsafe {
        let (new, old) = (&raw const mask as usize, &raw mut old as usize);
        syscall6(nr::RT_SIGPROCMASK, SIG_SETMASK, new, old, size_of::<SignalSet>(), 0, 0)
    };
    old
}

/// Says what a signal does from now on.
pub fn sigaction(sig: u32, action: Action) {
    let a = match action {
        Action::Default => SigAction::new(0, 0, 0, SignalSet::NONE),
        Action::Ignore => SigAction::new(1, 0, 0, SignalSet::NONE),
        Action::Handle => SigAction::new(
            rt_arch::rt_sigtramp as *const () as usize,
            SA_SIGINFO | SA_ONSTACK | SA_RESTART,
            rt_arch::rt_sigreturn as *const () as usize,
            SignalSet::ALL,
        ),
    };
    // SAFETY: the kernel reads the record; the handler is the runtime's own.
    unsafe {
        syscall6(nr::RT_SIGACTION, sig as usize, &raw const a as usize, 0, size_of::<SignalSet>(), 0, 0)
    };
}

/// What a signal does now: `Handle` stands for anybody's handler.
pub fn sigaction_get(sig: u32) -> Action {
    let mut a = SigAction::new(0, 0, 0, SignalSet::NONE);
    // SAFETY: the kernel writes the record.
    unsafe { syscall6(nr::RT_SIGACTION, sig as usize, 0, &raw mut a as usize, size_of::<SignalSet>(), 0, 0) };
    match a.handler() {
        0 => Action::Default,
        1 => Action::Ignore,
        _ => Action::Handle,
    }
}

/// Where this thread's handlers run.
pub fn sigaltstack(lo: usize, size: usize) {
    let st = SigStack::new(lo, size);
    // SAFETY: the kernel reads the record; the stack is the thread's own.
    unsafe { syscall6(nr::SIGALTSTACK, &raw const st as usize, 0, 0, 0, 0, 0) };
}

/// The signal that libc has for a system call that every thread makes, and the runtime too.
pub const EVERY_THREAD: u32 = 33;

/// The kernel's number of this thread.
pub fn thread_id() -> u32 {
    // SAFETY: no memory is involved.
    unsafe { syscall6(nr::GETTID, 0, 0, 0, 0, 0, 0) as u32 }
}

/// Sends a signal to a thread of the process.
pub fn signal_thread(tid: u32, sig: u32) {
    // SAFETY: no memory is involved.
    unsafe {
        let pid = syscall6(nr::GETPID, 0, 0, 0, 0, 0, 0) as usize;
        syscall6(nr::TGKILL, pid, tid as usize, sig as usize, 0, 0, 0);
    }
}

/// Sends a signal to this thread.
pub fn kill_self(sig: u32) {
    signal_thread(thread_id(), sig)
}

/// Makes a system call, its number first.
///
/// # Safety
/// Whatever the call asks for.
pub unsafe fn system_call(a: &[usize; 7]) -> isize {
    // SAFETY: the caller's promise.
    unsafe { syscall6(a[0], a[1], a[2], a[3], a[4], a[5], a[6]) }
}

/// Sends SIGPROF for every so many microseconds of processor time; 0: never.
pub fn profile_timer(us: usize) {
    let t = [us / 1_000_000, us % 1_000_000];
    let timer = [t, t];
    const ITIMER_PROF: usize = 2;
    // SAFETY: the kernel reads the record.
    unsafe { syscall6(nr::SETITIMER, ITIMER_PROF, timer.as_ptr() as usize, 0, 0, 0, 0) };
}
