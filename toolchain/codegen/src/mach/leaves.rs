//! Functions of assembly that nothing but a fault can stop in: they call none but their like, and grow no stack. What they do not
//! destroy stays in registers across a call of theirs, and no collection ever sees a caller waiting there.
use crate::regalloc::Reg;
use ir::{FuncId, View, native::Registers};

/// What a call of this function destroys; `None`: all registers, and it may be stopped in.
pub fn destroyed(view: &View, f: FuncId) -> Option<Vec<Reg>> {
    let Registers { ints, floats } = view.destroys(f)?;
    let members = |bits: u32| (0..32u8).filter(move |n| bits >> n & 1 != 0);
    Some(members(ints).map(Reg::int).chain(members(floats).map(Reg::float)).collect())
}
