//! Goroutines, threads and processors: the records G, M and P, and those that hang off a goroutine.
//!
//! What of them Go code and assembly know stands in `reflect::records`; here is what is Rust's own. All
//! of them live outside the collected heap and are never freed; dead Gs are used again.

use super::state::State;
pub use super::state::Status;
use crate::base::layout::shared_record;
use crate::base::lock::Shared;
use crate::base::pool::Kept;
use crate::base::rand::Rng;
pub use crate::base::seam::RUNQ;
use crate::mem::MCache;
pub use crate::protocol::stop::pstatus;
use crate::protocol::{claim::Claim, park::Parker, runq::RunQueue};
use crate::task::sites::Sites;
use core::ffi::c_void;
use core::sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, AtomicU32, AtomicUsize, Ordering::*};
use rt_arch::layout;

/// An address that its owner sets and others look at. Records are never freed, so what is seen may be old, but is one.
#[repr(transparent)]
pub struct Shown<T>(AtomicPtr<T>);

impl<T> Shown<T> {
    /// The address.
    #[inline]
    pub fn get(&self) -> *mut T {
        self.0.load(Acquire)
    }
    /// Sets it; the owner does.
    #[inline]
    pub fn set(&self, p: *mut T) {
        self.0.store(p, Release)
    }
}

/// Words of the argument registers that morestack saves.
pub const REG_WORDS: usize = reflect::arch::Arch::host().more_words() as usize;

reflect::record! { g => shared_record { pub struct G {
    /// What it is doing.
    pub state: State,
    /// Who may look into it while it does not run.
    pub claim: Claim,
    /// `WaitReason` while waiting.
    pub wait_reason: u8,
    /// Not counted, no reason to keep the program alive.
    pub system: bool,
    /// Blocked until its bubble does something; never outside bubbles.
    pub durable: bool,
    /// Between fork and exec: the stack stays where it is.
    pub forking: bool,
    /// Asked to yield.
    pub preempt: AtomicBool,
    /// The goroutine's parked channel operation was done (or its channel closed).
    pub success: bool,
    /// The time of the timer whose function it runs, which sends to the timer's channel.
    pub timer_when: i64,
    /// A select waits: the first case to fire claims it.
    pub select_done: AtomicU32,
    /// Argument area of the parking hook it is in; a stack address.
    pub hook_args: usize,
    /// The sudog that woke it.
    pub param: *mut Sudog,
    /// Sudogs it waits on, in lock order.
    pub waiting: *mut Sudog,
    /// Where it entered the system call, or the last one. Counts in state Syscall only, and stays as it was when that ends: who
    /// leaves without a P may be walked by a collection meanwhile.
    pub syscall_pc: usize,
    pub syscall_sp: usize,
    /// Next in a queue or free list.
    pub schedlink: *mut G,
    /// Wired to this thread.
    pub lockedm: *mut M,
    /// Who made it, and where.
    pub parent: u64,
    pub gopc: usize,
    /// Start function (code address), for tracebacks.
    pub startpc: usize,
    /// When it began to wait.
    pub wait_since: u64,
    /// For the block profile: when it parked, 0 if that is not recorded, and how many frames not to show.
    pub blocked_since: u64,
    pub blocked_skip: u32,
    /// How often it became ready, and since when it is, or waits for a mutex, if this time counts (`task::change`).
    pub readied: u8,
    pub ready_since: u64,
    pub mutex_since: u64,
    /// The coroutine partner's record, if it is a coroutine.
    pub coro: *mut u8,
    /// What readers of a trace know of it; and whether it was made to yield when it last did.
    pub trace: GTrace,
    pub preempted: bool,
    /// Calls from a Rust host that are under way on its stack.
    pub host_calls: u32,
    /// What the last of them panicked with, of `host`.
    pub host_text: usize,
}}}

/// In `stackguard0`: above every SP, so that the next check notices.
pub const POISON: usize = usize::MAX - 1313;
/// The same without a request: under stress every check moves the stack.
pub const MOVE: usize = usize::MAX - 1409;

/// Why a goroutine waits; the texts are Go's.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
#[allow(missing_docs, reason = "the texts below say it")]
pub enum Wait {
    NilRecv,
    NilSend,
    SelectNoCases,
    None,
    Select,
    Recv,
    Send,
    Semacquire,
    Mutex,
    RwMutexR,
    RwMutex,
    WaitGroup,
    Cond,
    Sleep,
    Io,
    Finalizer,
    Timers,
    Coroutine,
    Signal,
    Gc,
    PanicWait,
    BubbleWaitGroup,
    BubbleRun,
    BubbleWait,
    TraceReader,
}

/// The text for each `Wait`.
pub static WAIT_TEXT: [&str; 25] = [
    "chan receive (nil chan)",
    "chan send (nil chan)",
    "select (no cases)",
    "",
    "select",
    "chan receive",
    "chan send",
    "semacquire",
    "sync.Mutex.Lock",
    "sync.RWMutex.RLock",
    "sync.RWMutex.Lock",
    "sync.WaitGroup.Wait",
    "sync.Cond.Wait",
    "sleep",
    "IO wait",
    "finalizer wait",
    "timer goroutine (idle)",
    "coroutine",
    "os/signal.signal_recv",
    "GC worker (idle)",
    "panicwait",
    "sync.WaitGroup.Wait",
    "synctest.Run",
    "synctest.Wait",
    "trace reader (blocked)",
];

reflect::record! { m => shared_record { pub struct M {
    pub id: u64,
    /// Where it goes to find work: counted in SCHED.spinning.
    pub spinning: bool,
    /// In printlock, how deep.
    pub printing: u32,
    /// The processor it is given on waking, and the one it had before a system call.
    pub nextp: *mut P,
    pub oldp: *mut P,
    /// Sleeping place.
    pub park: Parker,
    pub schedlink: *mut M,
    /// The goroutine wired to it, and how often LockOSThread was called.
    pub lockedg: *mut G,
    pub locked_ext: u32,
    /// Throwing or panicking already.
    pub dying: u32,
    /// Used by `syscall.runtime_BeforeFork`.
    pub sigmask: crate::os::SignalSet,
    /// Memory of its own stack, if the runtime made that.
    pub stack_map: usize,
    /// The kernel's number of the thread; 0: there is none now. `sched::everywhere` changes it under its lock.
    pub tid: AtomicU32,
    /// The next in the list of all records.
    pub all_link: *mut M,
    /// What readers of a trace know of it.
    pub trace: MTrace,
    /// Calls that its walks have met.
    pub sites: Sites,
}}}

reflect::record! { p => shared_record { pub struct P {
    pub status: AtomicU32,
    /// The thread that runs it.
    pub m: Shown<M>,
    pub link: *mut P,
    /// Bumped by each goroutine started and each system call.
    pub schedtick: AtomicU32,
    pub syscalltick: AtomicU32,
    /// What sysmon saw last.
    pub mon_schedtick: u32,
    pub mon_schedwhen: u64,
    pub mon_syscalltick: u32,
    pub mon_syscallwhen: u64,
    /// Goroutines that wait for it.
    pub q: RunQueue,
    /// How many goroutines in a row inherited the time slice.
    pub heirs: u32,
    /// The time slice is over, or the world stops: what runs is asked to yield.
    pub preempt: AtomicBool,
    /// What readers of a trace know of it.
    pub trace: PTrace,
    /// Since when it idles.
    pub idle_since: u64,
    /// Stopped where it was, its thread waiting with it.
    pub in_place: bool,
    /// Its parts of the pools of waiting operations, goroutines that have ended, lists for scanning stacks, and stacks by size. A P that goes
    /// away has them when it comes back.
    pub sudogs: Kept,
    pub gs: Kept,
    pub scans: Kept,
    pub stacks: [Kept; STACK_ORDERS],
}}}

/// What readers of a trace know of a goroutine: its state, the number of the last event that asks for one, the thread that it runs on. Under
/// the trace's lock, as the other two.
#[derive(Clone, Copy)]
pub struct GTrace {
    pub status: u8,
    pub seq: u64,
    pub m: *mut M,
}

/// The same of a processor.
#[derive(Clone, Copy)]
pub struct PTrace {
    pub status: u8,
    pub seq: u64,
    pub m: *mut M,
}

/// The same of a thread: its number, goroutine and processor; its batch of events; and what only it uses: its goroutine's stack before
/// that stops, and whether that stops the world or marks.
#[derive(Clone, Copy)]
pub struct MTrace {
    pub id: u64,
    pub g: *mut G,
    pub p: *mut P,
    pub batch: *mut u8,
    pub stack: u64,
    pub stops: bool,
    pub assists: bool,
}

impl MTrace {
    /// Nothing.
    pub const NONE: MTrace = MTrace {
        id: 0,
        g: core::ptr::null_mut(),
        p: core::ptr::null_mut(),
        batch: core::ptr::null_mut(),
        stack: 0,
        stops: false,
        assists: false,
    };
}

/// Sizes of stacks that are used again, from the smallest on.
pub const STACK_ORDERS: usize = 4;

reflect::record! { bubble => shared_record { pub struct Bubble {}} }

/// A channel; `sync` knows what is in it.
#[repr(C)]
pub struct Channel([u8; 0]);

/// A goroutine waiting on a channel.
#[repr(C)]
pub struct Sudog {
    pub g: *mut G,
    pub next: *mut Sudog,
    pub prev: *mut Sudog,
    /// Data element; may be in the goroutine's stack.
    pub elem: *mut u8,
    pub is_select: bool,
    pub success: bool,
    /// Next of `G::waiting`.
    pub waitlink: *mut Sudog,
    pub c: *mut Channel,
    /// For the mutex profile: when it began to wait, or 0.
    pub since: u64,
}

reflect::record! { defer => shared_record { pub struct Defer {}} }
reflect::record! { panic => shared_record { pub struct Panic {}} }

impl G {
    /// What it is doing.
    #[inline]
    pub fn status(&self) -> Status {
        self.state.get()
    }
    /// The lowest SP that a check lets pass.
    pub fn real_guard(&self) -> usize {
        self.stack_lo + layout::STACK_GUARD
    }
    /// What the guard is without requests.
    pub fn normal_guard(&self) -> usize {
        if crate::task::stack::stress() && !self.forking { MOVE } else { self.real_guard() }
    }
    /// The id of its bubble, 0 outside.
    pub fn bubble_id(&self) -> u32 {
        // SAFETY: a bubble's record stays while goroutines are in it.
        unsafe { self.bubble.as_ref() }.map_or(0, |b| b.id)
    }
    /// As the assembly's argument.
    pub fn as_void(&mut self) -> *mut c_void {
        (self as *mut G).cast()
    }
}

// ---- all goroutines

const CHUNK: usize = 4096;
const CHUNKS: usize = 4096;

/// Every G ever made, by slot. Grows under `LOCK`; readers see a prefix.
pub struct AllGs {
    chunks: &'static [AtomicUsize; CHUNKS],
    len: AtomicUsize,
    lock: Shared,
}

/// By itself: it is all zero, and takes no room in the program's file.
static CHUNK_TABLE: [AtomicUsize; CHUNKS] = [const { AtomicUsize::new(0) }; CHUNKS];

/// Every G ever made.
pub static ALLGS: AllGs =
    AllGs { chunks: &CHUNK_TABLE, len: AtomicUsize::new(0), lock: Shared::new("all goroutines") };

impl AllGs {
    /// Adds a G.
    pub fn push(&'static self, g: *mut G) {
        let _l = self.lock.lock();
        let n = self.len.load(Relaxed);
        let c = &self.chunks[n / CHUNK];
        if c.load(Relaxed) == 0 {
            let p = crate::mem::meta::persistent(CHUNK * size_of::<usize>(), 8);
            c.store(p as usize, Release);
        }
        // SAFETY: the chunk has CHUNK words, and this one has no reader yet.
        unsafe { *(c.load(Relaxed) as *mut *mut G).add(n % CHUNK) = g };
        self.len.store(n + 1, Release);
    }
    /// How many.
    pub fn len(&self) -> usize {
        self.len.load(Acquire)
    }
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Slot `i`, which is below `len`.
    pub fn get(&self, i: usize) -> *mut G {
        let c = self.chunks[i / CHUNK].load(Acquire);
        // SAFETY: written before `len` counted it.
        unsafe { *(c as *mut *mut G).add(i % CHUNK) }
    }
}

/// Threads made; for ids.
pub static NEXT_M: AtomicI32 = AtomicI32::new(1);
