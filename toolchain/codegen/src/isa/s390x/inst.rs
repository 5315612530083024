//! The instructions that only this machine has.
pub use crate::mach::addr::{Addr, Base};
use crate::mach::inst::{self, Kind};
use crate::mach::operand::Operands;
use crate::regalloc::Reg;
use ir::FuncId;

/// Width of an integer operation, where it makes a difference: sums and such of 32 bits are computed in 64, since nobody looks at
/// the upper ones.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sz {
    W,
    X,
}

/// Width of a float operation. That of 32 bits is about a register's upper half.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fw {
    S,
    D,
}

/// What memory holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cell {
    /// So many bytes of an integer (1, 2, 4, 8); loads clear the rest.
    U(u8),
    /// Loads extend the sign.
    S(u8),
    /// A float register's upper 4 or all 8 bytes.
    F(u8),
}

impl Cell {
    pub fn bytes(self) -> u8 {
        match self {
            Cell::U(n) | Cell::S(n) | Cell::F(n) => n,
        }
    }
}

/// A second operand.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Src {
    R(Reg),
    /// A number of 32 bits, with or without sign as the operation has it.
    I(i64),
}

impl Src {
    fn visit(&mut self, v: &mut Operands) {
        if let Src::R(r) = self {
            v.use_reg(r)
        }
    }
}

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
    fn visit(&mut self, v: &mut Operands) {
        match &mut self.what {
            What::Int { a, b, .. } => {
                v.use_reg(a);
                b.visit(v);
            }
            What::Float { a, b, .. } => {
                v.use_reg(a);
                v.use_reg(b);
            }
            What::Byte { a } => v.use_reg(a),
        }
    }
}

/// A bounds check and what its failure passes to the panic.
#[derive(Clone, Debug)]
pub struct BoundsInfo {
    pub idx: Src,
    pub len: Src,
    /// Whether the index may be the length.
    pub inclusive: bool,
    pub panic: FuncId,
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

/// An instruction. Targets of jumps are numbers of machine blocks.
#[derive(Clone, Debug)]
pub enum Inst {
    Imm {
        dst: Reg,
        imm: i64,
    },
    Lea {
        dst: Reg,
        addr: Addr,
    },
    Load {
        cell: Cell,
        dst: Reg,
        addr: Addr,
    },
    Store {
        cell: Cell,
        addr: Addr,
        src: Reg,
    },
    /// A number of 16 bits with sign.
    StoreImm {
        bytes: u8,
        addr: Addr,
        imm: i16,
    },
    Alu {
        op: AluOp,
        dst: Reg,
        a: Reg,
        b: Src,
    },
    Neg {
        dst: Reg,
        a: Reg,
    },
    Mul {
        dst: Reg,
        a: Reg,
        b: Src,
    },
    /// The whole unsigned product.
    MulWide {
        hi: Reg,
        lo: Reg,
        a: Reg,
        b: Reg,
    },
    Div {
        signed: bool,
        sz: Sz,
        /// The remainder is wanted.
        rem: bool,
        dst: Reg,
        a: Reg,
        b: Reg,
    },
    /// Two words by one, unsigned.
    DivWide {
        quot: Reg,
        rem: Reg,
        hi: Reg,
        lo: Reg,
        d: Reg,
    },
    /// With carry or (then `sub`) borrow, 0 or 1, in (unless there is none) and out.
    Carry {
        sub: bool,
        sum: Reg,
        carry: Reg,
        a: Reg,
        b: Reg,
        c: Option<Reg>,
    },
    Shift {
        op: ShOp,
        sz: Sz,
        dst: Reg,
        a: Reg,
        n: Src,
    },
    /// Rotated to the left by `by`; of that the bits `from` to `to`, counted from the highest, and zeros.
    Bits {
        dst: Reg,
        a: Reg,
        from: u8,
        to: u8,
        by: u8,
    },
    /// The lowest bytes extended to 64 bits.
    Extend {
        signed: bool,
        bytes: u8,
        dst: Reg,
        a: Reg,
    },
    Clz {
        sz: Sz,
        dst: Reg,
        a: Reg,
    },
    Bswap {
        sz: Sz,
        dst: Reg,
        a: Reg,
    },
    F3 {
        op: FOp,
        w: Fw,
        dst: Reg,
        a: Reg,
        b: Reg,
    },
    /// The product and `acc`, or less it, rounded once.
    FMac {
        sub: bool,
        w: Fw,
        dst: Reg,
        acc: Reg,
        a: Reg,
        b: Reg,
    },
    F1 {
        op: FOne,
        w: Fw,
        dst: Reg,
        a: Reg,
    },
    /// `a` with the sign of `sign`.
    FCopysign {
        dst: Reg,
        a: Reg,
        sign: Reg,
    },
    FZero {
        dst: Reg,
    },
    /// To the other width; `w` is the source's.
    FCvt {
        w: Fw,
        dst: Reg,
        a: Reg,
    },
    IntToF {
        signed: bool,
        sz: Sz,
        w: Fw,
        dst: Reg,
        a: Reg,
    },
    /// Towards zero; what does not fit becomes the nearest number that does, and NaN the least.
    FToInt {
        signed: bool,
        sz: Sz,
        w: Fw,
        dst: Reg,
        a: Reg,
    },
    /// Bits, from an integer register.
    GToF {
        w: Fw,
        dst: Reg,
        a: Reg,
    },
    /// And to one, 4 bytes with zeros above.
    FToG {
        w: Fw,
        dst: Reg,
        a: Reg,
    },
    Br {
        test: Test,
        then: u32,
        els: u32,
    },
    /// 1 if the test is true, else 0.
    Truth {
        test: Test,
        dst: Reg,
    },
    /// `a` if the test is true, else `b`: a register, or a number of 16 bits with sign.
    Choose {
        test: Test,
        dst: Reg,
        a: Reg,
        b: Src,
    },
    Bounds(Box<BoundsInfo>),
    /// Stores before it come before loads behind it, which is all that the machine does not promise.
    Fence,
    /// The old value of 4 or 8 bytes is the result.
    Amo {
        op: AmoOp,
        bytes: u8,
        dst: Reg,
        addr: Reg,
        src: Reg,
    },
    Swap {
        bytes: u8,
        dst: Reg,
        addr: Reg,
        src: Reg,
    },
    /// Stores `new` if what was found is `old`, which is the result. With a mask a word's other bits stay: operands are in
    /// place, and zero there.
    Cas {
        bytes: u8,
        addr: Reg,
        old: Reg,
        new: Reg,
        mask: Option<Reg>,
        dst: Reg,
    },
    /// Changes the bits of a word under a mask; the whole old word is the result.
    Part {
        op: PartOp,
        addr: Reg,
        src: Reg,
        mask: Reg,
        dst: Reg,
    },
    /// Copies or (without `src`) zeroes so many bytes.
    Block {
        dst: Addr,
        src: Option<Addr>,
        bytes: u32,
        t: [Reg; 2],
    },
    /// Faults if the address is nil.
    Probe {
        addr: Addr,
    },
    ReadG {
        dst: Reg,
    },
    /// R13 = g, after a call of an ABI0 function.
    FixedRegs,
    Pause,
    Break,
}

impl inst::Inst for Inst {
    fn operands(&mut self, v: &mut Operands) {
        match self {
            Inst::Imm { dst, .. } | Inst::ReadG { dst } | Inst::FZero { dst } => v.def(dst),
            Inst::Lea { dst, addr } | Inst::Load { dst, addr, .. } => {
                addr.visit(v);
                v.def(dst);
            }
            Inst::Store { addr, src, .. } => {
                v.use_reg(src);
                addr.visit(v);
            }
            Inst::StoreImm { addr, .. } | Inst::Probe { addr } => addr.visit(v),
            Inst::Alu { dst, a, b, .. } | Inst::Shift { dst, a, n: b, .. } => {
                v.use_reg(a);
                b.visit(v);
                v.def(dst);
            }
            Inst::Mul { dst, a, b } => {
                v.use_reg(a);
                b.visit(v);
                v.def_reuse(dst, 0);
            }
            Inst::MulWide { hi, lo, a, b } => {
                v.use_reg(a);
                v.use_reg(b);
                v.def(hi);
                v.def(lo);
            }
            Inst::Div { dst, a, b, .. } | Inst::FCopysign { dst, a, sign: b } => {
                v.use_reg(a);
                v.use_reg(b);
                v.def(dst);
            }
            Inst::DivWide { quot, rem, hi, lo, d } => {
                [hi, lo, d].into_iter().for_each(|r| v.use_reg(r));
                v.def(quot);
                v.def(rem);
            }
            Inst::Carry { sum, carry, a, b, c, .. } => {
                v.use_reg(a);
                v.use_reg(b);
                c.iter_mut().for_each(|r| v.use_reg(r));
                v.def(sum);
                v.def(carry);
            }
            Inst::Neg { dst, a }
            | Inst::Bits { dst, a, .. }
            | Inst::Extend { dst, a, .. }
            | Inst::Clz { dst, a, .. }
            | Inst::Bswap { dst, a, .. }
            | Inst::F1 { dst, a, .. }
            | Inst::FCvt { dst, a, .. }
            | Inst::IntToF { dst, a, .. }
            | Inst::FToInt { dst, a, .. }
            | Inst::GToF { dst, a, .. }
            | Inst::FToG { dst, a, .. } => {
                v.use_reg(a);
                v.def(dst);
            }
            Inst::F3 { dst, a, b, .. } => {
                v.use_reg(a);
                v.use_reg(b);
                v.def_reuse(dst, 0);
            }
            Inst::FMac { dst, acc, a, b, .. } => {
                [acc, a, b].into_iter().for_each(|r| v.use_reg(r));
                v.def_reuse(dst, 0);
            }
            Inst::Br { test, .. } => test.visit(v),
            Inst::Truth { test, dst } => {
                test.visit(v);
                v.def(dst);
            }
            Inst::Choose { test, dst, a, b } => {
                v.use_reg(a);
                b.visit(v);
                test.visit(v);
                v.def_reuse(dst, 0);
            }
            Inst::Bounds(b) => {
                b.idx.visit(v);
                b.len.visit(v);
            }
            Inst::Amo { dst, addr, src, .. } | Inst::Swap { dst, addr, src, .. } => {
                v.use_reg(addr);
                v.use_reg(src);
                v.def(dst);
            }
            Inst::Cas { addr, old, new, mask, dst, .. } => {
                [addr, old, new].into_iter().chain(mask).for_each(|r| v.use_reg(r));
                v.def(dst);
            }
            Inst::Part { addr, src, mask, dst, .. } => {
                [addr, src, mask].into_iter().for_each(|r| v.use_reg(r));
                v.def(dst);
            }
            Inst::Block { dst, src, t, .. } => {
                dst.visit_late(v);
                src.iter_mut().for_each(|a| a.visit_late(v));
                t.iter_mut().for_each(|r| v.temp(r));
            }
            Inst::Fence | Inst::FixedRegs | Inst::Pause | Inst::Break => {}
        }
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
            Inst::Load { .. }
            | Inst::Div { .. }
            | Inst::DivWide { .. }
            | Inst::Bounds(_)
            | Inst::Amo { .. }
            | Inst::Swap { .. }
            | Inst::Cas { .. }
            | Inst::Part { .. }
            | Inst::Block { .. }
            | Inst::Probe { .. }
            | Inst::Break => Kind::Plain,
            _ => Kind::Quiet,
        }
    }
}
