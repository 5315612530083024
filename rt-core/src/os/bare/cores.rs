//! Cores: which one runs, how another is started, and how they wait for each other's words. There are as many threads as cores, for
//! ever: what would sleep in a kernel waits for an interrupt here, and others' cores wake it by one.

use super::{ENOSYS, board, idle, nanotime};
use core::ffi::c_void;
use core::sync::atomic::{AtomicU32, AtomicUsize, Ordering::*, fence};

/// How many cores are used at most.
pub const MOST: usize = 8;

/// What others need to know of a core.
struct Core {
    /// The address of the word that it waits for; 0: it waits for none.
    waits: AtomicUsize,
    /// What it runs once it is started, and with which argument; 0: nothing yet.
    job: AtomicUsize,
    argument: AtomicUsize,
}

#[allow(clippy::declare_interior_mutable_const, reason = "the array's first contents")]
const NEW: Core =
    Core { waits: AtomicUsize::new(0), job: AtomicUsize::new(0), argument: AtomicUsize::new(0) };
static CORES: [Core; MOST] = [NEW; MOST];
/// How many there are, and how many have something to run.
static COUNT: AtomicUsize = AtomicUsize::new(1);
static STARTED: AtomicUsize = AtomicUsize::new(1);

/// Said by the board's start code, before anything else.
pub(super) fn set_count(n: usize) {
    COUNT.store(n.clamp(1, MOST), Relaxed);
}

/// How many cores there are.
pub fn ncpu() -> usize {
    COUNT.load(Relaxed)
}

/// The core that this runs on, from 0 on. Only where it cannot change: goroutines change cores at safepoints.
pub fn core() -> usize {
    (board().core)()
}

/// There is a thread for each core, from the start on, and no more.
pub const THREADS: bool = false;

/// The stack of the next thread: where it begins, and its size. It is the core's own, which the board has laid out.
pub fn stack(_size: usize) -> (usize, usize) {
    let (low, high) = (board().stack)(STARTED.load(Relaxed));
    (low, high - low)
}

/// Starts the next core, which runs `f(arg)` on its own stack.
///
/// # Safety
/// By one at a time. `f` does not return, and takes the argument.
pub unsafe fn start_thread(
    _top: usize,
    _tls: usize,
    f: unsafe extern "C" fn(*mut c_void),
    arg: *mut c_void,
) -> isize {
    let n = STARTED.load(Relaxed);
    if n >= ncpu() {
        return -(ENOSYS as isize);
    }
    STARTED.store(n + 1, Relaxed);
    CORES[n].argument.store(arg as usize, Relaxed);
    CORES[n].job.store(f as usize, Release);
    if !(board().start)(n) {
        return -(ENOSYS as isize);
    }
    n as isize
}

/// The body of a core that is not the first: called by the board, on the core's own stack, ready for interrupts.
///
/// # Safety
/// Once a core.
pub unsafe fn enter(core: usize) -> ! {
    let own = &CORES[core];
    while own.job.load(Acquire) == 0 {
        idle(u64::MAX);
    }
    // SAFETY: `start_thread` has stored both.
    unsafe {
        let f: unsafe extern "C" fn(*mut c_void) = core::mem::transmute(own.job.load(Relaxed));
        f(own.argument.load(Relaxed) as *mut c_void);
        end_thread(0, 0)
    }
}

/// Ends a core's waiting, now or as soon as it waits: what was written before is seen behind that.
pub fn wake(core: usize) {
    (board().wake)(core)
}

/// Waits until woken, if `*a` is still `val`; `ns` < 0 means no time limit.
///
/// Who waits writes which word; fence; looks at it. Who wakes has changed the word; fence; looks who waits. One sees the other. An
/// interrupt between the look and the waiting ends that too (`Board::idle`).
pub fn futex_wait(a: &AtomicU32, val: u32, ns: i64) {
    let end = if ns < 0 { u64::MAX } else { nanotime().saturating_add(ns as u64) };
    let (own, address) = (&CORES[core()].waits, a as *const _ as usize);
    own.store(address, Relaxed);
    fence(SeqCst);
    while a.load(Acquire) == val && own.load(Acquire) == address && nanotime() < end {
        idle(end);
    }
    own.store(0, Relaxed);
}

/// Wakes up to `n` that wait for `a`.
pub fn futex_wake(a: &AtomicU32, n: u32) {
    let address = a as *const _ as usize;
    let mut left = n;
    fence(SeqCst);
    for (i, core) in CORES[..ncpu()].iter().enumerate() {
        let waits = left != 0
            && core.waits.load(Relaxed) == address
            && core.waits.compare_exchange(address, 0, AcqRel, Relaxed).is_ok();
        if waits {
            left -= 1;
            wake(i);
        }
    }
}

/// No core has another thread to run.
pub fn yield_now() {
    core::hint::spin_loop();
}

/// A core's thread has nothing more to do.
///
/// # Safety
/// None needed; the signature is the hosted systems'.
pub unsafe fn end_thread(_: usize, _: usize) -> ! {
    loop {
        idle(u64::MAX);
    }
}

/// Each core leads to its g by a register that the board has set.
///
/// # Safety
/// None needed; the signature is the hosted systems'.
pub unsafe fn set_tls(_: usize) {}

/// Threads are known by their cores.
pub fn thread_id() -> u32 {
    core() as u32
}
