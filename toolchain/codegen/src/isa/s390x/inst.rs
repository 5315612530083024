//! The instructions that only this machine has.
//!
//! The width of an operation is there where it makes a difference: sums and such of 32 bits are computed in 64, since nobody looks at the
//! upper ones. Numbers as second operands have 32 bits, with or without sign as the operation has it. Floats of 32 bits are in the upper
//! halves of registers.
pub use crate::mach::addr::{Addr, Base};
use crate::mach::declare::instructions;
use crate::mach::inst::{self, Kind};
use crate::mach::operand::{Operand, Operands, Role};
pub use crate::mach::shapes::{BoundsInfo, Cell, Fw, Src, Sz};
use crate::regalloc::Reg;

/// Integer arithmetic with a result of its own, by opcode bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AluOp {
    Add = 0xe8,
    Sub = 0xe9,
    And = 0xe4,
    Or = 0xe6,
    Xor = 0xe7,
}

/// Shifts. Counts are modulo 64, in 32 bits too.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ShOp {
    Shl,
    Shr,
    Sar,
    Rol,
}

/// Float arithmetic, the second operand to the first, by opcode bits of the form of 32 bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FOp {
    Add = 0x0a,
    Sub = 0x0b,
    Mul = 0x17,
    Div = 0x0d,
}

/// Operations on one float.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FOne {
    Sqrt,
    /// Of the sign alone, whatever the rest.
    Neg,
    Abs,
}

/// Condition codes that jumps and such take, a bit for each.
pub mod mask {
    pub const EQ: u8 = 8;
    pub const LT: u8 = 4;
    pub const GT: u8 = 2;
    /// One of the operands is NaN.
    pub const UNORDERED: u8 = 1;
    pub const NE: u8 = LT | GT;
    pub const LE: u8 = LT | EQ;
    pub const GE: u8 = GT | EQ;
    pub const ALWAYS: u8 = 15;
    /// There was a carry (of a subtraction: no borrow).
    pub const CARRY: u8 = 3;
    pub const BORROW: u8 = 12;
}

/// What sets the condition code.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum What {
    Int {
        signed: bool,
        sz: Sz,
        a: Reg,
        b: Src,
    },
    Float {
        w: Fw,
        a: Reg,
        b: Reg,
    },
    /// Whether there is a one among the lowest 8 bits: "not equal" to zero.
    Byte {
        a: Reg,
    },
}

/// A comparison that decides.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Test {
    pub what: What,
    /// For which condition codes it is true.
    pub mask: u8,
}

impl Test {
    pub fn unsigned(mask: u8, a: Reg, b: Src) -> Test {
        Test { what: What::Int { signed: false, sz: Sz::X, a, b }, mask }
    }
    pub fn signed(mask: u8, a: Reg, b: Src) -> Test {
        Test { what: What::Int { signed: true, sz: Sz::X, a, b }, mask }
    }
    pub fn invert(self) -> Test {
        // Jumps that compare integers know no fourth code.
        let all = if let What::Int { .. } = self.what { mask::NE | mask::EQ } else { mask::ALWAYS };
        Test { mask: all ^ self.mask, ..self }
    }
}

impl Operand for Test {
    fn visit(&mut self, role: Role, v: &mut Operands) {
        match &mut self.what {
            What::Int { a, b, .. } => {
                a.visit(role, v);
                b.visit(role, v);
            }
            What::Float { a, b, .. } => [a, b].into_iter().for_each(|r| r.visit(role, v)),
            What::Byte { a } => a.visit(role, v),
        }
    }
}

/// Atomic read-modify-write, by opcode bits of the form of 32 bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AmoOp {
    Add = 0xf8,
    And = 0xf4,
    Or = 0xf6,
}

/// What a loop over a word does to the bits under a mask.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PartOp {
    Swap,
    Add,
}

instructions! {
    Imm { imm: i64, dst: Reg => def },
    Lea { addr: Addr => read, dst: Reg => def },
    Load { cell: Cell, addr: Addr => read, dst: Reg => def }: Plain,
    Store { cell: Cell, src: Reg => read, addr: Addr => read },
    /// A number of 16 bits with sign.
    StoreImm { bytes: u8, imm: i16, addr: Addr => read },
    Alu { op: AluOp, a: Reg => read, b: Src => read, dst: Reg => def },
    Neg { a: Reg => read, dst: Reg => def },
    Mul { a: Reg => read, b: Src => read, dst: Reg => first },
    /// The whole unsigned product.
    MulWide { a: Reg => read, b: Reg => read, hi: Reg => def, lo: Reg => def },
    /// `rem`: the remainder is wanted.
    Div { signed: bool, sz: Sz, rem: bool, a: Reg => read, b: Reg => read, dst: Reg => def }: Plain,
    /// Two words by one, unsigned.
    DivWide { hi: Reg => read, lo: Reg => read, d: Reg => read, quot: Reg => def, rem: Reg => def }: Plain,
    /// With carry or (then `sub`) borrow, 0 or 1, in (unless there is none) and out.
    Carry { sub: bool, a: Reg => read, b: Reg => read, c: Option<Reg> => read, sum: Reg => def, carry: Reg => def },
    Shift { op: ShOp, sz: Sz, a: Reg => read, n: Src => read, dst: Reg => def },
    /// Rotated to the left by `by`; of that the bits `from` to `to`, counted from the highest, and zeros.
    Bits { from: u8, to: u8, by: u8, a: Reg => read, dst: Reg => def },
    /// The lowest bytes extended to 64 bits.
    Extend { signed: bool, bytes: u8, a: Reg => read, dst: Reg => def },
    Clz { sz: Sz, a: Reg => read, dst: Reg => def },
    Bswap { sz: Sz, a: Reg => read, dst: Reg => def },
    F3 { op: FOp, w: Fw, a: Reg => read, b: Reg => read, dst: Reg => first },
    /// The product and `acc`, or less it, rounded once.
    FMac { sub: bool, w: Fw, acc: Reg => read, a: Reg => read, b: Reg => read, dst: Reg => first },
    F1 { op: FOne, w: Fw, a: Reg => read, dst: Reg => def },
    /// `a` with the sign of `sign`.
    FCopysign { a: Reg => read, sign: Reg => read, dst: Reg => def },
    FZero { dst: Reg => def },
    /// To the other width; `w` is the source's.
    FCvt { w: Fw, a: Reg => read, dst: Reg => def },
    IntToF { signed: bool, sz: Sz, w: Fw, a: Reg => read, dst: Reg => def },
    /// Towards zero; what does not fit becomes the nearest number that does, and NaN the least.
    FToInt { signed: bool, sz: Sz, w: Fw, a: Reg => read, dst: Reg => def },
    /// Bits, from an integer register.
    GToF { w: Fw, a: Reg => read, dst: Reg => def },
    /// And to one, 4 bytes with zeros above.
    FToG { w: Fw, a: Reg => read, dst: Reg => def },
    Br { then: u32, els: u32, test: Test => read },
    /// 1 if the test is true, else 0.
    Truth { test: Test => read, dst: Reg => def },
    /// `a` if the test is true, else `b`: a register, or a number of 16 bits with sign.
    Choose { a: Reg => read, b: Src => read, test: Test => read, dst: Reg => first },
    Bounds(info: Box<BoundsInfo> => read): Plain,
    /// Stores before it come before loads behind it, which is all that the machine does not promise.
    Fence,
    /// The old value of 4 or 8 bytes is the result.
    Amo { op: AmoOp, bytes: u8, addr: Reg => read, src: Reg => read, dst: Reg => def }: Plain,
    Swap { bytes: u8, addr: Reg => read, src: Reg => read, dst: Reg => def }: Plain,
    /// Stores `new` if what was found is `old`, which is the result. With a mask a word's other bits stay: operands are in
    /// place, and zero there.
    Cas { bytes: u8, addr: Reg => read, old: Reg => read, new: Reg => read, mask: Option<Reg> => read, dst: Reg => def }: Plain,
    /// Changes the bits of a word under a mask; the whole old word is the result.
    Part { op: PartOp, addr: Reg => read, src: Reg => read, mask: Reg => read, dst: Reg => def }: Plain,
    /// Copies or (without `src`) zeroes so many bytes.
    Block { bytes: u32, dst: Addr => late, src: Option<Addr> => late, t: [Reg; 2] => temp }: Plain,
    /// Faults if the address is nil.
    Probe { addr: Addr => read }: Plain,
    ReadG { dst: Reg => def },
    /// R13 = g, after a call of an ABI0 function.
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
            Inst::Store { cell, addr, .. } => Kind::Store(addr, cell.bytes() as u32 & !7),
            Inst::StoreImm { bytes, addr, .. } => Kind::Store(addr, *bytes as u32 & !7),
            Inst::Block { dst, src: None, bytes, .. } => Kind::Store(dst, *bytes & !7),
            _ => self.common_kind(),
        }
    }
}
