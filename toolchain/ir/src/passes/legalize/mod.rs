//! Makes a program legal for its target: what the machine's selection does not do by itself ([`reflect::arch::Ops`]) is said in other
//! operations, or by a call of the runtime. It runs behind the optimisations and is off for a target that needs nothing.
//!
//! Legal IR
//! - on machines with words of 4 bytes has no `I64`: a value is its halves ([`halves`]), which signatures, block parameters and memory
//!   have in memory order, as `reflect`'s assignment of registers has them;
//! - has multiply-adds where the target fuses ([`fuse`]), and no `FRound`;
//! - has no operation whose name the row's `ops` lack ([`expand`]), no 8- or 16-bit operand of an operation that looks at upper bits
//!   where `narrow` is lacking, and no `NilCheck` where page 0 is mapped.
//!
//! [`illegal`] is the definition; builds with debug assertions hold each function against it.
mod expand;
mod fuse;
mod halves;
#[cfg(test)]
mod tests;

use super::writer::Writer;
use super::{gvn, run_passes, simplify};
use crate::{Block, Func, FuncId, InstData, Op, Program, SigId, Target, Ty, View};
use reflect::arch::{Fused, Ops};

/// Whether a target lacks something.
type Lacks = fn(Target) -> bool;

/// Functions of package runtime that stand for operations, and which targets need them.
pub const HELPERS: &[(&str, Lacks)] = &[
    ("int64div", has_halves),
    ("int64mod", has_halves),
    ("uint64div", has_halves),
    ("uint64mod", has_halves),
    ("int64tofloat64", has_halves),
    ("uint64tofloat64", has_halves),
    ("int64tofloat32", has_halves),
    ("uint64tofloat32", has_halves),
    ("float64toint64", has_halves),
    ("float64touint64", has_halves),
    ("atomicLoad64", has_halves),
    ("atomicStore64", has_halves),
    ("atomicAdd64", has_halves),
    ("atomicAnd64", has_halves),
    ("atomicOr64", has_halves),
    ("atomicXchg64", has_halves),
    ("atomicCas64", has_halves),
    ("int32div", no_division),
    ("int32mod", no_division),
    ("uint32div", no_division),
    ("uint32mod", no_division),
    ("panicmem", maps_page_0),
];

fn has_halves(t: Target) -> bool {
    t.word == 4
}
fn no_division(t: Target) -> bool {
    !t.ops.divide
}
fn maps_page_0(t: Target) -> bool {
    t.nil_page == 0
}

/// Whether programs for the target need this pass.
pub fn needed(t: Target) -> bool {
    // Division of two words by one is made where it is there only.
    has_halves(t) || maps_page_0(t) || t.fused != Fused::None || Ops { wide_div: true, ..t.ops } != Ops::ALL
}

/// The functions that operations become calls of.
pub(super) struct Helpers<'a>(View<'a>);

impl Helpers<'_> {
    /// A helper that the target needs.
    pub fn get(&self, name: &'static str) -> (FuncId, SigId) {
        let row = HELPERS.iter().find(|h| h.0 == name && h.1(self.0.target()));
        let found = row.and_then(|_| self.0.helper(format!("runtime.{name}")));
        let found = found.unwrap_or_else(|| panic!("no function runtime.{name}"));
        (found, self.0.sig_of(found))
    }
}

/// Makes signatures legal, ahead of the functions: those go by `whole_sigs` until they are.
pub fn signatures(program: &mut Program) {
    if has_halves(program.target) {
        program.whole_sigs = Some(program.sigs.clone());
        halves::signatures(program);
    }
}

/// The pass, over a whole program.
pub fn program(program: &mut Program, options: &super::Options) {
    signatures(program);
    super::each(program, |p, id, f| run(&View::new(p).legal(), f, id, options));
    program.whole_sigs = None;
}

/// The pass, over a function whose view has legal signatures.
pub fn run(view: &View, f: &mut Func, id: FuncId, options: &super::Options) {
    let (t, helpers) = (view.target(), &Helpers(*view));
    f.apply_aliases();
    closure_first(f);
    if has_halves(t) {
        halves::run(t, helpers, f);
        f.apply_aliases();
    }
    // What became constant would be expanded for nothing.
    let before: &[super::FuncPass] = &[("legalize-simplify", simplify::run), ("legalize-fuse", fuse::run)];
    run_passes(view, f, id, before, options);
    expand::run(t, helpers, f);
    f.apply_aliases();
    run_passes(view, f, id, CLEAN, options);
    while expand::found_divisors(t, helpers, f) {
        f.apply_aliases();
        run_passes(view, f, id, CLEAN, options);
    }
    if cfg!(debug_assertions) {
        let wrong = f.blocks.iter().flat_map(|b| &b.insts).find_map(|&i| illegal(t, f, &f.insts[i]));
        assert!(wrong.is_none(), "{}: {} is not legal\n{f}", f.name, wrong.unwrap_or_default());
    }
}

/// The closure context is read before any call: also before those that operations become, and in the entry block, where a
/// check may end it.
fn closure_first(f: &mut Func) {
    let Func { blocks, insts, .. } = f;
    blocks[Block(0)].insts.sort_by_key(|&i| !matches!(insts[i].op, Op::GetClosure));
}

/// Tidies up, at the end under the pass's own name.
const CLEAN: &[super::FuncPass] = &[("legalize-gvn", gvn::run), ("legalize", simplify::run)];

/// What an instruction has that the target lacks.
pub fn illegal(t: Target, f: &Func, d: &InstData) -> Option<String> {
    let kinds = || d.args.iter().chain(&d.results).map(|&v| f.ty(v));
    let ops = t.ops;
    let has = match d.op {
        Op::Popcnt => ops.popcount,
        Op::Clz => ops.clz,
        Op::Ctz => ops.ctz,
        Op::Bswap => ops.bswap,
        Op::RotL => ops.rotate,
        Op::UDivWide => ops.wide_div,
        Op::SDiv | Op::UDiv | Op::SRem | Op::URem => {
            ops.divide && (ops.const_div || f.as_const(d.args[1]).is_none())
        }
        Op::UiToF | Op::FToUi => ops.unsigned_float,
        Op::NilCheck => t.nil_page != 0,
        Op::FRound => false,
        Op::Fma => t.fused != Fused::None,
        _ => true,
    };
    let small = d.args.iter().any(|&v| matches!(f.ty(v), Ty::I8 | Ty::I16));
    let narrow = !ops.narrow && small && expand::sees_upper_bits(&d.op);
    let halves = has_halves(t) && kinds().any(|k| k == Ty::I64);
    let why = match (has, narrow, halves) {
        (false, ..) => "is not there",
        (_, true, _) => "looks at upper bits of a small value",
        (_, _, true) => "has a value of two words",
        _ => return None,
    };
    Some(format!("{:?} {why}", d.op))
}
