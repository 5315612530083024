//! Addresses, before the frame is laid out.
use super::operand::{Operand, Operands, Role};
use crate::regalloc::Reg;
use ir::{Slot, SymRef};

/// What an address counts from.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Base {
    /// A register.
    Reg(Reg),
    /// A stack object of the function.
    Slot(Slot),
    /// The area of incoming stack arguments.
    InArg,
    /// The area of outgoing arguments, at the bottom of the frame.
    OutArg,
    /// A symbol; no index.
    Sym(SymRef),
    /// A constant in the read-only pool: bits and size.
    Pool(u128, u8),
}

impl Base {
    /// Whether it is a place of the frame, which moves with the stack.
    pub fn in_frame(self) -> bool {
        matches!(self, Base::Slot(_) | Base::InArg | Base::OutArg)
    }
}

/// A memory operand. Which of them an instruction takes is for its machine to say; distances within the frame are known
/// only when it is encoded.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Addr {
    /// Where it starts.
    pub base: Base,
    /// Index register and the logarithm of its scale.
    pub index: Option<(Reg, u8)>,
    /// Added to both.
    pub disp: i32,
}

impl Addr {
    /// Without index.
    pub fn new(base: Base, disp: i32) -> Addr {
        Addr { base, index: None, disp }
    }
    /// From a register.
    pub fn reg(r: Reg, disp: i32) -> Addr {
        Addr::new(Base::Reg(r), disp)
    }
    /// So many bytes on.
    pub fn offset(self, by: i32) -> Addr {
        Addr { disp: self.disp + by, ..self }
    }
    /// Whether it reads a register.
    pub fn reads(&self, r: Reg) -> bool {
        self.base == Base::Reg(r) || self.index.is_some_and(|i| i.0 == r)
    }
}

/// Its registers and its stack object.
impl Operand for Addr {
    fn visit(&mut self, role: Role, v: &mut Operands) {
        match &mut self.base {
            Base::Reg(r) => r.visit(role, v),
            Base::Slot(s) => v.slot(*s),
            _ => {}
        }
        if let Some((r, _)) = &mut self.index {
            r.visit(role, v);
        }
    }
}
