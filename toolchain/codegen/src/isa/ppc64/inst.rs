//! The instructions that only this machine has.
use super::regs::ZERO;
pub use crate::mach::addr::{Addr, Base};
use crate::mach::inst::{self, Kind};
use crate::mach::operand::Operands;
use crate::regalloc::Reg;
use ir::FuncId;

/// Width of an integer operation. That of 32 bits reads the low halves of registers; the upper half of its result is anything.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sz {
    W,
    D,
}

/// Width of a float operation. Registers hold both as doubles.
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
    /// A float register's 4 or 8 bytes.
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
    /// An immediate that the operation can hold.
    I(i64),
}

impl Src {
    fn visit(&mut self, v: &mut Operands) {
        if let Src::R(r) = self {
            read(v, r)
        }
    }
}

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
    fn visit(&mut self, v: &mut Operands) {
        read(v, &mut self.a);
        self.b.visit(v);
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

/// Atomic read-modify-write.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RmwOp {
    Add,
    And,
    Or,
    Swap,
}

/// An instruction. Targets of jumps are numbers of machine blocks. What compares sets CR0, which nobody reads later.
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
    Alu {
        op: AluOp,
        sz: Sz,
        dst: Reg,
        a: Reg,
        b: Src,
    },
    Op2 {
        op: Op2,
        sz: Sz,
        dst: Reg,
        a: Reg,
    },
    /// Turns 64 bits to the left, and clears all but the low `keep` ones.
    Bits {
        dst: Reg,
        a: Reg,
        left: u8,
        keep: u8,
    },
    /// Sum or difference, with a carry or borrow (0 or 1) into it and out of it.
    Carry {
        sub: bool,
        dst: Reg,
        out: Reg,
        a: Reg,
        b: Reg,
        carry: Option<Reg>,
    },
    F3 {
        op: FOp,
        w: Fw,
        dst: Reg,
        a: Reg,
        b: Reg,
    },
    /// a*b + acc or (then `sub`) a*b - acc, rounded once.
    FMac {
        sub: bool,
        w: Fw,
        dst: Reg,
        a: Reg,
        b: Reg,
        acc: Reg,
    },
    F2 {
        op: FOp2,
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
    /// Towards zero; what does not fit becomes the nearest number that does, and NaN the smallest.
    FToInt {
        sz: Sz,
        dst: Reg,
        a: Reg,
    },
    /// Bits as memory would have them, from an integer register.
    GToF {
        w: Fw,
        dst: Reg,
        a: Reg,
    },
    /// And to one.
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
    Set {
        test: Test,
        dst: Reg,
    },
    /// `a` if the test is true, else `b`.
    Choose {
        test: Test,
        dst: Reg,
        a: Reg,
        b: Reg,
    },
    Bounds(Box<BoundsInfo>),
    /// A load in the one order of all atomic operations.
    LoadAtomic {
        cell: Cell,
        dst: Reg,
        addr: Reg,
    },
    /// A store in it.
    StoreAtomic {
        bytes: u8,
        addr: Reg,
        src: Reg,
    },
    /// The old value is the result of an exchange and of bit operations, as is the new one (`new`) of an addition.
    Rmw {
        op: RmwOp,
        bytes: u8,
        old: Reg,
        new: Reg,
        addr: Reg,
        src: Reg,
    },
    /// Stores `new` if what was found is `old`, which is extended with zeros; `dst`: whether it was.
    Cas {
        bytes: u8,
        addr: Reg,
        old: Reg,
        new: Reg,
        found: Reg,
        dst: Reg,
    },
    /// Copies or (without `src`) zeroes so many words. Temporaries: the addresses as they move on, a word.
    Words {
        dst: Reg,
        src: Option<Reg>,
        count: u32,
        t: [Reg; 3],
    },
    /// Faults if the address is nil.
    Probe {
        addr: Addr,
    },
    ReadG {
        dst: Reg,
    },
    /// R0 = 0 and R30 = g, after a call of an ABI0 function.
    FixedRegs,
    /// Gives way to another thread of the core.
    Pause,
    Break,
}

/// An operand that may be zero's register.
fn read(v: &mut Operands, r: &mut Reg) {
    if *r != ZERO {
        v.use_reg(r)
    }
}

impl inst::Inst for Inst {
    fn operands(&mut self, v: &mut Operands) {
        match self {
            Inst::Imm { dst, .. } | Inst::ReadG { dst } => v.def(dst),
            Inst::Lea { dst, addr } | Inst::Load { dst, addr, .. } => {
                addr.visit(v);
                v.def(dst);
            }
            Inst::Store { addr, src, .. } => {
                read(v, src);
                addr.visit(v);
            }
            Inst::Probe { addr } => addr.visit(v),
            Inst::Alu { dst, a, b, .. } => {
                read(v, a);
                b.visit(v);
                v.def(dst);
            }
            Inst::Carry { dst, out, a, b, carry, .. } => {
                read(v, a);
                read(v, b);
                carry.iter_mut().for_each(|c| v.use_reg(c));
                v.def(dst);
                v.def(out);
            }
            Inst::F3 { dst, a, b, .. } => {
                v.use_reg(a);
                v.use_reg(b);
                v.def(dst);
            }
            Inst::FMac { dst, a, b, acc, .. } => {
                v.use_reg(a);
                v.use_reg(b);
                v.use_reg(acc);
                v.def(dst);
            }
            Inst::Op2 { dst, a, .. }
            | Inst::Bits { dst, a, .. }
            | Inst::F2 { dst, a, .. }
            | Inst::IntToF { dst, a, .. }
            | Inst::FToInt { dst, a, .. }
            | Inst::GToF { dst, a, .. }
            | Inst::FToG { dst, a, .. } => {
                read(v, a);
                v.def(dst);
            }
            Inst::Br { test, .. } => test.visit(v),
            Inst::Set { test, dst } => {
                test.visit(v);
                v.def(dst);
            }
            Inst::Choose { test, dst, a, b } if dst.is_float() => {
                v.use_reg(a);
                v.use_late(b);
                test.visit(v);
                v.def_reuse(dst, 0);
            }
            Inst::Choose { test, dst, a, b } => {
                read(v, a);
                read(v, b);
                test.visit(v);
                v.def(dst);
            }
            Inst::Bounds(b) => {
                b.idx.visit(v);
                b.len.visit(v);
            }
            Inst::LoadAtomic { dst, addr, .. } => {
                v.use_reg(addr);
                v.def(dst);
            }
            Inst::StoreAtomic { addr, src, .. } => {
                v.use_reg(addr);
                read(v, src);
            }
            Inst::Rmw { old, new, addr, src, .. } => {
                v.use_late(addr);
                v.use_late(src);
                v.temp(old);
                v.temp(new);
            }
            Inst::Cas { addr, old, new, found, dst, .. } => {
                v.use_late(addr);
                v.use_late(old);
                v.use_late(new);
                v.temp(found);
                v.def(dst);
            }
            Inst::Words { dst, src, t, .. } => {
                v.use_late(dst);
                src.iter_mut().for_each(|r| v.use_late(r));
                t.iter_mut().for_each(|r| v.temp(r));
            }
            Inst::FixedRegs | Inst::Pause | Inst::Break => {}
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
            Inst::Load { .. }
            | Inst::Bounds(_)
            | Inst::LoadAtomic { .. }
            | Inst::StoreAtomic { .. }
            | Inst::Rmw { .. }
            | Inst::Cas { .. }
            | Inst::Words { .. }
            | Inst::Probe { .. }
            | Inst::Break => Kind::Plain,
            _ => Kind::Quiet,
        }
    }
}
