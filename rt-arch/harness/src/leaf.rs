//! Go's memory routines, system calls, threads and signals, called as compiled code calls them.

#[cfg(not(feature = "bare"))]
use crate::rt;
use crate::rt::{Block, check, run};
use crate::sig::Rng;
use alloc::vec;
use alloc::vec::Vec;
use core::mem::offset_of;
use core::ptr::{addr_of_mut, null_mut};
use oxigo_reflect::arch::Arch;
use oxigo_reflect::regs::MAX_REG_ARGS_WORDS;
use oxigo_rt_arch::layout;

type Code = unsafe extern "C" fn();

unsafe extern "C" {
    #[link_name = "runtime.memmove"]
    fn go_memmove();
    #[link_name = "runtime.memclrNoHeapPointers"]
    fn go_memclr();
    #[link_name = "runtime.memequal"]
    fn go_memequal();
    #[link_name = "runtime.cmpstring"]
    fn go_cmpstring();
    #[link_name = "internal/bytealg.Compare"]
    fn go_compare();
    #[link_name = "internal/bytealg.IndexByte"]
    fn go_index_byte();
    #[link_name = "internal/bytealg.IndexByteString"]
    fn go_index_byte_string();
    #[link_name = "internal/bytealg.Count"]
    fn go_count();
    #[link_name = "internal/bytealg.CountString"]
    fn go_count_string();
    /// In asm/ARCH.S.
    fn th_barrier();
}

#[cfg(not(feature = "bare"))]
unsafe extern "C" {
    #[link_name = "internal/runtime/syscall/linux.Syscall6"]
    fn go_syscall6();
}

/// Calls a Go function of words that returns up to three words.
fn go(code: Code, args: &[usize]) -> [usize; 3] {
    let closure = [code as *const () as usize];
    let mut regs = [0u64; MAX_REG_ARGS_WORDS];
    let mut frame = [0usize; 16];
    let p = regs.as_mut_ptr().cast::<usize>();
    let mut block = Block {
        typ: 0,
        func: closure.as_ptr().cast(),
        stack_args: frame.as_mut_ptr().cast(),
        args_size: 0,
        ret_offset: 0,
        frame_size: 0,
        regs: p.cast(),
    };
    let on_stack = Arch::host().int_args.is_empty();
    // SAFETY: buffers are large enough for ten words.
    unsafe {
        if on_stack {
            frame[..args.len()].copy_from_slice(args);
            block.ret_offset = size_of_val(args);
            block.args_size = block.ret_offset + 3 * size_of::<usize>();
            block.frame_size = block.args_size;
        } else {
            for (i, a) in args.iter().enumerate() {
                *p.add(i) = *a;
            }
        }
        run(&block, 8 << 10);
        if on_stack {
            [frame[args.len()], frame[args.len() + 1], frame[args.len() + 2]]
        } else {
            [*p, *p.add(1), *p.add(2)]
        }
    }
}

/// A byte argument in a word of its own, wherever it is passed.
fn byte(c: u8) -> usize {
    if cfg!(target_endian = "big") && Arch::host().int_args.is_empty() {
        (c as usize) << (usize::BITS - 8)
    } else {
        c as usize
    }
}

/// A bool result.
fn bool_of(w: usize) -> bool {
    if cfg!(target_endian = "big") && Arch::host().int_args.is_empty() {
        w >> (usize::BITS - 8) != 0
    } else {
        w as u8 != 0
    }
}

/// Go's memory routines against byte loops.
pub fn memory(rounds: usize) {
    let mut r = Rng(777);
    let mut a = vec![0u8; 6000];
    let mut b = vec![0u8; 6000];
    for _ in 0..rounds {
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
        a.copy_within(x.min(100)..x.min(100) + n, y);
        let x = x.min(100);
        check(bool_of(go(go_memequal, &[at(&a, x), at(&a, y), n])[0]), "runtime.memequal of equal memory");
        if n > 0 {
            let k = r.below(n as u64) as usize;
            a[y + k] ^= 1 << r.below(8);
            check(
                !bool_of(go(go_memequal, &[at(&a, x), at(&a, y), n])[0]),
                "runtime.memequal of unequal memory",
            );
        }
        let m = if r.below(2) == 0 { n } else { r.below(100) as usize };
        let want = a[x..x + n].cmp(&a[y..y + m]) as isize as usize;
        check(go(go_cmpstring, &[at(&a, x), n, at(&a, y), m])[0] == want, "runtime.cmpstring");
        check(go(go_compare, &[at(&a, x), n, n, at(&a, y), m, m])[0] == want, "bytealg.Compare");
        let c = a[x + r.below(n as u64 + 20) as usize];
        let s = &a[x..x + n];
        let (index, count) =
            (s.iter().position(|v| *v == c).unwrap_or(usize::MAX), s.iter().filter(|v| **v == c).count());
        check(go(go_index_byte, &[at(&a, x), n, n, byte(c)])[0] == index, "bytealg.IndexByte");
        check(go(go_index_byte_string, &[at(&a, x), n, byte(c)])[0] == index, "bytealg.IndexByteString");
        check(go(go_count, &[at(&a, x), n, n, byte(c)])[0] == count, "bytealg.Count");
        check(go(go_count_string, &[at(&a, x), n, byte(c)])[0] == count, "bytealg.CountString");
    }
}

/// A P's cache, as far as the write barrier knows it.
#[repr(C, align(16))]
struct Cache {
    next: *mut usize,
    end: *mut usize,
    area: [usize; 4],
    save: [u8; layout::C_WB_SAVE_SIZE],
    buffer: [usize; 4],
    /// Behind the buffer: nobody may write here.
    fence: usize,
}

const _: () = {
    assert!(offset_of!(Cache, end) == layout::C_WB_END && offset_of!(Cache, area) == layout::C_WB_AREA);
    assert!(offset_of!(Cache, save) == layout::C_WB_SAVE);
};

static mut FLUSHED: Vec<usize> = Vec::new();

/// The barrier's hook: what is in the buffer, then the words that it was called for if they are many. All registers that C
/// functions need not keep are lost meanwhile.
#[unsafe(no_mangle)]
unsafe extern "C" fn rt_gc_write_barrier(area: *mut usize) {
    // SAFETY: the cache below.
    unsafe {
        let c = &mut *(*area as *mut Cache);
        let log = &mut *addr_of_mut!(FLUSHED);
        let filled = c.next.offset_from_unsigned(c.buffer.as_ptr());
        log.extend_from_slice(&c.buffer[..filled]);
        c.next = c.buffer.as_mut_ptr();
        let size = *area.add(2);
        if size > size_of::<usize>() {
            let p = *area.add(1) as *const usize;
            log.extend((0..size / size_of::<usize>()).map(|i| *p.add(i)));
        }
    }
}

/// Old pointers reach the collector: singly through the buffer, or at once. Registers survive both.
pub fn barrier() {
    const WORD: usize = size_of::<usize>();
    const FENCE: usize = 0x5afe;
    let mut cache = Cache {
        next: null_mut(),
        end: null_mut(),
        area: [0; 4],
        save: [0; layout::C_WB_SAVE_SIZE],
        buffer: [0; 4],
        fence: FENCE,
    };
    cache.next = cache.buffer.as_mut_ptr();
    cache.end = cache.next.wrapping_add(4);
    let mut p = &raw mut cache;
    let words: [usize; 7] = [11, 0, 22, 33, 44, 55, 66];
    let call = |i: usize, n: usize| {
        let got = go(th_barrier, &[&raw const words[i] as usize, n * WORD, 101 + i, 202, 303]);
        check(got == [101 + i, 202, 303], "registers through the write barrier");
    };
    // SAFETY: one thread; the cache outlives the calls.
    unsafe {
        crate::rt::set_cache((&raw mut p).cast());
        for i in 0..5 {
            call(i, 1);
        }
        let log = &*addr_of_mut!(FLUSHED);
        check(**log == [11, 22, 33, 44], "a full buffer of the write barrier, without nil");
        call(5, 1);
        check(log.len() == 4, "the write barrier's buffer");
        call(0, 3);
        check(**log == [11, 22, 33, 44, 55, 11, 0, 22], "the write barrier of several words");
        for _ in 0..5 {
            call(6, 1);
        }
        check((log.len(), cache.fence) == (12, FENCE), "the write barrier's buffer again");
        crate::rt::set_cache(null_mut());
    }
}

#[cfg(not(feature = "bare"))]
pub use os::{go_syscall, system};

/// Compares the 64 bytes at `p`, which count from 0, with a copy, as Go does.
#[cfg(not(feature = "bare"))]
pub fn go_fault(p: usize) -> bool {
    let copy: [u8; 64] = core::array::from_fn(|i| i as u8);
    bool_of(go(go_memequal, &[p, copy.as_ptr() as usize, copy.len()])[0])
}

/// System calls and threads of Linux.
#[cfg(not(feature = "bare"))]
mod os {
    use super::*;
    use core::ffi::c_void;
    use core::sync::atomic::{AtomicU32, Ordering};
    use oxigo_rt_arch as arch;

    static CHILD: AtomicU32 = AtomicU32::new(0);
    static CHILD_TID: AtomicU32 = AtomicU32::new(0);

    unsafe extern "C" fn child(arg: *mut c_void) {
        CHILD.store(arg as usize as u32, Ordering::SeqCst);
    }

    /// A system call from a goroutine; its errno.
    pub fn go_syscall(n: usize, [a, b, c]: [usize; 3]) -> usize {
        go(go_syscall6, &[n, a, b, c, 0, 0, 0])[2]
    }

    /// System calls, a thread.
    pub fn system() {
        let [r1, _, errno] = go(go_syscall6, &[rt::abi::nr::WRITE, 1, 0, 0, 0, 0, 0]);
        check((r1, errno) == (0, 0), "Syscall6 of an empty write");
        let [r1, _, errno] = go(go_syscall6, &[rt::abi::nr::WRITE, usize::MAX, 0, 0, 0, 0, 0]);
        check((r1, errno) == (usize::MAX, 9), "Syscall6 of a bad write");

        // VM | FS | FILES | SIGHAND | THREAD | SYSVSEM | SETTLS | CHILD_CLEARTID | PARENT_SETTID
        let flags = 0x100 | 0x200 | 0x400 | 0x800 | 0x10000 | 0x40000 | 0x80000 | 0x200000 | 0x100000;
        let stack = rt::map(64 << 10);
        let tls = rt::map(64 << 10) + (32 << 10);
        // SAFETY: the child touches an atomic only.
        unsafe {
            *(tls as *mut usize) = tls;
            let tid = CHILD_TID.as_ptr();
            let got = arch::rt_clone(
                flags,
                (stack + (64 << 10)) as *mut u8,
                tid,
                tid,
                tls as *mut u8,
                child,
                42 as *mut c_void,
            );
            check(got > 0, "clone");
            while CHILD_TID.load(Ordering::SeqCst) != 0 {
                core::hint::spin_loop();
            }
        }
        check(CHILD.load(Ordering::SeqCst) == 42, "the thread ran");
    }
}
