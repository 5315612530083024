//! The frame, the prologue with the stack check, and the epilogue.
//!
//! ```text
//!   | incoming arguments  | <- in_args
//!   | return address      |
//!   | saved BP            |  only if there is a frame
//!   | slots               |  those that must be zeroed at entry are the highest
//!   | spill slots         |
//!   | outgoing arguments  | <- SP
//! ```
use super::emit::{Cold, Emitter};
use super::encode::*;
use super::inst::*;
use super::regs::*;
use crate::isa::RelocTarget;
use ir::{Func, IndexVec, Slot};
pub use reflect::image::STACK_SMALL;

/// Offset of the guard in the g.
pub const STACKGUARD0: i32 = 8 * reflect::image::G_STACKGUARD0_WORD as i32;
const STACK_BIG: u32 = 4096;

/// Where everything is, relative to SP.
pub struct Frame {
    /// Bytes that the prologue subtracts from SP.
    pub size: u32,
    /// Whether BP is saved.
    pub saves_bp: bool,
    spills: u32,
    slots: IndexVec<Slot, u32>,
    /// Range to be zeroed at entry.
    zero: (u32, u32),
}

impl Frame {
    /// Lays out a frame.
    pub fn new(func: &Func, slots_used: &[bool], out_args: u32, spills: usize, calls: bool) -> Frame {
        let mut at = out_args.next_multiple_of(8);
        let spill_base = at;
        at += 8 * spills as u32;
        let mut slots: IndexVec<Slot, u32> = IndexVec::new();
        slots.resize(func.slots.len(), 0);
        let zeroed = |s: &ir::SlotData| s.ptrs.iter().any(|&p| p) && !s.init;
        let mut place = |at: &mut u32, want: bool| {
            for (id, s) in func.slots.iter_enumerated() {
                if zeroed(s) != want || !slots_used[id.0 as usize] {
                    continue;
                }
                *at = at.next_multiple_of(s.align.clamp(1, 8));
                if want || s.ptrs.iter().any(|&p| p) {
                    *at = at.next_multiple_of(8);
                }
                slots[id] = *at;
                *at += s.size;
            }
            *at = at.next_multiple_of(8);
        };
        place(&mut at, false);
        let zero_from = at;
        place(&mut at, true);
        let saves_bp = at != 0 || calls;
        Frame { size: at, saves_bp, spills: spill_base, slots, zero: (zero_from, at) }
    }
    /// `FuncEntry::frame`: from SP to the return address.
    pub fn to_return_address(&self) -> u32 {
        self.size + if self.saves_bp { 8 } else { 0 }
    }
    /// Offset of the incoming arguments.
    pub fn in_args(&self) -> u32 {
        self.to_return_address() + 8
    }
    pub fn spill_offset(&self, n: usize) -> u32 {
        self.spills + 8 * n as u32
    }
    pub fn slot_offset(&self, s: Slot) -> u32 {
        self.slots[s]
    }
}

fn lea_sp(e: &mut Emitter, disp: i32) {
    e.buf.op(0, true, &[0x8d], R12.hw(), &RmE::M(Mem::reg(SP.hw(), disp)), false, 0);
}

/// Writes the stack check; the jump to `grow` is taken when the stack is too small.
pub fn stack_check(e: &mut Emitter, grow: Label) {
    let size = e.frame.to_return_address();
    let guard = RmE::M(Mem::reg(G.hw(), STACKGUARD0));
    if size <= STACK_SMALL {
        e.buf.op(0, true, &[0x3b], SP.hw(), &guard, false, 0);
    } else {
        lea_sp(e, -((size - STACK_SMALL) as i32));
        if size > STACK_BIG {
            // The subtraction may wrap around: compare with SP itself first.
            e.buf.op(0, true, &[0x39], SP.hw(), &RmE::R(R12.hw()), false, 0);
            e.buf.jcc(Cond::A, grow);
        }
        e.buf.op(0, true, &[0x3b], R12.hw(), &guard, false, 0);
    }
    e.buf.jcc(Cond::Be, grow);
}

/// Makes the frame.
pub fn prologue(e: &mut Emitter) {
    if !e.frame.saves_bp {
        return;
    }
    e.buf.byte(0x55);
    e.pushed = Some(e.buf.mark());
    e.buf.op(0, true, &[0x89], SP.hw(), &RmE::R(BP.hw()), false, 0);
    if e.frame.size != 0 {
        e.buf.alu_imm(AluOp::Sub as u8, Sz::Q, &RmE::R(SP.hw()), e.frame.size as i32);
    }
    zero_slots(e);
}

/// Zeroes the slots that the collector may see before the program has stored to them.
fn zero_slots(e: &mut Emitter) {
    let (from, to) = e.frame.zero;
    let store = |e: &mut Emitter, base: u8, off: u32, bytes: u32| {
        let m = RmE::M(Mem::reg(base, off as i32));
        if bytes == 16 {
            e.buf.op(0, false, &[0x0f, 0x11], X15.hw(), &m, false, 0)
        } else {
            e.buf.op(P66, false, &[0x0f, 0xd6], X15.hw(), &m, false, 0)
        }
    };
    let mut at = from;
    if to - from > 256 {
        let blocks = (to - from) / 64;
        e.buf.op(0, true, &[0x8d], R12.hw(), &RmE::M(Mem::reg(SP.hw(), from as i32)), false, 0);
        e.buf.bytes(&[0x41, 0xbd]);
        e.buf.bytes(&blocks.to_le_bytes());
        let again = e.buf.label();
        e.buf.bind(again);
        for i in 0..4 {
            store(e, R12.hw(), 16 * i, 16);
        }
        e.buf.alu_imm(AluOp::Add as u8, Sz::Q, &RmE::R(R12.hw()), 64);
        e.buf.alu_imm(AluOp::Sub as u8, Sz::D, &RmE::R(R13.hw()), 1);
        e.buf.jcc(Cond::Ne, again);
        at += 64 * blocks;
    }
    while at < to {
        let n = if to - at >= 16 { 16 } else { 8 };
        store(e, SP.hw(), at, n);
        at += n;
    }
}

/// Compares SP with the guard; the slow path gives way to the scheduler.
pub fn poll(e: &mut Emitter, regs: u32, words: Vec<u32>) {
    let (at, back) = (e.buf.label(), e.buf.label());
    e.buf.op(0, true, &[0x3b], SP.hw(), &RmE::M(Mem::reg(G.hw(), STACKGUARD0)), false, 0);
    e.buf.jcc(Cond::Be, at);
    e.buf.bind(back);
    e.colds.push((Cold::Poll { at, back, regs, words }, e.line));
}

/// Writes the call that grows the stack. It goes on at the function's entry; the jump behind it, to `body`, is for a
/// runtime that does not want the check made again.
pub fn grow_stack(e: &mut Emitter, grow: Label, body: Label, context: bool) {
    e.buf.bind(grow);
    let name = if context { e.symbols.morestack } else { e.symbols.morestack_noctxt };
    e.buf.call(0xe8, RelocTarget::Ext(name.to_string()));
    e.buf.jmp(body);
}

impl Emitter<'_> {
    /// Removes the frame; the result is a mark behind its last instruction.
    pub fn epilogue(&mut self) -> Option<u32> {
        if !self.frame.saves_bp {
            return None;
        }
        if self.frame.size != 0 {
            self.buf.alu_imm(AluOp::Add as u8, Sz::Q, &RmE::R(SP.hw()), self.frame.size as i32);
        }
        self.buf.byte(0x5d);
        Some(self.buf.mark())
    }
    /// Notes that the function has ended here, after [`Emitter::epilogue`].
    pub fn leave(&mut self, popped: Option<u32>) {
        if let Some(popped) = popped {
            self.left.push((popped, self.buf.mark()));
        }
    }
}
