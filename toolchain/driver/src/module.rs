//! Modules: `go.mod` of the main module, and where its dependencies lie on this machine (`replace` directories, the
//! vendor folder, the module cache). Nothing is downloaded.

use std::path::{Path, PathBuf};

use crate::goroot::GO_VERSION;
use crate::regular;

/// A module whose packages can be imported.
#[derive(Clone, Debug, PartialEq)]
pub struct Module {
    /// Import path of its root.
    pub path: String,
    pub dir: PathBuf,
    /// Language version as `go1.N`.
    pub go_version: Option<String>,
}

/// The main module first.
#[derive(Clone, Debug, Default)]
pub struct Modules {
    pub list: Vec<Module>,
    /// The main module's vendor folder, if it is used.
    pub vendor: Option<PathBuf>,
}

#[derive(Default)]
struct GoMod {
    path: String,
    go: Option<String>,
    require: Vec<(String, String)>,
    /// Old path, its version if given, new path, its version if given.
    replace: Vec<(String, Option<String>, String, Option<String>)>,
}

/// The words of a line of `go.mod`, without comments.
fn words(line: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() && !rest.starts_with("//") {
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '`'));
        let (word, behind) = match quote {
            Some(q) => rest[1..].split_once(q).unwrap_or((&rest[1..], "")),
            None => rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len())),
        };
        out.push(word.to_string());
        rest = behind.trim_start();
    }
    out
}

fn parse(text: &str) -> GoMod {
    let mut file = GoMod::default();
    let mut block: Option<String> = None;
    for line in text.lines() {
        let mut words = words(line);
        if words.is_empty() {
            continue;
        }
        if block.is_some() && words[0] == ")" {
            block = None;
            continue;
        }
        let verb = match &block {
            Some(verb) => verb.clone(),
            None => {
                let verb = words.remove(0);
                if words.first().is_some_and(|w| w == "(") {
                    block = Some(verb);
                    continue;
                }
                verb
            }
        };
        match (verb.as_str(), words.as_slice()) {
            ("module", [path, ..]) => file.path = path.clone(),
            ("go", [version, ..]) => file.go = Some(version.clone()),
            ("require", [path, version, ..]) => file.require.push((path.clone(), version.clone())),
            ("replace", words) => {
                let Some(arrow) = words.iter().position(|w| w == "=>") else { continue };
                if let (Some(old), Some(new)) = (words[..arrow].first(), words.get(arrow + 1)) {
                    let old_version = words[..arrow].get(1).cloned();
                    let new_version = words.get(arrow + 2).cloned();
                    file.replace.push((old.clone(), old_version, new.clone(), new_version));
                }
            }
            _ => {}
        }
    }
    file
}

/// `1.21.3` is language version `go1.21`.
fn language_version(go: &str) -> String {
    let parts: Vec<&str> = go.split('.').collect();
    let minor: String = parts.get(1).unwrap_or(&"").chars().take_while(char::is_ascii_digit).collect();
    format!("go{}.{minor}", parts[0])
}

/// Does `go` ask for a later version of the language than this compiler knows?
fn newer(go: &str) -> bool {
    let number = |v: &str| -> Option<u32> { v.strip_prefix("go1.")?.parse().ok() };
    number(&language_version(go)) > number(GO_VERSION)
}

/// Without a `go` line, a module is as old as this.
const OLDEST: &str = "go1.16";

/// Upper-case letters are written `!x` in the module cache.
fn escape(path: &str) -> String {
    let mut out = String::new();
    for c in path.chars() {
        if c.is_ascii_uppercase() {
            out.push('!');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

fn module_cache() -> PathBuf {
    let env = |name| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    env("GOMODCACHE")
        .or_else(|| env("GOPATH").map(|p| p.join("pkg/mod")))
        .unwrap_or_else(|| env("HOME").unwrap_or_default().join("go/pkg/mod"))
}

/// The directory with `go.mod` at or above `start`.
pub fn find_root(start: &Path) -> Option<PathBuf> {
    start.ancestors().find(|d| d.join("go.mod").is_file()).map(Path::to_path_buf)
}

/// Reads the main module at `root` and finds the modules it requires.
pub fn load(root: &Path) -> Result<Modules, String> {
    let path = root.join("go.mod");
    let text = regular::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    let file = parse(&text);
    if file.path.is_empty() {
        return Err(format!("{}: no module declaration", path.display()));
    }
    let go_version = file.go.as_deref().map_or(OLDEST.into(), language_version);
    if let Some(go) = file.go.as_deref().filter(|go| newer(go)) {
        return Err(format!("go.mod requires go >= {go} (oxigo compiles {GO_VERSION})"));
    }
    let mut modules = Modules::default();
    let main = Module { path: file.path.clone(), dir: root.to_path_buf(), go_version: Some(go_version) };
    modules.list.push(main);
    if root.join("vendor/modules.txt").is_file() {
        modules.vendor = Some(root.join("vendor"));
    }
    for (path, version) in &file.require {
        let replaced =
            file.replace.iter().find(|r| r.0 == *path && r.1.as_ref().is_none_or(|v| v == version));
        let dir = match replaced {
            Some((_, _, new, None)) => root.join(new),
            Some((_, _, new, Some(v))) => module_cache().join(format!("{}@{}", escape(new), escape(v))),
            None => module_cache().join(format!("{}@{}", escape(path), escape(version))),
        };
        let own = regular::read_to_string(&dir.join("go.mod")).map(|t| parse(&t)).unwrap_or_default();
        let go_version = Some(own.go.as_deref().map_or(OLDEST.into(), language_version));
        modules.list.push(Module { path: path.clone(), dir, go_version });
    }
    Ok(modules)
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
        found
    }

    pub fn main(&self) -> Option<&Module> {
        self.list.first()
    }

    /// The import path of a directory within some module.
    pub fn import_path(&self, dir: &Path) -> Option<String> {
        let m =
            self.list.iter().filter(|m| dir.starts_with(&m.dir)).max_by_key(|m| m.dir.as_os_str().len())?;
        let rest = dir.strip_prefix(&m.dir).ok()?.to_str()?.replace('\\', "/");
        Some(if rest.is_empty() { m.path.clone() } else { format!("{}/{rest}", m.path) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn go_mod() {
        let f = parse(
            "module \"a.b/c\" // x\n\ngo 1.21.3\nrequire (\n\tx.y/Z v1.2.3 // indirect\n)\nrequire q v0.0.1\n\
             replace x.y/Z => ../z\nreplace q v0.0.1 => r v1.0.0\n",
        );
        assert_eq!((f.path.as_str(), f.go.as_deref()), ("a.b/c", Some("1.21.3")));
        assert_eq!(f.require.len(), 2);
        assert_eq!(f.replace[0].2, "../z");
        assert_eq!(f.replace[1], ("q".into(), Some("v0.0.1".into()), "r".into(), Some("v1.0.0".into())));
        assert_eq!(language_version("1.21.3"), "go1.21");
        assert_eq!(language_version("1.27rc1"), "go1.27");
        assert!(newer("1.28.1") && !newer("1.27.9") && !newer("1.9"));
        assert_eq!(escape("x/AbC"), "x/!ab!c");
    }

    #[test]
    fn longest_module_wins() {
        let module =
            |path: &str| Module { path: path.into(), dir: format!("/{path}").into(), go_version: None };
        let m = Modules { list: vec![module("a"), module("a/b")], vendor: None };
        let found: Vec<_> = m.candidates("a/b/c").into_iter().map(|(_, d)| d).collect();
        assert_eq!(found, [PathBuf::from("/a/b/c"), PathBuf::from("/a/b/c")]);
        assert!(m.candidates("ab").is_empty());
        assert_eq!(m.import_path(Path::new("/a/x")), Some("a/x".into()));
    }
}
