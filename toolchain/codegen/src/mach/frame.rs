//! The layout of a frame.
//!
//! ```text
//!   | incoming arguments  | <- in_args; parameters that live in memory have their slots there
//!   | fixed part          |  of the caller: with a link register, where the caller saves its own
//!   | return address      |  only where calls push it
//!   | saved frame pointer |  only where frames save it, if there is a frame
//!   | slots               |  those that must be zeroed at entry are the highest
//!   | spill slots         |
//!   | outgoing arguments  | <- out_args
//!   | fixed part          |  the saved link register and such <- SP
//! ```
use super::Frames;
use super::homes::Home;
use ir::{Func, IndexVec, Slot};
use reflect::arch::Arch;
pub use reflect::image::STACK_SMALL;

/// From this size on the check must think of SP minus the frame wrapping around.
pub const STACK_BIG: u32 = 4096;

/// Where everything is, relative to SP.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Bytes that the prologue subtracts from SP, beside what it pushes.
    pub size: u32,
    /// Whether there is a frame at all.
    pub present: bool,
    /// Range to be zeroed at entry.
    pub zero: (u32, u32),
    /// Bytes between `size` and the return address, or the caller's frame.
    pushed: u32,
    row: &'static Arch,
    spills: u32,
    homes: Vec<Home>,
    slots: IndexVec<Slot, u32>,
}

impl Frame {
    /// Lays out a frame. `slots_used`: those that lie in it; `zeroed`: those that must be zeroed at entry; `spills`: words of spill slots.
    pub fn new<M: Frames>(
        func: &Func,
        slots_used: &[bool],
        zeroed: &[bool],
        out_args: u32,
        spills: usize,
        calls: bool,
    ) -> Frame {
        let word = M::WORD;
        let mut at = out_args.next_multiple_of(word);
        let fixed = M::ROW.min_frame as u32;
        at += fixed;
        let spill_base = at;
        at += word * spills as u32;
        let mut slots: IndexVec<Slot, u32> = IndexVec::new();
        slots.resize(func.slots.len(), 0);
        let mut place = |at: &mut u32, want: bool| {
            for (id, s) in func.slots.iter_enumerated() {
                if !slots_used[id.0 as usize] || zeroed[id.0 as usize] != want {
                    continue;
                }
                *at = at.next_multiple_of(s.align.clamp(1, 8));
                if want || s.ptrs.any() {
                    *at = at.next_multiple_of(word);
                }
                slots[id] = *at;
                *at = at.saturating_add(s.size);
            }
            *at = at.next_multiple_of(word);
        };
        place(&mut at, false);
        let zero_from = at;
        place(&mut at, true);
        Frame { slots, spills: spill_base, zero: (zero_from, at), ..Frame::plain::<M>(at - fixed, calls) }
    }
    /// Slots that are incoming arguments, each with its offset among them.
    pub fn with_incoming(mut self, slots: &[(Slot, u32)]) -> Frame {
        slots.iter().for_each(|&(s, off)| self.slots[s] = self.in_args() + off);
        self
    }
    /// With spill slots that are words of the incoming arguments.
    pub fn with_homes(mut self, homes: Vec<Home>) -> Frame {
        self.homes = homes;
        self
    }
    /// A frame of `size` bytes above its fixed part, nothing of it known.
    pub fn plain<M: Frames>(size: u32, calls: bool) -> Frame {
        let row = M::ROW;
        let present = size != 0 || calls;
        let pushed = if M::SAVES_FP && present { row.ptr_size as u32 } else { 0 };
        let all = if present { size + row.min_frame as u32 } else { 0 };
        // Where SP is aligned to more than a word: with the return address, if it is pushed.
        let over = pushed + if row.link.is_none() { row.ptr_size as u32 } else { 0 };
        let size = if present { (all + over).next_multiple_of(row.stack_align as u32) - over } else { 0 };
        let slots = IndexVec::new();
        Frame {
            size,
            present,
            zero: (0, 0),
            pushed,
            row,
            spills: row.min_frame as u32,
            homes: Vec::new(),
            slots,
        }
    }
    /// What the image says of the frame: from SP to the return address, or (with a link register) to the caller's frame.
    pub fn to_return_address(&self) -> u32 {
        self.size + self.pushed
    }
    /// From SP to the caller's frame.
    pub fn to_caller(&self) -> u32 {
        self.to_return_address() + if self.row.link.is_none() { self.row.ptr_size as u32 } else { 0 }
    }
    /// Offset of the incoming arguments.
    pub fn in_args(&self) -> u32 {
        self.to_caller() + self.row.min_frame as u32
    }
    /// Offset of outgoing arguments.
    pub fn out_args(&self) -> u32 {
        self.row.min_frame as u32
    }
    /// Offset of a spill slot.
    pub fn spill_offset(&self, n: usize) -> u32 {
        match self.homes.iter().find(|h| h.slot == n) {
            Some(h) => self.in_args() + h.at,
            None => self.spills + self.word() * n as u32,
        }
    }
    /// The words of the frame's own spill slots, if there are `n`.
    pub fn spill_words(&self, n: usize) -> std::ops::Range<u32> {
        let first = self.spills / self.word();
        first..first + n as u32
    }
    /// The spill slots that are words of the incoming arguments.
    pub fn homes(&self) -> &[Home] {
        &self.homes
    }
    /// Offset of a stack object.
    pub fn slot_offset(&self, s: Slot) -> u32 {
        self.slots[s]
    }
    /// Bytes in a word.
    pub fn word(&self) -> u32 {
        self.row.ptr_size as u32
    }
}
