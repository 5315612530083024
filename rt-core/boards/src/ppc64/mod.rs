//! qemu's pseries, ppc64 and ppc64le: the hypervisor's terminals and calls, RTAS, the decrementer, DARN.

mod hypervisor;
#[path = "../no_lines.rs"]
pub mod lines;

pub use hypervisor::{read, write};

pub use crate::guards::set as guard;
pub use crate::one_core::{begin, core, cores, signal, start};
use crate::{SLICE_NS, Trap, calendar, tree};
use core::arch::asm;
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
use hypervisor::{CEDE, STATUS, TREE, call, put, rtas};
use rt_core::os::sig;

/// The clock counts 512 MHz.
const FREQUENCY: u64 = 512_000_000;

unsafe extern "C" {
    fn oxigo_board_random() -> u64;
    /// Of pages of 1 GiB, and of 2 MiB in the first of those.
    static mut oxigo_board_gigabytes: [u64; 512];
    static mut oxigo_board_megabytes: [u64; 512];
}

/// Whether memory is zero. qemu gives it so, below the device tree.
pub const ZERO_MEMORY: bool = true;

pub fn init() {}

/// Where memory ends, or the device tree begins, which qemu puts near the end; what qemu gives if the tree does not say.
pub fn memory_end(at: usize) -> usize {
    TREE.store(at, Relaxed);
    let end = tree::memory_end(at, "/memory@0").unwrap_or(0x1000_0000);
    forget(end);
    end.min(at)
}

/// Takes what lies behind memory out of the tables, which `boot.S` has filled: nobody has used it yet.
fn forget(end: usize) {
    // SAFETY: one core, and nothing has a reference to the tables.
    unsafe {
        for i in (0..512).filter(|i| i << 30 >= end) {
            (&raw mut oxigo_board_gigabytes[i]).write_volatile(0);
        }
        for i in (0..512).filter(|i| i << 21 >= end) {
            (&raw mut oxigo_board_megabytes[i]).write_volatile(0);
        }
    }
}

/// What the program is to be told.
pub fn command_line(_tree: usize) -> &'static [u8] {
    // SAFETY: `boot.S` leaves room there.
    unsafe { core::ffi::CStr::from_ptr(crate::list::FLAT_LINE.0 as *const core::ffi::c_char).to_bytes() }
}

fn count() -> u64 {
    let v;
    // SAFETY: reads the time base.
    unsafe { asm!("mfspr {0}, 268", out(reg) v) };
    v
}

pub fn nanotime() -> u64 {
    (u128::from(count()) * 1_000_000_000 / u128::from(FREQUENCY)) as u64
}

pub fn walltime() -> u64 {
    let [_, year, month, day, hour, minute, second, ns]: [u32; 8] = rtas("get-time-of-day", &[]);
    calendar::seconds([year, month, day, hour, minute, second].map(u64::from)) * 1_000_000_000 + u64::from(ns)
}

pub fn random(into: &mut [u8]) -> bool {
    for part in into.chunks_mut(8) {
        // SAFETY: an instruction of all processors that the machine may have.
        let v = loop {
            match unsafe { oxigo_board_random() } {
                u64::MAX => {}
                v => break v,
            }
        };
        part.copy_from_slice(&v.to_ne_bytes()[..part.len()]);
    }
    true
}

pub fn exit(status: i32) -> ! {
    put(STATUS, &calendar::digits(status as u8));
    let [_]: [u32; 1] = rtas("power-off", &[u32::MAX, u32::MAX]);
    loop {
        core::hint::spin_loop();
    }
}

/// When the slice ends.
static SLICE_END: AtomicU64 = AtomicU64::new(0);

/// The clock interrupts from here on.
pub fn start_clock() {
    next_tick();
    let_in(0);
}

/// Lets interrupts in.
pub fn let_in(_line: usize) {
    // SAFETY: `trap` takes them.
    unsafe { asm!("mfmsr {0}", "ori {0}, {0}, 0x8000", "mtmsrd {0}, 1", out(reg) _) };
}

/// The decrementer interrupts when it is negative.
fn alarm(at: u64) {
    let steps = at.saturating_sub(count()).min(i32::MAX as u64);
    // SAFETY: the clock's register.
    unsafe { asm!("mtdec {0}", in(reg) steps) };
}

pub fn next_tick() {
    let end = count() + SLICE_NS * (FREQUENCY / 1_000_000) / 1000;
    SLICE_END.store(end, Relaxed);
    alarm(end);
}

pub fn idle(until: u64) {
    // SAFETY: interrupts are let in below, by the wait or without one.
    unsafe { asm!("mfmsr {0}", "xori {0}, {0}, 0x8000", "mtmsrd {0}, 1", out(reg) _) };
    let end = u128::from(until) * u128::from(FREQUENCY) / 1_000_000_000 + 1;
    alarm(SLICE_END.load(Relaxed).min(end.min(u128::from(u64::MAX)) as u64));
    match crate::woken() {
        true => let_in(0),
        false => drop(call(CEDE, [0; 4])),
    }
}

/// What `trap` has kept.
#[repr(C)]
pub struct Registers {
    r: [usize; 32],
    pc: usize,
    state: usize,
    lr: usize,
    ctr: usize,
    cr: usize,
    xer: usize,
    vector: usize,
    address: usize,
}

impl Registers {
    pub fn trap(&self) -> Trap {
        const TRAPPED: usize = 1 << 17;
        const FLOAT: usize = 1 << 20;
        match self.vector {
            0x900 => Trap::Tick,
            0x500 => Trap::Device(0),
            0x300 | 0x380 => Trap::Fault(sig::SEGV, 1, self.address),
            0x400 | 0x480 => Trap::Fault(sig::SEGV, 1, self.pc),
            0x600 => Trap::Fault(sig::BUS, 1, self.address),
            0x700 if self.state & TRAPPED != 0 => Trap::Fault(sig::TRAP, 1, self.pc),
            0x700 if self.state & FLOAT != 0 => Trap::Fault(sig::FPE, 1, self.pc),
            _ => Trap::Fault(sig::ILL, 1, self.pc),
        }
    }
    pub fn pc(&self) -> usize {
        self.pc
    }
    pub fn sp(&self) -> usize {
        self.r[1]
    }
    pub fn lr(&self) -> usize {
        self.lr
    }
    pub fn go_on(&mut self, pc: usize, sp: usize, lr: usize, g: Option<usize>) {
        self.pc = pc;
        // What is called through a register expects its address there.
        self.r[12] = pc;
        self.r[1] = sp;
        self.lr = lr;
        if let Some(g) = g {
            self.r[0] = 0;
            self.r[30] = g;
        }
    }
}
