//! qemu's q35, 386 (`pc/`). The program is in ring 1, so that exceptions find a stack of their own.

#[path = "../pc/mod.rs"]
mod pc;
#[path = "../virtio/pci.rs"]
pub mod transport;

use crate::Trap;
pub use crate::guards::set as guard;
pub use crate::one_core::{begin, core, cores, signal, start};
use ::core::arch::asm;
use ::core::arch::x86::__cpuid as cpuid;
pub use pc::*;

unsafe extern "C" {
    /// The table of the first pages of 4 KiB.
    static mut oxigo_board_pages: [u32; 1024];
    /// Goes on in ring 1, with interrupts.
    fn oxigo_board_ring();
}

/// The first core's alarm is the clock's.
fn set_own_alarm(_until: u64) {}

/// Takes page 0 away and lets interrupts in.
fn forget_page_zero() {
    // SAFETY: its entry; only the clock's interrupt, which `trap` takes.
    unsafe {
        (&raw mut oxigo_board_pages).cast::<u32>().write_volatile(0);
        asm!("invlpg [{0}]", in(reg) 0usize);
        oxigo_board_ring();
    }
}

/// Lets interrupts in and waits for one.
///
/// # Safety
/// One will come.
unsafe fn wait() {
    // SAFETY: the vector by which `boot.S` waits, for which ring 1 is not allowed.
    unsafe { asm!("int 48", "sti") }
}

/// What `trap` has kept.
#[repr(C)]
pub struct Registers {
    cr2: usize,
    general: [usize; 8],
    vector: usize,
    error: usize,
    pc: usize,
    cs: usize,
    flags: usize,
    /// These two only of code in ring 1, and all faults are its.
    sp: usize,
    ss: usize,
}

impl Registers {
    pub fn trap(&self) -> Trap {
        pc::trap(self.vector, self.pc, self.cr2)
    }
    pub fn pc(&self) -> usize {
        self.pc
    }
    pub fn sp(&self) -> usize {
        self.sp
    }
    pub fn lr(&self) -> usize {
        0
    }
    /// Compiled code relies on no register.
    pub fn go_on(&mut self, pc: usize, sp: usize, _lr: usize, _g: Option<usize>) {
        self.pc = pc;
        self.sp = sp;
    }
}
