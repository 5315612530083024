//! The service processor: consoles, and how much memory there is.

use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// The service processor's commands.
const READ_INFORMATION: u32 = 0x0002_0001;
const READ_EVENTS: u32 = 0x0077_0005;
const WRITE_EVENTS: u32 = 0x0076_0005;
const WRITE_MASK: u32 = 0x0078_0005;
/// Kinds of events: text as it is, and messages of lines, of which the second console has the status.
const TEXT: u8 = 0x1a;
pub const MESSAGE: u8 = 2;
/// What a block's and an event's head take.
const HEAD: usize = 8;
const EVENT_HEAD: usize = 6;
/// What the firmware may take at the end of memory.
const FIRMWARE: usize = 2 << 20;
/// Addresses are translated up to here.
const MEMORY_END: usize = 512 << 20;

unsafe extern "C" {
    fn oxigo_board_service(command: u32, block: *mut u8);
}

#[repr(C, align(4096))]
struct Block(UnsafeCell<[u8; 4096]>);
// SAFETY: there is one core, and no interrupt uses it.
unsafe impl Sync for Block {}

static BLOCK: Block = Block(UnsafeCell::new([0; 4096]));
/// What came in, with its heads, and how much of it there is, and was read.
static INPUT: Block = Block(UnsafeCell::new([0; 4096]));
static CAME: AtomicUsize = AtomicUsize::new(0);
static READ: AtomicUsize = AtomicUsize::new(0);

/// Asks the service processor with a block that begins with its length and has parts at places; the whole of it afterwards.
fn service(at: &'static Block, command: u32, length: usize, parts: &[(usize, &[u8])]) -> &'static [u8; 4096] {
    // SAFETY: see `Block`; callers are done with it before they ask again.
    unsafe {
        let block = &mut *at.0.get();
        block[..length.min(64)].fill(0);
        block[..2].copy_from_slice(&(length as u16).to_be_bytes());
        for (at, part) in parts {
            block[*at..at + part.len()].copy_from_slice(part);
        }
        oxigo_board_service(command, block.as_mut_ptr());
        &*at.0.get()
    }
}

/// Sends an event.
pub fn write_event(kind: u8, body: &[u8]) {
    let length = (EVENT_HEAD + body.len()) as u16;
    let [high, low] = length.to_be_bytes();
    let head = [high, low, kind, 0, 0, 0];
    service(&BLOCK, WRITE_EVENTS, HEAD + length as usize, &[(HEAD, &head), (HEAD + EVENT_HEAD, body)]);
}

/// Says which events are heard, and which are sent.
pub fn listen() {
    let mask = |kinds: &[u8]| kinds.iter().fold(0u32, |m, k| m | 1 << (32 - k)).to_be_bytes();
    let (hears, tells) = (mask(&[TEXT]), mask(&[TEXT, MESSAGE]));
    service(&BLOCK, WRITE_MASK, 28, &[(10, &[0, 4]), (12, &hears), (16, &tells)]);
}

/// Where memory ends: so many pieces of so many MiB, but for the firmware that qemu puts behind.
pub fn memory_end(_firmware: usize) -> usize {
    let block = service(&BLOCK, READ_INFORMATION, 4096, &[]);
    let number = |at: usize, n: usize| block[at..at + n].iter().fold(0, |v, b| v << 8 | *b as usize);
    let either = |short: usize, long: usize| if short != 0 { short } else { long };
    (either(number(8, 2), number(104, 8)) * either(number(10, 1), number(100, 4)) << 20)
        .saturating_sub(FIRMWARE)
        .min(MEMORY_END)
}

pub fn write(text: &[u8]) {
    text.chunks(2048).for_each(|part| write_event(TEXT, part));
}

pub fn read(into: &mut [u8]) -> usize {
    const NORMAL: [u8; 2] = [0, 0x20];
    // A byte of its kind comes before the text.
    const BEGIN: usize = HEAD + EVENT_HEAD + 1;
    if READ.load(Relaxed) == CAME.load(Relaxed) {
        let block = service(&INPUT, READ_EVENTS, 4096, &[]);
        let length = u16::from_be_bytes([block[HEAD], block[HEAD + 1]]) as usize;
        if block[6..8] != NORMAL || block[HEAD + 2] != TEXT || HEAD + length <= BEGIN {
            return 0;
        }
        CAME.store(HEAD + length, Relaxed);
        READ.store(BEGIN, Relaxed);
    }
    let from = READ.load(Relaxed);
    let n = into.len().min(CAME.load(Relaxed) - from);
    // SAFETY: see `Block`.
    let block = unsafe { &*INPUT.0.get() };
    into[..n].copy_from_slice(&block[from..from + n]);
    READ.store(from + n, Relaxed);
    n
}
