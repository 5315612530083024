//! Execution traces, in the format of Go 1.27: what goroutines, processors and the collector did when, for `go tool trace`.
//!
//! While a trace is taken, `task::tracing`'s listener is this module. One lock orders all events, so that a reader's view of the
//! program ([`model`]) is always whole; stacks are walked before it is taken. Batches ([`buffer`]) wait in a queue for `runtime.ReadTrace`.
//!
//! A trace is a sequence of generations, which can be read each by itself: a generation begins, with the world stopped, by telling all that the
//! model knows, and ends with its strings and stacks ([`table`]) and the clocks. The overlay begins one every second.
//!
//! - `tell`: the beginning and end of generations; `hooks`: what compiled code calls

mod buffer;
mod hooks;
mod model;
mod samples;
mod table;
mod tell;

use crate::base::lock::{Global, Guard, Shared};
use crate::base::stopped::Why;
use crate::gc::Note;
use crate::sched::{SCHED, getm, ready};
use crate::task::g::*;
use crate::task::symtab;
use crate::task::tracing::{Happens, Listener};
use crate::{gc, mem};
use buffer::Queue;
use core::sync::atomic::{AtomicUsize, Ordering::*};
use model::{Trace, event};
pub use samples::sample;
use table::Table;

/// Most frames of a stack, as in Go.
const DEPTH: usize = 128;

static LOCK: Shared = Shared::new("trace");
/// Under `LOCK`.
static TRACE: Global<Trace> = Global::new(Trace {
    on: false,
    generation: 0,
    last: 0,
    queue: Queue::new(),
    strings: Table::new(),
    stacks: Table::new(),
    marking: false,
    marking_told: false,
    gc_seq: 0,
});
/// The goroutine that waits in ReadTrace.
static READER: AtomicUsize = AtomicUsize::new(0);

/// The trace, as long as the guard is there.
struct Locked {
    _guard: Guard<'static>,
}

fn lock() -> Locked {
    Locked { _guard: LOCK.lock() }
}

impl core::ops::Deref for Locked {
    type Target = Trace;
    fn deref(&self) -> &Trace {
        // SAFETY: the lock is held.
        unsafe { &*TRACE.get() }
    }
}

impl core::ops::DerefMut for Locked {
    fn deref_mut(&mut self) -> &mut Trace {
        // SAFETY: the lock is held.
        unsafe { &mut *TRACE.get() }
    }
}

static LISTENER: Listener = Listener { leaves, state, processor, happens, wake_reader };

/// The stack of a goroutine that the thread runs, in a hook.
unsafe fn stack_of(g: *mut G, pcs: &mut [usize; DEPTH]) -> usize {
    // SAFETY: the caller's promise.
    unsafe { if g.is_null() { 0 } else { symtab::callers(g, 0, pcs) } }
}

/// Its stack is looked at before others may have the goroutine.
unsafe fn leaves(g: *mut G) {
    // SAFETY: the calling thread runs the goroutine, in a hook.
    unsafe {
        let mut pcs = [0; DEPTH];
        let n = stack_of(g, &mut pcs);
        (*getm()).trace.stack = lock().stack(&pcs[..n]);
    }
}

/// Why goroutines stop, in the words of Go's traces.
fn reason(g: *mut G, to: Status) -> &'static [u8] {
    // SAFETY: records are never freed.
    let (wait, preempted) = unsafe { ((*g).wait_reason, (*g).preempted) };
    if to == Status::Runnable {
        return if preempted { b"preempted" } else { b"runtime.Gosched" };
    }
    const REASONS: [(Wait, &[u8]); 21] = [
        (Wait::NilRecv, b"forever"),
        (Wait::NilSend, b"forever"),
        (Wait::SelectNoCases, b"forever"),
        (Wait::Select, b"select"),
        (Wait::Recv, b"chan receive"),
        (Wait::Send, b"chan send"),
        (Wait::Semacquire, b"sync"),
        (Wait::Mutex, b"sync"),
        (Wait::RwMutexR, b"sync"),
        (Wait::RwMutex, b"sync"),
        (Wait::WaitGroup, b"sync"),
        (Wait::Cond, b"sync.(*Cond).Wait"),
        (Wait::Sleep, b"sleep"),
        (Wait::Io, b"network"),
        (Wait::Finalizer, b"system goroutine wait"),
        (Wait::Timers, b"system goroutine wait"),
        (Wait::Signal, b"system goroutine wait"),
        (Wait::Gc, b"GC background sweeper wait"),
        (Wait::BubbleWaitGroup, b"sync"),
        (Wait::BubbleRun, b"synctest"),
        (Wait::BubbleWait, b"synctest"),
    ];
    REASONS.iter().find(|r| r.0 as u8 == wait).map_or(b"", |r| r.1)
}

unsafe fn state(g: *mut G, from: Status, to: Status) {
    // SAFETY: a thread of the runtime's, which has just changed the state.
    unsafe {
        let m = getm();
        let mut pcs = [0; DEPTH];
        let mut n = 0;
        if to == Status::Runnable && from != Status::Running || from == Status::Dead {
            n = stack_of((*m).curg.get(), &mut pcs);
        }
        let mut t = lock();
        if t.on {
            let stack = if from == Status::Running { (*m).trace.stack } else { t.stack(&pcs[..n]) };
            t.state(m, g, to, reason(g, to), stack);
        }
    }
}

unsafe fn processor(p: *mut P, m: *mut M) {
    let mut t = lock();
    if !t.on {
    } else if m.is_null() {
        t.unbind(getm(), p);
    } else {
        t.bind(m, p);
    }
}

unsafe fn happens(what: Happens) {
    // SAFETY: a thread of the runtime's, whose goroutine, if it has one, is in a hook.
    unsafe {
        let m = getm();
        let mut pcs = [0; DEPTH];
        let n = match what {
            Happens::Stop(_) | Happens::Procs | Happens::Collector(Note::Assists) => {
                stack_of((*m).curg.get(), &mut pcs)
            }
            _ => 0,
        };
        let mut t = lock();
        if !t.on {
            return;
        }
        let stack = t.stack(&pcs[..n]);
        match what {
            Happens::Stop(Why::StartTrace | Why::StopTrace) => {}
            Happens::Stop(why) if t.runs(m) => t.stop_begins(m, why, stack),
            Happens::Start if (*m).trace.stops => {
                (*m).trace.stops = false;
                t.event(m, event::STW_END, &[]);
            }
            Happens::Stop(_) | Happens::Start => {}
            Happens::Procs if t.runs(m) => {
                t.event(m, event::PROCS_CHANGE, &[SCHED.nprocs.load(Relaxed) as u64, stack])
            }
            Happens::Collector(Note::Marks | Note::Marked) => {
                t.marking = what == Happens::Collector(Note::Marks);
                t.tell_marking(m);
                if !(*m).trace.p.is_null() && t.runs(m) {
                    t.event(m, event::HEAP_ALLOC, &[mem::HEAP.live.load(Relaxed) as u64]);
                    let goal = gc::pacer::goal();
                    t.event(m, event::HEAP_GOAL, &[if goal == usize::MAX { 0 } else { goal as u64 }]);
                }
            }
            Happens::Collector(Note::Assists) if t.runs(m) => {
                (*m).trace.assists = true;
                t.event(m, event::HEAP_ALLOC, &[mem::HEAP.live.load(Relaxed) as u64]);
                t.event(m, event::ASSIST_BEGIN, &[stack]);
            }
            Happens::Collector(Note::Assisted) if (*m).trace.assists => {
                (*m).trace.assists = false;
                t.event(m, event::ASSIST_END, &[]);
            }
            Happens::Procs | Happens::Collector(_) => {}
        }
    }
}

impl Trace {
    /// The thread's goroutine begins to stop the world.
    unsafe fn stop_begins(&mut self, m: *mut M, why: Why, stack: u64) {
        let kind = self.strings.number(why.text());
        self.event(m, event::STW_BEGIN, &[kind, stack]);
        // SAFETY: the calling thread's record.
        unsafe { (*m).trace.stops = true };
    }
}

/// From the scheduler.
unsafe fn wake_reader() {
    if READER.load(Relaxed) == 0 {
        return;
    }
    let g = {
        let t = lock();
        if t.queue.is_empty() && t.on { 0 } else { READER.swap(0, AcqRel) }
    };
    if g != 0 {
        // SAFETY: taken from READER, it is ours to wake.
        unsafe { ready(g as *mut G) };
    }
}
