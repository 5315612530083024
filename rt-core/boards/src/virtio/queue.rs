//! A queue that a device and its driver share: buffers that are the device's, and those that it has used.

use super::Transport;
use core::sync::atomic::{Ordering::SeqCst, fence};

#[repr(C)]
#[derive(Clone, Copy)]
struct Descriptor {
    address: u64,
    length: u32,
    flags: u16,
    next: u16,
}

/// Buffers by number, from the driver.
#[repr(C)]
struct Available<const N: usize> {
    flags: u16,
    index: u16,
    ring: [u16; N],
    event: u16,
}

/// Numbers and lengths of used ones, from the device.
#[repr(C, align(4))]
struct Used<const N: usize> {
    flags: u16,
    index: u16,
    ring: [[u32; 2]; N],
    event: u16,
}

/// The memory of a queue of N buffers; zeroes are an empty one.
#[repr(C, align(16))]
pub struct Queue<const N: usize> {
    descriptors: [Descriptor; N],
    available: Available<N>,
    used: Used<N>,
    /// How many of the used ones were taken back.
    seen: u16,
    number: u16,
    /// Where the device is told of new ones.
    bell: usize,
}

/// The device may write to the buffer.
const WRITE: u16 = 2;

impl<const N: usize> Queue<N> {
    pub const NEW: Queue<N> = Queue {
        descriptors: [Descriptor { address: 0, length: 0, flags: 0, next: 0 }; N],
        available: Available { flags: 0, index: 0, ring: [0; N], event: 0 },
        used: Used { flags: 0, index: 0, ring: [[0; 2]; N], event: 0 },
        seen: 0,
        number: 0,
        bell: 0,
    };

    /// Shows the queue to the device; false if it takes none of that size. `quiet`: it interrupts for none of these.
    pub fn begin(&mut self, device: &Transport, number: u16, quiet: bool) -> bool {
        self.number = number;
        self.available.flags = quiet as u16;
        let at = [
            &raw const self.descriptors as u64,
            &raw const self.available as u64,
            &raw const self.used as u64,
        ];
        match device.set_queue(number, N as u16, at) {
            Some(bell) => {
                self.bell = bell;
                true
            }
            None => false,
        }
    }

    /// Gives a buffer to the device, by its number. `writes`: the device fills it.
    pub fn give(&mut self, i: usize, address: usize, length: usize, writes: bool) {
        let flags = if writes { WRITE } else { 0 };
        let d = Descriptor { address: address as u64, length: length as u32, flags, next: 0 };
        // SAFETY: the queue's own memory, which the device reads.
        unsafe {
            core::ptr::write_volatile(&raw mut self.descriptors[i], d);
            let index = self.available.index;
            core::ptr::write_volatile(&raw mut self.available.ring[index as usize % N], i as u16);
            fence(SeqCst);
            core::ptr::write_volatile(&raw mut self.available.index, index.wrapping_add(1));
        }
    }

    /// Tells the device of what it was given.
    pub fn ring(&self) {
        fence(SeqCst);
        super::transport::ring(self.bell, self.number);
    }

    /// Takes a used buffer back: its number, and how much was written to it.
    pub fn take(&mut self) -> Option<(usize, usize)> {
        // SAFETY: the queue's own memory, which the device writes.
        unsafe {
            if core::ptr::read_volatile(&raw const self.used.index) == self.seen {
                return None;
            }
            fence(SeqCst);
            let [i, n] = core::ptr::read_volatile(&raw const self.used.ring[self.seen as usize % N]);
            self.seen = self.seen.wrapping_add(1);
            Some((i as usize % N, n as usize))
        }
    }
}
