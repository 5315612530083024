//! The machine-independent passes, and the order in which they run.
//!
//! A pass is a free function over one [`Func`] (or, for inlining and escape analysis, over the [`Program`]) in a file of its own.
//! Between passes no operand is an alias and every block in `Func::blocks` that cannot be reached is empty.
pub mod barriers;
pub mod bounds;
pub mod captures;
pub mod combine;
pub mod counters;
pub mod devirtualise;
pub mod edges;
pub mod effects;
pub mod entry;
pub mod escape;
#[cfg(test)]
mod files;
pub mod fold;
pub mod forward;
pub mod gvn;
pub mod ifconv;
pub mod inline;
mod joins;
pub mod legalize;
pub mod licm;
pub mod memequal;
mod memory;
pub mod poll;
pub mod promote;
pub mod ranges;
pub mod remarks;
pub mod simplify;
pub mod strips;
pub mod thread;
pub mod trace;
pub mod unread;
pub mod wide;
mod writer;
pub mod zeroing;

use crate::profile::Profile;
use crate::{Func, FuncId, Program, View, func::Body};
use std::sync::Arc;
use std::time::{Duration, Instant};
use trace::Trace;

/// What the passes shall do and report.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Collect the remarks of `-m`.
    pub remarks: bool,
    /// No inlining.
    pub no_inline: bool,
    /// No optimisation but what the later phases need.
    pub no_opt: bool,
    /// Passes that are left out ([`optional`] names those that may be).
    pub without: Vec<&'static str>,
    /// Passes work on the program's first functions only, so many.
    pub limit: Option<usize>,
    /// What is known of an earlier run.
    pub profile: Option<Arc<Profile>>,
    /// Records functions after passes.
    pub trace: Option<Arc<Trace>>,
}

impl Options {
    /// Whether a pass works on a function.
    fn runs(&self, pass: &str, id: FuncId) -> bool {
        !self.without.contains(&pass) && self.limit.is_none_or(|n| (id.0 as usize) < n)
    }
}

/// What the passes tell: remarks and times.
#[derive(Default)]
pub struct Report {
    /// `-m` remarks.
    pub remarks: Vec<remarks::Remark>,
    /// Time of each phase.
    pub times: Vec<(&'static str, Duration)>,
}

/// A pass over one function, by name.
pub type FuncPass = (&'static str, fn(&View, &mut Func));

/// Before inlining: make bodies small, so that their size says what they cost.
const EARLY: &[FuncPass] = &[
    ("early-simplify", simplify::run),
    ("captures", captures::run),
    ("memequal", memequal::run),
    ("early-promote", promote::run),
    ("early-combine", combine::run),
    ("early-wide", wide::early),
    ("early-simplify2", simplify::run),
];
/// After escape analysis.
const LATE: &[FuncPass] = &[
    ("promote", promote::run),
    ("forward", forward::run),
    ("simplify", simplify::run),
    ("combine", combine::late),
    ("gvn", gvn::run),
    ("bounds", bounds::run),
    ("wide", wide::run),
    ("simplify2", simplify::run),
    ("ranges", ranges::run),
    ("licm", licm::run),
    ("gvn2", gvn::run),
    ("ifconv", ifconv::run),
    ("combine2", combine::run),
    ("unread", unread::run),
    ("simplify3", simplify::run),
    ("zeroing", zeroing::run),
    ("entry", entry::run),
];
/// What code generation needs in any case; but for `strips`, which makes polls fewer.
const REQUIRED: &[FuncPass] = &[("barriers", barriers::run), ("strips", strips::run), ("poll", poll::run)];

/// The names of all stages that [`run`] records, in order: after `build`, the function as it was made.
pub fn names() -> Vec<&'static str> {
    let names = |passes: &[FuncPass]| passes.iter().map(|p| p.0).collect::<Vec<_>>();
    [vec!["build"], names(EARLY), vec!["inline", "escape"], names(LATE), vec!["legalize"], names(REQUIRED)]
        .concat()
}

/// The passes that programs are right without.
pub fn optional() -> Vec<&'static str> {
    let names = |passes: &[FuncPass]| passes.iter().map(|p| p.0).collect::<Vec<_>>();
    [vec!["devirtualise"], names(EARLY), vec!["inline", "escape"], names(LATE), vec!["strips"]].concat()
}

/// The passes that a list of names, each with `-` before it, leaves out.
pub fn without(list: &str) -> Result<Vec<&'static str>, String> {
    let all = optional();
    let one = |item: &str| {
        let name = item.strip_prefix('-').ok_or(format!("{item}: passes are left out, as in -gvn"))?;
        let known = || format!("no pass named {name} can be left out; those are {}", all.join(", "));
        all.iter().copied().find(|p| *p == name).ok_or_else(known)
    };
    list.split(',').filter(|item| !item.is_empty()).map(one).collect()
}

/// The pass over single functions with this name.
pub fn pass(name: &str) -> Option<FuncPass> {
    [EARLY, LATE, REQUIRED].concat().into_iter().find(|p| p.0 == name)
}

/// Records all functions after a phase over the whole program.
fn record_all(program: &Program, options: &Options, phase: &'static str) {
    if let Some(trace) = &options.trace {
        for f in program.funcs.iter().filter(|f| matches!(f.body, Body::Ssa)) {
            trace.record(f.name, phase, || f.to_string());
        }
    }
}

/// Runs all passes over the program.
pub fn run(program: &mut Program, options: &Options) -> Report {
    let mut report = whole(program, options);
    let start = Instant::now();
    each(program, |p, id, f| finish(View::new(p), f, id, options));
    program.whole_sigs = None;
    report.times.push(("late", start.elapsed()));
    report
}

/// Runs the passes that look at the whole program. What is left is [`finish`], for each function by itself.
pub fn whole(program: &mut Program, options: &Options) -> Report {
    let mut report = Report::default();
    let mut timed = |name: &'static str, program: &mut Program, work: &mut dyn FnMut(&mut Program)| {
        let start = Instant::now();
        work(program);
        report.times.push((name, start.elapsed()));
    };
    let mut remarks = Vec::new();
    record_all(program, options, "build");
    if !options.no_opt {
        match options.without.contains(&"devirtualise") {
            false => devirtualise::run(program),
            true => program.known_code.clear(),
        }
        timed("early", program, &mut |p| each_function(p, EARLY, options));
        if !options.no_inline && !options.without.contains(&"inline") {
            timed("inline", program, &mut |p| inline::run(p, options, &mut remarks));
        }
        edges::run(program);
        if !options.without.contains(&"escape") {
            timed("escape", program, &mut |p| escape::run(p, options, &mut remarks));
            record_all(program, options, "escape");
        }
    } else {
        edges::run(program);
    }
    legalize::signatures(program);
    report.remarks = remarks;
    report
}

/// The passes behind those over the whole program, over one function: afterwards code can be made of it.
pub fn finish(view: View, f: &mut Func, id: FuncId, options: &Options) {
    if !options.no_opt {
        run_passes(&view, f, id, LATE, options);
    }
    let required = Options { limit: None, ..options.clone() };
    let view = view.legal();
    if legalize::needed(view.target()) {
        legalize::run(&view, f, id, &required);
    }
    run_passes(&view, f, id, REQUIRED, &required);
}

/// Runs passes over every function.
fn each_function(program: &mut Program, passes: &[FuncPass], options: &Options) {
    each(program, |p, id, f| run_passes(&View::new(p), f, id, passes, options));
}

/// Works on every function that has code, several at a time. Meanwhile the program has their names and signatures only.
fn each(program: &mut Program, work: impl Fn(&Program, FuncId, &mut Func) + Sync) {
    let heads: Vec<Func> = program.funcs.iter().map(|f| Func::new(f.name, f.sig, &[], f.pos)).collect();
    let mut funcs: Vec<Func> = std::mem::replace(&mut program.funcs, heads.into()).into_vec();
    {
        let shared: &Program = program;
        let next = std::sync::Mutex::new(funcs.chunks_mut(16).enumerate());
        let threads = std::thread::available_parallelism().map_or(1, |n| n.get());
        std::thread::scope(|scope| {
            for _ in 0..threads {
                let worker = std::thread::Builder::new().stack_size(STACK_SIZE);
                let spawned = worker.spawn_scoped(scope, || {
                    loop {
                        let chunk = next.lock().unwrap_or_else(|e| e.into_inner()).next();
                        let Some((n, chunk)) = chunk else { break };
                        for (k, f) in chunk.iter_mut().enumerate() {
                            if matches!(f.body, Body::Ssa) {
                                work(shared, FuncId((16 * n + k) as u32), f);
                            }
                        }
                    }
                });
                spawned.expect("the system has threads");
            }
        });
    }
    program.funcs = funcs.into();
}

/// What threads that run passes need: SSA construction recurses along chains of joins, deep for machine-made functions.
pub const STACK_SIZE: usize = 256 << 20;

/// Runs passes over one function, with dumps and verification.
pub fn run_passes(view: &View, f: &mut Func, id: FuncId, passes: &[FuncPass], options: &Options) {
    for (name, pass) in passes {
        if !options.runs(name, id) {
            continue;
        }
        pass(view, f);
        f.apply_aliases();
        check(view, f, name);
        if let Some(trace) = &options.trace {
            trace.record(f.name, name, || view.text(f));
        }
    }
}

/// Debug builds verify after each pass.
fn check(view: &View, f: &Func, after: &str) {
    if cfg!(debug_assertions)
        && let Err(e) = crate::verify::seen(view, f)
    {
        panic!("invalid IR after {after}:\n{}\n{f}", e.join("\n"));
    }
}
