//! The files that the patterns of a `//go:embed` line name.

use std::path::{Path, PathBuf};

/// A file to be embedded: its name within the package, and where it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EmbedFile {
    pub name: String,
    pub path: PathBuf,
}

/// The files for all patterns, sorted by name, each once. Directories stand for the files below them.
pub(super) fn resolve(dir: &Path, patterns: &[String]) -> Result<Vec<EmbedFile>, String> {
    let mut found = Vec::new();
    for pattern in patterns {
        let (all, glob) = match pattern.strip_prefix("all:") {
            Some(rest) => (true, rest),
            None => (false, pattern.as_str()),
        };
        let invalid = glob.is_empty()
            || glob.starts_with('/')
            || glob != "." && glob.split('/').any(|e| matches!(e, "" | "." | ".."));
        if invalid {
            return Err(format!("pattern {pattern}: invalid pattern syntax"));
        }
        let mut matches = Vec::new();
        expand(dir, String::new(), glob, &mut matches);
        if matches.is_empty() {
            return Err(format!("pattern {pattern}: no matching files found"));
        }
        for name in matches {
            let path = dir.join(&name);
            if path.is_dir() {
                let before = found.len();
                walk(&path, if name == "." { String::new() } else { name.clone() }, all, &mut found);
                if found.len() == before {
                    return Err(format!(
                        "pattern {pattern}: cannot embed directory {name}: contains no embeddable files"
                    ));
                }
            } else if path.is_symlink() || !path.is_file() {
                return Err(format!("pattern {pattern}: cannot embed irregular file {name}"));
            } else {
                found.push(EmbedFile { name, path });
            }
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}

/// Names below `dir` that match a pattern with slashes, one element at a time.
fn expand(dir: &Path, prefix: String, glob: &str, out: &mut Vec<String>) {
    let (head, rest) = match glob.split_once('/') {
        Some((head, rest)) => (head, Some(rest)),
        None => (glob, None),
    };
    let mut names: Vec<String> = if head.contains(['*', '?', '[', '\\']) {
        let Ok(entries) = std::fs::read_dir(dir.join(&prefix)) else { return };
        let names = entries.flatten().map(|e| e.file_name().to_string_lossy().to_string());
        names.filter(|n| matches(head.as_bytes(), n.as_bytes())).collect()
    } else {
        vec![head.to_string()]
    };
    names.sort();
    for name in names {
        let path = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
        if !dir.join(&path).exists() {
            continue;
        }
        match rest {
            Some(rest) => expand(dir, path, rest, out),
            None => out.push(path),
        }
    }
}

fn walk(dir: &Path, prefix: String, all: bool, out: &mut Vec<EmbedFile>) {
    let Ok(entries) = std::fs::read_dir(dir) else { return };
    for path in entries.flatten().map(|e| e.path()) {
        let base = path.file_name().unwrap_or_default().to_string_lossy().to_string();
        if !all && base.starts_with(['.', '_']) || matches!(base.as_str(), ".git" | ".hg" | ".svn" | ".bzr") {
            continue;
        }
        let name = if prefix.is_empty() { base } else { format!("{prefix}/{base}") };
        if path.is_symlink() {
            continue;
        }
        if path.is_dir() {
            // A nested module is not part of this package's module.
            if !path.join("go.mod").exists() {
                walk(&path, name, all, out);
            }
        } else {
            out.push(EmbedFile { name, path });
        }
    }
}

/// Go's `path.Match` for one element.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    let Some((&p, rest)) = pattern.split_first() else { return name.is_empty() };
    match p {
        b'*' => (0..=name.len()).any(|i| matches(rest, &name[i..])),
        b'?' => {
            let width = (1..name.len()).find(|&i| name[i] & 0xC0 != 0x80).unwrap_or(name.len());
            !name.is_empty() && matches(rest, &name[width..])
        }
        b'[' => {
            let Some(end) = rest.iter().skip(1).position(|&b| b == b']').map(|i| i + 1) else { return false };
            let Some((&c, tail)) = name.split_first() else { return false };
            let (negated, set) = match rest[..end].strip_prefix(b"^") {
                Some(set) => (true, set),
                None => (false, &rest[..end]),
            };
            let mut hit = false;
            let mut i = 0;
            while i < set.len() {
                let high = if i + 2 < set.len() && set[i + 1] == b'-' { set[i + 2] } else { set[i] };
                hit |= set[i] <= c && c <= high;
                i += if i + 2 < set.len() && set[i + 1] == b'-' { 3 } else { 1 };
            }
            hit != negated && matches(&rest[end + 1..], tail)
        }
        b'\\' if !rest.is_empty() => name.first() == Some(&rest[0]) && matches(&rest[1..], &name[1..]),
        _ => name.first() == Some(&p) && matches(rest, &name[1..]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs() {
        for (pattern, name, want) in [
            ("*.txt", "a.txt", true),
            ("*.txt", "a.md", false),
            ("a?c", "abc", true),
            ("a?c", "aéc", true),
            ("[a-c]x", "bx", true),
            ("[^a-c]x", "bx", false),
            ("a\\*", "a*", true),
            ("", "", true),
        ] {
            assert_eq!(matches(pattern.as_bytes(), name.as_bytes()), want, "{pattern} {name}");
        }
    }

    #[test]
    fn directories() {
        let dir = std::env::temp_dir().join(format!("oxigo-embed-{}", std::process::id()));
        std::fs::create_dir_all(dir.join("d/e")).unwrap();
        for name in ["a.txt", "d/b.txt", "d/_c", "d/e/f"] {
            std::fs::write(dir.join(name), "x").unwrap();
        }
        let names = |patterns: &[&str]| -> Result<Vec<String>, String> {
            let patterns: Vec<String> = patterns.iter().map(|p| p.to_string()).collect();
            Ok(resolve(&dir, &patterns)?.into_iter().map(|f| f.name).collect())
        };
        assert_eq!(names(&["*.txt", "d"]).unwrap(), ["a.txt", "d/b.txt", "d/e/f"]);
        assert_eq!(names(&["all:d"]).unwrap(), ["d/_c", "d/b.txt", "d/e/f"]);
        assert_eq!(names(&["d/*.txt"]).unwrap(), ["d/b.txt"]);
        assert_eq!(names(&["nope"]).unwrap_err(), "pattern nope: no matching files found");
        assert!(names(&["../x"]).is_err());
        std::fs::remove_dir_all(&dir).unwrap();
    }
}
