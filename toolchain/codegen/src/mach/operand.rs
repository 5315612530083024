//! What an instruction says about its operands. One description serves the allocator (constraints, and places written back),
//! liveness, renaming, and the replay of stack maps.
use crate::regalloc::Reg;
use ir::Slot;

/// What an instruction does with an operand, in the order in which it happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Read before anything is written.
    Use,
    /// Written before the late operands are read: a register for use inside the instruction.
    Temp,
    /// Read when the temporaries have been written; shares its register with no result.
    LateUse,
    /// Written at the end.
    Def,
}

impl Role {
    /// Whether the operand is read.
    pub fn reads(self) -> bool {
        matches!(self, Role::Use | Role::LateUse)
    }
}

/// Where an operand may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Constraint {
    /// In a register.
    Reg,
    /// In a register or a spill slot.
    Any,
    /// In this register of the machine.
    Fixed(Reg),
    /// A result in the place of operand number `n` of the instruction.
    Reuse(usize),
}

/// What has registers in it: a register, an address, a second operand.
pub trait Operand {
    /// Names them.
    fn visit(&mut self, role: Role, v: &mut Operands);
}

impl Operand for Reg {
    fn visit(&mut self, role: Role, v: &mut Operands) {
        v.reg(role, Constraint::Reg, self)
    }
}

/// Takes an instruction's operands, which it names in a fixed order.
pub struct Operands<'a> {
    regs: &'a mut dyn FnMut(Role, Constraint, &mut Reg),
    slots: &'a mut dyn FnMut(Slot),
}

impl<'a> Operands<'a> {
    /// `regs` gets registers, `slots` the stack objects that are bases of addresses.
    pub fn new(
        regs: &'a mut dyn FnMut(Role, Constraint, &mut Reg),
        slots: &'a mut dyn FnMut(Slot),
    ) -> Operands<'a> {
        Operands { regs, slots }
    }
    /// Any operand. A register that always holds zero is none.
    pub fn reg(&mut self, role: Role, constraint: Constraint, r: &mut Reg) {
        if !r.is_zero() {
            (self.regs)(role, constraint, r)
        }
    }
    /// Read before anything is written; in registers.
    pub fn read(&mut self, x: &mut impl Operand) {
        x.visit(Role::Use, self)
    }
    /// Read before anything is written; register or spill slot.
    pub fn use_any(&mut self, r: &mut Reg) {
        self.reg(Role::Use, Constraint::Any, r)
    }
    /// In registers that none of the results shares.
    pub fn late(&mut self, x: &mut impl Operand) {
        x.visit(Role::LateUse, self)
    }
    /// Read from this machine register.
    pub fn use_fixed(&mut self, r: &mut Reg, at: Reg) {
        self.reg(Role::Use, Constraint::Fixed(at), r)
    }
    /// Written at the end.
    pub fn def(&mut self, x: &mut impl Operand) {
        x.visit(Role::Def, self)
    }
    /// Written at the end; register or spill slot.
    pub fn def_any(&mut self, r: &mut Reg) {
        self.reg(Role::Def, Constraint::Any, r)
    }
    /// Written at the end, to the place of operand number `of` of this instruction.
    pub fn def_reuse(&mut self, r: &mut Reg, of: usize) {
        self.reg(Role::Def, Constraint::Reuse(of), r)
    }
    /// Written at the end, to the place of the first operand.
    pub fn first(&mut self, r: &mut Reg) {
        self.def_reuse(r, 0)
    }
    /// Written at the end, to this machine register.
    pub fn def_fixed(&mut self, r: &mut Reg, at: Reg) {
        self.reg(Role::Def, Constraint::Fixed(at), r)
    }
    /// Registers for use inside the instruction, or results that are written before all operands are read.
    pub fn temp(&mut self, x: &mut impl Operand) {
        x.visit(Role::Temp, self)
    }
    /// A stack object, as the base of an address.
    pub fn slot(&mut self, s: Slot) {
        (self.slots)(s)
    }
}
