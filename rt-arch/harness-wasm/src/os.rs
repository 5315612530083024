//! The host: WASI's imports, memory, output, end.

use crate::base::fail;
use alloc::vec;
use alloc::vec::Vec;
use core::arch::wasm32;
use core::ptr::addr_of_mut;

#[link(wasm_import_module = "wasi_snapshot_preview1")]
unsafe extern "C" {
    fn fd_write(fd: i32, iov: *const [u32; 2], n: i32, out: *mut u32) -> i32;
    fn proc_exit(status: i32) -> !;
    fn args_sizes_get(count: *mut usize, bytes: *mut usize) -> i32;
    fn args_get(argv: *mut *const u8, buffer: *mut u8) -> i32;
}

unsafe extern "C" {
    static __heap_base: u8;
}

/// Called by `_start`.
#[unsafe(no_mangle)]
unsafe extern "C" fn oxigo_rt_start(_argc: isize, _argv: *const *const u8) {
    let (mut count, mut bytes) = (0, 0);
    // SAFETY: buffers of the sizes that the host said; one thread.
    unsafe {
        args_sizes_get(&mut count, &mut bytes);
        let mut argv = vec![core::ptr::null(); count];
        let mut buffer = vec![0u8; bytes];
        args_get(argv.as_mut_ptr(), buffer.as_mut_ptr());
        let args: Vec<&[u8]> = buffer.split(|b| *b == 0).skip(1).collect();
        crate::rt::init();
        let ok = crate::tests::main(&args);
        exit(if ok { 0 } else { 1 })
    }
}

const PAGE: usize = 65536;
/// Free pieces: address and size. Memory grows at its end and is never given back.
static mut FREE: [(usize, usize); 64] = [(0, 0); 64];
static mut END: usize = 0;
/// The most memory ever in use, in bytes.
pub static mut MEMORY: usize = 0;

/// Memory for stacks and frames, whose content is undefined.
pub fn map(size: usize) -> usize {
    let size = size.next_multiple_of(1024);
    // SAFETY: one thread.
    unsafe {
        let free = &mut *addr_of_mut!(FREE);
        if let Some(piece) = free.iter_mut().filter(|f| f.1 >= size).min_by_key(|f| f.1) {
            piece.1 -= size;
            return piece.0 + piece.1;
        }
        if END == 0 {
            END = (&raw const __heap_base as usize).next_multiple_of(1024);
        }
        let have = wasm32::memory_size(0) * PAGE;
        let wanted = END as u64 + size as u64;
        if wanted > have as u64 {
            let pages = (wanted - have as u64).div_ceil(PAGE as u64) as usize;
            if wasm32::memory_grow(0, pages) == usize::MAX {
                fail(format_args!("no {size} bytes of memory"));
            }
        }
        let p = END;
        END += size;
        MEMORY = END;
        p
    }
}

/// Gives it back; joins neighbours.
pub fn unmap(mut p: usize, size: usize) {
    let mut size = size.next_multiple_of(1024);
    // SAFETY: one thread.
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
    match free.iter_mut().find(|f| f.1 == 0) {
        Some(f) => *f = (p, size),
        None => fail(format_args!("too many pieces of memory")),
    }
}

/// Ends the program.
pub fn exit(status: i32) -> ! {
    // SAFETY: ends the instance.
    unsafe { proc_exit(status) }
}

/// Standard output.
pub fn puts(s: &str) {
    let mut written = 0;
    // SAFETY: standard output and a valid buffer.
    unsafe { fd_write(1, &[s.as_ptr() as u32, s.len() as u32], 1, &mut written) };
}
