//! The machine-independent passes, and the order in which they run.
//!
//! A pass is a free function over one [`Func`] (or, for inlining and escape analysis, over the [`Program`]) in a file of its own.
//! Between passes no operand is an alias and every block in `Func::blocks` that cannot be reached is empty.
pub mod barriers;
pub mod bounds;
pub mod effects;
pub mod escape;
pub mod fold;
pub mod gvn;
pub mod inline;
pub mod licm;
pub mod poll;
pub mod promote;
pub mod simplify;

use crate::{Func, FuncId, Program, func::Body};
use std::time::{Duration, Instant};

/// What the passes shall do and report.
#[derive(Clone, Default)]
pub struct Options {
    /// Collect the remarks of `-m`.
    pub remarks: bool,
    /// No inlining.
    pub no_inline: bool,
    /// No optimisation but what the later phases need.
    pub no_opt: bool,
    /// `PASS:FUNC`: dump FUNC after PASS (`*`: after all).
    pub dump: Option<(String, String)>,
}

/// What the passes tell: remarks (position, text) and times.
#[derive(Default)]
pub struct Report {
    /// `-m` remarks.
    pub remarks: Vec<(syntax::Pos, String)>,
    /// Time of each phase.
    pub times: Vec<(&'static str, Duration)>,
}

/// A pass over one function, by name.
type FuncPass = (&'static str, fn(&Program, &mut Func));

/// Before inlining: make bodies small, so that their size says what they cost.
const EARLY: &[FuncPass] =
    &[("simplify", simplify::run), ("promote", promote::run), ("simplify2", simplify::run)];
/// After escape analysis.
const LATE: &[FuncPass] = &[
    ("promote", promote::run),
    ("simplify", simplify::run),
    ("gvn", gvn::run),
    ("bounds", bounds::run),
    ("simplify2", simplify::run),
    ("licm", licm::run),
    ("gvn2", gvn::run),
    ("simplify3", simplify::run),
];
/// What code generation needs in any case.
const REQUIRED: &[FuncPass] = &[("barriers", barriers::run), ("poll", poll::run)];

/// Runs all passes over the program.
pub fn run(program: &mut Program, options: &Options) -> Report {
    let mut report = Report::default();
    let mut timed = |name: &'static str, program: &mut Program, work: &mut dyn FnMut(&mut Program)| {
        let start = Instant::now();
        work(program);
        report.times.push((name, start.elapsed()));
    };
    let mut remarks = Vec::new();
    if !options.no_opt {
        timed("early", program, &mut |p| each_function(p, EARLY, options));
        if !options.no_inline {
            timed("inline", program, &mut |p| inline::run(p, options, &mut remarks));
        }
        timed("escape", program, &mut |p| escape::run(p, options, &mut remarks));
        timed("late", program, &mut |p| each_function(p, LATE, options));
    }
    timed("required", program, &mut |p| each_function(p, REQUIRED, options));
    report.remarks = remarks;
    report
}

/// Runs passes over every function, several functions at a time.
fn each_function(program: &mut Program, passes: &[FuncPass], options: &Options) {
    let mut funcs: Vec<Func> = std::mem::take(&mut program.funcs).into_vec();
    {
        let shared: &Program = program;
        let next = std::sync::Mutex::new(funcs.chunks_mut(16));
        let threads = std::thread::available_parallelism().map_or(1, |n| n.get());
        std::thread::scope(|scope| {
            for _ in 0..threads {
                // SSA construction recurses along chains of joins: deep for machine-made functions.
                let worker = std::thread::Builder::new().stack_size(256 << 20);
                let spawned = worker.spawn_scoped(scope, || {
                    loop {
                        let chunk = next.lock().unwrap_or_else(|e| e.into_inner()).next();
                        let Some(chunk) = chunk else { break };
                        for f in chunk.iter_mut().filter(|f| matches!(f.body, Body::Ssa)) {
                            run_passes(shared, f, passes, options);
                        }
                    }
                });
                spawned.expect("the system has threads");
            }
        });
    }
    program.funcs = funcs.into();
}

/// Runs passes over one function, with dumps and verification.
pub fn run_passes(program: &Program, f: &mut Func, passes: &[FuncPass], options: &Options) {
    for (name, pass) in passes {
        pass(program, f);
        f.apply_aliases();
        let _ = name;
        check(program, f, name);
        if let Some((wanted, func)) = &options.dump
            && (wanted == name || wanted == "*")
            && f.name.as_str() == func
        {
            dump(program, f, name);
        }
    }
}

/// Debug builds verify after each pass.
fn check(program: &Program, f: &Func, after: &str) {
    if cfg!(debug_assertions)
        && let Err(e) = crate::verify::func(program, f)
    {
        panic!("invalid IR after {after}:\n{}\n{f}", e.join("\n"));
    }
}

fn dump(_program: &Program, f: &Func, after: &str) {
    eprintln!("# {} after {after}\n{f}", f.name);
}

/// The function with this link name, if the program has it.
pub fn by_name(program: &Program, name: &str) -> Option<FuncId> {
    program.by_name.get(&syntax::Sym::new(name)).copied()
}
