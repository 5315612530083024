//! Tables from stacks to counts. Buckets are never freed.

use crate::base::lock::{Global, Guard, Mutex};
use crate::mem::meta;
use core::ptr::null_mut;
use core::sync::atomic::Ordering::Relaxed;

/// Most frames of a recorded stack.
pub const DEPTH: usize = 128;

/// One stack and what is counted for it. Its addresses follow in memory.
pub struct Bucket<C> {
    next: *mut Bucket<C>,
    all: *mut Bucket<C>,
    /// Tells buckets of one stack apart: the size of its objects.
    pub key: usize,
    depth: usize,
    /// What is counted, under the table's lock.
    pub counts: C,
}

impl<C> Bucket<C> {
    /// Return addresses, innermost first.
    pub fn stack(&self) -> &[usize] {
        // SAFETY: `find` wrote them behind the record.
        unsafe { core::slice::from_raw_parts((self as *const Bucket<C>).add(1).cast(), self.depth) }
    }
}

const CHAINS: usize = 8192;

/// A table; its chains come with the first bucket.
pub struct Table<C: 'static> {
    lock: Mutex,
    /// Under the lock: chains by hash, and all buckets, newest first.
    state: Global<(*mut [*mut Bucket<C>; CHAINS], *mut Bucket<C>)>,
}

impl<C: Default> Default for Table<C> {
    fn default() -> Table<C> {
        Table::new()
    }
}

impl<C: Default> Table<C> {
    /// Without buckets.
    pub const fn new() -> Table<C> {
        Table { lock: Mutex::new(), state: Global::new((null_mut(), null_mut())) }
    }

    /// Takes the lock.
    pub fn lock(&self) -> Locked<'_, C> {
        Locked { table: self, _guard: self.lock.lock() }
    }
}

/// A table to work on.
pub struct Locked<'a, C: 'static> {
    table: &'a Table<C>,
    _guard: Guard<'a>,
}

impl<C: Default> Locked<'_, C> {
    /// The bucket of a stack and key, made if need be.
    pub fn find(&mut self, stack: &[usize], key: usize) -> &'static mut Bucket<C> {
        let mut hash = key;
        for &pc in stack {
            hash = (hash ^ pc).wrapping_mul(0x9e37_79b1).rotate_left(13);
        }
        hash ^= hash >> 16;
        // SAFETY: under the lock; chains and buckets are ours and stay.
        unsafe {
            let (chains, all) = &mut *self.table.state.get();
            if chains.is_null() {
                meta::BUCKETS.fetch_add(size_of::<[*mut Bucket<C>; CHAINS]>(), Relaxed);
                *chains = meta::persistent(size_of::<[*mut Bucket<C>; CHAINS]>(), 16).cast();
            }
            let chain = &raw mut (**chains)[hash % CHAINS];
            let mut b = *chain;
            while !b.is_null() {
                if (*b).key == key && (*b).stack() == stack {
                    return &mut *b;
                }
                b = (*b).next;
            }
            let depth = stack.len();
            meta::BUCKETS.fetch_add(size_of::<Bucket<C>>() + size_of_val(stack), Relaxed);
            b = meta::persistent(size_of::<Bucket<C>>() + size_of_val(stack), 16).cast();
            b.write(Bucket { next: *chain, all: *all, key, depth, counts: C::default() });
            b.add(1).cast::<usize>().copy_from_nonoverlapping(stack.as_ptr(), depth);
            *chain = b;
            *all = b;
            &mut *b
        }
    }

    /// All buckets, newest first.
    pub fn each(&mut self, mut f: impl FnMut(&mut Bucket<C>)) {
        // SAFETY: under the lock; buckets stay.
        unsafe {
            let mut b = (*self.table.state.get()).1;
            while !b.is_null() {
                f(&mut *b);
                b = (*b).all;
            }
        }
    }
}

/// Writes records for the Go side, as far as there is room: the number of addresses, the counts, the addresses.
pub struct Records {
    to: *mut u64,
    room: usize,
    /// How many records there are, and how many words they need.
    pub n: usize,
    pub words: usize,
}

impl Records {
    /// To `room` words at `to`.
    pub fn new(to: *mut u64, room: isize) -> Records {
        Records { to, room: room as usize, n: 0, words: 0 }
    }

    /// One more.
    pub fn add(&mut self, stack: &[usize], counts: &[u64]) {
        let all = core::iter::once(stack.len() as u64)
            .chain(counts.iter().copied())
            .chain(stack.iter().map(|&pc| pc as u64));
        let at = self.words;
        self.n += 1;
        self.words += 1 + counts.len() + stack.len();
        if self.words <= self.room {
            for (i, w) in all.enumerate() {
                // SAFETY: within the room that the caller has.
                unsafe { self.to.add(at + i).write(w) };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_bucket_for_each_stack_and_key() {
        static T: Table<u64> = Table::new();
        let mut t = T.lock();
        t.find(&[1, 2, 3], 16).counts += 1;
        t.find(&[1, 2], 16).counts += 10;
        t.find(&[1, 2, 3], 32).counts += 100;
        t.find(&[1, 2, 3], 16).counts += 1;
        let mut seen = std::vec::Vec::new();
        t.each(|b| seen.push((b.key, b.stack().to_vec(), b.counts)));
        assert_eq!(
            seen,
            [(32, std::vec![1, 2, 3], 100), (16, std::vec![1, 2], 10), (16, std::vec![1, 2, 3], 2)]
        );
        let mut words = [0u64; 10];
        let mut r = Records::new(words.as_mut_ptr(), 10);
        t.each(|b| r.add(b.stack(), &[b.counts]));
        assert_eq!((r.n, r.words), (3, 14));
        assert_eq!(words, [3, 100, 1, 2, 3, 2, 10, 1, 2, 0]);
    }
}
