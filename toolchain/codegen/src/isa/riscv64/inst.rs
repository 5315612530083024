//! The instructions that only this machine has.
//!
//! An operation of 32 bits reads the low halves of registers, and leaves its result extended with the sign.
pub use crate::mach::addr::{Addr, Base};
use crate::mach::declare::instructions;
use crate::mach::inst::{self, Kind};
use crate::mach::operand::{Operand, Operands, Role};
pub use crate::mach::shapes::{BoundsInfo, Cell, Fw, Src, Sz};
use crate::regalloc::Reg;

/// Whether arithmetic and accesses to memory have it as an immediate.
pub fn fits12(i: i64) -> bool {
    (-2048..2048).contains(&i)
}

/// Integer arithmetic, by opcode bits: the seven of `funct7` and the three of `funct3`. The first eight and `Sra` have forms with an
/// immediate, but for `Sub`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AluOp {
    Add = 0,
    Sll,
    /// 1 if it is less, else 0.
    Slt,
    Sltu,
    Xor,
    Srl,
    Or,
    And,
    Mul,
    /// The upper half of the signed product.
    Mulh,
    /// Of the unsigned one.
    Mulhu = 11,
    Div,
    Divu,
    Rem,
    Remu,
    Sub = 0x100,
    Sra = 0x105,
}

/// Float arithmetic, by opcode bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FOp {
    /// With rounding as the program has it, which is to the nearest.
    Add = 0x0000_7000,
    Sub = 0x0800_7000,
    Mul = 0x1000_7000,
    Div = 0x1800_7000,
    /// The first operand with the second's sign, its opposite, or both signs' exclusive or.
    Sgnj = 0x2000_0000,
    Sgnjn = 0x2000_1000,
    Sgnjx = 0x2000_2000,
}

/// Products and sums that are rounded once, by opcode: a * b + c, a * b - c, c - a * b, -(a * b) - c.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MacOp {
    Add = 0x43,
    Sub = 0x47,
    NegSub = 0x4b,
    NegAdd = 0x4f,
}

/// Float comparison, false for NaN, by opcode bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FCmp {
    Le = 0,
    Lt,
    Eq,
}

/// What a branch asks of two registers, numbered as the machine does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cmp {
    Eq = 0,
    Ne = 1,
    Lt = 4,
    Ge = 5,
    Ltu = 6,
    Geu = 7,
}

impl Cmp {
    pub const ALL: [Cmp; 6] = [Cmp::Eq, Cmp::Ne, Cmp::Lt, Cmp::Ge, Cmp::Ltu, Cmp::Geu];
}

/// A comparison that decides.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Test {
    pub cmp: Cmp,
    pub a: Reg,
    pub b: Reg,
}

impl Test {
    pub fn new(cmp: Cmp, a: Reg, b: Reg) -> Test {
        Test { cmp, a, b }
    }
    pub fn invert(self) -> Test {
        use Cmp::*;
        let cmp = match self.cmp {
            Eq => Ne,
            Ne => Eq,
            Lt => Ge,
            Ge => Lt,
            Ltu => Geu,
            Geu => Ltu,
        };
        Test { cmp, ..self }
    }
}

impl Operand for Test {
    fn visit(&mut self, role: Role, v: &mut Operands) {
        self.a.visit(role, v);
        self.b.visit(role, v);
    }
}

/// Atomic read-modify-write, by opcode bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AmoOp {
    Swap = 1,
    Add = 0,
    And = 12,
    Or = 8,
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
    Alu { op: AluOp, sz: Sz, a: Reg => read, b: Src => read, dst: Reg => def },
    F3 { op: FOp, w: Fw, a: Reg => read, b: Reg => read, dst: Reg => def },
    FMac { op: MacOp, w: Fw, a: Reg => read, b: Reg => read, c: Reg => read, dst: Reg => def },
    FSqrt { w: Fw, a: Reg => read, dst: Reg => def },
    FCmp { op: FCmp, w: Fw, a: Reg => read, b: Reg => read, dst: Reg => def },
    /// To the other width; `w` is the source's.
    FCvt { w: Fw, a: Reg => read, dst: Reg => def },
    IntToF { signed: bool, sz: Sz, w: Fw, a: Reg => read, dst: Reg => def },
    /// Towards zero; what does not fit becomes the nearest number that does, and NaN the largest.
    FToInt { signed: bool, sz: Sz, w: Fw, a: Reg => read, dst: Reg => def },
    /// Bits, from an integer register.
    GToF { w: Fw, a: Reg => read, dst: Reg => def },
    /// And to one, 4 bytes with the sign extended.
    FToG { w: Fw, a: Reg => read, dst: Reg => def },
    Br { then: u32, els: u32, test: Test => read },
    /// `a` if the test is true, else `b`.
    Choose { a: Reg => read, b: Reg => read, test: Test => read, dst: Reg => first },
    Bounds(info: Box<BoundsInfo> => read): Plain,
    /// A load that no access passes.
    LoadAtomic { cell: Cell, addr: Reg => read, dst: Reg => def }: Plain,
    /// A store that nothing before it passes.
    StoreAtomic { bytes: u8, addr: Reg => read, src: Reg => read }: Plain,
    /// The old value of 4 or 8 bytes is the result.
    Amo { op: AmoOp, bytes: u8, addr: Reg => read, src: Reg => read, dst: Reg => def }: Plain,
    /// Stores `new` if what was found is `old`. With a mask (and a temporary) a word's other bits stay: operands are in place, and
    /// zero there.
    Cas {
        bytes: u8,
        addr: Reg => late, old: Reg => late, new: Reg => late, mask: Option<Reg> => late, t: Option<Reg> => temp,
        found: Reg => temp
    }: Plain,
    /// Changes the bits of a word under a mask; the whole old word is the result.
    Part { op: PartOp, addr: Reg => late, src: Reg => late, mask: Reg => late, t: Reg => temp, dst: Reg => temp }: Plain,
    /// Copies or (without `src`) zeroes so many words. Temporaries: the addresses and the count as they move on, a word.
    Words { dst: Reg => late, src: Option<Reg> => late, count: Reg => late, t: [Reg; 4] => temp }: Plain,
    /// Faults if the address is nil.
    Probe { addr: Addr => read }: Plain,
    ReadG { dst: Reg => def },
    /// X27 = g, after a call of an ABI0 function.
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
            _ => self.common_kind(),
        }
    }
}
