//! Replays a function's output against its stack maps.
//!
//! While a function is emitted, [`Replay`] notes what the machine code does with the places that the allocator hands out (registers
//! and spill slots): its moves, and each instruction's operands with the value that selection meant and the place they
//! ended up in. [`Replay::check`] then interprets these notes over the control-flow graph. A place holds a set of values, those that
//! are in it on every path. What must hold:
//!
//! - whatever is read is in the place it is read from;
//! - after a call no register holds anything but the results, after one of a leaf those that it leaves alone do;
//! - at a safepoint a place that the emitted map names holds a pointer, on every path to it;
//! - the collector and stack copying see nothing but the map: a pointer in another place is worth nothing afterwards;
//! - each pointer that is live across the safepoint is in the map;
//! - a word of a stack object that the frame's own code reads was written on every path there, or by the prologue, and in the maps of all
//!   safepoints since;
//! - the map names no word of the frame that is neither such a word nor a spill slot;
//! - recovery finds no value anywhere but in stack objects, in words that all maps name.
//!
//! It runs when [`crate::Options::check`] is set, after the allocator's own checker, of which it shares no code: that one sees neither the maps
//! nor what emission made of the allocator's answer.
use crate::isa::Safepoint;
use crate::mach::operand::{Operands, Role};
use crate::regalloc::{Move, Reg};
use std::ops::Range;

#[derive(Clone, Copy, Debug)]
struct Operand {
    role: Role,
    value: u32,
    place: Reg,
}

/// A call is two steps; between them are the safepoint and what it destroys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Whole,
    Reads,
    Results,
}

#[derive(Clone, Debug)]
enum Step {
    Move(Move),
    /// A value gets another name, wherever it is.
    Named {
        from: u32,
        to: u32,
        by: Move,
    },
    Inst {
        operands: Range<usize>,
        part: Part,
    },
    Safepoint {
        map: usize,
        live: Range<usize>,
    },
    /// These registers lose what they hold; `None`: all.
    Destroy(Option<Range<usize>>),
    /// Pointer words of stack objects are read or written.
    Object {
        words: Range<usize>,
        write: bool,
    },
}

/// A block: its steps and its place in the graph.
#[derive(Clone, Debug, Default)]
struct Node {
    steps: Range<usize>,
    succs: Vec<usize>,
    params: Vec<u32>,
    args: Vec<u32>,
}

/// The frame as the maps see it, in words from SP.
pub struct Words<'a> {
    /// The spill slots.
    pub spills: Range<u32>,
    /// Words of incoming arguments that are spill slots, and which.
    pub homes: &'a [(u32, usize)],
    /// Words of stack objects that may hold pointers, ascending.
    pub objects: &'a [u32],
    /// Those of them that are zero at entry, or arguments.
    pub entry: &'a [u32],
    /// Those that recovery reads.
    pub recovery: &'a [u32],
}

/// Whether an instruction is a safepoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Safe<'a> {
    /// No.
    No,
    /// No, but it destroys these registers.
    Leaf(&'a [Reg]),
    /// A call, with its map's number.
    Call(usize),
    /// A poll, which [`Replay::poll_map`] gives its map.
    Poll,
}

/// Notes of one function.
#[derive(Clone, Debug, Default)]
pub struct Replay {
    nodes: Vec<Node>,
    steps: Vec<Step>,
    operands: Vec<Operand>,
    object_words: Vec<u32>,
    destroyed: Vec<Reg>,
    /// Steps of polls, whose maps come with the cold code.
    polls: Vec<usize>,
    /// The block that recovery enters.
    recovery: Option<usize>,
}

impl Replay {
    /// Adds a block; they are numbered as they come, the entry first. Its steps follow with [`Replay::begin`].
    pub fn block(&mut self, params: &[Reg], succs: Vec<usize>, args: &[Reg]) {
        let ids = |regs: &[Reg]| regs.iter().map(|r| r.index() as u32).collect();
        self.nodes.push(Node { steps: 0..0, succs, params: ids(params), args: ids(args) });
    }
    /// Says where recovery resumes.
    pub fn set_recovery(&mut self, block: usize) {
        self.recovery = Some(block);
    }
    /// Steps noted from now on belong to `block`.
    pub fn begin(&mut self, block: usize) {
        self.nodes[block].steps = self.steps.len()..self.steps.len();
    }
    /// Ends the block's steps.
    pub fn end(&mut self, block: usize) {
        self.nodes[block].steps.end = self.steps.len();
    }
    /// A move was emitted.
    pub fn moved(&mut self, m: Move) {
        self.steps.push(Step::Move(m));
    }
    /// A register does not hold anything any more.
    pub fn lost(&mut self, r: Reg) {
        let from = self.destroyed.len();
        self.destroyed.push(r);
        self.steps.push(Step::Destroy(Some(from..self.destroyed.len())));
    }
    /// An instruction that copies one value to another, `values` before allocation, from place to place; whoever emits it may leave
    /// that out where both hold the same, and moves of the allocator that follow from it.
    pub fn copied(&mut self, values: &[u32], by: Move) {
        self.steps.push(Step::Named { from: values[0], to: values[1], by });
    }
    /// An instruction with its operands in their places. `values`: what they were before allocation, and after them the pointers that
    /// are live across it, whose places are `live`.
    pub fn inst(&mut self, values: &[u32], live: &[Reg], at: Safe, visit: impl FnOnce(&mut Operands)) {
        let mut list: Vec<(Role, Reg)> = Vec::new();
        visit(&mut Operands::new(&mut |role, _, r| list.push((role, *r)), &mut |_| {}));
        debug_assert_eq!(list.len() + live.len(), values.len());
        let from = self.operands.len();
        let (own, kept) = values.split_at(list.len());
        let own = list.into_iter().zip(own).map(|((role, place), &value)| Operand { role, value, place });
        self.operands.extend(own);
        let operands = from..self.operands.len();
        let kept =
            live.iter().zip(kept).map(|(&place, &value)| Operand { role: Role::LateUse, value, place });
        self.operands.extend(kept);
        let live = operands.end..self.operands.len();
        match at {
            Safe::No => self.steps.push(Step::Inst { operands, part: Part::Whole }),
            Safe::Leaf(destroyed) => {
                let from = self.destroyed.len();
                self.destroyed.extend(destroyed);
                self.steps.extend([
                    Step::Inst { operands: operands.clone(), part: Part::Reads },
                    Step::Destroy(Some(from..self.destroyed.len())),
                    Step::Inst { operands, part: Part::Results },
                ]);
            }
            Safe::Poll => {
                self.polls.push(self.steps.len());
                self.steps.push(Step::Safepoint { map: usize::MAX, live });
            }
            Safe::Call(map) => self.steps.extend([
                Step::Inst { operands: operands.clone(), part: Part::Reads },
                Step::Safepoint { map, live },
                Step::Destroy(None),
                Step::Inst { operands, part: Part::Results },
            ]),
        }
    }
    /// The next instruction reads or writes these pointer words of a stack object.
    pub fn object(&mut self, words: impl Iterator<Item = u32>, write: bool) {
        let from = self.object_words.len();
        self.object_words.extend(words);
        self.steps.push(Step::Object { words: from..self.object_words.len(), write });
    }
    /// The map of the `n`th poll.
    pub fn poll_map(&mut self, n: usize, map: usize) {
        let Step::Safepoint { map: m, .. } = &mut self.steps[self.polls[n]] else { unreachable!("a poll") };
        *m = map;
    }

    /// Interprets. `pointer`: which values hold pointers; `maps` by number.
    pub fn check(&self, pointer: &[bool], maps: &[Safepoint], words: &Words) -> Result<(), String> {
        // What words of objects hold is one more value, a pointer.
        let pointer: Vec<bool> = pointer.iter().copied().chain([true]).collect();
        let content = pointer.len() as u32 - 1;
        let mut run = Run { replay: self, pointer: &pointer, maps, words, state: State::new(pointer.len()) };
        let holding = |objects: &[u32]| objects.iter().map(|&w| (words.place(w) as u32, content)).collect();
        let mut before: Vec<Option<Facts>> = vec![None; self.nodes.len()];
        before[0] = Some(holding(words.entry));
        if let Some(r) = self.recovery {
            before[r] = Some(holding(words.recovery));
        }
        // Only facts that hold at the end may be complained of: states shrink until then.
        let mut pending = vec![true; self.nodes.len()];
        while pending.iter().any(|&p| p) {
            for b in 0..self.nodes.len() {
                if !std::mem::replace(&mut pending[b], false) {
                    continue;
                }
                let Some(facts) = &before[b] else { continue };
                run.state.load(facts);
                run.block(b, false)?;
                let after = run.state.facts();
                for &s in &self.nodes[b].succs {
                    let edge = &mut before[s];
                    let changed = match edge {
                        None => {
                            *edge = Some(after.clone());
                            true
                        }
                        Some(old) => meet(old, &after),
                    };
                    pending[s] |= changed;
                }
            }
        }
        for (b, facts) in before.iter().enumerate() {
            let Some(facts) = facts else { continue };
            run.state.load(facts);
            run.block(b, true).map_err(|e| format!("stack maps do not fit the code: block {b}: {e}"))?;
        }
        Ok(())
    }
}

/// What is where: places and values, sorted.
type Facts = Vec<(u32, u32)>;

/// Keeps what both say; whether that is less than before.
fn meet(old: &mut Facts, new: &Facts) -> bool {
    let before = old.len();
    let mut rest = new.iter().peekable();
    old.retain(|f| {
        while rest.next_if(|n| *n < f).is_some() {}
        rest.peek() == Some(&f)
    });
    old.len() != before
}

const FLOATS: usize = 32;
const SPILLS: usize = 64;

fn number(place: Reg) -> usize {
    match (place.is_spill(), place.is_float()) {
        (true, _) => SPILLS + place.index(),
        (false, false) => place.hw() as usize,
        (false, true) => FLOATS + place.hw() as usize,
    }
}

impl Words<'_> {
    /// Whether a word is a spill slot's. Those in the arguments have an unused one as well.
    fn is_spill(&self, word: u32) -> bool {
        let moved = |slot: u32| self.homes.iter().any(|h| h.1 == slot as usize);
        self.homes.iter().any(|h| h.0 == word)
            || self.spills.contains(&word) && !moved(word - self.spills.start)
    }
    fn place(&self, word: u32) -> usize {
        let spills = &self.spills;
        if let Some(h) = self.homes.iter().find(|h| h.0 == word) {
            SPILLS + h.1
        } else if spills.contains(&word) {
            SPILLS + (word - spills.start) as usize
        } else {
            SPILLS + spills.len() + word as usize
        }
    }
}

struct State {
    /// Values by place.
    held: Vec<Vec<u32>>,
    /// In how many places each value is.
    copies: Vec<u32>,
}

impl State {
    fn new(values: usize) -> State {
        State { held: Vec::new(), copies: vec![0; values] }
    }
    fn load(&mut self, facts: &Facts) {
        for p in 0..self.held.len() {
            self.clear(p);
        }
        for &(p, v) in facts {
            self.add(p as usize, v);
        }
    }
    fn facts(&self) -> Facts {
        let mut out = Vec::new();
        for (p, values) in self.held.iter().enumerate() {
            let from = out.len();
            out.extend(values.iter().map(|&v| (p as u32, v)));
            out[from..].sort_unstable();
        }
        out
    }
    fn clear(&mut self, place: usize) {
        if let Some(values) = self.held.get_mut(place) {
            values.drain(..).for_each(|v| self.copies[v as usize] -= 1);
        }
    }
    fn add(&mut self, place: usize, value: u32) {
        if self.held.len() <= place {
            self.held.resize(place + 1, Vec::new());
        }
        if !self.held[place].contains(&value) {
            self.held[place].push(value);
            self.copies[value as usize] += 1;
        }
    }
    /// A new instance of a value: older ones are another.
    fn define(&mut self, place: usize, value: u32) {
        self.forget(value);
        self.clear(place);
        self.add(place, value);
    }
    fn forget(&mut self, value: u32) {
        if self.copies[value as usize] != 0 {
            self.held.iter_mut().for_each(|h| h.retain(|&v| v != value));
            self.copies[value as usize] = 0;
        }
    }
    fn copy(&mut self, from: usize, to: usize) {
        if from == to {
            return;
        }
        self.clear(to);
        for v in self.held.get(from).cloned().unwrap_or_default() {
            self.add(to, v);
        }
    }
    fn holds(&self, place: usize, value: u32) -> bool {
        self.held.get(place).is_some_and(|h| h.contains(&value))
    }
}

struct Run<'a> {
    replay: &'a Replay,
    pointer: &'a [bool],
    maps: &'a [Safepoint],
    words: &'a Words<'a>,
    state: State,
}

impl Run<'_> {
    fn block(&mut self, b: usize, complain: bool) -> Result<(), String> {
        let node = &self.replay.nodes[b];
        for step in &self.replay.steps[node.steps.clone()] {
            match step {
                Step::Move(m) => self.state.copy(number(m.from), number(m.to)),
                &Step::Named { from, to, by } => self.named(from, to, by, complain)?,
                Step::Inst { operands, part } => {
                    self.inst(&self.replay.operands[operands.clone()], *part, complain)?
                }
                Step::Safepoint { map, live } => {
                    self.safepoint(*map, &self.replay.operands[live.clone()], complain)?
                }
                Step::Destroy(None) => (0..SPILLS).for_each(|p| self.state.clear(p)),
                Step::Destroy(Some(regs)) => {
                    self.replay.destroyed[regs.clone()].iter().for_each(|&r| self.state.clear(number(r)));
                }
                Step::Object { words, write } => {
                    let content = self.pointer.len() as u32 - 1;
                    for &w in &self.replay.object_words[words.clone()] {
                        let place = self.words.place(w);
                        if *write {
                            self.state.add(place, content);
                        } else if complain && !self.state.holds(place, content) {
                            return Err(format!(
                                "word {w} of a stack object is read, which a map before has left out"
                            ));
                        }
                    }
                }
            }
        }
        // Parameters are assigned all at once: each place gets those whose arguments it holds.
        if let [s] = node.succs[..] {
            let params = &self.replay.nodes[s].params;
            let mut found = Vec::new();
            for (&p, &a) in params.iter().zip(&node.args) {
                if self.state.copies[a as usize] != 0 {
                    let places = (0..self.state.held.len()).filter(|&at| self.state.holds(at, a));
                    found.extend(places.map(|at| (at, p)));
                }
            }
            params.iter().for_each(|&p| self.state.forget(p));
            found.into_iter().for_each(|(at, p)| self.state.add(at, p));
        }
        Ok(())
    }

    fn named(&mut self, from: u32, to: u32, by: Move, complain: bool) -> Result<(), String> {
        if complain && !self.state.holds(number(by.from), from) {
            return Err(format!("%{from} is read from {:?}, which does not hold it", by.from));
        }
        self.state.copy(number(by.from), number(by.to));
        let places = (0..self.state.held.len()).filter(|&at| self.state.holds(at, from));
        let places: Vec<usize> = places.chain([number(by.to)]).collect();
        self.state.forget(to);
        places.into_iter().for_each(|at| self.state.add(at, to));
        Ok(())
    }

    fn inst(&mut self, operands: &[Operand], part: Part, complain: bool) -> Result<(), String> {
        let roles: &[Role] = match part {
            Part::Whole => &[Role::Use, Role::Temp, Role::LateUse, Role::Def],
            Part::Reads => &[Role::Use, Role::LateUse],
            Part::Results => &[Role::Temp, Role::Def],
        };
        for &role in roles {
            for o in operands.iter().filter(|o| o.role == role) {
                let place = number(o.place);
                match role {
                    Role::Temp | Role::Def => self.state.define(place, o.value),
                    Role::Use | Role::LateUse => {
                        if complain && !self.state.holds(place, o.value) {
                            return Err(format!(
                                "%{} is read from {:?}, which does not hold it",
                                o.value, o.place
                            ));
                        }
                    }
                }
            }
        }
        // What a late operand shares with a result is gone before it is read.
        if complain {
            for late in operands.iter().filter(|o| o.role == Role::LateUse) {
                if operands.iter().any(|o| o.role == Role::Def && number(o.place) == number(late.place)) {
                    return Err(format!(
                        "{:?} is written before %{} is read from it",
                        late.place, late.value
                    ));
                }
            }
        }
        Ok(())
    }

    fn safepoint(&mut self, map: usize, live: &[Operand], complain: bool) -> Result<(), String> {
        let map = &self.maps[map];
        let mut named = Vec::with_capacity(map.words.len());
        named.extend((0..32).filter(|r| map.regs >> r & 1 != 0));
        named.extend(map.words.iter().map(|&w| self.words.place(w)));
        named.sort_unstable();
        if complain {
            for &w in &map.words {
                let spill = self.words.is_spill(w);
                if !spill && self.words.objects.binary_search(&w).is_err() {
                    return Err(format!("the map at {:#x} names word {w}, which is no pointer's", map.pc));
                }
            }
            for o in live {
                if named.binary_search(&number(o.place)).is_err() {
                    return Err(format!(
                        "the map at {:#x} lacks {:?}, where %{} is",
                        map.pc, o.place, o.value
                    ));
                }
                if !self.state.holds(number(o.place), o.value) {
                    return Err(format!(
                        "%{} is not in {:?} at the safepoint {:#x}",
                        o.value, o.place, map.pc
                    ));
                }
            }
            for &p in &named {
                let held = self.state.held.get(p).map_or(&[][..], |h| h);
                if !held.iter().any(|&v| self.pointer[v as usize]) {
                    let place = match p.checked_sub(SPILLS) {
                        None => format!("r{p}"),
                        Some(n) if n < self.words.spills.len() => format!("spill{n}"),
                        Some(n) => format!("word {}", n - self.words.spills.len()),
                    };
                    return Err(format!("the map at {:#x} names {place}, which holds no pointer", map.pc));
                }
            }
        }
        let State { held, copies } = &mut self.state;
        for (p, values) in held.iter_mut().enumerate() {
            if named.binary_search(&p).is_err() {
                values.retain(|&v| {
                    let stays = !self.pointer[v as usize];
                    copies[v as usize] -= !stays as u32;
                    stays
                });
            }
        }
        Ok(())
    }
}

/// Planting faults.
#[cfg(test)]
impl Replay {
    pub(crate) fn forget_live(&mut self) {
        for s in &mut self.steps {
            if let Step::Safepoint { live, .. } = s {
                *live = 0..0;
            }
        }
    }
    fn each_move(&self) -> impl Iterator<Item = usize> {
        let is_move = |s: &Step| matches!(s, Step::Move(m) if m.from != m.to);
        self.steps.iter().enumerate().filter(move |s| is_move(s.1)).map(|s| s.0)
    }
    pub(crate) fn moves(&self) -> usize {
        self.each_move().count()
    }
    pub(crate) fn drop_move(&mut self, n: usize) {
        let i = self.each_move().nth(n).expect("there are enough");
        let Step::Move(m) = &mut self.steps[i] else { unreachable!("a move") };
        m.from = m.to;
    }
}
