//! s390-ccw-virtio: SCLP console, disabled wait.
unsafe extern "C" {
    fn servc(cmd: u32, sccb: *mut u8) -> i32;
    fn halt(code: usize) -> !;
}

#[repr(C, align(4096))]
struct Page([u8; 4096]);
static mut SCCB: Page = Page([0; 4096]);

/// The control block, its first 64 bytes zeroed.
fn block() -> *mut u8 {
    let p = (&raw mut SCCB).cast::<u8>();
    // SAFETY: one core.
    unsafe { core::ptr::write_bytes(p, 0, 64) };
    p
}

/// A big-endian number, as the machine has it.
unsafe fn put<T>(p: *mut u8, v: T) {
    // SAFETY: within the block.
    unsafe { p.cast::<T>().write_unaligned(v) }
}

pub fn init() {
    let p = block();
    // SAFETY: write event mask: we send ASCII console events (type 0x1a).
    unsafe {
        put(p, 28u16);
        put(p.add(10), 4u16);
        put(p.add(16), 0x8000_0000u32 >> (0x1a - 1));
        servc(0x0078_0005, p);
    }
}

pub fn puts(s: &str) {
    for chunk in s.as_bytes().chunks(2048) {
        let (p, n) = (block(), chunk.len() as u16);
        // SAFETY: write event data: one buffer.
        unsafe {
            put(p, 14 + n);
            put(p.add(8), 6 + n);
            *p.add(10) = 0x1a;
            core::ptr::copy_nonoverlapping(chunk.as_ptr(), p.add(14), chunk.len());
            servc(0x0076_0005, p);
        }
    }
}

pub fn exit(status: usize) -> ! {
    // SAFETY: stops the machine.
    unsafe { halt(status) }
}
