//! Which bits of a value can be set at all, by what made it.
use crate::{Func, Op, Target, Ty, Value, ValueDef};

/// How far back the makers of a value are asked.
const DEPTH: u32 = 6;

/// All bits up to the highest one of `m`.
fn below(m: u64) -> u64 {
    u64::MAX.checked_shr(m.leading_zeros()).unwrap_or(0)
}

/// All bits of an integer kind.
pub fn all(ty: Ty) -> u64 {
    u64::MAX >> (64 - ty.int_bits())
}

/// The top bit of an integer kind.
pub fn sign(ty: Ty) -> u64 {
    1 << (ty.int_bits() - 1)
}

/// A number of bits that an integer value has as a part of its kind's. So it is also the largest number, unsigned, that the value may be.
pub fn possible(t: Target, f: &Func, v: Value) -> u64 {
    of(t, f, v, DEPTH)
}

fn of(t: Target, f: &Func, v: Value, depth: u32) -> u64 {
    let v = f.resolve(v);
    let ty = f.ty(v);
    let all = all(ty);
    let ValueDef::Inst(i, result) = f.values[v].def else { return all };
    let d = &f.insts[i];
    if result == 1 && matches!(d.op, Op::AddCarry | Op::SubBorrow) {
        return 1;
    }
    if depth == 0 || d.results.len() != 1 {
        return all;
    }
    let arg = |k: usize| of(t, f, d.args[k], depth - 1);
    let number = |k: usize| f.as_const(d.args[k]).map(|c| t.zext(c, f.ty(d.args[k])));
    let shift = |k: usize| number(k).filter(|&n| n < ty.int_bits() as u64);
    match d.op {
        Op::Iconst(c) => t.zext(c, ty),
        Op::Zext => arg(0),
        Op::Sext => {
            let (from, x) = (f.ty(d.args[0]), arg(0));
            if x & sign(from) == 0 { x } else { x | all & !self::all(from) }
        }
        Op::Trunc => arg(0) & all,
        Op::And => arg(0) & arg(1),
        Op::Or | Op::Xor => arg(0) | arg(1),
        Op::Add => match arg(0).checked_add(arg(1)) {
            Some(sum) if sum <= all => below(sum),
            _ => all,
        },
        // All ones without some of them.
        Op::Sub => match number(0) {
            Some(k) if below(k) == k && arg(1) & !k == 0 => k,
            _ => all,
        },
        Op::Mul => match arg(0).checked_mul(arg(1)) {
            Some(product) if product <= all => below(product),
            _ => all,
        },
        Op::UDiv => match number(1) {
            Some(n) if n > 0 => below(arg(0) / n),
            _ => below(arg(0)),
        },
        Op::URem => match number(1) {
            Some(n) if n > 0 => below(arg(0).min(n - 1)),
            _ => below(arg(0)),
        },
        Op::Shl(_) => match shift(1) {
            Some(n) => arg(0) << n & all,
            None => all,
        },
        Op::LShr(_) => match shift(1) {
            Some(n) => arg(0) >> n,
            None => below(arg(0)),
        },
        Op::AShr(_) => {
            let x = arg(0);
            match shift(1) {
                _ if x & sign(ty) != 0 => all,
                Some(n) => x >> n,
                None => below(x),
            }
        }
        Op::Select => arg(1) | arg(2),
        Op::Icmp(_) | Op::Fcmp(_) => 1,
        Op::Clz | Op::Ctz | Op::Popcnt | Op::Asked(crate::op::Asked::Popcnt) => below(ty.int_bits() as u64),
        _ => all,
    }
}
