//! Instructions: those that all machines have ([`Any`]), and what a machine says of its own ([`Inst`]).
//!
//! Registers are virtual until allocation and places after it; operands that may be anywhere may then be spill slots. Targets of
//! jumps are numbers of machine blocks.
use super::addr::Addr;
use super::operand::{Operands, Role};
use crate::regalloc::{Flow, Reg};
use ir::{FuncId, Slot};
use std::fmt::Debug;

/// An instruction of a machine.
pub trait Inst: Clone + Debug {
    /// Names each operand; collecting constraints, writing places back and everything else goes through this one description.
    fn operands(&mut self, v: &mut Operands);
    /// Calls `f` for each block that it jumps to. What does ends its block.
    fn targets(&mut self, _f: &mut dyn FnMut(&mut u32)) {}
    /// What others must know of it.
    fn kind(&self) -> Kind<'_>;
}

/// What others must know of an instruction.
#[derive(Clone, Copy, Debug)]
pub enum Kind<'a> {
    /// It may fault or trap: a traceback can find it.
    Plain,
    /// No traceback can find it, so that it needs no row in the line table.
    Quiet,
    /// Makes an address and does nothing else; quiet.
    Address(Reg, &'a Addr),
    /// Stores to memory and does nothing else; so many bytes in whole words (0 if it stores less than a word).
    Store(&'a Addr, u32),
}

/// What a call jumps to.
#[derive(Clone, Debug)]
pub enum Target {
    /// A function of the program.
    Func(FuncId),
    /// A symbol of the runtime archive.
    Ext(&'static str),
    /// The code address in the closure that is in the context register.
    Closure,
    /// A code address in a register.
    Reg(Reg),
    /// A code address in a register or spill slot.
    Place(Reg),
    /// A code address in memory.
    Mem(Addr),
    /// A code address in this register of the machine, which is among the call's fixed operands.
    Fixed(Reg),
}

/// A call.
#[derive(Clone, Debug)]
pub struct CallInfo {
    /// What it jumps to.
    pub target: Target,
    /// Values, and the registers that it takes them from.
    pub uses: Vec<(Reg, Reg)>,
    /// Results, and the registers that it leaves them in.
    pub defs: Vec<(Reg, Reg)>,
}

/// A jump through a list of values.
#[derive(Clone, Debug)]
pub struct SwitchInfo {
    /// What is compared.
    pub value: Reg,
    /// Its width, 4 or 8.
    pub bytes: u8,
    /// Sorted values (as the machine compares them, signed) with target blocks.
    pub cases: Vec<(i64, u32)>,
    /// Where all others go.
    pub default: u32,
    /// Free inside.
    pub temps: [Reg; 2],
}

/// An instruction that every machine has, or one of the machine's own.
#[derive(Clone, Debug)]
pub enum Any<I> {
    /// Defines the function's register parameters.
    Args(Vec<(Reg, Reg)>),
    /// A copy, within either class.
    Move {
        /// To.
        dst: Reg,
        /// From.
        src: Reg,
    },
    /// A copy that may go to a spill slot.
    Stash {
        /// To.
        dst: Reg,
        /// From.
        src: Reg,
    },
    /// Uses a value.
    Keep {
        /// The value.
        src: Reg,
    },
    /// Uses a stack object.
    KeepSlot {
        /// The object.
        slot: Slot,
    },
    /// To a block.
    Jump(u32),
    /// To the real entry; keeps the defer-return block reachable for the allocator.
    EntryJump {
        /// The entry.
        then: u32,
        /// The block before the defer-return block.
        other: u32,
    },
    /// To one of many.
    Switch(Box<SwitchInfo>),
    /// A call.
    Call(Box<CallInfo>),
    /// A call of a function that destroys only these registers, and is no safepoint ([`super::leaves`]).
    LeafCall(Box<CallInfo>, Vec<Reg>),
    /// A call that takes the function's place.
    TailCall(Box<CallInfo>),
    /// Returns, with values in registers.
    Ret(Vec<(Reg, Reg)>),
    /// Gives way to the scheduler if asked to.
    Poll {
        /// Free inside, where [`super::Machine::POLL_TEMP`] asks for it.
        temp: Option<Reg>,
    },
    /// Does not return.
    Trap,
    /// Tells the collector of `size` bytes at `addr` before they are overwritten, if it marks.
    Barrier {
        /// Where.
        addr: Addr,
        /// Bytes.
        size: u32,
    },
    /// One of the machine's own.
    Own(I),
}

impl<I: Inst> From<I> for Any<I> {
    fn from(i: I) -> Any<I> {
        Any::Own(i)
    }
}

impl<I: Inst> Inst for Any<I> {
    fn operands(&mut self, v: &mut Operands) {
        match self {
            Any::Args(defs) => defs.iter_mut().for_each(|(r, at)| v.def_fixed(r, *at)),
            Any::Move { dst, src } => {
                v.use_any(src);
                v.def(dst);
            }
            Any::Stash { dst, src } => {
                v.read(src);
                v.def_any(dst);
            }
            Any::Keep { src } => v.use_any(src),
            Any::KeepSlot { slot } => v.slot(*slot),
            Any::Switch(s) => {
                v.read(&mut s.value);
                v.temp(&mut s.temps);
            }
            Any::Call(c) | Any::LeafCall(c, _) | Any::TailCall(c) => {
                c.uses.iter_mut().for_each(|(r, at)| v.use_fixed(r, *at));
                match &mut c.target {
                    Target::Reg(r) => v.read(r),
                    Target::Place(r) => v.use_any(r),
                    Target::Mem(a) => v.read(a),
                    Target::Func(_) | Target::Ext(_) | Target::Closure | Target::Fixed(_) => {}
                }
                c.defs.iter_mut().for_each(|(r, at)| v.def_fixed(r, *at));
            }
            Any::Ret(uses) => uses.iter_mut().for_each(|(r, at)| v.use_fixed(r, *at)),
            Any::Barrier { addr, .. } => v.read(addr),
            Any::Poll { temp } => v.temp(temp),
            Any::Jump(_) | Any::EntryJump { .. } | Any::Trap => {}
            Any::Own(i) => i.operands(v),
        }
    }
    fn targets(&mut self, f: &mut dyn FnMut(&mut u32)) {
        match self {
            Any::Jump(t) => f(t),
            Any::EntryJump { then, other } => {
                f(then);
                f(other);
            }
            Any::Switch(s) => {
                f(&mut s.default);
                s.cases.iter_mut().for_each(|c| f(&mut c.1));
            }
            Any::Own(i) => i.targets(f),
            _ => {}
        }
    }
    fn kind(&self) -> Kind<'_> {
        match self {
            Any::Args(_) | Any::Move { .. } | Any::Stash { .. } | Any::Jump(_) | Any::Ret(_) => Kind::Quiet,
            Any::Own(i) => i.kind(),
            _ => Kind::Plain,
        }
    }
}

impl<I: Inst> Any<I> {
    /// Names each register to `f`.
    pub fn regs(&mut self, mut f: impl FnMut(Role, &mut Reg)) {
        self.operands(&mut Operands::new(&mut |role, _, r| f(role, r), &mut |_| {}));
    }
    /// What it reads goes to `uses`, what it writes to `defs`.
    pub fn uses_and_defs(&mut self, mut uses: impl FnMut(&mut Reg), mut defs: impl FnMut(Reg)) {
        self.regs(|role, r| if role.reads() { uses(r) } else { defs(*r) });
    }
    /// Names each stack object that is the base of an address.
    pub fn slots(&mut self, mut f: impl FnMut(Slot)) {
        self.operands(&mut Operands::new(&mut |_, _, _| {}, &mut f));
    }
    /// How it ends its block.
    pub fn flow(&mut self) -> Flow {
        if matches!(self, Any::Ret(_) | Any::TailCall(_) | Any::Trap) {
            return Flow::Ret;
        }
        let mut flow = Flow::Next;
        self.targets(&mut |_| flow = Flow::Branch);
        flow
    }
    /// Whether a traceback can find it.
    pub fn may_stop(&self) -> bool {
        !matches!(self.kind(), Kind::Quiet | Kind::Address(..))
    }
    /// Whether the collector may run in it.
    pub fn is_safepoint(&self) -> bool {
        matches!(self, Any::Call(_) | Any::Poll { .. })
    }
}
