//! What qemu's virt has for programs of 8 and of 4 bytes a word: PL011, PL031, GICv2, the generic timer, semihosting, virtio in memory.
//! The machine's folder has the timer's registers, and how interrupts are let in and waited for.

use super::{alarm, core, count, frequency, hold_back, let_interrupts_in, set_alarm, wait};
use crate::{SLICE_NS, Trap};

const UART: usize = 0x0900_0000;
const RTC: usize = 0x0901_0000;
const GICD: usize = 0x0800_0000;
const GICC: usize = 0x0801_0000;
/// The virtual timer's interrupt.
const TIMER: u32 = 27;
/// What cores send each other.
const SIGNAL: u32 = 1;
/// An interrupt's number among what the processor's interface tells of it, which cores' own have more of.
const NUMBER: u32 = 1023;
/// Of no interrupt.
const SPURIOUS: u32 = 1023;
/// Of the first virtio device; the others' follow.
const VIRTIO_LINE: usize = 48;

/// Where virtio's registers are, how far from each other, how many.
pub const VIRTIO: (usize, usize, usize) = (0x0a00_0000, 0x200, 32);

unsafe extern "C" {
    fn oxigo_board_semihosting(op: usize, arg: usize) -> usize;
}

fn load(at: usize) -> u32 {
    // SAFETY: a register of the board.
    unsafe { ::core::ptr::read_volatile(at as *const u32) }
}

fn store(at: usize, v: u32) {
    // SAFETY: a register of the board.
    unsafe { ::core::ptr::write_volatile(at as *mut u32, v) }
}

/// Whether memory is zero. qemu gives it so.
pub const ZERO_MEMORY: bool = true;

pub fn init() {}

/// Where memory ends; what qemu gives if the tree does not say.
pub fn memory_end(tree: usize) -> usize {
    crate::tree::memory_end(tree, "/memory@40000000").unwrap_or(0x4800_0000)
}

/// What the program is to be told.
pub fn command_line(tree: usize) -> &'static [u8] {
    crate::tree::command_line(tree)
}

pub fn write(text: &[u8]) {
    for &b in text {
        while load(UART + 0x18) & 0x20 != 0 {}
        store(UART, u32::from(b));
    }
}

pub fn read(into: &mut [u8]) -> usize {
    let mut n = 0;
    while n < into.len() && load(UART + 0x18) & 0x10 == 0 {
        into[n] = load(UART) as u8;
        n += 1;
    }
    n
}

pub fn nanotime() -> u64 {
    (u128::from(count()) * 1_000_000_000 / u128::from(frequency())) as u64
}

pub fn walltime() -> u64 {
    u64::from(load(RTC)) * 1_000_000_000
}

/// The machine has no source of its own but virtio's.
pub fn random(into: &mut [u8]) -> bool {
    crate::virtio::entropy::fill(into)
}

/// Lets a virtio device's interrupts in.
pub fn let_in(index: usize) {
    open(VIRTIO_LINE + index);
}

/// What programs do with devices.
pub mod lines {
    use super::*;

    /// From here on lines are not the processors' signals to each other.
    const FIRST: usize = 16;
    const END: usize = 288;
    /// Where devices begin that are mapped, and where memory can end: behind there are devices again, which are not mapped as such.
    const REACHED: ::core::ops::RangeInclusive<u64> = 0x800_0000..=0x40_0000_0000;

    pub fn let_in(line: usize) -> bool {
        if !(FIRST..END).contains(&line) || line == TIMER as usize {
            return false;
        }
        open(line);
        true
    }

    pub fn mask(line: usize) {
        store(GICD + 0x180 + 4 * (line / 32), 1 << (line % 32));
    }

    pub fn reach(at: usize, size: usize) -> bool {
        let end = (at as u64).checked_add(size as u64);
        REACHED.contains(&(at as u64)) && end.is_some_and(|end| REACHED.contains(&end))
    }

    /// There are no ports.
    pub fn port(_: usize, _: usize, _: Option<u32>) -> Option<u32> {
        None
    }
}

fn open(line: usize) {
    // To this processor, at the priority that all have.
    let targets = GICD + 0x800 + (line & !3);
    store(targets, load(targets) | 1 << (8 * (line & 3)));
    store(GICD + 0x100 + 4 * (line / 32), 1 << (line % 32));
}

pub fn exit(status: i32) -> ! {
    /// ADP_Stopped_ApplicationExit: the status follows.
    const APPLICATION_EXIT: usize = 0x20026;
    const SYS_EXIT_EXTENDED: usize = 0x20;
    let block = [APPLICATION_EXIT, status as u8 as usize];
    // SAFETY: the call's block.
    unsafe { oxigo_board_semihosting(SYS_EXIT_EXTENDED, block.as_ptr() as usize) };
    loop {
        core::hint::spin_loop();
    }
}

/// The clock interrupts from here on.
pub fn start_clock() {
    store(GICD, 1);
    begin(0);
}

/// Lets interrupts in on this core: its clock's, and those that others send; the first has the devices'.
pub fn begin(_core: usize) {
    store(GICD + 0x100, 1 << TIMER | 1 << SIGNAL);
    store(GICC + 4, 0xff);
    store(GICC, 1);
    next_tick();
    let_interrupts_in();
}

/// Interrupts a core, behind all that was written.
pub fn signal(core: usize) {
    // SAFETY: a barrier.
    unsafe { ::core::arch::asm!("dsb sy") };
    store(GICD + 0xf00, 1 << (16 + core) | SIGNAL);
}

/// The first core's, for all; others' clocks end their waiting alone.
pub fn next_tick() {
    let slice = || count() + (u128::from(SLICE_NS) * u128::from(frequency()) / 1_000_000_000) as u64;
    set_alarm(if core() == 0 { slice() } else { u64::MAX });
}

pub fn idle(until: u64) {
    if !hold_back() {
        return ::core::hint::spin_loop();
    }
    let end = u128::from(until) * u128::from(frequency()) / 1_000_000_000 + 1;
    set_alarm(alarm().min(end.min(u128::from(u64::MAX)) as u64));
    // Interrupts end the wait, also while they are not let in.
    if !crate::woken() {
        wait();
    }
    let_interrupts_in();
}

/// What an interrupt was.
pub fn interrupted() -> Trap {
    let told = load(GICC + 0xc);
    let which = told & NUMBER;
    if which == TIMER || which == SIGNAL {
        store(GICC + 0x10, told);
        return if which == TIMER { Trap::Tick } else { Trap::Woken };
    }
    // The device first: it would ask again.
    crate::virtio::acknowledge();
    if which != SPURIOUS {
        store(GICC + 0x10, told);
    }
    Trap::Device(which as usize)
}
