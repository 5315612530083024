//! Records that are used again: a list for all, and what each P keeps of it, so that taking and giving seldom meet at a lock.
//!
//! The list knows how many of its records nobody has needed lately (`spare`). Those are given back to where they came from, a few at a
//! time: a program that makes as many again finds the others where they are.

use crate::base::lock::{Global, Shared};
use core::ptr::null_mut;
use core::sync::atomic::{AtomicPtr, Ordering::Relaxed};

/// Free records of one kind.
pub struct Pool {
    lock: Shared,
    /// At which byte of each record the next one's address stands.
    link: usize,
    /// Changes under the lock. Whether there is one can be seen without it.
    first: AtomicPtr<u8>,
    /// Under the lock.
    count: Global<Count>,
}

/// Records in a list: now, and the fewest since `spare` last asked.
struct Count {
    now: usize,
    fewest: usize,
}

/// A P's part of a pool; whoever runs the P uses it without a lock. Zero is empty.
#[repr(C)]
#[derive(Default)]
pub struct Kept {
    first: Option<core::ptr::NonNull<u8>>,
    n: usize,
}

impl Pool {
    /// An empty pool of records that are linked by their word at byte `link`.
    pub const fn new(name: &'static str, link: usize) -> Pool {
        Pool {
            lock: Shared::new(name),
            link,
            first: AtomicPtr::new(null_mut()),
            count: Global::new(Count { now: 0, fewest: 0 }),
        }
    }

    /// The link of a record that is free, or about to be.
    ///
    /// # Safety
    /// The record is of this pool's kind, and nobody's.
    pub unsafe fn next(&self, x: *mut u8) -> *mut *mut u8 {
        // SAFETY: the caller's promise.
        unsafe { x.add(self.link).cast() }
    }

    /// A free record, or null: from what the P keeps, which at most `most / 2` of all others fill up when it is empty.
    ///
    /// # Safety
    /// `kept` is the calling thread's P's, used with this pool only. Without a P it is `None`.
    pub unsafe fn take(&'static self, kept: Option<&mut Kept>, most: usize) -> *mut u8 {
        // SAFETY: what a P keeps is its own; the list under its lock.
        unsafe {
            let Some(k) = kept else {
                let _l = self.lock.lock();
                return self.pop();
            };
            if k.n == 0 && !self.first.load(Relaxed).is_null() {
                let _l = self.lock.lock();
                while k.n < (most / 2).max(1) {
                    let x = self.pop();
                    if x.is_null() {
                        break;
                    }
                    k.push(self, x);
                }
            }
            k.pop(self)
        }
    }

    /// Gives a record back. A P keeps `most` at most, and then half.
    ///
    /// # Safety
    /// As [`Pool::take`]; the record is nobody's.
    pub unsafe fn give(&'static self, kept: Option<&mut Kept>, most: usize, x: *mut u8) {
        // SAFETY: as `take`.
        unsafe {
            let Some(k) = kept else { return self.give_list(x, x, 1) };
            k.push(self, x);
            if k.n > most {
                self.give_half(k);
            }
        }
    }

    #[cold]
    unsafe fn give_half(&'static self, k: &mut Kept) {
        // SAFETY: what the P keeps is its own until it is in the list.
        unsafe {
            let last = k.pop(self);
            *self.next(last) = null_mut();
            let mut first = last;
            let half = k.n / 2;
            for _ in 0..half {
                let x = k.pop(self);
                *self.next(x) = first;
                first = x;
            }
            self.give_list(first, last, half + 1);
        }
    }

    /// Gives all back that a P keeps.
    ///
    /// # Safety
    /// Nobody runs the P.
    pub unsafe fn give_all(&'static self, k: &mut Kept) {
        // SAFETY: the caller's promise.
        unsafe {
            loop {
                let x = k.pop(self);
                if x.is_null() {
                    return;
                }
                self.give_list(x, x, 1);
            }
        }
    }

    /// Puts `n` linked records into the list.
    ///
    /// # Safety
    /// They are nobody's.
    pub unsafe fn give_list(&'static self, first: *mut u8, last: *mut u8, n: usize) {
        // SAFETY: the caller's promise; list and count under the lock.
        unsafe {
            let _l = self.lock.lock();
            *self.next(last) = self.first.load(Relaxed);
            self.first.store(first, Relaxed);
            (*self.count.get()).now += n;
        }
    }

    /// How many records of the list nobody has needed since this was last asked.
    pub fn spare(&'static self) -> usize {
        let _l = self.lock.lock();
        // SAFETY: under the lock.
        let count = unsafe { &mut *self.count.get() };
        core::mem::replace(&mut count.fewest, count.now)
    }

    /// Takes records of the list that were spare, linked, `n` at most: the first of them, and how many.
    ///
    /// # Safety
    /// One caller at a time asks what is spare and takes it.
    pub unsafe fn take_spare(&'static self, n: usize) -> (*mut u8, usize) {
        let mut taken = (null_mut(), 0);
        let _l = self.lock.lock();
        // SAFETY: what is in the list is free and linked; list and count under the lock.
        unsafe {
            let fewest = (*self.count.get()).fewest;
            while taken.1 < n {
                let x = self.pop();
                if x.is_null() {
                    break;
                }
                *self.next(x) = taken.0;
                taken = (x, taken.1 + 1);
            }
            // These are not missed: what is left was there all the time as before.
            let count = &mut *self.count.get();
            count.fewest = fewest.saturating_sub(taken.1).min(count.now);
        }
        taken
    }

    /// Under the lock.
    unsafe fn pop(&self) -> *mut u8 {
        let x = self.first.load(Relaxed);
        if !x.is_null() {
            // SAFETY: what is in the list is free and linked; the count under the lock.
            unsafe {
                self.first.store(*self.next(x), Relaxed);
                let count = &mut *self.count.get();
                count.now -= 1;
                count.fewest = count.fewest.min(count.now);
            }
        }
        x
    }
}

impl Kept {
    unsafe fn push(&mut self, pool: &Pool, x: *mut u8) {
        // SAFETY: the caller's record, which is nobody else's.
        unsafe { *pool.next(x) = self.first.map_or(null_mut(), |p| p.as_ptr()) };
        self.first = core::ptr::NonNull::new(x);
        self.n += 1;
    }
    unsafe fn pop(&mut self, pool: &Pool) -> *mut u8 {
        let Some(x) = self.first else { return null_mut() };
        // SAFETY: what is kept is free and linked.
        self.first = core::ptr::NonNull::new(unsafe { *pool.next(x.as_ptr()) });
        self.n -= 1;
        x.as_ptr()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static POOL: Pool = Pool::new("test", 8);

    #[test]
    fn records_come_back_once() {
        let mut records = [[0usize; 4]; 100];
        let all: Vec<*mut u8> = records.iter_mut().map(|r| r.as_mut_ptr().cast()).collect();
        let (mut a, mut b) = (Kept::default(), Kept::default());
        // SAFETY: one thread; the records outlive the pool's use of them.
        unsafe {
            assert!(POOL.take(Some(&mut a), 8).is_null());
            for &x in &all[..60] {
                POOL.give(Some(&mut a), 8, x);
                assert!(a.n <= 8);
            }
            all[60..].iter().for_each(|&x| POOL.give(None, 8, x));
            let mut seen: Vec<*mut u8> = Vec::new();
            // From another P, without a P, and what the first one keeps.
            seen.extend((0..10).map(|_| POOL.take(Some(&mut b), 8)));
            POOL.give_all(&mut b);
            loop {
                let x = POOL.take(None, 8);
                if x.is_null() {
                    break;
                }
                seen.push(x);
            }
            assert_eq!(b.n, 0);
            let kept = a.n;
            seen.extend((0..kept).map(|_| POOL.take(Some(&mut a), 8)));
            assert!(POOL.take(Some(&mut a), 8).is_null());
            // The ten were taken twice: once to be seen, once from the list.
            seen.sort();
            let twice = seen.windows(2).filter(|w| w[0] == w[1]).count();
            seen.dedup();
            assert!(seen.len() == 100 && twice <= 10 && !seen[0].is_null());
        }
    }

    #[test]
    fn what_was_not_needed_is_spare() {
        static POOL: Pool = Pool::new("spare", 8);
        let mut records = [[0usize; 4]; 50];
        // SAFETY: one thread; the records outlive the pool's use of them.
        unsafe {
            for r in &mut records {
                POOL.give(None, 0, r.as_mut_ptr().cast());
            }
            // They came after the last look.
            assert_eq!(POOL.spare(), 0);
            let needed: Vec<*mut u8> = (0..20).map(|_| POOL.take(None, 0)).collect();
            needed.iter().for_each(|&x| POOL.give(None, 0, x));
            assert_eq!(POOL.spare(), 30);
            let (first, n) = POOL.take_spare(8);
            assert!(n == 8 && !first.is_null());
            let mut x = first;
            for _ in 0..8 {
                x = *POOL.next(x);
            }
            assert!(x.is_null());
            // Taking what is spare needs nothing.
            assert_eq!(POOL.spare(), 42);
            assert_eq!(POOL.take_spare(100).1, 42);
            assert_eq!(POOL.take_spare(1), (null_mut(), 0));
        }
    }
}
