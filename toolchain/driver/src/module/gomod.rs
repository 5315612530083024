//! The text of `go.mod` and `go.work`.

use std::path::{Path, PathBuf};

use crate::regular;

/// `old [version] => new [version]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Replace {
    pub old: String,
    pub old_version: Option<String>,
    pub new: String,
    pub new_version: Option<String>,
    /// Where the file with this line is: local paths start there.
    pub base: PathBuf,
}

/// A `go.mod` or `go.work` file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GoMod {
    /// The module; empty in `go.work`.
    pub path: String,
    pub go: Option<String>,
    pub require: Vec<(String, String)>,
    pub exclude: Vec<(String, String)>,
    pub replace: Vec<Replace>,
    pub godebug: Vec<(String, String)>,
    /// Directories of the modules of a workspace.
    pub uses: Vec<String>,
}

/// The words of a line, without comments. A quote that is not closed is an error.
fn words(line: &str) -> Result<Vec<String>, String> {
    let mut out = Vec::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() && !rest.starts_with("//") {
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '`'));
        let (word, behind) = match quote {
            Some(q) => rest[1..].split_once(q).ok_or("unexpected newline in string")?,
            None => rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len())),
        };
        out.push(word.to_string());
        rest = behind.trim_start();
    }
    Ok(out)
}

/// `v1.2.3`, with what may follow.
fn is_version(text: &str) -> bool {
    let core = text.split(['-', '+']).next().unwrap_or("");
    let parts: Vec<&str> = core.strip_prefix('v').unwrap_or("").split('.').collect();
    parts.len() == 3 && parts.iter().all(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit()))
}

/// `go1.23`, `go1.23.0`, `go1.23rc1`, with what may follow behind a dash; or `default`, `local`.
fn is_toolchain(text: &str) -> bool {
    let version = text.strip_prefix("go").or_else(|| text.split_once("-go").map(|t| t.1)).unwrap_or("");
    matches!(text, "default" | "local")
        || version.starts_with("1.") && version[2..].starts_with(|c: char| c.is_ascii_digit())
}

/// Statements that a file has once.
const ONCE: &[&str] = &["module", "go", "toolchain"];

/// Directives that say nothing about a build.
const OTHERS: &[&str] = &["retract", "tool", "ignore"];

/// Parses the text of a file in `base`. Errors come with their lines; a dependency's file is taken as far as it is understood.
pub fn parse(text: &str, base: &Path) -> (GoMod, Vec<(usize, String)>) {
    let mut file = GoMod::default();
    let mut errors = Vec::new();
    // The verb of an open block, and the block's line.
    let mut block: Option<(String, usize)> = None;
    let mut seen: Vec<String> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let mut words = words(line).unwrap_or_else(|e| {
            errors.push((number + 1, e));
            Vec::new()
        });
        if words.is_empty() {
            continue;
        }
        if block.is_some() && words[0] == ")" {
            block = None;
            continue;
        }
        let verb = match &block {
            Some((verb, _)) => verb.clone(),
            None => {
                let verb = words.remove(0);
                if words.first().is_some_and(|w| w == "(") {
                    block = Some((verb, number + 1));
                    continue;
                }
                if ONCE.contains(&verb.as_str()) {
                    if seen.contains(&verb) {
                        errors.push((number + 1, format!("repeated {verb} statement")));
                        continue;
                    }
                    seen.push(verb.clone());
                }
                verb
            }
        };
        let pair = |a: &String, b: &String| (a.clone(), b.clone());
        match (verb.as_str(), words.as_slice()) {
            ("module", [path]) => file.path = path.clone(),
            ("go", [version, ..]) => match version.split('.').next() {
                Some("1") => file.go = Some(version.clone()),
                _ => errors
                    .push((number + 1, format!("invalid go version '{version}': must match format 1.23.0"))),
            },
            ("require" | "exclude", [path, version, ..]) if !is_version(version) => {
                let text = format!("{verb} {path}: version {version:?} invalid: must be of the form v1.2.3");
                errors.push((number + 1, text));
                // A dependency's file is followed as far as it goes.
                if verb == "require" {
                    file.require.push(pair(path, version));
                }
            }
            ("require", [path, version, ..]) => file.require.push(pair(path, version)),
            ("exclude", [path, version, ..]) => file.exclude.push(pair(path, version)),
            ("use", [dir, ..]) => file.uses.push(dir.clone()),
            ("godebug", [setting]) if setting.contains('=') => {
                file.godebug.extend(setting.split_once('=').map(|(k, v)| (k.to_string(), v.to_string())));
            }
            ("toolchain", [name]) if is_toolchain(name) => {}
            ("toolchain", [name]) => {
                let text =
                    format!("invalid toolchain version '{name}': must match format go1.23.0 or default");
                errors.push((number + 1, text));
            }
            ("replace", words) => {
                let arrow = words.iter().position(|w| w == "=>").unwrap_or(0);
                let (Some(old), Some(new)) = (words[..arrow].first(), words.get(arrow + 1)) else {
                    let usage = "usage: replace module/path [v1.2.3] => other/module v1.4\n\t or replace module/path [v1.2.3] => ../local/directory";
                    errors.push((number + 1, usage.into()));
                    continue;
                };
                let local = new.starts_with("./") || new.starts_with("../") || new.starts_with('/');
                if !local && !matches!(new.as_str(), "." | "..") && words.len() == arrow + 2 {
                    let text = "replacement module without version must be directory path (rooted or starting with . or ..)";
                    errors.push((number + 1, text.into()));
                    continue;
                }
                file.replace.push(Replace {
                    old: old.clone(),
                    old_version: words[..arrow].get(1).cloned(),
                    new: new.clone(),
                    new_version: words.get(arrow + 2).cloned(),
                    base: base.to_path_buf(),
                });
            }
            ("require" | "exclude", _) => {
                errors.push((number + 1, format!("usage: {verb} module/path v1.2.3")));
            }
            ("module", _) => errors.push((number + 1, "usage: module module/path".into())),
            ("godebug", _) => errors.push((number + 1, "usage: godebug key=value".into())),
            ("go", _) => errors.push((number + 1, "go directive expects exactly one argument".into())),
            ("toolchain", _) => {
                errors.push((number + 1, "toolchain directive expects exactly one argument".into()));
            }
            ("use", _) => errors.push((number + 1, "usage: use local/dir".into())),
            (other, _) if OTHERS.contains(&other) => {}
            (other, _) => errors.push((number + 1, format!("unknown directive: {other}"))),
        }
    }
    if let Some((_, line)) = block {
        let last = text.lines().count();
        let text = format!("syntax error (unterminated block started in line {line})");
        errors.push((last + 1, text));
    }
    (file, errors)
}

/// Reads a file of the user's own, all of which must be right.
pub fn read(path: &Path) -> Result<GoMod, String> {
    let text = regular::read_to_string(path).map_err(|e| format!("go: {}: {e}", path.display()))?;
    let (file, errors) = parse(&text, path.parent().unwrap_or(Path::new("")));
    if errors.is_empty() {
        return Ok(file);
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let here = std::env::current_dir().unwrap_or_default();
    let shown = path.strip_prefix(here).unwrap_or(path).display();
    let lines: Vec<String> = errors.iter().map(|(line, text)| format!("\n{shown}:{line}: {text}")).collect();
    Err(format!("go: errors parsing {name}:{}", lines.concat()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn go_mod() {
        let (f, errors) = parse(
            "module \"a.b/c\" // x\n\ngo 1.21.3\nrequire (\n\tx.y/Z v1.2.3 // indirect\n)\nrequire q v0.0.1\n\
             exclude q v0.0.2\nreplace x.y/Z => ../z\nreplace q v0.0.1 => r v1.0.0\ngodebug (\n\tpanicnil=1\n)\ntoolchain local\n",
            Path::new("/m"),
        );
        assert_eq!(errors, []);
        assert_eq!((f.path.as_str(), f.go.as_deref()), ("a.b/c", Some("1.21.3")));
        assert_eq!((f.require.len(), f.exclude.len()), (2, 1));
        assert_eq!(f.replace[0].new, "../z");
        let r = &f.replace[1];
        assert_eq!((r.old_version.as_deref(), r.new_version.as_deref()), (Some("v0.0.1"), Some("v1.0.0")));
        assert_eq!(f.godebug, [("panicnil".to_string(), "1".to_string())]);
    }

    #[test]
    fn faults_and_workspaces() {
        let (_, errors) = parse("module m\nrequire x\nfrob y\nreplace a => \ngo 2\n", Path::new(""));
        let lines: Vec<usize> = errors.iter().map(|e| e.0).collect();
        assert_eq!(lines, [2, 3, 4, 5]);
        assert_eq!(errors[1].1, "unknown directive: frob");
        for (text, want) in [
            ("module a b", "usage: module module/path"),
            ("module \"a", "unexpected newline in string"),
            ("module a\nmodule b", "repeated module statement"),
            ("go 1.27\ngo 1.26", "repeated go statement"),
            ("require (\na v1.0.0", "syntax error (unterminated block started in line 1)"),
            ("require a v1", "require a: version \"v1\" invalid: must be of the form v1.2.3"),
            (
                "replace a => b",
                "replacement module without version must be directory path (rooted or starting with . or ..)",
            ),
            ("toolchain x", "invalid toolchain version 'x': must match format go1.23.0 or default"),
            ("godebug x", "usage: godebug key=value"),
            ("go x", "invalid go version 'x': must match format 1.23.0"),
        ] {
            let errors = parse(text, Path::new("")).1;
            assert_eq!(errors.iter().map(|e| e.1.as_str()).collect::<Vec<_>>(), [want], "{text}");
        }
        for text in [
            "toolchain go1.27.3",
            "toolchain local",
            "toolchain go1.25rc1",
            "require a v1.2.3-0.x+incompatible",
        ] {
            assert_eq!(parse(text, Path::new("")).1, [], "{text}");
        }
        let (work, errors) = parse("go 1.27\n\nuse (\n\t./a\n\t./b\n)\nuse c\n", Path::new(""));
        assert_eq!((work.uses.join(" "), errors.len()), ("./a ./b c".into(), 0));
    }
}
