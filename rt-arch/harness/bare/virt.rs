//! virt of arm and arm64: PL011, semihosting.
unsafe extern "C" {
    fn semihost(op: usize, arg: usize) -> usize;
}

const UART: usize = 0x0900_0000;

pub fn init() {}

pub fn puts(s: &str) {
    for b in s.bytes() {
        // SAFETY: the UART's flag and data registers.
        unsafe {
            while core::ptr::read_volatile((UART + 0x18) as *const u32) & 0x20 != 0 {}
            core::ptr::write_volatile(UART as *mut u32, b as u32);
        }
    }
}

pub fn exit(status: usize) -> ! {
    let block = [0x20026usize, status];
    // SAFETY: SYS_EXIT_EXTENDED with ADP_Stopped_ApplicationExit.
    unsafe { semihost(0x20, block.as_ptr() as usize) };
    loop {}
}
