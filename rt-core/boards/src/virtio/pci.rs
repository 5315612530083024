//! Devices of PCI's first bus, as the firmware has placed them.

use crate::board;
use crate::virtio::{load, store};

const VENDOR: u32 = 0x1af4;
/// Devices that are of version 1 only; others have numbers of their own.
const MODERN: u32 = 0x1040;
/// PCI's own registers.
const COMMAND: u8 = 0x04;
const BARS: u8 = 0x10;
const CAPABILITIES: u8 = 0x34;
const LINE: u8 = 0x3c;
/// Reads memory, masters the bus.
const WORKS: u32 = 6;
/// A capability of the vendor, and the kinds of it.
const OF_VENDOR: u32 = 9;
const COMMON: u32 = 1;
const NOTIFY: u32 = 2;
const ISR: u32 = 3;
const CONFIG: u32 = 4;

/// Registers of the common block.
mod common {
    pub const FEATURES_WORD: usize = 0;
    pub const FEATURES: usize = 4;
    pub const DRIVER_FEATURES_WORD: usize = 8;
    pub const DRIVER_FEATURES: usize = 12;
    pub const STATUS: usize = 20;
    pub const QUEUE: usize = 22;
    pub const QUEUE_SIZE: usize = 24;
    pub const QUEUE_ENABLE: usize = 28;
    pub const QUEUE_BELL: usize = 30;
    /// Of descriptors, available and used ones.
    pub const QUEUE_AT: [usize; 3] = [32, 40, 48];
}

pub struct Transport {
    common: usize,
    bells: usize,
    /// Bytes from one queue's bell to the next.
    step: usize,
    isr: usize,
    config: usize,
    line: u8,
}

/// The first device of a kind.
pub fn find(kind: u32) -> Option<Transport> {
    let device = (0..32).find(|d| board::pci_load(*d, 0) == (MODERN + kind) << 16 | VENDOR)?;
    let byte = |at: u8| board::pci_load(device, at & !3) >> (8 * (at & 3)) & 0xff;
    let mut t = Transport { common: 0, bells: 0, step: 0, isr: 0, config: 0, line: byte(LINE) as u8 };
    board::pci_store(device, COMMAND, board::pci_load(device, COMMAND) | WORKS);
    let mut at = byte(CAPABILITIES) as u8;
    while at != 0 {
        if byte(at) == OF_VENDOR {
            let bar = BARS + 4 * byte(at + 4) as u8;
            // Of 64 bits, what is above 4 GiB is nowhere in the program's addresses.
            let low = board::pci_load(device, bar);
            let high = if low & 6 == 4 { board::pci_load(device, bar + 4) } else { 0 };
            let place = (low & !15) as usize + board::pci_load(device, at + 8) as usize;
            if high == 0 && low & 1 == 0 {
                match byte(at + 3) {
                    COMMON => t.common = place,
                    NOTIFY => (t.bells, t.step) = (place, board::pci_load(device, at + 16) as usize),
                    ISR => t.isr = place,
                    CONFIG => t.config = place,
                    _ => {}
                }
            }
        }
        at = byte(at + 1) as u8;
    }
    (t.common != 0 && t.bells != 0 && t.isr != 0).then_some(t)
}

/// Tells the device of new buffers in a queue.
pub fn ring(bell: usize, queue: u16) {
    store(bell, queue);
}

pub fn acknowledge(isr: usize) {
    load::<u8>(isr);
}

impl Transport {
    pub fn status(&self) -> u8 {
        load(self.common + common::STATUS)
    }

    pub fn set_status(&self, v: u8) {
        store(self.common + common::STATUS, v);
    }

    pub fn features(&self) -> u64 {
        let half = |i: u32| {
            store(self.common + common::FEATURES_WORD, i);
            u64::from(load::<u32>(self.common + common::FEATURES))
        };
        half(0) | half(1) << 32
    }

    pub fn set_features(&self, v: u64) {
        for i in 0..2u32 {
            store(self.common + common::DRIVER_FEATURES_WORD, i);
            store(self.common + common::DRIVER_FEATURES, (v >> (32 * i)) as u32);
        }
    }

    /// Where its device is told of new buffers, if it takes the queue.
    pub fn set_queue(&self, number: u16, size: u16, at: [u64; 3]) -> Option<usize> {
        store(self.common + common::QUEUE, number);
        if load::<u16>(self.common + common::QUEUE_SIZE) < size {
            return None;
        }
        store(self.common + common::QUEUE_SIZE, size);
        for (register, at) in common::QUEUE_AT.into_iter().zip(at) {
            store(self.common + register, at as u32);
            store(self.common + register + 4, (at >> 32) as u32);
        }
        store(self.common + common::QUEUE_ENABLE, 1u16);
        Some(self.bells + self.step * load::<u16>(self.common + common::QUEUE_BELL) as usize)
    }

    /// A byte of what the device tells of itself.
    pub fn config(&self, at: usize) -> u8 {
        load(self.config + at)
    }

    /// Lets its interrupts in; what they are acknowledged by.
    pub fn interrupts(&self) -> usize {
        board::let_in(self.line as usize);
        self.isr
    }
}
