//! qemu's q35, amd64 (`pc/`).

mod apic;
#[path = "../pc/mod.rs"]
mod pc;
#[path = "../virtio/pci.rs"]
pub mod transport;

use crate::Trap;
use ::core::arch::asm;
use ::core::arch::x86_64::__cpuid as cpuid;
use ::core::cell::UnsafeCell;
use apic::set_alarm as set_own_alarm;
pub use apic::{begin, core, cores, signal, start};
pub use pc::*;

unsafe extern "C" {
    /// The table of the first pages of 4 KiB.
    static mut oxigo_board_pages: [u64; 512];
}

unsafe extern "C" {
    /// The entries of the first 4 GiB, of 2 MiB each.
    static mut oxigo_board_directory: [u64; 2048];
}

/// A table of pages of 4 KiB.
#[repr(align(4096))]
struct Pages(UnsafeCell<[u64; 512]>);
// SAFETY: written by `guard` alone, and read by the processor.
unsafe impl Sync for Pages {}

/// Takes the stacks' guards away. All stacks together reach into two pages of 2 MiB at most.
pub fn guard() {
    const LARGE: u64 = 0x80;
    static TABLES: [Pages; 2] = [const { Pages(UnsafeCell::new([0; 512])) }; 2];
    let mut tables = TABLES.iter();
    for at in crate::guards::all() {
        // SAFETY: once, by one core; the tables say the same as the large pages that they stand for, but for the guards, which nobody uses.
        unsafe {
            let entry = (&raw mut oxigo_board_directory).cast::<u64>().add(at >> 21);
            if *entry & LARGE != 0
                && let Some(table) = tables.next()
            {
                let pages = table.0.get().cast::<u64>();
                for i in 0..512 {
                    pages.add(i).write((*entry & !LARGE) + ((i as u64) << 12));
                }
                entry.write_volatile(pages as u64 | 3);
            }
            let pages = (*entry & !0xfff) as *mut u64;
            pages.add(at >> 12 & 511).write_volatile(0);
            asm!("invlpg [{0}]", in(reg) at);
        }
    }
}

/// Takes page 0 away and lets interrupts in.
fn forget_page_zero() {
    // SAFETY: its entry; only the clock's interrupt, which `trap` takes.
    unsafe {
        (&raw mut oxigo_board_pages).cast::<u64>().write_volatile(0);
        asm!("invlpg [{0}]", "sti", in(reg) 0usize);
    }
}

/// Lets interrupts in and waits for one.
///
/// # Safety
/// One will come.
unsafe fn wait() {
    // SAFETY: none comes between the two.
    unsafe { asm!("sti", "hlt") }
}

/// What `trap` has kept.
#[repr(C)]
pub struct Registers {
    floats: [u8; 520],
    cr2: usize,
    r15: usize,
    r14: usize,
    others: [usize; 13],
    vector: usize,
    error: usize,
    pc: usize,
    cs: usize,
    flags: usize,
    sp: usize,
    ss: usize,
}

impl Registers {
    pub fn trap(&self) -> Trap {
        match apic::interrupted(self.vector) {
            true => Trap::Woken,
            false => pc::trap(self.vector, self.pc, self.cr2),
        }
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
    pub fn go_on(&mut self, pc: usize, sp: usize, _lr: usize, g: Option<usize>) {
        self.pc = pc;
        self.sp = sp;
        if let Some(g) = g {
            self.r14 = g;
            // X15 is zero in compiled code.
            const X15: usize = 160 + 15 * 16;
            self.floats[X15..X15 + 16].fill(0);
        }
    }
}
