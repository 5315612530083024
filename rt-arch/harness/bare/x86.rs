//! q35: COM1, ACPI power-off.
unsafe extern "C" {
    fn inb(p: u32) -> u32;
    fn outb(p: u32, v: u32);
    fn outw(p: u32, v: u32);
    fn outl(p: u32, v: u32);
}

pub fn init() {
    for (r, v) in [(1, 0), (3, 0x80), (0, 1), (1, 0), (3, 3), (2, 0xc7), (4, 0xb)] {
        // SAFETY: sets up the serial port.
        unsafe { outb(0x3f8 + r, v) }
    }
}

pub fn puts(s: &str) {
    for b in s.bytes() {
        // SAFETY: waits for and writes the transmit register.
        unsafe {
            while inb(0x3fd) & 0x20 == 0 {}
            outb(0x3f8, b as u32);
        }
    }
}

pub fn exit(status: usize) -> ! {
    // SAFETY: isa-debug-exit, or ACPI's S5, which takes a moment.
    unsafe {
        if status != 0 {
            outl(0xf4, status as u32);
        }
        outw(0x604, 0x2000);
    }
    loop {
        core::hint::spin_loop();
    }
}
