//! Values that live across thousands of calls wait in stack objects. The allocator splits a live range at each call, and each time copies what it knows of the
//! rest: memory and time would grow with the square of the calls (literals of a hundred thousand parts, whose beginning waits for the end).
use crate::prep;
use ir::{EntityId, Func, Inst, Op, PtrMap, SlotData, Ty, Value, ValueDef};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// More calls than this between a value's definition and its last use, in the order of the code.
const MANY: usize = 2048;

/// Rewrites the function; `word`: bytes of a pointer.
pub fn park(f: &mut Func, word: u32) {
    let is_call = |f: &Func, i: Inst| matches!(f.insts[i].op, Op::Call { .. });
    let calls = f.blocks.iter().flat_map(|b| &b.insts).filter(|&&i| is_call(f, i)).count();
    if calls <= MANY {
        return;
    }
    let rpo = prep::order(f).rpo;
    let parked = long_lived(f, &rpo, is_call);
    if parked.is_empty() {
        return;
    }
    let mut slots = FxHashMap::default();
    for v in parked {
        let ty = f.ty(v);
        let size = ty.size(word);
        let ptrs = if ty == Ty::Ptr { PtrMap::full(1) } else { PtrMap::new(size.div_ceil(word) as usize) };
        let slot = SlotData {
            size,
            align: size.min(word),
            ptrs: Arc::new(ptrs),
            zeroed: false,
            name: syntax::Sym::new("parked"),
        };
        slots.insert(v, f.slots.push(slot));
    }
    for b in rpo {
        let old = std::mem::take(&mut f.blocks[b].insts);
        let mut new = Vec::with_capacity(old.len());
        let load = |f: &mut Func, v: Value, pos, new: &mut Vec<Inst>| {
            let Some(&slot) = slots.get(&v) else { return v };
            let ty = f.ty(v);
            let at = f.make_inst(Op::SlotAddr(slot, 0), &[], &[Ty::Ptr], pos);
            let read = f.make_inst(Op::Load { off: 0 }, &[f.insts[at].results[0]], &[ty], pos);
            new.extend([at, read]);
            f.insts[read].results[0]
        };
        for i in old {
            let pos = f.insts[i].pos;
            for k in 0..f.insts[i].args.len() {
                f.insts[i].args[k] = load(f, f.insts[i].args[k], pos, &mut new);
            }
            new.push(i);
            for v in f.insts[i].results.clone() {
                if let Some(&slot) = slots.get(&v) {
                    let at = f.make_inst(Op::SlotAddr(slot, 0), &[], &[Ty::Ptr], pos);
                    let write = Op::Store { off: 0, wb: false };
                    let write = f.make_inst(write, &[f.insts[at].results[0], v], &[], pos);
                    new.extend([at, write]);
                }
            }
        }
        let mut term = std::mem::replace(&mut f.blocks[b].term, ir::Term::Unreachable);
        let pos = f.blocks[b].term_pos;
        term.for_each_arg_mut(|v| *v = load(f, *v, pos, &mut new));
        f.blocks[b].term = term;
        f.blocks[b].insts = new;
    }
}

/// Results of instructions that live so long, but for what is made anew wherever it is used.
fn long_lived(f: &Func, rpo: &[ir::Block], is_call: impl Fn(&Func, Inst) -> bool) -> Vec<Value> {
    let mut made = vec![usize::MAX; f.values.len()];
    let mut spans = vec![0; f.values.len()];
    let mut now = 0;
    for &b in rpo {
        let used = |v: Value, now: usize, made: &[usize], spans: &mut [usize]| {
            spans[v.index()] = now.saturating_sub(made[v.index()]).max(spans[v.index()]);
        };
        for &i in &f.blocks[b].insts {
            let d = &f.insts[i];
            d.args.iter().for_each(|&v| used(v, now, &made, &mut spans));
            now += is_call(f, i) as usize;
            if !matches!(d.op, Op::Iconst(_) | Op::Fconst(_) | Op::Sym(..) | Op::SlotAddr(..)) {
                d.results.iter().for_each(|v| made[v.index()] = now);
            }
        }
        f.blocks[b].term.for_each_arg(|v| used(v, now, &made, &mut spans));
    }
    f.values
        .ids()
        .filter(|&v| spans[v.index()] > MANY && matches!(f.values[v].def, ValueDef::Inst(..)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write;

    /// Parks the values of a function with so many calls between its first and its last; returns its text.
    fn parked(calls: usize) -> String {
        let mut text = String::from(
            "sig0 = go (ptr, i64) -> (i64)\nsig1 = go (i64) -> (i64)\nfunc f0 \"p.f\" sig0\nb0(v0: ptr, v1: i64):\n",
        );
        text.push_str("  v2: i64 = add v1, v1\n  v3: ptr = load v0 + 0\n  v4: i64 = iconst 7\n");
        let last = 5 + calls;
        for n in 5..last {
            writeln!(text, "  v{n}: i64 = call f1 sig1(v1)").unwrap();
        }
        writeln!(text, "  v{last}: i64 = add v2, v4\n  v{}: i64 = load v3 + 8", last + 1).unwrap();
        writeln!(text, "  v{}: i64 = add v{last}, v{}\n  ret v{}\nend", last + 2, last + 1, last + 2)
            .unwrap();
        text.push_str("func f1 \"p.g\" sig1 noinline\nb0(v0: i64):\n  ret v0\nend\n");
        let mut program = ir::parse::program(&text).unwrap_or_else(|e| panic!("{e}"));
        park(&mut program.funcs[ir::FuncId(0)], 8);
        ir::verify::program(&program).unwrap_or_else(|e| panic!("{e:?}"));
        let view = ir::View::new(&program);
        view.text(&program.funcs[ir::FuncId(0)])
    }

    #[test]
    fn long_lives_wait_in_memory() {
        let text = parked(MANY + 1);
        // A sum and a pointer, each written and read once; neither the constant nor the parameters.
        assert_eq!(text.matches("\"parked\"").count(), 2);
        assert_eq!(text.matches("= slotaddr").count(), 4);
        assert!(!parked(MANY).contains("parked"));
    }
}
