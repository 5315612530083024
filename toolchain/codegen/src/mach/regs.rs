//! A machine's registers, from its row in the table of architectures.
use super::Machine;
use crate::regalloc::Reg;
use reflect::arch::{ALL, Arch};

const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut i = 0;
    while i < a.len() && i < b.len() && a[i] == b[i] {
        i += 1;
    }
    i == a.len() && i == b.len()
}

/// The row of a GOARCH.
pub const fn row(goarch: &str) -> &'static Arch {
    let mut i = 0;
    while !same(ALL[i].name, goarch) {
        i += 1;
    }
    &ALL[i]
}

const fn find(list: &[reflect::arch::Reg], go: &str) -> Option<u8> {
    let mut i = 0;
    while i < list.len() {
        if same(list[i].go, go) {
            return Some(list[i].num);
        }
        i += 1;
    }
    None
}
const fn is(reg: &Option<reflect::arch::Reg>, go: &str) -> Option<u8> {
    match reg {
        Some(r) if same(r.go, go) => Some(r.num),
        _ => None,
    }
}

/// The integer register with Go's name `go`, whatever its job.
pub const fn int(row: &Arch, go: &str) -> Reg {
    let lists = [find(row.int_args, go), find(row.scratch, go)];
    let single = [is(&row.ctxt, go), is(&row.g, go), is(&row.sp, go), is(&row.link, go), is(&row.zero, go)];
    let all = [lists[0], lists[1], single[0], single[1], single[2], single[3], single[4]];
    let mut i = 0;
    while i < all.len() {
        if let Some(n) = all[i] {
            return Reg::int(n);
        }
        i += 1;
    }
    panic!("the row has no such register")
}

/// The ABI's register of a step.
pub fn arg(row: &Arch, step: u8, float: bool) -> Reg {
    let list = if float { row.float_args } else { row.int_args };
    let n = list[step as usize].num;
    if float { Reg::float(n) } else { Reg::int(n) }
}

/// The closure context at calls through func values.
pub fn context(row: &Arch) -> Reg {
    Reg::int(row.ctxt.expect("a machine with registers has one for the context").num)
}

/// The registers that hold one thing in all compiled code, which assembly may change.
pub fn fixed(row: &Arch) -> impl Iterator<Item = Reg> {
    let both = |r: &reflect::arch::Reg| [Reg::int(r.num), Reg::float(r.num)];
    [&row.g, &row.zero].into_iter().flatten().flat_map(both)
}

/// A register that is no argument, for what stands between caller and callee.
pub fn scratch<M: Machine>() -> Reg {
    let mut all = M::ROW.scratch.iter().map(|r| Reg::int(r.num));
    all.find(|r| !M::RESERVED.contains(r)).expect("a machine leaves a scratch register to the allocator")
}

/// All that may be allocated, which is also all that a call may destroy: arguments, context and scratch registers but for
/// those that encoding keeps for itself, and the float registers that the table does not name.
pub fn allocatable(row: &Arch, reserved: &[Reg], more_floats: &[Reg]) -> Vec<Reg> {
    let ints = row.int_args.iter().chain(&row.ctxt).chain(row.scratch).map(|r| Reg::int(r.num));
    let floats = row.float_args.iter().map(|r| Reg::float(r.num));
    let all = ints.chain(floats).chain(more_floats.iter().copied());
    all.filter(|r| !reserved.contains(r)).collect()
}
