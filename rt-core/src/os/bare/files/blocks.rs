//! Memory of files: blocks of 4 KiB, and the contents of one file over them.

use crate::os::system::abi::errno::{EFBIG, ENOSPC};
use core::ptr::null_mut;

/// Bytes of a block.
pub const BLOCK: usize = 4096;
/// Blocks asked of the system at a time.
const AT_A_TIME: usize = 16;
/// Addresses in a block.
const FAN: usize = BLOCK / size_of::<usize>();

/// Where blocks come from, and go back to: the system gets none of them back.
pub struct Blocks {
    map: fn(usize) -> *mut u8,
    /// Free ones, linked by their first word.
    free: *mut *mut u8,
}

impl Blocks {
    pub const fn new(map: fn(usize) -> *mut u8) -> Blocks {
        Blocks { map, free: null_mut() }
    }

    /// A block of zeroes; none if memory is out.
    pub fn take(&mut self) -> Option<*mut u8> {
        if self.free.is_null() {
            let run = (self.map)(BLOCK * AT_A_TIME);
            if run.is_null() {
                return None;
            }
            for i in 0..AT_A_TIME {
                // SAFETY: the run has so many blocks, which are nobody else's.
                self.give(unsafe { run.add(i * BLOCK) });
            }
        }
        let block = self.free.cast::<u8>();
        // SAFETY: a free block, whose first word is the next one's address.
        unsafe {
            self.free = (*self.free).cast();
            block.write_bytes(0, BLOCK);
        }
        Some(block)
    }

    /// Takes back what `take` gave.
    pub fn give(&mut self, block: *mut u8) {
        // SAFETY: nobody uses it any more.
        unsafe { *block.cast::<*mut u8>() = self.free.cast() };
        self.free = block.cast();
    }
}

/// What is in a file.
#[derive(Clone, Copy)]
pub enum Contents {
    /// It came with the program.
    Fixed(&'static [u8]),
    /// Blocks, by the address of a block of addresses of blocks of their addresses; those that nobody wrote to are missing.
    Written { top: *mut *mut *mut u8, size: usize },
}

impl Contents {
    /// Of a new file.
    pub const EMPTY: Contents = Contents::Written { top: null_mut(), size: 0 };
    /// The largest size.
    const MAX: usize = (FAN * FAN).saturating_mul(BLOCK);

    pub fn size(&self) -> usize {
        match self {
            Contents::Fixed(bytes) => bytes.len(),
            Contents::Written { size, .. } => *size,
        }
    }

    /// The block at a place, made on the way if there are `blocks`.
    fn block(&mut self, at: usize, blocks: Option<&mut Blocks>) -> Option<*mut u8> {
        let Contents::Written { top, .. } = self else { return None };
        let (outer, inner) = (at / BLOCK / FAN, at / BLOCK % FAN);
        // SAFETY: blocks of this file; the indices are below FAN since `at` is below MAX.
        unsafe {
            let Some(blocks) = blocks else {
                let middle = if top.is_null() { null_mut() } else { *top.add(outer) };
                let block = if middle.is_null() { null_mut() } else { *middle.add(inner) };
                return (!block.is_null()).then_some(block);
            };
            if top.is_null() {
                *top = blocks.take()?.cast::<*mut *mut u8>();
            }
            let middle = top.add(outer);
            if (*middle).is_null() {
                *middle = blocks.take()?.cast();
            }
            let block = (*middle).add(inner);
            if (*block).is_null() {
                *block = blocks.take()?;
            }
            Some(*block)
        }
    }

    /// Copies from a place on; how many bytes there were.
    pub fn read(&mut self, at: usize, to: &mut [u8]) -> usize {
        let n = self.size().saturating_sub(at).min(to.len());
        if let Contents::Fixed(bytes) = self {
            if n > 0 {
                to[..n].copy_from_slice(&bytes[at..at + n]);
            }
            return n;
        }
        let mut done = 0;
        while done < n {
            let (from, part) = piece(at + done, n - done);
            match self.block(at + done, None) {
                // SAFETY: the piece lies in the block, and `to` has room for it.
                Some(block) => unsafe {
                    to.as_mut_ptr().add(done).copy_from_nonoverlapping(block.add(from), part)
                },
                None => to[done..done + part].fill(0),
            }
            done += part;
        }
        n
    }

    /// Writes at a place; how many bytes fit into memory, or why none did.
    pub fn write(&mut self, at: usize, from: &[u8], blocks: &mut Blocks) -> Result<usize, isize> {
        if at.checked_add(from.len()).is_none_or(|end| end > Contents::MAX) {
            return Err(EFBIG);
        }
        let mut done = 0;
        while done < from.len() {
            let (to, part) = piece(at + done, from.len() - done);
            let Some(block) = self.block(at + done, Some(blocks)) else { break };
            // SAFETY: the piece lies in the block.
            unsafe { block.add(to).copy_from_nonoverlapping(from.as_ptr().add(done), part) };
            done += part;
        }
        if let (Contents::Written { size, .. }, 1..) = (self, done) {
            *size = (*size).max(at + done);
        }
        if done == 0 && !from.is_empty() { Err(ENOSPC) } else { Ok(done) }
    }

    /// Cuts, or extends with zeroes.
    pub fn resize(&mut self, new: usize, blocks: &mut Blocks) -> Result<(), isize> {
        if new > Contents::MAX {
            return Err(EFBIG);
        }
        let old = self.size();
        let mut at = new.next_multiple_of(BLOCK);
        if let (Some(block), true) = (self.block(new.min(old), None), new < old) {
            let from = new % BLOCK;
            // SAFETY: the rest of a block of this file.
            unsafe { block.add(from).write_bytes(0, BLOCK - from) };
        }
        let Contents::Written { top, size } = self else { return Ok(()) };
        *size = new;
        // SAFETY: blocks of this file, that nobody reads beyond its size.
        unsafe {
            while at < old && !top.is_null() {
                let middle = *top.add(at / BLOCK / FAN);
                if middle.is_null() {
                    at = (at / (BLOCK * FAN) + 1) * BLOCK * FAN;
                    continue;
                }
                let block = core::mem::replace(&mut *middle.add(at / BLOCK % FAN), null_mut());
                if !block.is_null() {
                    blocks.give(block);
                }
                at += BLOCK;
            }
            if new == 0 && !top.is_null() {
                for i in 0..FAN {
                    if !(*top.add(i)).is_null() {
                        blocks.give((*top.add(i)).cast());
                    }
                }
                blocks.give(core::mem::replace(top, null_mut()).cast());
            }
        }
        Ok(())
    }
}

/// Where a place lies in its block, and how much of `n` bytes does.
fn piece(at: usize, n: usize) -> (usize, usize) {
    let from = at % BLOCK;
    (from, n.min(BLOCK - from))
}
