//! Where marking starts: data of the image, the specials of the heap's objects, and, while the
//! world is stopped, goroutine stacks and the runtime's own records.
//!
//! Stacks and records are scanned at the start of a cycle with the world stopped: the marking is a
//! snapshot at that moment, and the write barrier only has to keep overwritten pointers (it also
//! may keep new ones; that does no harm). Data and specials are pieces of work that any marker
//! takes later.

use super::mark::Marker;
use super::special;
use crate::base::lock::Global;
use crate::base::print::throw;
use crate::base::stopped::Stopped;
use crate::mem::arena;
use crate::mem::sizes::PTR;
use core::sync::atomic::{AtomicUsize, Ordering::*};

/// A range of the image's data with a bit per word.
#[derive(Clone, Copy)]
pub struct DataRange {
    /// First byte, word-aligned.
    pub base: usize,
    /// Bytes.
    pub len: usize,
    /// Pointer mask.
    pub mask: *const u8,
}

const MAX_RANGES: usize = 16;
/// Bytes of data per piece of work; a multiple of 8 words.
const PIECE: usize = 128 << 10;

/// Written before the first collection only.
static RANGES: Global<[DataRange; MAX_RANGES]> =
    Global::new([DataRange { base: 0, len: 0, mask: core::ptr::null() }; MAX_RANGES]);
static NRANGES: AtomicUsize = AtomicUsize::new(0);
/// Next piece of work, and how many there are in this cycle.
static NEXT: AtomicUsize = AtomicUsize::new(0);
static COUNT: AtomicUsize = AtomicUsize::new(0);

/// Registers data to scan; before the first collection.
///
/// # Safety
/// The range stays readable and the mask covers it.
pub unsafe fn add(r: DataRange) {
    let n = NRANGES.load(Relaxed);
    if n == MAX_RANGES {
        throw("too many data ranges");
    }
    // SAFETY: nobody reads yet.
    unsafe { (*RANGES.get())[n] = r };
    NRANGES.store(n + 1, Release);
}

fn ranges() -> &'static [DataRange] {
    // SAFETY: fixed once collections happen.
    unsafe { &(&*RANGES.get())[..NRANGES.load(Acquire)] }
}

/// Whether an address lies in registered data.
pub fn in_data(p: usize) -> bool {
    ranges().iter().any(|r| p.wrapping_sub(r.base) < r.len)
}

/// Calls `f` for each pointer slot in `[from, from + len)` of registered data.
pub fn each_data_slot(from: usize, len: usize, mut f: impl FnMut(usize)) {
    for r in ranges() {
        if from.wrapping_sub(r.base) >= r.len {
            continue;
        }
        for w in (from - r.base) / PTR..(from + len - r.base).div_ceil(PTR) {
            // SAFETY: the mask has a bit for each word.
            if unsafe { *r.mask.add(w / 8) } >> (w % 8) & 1 != 0 {
                f(r.base + w * PTR);
            }
        }
    }
}

/// Bytes of registered data.
pub fn data_bytes() -> usize {
    ranges().iter().map(|r| r.len).sum()
}

/// Sets up this cycle's pieces of work.
pub fn prepare(arenas: usize, _: &Stopped) {
    let data: usize = ranges().iter().map(|r| r.len.div_ceil(PIECE)).sum();
    NEXT.store(0, Relaxed);
    COUNT.store(data + arenas, Release);
}

/// Whether pieces are left that nobody took.
pub fn left() -> bool {
    NEXT.load(SeqCst) < COUNT.load(SeqCst)
}

/// Takes and does one piece of work; false if none is left.
pub fn do_one(m: &mut Marker) -> bool {
    if !left() {
        return false;
    }
    let mut i = NEXT.fetch_add(1, SeqCst);
    if i >= COUNT.load(Acquire) {
        return false;
    }
    for r in ranges() {
        let n = r.len.div_ceil(PIECE);
        if i < n {
            let off = i * PIECE;
            // SAFETY: registered as readable; the mask byte of a piece's first word.
            unsafe { m.mark_range(r.base + off, PIECE.min(r.len - off), r.mask.add(off / PTR / 8)) };
            return true;
        }
        i -= n;
    }
    if let Some(a) = arena::at(i) {
        special::mark_arena(a, m);
    }
    true
}
