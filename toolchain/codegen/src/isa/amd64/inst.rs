//! The instructions. Registers are virtual until allocation and places after it; `Any` operands may then be spill
//! slots, which the encoder turns into memory operands.
//!
//! [`Inst::visit`] is the one description of each instruction's operands; collecting constraints and writing places
//! back both go through it.
use super::regs::*;
use crate::regalloc::{Flow, Reg, Visit};
use ir::{FuncId, Slot, SymRef};

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

/// What an address counts from.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Base {
    Reg(Reg),
    /// A stack object of the function.
    Slot(Slot),
    /// The area of incoming stack arguments.
    InArg,
    /// The area of outgoing arguments, at the bottom of the frame.
    OutArg,
    /// A symbol, relative to the instruction pointer; no index.
    Sym(SymRef),
    /// A constant in the read-only pool: bits and size.
    Pool(u128, u8),
}

/// A memory operand.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Amode {
    pub base: Base,
    /// Index register and the logarithm of its scale.
    pub index: Option<(Reg, u8)>,
    pub disp: i32,
}

impl Amode {
    pub fn new(base: Base, disp: i32) -> Amode {
        Amode { base, index: None, disp }
    }
    pub fn reg(r: Reg, disp: i32) -> Amode {
        Amode::new(Base::Reg(r), disp)
    }
    pub fn offset(self, by: i32) -> Amode {
        Amode { disp: self.disp + by, ..self }
    }
    fn visit(&mut self, v: &mut dyn Visit) {
        match &mut self.base {
            Base::Reg(r) => v.use_reg(r),
            Base::Slot(s) => v.slot(*s),
            _ => {}
        }
        if let Some((r, _)) = &mut self.index {
            v.use_reg(r);
        }
    }
    fn visit_late(&mut self, v: &mut dyn Visit) {
        match &mut self.base {
            Base::Reg(r) => v.use_late(r),
            Base::Slot(s) => v.slot(*s),
            _ => {}
        }
        if let Some((r, _)) = &mut self.index {
            v.use_late(r);
        }
    }
}

/// Register (or spill slot) or memory.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Rm {
    R(Reg),
    M(Amode),
}

/// The same or an immediate.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Rmi {
    R(Reg),
    M(Amode),
    I(i32),
}

impl Rm {
    fn visit(&mut self, v: &mut dyn Visit) {
        match self {
            Rm::R(r) => v.use_any(r),
            Rm::M(a) => a.visit(v),
        }
    }
}

impl Rmi {
    fn visit(&mut self, v: &mut dyn Visit) {
        match self {
            Rmi::R(r) => v.use_any(r),
            Rmi::M(a) => a.visit(v),
            Rmi::I(_) => {}
        }
    }
    /// As an operand that must be a register or an immediate.
    fn visit_reg(&mut self, v: &mut dyn Visit) {
        match self {
            Rmi::R(r) => v.use_reg(r),
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

/// What a call jumps to.
#[derive(Clone, Debug)]
pub enum Target {
    Func(FuncId),
    /// `[DX]`: the code address in a closure.
    Closure,
    /// A code address.
    Mem(Rm),
    /// A code address in this register.
    Fixed(Reg),
}

/// A call.
#[derive(Clone, Debug)]
pub struct CallInfo {
    pub target: Target,
    pub uses: Vec<(Reg, Reg)>,
    pub defs: Vec<(Reg, Reg)>,
}

/// A jump through a list of values.
#[derive(Clone, Debug)]
pub struct SwitchInfo {
    pub value: Reg,
    pub sz: Sz,
    /// Sorted values (as the machine compares them, signed) with target blocks.
    pub cases: Vec<(i64, u32)>,
    pub default: u32,
    pub temp: Reg,
    pub temp2: Reg,
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
    /// Defines the function's register parameters.
    Args(Vec<(Reg, Reg)>),
    Mov {
        dst: Reg,
        src: Reg,
    },
    MovF {
        dst: Reg,
        src: Reg,
    },
    /// A copy, of either kind, that may go to a spill slot.
    Stash {
        dst: Reg,
        src: Reg,
    },
    Imm {
        dst: Reg,
        imm: i64,
    },
    Lea {
        dst: Reg,
        addr: Amode,
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
        addr: Amode,
    },
    FStore {
        w: Fw,
        addr: Amode,
        src: Reg,
    },
    Store {
        sz: Sz,
        addr: Amode,
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
        addr: Amode,
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
    /// Unsigned 64 bits.
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
    Jmp(u32),
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
    /// To the real entry; keeps the defer-return block reachable for the allocator.
    EntryJmp {
        then: u32,
        other: u32,
    },
    Switch(Box<SwitchInfo>),
    Call(Box<CallInfo>),
    Ret(Vec<(Reg, Reg)>),
    TailCall(Box<CallInfo>),
    Poll,
    Bounds(Box<BoundsInfo>),
    Trap,
    Int3,
    Pause,
    /// X15 = 0 and R14 = g, after a call of an ABI0 function.
    FixedRegs,
    Xchg {
        sz: Sz,
        addr: Amode,
        dst: Reg,
        src: Reg,
    },
    Xadd {
        sz: Sz,
        addr: Amode,
        dst: Reg,
        src: Reg,
    },
    LockAlu {
        op: AluOp,
        sz: Sz,
        addr: Amode,
        src: Rmi,
    },
    CmpXchg {
        sz: Sz,
        addr: Amode,
        old: Reg,
        new: Reg,
        dst: Reg,
    },
    /// And or Or, returning the old value.
    AtomicLoop {
        op: AluOp,
        sz: Sz,
        addr: Amode,
        src: Reg,
        dst: Reg,
        temp: Reg,
    },
    /// Tells the collector of `size` bytes at `addr` before they are overwritten, if it marks.
    WriteBarrier {
        addr: Amode,
        size: u32,
    },
    /// Stores zero bytes (16, 8 or 4) from X15.
    StoreZero {
        bytes: u8,
        addr: Amode,
    },
    /// `rep movsq`.
    RepMovs {
        dst: Reg,
        src: Reg,
        count: Reg,
        t: [Reg; 3],
    },
    /// `rep stosq`.
    RepStos {
        dst: Reg,
        zero: Reg,
        count: Reg,
        t: [Reg; 2],
    },
    /// `test [addr], al`: faults if the address is nil.
    Probe {
        addr: Amode,
    },
    ReadG {
        dst: Reg,
    },
    /// Uses a value.
    Keep {
        src: Reg,
    },
}

impl Inst {
    /// Names each operand to `v`.
    pub fn visit(&mut self, v: &mut dyn Visit) {
        match self {
            Inst::Args(defs) => {
                for (r, at) in defs {
                    v.def_fixed(r, *at);
                }
            }
            Inst::Mov { dst, src } | Inst::MovF { dst, src } => {
                v.use_any(src);
                v.def(dst);
            }
            Inst::Stash { dst, src } => {
                v.use_reg(src);
                v.def_any(dst);
            }
            Inst::Imm { dst, .. } | Inst::FZero { dst } | Inst::CarryMask { dst, .. } => v.def(dst),
            Inst::Setcc { dst, .. } | Inst::ReadG { dst } => v.def(dst),
            Inst::Lea { dst, addr, .. } | Inst::FLoad { dst, addr, .. } => {
                addr.visit(v);
                v.def(dst);
            }
            Inst::Ext { dst, src, .. }
            | Inst::ImulI { dst, a: src, .. }
            | Inst::Scan { dst, src, .. }
            | Inst::Sqrt { dst, src, .. }
            | Inst::FCvt { dst, src, .. }
            | Inst::IntToF { dst, src, .. }
            | Inst::FToInt { dst, src, .. } => {
                src.visit(v);
                v.def(dst);
            }
            Inst::FStore { addr, src, .. } => {
                v.use_reg(src);
                addr.visit(v);
            }
            Inst::Store { addr, src, .. }
            | Inst::AluM { addr, src, .. }
            | Inst::LockAlu { addr, src, .. } => {
                src.visit_reg(v);
                addr.visit(v);
            }
            Inst::Alu { dst, a, b, .. } => {
                v.use_reg(a);
                b.visit(v);
                v.def_reuse(dst, 0);
            }
            Inst::Cmp { a, b, .. } => match (a, b) {
                (Rm::M(a), b) => {
                    a.visit(v);
                    b.visit_reg(v);
                }
                // At most one of two registers may be a spill slot.
                (Rm::R(a), Rmi::I(_)) => v.use_any(a),
                (Rm::R(a), b) => {
                    v.use_reg(a);
                    b.visit(v);
                }
            },
            Inst::Test { a, b, .. } => match b {
                Rmi::R(b) => {
                    v.use_reg(a);
                    v.use_reg(b);
                }
                _ => v.use_any(a),
            },
            Inst::Probe { addr } | Inst::StoreZero { addr, .. } | Inst::WriteBarrier { addr, .. } => {
                addr.visit(v)
            }
            // A 16-byte memory operand must be aligned, which spill slots are not.
            Inst::FAlu { w: Fw::X, dst, a, b: Rm::R(b), .. } => {
                v.use_reg(a);
                v.use_reg(b);
                v.def_reuse(dst, 0);
            }
            Inst::Imul { dst, a, b, .. } | Inst::Cmov { dst, a, b, .. } | Inst::FAlu { dst, a, b, .. } => {
                v.use_reg(a);
                b.visit(v);
                v.def_reuse(dst, 0);
            }
            Inst::Un { dst, a, .. } | Inst::ShI { dst, a, .. } => {
                v.use_reg(a);
                v.def_reuse(dst, 0);
            }
            Inst::ShC { dst, a, count, .. } => {
                v.use_reg(a);
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
                v.use_late(d);
                v.def_fixed(quot, AX);
                v.def_fixed(rem, DX);
            }
            Inst::DivWide { quot, rem, hi, lo, d } => {
                v.use_fixed(hi, DX);
                v.use_fixed(lo, AX);
                v.use_late(d);
                v.def_fixed(quot, AX);
                v.def_fixed(rem, DX);
            }
            Inst::FCmp { a, b, .. } => {
                v.use_reg(a);
                b.visit(v);
            }
            Inst::UintToF { dst, src, t1, t2, .. } => {
                v.use_reg(src);
                v.temp(t1);
                v.temp(t2);
                v.def(dst);
            }
            Inst::FToUint { dst, src, t, t2, .. } => {
                v.use_reg(src);
                v.temp(t);
                v.temp(t2);
                v.def(dst);
            }
            Inst::GToX { dst, src, .. } | Inst::XToG { dst, src, .. } => {
                v.use_reg(src);
                v.def(dst);
            }
            Inst::SetFeq { dst, temp, .. } => {
                v.temp(temp);
                v.def(dst);
            }
            Inst::FSel { dst, a, b, .. } => {
                v.use_reg(a);
                v.use_late(b);
                v.def_reuse(dst, 0);
            }
            Inst::Switch(s) => {
                v.use_reg(&mut s.value);
                v.temp(&mut s.temp);
                v.temp(&mut s.temp2);
            }
            Inst::Call(c) | Inst::TailCall(c) => {
                for (r, at) in &mut c.uses {
                    v.use_fixed(r, *at);
                }
                if let Target::Mem(m) = &mut c.target {
                    m.visit(v);
                }
                for (r, at) in &mut c.defs {
                    v.def_fixed(r, *at);
                }
            }
            Inst::Ret(uses) => {
                for (r, at) in uses {
                    v.use_fixed(r, *at);
                }
            }
            Inst::Bounds(b) => {
                // The panic's arguments are moved from wherever they are; only the comparison needs registers.
                let BoundsInfo { idx, len, swapped, .. } = &mut **b;
                let (first, second) = if *swapped { (len, idx) } else { (idx, len) };
                match (first, second) {
                    (Rmi::R(f), Rmi::I(_)) => v.use_any(f),
                    (Rmi::R(f), s) => {
                        v.use_reg(f);
                        s.visit(v);
                    }
                    (f, s) => {
                        f.visit(v);
                        s.visit_reg(v);
                    }
                }
            }
            Inst::Xchg { addr, dst, src, .. } | Inst::Xadd { addr, dst, src, .. } => {
                v.use_reg(src);
                addr.visit(v);
                v.def_reuse(dst, 0);
            }
            Inst::CmpXchg { addr, old, new, dst, .. } => {
                v.use_fixed(old, AX);
                v.use_late(new);
                addr.visit_late(v);
                v.def_fixed(dst, AX);
            }
            Inst::AtomicLoop { addr, src, dst, temp, .. } => {
                v.use_late(src);
                addr.visit_late(v);
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
            Inst::Keep { src } => v.use_any(src),
            Inst::Jmp(_)
            | Inst::Jcc { .. }
            | Inst::JccFeq { .. }
            | Inst::EntryJmp { .. }
            | Inst::Poll
            | Inst::Trap
            | Inst::Int3
            | Inst::Pause
            | Inst::FixedRegs => {}
        }
    }

    /// How it ends its block.
    pub fn flow(&self) -> Flow {
        match self {
            Inst::Jmp(_)
            | Inst::Jcc { .. }
            | Inst::JccFeq { .. }
            | Inst::EntryJmp { .. }
            | Inst::Switch(_) => Flow::Branch,
            Inst::Ret(_) | Inst::TailCall(_) | Inst::Trap => Flow::Ret,
            _ => Flow::Next,
        }
    }

    /// Whether a traceback can find this instruction: it may fault, trap or call. Others need no row in the line table.
    pub fn may_stop(&self) -> bool {
        !matches!(
            self,
            Inst::Args(_)
                | Inst::Mov { .. }
                | Inst::MovF { .. }
                | Inst::Stash { .. }
                | Inst::Imm { .. }
                | Inst::Lea { .. }
                | Inst::ShI { .. }
                | Inst::ShC { .. }
                | Inst::Setcc { .. }
                | Inst::CarryMask { .. }
                | Inst::FZero { .. }
                | Inst::GToX { .. }
                | Inst::XToG { .. }
                | Inst::SetFeq { .. }
                | Inst::FSel { .. }
                | Inst::Jmp(_)
                | Inst::Jcc { .. }
                | Inst::JccFeq { .. }
                | Inst::Ret(_)
        )
    }

    /// Whether the collector may run in it.
    pub fn is_safepoint(&self) -> bool {
        matches!(self, Inst::Call(_) | Inst::Poll)
    }
}
