//! Spill slots by what is in them. The allocator gives a value its slot as it goes, joins what jumps hand over before it splits live ranges, and gives up
//! where there are many; what is left are loads from one slot and stores into another, which cost code and time, and latency where a loop's value goes
//! through them. Here the contents of slots are taken apart into webs (what some read may find, from all the writes that it may find it from), webs that
//! are copies of each other share a slot, and slots are given out anew.
//!
//! Two webs may share a slot unless either is written, with anything but the other's value, while the other is live (Chaitin et al., "Register allocation
//! via coloring", 1981). Slots that hold floats of two words are left as they are, behind the others.
use super::Problem;
use super::code::{Code, Event, Held, NONE, Place, backward};
use super::idle::idle;
use crate::mach::dataflow::{self, Backward, Sets};
use regalloc2::{Allocation, Edit, OperandConstraint, OperandKind, Output, ProgPoint, SpillSlot};

/// Functions with more webs, or more words in the sets of what is live, keep what the allocator chose.
const MOST_WEBS: usize = 4096;
const MOST_WORDS: usize = 1 << 18;

/// What is where on the way through a block. Webs have names that are joined later.
struct Walk<'a> {
    code: &'a Code<'a>,
    wide: &'a [bool],
    /// The web in each slot.
    now: Vec<u32>,
    held: Held,
    sets: Sets,
}

impl Walk<'_> {
    /// A slot that takes part.
    fn slot(&self, p: Place) -> Option<usize> {
        match p {
            Place::Slot(s) if !self.wide[s as usize] => Some(s as usize),
            _ => None,
        }
    }
    /// With the web's name instead of the slot's.
    fn named(&self, p: Place) -> Place {
        match p {
            Place::Slot(_) => Place::Slot(self.slot(p).map_or(NONE, |s| self.now[s])),
            _ => p,
        }
    }
    /// A new web, if it is a slot that is written.
    fn write(&mut self, p: Place) -> u32 {
        let Some(s) = self.slot(p) else { return NONE };
        self.held.forget(self.now[s]);
        self.now[s] = self.sets.one_more();
        self.now[s]
    }
}

/// A copy of one web's value that is written into another's slot, and how often roughly.
type Pair = (u32, u32, u32);

/// The webs: of what each move and each operand reads or writes, and of what is live where blocks begin. `NONE` where no slot is.
struct Webs {
    count: usize,
    /// Of the sources and targets of moves.
    edits: Vec<(u32, u32)>,
    operands: Vec<u32>,
    /// Of what each block finds, and where in here each block's begin.
    starts: Vec<u32>,
    bases: Vec<usize>,
    /// Whose value a move or an instruction that copies writes into its slot: by the events' numbers, in their order.
    sources: Vec<(usize, u32)>,
    pairs: Vec<Pair>,
}

impl Webs {
    /// `None`: there are too many, or nothing is copied from slot to slot.
    fn new(code: &Code, wide: &[bool]) -> Option<Webs> {
        let (slots, blocks) = (code.out.num_spillslots, code.blocks());
        if slots.div_ceil(64) * blocks > MOST_WORDS {
            return None;
        }
        let mut walk = Walk { code, wide, now: vec![NONE; slots], held: Held::new(), sets: Sets::new(0) };
        let slot = |p: Place| walk.slot(p);
        let of_operand = |o: usize| slot(code.place(o));
        let solved = Backward::solve(
            slots,
            blocks,
            |b| code.succs(b),
            |b, live| {
                for &event in code.block(b).iter().rev() {
                    match event {
                        Event::Move(n) => {
                            let (from, to) = code.edit(n);
                            slot(to).into_iter().for_each(|s| dataflow::clear(live, s));
                            slot(from).into_iter().for_each(|s| dataflow::set(live, s));
                        }
                        Event::Inst(i) => backward(code, i, live, &of_operand, |_, _| {}),
                    }
                }
            },
        );
        let found: Vec<Vec<usize>> =
            (0..blocks).map(|b| dataflow::ones(solved.at_start(b)).collect()).collect();
        let bases: Vec<usize> =
            found.iter().scan(0, |next, slots| Some(std::mem::replace(next, *next + slots.len()))).collect();
        walk.sets = Sets::new(found.iter().map(Vec::len).sum());
        let mut webs = Webs {
            count: 0,
            edits: vec![(NONE, NONE); code.out.edits.len()],
            operands: vec![NONE; code.out.allocs.len()],
            starts: (0..walk.sets.len() as u32).collect(),
            bases,
            sources: Vec::new(),
            pairs: Vec::new(),
        };
        for (b, depth) in code.depths().into_iter().enumerate() {
            walk.now.fill(NONE);
            walk.held = Held::new();
            found[b].iter().enumerate().for_each(|(k, &s)| walk.now[s] = (webs.bases[b] + k) as u32);
            for (at, &event) in code.block(b).iter().enumerate() {
                webs.event(&mut walk, (code.starts[b] + at, event), 8u32.pow(depth.min(6)));
            }
            for s in code.succs(b) {
                for (k, &slot) in found[s].iter().enumerate() {
                    walk.sets.join(walk.now[slot], (webs.bases[s] + k) as u32);
                }
            }
        }
        if webs.pairs.is_empty() {
            return None;
        }
        webs.number(&mut walk.sets)
    }

    /// Follows what is in slots over an event.
    fn event(&mut self, walk: &mut Walk, (at, event): (usize, Event), weight: u32) {
        let code = walk.code;
        let mut copy = |from: Place, to: Place, walk: &mut Walk| {
            let from = walk.named(from);
            let source = walk.held.source(from);
            let web = walk.write(to);
            walk.held.moved(from, walk.named(to));
            if web != NONE && source != NONE {
                self.pairs.push((source, web, weight));
                self.sources.push((at, source));
            }
            (if let Place::Slot(s) = from { s } else { NONE }, web)
        };
        match event {
            Event::Move(n) => {
                let (from, to) = code.edit(n);
                self.edits[n] = copy(from, to, walk);
            }
            Event::Inst(i) => {
                if let Some((from, to)) = code.copy(i) {
                    let (source, target) = copy(code.place(from), code.place(to), walk);
                    self.operands[from] = source;
                    self.operands[to] = target;
                    return;
                }
                walk.held.inst(code, i);
                let (reads, writes): (Vec<usize>, Vec<usize>) =
                    code.operands(i).partition(|&o| code.kind(o).0 == OperandKind::Use);
                for o in reads {
                    self.operands[o] = walk.slot(code.place(o)).map_or(NONE, |s| walk.now[s]);
                }
                for o in writes {
                    let web = walk.write(code.place(o));
                    self.operands[o] = web;
                    if let OperandConstraint::Reuse(k) = code.p.operands[o].constraint()
                        && web != NONE
                    {
                        walk.sets.join(self.operands[code.operands(i).start + k], web);
                    }
                }
            }
        }
    }

    /// From the names that were given on the way to numbers of webs.
    fn number(mut self, sets: &mut Sets) -> Option<Webs> {
        let mut numbers = vec![NONE; sets.len()];
        let mut number = |n: u32, count: &mut usize| {
            if n == NONE {
                return NONE;
            }
            let number = &mut numbers[sets.head(n) as usize];
            if *number == NONE {
                *number = *count as u32;
                *count += 1;
            }
            *number
        };
        let count = &mut self.count;
        for (from, to) in &mut self.edits {
            *from = number(*from, count);
            *to = number(*to, count);
        }
        self.operands.iter_mut().for_each(|n| *n = number(*n, count));
        self.starts.iter_mut().for_each(|n| *n = number(*n, count));
        self.sources.iter_mut().for_each(|s| s.1 = number(s.1, count));
        for (from, to, _) in &mut self.pairs {
            *from = number(*from, count);
            *to = number(*to, count);
        }
        (*count <= MOST_WEBS).then_some(self)
    }

    /// Which webs cannot share a slot.
    fn apart(&self, code: &Code) -> Vec<dataflow::Bits> {
        let mut apart = vec![dataflow::bits(self.count); self.count];
        let mut live = dataflow::bits(self.count);
        let bit = |n: u32| (n != NONE).then_some(n as usize);
        let mut sources = self.sources.iter().rev().peekable();
        for b in (0..code.blocks()).rev() {
            live.fill(0);
            for s in code.succs(b) {
                let end = self.bases.get(s + 1).copied().unwrap_or(self.starts.len());
                self.starts[self.bases[s]..end].iter().for_each(|&n| dataflow::set(&mut live, n as usize));
            }
            for (at, &event) in code.block(b).iter().enumerate().rev() {
                let at = code.starts[b] + at;
                let source = sources.next_if(|s| s.0 == at).map_or(NONE, |s| s.1);
                let mut write = |n: usize, live: &[u64]| dataflow::join(&mut apart[n], live);
                let copied = match event {
                    Event::Move(n) => Some(self.edits[n]),
                    Event::Inst(i) => code.copy(i).map(|(from, to)| (self.operands[from], self.operands[to])),
                };
                let Some((from, to)) = copied else {
                    if let Event::Inst(i) = event {
                        backward(code, i, &mut live, &|o| bit(self.operands[o]), write);
                    }
                    continue;
                };
                if let Some(to) = bit(to) {
                    // What it is a copy of may stay live.
                    let equal = bit(source).filter(|&s| dataflow::bit(&live, s));
                    equal.into_iter().for_each(|s| dataflow::clear(&mut live, s));
                    write(to, &live);
                    equal.into_iter().for_each(|s| dataflow::set(&mut live, s));
                    dataflow::clear(&mut live, to);
                }
                bit(from).into_iter().for_each(|s| dataflow::set(&mut live, s));
            }
        }
        // Both ways.
        for n in 0..self.count {
            dataflow::clear(&mut apart[n], n);
            for other in dataflow::ones(&apart[n]).collect::<Vec<_>>() {
                dataflow::set(&mut apart[other], n);
            }
        }
        apart
    }

    /// The slot of each web, and how many there are.
    fn slots(&mut self, code: &Code) -> (Vec<u32>, u32) {
        let mut apart = self.apart(code);
        let mut sets = Sets::new(self.count);
        self.pairs.sort_by_key(|p| std::cmp::Reverse(p.2));
        for &(a, b, _) in &self.pairs {
            let (a, b) = (sets.head(a), sets.head(b));
            if a == b || dataflow::bit(&apart[a as usize], b as usize) {
                continue;
            }
            sets.join(a, b);
            let row = std::mem::take(&mut apart[a as usize]);
            for other in dataflow::ones(&row).collect::<Vec<_>>() {
                let other = sets.head(other as u32);
                dataflow::set(&mut apart[other as usize], b as usize);
                dataflow::set(&mut apart[b as usize], other as usize);
            }
        }
        let mut slots = vec![NONE; self.count];
        let mut count = 0;
        let mut taken = Vec::new();
        for n in 0..self.count as u32 {
            let head = sets.head(n) as usize;
            if slots[head] == NONE {
                taken.clear();
                taken.resize(count as usize + 1, false);
                for other in dataflow::ones(&apart[head]) {
                    let slot = slots[sets.head(other as u32) as usize];
                    if slot != NONE {
                        taken[slot as usize] = true;
                    }
                }
                let free = taken.iter().position(|&t| !t).expect("one more than there are") as u32;
                count = count.max(free + 1);
                slots[head] = free;
            }
            slots[n as usize] = slots[head];
        }
        (slots, count)
    }
}

/// Gives slots out anew, and drops the moves that do nothing then.
pub(super) fn slots(p: &Problem, out: &mut Output) {
    if out.num_spillslots < 2 {
        return;
    }
    let code = Code::new(p, out);
    let wide = code.wide();
    let Some(mut webs) = Webs::new(&code, &wide) else { return };
    let (new, count) = webs.slots(&code);

    let wide_count = wide[..out.num_spillslots].iter().filter(|w| **w).count();
    // Wide ones keep their order behind the others, where they begin at an even number.
    let first_wide = count.next_multiple_of(2);
    let wide: Vec<u32> = wide[..out.num_spillslots]
        .iter()
        .scan(first_wide, |next, &w| Some(std::mem::replace(next, *next + w as u32)))
        .collect();
    let renamed = |a: Allocation, web: u32| match (a.as_stack(), web) {
        (None, _) => a,
        (Some(s), NONE) => Allocation::stack(SpillSlot::new(wide[s.index()] as usize)),
        (Some(_), n) => Allocation::stack(SpillSlot::new(new[n as usize] as usize)),
    };
    let allocs = out.allocs.iter().zip(&webs.operands).map(|(&a, &web)| renamed(a, web)).collect();
    let edit = |(&(at, Edit::Move { from, to }), &(source, target)): (&(ProgPoint, Edit), &(u32, u32))| {
        (at, Edit::Move { from: renamed(from, source), to: renamed(to, target) })
    };
    let edits = out.edits.iter().zip(&webs.edits).map(edit).collect();
    out.num_spillslots = if wide_count == 0 { count as usize } else { first_wide as usize + wide_count };
    (out.allocs, out.edits) = (allocs, edits);

    let mut idle = idle(&Code::new(p, out)).into_iter();
    out.edits.retain(|_| !idle.next().unwrap());
}

#[cfg(test)]
mod tests {
    use super::super::{Flow, Is, Reg};
    use super::*;
    use crate::mach::operand::{Constraint, Role};
    use regalloc2::{Inst, PReg, RegClass};

    /// What an instruction does: writes or reads values, each at a place.
    type Does<'a> = &'a [(Role, usize, Allocation)];

    fn slot(n: usize) -> Allocation {
        Allocation::stack(SpillSlot::new(n))
    }
    fn reg(n: usize) -> Allocation {
        Allocation::reg(PReg::new(n, RegClass::Int))
    }

    /// The second instruction finds in slot 1 what was in slot 0.
    fn through_a_register() -> [(usize, Allocation, Allocation); 2] {
        [(1, slot(0), reg(1)), (1, reg(1), slot(1))]
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
                inst.iter()
                    .for_each(|&(role, value, _)| v.reg(role, Constraint::Any, &mut Reg::virt(value, false)))
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
        let found = coalesced(&[&[(Def, 0, slot(0))], &[(Use, 0, slot(1))]], None, &through_a_register(), 2);
        assert_eq!(found, (1, vec![], vec![slot(0)]));
    }

    #[test]
    fn a_register_that_is_read_is_still_loaded() {
        let found = coalesced(
            &[&[(Def, 0, slot(0))], &[(Use, 0, slot(1)), (Use, 0, reg(1))]],
            None,
            &through_a_register(),
            2,
        );
        assert_eq!(found, (1, vec![(slot(0), reg(1))], vec![slot(0), reg(1)]));
    }

    #[test]
    fn copies_may_both_live_on() {
        let found = coalesced(
            &[&[(Def, 0, slot(0))], &[(Use, 0, slot(1)), (Use, 0, slot(0))]],
            None,
            &through_a_register(),
            2,
        );
        assert_eq!(found, (1, vec![], vec![slot(0), slot(0)]));
    }

    #[test]
    fn what_is_in_a_slot_later_is_another_web() {
        let insts: &[Does] =
            &[&[(Def, 0, slot(0))], &[(Def, 1, slot(0))], &[(Use, 0, slot(1)), (Use, 1, slot(0))]];
        assert_eq!(coalesced(insts, None, &through_a_register(), 2), (2, vec![], vec![slot(0), slot(1)]));
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
            &through_a_register(),
            3,
        );
        assert_eq!(found, (2, vec![], vec![slot(0), slot(1)]));
    }
}
