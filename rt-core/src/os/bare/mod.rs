//! No operating system, one core: the board hands over one range of RAM with `give_memory`, and single
//! services (console, clock, randomness, waiting for an interrupt) as functions.

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
mod files;
pub mod lines;
mod net;
mod pipes;
mod poller;
mod signals;
mod sockets;

pub use calls::call;
pub use net::wire::Nic;
pub use poller::*;
pub use signals::*;

use core::ffi::c_void;
use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicUsize, Ordering::*};

/// Why no memory came.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum MapError {
    /// The wanted place is taken; another may be free.
    Taken,
    /// There is no more memory.
    OutOfMemory,
}

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
    /// Waits for an interrupt, at most until the clock shows so much.
    pub idle: fn(u64),
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

/// Called once by the board's start code: unused RAM, whether it is all zero, and the services.
///
/// # Safety
/// Nobody else uses the range; nothing else of the runtime may have run.
pub unsafe fn give_memory(low: usize, high: usize, zero: bool, board: &'static Board) {
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

/// One core.
pub fn ncpu() -> usize {
    1
}

/// Random bytes; false if the board has none.
pub fn random(b: &mut [u8]) -> bool {
    (board().random)(b)
}

/// Waits for an interrupt, at most until the clock shows so much.
pub fn idle(until: u64) {
    (board().idle)(until)
}

/// There is one thread.
pub const THREADS: bool = false;

/// No more threads can be had.
///
/// # Safety
/// None needed; the signature is the hosted systems'.
pub unsafe fn start_thread(
    _top: usize,
    _tls: usize,
    _f: unsafe extern "C" fn(*mut c_void),
    _arg: *mut c_void,
) -> isize {
    -(ENOSYS as isize)
}

/// The one thread has nothing more to do.
///
/// # Safety
/// None needed; the signature is the hosted systems'.
pub unsafe fn end_thread(_: usize, _: usize) -> ! {
    loop {
        idle(u64::MAX);
    }
}

/// The variables of the one thread are ordinary ones.
///
/// # Safety
/// None needed; the signature is the hosted systems'.
pub unsafe fn set_tls(_: usize) {}

/// Where the heap begins; `map_at` serves from there upwards, `map` from the top.
pub fn heap_origin(i: usize) -> Option<usize> {
    if i == 0 { Some((LOW.load(Relaxed) + 8191) & !8191) } else { None }
}

/// Takes zeroed memory from the top of RAM.
pub fn map(size: usize) -> *mut u8 {
    let size = (size + 4095) & !4095;
    let (low, high) = (LOW.load(Relaxed), HIGH.load(Relaxed));
    if high - low < size {
        return core::ptr::null_mut();
    }
    HIGH.store(high - size, Relaxed);
    // SAFETY: it was nobody's.
    unsafe { clear(high - size, size) };
    (high - size) as *mut u8
}

/// Takes memory at the bottom of what is left.
pub fn map_at(addr: usize, size: usize) -> Result<(), MapError> {
    let (low, high) = (LOW.load(Relaxed), HIGH.load(Relaxed));
    if addr < low {
        return Err(MapError::Taken);
    }
    if addr > high || high - addr < size {
        return Err(MapError::OutOfMemory);
    }
    LOW.store(addr + size, Relaxed);
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

/// One core: only an interrupt can change the word meanwhile.
pub fn futex_wait(a: &AtomicU32, val: u32, ns: i64) {
    let end = if ns < 0 { u64::MAX } else { nanotime().saturating_add(ns as u64) };
    while a.load(Acquire) == val && nanotime() < end {
        idle(end);
    }
}

/// Nobody sleeps.
pub fn futex_wake(_: &AtomicU32, _: u32) {}

/// Nobody else to run.
pub fn yield_now() {
    core::hint::spin_loop();
}

/// The board's clock.
pub fn nanotime() -> u64 {
    (board().nanotime)()
}

/// The board's calendar.
pub fn walltime() -> u64 {
    (board().walltime)()
}

/// The console.
pub fn write(_fd: i32, b: &[u8]) -> isize {
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

/// Without a kernel to sleep in, a spin lock.
pub struct RawLock(spin::mutex::SpinMutex<()>);

impl Default for RawLock {
    fn default() -> RawLock {
        RawLock::new()
    }
}

impl RawLock {
    /// An unlocked lock.
    pub const fn new() -> RawLock {
        RawLock(spin::mutex::SpinMutex::new(()))
    }
    /// Takes it if it is free.
    pub fn try_lock(&self) -> bool {
        self.0.try_lock().map(core::mem::forget).is_some()
    }
    /// Whether somebody holds it.
    pub fn is_locked(&self) -> bool {
        self.0.is_locked()
    }
    /// Takes it.
    pub fn lock(&self) {
        core::mem::forget(self.0.lock())
    }
    /// Releases it; the caller holds it.
    pub fn unlock(&self) {
        // SAFETY: only a `sync::Guard` calls this, and the forgotten guard was its.
        unsafe { self.0.force_unlock() }
    }
}
