//! Where marking starts: goroutine stacks, data of the image, the specials of the heap's objects,
//! and the runtime's own records.
//!
//! The marking is a snapshot of the moment in which the world stands at the start of a cycle, and the
//! write barrier only has to keep overwritten pointers (it also may keep new ones; that does no harm).
//! Records and the stacks of goroutines that run are scanned then. The other stacks, data and specials
//! are pieces of work that any marker takes later: a stack stays as it was in that moment until it is
//! scanned (`protocol::claim`).

use super::mark::Marker;
use super::special;
use crate::base::lock::Global;
use crate::base::print::throw;
use crate::base::stopped::Stopped;
use crate::mem::arena;
use crate::mem::sizes::PTR;
use crate::protocol::claim::NEXT_CYCLE;
use core::sync::atomic::{AtomicU32, AtomicUsize, Ordering::*};

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
/// Goroutines per piece of work.
const GOROUTINES: usize = 8;
/// Next piece of work, and how many there are in this cycle.
static NEXT: AtomicUsize = AtomicUsize::new(0);
static COUNT: AtomicUsize = AtomicUsize::new(0);
/// Slots of goroutines to scan in this cycle.
static SLOTS: AtomicUsize = AtomicUsize::new(0);
/// This cycle's number, or the last one's, as goroutines' claims have it.
static CYCLE: AtomicU32 = AtomicU32::new(0);

/// The number of this cycle, or, if there is none, of the last.
#[inline]
pub fn cycle() -> u32 {
    CYCLE.load(Relaxed)
}

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

/// All registered data: what is initialised, then what begins as zeros.
pub fn ranges() -> &'static [DataRange] {
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

/// Sets up this cycle's pieces of work, and begins its number.
pub fn prepare(arenas: usize, goroutines: usize, _: &Stopped) {
    let data: usize = ranges().iter().map(|r| r.len.div_ceil(PIECE)).sum();
    CYCLE.store(cycle().wrapping_add(NEXT_CYCLE), Relaxed);
    SLOTS.store(goroutines, Relaxed);
    NEXT.store(0, Relaxed);
    COUNT.store(goroutines.div_ceil(GOROUTINES) + data + arenas, Release);
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
    // First, so that few are touched before.
    let slots = SLOTS.load(Relaxed);
    if i < slots.div_ceil(GOROUTINES) {
        for slot in i * GOROUTINES..((i + 1) * GOROUTINES).min(slots) {
            // SAFETY: the slots existed when the cycle began, and it lasts while there is work.
            unsafe { (super::world().scan_goroutine)(slot, m) };
        }
        return true;
    }
    i -= slots.div_ceil(GOROUTINES);
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
