//! The instructions that only this machine has.
pub use crate::mach::addr::{Addr, Base};
use crate::mach::declare::instructions;
use crate::mach::inst::{self, Kind};
use crate::mach::operand::{Operand, Operands, Role};
pub use crate::mach::shapes::{FlagBounds, Fw, Sz};
use crate::regalloc::Reg;

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

impl Operand for Test {
    fn visit(&mut self, role: Role, v: &mut Operands) {
        match self {
            Test::Zero(_, r, _) | Test::Bit(r, ..) => r.visit(role, v),
            Test::Cc(_) => {}
        }
    }
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
    Imm { imm: i64, dst: Reg => def },
    Lea { addr: Addr => read, dst: Reg => def },
    Load { cell: Cell, addr: Addr => read, dst: Reg => def }: Plain,
    Store { cell: Cell, src: Reg => read, addr: Addr => read },
    /// Zero bytes: 1, 2, 4, 8 or 16.
    StoreZero { bytes: u8, addr: Addr => read },
    Alu { op: AluOp, sz: Sz, a: Reg => read, b: Src => read, dst: Reg => def },
    /// The operation with zero as its first operand.
    FromZero { op: AluOp, sz: Sz, b: Reg => read, dst: Reg => def },
    /// Flags of a - b.
    Cmp { sz: Sz, a: Reg => read, b: Src => read },
    /// Flags of a & b.
    Tst { sz: Sz, a: Reg => read, b: Src => read },
    Op3 { op: Op3, sz: Sz, a: Reg => read, b: Reg => read, dst: Reg => def },
    /// acc + a * b, or (then `sub`) acc - a * b.
    Mac { sub: bool, sz: Sz, a: Reg => read, b: Reg => read, acc: Reg => read, dst: Reg => def },
    /// Bit-field move: shifts by constants, extensions.
    Bfm { signed: bool, sz: Sz, immr: u8, imms: u8, a: Reg => read, dst: Reg => def },
    /// Rotation to the right.
    RorI { sz: Sz, n: u8, a: Reg => read, dst: Reg => def },
    Op2 { op: Op2, sz: Sz, a: Reg => read, dst: Reg => def },
    Csel { cc: Cond, sz: Sz, a: Reg => read, b: Reg => read, dst: Reg => def },
    Cset { cc: Cond, dst: Reg => def },
    /// How many bits are set, by way of a vector register.
    Popcnt { a: Reg => read, t: Reg => temp, dst: Reg => def },
    F3 { op: FOp3, w: Fw, a: Reg => read, b: Reg => read, dst: Reg => def },
    F2 { op: FOp2, w: Fw, a: Reg => read, dst: Reg => def },
    /// a * b + acc; `sub`: acc - a * b; `neg`: the negation.
    FMac { sub: bool, neg: bool, w: Fw, a: Reg => read, b: Reg => read, acc: Reg => read, dst: Reg => def },
    FCmp { w: Fw, a: Reg => read, b: Reg => read },
    FCsel { cc: Cond, w: Fw, a: Reg => read, b: Reg => read, dst: Reg => def },
    FZero { dst: Reg => def },
    /// To the other width; `w` is the source's.
    FCvt { w: Fw, a: Reg => read, dst: Reg => def },
    IntToF { signed: bool, sz: Sz, w: Fw, a: Reg => read, dst: Reg => def },
    FToInt { signed: bool, sz: Sz, w: Fw, a: Reg => read, dst: Reg => def },
    GToF { sz: Sz, a: Reg => read, dst: Reg => def },
    FToG { sz: Sz, a: Reg => read, dst: Reg => def },
    Br { then: u32, els: u32, test: Test => read },
    Bounds(info: Box<BoundsInfo> => read): Plain,
    /// A load that nothing after it passes.
    LoadAcquire { bytes: u8, addr: Reg => read, dst: Reg => def }: Plain,
    /// A store that nothing before it passes.
    StoreRelease { bytes: u8, addr: Reg => read, src: Reg => read }: Plain,
    /// The old value is the result.
    Rmw { op: RmwOp, bytes: u8, addr: Reg => late, src: Reg => late, new: Reg => temp, dst: Reg => temp }: Plain,
    /// Flags tell whether it was exchanged.
    Cas { bytes: u8, addr: Reg => late, old: Reg => late, new: Reg => late, found: Reg => temp }: Plain,
    /// Copies or (without `src`) zeroes so many words. Temporaries: the addresses and the count as they move on, a word.
    Words { dst: Reg => late, src: Option<Reg> => late, count: Reg => late, t: [Reg; 4] => temp }: Plain,
    /// Faults if the address is nil.
    Probe { addr: Addr => read }: Plain,
    ReadG { dst: Reg => def },
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
            Inst::Store { cell, addr, .. } => Kind::Store(addr, cell.bytes() as u32 & !7),
            Inst::StoreZero { bytes, addr } => Kind::Store(addr, *bytes as u32 & !7),
            _ => self.common_kind(),
        }
    }
}
