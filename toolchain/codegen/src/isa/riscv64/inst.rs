//! The instructions that only this machine has.
use super::regs::ZERO;
pub use crate::mach::addr::{Addr, Base};
use crate::mach::inst::{self, Kind};
use crate::mach::operand::Operands;
use crate::regalloc::Reg;
use ir::FuncId;

/// Width of an integer operation. That of 32 bits reads the low halves of registers, and leaves its result extended with the sign.
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
    fn visit(&mut self, v: &mut Operands) {
        read(v, &mut self.a);
        read(v, &mut self.b);
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
    Alu {
        op: AluOp,
        sz: Sz,
        dst: Reg,
        a: Reg,
        b: Src,
    },
    F3 {
        op: FOp,
        w: Fw,
        dst: Reg,
        a: Reg,
        b: Reg,
    },
    FMac {
        op: MacOp,
        w: Fw,
        dst: Reg,
        a: Reg,
        b: Reg,
        c: Reg,
    },
    FSqrt {
        w: Fw,
        dst: Reg,
        a: Reg,
    },
    FCmp {
        op: FCmp,
        w: Fw,
        dst: Reg,
        a: Reg,
        b: Reg,
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
    /// Towards zero; what does not fit becomes the nearest number that does, and NaN the largest.
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
    /// And to one, 4 bytes with the sign extended.
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
    /// A store that nothing before it passes.
    StoreAtomic {
        bytes: u8,
        addr: Reg,
        src: Reg,
    },
    /// The old value of 4 or 8 bytes is the result.
    Amo {
        op: AmoOp,
        bytes: u8,
        dst: Reg,
        addr: Reg,
        src: Reg,
    },
    /// Stores `new` if what was found is `old`. With a mask (and a temporary) a word's other bits stay: operands are in place, and
    /// zero there.
    Cas {
        bytes: u8,
        addr: Reg,
        old: Reg,
        new: Reg,
        mask: Option<(Reg, Reg)>,
        found: Reg,
    },
    /// Changes the bits of a word under a mask; the whole old word is the result.
    Part {
        op: PartOp,
        addr: Reg,
        src: Reg,
        mask: Reg,
        dst: Reg,
        t: Reg,
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
    /// X27 = g, after a call of an ABI0 function.
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
            Inst::Probe { addr } => addr.visit(v),
            Inst::Alu { dst, a, b, .. } => {
                read(v, a);
                b.visit(v);
                v.def(dst);
            }
            Inst::F3 { dst, a, b, .. } | Inst::FCmp { dst, a, b, .. } => {
                v.use_reg(a);
                v.use_reg(b);
                v.def(dst);
            }
            Inst::FMac { dst, a, b, c, .. } => {
                v.use_reg(a);
                v.use_reg(b);
                v.use_reg(c);
                v.def(dst);
            }
            Inst::FSqrt { dst, a, .. }
            | Inst::FCvt { dst, a, .. }
            | Inst::IntToF { dst, a, .. }
            | Inst::FToInt { dst, a, .. }
            | Inst::GToF { dst, a, .. }
            | Inst::FToG { dst, a, .. } => {
                read(v, a);
                v.def(dst);
            }
            Inst::Br { test, .. } => test.visit(v),
            Inst::Choose { test, dst, a, b } => {
                v.use_reg(a);
                v.use_reg(b);
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
            Inst::Amo { dst, addr, src, .. } => {
                v.use_reg(addr);
                read(v, src);
                v.def(dst);
            }
            Inst::Cas { addr, old, new, mask, found, .. } => {
                v.use_late(addr);
                v.use_late(old);
                v.use_late(new);
                if let Some((mask, t)) = mask {
                    v.use_late(mask);
                    v.temp(t);
                }
                v.temp(found);
            }
            Inst::Part { addr, src, mask, dst, t, .. } => {
                v.use_late(addr);
                v.use_late(src);
                v.use_late(mask);
                v.temp(t);
                v.temp(dst);
            }
            Inst::Words { dst, src, count, t } => {
                v.use_late(dst);
                src.iter_mut().for_each(|r| v.use_late(r));
                v.use_late(count);
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
            | Inst::Amo { .. }
            | Inst::Cas { .. }
            | Inst::Part { .. }
            | Inst::Words { .. }
            | Inst::Probe { .. }
            | Inst::Break => Kind::Plain,
            _ => Kind::Quiet,
        }
    }
}
