//! qemu's s390-ccw-virtio, s390x: the service processor's consoles, the time-of-day clock, PRNO.

#[path = "../no_lines.rs"]
pub mod lines;

use crate::{SLICE_NS, Trap, calendar};
use core::arch::asm;
use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use rt_core::os::sig;

/// The service processor's commands.
const READ_INFORMATION: u32 = 0x0002_0001;
const READ_EVENTS: u32 = 0x0077_0005;
const WRITE_EVENTS: u32 = 0x0076_0005;
const WRITE_MASK: u32 = 0x0078_0005;
/// Kinds of events: text as it is, and messages of lines, of which the second console has the status.
const TEXT: u8 = 0x1a;
const MESSAGE: u8 = 2;
/// What a block's and an event's head take.
const HEAD: usize = 8;
const EVENT_HEAD: usize = 6;
/// The clock's steps a microsecond.
const STEPS: u64 = 4096;
/// What it shows in 1970.
const EPOCH: u64 = 0x7d91_048b_ca00_0000;
/// What the firmware may take at the end of memory.
const FIRMWARE: usize = 2 << 20;
/// Addresses are translated up to here.
const MEMORY_END: usize = 512 << 20;

unsafe extern "C" {
    fn oxigo_board_service(command: u32, block: *mut u8);
    fn oxigo_board_wait();
    fn oxigo_board_off() -> !;
    /// Where qemu puts the command line.
    static oxigo_board_line: [u8; 4096];
}

#[repr(C, align(4096))]
struct Block(UnsafeCell<[u8; 4096]>);
// SAFETY: there is one core, and no interrupt uses it.
unsafe impl Sync for Block {}

static BLOCK: Block = Block(UnsafeCell::new([0; 4096]));
/// What came in, with its heads, and how much of it there is, and was read.
static INPUT: Block = Block(UnsafeCell::new([0; 4096]));
static CAME: AtomicUsize = AtomicUsize::new(0);
static READ: AtomicUsize = AtomicUsize::new(0);

/// Asks the service processor with a block that begins with its length and has parts at places; the whole of it afterwards.
fn service(at: &'static Block, command: u32, length: usize, parts: &[(usize, &[u8])]) -> &'static [u8; 4096] {
    // SAFETY: see `Block`; callers are done with it before they ask again.
    unsafe {
        let block = &mut *at.0.get();
        block[..length.min(64)].fill(0);
        block[..2].copy_from_slice(&(length as u16).to_be_bytes());
        for (at, part) in parts {
            block[*at..at + part.len()].copy_from_slice(part);
        }
        oxigo_board_service(command, block.as_mut_ptr());
        &*at.0.get()
    }
}

fn write_event(kind: u8, body: &[u8]) {
    let length = (EVENT_HEAD + body.len()) as u16;
    let [high, low] = length.to_be_bytes();
    let head = [high, low, kind, 0, 0, 0];
    service(&BLOCK, WRITE_EVENTS, HEAD + length as usize, &[(HEAD, &head), (HEAD + EVENT_HEAD, body)]);
}

/// Whether memory is zero. qemu gives it so.
pub const ZERO_MEMORY: bool = true;

pub fn init() {
    START.store(clock(), Relaxed);
    let mask = |kinds: &[u8]| kinds.iter().fold(0u32, |m, k| m | 1 << (32 - k)).to_be_bytes();
    let (hears, tells) = (mask(&[TEXT]), mask(&[TEXT, MESSAGE]));
    service(&BLOCK, WRITE_MASK, 28, &[(10, &[0, 4]), (12, &hears), (16, &tells)]);
}

/// Where memory ends: so many pieces of so many MiB, but for the firmware that qemu puts behind.
pub fn memory_end(_firmware: usize) -> usize {
    let block = service(&BLOCK, READ_INFORMATION, 4096, &[]);
    let number = |at: usize, n: usize| block[at..at + n].iter().fold(0, |v, b| v << 8 | *b as usize);
    let either = |short: usize, long: usize| if short != 0 { short } else { long };
    (either(number(8, 2), number(104, 8)) * either(number(10, 1), number(100, 4)) << 20)
        .saturating_sub(FIRMWARE)
        .min(MEMORY_END)
}

/// What the program is to be told.
pub fn command_line(_firmware: usize) -> &'static [u8] {
    // SAFETY: qemu has ended it with a zero.
    unsafe { core::ffi::CStr::from_ptr((&raw const oxigo_board_line).cast()).to_bytes() }
}

pub fn write(text: &[u8]) {
    text.chunks(2048).for_each(|part| write_event(TEXT, part));
}

pub fn read(into: &mut [u8]) -> usize {
    const NORMAL: [u8; 2] = [0, 0x20];
    // A byte of its kind comes before the text.
    const BEGIN: usize = HEAD + EVENT_HEAD + 1;
    if READ.load(Relaxed) == CAME.load(Relaxed) {
        let block = service(&INPUT, READ_EVENTS, 4096, &[]);
        let length = u16::from_be_bytes([block[HEAD], block[HEAD + 1]]) as usize;
        if block[6..8] != NORMAL || block[HEAD + 2] != TEXT || HEAD + length <= BEGIN {
            return 0;
        }
        CAME.store(HEAD + length, Relaxed);
        READ.store(BEGIN, Relaxed);
    }
    let from = READ.load(Relaxed);
    let n = into.len().min(CAME.load(Relaxed) - from);
    // SAFETY: see `Block`.
    let block = unsafe { &*INPUT.0.get() };
    into[..n].copy_from_slice(&block[from..from + n]);
    READ.store(from + n, Relaxed);
    n
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
