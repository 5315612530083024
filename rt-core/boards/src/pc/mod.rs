//! What qemu's q35 has for programs of 8 and of 4 bytes a word: COM1, HPET, the CMOS calendar, RDRAND, PCI, ACPI power-off and the
//! debug exit. The machine's folder has `cpuid`, `forget_page_zero` and `wait`.

mod hpet;
pub mod lines;
pub mod port;

pub use lines::open as let_in;
pub use port::{pci_load, pci_store};

use super::{core, cpuid, forget_page_zero, set_own_alarm, wait};
use crate::uart::Uart;
use crate::{SLICE_NS, Trap};
use ::core::arch::asm;
use hpet::{alarm, count, period, set_alarm, store};
use port::{alone, inb, outb};
use rt_core::os::sig;

const COM1: u16 = 0x3f8;
const LINE: Uart =
    Uart { get: |register| inb(COM1 + register as u16), set: |register, v| outb(COM1 + register as u16, v) };
const DEBUG_EXIT: u16 = 0xf4;
const POWER: u16 = 0x604;
/// The vector of the first interrupt line.
const LINES: u8 = 32;

/// Whether memory is zero. The firmware has left things there.
pub const ZERO_MEMORY: bool = false;

pub fn init() {
    LINE.init();
    // The interrupt controllers: vectors from LINES on, only the first line open.
    for (port, v) in [
        (0x20, 0x11),
        (0xa0, 0x11),
        (0x21, LINES),
        (0xa1, LINES + 8),
        (0x21, 4),
        (0xa1, 2),
        (0x21, 1),
        (0xa1, 1),
        (0x21, 0xfe),
        (0xa1, 0xff),
    ] {
        outb(port, v);
    }
    // The counter runs, and its first comparator has the first line.
    store(0x10, 3);
}

/// Where the first range of memory above 1 MiB ends, by the table that the start information leads to.
pub fn memory_end(information: usize) -> usize {
    // SAFETY: the layout of hvm_start_info and of its memory map, which PVH gives.
    unsafe {
        let map = *((information + 40) as *const u64) as usize;
        let n = *((information + 48) as *const u32) as usize;
        let entries = ::core::slice::from_raw_parts(map as *const [u64; 3], n);
        let usable = entries.iter().find(|e| e[0] == 0x10_0000 && e[2] as u32 == 1);
        usable.map_or(0x800_0000, |e| (e[0] + e[1]) as usize)
    }
}

/// What the program is to be told.
pub fn command_line(information: usize) -> &'static [u8] {
    // SAFETY: as above; a string that stays.
    unsafe {
        let at = *((information + 24) as *const u64) as usize;
        if at == 0 { b"" } else { ::core::ffi::CStr::from_ptr(at as *const ::core::ffi::c_char).to_bytes() }
    }
}

pub fn write(text: &[u8]) {
    LINE.write(text)
}

pub fn read(into: &mut [u8]) -> usize {
    LINE.read(into)
}

pub fn nanotime() -> u64 {
    (u128::from(count()) * u128::from(period()) / 1_000_000) as u64
}

pub fn walltime() -> u64 {
    crate::calendar::cmos(|register| {
        alone(|| {
            outb(0x70, register);
            inb(0x71)
        })
    })
}

pub fn random(into: &mut [u8]) -> bool {
    const RDRAND: u32 = 1 << 30;
    if cpuid(1).ecx & RDRAND == 0 {
        return crate::virtio::entropy::fill(into);
    }
    for part in into.chunks_mut(size_of::<usize>()) {
        let (mut v, mut ok) = (0usize, 0u8);
        while ok == 0 {
            // SAFETY: the processor has the instruction.
            unsafe { asm!("rdrand {0}", "setc {1}", out(reg) v, out(reg_byte) ok) };
        }
        part.copy_from_slice(&v.to_le_bytes()[..part.len()]);
    }
    true
}

pub fn exit(status: i32) -> ! {
    // isa-debug-exit ends qemu with 2 * n + 1; the power goes off with 0.
    // SAFETY: ports of the board.
    unsafe {
        if status != 0 {
            asm!("out dx, eax", in("dx") DEBUG_EXIT, in("eax") status as u8 as u32);
        }
        asm!("out dx, ax", in("dx") POWER, in("ax") 0x2000u16);
    }
    loop {
        ::core::hint::spin_loop();
    }
}

/// The clock interrupts from here on; nobody needs page 0 any more.
pub fn start_clock() {
    const ENABLED: u32 = 4;
    store(0x100, ENABLED);
    next_tick();
    forget_page_zero();
}

fn steps(ns: u64) -> u64 {
    (u128::from(ns) * 1_000_000 / u128::from(period())).min(u128::from(u64::MAX)) as u64
}

pub fn next_tick() {
    set_alarm(count() + steps(SLICE_NS));
}

pub fn idle(until: u64) {
    if !port::hold_back() {
        return ::core::hint::spin_loop();
    }
    match core() {
        0 => set_alarm(alarm().min(steps(until).saturating_add(1))),
        _ => set_own_alarm(until),
    }
    // SAFETY: an interrupt ends the wait; it is not let in before.
    unsafe {
        match crate::woken() {
            true => asm!("sti"),
            false => wait(),
        }
    }
}

/// What the exception of a vector is, and of the address that a page was not there for.
pub fn trap(vector: usize, pc: usize, address: usize) -> Trap {
    const DIVIDE: usize = 0;
    const BREAKPOINT: usize = 3;
    const PROTECTION: usize = 13;
    const PAGE: usize = 14;
    const ALIGNMENT: usize = 17;
    const SIMD: usize = 19;
    match vector {
        v if v >= LINES as usize => {
            let line = v - LINES as usize;
            if line == 0 {
                outb(0x20, 0x20);
                return Trap::Tick;
            }
            // The device first: it would ask again.
            crate::virtio::acknowledge();
            if line >= 8 {
                outb(0xa0, 0x20);
            }
            outb(0x20, 0x20);
            Trap::Device(line)
        }
        DIVIDE | SIMD => Trap::Fault(sig::FPE, 1, pc),
        BREAKPOINT => Trap::Fault(sig::TRAP, 1, pc),
        // An address that is none: Linux tells it as sent by the kernel, at 0.
        PROTECTION => Trap::Fault(sig::SEGV, 0x80, 0),
        PAGE => Trap::Fault(sig::SEGV, 1, address),
        ALIGNMENT => Trap::Fault(sig::BUS, 1, 0),
        _ => Trap::Fault(sig::ILL, 1, pc),
    }
}
