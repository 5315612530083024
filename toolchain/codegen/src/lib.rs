//! Machine code: from the IR of a whole program to one relocatable object.
//!
//! Reading order: [`compile_program`] here ([`functions`] in parallel, then layout), [`kept`] (their form between builds), [`prep`] (what every architecture
//! wants done first), [`mach`] (what machines have in common, and the traits they implement), [`isa`] (one folder an
//! architecture), [`regalloc`] (the allocator, wrapped), [`replay`] (checks what comes out against the stack maps), [`fixup`] and
//! [`text`] (fields that wait for addresses, the order of functions), [`reach`] (what is left out), [`weigh`] (sizes, and why something is there), [`image`] (the tables that the runtime reads), [`dwarf`] (debug information),
//! [`object`] (the ELF file), [`fips`] (what the self-check of cryptography covers), [`nosplit`] (the whole-program stack check), [`mistake`] (what is done wrong if a test asks for it).
// What other machines alone use.
#![cfg_attr(not(feature = "every-machine"), allow(unused))]

pub mod dwarf;
pub mod fips;
pub mod fixup;
pub mod functions;
pub mod image;
pub mod isa;
pub mod kept;
pub mod mach;
pub mod mistake;
pub mod nosplit;
pub mod object;
pub mod park;
pub mod prep;
pub mod reach;
pub mod regalloc;
pub mod replay;
pub mod text;
pub mod weigh;

#[cfg(test)]
#[path = "../tests/support/llvm.rs"]
mod llvm;

pub use functions::{Key, Store, Tally, compile_functions};
use ir::op::BoundsKind;
use ir::{FuncId, IndexVec, Program, SymRef};
use isa::Compiled;
use mistake::Mistake;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What the caller wants.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Verify register allocation and stack maps (slow); debug builds of the compiler and fuzzing set it.
    pub check: bool,
    /// Positions of the functions to list (`-S`).
    pub listing: Vec<std::ops::Range<u32>>,
    /// Records functions legalized (`legalize`), before register allocation (`machine`) and as code (`asm`).
    pub trace: Option<Arc<ir::passes::trace::Trace>>,
    /// Write debug information; the name is the program's package.
    pub debug_info: Option<String>,
    /// The architecture; `None`: the first of the program's shape.
    pub arch: Option<&'static reflect::arch::Arch>,
    /// Threads; 0: as many as there are processors.
    pub threads: usize,
    /// The program has no system under it.
    pub bare: bool,
    /// The linker decides late where the program is: what holds addresses can be written to until it starts.
    pub movable: bool,
    /// All functions and data stay: others find them by their names.
    pub whole: bool,
    /// Tell the bytes of each package.
    pub sizes: bool,
    /// Tell what keeps this symbol.
    pub why: Option<String>,
    /// Go version for `runtime.Version`.
    pub version: String,
    /// Module information, as `debug.ReadBuildInfo` parses it.
    pub modinfo: Vec<u8>,
    /// Default GODEBUG settings.
    pub godebug: String,
    /// Functions are as [`ir::passes::whole`] leaves them, and these are the passes that they still need; `None`: they are finished.
    pub passes: Option<ir::passes::Options>,
    /// Where functions that are not finished are kept for other builds.
    pub store: Option<Arc<dyn Store>>,
    /// What was found there.
    pub tally: Arc<Tally>,
    /// Makes what was found as well, and compares.
    pub distrust: bool,
    /// Makes this mistake.
    pub mistake: Option<Mistake>,
}

/// The stages that code generation records, in order.
pub const STAGES: [&str; 3] = ["legalize", "machine", "asm"];

impl Options {
    /// Whether `-S` means this function.
    pub(crate) fn lists(&self, f: &ir::Func) -> bool {
        self.listing.iter().any(|r| r.contains(&f.pos.0))
    }
    /// Whether a function's code is printed.
    pub(crate) fn tells(&self, f: &ir::Func) -> bool {
        self.lists(f) || self.trace.as_ref().is_some_and(|t| t.wants(f.name, "asm"))
    }
}

/// The result.
pub struct Object {
    /// An ELF relocatable file.
    pub bytes: Vec<u8>,
    /// The listing, if it was asked for.
    pub listing: String,
    /// Sizes, and what keeps a symbol, if they were asked for.
    pub told: String,
    /// Time of each phase.
    pub times: Vec<(&'static str, Duration)>,
}

/// How objects are allocated: any; of types with pointers whose class is known, and without; small ones without pointers that share a block.
const NEW: [&str; 4] = ["newobject", "newScan", "newNoscan", "mallocTiny"];

const BOUNDS: [(BoundsKind, &str); 9] = [
    (BoundsKind::Index, "Index"),
    (BoundsKind::SliceAlen, "SliceAlen"),
    (BoundsKind::SliceAcap, "SliceAcap"),
    (BoundsKind::SliceB, "SliceB"),
    (BoundsKind::Slice3Alen, "Slice3Alen"),
    (BoundsKind::Slice3Acap, "Slice3Acap"),
    (BoundsKind::Slice3B, "Slice3B"),
    (BoundsKind::Slice3C, "Slice3C"),
    (BoundsKind::Convert, "SliceConvert"),
];

/// Link name of the function that a failed bounds check calls.
pub fn bounds_panic(kind: BoundsKind, signed: bool) -> String {
    let name = BOUNDS[kind as usize].1;
    let unsigned = if signed || kind == BoundsKind::Convert { "" } else { "U" };
    format!("runtime.goPanic{name}{unsigned}")
}

/// Compiles a program for its target.
pub fn compile_program(program: &Program, options: &Options) -> Result<Object, Vec<String>> {
    let mut times = Vec::new();
    let mut clock = Instant::now();
    let mut lap = |times: &mut Vec<(&'static str, Duration)>, name| {
        let now = Instant::now();
        times.push((name, now - clock));
        clock = now;
    };
    let machine = isa::machine(program, options.arch).map_err(|e| vec![e])?;
    let mut compiled = compile_functions(program, options)?;
    lap(&mut times, "functions");
    nosplit::check(program, &compiled, machine)?;
    lap(&mut times, "stack check");
    let listing = compiled.iter().flatten().map(|c| c.listing.as_str()).collect();
    let reached = reach::reach(program, &compiled, options);
    for id in program.funcs.ids().filter(|&id| !reached.has(SymRef::Func(id))) {
        compiled[id] = None;
    }
    let (bytes, extra) = object::write(program, &compiled, &reached, options, machine)?;
    lap(&mut times, "object");
    let mut told = String::new();
    if options.sizes {
        told = weigh::sizes(program, &compiled, &reached, &extra);
    }
    if let Some(symbol) = &options.why {
        told += &weigh::why(program, &reached, symbol).map_err(|e| vec![e])?;
    }
    Ok(Object { bytes, listing, told, times })
}

/// The functions' code, `None` for those in assembly.
pub type CompiledFuncs = IndexVec<FuncId, Option<Compiled>>;
