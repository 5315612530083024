//! The kernel's page of code that tells the time without a system call: a small ELF image that the
//! auxiliary vector names. Only the dynamic symbol table is read.

use super::abi::HashWord;
use super::elf::{PT_DYNAMIC, PT_LOAD, Segment};
use core::mem::transmute;
use core::sync::atomic::{AtomicUsize, Ordering::*};

type ClockGettime = unsafe extern "C" fn(i32, *mut [isize; 2]) -> i32;

/// Address of the kernel's clock_gettime; 0: none.
static CLOCK: AtomicUsize = AtomicUsize::new(0);

const DT_HASH: usize = 4;
const DT_STRTAB: usize = 5;
const DT_SYMTAB: usize = 6;
const DT_GNU_HASH: usize = 0x6fff_fef5;

/// The names it goes by.
const NAMES: [&[u8]; 2] = [b"__vdso_clock_gettime", b"__kernel_clock_gettime"];

/// The image's header.
#[repr(C)]
struct Header {
    ident: [u8; 16],
    kind: [u16; 2],
    version: u32,
    entry: usize,
    segments: usize,
    sections: usize,
    flags: u32,
    header_size: u16,
    segment_size: u16,
    segment_count: u16,
}

/// A symbol.
#[repr(C)]
#[cfg(target_pointer_width = "64")]
struct Symbol {
    name: u32,
    info: [u8; 2],
    section: u16,
    value: usize,
    size: usize,
}

/// A symbol.
#[repr(C)]
#[cfg(target_pointer_width = "32")]
struct Symbol {
    name: u32,
    value: usize,
    size: usize,
    info: [u8; 2],
    section: u16,
}

/// Finds the routine; once, at start.
///
/// # Safety
/// `image` is where the kernel says that its image is.
pub unsafe fn init(image: usize) {
    // SAFETY: the kernel's data.
    CLOCK.store(unsafe { find(image) }, Release);
}

unsafe fn find(base: usize) -> usize {
    // SAFETY: a well-formed ELF image at `base`.
    unsafe {
        let header = &*(base as *const Header);
        let (mut dynamic, mut bias) = (0, None);
        for i in 0..header.segment_count as usize {
            let s = &*((base + header.segments + i * header.segment_size as usize) as *const Segment);
            match s.kind {
                PT_LOAD if bias.is_none() => bias = Some(base.wrapping_add(s.offset).wrapping_sub(s.addr)),
                PT_DYNAMIC => dynamic = s.addr,
                _ => {}
            }
        }
        let Some(bias) = bias else { return 0 };
        let (mut strings, mut symbols, mut count) = (0, 0, 0);
        let mut d = bias.wrapping_add(dynamic) as *const [usize; 2];
        while (*d)[0] != 0 {
            let value = bias.wrapping_add((*d)[1]);
            match (*d)[0] {
                DT_STRTAB => strings = value,
                DT_SYMTAB => symbols = value,
                DT_HASH => count = (*(value as *const [HashWord; 2]))[1] as usize,
                // Without the old table the number of symbols is unknown; the image has few.
                DT_GNU_HASH if count == 0 => count = 16,
                _ => {}
            }
            d = d.add(1);
        }
        if strings == 0 || symbols == 0 {
            return 0;
        }
        for i in 0..count {
            let sym = &*(symbols as *const Symbol).add(i);
            if sym.section == 0 {
                continue;
            }
            let text = (strings + sym.name as usize) as *const u8;
            let same = |n: &[u8]| (0..n.len()).all(|k| *text.add(k) == n[k]) && *text.add(n.len()) == 0;
            if NAMES.iter().any(|n| same(n)) {
                return bias.wrapping_add(sym.value);
            }
        }
        0
    }
}

/// Reads a clock; false if there is no routine or it fails.
#[inline]
pub fn clock_gettime(clock: i32, out: &mut [isize; 2]) -> bool {
    let f = CLOCK.load(Relaxed);
    if f == 0 {
        return false;
    }
    // SAFETY: `find` found a function of this type.
    unsafe { transmute::<usize, ClockGettime>(f)(clock, out) == 0 }
}
