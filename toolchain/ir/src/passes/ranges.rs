//! Two comparisons of one value with constants, of which the second is made only if the first goes one way, become one: `'0' <= c && c <= '9'`
//! is `c - '0' < 10` without sign, as are its opposite and what joins two neighbouring ranges.
//!
//! What a comparison holds for is a range on the circle of the value's numbers, so that comparisons with and without sign are alike.
use super::effects::{Effect, effect, guarded};
use super::writer::Writer;
use crate::analysis::{bits, cfg::Cfg};
use crate::{Block, BlockCall, Func, Op, Target, Term, Ty, Value, View, op::Cc};

/// What the second block may do beside the comparison: it is done in any case then.
const MAX_WORK: usize = 2;

/// The pass.
pub fn run(view: &View, f: &mut Func) {
    let cfg = Cfg::new(f);
    let mut preds: Vec<usize> = f.blocks.ids().map(|b| cfg.preds[b].len()).collect();
    // The last comparisons of a chain come first.
    for &a in cfg.rpo.iter().rev() {
        while let Some(found) = find(view.target(), f, &preds, a) {
            preds[found.outside.block.0 as usize] -= 1;
            replace(view.target(), f, a, found);
        }
    }
}

/// The numbers from `low` on, `count` of them: more than none, and not all. `count` of a kind with 64 bits is less than 2^64 then.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Range {
    low: u64,
    count: u64,
}

/// How many numbers there are in a kind, less one.
fn last(ty: Ty) -> u64 {
    bits::all(ty)
}

impl Range {
    /// From `low` to `high`, both inside, on the circle; `None` if these are all.
    fn new(ty: Ty, low: u64, high: u64) -> Option<Range> {
        let more = high.wrapping_sub(low) & last(ty);
        (more != last(ty)).then_some(Range { low: low & last(ty), count: more + 1 })
    }
    /// What `x cc k` holds for.
    fn of(ty: Ty, cc: Cc, k: u64) -> Option<Range> {
        let (least, most) = (bits::sign(ty), bits::sign(ty) - 1);
        let all = last(ty);
        let (low, high, none) = match cc {
            Cc::Eq => (k, k, false),
            Cc::Ne => return Range::new(ty, k, k)?.others(ty),
            Cc::Ult => (0, k.wrapping_sub(1), k == 0),
            Cc::Ule => (0, k, false),
            Cc::Ugt => (k.wrapping_add(1), all, k == all),
            Cc::Uge => (k, all, false),
            Cc::Slt => (least, k.wrapping_sub(1), k == least),
            Cc::Sle => (least, k, false),
            Cc::Sgt => (k.wrapping_add(1), most, k == most),
            Cc::Sge => (k, most, false),
        };
        if none { None } else { Range::new(ty, low, high) }
    }
    fn others(self, ty: Ty) -> Option<Range> {
        Range::new(ty, self.low.wrapping_add(self.count), self.low.wrapping_sub(1))
    }
    /// What is in both, if it is one range.
    fn and(self, ty: Ty, other: Range) -> Option<Range> {
        let at = other.low.wrapping_sub(self.low) & last(ty);
        let (mine, end) = (self.count as u128, at as u128 + other.count as u128);
        let round = last(ty) as u128 + 1;
        let (from, to) = match (at as u128) < mine {
            true if end > round => return None,
            true => (at as u128, mine.min(end)),
            false if end > round => (0, mine.min(end - round)),
            false => return None,
        };
        (to > from)
            .then(|| Range { low: self.low.wrapping_add(from as u64) & last(ty), count: (to - from) as u64 })
    }
}

/// A condition that holds for a value in a range.
fn condition(t: Target, f: &Func, cond: Value) -> Option<(Value, Range)> {
    let d = f.def_inst(cond)?;
    let Op::Icmp(cc) = d.op else { return None };
    let x = f.resolve(d.args[0]);
    let ty = f.ty(x);
    if ty == Ty::Ptr || t.size(ty) > t.word {
        return None;
    }
    let mut range = Range::of(ty, cc, t.zext(f.as_const(d.args[1])?, ty))?;
    // Moved along the circle.
    if let Some(d) = f.def_inst(x)
        && let Op::Add | Op::Sub = d.op
        && let Some(k) = f.as_const(d.args[1])
    {
        let k = if d.op == Op::Add { k.wrapping_neg() } else { k };
        range.low = range.low.wrapping_add(k as u64) & last(ty);
        return Some((f.resolve(d.args[0]), range));
    }
    Some((x, range))
}

struct Found {
    x: Value,
    range: Range,
    /// The second block, and where it goes with a value inside the range, and otherwise.
    second: Block,
    inside: BlockCall,
    outside: BlockCall,
}

fn same(f: &Func, x: &BlockCall, y: &BlockCall) -> bool {
    x.block == y.block && x.args.iter().zip(&y.args).all(|(&a, &b)| f.resolve(a) == f.resolve(b))
}

fn find(t: Target, f: &Func, preds: &[usize], a: Block) -> Option<Found> {
    let Term::Br { cond, then, els, likely: None } = &f.blocks[a].term else { return None };
    let (x, first) = condition(t, f, f.resolve(*cond))?;
    let ty = f.ty(x);
    for (on, out, first) in [(then, els, Some(first)), (els, then, first.others(ty))] {
        let (b, data) = (on.block, &f.blocks[on.block]);
        if preds[b.0 as usize] != 1 || b == out.block || data.cold != f.blocks[a].cold || !cheap(f, b) {
            continue;
        }
        let Term::Br { cond, then, els, likely: None } = &data.term else { continue };
        let Some((y, second)) = condition(t, f, f.resolve(*cond)) else { continue };
        if x != y || f.roots().any(|r| r == b) {
            continue;
        }
        for (inside, outside, second) in [(then, els, Some(second)), (els, then, second.others(ty))] {
            if same(f, outside, out)
                && let (Some(first), Some(second)) = (first, second)
                && let Some(range) = first.and(ty, second)
                && worth_it(t, ty, range)
            {
                let (inside, outside) = (inside.clone(), outside.clone());
                return Some(Found { x, range, second: b, inside, outside });
            }
        }
    }
    None
}

/// Whether a block does little, and nothing that may not be done in vain.
fn cheap(f: &Func, b: Block) -> bool {
    let data = &f.blocks[b];
    let work = data.insts.iter().filter(|&&i| !matches!(f.insts[i].op, Op::Iconst(_) | Op::Icmp(_)));
    let ops = || data.insts.iter().map(|&i| &f.insts[i].op);
    data.params.is_empty()
        && ops().all(|op| {
            effect(op) == Effect::Pure && !guarded(op) && !matches!(op, Op::PtrAdd | Op::Bitcast | Op::Mul)
        })
        && work.count() <= MAX_WORK
        && data.insts.len() <= 4 * MAX_WORK
}

/// Large constants are an instruction of their own each.
fn worth_it(t: Target, ty: Ty, range: Range) -> bool {
    let small = |k: u64| i32::try_from(t.sext(k as i64, ty)).is_ok();
    small(range.low) && small(range.count)
}

fn replace(t: Target, f: &mut Func, a: Block, found: Found) {
    let Found { x, range, second, mut inside, mut outside } = found;
    let ty = f.ty(x);
    let range = match range.others(ty) {
        Some(others) if others.count < range.count => {
            std::mem::swap(&mut inside, &mut outside);
            others
        }
        _ => range,
    };
    let pos = f.blocks[a].term_pos;
    let moved = std::mem::take(&mut f.blocks[second].insts);
    f.blocks[second].term = Term::Unreachable;
    let mut w = Writer::new(t, f);
    w.pos = pos;
    let from = if range.low == 0 { x } else { w.imm(Op::Sub, x, range.low as i64) };
    let cond = w.icmp_imm(Cc::Ult, from, range.count as i64);
    let new = w.out;
    let insts = &mut f.blocks[a].insts;
    insts.extend(moved);
    insts.extend(new);
    f.blocks[a].term = Term::Br { cond, then: inside, els: outside, likely: None };
}

#[cfg(test)]
mod tests {
    use super::Range;
    use crate::{Ty, op::Cc};

    /// All pairs of comparisons of a small kind: what the ranges say is what the comparisons say.
    #[test]
    fn ranges_are_what_comparisons_hold_for() {
        let ccs = [Cc::Eq, Cc::Ne, Cc::Ult, Cc::Ule, Cc::Ugt, Cc::Uge, Cc::Slt, Cc::Sle, Cc::Sgt, Cc::Sge];
        let ks = [0u64, 1, 47, 48, 57, 58, 127, 128, 129, 254, 255];
        let t = crate::Target::of(reflect::Arch::host());
        let set = |r: Range| (0..=255u64).map(|x| x.wrapping_sub(r.low) & 255 < r.count).collect::<Vec<_>>();
        let holds = |cc, k: u64| {
            (0..=255).map(|x| super::super::fold::compare(t, cc, x, k as i64, Ty::I8)).collect::<Vec<_>>()
        };
        let mut joined = 0;
        for (c, k) in ccs.into_iter().flat_map(|c| ks.map(|k| (c, k))) {
            let first = holds(c, k);
            let Some(r) = Range::of(Ty::I8, c, k) else {
                assert!(first.iter().all(|h| *h == first[0]), "{c:?} {k}");
                continue;
            };
            assert_eq!(set(r), first, "{c:?} {k}");
            let others: Vec<bool> = first.iter().map(|h| !h).collect();
            assert_eq!(set(r.others(Ty::I8).expect("some")), others, "not {c:?} {k}");
            for (d, l) in ccs.into_iter().flat_map(|d| ks.map(|l| (d, l))) {
                let Some(s) = Range::of(Ty::I8, d, l) else { continue };
                let both: Vec<bool> = first.iter().zip(holds(d, l)).map(|(a, b)| *a && b).collect();
                if let Some(both_of) = r.and(Ty::I8, s) {
                    assert_eq!(set(both_of), both, "{c:?} {k} and {d:?} {l}");
                    joined += 1;
                }
            }
        }
        assert!(joined > 2000, "{joined}");
    }
}
