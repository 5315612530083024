//! The machine without an operating system: console, end, memory.

use crate::base::fail;
use core::ptr::addr_of_mut;

#[cfg_attr(any(target_arch = "x86", target_arch = "x86_64"), path = "../bare/x86.rs")]
#[cfg_attr(any(target_arch = "arm", target_arch = "aarch64"), path = "../bare/virt.rs")]
#[cfg_attr(target_arch = "riscv64", path = "../bare/riscv.rs")]
#[cfg_attr(any(target_arch = "mips", target_arch = "mips64"), path = "../bare/malta.rs")]
#[cfg_attr(target_arch = "powerpc64", path = "../bare/pseries.rs")]
#[cfg_attr(target_arch = "s390x", path = "../bare/s390.rs")]
mod machine;

pub use machine::{exit, puts};

/// Called by the boot code.
#[unsafe(no_mangle)]
extern "C" fn bare_main() -> ! {
    machine::init();
    crate::rt::init();
    let n = option_env!("OXIGO_SIGNATURES").unwrap_or("500");
    let ok = crate::tests::main(&[n.as_bytes(), b"12345", b"small"]);
    exit(if ok { 0 } else { 1 })
}

const POOL: usize = 24 << 20;
#[repr(align(4096))]
struct Pool([u8; POOL]);
static mut MEMORY: Pool = Pool([0; POOL]);
/// Free pieces: address and size; the first never handed out yet.
static mut FREE: [(usize, usize); 64] = [(0, 0); 64];
static mut STARTED: bool = false;

/// Memory of whole pages.
pub fn map(size: usize) -> usize {
    let size = size.next_multiple_of(4096);
    // SAFETY: one core, no interrupts.
    unsafe {
        let free = &mut *addr_of_mut!(FREE);
        if !STARTED {
            STARTED = true;
            free[0] = (addr_of_mut!(MEMORY) as usize, POOL);
        }
        let Some(piece) = free.iter_mut().filter(|f| f.1 >= size).min_by_key(|f| f.1) else {
            fail(format_args!("no {size} bytes of memory"))
        };
        piece.1 -= size;
        piece.0 + piece.1
    }
}

/// Gives it back; joins neighbours.
pub fn unmap(mut p: usize, size: usize) {
    let mut size = size.next_multiple_of(4096);
    // SAFETY: as in `map`.
    let free = unsafe { &mut *addr_of_mut!(FREE) };
    for _ in 0..2 {
        for f in free.iter_mut().filter(|f| f.1 > 0) {
            if f.0 + f.1 == p || p + size == f.0 {
                p = p.min(f.0);
                size += f.1;
                f.1 = 0;
            }
        }
    }
    if let Some(f) = free.iter_mut().find(|f| f.1 == 0) {
        *f = (p, size);
    }
}
