//! No operating system: the poller watches sockets, pipes, devices' interrupts and the console, and moves the network's packets.

use super::sockets::{self, network};
use super::{CALLS, console, core, hold, idle_for_devices, lines, nanotime, pipes, wake};
use ::core::sync::atomic::{AtomicBool, AtomicUsize, Ordering::*, fence};

/// Something happened to a descriptor.
#[derive(Clone, Copy)]
pub struct PollEvent {
    /// What `poller_watch` was told; 0: somebody wanted the sleep to end.
    pub data: usize,
    /// There is something to read.
    pub readable: bool,
    /// There is room to write.
    pub writable: bool,
}

impl PollEvent {
    /// Nothing.
    pub const NONE: PollEvent = PollEvent { data: 0, readable: false, writable: false };
}

/// Nothing has to be made.
pub fn poller_open() -> bool {
    true
}

/// It is there.
pub fn poller_is_open() -> bool {
    true
}

/// It has no descriptors of its own.
pub fn poller_owns(_fd: i32) -> bool {
    false
}

/// Watches a socket, a pipe's end, a line of interrupts or the console's input; 0 or a negative error: others cannot be polled. `data` is not 0.
pub fn poller_watch(fd: i32, data: usize) -> isize {
    const EPERM: isize = 1;
    let _held = hold(&CALLS);
    match fd {
        0 => console::watch(data),
        _ if pipes::has(fd as usize) => match pipes::watch(fd as usize, data) {
            Ok(()) => {}
            Err(e) => return e,
        },
        _ if lines::has(fd as usize) => match lines::watch(fd as usize, data) {
            Ok(()) => {}
            Err(e) => return e,
        },
        _ if fd as usize >= sockets::FIRST => match (network().watch)(fd as usize, data) {
            Ok(()) => {}
            Err(e) => return e,
        },
        _ => return -EPERM,
    }
    0
}

/// Watches it no more.
pub fn poller_forget(fd: i32) {
    let _held = hold(&CALLS);
    match fd {
        0 => console::watch(0),
        _ if pipes::has(fd as usize) => drop(pipes::watch(fd as usize, 0)),
        _ if lines::has(fd as usize) => drop(lines::watch(fd as usize, 0)),
        // Closed ones are forgotten already.
        _ => drop((network().watch)(fd as usize, 0)),
    }
}

/// Moves the network on, and lists what can go on.
fn look(out: &mut [PollEvent; 64]) -> usize {
    let _held = hold(&CALLS);
    let net = network();
    (net.poll)();
    let mut n = 0;
    if let Some(data) = console::news() {
        out[0] = PollEvent { data, readable: true, writable: false };
        n = 1;
    }
    let mut from = 0;
    while n < out.len()
        && let Some((data, readable, next)) = pipes::news(from)
    {
        out[n] = PollEvent { data, readable, writable: !readable };
        (n, from) = (n + 1, next);
    }
    from = 0;
    while n < out.len()
        && let Some((data, next)) = lines::news(from)
    {
        out[n] = PollEvent { data, readable: true, writable: false };
        (n, from) = (n + 1, next);
    }
    from = 0;
    while n < out.len()
        && let Some((r, next)) = (net.news)(from)
    {
        out[n] = PollEvent { data: r.data, readable: r.readable, writable: r.writable };
        (n, from) = (n + 1, next);
    }
    n
}

/// The core that sleeps here, or is about to, + 1; 0: none.
static SLEEPER: AtomicUsize = AtomicUsize::new(0);
/// Somebody wants the sleep to end; a device has interrupted since the poller looked.
static POKED: AtomicBool = AtomicBool::new(false);
static NEWS: AtomicBool = AtomicBool::new(false);

/// Collects events, letting the time pass up to the first interrupt; that may have something for the scheduler, so it looks again
/// after each. `waits`: it may tell that somebody wanted the sleep to end.
pub fn poller_wait(out: &mut [PollEvent; 64], ms: i32, waits: bool) -> usize {
    NEWS.store(false, Relaxed);
    fence(SeqCst);
    let mut n = look(out);
    if n == 0 && ms != 0 {
        let until = if ms < 0 { u64::MAX } else { nanotime().saturating_add(ms as u64 * 1_000_000) };
        let held = hold(&CALLS);
        let until = until.min((network().next)());
        drop(held);
        if until > nanotime() {
            sleep(until);
        }
        n = look(out);
    }
    if waits && n < out.len() && POKED.swap(false, AcqRel) {
        out[n] = PollEvent { data: 0, readable: false, writable: false };
        n += 1;
    }
    n
}

/// Who goes to sleep says so; fence; looks whether something has happened. What happens is written; fence; then whoever sleeps is woken.
fn sleep(until: u64) {
    SLEEPER.store(core() + 1, Relaxed);
    fence(SeqCst);
    if !POKED.load(Relaxed) && !NEWS.load(Relaxed) {
        idle_for_devices(until);
    }
    SLEEPER.store(0, Relaxed);
}

fn rouse() {
    fence(SeqCst);
    match SLEEPER.load(Relaxed) {
        0 => {}
        n => wake(n - 1),
    }
}

/// Ends a sleep here, now or when it is begun.
pub fn poller_wake() {
    POKED.store(true, Relaxed);
    rouse();
}

/// A device has interrupted, in that interrupt.
pub fn poller_news() {
    NEWS.store(true, Relaxed);
    rouse();
}
