//! qemu's virt, riscv64: 16550, CLINT, PLIC, the goldfish clock, the test finisher, virtio in memory.

mod harts;
pub mod lines;
#[path = "../virtio/mmio.rs"]
pub mod transport;

use crate::Trap;
use crate::uart::Uart;
use core::arch::asm;
pub use harts::*;
use rt_core::os::sig;

const UART: usize = 0x1000_0000;
const LINE: Uart =
    Uart { get: |register| load(UART + register), set: |register, v| store(UART + register, v) };
const FINISHER: usize = 0x10_0000;
const RTC: usize = 0x10_1000;
const PLIC: usize = 0xc00_0000;
/// The first hart's, in machine mode: devices interrupt no other.
const PLIC_ENABLED: usize = PLIC + 0x2000;
const PLIC_THRESHOLD: usize = PLIC + 0x20_0000;
const PLIC_CLAIM: usize = PLIC + 0x20_0004;
/// The interrupt of the first virtio device; the others' follow.
const VIRTIO_LINE: usize = 1;

/// Where virtio's registers are, how far from each other, how many.
pub const VIRTIO: (usize, usize, usize) = (0x1000_1000, 0x1000, 8);

fn load<T>(at: usize) -> T {
    // SAFETY: a register of the board.
    unsafe { core::ptr::read_volatile(at as *const T) }
}

fn store<T>(at: usize, v: T) {
    // SAFETY: a register of the board.
    unsafe { core::ptr::write_volatile(at as *mut T, v) }
}

/// Whether memory is zero. qemu gives it so, below the device tree.
pub const ZERO_MEMORY: bool = true;

pub fn init() {}

/// The hart's own guards, by memory protection: locked entries hold in machine mode too.
pub fn guard() {
    let mut pages = crate::guards::all().skip(2 * core());
    // A region of 4 KiB: as many ones below the address.
    let mut next = || pages.next().unwrap_or(0) >> 2 | 0x1ff;
    // SAFETY: nobody uses the pages.
    unsafe {
        asm!("csrw pmpaddr0, {0}", in(reg) next());
        asm!("csrw pmpaddr1, {0}", in(reg) next());
        // Two regions like that, locked, which nobody may touch.
        asm!("csrw pmpcfg0, {0}", "fence", in(reg) 0x9898);
    }
}

/// Where memory ends, or the device tree begins, which qemu puts near the end; what qemu gives if the tree does not say.
pub fn memory_end(tree: usize) -> usize {
    crate::tree::memory_end(tree, "/memory@80000000").map_or(0x8800_0000, |end| end.min(tree))
}

/// What the program is to be told.
pub fn command_line(tree: usize) -> &'static [u8] {
    crate::tree::command_line(tree)
}

pub fn write(text: &[u8]) {
    LINE.write(text)
}

pub fn read(into: &mut [u8]) -> usize {
    LINE.read(into)
}

pub fn walltime() -> u64 {
    let low: u32 = load(RTC);
    u64::from(load::<u32>(RTC + 4)) << 32 | u64::from(low)
}

/// The machine has no source of its own but virtio's.
pub fn random(into: &mut [u8]) -> bool {
    crate::virtio::entropy::fill(into)
}

/// Lets a virtio device's interrupts in.
pub fn let_in(index: usize) {
    open(VIRTIO_LINE + index);
}

/// By one hart at a time; interrupts change priorities alone, to 0, which lets nothing in.
fn open(line: usize) {
    let enabled = PLIC_ENABLED + 4 * (line / 32);
    store(enabled, load::<u32>(enabled) | 1 << (line % 32));
    store(PLIC + 4 * line, 1u32);
    store(PLIC_THRESHOLD, 0u32);
}

pub fn exit(status: i32) -> ! {
    store(FINISHER, if status == 0 { 0x5555 } else { (status as u32 & 0xff) << 16 | 0x3333 });
    loop {
        core::hint::spin_loop();
    }
}

/// What `trap` has kept.
#[repr(C)]
pub struct Registers {
    x: [usize; 32],
    f: [u64; 32],
    pc: usize,
    cause: usize,
    value: usize,
    fcsr: usize,
}

impl Registers {
    pub fn trap(&self) -> Trap {
        const INTERRUPT: usize = 1 << (usize::BITS - 1);
        const EXTERNAL: usize = 11;
        const SOFT: usize = 3;
        match self.cause {
            c if c == INTERRUPT | SOFT => {
                harts::signalled();
                Trap::Woken
            }
            c if c == INTERRUPT | EXTERNAL => {
                let line: u32 = load(PLIC_CLAIM);
                // The device first: it would ask again.
                crate::virtio::acknowledge();
                store(PLIC_CLAIM, line);
                Trap::Device(line as usize)
            }
            c if c & INTERRUPT != 0 => Trap::Tick,
            4 | 6 => Trap::Fault(sig::BUS, 1, self.value),
            1 | 5 | 7 | 12 | 13 | 15 => Trap::Fault(sig::SEGV, 1, self.value),
            3 => Trap::Fault(sig::TRAP, 1, self.pc),
            _ => Trap::Fault(sig::ILL, 1, self.pc),
        }
    }
    pub fn pc(&self) -> usize {
        self.pc
    }
    pub fn sp(&self) -> usize {
        self.x[2]
    }
    pub fn lr(&self) -> usize {
        self.x[1]
    }
    pub fn go_on(&mut self, pc: usize, sp: usize, lr: usize, g: Option<usize>) {
        self.pc = pc;
        self.x[2] = sp;
        self.x[1] = lr;
        if let Some(g) = g {
            self.x[27] = g;
        }
    }
}
