//! Operations. The operands of an instruction are in [`crate::InstData::args`], its results in
//! [`crate::InstData::results`]; the table below names both. Kinds (`Ty`) stand in the values.
use crate::{DataId, Slot, SymRef, sig::SigId};

/// The name of an [`Op::New`] that makes a func value with captures: they are written once, before anybody else has it.
pub const FUNC_LITERAL: &str = "func literal";

/// Integer comparison.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs, reason = "the names are the field's terms")]
pub enum Cc {
    Eq,
    Ne,
    Slt,
    Sle,
    Sgt,
    Sge,
    Ult,
    Ule,
    Ugt,
    Uge,
}

/// Float comparison; all but `Ne` are false when an operand is NaN.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs, reason = "the names are the field's terms")]
pub enum Fcc {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

/// What a failed bounds check says. Numbers and meaning are those of Go's internal/abi.BoundsErrorCode.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs, reason = "the names are Go's")]
pub enum BoundsKind {
    Index,
    SliceAlen,
    SliceAcap,
    SliceB,
    Slice3Alen,
    Slice3Acap,
    Slice3B,
    Slice3C,
    Convert,
}

/// Whom a call calls.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Callee {
    /// A known function.
    Static(crate::FuncId),
    /// A func value: the first operand is the pointer to {code, captures…}; nil faults.
    Closure,
    /// A code address (a word) as the first operand: interface methods.
    Code,
}

/// Operations that not every machine of a kind has.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Asked {
    /// (x): the number of ones, of 32 or 64 bits.
    Popcnt,
    /// (x, y, z: f64): x*y + z, rounded once.
    Fma,
    /// (x: f64): to an integer.
    Round(Rounding),
}

/// Ways to round to an integer.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Rounding {
    /// To the nearest, to an even one from between two.
    Even,
    /// Towards minus infinity.
    Down,
    /// Towards infinity.
    Up,
    /// Towards zero.
    Zero,
}

/// Atomic read-modify-write operations.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum AtomicOp {
    /// Returns the new value.
    Add,
    /// Returns the old value.
    And,
    /// Returns the old value.
    Or,
    /// Returns the old value.
    Xchg,
}

/// An operation with its immediates.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Op {
    // ---- constants and addresses
    /// () -> int or ptr. Sign-extended; a `Ptr` constant is nil (0).
    Iconst(i64),
    /// () -> f32 (low 32 bits) or f64, by bit pattern.
    Fconst(u64),
    /// () -> ptr (data) or word/ptr (code): address of a symbol plus offset.
    Sym(SymRef, i64),
    /// () -> ptr: address inside a stack slot. Cheap: passes and codegen may recompute it at will.
    SlotAddr(Slot, u32),

    // ---- integers; operands and result of one kind; wrap-around
    /// (x, y)
    Add,
    /// (x, y)
    Sub,
    /// (x, y)
    Mul,
    /// (x, y): y is not 0 (checked before). MinInt / -1 = MinInt.
    SDiv,
    /// (x, y): y is not 0.
    UDiv,
    /// (x, y): y is not 0. MinInt % -1 = 0.
    SRem,
    /// (x, y): y is not 0.
    URem,
    /// (x, y)
    And,
    /// (x, y)
    Or,
    /// (x, y)
    Xor,
    /// (x, count): count is an unsigned integer of any kind; counts >= width give 0. `true`: known < width.
    Shl(bool),
    /// (x, count), zero-filling.
    LShr(bool),
    /// (x, count), sign-filling; counts >= width give all sign bits.
    AShr(bool),
    /// (x, count modulo width)
    RotL,
    /// (x)
    Neg,
    /// (x) bitwise
    Not,
    /// (x): leading zeros; width if x is 0.
    Clz,
    /// (x): trailing zeros; width if x is 0.
    Ctz,
    /// (x)
    Popcnt,
    /// (x): 16, 32 or 64 bits.
    Bswap,
    /// (x, y: words) -> (hi, lo): full unsigned product.
    UMulWide,
    /// (x, y: words) -> hi of the signed product.
    SMulHi,
    /// (hi, lo, y: words) -> (quotient, remainder); y > hi.
    UDivWide,
    /// (x, y, carry 0/1: words) -> (sum, carry out)
    AddCarry,
    /// (x, y, borrow 0/1: words) -> (difference, borrow out)
    SubBorrow,

    // ---- floats
    /// (x, y)
    FAdd,
    /// (x, y)
    FSub,
    /// (x, y)
    FMul,
    /// (x, y)
    FDiv,
    /// (x)
    FNeg,
    /// (x)
    FAbs,
    /// (x)
    FSqrt,
    /// (magnitude, sign)
    FCopysign,
    /// (x): x; a product is rounded before it is added. Only where the target fuses.
    FRound,
    /// (x, y, z): x*y + z, rounded once. Only where the target fuses.
    Fma,

    /// An operation that some machines have: only behind the runtime's flag that says so.
    Asked(Asked),

    // ---- conversions
    /// (narrow int) -> wider int
    Sext,
    /// (narrow int) -> wider int
    Zext,
    /// (wide int) -> narrower int
    Trunc,
    /// (i32 or i64, signed) -> float
    SiToF,
    /// (i64 unsigned) -> float
    UiToF,
    /// (float) -> i32 or i64, as Go converts on this architecture
    FToSi,
    /// (float) -> i32 or i64, unsigned; i32 where words have 4 bytes and there are instructions for it
    FToUi,
    /// f32 <-> f64
    FCvt,
    /// same size, other kind: i64 <-> f64, i32 <-> f32, ptr <-> word
    Bitcast,

    // ---- comparisons and choice
    /// (x, y) -> i8 0/1; ints or pointers
    Icmp(Cc),
    /// (x, y) -> i8 0/1
    Fcmp(Fcc),
    /// (cond: i8, if true, if false)
    Select,

    // ---- memory. `off` is added to the address.
    /// (ptr, word) -> ptr: address arithmetic inside one object.
    PtrAdd,
    /// (ptr): faults if nil (SIGSEGV becomes Go's panic). Must precede any access through a pointer not known to be
    /// non-nil; codegen folds it into a following access at a small offset. Returns nothing.
    NilCheck,
    /// (ptr) -> value
    Load { off: i32 },
    /// (ptr, value). `wb`: may be a pointer store to the heap or data (decided by the write-barrier pass; builder: true for Ptr values unless to a slot).
    Store { off: i32, wb: bool },
    /// (dst, src): copies `size` bytes; the areas are equal or disjoint. (Gigabytes are a call of the runtime.) `align`: of both areas, see
    /// [`Op::align_of_area`]. `typ`: descriptor of the copied type if it holds pointers and dst may be heap.
    MemCopy { size: u32, align: u8, typ: Option<DataId> },
    /// (dst): zeroes `size` bytes. `align` and `typ` as above.
    MemZero { size: u32, align: u8, typ: Option<DataId> },
    /// (ptr): before the `size` bytes at ptr + `off` (heap or data, holding pointers) are overwritten: while the collector marks
    /// (`runtime.writeBarrier` != 0, a 32-bit word), the pointers there are recorded. Inserted by the `barriers` pass. Codegen: a
    /// compare and a cold call of a routine that preserves all registers (`runtime.gcWriteBarrier`); no safepoint.
    WriteBarrier { off: i32, size: u32 },
    /// (ptr) -> value; sequentially consistent, as all atomics here. i8, i32, i64 or ptr.
    AtomicLoad,
    /// (ptr, value)
    AtomicStore,
    /// (ptr, value) -> old or new value
    AtomicRmw(AtomicOp),
    /// (ptr, old, new) -> i8 swapped
    AtomicCas,

    // ---- allocation
    /// () -> ptr: a zeroed object of the Go type with this descriptor. Escape analysis turns it into a slot, or leaves it
    /// for codegen, which calls `runtime.newobject`. `name` and the instruction's position serve `-m`.
    /// `ptrs` is empty if the object is larger than any slot may be ([`crate::passes::escape::MAX_OBJECT`]).
    New { typ: DataId, size: u64, align: u32, ptrs: std::sync::Arc<crate::PtrMap>, name: syntax::Sym },

    // ---- calls
    /// ([callee,] arguments…, addresses of memory results…) -> leaves of flat results. A safepoint.
    Call { callee: Callee, sig: SigId },
    /// () polls for preemption: loop headers/back edges. A safepoint that preserves registers.
    Poll,
    /// (idx, len: words): panics unless idx <u len (Index, and Slice kinds: idx <=u len). `signed`: how to print idx. `unit`: bytes of an
    /// element of what has the length: memory holds only so many of them, unless they take none.
    BoundsCheck { kind: BoundsKind, signed: bool, unit: u64 },
    /// (any): keeps the value alive up to here.
    KeepAlive,
    /// (ptr): what it points at must not move: it lives in the heap. No code.
    Escape,
    /// (): a way that a fuzzer counts, until [`crate::passes::edges`] gives it a counter.
    Edge,

    // ---- machine state
    /// () -> ptr: the current g
    GetG,
    /// () -> ptr: the closure context; only in the entry block, before any call
    GetClosure,
    /// () -> word
    GetCallerPc,
    /// () -> word: SP of the caller at the call
    GetCallerSp,
    /// (): a hardware nop, or pause when spinning
    SpinHint,
    /// (): stops in a debugger
    Breakpoint,
}

/// The name of objects that are buffers for results of the runtime's string functions: nil where such an object would have to be on
/// the heap, which escape analysis finds, and not zeroed.
pub const TEMP_BUFFER: &str = "temporary buffer";

/// The name of objects that are the first group of a small map: nil like a [`TEMP_BUFFER`] where it would have to be on the heap (the
/// map makes one when it needs it), but zeroed.
pub const MAP_GROUP: &str = "map group";

/// Objects of this name are in the frame or not there at all, as escape analysis finds.
pub fn only_in_frame(name: &str) -> bool {
    name == TEMP_BUFFER || name == MAP_GROUP
}

impl Op {
    /// What the alignment of an area of `size` bytes comes to for copies in pieces: the largest piece, of up to 8 bytes, whose multiple
    /// the size is, or the area's alignment where that is less.
    pub fn align_of_area(size: u32, align: u32) -> u8 {
        let most = 1 << size.trailing_zeros().min(3);
        align.clamp(1, most) as u8
    }

    /// The result is an address that is not nil: a fresh object, a slot, a symbol. Of one that may be [only in the frame](only_in_frame) that is not yet known.
    pub fn is_never_nil(&self) -> bool {
        match self {
            Op::New { name, .. } => !only_in_frame(name.as_str()),
            Op::SlotAddr(..) | Op::Sym(..) => true,
            _ => false,
        }
    }
}
