//! Comparisons of few bytes, their number known, become loads: `s == "text"`, string switches, small structs.
//!
//! Both sides are readable in full: the lengths of strings were compared before. Loads may be unaligned and overlap where the machine
//! allows that; elsewhere nothing is known of the alignment, and only very few bytes are compared here, one by one. Bytes of
//! read-only data become constants.
use crate::view::{Known, View};
use crate::{Func, FuncId, Inst, Op, SymRef, Target, Ty, Value, op::Callee, op::Cc};
use smallvec::SmallVec;

/// More loads a side than this are left to the call.
const MAX: u32 = 4;

/// The largest number of bytes that is compared here.
fn most(t: Target) -> u32 {
    if t.unaligned { MAX * t.word } else { MAX }
}

/// The pass.
pub fn run(view: &View, f: &mut Func) {
    let Some(memequal) = view.helper("runtime.memequal") else { return };
    for b in f.blocks.ids() {
        if !f.blocks[b].insts.iter().any(|&i| small(view.target(), f, i, memequal).is_some()) {
            continue;
        }
        let insts = std::mem::take(&mut f.blocks[b].insts);
        let mut out = Vec::with_capacity(insts.len() + 8);
        for i in insts {
            match small(view.target(), f, i, memequal) {
                Some(n) => expand(view, f, i, n, &mut out),
                None => out.push(i),
            }
        }
        f.blocks[b].insts = out;
    }
    f.apply_aliases();
}

/// The number of bytes of a comparison that is to be expanded.
fn small(t: Target, f: &Func, i: Inst, memequal: FuncId) -> Option<u32> {
    let d = &f.insts[i];
    match d.op {
        Op::Call { callee: Callee::Static(c), .. } if c == memequal && d.results.len() == 1 => {
            f.as_const(d.args[2]).filter(|n| (0..=most(t) as i64).contains(n)).map(|n| n as u32)
        }
        _ => None,
    }
}

/// The loads for `n` bytes: kind and offset.
fn pieces(t: Target, n: u32) -> SmallVec<[(Ty, u32); 4]> {
    if !t.unaligned {
        return (0..n).map(|at| (Ty::I8, at)).collect();
    }
    let mut out = SmallVec::new();
    let mut at = 0;
    while n - at >= t.word {
        out.push((t.word_ty(), at));
        at += t.word;
    }
    match n - at {
        0 => {}
        // The last piece ends with the bytes, whatever it shares with the one before.
        _ if n > t.word => out.push((t.word_ty(), n - t.word)),
        1 => out.push((Ty::I8, at)),
        2 => out.push((Ty::I16, at)),
        3 => out.extend([(Ty::I16, at), (Ty::I8, at + 2)]),
        4 => out.push((Ty::I32, at)),
        _ => out.extend([(Ty::I32, at), (Ty::I32, n - 4)]),
    }
    out
}

/// The bytes that a load of read-only data gives.
fn known(view: &View, f: &Func, v: Value, ty: Ty, at: u32) -> Option<i64> {
    let Op::Sym(SymRef::Data(data), off) = f.def_inst(v)?.op else { return None };
    let t = view.target();
    match view.load(data, off.checked_add(at.into())?, t.size(ty))? {
        Known::Bytes(n) => Some(t.sext(n as i64, ty)),
        Known::Address(..) => None,
    }
}

fn expand(view: &View, f: &mut Func, call: Inst, n: u32, out: &mut Vec<Inst>) {
    let (args, result, pos, inl) = {
        let d = &f.insts[call];
        (d.args.clone(), d.results[0], d.pos, d.inl)
    };
    let mut emit = |f: &mut Func, op: Op, args: &[Value], ty: Ty| {
        let i = f.make_inst(op, args, &[ty], pos);
        f.insts[i].inl = inl;
        out.push(i);
        f.insts[i].results[0]
    };
    let pieces = pieces(view.target(), n);
    let mut side = |f: &mut Func, k: usize, ty: Ty, at: u32| match known(view, f, args[k], ty, at) {
        Some(c) => emit(f, Op::Iconst(c), &[], ty),
        None => emit(f, Op::Load { off: at as i32 }, &[args[k]], ty),
    };
    let pairs: SmallVec<[(Value, Value); 4]> =
        pieces.iter().map(|&(ty, at)| (side(f, 0, ty, at), side(f, 1, ty, at))).collect();
    let equal = match pairs[..] {
        [] => emit(f, Op::Iconst(1), &[], Ty::I8),
        [(x, y)] => emit(f, Op::Icmp(Cc::Eq), &[x, y], Ty::I8),
        _ => {
            let wide = pieces[0].0;
            let mut all = None;
            for (&(x, y), &(ty, _)) in pairs.iter().zip(&pieces) {
                let mut difference = emit(f, Op::Xor, &[x, y], ty);
                if ty != wide {
                    difference = emit(f, Op::Zext, &[difference], wide);
                }
                all = Some(match all {
                    Some(a) => emit(f, Op::Or, &[a, difference], wide),
                    None => difference,
                });
            }
            let zero = emit(f, Op::Iconst(0), &[], wide);
            emit(f, Op::Icmp(Cc::Eq), &[all.expect("there are two"), zero], Ty::I8)
        }
    };
    f.alias(result, equal);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_cover_every_byte_and_no_other() {
        for t in Target::SHAPES {
            for n in 0..=most(t) {
                let mut seen = vec![false; n as usize];
                for (ty, at) in pieces(t, n) {
                    (at..at + t.size(ty)).for_each(|k| seen[k as usize] = true);
                }
                assert!(seen.iter().all(|&s| s), "{t:?} {n}");
                assert!(pieces(t, n).len() <= MAX as usize, "{t:?} {n}");
            }
        }
    }

    /// `f0(p, q)`: whether `n` bytes are the same; the contents of `d0` and `d1` are given.
    fn compare(t: Target, n: usize, x: &[u8], y: &[u8], constant: bool) -> bool {
        use crate::{FuncId, interp::Interp};
        let hex = |b: &[u8]| b.iter().map(|x| format!("{x:02x}")).collect::<String>();
        let section = if constant { "rodata" } else { "data" };
        let text = format!(
            "sig0 = go () -> (i8)\nsig1 = go (ptr, ptr, word) -> (i8)\n\
             data d0 \"x\" data align 1 size {0}\nbytes {1}\nend\n\
             data d1 \"y\" {section} align 1 size {0}\nbytes {2}\nend\n\
             func f0 \"f\" sig0\nb0:\nv0: ptr = sym d0 + 0\nv1: ptr = sym d1 + 0\n\
             v2: word = iconst {n}\nv3: i8 = call f1 sig1(v0, v1, v2)\nret v3\nend\n\
             func f1 \"runtime.memequal\" sig1 noinline\nb0(v0: ptr, v1: ptr, v2: word):\nunreachable\nend\n",
            x.len(),
            hex(x),
            hex(y),
        );
        let mut p = crate::parse::program_for(t, &text).unwrap_or_else(|e| panic!("{e}\n{text}"));
        p.by_name.insert(syntax::Sym::new("runtime.memequal"), FuncId(1));
        let mut f = p.funcs[FuncId(0)].clone();
        run(&crate::View::new(&p), &mut f);
        crate::verify::func(&p, &f).unwrap_or_else(|e| panic!("{e:?}\n{f}"));
        let constants = f.blocks[crate::Block(0)].insts.iter();
        let loads = constants.filter(|&&i| matches!(f.insts[i].op, Op::Load { .. })).count();
        assert_eq!(loads, pieces(t, n as u32).len() * if constant { 1 } else { 2 }, "{f}");
        p.funcs[FuncId(0)] = f;
        Interp::new(&p, 1000).call(FuncId(0), &[], 0) == Ok(vec![1])
    }

    #[test]
    fn every_byte_counts() {
        for (t, n) in Target::SHAPES.into_iter().flat_map(|t| (1..=most(t) as usize).map(move |n| (t, n))) {
            let x: Vec<u8> = (0..n as u8 + 1).map(|k| k.wrapping_mul(37) ^ 0x80).collect();
            for constant in [false, true] {
                assert!(compare(t, n, &x, &x, constant), "{t:?} {n}");
                for k in 0..=n {
                    let mut y = x.clone();
                    y[k] ^= 0x81;
                    assert_eq!(compare(t, n, &x, &y, constant), k == n, "{t:?} {n} {k}");
                }
            }
        }
    }
}
