//! The instructions that only this machine has.
pub use crate::mach::addr::{Addr, Base};
use crate::mach::inst::{self, Kind};
use crate::mach::operand::Operands;
use crate::regalloc::Reg;
use ir::FuncId;

/// Width of a float operation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fw {
    S,
    D,
}

/// What memory holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cell {
    /// So many bytes of an integer (1, 2, 4); loads clear the rest.
    U(u8),
    /// Loads extend the sign (of 1 or 2 bytes).
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
    /// Always.
    Al,
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

/// Shifts, numbered as the machine does.
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
    /// A register, shifted by 1 to 31.
    S(Reg, Shift, u8),
    /// An immediate that [`modified`] has a field for.
    I(u32),
}

impl Src {
    fn visit(&mut self, v: &mut Operands) {
        match self {
            Src::R(r) | Src::S(r, ..) => v.use_reg(r),
            Src::I(_) => {}
        }
    }
}

/// The field of an immediate, 8 bits rotated by an even number, if it is one.
pub fn modified(imm: u32) -> Option<u32> {
    (0..16).find(|r| imm.rotate_left(2 * r) < 256).map(|r| r << 8 | imm.rotate_left(2 * r))
}

/// Arithmetic with a flexible second operand, by opcode.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AluOp {
    And = 0,
    Eor,
    Sub,
    /// The second operand minus the first.
    Rsb,
    Add,
    /// With the carry flag.
    Adc,
    Sbc,
    Orr = 12,
    Bic = 14,
}

/// What only sets flags, by opcode.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TestOp {
    Tst = 8,
    Cmp = 10,
    /// Compares with the negation.
    Cmn = 11,
}

/// Operations on one register, by opcode bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Op2 {
    Clz = 0x016f_0f10,
    Rbit = 0x06ff_0f30,
    Rev = 0x06bf_0f30,
    Sxtb = 0x06af_0070,
    Sxth = 0x06bf_0070,
    Uxtb = 0x06ef_0070,
    Uxth = 0x06ff_0070,
}

/// Float arithmetic, by opcode bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FOp3 {
    Mul = 0x0e20_0a00,
    Add = 0x0e30_0a00,
    Sub = 0x0e30_0a40,
    Div = 0x0e80_0a00,
}

/// Operations on one float, by opcode bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FOp2 {
    Mov = 0x0eb0_0a40,
    Abs = 0x0eb0_0ac0,
    Neg = 0x0eb1_0a40,
    Sqrt = 0x0eb1_0ac0,
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
        imm: u32,
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
    /// Zero bytes: 1, 2, 4 or 8.
    StoreZero {
        bytes: u8,
        addr: Addr,
    },
    /// `flags`: sets them too.
    Alu {
        op: AluOp,
        flags: bool,
        dst: Reg,
        a: Reg,
        b: Src,
    },
    /// The second operand, or (then `not`) its opposite: shifts by constants.
    Mov {
        not: bool,
        dst: Reg,
        b: Src,
    },
    /// By a register whose lowest byte counts; a bounded one is less than 256.
    Shift {
        shift: Shift,
        bounded: bool,
        dst: Reg,
        a: Reg,
        n: Reg,
    },
    /// Only sets flags.
    Test {
        op: TestOp,
        a: Reg,
        b: Src,
    },
    Mul {
        dst: Reg,
        a: Reg,
        b: Reg,
    },
    /// acc + a * b, or (then `sub`) acc - a * b.
    Mac {
        sub: bool,
        dst: Reg,
        a: Reg,
        b: Reg,
        acc: Reg,
    },
    /// Both words of the unsigned product.
    MulWide {
        hi: Reg,
        lo: Reg,
        a: Reg,
        b: Reg,
    },
    /// The upper word of the signed product.
    MulHigh {
        dst: Reg,
        a: Reg,
        b: Reg,
    },
    Op2 {
        op: Op2,
        dst: Reg,
        a: Reg,
    },
    /// `a` if the condition holds, else `b`; floats too.
    Choose {
        cc: Cond,
        dst: Reg,
        b: Reg,
        a: Reg,
    },
    /// 1 if the condition holds, else 0.
    Cset {
        cc: Cond,
        dst: Reg,
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
    FCmp {
        w: Fw,
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
    /// A signed word as a float.
    IntToF {
        w: Fw,
        dst: Reg,
        a: Reg,
    },
    /// Towards zero; what does not fit becomes the nearest number that does, and NaN zero.
    FToInt {
        signed: bool,
        w: Fw,
        dst: Reg,
        a: Reg,
    },
    /// `a` with the sign of `b`.
    Copysign {
        w: Fw,
        dst: Reg,
        a: Reg,
        b: Reg,
    },
    /// The bits of a float of 4 bytes.
    GToF {
        dst: Reg,
        a: Reg,
    },
    FToG {
        dst: Reg,
        a: Reg,
    },
    Br {
        cc: Cond,
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
    /// A store that passes nothing and that nothing passes.
    StoreOrdered {
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
    /// Copies or (without `src`) zeroes so many words. Temporaries: the addresses and the count as they move on.
    Words {
        dst: Reg,
        src: Option<Reg>,
        count: Reg,
        t: [Reg; 3],
    },
    /// Faults if the address is nil.
    Probe {
        addr: Addr,
    },
    ReadG {
        dst: Reg,
    },
    /// R10 = g, after a call of an ABI0 function.
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
            Inst::Mov { dst, b, .. } => {
                b.visit(v);
                v.def(dst);
            }
            Inst::Test { a, b, .. } => {
                v.use_reg(a);
                b.visit(v);
            }
            Inst::Shift { dst, a, n: b, .. }
            | Inst::Mul { dst, a, b }
            | Inst::MulHigh { dst, a, b }
            | Inst::F3 { dst, a, b, .. }
            | Inst::Copysign { dst, a, b, .. } => {
                v.use_reg(a);
                v.use_reg(b);
                v.def(dst);
            }
            Inst::Mac { dst, a, b, acc, .. } => {
                v.use_reg(a);
                v.use_reg(b);
                v.use_reg(acc);
                v.def(dst);
            }
            Inst::MulWide { hi, lo, a, b } => {
                v.use_reg(a);
                v.use_reg(b);
                v.def(hi);
                v.def(lo);
            }
            Inst::Op2 { dst, a, .. }
            | Inst::F2 { dst, a, .. }
            | Inst::FCvt { dst, a, .. }
            | Inst::IntToF { dst, a, .. }
            | Inst::FToInt { dst, a, .. }
            | Inst::GToF { dst, a }
            | Inst::FToG { dst, a } => {
                v.use_reg(a);
                v.def(dst);
            }
            Inst::Choose { dst, a, b, .. } => {
                v.use_reg(b);
                v.use_reg(a);
                v.def_reuse(dst, 0);
            }
            Inst::FCmp { a, b, .. } => {
                v.use_reg(a);
                v.use_reg(b);
            }
            Inst::Bounds(b) => {
                b.idx.visit(v);
                b.len.visit(v);
            }
            Inst::LoadAcquire { dst, addr, .. } => {
                v.use_reg(addr);
                v.def(dst);
            }
            Inst::StoreOrdered { addr, src, .. } => {
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
            Inst::Br { .. } | Inst::FixedRegs | Inst::Yield | Inst::Break => {}
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
            Inst::StoreZero { bytes, addr } => Kind::Store(addr, *bytes as u32 & !3),
            Inst::Load { .. }
            | Inst::Bounds(_)
            | Inst::LoadAcquire { .. }
            | Inst::StoreOrdered { .. }
            | Inst::Rmw { .. }
            | Inst::Cas { .. }
            | Inst::Words { .. }
            | Inst::Probe { .. }
            | Inst::Break => Kind::Plain,
            _ => Kind::Quiet,
        }
    }
}
