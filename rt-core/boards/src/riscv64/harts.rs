//! The harts and their clocks: the CLINT.

use super::{guard, load, store};
use crate::SLICE_NS;
use core::arch::asm;

/// The first hart's; the others' follow. A hart is interrupted by what is not 0 in its word of the first.
const SOFTWARE: usize = 0x200_0000;
const TIMECMP: usize = 0x200_4000;
const TIME: usize = 0x200_bff8;
/// The clock counts 10 MHz.
const TICK_NS: u64 = 100;
const MSIE: usize = 1 << 3;
const MTIE: usize = 1 << 7;
const MEIE: usize = 1 << 11;
const MIE: usize = 1 << 3;

pub fn nanotime() -> u64 {
    load::<u64>(TIME) * TICK_NS
}

/// The clock interrupts from here on, and so may devices and other harts.
pub fn start_clock() {
    next_tick();
    let devices = if core() == 0 { MEIE } else { 0 };
    // SAFETY: `trap` takes them.
    unsafe {
        asm!("csrs mie, {0}", in(reg) MSIE | MTIE | devices);
        asm!("csrs mstatus, {0}", in(reg) MIE);
    }
}

/// The hart's own alarm.
fn alarm() -> usize {
    TIMECMP + 8 * core()
}

pub fn next_tick() {
    store(alarm(), if core() == 0 { load::<u64>(TIME) + SLICE_NS / TICK_NS } else { u64::MAX });
}

pub fn idle(until: u64) {
    let was: usize;
    // SAFETY: they are let in below.
    unsafe { asm!("csrrc {0}, mstatus, {1}", out(reg) was, in(reg) MIE) };
    if was & MIE == 0 {
        return core::hint::spin_loop();
    }
    let slice: u64 = load(alarm());
    store(alarm(), slice.min(until / TICK_NS + 1));
    // SAFETY: interrupts end the wait, also while they are not let in.
    unsafe {
        if !crate::woken() {
            asm!("wfi");
        }
        asm!("csrs mstatus, {0}", in(reg) MIE);
    }
}

pub fn cores(tree: usize) -> usize {
    crate::tree::cores(tree)
}

pub fn core() -> usize {
    let hart;
    // SAFETY: reads a register.
    unsafe { asm!("csrr {0}, mhartid", out(reg) hart, options(nomem, nostack)) };
    hart
}

/// The hart waits for it (`boot.S`).
pub fn start(core: usize) -> bool {
    signal(core);
    true
}

/// Interrupts a hart, behind all that was written.
pub fn signal(core: usize) {
    // SAFETY: a fence.
    unsafe { asm!("fence iorw, iorw") };
    store(SOFTWARE + 4 * core, 1u32);
}

/// A hart that is not the first.
pub fn begin(_core: usize) {
    guard();
    start_clock();
}

/// Another hart has sent an interrupt: it is seen.
pub fn signalled() {
    store(SOFTWARE + 4 * core(), 0u32);
}
