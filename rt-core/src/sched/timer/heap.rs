//! A heap of timers by time: 4-ary, in pages of its own. What can be stopped or changed knows its
//! place in the heap, so that it leaves when it is stopped.

use super::GoTimer;
use crate::os;
use crate::sched::netpoll::Desc;
use crate::task::g::G;
use core::ptr::{copy_nonoverlapping, null_mut};

/// What happens when it is time.
#[derive(Clone, Copy)]
pub enum What {
    /// A goroutine's sleep ends.
    Sleep(*mut G),
    /// A Go timer goes off.
    Go(*mut GoTimer),
    /// A descriptor's deadline for a direction has come.
    Deadline(*mut Desc, u8),
}

/// One timer.
#[derive(Clone, Copy)]
pub struct Entry {
    pub when: i64,
    /// Decides between equal times.
    pub chance: u32,
    pub what: What,
}

impl Entry {
    fn before(&self, other: &Entry) -> bool {
        (self.when, self.chance) < (other.when, other.chance)
    }

    /// Where the owner notes its place + 1; 0 there: it is in no heap.
    unsafe fn place(&self) -> *mut usize {
        // SAFETY: the caller's: what is in a heap exists.
        unsafe {
            match self.what {
                What::Sleep(_) => null_mut(),
                What::Go(t) => &raw mut (*t).index,
                What::Deadline(d, dir) => (&raw mut (*d).timer).cast::<usize>().add(dir as usize),
            }
        }
    }

    unsafe fn note(&self, place: usize) {
        // SAFETY: as for `place`; the heap's lock guards it.
        unsafe {
            let p = self.place();
            if !p.is_null() {
                *p = place;
            }
        }
    }
}

/// The heap. Not freed by itself: see `clear`.
pub struct Heap {
    items: *mut Entry,
    len: usize,
    cap: usize,
}

/// Entries of the smallest array.
const LEAST: usize = 4096 / size_of::<Entry>();

fn bytes(cap: usize) -> usize {
    (cap * size_of::<Entry>()).next_multiple_of(4096)
}

impl Heap {
    pub const fn new() -> Heap {
        Heap { items: null_mut(), len: 0, cap: 0 }
    }

    /// In the order of the array: the first is due first.
    pub fn entries(&self) -> &[Entry] {
        if self.len == 0 {
            return &[];
        }
        // SAFETY: `len` of them are written.
        unsafe { core::slice::from_raw_parts(self.items, self.len) }
    }

    /// Adds a timer.
    ///
    /// # Safety
    /// What it names exists until it is removed, and is in no heap.
    pub unsafe fn push(&mut self, e: Entry) {
        if self.len == self.cap {
            self.resize(if self.cap == 0 { LEAST } else { self.cap * 2 });
        }
        self.len += 1;
        // SAFETY: below `len`.
        unsafe { self.up(self.len - 1, e) };
    }

    /// Takes out entry `i`.
    ///
    /// # Safety
    /// `i` is below the length.
    pub unsafe fn remove(&mut self, i: usize) -> Entry {
        // SAFETY: as promised; the last entry exists.
        unsafe {
            let e = *self.items.add(i);
            e.note(0);
            self.len -= 1;
            if i < self.len {
                let last = *self.items.add(self.len);
                self.settle(i, last);
            }
            if self.cap > 4 * LEAST && self.len < self.cap / 4 {
                self.resize(self.cap / 2);
            }
            e
        }
    }

    /// Entry `i` is due at another time.
    ///
    /// # Safety
    /// `i` is below the length.
    pub unsafe fn change(&mut self, i: usize, when: i64) {
        // SAFETY: as promised.
        unsafe {
            let e = Entry { when, ..*self.items.add(i) };
            self.settle(i, e);
        }
    }

    /// Takes all out, and gives the memory back.
    ///
    /// # Safety
    /// What the entries name exists.
    pub unsafe fn clear(&mut self) {
        for e in self.entries() {
            // SAFETY: as promised.
            unsafe { e.note(0) };
        }
        self.len = 0;
        self.resize(0);
    }

    fn resize(&mut self, cap: usize) {
        let mut p = null_mut();
        if cap > 0 {
            p = os::map(bytes(cap)) as *mut Entry;
            if p.is_null() {
                crate::base::print::throw("runtime: cannot allocate memory");
            }
        }
        if self.cap > 0 {
            // SAFETY: `len` is at most either capacity; nobody has a reference into the old array.
            unsafe {
                copy_nonoverlapping(self.items, p, self.len);
                os::unmap(self.items.cast(), bytes(self.cap));
            }
        }
        (self.items, self.cap) = (p, cap);
    }

    unsafe fn set(&mut self, i: usize, e: Entry) {
        // SAFETY: the callers': `i` is below `len`.
        unsafe {
            self.items.add(i).write(e);
            e.note(i + 1);
        }
    }

    /// Puts `e` where it belongs at or above the hole `i`.
    unsafe fn up(&mut self, mut i: usize, e: Entry) {
        // SAFETY: the callers': `i` is below `len`, and so are its parents.
        unsafe {
            while i > 0 {
                let parent = *self.items.add((i - 1) / 4);
                if !e.before(&parent) {
                    break;
                }
                self.set(i, parent);
                i = (i - 1) / 4;
            }
            self.set(i, e);
        }
    }

    /// Puts `e` where it belongs, `i` being a hole.
    unsafe fn settle(&mut self, mut i: usize, e: Entry) {
        let hole = i;
        // SAFETY: the callers': `i` is below `len`; children are compared with it.
        unsafe {
            loop {
                let first = 4 * i + 1;
                if first >= self.len {
                    break;
                }
                let mut child = first;
                for k in first + 1..(first + 4).min(self.len) {
                    if (*self.items.add(k)).before(&*self.items.add(child)) {
                        child = k;
                    }
                }
                if !(*self.items.add(child)).before(&e) {
                    break;
                }
                self.set(i, *self.items.add(child));
                i = child;
            }
            if i == hole { self.up(i, e) } else { self.set(i, e) }
        }
    }
}
