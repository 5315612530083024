//! Functions of assembly that nothing but a fault can stop in: they call none but their like, and grow no stack. What they do not
//! destroy stays in registers across a call of theirs, and no collection ever sees a caller waiting there.
use crate::regalloc::Reg;
use ir::func::Body;
use ir::native::{NativeTarget, Registers};
use ir::{FuncId, Program, SymRef};
use rustc_hash::FxHashMap;

/// By function, the registers that it destroys.
#[derive(Default)]
pub struct Leaves(FxHashMap<FuncId, Box<[Reg]>>);

impl Leaves {
    /// Looks through a program's functions of assembly.
    pub fn find(program: &Program) -> Leaves {
        let natives = program.funcs.iter_enumerated().filter(|f| matches!(f.1.body, Body::Native(_)));
        Leaves(natives.filter_map(|(id, _)| Some((id, registers(destroyed(program, id)?)))).collect())
    }
    /// What a call of this function destroys; `None`: all registers, and it may be stopped in.
    pub fn destroyed(&self, f: FuncId) -> Option<&[Reg]> {
        self.0.get(&f).map(|regs| &**regs)
    }
}

/// What a function and all that it jumps to or calls destroy, if nothing there is unknown.
fn destroyed(program: &Program, id: FuncId) -> Option<Registers> {
    let mut all = Registers::default();
    let mut seen = vec![id];
    let mut next = 0;
    while let Some(&f) = seen.get(next) {
        next += 1;
        let Body::Native(native) = &program.funcs[f].body else { return None };
        let own = native.destroys.filter(|_| !native.checks_stack && !native.sp_write)?;
        all.ints |= own.ints;
        all.floats |= own.floats;
        for call in &native.calls {
            let Some(NativeTarget::Sym(SymRef::Func(to))) = call.target else { return None };
            if !seen.contains(&to) {
                seen.push(to);
            }
        }
    }
    Some(all)
}

fn registers(set: Registers) -> Box<[Reg]> {
    let members = |bits: u32| (0..32u8).filter(move |n| bits >> n & 1 != 0);
    members(set.ints).map(Reg::int).chain(members(set.floats).map(Reg::float)).collect()
}
