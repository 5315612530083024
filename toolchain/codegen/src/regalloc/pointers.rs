//! Pointers at safepoints: what is live across one is an operand of it, so that the allocator says where it is, and the stack map follows.

use super::Problem;
use crate::mach::dataflow::{self, Backward};
use regalloc2::{Operand, OperandConstraint, OperandKind, OperandPos, RegClass, VReg};

/// Numbers of pointers in sets.
struct Pointers {
    /// By register.
    number: Vec<u32>,
    /// Those that several blocks mention, by number.
    far: Vec<u32>,
    /// Those that one block mentions, by block; numbered from `far.len()` on in each.
    near: Vec<Vec<u32>>,
}

impl Problem {
    /// Numbers pointers densely, for sets that are rows of words: first those that are live between blocks, then those of each block. A
    /// function of many blocks has many of the second kind, and no set between blocks needs room for them.
    fn number_pointers(&self) -> Pointers {
        const UNSEEN: u32 = u32::MAX;
        let blocks = self.block_ends.len();
        // The block that mentions a register; if several do, it is far.
        let mut home = vec![UNSEEN; self.num_vregs];
        let mut is_far = vec![false; self.num_vregs];
        let mut near = vec![Vec::new(); blocks];
        for (b, near) in near.iter_mut().enumerate() {
            let insts = self.block_range(b).flat_map(|i| &self.operands[self.operand_range(i)]);
            let mentioned =
                insts.map(|o| o.vreg()).chain(self.params[b].iter().chain(&self.args[b]).copied());
            for v in mentioned.map(|v| v.vreg()).filter(|&v| self.pointer[v]) {
                match home[v] {
                    UNSEEN => {
                        home[v] = b as u32;
                        near.push(v as u32);
                    }
                    h => is_far[v] |= h != b as u32,
                }
            }
        }
        near.iter_mut().for_each(|vs| vs.retain(|&v| !is_far[v as usize]));
        let far: Vec<u32> = (0..self.num_vregs as u32).filter(|&v| is_far[v as usize]).collect();
        let mut number = vec![UNSEEN; self.num_vregs];
        far.iter().enumerate().for_each(|(n, &v)| number[v as usize] = n as u32);
        for vs in &near {
            vs.iter().enumerate().for_each(|(n, &v)| number[v as usize] = (far.len() + n) as u32);
        }
        Pointers { number, far, near }
    }

    /// Appends to each safepoint the pointers that are live across it.
    pub(super) fn add_live_pointers(&mut self) {
        if self.safepoints.is_empty() {
            return;
        }
        let Pointers { number, far, near } = self.number_pointers();
        if far.is_empty() && near.iter().all(Vec::is_empty) {
            return;
        }
        let blocks = self.block_ends.len();
        let mut found: Vec<(u32, Vec<u32>)> = Vec::with_capacity(self.safepoints.len());
        let is_safepoint = {
            let mut bits = vec![false; self.flags.len()];
            for &s in &self.safepoints {
                bits[s as usize] = true;
            }
            bits
        };
        // Sets of pointers that are live in one block only have room for them too; between blocks nothing is said of those.
        let transfer = |live: &mut [u64], block: usize, found: Option<&mut Vec<(u32, Vec<u32>)>>| {
            let end = if found.is_some() { u32::MAX } else { far.len() as u32 };
            let change = |live: &mut [u64], v: usize, change: fn(&mut [u64], usize)| {
                if number[v] < end {
                    change(live, number[v] as usize)
                }
            };
            let reg = |n: usize| far.get(n).copied().unwrap_or_else(|| near[block][n - far.len()]);
            for a in &self.args[block] {
                change(live, a.vreg(), dataflow::set);
            }
            let mut found = found;
            for i in self.block_range(block).rev() {
                let ops = &self.operands[self.operand_range(i)];
                for o in ops.iter().filter(|o| o.kind() == OperandKind::Def) {
                    change(live, o.vreg().vreg(), dataflow::clear);
                }
                if let (true, Some(found)) = (is_safepoint[i], found.as_deref_mut()) {
                    found.push((i as u32, dataflow::ones(live).map(reg).collect()));
                }
                for o in ops.iter().filter(|o| o.kind() == OperandKind::Use) {
                    change(live, o.vreg().vreg(), dataflow::set);
                }
            }
            for p in &self.params[block] {
                change(live, p.vreg(), dataflow::clear);
            }
        };
        let succs = |b: usize| self.succs[b].iter().map(|s| s.index());
        let solved = Backward::solve(far.len(), blocks, succs, |b, live| transfer(live, b, None));
        for (b, near) in near.iter().enumerate() {
            let mut live = dataflow::bits(far.len() + near.len());
            let row = dataflow::bits(far.len()).len();
            solved.at_end(succs(b), &mut live[..row]);
            transfer(&mut live, b, Some(&mut found));
        }
        found.sort_unstable_by_key(|f| f.0);
        let extra: usize = found.iter().map(|f| f.1.len()).sum();
        let mut operands = Vec::with_capacity(self.operands.len() + extra);
        let mut from = 0;
        let mut next = found.iter().peekable();
        for i in 0..self.flags.len() {
            let to = self.operand_ends[i] as usize;
            operands.extend_from_slice(&self.operands[from..to]);
            from = to;
            if let Some((_, regs)) = next.next_if(|f| f.0 == i as u32) {
                operands.extend(regs.iter().map(|&v| {
                    let v = VReg::new(v as usize, RegClass::Int);
                    Operand::new(v, OperandConstraint::Any, OperandKind::Use, OperandPos::Late)
                }));
            }
            self.operand_ends[i] = operands.len() as u32;
        }
        self.operands = operands;
    }
}
