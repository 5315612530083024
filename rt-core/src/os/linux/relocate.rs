//! The addresses in a position-independent executable (`-buildmode=pie`). It has no dynamic linker, as `-static-pie` has it elsewhere: nothing in
//! it has to be looked up, and all its relocations are of one type, an address to which the place of the image is added.

use super::abi::nr;
use super::elf::*;
use crate::machine::syscall6;

const PT_PHDR: u32 = 6;
const PT_GNU_RELRO: u32 = 0x6474_e552;
const DT_RELA: usize = 7;
const DT_RELASZ: usize = 8;
const DT_REL: usize = 17;
const DT_RELSZ: usize = 18;
const PROT_READ: usize = 1;

/// Writes the addresses, and makes read-only what holds them and does not change any more. Until they are there nothing that is not in this
/// function may be used: even calls may go by such addresses.
///
/// # Safety
/// Once, before anything else; `envp` is the environment as the kernel laid it out, the auxiliary vector behind it.
#[inline(always)]
pub unsafe fn relocate(envp: *const *const u8) {
    // SAFETY: the kernel's vector; the program's own headers, which tell where its own relocations are and what they are about.
    unsafe {
        let (mut headers, mut count, mut page) = (0, 0, 4096);
        each_told(envp, |key, value| match key {
            AT_PHDR => headers = value,
            AT_PHNUM => count = value,
            AT_PAGESZ => page = value,
            _ => {}
        });
        let (mut place, mut dynamic, mut constant) = (0usize, 0usize, (0usize, 0usize));
        for i in 0..count {
            let s = &*(headers as *const Segment).add(i);
            match s.kind {
                PT_PHDR => place = headers.wrapping_sub(s.addr),
                PT_DYNAMIC => dynamic = s.addr,
                PT_GNU_RELRO => constant = (s.addr, s.addr + s.size),
                _ => {}
            }
        }
        // With addends of their own, and without.
        let (mut with, mut with_size, mut without, mut without_size) = (0usize, 0, 0usize, 0);
        let mut d = place.wrapping_add(dynamic) as *const [usize; 2];
        while (*d)[0] != 0 {
            match (*d)[0] {
                DT_RELA => with = place.wrapping_add((*d)[1]),
                DT_RELASZ => with_size = (*d)[1],
                DT_REL => without = place.wrapping_add((*d)[1]),
                DT_RELSZ => without_size = (*d)[1],
                _ => {}
            }
            d = d.add(1);
        }
        for i in 0..with_size / size_of::<[usize; 3]>() {
            let [at, _, addend] = *(with as *const [usize; 3]).add(i);
            *(place.wrapping_add(at) as *mut usize) = place.wrapping_add(addend);
        }
        for i in 0..without_size / size_of::<[usize; 2]>() {
            let at = place.wrapping_add((*(without as *const [usize; 2]).add(i))[0]) as *mut usize;
            *at = place.wrapping_add(*at);
        }
        // What shares its first page with it belongs to the same segment; where pages are larger than the linker's, its last stays writable.
        let [first, end] = [constant.0, constant.1].map(|at| at & !(page - 1));
        syscall6(nr::MPROTECT, place.wrapping_add(first), end - first, PROT_READ, 0, 0, 0);
    }
}
