//! What operations do beside computing their results: the facts that passes ask for.
use crate::{Op, op::Callee};

/// Kinds of operations by effect.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Effect {
    /// Depends on its operands alone: may be merged, moved (not above a check that guards it), removed.
    Pure,
    /// Reads memory: may be removed; merged if no write lies between.
    Read,
    /// Writes memory, but calls nothing and does not stop.
    Write,
    /// May stop the function (panic) but changes nothing: may be merged with an equal one that dominates it.
    Check,
    /// Allocates: may be removed when unused; never merged.
    Alloc,
    /// Anything: calls, atomics, polls.
    Any,
}

/// The effect of an operation.
pub fn effect(op: &Op) -> Effect {
    use Op::*;
    match op {
        Iconst(_) | Fconst(_) | Sym(..) | SlotAddr(..) | Add | Sub | Mul | SDiv | UDiv | SRem | URem
        | And | Or | Xor | Shl(_) | LShr(_) | AShr(_) | RotL | Neg | Not | Clz | Ctz | Popcnt | Bswap
        | UMulWide | SMulHi | UDivWide | AddCarry | SubBorrow | FAdd | FSub | FMul | FDiv | FNeg | FAbs
        | FSqrt | FCopysign | FRound | Fma | Asked(_) | Sext | Zext | Trunc | SiToF | UiToF | FToSi
        | FToUi | FCvt | Bitcast | Icmp(_) | Fcmp(_) | Select | PtrAdd => Effect::Pure,
        Load { .. } => Effect::Read,
        Store { .. } | MemCopy { .. } | MemZero { .. } => Effect::Write,
        WriteBarrier { .. } => Effect::Any,
        NilCheck | BoundsCheck { .. } => Effect::Check,
        New { .. } => Effect::Alloc,
        // g and the caller's frame do not change while a function runs, but moving them across calls buys nothing.
        GetG | GetClosure | GetCallerPc | GetCallerSp => Effect::Read,
        AtomicLoad
        | AtomicStore
        | AtomicRmw(_)
        | AtomicCas
        | Call { .. }
        | Poll
        | KeepAlive
        | Escape
        | Edge
        | SpinHint
        | Breakpoint => Effect::Any,
    }
}

/// Whether an instruction without uses may go.
pub fn removable(op: &Op) -> bool {
    matches!(effect(op), Effect::Pure | Effect::Read | Effect::Alloc)
}

/// Whether what stands in front of it makes it possible, and it is never moved up: a division's divisor must be known to be non-zero,
/// the machine to have an operation that not all have.
pub fn guarded(op: &Op) -> bool {
    matches!(op, Op::SDiv | Op::UDiv | Op::SRem | Op::URem | Op::UDivWide | Op::Asked(_))
}

/// Whether the collector may run and stacks may move during it.
pub fn is_safepoint(op: &Op) -> bool {
    matches!(op, Op::Call { .. } | Op::Poll | Op::New { .. })
}

/// The callee operand count: 1 if the first operand is the callee.
pub fn callee_operands(callee: &Callee) -> usize {
    match callee {
        Callee::Static(_) => 0,
        Callee::Closure | Callee::Code => 1,
    }
}
