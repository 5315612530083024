//! Linux: the poller (epoll), with a counter (eventfd) to end a sleep in it.

use super::abi::{EpollEvent, nr, open::NONBLOCK};
use super::{read, write};
use crate::machine::syscall6;
use core::sync::atomic::{AtomicI32, Ordering::*};

const EPOLLIN: u32 = 1;
const EPOLLOUT: u32 = 4;
const EPOLLERR: u32 = 8;
const EPOLLHUP: u32 = 16;
const EPOLLRDHUP: u32 = 0x2000;
const EPOLLET: u32 = 1 << 31;
const CLOEXEC: usize = 0x8_0000;

/// The poller's descriptor and the counter's; -1: not made yet.
static EPOLL: AtomicI32 = AtomicI32::new(-1);
static EVENT: AtomicI32 = AtomicI32::new(-1);

/// Something happened to a descriptor.
#[derive(Clone, Copy)]
pub struct PollEvent {
    /// What `poller_watch` was told; 0: somebody wanted the sleep to end.
    pub data: usize,
    /// There is something to read, or an error to be told.
    pub readable: bool,
    /// There is room to write, or an error to be told.
    pub writable: bool,
}

impl PollEvent {
    /// Nothing.
    pub const NONE: PollEvent = PollEvent { data: 0, readable: false, writable: false };
}

/// Makes the poller; false if the system refuses. One thread at a time, once.
pub fn poller_open() -> bool {
    // SAFETY: no memory is involved.
    let (ep, ev) = unsafe {
        let ep = syscall6(nr::EPOLL_CREATE1, CLOEXEC, 0, 0, 0, 0, 0) as i32;
        (ep, syscall6(nr::EVENTFD2, 0, CLOEXEC | NONBLOCK, 0, 0, 0, 0) as i32)
    };
    if ep < 0 || ev < 0 || add(ep, ev, EPOLLIN, 0) < 0 {
        return false;
    }
    EVENT.store(ev, Relaxed);
    EPOLL.store(ep, Release);
    true
}

/// Whether it has been made.
pub fn poller_is_open() -> bool {
    EPOLL.load(Acquire) >= 0
}

/// Whether a descriptor is the poller's own.
pub fn poller_owns(fd: i32) -> bool {
    poller_is_open() && (fd == EPOLL.load(Relaxed) || fd == EVENT.load(Relaxed))
}

fn add(ep: i32, fd: i32, events: u32, data: u64) -> isize {
    let e = EpollEvent { events, data };
    // SAFETY: the kernel reads the record.
    unsafe { syscall6(nr::EPOLL_CTL, ep as usize, 1, fd as usize, &raw const e as usize, 0, 0) }
}

/// Watches a descriptor for changes; 0 or a negative error. `data` is not 0.
pub fn poller_watch(fd: i32, data: usize) -> isize {
    add(EPOLL.load(Relaxed), fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, data as u64)
}

/// Watches it no more.
pub fn poller_forget(fd: i32) {
    let e = EpollEvent { events: 0, data: 0 };
    // SAFETY: the kernel reads the record.
    unsafe {
        syscall6(nr::EPOLL_CTL, EPOLL.load(Relaxed) as usize, 2, fd as usize, &raw const e as usize, 0, 0)
    };
}

/// Collects events, waiting up to `ms` milliseconds for the first (below 0: for good); how many. Only who waits takes a wish to
/// end the sleep.
pub fn poller_wait(out: &mut [PollEvent; 64], ms: i32, waits: bool) -> usize {
    let mut events = [EpollEvent { events: 0, data: 0 }; 64];
    // SAFETY: the kernel writes the events.
    let n = unsafe {
        let at = events.as_mut_ptr() as usize;
        syscall6(nr::EPOLL_PWAIT, EPOLL.load(Relaxed) as usize, at, events.len(), ms as isize as usize, 0, 8)
    };
    let n = n.max(0) as usize;
    for (out, e) in out.iter_mut().zip(&events[..n]) {
        let bad = e.events & (EPOLLHUP | EPOLLERR) != 0;
        *out = PollEvent {
            data: e.data as usize,
            readable: bad || e.events & (EPOLLIN | EPOLLRDHUP) != 0,
            writable: bad || e.events & EPOLLOUT != 0,
        };
        if out.data == 0 && waits {
            read(EVENT.load(Relaxed), &mut [0; 8]);
        }
    }
    n
}

/// Ends a sleep in the poller, or the next one.
pub fn poller_wake() {
    write(EVENT.load(Relaxed), &1u64.to_ne_bytes());
}
