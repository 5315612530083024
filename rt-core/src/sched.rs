//! The scheduler: which goroutine runs on which thread.
//!
//! M:N as in Go. A thread (M) needs a processor (P) to run Go code. Ready goroutines wait in the
//! P's queues or the global one; a P without work steals. Threads without work sleep on a futex; one
//! of them sleeps in the poller instead, until the next timer. A thread that looks for work "spins"
//! (SCHED.spinning): whoever makes a goroutine ready wakes a thread unless one spins already.
//!
//! All of this runs on g0. `schedule` and `park` don't return: the goroutine goes on through
//! `rt_gogo` at what `rt_hookcall` or morestack saved. A goroutine's state must be set and its
//! thread's `curg` cleared before the lock is released that lets others make it ready.
#![allow(
    unsafe_op_in_unsafe_fn,
    clippy::missing_safety_doc,
    reason = "records are raw pointers throughout; all functions run on g0 of a live M"
)]

use crate::atomic::AtomicU64;
use crate::g::*;
use crate::os;
use crate::print::throw;
use crate::sync::{Global, Mutex};
use crate::{gc, netpoll, proc, profile, synctest, timer};
use core::ptr::null_mut;
use core::sync::atomic::{AtomicI32, AtomicU32, AtomicUsize, Ordering::*};

/// Most processors there can be.
pub const MAX_PROCS: usize = 256;

/// Shared state of the scheduler.
pub struct Sched {
    /// Guards `Inner`.
    pub lock: Mutex,
    inner: Global<Inner>,
    /// Processors: [0, nprocs) exist.
    pub allp: [AtomicUsize; MAX_PROCS],
    pub nprocs: AtomicUsize,
    pub runq_size: AtomicUsize,
    pub idle_ps: AtomicU32,
    pub spinning: AtomicU32,
    /// Somebody stops the world.
    pub stopping: AtomicU32,
    stop_wait: AtomicI32,
    stop_note: AtomicU32,
    /// Bumped when the world starts again.
    world_epoch: AtomicU32,
    /// When a thread last polled; 0: one sleeps in the poller.
    pub last_poll: AtomicU64,
    /// Until when it sleeps.
    pub poll_until: AtomicU64,
    /// Goroutines that count: all but dead and system ones.
    pub ngs: AtomicI32,
    pub nsystem: AtomicI32,
    pub next_goid: AtomicU64,
    /// sysmon sleeps deeply.
    pub sysmon_wait: AtomicU32,
    /// Threads without a P that will bring a goroutine: in system calls until they have a P again or the goroutine is
    /// queued, and with what they got from the poller.
    pub in_transit: AtomicI32,
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
    pub nmidle: u32,
    pub nm: u32,
    pub gfree: *mut G,
    pub allm: *mut M,
}

/// The scheduler.
pub static SCHED: Sched = Sched {
    lock: Mutex::new(),
    inner: Global::new(Inner {
        runq_head: null_mut(),
        runq_tail: null_mut(),
        pidle: null_mut(),
        midle: null_mut(),
        nmidle: 0,
        nm: 0,
        gfree: null_mut(),
        allm: null_mut(),
    }),
    allp: [const { AtomicUsize::new(0) }; MAX_PROCS],
    nprocs: AtomicUsize::new(0),
    runq_size: AtomicUsize::new(0),
    idle_ps: AtomicU32::new(0),
    spinning: AtomicU32::new(0),
    stopping: AtomicU32::new(0),
    stop_wait: AtomicI32::new(0),
    stop_note: AtomicU32::new(0),
    world_epoch: AtomicU32::new(0),
    last_poll: AtomicU64::new(1),
    poll_until: AtomicU64::new(0),
    ngs: AtomicI32::new(0),
    nsystem: AtomicI32::new(0),
    next_goid: AtomicU64::new(1),
    sysmon_wait: AtomicU32::new(0),
    in_transit: AtomicI32::new(0),
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
        &mut *self.inner.get()
    }
    /// Processor `i`.
    pub fn p(&self, i: usize) -> *mut P {
        self.allp[i].load(Acquire) as *mut P
    }
}

/// The calling thread.
#[inline]
pub fn getm() -> *mut M {
    // SAFETY: the thread-local g always names a live record with its thread.
    unsafe { (*(rt_arch::rt_getg() as *mut G)).m }
}

/// The goroutine on whose behalf this hook runs.
///
/// # Safety
/// In a hook.
#[inline]
pub unsafe fn curg() -> *mut G {
    (*getm()).curg
}

/// The cache of the calling thread's processor.
///
/// # Safety
/// The thread holds a P.
#[inline]
pub unsafe fn cache() -> *mut crate::heap::MCache {
    (*(*getm()).p).cache
}

// ---- queues

/// A list of goroutines linked by `schedlink`.
#[derive(Clone, Copy)]
pub struct GList {
    pub head: *mut G,
    pub tail: *mut G,
    pub n: usize,
}

impl GList {
    /// An empty list.
    pub const fn new() -> GList {
        GList { head: null_mut(), tail: null_mut(), n: 0 }
    }
    /// Adds at the end.
    ///
    /// # Safety
    /// `g` is on no list.
    pub unsafe fn push(&mut self, g: *mut G) {
        (*g).schedlink = null_mut();
        if self.head.is_null() {
            self.head = g;
        } else {
            (*self.tail).schedlink = g;
        }
        self.tail = g;
        self.n += 1;
    }
    /// Takes the first.
    ///
    /// # Safety
    /// The list is sound.
    pub unsafe fn pop(&mut self) -> *mut G {
        let g = self.head;
        if !g.is_null() {
            self.head = (*g).schedlink;
            self.n -= 1;
        }
        g
    }
}

impl Default for GList {
    fn default() -> GList {
        GList::new()
    }
}

/// Adds to the global queue; the lock is held.
unsafe fn globrunq_put(g: *mut G, front: bool) {
    let s = SCHED.inner();
    if front {
        (*g).schedlink = s.runq_head;
        s.runq_head = g;
        if s.runq_tail.is_null() {
            s.runq_tail = g;
        }
    } else {
        (*g).schedlink = null_mut();
        if s.runq_tail.is_null() {
            s.runq_head = g;
        } else {
            (*s.runq_tail).schedlink = g;
        }
        s.runq_tail = g;
    }
    SCHED.runq_size.fetch_add(1, Relaxed);
}

unsafe fn globrunq_pop() -> *mut G {
    let s = SCHED.inner();
    let g = s.runq_head;
    if !g.is_null() {
        s.runq_head = (*g).schedlink;
        if s.runq_head.is_null() {
            s.runq_tail = null_mut();
        }
        SCHED.runq_size.fetch_sub(1, Relaxed);
    }
    g
}

/// Takes one goroutine for now and some for the local queue; the lock is held.
unsafe fn globrunq_get(p: *mut P, max: usize) -> *mut G {
    let size = SCHED.runq_size.load(Relaxed);
    if size == 0 {
        return null_mut();
    }
    let mut n = (size / SCHED.nprocs.load(Relaxed).max(1) + 1).min(size).min(RUNQ / 2);
    if max > 0 {
        n = n.min(max);
    }
    let first = globrunq_pop();
    for _ in 1..n {
        let g = globrunq_pop();
        if g.is_null() {
            break;
        }
        if !runq_try_put(p, g) {
            globrunq_put(g, true);
            break;
        }
    }
    first
}

unsafe fn runq_try_put(p: *mut P, g: *mut G) -> bool {
    let h = (*p).head.load(Acquire);
    let t = (*p).tail.load(Relaxed);
    if t.wrapping_sub(h) >= RUNQ as u32 {
        return false;
    }
    (&(*p).runq)[t as usize % RUNQ].store(g as usize, Relaxed);
    (*p).tail.store(t.wrapping_add(1), Release);
    true
}

/// Adds to the local queue; `next`: it runs next, the one that would have goes to the queue's end.
pub unsafe fn runq_put(p: *mut P, mut g: *mut G, next: bool) {
    if next {
        g = (*p).runnext.swap(g as usize, AcqRel) as *mut G;
        if g.is_null() {
            return;
        }
    }
    if !runq_try_put(p, g) {
        // Full: half of it goes to the global queue.
        let _l = SCHED.lock.lock();
        for _ in 0..RUNQ / 2 {
            let old = runq_pop(p);
            if old.is_null() {
                break;
            }
            globrunq_put(old, false);
        }
        globrunq_put(g, false);
    }
}

unsafe fn runq_pop(p: *mut P) -> *mut G {
    loop {
        let h = (*p).head.load(Acquire);
        let t = (*p).tail.load(Relaxed);
        if h == t {
            return null_mut();
        }
        let g = (&(*p).runq)[h as usize % RUNQ].load(Relaxed);
        if (*p).head.compare_exchange(h, h.wrapping_add(1), AcqRel, Relaxed).is_ok() {
            return g as *mut G;
        }
    }
}

/// Takes from the local queue.
unsafe fn runq_get(p: *mut P) -> *mut G {
    let n = (*p).runnext.load(Relaxed);
    if n != 0 && (*p).runnext.compare_exchange(n, 0, AcqRel, Relaxed).is_ok() {
        return n as *mut G;
    }
    runq_pop(p)
}

/// Whether a processor's queues are empty.
pub unsafe fn runq_empty(p: *mut P) -> bool {
    (*p).head.load(Acquire) == (*p).tail.load(Acquire) && (*p).runnext.load(Acquire) == 0
}

/// Steals half of `from`'s queue; one of them is returned.
unsafe fn runq_steal(p: *mut P, from: *mut P, take_next: bool) -> *mut G {
    loop {
        let h = (*from).head.load(Acquire);
        let t = (*from).tail.load(Acquire);
        let avail = t.wrapping_sub(h);
        let n = avail - avail / 2;
        if n == 0 {
            if take_next {
                let g = (*from).runnext.load(Acquire);
                if g != 0 {
                    if (*from).status.load(Relaxed) == pstatus::RUNNING {
                        // It is about to run it: give it a moment.
                        os::yield_now();
                    }
                    if (*from).runnext.compare_exchange(g, 0, AcqRel, Relaxed).is_ok() {
                        return g as *mut G;
                    }
                    continue;
                }
            }
            return null_mut();
        }
        if n as usize > RUNQ / 2 {
            continue;
        }
        let mine = (*p).tail.load(Relaxed);
        let mut last = 0;
        for i in 0..n {
            last = (&(*from).runq)[h.wrapping_add(i) as usize % RUNQ].load(Relaxed);
            (&(*p).runq)[mine.wrapping_add(i) as usize % RUNQ].store(last, Relaxed);
        }
        if (*from).head.compare_exchange(h, h.wrapping_add(n), AcqRel, Relaxed).is_ok() {
            if n > 1 {
                (*p).tail.store(mine.wrapping_add(n - 1), Release);
            }
            return last as *mut G;
        }
    }
}

// ---- ready and park

/// Makes a waiting goroutine runnable. From any thread, with or without P.
pub unsafe fn ready(g: *mut G) {
    ready_at(g, true)
}

/// As `ready`; `next`: it runs as soon as the current goroutine stops.
pub unsafe fn ready_at(g: *mut G, next: bool) {
    if (*g).status.compare_exchange(status::WAITING, status::RUNNABLE, AcqRel, Relaxed).is_err() {
        throw("bad g status in ready");
    }
    if (*g).durable {
        synctest::woken(g);
    }
    let p = (*getm()).p;
    if p.is_null() {
        let _l = SCHED.lock.lock();
        globrunq_put(g, false);
    } else {
        runq_put(p, g, next);
    }
    wakep();
}

/// Makes a list of waiting goroutines runnable.
pub unsafe fn inject(list: &mut GList) {
    if list.n == 0 {
        return;
    }
    let n = list.n;
    {
        let _l = SCHED.lock.lock();
        loop {
            let g = list.pop();
            if g.is_null() {
                break;
            }
            (*g).set_status(status::RUNNABLE);
            globrunq_put(g, false);
        }
    }
    for _ in 0..n {
        if SCHED.idle_ps.load(Relaxed) == 0 {
            break;
        }
        wakep();
    }
}

/// Makes runnable what the poller has found, which counted as in transit until now.
pub unsafe fn inject_polled(mut list: GList) {
    if list.n > 0 {
        inject(&mut list);
        SCHED.in_transit.fetch_sub(1, SeqCst);
    }
}

/// Marks the current goroutine as waiting; afterwards the lock may be released that guards what it
/// waits for, and `schedule` called.
pub unsafe fn prepare_park(reason: Wait) -> *mut G {
    let m = getm();
    let g = (*m).curg;
    (*g).wait_reason = reason as u8;
    (*g).wait_since = SCHED.coarse_time.load(Relaxed);
    profile::lock::parks(g, reason);
    (*g).m = null_mut();
    (*m).curg = null_mut();
    (*g).set_status(status::WAITING);
    if !(*g).bubble.is_null() {
        synctest::parked(g, reason);
    }
    g
}

/// Parks the current goroutine, which nobody can wake yet, or only by design.
pub unsafe fn park(reason: Wait) -> ! {
    prepare_park(reason);
    schedule()
}

/// Puts the current goroutine at the end of the global queue and runs another.
pub unsafe fn gosched() -> ! {
    let m = getm();
    let g = (*m).curg;
    (*g).preempt.store(false, Relaxed);
    (*g).m = null_mut();
    (*m).curg = null_mut();
    {
        let _l = SCHED.lock.lock();
        (*g).set_status(status::RUNNABLE);
        globrunq_put(g, false);
    }
    if SCHED.main_started.load(Relaxed) != 0 {
        wakep();
    }
    schedule()
}

/// Runs a goroutine.
unsafe fn execute(g: *mut G) -> ! {
    profile::lock::runs(g);
    let m = getm();
    (*m).curg = g;
    (*g).m = m;
    (*g).set_status(status::RUNNING);
    (*g).preempt.store(false, Relaxed);
    (*g).stackguard0.store((*g).normal_guard(), Relaxed);
    let p = (*m).p;
    (*p).preempt.store(false, Relaxed);
    (*p).schedtick.fetch_add(1, Relaxed);
    rt_arch::rt_gogo(g.cast())
}

/// Finds a goroutine and runs it.
pub unsafe fn schedule() -> ! {
    let m = getm();
    if (*m).locks != 0 {
        throw("schedule: holding locks");
    }
    if !(*m).lockedg.is_null() {
        proc::stop_locked_m(m);
        execute((*m).lockedg);
    }
    loop {
        let g = find_runnable(m);
        if (*m).spinning {
            reset_spinning(m);
        }
        if !(*g).lockedm.is_null() && (*g).lockedm != m {
            proc::start_locked_m(m, g);
            continue;
        }
        execute(g);
    }
}

unsafe fn reset_spinning(m: *mut M) {
    (*m).spinning = false;
    SCHED.spinning.fetch_sub(1, AcqRel);
    // Another one takes over, in case more work came meanwhile.
    wakep();
}

unsafe fn find_runnable(m: *mut M) -> *mut G {
    'top: loop {
        let p = (*m).p;
        if SCHED.stopping.load(Acquire) != 0 {
            stop_here(m);
            continue;
        }
        let tick = (*p).schedtick.load(Relaxed);
        if tick.is_multiple_of(64) {
            gc::poll((*p).cache);
        }
        timer::run_due();
        // Fairness: the global queue now and then.
        if tick.is_multiple_of(61) && SCHED.runq_size.load(Relaxed) > 0 {
            let l = SCHED.lock.lock();
            let g = globrunq_get(p, 1);
            drop(l);
            if !g.is_null() {
                return g;
            }
        }
        let g = runq_get(p);
        if !g.is_null() {
            return g;
        }
        if SCHED.runq_size.load(Relaxed) > 0 {
            let l = SCHED.lock.lock();
            let g = globrunq_get(p, 0);
            drop(l);
            if !g.is_null() {
                return g;
            }
        }
        if netpoll::waiting() && SCHED.last_poll.load(Relaxed) != 0 {
            let list = netpoll::poll(0);
            if list.n > 0 {
                inject_polled(list);
                continue;
            }
        }
        let nprocs = SCHED.nprocs.load(Relaxed);
        let busy = nprocs as u32 - SCHED.idle_ps.load(Relaxed).min(nprocs as u32);
        if (*m).spinning || 2 * SCHED.spinning.load(Relaxed) < busy {
            if !(*m).spinning {
                (*m).spinning = true;
                SCHED.spinning.fetch_add(1, AcqRel);
            }
            for round in 0..4 {
                let start = crate::rand::next(m) as usize;
                for i in 0..nprocs {
                    let from = SCHED.p((start + i) % nprocs);
                    if from == p {
                        continue;
                    }
                    let g = runq_steal(p, from, round == 3);
                    if !g.is_null() {
                        return g;
                    }
                }
            }
        }
        // Nothing: give the P up.
        let l = SCHED.lock.lock();
        if SCHED.stopping.load(Acquire) != 0 {
            continue;
        }
        if SCHED.runq_size.load(Relaxed) > 0 {
            let g = globrunq_get(p, 0);
            drop(l);
            return g;
        }
        release_p(m);
        pidle_put(p);
        drop(l);
        if (*m).spinning {
            (*m).spinning = false;
            SCHED.spinning.fetch_sub(1, SeqCst);
            // Who made work just now may have counted on us: look once more.
            if work_anywhere() {
                let l = SCHED.lock.lock();
                let p = pidle_get();
                drop(l);
                if !p.is_null() {
                    acquire_p(m, p);
                    (*m).spinning = true;
                    SCHED.spinning.fetch_add(1, AcqRel);
                    continue;
                }
            }
        }
        // One idle thread waits in the poller, for descriptors and for the next timer.
        let when = timer::next_when();
        if (netpoll::waiting() || when != 0) && SCHED.last_poll.swap(0, SeqCst) != 0 {
            SCHED.poll_until.store(if when == 0 { u64::MAX } else { when }, SeqCst);
            let when = timer::next_when();
            let now = os::nanotime();
            let delay = if when == 0 { -1 } else { (when.saturating_sub(now)).min(i64::MAX as u64) as i64 };
            let list = netpoll::poll(delay);
            SCHED.poll_until.store(0, SeqCst);
            SCHED.last_poll.store(os::nanotime(), SeqCst);
            let l = SCHED.lock.lock();
            let p = pidle_get();
            drop(l);
            if !p.is_null() {
                acquire_p(m, p);
                inject_polled(list);
                (*m).spinning = true;
                SCHED.spinning.fetch_add(1, AcqRel);
                continue 'top;
            }
            inject_polled(list);
        }
        proc::check_dead();
        stop_m(m);
    }
}

unsafe fn work_anywhere() -> bool {
    if SCHED.runq_size.load(SeqCst) > 0 {
        return true;
    }
    for i in 0..SCHED.nprocs.load(Relaxed) {
        if !runq_empty(SCHED.p(i)) {
            return true;
        }
    }
    let w = timer::next_when();
    w != 0 && w <= os::nanotime()
}

// ---- threads and processors

/// Sleeps until somebody hands a P over.
pub unsafe fn stop_m(m: *mut M) {
    {
        let _l = SCHED.lock.lock();
        let s = SCHED.inner();
        (*m).schedlink = s.midle;
        s.midle = m;
        s.nmidle += 1;
    }
    m_park(m);
    acquire_p(m, (*m).nextp);
    (*m).nextp = null_mut();
}

/// Sleeps until `m_unpark`.
pub unsafe fn m_park(m: *mut M) {
    while (*m).park.load(Acquire) == 0 {
        os::futex_wait(&(*m).park, 0, -1);
    }
    (*m).park.store(0, Release);
}

/// Wakes a thread out of `m_park`.
pub unsafe fn m_unpark(m: *mut M) {
    (*m).park.store(1, Release);
    os::futex_wake(&(*m).park, 1);
}

/// The thread takes a P that is its alone.
pub unsafe fn acquire_p(m: *mut M, p: *mut P) {
    (*m).p = p;
    (*p).m = m;
    (*p).status.store(pstatus::RUNNING, Release);
}

/// The thread leaves its P.
pub unsafe fn release_p(m: *mut M) -> *mut P {
    let p = (*m).p;
    (*p).m = null_mut();
    (*p).status.store(pstatus::IDLE, Release);
    (*m).p = null_mut();
    p
}

/// Adds to the idle Ps; the lock is held.
pub unsafe fn pidle_put(p: *mut P) {
    let s = SCHED.inner();
    (*p).link = s.pidle;
    s.pidle = p;
    SCHED.idle_ps.fetch_add(1, SeqCst);
}

/// Takes an idle P; the lock is held.
pub unsafe fn pidle_get() -> *mut P {
    let s = SCHED.inner();
    let p = s.pidle;
    if !p.is_null() {
        s.pidle = (*p).link;
        SCHED.idle_ps.fetch_sub(1, SeqCst);
        if SCHED.sysmon_wait.load(Relaxed) != 0 && SCHED.sysmon_wait.swap(0, SeqCst) != 0 {
            os::futex_wake(&SCHED.sysmon_wait, 1);
        }
    }
    p
}

/// Wakes a thread to look for work, unless one does.
pub unsafe fn wakep() {
    if SCHED.idle_ps.load(SeqCst) == 0
        || SCHED.spinning.load(Relaxed) != 0
        || SCHED.spinning.compare_exchange(0, 1, AcqRel, Relaxed).is_err()
    {
        return;
    }
    let l = SCHED.lock.lock();
    let p = if SCHED.stopping.load(Relaxed) != 0 { null_mut() } else { pidle_get() };
    drop(l);
    if p.is_null() {
        SCHED.spinning.fetch_sub(1, AcqRel);
        return;
    }
    start_m(p, true);
}

/// Has some thread run `p`; `spinning`: it is counted as such already.
pub unsafe fn start_m(p: *mut P, spinning: bool) {
    let l = SCHED.lock.lock();
    let s = SCHED.inner();
    let m = s.midle;
    if m.is_null() {
        drop(l);
        proc::new_m(p, spinning);
        return;
    }
    s.midle = (*m).schedlink;
    s.nmidle -= 1;
    drop(l);
    (*m).spinning = spinning;
    (*m).nextp = p;
    m_unpark(m);
}

/// A P whose thread is in a system call or locked away: somebody else runs it, or it idles.
pub unsafe fn handoff_p(p: *mut P) {
    if !runq_empty(p) || SCHED.runq_size.load(Relaxed) != 0 {
        start_m(p, false);
        return;
    }
    if SCHED.spinning.load(SeqCst) + SCHED.idle_ps.load(SeqCst) == 0
        && SCHED.spinning.compare_exchange(0, 1, AcqRel, Relaxed).is_ok()
    {
        start_m(p, true);
        return;
    }
    let l = SCHED.lock.lock();
    if SCHED.stopping.load(Relaxed) != 0 {
        (*p).status.store(pstatus::GCSTOP, Release);
        count_stopped();
        return;
    }
    if SCHED.runq_size.load(Relaxed) != 0 {
        drop(l);
        start_m(p, false);
        return;
    }
    pidle_put(p);
    drop(l);
    let when = timer::next_when();
    if when != 0 {
        timer::wake_poller(when);
    }
    proc::check_dead();
}

// ---- stopping the world

/// One stopper at a time.
static WORLD: Mutex = Mutex::new();

fn count_stopped() {
    if SCHED.stop_wait.fetch_sub(1, AcqRel) == 1 {
        SCHED.stop_note.fetch_add(1, Release);
        os::futex_wake(&SCHED.stop_note, 1);
    }
}

/// Stops in place, with the P, until the world starts again. Does nothing if nobody stops it.
pub unsafe fn stop_here(m: *mut M) {
    let p = (*m).p;
    let l = SCHED.lock.lock();
    if SCHED.stopping.load(Relaxed) == 0 {
        return;
    }
    let epoch = SCHED.world_epoch.load(Acquire);
    if (*m).spinning {
        (*m).spinning = false;
        SCHED.spinning.fetch_sub(1, AcqRel);
    }
    (*p).in_place = true;
    (*p).status.store(pstatus::GCSTOP, Release);
    count_stopped();
    drop(l);
    while SCHED.world_epoch.load(Acquire) == epoch {
        os::futex_wait(&SCHED.world_epoch, epoch, -1);
    }
    // GOMAXPROCS may have taken the P away.
    while (*m).p.is_null() {
        let l = SCHED.lock.lock();
        let p = pidle_get();
        drop(l);
        if p.is_null() {
            let nap = AtomicU32::new(0);
            os::futex_wait(&nap, 0, 1_000_000);
        } else {
            acquire_p(m, p);
        }
    }
}

/// Asks the goroutine that runs on `p` to stop at its next check.
pub unsafe fn preempt_one(p: *mut P) {
    let m = (*p).m;
    if m.is_null() {
        return;
    }
    let g = (*m).curg;
    if g.is_null() {
        return;
    }
    (*p).preempt.store(true, Relaxed);
    (*g).preempt.store(true, Relaxed);
    (*g).stackguard0.store(POISON, Release);
}

unsafe fn preempt_all() {
    for i in 0..SCHED.nprocs.load(Relaxed) {
        let p = SCHED.p(i);
        if (*p).status.load(Acquire) == pstatus::RUNNING {
            preempt_one(p);
        }
    }
}

/// Stops all goroutines but the caller's at safepoints. The caller runs a hook and holds a P.
pub unsafe fn stop_the_world() {
    while !try_stop_the_world() {
        if SCHED.stopping.load(Acquire) != 0 {
            stop_here(getm());
        } else {
            os::yield_now();
        }
    }
}

/// The same; false, with nothing done, if somebody else stops the world now.
pub unsafe fn try_stop_the_world() -> bool {
    let Some(guard) = WORLD.try_lock() else { return false };
    core::mem::forget(guard);
    let m = getm();
    let l = SCHED.lock.lock();
    let n = SCHED.nprocs.load(Relaxed);
    SCHED.stop_wait.store(n as i32, SeqCst);
    SCHED.stopping.store(1, SeqCst);
    preempt_all();
    (*(*m).p).status.store(pstatus::GCSTOP, Release);
    (*(*m).p).in_place = true;
    SCHED.stop_wait.fetch_sub(1, AcqRel);
    for i in 0..n {
        let p = SCHED.p(i);
        if (*p).status.compare_exchange(pstatus::SYSCALL, pstatus::GCSTOP, AcqRel, Relaxed).is_ok() {
            (*p).syscalltick.fetch_add(1, Relaxed);
            (*p).in_place = false;
            SCHED.stop_wait.fetch_sub(1, AcqRel);
        }
    }
    loop {
        let p = pidle_get();
        if p.is_null() {
            break;
        }
        (*p).status.store(pstatus::GCSTOP, Release);
        (*p).in_place = false;
        SCHED.stop_wait.fetch_sub(1, AcqRel);
    }
    drop(l);
    while SCHED.stop_wait.load(Acquire) > 0 {
        let seen = SCHED.stop_note.load(Acquire);
        if SCHED.stop_wait.load(Acquire) <= 0 {
            break;
        }
        os::futex_wait(&SCHED.stop_note, seen, 100_000);
        // A goroutine may have been switched to while we asked.
        preempt_all();
    }
    true
}

/// Lets the world run again.
pub unsafe fn start_the_world() {
    let mut with_work: *mut P = null_mut();
    {
        let _l = SCHED.lock.lock();
        SCHED.stopping.store(0, SeqCst);
        for i in (0..SCHED.nprocs.load(Relaxed)).rev() {
            let p = SCHED.p(i);
            if (*p).in_place {
                (*p).in_place = false;
                (*p).status.store(pstatus::RUNNING, Release);
                continue;
            }
            (*p).m = null_mut();
            (*p).status.store(pstatus::IDLE, Release);
            if runq_empty(p) {
                pidle_put(p);
            } else {
                (*p).link = with_work;
                with_work = p;
            }
        }
        SCHED.world_epoch.fetch_add(1, SeqCst);
    }
    os::futex_wake(&SCHED.world_epoch, u32::MAX);
    while !with_work.is_null() {
        let p = with_work;
        with_work = (*p).link;
        start_m(p, false);
    }
    WORLD.unlock_forgotten();
    wakep();
}

/// Runs a goroutine that the caller just made runnable, without queueing it.
pub unsafe fn run_next(g: *mut G) -> ! {
    if SCHED.stopping.load(Acquire) != 0 {
        runq_put((*getm()).p, g, true);
        schedule()
    }
    execute(g)
}

/// Runs the goroutine wired to this thread, which has a P again.
pub unsafe fn execute_locked(m: *mut M) -> ! {
    execute((*m).lockedg)
}

/// As `runq_get`, for a stopped P.
pub unsafe fn take_local(p: *mut P) -> *mut G {
    runq_get(p)
}

/// One processor less to wait for.
pub fn count_stopped_pub() {
    count_stopped()
}
