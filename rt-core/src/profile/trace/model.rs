//! What a reader of the trace knows: which thread has which processor and goroutine, and what those do.
//!
//! Events are what changes this model. Each is written under the trace's lock, into the batch of its thread, with a time later than all before. So the
//! trace says what the model says, in an order that a reader accepts, even where threads come to the lock in another order than they
//! acted: what an event needs that has not been told yet is told first (`bind`, `unbind`).

use super::buffer::{Chunk, NUMBER, Queue};
use super::table::Table;
use crate::os;
use crate::task::g::*;
use core::ptr::null_mut;

/// Events, by Go's numbers (`internal/trace/tracev2`).
pub mod event {
    pub const BATCH: u8 = 1;
    pub const STACKS: u8 = 2;
    pub const STACK: u8 = 3;
    pub const STRINGS: u8 = 4;
    pub const STRING: u8 = 5;
    pub const CPU_SAMPLES: u8 = 6;
    pub const CPU_SAMPLE: u8 = 7;
    pub const FREQUENCY: u8 = 8;
    pub const PROCS_CHANGE: u8 = 9;
    pub const PROC_START: u8 = 10;
    pub const PROC_STOP: u8 = 11;
    pub const PROC_STEAL: u8 = 12;
    pub const PROC_STATUS: u8 = 13;
    pub const GO_CREATE: u8 = 14;
    pub const GO_START: u8 = 16;
    pub const GO_DESTROY: u8 = 17;
    pub const GO_STOP: u8 = 19;
    pub const GO_BLOCK: u8 = 20;
    pub const GO_UNBLOCK: u8 = 21;
    pub const GO_SYSCALL_BEGIN: u8 = 22;
    pub const GO_SYSCALL_END: u8 = 23;
    pub const GO_SYSCALL_END_BLOCKED: u8 = 24;
    pub const STW_BEGIN: u8 = 26;
    pub const STW_END: u8 = 27;
    pub const GC_ACTIVE: u8 = 28;
    pub const GC_BEGIN: u8 = 29;
    pub const GC_END: u8 = 30;
    pub const ASSIST_BEGIN: u8 = 35;
    pub const ASSIST_END: u8 = 36;
    pub const HEAP_ALLOC: u8 = 37;
    pub const HEAP_GOAL: u8 = 38;
    pub const TASK_BEGIN: u8 = 40;
    pub const TASK_END: u8 = 41;
    pub const REGION_BEGIN: u8 = 42;
    pub const REGION_END: u8 = 43;
    pub const LOG: u8 = 44;
    pub const GO_CREATE_BLOCKED: u8 = 47;
    pub const GO_STATUS_STACK: u8 = 48;
    pub const SYNC: u8 = 50;
    pub const CLOCK_SNAPSHOT: u8 = 51;
    pub const END_OF_GENERATION: u8 = 52;
}

/// States of goroutines and processors, by Go's numbers; 0: the reader doesn't know it.
pub const RUNNABLE: u8 = 1;
pub const RUNNING: u8 = 2;
pub const SYSCALL: u8 = 3;
pub const WAITING: u8 = 4;
pub const PROC_RUNNING: u8 = 1;
pub const PROC_IDLE: u8 = 2;
pub const PROC_SYSCALL: u8 = 3;
/// In the place of a thread.
pub const NO_THREAD: u64 = u64::MAX;

/// The trace, under its lock.
pub struct Trace {
    pub on: bool,
    /// Never 0 while a trace is taken; goes on from trace to trace.
    pub generation: u64,
    /// The last event's time.
    pub last: u64,
    pub queue: Queue,
    pub strings: Table,
    pub stacks: Table,
    /// A collection marks; and a reader knows it.
    pub marking: bool,
    pub marking_told: bool,
    pub gc_seq: u64,
}

/// Return addresses as a table's key.
pub fn key(pcs: &[usize]) -> &[u8] {
    // SAFETY: words are bytes.
    unsafe { core::slice::from_raw_parts(pcs.as_ptr().cast(), size_of_val(pcs)) }
}

#[allow(
    clippy::not_unsafe_ptr_arg_deref,
    reason = "records are never freed; their `trace` fields are the lock's"
)]
impl Trace {
    /// Later than all before.
    pub fn now(&mut self) -> u64 {
        self.last = os::nanotime().max(self.last + 1);
        self.last
    }

    /// A stack's number; 0: none.
    pub fn stack(&mut self, pcs: &[usize]) -> u64 {
        if pcs.is_empty() { 0 } else { self.stacks.number(key(pcs)) }
    }

    /// One event of a thread.
    pub fn event(&mut self, m: *mut M, event: u8, args: &[u64]) {
        let now = self.now();
        // SAFETY: threads' records are never freed; the lock is held.
        unsafe {
            let t = &mut (*m).trace;
            if t.id != (*m).id {
                // The record is another thread's now.
                self.flush(m);
                let t = &mut (*m).trace;
                (t.id, t.g, t.p) = ((*m).id, null_mut(), null_mut());
            }
            let t = &mut (*m).trace;
            if !t.batch.is_null() && (*t.batch.cast::<Chunk>()).full((args.len() + 2) * NUMBER) {
                self.flush(m);
            }
            if t.batch.is_null() {
                let c = self.queue.chunk();
                (*c).begin(event::BATCH, self.generation, (*m).id, now);
                t.batch = c.cast();
            }
            let c = &mut *t.batch.cast::<Chunk>();
            c.byte(event);
            c.number(now - c.time);
            c.time = now;
            args.iter().for_each(|&n| c.number(n));
        }
    }

    /// Queues a thread's batch.
    pub fn flush(&mut self, m: *mut M) {
        // SAFETY: as `event`.
        unsafe {
            let batch = core::mem::replace(&mut (*m).trace.batch, null_mut());
            if !batch.is_null() {
                self.queue.put_batch(batch.cast());
            }
        }
    }

    // ---- processors

    /// A processor that the reader doesn't know exists, and idles.
    fn know(&mut self, m: *mut M, p: *mut P) {
        // SAFETY: as `event`.
        unsafe {
            if (*p).trace.status == 0 {
                (*p).trace = PTrace { status: PROC_IDLE, seq: 0, m: null_mut() };
                self.event(m, event::PROC_STATUS, &[(*p).id as u64, u64::from(PROC_IDLE)]);
            }
        }
    }

    /// The processor is the thread's.
    pub fn bind(&mut self, m: *mut M, p: *mut P) {
        // SAFETY: as `event`.
        unsafe {
            if (*m).trace.p == p && (*p).trace.m == m && (*m).trace.id == (*m).id {
                return;
            }
            self.know(m, p);
            if (*m).trace.id == (*m).id && !(*m).trace.p.is_null() {
                self.unbind(m, (*m).trace.p);
            }
            self.unbind(m, p);
            (*p).trace.seq += 1;
            self.event(m, event::PROC_START, &[(*p).id as u64, (*p).trace.seq]);
            (*p).trace.status = PROC_RUNNING;
            (*p).trace.m = m;
            (*m).trace.p = p;
        }
    }

    /// The processor is nobody's; `m` says so.
    pub fn unbind(&mut self, m: *mut M, p: *mut P) {
        // SAFETY: as `event`.
        unsafe {
            self.know(m, p);
            let holder = (*p).trace.m;
            match (*p).trace.status {
                PROC_RUNNING => self.event(holder, event::PROC_STOP, &[]),
                PROC_SYSCALL => {
                    (*p).trace.seq += 1;
                    self.event(m, event::PROC_STEAL, &[(*p).id as u64, (*p).trace.seq, (*holder).trace.id]);
                }
                _ => return,
            }
            (*p).trace.status = PROC_IDLE;
            (*p).trace.m = null_mut();
            (*holder).trace.p = null_mut();
        }
    }

    // ---- goroutines

    /// A goroutine that the reader doesn't know appears.
    fn create(&mut self, m: *mut M, g: *mut G, event: u8, stack: u64) {
        // SAFETY: as `event`.
        unsafe {
            let first = self.stack(&[(*g).startpc + 1]);
            self.event(m, event, &[(*g).goid, first, stack]);
            (*g).trace = GTrace { status: RUNNABLE, seq: 0, m: null_mut() };
        }
    }

    /// The goroutine, which the thread was running, leaves it.
    fn leave(&mut self, g: *mut G, event: u8, args: &[u64], status: u8) {
        // SAFETY: as `event`.
        unsafe {
            let m = (*g).trace.m;
            self.event(m, event, args);
            (*m).trace.g = null_mut();
            (*g).trace.m = null_mut();
            (*g).trace.status = status;
        }
    }

    /// A system call has ended without the processor that it began with.
    fn end_blocked(&mut self, g: *mut G) {
        // SAFETY: as `event`.
        unsafe {
            let m = (*g).trace.m;
            let p = (*m).trace.p;
            if !p.is_null() && (*p).trace.status == PROC_SYSCALL {
                self.unbind(m, p);
            }
            self.leave(g, event::GO_SYSCALL_END_BLOCKED, &[], RUNNABLE);
        }
    }

    fn unblock(&mut self, m: *mut M, g: *mut G, stack: u64) {
        // SAFETY: as `event`.
        unsafe {
            (*g).trace.seq += 1;
            self.event(m, event::GO_UNBLOCK, &[(*g).goid, (*g).trace.seq, stack]);
            (*g).trace.status = RUNNABLE;
        }
    }

    /// The calling thread `m` has changed the goroutine's state. `stack`: of who woke or made it, or its own as it stops running; `reason`: why that.
    pub fn state(&mut self, m: *mut M, g: *mut G, to: Status, reason: &[u8], stack: u64) {
        // SAFETY: as `event`.
        unsafe {
            let known = (*g).trace.status;
            if known == 0 && to != Status::Dead {
                let event = if to == Status::Waiting { event::GO_CREATE_BLOCKED } else { event::GO_CREATE };
                if (*m).p.is_null() {
                    return;
                }
                self.bind(m, (*m).p);
                self.create(m, g, event, stack);
                if to == Status::Waiting {
                    (*g).trace.status = WAITING;
                }
            }
            match ((*g).trace.status, to) {
                (RUNNING, Status::Waiting) => {
                    let reason = self.strings.number(reason);
                    self.leave(g, event::GO_BLOCK, &[reason, stack], WAITING);
                }
                (RUNNING, Status::Runnable) => {
                    let reason = self.strings.number(reason);
                    self.leave(g, event::GO_STOP, &[reason, stack], RUNNABLE);
                }
                (RUNNING, Status::Dead) => self.leave(g, event::GO_DESTROY, &[], 0),
                (RUNNING, Status::Syscall) => {
                    let p = (*(*g).trace.m).trace.p;
                    (*p).trace.seq += 1;
                    self.event((*g).trace.m, event::GO_SYSCALL_BEGIN, &[(*p).trace.seq, stack]);
                    (*p).trace.status = PROC_SYSCALL;
                    (*g).trace.status = SYSCALL;
                }
                (SYSCALL, Status::Running) => {
                    let p = (*m).trace.p;
                    if !p.is_null() && (*p).trace.status == PROC_SYSCALL && (*m).p == p {
                        self.event(m, event::GO_SYSCALL_END, &[]);
                        (*p).trace.status = PROC_RUNNING;
                        (*g).trace.status = RUNNING;
                    } else {
                        self.end_blocked(g);
                        self.start(m, g);
                    }
                }
                (SYSCALL, Status::Waiting | Status::Runnable) => self.end_blocked(g),
                (WAITING, Status::Runnable) => self.unblock(m, g, stack),
                (WAITING, Status::Running) => {
                    self.unblock(m, g, 0);
                    self.start(m, g);
                }
                (RUNNABLE, Status::Running) => self.start(m, g),
                _ => {}
            }
        }
    }

    fn start(&mut self, m: *mut M, g: *mut G) {
        // SAFETY: as `event`.
        unsafe {
            if (*m).p.is_null() {
                return;
            }
            self.bind(m, (*m).p);
            (*g).trace.seq += 1;
            self.event(m, event::GO_START, &[(*g).goid, (*g).trace.seq]);
            (*g).trace.status = RUNNING;
            (*g).trace.m = m;
            (*m).trace.g = g;
            self.tell_marking(m);
        }
    }

    /// Whether the thread runs a goroutine as far as a reader knows, as many events ask.
    pub fn runs(&self, m: *mut M) -> bool {
        // SAFETY: as `event`.
        unsafe {
            let g = (*m).trace.g;
            (*m).trace.id == (*m).id && !g.is_null() && (*g).trace.status == RUNNING
        }
    }

    /// Says that marking has begun or ended, which must be in a goroutine's name: it may have to wait for one.
    pub fn tell_marking(&mut self, m: *mut M) {
        if self.marking == self.marking_told || !self.runs(m) {
            return;
        }
        self.gc_seq += 1;
        self.marking_told = self.marking;
        match self.marking {
            true => self.event(m, event::GC_BEGIN, &[self.gc_seq, 0]),
            false => self.event(m, event::GC_END, &[self.gc_seq]),
        }
    }
}
