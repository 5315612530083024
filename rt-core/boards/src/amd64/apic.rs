//! Cores by their local interrupt controllers: how others are started and interrupted, and their alarms.

use super::pc::nanotime;
use super::pc::port::{held_back, inb, out16};
use crate::list::MOST_CORES;
use core::arch::asm;
use core::sync::atomic::{AtomicU32, AtomicU64, Ordering::*, fence};

unsafe extern "C" {
    static oxigo_board_trampoline: u8;
    static oxigo_board_trampoline_end: u8;
    safe fn oxigo_board_number() -> usize;
}

/// Where cores begin that are told so: a page below 1 MiB (`other.S`).
const TRAMPOLINE: usize = 0x8000;
/// The vectors of these interrupts; the last one is of those that went away.
const SIGNAL: u32 = 48;
const ALARM: u32 = 49;
const SPURIOUS: u32 = 63;

const BASE: usize = 0xfee0_0000;
const ID: usize = 0x20;
const EOI: usize = 0xb0;
const SPURIOUS_VECTOR: usize = 0xf0;
const COMMAND: usize = 0x300;
const COMMAND_HIGH: usize = 0x310;
const TIMER: usize = 0x320;
const LINES: [usize; 2] = [0x350, 0x360];
const INITIAL: usize = 0x380;
const CURRENT: usize = 0x390;
const DIVIDE: usize = 0x3e0;
const MASKED: u32 = 1 << 16;

fn load(at: usize) -> u32 {
    // SAFETY: a register of the core's own controller.
    unsafe { core::ptr::read_volatile((BASE + at) as *const u32) }
}

fn store(at: usize, v: u32) {
    // SAFETY: a register of the core's own controller.
    unsafe { core::ptr::write_volatile((BASE + at) as *mut u32, v) }
}

/// The cores' numbers for their controllers, + 1; 0: it has not come.
static IDS: [AtomicU32; MOST_CORES] = [const { AtomicU32::new(0) }; MOST_CORES];
/// Steps of the controllers' timers in a millisecond.
static RATE: AtomicU64 = AtomicU64::new(0);

/// A number of 16 bits that qemu tells of the machine.
fn fw_cfg(key: u16) -> u16 {
    const SELECT: u16 = 0x510;
    const DATA: u16 = 0x511;
    out16(SELECT, key);
    u16::from_le_bytes([inb(DATA), inb(DATA)])
}

/// How many there are.
pub fn cores(_information: usize) -> usize {
    const COUNT: u16 = 5;
    fw_cfg(COUNT).into()
}

pub fn core() -> usize {
    oxigo_board_number()
}

fn pause(ns: u64) {
    let end = nanotime() + ns;
    while nanotime() < end {
        core::hint::spin_loop();
    }
}

/// Lets the core's controller work.
fn enable() {
    store(SPURIOUS_VECTOR, 1 << 8 | SPURIOUS);
    store(DIVIDE, 0b1011);
    store(TIMER, MASKED | ALARM);
    IDS[core()].store((load(ID) >> 24) + 1, Release);
}

fn command(v: u32) {
    const PENDING: u32 = 1 << 12;
    store(COMMAND, v);
    while load(COMMAND) & PENDING != 0 {
        core::hint::spin_loop();
    }
}

/// Has all other cores begin, at the trampoline, and finds out how fast their timers are.
fn call_all() {
    const OTHERS: u32 = 0b11 << 18;
    const INIT: u32 = 0x4500;
    const STARTUP: u32 = 0x4600;
    enable();
    // SAFETY: the page is nobody's: what the firmware told was read.
    unsafe {
        let (from, to) = (&raw const oxigo_board_trampoline, TRAMPOLINE as *mut u8);
        to.copy_from_nonoverlapping(from, &raw const oxigo_board_trampoline_end as usize - from as usize);
    }
    fence(SeqCst);
    command(OTHERS | INIT);
    store(INITIAL, u32::MAX);
    let begin = nanotime();
    pause(10_000_000);
    let (steps, took) = (u32::MAX - load(CURRENT), nanotime() - begin);
    store(INITIAL, 0);
    RATE.store((u64::from(steps) * 1_000_000 / took).max(1), Relaxed);
    for _ in 0..2 {
        command(OTHERS | STARTUP | (TRAMPOLINE >> 12) as u32);
        pause(200_000);
    }
}

/// Has a core go on to what it is to do, the first time all of them begin.
pub fn start(core: usize) -> bool {
    if RATE.load(Relaxed) == 0 {
        call_all();
    }
    let end = nanotime() + 10_000_000_000;
    while IDS[core].load(Acquire) == 0 {
        if nanotime() > end {
            return false;
        }
        core::hint::spin_loop();
    }
    crate::wake(core);
    true
}

/// A core that is not the first: the devices' interrupts are not for it.
pub fn begin(_core: usize) {
    for line in LINES {
        store(line, MASKED);
    }
    enable();
    // SAFETY: `trap` takes them.
    unsafe { asm!("sti") };
}

/// Interrupts a core. Between the two writes no interrupt may send one too.
pub fn signal(core: usize) {
    const TO_ONE: u32 = 0x4000;
    let id = IDS[core].load(Acquire) - 1;
    fence(SeqCst);
    held_back(|| {
        store(COMMAND_HIGH, id << 24);
        command(TO_ONE | SIGNAL);
    });
}

/// Sets the core's own alarm; what is far away comes earlier, which harms nobody.
pub fn set_alarm(until: u64) {
    let left = u128::from(until.saturating_sub(nanotime()));
    let steps = (left * u128::from(RATE.load(Relaxed)) / 1_000_000 + 1).min(u128::from(u32::MAX)) as u32;
    store(TIMER, ALARM);
    store(INITIAL, if until == u64::MAX { 0 } else { steps });
}

/// Whether a vector is one of these, which the controller is told then.
pub fn interrupted(vector: usize) -> bool {
    let ours = vector as u32 == SIGNAL || vector as u32 == ALARM;
    if ours {
        store(EOI, 0);
    }
    ours || vector as u32 == SPURIOUS
}
