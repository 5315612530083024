//! The collector: precise, non-moving, mark and sweep, marking while the program runs.
//!
//! A cycle: finish the last sweep; stop the world; empty the Ps' caches; scan the stacks of the goroutines
//! that run and the runtime's records (`roots`); switch the write barrier on; start the world. Markers
//! (`mark`: worker threads and allocating goroutines) then trace the snapshot of that moment: the barrier
//! keeps overwritten pointers, objects are born marked, stacks are scanned before anybody touches them
//! (`protocol::claim`) and need no second look. When nothing is left: stop the world, drain the Ps' buffers, barrier off, all spans become unswept (`sweep`).
//!
//! What the scheduler provides (`set_world`):
//! - `stop`/`start` the world. Called on a system stack, by a thread that runs a P inside a hook;
//!   its goroutine stands at the call of the hook and is scanned like the others. If two threads
//!   stop at a time, the one that waits counts as stopped. Threads without P (workers) are never
//!   stopped and never stop.
//! - enumeration of MCaches (all, of idle Ps too) and of goroutines with their stacks.
//!
//! What the scheduler calls:
//! - `enable()` once it can stop the world; `poll(cache)` now and then from the scheduling loop
//!   (cheap; forces a cycle every 2 minutes), and whenever `wants_end()`: that is work like a ready goroutine,
//!   to be looked at before a P is given up. Also `help_idle(cache)` then;
//! - `collect(cache)` for `runtime.GC`: false means that another thread is collecting: let others
//!   run, then call again;
//! - `barrier::flush` from the write barrier stub;
//! - `worker::run` on `workers` threads, if it can make threads;
//! - `special` for finalizers, cleanups and weak pointers, `special::next_*` for the goroutine that
//!   calls them, `cycles()` to see whether sync.Pool should be cleaned.

pub mod barrier;
mod cycle;
pub mod mark;
pub mod pacer;
pub mod roots;
pub mod special;
pub mod stats;
pub mod sweep;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
pub mod typed;
pub mod verify;
pub mod worker;

use crate::base::lock::{Global, Guard, Shared};
use crate::base::meter::SUMS;
use crate::base::print::throw;
use crate::base::stopped::{Stopped, Why};
use crate::mem::cache::MCache;
use crate::mem::collector::{self, Collector};
use crate::mem::grey;
use crate::mem::{self, HEAP, sampling};
use crate::os;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, Ordering::*, fence};
use mark::Marker;

/// What the collector needs from the scheduler.
#[derive(Clone, Copy)]
pub struct World {
    /// Stops all goroutines at safepoints; returns when they stand.
    pub stop: unsafe fn(Why) -> Stopped,
    /// Lets them run again.
    pub start: unsafe fn(Stopped),
    /// Calls back with the cache of every P.
    pub each_cache: unsafe fn(&Stopped, &mut dyn FnMut(*mut MCache)),
    /// Number of goroutine slots.
    pub goroutines: unsafe fn(&Stopped) -> usize,
    /// Marks what the goroutines that run keep alive, as far as they stand at safepoints now, and notes that they are done.
    pub scan_running: unsafe fn(&Stopped, &mut Marker),
    /// Marks what goroutine slot `i` keeps alive, unless that has been done in this cycle: its stack and the pointers in its
    /// record. Dead ones keep nothing. Called from several threads, beside the program.
    pub scan_goroutine: unsafe fn(usize, &mut Marker),
    /// Marks what the runtime's other records keep alive (timers, waiting lists).
    pub scan_runtime: unsafe fn(&Stopped, &mut Marker),
    /// Empties what is kept only until the next collection. Marking has not begun.
    pub empty_pools: unsafe fn(&Stopped),
    /// Finalizers or cleanups may be waiting. Called without P, from any thread; must not block.
    pub wake_finalizers: unsafe fn(),
    /// Something happens that traces show. On a thread with a P.
    pub note: unsafe fn(Note),
    /// A cycle has ended: gives back what was kept for use again. Called beside the program, with or without P; must not block.
    pub give_back: unsafe fn(),
}

/// What traces show of the collector.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Note {
    /// Marking begins, ends.
    Marks,
    Marked,
    /// The calling thread's goroutine begins and ends marking for what it allocates.
    Assists,
    Assisted,
}

pub use crate::mem::collector::marking;
pub use cycle::{collect, free_os_memory, help_idle, poll};

/// The collector's switches.
pub struct State {
    enabled: AtomicBool,
    stress: AtomicBool,
    /// Check marks after each cycle, die on bad pointers.
    pub verify: AtomicBool,
    /// Background threads.
    pub workers: AtomicU32,
    /// The workers found nothing more to mark.
    idle: AtomicBool,
    /// See `set_idle_hook`.
    idle_hook: AtomicPtr<()>,
    /// `runtime.writeBarrier.enabled` of compiled code.
    flag: AtomicPtr<u32>,
    /// This cycle was asked for.
    forced: AtomicBool,
}

static STATE: State = State {
    enabled: AtomicBool::new(false),
    stress: AtomicBool::new(false),
    verify: AtomicBool::new(false),
    workers: AtomicU32::new(0),
    idle: AtomicBool::new(false),
    idle_hook: AtomicPtr::new(null_mut()),
    flag: AtomicPtr::new(null_mut()),
    forced: AtomicBool::new(false),
};

/// Held by the thread that moves the collector from phase to phase. Only ever tried: a holder of
/// a P must not wait here, or the world could not stop.
static LOCK: Shared = Shared::new("collector");

/// Holds the collector's lock until dropped. Who found it held and left the end of a cycle to the holder is not forgotten:
/// letting go, it looks whether a cycle wants to end.
pub struct Phase(Option<Guard<'static>>);

impl Drop for Phase {
    fn drop(&mut self) {
        self.0 = None;
        worker::done();
        // Against who gives a P up and looks at the lock behind its fence (`wants_end`).
        fence(SeqCst);
        if wants_end() {
            call_idle_hook();
        }
    }
}

/// The collector's lock, if it is free: until it is dropped no cycle begins or ends.
pub fn try_lock() -> Option<Phase> {
    LOCK.try_lock().map(|l| Phase(Some(l)))
}

/// Whether marking is complete and nobody is at it to end the cycle.
#[inline]
pub fn wants_end() -> bool {
    STATE.idle.load(Acquire) && !LOCK.is_locked() && marking()
}

unsafe fn nop() {}
unsafe fn note_nothing(_: Note) {}
unsafe fn no_stop(_: Why) -> Stopped {
    // SAFETY: nothing runs.
    unsafe { Stopped::new() }
}
unsafe fn no_start(_: Stopped) {}
unsafe fn no_caches(_: &Stopped, _: &mut dyn FnMut(*mut MCache)) {}
unsafe fn no_goroutines(_: &Stopped) -> usize {
    0
}
unsafe fn scan_none(_: usize, _: &mut Marker) {}
unsafe fn keep_pools(_: &Stopped) {}
unsafe fn scan_nothing(_: &Stopped, _: &mut Marker) {}

/// Set before `enable`.
static WORLD: Global<World> = Global::new(World {
    stop: no_stop,
    start: no_start,
    each_cache: no_caches,
    goroutines: no_goroutines,
    scan_running: scan_nothing,
    scan_goroutine: scan_none,
    scan_runtime: scan_nothing,
    empty_pools: keep_pools,
    wake_finalizers: nop,
    note: note_nothing,
    give_back: nop,
});

fn world() -> &'static World {
    // SAFETY: written once before collections are enabled.
    unsafe { &*WORLD.get() }
}

/// The collector's switches.
pub fn state() -> &'static State {
    &STATE
}

impl State {
    /// Whether marking runs beside the program.
    pub fn concurrent(&self) -> bool {
        !self.stress.load(Relaxed)
    }
}

/// Settings from the environment, as the start code found them.
#[derive(Clone, Copy)]
pub struct Config {
    /// GOGC in percent; negative is off. Default 100.
    pub gogc: i32,
    /// GOMEMLIMIT in bytes; `i64::MAX` is none.
    pub memory_limit: i64,
    /// OXIGO_GCSTRESS=1: collect at every slow allocation.
    pub stress: bool,
    /// OXIGO_GCVERIFY=1: check the marking after each cycle, die on bad pointers.
    pub verify: bool,
    /// Threads of the system that may mark at the same time as the program runs (0: none, the
    /// program's own threads do all the marking).
    pub workers: u32,
}

impl Config {
    /// What applies when the environment says nothing.
    pub const fn default() -> Config {
        Config { gogc: 100, memory_limit: i64::MAX, stress: false, verify: false, workers: 0 }
    }
}

static COLLECTOR: Collector =
    Collector { slow_alloc: cycle::on_slow_alloc, sweep_for: sweep::sweep_for, reclaim: sweep::reclaim };

/// Prepares collector and heap. Call once, first of all.
pub fn init(cfg: Config) {
    collector::set(&COLLECTOR);
    STATE.stress.store(cfg.stress, Relaxed);
    STATE.verify.store(cfg.verify, Relaxed);
    STATE.workers.store(cfg.workers, Relaxed);
    pacer::configure(cfg.gogc, cfg.memory_limit);
}

/// Registers the scheduler's side and the address of compiled code's barrier flag (a word of 32
/// bits, not 0 while the barrier is on; may be null).
///
/// # Safety
/// Once, before `enable`.
pub unsafe fn set_world(w: World, flag: *mut u32) {
    // SAFETY: nobody reads before `enable`.
    unsafe { *WORLD.get() = w };
    STATE.flag.store(flag, Release);
}

/// Collections may happen from now on.
pub fn enable() {
    STATE.enabled.store(true, Release);
}

fn set_marking(on: bool, stopped: &Stopped) {
    collector::set_marking(on, stopped);
    let f = STATE.flag.load(Acquire);
    if !f.is_null() {
        // SAFETY: the registered flag; compiled code only reads it, and the world is stopped.
        // 1 in each byte: compiled code may look at the word or at a bool in its first byte.
        unsafe { AtomicU32::from_ptr(f).store(on as u32 * 0x0101_0101, Release) };
    }
}

/// A marker found no more work anywhere: some thread with a P must come to `poll` or allocate.
fn note_idle() {
    if !STATE.idle.swap(true, AcqRel) {
        call_idle_hook();
    }
}

fn call_idle_hook() {
    let f = STATE.idle_hook.load(Acquire);
    if !f.is_null() {
        // SAFETY: only `set_idle_hook` stores here.
        unsafe { core::mem::transmute::<*mut (), fn()>(f)() };
    }
}

/// Registers what to do when marking is complete and may be ended: make sure that a thread with a
/// P calls `poll` soon. Called from any thread, with or without P; must not block.
pub fn set_idle_hook(f: fn()) {
    STATE.idle_hook.store(f as *mut (), Release);
}

fn wake_finalizers() {
    // SAFETY: callable from any thread.
    unsafe { (world().wake_finalizers)() };
}

fn give_back() {
    // SAFETY: callable from any thread.
    unsafe { (world().give_back)() };
}

/// Flushes all caches so that statistics are exact.
pub fn flush_caches(stopped: &Stopped) {
    // SAFETY: nobody uses them while the world is stopped.
    unsafe { (world().each_cache)(stopped, &mut |c| (*c).flush()) };
}

/// Number of completed cycles.
pub fn cycles() -> u32 {
    pacer::cycles()
}

/// Prepares a P's cache to be dropped (GOMAXPROCS shrinks); the world is stopped.
///
/// # Safety
/// The caller owns the cache.
pub unsafe fn retire_cache(c: *mut MCache) {
    // SAFETY: the caller's promise.
    unsafe {
        barrier::flush(c);
        (*c).gcw.flush();
        (*c).flush();
    }
}

/// Dies unless the collector's invariants hold right now (world stopped): for tests.
pub fn check_idle() {
    if grey::available() || (!marking() && HEAP.sweepgen.load(Relaxed) & 1 != 0) {
        throw("collector is not idle");
    }
}
