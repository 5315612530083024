//! Records and small stacks: pieces of blocks of pages. Pieces are used again (`base::pool`); a block of which nobody has needed a piece
//! for a while goes back to the page heap.

use super::{alloc_manual, arena, free_manual};
use crate::base::lock::Mutex;
use crate::base::pool::{Kept, Pool};
use core::ptr::null_mut;

/// Pieces of one size.
pub struct Blocks {
    pool: Pool,
    /// Bytes of a piece and of a block.
    piece: usize,
    block: usize,
    /// The counts in the blocks' records, and what is spare, are one caller's at a time.
    counting: Mutex,
}

impl Blocks {
    /// Without pieces. Free ones are linked by their word at byte `link`.
    pub const fn new(name: &'static str, link: usize, piece: usize, block: usize) -> Blocks {
        Blocks { pool: Pool::new(name, link), piece, block, counting: Mutex::new() }
    }

    /// A piece; its contents are arbitrary. Null: out of memory.
    ///
    /// # Safety
    /// As `Pool::take`.
    pub unsafe fn take(&'static self, kept: Option<&mut Kept>, most: usize) -> *mut u8 {
        // SAFETY: the caller's promise; a new block is nobody else's.
        unsafe {
            let p = self.pool.take(kept, most);
            if !p.is_null() {
                return p;
            }
            let block = alloc_manual(self.block);
            if block.is_null() {
                return block;
            }
            // The first is the caller's, the others are linked.
            let others = self.block / self.piece - 1;
            for i in 1..others {
                *self.pool.next(block.add(i * self.piece)) = block.add((i + 1) * self.piece);
            }
            self.pool.give_list(block.add(self.piece), block.add(others * self.piece), others);
            block
        }
    }

    /// Gives a piece back.
    ///
    /// # Safety
    /// As `Pool::give`; the piece came from here.
    pub unsafe fn give(&'static self, kept: Option<&mut Kept>, most: usize, p: *mut u8) {
        // SAFETY: the caller's promise.
        unsafe { self.pool.give(kept, most, p) }
    }

    /// Gives blocks back of which nobody has needed a piece since the last call.
    pub fn give_back(&'static self) {
        let Some(_counting) = self.counting.try_lock() else { return };
        let spare = self.pool.spare();
        if spare >= self.block / self.piece {
            // SAFETY: under the lock.
            unsafe { self.give_blocks(spare) };
        }
    }

    /// Takes `n` spare pieces, gives the blocks back of which that are all, and keeps the others.
    unsafe fn give_blocks(&'static self, mut n: usize) {
        let whole = (self.block / self.piece) as u32;
        let block = |p: *mut u8| arena::span_of(p as usize);
        // SAFETY: what is taken out is nobody else's; free pieces lie in blocks, whose spans stay until they are freed here.
        unsafe {
            let next = |p: *mut u8| *self.pool.next(p);
            // Others find the rest meanwhile, and wait for no more than a few.
            let mut list: *mut u8 = null_mut();
            while n > 0 {
                let (mut p, taken) = self.pool.take_spare(n.min(64));
                if taken == 0 {
                    break;
                }
                n -= taken;
                while !p.is_null() {
                    let after = next(p);
                    (*block(p)).alloc_count += 1;
                    *self.pool.next(p) = list;
                    list = p;
                    p = after;
                }
            }
            let (mut kept, mut last, mut count) = (null_mut::<u8>(), null_mut::<u8>(), 0);
            let mut free: *mut u8 = null_mut();
            while !list.is_null() {
                let p = list;
                list = next(p);
                let b = block(p);
                if (*b).alloc_count == whole {
                    // Of its pieces the first stands for it.
                    if p as usize == (*b).base {
                        *self.pool.next(p) = free;
                        free = p;
                    }
                    continue;
                }
                if last.is_null() {
                    last = p;
                }
                *self.pool.next(p) = kept;
                kept = p;
                count += 1;
            }
            while !free.is_null() {
                let p = free;
                free = next(p);
                free_manual(p);
            }
            let mut p = kept;
            while !p.is_null() {
                (*block(p)).alloc_count = 0;
                p = next(p);
            }
            if !kept.is_null() {
                self.pool.give_list(kept, last, count);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mem::sizes::PAGE;

    #[test]
    fn blocks_that_nobody_needs_go_back() {
        const N: usize = 300;
        static BLOCKS: Blocks = Blocks::new("test", 8, 80, PAGE);
        let each = PAGE / 80;
        // SAFETY: one thread, and what is written lies in pieces that are taken.
        unsafe {
            let mut taken: Vec<*mut u8> = (0..N).map(|_| BLOCKS.take(None, 0)).collect();
            for (i, p) in taken.iter().enumerate() {
                p.write_bytes(i as u8, 80);
            }
            for (i, p) in taken.iter().enumerate() {
                assert!((0..80).all(|k| *p.add(k) == i as u8), "pieces overlap");
            }
            let blocks: std::collections::BTreeSet<usize> =
                taken.iter().map(|p| *p as usize / PAGE).collect();
            assert_eq!(blocks.len(), N.div_ceil(each));
            let in_use = || blocks.iter().filter(|b| !arena::span_of(**b * PAGE).is_null()).count();
            // One piece stays in use, and so does its block.
            let stays = taken.pop().map_or(0, |p| p as usize);
            taken.iter().for_each(|p| BLOCKS.give(None, 0, *p));
            BLOCKS.give_back();
            assert_eq!(in_use(), blocks.len(), "they were needed a moment ago");
            BLOCKS.give_back();
            assert_eq!(in_use(), 1);
            assert!(!arena::span_of(stays).is_null());
            let again: std::collections::BTreeSet<*mut u8> = (0..N).map(|_| BLOCKS.take(None, 0)).collect();
            assert!(again.len() == N && !again.contains(&(stays as *mut u8)));
        }
    }
}
