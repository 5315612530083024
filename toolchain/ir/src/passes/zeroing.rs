//! Zeroing of slots that are then filled: closures, temporaries, argument lists. Where stores in the same block write every byte before
//! anything can see the slot, it need not be zeroed.
use super::effects::{Effect, effect};
use crate::{Func, Inst, Op, Slot, Target, Value, View};

/// Larger slots are left alone.
const MAX: u32 = 128;

/// The pass.
pub fn run(view: &View, f: &mut Func) {
    if f.slots.is_empty() {
        return;
    }
    for b in f.blocks.ids() {
        let mut k = 0;
        while k < f.blocks[b].insts.len() {
            if filled(view.target(), f, &f.blocks[b].insts[k..]) {
                f.blocks[b].insts.remove(k);
            } else {
                k += 1;
            }
        }
    }
}

fn place(f: &Func, v: Value) -> Option<(Slot, u32)> {
    match f.def_inst(v)?.op {
        Op::SlotAddr(s, off) => Some((s, off)),
        _ => None,
    }
}

/// Whether the first instruction zeroes a slot and those behind it fill it.
fn filled(target: Target, f: &Func, insts: &[Inst]) -> bool {
    let first = &f.insts[insts[0]];
    let Op::MemZero { size, .. } = first.op else { return false };
    let Some((slot, 0)) = place(f, first.args[0]) else { return false };
    if size > MAX || size != f.slots[slot].size {
        return false;
    }
    let mut missing: u128 = u128::MAX >> (128 - size.max(1));
    for &i in &insts[1..] {
        let d = &f.insts[i];
        let written = match d.op {
            Op::Store { off, .. } => Some((off, target.size(f.ty(d.args[1])))),
            Op::MemZero { size, .. } => Some((0, size)),
            Op::MemCopy { size, .. } => {
                // What it reads must be something else for certain.
                match f.def_inst(d.args[1]).map(|d| &d.op) {
                    Some(Op::SlotAddr(s, _)) if *s != slot => {}
                    Some(Op::Sym(..)) => {}
                    _ => return false,
                }
                Some((0, size))
            }
            Op::Load { .. } => {
                match f.def_inst(d.args[0]).map(|d| &d.op) {
                    Some(Op::SlotAddr(s, _)) if *s != slot => {}
                    Some(Op::Sym(..)) => {}
                    _ => return false,
                }
                None
            }
            _ if effect(&d.op) == Effect::Pure => None,
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
        assert_eq!(left("store v2, v0 + 0\nv4: word = load v1 + W\nstore v2, v1 + W"), 1);
        assert_eq!(left("memcopy v2, v1 size S"), 1);
    }
}
