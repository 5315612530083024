//! The scheduler: which goroutine runs on which thread.
//!
//! M:N as in Go. A thread (M) needs a processor (P) to run Go code. Ready goroutines wait in the
//! P's queues or the global one; a P without work steals. Threads without work sleep on a futex; one
//! of them sleeps in the poller instead, until the next timer. A thread that looks for work "spins":
//! whoever makes a goroutine ready wakes a thread unless one spins already.
//!
//! All of this runs on g0. A hook that has parked its goroutine returns [`End::Parked`], and the end of all hooks enters the scheduler
//! (`run::go_on`): the goroutine goes on through `rt_gogo` at what `rt_hookcall` or morestack saved. A goroutine's state must be set and its
//! thread's `curg` cleared before the lock is released that lets others make it ready.
//!
//! - [`queues`]: where ready goroutines wait
//! - [`run`]: parking a goroutine, finding the next one
//! - [`threads`]: threads and processors: who has which, who sleeps
//! - [`world`]: stopping all of them
//! - [`check`]: what prologues and loops ask for; [`stacks`]: stacks that programs ask for
//! - [`syscall`]: goroutines in system calls; [`everywhere`]: system calls that every thread makes
//! - [`locked`]: goroutines wired to threads
//! - [`sysmon`]: the thread that watches the others
//! - [`proc`]: making and ending goroutines, threads and processors
//! - [`timer`], [`netpoll`], [`signal`]: what comes from outside; [`finalizer`]: what comes from the collector
//! - [`bubble`], [`waits`], [`embedder`]: what later layers hear of, by tables that they fill
//!
//! The handshakes between threads that hold no common lock, going to sleep above all, are [`crate::protocol`]'s.
//!
//! Two rules keep all this going. Who holds a lock never waits for a P: the collector's lock is taken by who has
//! one, and changing their number takes that lock too. And who waits for another goroutine's or thread's work gives
//! the P up, or sleeps: nobody spins on what may be the last P that the other one needs.

pub mod bubble;
pub mod check;
pub mod embedder;
pub mod everywhere;
pub mod finalizer;
pub mod locked;
pub mod netpoll;
pub mod proc;
pub mod procs;
pub mod queues;
pub mod run;
pub mod signal;
pub mod stacks;
pub mod syscall;
pub mod sysmon;
pub mod threads;
pub mod timer;
pub mod waits;
pub mod world;

pub use crate::task::current::{cache, curg, getm};
pub use crate::task::{End, End::Done, End::Parked, Next};
pub use locked::*;
pub use queues::*;
pub use run::*;
pub use syscall::*;
pub use threads::*;
pub use world::*;

use crate::base::atomic::AtomicU64;
use crate::base::lock::{Global, Shared};
use crate::protocol::idle::Idle;
use crate::protocol::stop::Stop;
use crate::protocol::want::Wanting;
use crate::protocol::watch::Watch;
use crate::task::g::*;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicI32, AtomicU32, AtomicUsize, Ordering::*};

/// Most processors there can be.
pub const MAX_PROCS: usize = 256;

/// How many there may be here: each needs a thread to run it.
pub fn most_procs() -> usize {
    if crate::os::THREADS { MAX_PROCS } else { crate::os::ncpu() }
}

/// Shared state of the scheduler.
pub struct Sched {
    /// Guards `Inner`.
    pub lock: Shared,
    inner: Global<Inner>,
    /// Processors: [0, nprocs) exist.
    pub allp: [AtomicUsize; MAX_PROCS],
    pub nprocs: AtomicUsize,
    pub runq_size: AtomicUsize,
    pub idle: Idle,
    pub watch: Watch,
    pub stop: Stop,
    /// Bumped when the world starts again.
    world_epoch: AtomicU32,
    /// Goroutines that count: all but dead and system ones.
    pub ngs: AtomicI32,
    pub nsystem: AtomicI32,
    pub next_goid: AtomicU64,
    /// sysmon sleeps deeply: until a P is taken from the idle ones.
    pub sysmon_wait: AtomicU32,
    /// Threads without a P that will bring a goroutine: in system calls until they have a P again or the goroutine is
    /// queued, and with what they got from the poller.
    pub in_transit: AtomicI32,
    /// Of `Inner::pwanting`.
    pub wanting: Wanting,
    pub main_started: AtomicU32,
    /// The time when sysmon last looked.
    pub coarse_time: AtomicU64,
}

/// What the lock guards.
pub struct Inner {
    pub runq_head: *mut G,
    pub runq_tail: *mut G,
    pub pidle: *mut P,
    pub midle: *mut M,
    /// Ps that want to run where all threads there can be are on their way elsewhere, linked by `link` (`threads::want`).
    pub pwanting: *mut P,
    /// Threads there are, and may be.
    pub nm: u32,
    pub max_threads: u32,
    /// Records of threads that have ended, linked by `schedlink`.
    pub mfree: *mut M,
}

/// The scheduler.
pub static SCHED: Sched = Sched {
    lock: Shared::new("scheduler"),
    inner: Global::new(Inner {
        runq_head: null_mut(),
        runq_tail: null_mut(),
        pidle: null_mut(),
        midle: null_mut(),
        pwanting: null_mut(),
        nm: 0,
        max_threads: 10_000,
        mfree: null_mut(),
    }),
    allp: [const { AtomicUsize::new(0) }; MAX_PROCS],
    nprocs: AtomicUsize::new(0),
    runq_size: AtomicUsize::new(0),
    idle: Idle::from(AtomicU32::new(0), AtomicU32::new(0)),
    watch: Watch::from(AtomicU64::new(1), AtomicU64::new(0)),
    stop: Stop::from(AtomicU32::new(0), AtomicI32::new(0), AtomicU32::new(0)),
    world_epoch: AtomicU32::new(0),
    ngs: AtomicI32::new(0),
    nsystem: AtomicI32::new(0),
    next_goid: AtomicU64::new(1),
    sysmon_wait: AtomicU32::new(0),
    in_transit: AtomicI32::new(0),
    wanting: Wanting::from(AtomicU32::new(0)),
    main_started: AtomicU32::new(0),
    coarse_time: AtomicU64::new(0),
};

impl Sched {
    /// The guarded part.
    ///
    /// # Safety
    /// `lock` is held for as long as the reference is used.
    #[allow(clippy::mut_from_ref, reason = "the lock gives exclusiveness")]
    pub unsafe fn inner(&self) -> &mut Inner {
        // SAFETY: the caller's promise.
        unsafe { &mut *self.inner.get() }
    }
    /// Processor `i`.
    pub fn p(&self, i: usize) -> *mut P {
        self.allp[i].load(Acquire) as *mut P
    }
    /// Somebody stops the world.
    #[inline]
    pub fn stopping(&self) -> bool {
        self.stop.asked()
    }
}
