//! The machine's ports, and PCI by two of them.

use core::arch::asm;
use core::sync::atomic::{AtomicBool, Ordering::*};

const PCI_ADDRESS: u16 = 0xcf8;
const PCI_DATA: u16 = 0xcfc;

pub fn outb(port: u16, v: u8) {
    // SAFETY: a port of the board.
    unsafe { asm!("out dx, al", in("dx") port, in("al") v, options(nomem, nostack)) }
}

pub fn inb(port: u16) -> u8 {
    let v;
    // SAFETY: a port of the board.
    unsafe { asm!("in al, dx", in("dx") port, out("al") v, options(nomem, nostack)) };
    v
}

pub fn out16(port: u16, v: u16) {
    // SAFETY: a port of the board.
    unsafe { asm!("out dx, ax", in("dx") port, in("ax") v, options(nomem, nostack)) }
}

pub fn in16(port: u16) -> u16 {
    let v;
    // SAFETY: a port of the board.
    unsafe { asm!("in ax, dx", in("dx") port, out("ax") v, options(nomem, nostack)) };
    v
}

pub fn in32(port: u16) -> u32 {
    let v;
    // SAFETY: a port of the board.
    unsafe { asm!("in eax, dx", in("dx") port, out("eax") v, options(nomem, nostack)) };
    v
}

pub fn out32(port: u16, v: u32) {
    // SAFETY: a port of the board.
    unsafe { asm!("out dx, eax", in("dx") port, in("eax") v, options(nomem, nostack)) }
}

/// Keeps interrupts out; whether they were in.
pub fn hold_back() -> bool {
    const IN: usize = 1 << 9;
    let flags: usize;
    // SAFETY: they are let in again by who is told that they were.
    unsafe { asm!("pushf", "pop {0}", "cli", out(reg) flags, options(att_syntax)) };
    flags & IN != 0
}

/// Without interrupts.
pub fn held_back<T>(f: impl FnOnce() -> T) -> T {
    let were_in = hold_back();
    let v = f();
    if were_in {
        // SAFETY: as before.
        unsafe { asm!("sti") };
    }
    v
}

/// For what takes several ports, or reads one and writes it again: without interrupts, and by one core at a time. Interrupts do so too.
pub fn alone<T>(f: impl FnOnce() -> T) -> T {
    static TAKEN: AtomicBool = AtomicBool::new(false);
    held_back(|| {
        while TAKEN.swap(true, Acquire) {
            core::hint::spin_loop();
        }
        let v = f();
        TAKEN.store(false, Release);
        v
    })
}

/// Shows a register of a device of PCI's first bus at `PCI_DATA`.
fn pci(device: u32, register: u8) {
    out32(PCI_ADDRESS, 1 << 31 | device << 11 | u32::from(register & !3));
}

pub fn pci_load(device: u32, register: u8) -> u32 {
    alone(|| {
        pci(device, register);
        in32(PCI_DATA)
    })
}

pub fn pci_store(device: u32, register: u8, v: u32) {
    alone(|| {
        pci(device, register);
        out32(PCI_DATA, v);
    })
}
