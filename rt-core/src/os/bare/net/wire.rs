//! What packets go through: the machine's own ring of them (127.0.0.1), or a device of the board.

use super::memory::Memory;
use smoltcp::phy::{self, ChecksumCapabilities, DeviceCapabilities, Medium};
use smoltcp::time::Instant;

/// A device that takes and gives Ethernet frames.
#[derive(Clone, Copy)]
pub struct Nic {
    /// Makes it ready, once: its address; none if the machine has no such device.
    pub open: fn() -> Option<[u8; 6]>,
    /// Copies the next frame that has come in: its length, 0 if there is none.
    pub receive: fn(&mut [u8]) -> usize,
    /// Sends a frame; false if there is no room for it now.
    pub send: fn(&[u8]) -> bool,
}

/// Bytes of a frame of the ring, and how many there are.
pub const LOOP_MTU: usize = 16384;
const LOOP_FRAMES: usize = 16;
/// Bytes of a frame of Ethernet, head and all.
pub const ETHERNET: usize = 1514;

/// Where frames go.
pub enum Out {
    /// A ring: frame i is at i * `LOOP_MTU`.
    Ring { frames: &'static mut [u8], lengths: [usize; LOOP_FRAMES], first: usize, count: usize },
    /// A device, and where a frame is put together.
    Nic { nic: Nic, frame: &'static mut [u8] },
}

/// A wire, and where what came through it is read.
pub struct Wire {
    came: &'static mut [u8],
    pub out: Out,
}

impl Wire {
    pub fn ring(memory: &mut Memory) -> Option<Wire> {
        let frames = memory.bytes(LOOP_MTU * LOOP_FRAMES)?;
        let out = Out::Ring { frames, lengths: [0; LOOP_FRAMES], first: 0, count: 0 };
        Some(Wire { came: memory.bytes(LOOP_MTU)?, out })
    }

    pub fn nic(nic: Nic, memory: &mut Memory) -> Option<Wire> {
        let frame = memory.bytes(ETHERNET)?;
        Some(Wire { came: memory.bytes(2048)?, out: Out::Nic { nic, frame } })
    }

    /// Whether something of our own waits to be read.
    pub fn holds_frames(&self) -> bool {
        matches!(&self.out, Out::Ring { count: 1.., .. })
    }
}

/// A frame that has come.
pub struct Came<'a>(&'a [u8]);

impl phy::RxToken for Came<'_> {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, f: F) -> R {
        f(self.0)
    }
}

/// Room for a frame to go.
pub struct Room<'a>(&'a mut Out);

impl phy::TxToken for Room<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, length: usize, f: F) -> R {
        match self.0 {
            Out::Ring { frames, lengths, first, count } => {
                let last = (*first + *count) % LOOP_FRAMES;
                let r = f(&mut frames[last * LOOP_MTU..][..length]);
                lengths[last] = length;
                *count += 1;
                r
            }
            Out::Nic { nic, frame } => {
                let r = f(&mut frame[..length]);
                // One that finds no room is lost, as on any wire.
                (nic.send)(&frame[..length]);
                r
            }
        }
    }
}

impl phy::Device for Wire {
    type RxToken<'a> = Came<'a>;
    type TxToken<'a> = Room<'a>;

    fn receive(&mut self, _: Instant) -> Option<(Came<'_>, Room<'_>)> {
        let length = match &mut self.out {
            Out::Ring { count: 0, .. } => 0,
            Out::Ring { frames, lengths, first, count } => {
                let length = lengths[*first];
                self.came[..length].copy_from_slice(&frames[*first * LOOP_MTU..][..length]);
                *first = (*first + 1) % LOOP_FRAMES;
                *count -= 1;
                length
            }
            Out::Nic { nic, .. } => (nic.receive)(self.came),
        };
        // What was read has left room for an answer.
        (length != 0).then_some((Came(&self.came[..length]), Room(&mut self.out)))
    }

    fn transmit(&mut self, _: Instant) -> Option<Room<'_>> {
        match &self.out {
            Out::Ring { count: LOOP_FRAMES, .. } => None,
            _ => Some(Room(&mut self.out)),
        }
    }

    fn capabilities(&self) -> DeviceCapabilities {
        let mut c = DeviceCapabilities::default();
        match self.out {
            Out::Ring { .. } => {
                c.medium = Medium::Ip;
                c.max_transmission_unit = LOOP_MTU;
                // Memory does not turn bits over.
                c.checksum = ChecksumCapabilities::ignored();
            }
            Out::Nic { .. } => {
                c.medium = Medium::Ethernet;
                c.max_transmission_unit = ETHERNET;
            }
        }
        c
    }
}
