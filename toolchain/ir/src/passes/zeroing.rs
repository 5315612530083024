//! Zeroing of slots that are then filled: closures, temporaries, argument lists, variables that get a copy of something. Where what follows in the
//! same block writes every byte before anything can see the slot, it need not be zeroed. A call sees it if its address was given away before.
use super::effects::{Effect, effect};
use crate::analysis::cfg::Cfg;
use crate::{Block, Func, Inst, Op, Slot, Target, Value, ValueDef, View};

/// Larger slots are left alone.
const MAX: u32 = 128;

/// How many blocks in front of a call are looked at: in large functions a slot of many blocks ahead is left alone, or each zeroing would walk all.
const NEAR: usize = 64;

/// The pass.
pub fn run(view: &View, f: &mut Func) {
    if f.slots.is_empty() {
        return;
    }
    let mut given = None;
    for b in f.blocks.ids() {
        let mut k = 0;
        while k < f.blocks[b].insts.len() {
            if filled(view.target(), f, b, k, &mut given) {
                f.blocks[b].insts.remove(k);
            } else {
                k += 1;
            }
        }
    }
}

/// The blocks where addresses of slots are given away, to calls, memory or computations.
struct Given {
    cfg: Cfg,
    at: Vec<Vec<Block>>,
}

impl Given {
    fn new(f: &Func) -> Given {
        let mut at = vec![Vec::new(); f.slots.len()];
        let mut add = |b: Block, v: Value| {
            if let Some((s, _)) = place(f, v) {
                at[s.0 as usize].push(b);
            }
        };
        for (b, data) in f.blocks.iter_enumerated() {
            for &i in &data.insts {
                let d = &f.insts[i];
                d.args.iter().skip(addresses(&d.op)).for_each(|&a| add(b, a));
            }
            data.term.for_each_arg(|a| add(b, a));
        }
        Given { cfg: Cfg::new(f), at }
    }
    /// Whether nothing has the slot's address at the beginning of a block, which is not in a loop; no, if too many blocks lead there.
    fn unseen(&self, s: Slot, b: Block) -> bool {
        let mut before = vec![b];
        let mut next = 0;
        while next < before.len() {
            for &p in &self.cfg.preds[before[next]] {
                if p == b || self.at[s.0 as usize].contains(&p) {
                    return false;
                }
                if !before.contains(&p) {
                    if before.len() == NEAR {
                        return false;
                    }
                    before.push(p);
                }
            }
            next += 1;
        }
        true
    }
}

/// How many of an operation's first operands are addresses that it accesses and does nothing else with.
pub(super) fn addresses(op: &Op) -> usize {
    match op {
        Op::Load { .. } | Op::Store { .. } | Op::MemZero { .. } | Op::NilCheck => 1,
        Op::MemCopy { .. } => 2,
        _ => 0,
    }
}

fn place(f: &Func, v: Value) -> Option<(Slot, u32)> {
    match f.def_inst(v)?.op {
        Op::SlotAddr(s, off) => Some((s, off)),
        _ => None,
    }
}

/// Whether an address is that of something else for certain: no parameter of the function points to slots, which are younger.
fn elsewhere(f: &Func, slot: Slot, v: Value) -> bool {
    match f.values[f.resolve(v)].def {
        ValueDef::Param(b, _) => b == Block(0),
        ValueDef::Inst(i, _) => match f.insts[i].op {
            Op::SlotAddr(s, _) => s != slot,
            Op::Sym(..) => true,
            Op::PtrAdd => elsewhere(f, slot, f.insts[i].args[0]),
            _ => false,
        },
        ValueDef::Alias(_) => false,
    }
}

/// Whether an instruction zeroes a slot and those behind it fill it.
fn filled(target: Target, f: &Func, b: Block, at: usize, given: &mut Option<Given>) -> bool {
    let insts = &f.blocks[b].insts[at..];
    let first = &f.insts[insts[0]];
    let Op::MemZero { size, .. } = first.op else { return false };
    let Some((slot, 0)) = place(f, first.args[0]) else { return false };
    if size > MAX || size != f.slots[slot].size {
        return false;
    }
    let own = |v: Value| place(f, v).is_some_and(|p| p.0 == slot);
    let mut missing: u128 = u128::MAX >> (128 - size.max(1));
    for &i in &insts[1..] {
        let d = &f.insts[i];
        let written = match d.op {
            Op::Store { off, .. } => Some((off, target.size(f.ty(d.args[1])))),
            Op::MemZero { size, .. } => Some((0, size)),
            Op::MemCopy { size, .. } if elsewhere(f, slot, d.args[1]) => Some((0, size)),
            Op::Load { .. } if elsewhere(f, slot, d.args[0]) => None,
            Op::Call { .. } if !d.args.iter().any(|&a| own(a)) && unseen(f, slot, b, i, given) => None,
            _ if effect(&d.op) == Effect::Pure => None,
            // Where it fails, nothing of this frame is looked at any more.
            _ if effect(&d.op) == Effect::Check && f.defer_return.is_none() => None,
            _ => return false,
        };
        if let Some((off, bytes)) = written
            && let Some((s, base)) = place(f, d.args[0])
            && s == slot
            && let Ok(from) = u32::try_from(base as i64 + off as i64)
            && bytes > 0
            && from + bytes <= size
        {
            missing &= !(u128::MAX >> (128 - bytes) << from);
            if missing == 0 {
                return true;
            }
        }
    }
    false
}

/// Whether a call in this block cannot know of the slot, nor anything that comes after a panic in it. Words that the collector looks at
/// stay as they are.
fn unseen(f: &Func, slot: Slot, b: Block, call: Inst, given: &mut Option<Given>) -> bool {
    if f.defer_return.is_some() || f.slots[slot].ptrs.any() {
        return false;
    }
    let own = |v: &Value| place(f, *v).is_some_and(|p| p.0 == slot);
    let leaks = |&i: &Inst| f.insts[i].args.iter().skip(addresses(&f.insts[i].op)).any(own);
    let mut before = f.blocks[b].insts.iter().take_while(|&&i| i != call);
    !before.any(leaks) && given.get_or_insert_with(|| Given::new(f)).unseen(slot, b)
}

#[cfg(test)]
mod tests {
    use crate::{FuncId, Op, Target, target::for_all};

    /// Zeroings that stay when the body comes behind one of a slot of two words, whose address is v2. v0 is a number, v1 a pointer;
    /// `W` stands for the size of a word, `S` for that of the slot.
    fn left(body: &str) -> usize {
        for_all(|t| left_for(t, body))
    }
    fn left_for(t: Target, body: &str) -> usize {
        let text = format!(
            "sig0 = go (word, ptr) -> (word)\nsig1 = go () -> ()\nfunc f0 \"f\" sig0\n\
             slot s0 size S align W ptrs 01 \"x\"\nslot s1 size S align W ptrs 01 \"y\"\n\
             b0(v0: word, v1: ptr):\nv2: ptr = slotaddr s0 + 0\nv3: ptr = slotaddr s1 + 0\nmemzero v2 size S\n\
             {body}\nret v0\nend\nfunc f1 \"g\" sig1 noinline\nb0:\nret\nend\n"
        );
        let text = text.replace('W', &t.word.to_string()).replace('S', &(2 * t.word).to_string());
        let p = crate::parse::program_for(t, &text).unwrap_or_else(|e| panic!("{e}\n{text}"));
        let mut f = p.funcs[FuncId(0)].clone();
        super::run(&crate::View::new(&p), &mut f);
        crate::verify::func(&p, &f).unwrap_or_else(|e| panic!("{e:?}\n{f}"));
        f.blocks
            .iter()
            .flat_map(|b| &b.insts)
            .filter(|&&i| matches!(f.insts[i].op, Op::MemZero { .. }))
            .count()
    }

    #[test]
    fn only_what_is_filled_unseen() {
        assert_eq!(left("store v2, v0 + 0\nstore v2, v1 + W"), 0);
        assert_eq!(left("store v2, v0 + 0\nstore v3, v2 + W\nstore v2, v1 + W"), 0);
        assert_eq!(left("memcopy v2, v3 size S"), 0);
        assert_eq!(left("store v2, v0 + 0"), 1);
        assert_eq!(left("store v2, v0 + 0\ncall f1 sig1()\nstore v2, v1 + W"), 1);
        assert_eq!(left("store v2, v0 + 0\nv4: word = load v2 + W\nstore v2, v1 + W"), 1);
        assert_eq!(left("store v2, v0 + 0\nv4: word = load v1 + W\nstore v2, v1 + W"), 0);
        // A parameter does not point to slots.
        assert_eq!(left("memcopy v2, v1 size S"), 0);
        assert_eq!(left("v4: ptr = ptradd v1, v0\nmemcopy v2, v4 size S"), 0);
        assert_eq!(left("v4: ptr = load v1 + 0\nmemcopy v2, v4 size S"), 1);
        assert_eq!(left("nilcheck v1\nmemcopy v2, v1 size S"), 0);
    }
}
