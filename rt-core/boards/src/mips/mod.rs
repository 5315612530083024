//! qemu's malta, mips and mips64: 16550, the processor's counter, the CMOS calendar, and the host.

mod host;
#[path = "../no_lines.rs"]
pub mod lines;

pub use self::host::{command_line, exit, random};
pub use crate::guards::set as guard;
pub use crate::one_core::{begin, core, cores, signal, start};
use crate::uart::Uart;
use crate::{SLICE_NS, Trap, calendar};
use core::ffi::{CStr, c_char};
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
use rt_core::os::sig;

/// Ports of the PC's devices, in the segment that goes past caches.
const PORTS: usize = 0xb800_0000_u32 as i32 as usize;
const COM1: usize = 0x3f8;
const LINE: Uart = Uart { get: |register| inb(COM1 + register), set: |register, v| outb(COM1 + register, v) };
const CMOS: usize = 0x70;
/// Where `boot.S` maps memory, and how much it can.
const MEMORY: usize = 0x2000_0000;
const MOST: usize = 0x2000_0000;

unsafe extern "C" {
    fn oxigo_board_count() -> u32;
    fn oxigo_board_alarm(count: u32);
    fn oxigo_board_hold();
    fn oxigo_board_let_in();
    fn oxigo_board_wait();
}

fn inb(port: usize) -> u8 {
    // SAFETY: a port of the board.
    unsafe { ((PORTS + port) as *const u8).read_volatile() }
}

fn outb(port: usize, v: u8) {
    // SAFETY: a port of the board.
    unsafe { ((PORTS + port) as *mut u8).write_volatile(v) }
}

/// Whether memory is zero. qemu gives it so, above the program.
pub const ZERO_MEMORY: bool = true;

pub fn init() {
    LINE.init();
}

/// Where memory ends by the environment, a list of names and values, whose addresses have 32 bits on all machines.
pub fn memory_end(environment: usize) -> usize {
    let text = |i: usize| {
        // SAFETY: the firmware's list, which a null ends.
        let at = unsafe { *(environment as *const i32).add(i) } as isize as *const c_char;
        // SAFETY: a string of it.
        (!at.is_null()).then(|| unsafe { CStr::from_ptr(at) }.to_bytes())
    };
    let pairs = (0..).step_by(2).map_while(|i| text(i).zip(text(i + 1)));
    let size = pairs.filter(|(name, _)| *name == b"ememsize").last();
    let digits = size.map_or(&b"268435456"[..], |(_, digits)| digits);
    let size = digits.iter().fold(0, |n, digit| 10 * n + usize::from(digit - b'0'));
    MEMORY + size.min(MOST)
}

pub fn write(text: &[u8]) {
    LINE.write(text)
}

pub fn read(into: &mut [u8]) -> usize {
    LINE.read(into)
}

/// How often the counter has come to a half of what it has room for, when that was last seen: every tick looks.
static HALVES: AtomicU32 = AtomicU32::new(0);

/// The counter, as if it had 64 bits.
fn count() -> u64 {
    let halves = HALVES.load(Relaxed);
    // SAFETY: reads a register, once what was seen before is known.
    let low = unsafe { oxigo_board_count() };
    let halves = halves + ((halves ^ low >> 31) & 1);
    u64::from(halves) << 31 | u64::from(low & !(1 << 31))
}

/// It counts 160 MHz: 4 in 25 ns.
pub fn nanotime() -> u64 {
    count() * 25 / 4
}

fn counts(ns: u64) -> u64 {
    (u128::from(ns) * 4 / 25) as u64
}

pub fn walltime() -> u64 {
    calendar::cmos(|register| {
        outb(CMOS, register);
        inb(CMOS + 1)
    })
}

/// When the slice ends.
static SLICE_END: AtomicU32 = AtomicU32::new(0);

/// The clock interrupts from here on.
pub fn start_clock() {
    next_tick();
    // SAFETY: `trap` takes it.
    unsafe { oxigo_board_let_in() };
}

/// The clock interrupts in so many counts, or soon: were the count past when it is told, nothing would come for half a minute.
fn alarm(steps: u64) {
    let mut steps = steps.clamp(1000, 1 << 30) as u32;
    loop {
        // SAFETY: the clock's registers.
        let late = unsafe {
            let at = oxigo_board_count().wrapping_add(steps);
            oxigo_board_alarm(at);
            at.wrapping_sub(oxigo_board_count()) as i32 <= 0
        };
        if !late {
            return;
        }
        steps *= 2;
    }
}

pub fn next_tick() {
    let now = count();
    HALVES.store((now >> 31) as u32, Relaxed);
    SLICE_END.store((now + counts(SLICE_NS)) as u32, Relaxed);
    alarm(counts(SLICE_NS));
}

pub fn idle(until: u64) {
    // SAFETY: the clock's interrupt ends the wait; it is not let in before.
    unsafe { oxigo_board_hold() };
    let now = count();
    let slice = SLICE_END.load(Relaxed).wrapping_sub(now as u32) as i32;
    alarm((slice.max(0) as u64).min(counts(until).saturating_add(1).saturating_sub(now)));
    // SAFETY: as above.
    unsafe { oxigo_board_wait() };
}

/// What `trap` has kept.
#[repr(C)]
pub struct Registers {
    r: [usize; 32],
    f: [u64; 32],
    pc: usize,
    low: usize,
    high: usize,
    cause: usize,
    address: usize,
}

impl Registers {
    pub fn trap(&self) -> Trap {
        const UNMAPPED: i32 = 1;
        match self.cause >> 2 & 31 {
            0 => Trap::Tick,
            1..=3 => Trap::Fault(sig::SEGV, UNMAPPED, self.address),
            4 | 5 => Trap::Fault(sig::BUS, 1, self.address),
            6 | 7 => Trap::Fault(sig::BUS, 2, self.pc),
            9 | 13 => Trap::Fault(sig::TRAP, 1, self.pc),
            12 | 15 => Trap::Fault(sig::FPE, 1, self.pc),
            _ => Trap::Fault(sig::ILL, 1, self.pc),
        }
    }
    pub fn pc(&self) -> usize {
        self.pc
    }
    pub fn sp(&self) -> usize {
        self.r[29]
    }
    pub fn lr(&self) -> usize {
        self.r[31]
    }
    pub fn go_on(&mut self, pc: usize, sp: usize, lr: usize, g: Option<usize>) {
        if self.pc != pc {
            // What is called through a register expects its address there.
            (self.pc, self.r[25]) = (pc, pc);
        }
        self.r[29] = sp;
        self.r[31] = lr;
        if let Some(g) = g {
            self.r[30] = g;
        }
    }
}
