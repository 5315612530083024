//! Hooks about time, the process, the image and printing.
#![allow(unsafe_op_in_unsafe_fn, clippy::missing_safety_doc, reason = "arguments are the compiler's stubs'")]

use crate::base::env;
use crate::base::image::the_image;
use crate::base::lock::Global;
use crate::os;
use crate::sched::*;
use crate::task::g::M;
use crate::task::hook;
use crate::task::symtab::Str;
use core::sync::atomic::{AtomicU32, Ordering::*};
use reflect::image::Range;

// ---- time

hook! { fn "runtime.nanotime"() -> i64, leaf { os::nanotime() as i64 }}
hook! { fn "runtime.walltime"() -> (sec: i64, nsec: i32) leaf {
    let t = os::walltime();
    ((t / 1_000_000_000) as i64, (t % 1_000_000_000) as i32)
}}
hook! { fn "syscall.gettimeofday"(tv: *mut [i64; 2]) -> usize, leaf {
    let t = os::walltime();
    tv.write([(t / 1_000_000_000) as i64, (t % 1_000_000_000 / 1000) as i64]);
    0
}}

// ---- printing

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
    (*m).locks -= 1;
    (*m).printing -= 1;
    if (*m).printing == 0 {
        PRINTER.store(0, Release);
    }
}

/// Bytes of a panic's text that a host gets.
pub const CAPTURE: usize = 1024;

/// Under the print lock: what is printed instead of going to standard error, and how much; MAX: nothing is kept.
static CAPTURED: Global<([u8; CAPTURE], usize)> = Global::new(([0; CAPTURE], usize::MAX));

/// From here on what is printed is kept. The calling thread holds the print lock.
pub unsafe fn capture() {
    (*CAPTURED.get()).1 = 0;
}

/// What was kept; gives the print lock back.
#[cfg(feature = "host")]
pub unsafe fn captured(to: &mut [u8; CAPTURE]) -> &[u8] {
    let c = &mut *CAPTURED.get();
    let n = c.1.min(CAPTURE);
    to[..n].copy_from_slice(&c.0[..n]);
    c.1 = usize::MAX;
    unlock_print(getm());
    &to[..n]
}

hook! { fn "runtime.write"(fd: usize, p: *const u8, n: i32) -> i32, leaf {
    let text = core::slice::from_raw_parts(p, n as usize);
    if (*getm()).printing != 0 && keep(text) { n } else { os::write(fd as i32, text) as i32 }
}}

/// Under the print lock: whether the text was kept.
unsafe fn keep(text: &[u8]) -> bool {
    let c = &mut *CAPTURED.get();
    if c.1 == usize::MAX {
        return false;
    }
    let room = text.len().min(CAPTURE - c.1);
    c.0[c.1..c.1 + room].copy_from_slice(&text[..room]);
    c.1 += room;
    true
}

// ---- process

hook! { fn "runtime.exit"(code: i32) leaf { os::exit(code) }}
hook! { fn "runtime.fcntl"(fd: i32, cmd: i32, arg: i32) -> (val: i32, errno: i32) leaf {
    let r = os::fcntl(fd, cmd, arg);
    if r < 0 { (-1, -r) } else { (r, 0) }
}}
hook! { fn "runtime.osArgs"() -> (argc: isize, argv: *const *const u8, envp: *const *const u8) leaf { env::args() }}
hook! { fn "syscall.runtime_doAllThreadsSyscall"(trap: usize, a1: usize, a2: usize, a3: usize, a4: usize, a5: usize, a6: usize)
    -> (r1: usize, r2: usize, err: usize) leaf {
    // Other threads would have to be interrupted for it; refuse, as a kernel without it does.
    (usize::MAX, 0, os::ENOSYS)
}}
hook! { fn "runtime.mainExiting"() leaf { crate::task::traceback::wait_for_panics() }}

// ---- image

hook! { fn "runtime.imageInits"() -> (inits: u64, n: isize, main: u64) leaf {
    let img = the_image();
    // A host calls what it wants.
    let main = if cfg!(feature = "host") { 0 } else { img.main_main };
    (img.inits.ptr, img.inits.len as isize, main)
}}
hook! { fn "runtime.imageTypes"() -> (start: u64, end: u64, links: u64, nlinks: isize, itabs: u64, nitabs: isize) leaf {
    let img = the_image();
    (img.types.ptr, img.types.ptr + img.types.len, img.typelinks.ptr, img.typelinks.len as isize,
        img.itabs.ptr, img.itabs.len as isize)
}}
hook! { fn "runtime.imageString"(which: isize) -> Str, leaf {
    let img = the_image();
    let r: Range = [img.version, img.modinfo, img.godebug][which as usize];
    Str::new(r.as_slice::<u8>())
}}
hook! { fn "runtime.textOff"(i: i32) -> usize, leaf {
    the_image().funcs().get(i as usize).map_or(0, |f| f.entry as usize)
}}
