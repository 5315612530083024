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

use crate::base::lock::{Global, Guard, Mutex};
use crate::base::print::throw;
use crate::base::stopped::Stopped;
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
    pub stop: unsafe fn() -> Stopped,
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
    /// Finalizers or cleanups may be waiting. Called without P, from any thread; must not block.
    pub wake_finalizers: unsafe fn(),
    /// A cycle has ended: gives back what was kept for use again. Called beside the program, with or without P; must not block.
    pub give_back: unsafe fn(),
}

pub use crate::mem::collector::marking;

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
static LOCK: Mutex = Mutex::new();

/// Holds the collector's lock until dropped. Who found it held and left the end of a cycle to the holder is not forgotten:
/// letting go, it looks whether a cycle wants to end.
pub struct Phase(Option<Guard<'static>>);

impl Drop for Phase {
    fn drop(&mut self) {
        self.0 = None;
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

/// A thread with a P has nothing else to do: without background threads it marks or sweeps a little. False if there is nothing
/// to do.
///
/// # Safety
/// The P's own cache.
pub unsafe fn help_idle(c: *mut MCache) -> bool {
    if STATE.workers.load(Relaxed) != 0 || !STATE.enabled.load(Relaxed) {
        return false;
    }
    if !marking() {
        return sweep::one().is_some();
    }
    // SAFETY: the caller's promise.
    unsafe { assist(c, 1 << 20) };
    !STATE.idle.load(Acquire)
}

unsafe fn nop() {}
unsafe fn no_stop() -> Stopped {
    // SAFETY: nothing runs.
    unsafe { Stopped::new() }
}
unsafe fn no_start(_: Stopped) {}
unsafe fn no_caches(_: &Stopped, _: &mut dyn FnMut(*mut MCache)) {}
unsafe fn no_goroutines(_: &Stopped) -> usize {
    0
}
unsafe fn scan_none(_: usize, _: &mut Marker) {}
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
    wake_finalizers: nop,
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
    Collector { slow_alloc: on_slow_alloc, sweep_for: sweep::sweep_for, reclaim: sweep::reclaim };

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

/// Before an allocation leaves the fast path: starts, helps or ends a cycle. A safepoint.
///
/// # Safety
/// The P's own cache.
unsafe fn on_slow_alloc(c: *mut MCache, bytes: usize) {
    if !STATE.enabled.load(Relaxed) {
        return;
    }
    // SAFETY: the caller's promise.
    unsafe {
        if marking() {
            assist(c, bytes);
            if STATE.idle.load(Acquire) {
                try_finish();
            }
        } else if STATE.stress.load(Relaxed) {
            collect(c);
        } else if pacer::due() {
            try_start(c, false);
        }
    }
}

/// Pays for an allocation by marking.
unsafe fn assist(c: *mut MCache, bytes: usize) {
    // SAFETY: the P's own cache.
    unsafe {
        (*c).assist_debt += pacer::assist_work(bytes) as isize;
        // With workers at it, small debts wait until they are worth the trouble.
        let patience = if STATE.workers.load(Relaxed) != 0 { 64 << 10 } else { 8 << 10 };
        if (*c).assist_debt < patience {
            return;
        }
        let debt = (*c).assist_debt as usize;
        let mut m = Marker::new(&mut (*c).gcw);
        let dry = m.drain(debt);
        (*c).assist_debt = debt as isize - m.work as isize;
        // Nothing private: what this P found and didn't scan would wait until its next turn.
        m.flush_queue();
        drop(m);
        if dry {
            (*c).assist_debt = 0;
            if worker::quiescent() {
                note_idle();
            }
        } else {
            worker::wake();
        }
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

/// Starts a cycle unless somebody else is at it.
unsafe fn try_start(c: *mut MCache, forced: bool) -> bool {
    let Some(g) = try_lock() else { return false };
    if marking() {
        return false;
    }
    // SAFETY: we hold the lock.
    unsafe {
        start(forced);
        if !STATE.concurrent() {
            drain_here(c);
            while !finish() {
                drain_here(c);
            }
        }
    }
    drop(g);
    true
}

/// From no marking to marking.
unsafe fn start(forced: bool) {
    sweep::finish();
    let w = world();
    // SAFETY: the lock is held; the scheduler stops everything that could interfere.
    unsafe {
        let stopped = (w.stop)();
        pacer::pause(true);
        // Somebody may have been about to sweep a span it claimed; and workers may not have
        // noticed the end of the last cycle yet.
        sweep::finish();
        while !worker::idle() {
            os::yield_now();
        }
        (w.each_cache)(&stopped, &mut |c| {
            (*c).flush();
            (*c).wb.reset();
            (*c).gcw.flush();
            (*c).assist_debt = 0;
        });
        mark::MARKED.store(0, Relaxed);
        mark::SCANNED.store(0, Relaxed);
        STATE.idle.store(false, Relaxed);
        STATE.forced.store(forced, Relaxed);
        pacer::start_mark(&stopped);
        roots::prepare(mem::arenas_high(), (w.goroutines)(&stopped), &stopped);
        set_marking(true, &stopped);
        let mut gcw = grey::Gcw::new();
        let mut m = Marker::new(&mut gcw);
        (w.scan_runtime)(&stopped, &mut m);
        special::mark_queues(&mut m, &stopped);
        (w.scan_running)(&stopped, &mut m);
        m.flush_queue();
        drop(m);
        pacer::pause(false);
        (w.start)(stopped);
    }
    worker::wake();
}

/// Marks on this thread until nothing is left anywhere.
unsafe fn drain_here(c: *mut MCache) {
    loop {
        {
            // SAFETY: the P's own cache.
            let mut m = Marker::new(unsafe { &mut (*c).gcw });
            m.drain(usize::MAX);
            m.flush_queue();
        }
        if worker::quiescent() {
            return;
        }
        os::yield_now();
    }
}

/// Ends the cycle if marking is complete and nobody else is at it.
unsafe fn try_finish() -> bool {
    let Some(_g) = try_lock() else { return false };
    if !worker::quiescent() {
        STATE.idle.store(false, SeqCst);
        // The worker may have come to its end just before that store.
        if worker::quiescent() {
            STATE.idle.store(true, SeqCst);
        }
        return false;
    }
    // SAFETY: the lock is held.
    marking() && unsafe { finish() }
}

/// How much may be left to mark when the world stops for the end of a cycle; more is marked beside
/// the program.
const LEFTOVER: usize = 1 << 20;

/// From marking to sweeping. False if too much turned up that was not marked yet; the program runs
/// on then, and marking too.
unsafe fn finish() -> bool {
    let w = world();
    // SAFETY: the lock is held; the scheduler stops everything that could interfere.
    unsafe {
        let stopped = (w.stop)();
        pacer::pause(true);
        (w.each_cache)(&stopped, &mut |c| {
            barrier::flush(c);
            (*c).gcw.flush();
        });
        let mut gcw = grey::Gcw::new();
        let mut budget = LEFTOVER;
        let mut spins = 0;
        loop {
            let mut m = Marker::new(&mut gcw);
            let dry = m.drain(budget);
            m.flush_queue();
            budget = budget.saturating_sub(m.work);
            drop(m);
            if dry && worker::quiescent() {
                break;
            }
            // A worker that is still at it may not even have a CPU: don't make the program wait.
            spins += dry as u32;
            if budget == 0 || spins > 1000 {
                STATE.idle.store(false, Release);
                pacer::pause(false);
                (w.start)(stopped);
                worker::wake();
                return false;
            }
            core::hint::spin_loop();
        }
        // While still marking: what caches didn't hand out loses its mark.
        (w.each_cache)(&stopped, &mut |c| (*c).flush());
        set_marking(false, &stopped);
        STATE.idle.store(false, Relaxed);
        pacer::end_mark(mark::MARKED.load(Relaxed), &stopped);
        if STATE.verify.load(Relaxed) {
            verify::check(&stopped);
        }
        if let Some(p) = sampling::ops() {
            (p.next_cycle)(&stopped);
        }
        sweep::start_cycle(&stopped);
        pacer::pause(false);
        pacer::count_cycle(STATE.forced.load(Relaxed));
        (w.start)(stopped);
    }
    if let Some(p) = sampling::ops() {
        (p.flush)();
    }
    worker::cycle_ended();
    true
}

/// `runtime.GC`: a complete cycle that began after the call, sweep included. False if another
/// thread is collecting: let it work (reach a safepoint) and call again. A safepoint.
///
/// # Safety
/// The P's own cache.
pub unsafe fn collect(c: *mut MCache) -> bool {
    if !STATE.enabled.load(Acquire) {
        return true;
    }
    let Some(_g) = try_lock() else { return false };
    // SAFETY: the lock is held.
    unsafe {
        if marking() {
            drain_here(c);
            while !finish() {
                drain_here(c);
            }
        }
        start(true);
        drain_here(c);
        while !finish() {
            drain_here(c);
        }
    }
    sweep::finish();
    if let Some(p) = sampling::ops() {
        (p.collected)();
    }
    true
}

/// `debug.FreeOSMemory`: as `collect`, then gives back all free memory.
///
/// # Safety
/// The P's own cache.
pub unsafe fn free_os_memory(c: *mut MCache) -> bool {
    // SAFETY: the caller's promise.
    if !unsafe { collect(c) } {
        return false;
    }
    mem::scavenge_all();
    true
}

/// Nanoseconds after which a cycle is due even if little was allocated.
const FORCE_AFTER: u64 = 120_000_000_000;

/// From the scheduling loop: ends a cycle that is complete, helps one that is not if there are no
/// workers, and starts one that is long overdue. A safepoint; nothing is on the P.
///
/// # Safety
/// The P's own cache.
pub unsafe fn poll(c: *mut MCache) {
    if !STATE.enabled.load(Relaxed) {
        return;
    }
    // SAFETY: the caller's promise.
    unsafe {
        if marking() {
            if STATE.workers.load(Relaxed) == 0 {
                assist(c, 64 << 10);
            }
            if STATE.idle.load(Acquire) {
                try_finish();
            }
        } else if pacer::goal() != usize::MAX {
            let last = pacer::last_cycle();
            if last != 0 && os::nanotime().saturating_sub(last) > FORCE_AFTER {
                try_start(c, true);
            }
        }
    }
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
