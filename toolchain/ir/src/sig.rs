//! Signatures: how the parameters and results of a function appear in IR and where the ABI puts them.
//!
//! A parameter or result is one [`Part`]. A *flat* part appears as one value per leaf, a *memory* part as one
//! `Ptr` to memory:
//! - a memory parameter at a call: address of the memory that the call copies from (the callee never writes it);
//!   at function entry: address of the callee's own, writable copy;
//! - a memory result at a call: an extra argument after all parameters, the address where the call stores
//!   the result (not aliased by the arguments); at `ret`: the address to copy from.
use crate::Ty;

crate::entity! {
    /// A signature in [`crate::Program::sigs`] (interned: equal signatures have equal ids).
    SigId = "sig";
}

/// One register-sized piece of a part.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct RegStep {
    /// Kind of the piece (`Ptr` for pointer steps).
    pub ty: Ty,
    /// Byte offset inside the value.
    pub offset: u32,
    /// Index in the ABI's integer sequence, or float sequence if `ty.is_float()`.
    pub reg: u8,
}

/// Where the ABI puts a part.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum PartLoc {
    /// In registers, whole. Empty for a zero-sized value.
    Regs(Vec<RegStep>),
    /// On the stack at this offset of the argument area (results included: counted from the area's start).
    Stack(u32),
}

/// A parameter or result.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Part {
    /// `Some`: flat, with (kind, offset) of each leaf in memory order. `None`: in memory.
    pub leaves: Option<Vec<(Ty, u32)>>,
    /// Size in bytes.
    pub size: u32,
    /// Alignment in bytes.
    pub align: u32,
    /// One flag a word of the value: is it a pointer?
    pub ptrs: crate::PtrMap,
    /// Its place.
    pub loc: PartLoc,
}

/// A signature. A receiver or closure context is not special here: receivers are the first parameter, the
/// context is read by `Op::GetClosure`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Sig {
    /// Parameters in order.
    pub params: Vec<Part>,
    /// Results in order.
    pub results: Vec<Part>,
    /// Bytes of stack-assigned arguments, results excluded.
    pub args_size: u32,
    /// Offset of the first stack-assigned result.
    pub ret_offset: u32,
    /// Bytes of the whole area, arguments and results.
    pub area_size: u32,
    /// ABI0: everything is on the stack.
    pub abi0: bool,
}

impl Part {
    /// Number of IR values that stand for this part as an argument.
    pub fn value_count(&self) -> usize {
        self.leaves.as_ref().map_or(1, Vec::len)
    }
    /// The kinds of those values.
    pub fn value_tys(&self) -> Vec<Ty> {
        match &self.leaves {
            Some(leaves) => leaves.iter().map(|l| l.0).collect(),
            None => vec![Ty::Ptr],
        }
    }
}

impl Sig {
    /// Kinds of the values that a call takes after the callee operand: parameters, then addresses of memory results.
    pub fn arg_tys(&self) -> Vec<Ty> {
        let mut tys: Vec<Ty> = self.params.iter().flat_map(Part::value_tys).collect();
        tys.extend(self.results.iter().filter(|r| r.leaves.is_none()).map(|_| Ty::Ptr));
        tys
    }
    /// Kinds of the values of the entry block's parameters.
    pub fn param_tys(&self) -> Vec<Ty> {
        self.params.iter().flat_map(Part::value_tys).collect()
    }
    /// Kinds of the values that a call defines: the leaves of flat results.
    pub fn result_tys(&self) -> Vec<Ty> {
        self.results.iter().filter(|r| r.leaves.is_some()).flat_map(Part::value_tys).collect()
    }
    /// Kinds of the operands of `ret`, in result order: leaves, or the address of a memory result.
    pub fn ret_tys(&self) -> Vec<Ty> {
        self.results.iter().flat_map(Part::value_tys).collect()
    }
}
