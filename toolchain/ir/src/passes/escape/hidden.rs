//! Pointers that a program hides from the analysis.
use crate::passes::fold;
use crate::{Func, Inst, Op, Ty, Value};

/// `unsafe.Pointer(uintptr(p) ^ 0)`, as `internal/abi.NoEscape` writes it, is p whose way is hidden from this analysis. From here on
/// it is p itself: the number would not be found when the stack moves.
pub fn reveal(f: &mut Func) {
    for b in f.blocks.ids() {
        let mut insts = std::mem::take(&mut f.blocks[b].insts);
        insts.retain(|&i| match hidden_pointer(f, i) {
            Some(p) => {
                f.alias(f.insts[i].results[0], p);
                false
            }
            None => true,
        });
        f.blocks[b].insts = insts;
    }
    f.apply_aliases();
}

fn hidden_pointer(f: &Func, i: Inst) -> Option<Value> {
    let d = &f.insts[i];
    if !matches!(d.op, Op::Bitcast) || f.ty(d.results[0]) != Ty::Ptr {
        return None;
    }
    let x = f.def_inst(d.args[0])?;
    let hides = matches!(x.op, Op::Xor) && f.as_const(x.args[1]) == Some(0) && fold::is_address(f, x.args[0]);
    hides.then(|| f.def_inst(x.args[0]).map(|address| address.args[0]))?
}
