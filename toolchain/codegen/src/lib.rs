//! Machine code: from the IR of a whole program to one relocatable object.
//!
//! Reading order: [`compile_program`] here (functions in parallel, then layout), [`prep`] (what every architecture
//! wants done first), [`mach`] (what machines have in common, and the traits they implement), [`isa`] (one folder an
//! architecture), [`regalloc`] (the allocator, wrapped), [`replay`] (checks what comes out against the stack maps), [`fixup`] and
//! [`text`] (fields that wait for addresses, the order of functions), [`image`] (the tables that the runtime reads), [`dwarf`] (debug information),
//! [`object`] (the ELF file), [`fips`] (what the self-check of cryptography covers), [`nosplit`] (the whole-program stack check).
// What other machines alone use.
#![cfg_attr(not(feature = "every-machine"), allow(unused))]

pub mod dwarf;
pub mod fips;
pub mod fixup;
pub mod image;
pub mod isa;
pub mod mach;
pub mod nosplit;
pub mod object;
pub mod prep;
pub mod regalloc;
pub mod replay;
pub mod text;

#[cfg(test)]
#[path = "../tests/support/llvm.rs"]
mod llvm;

use ir::op::BoundsKind;
use ir::{DataId, FuncId, IndexVec, Program, SigId};
use isa::Compiled;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use syntax::Sym;

/// What the caller wants.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Verify register allocation and stack maps (slow); debug builds of the compiler and fuzzing set it.
    pub check: bool,
    /// Positions of the functions to list (`-S`).
    pub listing: Vec<std::ops::Range<u32>>,
    /// Records functions legalized (`legalize`), before register allocation (`machine`) and as code (`asm`).
    pub trace: Option<std::sync::Arc<ir::passes::trace::Trace>>,
    /// Write debug information; the name is the program's package.
    pub debug_info: Option<String>,
    /// The architecture; `None`: the first of the program's shape.
    pub arch: Option<&'static reflect::arch::Arch>,
    /// Threads; 0: as many as there are processors.
    pub threads: usize,
    /// The program has no system under it.
    pub bare: bool,
    /// Go version for `runtime.Version`.
    pub version: String,
    /// Module information, as `debug.ReadBuildInfo` parses it.
    pub modinfo: Vec<u8>,
    /// Default GODEBUG settings.
    pub godebug: String,
}

/// The stages that code generation records, in order.
pub const STAGES: [&str; 3] = ["legalize", "machine", "asm"];

impl Options {
    /// Whether `-S` means this function.
    pub(crate) fn lists(&self, f: &ir::Func) -> bool {
        self.listing.iter().any(|r| r.contains(&f.pos.0))
    }
    /// Whether the places that instructions come from are needed.
    pub(crate) fn wants_positions(&self, f: &ir::Func) -> bool {
        self.debug_info.is_some()
            || self.lists(f)
            || self.trace.as_ref().is_some_and(|t| t.wants(f.name, "asm"))
    }
    /// Records a stage if it is wanted.
    pub(crate) fn record(&self, f: &ir::Func, stage: &'static str, text: impl FnOnce() -> String) {
        if let Some(trace) = &self.trace {
            trace.record(f.name, stage, text);
        }
    }
}

/// The result.
pub struct Object {
    /// An ELF relocatable file.
    pub bytes: Vec<u8>,
    /// The listing, if it was asked for.
    pub listing: String,
    /// Time of each phase.
    pub times: Vec<(&'static str, Duration)>,
}

/// Functions and data that generated code refers to by name.
#[derive(Default)]
pub struct Helpers {
    /// Bytes of a word.
    word: u32,
    /// By [`NEW`].
    new: [Option<(FuncId, SigId)>; 4],
    wb_flag: Option<DataId>,
    bounds: [[Option<FuncId>; 2]; 9],
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

impl Helpers {
    /// Looks the names up.
    pub fn find(p: &Program) -> Helpers {
        let by_name = |name: &str| p.by_name.get(&Sym::new(name)).copied();
        let mut h = Helpers {
            word: p.target.word,
            new: NEW.map(|name| by_name(&format!("runtime.{name}")).map(|f| (f, p.funcs[f].sig))),
            wb_flag: {
                let name = Sym::new("runtime.writeBarrier");
                p.datas.iter_enumerated().find(|d| d.1.name == name).map(|d| d.0)
            },
            bounds: Default::default(),
        };
        for (kind, _) in BOUNDS {
            for signed in [false, true] {
                h.bounds[kind as usize][signed as usize] = by_name(&bounds_panic(kind, signed));
            }
        }
        h
    }
    fn new_by(&self, how: usize) -> (FuncId, SigId) {
        self.new[how].unwrap_or_else(|| panic!("the program lacks runtime.{}", NEW[how]))
    }
    fn bounds(&self, kind: BoundsKind, signed: bool) -> FuncId {
        self.bounds[kind as usize][signed as usize]
            .unwrap_or_else(|| panic!("the program lacks {}", bounds_panic(kind, signed)))
    }
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
    let compiled = compile_functions(program, options)?;
    lap(&mut times, "functions");
    nosplit::check(program, &compiled, machine)?;
    lap(&mut times, "stack check");
    let bytes = object::write(program, &compiled, options, machine)?;
    lap(&mut times, "object");
    let listing = compiled.iter().flatten().map(|c| c.listing.as_str()).collect();
    Ok(Object { bytes, listing, times })
}

/// The functions' code, `None` for those in assembly.
pub type CompiledFuncs = IndexVec<FuncId, Option<Compiled>>;

/// Compiles all functions, several at a time.
pub fn compile_functions(program: &Program, options: &Options) -> Result<CompiledFuncs, Vec<String>> {
    const CHUNK: usize = 16;
    let machine = isa::machine(program, options.arch).map_err(|e| vec![e])?;
    let helpers = Helpers::find(program);
    let leaves = mach::leaves::Leaves::find(program);
    let env = isa::Env { program, options, helpers: &helpers, leaves: &leaves };
    let threads = match options.threads {
        0 => std::thread::available_parallelism().map_or(2, |n| n.get()),
        n => n,
    };
    let next = AtomicUsize::new(0);
    let total = program.funcs.len();
    let work = || {
        let mut worker = (machine.worker)();
        let mut done = Vec::new();
        loop {
            let from = next.fetch_add(CHUNK, Ordering::Relaxed);
            if from >= total {
                return done;
            }
            for i in from..(from + CHUNK).min(total) {
                let id = FuncId(i as u32);
                let result = (machine.compile)(&env, id, &mut worker)
                    .map_err(|e| format!("internal compiler error: {}: {e}", program.funcs[id].name));
                done.push((id, result));
            }
        }
    };
    let parts = std::thread::scope(|s| {
        let others: Vec<_> = (1..threads).map(|_| s.spawn(work)).collect();
        let mut parts = vec![work()];
        for t in others {
            match t.join() {
                Ok(p) => parts.push(p),
                Err(e) => std::panic::resume_unwind(e),
            }
        }
        parts
    });
    let mut all: CompiledFuncs = IndexVec::new();
    all.resize(total, None);
    let mut errors = Vec::new();
    for (id, result) in parts.into_iter().flatten() {
        match result {
            Ok(c) => all[id] = c,
            Err(e) => errors.push(e),
        }
    }
    if errors.is_empty() {
        Ok(all)
    } else {
        errors.sort();
        Err(errors)
    }
}
