//! Functions of the standard library that are operations of the machine.
use crate::fx::Fx;
use crate::program::Prog;
use crate::tyq::K;
use crate::value::{Addr, Val};
use ir::op::{Asked, AtomicOp, Cc, Rounding};
use ir::{Op, Ty, Value};
use reflect::arch::Fused;
use types::object::{ObjId, ObjKind};
use types::table::TypeId;

/// What a function does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Do {
    /// Acquire, under every name: what follows in the program is not read before it, as `chanRecvBusy` and others rely on.
    Load,
    /// Release, and no later load is made before it.
    Store,
    /// Returns the new value.
    Add,
    Xchg,
    Cas,
    /// `true`: the old value is returned.
    And(bool),
    Or(bool),
    /// One float operand.
    Float1(FloatOp),
    Copysign,
    /// Where the machine has it, or may have it.
    Fma,
    /// To an integer, where the machine may have it.
    Round(Rounding),
    Bits,
    /// Operand width in bits, 0 for a word.
    Len(u32),
    LeadingZeros(u32),
    TrailingZeros(u32),
    OnesCount(u32),
    ReverseBytes(u32),
    RotateLeft(u32),
    /// Wide arithmetic of this many bits; 0: of a word.
    Mul(u32),
    AddCarry(u32),
    SubBorrow(u32),
    Div(u32),
    CallerPc,
    CallerSp,
    ClosurePtr,
    GetG,
    Prefetch,
    KeepAlive,
    FuncPc,
    OtherPointers,
    Breakpoint,
    SpinHint,
    /// What was stored is seen before what is stored from here on.
    PublicationBarrier,
    /// Whether an interface may hold a float or complex value.
    FloatsHeld,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum FloatOp {
    Sqrt,
    Abs,
}

const RT_ATOMIC: &str = "internal/runtime/atomic";

/// Functions by package. Names with a common meaning share a row.
const TABLE: &[(&str, &[&str], Do)] = &[
    (
        RT_ATOMIC,
        &[
            "Load",
            "Loadp",
            "Load8",
            "Load64",
            "LoadAcq",
            "LoadAcq64",
            "LoadAcquintptr",
            "Loaduint",
            "Loaduintptr",
            "Loadint32",
            "Loadint64",
        ],
        Do::Load,
    ),
    (
        RT_ATOMIC,
        &[
            "Store",
            "Store8",
            "Store64",
            "StoreRel",
            "StoreRel64",
            "StoreReluintptr",
            "Storeint32",
            "Storeint64",
            "Storeuintptr",
            "StorepNoWB",
        ],
        Do::Store,
    ),
    (RT_ATOMIC, &["Xadd", "Xadd64", "Xaddint32", "Xaddint64", "Xadduintptr"], Do::Add),
    (RT_ATOMIC, &["Xchg", "Xchg8", "Xchg64", "Xchgint32", "Xchgint64", "Xchguintptr"], Do::Xchg),
    (RT_ATOMIC, &["Cas", "Cas64", "CasRel", "Casint32", "Casint64", "Casuintptr", "Casp1"], Do::Cas),
    (RT_ATOMIC, &["And", "And8"], Do::And(false)),
    (RT_ATOMIC, &["Or", "Or8"], Do::Or(false)),
    (RT_ATOMIC, &["And32", "And64", "Anduintptr"], Do::And(true)),
    (RT_ATOMIC, &["Or32", "Or64", "Oruintptr"], Do::Or(true)),
    (
        "sync/atomic",
        &["LoadInt32", "LoadInt64", "LoadUint32", "LoadUint64", "LoadUintptr", "LoadPointer"],
        Do::Load,
    ),
    ("sync/atomic", &["StoreInt32", "StoreInt64", "StoreUint32", "StoreUint64", "StoreUintptr"], Do::Store),
    ("sync/atomic", &["AddInt32", "AddInt64", "AddUint32", "AddUint64", "AddUintptr"], Do::Add),
    ("sync/atomic", &["SwapInt32", "SwapInt64", "SwapUint32", "SwapUint64", "SwapUintptr"], Do::Xchg),
    (
        "sync/atomic",
        &[
            "CompareAndSwapInt32",
            "CompareAndSwapInt64",
            "CompareAndSwapUint32",
            "CompareAndSwapUint64",
            "CompareAndSwapUintptr",
        ],
        Do::Cas,
    ),
    ("sync/atomic", &["AndInt32", "AndInt64", "AndUint32", "AndUint64", "AndUintptr"], Do::And(true)),
    ("sync/atomic", &["OrInt32", "OrInt64", "OrUint32", "OrUint64", "OrUintptr"], Do::Or(true)),
    ("math", &["Sqrt", "sqrt"], Do::Float1(FloatOp::Sqrt)),
    ("math", &["Abs"], Do::Float1(FloatOp::Abs)),
    ("math", &["Copysign"], Do::Copysign),
    ("math", &["FMA"], Do::Fma),
    ("math", &["Floor"], Do::Round(Rounding::Down)),
    ("math", &["Ceil"], Do::Round(Rounding::Up)),
    ("math", &["Trunc"], Do::Round(Rounding::Zero)),
    ("math", &["RoundToEven"], Do::Round(Rounding::Even)),
    ("math", &["Float64bits", "Float64frombits", "Float32bits", "Float32frombits"], Do::Bits),
    ("math/bits", &["Len64"], Do::Len(64)),
    ("math/bits", &["Len32"], Do::Len(32)),
    ("math/bits", &["Len16"], Do::Len(16)),
    ("math/bits", &["Len8"], Do::Len(8)),
    ("math/bits", &["Len"], Do::Len(0)),
    ("math/bits", &["LeadingZeros64"], Do::LeadingZeros(64)),
    ("math/bits", &["LeadingZeros32"], Do::LeadingZeros(32)),
    ("math/bits", &["LeadingZeros16"], Do::LeadingZeros(16)),
    ("math/bits", &["LeadingZeros8"], Do::LeadingZeros(8)),
    ("math/bits", &["LeadingZeros"], Do::LeadingZeros(0)),
    ("math/bits", &["TrailingZeros64"], Do::TrailingZeros(64)),
    ("math/bits", &["TrailingZeros32"], Do::TrailingZeros(32)),
    ("math/bits", &["TrailingZeros16"], Do::TrailingZeros(16)),
    ("math/bits", &["TrailingZeros8"], Do::TrailingZeros(8)),
    ("math/bits", &["TrailingZeros"], Do::TrailingZeros(0)),
    ("math/bits", &["OnesCount64"], Do::OnesCount(64)),
    ("math/bits", &["OnesCount32"], Do::OnesCount(32)),
    ("math/bits", &["OnesCount16"], Do::OnesCount(16)),
    ("math/bits", &["OnesCount8"], Do::OnesCount(8)),
    ("math/bits", &["OnesCount"], Do::OnesCount(0)),
    ("math/bits", &["ReverseBytes64"], Do::ReverseBytes(64)),
    ("math/bits", &["ReverseBytes32"], Do::ReverseBytes(32)),
    ("math/bits", &["ReverseBytes16"], Do::ReverseBytes(16)),
    ("math/bits", &["ReverseBytes"], Do::ReverseBytes(0)),
    ("math/bits", &["RotateLeft64"], Do::RotateLeft(64)),
    ("math/bits", &["RotateLeft32"], Do::RotateLeft(32)),
    ("math/bits", &["RotateLeft16"], Do::RotateLeft(16)),
    ("math/bits", &["RotateLeft8"], Do::RotateLeft(8)),
    ("math/bits", &["RotateLeft"], Do::RotateLeft(0)),
    ("math/bits", &["Mul64"], Do::Mul(64)),
    ("math/bits", &["Mul32"], Do::Mul(32)),
    ("math/bits", &["Mul"], Do::Mul(0)),
    ("math/bits", &["Add64"], Do::AddCarry(64)),
    ("math/bits", &["Add32"], Do::AddCarry(32)),
    ("math/bits", &["Add"], Do::AddCarry(0)),
    ("math/bits", &["Sub64"], Do::SubBorrow(64)),
    ("math/bits", &["Sub32"], Do::SubBorrow(32)),
    ("math/bits", &["Sub"], Do::SubBorrow(0)),
    ("math/bits", &["Div64"], Do::Div(64)),
    ("math/bits", &["Div32"], Do::Div(32)),
    ("math/bits", &["Div"], Do::Div(0)),
    ("internal/runtime/math", &["Mul64"], Do::Mul(64)),
    ("internal/runtime/math", &["Add64"], Do::AddCarry(64)),
    ("internal/runtime/sys", &["Len64"], Do::Len(64)),
    ("internal/runtime/sys", &["Len8"], Do::Len(8)),
    ("internal/runtime/sys", &["LeadingZeros64"], Do::LeadingZeros(64)),
    ("internal/runtime/sys", &["LeadingZeros8"], Do::LeadingZeros(8)),
    ("internal/runtime/sys", &["TrailingZeros64"], Do::TrailingZeros(64)),
    ("internal/runtime/sys", &["TrailingZeros32"], Do::TrailingZeros(32)),
    ("internal/runtime/sys", &["TrailingZeros8"], Do::TrailingZeros(8)),
    ("internal/runtime/sys", &["OnesCount64"], Do::OnesCount(64)),
    ("internal/runtime/sys", &["Bswap64"], Do::ReverseBytes(64)),
    ("internal/runtime/sys", &["Bswap32"], Do::ReverseBytes(32)),
    ("internal/runtime/sys", &["GetCallerPC"], Do::CallerPc),
    ("internal/runtime/sys", &["GetCallerSP"], Do::CallerSp),
    ("internal/runtime/sys", &["GetClosurePtr"], Do::ClosurePtr),
    ("internal/runtime/sys", &["Prefetch", "PrefetchStreamed"], Do::Prefetch),
    ("runtime", &["getg"], Do::GetG),
    ("runtime", &["KeepAlive"], Do::KeepAlive),
    ("runtime", &["Breakpoint"], Do::Breakpoint),
    ("runtime", &["spinHint"], Do::SpinHint),
    ("runtime", &["publicationBarrier"], Do::PublicationBarrier),
    ("runtime", &["floatsHeld"], Do::FloatsHeld),
    ("internal/abi", &["FuncPCABI0", "FuncPCABIInternal"], Do::FuncPc),
    ("internal/abi", &["hasNonStringPointers"], Do::OtherPointers),
];

/// A row of the table, and the function.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Intrinsic(usize, ObjId);

/// The intrinsic for a declared function, if there is one: its row.
pub fn find(p: &Prog, obj: ObjId) -> Option<Intrinsic> {
    let o = p.ck.table.obj(obj);
    let ObjKind::Func(f) = &o.kind else { return None };
    if f.recv.is_some() {
        return None;
    }
    let pkg = p.ck.table.pkg_path(o.pkg);
    let row = TABLE.iter().position(|r| r.0 == pkg && r.1.contains(&o.name.as_str()))?;
    // Wide arithmetic is an operation on words only.
    if let Do::Mul(n) | Do::AddCarry(n) | Do::SubBorrow(n) | Do::Div(n) = TABLE[row].2
        && !(n == 0 || n == 8 * p.word)
    {
        return None;
    }
    // Where stores come in any order it is a function of the assembly's.
    if TABLE[row].2 == Do::PublicationBarrier && !p.arch.ordered_stores {
        return None;
    }
    // To ask what the machine has takes longer than the table that the function reads.
    if TABLE[row].2 == Do::OnesCount(8) && p.arch.asks.popcount {
        return None;
    }
    if TABLE[row].2 == Do::Fma && p.arch.fused == Fused::None && !p.arch.asks.fma {
        return None;
    }
    if matches!(TABLE[row].2, Do::Round(_)) && !p.arch.asks.round {
        return None;
    }
    if matches!(TABLE[row].2, Do::Div(_)) && !p.prog.target.ops.wide_div {
        return None;
    }
    Some(Intrinsic(row, obj))
}

/// Code for an intrinsic call.
pub fn expand(
    fx: &mut Fx,
    which: Intrinsic,
    args: &[Val],
    params: &[TypeId],
    results: &[TypeId],
) -> Vec<Val> {
    let what = TABLE[which.0].2;
    let a = |i: usize| args[i].single();
    let result_ty = |fx: &mut Fx, i: usize| {
        let c = fx.p.cls(results[i]);
        c.leaves.as_ref().expect("a scalar")[0].0
    };
    let one = |v: Value| vec![Val::one(v)];
    match what {
        Do::Load => {
            fx.nil_check(a(0));
            let ty = result_ty(fx, 0);
            one(fx.ins(Op::AtomicLoad, &[a(0)], ty))
        }
        Do::Store => {
            fx.nil_check(a(0));
            fx.ins0(Op::AtomicStore, &[a(0), a(1)]);
            Vec::new()
        }
        Do::Add | Do::Xchg | Do::And(_) | Do::Or(_) => {
            fx.nil_check(a(0));
            let op = match what {
                Do::Add => AtomicOp::Add,
                Do::Xchg => AtomicOp::Xchg,
                Do::And(_) => AtomicOp::And,
                _ => AtomicOp::Or,
            };
            let ty = fx.s.f.ty(a(1));
            let v = fx.ins(Op::AtomicRmw(op), &[a(0), a(1)], ty);
            if results.is_empty() { Vec::new() } else { one(v) }
        }
        Do::Cas => {
            fx.nil_check(a(0));
            one(fx.ins(Op::AtomicCas, &[a(0), a(1), a(2)], Ty::I8))
        }
        Do::Float1(op) => {
            let ty = fx.s.f.ty(a(0));
            one(fx.ins(if op == FloatOp::Sqrt { Op::FSqrt } else { Op::FAbs }, &[a(0)], ty))
        }
        Do::Fma if fx.p.arch.fused != Fused::None => one(fx.ins(Op::Fma, &[a(0), a(1), a(2)], Ty::F64)),
        Do::Fma => one(ask(fx, Asked::Fma, &[a(0), a(1), a(2)], |fx, args| library(fx, which.1, args))),
        Do::Round(how) => one(ask(fx, Asked::Round(how), &[a(0)], |fx, args| library(fx, which.1, args))),
        Do::Copysign => one(fx.bin(Op::FCopysign, a(0), a(1))),
        Do::Bits => {
            let ty = result_ty(fx, 0);
            one(fx.bitcast(a(0), ty))
        }
        Do::Len(w) | Do::LeadingZeros(w) => {
            let width = if w == 0 { fx.p.word * 8 } else { w };
            let op_ty = if width == 64 { Ty::I64 } else { Ty::I32 };
            let op_width = if width == 64 { 64 } else { 32 };
            let x = fx.resize(a(0), op_ty, false);
            let z = fx.ins(Op::Clz, &[x], op_ty);
            let word = fx.word_ty();
            let z = fx.resize(z, word, false);
            if matches!(what, Do::Len(_)) {
                let n = fx.word(op_width);
                one(fx.bin(Op::Sub, n, z))
            } else {
                one(fx.add_imm(z, width as i64 - op_width))
            }
        }
        Do::TrailingZeros(w) => {
            let width = if w == 0 { fx.p.word * 8 } else { w };
            let op_ty = if width == 64 { Ty::I64 } else { Ty::I32 };
            let mut x = fx.resize(a(0), op_ty, false);
            if width < 32 {
                // A bit above the operand: zero has all its width.
                let top = fx.iconst(op_ty, 1 << width);
                x = fx.bin(Op::Or, x, top);
            }
            let z = fx.ins(Op::Ctz, &[x], op_ty);
            let ty = result_ty(fx, 0);
            one(fx.resize(z, ty, false))
        }
        Do::OnesCount(w) => {
            let width = if w == 0 { fx.p.word * 8 } else { w };
            let asks = fx.p.arch.asks.popcount;
            // The result is a word: what counts narrow ones is no shorter, and would have to be widened.
            let op_ty = match asks {
                true if width <= fx.p.word * 8 => fx.word_ty(),
                _ if width == 64 => Ty::I64,
                _ => Ty::I32,
            };
            let x = fx.resize(a(0), op_ty, false);
            let n = match asks {
                true => ask(fx, Asked::Popcnt, &[x], |fx, x| fx.ins(Op::Popcnt, x, op_ty)),
                false => fx.ins(Op::Popcnt, &[x], op_ty),
            };
            let ty = result_ty(fx, 0);
            one(fx.resize(n, ty, false))
        }
        Do::ReverseBytes(_) => {
            let ty = fx.s.f.ty(a(0));
            one(fx.ins(Op::Bswap, &[a(0)], ty))
        }
        Do::RotateLeft(_) => {
            let ty = fx.s.f.ty(a(0));
            let n = fx.resize(a(1), ty, true);
            one(fx.ins(Op::RotL, &[a(0), n], ty))
        }
        Do::Mul(_) => {
            let word = fx.word_ty();
            let r = fx.s.insn(Op::UMulWide, &[a(0), a(1)], &[word, word]);
            vec![Val::one(r[0]), Val::one(r[1])]
        }
        Do::AddCarry(_) | Do::SubBorrow(_) => {
            let op = if matches!(what, Do::AddCarry(_)) { Op::AddCarry } else { Op::SubBorrow };
            let word = fx.word_ty();
            let r = fx.s.insn(op, &[a(0), a(1), a(2)], &[word, word]);
            vec![Val::one(r[0]), Val::one(r[1])]
        }
        Do::Div(_) => {
            let word = fx.word_ty();
            let zero = fx.icmp_imm(Cc::Eq, a(2), 0);
            fx.panic_if(zero, "panicdivide");
            let over = fx.icmp(Cc::Ule, a(2), a(0));
            fx.panic_if(over, "panicoverflow");
            let r = fx.s.insn(Op::UDivWide, &[a(0), a(1), a(2)], &[word, word]);
            vec![Val::one(r[0]), Val::one(r[1])]
        }
        Do::CallerPc | Do::CallerSp => {
            // It is about the function's own frame.
            fx.s.f.flags.noinline = true;
            let op = if what == Do::CallerPc { Op::GetCallerPc } else { Op::GetCallerSp };
            let word = fx.word_ty();
            let v = fx.ins(op, &[], word);
            let ty = result_ty(fx, 0);
            one(fx.resize(v, ty, false))
        }
        Do::ClosurePtr => {
            fx.s.f.flags.noinline = true;
            let v = fx.ins(Op::GetClosure, &[], Ty::Ptr);
            let ty = result_ty(fx, 0);
            one(fx.bitcast(v, ty))
        }
        Do::GetG => one(fx.getg()),
        Do::FloatsHeld => one(fx.floats_held()),
        Do::Prefetch | Do::PublicationBarrier => Vec::new(),
        Do::KeepAlive => {
            let v = args[0].leaf(1);
            fx.keep_alive(v);
            Vec::new()
        }
        Do::FuncPc => {
            // The interface holds the func value: a pointer to the code's address.
            let ty = fx.word_ty();
            one(fx.load(ty, Addr::new(args[0].leaf(1))))
        }
        Do::OtherPointers => {
            let K::Ptr(t) = fx.p.kind(params[0]) else { panic!("a pointer to the type") };
            let others = fx.p.has_other_pointers(t);
            one(fx.iconst(Ty::I8, others as i64))
        }
        Do::Breakpoint | Do::SpinHint => {
            fx.ins0(if what == Do::Breakpoint { Op::Breakpoint } else { Op::SpinHint }, &[]);
            Vec::new()
        }
    }
}

/// An operation where the machine has it, and something else where not.
fn ask(
    fx: &mut Fx,
    which: Asked,
    args: &[Value],
    otherwise: impl FnOnce(&mut Fx, &[Value]) -> Value,
) -> Value {
    let flag = fx.p.runtime_var(match which {
        Asked::Popcnt => "machineHasPopcount",
        Asked::Fma => "machineHasFMA",
        Asked::Round(_) => "machineHasRound",
    });
    fx.p.prog.settled.insert(flag);
    let at = fx.data_addr(flag);
    let has = fx.load(Ty::I8, Addr::new(at));
    let ty = fx.s.f.ty(args[0]);
    let (direct, other, end) = (fx.s.block(), fx.s.cold_block(), fx.s.block());
    let result = fx.s.var(ty);
    fx.s.br_likely(has, direct, other, Some(true));
    fx.s.start_sealed(direct);
    let v = fx.ins(Op::Asked(which), args, ty);
    fx.s.write(result, v);
    fx.s.jump(end);
    fx.s.start_sealed(other);
    let v = otherwise(fx, args);
    fx.s.write(result, v);
    fx.s.jump(end);
    fx.s.start_sealed(end);
    fx.s.read(result)
}

/// A call of the function's own Go code.
fn library(fx: &mut Fx, obj: ObjId, args: &[Value]) -> Value {
    let f = fx.p.func(obj, Vec::new(), fx.s.pos);
    fx.call_func(f, args)[0]
}

/// A function whose body is an intrinsic, for uses as a func value.
pub fn as_function<'a>(p: &mut Prog<'a>, obj: ObjId, which: Intrinsic) -> ir::FuncId {
    let o = p.ck.table.obj(obj);
    let name = format!("{}.{}", p.ck.table.pkg_path(o.pkg), o.name);
    let (params, results) = p.decl_types(obj, &Default::default());
    let sig = p.sig(&params, &results);
    p.generated(&name, sig, Default::default(), move |p, id| {
        let mut fx = Fx::synthetic(p, id);
        let args = fx.param_vals(&params);
        let vals = expand(&mut fx, which, &args, &params, &results);
        fx.return_plain(&results, &vals)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_function_is_listed_twice() {
        let mut seen = std::collections::HashSet::new();
        for (pkg, names, _) in TABLE {
            for n in *names {
                assert!(seen.insert((pkg, n)), "{pkg}.{n}");
            }
        }
    }
}
