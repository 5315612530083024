//! From import paths and command-line arguments to directories.

use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;

use super::{Config, Place};
use crate::module::Module;

fn has_go_files(dir: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(dir) else { return false };
    entries.flatten().any(|e| {
        let name = e.file_name();
        let name = name.to_string_lossy();
        name.ends_with(".go") && !name.starts_with(['_', '.'])
    })
}

fn std_at(path: String, dir: PathBuf) -> Place {
    Place { path, dir, std: true, files: None, go_version: None }
}

/// A package of the standard library, or one that the overlay adds to it.
pub(super) fn std_place(config: &Config, path: &str) -> Option<Place> {
    let dir = config.std_dir(path);
    let known = config.overlay.replacement(path).is_some() || has_go_files(&dir);
    known.then(|| std_at(path.to_string(), dir))
}

/// May a package at `importer` import the internal package `path`?
fn internal_allowed(path: &str, importer: &str) -> bool {
    let elements: Vec<&str> = path.split('/').collect();
    let Some(at) = elements.iter().rposition(|e| *e == "internal") else { return true };
    let parent = elements[..at].join("/");
    parent.is_empty() || importer == parent || importer.starts_with(&format!("{parent}/"))
}

/// The package that `path` means in `importer`; an error is `go build`'s text.
pub(super) fn resolve(config: &Config, path: &str, importer: &Place) -> Result<Place, String> {
    if let Some(place) = config.tested.as_ref().and_then(|t| t.resolve(path, importer)) {
        return Ok(place);
    }
    if importer.std {
        let has_dot = path.split('/').next().unwrap_or("").contains('.');
        // The go command's own programs have a folder of their own for others' packages.
        let vendor = if importer.path.starts_with("cmd/") { "cmd/vendor" } else { "vendor" };
        let vendored = has_dot.then(|| std_place(config, &format!("{vendor}/{path}"))).flatten();
        return vendored
            .or_else(|| std_place(config, path))
            .ok_or_else(|| format!("package {path} is not in std ({})", config.std_dir(path).display()));
    }
    let name = path.strip_prefix("./").or_else(|| path.strip_prefix("test/"));
    if let Some(place) = name.and_then(|name| dir_package(config, name)) {
        return Ok(place);
    }
    if path.starts_with("./") || path.starts_with("../") {
        return Err(format!(
            "{path:?} is relative, but relative import paths are not supported in module mode"
        ));
    }
    let place = find(config, path)?;
    let from = match &importer.files {
        Some(_) => config.modules.import_path(&importer.dir).unwrap_or_default(),
        None => importer.path.clone(),
    };
    let allowed =
        if place.std { !path.split('/').any(|e| e == "internal") } else { internal_allowed(path, &from) };
    if !allowed {
        return Err(format!("use of internal package {path} not allowed"));
    }
    Ok(place)
}

/// A package of `Config::dir_packages`, by its name or that of a file of it.
pub(super) fn dir_package(config: &Config, name: &str) -> Option<Place> {
    let has_file = |files: &&Vec<PathBuf>| files.iter().any(|f| f.file_stem().is_some_and(|s| s == name));
    let files = config.dir_packages.get(name).or_else(|| config.dir_packages.values().find(has_file))?;
    let first = files.first()?;
    let stem = first.file_stem()?.to_string_lossy();
    let path = if name == "main" { "command-line-arguments".into() } else { format!("test/{stem}") };
    Some(Place {
        path,
        dir: first.parent()?.into(),
        std: false,
        files: Some(files.clone()),
        go_version: None,
    })
}

/// The Go files of a directory by the name in their package clause.
pub fn group_by_package(dir: &Path) -> std::io::Result<FxHashMap<String, Vec<PathBuf>>> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(dir)?.flatten().map(|e| e.path()).collect();
    paths.sort();
    let mut groups: FxHashMap<String, Vec<PathBuf>> = FxHashMap::default();
    for path in paths.into_iter().filter(|p| p.extension().is_some_and(|e| e == "go")) {
        let text = String::from_utf8_lossy(&crate::regular::read(&path)?).to_string();
        let clause = text.lines().find_map(|l| l.strip_prefix("package "));
        let name: String = clause
            .unwrap_or("")
            .trim_start()
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect();
        groups.entry(name).or_default().push(path);
    }
    Ok(groups)
}

/// The overlay's package of devices.
const MACHINE: &str = "oxigo/machine";

/// A package by its import path, as user code may import it.
fn find(config: &Config, path: &str) -> Result<Place, String> {
    if path == MACHINE && !config.context.is_bare() {
        return Err(format!(
            "package {path} is for machines without an operating system (--target none/ARCH)"
        ));
    }
    let dotted = path.split('/').next().unwrap_or("").contains('.');
    if !dotted
        && !path.starts_with("vendor/")
        && let Some(place) = std_place(config, path)
    {
        return Ok(place);
    }
    let mut absent = None;
    for (module, dir) in config.modules.candidates(path) {
        if has_go_files(&dir) {
            config.modules.verify(module)?;
            let go_version = module.go_version.clone();
            return Ok(Place { path: path.into(), dir, std: false, files: None, go_version });
        }
        if !module.main && !module.dir.is_dir() {
            absent = absent.or(Some(module));
        }
    }
    if !dotted {
        return Err(format!("package {path} is not in std ({})", config.std_dir(path).display()));
    }
    if let Some(Module { path: module, version, dir, replaced, .. }) = absent {
        let version = version.as_deref().unwrap_or_default();
        if let Some((folder, None)) = replaced {
            return Err(format!("{module}@{version}: replacement directory {folder} does not exist"));
        }
        return Err(format!("{module}@{version}: not found at {} (nothing is downloaded)", dir.display()));
    }
    if config.modules.is_vendored() {
        return Err(format!(
            "cannot find module providing package {path}: import lookup disabled by -mod=vendor\n\t(Go version in go.mod is at \
             least 1.14 and vendor directory exists.)"
        ));
    }
    Err(if config.modules.list.is_empty() {
        format!(
            "no required module provides package {path}: go.mod file not found in current directory or any parent \
             directory; see 'go help modules'"
        )
    } else {
        format!("no required module provides package {path}; to add it:\n\tgo get {path}")
    })
}

/// The import path of a user's or the library's directory.
fn place_of_dir(config: &Config, dir: PathBuf) -> Place {
    let src = config.goroot.join("src");
    if let Ok(rest) = dir.strip_prefix(&src) {
        return std_at(rest.to_string_lossy().replace('\\', "/"), dir.clone());
    }
    let path = config.modules.import_path(&dir);
    // Outside a module a directory is named like files on the command line.
    let path = path.unwrap_or_else(|| format!("_{}", dir.display()));
    let go_version = config.modules.of_dir(&dir).and_then(|m| m.go_version.clone());
    Place { path, dir, std: false, files: None, go_version }
}

pub(super) fn expand(config: &Config, arg: &str) -> Result<Vec<Place>, String> {
    if arg == "std" {
        let mut found = Vec::new();
        walk(config, &config.goroot.join("src"), &mut found, true);
        return Ok(found);
    }
    let local =
        arg == "." || arg == ".." || arg.starts_with("./") || arg.starts_with("../") || arg.starts_with('/');
    if let Some(prefix) = arg.strip_suffix("...") {
        let prefix = prefix.trim_end_matches('/');
        let dir = if local { clean(&config.cwd.join(prefix)) } else { dir_of_pattern(config, prefix)? };
        if local && !dir.exists() {
            return Err(format!("pattern {arg}: lstat {prefix}/: no such file or directory"));
        }
        let mut found = Vec::new();
        walk(config, &dir, &mut found, dir.starts_with(&config.goroot));
        if found.is_empty() {
            return Err(format!("pattern {arg}: no packages to build"));
        }
        return Ok(found);
    }
    if !local {
        return find(config, arg).map(|p| vec![p]);
    }
    let dir = clean(&config.cwd.join(arg));
    if !dir.is_dir() {
        return Err(format!("stat {}: directory not found", dir.display()));
    }
    if !has_go_files(&dir) {
        return Err(format!("no Go files in {}", dir.display()));
    }
    Ok(vec![place_of_dir(config, dir)])
}

fn dir_of_pattern(config: &Config, prefix: &str) -> Result<PathBuf, String> {
    let std = config.std_dir(prefix);
    if std.is_dir() {
        return Ok(std);
    }
    let found = config.modules.candidates(prefix).into_iter().map(|(_, d)| d).find(|d| d.is_dir());
    found.ok_or_else(|| format!("pattern {prefix}/...: no packages found"))
}

/// Packages at and below a directory, without nested modules and test data.
fn walk(config: &Config, dir: &Path, out: &mut Vec<Place>, std: bool) {
    let Ok(entries) = std::fs::read_dir(dir) else { return };
    let mut dirs: Vec<PathBuf> = entries.flatten().map(|e| e.path()).filter(|p| p.is_dir()).collect();
    dirs.sort();
    if has_go_files(dir) {
        let place = place_of_dir(config, dir.to_path_buf());
        // Documentation of the language, and what only programs that use C have.
        let special = std && matches!(place.path.as_str(), "builtin" | "runtime/cgo");
        if !special && super::files::has_buildable(config, &place, config.testing) {
            out.push(place);
        }
    }
    for sub in dirs {
        let name = sub.file_name().unwrap_or_default().to_string_lossy().to_string();
        let skip = name.starts_with(['.', '_'])
            || name == "testdata"
            || sub.join("go.mod").is_file()
            || std && name == "cmd"
            || !std && name == "vendor";
        if !skip {
            walk(config, &sub, out, std);
        }
    }
}

pub(super) fn files_place(config: &Config, files: &[String]) -> Result<Place, String> {
    if let Some(other) = files.iter().find(|f| !f.ends_with(".go")) {
        return Err(format!("named files must be .go files: {other}"));
    }
    let paths: Vec<PathBuf> = files.iter().map(|f| clean(&config.cwd.join(f))).collect();
    let dir = paths[0].parent().unwrap_or(&config.cwd).to_path_buf();
    for (path, name) in paths.iter().zip(files) {
        if path.parent() != Some(&dir) {
            let shown = |dir: &Path| match dir == config.cwd {
                true => ".".to_string(),
                false => config.display_plain(dir),
            };
            let other = shown(path.parent().unwrap_or(Path::new("")));
            return Err(format!(
                "named files must all be in one directory; have {} and {other}",
                shown(&dir)
            ));
        }
        if !path.is_file() {
            return Err(format!(
                "no required module provides package {name}; open {name}: no such file or directory"
            ));
        }
    }
    let module = config.modules.of_dir(&dir);
    Ok(Place {
        path: "command-line-arguments".into(),
        dir,
        std: false,
        files: Some(paths),
        go_version: module.and_then(|m| m.go_version.clone()),
    })
}

/// Removes `.` and `..`.
pub fn clean(path: &Path) -> PathBuf {
    use std::path::Component;
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn internal_packages() {
        for (path, importer, want) in [
            ("a/internal/b", "a/c", true),
            ("a/internal/b", "a", true),
            ("a/internal/b", "ab", false),
            ("a/internal", "x", false),
            ("internal/x", "y", true),
            ("a/b", "y", true),
        ] {
            assert_eq!(internal_allowed(path, importer), want, "{path} from {importer}");
        }
    }
}
