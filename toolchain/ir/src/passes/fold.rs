//! Constant folding and algebraic identities: what one instruction is worth, given its operands.
use crate::{
    Func, Op, SymRef, Target, Ty, Value, ValueDef,
    op::{Cc, Fcc},
    program::Section,
    view::{Known, View},
};

/// What an instruction folds to.
pub enum Folded {
    /// Another value that is there already.
    Value(Value),
    /// Another operation with operands, in its place.
    Op(Op, smallvec::SmallVec<[Value; 3]>),
}

/// Evaluates a comparison.
pub fn compare(t: Target, cc: Cc, x: i64, y: i64, ty: Ty) -> bool {
    let (sx, sy, ux, uy) = (t.sext(x, ty), t.sext(y, ty), t.zext(x, ty), t.zext(y, ty));
    match cc {
        Cc::Eq => ux == uy,
        Cc::Ne => ux != uy,
        Cc::Slt => sx < sy,
        Cc::Sle => sx <= sy,
        Cc::Sgt => sx > sy,
        Cc::Sge => sx >= sy,
        Cc::Ult => ux < uy,
        Cc::Ule => ux <= uy,
        Cc::Ugt => ux > uy,
        Cc::Uge => ux >= uy,
    }
}

/// The comparison with its operands exchanged.
pub fn swap(cc: Cc) -> Cc {
    match cc {
        Cc::Eq | Cc::Ne => cc,
        Cc::Slt => Cc::Sgt,
        Cc::Sle => Cc::Sge,
        Cc::Sgt => Cc::Slt,
        Cc::Sge => Cc::Sle,
        Cc::Ult => Cc::Ugt,
        Cc::Ule => Cc::Uge,
        Cc::Ugt => Cc::Ult,
        Cc::Uge => Cc::Ule,
    }
}

/// The opposite comparison.
pub fn negate(cc: Cc) -> Cc {
    match cc {
        Cc::Eq => Cc::Ne,
        Cc::Ne => Cc::Eq,
        Cc::Slt => Cc::Sge,
        Cc::Sle => Cc::Sgt,
        Cc::Sgt => Cc::Sle,
        Cc::Sge => Cc::Slt,
        Cc::Ult => Cc::Uge,
        Cc::Ule => Cc::Ugt,
        Cc::Ugt => Cc::Ule,
        Cc::Uge => Cc::Ult,
    }
}

/// Is this a pointer as a number?
pub fn is_address(f: &Func, v: Value) -> bool {
    f.def_inst(v).is_some_and(|d| matches!(d.op, Op::Bitcast) && f.ty(d.args[0]) == Ty::Ptr)
}

/// The pattern of a number that floats of 32 bits have too.
pub fn float_bits(x: f64, ty: Ty) -> u64 {
    if ty == Ty::F32 { (x as f32).to_bits() as u64 } else { x.to_bits() }
}

/// Is this a carry, 0 or 1?
fn is_carry(f: &Func, v: Value) -> bool {
    let ValueDef::Inst(i, 1) = f.values[f.resolve(v)].def else { return false };
    matches!(f.insts[i].op, Op::AddCarry | Op::SubBorrow)
}

/// Folds one instruction with one result, if it can be.
pub fn fold(view: &View, f: &Func, op: &Op, args: &[Value], ty: Ty) -> Option<Folded> {
    let t = view.target();
    let konst = |v: i64| Some(Folded::Op(Op::Iconst(t.sext(v, ty)), Default::default()));
    let value = |v: Value| Some(Folded::Value(v));
    let make = |op: Op, args: &[Value]| Some(Folded::Op(op, smallvec::SmallVec::from_slice(args)));
    let c = |i: usize| args.get(i).and_then(|&a| f.as_const(a));
    let (x, y) = (c(0), c(1));
    // Constants go to the right of commutative operations.
    if let (Some(_), None) = (x, y)
        && matches!(op, Op::Add | Op::Mul | Op::And | Op::Or | Op::Xor)
    {
        return make(op.clone(), &[args[1], args[0]]);
    }
    let aty = args.first().map_or(ty, |&a| f.ty(a));
    match op {
        Op::Add | Op::Sub | Op::Mul | Op::And | Op::Or | Op::Xor => {
            if let (Some(x), Some(y)) = (x, y) {
                return konst(match op {
                    Op::Add => x.wrapping_add(y),
                    Op::Sub => x.wrapping_sub(y),
                    Op::Mul => x.wrapping_mul(y),
                    Op::And => x & y,
                    Op::Or => x | y,
                    _ => x ^ y,
                });
            }
            match (op, y) {
                // Hides a pointer from escape analysis, which removes it.
                (Op::Xor, Some(0)) if is_address(f, args[0]) => return None,
                (Op::Add | Op::Sub | Op::Or | Op::Xor, Some(0)) => return value(args[0]),
                (Op::Mul, Some(1)) => return value(args[0]),
                (Op::Mul | Op::And, Some(0)) => return konst(0),
                (Op::And, Some(m)) if t.sext(m, ty) == -1 => return value(args[0]),
                _ => {}
            }
            if args[0] == args[1] {
                match op {
                    Op::Sub | Op::Xor => return konst(0),
                    Op::And | Op::Or => return value(args[0]),
                    _ => {}
                }
            }
            if let Some(v) = undone(f, op, args) {
                return value(v);
            }
            // Conditions turned around, once or twice.
            if let (Op::Xor, Some(k)) = (op, y)
                && let Some(d) = f.def_inst(args[0])
            {
                match d.op {
                    Op::Xor if k != 0 && f.as_const(d.args[1]) == Some(k) => return value(d.args[0]),
                    Op::Icmp(cc) if k == 1 => return make(Op::Icmp(negate(cc)), &d.args.clone()),
                    Op::Fcmp(Fcc::Eq) if k == 1 => return make(Op::Fcmp(Fcc::Ne), &d.args.clone()),
                    Op::Fcmp(Fcc::Ne) if k == 1 => return make(Op::Fcmp(Fcc::Eq), &d.args.clone()),
                    _ => {}
                }
            }
            // (a + c1) + c2 -> a + (c1 + c2) needs a new constant: left to selection.
            None
        }
        Op::SDiv | Op::UDiv | Op::SRem | Op::URem => {
            if let (Some(x), Some(y)) = (x, y)
                && t.zext(y, ty) != 0
            {
                let (sx, sy, ux, uy) = (t.sext(x, ty), t.sext(y, ty), t.zext(x, ty), t.zext(y, ty));
                return konst(match op {
                    Op::SDiv => sx.wrapping_div(sy),
                    Op::SRem => sx.wrapping_rem(sy),
                    Op::UDiv => (ux / uy) as i64,
                    _ => (ux % uy) as i64,
                });
            }
            match (op, y) {
                (Op::SDiv | Op::UDiv, Some(1)) => value(args[0]),
                (Op::SRem | Op::URem, Some(1)) => konst(0),
                _ => None,
            }
        }
        Op::Shl(_) | Op::LShr(_) | Op::AShr(_) => {
            let count = y.map(|y| t.zext(y, f.ty(args[1])));
            if count == Some(0) {
                return value(args[0]);
            }
            let count = count?;
            let width = t.bits(ty) as u64;
            if let Some(x) = x {
                let n = count.min(63) as u32;
                return konst(match op {
                    Op::Shl(_) if count >= width => 0,
                    Op::Shl(_) => x << n,
                    Op::LShr(_) if count >= width => 0,
                    Op::LShr(_) => (t.zext(x, ty) >> n) as i64,
                    _ => t.sext(x, ty) >> n,
                });
            }
            match op {
                Op::Shl(_) | Op::LShr(_) if count >= width => konst(0),
                Op::Shl(false) if count < width => make(Op::Shl(true), args),
                Op::LShr(false) if count < width => make(Op::LShr(true), args),
                Op::AShr(false) if count < width => make(Op::AShr(true), args),
                _ => None,
            }
        }
        // Twice is exact either way, and a sum is there sooner.
        Op::FMul => {
            let two = |v: Value| f.def_inst(v).is_some_and(|d| d.op == Op::Fconst(float_bits(2.0, ty)));
            let [x, y] = args[..] else { return None };
            match () {
                _ if two(y) => make(Op::FAdd, &[x, x]),
                _ if two(x) => make(Op::FAdd, &[y, y]),
                _ => None,
            }
        }
        Op::Neg => konst(x?.wrapping_neg()),
        Op::Not => konst(!x?),
        Op::Clz => konst(t.zext(x?, ty).leading_zeros() as i64 - (64 - t.bits(ty)) as i64),
        Op::Ctz => konst(t.zext(x?, ty).trailing_zeros().min(t.bits(ty)) as i64),
        Op::Popcnt => konst(t.zext(x?, ty).count_ones() as i64),
        Op::Sext => match x {
            Some(x) => konst(t.sext(x, aty)),
            None => None,
        },
        Op::Zext => {
            if let Some(x) = x {
                return konst(t.sext(t.zext(x, aty) as i64, ty));
            }
            // zext(trunc(a)) where a fits
            let d = f.def_inst(args[0])?;
            let fits = matches!(d.op, Op::Trunc) && f.ty(d.args[0]) == ty && is_carry(f, d.args[0]);
            if fits { value(d.args[0]) } else { None }
        }
        Op::Trunc => {
            if let Some(x) = x {
                return konst(x);
            }
            // trunc(ext(a)) where a has the wanted kind
            let d = f.def_inst(args[0])?;
            if matches!(d.op, Op::Sext | Op::Zext) {
                let a = d.args[0];
                if f.ty(a) == ty {
                    return value(a);
                }
                if t.bits(f.ty(a)) > t.bits(ty) {
                    return make(Op::Trunc, &[a]);
                }
            }
            None
        }
        Op::Bitcast => {
            let d = f.def_inst(args[0])?;
            match d.op {
                // A number that was made a pointer and a number again is not the first one: the stack may have moved, which
                // only the pointer follows.
                Op::Bitcast if f.ty(d.args[0]) == ty && aty != Ty::Ptr => value(d.args[0]),
                // 0 as a pointer is nil; other integers stay what they are.
                Op::Iconst(0) if !ty.is_float() => konst(0),
                // Data do not move, and stay what they are by either name: itabs, descriptors.
                Op::Sym(s @ SymRef::Data(_), off) if !ty.is_float() => make(Op::Sym(s, off), &[]),
                _ => None,
            }
        }
        Op::Icmp(cc) => {
            if let (Some(x), Some(y)) = (x, y) {
                return konst(compare(t, *cc, x, y, aty) as i64);
            }
            if args[0] == args[1] {
                return konst(matches!(cc, Cc::Eq | Cc::Sle | Cc::Sge | Cc::Ule | Cc::Uge) as i64);
            }
            if x.is_some() {
                return make(Op::Icmp(swap(*cc)), &[args[1], args[0]]);
            }
            if y == Some(0)
                && matches!(cc, Cc::Eq | Cc::Ne)
                && let Some(d) = f.def_inst(args[0])
                && d.op.is_never_nil()
            {
                return konst((*cc == Cc::Ne) as i64);
            }
            // Addresses of different symbols differ.
            if matches!(cc, Cc::Eq | Cc::Ne)
                && let (Some(a), Some(b)) = (f.def_inst(args[0]), f.def_inst(args[1]))
                && let (Op::Sym(s, 0), Op::Sym(t, 0)) = (&a.op, &b.op)
                && (s == t || differ(view, *s, *t))
            {
                return konst(((s == t) == (*cc == Cc::Eq)) as i64);
            }
            // (a cmp b) == 0 -> !(a cmp b); (a cmp b) != 0 -> a cmp b
            if y == Some(0)
                && matches!(cc, Cc::Eq | Cc::Ne)
                && aty == Ty::I8
                && let Some(d) = f.def_inst(args[0])
            {
                match d.op {
                    Op::Icmp(inner) => {
                        let cc = if *cc == Cc::Ne { inner } else { negate(inner) };
                        return make(Op::Icmp(cc), &d.args.clone());
                    }
                    Op::Fcmp(_) if *cc == Cc::Ne => return value(args[0]),
                    Op::Fcmp(Fcc::Eq) => return make(Op::Fcmp(Fcc::Ne), &d.args.clone()),
                    Op::Fcmp(Fcc::Ne) => return make(Op::Fcmp(Fcc::Eq), &d.args.clone()),
                    _ => {}
                }
            }
            None
        }
        Op::Select => match x {
            Some(c) => value(if c & 0xff != 0 { args[1] } else { args[2] }),
            None if args[1] == args[2] => value(args[1]),
            None => None,
        },
        Op::PtrAdd => {
            if y == Some(0) {
                return value(args[0]);
            }
            let d = f.def_inst(args[0])?;
            match (&d.op, y) {
                (Op::Sym(s, off), Some(y)) => make(Op::Sym(*s, off + y), &[]),
                (Op::SlotAddr(s, off), Some(y)) if (0..1 << 30).contains(&y) => {
                    make(Op::SlotAddr(*s, off + y as u32), &[])
                }
                _ => None,
            }
        }
        Op::Load { off } => {
            let d = f.def_inst(args[0])?;
            match &d.op {
                // load(p + const) -> load at offset
                Op::PtrAdd => {
                    let k = f.as_const(d.args[1])?;
                    let sum = i32::try_from(*off as i64 + k).ok()?;
                    make(Op::Load { off: sum }, &[d.args[0]])
                }
                Op::Sym(SymRef::Data(data), base) => load_constant(view, *data, base + *off as i64, ty),
                _ => None,
            }
        }
        _ => None,
    }
}

/// A load from read-only data: itabs, type descriptors, constant tables.
fn load_constant(view: &View, data: crate::DataId, off: i64, ty: Ty) -> Option<Folded> {
    let t = view.target();
    let op = match view.load(data, off, t.size(ty))? {
        Known::Address(symbol, addend) if ty == Ty::Ptr || ty == t.word_ty() => Op::Sym(symbol, addend),
        Known::Address(..) => return None,
        Known::Bytes(raw) if ty.is_float() => Op::Fconst(raw),
        Known::Bytes(raw) => Op::Iconst(t.sext(raw as i64, ty)),
    };
    Some(Folded::Op(op, Default::default()))
}

/// Whether the addresses of two symbols are never equal, which objects without size may be. Those of functions are only asked for to tell
/// methods apart.
fn differ(view: &View, s: SymRef, t: SymRef) -> bool {
    match (s, t) {
        (SymRef::Data(s), SymRef::Data(t)) => {
            let is_type = |d| view.section(d) == Section::Types;
            s != t && is_type(s) && is_type(t)
        }
        (SymRef::Func(s), SymRef::Func(t)) => s != t,
        _ => false,
    }
}
/// What is left of a sum from which a term is taken away again, as in the length of `s[i:i+n]`, and of a difference to which it is added.
fn undone(f: &Func, op: &Op, args: &[Value]) -> Option<Value> {
    let parts = |v: Value, inner: &Op| {
        let d = f.def_inst(v).filter(|d| d.op == *inner)?;
        Some((f.resolve(d.args[0]), f.resolve(d.args[1])))
    };
    match op {
        Op::Sub => match parts(args[0], &Op::Add)? {
            (x, y) if y == args[1] => Some(x),
            (x, y) if x == args[1] => Some(y),
            _ => None,
        },
        Op::Add => [(args[0], args[1]), (args[1], args[0])].into_iter().find_map(|(sum, term)| {
            let (x, y) = parts(sum, &Op::Sub)?;
            (y == term).then_some(x)
        }),
        _ => None,
    }
}
