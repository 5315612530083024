//! The console as descriptors 0 to 2. What comes in waits here until it is read: who reads waits for the next interrupt, or, if the
//! poller watches the descriptor, is told that there is nothing yet.

use super::board;
use crate::os::system::abi::{errno::*, open::NONBLOCK};
use core::cell::UnsafeCell;

/// Descriptors up to here are the console.
pub const LAST: usize = 2;
/// The flags of descriptor 0, Linux's: it is read without waiting, so that the library takes it to the poller.
pub const INPUT_FLAGS: isize = O_RDWR | NONBLOCK as isize;
pub const O_RDWR: isize = 2;

struct Input {
    bytes: [u8; 256],
    begin: usize,
    end: usize,
    /// What the poller was told; 0: it does not watch.
    watched: usize,
    /// Somebody found nothing to read since the poller has told.
    armed: bool,
}

struct One(UnsafeCell<Input>);
// SAFETY: used under `CALLS`.
unsafe impl Sync for One {}

static INPUT: One =
    One(UnsafeCell::new(Input { bytes: [0; 256], begin: 0, end: 0, watched: 0, armed: true }));

#[allow(clippy::mut_from_ref, reason = "see `One`: each function here lets it go before another one runs")]
fn input() -> &'static mut Input {
    // SAFETY: see `One`.
    unsafe { &mut *INPUT.0.get() }
}

impl Input {
    /// Takes what has come in; whether something is there.
    fn fill(&mut self) -> bool {
        if self.begin == self.end {
            (self.begin, self.end) = (0, (board().read)(&mut self.bytes));
        }
        self.begin != self.end
    }
}

/// Reads what has come in. Not under `CALLS`.
pub fn read(to: &mut [u8]) -> isize {
    loop {
        let held = super::hold(&super::CALLS);
        let n = try_read(to);
        drop(held);
        match n {
            Some(n) => return n,
            None => super::idle_for_devices(u64::MAX),
        }
    }
}

/// The same, if there is something, or the poller tells when there is.
fn try_read(to: &mut [u8]) -> Option<isize> {
    let input = input();
    if !input.fill() && !to.is_empty() {
        if input.watched == 0 {
            return None;
        }
        input.armed = true;
        return Some(EAGAIN);
    }
    let n = to.len().min(input.end - input.begin);
    to[..n].copy_from_slice(&input.bytes[input.begin..][..n]);
    input.begin += n;
    Some(n as isize)
}

/// Watches descriptor 0; 0: no more.
pub fn watch(data: usize) {
    let input = input();
    (input.watched, input.armed) = (data, true);
}

/// What `watch` was told, if there is something to read and nobody knows.
pub fn news() -> Option<usize> {
    let input = input();
    let told = input.watched != 0 && input.armed && input.fill();
    input.armed &= !told;
    told.then_some(input.watched)
}
