//! Linux, by raw system calls: memory, futexes, clocks, descriptors, processors. [`signals`], [`poller`] and [`threads`] are the
//! other rooms; [`abi`] has the numbers and records.

pub mod abi;
mod elf;
mod poller;
#[cfg(feature = "pie")]
mod relocate;
mod signals;
mod threads;
mod vdso;

#[cfg(feature = "host")]
pub use elf::{AT_PAGESZ, AT_SYSINFO_EHDR};
pub use poller::*;
#[cfg(feature = "pie")]
pub use relocate::relocate;
pub use signals::*;
pub use threads::*;

use crate::machine::syscall6;
use abi::flags::{MAP_ANONYMOUS, MAP_NORESERVE, MMAP_BLOCK};
use abi::nr;
use core::sync::atomic::{AtomicU32, AtomicUsize, Ordering::Relaxed};

/// What a system call that the kernel lacks says.
pub const ENOSYS: usize = abi::errno::ENOSYS.unsigned_abs();

const PROT_RW: usize = 3;
const MAP_PRIVATE: usize = 2;
const MAP_FIXED_NOREPLACE: usize = 0x10_0000;
const MADV_DONTNEED: usize = 4;
const FUTEX_WAIT_PRIVATE: usize = 128;
const FUTEX_WAKE_PRIVATE: usize = 129;
const EEXIST: isize = -17;

static PAGE_SIZE: AtomicUsize = AtomicUsize::new(4096);

/// Learns what the kernel told at start; once.
///
/// # Safety
/// `envp` is the environment as the kernel laid it out, the auxiliary vector behind it, or null.
pub unsafe fn init(envp: *const *const u8) {
    if envp.is_null() {
        return;
    }
    // SAFETY: the caller's promise.
    unsafe {
        elf::each_told(envp, |key, value| match key {
            elf::AT_PAGESZ => PAGE_SIZE.store(value, Relaxed),
            elf::AT_SYSINFO_EHDR => vdso::init(value),
            _ => {}
        });
    }
}

/// Bytes of a page: what is mapped, given back or protected begins at a multiple of it.
pub fn page_size() -> usize {
    PAGE_SIZE.load(Relaxed)
}

/// Why no memory came.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum MapError {
    /// The wanted place is taken; another may be free.
    Taken,
    /// The system has no (more) memory or address space to give.
    OutOfMemory,
}

unsafe fn mmap(addr: usize, size: usize, flags: usize) -> isize {
    let args = [addr, size, PROT_RW, flags, usize::MAX, 0];
    // SAFETY: the caller's promise: the flags never disturb existing mappings.
    unsafe {
        if MMAP_BLOCK {
            syscall6(nr::MMAP, args.as_ptr() as usize, 0, 0, 0, 0, 0)
        } else {
            syscall6(nr::MMAP, args[0], args[1], args[2], args[3], args[4], args[5])
        }
    }
}

/// Maps `size` bytes of zero, readable and writable memory wherever the system likes.
pub fn map(size: usize) -> *mut u8 {
    // SAFETY: a fresh anonymous mapping overlaps nothing.
    let r = unsafe { mmap(0, size, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE) };
    if r < 0 && r > -4096 { core::ptr::null_mut() } else { r as *mut u8 }
}

/// Maps `size` bytes exactly at `addr`, which must be page-aligned, or nothing.
pub fn map_at(addr: usize, size: usize) -> Result<(), MapError> {
    // SAFETY: NOREPLACE never disturbs an existing mapping; kernels that don't know the flag take
    // the address as a hint, which the comparison below catches.
    let r = unsafe {
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE;
        mmap(addr, size, flags)
    };
    if r as usize == addr {
        return Ok(());
    }
    if r < 0 && r > -4096 {
        return Err(if r == EEXIST { MapError::Taken } else { MapError::OutOfMemory });
    }
    // SAFETY: the mapping just made, which nobody else has seen.
    unsafe { unmap(r as *mut u8, size) };
    Err(MapError::Taken)
}

/// Gives a mapping back to the system.
///
/// # Safety
/// Nothing may use the memory any more.
pub unsafe fn unmap(p: *mut u8, size: usize) {
    // SAFETY: the caller's promise.
    unsafe { syscall6(nr::MUNMAP, p as usize, size, 0, 0, 0, 0) };
}

/// Lets the system take the pages back; they read as zero afterwards. False if it can't.
///
/// # Safety
/// The contents are lost: nothing may be stored there.
pub unsafe fn decommit(p: *mut u8, size: usize) -> bool {
    // SAFETY: the caller's promise.
    unsafe { syscall6(nr::MADVISE, p as usize, size, MADV_DONTNEED, 0, 0, 0) == 0 }
}

/// Sleeps until woken, if `*a` is still `val`; `ns` < 0 means no time limit.
pub fn futex_wait(a: &AtomicU32, val: u32, ns: i64) {
    let ts = [(ns / 1_000_000_000).min(isize::MAX as i64) as isize, (ns % 1_000_000_000) as isize];
    let t = if ns < 0 { 0 } else { ts.as_ptr() as usize };
    // SAFETY: the kernel reads the word and the time.
    unsafe { syscall6(nr::FUTEX, a as *const _ as usize, FUTEX_WAIT_PRIVATE, val as usize, t, 0, 0) };
}

/// Wakes up to `n` sleepers on `a`. The kernel takes the number as signed.
pub fn futex_wake(a: &AtomicU32, n: u32) {
    // SAFETY: only the address counts.
    unsafe {
        syscall6(
            nr::FUTEX,
            a as *const _ as usize,
            FUTEX_WAKE_PRIVATE,
            n.min(i32::MAX as u32) as usize,
            0,
            0,
            0,
        )
    };
}

/// Lets another thread run.
pub fn yield_now() {
    // SAFETY: no arguments.
    unsafe { syscall6(nr::SCHED_YIELD, 0, 0, 0, 0, 0, 0) };
}

/// Nanoseconds of the monotonic clock.
pub fn nanotime() -> u64 {
    let mut ts = [0isize; 2];
    if !vdso::clock_gettime(1, &mut ts) {
        // SAFETY: the kernel writes the two words.
        unsafe { syscall6(nr::CLOCK_GETTIME, 1, ts.as_mut_ptr() as usize, 0, 0, 0, 0) };
    }
    ts[0] as u64 * 1_000_000_000 + ts[1] as u64
}

/// Nanoseconds since 1970.
pub fn walltime() -> u64 {
    let mut ts = [0isize; 2];
    if !vdso::clock_gettime(0, &mut ts) {
        // SAFETY: the kernel writes the two words.
        unsafe { syscall6(nr::CLOCK_GETTIME, 0, ts.as_mut_ptr() as usize, 0, 0, 0, 0) };
    }
    ts[0] as u64 * 1_000_000_000 + ts[1] as u64
}

/// Writes to a file descriptor; the kernel's result.
pub fn write(fd: i32, b: &[u8]) -> isize {
    // SAFETY: the kernel reads the slice.
    unsafe { syscall6(nr::WRITE, fd as usize, b.as_ptr() as usize, b.len(), 0, 0, 0) }
}

/// Ends the process.
pub fn exit(code: i32) -> ! {
    loop {
        // SAFETY: doesn't return.
        unsafe { syscall6(nr::EXIT_GROUP, code as usize, 0, 0, 0, 0, 0) };
    }
}

/// Where the heap may begin, best first. The first is Go's usual heap address, so that pointers look
/// familiar and are easily told from integers; the second suits machines with a small address space.
#[cfg(target_pointer_width = "64")]
const HEAP_ORIGINS: [usize; 3] = [0xc0_0000_0000, 0x20_0000_0000, 0x1_0000_0000];
/// As above.
#[cfg(target_pointer_width = "32")]
const HEAP_ORIGINS: [usize; 3] = [0x1000_0000, 0x4000_0000, 0x8000_0000];

/// Candidate `i` for the heap's first address.
pub fn heap_origin(i: usize) -> Option<usize> {
    HEAP_ORIGINS.get(i).copied()
}

/// Random bytes from the kernel; false if it has none.
pub fn random(b: &mut [u8]) -> bool {
    // SAFETY: the kernel writes the slice.
    unsafe { syscall6(nr::GETRANDOM, b.as_mut_ptr() as usize, b.len(), 1, 0, 0, 0) == b.len() as isize }
}

/// Reads; the kernel's result.
pub fn read(fd: i32, b: &mut [u8]) -> isize {
    // SAFETY: the kernel writes the slice.
    unsafe { syscall6(nr::READ, fd as usize, b.as_mut_ptr() as usize, b.len(), 0, 0, 0) }
}

/// fcntl with an integer argument.
pub fn fcntl(fd: i32, cmd: i32, arg: i32) -> i32 {
    // SAFETY: commands with integer arguments only.
    unsafe { syscall6(nr::FCNTL, fd as usize, cmd as usize, arg as usize, 0, 0, 0) as i32 }
}

/// Opens the null device where a standard descriptor (0 to 2) is closed, or else the first file that the program opens would be
/// its standard output. False if that fails.
pub fn open_standard() -> bool {
    const F_GETFD: i32 = 1;
    const EBADF: i32 = -9;
    const AT_FDCWD: isize = -100;
    const O_RDWR: usize = 2;
    let null = c"/dev/null";
    (0..3).all(|fd| {
        // SAFETY: the kernel reads the name.
        fcntl(fd, F_GETFD, 0) != EBADF
            || unsafe {
                syscall6(nr::OPENAT, AT_FDCWD as usize, null.as_ptr() as usize, O_RDWR, 0, 0, 0)
                    == fd as isize
            }
    })
}

/// CPUs this process may run on.
pub fn ncpu() -> usize {
    let mut mask = [0u64; 128];
    // SAFETY: the kernel writes the mask.
    let n = unsafe {
        syscall6(nr::SCHED_GETAFFINITY, 0, size_of_val(&mask), mask.as_mut_ptr() as usize, 0, 0, 0)
    };
    if n <= 0 {
        return 1;
    }
    (mask.iter().map(|w| w.count_ones()).sum::<u32>() as usize).max(1)
}
