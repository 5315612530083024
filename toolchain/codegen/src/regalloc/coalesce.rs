//! Spill slots that hand a value over to each other become one. The allocator joins what jumps hand over before it splits live ranges, and gives up where
//! there are many; what is left are loads from one slot and stores into another, which cost code and time, and latency where a loop's value goes through
//! them.
//!
//! Two slots are one unless either is written, with anything but the other's value, while the other is live (Chaitin et al., "Register allocation via
//! coloring", 1981). Slots that hold floats of two words are left alone.
use super::Problem;
use crate::mach::dataflow::{self, Backward};
use regalloc2::{
    Allocation, Edit, Function, Inst, OperandKind, OperandPos, Output, PReg, ProgPoint, RegClass,
};

/// At most so many slots of a function are looked at, and so many words of their sets.
const MOST: usize = 1024;
const MOST_WORDS: usize = 1 << 20;

/// Machine registers by [`PReg::index`].
const REGS: usize = 128;

const NONE: u32 = u32::MAX;

/// A place: a machine register, or a slot.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Reg(usize),
    Slot(u32),
}

fn place(a: Allocation) -> Place {
    match a.as_reg() {
        Some(r) => Place::Reg(r.index()),
        None => Place::Slot(a.as_stack().expect("an operand without place").index() as u32),
    }
}

/// What happens, in program order.
#[derive(Clone, Copy)]
enum Event {
    /// The allocator's move of this number.
    Move(usize),
    Inst(usize),
}

/// A function's code with its places.
struct Code<'a> {
    p: &'a Problem,
    out: &'a Output,
    events: Vec<Event>,
    /// Where each block's events begin, and the end.
    starts: Vec<usize>,
}

impl<'a> Code<'a> {
    fn new(p: &'a Problem, out: &'a Output) -> Code<'a> {
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
    fn block(&self, b: usize) -> &[Event] {
        &self.events[self.starts[b]..self.starts[b + 1]]
    }
    fn edit(&self, n: usize) -> (Place, Place) {
        let Edit::Move { from, to } = self.out.edits[n].1;
        (place(from), place(to))
    }
    /// The source and target of an instruction that copies, and does nothing else.
    fn copy(&self, inst: usize) -> Option<(Place, Place)> {
        if !self.p.copies(inst) {
            return None;
        }
        let of = |kind| self.operands(inst).find(|o| o.0 == kind).map(|o| o.2);
        Some((of(OperandKind::Use)?, of(OperandKind::Def)?))
    }
    fn operands(&self, inst: usize) -> impl Iterator<Item = (OperandKind, OperandPos, Place)> {
        let inst = Inst::new(inst);
        let operands = self.p.inst_operands(inst).iter().zip(self.out.inst_allocs(inst));
        operands.map(|(o, &a)| (o.kind(), o.pos(), place(a)))
    }
    /// How deep in loops each block is, roughly: what lies between a header and the last jump back to it counts.
    fn depths(&self) -> Vec<u32> {
        let n = self.p.num_blocks();
        let mut last = vec![0; n];
        for b in 0..n {
            let succs = self.p.succs[b].iter().map(|s| s.index());
            succs.filter(|&s| s <= b).for_each(|s| last[s] = b);
        }
        let mut change = vec![0i32; n + 1];
        for (h, &b) in last.iter().enumerate().filter(|&(h, &b)| b >= h && self.is_header(h)) {
            change[h] += 1;
            change[b + 1] -= 1;
        }
        let mut depth = 0;
        change[..n]
            .iter()
            .map(|c| {
                depth += c;
                depth as u32
            })
            .collect()
    }
    fn is_header(&self, b: usize) -> bool {
        self.p.preds[b].iter().any(|p| p.index() >= b)
    }
    /// Slots that hold floats of more than a word, and their second words.
    fn wide(&self) -> Vec<bool> {
        let mut wide = vec![false; self.out.num_spillslots + 1];
        if self.p.float_words == 1 {
            return wide;
        }
        let mut is_wide = |p: Place| {
            if let Place::Slot(s) = p {
                wide[s as usize] = true;
                wide[s as usize + 1] = true;
            }
        };
        let is_float = |a: &Allocation| a.as_reg().is_some_and(|r| r.class() == RegClass::Float);
        for (_, Edit::Move { from, to }) in &self.out.edits {
            if is_float(from) || is_float(to) {
                [from, to].into_iter().filter(|a| a.is_stack()).for_each(|&a| is_wide(place(a)));
            }
        }
        for (o, &a) in self.p.operands.iter().zip(&self.out.allocs) {
            if o.class() == RegClass::Float && a.is_stack() {
                is_wide(place(a));
            }
        }
        wide
    }
}

/// Which slot's value each register holds, in one block. A safepoint changes pointers where it finds them, which may be one of two places: nothing is
/// known behind it.
struct Held([u32; REGS]);

impl Held {
    fn forget(&mut self, slot: u32) {
        self.0.iter_mut().filter(|h| **h == slot).for_each(|h| *h = NONE);
    }
    /// The slot whose value is moved.
    fn moved(&mut self, from: Place, to: Place) -> u32 {
        let source = match from {
            Place::Slot(s) => s,
            Place::Reg(r) => self.0[r],
        };
        match to {
            Place::Reg(r) => self.0[r] = source,
            Place::Slot(s) if s == source => {}
            Place::Slot(s) => {
                self.forget(s);
                if let Place::Reg(r) = from
                    && source == NONE
                {
                    self.0[r] = s;
                }
            }
        }
        source
    }
    /// The same for whatever happens; `NONE` if nothing is moved.
    fn event(&mut self, code: &Code, name: &dyn Fn(Place) -> Place, event: Event) -> u32 {
        let inst = match event {
            Event::Move(n) => {
                let (from, to) = code.edit(n);
                return self.moved(name(from), name(to));
            }
            Event::Inst(i) => i,
        };
        if let Some((from, to)) = code.copy(inst) {
            return self.moved(name(from), name(to));
        }
        if code.p.safepoints.binary_search(&(inst as u32)).is_ok() {
            self.0 = [NONE; REGS];
            return NONE;
        }
        for (kind, _, p) in code.operands(inst) {
            match name(p) {
                _ if kind == OperandKind::Use => {}
                Place::Reg(r) => self.0[r] = NONE,
                Place::Slot(s) => self.forget(s),
            }
        }
        code.p.inst_clobbers(Inst::new(inst)).into_iter().for_each(|r: PReg| self.0[r.index()] = NONE);
        NONE
    }
}

/// What an instruction writes and reads, for a set of live places: `write` is told what is live behind it, what it reads late included.
fn backward(
    code: &Code,
    inst: usize,
    live: &mut [u64],
    bit_of: &dyn Fn(Place) -> Option<usize>,
    mut write: impl FnMut(usize, &[u64]),
) {
    let bits = |kind, pos| {
        let wanted = move |o: &(OperandKind, OperandPos, Place)| o.0 == kind && pos == o.1;
        code.operands(inst).filter(wanted).filter_map(|o| bit_of(o.2))
    };
    let written =
        || bits(OperandKind::Def, OperandPos::Late).chain(bits(OperandKind::Def, OperandPos::Early));
    bits(OperandKind::Use, OperandPos::Late).for_each(|b| dataflow::set(live, b));
    for b in written() {
        write(b, live);
        written().filter(|&other| other != b).for_each(|other| {
            let mut one = dataflow::bits(other + 1);
            dataflow::set(&mut one, other);
            write(b, &one);
        });
    }
    written().for_each(|b| dataflow::clear(live, b));
    bits(OperandKind::Use, OperandPos::Late).for_each(|b| dataflow::set(live, b));
    bits(OperandKind::Use, OperandPos::Early).for_each(|b| dataflow::set(live, b));
}

/// Classes of slots that are one.
struct Classes {
    parent: Vec<u32>,
    /// With which others each may not be one; of the classes' heads.
    apart: Vec<dataflow::Bits>,
}

impl Classes {
    fn head(&self, mut n: usize) -> usize {
        while self.parent[n] as usize != n {
            n = self.parent[n] as usize;
        }
        n
    }
    fn join(&mut self, a: usize, b: usize) -> bool {
        let (a, b) = (self.head(a), self.head(b));
        if a == b || dataflow::bit(&self.apart[a], b) {
            return false;
        }
        self.parent[a] = b as u32;
        let row = std::mem::take(&mut self.apart[a]);
        for other in dataflow::ones(&row).collect::<Vec<_>>() {
            let other = self.head(other);
            dataflow::set(&mut self.apart[other], b);
            dataflow::set(&mut self.apart[b], other);
        }
        true
    }
}

/// Makes one of slots, drops the moves between them, and numbers the rest anew.
pub(super) fn slots(p: &Problem, out: &mut Output) {
    if out.num_spillslots < 2 {
        return;
    }
    let code = Code::new(p, out);
    let wide = code.wide();
    let depths = code.depths();
    let same = |p: Place| p;

    // The moves from slot to slot, directly or through a register, by weight.
    let mut pairs: Vec<(u32, u32, u32)> = Vec::new();
    for (b, depth) in depths.iter().enumerate() {
        let mut held = Held([NONE; REGS]);
        for &event in code.block(b) {
            let to = match event {
                Event::Move(n) => code.edit(n).1,
                Event::Inst(i) => code.copy(i).map_or(Place::Reg(0), |c| c.1),
            };
            let from = held.event(&code, &same, event);
            if let Place::Slot(to) = to
                && from != NONE
                && from != to
                && !wide[from as usize]
                && !wide[to as usize]
            {
                pairs.push((from, to, 8u32.pow((*depth).min(6))));
            }
        }
    }
    pairs.sort_unstable();
    pairs.dedup_by(|next, first| {
        let equal = (next.0, next.1) == (first.0, first.1);
        if equal {
            first.2 = first.2.saturating_add(next.2);
        }
        equal
    });
    pairs.sort_by_key(|p| std::cmp::Reverse(p.2));
    let most = MOST.min(MOST_WORDS / p.num_blocks().max(1) * 64);
    let mut number = vec![NONE; out.num_spillslots];
    let mut count = 0;
    pairs.retain(|&(a, b, _)| {
        let new = [a, b].iter().filter(|&&s| number[s as usize] == NONE).count();
        if count + new > most {
            return false;
        }
        for s in [a, b] {
            if number[s as usize] == NONE {
                number[s as usize] = count as u32;
                count += 1;
            }
        }
        true
    });
    if pairs.is_empty() {
        return;
    }

    let classes = joined(&code, &number, count, &pairs);
    let mut member = vec![NONE; count];
    number.iter().enumerate().filter(|n| *n.1 != NONE).for_each(|(s, &n)| member[n as usize] = s as u32);
    let name = |s: u32| match number[s as usize] {
        NONE => s,
        n => member[classes.head(n as usize)],
    };
    let dropped = idle(&code, &|p| if let Place::Slot(s) = p { Place::Slot(name(s)) } else { p });

    // Without the names that have gone, if floats are no longer than integers.
    let mut new = vec![NONE; out.num_spillslots];
    let mut slots = out.num_spillslots as u32;
    if p.float_words == 1 {
        slots = 0;
        for s in (0..out.num_spillslots as u32).filter(|&s| name(s) == s) {
            new[s as usize] = slots;
            slots += 1;
        }
    } else {
        (0..slots).for_each(|s| new[s as usize] = s);
    }
    let renamed = |a: Allocation| match a.as_stack() {
        Some(s) => {
            Allocation::stack(regalloc2::SpillSlot::new(new[name(s.index() as u32) as usize] as usize))
        }
        None => a,
    };
    let allocs = out.allocs.iter().map(|&a| renamed(a)).collect();
    let edits = out.edits.iter().zip(dropped).filter(|e| !e.1);
    let edits = edits
        .map(|(&(at, Edit::Move { from, to }), _)| (at, Edit::Move { from: renamed(from), to: renamed(to) }))
        .collect();
    out.allocs = allocs;
    out.edits = edits;
    out.num_spillslots = slots as usize;
}

/// Joins what may be joined.
fn joined(code: &Code, number: &[u32], count: usize, pairs: &[(u32, u32, u32)]) -> Classes {
    let bit_of = |p: Place| match p {
        Place::Slot(s) => Some(number[s as usize] as usize).filter(|&n| n != NONE as usize),
        Place::Reg(_) => None,
    };
    let (p, blocks) = (code.p, code.p.num_blocks());
    let succs = |b: usize| p.succs[b].iter().map(|s| s.index());
    let moved = |live: &mut [u64], from: Place, to: Place| {
        bit_of(to).into_iter().for_each(|b| dataflow::clear(live, b));
        bit_of(from).into_iter().for_each(|b| dataflow::set(live, b));
    };
    let solved = Backward::solve(count, blocks, succs, |b, live| {
        for &event in code.block(b).iter().rev() {
            match event {
                Event::Move(n) => {
                    let (from, to) = code.edit(n);
                    moved(live, from, to);
                }
                Event::Inst(i) => backward(code, i, live, &bit_of, |_, _| {}),
            }
        }
    });
    let mut classes =
        Classes { parent: (0..count as u32).collect(), apart: vec![dataflow::bits(count); count] };
    let mut live = dataflow::bits(count);
    let mut sources = Vec::new();
    for b in 0..blocks {
        let mut held = Held([NONE; REGS]);
        sources.clear();
        sources.extend(code.block(b).iter().map(|&e| held.event(code, &|p| p, e)));
        solved.at_end(succs(b), &mut live);
        for (&event, &source) in code.block(b).iter().zip(&sources).rev() {
            let apart = &mut classes.apart;
            let mut write = |b: usize, live: &[u64]| dataflow::join(&mut apart[b], live);
            let copied = match event {
                Event::Move(n) => Some(code.edit(n)),
                Event::Inst(i) => code.copy(i),
            };
            let Some((from, to)) = copied else {
                if let Event::Inst(i) = event {
                    backward(code, i, &mut live, &bit_of, write);
                }
                continue;
            };
            if let Some(to) = bit_of(to) {
                // What it is a copy of may stay live.
                let source = (source != NONE).then(|| bit_of(Place::Slot(source))).flatten();
                let equal = source.filter(|&s| dataflow::bit(&live, s));
                equal.into_iter().for_each(|s| dataflow::clear(&mut live, s));
                write(to, &live);
                equal.into_iter().for_each(|s| dataflow::set(&mut live, s));
            }
            moved(&mut live, from, to);
        }
    }
    // Both ways.
    for n in 0..count {
        dataflow::clear(&mut classes.apart[n], n);
        for other in dataflow::ones(&classes.apart[n]).collect::<Vec<_>>() {
            dataflow::set(&mut classes.apart[other], n);
        }
    }
    for &(a, b, _) in pairs {
        classes.join(number[a as usize] as usize, number[b as usize] as usize);
    }
    classes
}

/// Which of the allocator's moves do nothing, once slots have these names: what they move is there already, or nobody reads the register.
fn idle(code: &Code, name: &dyn Fn(Place) -> Place) -> Vec<bool> {
    let mut idle = vec![false; code.out.edits.len()];
    let (p, blocks) = (code.p, code.p.num_blocks());
    for b in 0..blocks {
        let mut held = Held([NONE; REGS]);
        for &event in code.block(b) {
            let known = if let Event::Move(n) = event { known(&held, code, name, n) } else { false };
            held.event(code, name, event);
            if let Event::Move(n) = event {
                idle[n] = known;
            }
        }
    }
    let bit_of = |p: Place| if let Place::Reg(r) = p { Some(r) } else { None };
    let succs = |b: usize| p.succs[b].iter().map(|s| s.index());
    let step = |b: usize, live: &mut [u64], idle: &mut [bool], last: bool| {
        for &event in code.block(b).iter().rev() {
            match event {
                Event::Move(n) if idle[n] => {}
                Event::Move(n) => {
                    let (from, to) = code.edit(n);
                    if let Place::Reg(r) = to {
                        if !dataflow::bit(live, r) {
                            idle[n] = last;
                            continue;
                        }
                        dataflow::clear(live, r);
                    }
                    bit_of(from).into_iter().for_each(|r| dataflow::set(live, r));
                }
                Event::Inst(i) => backward(code, i, live, &bit_of, |_, _| {}),
            }
        }
    };
    let solved = Backward::solve(REGS, blocks, succs, |b, live| step(b, live, &mut idle, false));
    let mut live = dataflow::bits(REGS);
    for b in 0..blocks {
        solved.at_end(succs(b), &mut live);
        step(b, &mut live, &mut idle, true);
    }
    idle
}

/// Whether a move's target holds already what it moves.
fn known(held: &Held, code: &Code, name: &dyn Fn(Place) -> Place, edit: usize) -> bool {
    let (from, to) = code.edit(edit);
    match (name(from), name(to)) {
        (Place::Reg(r), Place::Slot(s)) | (Place::Slot(s), Place::Reg(r)) => held.0[r] == s,
        (from, to) => from == to,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Flow, Is, Reg};
    use super::*;
    use crate::mach::operand::{Constraint, Role};
    use regalloc2::SpillSlot;

    /// What an instruction does: writes or reads values, each at a place.
    type Does<'a> = &'a [(Role, usize, Allocation)];

    fn slot(n: usize) -> Allocation {
        Allocation::stack(SpillSlot::new(n))
    }
    fn reg(n: usize) -> Allocation {
        Allocation::reg(PReg::new(n, RegClass::Int))
    }

    /// One block, with moves before some of its instructions; returns the slots and the moves that are left, and where the last instruction finds its operands.
    fn coalesced(
        insts: &[Does],
        safepoint: Option<usize>,
        moves: &[(usize, Allocation, Allocation)],
        slots: usize,
    ) -> (usize, Vec<(Allocation, Allocation)>, Vec<Allocation>) {
        let mut p = Problem::new(vec![false; 8], 8);
        let mut out = Output { num_spillslots: slots, ..Output::default() };
        for (n, inst) in insts.iter().enumerate() {
            let flow = if n + 1 == insts.len() { Flow::Ret } else { Flow::Next };
            let is = Is { flow, safepoint: safepoint == Some(n), copy: false };
            p.inst(is, &[], |v| {
                inst.iter().for_each(|&(role, value, _)| v.reg(role, Constraint::Any, &mut Reg::virt(value, false)))
            });
            out.inst_alloc_offsets.push(out.allocs.len() as u32);
            out.allocs.extend(inst.iter().map(|d| d.2));
        }
        p.end_block(&[], &[], &[]);
        p.finish();
        for &(n, from, to) in moves {
            out.edits.push((ProgPoint::before(Inst::new(n)), Edit::Move { from, to }));
        }
        super::slots(&p, &mut out);
        let left = out.edits.iter().map(|&(_, Edit::Move { from, to })| (from, to)).collect();
        let last = out.inst_allocs(Inst::new(insts.len() - 1)).to_vec();
        (out.num_spillslots, left, last)
    }

    use Role::{Def, Use};

    #[test]
    fn what_only_moves_on_stays() {
        let found = coalesced(
            &[&[(Def, 0, slot(0))], &[(Use, 0, slot(1))]],
            None,
            &[(1, slot(0), reg(1)), (1, reg(1), slot(1))],
            2,
        );
        assert_eq!(found, (1, vec![], vec![slot(0)]));
    }

    #[test]
    fn a_register_that_is_read_is_still_loaded() {
        let found = coalesced(
            &[&[(Def, 0, slot(0))], &[(Use, 0, slot(1)), (Use, 0, reg(1))]],
            None,
            &[(1, slot(0), reg(1)), (1, reg(1), slot(1))],
            2,
        );
        assert_eq!(found, (1, vec![(slot(0), reg(1))], vec![slot(0), reg(1)]));
    }

    #[test]
    fn copies_may_both_live_on() {
        let found = coalesced(
            &[&[(Def, 0, slot(0))], &[(Use, 0, slot(1)), (Use, 0, slot(0))]],
            None,
            &[(1, slot(0), reg(1)), (1, reg(1), slot(1))],
            2,
        );
        assert_eq!(found, (1, vec![], vec![slot(0), slot(0)]));
    }

    #[test]
    fn another_value_beside_the_copy_needs_a_slot() {
        let insts: &[Does] =
            &[&[(Def, 0, slot(0))], &[(Def, 1, slot(0))], &[(Use, 0, slot(1)), (Use, 1, slot(0))]];
        let moves = [(1, slot(0), reg(1)), (1, reg(1), slot(1))];
        let found = coalesced(insts, None, &moves, 2);
        assert_eq!(found, (2, moves.map(|m| (m.1, m.2)).to_vec(), vec![slot(1), slot(0)]));
    }

    #[test]
    fn a_safepoint_may_change_a_register_and_not_the_slot() {
        let insts: &[Does] = &[&[(Def, 0, slot(0))], &[(Use, 0, reg(1))], &[(Use, 0, slot(1))]];
        let moves = [(1, slot(0), reg(1)), (2, reg(1), slot(1))];
        let found = coalesced(insts, Some(1), &moves, 2);
        assert_eq!(found, (2, moves.map(|m| (m.1, m.2)).to_vec(), vec![slot(1)]));
        assert_eq!(coalesced(insts, None, &moves, 2), (1, vec![(slot(0), reg(1))], vec![slot(0)]));
    }

    #[test]
    fn others_close_the_gap() {
        let found = coalesced(
            &[&[(Def, 0, slot(0)), (Def, 1, slot(2))], &[(Use, 0, slot(1)), (Use, 1, slot(2))]],
            None,
            &[(1, slot(0), reg(1)), (1, reg(1), slot(1))],
            3,
        );
        assert_eq!(found, (2, vec![], vec![slot(0), slot(1)]));
    }
}
