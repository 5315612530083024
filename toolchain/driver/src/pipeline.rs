//! The phases from loaded packages to an executable, in order, with what each took.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::cli::Options;
use crate::commands::Target;
use crate::load::{Config, Package, Program};
use crate::report::render;

/// Packages that every program has, imported or not.
pub const NEEDED_PACKAGES: &[&str] = &["runtime"];

/// What a run of the pipeline is for.
pub enum Goal {
    /// Errors only.
    Check,
    /// An executable with this name.
    Executable(PathBuf),
}

/// How long phases took, and remarks about them.
pub struct Timings {
    enabled: bool,
    start: Instant,
    rows: Vec<(&'static str, Duration)>,
    notes: Vec<String>,
}

impl Timings {
    pub fn new(enabled: bool) -> Timings {
        Timings { enabled, start: Instant::now(), rows: Vec::new(), notes: Vec::new() }
    }

    /// Runs and measures a phase.
    pub fn phase<T>(&mut self, name: &'static str, f: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = f();
        self.rows.push((name, start.elapsed()));
        result
    }

    pub fn note(&mut self, text: impl FnOnce() -> String) {
        if self.enabled {
            self.notes.push(text());
        }
    }

    /// Prints the table, if it was asked for.
    pub fn print(&self) {
        if !self.enabled {
            return;
        }
        let ms = |d: Duration| d.as_secs_f64() * 1e3;
        for (name, time) in &self.rows {
            eprintln!("{name:<10} {:9.1} ms", ms(*time));
        }
        eprintln!("{:<10} {:9.1} ms", "total", ms(self.start.elapsed()));
        for note in &self.notes {
            eprintln!("{note}");
        }
    }
}

/// The errors of all packages under their headings, or nothing if there are none. Packages of the library come last:
/// errors there follow from ours.
fn errors_text(program: &Program, all: bool) -> String {
    let mut packages: Vec<&Package> = program.packages.iter().filter(|p| !p.errors.is_empty()).collect();
    packages.sort_by_key(|p| p.std);
    packages.iter().map(|p| format!("# {}\n{}", p.path, render(&p.errors, all))).collect()
}

/// Runs the phases; an error is the text for the user.
pub fn run(
    config: &Config,
    target: &Target,
    options: &Options,
    program: Program,
    goal: Goal,
    timings: &mut Timings,
) -> Result<(), String> {
    let _ = (config, target, timings);
    let text = errors_text(&program, options.all_errors);
    if !text.is_empty() {
        return Err(text);
    }
    // The process ends soon: taking the trees apart would only cost time.
    std::mem::forget(program);
    match goal {
        Goal::Check => Ok(()),
        Goal::Executable(_) => Err("not supported: code generation".into()),
    }
}
