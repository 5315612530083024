//! No operating system: there are no descriptors to watch.

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

/// It has no descriptors.
pub fn poller_owns(_fd: i32) -> bool {
    false
}

/// Refused, as a descriptor that cannot be polled.
pub fn poller_watch(_fd: i32, _data: usize) -> isize {
    const EPERM: isize = 1;
    -EPERM
}

/// Nothing was watched.
pub fn poller_forget(_fd: i32) {}

/// Lets the time pass; an interrupt may have something for the scheduler, so it looks again after each.
pub fn poller_wait(_out: &mut [PollEvent; 64], ms: i32, _waits: bool) -> usize {
    match ms {
        0 => {}
        ..0 => super::idle(u64::MAX),
        _ => super::idle(super::nanotime().saturating_add(ms as u64 * 1_000_000)),
    }
    0
}

/// The one thread is awake.
pub fn poller_wake() {}
