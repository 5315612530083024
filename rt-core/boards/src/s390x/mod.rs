//! qemu's s390-ccw-virtio, s390x: the service processor's consoles, the time-of-day clock, PRNO.

#[path = "../no_lines.rs"]
pub mod lines;
mod service;

pub use service::{memory_end, read, write};

pub use crate::guards::set as guard;
pub use crate::one_core::{begin, core, cores, signal, start};
use crate::{SLICE_NS, Trap, calendar};
use core::arch::asm;
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
use rt_core::os::sig;
use service::{MESSAGE, write_event};

/// The clock's steps a microsecond.
const STEPS: u64 = 4096;
/// What it shows in 1970.
const EPOCH: u64 = 0x7d91_048b_ca00_0000;

unsafe extern "C" {
    fn oxigo_board_wait();
    fn oxigo_board_off() -> !;
    /// Where qemu puts the command line.
    static oxigo_board_line: [u8; 4096];
}

/// Whether memory is zero. qemu gives it so.
pub const ZERO_MEMORY: bool = true;

pub fn init() {
    START.store(clock(), Relaxed);
    service::listen();
}

/// What the program is to be told.
pub fn command_line(_firmware: usize) -> &'static [u8] {
    // SAFETY: qemu has ended it with a zero.
    unsafe { core::ffi::CStr::from_ptr((&raw const oxigo_board_line).cast()).to_bytes() }
}

fn clock() -> u64 {
    let mut v = 0u64;
    // SAFETY: reads the clock.
    unsafe { asm!("stckf 0({0})", in(reg_addr) &raw mut v) };
    v
}

/// What the clock showed at the start.
static START: AtomicU64 = AtomicU64::new(0);

fn count() -> u64 {
    clock() - START.load(Relaxed)
}

fn nanoseconds(steps: u64) -> u64 {
    (u128::from(steps) * 1000 / u128::from(STEPS)) as u64
}

pub fn nanotime() -> u64 {
    nanoseconds(count())
}

pub fn walltime() -> u64 {
    nanoseconds(clock() - EPOCH)
}

/// By the processor, if it has the instruction.
pub fn random(into: &mut [u8]) -> bool {
    const PRNO: u64 = 1 << (63 - 57);
    const TRNG: u64 = 114;
    let mut facilities = 0u64;
    // SAFETY: writes a word; then as many bytes as there are.
    unsafe {
        asm!("lghi %r0, 0", "stfle 0({0})", in(reg_addr) &raw mut facilities, out("r0") _);
        if facilities & PRNO == 0 {
            return false;
        }
        asm!("1: .insn rre, 0xb93c0000, %r2, %r4", "jo 1b", in("r0") TRNG, inout("r2") into.as_mut_ptr() => _,
            inout("r3") into.len() => _, inout("r4") 0u64 => _, inout("r5") 0u64 => _);
    }
    true
}

pub fn exit(status: i32) -> ! {
    // A message of one text, in the service processor's own letters.
    let [a, b, c] = calendar::digits(status as u8).map(|d| d | 0xf0);
    let text = [0, 13, 0, 4, 0, 0, 0, 0, 0, 0, a, b, c];
    let mut message = [0; 12 + 13];
    message[..8].copy_from_slice(&[0, 25, 0, 1, 0xd4, 0xc4, 0xc2, 0x40]);
    message[12..].copy_from_slice(&text);
    write_event(MESSAGE, &message);
    // SAFETY: stops the machine.
    unsafe { oxigo_board_off() }
}

/// When the slice ends.
static SLICE_END: AtomicU64 = AtomicU64::new(0);

/// The clock interrupts when it shows more.
fn alarm(at: u64) {
    let at = at.saturating_add(START.load(Relaxed));
    // SAFETY: the clock's register.
    unsafe { asm!("sckc 0({0})", in(reg_addr) &raw const at) };
}

/// The clock interrupts from here on.
pub fn start_clock() {
    next_tick();
    let_in(0);
}

/// Lets interrupts in.
pub fn let_in(_line: usize) {
    let mut mask = 0u8;
    // SAFETY: `trap` takes them.
    unsafe { asm!("stosm 0({0}), 1", in(reg_addr) &raw mut mask) };
}

pub fn next_tick() {
    let end = count() + SLICE_NS / 1000 * STEPS;
    SLICE_END.store(end, Relaxed);
    alarm(end);
}

pub fn idle(until: u64) {
    let mut mask = 0u8;
    // SAFETY: interrupts are let in below, by the wait or without one.
    unsafe { asm!("stnsm 0({0}), 0xfe", in(reg_addr) &raw mut mask) };
    let end = (u128::from(until) * u128::from(STEPS) / 1000).min(u128::from(u64::MAX)) as u64;
    alarm(SLICE_END.load(Relaxed).min(end));
    match crate::woken() {
        true => let_in(0),
        // SAFETY: the clock interrupts.
        false => unsafe { oxigo_board_wait() },
    }
}

/// What `trap` has kept.
#[repr(C)]
pub struct Registers {
    r: [usize; 16],
    state: usize,
    pc: usize,
    f: [u64; 16],
    float_control: u64,
    code: usize,
    address: usize,
}

impl Registers {
    pub fn trap(&self) -> Trap {
        /// A program's exception has one byte, the rest of which says what else there was.
        const CAUSE: usize = 0x7f;
        const OUTSIDE: usize = 0x1_0000;
        const CLOCK: usize = 0x1_1004;
        match self.code {
            CLOCK => return Trap::Tick,
            OUTSIDE.. => return Trap::Device(0),
            _ => {}
        }
        match self.code & CAUSE {
            // Protection, no memory there, no translation.
            0x04 | 0x05 | 0x10 | 0x11 | 0x38..=0x3b => Trap::Fault(sig::SEGV, 1, self.address & !0xfff),
            // Data, and arithmetic.
            0x07..=0x0f => Trap::Fault(sig::FPE, 1, self.pc),
            _ => Trap::Fault(sig::ILL, 1, self.pc),
        }
    }
    pub fn pc(&self) -> usize {
        self.pc
    }
    pub fn sp(&self) -> usize {
        self.r[15]
    }
    pub fn lr(&self) -> usize {
        self.r[14]
    }
    pub fn go_on(&mut self, pc: usize, sp: usize, lr: usize, g: Option<usize>) {
        self.pc = pc;
        self.r[15] = sp;
        self.r[14] = lr;
        if let Some(g) = g {
            self.r[0] = 0;
            self.r[13] = g;
        }
    }
}
