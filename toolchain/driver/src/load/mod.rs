//! Which packages belong to a program? Starting from the roots, each package's directory is listed, its files are
//! chosen and parsed, and its imports are resolved; several packages at a time. The result is in dependency order.
//!
//! - `mod`: the work queue; `resolve`: from an import path to a directory; `files`: the files of a package
//! - `tests`: test files and the program that runs them
//! - `survey`: what `oxigo list` tells of a folder
//! - `host`: what a program for a Rust host exports
//! - `define`: values from the command line; `order`: cycles, dependency order; `embed`, `glob`, `embed_values`: `//go:embed`

mod define;
mod embed;
mod embed_values;
mod files;
mod glob;
mod host;
mod order;
mod resolve;
mod survey;
mod tests;

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex};

use rustc_hash::FxHashMap;
use syntax::ast::File;
use syntax::{Pos, STACK_SIZE, Sym};

use crate::context::Context;
use crate::cover::Cover;
use crate::module::Modules;
use crate::overlay::Overlay;
use crate::report::Diagnostic;

pub use embed::EmbedFile;
pub use files::package_sources;
pub use host::exported;
pub use resolve::{clean, group_by_package};
pub use survey::{OTHERS, Survey, resolve_import, shown, survey};
pub use tests::{Tested, prepare as prepare_tests, quote};

/// Everything that decides what an import path means.
pub struct Config {
    pub context: Context,
    pub goroot: PathBuf,
    pub modules: Modules,
    pub overlay: Overlay,
    /// The directory that displayed paths are relative to.
    pub cwd: PathBuf,
    pub jobs: usize,
    /// Packages by name that the files of one directory make up; `./name` and `test/name` import them.
    pub dir_packages: FxHashMap<String, Vec<PathBuf>>,
    /// Tests are asked for: patterns match packages that have nothing else.
    pub testing: bool,
    /// The package whose tests are compiled.
    pub tested: Option<Tested>,
    /// Packages whose statements are counted as they run.
    pub cover: Option<Cover>,
    /// The main package tells a Rust host its exported functions.
    pub host_object: bool,
    /// Variables that the command line gives values, by their symbols' names.
    pub defines: Vec<(String, String)>,
    /// Names of files in the program begin with import paths.
    pub trim_path: bool,
    /// Settings of GODEBUG that hold where the environment says nothing.
    pub godebug: String,
}

/// A package to load: where it is and what it is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Import path; `vendor/…` for GOROOT's vendored packages.
    pub path: String,
    pub dir: PathBuf,
    /// Part of the standard library (or of the overlay).
    pub std: bool,
    /// Files given on the command line instead of all of the directory.
    pub files: Option<Vec<PathBuf>>,
    pub go_version: Option<String>,
}

/// A loaded package.
pub struct Package {
    /// Import path (`command-line-arguments` for files).
    pub path: String,
    /// What symbols begin with: `main` for commands, the import path otherwise.
    pub link_path: Sym,
    pub name: Sym,
    pub dir: PathBuf,
    pub std: bool,
    pub files: Vec<Arc<File>>,
    /// Import paths as written, with the index of the package; `unsafe` is left out.
    pub imports: Vec<(Sym, usize)>,
    /// Language version of the module (`go1.N`).
    pub go_version: Option<String>,
    /// Functions without a body are accepted (the runtime has them).
    pub bodyless: bool,
    /// Assembly files.
    pub assembly: Vec<Arc<syntax::SourceFile>>,
    /// Errors of the files themselves.
    pub errors: Vec<Diagnostic>,
}

impl Package {
    /// Errors after which the package is not worth checking.
    pub fn has_syntax_errors(&self) -> bool {
        self.errors.iter().any(|e| e.text.starts_with("syntax error"))
    }
}

/// All packages, dependencies first.
pub struct Program {
    pub packages: Vec<Package>,
    /// Indices of the packages that were asked for.
    pub roots: Vec<usize>,
}

/// Why there is no program: lines as `go build` prints them, without a package heading.
pub type LoadErrors = Vec<String>;

/// An import of a package that was just parsed.
struct Import {
    path: Sym,
    pos: Pos,
    target: Result<Place, String>,
}

/// A package as the workers leave it.
struct Parsed {
    place: Place,
    name: Sym,
    files: Vec<File>,
    imports: Vec<Import>,
    errors: Vec<Diagnostic>,
    /// Errors that make the whole load fail.
    fatal: Vec<(Pos, String)>,
    bodyless: bool,
    assembly: Vec<Arc<syntax::SourceFile>>,
}

#[derive(Default)]
struct Queue {
    jobs: VecDeque<usize>,
    places: Vec<Place>,
    known: FxHashMap<String, usize>,
    done: Vec<Option<Parsed>>,
    running: usize,
}

impl Queue {
    fn add(&mut self, place: Place) -> usize {
        if let Some(&i) = self.known.get(&place.path) {
            return i;
        }
        let i = self.places.len();
        self.known.insert(place.path.clone(), i);
        self.places.push(place);
        self.done.push(None);
        self.jobs.push_back(i);
        i
    }
}

/// Loads the packages at `roots` and all that they import. `extra` are import paths of the standard library that
/// every program needs.
pub fn load(config: &Config, roots: Vec<Place>, extra: &[&str]) -> Result<Program, LoadErrors> {
    let queue = Mutex::new(Queue::default());
    let changed = Condvar::new();
    let mut root_ids = Vec::new();
    {
        let mut q = queue.lock().unwrap();
        for place in roots {
            root_ids.push(q.add(place));
        }
        for path in extra {
            let place = resolve::std_place(config, path).ok_or_else(|| {
                vec![format!("package {path} is not in std ({})", config.std_dir(path).display())]
            })?;
            q.add(place);
        }
    }
    let workers = if config.jobs > 0 {
        config.jobs
    } else {
        std::thread::available_parallelism().map_or(1, |n| n.get())
    };
    std::thread::scope(|scope| {
        for _ in 0..workers {
            let builder = std::thread::Builder::new().stack_size(STACK_SIZE);
            builder.spawn_scoped(scope, || work(config, &queue, &changed)).expect("a thread for parsing");
        }
    });
    let queue = queue.into_inner().unwrap();
    let known = queue.known;
    let parsed: Vec<Parsed> = queue.done.into_iter().map(|p| p.expect("every package was parsed")).collect();
    order::finish(config, parsed, &known, root_ids)
}

fn work(config: &Config, queue: &Mutex<Queue>, changed: &Condvar) {
    let mut q = queue.lock().unwrap();
    loop {
        if let Some(i) = q.jobs.pop_front() {
            q.running += 1;
            let place = q.places[i].clone();
            drop(q);
            let parsed = files::parse_package(config, place);
            q = queue.lock().unwrap();
            for import in &parsed.imports {
                if let Ok(target) = &import.target {
                    q.add(target.clone());
                }
            }
            q.done[i] = Some(parsed);
            q.running -= 1;
            changed.notify_all();
        } else if q.running == 0 {
            return;
        } else {
            q = changed.wait(q).unwrap();
        }
    }
}

/// A path as messages show it in a working directory.
pub fn display(cwd: &Path, path: &Path) -> String {
    let absolute = path.display().to_string();
    if let Ok(rest) = path.strip_prefix(cwd) {
        return if rest.components().count() == 1 {
            format!("./{}", rest.display())
        } else {
            rest.display().to_string()
        };
    }
    let shared = cwd.components().zip(path.components()).take_while(|(a, b)| a == b).count();
    let up = cwd.components().count() - shared;
    let below: PathBuf = path.components().skip(shared).collect();
    let relative = format!("{}{}", "../".repeat(up), below.display());
    if relative.len() < absolute.len() { relative } else { absolute }
}

impl Config {
    fn std_dir(&self, path: &str) -> PathBuf {
        self.goroot.join("src").join(path)
    }

    /// A path as messages show it: relative to the working directory where that is shorter, as Go's tools print it
    /// (`./x.go`, `../y/z.go`).
    pub fn display(&self, path: &Path) -> String {
        display(&self.cwd, path)
    }

    /// As above, but without `./`: how `go build` prints what it finds out before compiling.
    pub fn display_plain(&self, path: &Path) -> String {
        let text = self.display(path);
        text.strip_prefix("./").map_or(text.clone(), String::from)
    }

    /// The packages that an argument of the command line means.
    pub fn expand(&self, arg: &str) -> Result<Vec<Place>, String> {
        resolve::expand(self, arg)
    }

    /// The `//go:debug` lines of a package.
    pub fn godebug_lines(&self, place: &Place) -> Vec<crate::godebug::Line> {
        files::list(self, place)
            .sources
            .iter()
            .flat_map(|s| crate::godebug::lines(s.display.trim_start_matches("./"), &s.text))
            .collect()
    }

    /// The main package of `dir_packages`.
    pub fn dir_main(&self) -> Option<Place> {
        resolve::dir_package(self, "main")
    }

    /// The package made of these files.
    pub fn files_package(&self, files: &[String]) -> Result<Place, String> {
        resolve::files_place(self, files)
    }
}
