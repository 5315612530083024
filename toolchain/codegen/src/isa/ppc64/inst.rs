//! The instructions that only this machine has.
//!
//! An operation of 32 bits reads the low halves of registers; the upper half of its result is anything. Registers hold floats of both
//! widths as doubles.
pub use crate::mach::addr::{Addr, Base};
use crate::mach::declare::instructions;
use crate::mach::inst::{self, Kind};
use crate::mach::operand::{Operand, Operands, Role};
pub use crate::mach::shapes::{BoundsInfo, Cell, Fw, Src, Sz};
use crate::regalloc::Reg;

/// Whether additions, signed comparisons and accesses to memory have it as an immediate.
pub fn fits16(i: i64) -> bool {
    i == i as i16 as i64
}
/// Whether unsigned comparisons and the logical operations have it.
pub fn fits_u16(i: i64) -> bool {
    i == i as u16 as i64
}

/// Integer arithmetic.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AluOp {
    Add,
    Sub,
    Mul,
    /// The upper half of the signed product of 64 bits.
    Mulh,
    /// Of the unsigned one.
    Mulhu,
    /// Of the smallest number by -1 anything may come out, as of a division by zero.
    Div,
    Divu,
    And,
    /// And not.
    Andc,
    Or,
    Xor,
    /// Shifts look at one more bit of the count than there are bits: counts below twice the width are right.
    Shl,
    Shr,
    Sar,
    /// To the left.
    Rot,
}

impl AluOp {
    /// Whether a constant can be its second operand.
    pub fn takes(self, i: i64) -> bool {
        match self {
            AluOp::Add => fits16(i) || i & 0xffff == 0 && fits16(i >> 16),
            AluOp::Mul => fits16(i),
            AluOp::And | AluOp::Or | AluOp::Xor => fits_u16(i) || i & 0xffff == 0 && fits_u16(i >> 16),
            _ => false,
        }
    }
}

/// Operations with one operand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Op2 {
    Neg,
    Not,
    /// Leading zeros.
    Clz,
    Popcnt,
    /// Extends so many low bytes (1, 2, 4) with their sign.
    Sext(u8),
}

/// Float arithmetic.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FOp {
    Add,
    Sub,
    Mul,
    Div,
    /// The second operand with the first one's sign.
    Copysign,
}

/// With one operand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FOp2 {
    Neg,
    Abs,
    Sqrt,
    /// To single precision; back there is nothing to do.
    Round,
}

/// A bit that a comparison sets, numbered as the machine does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bit {
    Lt = 0,
    Gt = 1,
    Eq = 2,
}

/// How two operands are compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum How {
    Signed(Sz),
    Unsigned(Sz),
    Float,
}

/// A comparison that decides: true if the bit is `want`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Test {
    pub how: How,
    pub a: Reg,
    pub b: Src,
    pub bit: Bit,
    /// The other bit of "less or equal" and its like where neither is the opposite of a third: of floats.
    pub or: Option<Bit>,
    pub want: bool,
}

impl Test {
    pub fn new(how: How, a: Reg, b: Src, bit: Bit, want: bool) -> Test {
        Test { how, a, b, bit, or: None, want }
    }
}

impl Operand for Test {
    fn visit(&mut self, role: Role, v: &mut Operands) {
        self.a.visit(role, v);
        self.b.visit(role, v);
    }
}

/// Atomic read-modify-write.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RmwOp {
    Add,
    And,
    Or,
    Swap,
}

instructions! {
    Imm { imm: i64, dst: Reg => def },
    Lea { addr: Addr => read, dst: Reg => def },
    Load { cell: Cell, addr: Addr => read, dst: Reg => def }: Plain,
    Store { cell: Cell, src: Reg => read, addr: Addr => read },
    Alu { op: AluOp, sz: Sz, a: Reg => read, b: Src => read, dst: Reg => def },
    Op2 { op: Op2, sz: Sz, a: Reg => read, dst: Reg => def },
    /// Turns 64 bits to the left, and clears all but the low `keep` ones.
    Bits { left: u8, keep: u8, a: Reg => read, dst: Reg => def },
    /// Sum or difference, with a carry or borrow (0 or 1) into it and out of it.
    Carry { sub: bool, a: Reg => read, b: Reg => read, carry: Option<Reg> => read, dst: Reg => def, out: Reg => def },
    F3 { op: FOp, w: Fw, a: Reg => read, b: Reg => read, dst: Reg => def },
    /// a*b + acc or (then `sub`) a*b - acc, rounded once.
    FMac { sub: bool, w: Fw, a: Reg => read, b: Reg => read, acc: Reg => read, dst: Reg => def },
    F2 { op: FOp2, w: Fw, a: Reg => read, dst: Reg => def },
    IntToF { signed: bool, sz: Sz, w: Fw, a: Reg => read, dst: Reg => def },
    /// Towards zero; what does not fit becomes the nearest number that does, and NaN the smallest.
    FToInt { sz: Sz, a: Reg => read, dst: Reg => def },
    /// Bits as memory would have them, from an integer register.
    GToF { w: Fw, a: Reg => read, dst: Reg => def },
    /// And to one.
    FToG { w: Fw, a: Reg => read, dst: Reg => def },
    Br { then: u32, els: u32, test: Test => read },
    /// 1 if the test is true, else 0.
    Set { test: Test => read, dst: Reg => def },
    /// `a` if the test is true, else `b`.
    Choose { a: Reg => read, b: Reg => read, test: Test => read, dst: Reg => def },
    /// The same of floats.
    FChoose { a: Reg => read, b: Reg => late, test: Test => read, dst: Reg => first },
    Bounds(info: Box<BoundsInfo> => read): Plain,
    /// A load in the one order of all atomic operations.
    LoadAtomic { cell: Cell, addr: Reg => read, dst: Reg => def }: Plain,
    /// A store in it.
    StoreAtomic { bytes: u8, addr: Reg => read, src: Reg => read }: Plain,
    /// The old value is the result of an exchange and of bit operations, as is the new one (`new`) of an addition.
    Rmw { op: RmwOp, bytes: u8, addr: Reg => late, src: Reg => late, old: Reg => temp, new: Reg => temp }: Plain,
    /// Stores `new` if what was found is `old`, which is extended with zeros; `dst`: whether it was.
    Cas { bytes: u8, addr: Reg => late, old: Reg => late, new: Reg => late, found: Reg => temp, dst: Reg => def }: Plain,
    /// Copies or (without `src`) zeroes so many words. Temporaries: the addresses as they move on, a word.
    Words { count: u32, dst: Reg => late, src: Option<Reg> => late, t: [Reg; 3] => temp }: Plain,
    /// Faults if the address is nil.
    Probe { addr: Addr => read }: Plain,
    ReadG { dst: Reg => def },
    /// R0 = 0 and R30 = g, after a call of an ABI0 function.
    FixedRegs,
    /// Gives way to another thread of the core.
    Pause,
    Break: Plain,
}

impl inst::Inst for Inst {
    fn operands(&mut self, v: &mut Operands) {
        self.visit(v)
    }

    fn targets(&mut self, f: &mut dyn FnMut(&mut u32)) {
        if let Inst::Br { then, els, .. } = self {
            f(then);
            f(els);
        }
    }

    fn kind(&self) -> Kind<'_> {
        match self {
            Inst::Lea { dst, addr } => Kind::Address(*dst, addr),
            Inst::Store { cell, addr, .. } => Kind::Store(addr, cell.bytes() as u32 & !7),
            _ => self.common_kind(),
        }
    }
}
