//! Samples of processor time in traces: what the CPU profile's handler takes down while both are on.
//!
//! The handler may not wait: it writes into a ring of its own under the profile's lock for writers.

use super::event;
use super::model::Trace;
use crate::os;
use crate::task::g::{G, M};
use crate::task::tracing;
use core::sync::atomic::{AtomicUsize, Ordering::*};

/// Words of the ring.
const RING: usize = 1 << 16;
static BUFFER: AtomicUsize = AtomicUsize::new(0);
static WRITTEN: AtomicUsize = AtomicUsize::new(0);
static READ: AtomicUsize = AtomicUsize::new(0);

fn word(i: usize) -> *mut usize {
    // SAFETY: the ring has that many words.
    unsafe { (BUFFER.load(Relaxed) as *mut usize).add(i % RING) }
}

/// One sample, of the thread (or null) and goroutine (or null).
///
/// # Safety
/// In the handler, whose turn it is to write; records of the interrupted thread.
pub unsafe fn sample(m: *mut M, g: *mut G, pcs: &[usize]) {
    if tracing::listener().is_none() || BUFFER.load(Relaxed) == 0 {
        return;
    }
    let at = WRITTEN.load(Relaxed);
    if at + 6 + pcs.len() - READ.load(Acquire) > RING {
        return;
    }
    let now = os::nanotime();
    // SAFETY: the caller's promise.
    let (thread, p, goid) = unsafe {
        let p = if m.is_null() || (*m).p.is_null() { usize::MAX } else { (*(*m).p).id as usize };
        let thread = if m.is_null() { usize::MAX } else { (*m).id as usize };
        (thread, p, if g.is_null() { 0 } else { (*g).goid as usize })
    };
    let head = [now as usize, (now >> 32) as usize, thread, p, goid, pcs.len()];
    for (i, &w) in head.iter().chain(pcs).enumerate() {
        // SAFETY: room that the reader has left, and we are the only writer.
        unsafe { word(at + i).write(w) };
    }
    WRITTEN.store(at + head.len() + pcs.len(), Release);
}

/// Has a place for samples.
pub fn prepare() {
    if BUFFER.load(Relaxed) == 0 {
        BUFFER.store(os::map(RING * size_of::<usize>()) as usize, Release);
    }
    READ.store(WRITTEN.load(Acquire), Release);
}

/// Writes what was taken down, at the end of a generation.
pub fn write(t: &mut Trace) {
    let now = t.now();
    let Trace { queue, stacks, generation, .. } = t;
    Trace::batches(queue, *generation, now, event::CPU_SAMPLES, |entry| {
        let (mut at, end) = (READ.load(Relaxed), WRITTEN.load(Acquire));
        while at < end {
            // SAFETY: written before `WRITTEN` was.
            let get = |i: usize| unsafe { *word(at + i) };
            let mut pcs = [0; super::DEPTH];
            let n = get(5).min(pcs.len());
            pcs[..n].iter_mut().enumerate().for_each(|(i, pc)| *pc = get(6 + i));
            let time = get(0) as u64 & 0xffff_ffff | (get(1) as u64) << 32;
            // Words may be half as wide as numbers: none is none.
            let wide = |n: usize| if n == usize::MAX { u64::MAX } else { n as u64 };
            let stack = stacks.number(super::model::key(&pcs[..n]));
            entry(6 * super::buffer::NUMBER, &mut |c| {
                c.byte(event::CPU_SAMPLE);
                for n in [time, wide(get(2)), wide(get(3)), get(4) as u64, stack] {
                    c.number(n);
                }
            });
            at += 6 + get(5);
        }
        READ.store(end, Release);
    });
}
