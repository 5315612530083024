//! Registers at a place in memory, of a board that says where (`VIRTIO`).

use crate::board;
use crate::virtio::{load, store};

const MAGIC: usize = 0x00;
const VERSION: usize = 0x04;
const KIND: usize = 0x08;
const FEATURES: usize = 0x10;
const FEATURES_WORD: usize = 0x14;
const DRIVER_FEATURES: usize = 0x20;
const DRIVER_FEATURES_WORD: usize = 0x24;
const QUEUE: usize = 0x30;
const QUEUE_MOST: usize = 0x34;
const QUEUE_SIZE: usize = 0x38;
const QUEUE_READY: usize = 0x44;
const NOTIFY: usize = 0x50;
const INTERRUPT_STATUS: usize = 0x60;
const INTERRUPT_ACK: usize = 0x64;
const STATUS: usize = 0x70;
/// Of descriptors, available and used ones, each by halves.
const QUEUE_AT: [usize; 3] = [0x80, 0x90, 0xa0];
const CONFIG: usize = 0x100;

pub struct Transport {
    base: usize,
    /// Its number among the board's.
    index: usize,
}

/// The first device of a kind.
pub fn find(kind: u32) -> Option<Transport> {
    let (first, step, count) = board::VIRTIO;
    (0..count).map(|index| Transport { base: first + index * step, index }).find(|t| {
        let word = |at: usize| load::<u32>(t.base + at);
        word(MAGIC) == u32::from_le_bytes(*b"virt") && word(VERSION) == 2 && word(KIND) == kind
    })
}

/// Tells the device of new buffers in a queue.
pub fn ring(bell: usize, queue: u16) {
    store(bell, u32::from(queue));
}

pub fn acknowledge(base: usize) {
    store(base + INTERRUPT_ACK, load::<u32>(base + INTERRUPT_STATUS));
}

impl Transport {
    fn word(&self, at: usize) -> u32 {
        load(self.base + at)
    }

    fn set(&self, at: usize, v: u32) {
        store(self.base + at, v);
    }

    pub fn status(&self) -> u8 {
        self.word(STATUS) as u8
    }

    pub fn set_status(&self, v: u8) {
        self.set(STATUS, v.into());
    }

    pub fn features(&self) -> u64 {
        let half = |i| {
            self.set(FEATURES_WORD, i);
            u64::from(self.word(FEATURES))
        };
        half(0) | half(1) << 32
    }

    pub fn set_features(&self, v: u64) {
        for i in 0..2 {
            self.set(DRIVER_FEATURES_WORD, i);
            self.set(DRIVER_FEATURES, (v >> (32 * i)) as u32);
        }
    }

    /// Where its device is told of new buffers, if it takes the queue.
    pub fn set_queue(&self, number: u16, size: u16, at: [u64; 3]) -> Option<usize> {
        self.set(QUEUE, number.into());
        if self.word(QUEUE_MOST) < size.into() {
            return None;
        }
        self.set(QUEUE_SIZE, size.into());
        for (register, at) in QUEUE_AT.into_iter().zip(at) {
            self.set(register, at as u32);
            self.set(register + 4, (at >> 32) as u32);
        }
        self.set(QUEUE_READY, 1);
        Some(self.base + NOTIFY)
    }

    /// A byte of what the device tells of itself.
    pub fn config(&self, at: usize) -> u8 {
        load(self.base + CONFIG + at)
    }

    /// Lets its interrupts in; what they are acknowledged by.
    pub fn interrupts(&self) -> usize {
        board::let_in(self.index);
        self.base
    }
}
