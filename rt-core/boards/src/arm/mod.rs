//! qemu's virt, arm (`virt.rs`).

#[path = "../virtio/mmio.rs"]
pub mod transport;
#[path = "../virt.rs"]
mod virt;

use crate::Trap;
pub use crate::guards::set as guard;
pub use crate::one_core::{core, cores, start};
use ::core::arch::asm;
use rt_core::os::sig;
pub use virt::*;

fn count() -> u64 {
    let (low, high): (u32, u32);
    // SAFETY: reads the counter.
    unsafe { asm!("isb", "mrrc p15, 1, {0}, {1}, c14", out(reg) low, out(reg) high) };
    u64::from(high) << 32 | u64::from(low)
}

fn frequency() -> u64 {
    let v: u32;
    // SAFETY: reads a register.
    unsafe { asm!("mrc p15, 0, {0}, c14, c0, 0", out(reg) v) };
    v.into()
}

/// When the clock interrupts.
fn alarm() -> u64 {
    let (low, high): (u32, u32);
    // SAFETY: reads a register.
    unsafe { asm!("mrrc p15, 3, {0}, {1}, c14", out(reg) low, out(reg) high) };
    u64::from(high) << 32 | u64::from(low)
}

fn set_alarm(at: u64) {
    // SAFETY: the timer's own registers; 1: it runs, and interrupts.
    unsafe {
        asm!("mcrr p15, 3, {0}, {1}, c14", in(reg) at as u32, in(reg) (at >> 32) as u32);
        asm!("mcr p15, 0, {0}, c14, c3, 1", "isb", in(reg) 1);
    }
}

/// Keeps interrupts out; whether they were in.
fn hold_back() -> bool {
    const HELD: u32 = 1 << 7;
    let was: u32;
    // SAFETY: until they are let in.
    unsafe { asm!("mrs {0}, cpsr", "cpsid i", out(reg) was) };
    was & HELD == 0
}

fn let_interrupts_in() {
    // SAFETY: `trap` takes them.
    unsafe { asm!("cpsie i") };
}

fn wait() {
    // SAFETY: up to an interrupt.
    unsafe { asm!("dsb", "wfi") };
}

/// What `trap` has kept.
#[repr(C)]
pub struct Registers {
    r: [usize; 13],
    sp: usize,
    lr: usize,
    pc: usize,
    state: usize,
    /// The place in the table of exceptions, and what the processor says of a fault.
    which: usize,
    why: usize,
    address: usize,
    d: [u64; 16],
    status: usize,
}

impl Registers {
    pub fn trap(&self) -> Trap {
        const PREFETCH_ABORT: usize = 3;
        const DATA_ABORT: usize = 4;
        const INTERRUPT: usize = 6;
        const STATUS: usize = 0x40f;
        const ALIGNMENT: usize = 1;
        const BREAKPOINT: usize = 2;
        match (self.which, self.why & STATUS) {
            (INTERRUPT, _) => virt::interrupted(),
            (DATA_ABORT, ALIGNMENT) => Trap::Fault(sig::BUS, 1, self.address),
            (PREFETCH_ABORT, BREAKPOINT) => Trap::Fault(sig::TRAP, 1, self.pc),
            (DATA_ABORT | PREFETCH_ABORT, _) => Trap::Fault(sig::SEGV, 1, self.address),
            _ => Trap::Fault(sig::ILL, 1, self.pc),
        }
    }
    pub fn pc(&self) -> usize {
        self.pc
    }
    pub fn sp(&self) -> usize {
        self.sp
    }
    pub fn lr(&self) -> usize {
        self.lr
    }
    pub fn go_on(&mut self, pc: usize, sp: usize, lr: usize, g: Option<usize>) {
        self.pc = pc;
        self.sp = sp;
        self.lr = lr;
        if let Some(g) = g {
            self.r[10] = g;
        }
    }
}
