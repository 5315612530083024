//! What compiled code calls for traces.

use super::tell::cut;
use super::{DEPTH, READER, event, lock, stack_of};
use crate::base::stopped::Why;
use crate::sched::*;
use crate::task::g::*;
use crate::task::hook;
use crate::task::symtab::Str;
use core::sync::atomic::Ordering::*;

// Begins a trace, unless one is taken.
hook! { fn "runtime.traceStart"() -> bool, safepoint {
    let mut pcs = [0; DEPTH];
    let n = stack_of(curg(), &mut pcs);
    let stopped = stop_the_world(Why::StartTrace);
    let mut t = lock();
    let begins = !t.on && t.queue.is_empty();
    if begins {
        super::samples::prepare();
        t.begin(getm(), &pcs[..n], &stopped);
    }
    drop(t);
    start_the_world(stopped);
    begins
}}

// Ends the generation and, if `ends`, the trace. The number of the last batch before; 0 if no trace is taken.
hook! { fn "runtime.traceNext"(ends: bool) -> u64, safepoint {
    let stopped = stop_the_world(Why::StopTrace);
    let mut t = lock();
    let mut last = 0;
    if t.on {
        t.advance(getm(), ends, &stopped);
        last = t.queue.queued;
    }
    drop(t);
    start_the_world(stopped);
    super::wake_reader();
    last
}}

// Copies the oldest batch, for which there is room; 0 bytes at the end of the trace.
hook! { fn "runtime.traceRead"(to: *mut u8) -> (n: isize, again: bool) parking {
    let mut t = lock();
    let n = t.queue.take(to);
    if n == 0 && t.on {
        // Woken, it is to ask again.
        let results = ((*curg()).hook_args as *mut usize).add(1);
        results.write(0);
        results.add(1).cast::<bool>().write(true);
        drop(t);
        let g = prepare_park(Wait::TraceReader);
        READER.store(g as usize, Release);
        // There may be some now.
        super::wake_reader();
        return Parked(Next::Search);
    }
    Done((n as isize, false))
}}

// How many batches the reader has taken since the program began.
hook! { fn "runtime.traceTaken"() -> u64, leaf { lock().queue.taken }}

// What a program notes: 0 a task begins, 1 ends, 2 a region begins, 3 ends, 4 a log.
hook! { fn "runtime.traceNote"(kind: isize, id: u64, parent: u64, a: Str, b: Str) leaf {
    let m = getm();
    let mut pcs = [0; DEPTH];
    let n = stack_of((*m).curg.get(), &mut pcs);
    // The first frames are runtime/trace's.
    let mut t = lock();
    if t.on && t.runs(m) {
        let stack = t.stack(&pcs[..n]);
        let first = if kind == 1 { 0 } else { t.strings.number(cut(a.bytes())) };
        match kind {
            0 => t.event(m, event::TASK_BEGIN, &[id, parent, first, stack]),
            1 => t.event(m, event::TASK_END, &[id, stack]),
            2 => t.event(m, event::REGION_BEGIN, &[id, first, stack]),
            3 => t.event(m, event::REGION_END, &[id, first, stack]),
            _ => {
                let second = t.strings.number(cut(b.bytes()));
                t.event(m, event::LOG, &[id, first, second, stack]);
            }
        }
    }
}}
