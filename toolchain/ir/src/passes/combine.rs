//! Arithmetic that comes to something simpler: two operations with constants are one, what divides by a power of two shifts, and
//! what only takes away bits that a value cannot have does nothing ([`bits::possible`]).
//!
//! Unlike [`super::fold`] it makes constants of its own.
use super::writer::Writer;
use crate::analysis::{bits, cfg::Cfg};
use crate::{Func, Inst, InstData, Op, Ty, Value, View, op::Cc};

/// Rounds: what comes out of one may be simplified by the next.
const ROUNDS: usize = 3;

/// The pass.
pub fn run(view: &View, f: &mut Func) {
    let rpo = Cfg::new(f).rpo;
    for _ in 0..ROUNDS {
        let mut changed = false;
        for &b in &rpo {
            let old = std::mem::take(&mut f.blocks[b].insts);
            let mut w = Writer::new(view.target(), f);
            w.out.reserve(old.len());
            for i in old {
                changed |= instruction(&mut w, i);
            }
            let new = w.out;
            f.blocks[b].insts = new;
        }
        if !changed {
            break;
        }
        f.apply_aliases();
    }
}

/// The pass behind escape analysis, which does not follow a pointer that was a number meanwhile: `unsafe.Pointer(uintptr(p) + n)` must stay
/// in the object that p points into, as address arithmetic does.
pub fn late(view: &View, f: &mut Func) {
    for i in f.blocks.iter().flat_map(|b| b.insts.clone()).collect::<Vec<_>>() {
        if let Some((p, n)) = moved_address(f, i) {
            f.insts[i].op = Op::PtrAdd;
            f.insts[i].args = smallvec::smallvec![p, n];
        }
    }
    run(view, f);
}

/// The pointer and the distance, if an instruction makes a pointer of a pointer's number and a distance.
fn moved_address(f: &Func, i: Inst) -> Option<(Value, Value)> {
    let d = &f.insts[i];
    let [result] = d.results[..] else { return None };
    let sum = f.def_inst(*d.args.first()?)?;
    if d.op != Op::Bitcast || f.ty(result) != Ty::Ptr || sum.op != Op::Add {
        return None;
    }
    let pointer =
        |v: Value| f.def_inst(v).filter(|_| super::fold::is_address(f, v)).map(|d| f.resolve(d.args[0]));
    let (x, y) = (f.resolve(sum.args[0]), f.resolve(sum.args[1]));
    match (pointer(x), pointer(y)) {
        (Some(p), None) => Some((p, y)),
        (None, Some(p)) => Some((p, x)),
        _ => None,
    }
}

/// Writes an instruction, or what stands for it; true if that is something else.
fn instruction(w: &mut Writer, i: Inst) -> bool {
    for k in 0..w.f.insts[i].args.len() {
        let v = w.f.resolve(w.f.insts[i].args[k]);
        w.f.insts[i].args[k] = v;
    }
    let d = w.f.insts[i].clone();
    if let [result] = d.results[..] {
        w.at(&d);
        let before = w.out.len();
        let ty = w.f.ty(result);
        let found = match ty {
            Ty::Ptr => None,
            _ if ty.is_float() => float(w, &d, ty),
            _ => simpler(w, &d, ty),
        };
        if let Some(v) = found {
            w.f.alias(result, v);
            return true;
        }
        debug_assert_eq!(w.out.len(), before, "{:?} was begun and given up", d.op);
    }
    w.out.push(i);
    false
}

/// The constant that a value is, as a number without sign.
fn number(w: &Writer, v: Value) -> Option<u64> {
    w.f.as_const(v).map(|c| w.t.zext(c, w.f.ty(v)))
}

fn possible(w: &Writer, v: Value) -> u64 {
    bits::possible(w.t, w.f, v)
}

/// The operands of an operation, if a value is one.
fn is(w: &Writer, v: Value, op: Op) -> Option<(Value, Value)> {
    let d = w.f.def_inst(v).filter(|d| d.op == op && d.args.len() == 2)?;
    Some((w.f.resolve(d.args[0]), w.f.resolve(d.args[1])))
}

/// The operand that is shifted by a constant, and the constant, which is less than the width.
fn shifted(w: &Writer, v: Value, op: fn(bool) -> Op) -> Option<(Value, u64)> {
    let (x, n) = is(w, v, op(true)).or_else(|| is(w, v, op(false)))?;
    let n = number(w, n).filter(|&n| n < w.f.ty(x).int_bits() as u64)?;
    Some((x, n))
}

fn simpler(w: &mut Writer, d: &InstData, ty: Ty) -> Option<Value> {
    match d.op {
        Op::And => and(w, d.args[0], d.args[1], ty),
        Op::Or | Op::Xor => {
            // (x op c) op k
            let k = number(w, d.args[1])?;
            let (x, c) = is(w, d.args[0], d.op.clone())?;
            let c = number(w, c)?;
            // A pointer's number beside a constant is what keeps escape analysis from following it.
            if super::fold::is_address(w.f, x) {
                return None;
            }
            let both = if d.op == Op::Or { c | k } else { c ^ k };
            Some(w.imm(d.op.clone(), x, both as i64))
        }
        Op::UDiv => {
            let n = number(w, d.args[1]).filter(|n| n.is_power_of_two())?;
            Some(w.imm(Op::LShr(true), d.args[0], n.trailing_zeros() as i64))
        }
        Op::URem => {
            let n = number(w, d.args[1]).filter(|n| n.is_power_of_two())?;
            Some(w.imm(Op::And, d.args[0], n as i64 - 1))
        }
        // Of what is not negative, as without sign.
        Op::SDiv | Op::SRem => {
            let n = number(w, d.args[1]).filter(|n| n.is_power_of_two() && n & bits::sign(ty) == 0)?;
            if possible(w, d.args[0]) & bits::sign(ty) != 0 {
                return None;
            }
            Some(match d.op {
                Op::SDiv => w.imm(Op::LShr(true), d.args[0], n.trailing_zeros() as i64),
                _ => w.imm(Op::And, d.args[0], n as i64 - 1),
            })
        }
        Op::Shl(_) | Op::LShr(_) | Op::AShr(_) => shift(w, d, ty),
        Op::Zext => {
            let x = d.args[0];
            let inner = w.f.def_inst(x)?.clone();
            let y = w.f.resolve(*inner.args.first()?);
            match inner.op {
                Op::Zext => Some(w.ins(Op::Zext, &[y], ty)),
                // What was cut off was zero.
                Op::Trunc if possible(w, y) <= bits::all(w.f.ty(x)) => as_wide(w, y, ty),
                _ => None,
            }
        }
        Op::Sext => {
            let x = d.args[0];
            if possible(w, x) & bits::sign(w.f.ty(x)) == 0 {
                return Some(w.ins(Op::Zext, &[x], ty));
            }
            let inner = w.f.def_inst(x).filter(|d| d.op == Op::Sext)?;
            let y = w.f.resolve(inner.args[0]);
            Some(w.ins(Op::Sext, &[y], ty))
        }
        Op::Trunc => {
            // What is taken away is cut off anyway.
            let (x, m) = is(w, d.args[0], Op::And)?;
            let m = number(w, m)?;
            (m & bits::all(ty) == bits::all(ty)).then(|| w.ins(Op::Trunc, &[x], ty))
        }
        // A rotation looks at counts modulo the width.
        Op::RotL => {
            let (n, m) = is(w, d.args[1], Op::And)?;
            let all = ty.int_bits() as u64 - 1;
            (number(w, m)? & all == all).then(|| w.bin(Op::RotL, d.args[0], n))
        }
        Op::Icmp(cc) => compare(w, cc, d.args[0], d.args[1]),
        _ => None,
    }
}

/// Division by a power of two multiplies, if what is multiplied with is exact: a number of which neither it nor its inverse is too small to
/// have all digits.
fn float(w: &mut Writer, d: &InstData, ty: Ty) -> Option<Value> {
    let Op::Fconst(c) = w.f.def_inst(d.args.get(1).copied().filter(|_| d.op == Op::FDiv)?)?.op else {
        return None;
    };
    let inverse = match ty {
        Ty::F32 => exact_inverse(c, 23, 8)?,
        _ => exact_inverse(c, 52, 11)?,
    };
    let inverse = w.ins(Op::Fconst(inverse), &[], ty);
    Some(w.bin(Op::FMul, d.args[0], inverse))
}

/// The pattern of 1/x for a pattern with so many bits of digits and of exponent.
fn exact_inverse(x: u64, digits: u32, exponent: u32) -> Option<u64> {
    let bias = (1u64 << (exponent - 1)) - 1;
    let (sign, power) = (x >> (digits + exponent) << (digits + exponent), x >> digits & (2 * bias + 1));
    let inverse = (2 * bias).checked_sub(power).filter(|&p| p > 0 && power > 0)?;
    (x & ((1 << digits) - 1) == 0).then_some(sign | inverse << digits)
}

/// A value in a kind that holds all that it can be.
fn as_wide(w: &mut Writer, v: Value, ty: Ty) -> Option<Value> {
    let from = w.f.ty(v);
    Some(match from.int_bits().cmp(&ty.int_bits()) {
        std::cmp::Ordering::Less => w.ins(Op::Zext, &[v], ty),
        std::cmp::Ordering::Equal => v,
        std::cmp::Ordering::Greater => w.ins(Op::Trunc, &[v], ty),
    })
}

fn and(w: &mut Writer, x: Value, y: Value, ty: Ty) -> Option<Value> {
    let (px, py) = (possible(w, x), possible(w, y));
    if px & py == 0 {
        return Some(w.konst(ty, 0));
    }
    let m = number(w, y)?;
    if px & !m == 0 {
        return Some(x);
    }
    let (inner, c) = is(w, x, Op::And)?;
    let c = number(w, c)?;
    Some(w.imm(Op::And, inner, (c & m) as i64))
}

fn shift(w: &mut Writer, d: &InstData, ty: Ty) -> Option<Value> {
    let (x, n) = (d.args[0], d.args[1]);
    let width = ty.int_bits() as u64;
    let Some(k) = number(w, n) else {
        // A count that cannot reach the width.
        let bounded = match d.op {
            Op::Shl(false) => Op::Shl(true),
            Op::LShr(false) => Op::LShr(true),
            Op::AShr(false) => Op::AShr(true),
            _ => return None,
        };
        return (possible(w, n) < width).then(|| w.bin(bounded, x, n));
    };
    if k >= width {
        return None;
    }
    match d.op {
        Op::Shl(_) => {
            if let Some((y, j)) = shifted(w, x, Op::Shl) {
                return Some(shift_by(w, Op::Shl(true), y, j + k));
            }
            // Down and up again: the lowest bits are gone. (Larger constants are worth an instruction on many machines.)
            let (y, j) = shifted(w, x, Op::LShr)?;
            (j == k && k <= 11).then(|| w.imm(Op::And, y, (bits::all(ty) << k) as i64))
        }
        Op::LShr(_) => {
            if possible(w, x) >> k == 0 {
                return Some(w.konst(ty, 0));
            }
            if let Some((y, j)) = shifted(w, x, Op::LShr) {
                return Some(shift_by(w, Op::LShr(true), y, j + k));
            }
            // What is taken away would be shifted out.
            let (y, m) = is(w, x, Op::And)?;
            let m = number(w, m)?;
            (m >> k == bits::all(ty) >> k).then(|| w.imm(Op::LShr(true), y, k as i64))
        }
        _ => {
            if possible(w, x) & bits::sign(ty) == 0 {
                return Some(w.imm(Op::LShr(true), x, k as i64));
            }
            None
        }
    }
}

/// A shift by a constant that may have become too large.
fn shift_by(w: &mut Writer, op: Op, x: Value, n: u64) -> Value {
    let ty = w.f.ty(x);
    if n >= ty.int_bits() as u64 { w.konst(ty, 0) } else { w.imm(op, x, n as i64) }
}

/// Comparisons with a constant that the value's bits decide.
fn compare(w: &mut Writer, cc: Cc, x: Value, y: Value) -> Option<Value> {
    let ty = w.f.ty(x);
    if ty == Ty::Ptr {
        return None;
    }
    let k = number(w, y)?;
    let most = possible(w, x);
    // With a sign, as without one where neither has it.
    let (natural, negative) = (most & bits::sign(ty) == 0, k & bits::sign(ty) != 0);
    let unsigned = match cc {
        Cc::Eq | Cc::Ne | Cc::Ult | Cc::Ule | Cc::Ugt | Cc::Uge => cc,
        _ if !natural => return None,
        Cc::Slt | Cc::Sle if negative => return Some(w.konst(Ty::I8, 0)),
        Cc::Sgt | Cc::Sge if negative => return Some(w.konst(Ty::I8, 1)),
        Cc::Slt => Cc::Ult,
        Cc::Sle => Cc::Ule,
        Cc::Sgt => Cc::Ugt,
        Cc::Sge => Cc::Uge,
    };
    let outcome = match unsigned {
        Cc::Eq if k & !most != 0 => false,
        Cc::Ne if k & !most != 0 => true,
        Cc::Ult if most < k => true,
        Cc::Ult if k == 0 => false,
        Cc::Uge if k == 0 => true,
        Cc::Uge if most < k => false,
        Cc::Ule if most <= k => true,
        Cc::Ugt if most <= k => false,
        _ => return None,
    };
    Some(w.konst(Ty::I8, outcome as i64))
}
