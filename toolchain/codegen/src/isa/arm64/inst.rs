//! The instructions that only this machine has.
pub use crate::mach::addr::{Addr, Base};
use crate::mach::inst::{self, Kind};
use crate::mach::operand::Operands;
use crate::regalloc::Reg;
use ir::FuncId;

/// Width of an integer operation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sz {
    W,
    X,
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
    /// Loads extend the sign to 4 bytes.
    SW(u8),
    /// Loads extend the sign to 8 bytes.
    SX(u8),
    /// A float register's 4, 8 or 16 bytes.
    F(u8),
}

impl Cell {
    pub fn bytes(self) -> u8 {
        match self {
            Cell::U(n) | Cell::SW(n) | Cell::SX(n) | Cell::F(n) => n,
        }
    }
}

/// Condition codes, numbered as the machine does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cond {
    Eq = 0,
    Ne,
    Hs,
    Lo,
    Mi,
    Pl,
    Vs,
    Vc,
    Hi,
    Ls,
    Ge,
    Lt,
    Gt,
    Le,
}

impl Cond {
    pub const ALL: [Cond; 14] = {
        use Cond::*;
        [Eq, Ne, Hs, Lo, Mi, Pl, Vs, Vc, Hi, Ls, Ge, Lt, Gt, Le]
    };
    pub fn invert(self) -> Cond {
        Cond::ALL[self as usize ^ 1]
    }
    /// The condition for exchanged operands.
    pub fn swap(self) -> Cond {
        use Cond::*;
        match self {
            Hs => Ls,
            Ls => Hs,
            Lo => Hi,
            Hi => Lo,
            Ge => Le,
            Le => Ge,
            Lt => Gt,
            Gt => Lt,
            c => c,
        }
    }
}

/// Shifts of an operand, numbered as the machine does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shift {
    Lsl = 0,
    Lsr,
    Asr,
    Ror,
}

/// A second operand.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Src {
    R(Reg),
    /// A register, shifted.
    S(Reg, Shift, u8),
    /// An immediate that the operation can hold.
    I(i64),
}

impl Src {
    fn visit(&mut self, v: &mut Operands) {
        match self {
            Src::R(r) | Src::S(r, ..) => v.use_reg(r),
            Src::I(_) => {}
        }
    }
}

/// Arithmetic with a flexible second operand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AluOp {
    Add,
    Sub,
    /// With flags.
    Adds,
    Subs,
    And,
    Orr,
    Eor,
    Bic,
    Orn,
    /// With flags.
    Ands,
}

/// Arithmetic of registers, by opcode bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Op3 {
    Mul = 0x1b00_7c00,
    Mneg = 0x1b00_fc00,
    UDiv = 0x1ac0_0800,
    SDiv = 0x1ac0_0c00,
    Lsl = 0x1ac0_2000,
    Lsr = 0x1ac0_2400,
    Asr = 0x1ac0_2800,
    Ror = 0x1ac0_2c00,
    /// 64 bits only.
    SMulh = 0x1b40_7c00,
    UMulh = 0x1bc0_7c00,
    /// With the carry flag, which they set.
    Adcs = 0x3a00_0000,
    Sbcs = 0x7a00_0000,
}

/// Operations on one register, by opcode bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Op2 {
    Rbit = 0x5ac0_0000,
    Rev16 = 0x5ac0_0400,
    /// The bytes of the whole; the encoder adds what 64 bits want.
    Rev = 0x5ac0_0800,
    Clz = 0x5ac0_1000,
}

/// Float arithmetic, by opcode bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FOp3 {
    Mul = 0x0800,
    Div = 0x1800,
    Add = 0x2800,
    Sub = 0x3800,
    Nmul = 0x8800,
}

/// Operations on one float, by opcode bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FOp2 {
    Abs = 0xc000,
    Neg = 0x1_4000,
    Sqrt = 0x1_c000,
}

/// What a branch asks.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Test {
    Cc(Cond),
    /// Zero, or (then `true`) not.
    Zero(Sz, Reg, bool),
    /// Bit number clear, or (then `true`) set.
    Bit(Reg, u8, bool),
}

/// A bounds check and what its failure passes to the panic.
#[derive(Clone, Debug)]
pub struct BoundsInfo {
    pub idx: Src,
    pub len: Src,
    /// Condition of the jump to the panic, after a comparison of idx with len (or len with idx if swapped).
    pub fail: Cond,
    pub swapped: bool,
    pub panic: FuncId,
}

/// Atomic read-modify-write.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RmwOp {
    Add,
    And,
    Or,
    Xchg,
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
    /// Zero bytes: 1, 2, 4, 8 or 16.
    StoreZero {
        bytes: u8,
        addr: Addr,
    },
    Alu {
        op: AluOp,
        sz: Sz,
        dst: Reg,
        a: Reg,
        b: Src,
    },
    /// The operation with zero as its first operand.
    FromZero {
        op: AluOp,
        sz: Sz,
        dst: Reg,
        b: Reg,
    },
    /// Flags of a - b.
    Cmp {
        sz: Sz,
        a: Reg,
        b: Src,
    },
    /// Flags of a & b.
    Tst {
        sz: Sz,
        a: Reg,
        b: Src,
    },
    Op3 {
        op: Op3,
        sz: Sz,
        dst: Reg,
        a: Reg,
        b: Reg,
    },
    /// acc + a * b, or (then `sub`) acc - a * b.
    Mac {
        sub: bool,
        sz: Sz,
        dst: Reg,
        a: Reg,
        b: Reg,
        acc: Reg,
    },
    /// Bit-field move: shifts by constants, extensions.
    Bfm {
        signed: bool,
        sz: Sz,
        dst: Reg,
        a: Reg,
        immr: u8,
        imms: u8,
    },
    /// Rotation to the right.
    RorI {
        sz: Sz,
        dst: Reg,
        a: Reg,
        n: u8,
    },
    Op2 {
        op: Op2,
        sz: Sz,
        dst: Reg,
        a: Reg,
    },
    Csel {
        cc: Cond,
        sz: Sz,
        dst: Reg,
        a: Reg,
        b: Reg,
    },
    Cset {
        cc: Cond,
        dst: Reg,
    },
    /// How many bits are set, by way of a vector register.
    Popcnt {
        dst: Reg,
        a: Reg,
        t: Reg,
    },
    F3 {
        op: FOp3,
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
    /// a * b + acc; `sub`: acc - a * b; `neg`: the negation.
    FMac {
        sub: bool,
        neg: bool,
        w: Fw,
        dst: Reg,
        a: Reg,
        b: Reg,
        acc: Reg,
    },
    FCmp {
        w: Fw,
        a: Reg,
        b: Reg,
    },
    FCsel {
        cc: Cond,
        w: Fw,
        dst: Reg,
        a: Reg,
        b: Reg,
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
    FToInt {
        signed: bool,
        sz: Sz,
        w: Fw,
        dst: Reg,
        a: Reg,
    },
    GToF {
        sz: Sz,
        dst: Reg,
        a: Reg,
    },
    FToG {
        sz: Sz,
        dst: Reg,
        a: Reg,
    },
    Br {
        test: Test,
        then: u32,
        els: u32,
    },
    Bounds(Box<BoundsInfo>),
    /// A load that nothing after it passes.
    LoadAcquire {
        bytes: u8,
        dst: Reg,
        addr: Reg,
    },
    /// A store that nothing before it passes.
    StoreRelease {
        bytes: u8,
        addr: Reg,
        src: Reg,
    },
    /// The old value is the result.
    Rmw {
        op: RmwOp,
        bytes: u8,
        dst: Reg,
        addr: Reg,
        src: Reg,
        new: Reg,
    },
    /// Flags tell whether it was exchanged.
    Cas {
        bytes: u8,
        addr: Reg,
        old: Reg,
        new: Reg,
        found: Reg,
    },
    /// Copies or (without `src`) zeroes so many words. Temporaries: the addresses and the count as they move on, a word.
    Words {
        dst: Reg,
        src: Option<Reg>,
        count: Reg,
        t: [Reg; 4],
    },
    /// Faults if the address is nil.
    Probe {
        addr: Addr,
    },
    ReadG {
        dst: Reg,
    },
    /// R28 = g, after a call of an ABI0 function.
    FixedRegs,
    Yield,
    Break,
}

impl inst::Inst for Inst {
    fn operands(&mut self, v: &mut Operands) {
        match self {
            Inst::Imm { dst, .. } | Inst::Cset { dst, .. } | Inst::FZero { dst } | Inst::ReadG { dst } => {
                v.def(dst)
            }
            Inst::Lea { dst, addr } | Inst::Load { dst, addr, .. } => {
                addr.visit(v);
                v.def(dst);
            }
            Inst::Store { addr, src, .. } => {
                v.use_reg(src);
                addr.visit(v);
            }
            Inst::StoreZero { addr, .. } | Inst::Probe { addr } => addr.visit(v),
            Inst::Alu { dst, a, b, .. } => {
                v.use_reg(a);
                b.visit(v);
                v.def(dst);
            }
            Inst::Cmp { a, b, .. } | Inst::Tst { a, b, .. } => {
                v.use_reg(a);
                b.visit(v);
            }
            Inst::Op3 { dst, a, b, .. }
            | Inst::Csel { dst, a, b, .. }
            | Inst::F3 { dst, a, b, .. }
            | Inst::FCsel { dst, a, b, .. } => {
                v.use_reg(a);
                v.use_reg(b);
                v.def(dst);
            }
            Inst::Mac { dst, a, b, acc, .. } | Inst::FMac { dst, a, b, acc, .. } => {
                v.use_reg(a);
                v.use_reg(b);
                v.use_reg(acc);
                v.def(dst);
            }
            Inst::FromZero { dst, b: a, .. }
            | Inst::Bfm { dst, a, .. }
            | Inst::RorI { dst, a, .. }
            | Inst::Op2 { dst, a, .. }
            | Inst::F2 { dst, a, .. }
            | Inst::FCvt { dst, a, .. }
            | Inst::IntToF { dst, a, .. }
            | Inst::FToInt { dst, a, .. }
            | Inst::GToF { dst, a, .. }
            | Inst::FToG { dst, a, .. } => {
                v.use_reg(a);
                v.def(dst);
            }
            Inst::Popcnt { dst, a, t } => {
                v.use_reg(a);
                v.temp(t);
                v.def(dst);
            }
            Inst::FCmp { a, b, .. } => {
                v.use_reg(a);
                v.use_reg(b);
            }
            Inst::Br { test: Test::Zero(_, r, _) | Test::Bit(r, ..), .. } => v.use_reg(r),
            Inst::Bounds(b) => {
                b.idx.visit(v);
                b.len.visit(v);
            }
            Inst::LoadAcquire { dst, addr, .. } => {
                v.use_reg(addr);
                v.def(dst);
            }
            Inst::StoreRelease { addr, src, .. } => {
                v.use_reg(addr);
                v.use_reg(src);
            }
            Inst::Rmw { dst, addr, src, new, .. } => {
                v.use_late(addr);
                v.use_late(src);
                v.temp(new);
                v.temp(dst);
            }
            Inst::Cas { addr, old, new, found, .. } => {
                v.use_late(addr);
                v.use_late(old);
                v.use_late(new);
                v.temp(found);
            }
            Inst::Words { dst, src, count, t } => {
                v.use_late(dst);
                src.iter_mut().for_each(|r| v.use_late(r));
                v.use_late(count);
                t.iter_mut().for_each(|r| v.temp(r));
            }
            Inst::Br { test: Test::Cc(_), .. } | Inst::FixedRegs | Inst::Yield | Inst::Break => {}
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
            Inst::StoreZero { bytes, addr } => Kind::Store(addr, *bytes as u32 & !7),
            Inst::Load { .. }
            | Inst::Bounds(_)
            | Inst::LoadAcquire { .. }
            | Inst::StoreRelease { .. }
            | Inst::Rmw { .. }
            | Inst::Cas { .. }
            | Inst::Words { .. }
            | Inst::Probe { .. }
            | Inst::Break => Kind::Plain,
            _ => Kind::Quiet,
        }
    }
}
