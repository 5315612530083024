//! The code buffer: labels, jumps in the shortest form that reaches, marks that move along.
//!
//! Jumps are written in their longest form; [`Buf::finish`] shortens those that reach with less and moves everything that
//! counts from code offsets along. Where jumps must not lie across the borders of windows ([`Encode::JUMP_WINDOW`]), inner loops begin
//! where fewest of theirs do, and short ones lie in one window if they can.
use super::{Encode, Form, Machine};
use crate::fixup::{Fixup, FixupTarget};

/// A place in the code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Label(pub u32);

struct Jump<B> {
    /// Offset of its first byte.
    at: u32,
    /// Where the comparison in front of it begins, which some machines execute together with it; else `at`.
    lead: u32,
    kind: B,
    target: Label,
    /// Index into its forms.
    form: usize,
    /// The opposite, if it has one: see [`Buf::turn`].
    inverted: Option<B>,
    /// Whether it is without condition.
    always: bool,
}

/// A code buffer.
pub struct Buf<M: Machine> {
    code: Vec<u8>,
    labels: Vec<u32>,
    jumps: Vec<Jump<M::Branch>>,
    /// 4-byte fields with the distance from their end to a label.
    label_refs: Vec<(u32, Label)>,
    /// 4-byte fields with the distance from a table (second) to a label.
    table_refs: Vec<(u32, Label, Label)>,
    fixups: Vec<Fixup>,
    /// Code offsets that callers want moved along: stack maps, lines.
    marks: Vec<u32>,
    /// Where the last instruction with operands began, and ended.
    last: (u32, u32),
    /// Inner loops, from and to.
    loops: Vec<(u32, u32)>,
    /// Labels that are where others are, whatever `labels` says.
    same: Vec<(Label, Label)>,
    /// [`crate::mistake::Mistake::Shift`].
    pub too_far: bool,
}

impl<M: Machine> Default for Buf<M> {
    fn default() -> Self {
        Buf {
            code: Vec::new(),
            labels: Vec::new(),
            jumps: Vec::new(),
            label_refs: Vec::new(),
            table_refs: Vec::new(),
            fixups: Vec::new(),
            marks: Vec::new(),
            last: (0, 0),
            loops: Vec::new(),
            same: Vec::new(),
            too_far: false,
        }
    }
}

/// How much is filled up at all the places that fit.
fn total(fills: &[(u32, u32)], fits: impl Fn(u32) -> bool) -> u32 {
    fills.partition_point(|f| fits(f.0)).checked_sub(1).map_or(0, |last| fills[last].1)
}

/// What [`Buf::finish`] makes.
pub struct Finished {
    /// The code.
    pub code: Vec<u8>,
    /// What waits for addresses.
    pub fixups: Vec<Fixup>,
    /// Final offsets of marks.
    pub marks: Vec<u32>,
    /// Final offsets of labels.
    pub labels: Vec<u32>,
}

impl<M: Machine> Buf<M> {
    /// Offset of what comes next.
    pub fn here(&self) -> u32 {
        self.code.len() as u32
    }
    /// A new label.
    pub fn label(&mut self) -> Label {
        self.labels.push(u32::MAX);
        Label(self.labels.len() as u32 - 1)
    }
    /// The label is here.
    pub fn bind(&mut self, l: Label) {
        debug_assert_eq!(self.labels[l.0 as usize], u32::MAX);
        self.labels[l.0 as usize] = self.here();
    }
    /// Remembers the current offset; returns its number in `marks`.
    pub fn mark(&mut self) -> u32 {
        self.marks.push(self.here());
        self.marks.len() as u32 - 1
    }
    /// What was written since `from` is one instruction.
    pub fn instruction(&mut self, from: u32) {
        self.last = (from, self.here());
    }
    /// What was written since `from`, where there is a label, is an inner loop.
    pub fn inner_loop(&mut self, from: u32) {
        self.loops.push((from, self.here()));
    }
    /// Whether there are such loops.
    pub fn has_loops(&self) -> bool {
        !self.loops.is_empty()
    }
    /// Appends a byte.
    pub fn byte(&mut self, b: u8) {
        self.code.push(b)
    }
    /// Appends bytes.
    pub fn bytes(&mut self, b: &[u8]) {
        self.code.extend_from_slice(b)
    }
    /// The linker, or who puts the text together, fills something in here.
    pub fn fixup(&mut self, kind: u8, target: FixupTarget, addend: i64) {
        self.fixups.push(Fixup { at: self.here(), kind, target, addend });
    }
    /// Appends a 4-byte field with the distance from its end to a label.
    pub fn label_field(&mut self, l: Label) {
        self.label_refs.push((self.here(), l));
        self.bytes(&[0; 4]);
    }
    /// A jump-table entry: distance from `table` to `target`.
    pub fn table_entry(&mut self, table: Label, target: Label) {
        self.table_refs.push((self.here(), table, target));
        self.bytes(&[0; 4]);
    }
}

impl<M: Encode> Buf<M> {
    /// A jump.
    pub fn branch(&mut self, kind: M::Branch, target: Label) {
        let at = self.here();
        let lead = if self.last.1 == at { self.last.0 } else { at };
        self.jumps.push(Jump { at, lead, kind, target, form: 0, inverted: None, always: false });
        let (len, _) = M::forms(kind)[0];
        self.code.resize(self.code.len() + len as usize, 0);
    }
    /// A jump whose opposite is known.
    pub fn either(&mut self, kind: M::Branch, inverted: M::Branch, target: Label) {
        self.branch(kind, target);
        self.jumps.last_mut().expect("it was written").inverted = Some(inverted);
    }
    /// A jump without condition.
    pub fn jmp(&mut self, target: Label) {
        self.branch(M::JUMP, target);
        self.jumps.last_mut().expect("it was written").always = true;
    }
    /// What is written last may be a branch to what comes next over a block, at label `over`, that turned out to be a jump and nothing else: then
    /// the opposite leads to where the jump did.
    pub fn turn(&mut self, over: Label, next: Label) {
        let here = self.here();
        let length = |kind: M::Branch| M::forms(kind)[0].0;
        let [.., branch, jump] = &mut self.jumps[..] else { return };
        let Some(inverted) = branch.inverted.filter(|&i| length(i) == length(branch.kind)) else { return };
        let together = branch.at + length(branch.kind) == jump.at && jump.at + length(jump.kind) == here;
        if !together || !jump.always || branch.target != next || self.labels[over.0 as usize] != jump.at {
            return;
        }
        branch.inverted = Some(std::mem::replace(&mut branch.kind, inverted));
        branch.target = jump.target;
        // Whoever else leads to that block goes on to where it led.
        self.same.push((over, jump.target));
        let at = jump.at;
        self.code.truncate(at as usize);
        self.jumps.pop();
        self.marks.iter_mut().rev().take_while(|m| **m > at).for_each(|m| *m = at);
    }

    /// Shortens jumps, writes all distances, and returns the code's pieces in final offsets.
    pub fn finish(mut self) -> Finished {
        // A block that was jumped over may lead to another one.
        for &(label, same) in self.same.iter().rev() {
            self.labels[label.0 as usize] = self.labels[same.0 as usize];
        }
        let len = |j: &Jump<M::Branch>, form: usize| M::forms(j.kind)[form].0;
        // Bytes saved by all jumps before number i; grows as jumps become short.
        let mut saved = vec![0u32; self.jumps.len() + 1];
        let starts: Vec<u32> = self.jumps.iter().map(|j| j.at).collect();
        let map = |saved: &[u32], at: u32| at - saved[starts.partition_point(|&s| s < at)];
        for _ in 0..4 {
            let mut changed = false;
            for j in &mut self.jumps {
                let start = map(&saved, j.at);
                let distance = map(&saved, self.labels[j.target.0 as usize]) as i64 - start as i64;
                let forms: &[Form] = M::forms(j.kind);
                // Distances only shrink further, so the decision stays right.
                for form in (j.form + 1..forms.len()).rev() {
                    let moved = if distance > 0 { (forms[j.form].0 - forms[form].0) as i64 } else { 0 };
                    if forms[form].1.contains(&(distance - moved)) {
                        j.form = form;
                        changed = true;
                        break;
                    }
                }
            }
            if !changed {
                break;
            }
            for (i, j) in self.jumps.iter().enumerate() {
                saved[i + 1] = saved[i] + len(j, 0) - len(j, j.form);
            }
        }
        let fills = self.fill(&mut saved, &starts);
        // Behind what fills up in front of it, for what is here; marks stay with what was before.
        let filled = |at: u32, here: bool| total(&fills, |f| f < at || here && f == at);
        let moved = |at: u32| map(&saved, at) + filled(at, true);
        let mut code = Vec::with_capacity(self.code.len());
        let mut from = 0;
        let mut fill = fills.iter().peekable();
        let mut done = 0;
        let mut copy = |code: &mut Vec<u8>, mut from: usize, to: usize| {
            while let Some(&(at, sum)) = fill.next_if(|f| f.0 as usize <= to) {
                code.extend_from_slice(&self.code[from..at as usize]);
                M::nops(sum - done, code);
                (from, done) = (at as usize, sum);
            }
            code.extend_from_slice(&self.code[from..to]);
        };
        for j in &self.jumps {
            copy(&mut code, from, j.at as usize);
            let distance = moved(self.labels[j.target.0 as usize]) as i64 - code.len() as i64;
            let reach = &M::forms(j.kind)[j.form].1;
            debug_assert!(reach.contains(&distance), "{:?} over {distance}", j.kind);
            let wrong = self.too_far && reach.contains(&(distance << 1));
            let distance = distance << wrong as u32;
            M::write_branch(j.kind, j.form, distance, &mut code);
            from = (j.at + len(j, 0)) as usize;
        }
        copy(&mut code, from, self.code.len());
        let mut put = |at: u32, v: i32| {
            let bytes = if M::ROW.big_endian { v.to_be_bytes() } else { v.to_le_bytes() };
            code[at as usize..at as usize + 4].copy_from_slice(&bytes)
        };
        for &(at, l) in &self.label_refs {
            let (at, to) = (moved(at), moved(self.labels[l.0 as usize]));
            put(at, to as i32 - at as i32 - 4);
        }
        for &(at, table, l) in &self.table_refs {
            let table = moved(self.labels[table.0 as usize]);
            put(moved(at), moved(self.labels[l.0 as usize]) as i32 - table as i32);
        }
        for r in &mut self.fixups {
            r.at = moved(r.at);
        }
        for m in &mut self.marks {
            *m = map(&saved, *m) + filled(*m, false);
        }
        let labels = self.labels.iter().map(|&l| if l == u32::MAX { l } else { moved(l) }).collect();
        Finished { code, fixups: self.fixups, marks: self.marks, labels }
    }

    /// What goes in front of loops: at which place, how much with all that is before. Jumps over such a place may need a longer form for it.
    fn fill(&mut self, saved: &mut [u32], starts: &[u32]) -> Vec<(u32, u32)> {
        let len = |j: &Jump<M::Branch>, form: usize| M::forms(j.kind)[form].0;
        let map = |saved: &[u32], at: u32| at - saved[starts.partition_point(|&s| s < at)];
        self.loops.sort_unstable();
        for _ in 0..4 {
            let mut fills: Vec<(u32, u32)> = Vec::new();
            let mut sum = 0;
            for &(from, to) in &self.loops {
                let jumps =
                    &self.jumps[starts.partition_point(|&s| s < from)..starts.partition_point(|&s| s < to)];
                let ends: Vec<(u32, u32)> = { jumps.iter() }
                    .map(|j| (map(saved, j.lead.max(from)) + sum, map(saved, j.at) + sum + len(j, j.form)))
                    .collect();
                // A jump must not end at a border either.
                let across = |by: u32| {
                    ends.iter().filter(|e| (e.0 + by) / M::JUMP_WINDOW != (e.1 + by) / M::JUMP_WINDOW).count()
                };
                // A short loop that lies in one window is fetched at once.
                let first = map(saved, from) + sum;
                let last = (map(saved, to) + sum).saturating_sub(1).max(first);
                let split = |by: u32| {
                    let windows = (last + by) / M::JUMP_WINDOW - (first + by) / M::JUMP_WINDOW;
                    last - first < M::JUMP_WINDOW && windows > 0
                };
                let best = (0..M::JUMP_WINDOW).min_by_key(|&by| (across(by), split(by), by)).unwrap_or(0);
                if best > 0 {
                    sum += best;
                    fills.push((from, sum));
                }
            }
            let moved = |at: u32| (map(saved, at) + total(&fills, |f| f <= at)) as i64;
            let mut fits = true;
            for j in &mut self.jumps {
                let distance = moved(self.labels[j.target.0 as usize]) - moved(j.at);
                while !M::forms(j.kind)[j.form].1.contains(&distance) {
                    j.form -= 1;
                    fits = false;
                }
            }
            if fits {
                return fills;
            }
            for (i, j) in self.jumps.iter().enumerate() {
                saved[i + 1] = saved[i] + len(j, 0) - len(j, j.form);
            }
        }
        // All jumps in their longest forms reach, without anything in between.
        self.jumps.iter_mut().for_each(|j| j.form = 0);
        saved.fill(0);
        Vec::new()
    }
}
