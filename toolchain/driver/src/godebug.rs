//! What GODEBUG says where the environment says nothing: defaults from the `go` line of `go.mod` or `go.work`, its `godebug` lines,
//! and the `//go:debug` lines of the main package, each going before the one named first.

use std::collections::BTreeMap;
use std::path::Path;

use crate::module::{Modules, version};

/// A row of the library's table of settings.
struct Setting {
    name: String,
    /// The minor release that changed the default, and the setting for what was before.
    changed: Option<(u32, String)>,
    /// The minor release that took the setting away, and the values that it can no longer have.
    removed: Option<(u32, Vec<String>)>,
}

/// The library's own table, which is a Go file with a row a line.
fn table(goroot: &Path) -> Vec<Setting> {
    let text = std::fs::read_to_string(goroot.join("src/internal/godebugs/table.go")).unwrap_or_default();
    text.lines().filter_map(row).collect()
}

fn row(line: &str) -> Option<Setting> {
    let body = line.trim().strip_prefix("{Name: ")?;
    let field = |key: &str| {
        let at = body.find(key)? + key.len();
        let rest = body[at..].trim_start();
        let end = rest.find([',', '}']).unwrap_or(rest.len());
        Some(rest[..end].trim().trim_matches('"').to_string())
    };
    let name = body.split('"').nth(1)?.to_string();
    let changed = field("Changed:").and_then(|c| c.parse().ok()).zip(field("Old:"));
    // The values are in a function, and in the comment behind it.
    let old = body.split_once("Old:").map_or("", |(_, rest)| rest);
    let values = old.split('"').skip(1).step_by(2).map(String::from).collect();
    let removed = field("Removed:").and_then(|r| r.parse().ok()).map(|minor| (minor, values));
    Some(Setting { name, changed, removed })
}

/// A `//go:debug` line: where it stands, and what it says.
#[derive(Debug, PartialEq)]
pub struct Line {
    pub file: String,
    pub number: usize,
    pub text: String,
}

/// The `//go:debug` lines in front of a file's package clause.
pub fn lines(file: &str, text: &[u8]) -> Vec<Line> {
    let mut found = Vec::new();
    if !text.windows(11).any(|w| w == b"//go:debug ") {
        return found;
    }
    let mut in_comment = false;
    for (i, line) in String::from_utf8_lossy(text).lines().enumerate() {
        let line = line.trim();
        if in_comment {
            in_comment = !line.contains("*/");
        } else if let Some(rest) = line.strip_prefix("//go:debug ") {
            found.push(Line { file: file.into(), number: i + 1, text: rest.trim().into() });
        } else if line.starts_with("/*") {
            in_comment = !line.contains("*/");
        } else if !line.is_empty() && !line.starts_with("//") {
            break;
        }
    }
    found
}

/// The defaults of a program whose main package has these lines, as GODEBUG would say them.
pub fn defaults(goroot: &Path, modules: &Modules, lines: &[Line]) -> Result<String, String> {
    let table = table(goroot);
    let mut own: BTreeMap<&str, &str> = BTreeMap::new();
    for (key, value) in &modules.godebug {
        check(&table, key, value).map_err(|e| format!("go: invalid godebug: {e}"))?;
        own.insert(key, value);
    }
    for l in lines {
        let at = format!("{}:{}", l.file, l.number);
        let (key, value) =
            l.text.split_once('=').ok_or(format!("{at}: invalid //go:debug: missing key=value"))?;
        check(&table, key, value).map_err(|e| format!("{at}: invalid //go:debug: {e}"))?;
        own.insert(key, value);
    }
    // `default` names the release whose defaults are wanted.
    let release = own.remove("default").map(|v| v.trim_start_matches("go")).or(modules.go.as_deref());
    let minor = match (release, modules.list.is_empty()) {
        (Some(go), _) => version::minor(go),
        (None, false) => version::minor(&version::OLDEST["go".len()..]),
        (None, true) => None,
    };
    let mut all: BTreeMap<&str, &str> = BTreeMap::new();
    for s in &table {
        if let (Some((changed, old)), Some(minor)) = (&s.changed, minor)
            && minor < *changed
        {
            all.insert(&s.name, old);
        }
    }
    all.extend(own);
    Ok(all.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join(","))
}

fn check(table: &[Setting], key: &str, value: &str) -> Result<(), String> {
    if value.contains([' ', '\t', ',', '"', '`', '\'']) || key.contains([' ', '\t']) {
        return Err(format!("malformed key=value: {key}={value}"));
    }
    if key == "default" {
        let known =
            value.strip_prefix("go").is_some_and(|v| version::minor(v).is_some() && !version::is_newer(v));
        return if known { Ok(()) } else { Err(format!("default={value}: unknown Go version")) };
    }
    match table.iter().find(|s| s.name == key) {
        Some(Setting { removed: Some((minor, old)), .. }) if old.iter().any(|o| o == value) => Err(format!(
            "removed GODEBUG {key:?} set to old value {value:?} (https://go.dev/doc/godebug#go-1{minor})"
        )),
        Some(_) => Ok(()),
        None => Err(format!("unknown //go:debug setting {key:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows() {
        let s = row("\t{Name: \"panicnil\", Package: \"runtime\", Changed: 21, Old: \"1\"},").unwrap();
        assert_eq!((s.name.as_str(), s.changed), ("panicnil", Some((21, "1".into()))));
        let s = row("\t{Name: \"x\", Package: \"y\", Opaque: true},").unwrap();
        assert_eq!((s.changed, s.removed), (None, None));
        let s = row("\t{Name: \"z\", Removed: 27, Old: f(s == \"1\" || s == \"2\")}, // Old: \"1\" or \"2\"")
            .unwrap();
        assert_eq!(s.removed, Some((27, ["1", "2", "1", "2"].map(String::from).to_vec())));
        assert!(row("}").is_none());
    }

    #[test]
    fn directives() {
        let text =
            b"// x\n\n//go:debug a=1\n/*\n//go:debug b=1\n*/\n//go:debug c=1\npackage main\n//go:debug d=1\n";
        let found: Vec<(usize, String)> =
            lines("f.go", text).into_iter().map(|l| (l.number, l.text)).collect();
        assert_eq!(found, [(3, "a=1".into()), (7, "c=1".into())]);
    }
}
