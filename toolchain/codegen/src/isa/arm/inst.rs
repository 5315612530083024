//! The instructions that only this machine has.
pub use crate::mach::addr::{Addr, Base};
use crate::mach::declare::instructions;
use crate::mach::inst::{self, Kind};
use crate::mach::operand::{Operand, Operands, Role};
pub use crate::mach::shapes::{Cell, FlagBounds, Fw};
use crate::regalloc::Reg;

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
pub type BoundsInfo = FlagBounds<Src, Cond>;

impl Operand for Src {
    fn visit(&mut self, role: Role, v: &mut Operands) {
        match self {
            Src::R(r) | Src::S(r, ..) => r.visit(role, v),
            Src::I(_) => {}
        }
    }
}

/// Atomic read-modify-write.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RmwOp {
    Add,
    And,
    Or,
    Xchg,
}

instructions! {
    Imm { imm: u32, dst: Reg => def },
    Lea { addr: Addr => read, dst: Reg => def },
    Load { cell: Cell, addr: Addr => read, dst: Reg => def }: Plain,
    Store { cell: Cell, src: Reg => read, addr: Addr => read },
    /// Zero bytes: 1, 2, 4 or 8.
    StoreZero { bytes: u8, addr: Addr => read },
    /// `flags`: sets them too.
    Alu { op: AluOp, flags: bool, a: Reg => read, b: Src => read, dst: Reg => def },
    /// The second operand, or (then `not`) its opposite: shifts by constants.
    Mov { not: bool, b: Src => read, dst: Reg => def },
    /// By a register whose lowest byte counts; a bounded one is less than 256.
    Shift { shift: Shift, bounded: bool, a: Reg => read, n: Reg => read, dst: Reg => def },
    /// Only sets flags.
    Test { op: TestOp, a: Reg => read, b: Src => read },
    Mul { a: Reg => read, b: Reg => read, dst: Reg => def },
    /// acc + a * b, or (then `sub`) acc - a * b.
    Mac { sub: bool, a: Reg => read, b: Reg => read, acc: Reg => read, dst: Reg => def },
    /// Both words of the unsigned product.
    MulWide { a: Reg => read, b: Reg => read, hi: Reg => def, lo: Reg => def },
    /// The upper word of the signed product.
    MulHigh { a: Reg => read, b: Reg => read, dst: Reg => def },
    Op2 { op: Op2, a: Reg => read, dst: Reg => def },
    /// `a` if the condition holds, else `b`; floats too.
    Choose { cc: Cond, b: Reg => read, a: Reg => read, dst: Reg => first },
    /// 1 if the condition holds, else 0.
    Cset { cc: Cond, dst: Reg => def },
    F3 { op: FOp3, w: Fw, a: Reg => read, b: Reg => read, dst: Reg => def },
    F2 { op: FOp2, w: Fw, a: Reg => read, dst: Reg => def },
    FCmp { w: Fw, a: Reg => read, b: Reg => read },
    FZero { dst: Reg => def },
    /// To the other width; `w` is the source's.
    FCvt { w: Fw, a: Reg => read, dst: Reg => def },
    /// A signed word as a float.
    IntToF { w: Fw, a: Reg => read, dst: Reg => def },
    /// Towards zero; what does not fit becomes the nearest number that does, and NaN zero.
    FToInt { signed: bool, w: Fw, a: Reg => read, dst: Reg => def },
    /// `a` with the sign of `b`.
    Copysign { w: Fw, a: Reg => read, b: Reg => read, dst: Reg => def },
    /// The bits of a float of 4 bytes.
    GToF { a: Reg => read, dst: Reg => def },
    FToG { a: Reg => read, dst: Reg => def },
    Br { cc: Cond, then: u32, els: u32 },
    Bounds(info: Box<BoundsInfo> => read): Plain,
    /// A load that nothing after it passes.
    LoadAcquire { bytes: u8, addr: Reg => read, dst: Reg => def }: Plain,
    /// A store that passes nothing and that nothing passes.
    StoreOrdered { bytes: u8, addr: Reg => read, src: Reg => read }: Plain,
    /// The old value is the result.
    Rmw { op: RmwOp, bytes: u8, addr: Reg => late, src: Reg => late, new: Reg => temp, dst: Reg => temp }: Plain,
    /// Flags tell whether it was exchanged.
    Cas { bytes: u8, addr: Reg => late, old: Reg => late, new: Reg => late, found: Reg => temp }: Plain,
    /// Copies or (without `src`) zeroes so many words. Temporaries: the addresses and the count as they move on.
    Words { dst: Reg => late, src: Option<Reg> => late, count: Reg => late, t: [Reg; 3] => temp }: Plain,
    /// Faults if the address is nil.
    Probe { addr: Addr => read }: Plain,
    ReadG { dst: Reg => def },
    /// R10 = g, after a call of an ABI0 function.
    FixedRegs,
    Yield,
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
            Inst::StoreZero { bytes, addr } => Kind::Store(addr, *bytes as u32 & !3),
            _ => self.common_kind(),
        }
    }
}
