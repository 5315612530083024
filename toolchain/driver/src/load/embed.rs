//! The files that the patterns of a `//go:embed` line name.

use std::path::{Path, PathBuf};

use super::glob::Glob;

/// A file to be embedded: its name within the package, and where it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EmbedFile {
    pub name: String,
    pub path: PathBuf,
}

/// The files for all patterns, sorted by name, each once. Directories stand for the files below them. Only what would be packed
/// into the package's module counts: no links, no other modules, no names that a module cannot have.
pub(super) fn resolve(dir: &Path, patterns: &[String]) -> Result<Vec<EmbedFile>, String> {
    let mut found = Vec::new();
    for pattern in patterns {
        one(dir, pattern, &mut found).map_err(|text| format!("pattern {pattern}: {text}"))?;
    }
    found.sort();
    found.dedup();
    match found.iter().find(|f| !is_argument(&f.name)) {
        Some(f) => Err(format!("invalid input file name {:?}", f.name)),
        None => Ok(found),
    }
}

/// Whether the go command passes a file of this name to other programs: it cannot be taken for a flag or for cgo's own.
fn is_argument(name: &str) -> bool {
    let begins = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '/') || !c.is_ascii();
    name.starts_with(begins) && !name.starts_with("_cgo_")
}

fn one(dir: &Path, pattern: &str, found: &mut Vec<EmbedFile>) -> Result<(), String> {
    let (all, glob) = match pattern.strip_prefix("all:") {
        Some(rest) => (true, rest),
        None => (false, pattern),
    };
    let element = |e| if matches!(e, "" | "." | "..") { None } else { Glob::new(e) };
    let globs: Option<Vec<Glob>> = glob.split('/').map(element).collect();
    let globs = globs.ok_or("invalid pattern syntax")?;
    let mut matches = Vec::new();
    expand(dir, String::new(), &globs, &mut matches);
    if matches.is_empty() {
        return Err("no matching files found".into());
    }
    for name in matches {
        let path = dir.join(&name);
        let kind = path.symlink_metadata().map_err(|e| format!("{name}: {e}"))?.file_type();
        let what = if kind.is_dir() { "directory" } else { "file" };
        outside(dir, &name).map_err(|why| format!("cannot embed {what} {name}: {why}"))?;
        if kind.is_file() {
            found.push(EmbedFile { name, path });
        } else if kind.is_dir() {
            let before = found.len();
            walk(&path, &name, all, found)?;
            if found.len() == before {
                return Err(format!("cannot embed directory {name}: contains no embeddable files"));
            }
        } else {
            return Err(format!("cannot embed irregular file {name}"));
        }
    }
    Ok(())
}

/// Why a file or directory below `dir` is not of its module.
fn outside(dir: &Path, name: &str) -> Result<(), String> {
    let mut at = name;
    loop {
        let path = dir.join(at);
        if path.join("go.mod").exists() {
            return Err("in different module".into());
        }
        if at != name && !path.symlink_metadata().is_ok_and(|m| m.is_dir()) {
            return Err(format!("in non-directory {at}"));
        }
        let (parent, base) = at.rsplit_once('/').unwrap_or(("", at));
        if !can_be_in_module(base) {
            let place = if at == name { "invalid name" } else { "in invalid directory" };
            return Err(format!("{place} {base}"));
        }
        if parent.is_empty() {
            return Ok(());
        }
        at = parent;
    }
}

/// Can a module have a file or directory of this name? Not those that mean devices on some systems, with any extension.
fn can_be_in_module(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || "!#$%&()+,-.=@[]^_{}~ ".contains(c) || is_letter(c);
    let stem = name.split('.').next().unwrap_or("").to_ascii_lowercase();
    let port = stem.strip_prefix("com").or(stem.strip_prefix("lpt"));
    let device = matches!(&*stem, "con" | "prn" | "aux" | "nul")
        || port.is_some_and(|n| matches!(n.as_bytes(), [b'1'..=b'9']));
    let vcs = matches!(name, ".bzr" | ".hg" | ".git" | ".svn");
    !name.is_empty() && !name.ends_with('.') && name.chars().all(fits) && !device && !vcs
}

/// A letter outside ASCII.
fn is_letter(c: char) -> bool {
    !c.is_ascii() && syntax::unicode::is_letter(c)
}

/// Names below `dir` that match a pattern with slashes, one element at a time.
fn expand(dir: &Path, prefix: String, globs: &[Glob], out: &mut Vec<String>) {
    let Some((head, rest)) = globs.split_first() else { return out.push(prefix) };
    let mut names: Vec<String> = match head.literal() {
        Some(name) => vec![name],
        None => {
            let Ok(entries) = std::fs::read_dir(dir.join(&prefix)) else { return };
            let names = entries.flatten().map(|e| e.file_name().to_string_lossy().to_string());
            names.filter(|n| head.matches(n)).collect()
        }
    };
    names.sort();
    for name in names {
        let path = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
        if dir.join(&path).symlink_metadata().is_ok() {
            expand(dir, path, rest, out);
        }
    }
}

/// The regular files below a directory. Hidden ones count if they are asked for.
fn walk(dir: &Path, prefix: &str, all: bool, out: &mut Vec<EmbedFile>) -> Result<(), String> {
    let Ok(entries) = std::fs::read_dir(dir) else { return Ok(()) };
    let mut entries: Vec<_> = entries.flatten().collect();
    entries.sort_by_key(|e| e.file_name());
    for entry in entries {
        let base = entry.file_name().to_string_lossy().to_string();
        let name = format!("{prefix}/{base}");
        let Ok(kind) = entry.file_type() else { continue };
        let hidden = base.starts_with(['.', '_']);
        if hidden && !all {
            continue;
        }
        if !can_be_in_module(&base) {
            if hidden || kind.is_dir() {
                continue;
            }
            return Err(format!("cannot embed file {name}: invalid name {base}"));
        }
        let path = entry.path();
        if kind.is_dir() {
            // A nested module is not part of this package's module.
            if !path.join("go.mod").exists() {
                walk(&path, &name, all, out)?;
            }
        } else if kind.is_file() {
            out.push(EmbedFile { name, path });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    fn tree(files: &[&str]) -> Scratch {
        let scratch = Scratch::new("test", false).unwrap();
        for name in files {
            let path = scratch.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        }
        scratch
    }

    fn names(scratch: &Scratch, patterns: &[&str]) -> Result<Vec<String>, String> {
        let patterns: Vec<String> = patterns.iter().map(|p| p.to_string()).collect();
        Ok(resolve(scratch.path(), &patterns)?.into_iter().map(|f| f.name).collect())
    }

    #[test]
    fn directories() {
        let dir = tree(&["a.txt", "d/b.txt", "d/_c", "d/e/f", "d/.git/config"]);
        assert_eq!(names(&dir, &["*.txt", "d"]).unwrap(), ["a.txt", "d/b.txt", "d/e/f"]);
        assert_eq!(names(&dir, &["all:d"]).unwrap(), ["d/_c", "d/b.txt", "d/e/f"]);
        assert_eq!(names(&dir, &["d/*.txt"]).unwrap(), ["d/b.txt"]);
        assert_eq!(names(&dir, &["d/_c"]).unwrap(), ["d/_c"]);
        assert_eq!(names(&dir, &["nope"]).unwrap_err(), "pattern nope: no matching files found");
        for bad in ["../x", "/etc/passwd", ".", "all:.", "", "d/", "d//b.txt", "./d", "[", "d/[a-", "a\\"] {
            assert_eq!(names(&dir, &[bad]), Err(format!("pattern {bad}: invalid pattern syntax")));
        }
    }

    #[test]
    fn nothing_from_outside_the_module() {
        let dir = tree(&[
            "own/a",
            "own/b:c/x",
            "own/sub/go.mod",
            "own/sub/x",
            "own/.git/x",
            "other/go.mod",
            "other/x",
            "other/y/z",
            "bad/q?",
            "bad/CON.txt",
            "bad/.con",
            "names/ok é.txt",
            "names/console",
            "names/com0",
            "com1/x",
        ]);
        let base = dir.path();
        std::os::unix::fs::symlink("/etc", base.join("etc")).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", base.join("passwd")).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", base.join("own/link")).unwrap();
        std::os::unix::fs::symlink("/etc", base.join("own/dirlink")).unwrap();
        std::os::unix::fs::symlink("/nowhere", base.join("dangling")).unwrap();
        let fifo = base.join("own/fifo");
        assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
        assert_eq!(names(&dir, &["own"]).unwrap(), ["own/a"]);
        assert_eq!(names(&dir, &["names"]).unwrap(), ["names/com0", "names/console", "names/ok é.txt"]);
        for (pattern, why) in [
            ("passwd", "cannot embed irregular file passwd"),
            ("dangling", "cannot embed irregular file dangling"),
            ("own/fifo", "cannot embed irregular file own/fifo"),
            ("etc", "cannot embed irregular file etc"),
            ("etc/passwd", "cannot embed file etc/passwd: in non-directory etc"),
            ("e*/passwd", "cannot embed file etc/passwd: in non-directory etc"),
            ("own/sub", "cannot embed directory own/sub: in different module"),
            ("own/sub/x", "cannot embed file own/sub/x: in different module"),
            ("other", "cannot embed directory other: in different module"),
            ("other/y/z", "cannot embed file other/y/z: in different module"),
            ("own/.git", "cannot embed directory own/.git: invalid name .git"),
            ("own/.git/x", "cannot embed file own/.git/x: in invalid directory .git"),
            ("own/b:c/x", "cannot embed file own/b:c/x: in invalid directory b:c"),
            ("com1/x", "cannot embed file com1/x: in invalid directory com1"),
            ("bad", "cannot embed file bad/CON.txt: invalid name CON.txt"),
            ("bad/q*", "cannot embed file bad/q?: invalid name q?"),
        ] {
            assert_eq!(names(&dir, &[pattern]), Err(format!("pattern {pattern}: {why}")));
        }
        let flags = tree(&["~t~", "-x/y", "_cgo_a", "own/~z"]);
        assert_eq!(names(&flags, &["own/~z"]).unwrap(), ["own/~z"]);
        for (pattern, name) in [("~t~", "~t~"), ("-x", "-x/y"), ("_cgo_a", "_cgo_a")] {
            assert_eq!(names(&flags, &[pattern]), Err(format!("invalid input file name {name:?}")));
        }
    }
}
