//! The instructions that only this machine has, in both widths.
//!
//! An operation of 32 bits wants its operands extended with the sign where registers have 64, and leaves its result so.
pub use crate::mach::addr::{Addr, Base};
use crate::mach::declare::instructions;
use crate::mach::inst::{self, Kind};
use crate::mach::operand::{Operand, Operands, Role};
pub use crate::mach::shapes::{BoundsInfo, Cell, Fw, Src, Sz};
use crate::regalloc::Reg;

/// Whether sums, comparisons and accesses to memory have it as an immediate.
pub fn fits16(i: i64) -> bool {
    i == i as i16 as i64
}

/// Integer arithmetic, by the function bits of the 32-bit form, or the form itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AluOp {
    Add = 0x21,
    Sub = 0x23,
    And = 0x24,
    Or = 0x25,
    Xor = 0x26,
    Nor = 0x27,
    /// 1 if it is less, else 0.
    Slt = 0x2a,
    Sltu = 0x2b,
    Shl = 0x04,
    Shr = 0x06,
    Sar = 0x07,
    /// To the right.
    Rot = 0x46,
    /// Of 32 bits only.
    Mul = 0x02,
}

impl AluOp {
    /// Whether it has an immediate form that holds the number (a shift's is less than the width).
    pub fn takes(self, i: i64) -> bool {
        match self {
            AluOp::Add | AluOp::Slt | AluOp::Sltu => fits16(i),
            AluOp::And | AluOp::Or | AluOp::Xor => (0..0x1_0000).contains(&i),
            AluOp::Shl | AluOp::Shr | AluOp::Sar | AluOp::Rot => (0..64).contains(&i),
            AluOp::Sub | AluOp::Nor | AluOp::Mul => false,
        }
    }
}

/// Operations whose results come in two registers of their own, HI and LO, by function bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PairOp {
    Mul = 0x18,
    Mulu,
    /// The remainder and the quotient.
    Div,
    Divu,
}

/// Integer operations with one operand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Op2 {
    /// Leading zeros.
    Clz,
    /// The sign of so many low bytes (1, 2) goes up.
    Sext(u8),
    /// Exchanges the bytes of each half word.
    Swap2,
    /// Of 8 bytes reverses the half words.
    Halves,
}

/// Float arithmetic with two operands, by function bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FOp {
    Add,
    Sub,
    Mul,
    Div,
}

/// And with one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FOp2 {
    Sqrt = 4,
    Abs,
    Mov,
    Neg,
}

/// Float comparison, false for NaN, by condition bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FCmp {
    Eq = 0x32,
    Lt = 0x34,
    Le = 0x36,
}

/// What is asked of two numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cmp {
    Eq,
    Ne,
    Lt,
    Ge,
    Ltu,
    Geu,
}

impl Cmp {
    #[cfg(test)]
    pub const ALL: [Cmp; 6] = [Cmp::Eq, Cmp::Ne, Cmp::Lt, Cmp::Ge, Cmp::Ltu, Cmp::Geu];
    pub fn invert(self) -> Cmp {
        use Cmp::*;
        match self {
            Eq => Ne,
            Ne => Eq,
            Lt => Ge,
            Ge => Lt,
            Ltu => Geu,
            Geu => Ltu,
        }
    }
}

/// A comparison that decides.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Test {
    /// Of whole registers. The order has an immediate second operand, equality has none.
    Int { cmp: Cmp, a: Reg, b: Src },
    /// Of floats, and what it is to come to.
    Float { cmp: FCmp, w: Fw, a: Reg, b: Reg, want: bool },
}

impl Test {
    pub fn new(cmp: Cmp, a: Reg, b: Reg) -> Test {
        Test::Int { cmp, a, b: Src::R(b) }
    }
    pub fn invert(self) -> Test {
        match self {
            Test::Int { cmp, a, b } => Test::Int { cmp: cmp.invert(), a, b },
            Test::Float { cmp, w, a, b, want } => Test::Float { cmp, w, a, b, want: !want },
        }
    }
}

impl Operand for Test {
    fn visit(&mut self, role: Role, v: &mut Operands) {
        match self {
            Test::Int { a, b, .. } => {
                a.visit(role, v);
                b.visit(role, v);
            }
            Test::Float { a, b, .. } => [a, b].into_iter().for_each(|r| r.visit(role, v)),
        }
    }
}

/// Atomic read-modify-write.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RmwOp {
    Swap,
    Add,
    And,
    Or,
}

instructions! {
    Imm { imm: i64, dst: Reg => def },
    Lea { addr: Addr => read, dst: Reg => def },
    Load { cell: Cell, addr: Addr => read, dst: Reg => def }: Plain,
    Store { cell: Cell, src: Reg => read, addr: Addr => read },
    /// Copies 1, 4 or 8 bytes between places that need not be aligned.
    Copy { bytes: u8, from: Addr => read, to: Addr => read }: Plain,
    /// Zeroes as many of such a place.
    Clear { bytes: u8, to: Addr => read }: Plain,
    Alu { op: AluOp, sz: Sz, a: Reg => read, b: Src => read, dst: Reg => def },
    Op2 { op: Op2, sz: Sz, a: Reg => read, dst: Reg => def },
    /// Keeps so many low bits.
    Bits { keep: u8, a: Reg => read, dst: Reg => def },
    /// Of the two results one may be of no interest.
    Pair { op: PairOp, sz: Sz, a: Reg => read, b: Reg => read, hi: Option<Reg> => def, lo: Option<Reg> => def },
    F3 { op: FOp, w: Fw, a: Reg => read, b: Reg => read, dst: Reg => def },
    F2 { op: FOp2, w: Fw, a: Reg => read, dst: Reg => def },
    /// To the other width; `w` is the source's.
    FCvt { w: Fw, a: Reg => read, dst: Reg => def },
    IntToF { sz: Sz, w: Fw, a: Reg => read, dst: Reg => def },
    /// Towards zero; what does not fit, and NaN, becomes the largest number.
    FToInt { sz: Sz, w: Fw, a: Reg => read, dst: Reg => def },
    /// Bits, from an integer register. Without one of 8 bytes only 0 becomes a float of 8.
    GToF { w: Fw, a: Reg => read, dst: Reg => def },
    /// And to one, 4 bytes with the sign extended.
    FToG { w: Fw, a: Reg => read, dst: Reg => def },
    /// The first operand with the second's sign.
    Copysign { w: Fw, a: Reg => read, b: Reg => read, dst: Reg => def },
    Br { then: u32, els: u32, test: Test => read },
    /// 1 if the comparison of floats is true, else 0.
    Set { test: Test => read, dst: Reg => def },
    /// `a` if the test is true, else `b`.
    Choose { b: Reg => read, a: Reg => read, test: Test => read, dst: Reg => first },
    Bounds(info: Box<BoundsInfo> => read): Plain,
    /// A load that no access passes.
    LoadAtomic { cell: Cell, addr: Reg => read, dst: Reg => def }: Plain,
    /// A store that nothing passes.
    StoreAtomic { bytes: u8, addr: Reg => read, src: Reg => read }: Plain,
    /// What 4 or 8 bytes were, and are. With a mask only its bits change, and `src` is zero outside of it.
    Rmw {
        op: RmwOp, bytes: u8,
        addr: Reg => late, src: Reg => late, mask: Option<Reg> => late, old: Reg => temp, new: Reg => temp
    }: Plain,
    /// Stores `new` if `old` is there; `dst` tells whether. With a mask a word's other bits stay: operands are zero there.
    Cas {
        bytes: u8,
        addr: Reg => late, old: Reg => late, new: Reg => late, mask: Option<Reg> => late, found: Reg => temp, dst: Reg => temp
    }: Plain,
    /// Copies or (without `src`) zeroes so many words. Temporaries: the addresses and the end. Places that are not aligned take twice
    /// as long.
    Words { bytes: u32, aligned: bool, dst: Reg => late, src: Option<Reg> => late, t: [Reg; 3] => temp }: Plain,
    /// Faults if the address is nil.
    Probe { addr: Addr => read }: Plain,
    ReadG { dst: Reg => def },
    /// R30 = g, after a call of an ABI0 function.
    FixedRegs,
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
            Inst::Store { cell, addr, .. } => Kind::Store(addr, cell.bytes() as u32 & !3),
            _ => self.common_kind(),
        }
    }
}
