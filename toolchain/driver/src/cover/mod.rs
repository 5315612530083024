//! `oxigo test -cover`: which statements of a package did its tests run? The text of its files gets a counter at each block before it is parsed
//! again, the package a file with the counters and what they count, and the test program a file that reports them in Go's formats.
//!
//! - `mod`: what is to be covered, and the instrumented package
//! - `tokens`: where statements end and which lines hold code; `blocks`: where counters go
//! - `report`: the test program's part, and packages without tests

mod blocks;
mod report;
mod select;
mod tokens;

use std::fmt::Write;
use std::path::Path;

use syntax::{Options, pos};

use crate::load::Place;

pub use report::{linked, main_file, without_tests};
pub use select::{names, select};

/// How a counter counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    #[default]
    Set,
    Count,
    Atomic,
}

impl Mode {
    pub fn parse(text: &str) -> Option<Mode> {
        [Mode::Set, Mode::Count, Mode::Atomic].into_iter().find(|m| m.as_str() == text)
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Mode::Set => "set",
            Mode::Count => "count",
            Mode::Atomic => "atomic",
        }
    }

    fn statement(self, counter: &str) -> String {
        match self {
            Mode::Set => format!("{counter} = 1;"),
            Mode::Count => format!("{counter}++;"),
            Mode::Atomic => format!("{ATOMIC}.AddUint32(&{counter}, 1);"),
        }
    }
}

/// sync/atomic in instrumented files: a name that nothing else has.
const ATOMIC: &str = "_cover_atomic_";

/// What is covered.
#[derive(Clone, Debug, Default)]
pub struct Cover {
    pub mode: Mode,
    pub packages: Vec<Place>,
    /// What was asked for with -coverpkg, as the report repeats it.
    pub patterns: Vec<String>,
}

impl Cover {
    pub fn has(&self, path: &str) -> bool {
        self.packages.iter().any(|p| p.path == path)
    }
}

/// Lines and columns from 1, and how many statements begin there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unit {
    pub start: (u32, u32),
    pub end: (u32, u32),
    pub statements: usize,
}

/// A function, or a literal outside of functions, and the blocks in it.
#[derive(Clone, Debug)]
pub struct Function {
    /// As a profile names it.
    pub file: String,
    pub name: String,
    pub literal: bool,
    pub units: Vec<Unit>,
}

/// The package's variable and constant that the test program reads: exported, and different in each package, since one may be imported
/// with a dot.
fn variables(path: &str) -> [String; 2] {
    let hash =
        path.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ b as u64).wrapping_mul(0x100_0000_01b3));
    [format!("GoCover_{hash:016x}"), format!("GoCoverUnits_{hash:016x}")]
}

/// Files of a package on their way.
pub struct Instrumented {
    counters: String,
    units: String,
    mode: Mode,
    path: String,
    local: bool,
    pub functions: Vec<Function>,
    count: usize,
}

impl Instrumented {
    pub fn new(mode: Mode, place: &Place) -> Instrumented {
        let [counters, units] = variables(&place.path);
        // Files and folders that have no import path are named by where they are.
        let local = place.path == "command-line-arguments" || place.path.starts_with("_/");
        Instrumented {
            counters,
            units,
            mode,
            path: place.path.clone(),
            local,
            functions: Vec::new(),
            count: 0,
        }
    }

    /// The text of a file with counters; as it is where it has syntax errors.
    pub fn file(&mut self, path: &Path, text: Vec<u8>) -> Vec<u8> {
        let source = pos::add_file("", text.clone());
        let (Some(file), errors) = syntax::parse(source, Options { std: true, runtime: true }) else {
            return text;
        };
        if !errors.is_empty() {
            return text;
        }
        let own = path.file_name().unwrap_or_default().to_string_lossy();
        let name = |f: &Function| match f.file.as_str() {
            _ if self.local => path.display().to_string(),
            "" => format!("{}/{own}", self.path),
            file => format!("{}/{file}", self.path),
        };
        let found = blocks::find(&file, &text);
        let mut edits: Vec<(usize, String)> = Vec::new();
        if self.mode == Mode::Atomic {
            let at = (file.package.pos.0 - file.source.base) as usize + file.package.name.as_str().len();
            edits.push((at, format!("; import {ATOMIC} \"sync/atomic\"")));
        }
        for edit in found.edits {
            let inserted = match edit.what {
                blocks::What::Text(text) => text.to_string(),
                blocks::What::Counter(n) => {
                    self.mode.statement(&format!("{}[{}]", self.counters, self.count + n))
                }
            };
            edits.push((edit.at, inserted));
        }
        self.count += found.functions.iter().map(|f| f.units.len()).sum::<usize>();
        let functions: Vec<Function> =
            found.functions.into_iter().map(|f| Function { file: name(&f), ..f }).collect();
        self.functions.extend(functions);
        edits.sort_by_key(|e| e.0);
        let mut out = Vec::with_capacity(text.len() * 5 / 4);
        let mut done = 0;
        for (at, inserted) in edits {
            out.extend_from_slice(&text[done..at]);
            out.extend_from_slice(inserted.as_bytes());
            done = at;
        }
        out.extend_from_slice(&text[done..]);
        if self.mode == Mode::Atomic {
            // A file may have no block.
            out.extend_from_slice(format!("\nvar _ = {ATOMIC}.LoadUint32\n").as_bytes());
        }
        out
    }

    /// The file that declares counters and tells what they count.
    pub fn declarations(&self, package: &str) -> Vec<u8> {
        let (counters, units, n, table) =
            (&self.counters, &self.units, self.count, crate::load::quote(&self.table()));
        format!("package {package}\n\nvar {counters} [{n}]uint32\n\nconst {units} = {table}\n").into_bytes()
    }

    /// What the counters count, in lines: a function's file, name and kind, or a block's numbers.
    fn table(&self) -> String {
        let mut table = String::new();
        for f in &self.functions {
            let _ = writeln!(table, "f\t{}\t{}\t{}", f.file, f.name, f.literal);
            for u in &f.units {
                let _ =
                    writeln!(table, "{} {} {} {} {}", u.start.0, u.start.1, u.end.0, u.end.1, u.statements);
            }
        }
        table
    }
}
