//! The kernel's page of code that tells the time without a system call: a small ELF image that the
//! auxiliary vector names. Only the dynamic symbol table is read.

use core::mem::transmute;
use core::sync::atomic::{AtomicUsize, Ordering::*};

type ClockGettime = unsafe extern "C" fn(i32, *mut [isize; 2]) -> i32;

/// Address of the kernel's clock_gettime; 0: none.
static CLOCK: AtomicUsize = AtomicUsize::new(0);

const AT_SYSINFO_EHDR: usize = 33;
const PT_LOAD: u32 = 1;
const PT_DYNAMIC: u32 = 2;
const DT_HASH: usize = 4;
const DT_STRTAB: usize = 5;
const DT_SYMTAB: usize = 6;
const DT_GNU_HASH: usize = 0x6fff_fef5;

/// The names it goes by.
const NAMES: [&[u8]; 2] = [b"__vdso_clock_gettime", b"__kernel_clock_gettime"];

/// Finds the routine; once, at start.
///
/// # Safety
/// `envp` is the environment as the kernel laid it out, the auxiliary vector behind it.
#[cfg(target_pointer_width = "64")]
pub unsafe fn init(envp: *const *const u8) {
    // SAFETY: the kernel's data.
    unsafe {
        let mut p = envp;
        while !(*p).is_null() {
            p = p.add(1);
        }
        let mut aux = p.add(1) as *const [usize; 2];
        while (*aux)[0] != 0 {
            if (*aux)[0] == AT_SYSINFO_EHDR {
                CLOCK.store(find((*aux)[1]), Release);
            }
            aux = aux.add(1);
        }
    }
}

/// 32-bit machines make the system call.
///
/// # Safety
/// None needed; the signature is the others'.
#[cfg(not(target_pointer_width = "64"))]
pub unsafe fn init(_: *const *const u8) {}

#[cfg(target_pointer_width = "64")]
unsafe fn find(base: usize) -> usize {
    // SAFETY: a well-formed ELF image at `base`.
    unsafe {
        let at = |off: usize| base + off;
        let phoff = *(at(32) as *const usize);
        let (phsize, phnum) = (*(at(54) as *const u16) as usize, *(at(56) as *const u16) as usize);
        let (mut dynamic, mut bias) = (0, None);
        for i in 0..phnum {
            let ph = at(phoff + i * phsize);
            let (off, vaddr) = (*((ph + 8) as *const usize), *((ph + 16) as *const usize));
            match *(ph as *const u32) {
                PT_LOAD if bias.is_none() => bias = Some(base.wrapping_add(off).wrapping_sub(vaddr)),
                PT_DYNAMIC => dynamic = vaddr,
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
                DT_HASH => count = *((value + 4) as *const u32) as usize,
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
            let sym = symbols + i * 24;
            let (name, shndx) = (*(sym as *const u32) as usize, *((sym + 6) as *const u16));
            if shndx == 0 {
                continue;
            }
            let text = (strings + name) as *const u8;
            let same = |n: &[u8]| (0..n.len()).all(|k| *text.add(k) == n[k]) && *text.add(n.len()) == 0;
            if NAMES.iter().any(|n| same(n)) {
                return bias.wrapping_add(*((sym + 8) as *const usize));
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
