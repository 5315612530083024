//! Machine instructions before allocation, for `--dump-machine`.
use super::isel::Selected;
use ir::Func;
use std::fmt::Write;

/// The function's blocks in layout order.
pub fn machine(f: &Func, sel: &Selected) -> String {
    let mut s = format!("{}:\n", f.name);
    for &b in &sel.order {
        let block = &sel.blocks[b as usize];
        let _ = writeln!(s, "m{b}{:?}:", block.params);
        for (i, _) in &block.insts {
            let _ = writeln!(s, "    {i:?}");
        }
        if !block.args.is_empty() {
            let _ = writeln!(s, "    -> {:?}", block.args);
        }
    }
    s
}
