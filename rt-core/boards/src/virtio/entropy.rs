//! The device that gives random bytes.

use super::queue::Queue;
use super::{ENTROPY, begin, find, go};
use core::cell::UnsafeCell;

struct Device {
    /// It has room for 8 at most.
    queue: Queue<8>,
    bytes: [u8; 64],
    /// Whether it was looked for, and is there.
    looked: bool,
    there: bool,
}

struct One(UnsafeCell<Device>);
// SAFETY: there is one core, and only hooks use it, which are not interrupted for each other.
unsafe impl Sync for One {}

static DEVICE: One =
    One(UnsafeCell::new(Device { queue: Queue::NEW, bytes: [0; 64], looked: false, there: false }));

/// Fills with random bytes; false without the device.
pub fn fill(to: &mut [u8]) -> bool {
    // SAFETY: see `One`.
    let d = unsafe { &mut *DEVICE.0.get() };
    if !d.looked {
        d.looked = true;
        if let Some(transport) = find(ENTROPY)
            && begin(&transport, 0)
            && d.queue.begin(&transport, 0, true)
        {
            go(&transport);
            d.there = true;
        }
    }
    if !d.there {
        return false;
    }
    let mut done = 0;
    while done < to.len() {
        let n = d.bytes.len().min(to.len() - done);
        d.queue.give(0, d.bytes.as_mut_ptr() as usize, n, true);
        d.queue.ring();
        // It answers as soon as the host has some.
        let written = loop {
            match d.queue.take() {
                Some((_, written)) => break written.min(n),
                None => core::hint::spin_loop(),
            }
        };
        for (i, to) in to[done..done + written].iter_mut().enumerate() {
            // SAFETY: the device has written it.
            *to = unsafe { core::ptr::read_volatile(&raw const d.bytes[i]) };
        }
        done += written;
    }
    true
}
