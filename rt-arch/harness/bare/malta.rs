//! malta: 16550 behind kseg1, UHI exit.
unsafe extern "C" {
    fn uhi(op: usize, arg: usize) -> usize;
}

#[cfg(target_arch = "mips")]
const IO: usize = 0xb800_0000;
#[cfg(target_arch = "mips64")]
const IO: usize = 0xffff_ffff_b800_0000;

fn out(port: usize, v: u8) {
    // SAFETY: a port of the serial line.
    unsafe { core::ptr::write_volatile((IO + port) as *mut u8, v) }
}

pub fn init() {
    for (r, v) in [(1, 0), (3, 0x80), (0, 1), (1, 0), (3, 3), (2, 0xc7), (4, 0xb)] {
        out(0x3f8 + r, v);
    }
}

pub fn puts(s: &str) {
    for b in s.bytes() {
        // SAFETY: the line status register.
        while unsafe { core::ptr::read_volatile((IO + 0x3fd) as *const u8) } & 0x20 == 0 {}
        out(0x3f8, b);
    }
}

pub fn exit(status: usize) -> ! {
    // SAFETY: UHI operation 1.
    unsafe { uhi(1, status) };
    loop {}
}
