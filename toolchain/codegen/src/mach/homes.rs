//! Spill slots that are parameters' own words. What comes in on the stack is loaded at entry, and what is live across a call is stored into a slot of the
//! frame right away: the word where it came in, which is the callee's, serves as that slot. So nothing waits for a store that has just been made, and the
//! load goes as well if nothing reads its register.
use super::inst::{Any, Inst};
use super::operand::Role;
use super::select::Selected;
use crate::regalloc::{Move, Reg, Solution};

/// A spill slot, and where among the incoming arguments it is.
#[derive(Clone, Copy, Debug)]
pub struct Home {
    /// Number of the slot.
    pub slot: usize,
    /// Offset of the word.
    pub at: u32,
    /// Number of the instruction that loads it.
    pub load: usize,
    /// Whether nobody reads the register that it loads.
    pub unread: bool,
}

/// So many blocks behind the load are looked at.
const NEAR: usize = 12;

/// Which slots are such words: those that are written first with what was loaded from there.
pub fn find<I: Inst>(sel: &mut Selected<I>, solution: &Solution) -> Vec<Home> {
    // The code that is jumped to finds its arguments where ours came in.
    let leaves = |b: &u32| matches!(sel.blocks[*b as usize].insts.last(), Some((Any::TailCall(_), _)));
    if sel.stack_params.is_empty() || sel.rpo.iter().any(leaves) {
        return Vec::new();
    }
    let mut found = Found::default();
    // Where recovery resumes, the function begins with a block that has nothing else.
    let entry = sel.rpo[0];
    let body = match sel.blocks[entry as usize].insts.last() {
        Some((Any::EntryJump { then, .. }, _)) => Some(*then),
        _ => None,
    };
    let mut left = sel.stack_params.len();
    for b in [Some(entry), body].into_iter().flatten() {
        let before = sel.rpo.iter().take_while(|&&other| other != b);
        let first: usize = before.map(|&b| sel.blocks[b as usize].insts.len()).sum();
        let mut moves = solution.cursor(first);
        let stack_params = &sel.stack_params;
        for (k, (inst, _)) in sel.blocks[b as usize].insts.iter_mut().enumerate() {
            let n = first + k;
            moves.before(n, |m| found.moved(m));
            if left == 0 {
                break;
            }
            found.loaded = None;
            found.at = n;
            for (role, value, place) in solution.named(n, |v| inst.operands(v)) {
                if role != Role::Def {
                    continue;
                }
                found.written.extend(place.is_spill().then_some(place.index()));
                if let Some(p) = stack_params.iter().find(|p| p.0 == value) {
                    found.loaded = Some((place, p.1));
                    left -= 1;
                }
            }
            moves.after(n, |m| found.moved(m));
        }
    }
    let mut homes = found.homes;
    let mut first = vec![0; sel.blocks.len()];
    let mut total = 0;
    for &b in &sel.rpo {
        first[b as usize] = total;
        total += sel.blocks[b as usize].insts.len();
    }
    for (home, register) in homes.iter_mut().zip(found.registers) {
        home.unread = unread(sel, solution, &first, home, register);
    }
    homes
}

/// Whether each way from a parameter's load overwrites the register before anything reads it.
fn unread<I: Inst>(sel: &mut Selected<I>, solution: &Solution, first: &[usize], home: &Home, r: Reg) -> bool {
    let holds = |&&b: &&u32| {
        (first[b as usize]..first[b as usize] + sel.blocks[b as usize].insts.len()).contains(&home.load)
    };
    let Some(&start) = sel.rpo.iter().find(holds) else { return false };
    let mut work = vec![(start, home.load + 1 - first[start as usize])];
    let mut next = 0;
    while let Some(&(b, from)) = work.get(next) {
        next += 1;
        let mut moves = solution.cursor(first[b as usize] + from);
        // `Some`: the register is read, or written, before anything else happens to it.
        let mut read: Option<bool> = None;
        let moved = |m: Move, read: &mut Option<bool>| {
            let own = m.from == r && !(m.to.is_spill() && m.to.index() == home.slot);
            *read = read.or(own.then_some(true)).or((m.to == r).then_some(false));
        };
        let block = &mut sel.blocks[b as usize];
        for (k, (inst, _)) in block.insts.iter_mut().enumerate().skip(from) {
            let n = first[b as usize] + k;
            moves.before(n, |m| moved(m, &mut read));
            let operands = solution.named(n, |v| inst.operands(v));
            let roles = || operands.iter().filter(|o| o.2 == r).map(|o| o.0);
            read = read.or(roles().next().map(|_| roles().any(Role::reads)));
            if matches!(inst, Any::Call(_) | Any::LeafCall(..) | Any::TailCall(_)) {
                read = read.or(Some(matches!(inst, Any::LeafCall(..))));
            }
            moves.after(n, |m| moved(m, &mut read));
            if read.is_some() {
                break;
            }
        }
        match read {
            Some(true) => return false,
            Some(false) => {}
            None => {
                for &s in &block.succs {
                    if !work.contains(&(s, 0)) {
                        work.push((s, 0));
                    }
                }
                if work.len() > NEAR {
                    return false;
                }
            }
        }
    }
    true
}

#[derive(Default)]
struct Found {
    homes: Vec<Home>,
    /// The registers that hold what is in them.
    registers: Vec<Reg>,
    /// The last instruction.
    at: usize,
    /// Slots that something is in.
    written: Vec<usize>,
    /// The register that the last instruction loaded, and from where.
    loaded: Option<(Reg, u32)>,
}

impl Found {
    fn moved(&mut self, m: Move) {
        if !m.to.is_spill() {
            return;
        }
        let slot = m.to.index();
        let fresh = !self.written.contains(&slot) && m.to.is_float() == m.from.is_float();
        if let Some((_, at)) = self.loaded.filter(|l| l.0 == m.from && fresh)
            && !self.homes.iter().any(|h| h.at == at)
        {
            self.homes.push(Home { slot, at, load: self.at, unread: false });
            self.registers.push(m.from);
        }
        self.written.push(slot);
    }
}
