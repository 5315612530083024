//! Queues of addresses, in which the collector keeps grey objects: each marker works on two blocks of its own and trades full and empty
//! ones with the global lists.

use super::meta;
use crate::base::lock::{Global, Shared};
use core::ptr::null_mut;
use core::sync::atomic::{AtomicUsize, Ordering::*};

/// Addresses in a block; the block is 256 words.
const BLOCK: usize = 254;

/// A piece of queue.
#[repr(C)]
pub struct Block {
    n: usize,
    next: *mut Block,
    obj: [usize; BLOCK],
}

struct Lists {
    full: *mut Block,
    empty: *mut Block,
}

static LOCK: Shared = Shared::new("grey objects");
/// Under `LOCK`.
static LISTS: Global<Lists> = Global::new(Lists { full: null_mut(), empty: null_mut() });
/// Blocks in the list of full ones, to be looked at without the lock.
static FULL: AtomicUsize = AtomicUsize::new(0);

/// Whether the global list has work. Exact only when nobody adds to it.
pub fn available() -> bool {
    FULL.load(SeqCst) != 0
}

fn put_full(b: *mut Block) {
    let _g = LOCK.lock();
    // SAFETY: the block is ours to give; lists under the lock.
    unsafe {
        let l = &mut *LISTS.get();
        (*b).next = l.full;
        l.full = b;
    }
    FULL.fetch_add(1, SeqCst);
}

fn take_full() -> *mut Block {
    if !available() {
        return null_mut();
    }
    let _g = LOCK.lock();
    // SAFETY: lists under the lock.
    unsafe {
        let l = &mut *LISTS.get();
        let b = l.full;
        if !b.is_null() {
            l.full = (*b).next;
            FULL.fetch_sub(1, SeqCst);
        }
        b
    }
}

fn put_empty(b: *mut Block) {
    let _g = LOCK.lock();
    // SAFETY: as in `put_full`.
    unsafe {
        let l = &mut *LISTS.get();
        (*b).n = 0;
        (*b).next = l.empty;
        l.empty = b;
    }
}

fn take_empty() -> *mut Block {
    {
        let _g = LOCK.lock();
        // SAFETY: lists under the lock.
        unsafe {
            let l = &mut *LISTS.get();
            let b = l.empty;
            if !b.is_null() {
                l.empty = (*b).next;
                return b;
            }
        }
    }
    meta::persistent(size_of::<Block>(), 16) as *mut Block
}

/// A marker's own queue. Zero memory is an empty one.
#[repr(C)]
pub struct Gcw {
    cur: *mut Block,
    /// The other block, full or empty, so that going back and forth over a block's edge stays local.
    spare: *mut Block,
}

impl Default for Gcw {
    fn default() -> Gcw {
        Gcw::new()
    }
}

impl Gcw {
    /// An empty queue.
    pub const fn new() -> Gcw {
        Gcw { cur: null_mut(), spare: null_mut() }
    }

    /// Makes it empty, whatever was there.
    pub fn init(&mut self) {
        *self = Gcw::new();
    }

    /// Adds an object.
    #[inline]
    pub fn push(&mut self, p: usize) {
        // SAFETY: blocks in a queue are its own; n stays below BLOCK.
        unsafe {
            if self.cur.is_null() || (*self.cur).n == BLOCK {
                self.make_room();
            }
            let b = self.cur;
            *(&raw mut (*b).obj as *mut usize).add((*b).n) = p;
            (*b).n += 1;
        }
    }

    #[cold]
    fn make_room(&mut self) {
        // SAFETY: own blocks.
        unsafe {
            core::mem::swap(&mut self.cur, &mut self.spare);
            if !self.cur.is_null() && (*self.cur).n == BLOCK {
                put_full(self.cur);
                self.cur = null_mut();
            }
            if self.cur.is_null() {
                self.cur = take_empty();
            }
        }
    }

    /// Takes an object, from the global list if the own queue is empty; 0 if there is none.
    #[inline]
    pub fn pop(&mut self) -> usize {
        // SAFETY: own blocks.
        unsafe {
            if (self.cur.is_null() || (*self.cur).n == 0) && !self.fetch() {
                return 0;
            }
            let b = self.cur;
            (*b).n -= 1;
            *(&raw const (*b).obj as *const usize).add((*b).n)
        }
    }

    #[cold]
    fn fetch(&mut self) -> bool {
        // SAFETY: own blocks.
        unsafe {
            core::mem::swap(&mut self.cur, &mut self.spare);
            if !self.cur.is_null() && (*self.cur).n > 0 {
                return true;
            }
            let b = take_full();
            if b.is_null() {
                return false;
            }
            if !self.cur.is_null() {
                put_empty(self.cur);
            }
            self.cur = b;
            true
        }
    }

    /// Gives everything to the global list.
    pub fn flush(&mut self) {
        for b in [&mut self.cur, &mut self.spare] {
            if b.is_null() {
                continue;
            }
            // SAFETY: own block.
            if unsafe { (**b).n } > 0 {
                put_full(*b)
            } else {
                put_empty(*b)
            }
            *b = null_mut();
        }
    }

    /// Gives half of the work away if others have none.
    pub fn share(&mut self) {
        if available() {
            return;
        }
        // SAFETY: own blocks.
        unsafe {
            if !self.spare.is_null() && (*self.spare).n > 0 {
                put_full(self.spare);
                self.spare = null_mut();
            } else if !self.cur.is_null() && (*self.cur).n > 8 {
                let b = take_empty();
                let (n, half) = ((*self.cur).n, (*self.cur).n / 2);
                let from = (&raw const (*self.cur).obj as *const usize).add(n - half);
                (&raw mut (*b).obj as *mut usize).copy_from_nonoverlapping(from, half);
                (*b).n = half;
                (*self.cur).n = n - half;
                put_full(b);
            }
        }
    }
}
