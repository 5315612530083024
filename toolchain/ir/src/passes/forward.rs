//! Copies of constants that nobody changes: a slot that is filled once, whole, from read-only data, and afterwards only read, is that data.
//! Composite literals that are constant make such slots, on their way to a variable or as tables.
//!
//! A slot is read after it was filled, or not at all: the builder fills temporaries and variables where it makes them.
use crate::{DataId, Func, Inst, Op, Slot, SymRef, Value, View};
use rustc_hash::FxHashMap;

#[derive(Clone, Copy, PartialEq)]
enum Filled {
    No,
    /// By this copy, from there.
    By(Inst, DataId, i64),
    /// In some other way.
    Otherwise,
}

/// The pass.
pub fn run(view: &View, f: &mut Func) {
    if f.slots.is_empty() {
        return;
    }
    // A literal's slot, the variable's, one more.
    for _ in 0..3 {
        if !slots(view, f) {
            break;
        }
    }
    zeros(view, f);
}

/// Whether some slot could be replaced.
fn slots(view: &View, f: &mut Func) -> bool {
    let mut filled = vec![Filled::No; f.slots.len()];
    if let Some((a, b, _)) = f.open_defers {
        filled[a.0 as usize] = Filled::Otherwise;
        filled[b.0 as usize] = Filled::Otherwise;
    }
    // Addresses in slots, and what is computed from them.
    let mut inside: FxHashMap<Value, Slot> = FxHashMap::default();
    let mut grew = true;
    while grew {
        grew = false;
        for &i in f.blocks.iter().flat_map(|b| &b.insts) {
            let d = &f.insts[i];
            let slot = match d.op {
                Op::SlotAddr(s, _) => Some(s),
                Op::PtrAdd => inside.get(&f.resolve(d.args[0])).copied(),
                _ => None,
            };
            if let Some(s) = slot {
                grew |= inside.insert(d.results[0], s).is_none();
            }
        }
    }
    for block in f.blocks.iter() {
        for &i in &block.insts {
            let d = &f.insts[i];
            for (k, &a) in d.args.iter().enumerate() {
                let Some(&s) = inside.get(&f.resolve(a)) else { continue };
                let fill = &mut filled[s.0 as usize];
                match d.op {
                    Op::Load { .. } | Op::NilCheck => {}
                    Op::PtrAdd if k == 0 => {}
                    Op::MemCopy { .. } if k == 1 => {}
                    Op::MemCopy { size, .. } => {
                        let whole = size == f.slots[s].size
                            && matches!(f.def_inst(a).map(|d| &d.op), Some(Op::SlotAddr(_, 0)));
                        *fill = match (*fill, constant(view, f, d.args[1], size)) {
                            (Filled::No, Some((data, off))) if whole => Filled::By(i, data, off),
                            _ => Filled::Otherwise,
                        };
                    }
                    _ => *fill = Filled::Otherwise,
                }
            }
        }
        block.term.for_each_arg(|v| {
            if let Some(s) = inside.get(&f.resolve(v)) {
                filled[s.0 as usize] = Filled::Otherwise;
            }
        });
    }
    for b in f.blocks.ids() {
        for k in 0..f.blocks[b].insts.len() {
            let i = f.blocks[b].insts[k];
            if let Op::SlotAddr(s, at) = f.insts[i].op
                && let Filled::By(_, data, off) = filled[s.0 as usize]
            {
                f.insts[i].op = Op::Sym(SymRef::Data(data), off + at as i64);
            }
        }
    }
    let copies: Vec<Inst> = filled
        .iter()
        .filter_map(|f| match f {
            Filled::By(copy, ..) => Some(*copy),
            _ => None,
        })
        .collect();
    if !copies.is_empty() {
        f.blocks.iter_mut().for_each(|b| b.insts.retain(|i| !copies.contains(i)));
    }
    !copies.is_empty()
}

/// Copies of nothing but zeros become zeroings.
fn zeros(view: &View, f: &mut Func) {
    for i in f.blocks.iter().flat_map(|b| b.insts.clone()).collect::<Vec<_>>() {
        let Op::MemCopy { size, align, typ } = f.insts[i].op else { continue };
        if let Some((data, off)) = constant(view, f, f.insts[i].args[1], size)
            && view.is_zero(data, off, size)
        {
            f.insts[i].op = Op::MemZero { size, align, typ };
            f.insts[i].args.truncate(1);
        }
    }
}

/// The place in read-only data that an address is, if `size` bytes are there.
fn constant(view: &View, f: &Func, v: Value, size: u32) -> Option<(DataId, i64)> {
    let Op::Sym(SymRef::Data(data), off) = f.def_inst(v)?.op else { return None };
    view.read_only(data, off, size).then_some((data, off))
}

#[cfg(test)]
mod tests {
    use crate::{FuncId, Op, Program, Target, interp::Interp, target::for_all};

    /// The copies and zeroings that are left of a body in which d0 is read-only data of 16 bytes, d1 such zeros, and s0 a slot.
    fn left(body: &str) -> (usize, usize) {
        for_all(|t| left_for(t, body))
    }
    fn left_for(t: Target, body: &str) -> (usize, usize) {
        let text = format!(
            "sig0 = go (word) -> (word)\n\
             data d0 \"x\" rodata align 8 size 16\nbytes 0102030405060708090a0b0c0d0e0f10\nend\n\
             data d1 \"z\" rodata align 8 size 16\nend\n\
             func f0 \"f\" sig0\nslot s0 size 16 align 8 ptrs - \"t\"\nslot s1 size 16 align 8 ptrs - \"u\"\n\
             b0(v0: word):\nv1: ptr = slotaddr s0 + 0\nv2: ptr = sym d0 + 0\nv3: ptr = sym d1 + 0\n\
             v4: ptr = slotaddr s1 + 0\n{body}\nret v9\nend\n"
        );
        let mut p: Program = crate::parse::program_for(t, &text).unwrap_or_else(|e| panic!("{e}\n{text}"));
        let call = |p: &Program| Interp::new(p, 1000).call(FuncId(0), &[8], 0);
        let before = call(&p);
        let mut f = p.funcs[FuncId(0)].clone();
        super::run(&crate::View::new(&p), &mut f);
        crate::verify::func(&p, &f).unwrap_or_else(|e| panic!("{e:?}\n{f}"));
        let count = |is: fn(&Op) -> bool| {
            f.blocks.iter().flat_map(|b| &b.insts).filter(|&&i| is(&f.insts[i].op)).count()
        };
        let counts =
            (count(|op| matches!(op, Op::MemCopy { .. })), count(|op| matches!(op, Op::MemZero { .. })));
        p.funcs[FuncId(0)] = f;
        assert_eq!(before, call(&p));
        counts
    }

    #[test]
    fn tables_are_read_where_they_are() {
        assert_eq!(left("memcopy v1, v2 size 16\nv5: ptr = ptradd v1, v0\nv9: word = load v5 + 0"), (0, 0));
        assert_eq!(left("memcopy v1, v2 size 16\nmemcopy v4, v1 size 16\nv9: word = load v4 + 8"), (0, 0));
        assert_eq!(left("memcopy v4, v3 size 16\nstore v4, v0 + 0\nv9: word = load v4 + 0"), (0, 1));
    }

    #[test]
    fn what_changes_stays() {
        assert_eq!(left("memcopy v1, v2 size 16\nstore v1, v0 + 8\nv9: word = load v1 + 0"), (1, 0));
        assert_eq!(left("memzero v1 size 16\nmemcopy v1, v2 size 16\nv9: word = load v1 + 0"), (1, 1));
        let derived = "v5: ptr = ptradd v1, v0\nstore v5, v0 + 0\nv9: word = load v1 + 0";
        assert_eq!(left(&format!("memcopy v1, v2 size 16\n{derived}")), (1, 0));
    }
}
