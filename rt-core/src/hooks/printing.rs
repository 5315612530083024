//! Hooks of print and println: a lock, so that lines stay whole, and text that a Rust host gets instead of standard error.

use crate::base::lock::Global;
use crate::os;
use crate::task::current::getm;
use crate::task::g::M;
use crate::task::hook;
use core::sync::atomic::{AtomicU32, Ordering::*};

/// Whose thread holds the print lock: its id + 1.
static PRINTER: AtomicU32 = AtomicU32::new(0);

hook! { fn "runtime.printlock"() leaf {
    let m = getm();
    // Not preempted while it holds the lock, so that the thread stays the same.
    (*m).locks += 1;
    (*m).printing += 1;
    if (*m).printing == 1 {
        while PRINTER.compare_exchange(0, (*m).id as u32 + 1, Acquire, Relaxed).is_err() {
            os::yield_now();
        }
    }
}}
hook! { fn "runtime.printunlock"() leaf { unlock_print(getm()) }}

unsafe fn unlock_print(m: *mut M) {
    // SAFETY: the calling thread's record; it holds the print lock.
    unsafe {
        (*m).locks -= 1;
        (*m).printing -= 1;
        if (*m).printing == 0 {
            PRINTER.store(0, Release);
        }
    }
}

/// Bytes of a panic's text that a host gets.
pub const CAPTURE: usize = 1024;

/// Under the print lock: what is printed instead of going to standard error, and how much; MAX: nothing is kept.
static CAPTURED: Global<([u8; CAPTURE], usize)> = Global::new(([0; CAPTURE], usize::MAX));

/// From here on what is printed is kept. The calling thread holds the print lock.
///
/// # Safety
/// The calling thread holds the print lock.
pub unsafe fn capture() {
    // SAFETY: the caller's promise: what is kept is under that lock.
    unsafe {
        (*CAPTURED.get()).1 = 0;
    }
}

/// What was kept; gives the print lock back.
///
/// # Safety
/// As `capture`.
#[cfg(feature = "host")]
pub unsafe fn captured(to: &mut [u8; CAPTURE]) -> &[u8] {
    // SAFETY: the caller's promise: what is kept is under that lock.
    unsafe {
        let c = &mut *CAPTURED.get();
        let n = c.1.min(CAPTURE);
        to[..n].copy_from_slice(&c.0[..n]);
        c.1 = usize::MAX;
        unlock_print(getm());
        &to[..n]
    }
}

hook! { fn "runtime.write"(fd: usize, p: *const u8, n: i32) -> i32, leaf {
    let text = core::slice::from_raw_parts(p, n as usize);
    if (*getm()).printing != 0 && keep(text) { n } else { os::write(fd as i32, text) as i32 }
}}

/// Under the print lock: whether the text was kept.
unsafe fn keep(text: &[u8]) -> bool {
    // SAFETY: the calling thread holds the print lock, and what is kept is under that.
    unsafe {
        let c = &mut *CAPTURED.get();
        if c.1 == usize::MAX {
            return false;
        }
        let room = text.len().min(CAPTURE - c.1);
        c.0[c.1..c.1 + room].copy_from_slice(&text[..room]);
        c.1 += room;
        true
    }
}
