//! How a generation begins and ends.

use super::model::*;
use super::{LISTENER, event};
use crate::base::stopped::{Stopped, Why};
use crate::os;
use crate::sched::{MAX_PROCS, SCHED, everywhere};
use crate::task::g::*;
use crate::task::{symtab, tracing, unwind};
use core::ptr::null_mut;
use core::sync::atomic::Ordering::*;

impl Trace {
    /// Begins a trace: `m` is the thread that has stopped the world, and `stack` its goroutine's.
    ///
    /// # Safety
    /// The calling thread's record.
    pub unsafe fn begin(&mut self, m: *mut M, stack: &[usize], stopped: &Stopped) {
        self.on = true;
        self.strings.clear();
        self.stacks.clear();
        (self.marking, self.marking_told) = (crate::gc::marking(), crate::gc::marking());
        // Before states are looked at: who changes one later tells it.
        tracing::listen(Some(&LISTENER));
        core::sync::atomic::fence(SeqCst);
        // SAFETY: records are never freed; only running goroutines and their processors are tied to threads while the world is stopped,
        // and those in system calls.
        unsafe {
            everywhere::each(|m| (*m).trace = MTrace { id: (*m).id, ..MTrace::NONE });
            for i in 0..MAX_PROCS {
                let p = SCHED.p(i);
                if p.is_null() {
                    continue;
                }
                let holder = if (*p).in_place { (*p).m.get() } else { null_mut() };
                let known = i < SCHED.nprocs.load(Relaxed);
                (*p).trace = PTrace { status: if known { PROC_IDLE } else { 0 }, seq: 0, m: holder };
                if !holder.is_null() {
                    (*p).trace.status = PROC_RUNNING;
                    (*holder).trace.p = p;
                }
            }
            for i in 0..ALLGS.len() {
                let g = ALLGS.get(i);
                let holder = (*g).m;
                let status = match (*g).status() {
                    Status::Running | Status::Syscall if holder.is_null() => WAITING,
                    Status::Runnable => RUNNABLE,
                    Status::Running => RUNNING,
                    Status::Syscall => SYSCALL,
                    Status::Waiting => WAITING,
                    Status::Idle | Status::Dead => 0,
                };
                (*g).trace = GTrace { status, seq: 0, m: null_mut() };
                if status == RUNNING || status == SYSCALL {
                    (*g).trace.m = holder;
                    (*holder).trace.g = g;
                }
            }
            self.open(m);
            let number = self.stack(stack);
            self.event(m, event::PROCS_CHANGE, &[SCHED.nprocs.load(Relaxed) as u64, number]);
            self.stop_begins(m, Why::StartTrace, number);
        }
        let _ = stopped;
    }

    /// A generation begins: tells what the model knows, each thread for what it holds.
    unsafe fn open(&mut self, me: *mut M) {
        self.generation += 1;
        // SAFETY: as `begin`; `trace` fields are the lock's.
        unsafe {
            everywhere::each(|m| {
                let t = &(*m).trace;
                if t.id != (*m).id {
                    return;
                }
                let (p, g) = (t.p, t.g);
                if !p.is_null() {
                    self.event(m, event::PROC_STATUS, &[(*p).id as u64, u64::from((*p).trace.status)]);
                }
                if !g.is_null() && ((*g).trace.status == RUNNING || !p.is_null()) {
                    self.status(m, g, (*m).id);
                }
            });
            for i in 0..MAX_PROCS {
                let p = SCHED.p(i);
                if p.is_null() {
                    continue;
                }
                (*p).trace.seq = 0;
                if (*p).trace.status == PROC_IDLE {
                    self.event(me, event::PROC_STATUS, &[(*p).id as u64, u64::from(PROC_IDLE)]);
                }
            }
            for i in 0..ALLGS.len() {
                let g = ALLGS.get(i);
                let holder = (*g).trace.m;
                (*g).trace.seq = 0;
                match (*g).trace.status {
                    0 => {}
                    RUNNABLE | WAITING => self.status(me, g, NO_THREAD),
                    // With a processor it has been told.
                    SYSCALL if (*holder).trace.p.is_null() => self.status(me, g, (*holder).id),
                    _ => {}
                }
            }
            if self.marking_told {
                self.gc_seq += 1;
                self.event(me, event::GC_ACTIVE, &[self.gc_seq]);
            }
        }
    }

    unsafe fn status(&mut self, m: *mut M, g: *mut G, holder: u64) {
        // SAFETY: as `begin`.
        unsafe {
            self.event(m, event::GO_STATUS_STACK, &[(*g).goid, holder, u64::from((*g).trace.status), 0])
        }
    }

    /// The generation ends; another begins unless the trace ends with it.
    ///
    /// # Safety
    /// As `begin`.
    pub unsafe fn advance(&mut self, m: *mut M, ends: bool, _: &Stopped) {
        // SAFETY: as `begin`.
        unsafe {
            if ends {
                tracing::listen(None);
                self.on = false;
            }
            everywhere::each(|m| self.flush(m));
            super::samples::write(self);
            self.write_stacks();
            self.write_strings();
            self.write_clocks();
            let c = self.queue.chunk();
            (*c).len = 0;
            (*c).byte(event::END_OF_GENERATION);
            self.queue.put(c);
            if !ends {
                self.open(m);
            }
        }
    }

    /// A batch of what belongs to no thread, begun with an event, as many as it takes: `f` is called with what writes an entry of so many bytes at most.
    pub(super) fn batches(
        queue: &mut super::Queue,
        generation: u64,
        now: u64,
        kind: u8,
        mut each: impl FnMut(&mut dyn FnMut(usize, &mut dyn FnMut(&mut super::buffer::Chunk))),
    ) {
        let mut c: *mut super::buffer::Chunk = null_mut();
        each(&mut |most, write| {
            // SAFETY: chunks from the queue are ours until they are put back.
            unsafe {
                if !c.is_null() && (*c).full(most) {
                    queue.put_batch(c);
                    c = null_mut();
                }
                if c.is_null() {
                    c = queue.chunk();
                    (*c).begin(event::BATCH, generation, NO_THREAD, now);
                    (*c).byte(kind);
                }
                write(&mut *c);
            }
        });
        if !c.is_null() {
            queue.put_batch(c);
        }
    }

    fn write_stacks(&mut self) {
        let now = self.now();
        let Trace { queue, stacks, strings, generation, .. } = self;
        Trace::batches(queue, *generation, now, event::STACKS, |entry| {
            stacks.each(|id, bytes| {
                // SAFETY: keys are addresses, aligned behind their entries.
                let pcs: &[usize] = unsafe {
                    core::slice::from_raw_parts(bytes.as_ptr().cast(), bytes.len() / size_of::<usize>())
                };
                entry((4 * pcs.len() + 2) * super::buffer::NUMBER, &mut |c| {
                    c.byte(event::STACK);
                    c.number(id);
                    c.number(frames(pcs).count() as u64);
                    for (pc, f) in frames(pcs) {
                        c.number(pc as u64);
                        c.number(f.name.with(|s| strings.number(cut(s))));
                        c.number(f.file.with(|s| strings.number(cut(s))));
                        c.number(u64::from(f.line));
                    }
                });
            });
        });
        stacks.clear();
    }

    fn write_strings(&mut self) {
        let now = self.now();
        let Trace { queue, strings, generation, .. } = self;
        Trace::batches(queue, *generation, now, event::STRINGS, |entry| {
            strings.each(|id, bytes| {
                entry(bytes.len() + 3 * super::buffer::NUMBER, &mut |c| {
                    c.byte(event::STRING);
                    c.number(id);
                    c.number(bytes.len() as u64);
                    c.bytes(bytes);
                });
            });
        });
        strings.clear();
    }

    /// How traces' times are to be read: they are nanoseconds.
    fn write_clocks(&mut self) {
        let now = self.now();
        let wall = os::walltime();
        let Trace { queue, generation, .. } = self;
        Trace::batches(queue, *generation, now, event::SYNC, |entry| {
            entry(0, &mut |c| {
                c.byte(event::FREQUENCY);
                c.number(1_000_000_000);
                c.byte(event::CLOCK_SNAPSHOT);
                for n in [0, now, wall / 1_000_000_000, wall % 1_000_000_000] {
                    c.number(n);
                }
            });
        });
    }
}

/// The frames that readers take: those with a place in a file, not the runtime's assembly around a goroutine.
fn frames(pcs: &[usize]) -> impl Iterator<Item = (usize, symtab::Logical)> {
    let frame = |&pc: &usize| Some((pc, symtab::logical(&unwind::find_func(pc - 1)?, pc - 1, 0)?));
    pcs.iter().filter_map(frame).filter(|f| f.1.line != 0)
}

/// The most that a string may have.
pub fn cut(s: &[u8]) -> &[u8] {
    &s[..s.len().min(1 << 10)]
}
