//! The instructions that only these machines have. `Any` operands may be spill slots, which the encoder turns into memory
//! operands. What is said of 64 bits in one register is for registers of 8 bytes only.
use super::{AX, CX, DI, DX, SI};
pub use crate::mach::addr::{Addr, Base};
use crate::mach::inst::{self, Kind};
use crate::mach::operand::Operands;
use crate::regalloc::Reg;
use ir::FuncId;
use ir::op::Rounding;

/// Operand width.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sz {
    B,
    W,
    D,
    Q,
}

impl Sz {
    pub fn bytes(self) -> u8 {
        1 << self as u8
    }
    pub fn bits(self) -> u32 {
        8 << self as u32
    }
    pub fn of(bytes: u32) -> Sz {
        match bytes {
            1 => Sz::B,
            2 => Sz::W,
            4 => Sz::D,
            _ => Sz::Q,
        }
    }
    /// The width in which registers compute: at least 4 bytes.
    pub fn reg(self) -> Sz {
        if self == Sz::Q { Sz::Q } else { Sz::D }
    }
}

/// Width of a float operation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fw {
    F32,
    F64,
    /// 16 bytes, for copying and logic.
    X,
}

/// Register (or spill slot) or memory.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Rm {
    R(Reg),
    M(Addr),
}

/// The same or an immediate.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Rmi {
    R(Reg),
    M(Addr),
    I(i32),
}

impl Rm {
    fn visit(&mut self, v: &mut Operands) {
        match self {
            Rm::R(r) => v.use_any(r),
            Rm::M(a) => v.read(a),
        }
    }
}

impl Rmi {
    fn visit(&mut self, v: &mut Operands) {
        match self {
            Rmi::R(r) => v.use_any(r),
            Rmi::M(a) => v.read(a),
            Rmi::I(_) => {}
        }
    }
    /// As an operand that must be a register or an immediate.
    fn visit_reg(&mut self, v: &mut Operands) {
        match self {
            Rmi::R(r) => v.read(r),
            Rmi::M(_) => unreachable!("two memory operands"),
            Rmi::I(_) => {}
        }
    }
}

/// Condition codes, numbered as the machine does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cond {
    O = 0,
    No,
    B,
    Ae,
    E,
    Ne,
    Be,
    A,
    S,
    Ns,
    P,
    Np,
    L,
    Ge,
    Le,
    G,
}

impl Cond {
    pub fn invert(self) -> Cond {
        use Cond::*;
        [No, O, Ae, B, Ne, E, A, Be, Ns, S, Np, P, Ge, L, G, Le][self as usize]
    }
    /// The condition for exchanged operands.
    pub fn swap(self) -> Cond {
        use Cond::*;
        match self {
            B => A,
            A => B,
            Ae => Be,
            Be => Ae,
            L => G,
            G => L,
            Le => Ge,
            Ge => Le,
            c => c,
        }
    }
}

/// Two-operand arithmetic, numbered as the machine does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AluOp {
    Add = 0,
    Or,
    Adc,
    Sbb,
    And,
    Sub,
    Xor,
}

/// Shifts and rotations, numbered as the machine does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ShOp {
    Rol = 0,
    Shl = 4,
    Shr = 5,
    Sar = 7,
}

/// One-operand arithmetic.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UnOp {
    Not,
    Neg,
    Bswap,
}

/// Moves that extend (loads included).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ext {
    /// Zero-extending; 32 bits clear the upper half, 64 copies.
    Z(Sz),
    /// Sign-extending to 32 bits.
    SD(Sz),
    /// Sign-extending to 64 bits.
    SQ(Sz),
}

/// Float arithmetic, by opcode byte.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FOp {
    Add = 0x58,
    Mul = 0x59,
    Sub = 0x5c,
    Div = 0x5e,
    /// Bitwise, on all 16 bytes.
    And = 0x54,
    Or = 0x56,
    Xor = 0x57,
}

/// A bounds check and what its failure passes to the panic.
#[derive(Clone, Debug)]
pub struct BoundsInfo {
    pub idx: Rmi,
    pub len: Rmi,
    /// Condition of the jump to the panic, after `cmp idx, len` (or `cmp len, idx` if swapped).
    pub fail: Cond,
    pub swapped: bool,
    pub panic: FuncId,
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
        sz: Sz,
    },
    Ext {
        kind: Ext,
        dst: Reg,
        src: Rm,
    },
    FLoad {
        w: Fw,
        dst: Reg,
        addr: Addr,
    },
    FStore {
        w: Fw,
        addr: Addr,
        src: Reg,
    },
    Store {
        sz: Sz,
        addr: Addr,
        src: Rmi,
    },
    Alu {
        op: AluOp,
        sz: Sz,
        dst: Reg,
        a: Reg,
        b: Rmi,
    },
    /// Read-modify-write of memory.
    AluM {
        op: AluOp,
        sz: Sz,
        addr: Addr,
        src: Rmi,
    },
    /// Sets flags only.
    Cmp {
        sz: Sz,
        a: Rm,
        b: Rmi,
    },
    Test {
        sz: Sz,
        a: Reg,
        b: Rmi,
    },
    Imul {
        sz: Sz,
        dst: Reg,
        a: Reg,
        b: Rm,
    },
    ImulI {
        sz: Sz,
        dst: Reg,
        a: Rm,
        imm: i32,
    },
    Un {
        op: UnOp,
        sz: Sz,
        dst: Reg,
        a: Reg,
    },
    ShI {
        op: ShOp,
        sz: Sz,
        dst: Reg,
        a: Reg,
        n: u8,
    },
    ShC {
        op: ShOp,
        sz: Sz,
        dst: Reg,
        a: Reg,
        count: Reg,
    },
    /// hi:lo = a * b.
    MulWide {
        signed: bool,
        hi: Reg,
        lo: Reg,
        a: Reg,
        b: Rm,
    },
    /// Extends a into DX:AX and divides. `check`: the divisor may be -1.
    Div {
        signed: bool,
        sz: Sz,
        quot: Reg,
        rem: Reg,
        a: Reg,
        d: Reg,
        check: bool,
    },
    /// hi:lo / d.
    DivWide {
        quot: Reg,
        rem: Reg,
        hi: Reg,
        lo: Reg,
        d: Reg,
    },
    /// Bit scan forward or reverse; zero sets ZF.
    Scan {
        rev: bool,
        sz: Sz,
        dst: Reg,
        src: Rm,
    },
    /// The number of ones.
    Popcnt {
        sz: Sz,
        dst: Reg,
        src: Reg,
    },
    /// dst = a * b + c, of float64.
    Fma {
        dst: Reg,
        c: Reg,
        a: Reg,
        b: Reg,
    },
    /// A float64 to an integer.
    Round {
        how: Rounding,
        dst: Reg,
        src: Rm,
    },
    Setcc {
        cc: Cond,
        dst: Reg,
    },
    /// dst = cc ? b : a.
    Cmov {
        cc: Cond,
        sz: Sz,
        dst: Reg,
        a: Reg,
        b: Rm,
    },
    /// All ones if the carry flag is set, else 0.
    CarryMask {
        sz: Sz,
        dst: Reg,
    },
    FAlu {
        op: FOp,
        w: Fw,
        dst: Reg,
        a: Reg,
        b: Rm,
    },
    Sqrt {
        w: Fw,
        dst: Reg,
        src: Rm,
    },
    /// f32 <-> f64; `w` is the source's width.
    FCvt {
        w: Fw,
        dst: Reg,
        src: Rm,
    },
    FCmp {
        w: Fw,
        a: Reg,
        b: Rm,
    },
    FZero {
        dst: Reg,
    },
    IntToF {
        sz: Sz,
        w: Fw,
        dst: Reg,
        src: Rm,
    },
    /// Unsigned 64 bits.
    UintToF {
        w: Fw,
        dst: Reg,
        src: Reg,
        t1: Reg,
        t2: Reg,
    },
    FToInt {
        sz: Sz,
        w: Fw,
        dst: Reg,
        src: Rm,
    },
    /// Unsigned 64 bits, or a word of 32.
    FToUint {
        w: Fw,
        dst: Reg,
        src: Reg,
        t: Reg,
        t2: Reg,
    },
    GToX {
        sz: Sz,
        dst: Reg,
        src: Reg,
    },
    XToG {
        sz: Sz,
        dst: Reg,
        src: Reg,
    },
    /// Equality of floats after [`Inst::FCmp`]: no NaN and equal.
    SetFeq {
        ne: bool,
        dst: Reg,
        temp: Reg,
    },
    /// dst = cc ? b : a, by a jump.
    FSel {
        cc: Cond,
        dst: Reg,
        a: Reg,
        b: Reg,
    },
    Jcc {
        cc: Cond,
        then: u32,
        els: u32,
    },
    /// After a float comparison: equal and no NaN.
    JccFeq {
        then: u32,
        els: u32,
    },
    Bounds(Box<BoundsInfo>),
    Int3,
    Pause,
    /// What compiled code relies on, after a call of an ABI0 function.
    FixedRegs,
    Xchg {
        sz: Sz,
        addr: Addr,
        dst: Reg,
        src: Reg,
    },
    Xadd {
        sz: Sz,
        addr: Addr,
        dst: Reg,
        src: Reg,
    },
    LockAlu {
        op: AluOp,
        sz: Sz,
        addr: Addr,
        src: Rmi,
    },
    CmpXchg {
        sz: Sz,
        addr: Addr,
        old: Reg,
        new: Reg,
        dst: Reg,
    },
    /// And or Or, returning the old value.
    AtomicLoop {
        op: AluOp,
        sz: Sz,
        addr: Addr,
        src: Reg,
        dst: Reg,
        temp: Reg,
    },
    /// Stores zero bytes: 16, 8 or 4.
    StoreZero {
        bytes: u8,
        addr: Addr,
    },
    /// `rep movs` of words.
    RepMovs {
        dst: Reg,
        src: Reg,
        count: Reg,
        t: [Reg; 3],
    },
    /// `rep stos` of words.
    RepStos {
        dst: Reg,
        zero: Reg,
        count: Reg,
        t: [Reg; 2],
    },
    /// Zeroes so many bytes before an address, 64 a round; the index counts up to 0. Where stores of zeros have 16 bytes.
    ZeroLoop {
        end: Reg,
        bytes: u32,
        index: Reg,
    },
    /// `test [addr], al`: faults if the address is nil.
    Probe {
        addr: Addr,
    },
    ReadG {
        dst: Reg,
    },
}

impl inst::Inst for Inst {
    fn operands(&mut self, v: &mut Operands) {
        match self {
            Inst::Imm { dst, .. } | Inst::FZero { dst } | Inst::CarryMask { dst, .. } => v.def(dst),
            Inst::Setcc { dst, .. } | Inst::ReadG { dst } => v.def(dst),
            Inst::Lea { dst, addr, .. } | Inst::FLoad { dst, addr, .. } => {
                v.read(addr);
                v.def(dst);
            }
            Inst::Sqrt { dst, src: Rm::R(src), .. }
            | Inst::Round { dst, src: Rm::R(src), .. }
            | Inst::FCvt { dst, src: Rm::R(src), .. } => {
                v.read(src);
                v.def_reuse(dst, 0);
            }
            Inst::Ext { dst, src, .. }
            | Inst::ImulI { dst, a: src, .. }
            | Inst::Scan { dst, src, .. }
            | Inst::Sqrt { dst, src, .. }
            | Inst::Round { dst, src, .. }
            | Inst::FCvt { dst, src, .. }
            | Inst::IntToF { dst, src, .. }
            | Inst::FToInt { dst, src, .. } => {
                src.visit(v);
                v.def(dst);
            }
            Inst::FStore { addr, src, .. } => {
                v.read(src);
                v.read(addr);
            }
            Inst::Store { addr, src, .. }
            | Inst::AluM { addr, src, .. }
            | Inst::LockAlu { addr, src, .. } => {
                src.visit_reg(v);
                v.read(addr);
            }
            Inst::Alu { dst, a, b, .. } => {
                v.read(a);
                b.visit(v);
                v.def_reuse(dst, 0);
            }
            Inst::Cmp { a, b, .. } => match (a, b) {
                (Rm::M(a), b) => {
                    v.read(a);
                    b.visit_reg(v);
                }
                // At most one of two registers may be a spill slot.
                (Rm::R(a), Rmi::I(_)) => v.use_any(a),
                (Rm::R(a), b) => {
                    v.read(a);
                    b.visit(v);
                }
            },
            Inst::Test { a, b, .. } => match b {
                Rmi::R(b) => {
                    v.read(a);
                    v.read(b);
                }
                _ => v.use_any(a),
            },
            Inst::Probe { addr } | Inst::StoreZero { addr, .. } => v.read(addr),
            // A 16-byte memory operand must be aligned, which spill slots are not.
            Inst::FAlu { w: Fw::X, dst, a, b: Rm::R(b), .. } => {
                v.read(a);
                v.read(b);
                v.def_reuse(dst, 0);
            }
            Inst::Imul { dst, a, b, .. } | Inst::Cmov { dst, a, b, .. } | Inst::FAlu { dst, a, b, .. } => {
                v.read(a);
                b.visit(v);
                v.def_reuse(dst, 0);
            }
            Inst::Un { dst, a, .. } | Inst::ShI { dst, a, .. } => {
                v.read(a);
                v.def_reuse(dst, 0);
            }
            Inst::ShC { dst, a, count, .. } => {
                v.read(a);
                v.use_fixed(count, CX);
                v.def_reuse(dst, 0);
            }
            Inst::MulWide { hi, lo, a, b, .. } => {
                v.use_fixed(a, AX);
                b.visit(v);
                v.def_fixed(hi, DX);
                v.def_fixed(lo, AX);
            }
            Inst::Div { quot, rem, a, d, .. } => {
                v.use_fixed(a, AX);
                v.late(d);
                v.def_fixed(quot, AX);
                v.def_fixed(rem, DX);
            }
            Inst::DivWide { quot, rem, hi, lo, d } => {
                v.use_fixed(hi, DX);
                v.use_fixed(lo, AX);
                v.late(d);
                v.def_fixed(quot, AX);
                v.def_fixed(rem, DX);
            }
            Inst::Popcnt { dst, src, .. } => {
                // Some machines wait for the destination's old value: it is the operand.
                v.read(src);
                v.def_reuse(dst, 0);
            }
            Inst::Fma { dst, c, a, b } => {
                v.read(c);
                v.read(a);
                v.read(b);
                v.def_reuse(dst, 0);
            }
            Inst::FCmp { a, b, .. } => {
                v.read(a);
                b.visit(v);
            }
            Inst::UintToF { dst, src, t1, t2, .. } => {
                v.read(src);
                v.temp(t1);
                v.temp(t2);
                v.def(dst);
            }
            Inst::FToUint { dst, src, t, t2, .. } => {
                v.read(src);
                v.temp(t);
                v.temp(t2);
                v.def(dst);
            }
            Inst::GToX { dst, src, .. } | Inst::XToG { dst, src, .. } => {
                v.read(src);
                v.def(dst);
            }
            Inst::SetFeq { dst, temp, .. } => {
                v.temp(temp);
                v.def(dst);
            }
            Inst::FSel { dst, a, b, .. } => {
                v.read(a);
                v.late(b);
                v.def_reuse(dst, 0);
            }
            Inst::Bounds(b) => {
                // The panic's arguments are moved from wherever they are; only the comparison needs registers.
                let BoundsInfo { idx, len, swapped, .. } = &mut **b;
                let (first, second) = if *swapped { (len, idx) } else { (idx, len) };
                match (first, second) {
                    (Rmi::R(f), Rmi::I(_)) => v.use_any(f),
                    (Rmi::R(f), s) => {
                        v.read(f);
                        s.visit(v);
                    }
                    (f, s) => {
                        f.visit(v);
                        s.visit_reg(v);
                    }
                }
            }
            Inst::Xchg { addr, dst, src, .. } | Inst::Xadd { addr, dst, src, .. } => {
                v.read(src);
                v.read(addr);
                v.def_reuse(dst, 0);
            }
            Inst::CmpXchg { addr, old, new, dst, .. } => {
                v.use_fixed(old, AX);
                v.late(new);
                v.late(addr);
                v.def_fixed(dst, AX);
            }
            Inst::AtomicLoop { addr, src, dst, temp, .. } => {
                v.late(src);
                v.late(addr);
                v.temp(temp);
                v.def_fixed(dst, AX);
            }
            Inst::RepMovs { dst, src, count, t } => {
                v.use_fixed(dst, DI);
                v.use_fixed(src, SI);
                v.use_fixed(count, CX);
                v.def_fixed(&mut t[0], DI);
                v.def_fixed(&mut t[1], SI);
                v.def_fixed(&mut t[2], CX);
            }
            Inst::RepStos { dst, zero, count, t } => {
                v.use_fixed(dst, DI);
                v.use_fixed(zero, AX);
                v.use_fixed(count, CX);
                v.def_fixed(&mut t[0], DI);
                v.def_fixed(&mut t[1], CX);
            }
            Inst::ZeroLoop { end, index, .. } => {
                v.late(end);
                v.temp(index);
            }
            Inst::Jcc { .. } | Inst::JccFeq { .. } | Inst::Int3 | Inst::Pause | Inst::FixedRegs => {}
        }
    }

    fn targets(&mut self, f: &mut dyn FnMut(&mut u32)) {
        if let Inst::Jcc { then, els, .. } | Inst::JccFeq { then, els } = self {
            f(then);
            f(els);
        }
    }

    fn kind(&self) -> Kind<'_> {
        match self {
            Inst::Lea { dst, addr, .. } => Kind::Address(*dst, addr),
            Inst::StoreZero { addr, bytes } => Kind::Store(addr, *bytes as u32),
            Inst::Store { addr, sz: sz @ (Sz::D | Sz::Q), .. } => Kind::Store(addr, sz.bytes() as u32),
            Inst::FStore { addr, w: Fw::X, .. } => Kind::Store(addr, 16),
            Inst::Store { addr, .. } | Inst::FStore { addr, .. } => Kind::Store(addr, 0),
            Inst::Imm { .. }
            | Inst::ShI { .. }
            | Inst::ShC { .. }
            | Inst::Setcc { .. }
            | Inst::CarryMask { .. }
            | Inst::FZero { .. }
            | Inst::GToX { .. }
            | Inst::XToG { .. }
            | Inst::SetFeq { .. }
            | Inst::FSel { .. }
            | Inst::Jcc { .. } => Kind::Quiet,
            _ => Kind::Plain,
        }
    }
}
