//! Copies and clears in loops, and of areas that are not aligned: instructions for these take two accesses for a word.
use super::{Isel, word_size};
use crate::isa::mips::inst::*;

/// Up to this size areas that are not aligned are not worth a loop.
const UNROLL: u32 = 48;

impl<const WIDE: bool, const BIG: bool> Isel<'_, WIDE, BIG> {
    /// Copies or (without `from`) zeroes many words.
    pub fn put_loop(&mut self, to: Addr, from: Option<Addr>, words: u32, aligned: bool) {
        let dst = self.temp_of(ir::Ty::Ptr);
        let t = [(); 3].map(|()| self.temp(false));
        self.push(Inst::Lea { dst, addr: to });
        let src = from.map(|addr| {
            let src = self.temp_of(ir::Ty::Ptr);
            self.push(Inst::Lea { dst: src, addr });
            src
        });
        self.push(Inst::Words { dst, src, bytes: words * word_size(WIDE), aligned, t });
    }
    /// Copies or zeroes bytes that begin anywhere.
    pub fn put_unaligned(&mut self, to: Addr, from: Option<Addr>, size: u32) {
        let word = word_size(WIDE);
        let mut at = 0;
        if size > UNROLL {
            self.put_loop(to, from, size / word, false);
            at = size / word * word;
        }
        while at < size {
            let n = [word, 4, 1].into_iter().find(|&n| at + n <= size).unwrap_or(1);
            let (by, bytes) = (at as i32, n as u8);
            let to = to.offset(by);
            self.push(match from {
                Some(from) => Inst::Copy { bytes, to, from: from.offset(by) },
                None => Inst::Clear { bytes, to },
            });
            at += n;
        }
    }
}
