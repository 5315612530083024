//! Virtio devices, version 1: a transport of the board (`mmio`, `pci`), queues, and the two drivers there are, `net` and `entropy`.
//!
//! Memory's addresses are the devices' own, and caches are theirs too, on all boards that there are.

pub mod entropy;
pub mod net;
mod queue;

use crate::board::transport::{self, Transport, find};
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Kinds of devices.
pub const NET: u32 = 1;
pub const ENTROPY: u32 = 4;

/// A register of a device, of the width of its type.
pub fn load<T>(at: usize) -> T {
    // SAFETY: a transport's register.
    unsafe { core::ptr::read_volatile(at as *const T) }
}

pub fn store<T>(at: usize, v: T) {
    // SAFETY: a transport's register.
    unsafe { core::ptr::write_volatile(at as *mut T, v) }
}

mod status {
    pub const ACKNOWLEDGE: u8 = 1;
    pub const DRIVER: u8 = 2;
    pub const DRIVER_OK: u8 = 4;
    pub const FEATURES_OK: u8 = 8;
}

/// Resets a device and takes those of the features that it has, of which there must be version 1.
fn begin(device: &Transport, wanted: u64) -> bool {
    const VERSION_1: u64 = 1 << 32;
    device.set_status(0);
    device.set_status(status::ACKNOWLEDGE | status::DRIVER);
    let features = device.features() & (wanted | VERSION_1);
    device.set_features(features);
    device.set_status(status::ACKNOWLEDGE | status::DRIVER | status::FEATURES_OK);
    features & VERSION_1 != 0 && device.status() & status::FEATURES_OK != 0
}

/// The device may go on.
fn go(device: &Transport) {
    device.set_status(device.status() | status::DRIVER_OK);
}

/// What an interrupt of the network device is acknowledged by; 0: there is none.
static INTERRUPT: AtomicUsize = AtomicUsize::new(0);

/// Acknowledges the network device's interrupt, in it.
pub fn acknowledge() {
    match INTERRUPT.load(Relaxed) {
        0 => {}
        at => transport::acknowledge(at),
    }
}
