//! Switches between goroutines, Go's memory routines, the write barrier, imports: called as compiled code calls them.

use crate::rt::{self, Block, G, Start, check};
use crate::sig::Rng;
use crate::tests::call_words;
use alloc::vec;
use alloc::vec::Vec;
use core::ptr::{addr_of_mut, null_mut};
use oxigo_reflect::word::{Wide, Word};
use oxigo_rt_arch as arch;
use oxigo_rt_arch::Code;

unsafe extern "C" {
    #[link_name = "runtime.memmove"]
    fn go_memmove(point: u32) -> u32;
    #[link_name = "runtime.memclrNoHeapPointers"]
    fn go_memclr(point: u32) -> u32;
    #[link_name = "runtime.memequal"]
    fn go_memequal(point: u32) -> u32;
    #[link_name = "runtime.cmpstring"]
    fn go_cmpstring(point: u32) -> u32;
    #[link_name = "internal$bytealg.Compare"]
    fn go_compare(point: u32) -> u32;
    #[link_name = "internal$bytealg.IndexByte"]
    fn go_index_byte(point: u32) -> u32;
    #[link_name = "internal$bytealg.IndexByteString"]
    fn go_index_byte_string(point: u32) -> u32;
    #[link_name = "internal$bytealg.Count"]
    fn go_count(point: u32) -> u32;
    #[link_name = "internal$bytealg.CountString"]
    fn go_count_string(point: u32) -> u32;
    fn th_park(point: u32) -> u32;
    fn th_write(point: u32) -> u32;
    fn th_barrier(point: u32) -> u32;
}

const GS: usize = 8;
static mut GROUP: [G; GS] = [const { rt::g() }; GS];
/// Which goroutine of the group runs, whether a goroutine that parks names the next one itself, and how many have parked.
static mut RUNNING: usize = 0;
static mut DIRECT: bool = false;
static mut PARKS: usize = 0;

/// Parks the goroutine, with its next number in the frame.
#[unsafe(no_mangle)]
unsafe extern "C" fn th_park_hook(area: *mut Word) {
    // SAFETY: a hook on g0; the goroutines of the group wait.
    unsafe {
        *area = (RUNNING * 1000 + PARKS) as Word;
        EXPECTED[RUNNING] += *area;
        PARKS += 1;
        if DIRECT {
            RUNNING = (RUNNING + 1) % GS;
            arch::rt_gogo(addr_of_mut!(GROUP[RUNNING]).cast());
        } else {
            arch::rt_on_g0_return(null_mut());
        }
    }
}

static mut EXPECTED: [Word; GS] = [0; GS];

/// Goroutines that take turns, by a scheduler and by naming each other; returns how often one parked.
pub fn switches() -> usize {
    const TURNS: usize = 50;
    for direct in [false, true] {
        let mut frames = [[TURNS as Word, 0]; GS];
        let closure = rt::closure(th_park);
        let blocks: Vec<Block> = frames
            .iter_mut()
            .map(|f| Block {
                typ: 0,
                func: closure.as_ptr().cast(),
                stack_args: f.as_mut_ptr().cast(),
                args_size: 16,
                ret_offset: 8,
                frame_size: 16,
                regs: null_mut(),
            })
            .collect();
        let starts: Vec<Start> = blocks.iter().map(Start::new).collect();
        // SAFETY: each goroutine ends before its stack is freed.
        unsafe {
            DIRECT = direct;
            EXPECTED = [0; GS];
            for (i, start) in starts.iter().enumerate() {
                rt::new_goroutine(addr_of_mut!(GROUP[i]), start, 4 << 10);
            }
            // One resume for each turn and for the end; direct ones take all turns in the first, until one of them ends.
            for turn in 0..=TURNS {
                for i in 0..GS {
                    if !direct || turn == 0 {
                        RUNNING = i;
                        rt::resume(addr_of_mut!(GROUP[i]));
                    }
                }
            }
            for i in 0..GS {
                rt::free_goroutine(addr_of_mut!(GROUP[i]));
            }
            for (i, frame) in frames.iter().enumerate() {
                check(*frame == [TURNS as Word, EXPECTED[i]], "what a goroutine summed up between parks");
            }
        }
    }
    // SAFETY: one thread.
    unsafe { PARKS }
}

/// Calls a Go function of words that returns one.
fn go(code: Code, args: &[usize]) -> Word {
    let args: Vec<Word> = args.iter().map(|a| *a as Word).collect();
    call_words(code, &args, 1)[args.len()]
}

/// Go's memory routines against byte loops.
pub fn memory(rounds: usize) {
    let mut r = Rng(777);
    let mut a = vec![0u8; 6000];
    let mut b = vec![0u8; 6000];
    for _ in 0..rounds {
        let mark = rt::mark();
        let n = match r.below(8) {
            0 => r.below(2800),
            1 => r.below(300),
            _ => r.below(70),
        } as usize;
        let (x, y) = (r.below(3000) as usize, r.below(3000) as usize);
        for (i, v) in a.iter_mut().enumerate() {
            *v = (r.0 >> (i % 40)) as u8 ^ i as u8;
        }
        r.next();
        b.copy_from_slice(&a);
        let at = |v: &[u8], i: usize| v.as_ptr() as usize + i;
        go(go_memmove, &[at(&a, y), at(&a, x), n]);
        b.copy_within(x..x + n, y);
        check(a == b, "runtime.memmove");
        go(go_memclr, &[at(&a, x), n]);
        b[x..x + n].fill(0);
        check(a == b, "runtime.memclrNoHeapPointers");
        // Two equal pieces, then with one byte changed.
        let y = 3000 + r.below(100) as usize;
        let x = x.min(100);
        a.copy_within(x..x + n, y);
        check(go(go_memequal, &[at(&a, x), at(&a, y), n]) == 1, "runtime.memequal of equal memory");
        if n > 0 {
            let k = r.below(n as u64) as usize;
            a[y + k] ^= 1 << r.below(8);
            check(go(go_memequal, &[at(&a, x), at(&a, y), n]) == 0, "runtime.memequal of unequal memory");
        }
        let m = if r.below(2) == 0 { n } else { r.below(100) as usize };
        let want = a[x..x + n].cmp(&a[y..y + m]) as i64 as Word;
        check(go(go_cmpstring, &[at(&a, x), n, at(&a, y), m]) == want, "runtime.cmpstring");
        check(go(go_compare, &[at(&a, x), n, n, at(&a, y), m, m]) == want, "bytealg.Compare");
        let c = a[x + r.below(n as u64 + 20) as usize];
        let s = &a[x..x + n];
        let index = s.iter().position(|v| *v == c).map_or(Word::MAX, |i| i as Word);
        let count = s.iter().filter(|v| **v == c).count() as Word;
        check(go(go_index_byte, &[at(&a, x), n, n, c as usize]) == index, "bytealg.IndexByte");
        check(go(go_index_byte_string, &[at(&a, x), n, c as usize]) == index, "bytealg.IndexByteString");
        check(go(go_count, &[at(&a, x), n, n, c as usize]) == count, "bytealg.Count");
        check(go(go_count_string, &[at(&a, x), n, c as usize]) == count, "bytealg.CountString");
        // SAFETY: what the calls allocated is gone.
        unsafe { rt::release(mark) };
    }
}

/// A P's cache as layout.h has it, with a buffer of four words.
#[repr(C)]
struct Cache {
    next: Wide<*mut Word>,
    end: Wide<*mut Word>,
    area: [Word; 4],
    buffer: [Word; 4],
}

static mut FLUSHED: Vec<Word> = Vec::new();

/// The barrier's hook: what is in the buffer, then the words that it was called for if they are many.
#[unsafe(no_mangle)]
unsafe extern "C" fn rt_gc_write_barrier(area: *mut Word) {
    // SAFETY: the cache below.
    unsafe {
        let c = &mut *(*area as usize as *mut Cache);
        let log = &mut *addr_of_mut!(FLUSHED);
        let filled = c.next.get().offset_from_unsigned(c.buffer.as_ptr());
        log.extend_from_slice(&c.buffer[..filled]);
        c.next = Wide::new(c.buffer.as_mut_ptr());
        let size = *area.add(2) as usize;
        if size > 8 {
            let p = *area.add(1) as usize as *const Word;
            log.extend((0..size / 8).map(|i| *p.add(i)));
        }
    }
}

/// Old pointers reach the collector: singly through the buffer, or at once.
pub fn barrier() {
    let mut cache =
        Cache { next: Wide::new(null_mut()), end: Wide::new(null_mut()), area: [0; 4], buffer: [0; 4] };
    let start = cache.buffer.as_mut_ptr();
    cache.next = Wide::new(start);
    cache.end = Wide::new(start.wrapping_add(4));
    let mut p = Wide::new((&raw mut cache).cast::<u64>());
    let words: [Word; 6] = [11, 0, 22, 33, 44, 55];
    let at = |i: usize| &raw const words[i] as usize;
    // SAFETY: one thread; the cache outlives the calls.
    unsafe {
        rt::set_cache(&mut p);
        for i in 0..5 {
            go(th_barrier, &[at(i), 8]);
        }
        let log = &*addr_of_mut!(FLUSHED);
        check(**log == [11, 22, 33, 44], "a full buffer of the write barrier, without nil");
        go(th_barrier, &[at(5), 8]);
        check(log.len() == 4, "the write barrier's buffer");
        go(th_barrier, &[at(0), 24]);
        check(**log == [11, 22, 33, 44, 55, 11, 0, 22], "the write barrier of several words");
        rt::set_cache(null_mut());
    }
}

/// A system call: an import, as a //go:wasmimport function makes it.
pub fn imports() {
    let (iov, mut written) = ([0u32; 2], 0u32);
    let out = &raw mut written as usize;
    check(go(th_write, &[1, iov.as_ptr() as usize, 1, out]) == 0, "fd_write of nothing");
    check(go(th_write, &[99, iov.as_ptr() as usize, 1, out]) == 8, "fd_write to a bad file: EBADF");
}
