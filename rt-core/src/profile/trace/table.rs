//! What events of a generation name by numbers: strings and stacks.

use crate::base::print::throw;
use crate::os;
use core::ptr::null_mut;

const CHAINS: usize = 4096;
const PIECE: usize = 256 << 10;

/// An entry; its words or bytes follow.
#[repr(C)]
struct Entry {
    next: *mut Entry,
    newer: *mut Entry,
    id: u64,
    hash: usize,
    len: usize,
}

/// A piece of memory for entries.
#[repr(C)]
struct Piece {
    next: *mut Piece,
    used: usize,
}

/// Numbers for byte sequences, from 1 on. Empty again, it keeps its memory.
pub struct Table {
    chains: [*mut Entry; CHAINS],
    first: *mut Entry,
    last: *mut Entry,
    count: u64,
    pieces: *mut Piece,
    spare: *mut Piece,
}

impl Table {
    pub const fn new() -> Table {
        Table {
            chains: [null_mut(); CHAINS],
            first: null_mut(),
            last: null_mut(),
            count: 0,
            pieces: null_mut(),
            spare: null_mut(),
        }
    }

    fn room(&mut self, size: usize) -> *mut Entry {
        let size = size.next_multiple_of(16);
        // SAFETY: pieces are mapped and ours.
        unsafe {
            if self.pieces.is_null() || (*self.pieces).used + size > PIECE {
                let mut p = self.spare;
                if p.is_null() {
                    p = os::map(PIECE).cast();
                    if p.is_null() {
                        throw("runtime: cannot allocate memory");
                    }
                } else {
                    self.spare = (*p).next;
                }
                p.write(Piece { next: self.pieces, used: size_of::<Piece>() });
                self.pieces = p;
            }
            let at = (*self.pieces).used;
            (*self.pieces).used += size;
            self.pieces.cast::<u8>().add(at).cast()
        }
    }

    /// The number of a sequence, much shorter than a piece.
    pub fn number(&mut self, bytes: &[u8]) -> u64 {
        let mut hash = 0xcbf2_9ce4usize;
        for &b in bytes {
            hash = (hash ^ usize::from(b)).wrapping_mul(0x0100_0193);
        }
        // SAFETY: entries are ours, with as many bytes behind them as they say.
        unsafe {
            let mut e = self.chains[hash % CHAINS];
            while !e.is_null() {
                if (*e).hash == hash && contents(e) == bytes {
                    return (*e).id;
                }
                e = (*e).next;
            }
            e = self.room(size_of::<Entry>() + bytes.len());
            self.count += 1;
            e.write(Entry {
                next: self.chains[hash % CHAINS],
                newer: null_mut(),
                id: self.count,
                hash,
                len: bytes.len(),
            });
            e.add(1).cast::<u8>().copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
            self.chains[hash % CHAINS] = e;
            if self.first.is_null() {
                self.first = e;
            } else {
                (*self.last).newer = e;
            }
            self.last = e;
            self.count
        }
    }

    /// All of them, oldest first.
    pub fn each(&self, mut f: impl FnMut(u64, &[u8])) {
        let mut e = self.first;
        while !e.is_null() {
            // SAFETY: entries are ours.
            unsafe {
                f((*e).id, contents(e));
                e = (*e).newer;
            }
        }
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.chains.fill(null_mut());
        (self.first, self.last, self.count) = (null_mut(), null_mut(), 0);
        while !self.pieces.is_null() {
            let p = self.pieces;
            // SAFETY: pieces are ours.
            unsafe {
                self.pieces = (*p).next;
                (*p).next = self.spare;
            }
            self.spare = p;
        }
    }
}

unsafe fn contents<'a>(e: *const Entry) -> &'a [u8] {
    // SAFETY: `number` wrote them behind the record.
    unsafe { core::slice::from_raw_parts(e.add(1).cast(), (*e).len) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_for_each_sequence() {
        let mut t = Table::new();
        for round in 0..2 {
            assert_eq!(
                (t.number(b"a"), t.number(b""), t.number(b"bc"), t.number(b"a")),
                (1, 2, 3, 1),
                "{round}"
            );
            for i in 0..50_000u32 {
                assert_eq!(t.number(&i.to_le_bytes()), 4 + u64::from(i));
            }
            let mut seen = 0;
            t.each(|id, bytes| {
                seen += 1;
                assert_eq!(id, seen);
                assert!(id < 4 || bytes == (id as u32 - 4).to_le_bytes());
            });
            assert_eq!(seen, 50_003);
            t.clear();
        }
    }
}
