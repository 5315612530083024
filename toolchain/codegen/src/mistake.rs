//! Mistakes that code generation makes if it is asked to, so that tests of programs show that they would see them
//! (`--debug mistake-NAME`, in a compiler with debug assertions; `driver/tests/mistakes.rs`).
use crate::mach::inst::{Any, Inst};
use crate::regalloc::Reg;

/// A mistake.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Mistake {
    /// The rules for subtraction exchange the first two registers that an instruction reads.
    Registers,
    /// Distances within the text, of jumps and calls, are shifted by one bit too many.
    Shift,
    /// Stack maps lack their first word.
    Map,
}

impl Mistake {
    /// All of them, with their names.
    pub const ALL: [(&'static str, Mistake); 3] =
        [("registers", Mistake::Registers), ("shift", Mistake::Shift), ("map", Mistake::Map)];

    /// By its name.
    pub fn named(name: &str) -> Option<Mistake> {
        Mistake::ALL.iter().find(|m| m.0 == name).map(|m| m.1)
    }
}

/// Exchanges the first two registers that an instruction reads.
pub fn exchange<I: Inst>(i: &mut Any<I>) {
    let mut read: Vec<Reg> = Vec::new();
    i.regs(|role, r| {
        if role.reads() {
            read.push(*r)
        }
    });
    if let [a, b, ..] = read[..] {
        let mut n = 0;
        i.regs(|role, r| {
            if role.reads() {
                *r = [b, a].get(n).copied().unwrap_or(*r);
                n += 1;
            }
        });
    }
}
