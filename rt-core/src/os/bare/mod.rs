//! No operating system: the board hands over one range of RAM with `give_memory`, and single services (console, clock, randomness,
//! cores, waiting for an interrupt) as functions.
//!
//! Calls come from several cores. What they share is under locks, which interrupts never take: system calls, the poller and all they
//! lead to under `CALLS`, memory, the console, the calendar and randomness under one each, which are the last to be taken.

#[path = "../linux/abi/mod.rs"]
#[allow(
    dead_code,
    unused_imports,
    missing_docs,
    reason = "only numbers and records are of use without a kernel"
)]
pub(in crate::os) mod abi;
mod calls;
mod console;
mod cores;
mod files;
pub mod lines;
mod net;
mod pipes;
mod poller;
mod signals;
mod sockets;

pub use calls::call;
pub use cores::*;
pub use net::wire::Nic;
pub use poller::*;
pub use signals::*;

pub use super::lock::RawLock;
use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering::*};
use spin::mutex::SpinMutex;

/// Why no memory came.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum MapError {
    /// The wanted place is taken; another may be free.
    Taken,
    /// There is no more memory.
    OutOfMemory,
}

/// How long a goroutine runs before another has its turn, and how long devices without interrupts are not looked at.
pub const SLICE_NS: u64 = 10_000_000;

/// Holds a lock until dropped.
struct Held(&'static RawLock);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.unlock()
    }
}

fn hold(lock: &'static RawLock) -> Held {
    lock.lock();
    Held(lock)
}

/// Held by the one core that answers a system call, or looks for news of descriptors.
static CALLS: RawLock = RawLock::new();

// Short ones, which are taken before there is a scheduler too, and by cores that nobody could wake from a futex yet.
static MEMORY: SpinMutex<()> = SpinMutex::new(());
static CONSOLE: SpinMutex<()> = SpinMutex::new(());
static CALENDAR: SpinMutex<()> = SpinMutex::new(());
static RANDOM: SpinMutex<()> = SpinMutex::new(());

static LOW: AtomicUsize = AtomicUsize::new(0);
static HIGH: AtomicUsize = AtomicUsize::new(0);

/// What a board provides.
#[derive(Clone, Copy)]
pub struct Board {
    /// Writes bytes to the console.
    pub write: fn(&[u8]),
    /// Monotonic nanoseconds.
    pub nanotime: fn() -> u64,
    /// Nanoseconds since 1970.
    pub walltime: fn() -> u64,
    /// Fills with random bytes; false if there is no source.
    pub random: fn(&mut [u8]) -> bool,
    /// Reads what has come in on the console; how many bytes.
    pub read: fn(&mut [u8]) -> usize,
    /// Waits for an interrupt, at most until the clock shows so much. Does not wait if the core was woken since it waited last,
    /// and not at all where interrupts are held back.
    pub idle: fn(u64),
    /// The number of the core that this runs on.
    pub core: fn() -> usize,
    /// The stack of a core: from where to where.
    pub stack: fn(usize) -> (usize, usize),
    /// Starts a core, which calls `enter` then; false if it does not come.
    pub start: fn(usize) -> bool,
    /// Interrupts a core, so that it does not wait, now or the next time.
    pub wake: fn(usize),
    /// Stops the machine.
    pub exit: fn(i32) -> !,
    /// Lets the interrupts of a line in, by the number that its controller has for it; false: there is no such line, or it is taken.
    pub let_in: fn(usize) -> bool,
    /// Keeps them out.
    pub mask: fn(usize),
    /// Whether as many bytes of physical memory from an address on can be reached, at the same address.
    pub reach: fn(usize, usize) -> bool,
    /// Writes a value to a port, of 1, 2 or 4 bytes, or reads it: what it was. None where there are no ports.
    pub port: fn(usize, usize, Option<u32>) -> Option<u32>,
}

fn no_write(_: &[u8]) {}
fn no_time() -> u64 {
    0
}
fn no_exit(_: i32) -> ! {
    loop {
        core::hint::spin_loop();
    }
}

fn no_random(_: &mut [u8]) -> bool {
    false
}
fn no_read(_: &mut [u8]) -> usize {
    0
}
fn no_idle(_: u64) {
    core::hint::spin_loop();
}

static NO_BOARD: Board = Board {
    write: no_write,
    nanotime: no_time,
    walltime: no_time,
    random: no_random,
    read: no_read,
    idle: no_idle,
    core: || 0,
    stack: |_| (0, 0),
    start: |_| false,
    wake: |_| {},
    exit: no_exit,
    let_in: |_| false,
    mask: |_| {},
    reach: |_, _| false,
    port: |_, _, _| None,
};

/// The board, once it has told.
static BOARD: AtomicPtr<Board> = AtomicPtr::new((&raw const NO_BOARD).cast_mut());

fn board() -> &'static Board {
    // SAFETY: always the address of a static, never written through.
    unsafe { &*BOARD.load(Acquire) }
}

/// The board's memory is zero before anybody uses it.
static ZERO: AtomicBool = AtomicBool::new(false);

/// Clears what is about to be given out, if the board has not.
///
/// # Safety
/// Nobody uses the range yet.
unsafe fn clear(addr: usize, size: usize) {
    if !ZERO.load(Relaxed) {
        // SAFETY: the caller's promise; it is RAM.
        unsafe { (addr as *mut u8).write_bytes(0, size) };
    }
}

/// Called once by the board's start code: unused RAM, whether it is all zero, how many cores there are, and the services.
///
/// # Safety
/// Nobody else uses the range; nothing else of the runtime may have run.
pub unsafe fn give_memory(low: usize, high: usize, zero: bool, cores: usize, board: &'static Board) {
    set_count(cores);
    ZERO.store(zero, Relaxed);
    LOW.store((low + 0xffff) & !0xffff, Relaxed);
    HIGH.store(high & !0xffff, Relaxed);
    BOARD.store(core::ptr::from_ref(board).cast_mut(), Release);
}

/// The environment, for what the system's part reads of it.
static ENVIRONMENT: AtomicPtr<*const u8> = AtomicPtr::new(core::ptr::null_mut());

/// The board has told all but what is in the environment.
///
/// # Safety
/// Strings up to a null, which stay.
pub unsafe fn init(environment: *const *const u8) {
    ENVIRONMENT.store(environment.cast_mut(), Relaxed);
}

/// The value of a variable, whose name comes with its `=`.
fn variable(name: &[u8]) -> Option<&'static [u8]> {
    let mut at = ENVIRONMENT.load(Relaxed).cast_const();
    // SAFETY: `init`'s caller has promised.
    unsafe {
        while !at.is_null() && !(*at).is_null() {
            let text = core::ffi::CStr::from_ptr((*at).cast()).to_bytes();
            if let Some(value) = text.strip_prefix(name) {
                return Some(value);
            }
            at = at.add(1);
        }
    }
    None
}

/// What a system call that the kernel lacks says.
pub const ENOSYS: usize = abi::errno::ENOSYS.unsigned_abs();

/// Random bytes; false if the board has none.
pub fn random(b: &mut [u8]) -> bool {
    let _held = RANDOM.lock();
    (board().random)(b)
}

/// Waits for an interrupt, at most until the clock shows so much.
pub fn idle(until: u64) {
    (board().idle)(until)
}

/// The same for who waits for a device: only the first core has its interrupts, the others look from time to time.
fn idle_for_devices(until: u64) {
    idle(until.min(nanotime() + SLICE_NS))
}

/// Where the heap begins; `map_at` serves from there upwards, `map` from the top.
pub fn heap_origin(i: usize) -> Option<usize> {
    if i == 0 { Some((LOW.load(Relaxed) + 8191) & !8191) } else { None }
}

/// Bytes of a page; nothing depends on it here.
pub fn page_size() -> usize {
    4096
}

/// Takes zeroed memory from the top of RAM.
pub fn map(size: usize) -> *mut u8 {
    let size = (size + 4095) & !4095;
    let held = MEMORY.lock();
    let (low, high) = (LOW.load(Relaxed), HIGH.load(Relaxed));
    if high - low < size {
        return core::ptr::null_mut();
    }
    HIGH.store(high - size, Relaxed);
    drop(held);
    // SAFETY: it was nobody's.
    unsafe { clear(high - size, size) };
    (high - size) as *mut u8
}

/// Takes memory at the bottom of what is left.
pub fn map_at(addr: usize, size: usize) -> Result<(), MapError> {
    let held = MEMORY.lock();
    let (low, high) = (LOW.load(Relaxed), HIGH.load(Relaxed));
    if addr < low {
        return Err(MapError::Taken);
    }
    if addr > high || high - addr < size {
        return Err(MapError::OutOfMemory);
    }
    LOW.store(addr + size, Relaxed);
    drop(held);
    // SAFETY: it was nobody's.
    unsafe { clear(addr, size) };
    Ok(())
}

/// Memory never goes back.
///
/// # Safety
/// None needed; the signature is the hosted systems'.
pub unsafe fn unmap(_: *mut u8, _: usize) {}

/// Nothing to give it back to.
///
/// # Safety
/// None needed; the signature is the hosted systems'.
pub unsafe fn decommit(_: *mut u8, _: usize) -> bool {
    false
}

/// The board's clock.
pub fn nanotime() -> u64 {
    (board().nanotime)()
}

/// The board's calendar.
pub fn walltime() -> u64 {
    let _held = CALENDAR.lock();
    (board().walltime)()
}

/// The console.
pub fn write(_fd: i32, b: &[u8]) -> isize {
    let _held = CONSOLE.lock();
    (board().write)(b);
    b.len() as isize
}

/// The console, as descriptor 0.
pub fn read(_fd: i32, b: &mut [u8]) -> isize {
    console::read(b)
}

/// fcntl with an integer argument, as a program's system call.
pub fn fcntl(fd: i32, cmd: i32, arg: i32) -> i32 {
    // SAFETY: no argument of the commands that there are is an address.
    unsafe { call(abi::nr::FCNTL, [fd as usize, cmd as usize, arg as usize, 0, 0, 0]) as i32 }
}

/// There are no descriptors to open.
pub fn open_standard() -> bool {
    true
}

/// Stops the machine.
pub fn exit(code: i32) -> ! {
    (board().exit)(code)
}
