//! What the allocator's answer does to registers and slots, as events in program order: for [`super::webs`] and [`super::idle`].
use super::Problem;
use crate::mach::dataflow;
use regalloc2::{
    Allocation, Edit, Function, Inst, OperandKind, OperandPos, Output, PReg, ProgPoint, RegClass,
};

/// Machine registers by [`PReg::index`].
pub(super) const REGS: usize = 128;

pub(super) const NONE: u32 = u32::MAX;

/// A place: a machine register, or a slot.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Place {
    Reg(usize),
    Slot(u32),
}

pub(super) fn place(a: Allocation) -> Place {
    match a.as_reg() {
        Some(r) => Place::Reg(r.index()),
        None => Place::Slot(a.as_stack().expect("an operand without place").index() as u32),
    }
}

/// What happens, in program order.
#[derive(Clone, Copy)]
pub(super) enum Event {
    /// The allocator's move of this number.
    Move(usize),
    Inst(usize),
}

/// A function's code with its places.
pub(super) struct Code<'a> {
    pub(super) p: &'a Problem,
    pub(super) out: &'a Output,
    events: Vec<Event>,
    /// Where each block's events begin, and the end.
    pub(super) starts: Vec<usize>,
}

impl<'a> Code<'a> {
    pub(super) fn new(p: &'a Problem, out: &'a Output) -> Code<'a> {
        let mut events = Vec::with_capacity(p.num_insts() + out.edits.len());
        let mut starts = Vec::with_capacity(p.num_blocks() + 1);
        let mut edit = 0;
        for b in 0..p.num_blocks() {
            starts.push(events.len());
            for i in p.block_range(b) {
                let mut upto = |point: ProgPoint, events: &mut Vec<Event>| {
                    while out.edits.get(edit).is_some_and(|e| e.0 <= point) {
                        events.push(Event::Move(edit));
                        edit += 1;
                    }
                };
                upto(ProgPoint::before(Inst::new(i)), &mut events);
                events.push(Event::Inst(i));
                upto(ProgPoint::after(Inst::new(i)), &mut events);
            }
        }
        starts.push(events.len());
        Code { p, out, events, starts }
    }
    pub(super) fn blocks(&self) -> usize {
        self.p.num_blocks()
    }
    pub(super) fn block(&self, b: usize) -> &[Event] {
        &self.events[self.starts[b]..self.starts[b + 1]]
    }
    pub(super) fn succs(&self, b: usize) -> impl Iterator<Item = usize> {
        self.p.succs[b].iter().map(|s| s.index())
    }
    pub(super) fn edit(&self, n: usize) -> (Place, Place) {
        let Edit::Move { from, to } = self.out.edits[n].1;
        (place(from), place(to))
    }
    /// The numbers of an instruction's operands among all.
    pub(super) fn operands(&self, inst: usize) -> std::ops::Range<usize> {
        self.p.operand_range(inst)
    }
    pub(super) fn kind(&self, operand: usize) -> (OperandKind, OperandPos) {
        let o = &self.p.operands[operand];
        (o.kind(), o.pos())
    }
    pub(super) fn place(&self, operand: usize) -> Place {
        place(self.out.allocs[operand])
    }
    /// The source and target operands of an instruction that copies, and does nothing else.
    pub(super) fn copy(&self, inst: usize) -> Option<(usize, usize)> {
        if !self.p.copies(inst) {
            return None;
        }
        let of = |kind| self.operands(inst).find(|&o| self.kind(o).0 == kind);
        Some((of(OperandKind::Use)?, of(OperandKind::Def)?))
    }
    /// How deep in loops each block is, roughly: what lies between a header and the last jump back to it counts.
    pub(super) fn depths(&self) -> Vec<u32> {
        let n = self.blocks();
        let mut last = vec![None; n];
        for b in 0..n {
            self.succs(b).filter(|&s| s <= b).for_each(|s| last[s] = Some(b));
        }
        let mut change = vec![0i32; n + 1];
        for (h, b) in last.iter().enumerate().filter_map(|(h, b)| Some((h, (*b)?))) {
            change[h] += 1;
            change[b + 1] -= 1;
        }
        let depth = change[..n].iter().scan(0, |depth, c| {
            *depth += c;
            Some(*depth as u32)
        });
        depth.collect()
    }
    /// Slots that hold floats of more than a word, and their second words.
    pub(super) fn wide(&self) -> Vec<bool> {
        let mut wide = vec![false; self.out.num_spillslots + 1];
        if self.p.float_words == 1 {
            return wide;
        }
        let mut is_wide = |a: Allocation| {
            if let Some(s) = a.as_stack() {
                wide[s.index()] = true;
                wide[s.index() + 1] = true;
            }
        };
        let is_float = |a: &Allocation| a.as_reg().is_some_and(|r| r.class() == RegClass::Float);
        for &(_, Edit::Move { from, to }) in &self.out.edits {
            if is_float(&from) || is_float(&to) {
                is_wide(from);
                is_wide(to);
            }
        }
        for (o, &a) in self.p.operands.iter().zip(&self.out.allocs) {
            if o.class() == RegClass::Float {
                is_wide(a);
            }
        }
        wide
    }
}

/// Which slot's contents each register holds, in one block; slots have any names that tell contents apart. A safepoint changes pointers where it finds
/// them, which may be one of two places: nothing is known behind it.
pub(super) struct Held(pub(super) [u32; REGS]);

impl Held {
    pub(super) fn new() -> Held {
        Held([NONE; REGS])
    }
    pub(super) fn forget(&mut self, slot: u32) {
        self.0.iter_mut().filter(|h| **h == slot).for_each(|h| *h = NONE);
    }
    /// The slot whose contents are moved.
    pub(super) fn source(&self, from: Place) -> u32 {
        match from {
            Place::Slot(s) => s,
            Place::Reg(r) => self.0[r],
        }
    }
    /// A move; slots that it writes have been forgotten.
    pub(super) fn moved(&mut self, from: Place, to: Place) {
        let source = self.source(from);
        match (from, to) {
            (_, Place::Reg(r)) => self.0[r] = source,
            (Place::Reg(r), Place::Slot(s)) if source == NONE => self.0[r] = s,
            _ => {}
        }
    }
    /// What an instruction does to registers.
    pub(super) fn inst(&mut self, code: &Code, inst: usize) {
        if code.p.safepoints.binary_search(&(inst as u32)).is_ok() {
            *self = Held::new();
            return;
        }
        for o in code.operands(inst).filter(|&o| code.kind(o).0 == OperandKind::Def) {
            if let Place::Reg(r) = code.place(o) {
                self.0[r] = NONE;
            }
        }
        code.p.inst_clobbers(Inst::new(inst)).into_iter().for_each(|r: PReg| self.0[r.index()] = NONE);
    }
}

/// What an instruction writes and reads, for a set of what is live: `write` is told what is live behind it, what it reads late included.
pub(super) fn backward(
    code: &Code,
    inst: usize,
    live: &mut [u64],
    bit_of: &dyn Fn(usize) -> Option<usize>,
    mut write: impl FnMut(usize, &[u64]),
) {
    let bits =
        |kind, pos| code.operands(inst).filter(move |&o| code.kind(o) == (kind, pos)).filter_map(bit_of);
    let written =
        || bits(OperandKind::Def, OperandPos::Late).chain(bits(OperandKind::Def, OperandPos::Early));
    bits(OperandKind::Use, OperandPos::Late).for_each(|b| dataflow::set(live, b));
    for b in written() {
        let others: smallvec::SmallVec<[usize; 4]> =
            written().filter(|&other| !dataflow::bit(live, other)).collect();
        others.iter().for_each(|&other| dataflow::set(live, other));
        write(b, live);
        others.iter().for_each(|&other| dataflow::clear(live, other));
    }
    written().for_each(|b| dataflow::clear(live, b));
    bits(OperandKind::Use, OperandPos::Late).for_each(|b| dataflow::set(live, b));
    bits(OperandKind::Use, OperandPos::Early).for_each(|b| dataflow::set(live, b));
}
