//! The clock: a counter, and a comparator that interrupts.

use core::sync::atomic::{AtomicU64, Ordering::Relaxed};

const HPET: usize = 0xfed0_0000;

pub fn load(at: usize) -> u32 {
    // SAFETY: a register of the timer.
    unsafe { core::ptr::read_volatile((HPET + at) as *const u32) }
}

pub fn store(at: usize, v: u32) {
    // SAFETY: a register of the timer.
    unsafe { core::ptr::write_volatile((HPET + at) as *mut u32, v) }
}

/// The counter; its halves are read one by one.
pub fn count() -> u64 {
    loop {
        let (high, low) = (load(0xf4), load(0xf0));
        if load(0xf4) == high {
            return u64::from(high) << 32 | u64::from(low);
        }
    }
}

/// When the clock interrupts.
pub fn alarm() -> u64 {
    u64::from(load(0x10c)) << 32 | u64::from(load(0x108))
}

/// Sets that: between the halves it may interrupt too early, which harms nobody.
pub fn set_alarm(at: u64) {
    store(0x108, at as u32);
    store(0x10c, (at >> 32) as u32);
}

/// Femtoseconds a step of the counter.
pub fn period() -> u64 {
    static PERIOD: AtomicU64 = AtomicU64::new(0);
    if PERIOD.load(Relaxed) == 0 {
        PERIOD.store(load(4).into(), Relaxed);
    }
    PERIOD.load(Relaxed)
}
