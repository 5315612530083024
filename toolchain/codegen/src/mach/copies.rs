//! Places with equal contents. The allocator writes a value that is live across a call to its spill slot and reads it from there at each use;
//! while a register still holds it, that register is read instead: a slot that has just been written keeps its reader waiting, and what the
//! loop computes from it.
//!
//! What holds at the ends of all blocks that lead to one holds where it begins, if they have been written.
use super::operand::{Constraint, Operands, Role};
use super::select::Selected;
use crate::regalloc::{Move, Reg};
use smallvec::SmallVec;

/// Pairs of places with equal contents, at one point of the function. At a poll, which changes pointers in place, a copy of a live pointer
/// counts as live too.
#[derive(Clone, Default)]
pub struct Copies(Vec<(Reg, Reg)>);

/// Whether they are one place. Slots have no class.
fn same(a: Reg, b: Reg) -> bool {
    a == b || a.is_spill() && b.is_spill() && a.index() == b.index()
}

impl Copies {
    /// Nothing is known to be equal.
    pub fn clear(&mut self) {
        self.0.clear();
    }
    /// The place has another value now.
    pub fn write(&mut self, r: Reg) {
        self.0.retain(|p| !same(p.0, r) && !same(p.1, r));
    }
    /// A move, from a register if that is as good. `None`: both hold the same already.
    pub fn moved(&mut self, m: Move) -> Option<Move> {
        let from = self.register(m.from).unwrap_or(m.from);
        let known = self.0.contains(&(from, m.to)) || self.0.contains(&(m.to, from));
        if from == m.to || known {
            return None;
        }
        self.write(m.to);
        self.0.push((from, m.to));
        if from != m.from {
            self.0.push((m.from, m.to));
        }
        Some(Move { from, to: m.to })
    }
    /// A register with the contents of a spill slot.
    fn register(&self, slot: Reg) -> Option<Reg> {
        let other = |&(a, b): &(Reg, Reg)| match (a == slot, b == slot) {
            (true, _) => Some(b),
            (_, true) => Some(a),
            _ => None,
        };
        let is_register = |r: &Reg| r.is_phys() && r.is_float() == slot.is_float();
        slot.is_spill().then(|| self.0.iter().filter_map(other).find(is_register)).flatten()
    }
    /// Lets an instruction read registers instead of slots, where it may. What it reads late could be overwritten.
    pub fn read(&self, visit: impl FnOnce(&mut Operands)) {
        if self.0.is_empty() {
            return;
        }
        let mut choose = |role: Role, constraint: Constraint, r: &mut Reg| {
            if (role, constraint) == (Role::Use, Constraint::Any)
                && let Some(held) = self.register(*r)
            {
                *r = held;
            }
        };
        visit(&mut Operands::new(&mut choose, &mut |_| {}));
    }
    /// Adds to `live` all places that hold the same.
    pub fn close(&self, live: &mut Vec<Reg>) {
        let mut i = 0;
        while i < live.len() {
            for &(a, b) in &self.0 {
                let other = if a == live[i] {
                    b
                } else if b == live[i] {
                    a
                } else {
                    continue;
                };
                if !live.contains(&other) {
                    live.push(other);
                }
            }
            i += 1;
        }
    }
}

/// More blocks that lead to one are not asked what is equal there.
const MAX_BEFORE: usize = 4;

/// What is equal at the ends of blocks that have been written.
pub struct Ends {
    at: Vec<Option<Copies>>,
    /// The blocks that lead to each; none, if it is entered from elsewhere or there are too many.
    before: Vec<SmallVec<[u32; 2]>>,
}

impl Ends {
    /// `forward`: blocks that are left out, and where they lead.
    pub fn new<I>(sel: &Selected<I>, forward: &[u32]) -> Ends {
        let mut before = vec![SmallVec::<[u32; 2]>::new(); sel.blocks.len()];
        for &b in sel.rpo.iter().filter(|&&b| forward[b as usize] == b) {
            for &s in &sel.blocks[b as usize].succs {
                let before = &mut before[forward[s as usize] as usize];
                if before.len() <= MAX_BEFORE {
                    before.push(b);
                }
            }
        }
        before.iter_mut().filter(|b| b.len() > MAX_BEFORE).for_each(SmallVec::clear);
        // The function itself and recovery come from elsewhere.
        let entered = sel.defer_return.map(|d| forward[d as usize]).into_iter().chain([sel.rpo[0]]);
        entered.for_each(|b| before[b as usize].clear());
        Ends { at: vec![None; sel.blocks.len()], before }
    }
    /// What is equal where a block begins.
    pub fn begin(&self, block: u32) -> Copies {
        let mut ends = self.before[block as usize].iter().map(|&p| self.at[p as usize].as_ref());
        let Some(Some(first)) = ends.next() else { return Copies::default() };
        let mut out = first.clone();
        for end in ends {
            let Some(end) = end else { return Copies::default() };
            out.0.retain(|&(a, b)| end.0.contains(&(a, b)) || end.0.contains(&(b, a)));
        }
        out
    }
    /// What is equal where it ends.
    pub fn end(&mut self, block: u32, copies: Copies) {
        self.at[block as usize] = Some(copies);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const R: Reg = Reg::int(1);
    const S: Reg = Reg::int(2);

    #[test]
    fn a_register_is_read_while_it_holds_what_the_slot_holds() {
        let slot = Reg::spill(3, false);
        let mut c = Copies::default();
        let spilled = c.moved(Move { from: R, to: slot }).expect("a move");
        assert!(spilled.from == R && spilled.to == slot);
        let reloaded = c.moved(Move { from: slot, to: S }).expect("a move");
        assert!(reloaded.from == R && reloaded.to == S);
        assert!(c.moved(Move { from: R, to: slot }).is_none(), "they hold the same");
        c.write(R);
        assert!(c.register(slot) == Some(S), "what was read from the slot still equals it");
        c.write(S);
        assert!(c.register(slot).is_none());
    }

    #[test]
    fn a_slot_is_one_place_whatever_its_class() {
        let mut c = Copies::default();
        c.moved(Move { from: R, to: Reg::spill(3, false) });
        c.moved(Move { from: Reg::float(1), to: Reg::spill(3, true) });
        assert!(c.register(Reg::spill(3, false)).is_none());
        assert!(c.register(Reg::spill(3, true)) == Some(Reg::float(1)));
    }
}
