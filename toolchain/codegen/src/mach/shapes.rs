//! What instructions of several machines are made of.
use super::operand::{Operand, Operands, Role};
use crate::regalloc::Reg;
use ir::FuncId;

/// Width of an integer operation. What that of 32 bits asks of its operands and leaves in the upper halves of registers is the
/// machine's to say.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sz {
    /// 32 bits.
    W,
    /// 64.
    X,
}

/// Width of a float operation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fw {
    /// 32 bits.
    S,
    /// 64.
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
    /// Its size.
    pub fn bytes(self) -> u8 {
        match self {
            Cell::U(n) | Cell::S(n) | Cell::F(n) => n,
        }
    }
}

/// A second operand.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Src {
    /// A register.
    R(Reg),
    /// A number that the operation can hold.
    I(i64),
}

impl Operand for Src {
    fn visit(&mut self, role: Role, v: &mut Operands) {
        if let Src::R(r) = self {
            r.visit(role, v)
        }
    }
}

/// A bounds check by one comparison and jump, and what its failure passes to the panic.
#[derive(Clone, Debug)]
pub struct BoundsInfo {
    /// The index.
    pub idx: Src,
    /// The length.
    pub len: Src,
    /// Whether the index may be the length.
    pub inclusive: bool,
    /// The function that panics.
    pub panic: FuncId,
}

impl Operand for BoundsInfo {
    fn visit(&mut self, role: Role, v: &mut Operands) {
        self.idx.visit(role, v);
        self.len.visit(role, v);
    }
}

/// A bounds check by flags.
#[derive(Clone, Debug)]
pub struct FlagBounds<Src, Cond> {
    /// The index.
    pub idx: Src,
    /// The length.
    pub len: Src,
    /// Condition of the jump to the panic, after a comparison of the index with the length (or, `swapped`, the other way round).
    pub fail: Cond,
    /// See there.
    pub swapped: bool,
    /// The function that panics.
    pub panic: FuncId,
}

impl<Src: Operand, Cond> Operand for FlagBounds<Src, Cond> {
    fn visit(&mut self, role: Role, v: &mut Operands) {
        self.idx.visit(role, v);
        self.len.visit(role, v);
    }
}

/// Copies (or, without `src`, zeroing) and such leave registers out.
impl<T: Operand> Operand for Option<T> {
    fn visit(&mut self, role: Role, v: &mut Operands) {
        self.iter_mut().for_each(|x| x.visit(role, v))
    }
}

impl<T: Operand, const N: usize> Operand for [T; N] {
    fn visit(&mut self, role: Role, v: &mut Operands) {
        self.iter_mut().for_each(|x| x.visit(role, v))
    }
}

impl<T: Operand> Operand for Box<T> {
    fn visit(&mut self, role: Role, v: &mut Operands) {
        (**self).visit(role, v)
    }
}
