//! The instructions that only this machine has, in both widths.
use super::regs::ZERO;
pub use crate::mach::addr::{Addr, Base};
use crate::mach::inst::{self, Kind};
use crate::mach::operand::Operands;
use crate::regalloc::Reg;
use ir::FuncId;

/// Width of an integer operation. That of 32 bits wants its operands extended with the sign where registers have 64, and leaves its
/// result so.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sz {
    W,
    D,
}

/// Width of a float operation.
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
    fn visit(&mut self, v: &mut Operands) {
        match self {
            Test::Int { a, b, .. } => {
                read(v, a);
                b.visit(v);
            }
            Test::Float { a, b, .. } => {
                v.use_reg(a);
                v.use_reg(b);
            }
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

/// Atomic read-modify-write.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RmwOp {
    Swap,
    Add,
    And,
    Or,
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
    /// Copies 1, 4 or 8 bytes between places that need not be aligned.
    Copy {
        bytes: u8,
        to: Addr,
        from: Addr,
    },
    /// Zeroes as many of such a place.
    Clear {
        bytes: u8,
        to: Addr,
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
    /// Keeps so many low bits.
    Bits {
        dst: Reg,
        a: Reg,
        keep: u8,
    },
    /// Of the two results one may be of no interest.
    Pair {
        op: PairOp,
        sz: Sz,
        hi: Option<Reg>,
        lo: Option<Reg>,
        a: Reg,
        b: Reg,
    },
    F3 {
        op: FOp,
        w: Fw,
        dst: Reg,
        a: Reg,
        b: Reg,
    },
    F2 {
        op: FOp2,
        w: Fw,
        dst: Reg,
        a: Reg,
    },
    /// To the other width; `w` is the source's.
    FCvt {
        w: Fw,
        dst: Reg,
        a: Reg,
    },
    IntToF {
        sz: Sz,
        w: Fw,
        dst: Reg,
        a: Reg,
    },
    /// Towards zero; what does not fit, and NaN, becomes the largest number.
    FToInt {
        sz: Sz,
        w: Fw,
        dst: Reg,
        a: Reg,
    },
    /// Bits, from an integer register. Without one of 8 bytes only 0 becomes a float of 8.
    GToF {
        w: Fw,
        dst: Reg,
        a: Reg,
    },
    /// And to one, 4 bytes with the sign extended.
    FToG {
        w: Fw,
        dst: Reg,
        a: Reg,
    },
    /// The first operand with the second's sign.
    Copysign {
        w: Fw,
        dst: Reg,
        a: Reg,
        b: Reg,
    },
    Br {
        test: Test,
        then: u32,
        els: u32,
    },
    /// 1 if the comparison of floats is true, else 0.
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
    /// A load that no access passes.
    LoadAtomic {
        cell: Cell,
        dst: Reg,
        addr: Reg,
    },
    /// A store that nothing passes.
    StoreAtomic {
        bytes: u8,
        addr: Reg,
        src: Reg,
    },
    /// What 4 or 8 bytes were, and are. With a mask only its bits change, and `src` is zero outside of it.
    Rmw {
        op: RmwOp,
        bytes: u8,
        old: Reg,
        new: Reg,
        addr: Reg,
        src: Reg,
        mask: Option<Reg>,
    },
    /// Stores `new` if `old` is there; `dst` tells whether. With a mask a word's other bits stay: operands are zero there.
    Cas {
        bytes: u8,
        addr: Reg,
        old: Reg,
        new: Reg,
        mask: Option<Reg>,
        found: Reg,
        dst: Reg,
    },
    /// Copies or (without `src`) zeroes so many words. Temporaries: the addresses and the end. Places that are not aligned take twice
    /// as long.
    Words {
        dst: Reg,
        src: Option<Reg>,
        bytes: u32,
        aligned: bool,
        t: [Reg; 3],
    },
    /// Faults if the address is nil.
    Probe {
        addr: Addr,
    },
    ReadG {
        dst: Reg,
    },
    /// R30 = g, after a call of an ABI0 function.
    FixedRegs,
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
            Inst::Copy { to, from, .. } => {
                from.visit(v);
                to.visit(v);
            }
            Inst::Probe { addr } | Inst::Clear { to: addr, .. } => addr.visit(v),
            Inst::Alu { dst, a, b, .. } => {
                read(v, a);
                b.visit(v);
                v.def(dst);
            }
            Inst::Pair { hi, lo, a, b, .. } => {
                read(v, a);
                read(v, b);
                hi.iter_mut().chain(lo).for_each(|r| v.def(r));
            }
            Inst::F3 { dst, a, b, .. } | Inst::Copysign { dst, a, b, .. } => {
                v.use_reg(a);
                v.use_reg(b);
                v.def(dst);
            }
            Inst::Op2 { dst, a, .. }
            | Inst::Bits { dst, a, .. }
            | Inst::F2 { dst, a, .. }
            | Inst::FCvt { dst, a, .. }
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
            Inst::Choose { test, dst, a, b } => {
                v.use_reg(b);
                read(v, a);
                test.visit(v);
                v.def_reuse(dst, 0);
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
            Inst::Rmw { old, new, addr, src, mask, .. } => {
                v.use_late(addr);
                if *src != ZERO {
                    v.use_late(src);
                }
                mask.iter_mut().for_each(|r| v.use_late(r));
                v.temp(old);
                v.temp(new);
            }
            Inst::Cas { addr, old, new, mask, found, dst, .. } => {
                v.use_late(addr);
                v.use_late(old);
                v.use_late(new);
                mask.iter_mut().for_each(|r| v.use_late(r));
                v.temp(found);
                v.temp(dst);
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
            Inst::Store { cell, addr, .. } => Kind::Store(addr, cell.bytes() as u32 & !3),
            Inst::Load { .. }
            | Inst::Copy { .. }
            | Inst::Clear { .. }
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
