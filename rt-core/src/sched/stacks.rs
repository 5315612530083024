//! Stacks that programs ask for: runtime.Stack and goroutine profiles.

use crate::base::stopped::Why;
use crate::sched::*;
use crate::task::g::*;
use crate::task::traceback::{self, Out};
use crate::task::{hook, stackscan, symtab};

hook! { fn "runtime.Stack"(buf: *mut u8, len: usize, cap: usize, all: bool) -> isize, safepoint {
    let g = curg();
    if len == 0 {
        0
    } else {
        let mut out = Out::to(buf, len);
        let stopped = all.then(|| stop_the_world(Why::AllStacks));
        traceback::print_g(&mut out, g, true);
        if let Some(stopped) = stopped {
            traceback::print_others(&mut out, g);
            start_the_world(stopped);
        }
        out.written() as isize
    }
}}

hook! { fn "runtime.goroutineStacks"(pcs: *mut usize, depth: isize, max: isize, labels: *mut usize) -> isize, safepoint {
    let stopped = stop_the_world(Why::GoroutineProfile);
    let mut n = 0;
    for i in 0..ALLGS.len() {
        let g = ALLGS.get(i);
        if (*g).status() == Status::Dead || (*g).system && !finalizer::calls(g) {
            continue;
        }
        if n < max {
            let out = core::slice::from_raw_parts_mut(pcs.add((n * depth) as usize), depth as usize);
            out.fill(0);
            let held = stackscan::hold(g);
            symtab::callers(g, 0, out);
            drop(held);
            if !labels.is_null() {
                // No barrier: the slice is new, and labels are roots.
                labels.offset(n).write((*g).labels);
            }
        }
        n += 1;
    }
    start_the_world(stopped);
    n
}}
