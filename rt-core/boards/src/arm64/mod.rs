//! qemu's virt, arm64 (`virt.rs`).

mod cores;
#[path = "../virtio/mmio.rs"]
pub mod transport;
#[path = "../virt.rs"]
mod virt;

use crate::Trap;
use ::core::arch::asm;
pub use cores::*;
use rt_core::os::sig;
pub use virt::*;

/// `boot.S` has seen to it.
pub fn guard() {}

fn count() -> u64 {
    let v;
    // SAFETY: reads the counter.
    unsafe { asm!("isb", "mrs {0}, cntvct_el0", out(reg) v) };
    v
}

fn frequency() -> u64 {
    let v: u64;
    // SAFETY: reads a register.
    unsafe { asm!("mrs {0}, cntfrq_el0", out(reg) v) };
    v
}

/// When the clock interrupts.
fn alarm() -> u64 {
    let at: u64;
    // SAFETY: reads a register.
    unsafe { asm!("mrs {0}, cntv_cval_el0", out(reg) at) };
    at
}

fn set_alarm(at: u64) {
    // SAFETY: the timer's own registers; 1: it runs, and interrupts.
    unsafe {
        asm!("msr cntv_cval_el0, {0}", in(reg) at);
        asm!("msr cntv_ctl_el0, {0}", in(reg) 1u64);
        asm!("isb");
    }
}

/// Keeps interrupts out; whether they were in.
fn hold_back() -> bool {
    const HELD: u64 = 1 << 7;
    let was: u64;
    // SAFETY: until they are let in.
    unsafe { asm!("mrs {0}, daif", "msr daifset, #2", out(reg) was) };
    was & HELD == 0
}

fn let_interrupts_in() {
    // SAFETY: `trap` takes them.
    unsafe { asm!("msr daifclr, #2") };
}

fn wait() {
    // SAFETY: up to an interrupt.
    unsafe { asm!("dsb sy", "wfi") };
}

/// What `trap` has kept.
#[repr(C)]
pub struct Registers {
    x: [usize; 31],
    pc: usize,
    state: usize,
    why: usize,
    value: usize,
    sp: usize,
    v: [u128; 32],
    status: [u64; 2],
}

impl Registers {
    /// ESR's exception class tells; 0, an interrupt.
    pub fn trap(&self) -> Trap {
        const DATA_ABORT: usize = 0x25;
        const PREFETCH_ABORT: usize = 0x21;
        const BREAKPOINT: usize = 0x3c;
        const ALIGNMENT: usize = 0x21;
        match self.why >> 26 {
            0 if self.why == 0 => virt::interrupted(),
            DATA_ABORT if self.why & 0x3f == ALIGNMENT => Trap::Fault(sig::BUS, 1, self.value),
            DATA_ABORT | PREFETCH_ABORT => Trap::Fault(sig::SEGV, 1, self.value),
            BREAKPOINT => Trap::Fault(sig::TRAP, 1, self.pc),
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
        self.x[30]
    }
    pub fn go_on(&mut self, pc: usize, sp: usize, lr: usize, g: Option<usize>) {
        self.pc = pc;
        self.sp = sp;
        self.x[30] = lr;
        if let Some(g) = g {
            self.x[28] = g;
        }
    }
}
