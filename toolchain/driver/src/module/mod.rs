//! Modules: the main module or the workspace, and where what they require lies on this machine (`replace` directories, the
//! vendor folder, the module cache). Nothing is downloaded.
//!
//! - `gomod`: the files' text; `version`: comparing versions
//! - `graph`: which version of each module; `vendor`: `modules.txt`
//! - `cache`: the module cache, and `go.sum`

mod cache;
mod gomod;
mod graph;
mod vendor;
pub mod version;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::goroot::GO_VERSION;
use crate::regular;

pub use cache::{module_cache, sum};
use gomod::{GoMod, Replace};
use vendor::Vendor;

/// A module whose packages can be imported.
#[derive(Clone, Debug, PartialEq)]
pub struct Module {
    /// Import path of its root.
    pub path: String,
    pub version: Option<String>,
    pub dir: PathBuf,
    /// Language version as `go1.N`.
    pub go_version: Option<String>,
    /// The main module, or one of the workspace.
    pub main: bool,
    /// What a `replace` line puts in its place: a folder, or a module and its version.
    pub replaced: Option<(String, Option<String>)>,
}

/// The modules of a build, main ones first.
#[derive(Clone, Debug, Default)]
pub struct Modules {
    pub list: Vec<Module>,
    /// The vendor folder, if it is used.
    vendor: Option<Vendor>,
    /// `go.mod` of the main module, `go.work` of the workspace.
    pub go_mod: Option<PathBuf>,
    pub go_work: Option<PathBuf>,
    /// What the main module or the workspace says of GODEBUG: its `go` line and its `godebug` lines.
    pub go: Option<String>,
    pub godebug: Vec<(String, String)>,
    sums: cache::Sums,
}

/// What the command line says about modules.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    /// `-mod`: `vendor`, `readonly` or `mod`.
    pub mode: Option<String>,
    /// `-modfile`: read instead of `go.mod`.
    pub file: Option<PathBuf>,
    /// `GOWORK`: `off`, or the file.
    pub work: Option<String>,
}

/// The directory with the file `name` at or above `start`.
fn find_up(start: &Path, name: &str) -> Option<PathBuf> {
    start.ancestors().find(|d| d.join(name).is_file()).map(Path::to_path_buf)
}

/// The directory with `go.mod` at or above `start`.
pub fn find_root(start: &Path) -> Option<PathBuf> {
    find_up(start, "go.mod")
}

fn find_work(start: &Path, choices: &Choices) -> Option<PathBuf> {
    match choices.work.as_deref() {
        Some("off") => None,
        Some(file) if !file.is_empty() => Some(start.join(file)),
        _ => find_up(start, "go.work").map(|d| d.join("go.work")),
    }
}

/// Reads a main module's file at `path`, the module's directory being `dir`.
fn read_main(path: &Path, dir: &Path) -> Result<(GoMod, Module), String> {
    let file = gomod::read(path)?;
    if file.path.is_empty() {
        return Err("go: error reading go.mod: missing module declaration. To specify the module path:\n\t\
                    go mod edit -module=example.com/mod"
            .into());
    }
    if let Some(element) = file.path.split('/').find(|e| matches!(*e, "" | "." | "..")) {
        return Err(match element.is_empty() {
            true => format!("go: malformed module path {:?}: empty path element", file.path),
            false => format!("go: malformed module path {:?}: invalid path element {element:?}", file.path),
        });
    }
    if let Some(go) = file.go.as_deref().filter(|go| version::is_newer(go)) {
        return Err(format!("go: go.mod requires go >= {go} (oxigo compiles {GO_VERSION})"));
    }
    let module = Module {
        path: file.path.clone(),
        version: None,
        dir: dir.to_path_buf(),
        go_version: Some(file.go.as_deref().map_or(version::OLDEST.into(), version::language)),
        main: true,
        replaced: None,
    };
    Ok((file, module))
}

/// Finds the modules of a build that is started in `cwd`; none outside of modules.
pub fn load(cwd: &Path, choices: &Choices) -> Result<Modules, String> {
    let root = find_root(cwd);
    let mut modules = Modules::default();
    let mut files: Vec<GoMod> = Vec::new();
    let mut replace: Vec<Replace> = Vec::new();
    let vendor_root;
    if let Some(work) = find_work(cwd, choices) {
        let file = gomod::read(&work)?;
        let base = work.parent().unwrap_or(cwd).to_path_buf();
        for dir in &file.uses {
            let dir = crate::load::clean(&base.join(dir));
            if !dir.join("go.mod").is_file() {
                let shown = dir.strip_prefix(&base).unwrap_or(&dir).display();
                return Err(format!(
                    "go: cannot load module {shown} listed in go.work file: open {shown}/go.mod: no such file or directory"
                ));
            }
            let (file, module) = read_main(&dir.join("go.mod"), &dir)?;
            files.push(file);
            modules.list.push(module);
        }
        if let Some(root) = &root
            && !modules.list.iter().any(|m| m.dir == *root)
        {
            return Err("current directory is contained in a module that is not one of the workspace modules listed in \
                        go.work. You can add the module to the workspace using:\n\tgo work use ."
                .into());
        }
        modules.go_mod = root.map(|r| r.join("go.mod"));
        (modules.go, modules.godebug) = (file.go.clone(), file.godebug.clone());
        // What the workspace says goes before what its modules say.
        replace.extend(file.replace);
        modules.go_work = Some(work);
        vendor_root = base;
    } else {
        let Some(root) = root else { return Ok(modules) };
        let path = match &choices.file {
            Some(file) if file.extension().is_none_or(|e| e != "mod") => {
                return Err(format!("go: -modfile={}: file does not have .mod extension", file.display()));
            }
            Some(file) if !cwd.join(file).exists() => {
                return Err(format!("go: open {}: no such file or directory", file.display()));
            }
            Some(file) => cwd.join(file),
            None => root.join("go.mod"),
        };
        let (file, module) = read_main(&path, &root)?;
        (modules.go, modules.godebug) = (file.go.clone(), file.godebug.clone());
        modules.go_mod = Some(root.join("go.mod"));
        modules.list.push(module);
        files.push(file);
        vendor_root = root;
    }
    replace.extend(files.iter().flat_map(|f| f.replace.clone()));
    let vendored = regular::read_to_string(&vendor_root.join("vendor/modules.txt")).ok();
    let wanted = match choices.mode.as_deref() {
        Some(mode) => mode == "vendor",
        None => vendored.is_some() && modules.go.as_deref().and_then(version::minor).unwrap_or(16) >= 14,
    };
    if wanted {
        let vendor = Vendor::parse(vendor_root.join("vendor"), &vendored.unwrap_or_default());
        if let [file] = &files[..]
            && let Some(problem) = vendor.inconsistency(file, &vendor_root)
        {
            return Err(problem);
        }
        modules.vendor = Some(vendor);
        return Ok(modules);
    }
    let mains: Vec<&GoMod> = files.iter().collect();
    let mut read = |path: &str, v: &str| {
        let (dir, listed, _) = place(&replace, path, v);
        let text = regular::read_to_string(&dir.join("go.mod")).ok().or_else(|| cache::read_mod(listed?));
        text.map(|t| gomod::parse(&t, &dir).0)
    };
    let selected: BTreeMap<String, String> = graph::select(&mains, &mut read);
    for (path, v) in selected {
        let (dir, _, replaced) = place(&replace, &path, &v);
        let replaced = replaced.map(|r| (r.new.clone(), r.new_version.clone()));
        let go = read(&path, &v).and_then(|f| f.go);
        let go_version = Some(go.as_deref().map_or(version::OLDEST.into(), version::language));
        modules.list.push(Module { path, version: Some(v), dir, go_version, main: false, replaced });
    }
    modules.sums = cache::Sums::read(modules.list.iter().filter(|m| m.main).map(|m| &m.dir));
    Ok(modules)
}

/// Where a version of a module is, what it is in the module cache if it is there, and the line that replaces it.
fn place<'a>(
    replace: &'a [Replace],
    path: &'a str,
    v: &'a str,
) -> (PathBuf, Option<(&'a str, &'a str)>, Option<&'a Replace>) {
    // A line for the one version goes before a line for all.
    let fits = |r: &&Replace| r.old == path && r.old_version.as_deref().is_none_or(|o| o == v);
    let exact = replace.iter().filter(fits).find(|r| r.old_version.is_some());
    let line = exact.or_else(|| replace.iter().find(fits));
    match line {
        Some(Replace { new, new_version: None, base, .. }) => {
            (crate::load::clean(&base.join(new)), None, line)
        }
        Some(Replace { new, new_version: Some(v), .. }) => (cache::dir(new, v), Some((new, v)), line),
        None => (cache::dir(path, v), Some((path, v)), None),
    }
}

impl Modules {
    /// The modules that may hold a package, the longest path first, with the package's directory in them.
    pub fn candidates<'a>(&'a self, import: &str) -> Vec<(&'a Module, PathBuf)> {
        let mut found: Vec<_> = self
            .list
            .iter()
            .filter_map(|m| {
                let rest = import.strip_prefix(m.path.as_str())?;
                (rest.is_empty() || rest.starts_with('/'))
                    .then(|| (m, m.dir.join(rest.trim_start_matches('/'))))
            })
            .collect();
        found.sort_by_key(|(m, _)| std::cmp::Reverse(m.path.len()));
        found.extend(self.vendor.iter().filter_map(|v| v.find(import)));
        found
    }

    /// Is what is not in a main module looked for in a vendor folder only?
    pub fn is_vendored(&self) -> bool {
        self.vendor.is_some()
    }

    /// The first main module.
    pub fn main(&self) -> Option<&Module> {
        self.list.first()
    }

    /// The module that a directory is in.
    pub fn of_dir(&self, dir: &Path) -> Option<&Module> {
        let vendored = self.vendor.iter().flat_map(|v| &v.modules);
        let all = self.list.iter().chain(vendored).filter(|m| dir.starts_with(&m.dir));
        all.max_by_key(|m| m.dir.as_os_str().len())
    }

    /// The import path of a directory within some module.
    pub fn import_path(&self, dir: &Path) -> Option<String> {
        let m = self.of_dir(dir)?;
        let rest = dir.strip_prefix(&m.dir).ok()?.to_str()?.replace('\\', "/");
        Some(if rest.is_empty() { m.path.clone() } else { format!("{}/{rest}", m.path) })
    }

    /// Refuses a module of the cache that is not what `go.sum` says.
    pub fn verify(&self, module: &Module) -> Result<(), String> {
        match &module.version {
            Some(v) if module.dir.starts_with(module_cache()) => {
                self.sums.verify(&module.path, v, &module.dir)
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longest_module_wins() {
        let module = |path: &str| Module {
            path: path.into(),
            version: None,
            dir: format!("/{path}").into(),
            go_version: None,
            main: true,
            replaced: None,
        };
        let m = Modules { list: vec![module("a"), module("a/b")], ..Modules::default() };
        let found: Vec<_> = m.candidates("a/b/c").into_iter().map(|(_, d)| d).collect();
        assert_eq!(found, [PathBuf::from("/a/b/c"), PathBuf::from("/a/b/c")]);
        assert!(m.candidates("ab").is_empty());
        assert_eq!(m.import_path(Path::new("/a/x")), Some("a/x".into()));
    }

    #[test]
    fn replacements() {
        let r = |old_version: Option<&str>, new: &str| Replace {
            old: "x".into(),
            old_version: old_version.map(String::from),
            new: new.into(),
            new_version: None,
            base: "/m".into(),
        };
        let list = [r(None, "../all"), r(Some("v1.0.0"), "./one")];
        assert_eq!(place(&list, "x", "v1.0.0").0, PathBuf::from("/m/one"));
        assert_eq!(place(&list, "x", "v1.1.0").0, PathBuf::from("/all"));
        assert_eq!(place(&list, "Y", "v1.1.0").1, Some(("Y", "v1.1.0")));
    }
}
