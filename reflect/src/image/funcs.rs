//! Functions of an image: where one is, its frame, and which words of it hold pointers.
//!
//! A walk over a stack asks the first of two records of a function, once a frame; what only tracebacks and rarer things want is in the
//! second one ([`super::FuncFacts`]).
//!
//! ```text
//!   record, in stackmaps:  if the row's frame is LONG: uvarint frame, uvarint flags;
//!                          uvarint offset of the facts,
//!                          uvarint (number of safepoints << 1 | has stack objects),
//!                          if it has: uvarint bytes, and so many bytes of objects,
//!                          safepoints
//!   object:                uvarint distance from the end of the one before, uvarint size, uvarint map
//!   safepoint:             uvarint pc - pc of the one before, uvarint map; of a call, pc is its return address
//!   map:                   uvarint registers, uvarint bytes, and so many bytes of bits, low ones first
//! ```
use super::{FuncFlags, uvarint, uvarint2};

/// A function: a row of the function table. 12 bytes. One more row, behind the last, tells where the text ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct FuncRow {
    /// Where the function begins, from the start of the text.
    pub entry: u32,
    /// Offset of its record in `stackmaps`.
    pub record: u32,
    /// Bytes of frame (see the picture in [`crate::image`]) / 4, or LONG.
    pub short_frame: u16,
    /// The flags, unless the frame is LONG.
    pub short_flags: u16,
}

/// For frames and flags that have no room in a row.
pub const LONG: u16 = u16::MAX;

impl FuncRow {
    /// A row, and the beginning of its record if that has to say something of the frame.
    pub fn new(entry: u32, record: u32, frame: u32, flags: FuncFlags) -> (FuncRow, bool) {
        let short = u16::try_from(frame / 4).ok().filter(|&f| f != LONG && frame.is_multiple_of(4));
        match (short, u16::try_from(flags.bits())) {
            (Some(short_frame), Ok(short_flags)) => {
                (FuncRow { entry, record, short_frame, short_flags }, false)
            }
            _ => (FuncRow { entry, record, short_frame: LONG, short_flags: 0 }, true),
        }
    }

    /// Bytes of frame.
    #[inline]
    pub fn frame(&self, stackmaps: &[u8]) -> u32 {
        match self.short_frame {
            LONG => self.long(stackmaps).0,
            n => u32::from(n) * 4,
        }
    }

    /// Properties.
    #[inline]
    pub fn flags(&self, stackmaps: &[u8]) -> FuncFlags {
        match self.short_frame {
            LONG => self.long(stackmaps).1,
            _ => FuncFlags::from_bits_retain(self.short_flags.into()),
        }
    }

    #[cold]
    fn long(&self, stackmaps: &[u8]) -> (u32, FuncFlags, usize) {
        let mut at = self.record as usize;
        let frame = uvarint(stackmaps, &mut at);
        (frame, FuncFlags::from_bits_retain(uvarint(stackmaps, &mut at)), at)
    }

    /// Offset of the facts in `pclines`, and where what follows begins in `stackmaps`.
    #[inline]
    fn facts_and(&self, stackmaps: &[u8]) -> (u32, usize) {
        let mut at = if self.short_frame == LONG { self.long(stackmaps).2 } else { self.record as usize };
        (uvarint2(stackmaps, &mut at), at)
    }

    /// Offset of the facts in `pclines`.
    pub fn facts(&self, stackmaps: &[u8]) -> u32 {
        self.facts_and(stackmaps).0
    }

    /// What pointers its frame has.
    #[inline]
    pub fn points<'a>(&self, stackmaps: &'a [u8]) -> Points<'a> {
        let mut at = self.facts_and(stackmaps).1;
        let head = uvarint2(stackmaps, &mut at);
        let mut objects: &[u8] = &[];
        if head & 1 != 0 {
            let len = uvarint2(stackmaps, &mut at) as usize;
            objects = stackmaps.get(at..at + len).unwrap_or(&[]);
            at += len;
        }
        Points { stackmaps, objects, count: head >> 1, at }
    }
}

/// The pointers in a function's frames: its safepoints and stack objects.
#[derive(Clone, Copy, Debug, Default)]
pub struct Points<'a> {
    stackmaps: &'a [u8],
    objects: &'a [u8],
    /// How many safepoints there are, and where they begin.
    count: u32,
    at: usize,
}

impl<'a> Points<'a> {
    /// The stack map at code offset `pc`: of a call, its return address.
    #[inline]
    pub fn map(&self, pc: u32) -> Option<PtrMap<'a>> {
        let (at, map) = self.from(pc)?;
        if at == pc { PtrMap::at(self.stackmaps, map) } else { None }
    }

    /// The stack map of the first safepoint behind code offset `pc`.
    pub fn map_after(&self, pc: u32) -> Option<PtrMap<'a>> {
        PtrMap::at(self.stackmaps, self.from(pc + 1)?.1)
    }

    /// The first safepoint at `pc` or behind it, and its map's offset.
    #[inline]
    fn from(&self, pc: u32) -> Option<(u32, u32)> {
        let (mut at, mut here) = (self.at, 0);
        for _ in 0..self.count {
            here += uvarint2(self.stackmaps, &mut at);
            let map = uvarint2(self.stackmaps, &mut at);
            if here >= pc {
                return Some((here, map));
            }
        }
        None
    }

    /// The stack objects, ascending.
    #[inline]
    pub fn objects(&self) -> StackObjects<'a> {
        StackObjects { bytes: self.objects, at: 0, end: 0 }
    }
}

/// The function at `off` from the start of the text, and its number: one of `range` in the table, whose next one is there too.
#[inline]
pub fn find_func(rows: &[FuncRow], range: core::ops::Range<usize>, off: u32) -> Option<usize> {
    let from = range.start;
    Some(from + rows.get(range)?.partition_point(|r| r.entry <= off).checked_sub(1)?)
}

/// Which words hold pointers.
///
/// ```text
///   stack map of a frame          bit 0 = word at SP, upward to frame / word size; missing bits are 0
///   argument map                  bit 0 = first word of the argument area
///   registers                     bit n = the general register that instructions encode as n; only for polls,
///                                 whose callee saves all registers (FuncFlags::SAVES_REGS)
/// ```
#[derive(Clone, Copy, Debug)]
pub struct PtrMap<'a> {
    /// General registers that hold pointers.
    pub regs: u32,
    bits: &'a [u8],
}

impl<'a> PtrMap<'a> {
    /// The map at byte offset `offset` of the stack map blob.
    #[inline]
    pub fn at(stackmaps: &'a [u8], offset: u32) -> Option<PtrMap<'a>> {
        if offset == 0 {
            return None;
        }
        let mut at = offset as usize;
        let regs = uvarint2(stackmaps, &mut at);
        let len = uvarint2(stackmaps, &mut at) as usize;
        Some(PtrMap { regs, bits: stackmaps.get(at..at + len)? })
    }

    /// Whether word `i` holds a pointer.
    pub fn get(&self, i: u32) -> bool {
        self.bits.get(i as usize / 8).is_some_and(|b| b >> (i % 8) & 1 != 0)
    }

    /// The indices of the pointer words, ascending.
    #[inline]
    pub fn iter(&self) -> PtrWords<'a> {
        PtrWords { left: 0, next: 0, bits: self.bits }
    }
}

/// Indices of pointer words: 64 at a time.
#[derive(Clone, Debug)]
pub struct PtrWords<'a> {
    left: u64,
    /// Index behind those in `left`.
    next: u32,
    bits: &'a [u8],
}

impl Iterator for PtrWords<'_> {
    type Item = u32;
    #[inline]
    fn next(&mut self) -> Option<u32> {
        while self.left == 0 {
            if self.bits.is_empty() {
                return None;
            }
            let (some, rest) = self.bits.split_at(self.bits.len().min(8));
            self.left = some.iter().rev().fold(0, |bits, &b| bits << 8 | u64::from(b));
            self.bits = rest;
            self.next += 64;
        }
        let i = self.left.trailing_zeros();
        self.left &= self.left - 1;
        Some(self.next - 64 + i)
    }
}

/// An object in a frame that holds pointers and to which pointers may point. The maps of safepoints name what code reads
/// of it by the frame's own addresses; otherwise it is alive if a live pointer leads to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StackObject {
    /// Offset from SP.
    pub offset: u32,
    /// Bytes.
    pub size: u32,
    /// Offset of the [`PtrMap`] of its words.
    pub map: u32,
}

/// Gives the stack objects of a function. Cheap to copy, to go over them again.
#[derive(Clone, Copy, Debug, Default)]
pub struct StackObjects<'a> {
    bytes: &'a [u8],
    at: usize,
    end: u32,
}

impl Iterator for StackObjects<'_> {
    type Item = StackObject;
    #[inline]
    fn next(&mut self) -> Option<StackObject> {
        if self.at >= self.bytes.len() {
            return None;
        }
        let offset = self.end + uvarint2(self.bytes, &mut self.at);
        let size = uvarint2(self.bytes, &mut self.at);
        let map = uvarint2(self.bytes, &mut self.at);
        self.end = offset + size;
        Some(StackObject { offset, size, map })
    }
}
