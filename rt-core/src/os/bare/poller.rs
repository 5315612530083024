//! No operating system: the poller watches sockets, pipes, devices' interrupts and the console, and moves the network's packets.

use super::sockets::{self, network};
use super::{console, idle, lines, nanotime, pipes};

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

/// Collects events, letting the time pass up to the first interrupt; that may have something for the scheduler, so it looks again
/// after each.
pub fn poller_wait(out: &mut [PollEvent; 64], ms: i32, _waits: bool) -> usize {
    let n = look(out);
    if n != 0 || ms == 0 {
        return n;
    }
    let until = if ms < 0 { u64::MAX } else { nanotime().saturating_add(ms as u64 * 1_000_000) };
    let until = until.min((network().next)());
    if until > nanotime() {
        idle(until);
    }
    look(out)
}

/// The one thread is awake.
pub fn poller_wake() {}
