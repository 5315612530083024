//! The page heap: which pages of the arenas are free, and which of those hold zeros.
//!
//! Each arena has a bit per page for "free" and one for "clean" (free, reads as zero and occupies
//! no memory: never touched since mapped, or given back to the system). Allocation is first fit in
//! address order, which keeps the heap dense; summaries per chunk of 512 pages and per arena make
//! the search short. Runs may cross arenas, which are neighbours in the address window.
//!
//! The bit logic here is pure; `PageHeap` adds the mapping of memory.

use super::arena::{self, ARENA_PAGES, Arena, WINDOW};
use super::sizes::{PAGE, PAGE_SHIFT};
use crate::os::{self, MapError};

/// Pages in a chunk.
pub const CHUNK_PAGES: usize = 512;
const WORDS: usize = ARENA_PAGES / 64;
const CHUNKS: usize = ARENA_PAGES / CHUNK_PAGES;
const CHUNK_WORDS: usize = CHUNK_PAGES / 64;

/// What the system maps and takes back at a time, at least a page of ours.
fn system_page() -> usize {
    os::page_size().clamp(PAGE, 64 * PAGE)
}

/// Free runs in a range: at its start, the longest, at its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Summary {
    start: u16,
    max: u16,
    end: u16,
}

/// The page bits of one arena. All-zero is the right initial state: nothing free.
#[repr(C)]
pub struct PageBits {
    free: [u64; WORDS],
    clean: [u64; WORDS],
    chunk: [Summary; CHUNKS],
    all: Summary,
}

fn summarize(words: &[u64]) -> Summary {
    let total = words.len() * 64;
    let (mut run, mut max, mut start, mut whole) = (0usize, 0usize, 0usize, true);
    for &w in words {
        if w == !0 {
            run += 64;
            continue;
        }
        let (mut bits, mut at) = (w, 0);
        while at < 64 {
            let zeros = (bits.trailing_zeros() as usize).min(64 - at);
            if zeros > 0 {
                if whole {
                    (start, whole) = (run, false);
                }
                max = max.max(run);
                run = 0;
                at += zeros;
                bits = if zeros == 64 { 0 } else { bits >> zeros };
            } else {
                let ones = (bits.trailing_ones() as usize).min(64 - at);
                run += ones;
                at += ones;
                bits = if ones == 64 { 0 } else { bits >> ones };
            }
        }
    }
    if whole {
        start = total;
    }
    Summary { start: start as u16, max: max.max(run) as u16, end: run as u16 }
}

fn combine(parts: &[Summary], each: usize) -> Summary {
    let (mut run, mut max, mut start, mut whole) = (0usize, 0usize, 0usize, true);
    for s in parts {
        if s.start as usize == each {
            run += each;
            continue;
        }
        if whole {
            (start, whole) = (run + s.start as usize, false);
        }
        max = max.max(run + s.start as usize).max(s.max as usize);
        run = s.end as usize;
    }
    if whole {
        start = parts.len() * each;
    }
    Summary { start: start as u16, max: max.max(run) as u16, end: run as u16 }
}

/// Index of the first run of `n` ones in `words`.
fn find_run(words: &[u64], n: usize) -> Option<usize> {
    let (mut run, mut i) = (0, 0);
    while i < words.len() * 64 {
        let w = words[i / 64] >> (i % 64);
        if w == 0 {
            (run, i) = (0, (i / 64 + 1) * 64);
            continue;
        }
        let zeros = w.trailing_zeros() as usize;
        if zeros > 0 {
            (run, i) = (0, i + zeros);
            continue;
        }
        let ones = (w.trailing_ones() as usize).min(64 - i % 64);
        run += ones;
        i += ones;
        if run >= n {
            return Some(i - run);
        }
    }
    None
}

/// Calls `f(word index, mask)` for the words that hold bits `[i, i + n)`.
fn each_word(i: usize, n: usize, mut f: impl FnMut(usize, u64)) {
    let (mut at, end) = (i, i + n);
    while at < end {
        let k = (64 - at % 64).min(end - at);
        f(at / 64, (!0u64 >> (64 - k)) << (at % 64));
        at += k;
    }
}

impl PageBits {
    fn update(&mut self, i: usize, n: usize) {
        for c in i / CHUNK_PAGES..=(i + n - 1) / CHUNK_PAGES {
            self.chunk[c] = summarize(&self.free[c * CHUNK_WORDS..(c + 1) * CHUNK_WORDS]);
        }
        self.all = combine(&self.chunk, CHUNK_PAGES);
    }

    /// Makes pages free; `clean` if they read as zero and occupy nothing.
    pub fn release(&mut self, i: usize, n: usize, clean: bool) {
        each_word(i, n, |w, m| {
            self.free[w] |= m;
            if clean {
                self.clean[w] |= m;
            } else {
                self.clean[w] &= !m;
            }
        });
        self.update(i, n);
    }

    /// Takes free pages; returns how many of them were clean.
    pub fn take(&mut self, i: usize, n: usize) -> usize {
        let mut clean = 0;
        each_word(i, n, |w, m| {
            clean += (self.clean[w] & m).count_ones() as usize;
            self.free[w] &= !m;
            self.clean[w] &= !m;
        });
        self.update(i, n);
        clean
    }

    /// First run of `n` free pages wholly inside.
    pub fn find(&self, n: usize) -> Option<usize> {
        if (self.all.max as usize) < n {
            return None;
        }
        let mut run = 0;
        for (c, s) in self.chunk.iter().enumerate() {
            if run + s.start as usize >= n {
                return Some(c * CHUNK_PAGES - run);
            }
            if s.max as usize >= n {
                let i = find_run(&self.free[c * CHUNK_WORDS..(c + 1) * CHUNK_WORDS], n);
                return i.map(|i| c * CHUNK_PAGES + i);
            }
            run = if s.start as usize == CHUNK_PAGES { run + CHUNK_PAGES } else { s.end as usize };
        }
        None
    }

    /// First run of free pages at or after `from` that occupy memory, about `limit` long at most. The system takes back `unit` of them
    /// at a time (a power of two, at most 64), all of which must be free then: a unit that is clean in part goes back whole.
    pub fn find_dirty(&self, from: usize, limit: usize, unit: usize) -> Option<(usize, usize)> {
        let all = !0u64 >> (64 - unit);
        let bits = |words: &[u64], i: usize| words[i / 64] >> (i % 64) & all;
        let whole = |i| bits(&self.free, i) == all && bits(&self.clean, i) != all;
        let mut i = from.next_multiple_of(unit);
        while i < ARENA_PAGES {
            if (self.free[i / 64] & !self.clean[i / 64]) >> (i % 64) == 0 {
                i = (i / 64 + 1) * 64;
                continue;
            }
            let mut n = 0;
            while i + n < ARENA_PAGES && n < limit && whole(i + n) {
                n += unit;
            }
            if n > 0 {
                return Some((i, n));
            }
            i += unit;
        }
        None
    }

    /// Marks free pages clean; returns how many of them were not.
    pub fn set_clean(&mut self, i: usize, n: usize) -> usize {
        let mut were = 0;
        each_word(i, n, |w, m| {
            were += (m & !self.clean[w]).count_ones() as usize;
            self.clean[w] |= m;
        });
        were
    }
}

/// The arenas' pages. Guarded by the heap lock.
pub struct PageHeap {
    /// Arenas [0, high) of the window may exist.
    high: usize,
    /// Arenas below this one have no free page.
    hint: usize,
    /// Next address to map.
    next: usize,
    /// Bytes mapped for the heap.
    pub mapped: usize,
    /// Free pages, and how many of them are clean.
    pub free: usize,
    pub clean: usize,
}

impl Default for PageHeap {
    fn default() -> PageHeap {
        PageHeap::new()
    }
}

impl PageHeap {
    pub const fn new() -> PageHeap {
        PageHeap { high: 0, hint: 0, next: 0, mapped: 0, free: 0, clean: 0 }
    }

    /// Takes `n` pages: their address and whether all of them read as zero. None: out of memory.
    pub fn alloc(&mut self, n: usize) -> Option<(usize, bool)> {
        let found = match self.search(n) {
            Some(p) => p,
            None => {
                if !self.grow(n) {
                    return None;
                }
                self.search(n)?
            }
        };
        let mut clean = 0;
        self.each_part(found, n, |a, i, k| clean += a.pages().take(i, k));
        self.free -= n;
        self.clean -= clean;
        Some((found, clean == n))
    }

    /// Gives pages back.
    pub fn release(&mut self, addr: usize, n: usize) {
        self.each_part(addr, n, |a, i, k| a.pages().release(i, k, false));
        self.free += n;
        self.hint = self.hint.min(arena::index_of(addr));
    }

    fn each_part(&mut self, addr: usize, n: usize, mut f: impl FnMut(&Arena, usize, usize)) {
        let (mut at, mut left) = (addr, n);
        while left > 0 {
            let i = arena::page_in_arena(at);
            let k = left.min(ARENA_PAGES - i);
            // Pages handed around here always lie in arenas.
            if let Some(a) = arena::at(arena::index_of(at)) {
                f(a, i, k);
            }
            at += k << PAGE_SHIFT;
            left -= k;
        }
    }

    fn search(&mut self, n: usize) -> Option<usize> {
        if self.free < n {
            return None;
        }
        let (mut run, mut seen_free) = (0, false);
        for i in self.hint..self.high {
            let Some(a) = arena::at(i) else {
                run = 0;
                continue;
            };
            let p = a.pages();
            if run + p.all.start as usize >= n {
                return Some(arena::address_of(i) - (run << PAGE_SHIFT));
            }
            if let Some(at) = p.find(n) {
                return Some(arena::address_of(i) + (at << PAGE_SHIFT));
            }
            if p.all.max > 0 && !seen_free {
                (self.hint, seen_free) = (i, true);
            }
            run = if p.all.start as usize == ARENA_PAGES { run + ARENA_PAGES } else { p.all.end as usize };
        }
        None
    }

    /// Maps more memory, enough for `n` pages in a row.
    fn grow(&mut self, n: usize) -> bool {
        if self.mapped > 0 {
            return self.extend(n);
        }
        let mut i = 0;
        while let Some(addr) = os::heap_origin(i) {
            arena::set_origin(addr);
            self.next = addr;
            if self.extend(n) {
                return true;
            }
            i += 1;
        }
        false
    }

    /// Maps memory at `next` or at the first free place above.
    fn extend(&mut self, n: usize) -> bool {
        let Some(bytes) = n.checked_mul(PAGE).and_then(|b| b.checked_next_multiple_of(system_page())) else {
            return false;
        };
        let step = CHUNK_PAGES * PAGE;
        let mut ask = bytes.next_multiple_of(step);
        for _ in 0..4096 {
            let end = match self.next.checked_add(ask) {
                Some(e) if arena::index_of(e - 1) < WINDOW => e,
                _ => return false,
            };
            match os::map_at(self.next, ask) {
                Ok(()) => {
                    let start = self.next;
                    self.add(start, ask >> PAGE_SHIFT);
                    self.next = end;
                    return true;
                }
                // A tight limit: be content with just enough.
                Err(MapError::OutOfMemory) if ask > bytes => ask = bytes,
                Err(MapError::OutOfMemory) => return false,
                Err(MapError::Taken) => self.next = arena::address_of(arena::index_of(self.next) + 1),
            }
        }
        false
    }

    fn add(&mut self, addr: usize, n: usize) {
        for i in arena::index_of(addr)..=arena::index_of(addr + (n << PAGE_SHIFT) - 1) {
            arena::create(i);
            self.high = self.high.max(i + 1);
        }
        self.each_part(addr, n, |a, i, k| a.pages().release(i, k, true));
        self.mapped += n << PAGE_SHIFT;
        self.free += n;
        self.clean += n;
        self.hint = self.hint.min(arena::index_of(addr));
        arena::note_mapped(addr, n << PAGE_SHIFT);
    }

    /// Gives free pages back to the system until at most `keep` of them occupy memory, from the
    /// top of the heap down, but not many more than `max` pages. Returns the number given back.
    pub fn scavenge(&mut self, keep: usize, max: usize) -> usize {
        let (mut done, unit) = (0, system_page() >> PAGE_SHIFT);
        for i in (self.hint..self.high).rev() {
            let Some(a) = arena::at(i) else { continue };
            let mut from = 0;
            while done < max && self.free - self.clean > keep {
                let Some((at, n)) = a.pages().find_dirty(from, 128, unit) else { break };
                let addr = arena::address_of(i) + (at << PAGE_SHIFT);
                // SAFETY: free pages, and the heap lock keeps them so.
                if !unsafe { os::decommit(addr as *mut u8, n << PAGE_SHIFT) } {
                    return done;
                }
                let cleaned = a.pages().set_clean(at, n);
                self.clean += cleaned;
                done += cleaned;
                from = at + n;
            }
        }
        done
    }

    /// Number of arenas of the window that may exist.
    pub fn high(&self) -> usize {
        self.high
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn empty() -> Box<PageBits> {
        // All zero is a valid value.
        unsafe { Box::new_zeroed().assume_init() }
    }

    #[test]
    fn first_fit_across_chunks() {
        let mut p = empty();
        assert_eq!(p.find(1), None);
        p.release(0, ARENA_PAGES, true);
        assert_eq!(p.all, Summary { start: 8192, max: 8192, end: 8192 });
        assert_eq!(p.find(600), Some(0));
        assert_eq!(p.take(0, 500), 500);
        assert_eq!(p.find(1), Some(500));
        assert_eq!(p.find(1000), Some(500));
        p.take(600, 10);
        assert_eq!(p.find(100), Some(500));
        assert_eq!(p.find(101), Some(610));
        p.release(600, 10, false);
        assert_eq!(p.find(101), Some(500));
        assert_eq!(p.find_dirty(0, 128, 1), Some((600, 10)));
        assert_eq!(p.take(500, 200), 190);
    }

    #[test]
    fn large_pages_of_the_system_go_back_whole() {
        let mut p = empty();
        p.release(0, ARENA_PAGES, true);
        p.take(600, 30);
        p.release(602, 17, false);
        // 600 and 601 are in use, and from 619 on.
        assert_eq!(p.find_dirty(0, 128, 8), Some((608, 8)));
        assert_eq!(p.find_dirty(616, 128, 8), None);
        p.release(619, 11, false);
        // 630 and 631 have never been touched.
        assert_eq!(p.find_dirty(0, 128, 8), Some((608, 24)));
        assert_eq!(p.set_clean(608, 24), 22);
        assert_eq!(p.find_dirty(0, 128, 8), None);
        assert_eq!(p.find_dirty(0, 128, 2), Some((602, 6)));
    }

    #[test]
    fn random_against_a_model() {
        let mut p = empty();
        let mut model = vec![false; ARENA_PAGES];
        let mut seed = 12345u64;
        let mut rnd = |n: usize| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            (seed % n as u64) as usize
        };
        for _ in 0..3000 {
            let most = if rnd(4) == 0 { 1500 } else { 20 };
            let n = 1 + rnd(most);
            let i = rnd(ARENA_PAGES - n);
            if rnd(2) == 0 {
                p.release(i, n, false);
                model[i..i + n].fill(true);
            } else {
                p.take(i, n);
                model[i..i + n].fill(false);
            }
            let want = 1 + rnd(40);
            let (mut run, mut first) = (0, None);
            for (j, f) in model.iter().enumerate() {
                run = if *f { run + 1 } else { 0 };
                if run == want {
                    first = Some(j + 1 - want);
                    break;
                }
            }
            assert_eq!(p.find(want), first);
        }
    }
}
