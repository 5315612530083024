//! Test support: one heap for the whole test process, used by one test at a time; a world of
//! mutator threads that reach safepoints by hand; stacks that are plain lists of slots.

use super::mark::Marker;
use super::{Config, World, worker};
use crate::base::stopped::{Stopped, Why};
use crate::mem::{self, MCache};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::*};
use std::sync::{Condvar, Mutex, MutexGuard, Once};

static SERIAL: Mutex<()> = Mutex::new(());
static INIT: Once = Once::new();

/// Takes the heap for a test.
pub fn lock() -> MutexGuard<'static, ()> {
    let g = SERIAL.lock().unwrap_or_else(|e| e.into_inner());
    INIT.call_once(|| {
        super::init(Config { verify: true, ..Config::default() });
        let w = World {
            stop,
            start,
            each_cache,
            goroutines: |_| PARKED.lock().unwrap().len(),
            scan_running,
            scan_goroutine,
            scan_runtime: |_, _| {},
            empty_pools: |_| {},
            wake_finalizers: || {},
            note: |_| {},
            give_back: || {},
        };
        unsafe { super::set_world(w, &raw const FLAG as *mut u32) };
        super::enable();
    });
    g
}

/// The barrier flag of "compiled code".
static FLAG: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);

/// Starts worker threads (they stay for the process's life).
pub fn start_workers(n: u32) {
    super::state().workers.store(n, Relaxed);
    for _ in 0..n {
        std::thread::spawn(|| worker::run());
    }
}

/// Stops counting on workers; the threads sleep on.
pub fn no_workers() {
    super::state().workers.store(0, Relaxed);
}

/// A thread of the program: a cache and a stack of pointer slots.
pub struct Mutator {
    pub cache: Box<MCache>,
    pub stack: Vec<usize>,
    at_safepoint: AtomicBool,
}

struct Ptr(*mut Mutator);
unsafe impl Send for Ptr {}

static MUTATORS: Mutex<Vec<Ptr>> = Mutex::new(Vec::new());
/// Somebody stops the world.
static STOPPING: AtomicBool = AtomicBool::new(false);
static RUNNING: AtomicUsize = AtomicUsize::new(0);
static GATE: Mutex<bool> = Mutex::new(false);
static OPENED: Condvar = Condvar::new();

impl Mutator {
    pub fn new() -> Box<Mutator> {
        let mut cache: Box<MCache> = unsafe { Box::new_zeroed().assume_init() };
        cache.init();
        let mut m = Box::new(Mutator { cache, stack: vec![], at_safepoint: AtomicBool::new(false) });
        let mut closed = GATE.lock().unwrap();
        while *closed {
            closed = OPENED.wait(closed).unwrap();
        }
        MUTATORS.lock().unwrap().push(Ptr(&mut *m));
        RUNNING.fetch_add(1, SeqCst);
        m
    }

    /// Where a stop can happen.
    pub fn safepoint(&mut self) {
        if STOPPING.load(SeqCst) {
            self.at_safepoint.store(true, SeqCst);
            RUNNING.fetch_sub(1, SeqCst);
            let mut closed = GATE.lock().unwrap();
            while *closed {
                closed = OPENED.wait(closed).unwrap();
            }
            RUNNING.fetch_add(1, SeqCst);
            self.at_safepoint.store(false, SeqCst);
        }
    }

    pub fn alloc(&mut self, size: usize, t: *const mem::Type) -> usize {
        self.safepoint();
        unsafe { mem::mallocgc(&mut *self.cache, size, t, true) as usize }
    }

    /// A pointer store as compiled code does it.
    pub fn store(&mut self, slot: usize, v: usize) {
        unsafe {
            let a = AtomicUsize::from_ptr(slot as *mut usize);
            if FLAG.load(Relaxed) != 0 {
                let wb = &mut self.cache.wb;
                if wb.next.add(2) > wb.end {
                    super::barrier::flush(&mut *self.cache);
                }
                let wb = &mut self.cache.wb;
                *wb.next = a.load(Relaxed);
                *wb.next.add(1) = v;
                wb.next = wb.next.add(2);
            }
            a.store(v, Relaxed);
        }
    }

    pub fn gc(&mut self) {
        while !unsafe { super::collect(&mut *self.cache) } {
            self.safepoint();
            std::thread::yield_now();
        }
    }
}

impl Drop for Mutator {
    fn drop(&mut self) {
        loop {
            let closed = GATE.lock().unwrap();
            if *closed {
                drop(closed);
                self.safepoint();
                continue;
            }
            unsafe { super::retire_cache(&mut *self.cache) };
            let me = self as *mut Mutator;
            MUTATORS.lock().unwrap().retain(|p| p.0 != me);
            RUNNING.fetch_sub(1, SeqCst);
            return;
        }
    }
}

unsafe fn stop(_: Why) -> Stopped {
    *GATE.lock().unwrap() = true;
    STOPPING.store(true, SeqCst);
    // The stopper itself runs.
    while RUNNING.load(SeqCst) > 1 {
        std::thread::yield_now();
    }
    unsafe { Stopped::new() }
}

unsafe fn start(_: Stopped) {
    STOPPING.store(false, SeqCst);
    *GATE.lock().unwrap() = false;
    OPENED.notify_all();
}

unsafe fn each_cache(_: &Stopped, f: &mut dyn FnMut(*mut MCache)) {
    for p in MUTATORS.lock().unwrap().iter() {
        f(unsafe { &mut *(*p.0).cache });
    }
}

unsafe fn scan_running(_: &Stopped, m: &mut Marker) {
    for p in MUTATORS.lock().unwrap().iter() {
        for &v in unsafe { &(*p.0).stack } {
            m.mark(v);
        }
    }
}

/// Goroutines that do not run: their stacks, and how often each was scanned.
pub static PARKED: Mutex<Vec<(Vec<usize>, usize)>> = Mutex::new(Vec::new());

unsafe fn scan_goroutine(i: usize, m: &mut Marker) {
    let (stack, times) = &mut PARKED.lock().unwrap()[i];
    *times += 1;
    for &v in stack.iter() {
        m.mark(v);
    }
}
