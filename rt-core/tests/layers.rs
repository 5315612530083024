//! The runtime is made of layers, a folder each: what a folder names of this crate lies in itself or in one before it.
//!
//! Read from the sources: every path that begins with `crate::` or climbs to the crate with `super::`, in `use` and in bodies,
//! in tests and macros too; and what a folder declares as `extern` but another one defines.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The layers, from the bottom up. `lib.rs` declares them in this order, and docs/RUNTIME.md tells what each is for.
const LAYERS: &[&str] = &[
    "machine", "os", "base", "protocol", "mem", "gc", "task", "sched", "sync", "profile", "hooks", "start",
    "host",
];

fn rank(layer: &str) -> Option<usize> {
    LAYERS.iter().position(|l| *l == layer)
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The files of a folder and those below, by path from `src`, with their code: no comments, literals empty.
fn files(dir: &Path, found: &mut BTreeMap<String, String>) {
    for e in fs::read_dir(dir).unwrap() {
        let path = e.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let name = path.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/");
            found.insert(name, code(&fs::read_to_string(&path).unwrap()));
        }
    }
}

/// Rust without comments and with empty literals; lines stay.
fn code(text: &str) -> String {
    let t: Vec<char> = text.chars().collect();
    let mut out = String::new();
    let mut i = 0;
    while i < t.len() {
        let rest = &t[i..];
        let skip = match rest {
            ['/', '/', ..] => rest.iter().position(|c| *c == '\n').unwrap_or(rest.len()),
            ['/', '*', ..] => block_comment(rest),
            ['"', ..] => quoted(rest),
            ['r', '"' | '#', ..] if i == 0 || !is_word(t[i - 1]) || t[i - 1] == 'b' => raw_string(rest),
            ['\'', '\\', ..] => 3 + rest[3..].iter().position(|c| *c == '\'').unwrap(),
            ['\'', _, '\'', ..] => 2,
            _ => 0,
        };
        if skip == 0 {
            out.push(t[i]);
            i += 1;
            continue;
        }
        out.extend(rest[..skip].iter().filter(|c| **c == '\n'));
        out.push(' ');
        // Quotes end with a character of their own.
        i += skip + usize::from(matches!(rest[0], '"' | '\''));
    }
    out
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn block_comment(t: &[char]) -> usize {
    let (mut depth, mut i) = (0, 0);
    loop {
        match t[i..] {
            ['/', '*', ..] => (depth, i) = (depth + 1, i + 2),
            ['*', '/', ..] => (depth, i) = (depth - 1, i + 2),
            _ => i += 1,
        }
        if depth == 0 {
            return i;
        }
    }
}

fn quoted(t: &[char]) -> usize {
    let mut i = 1;
    while t[i] != '"' {
        i += 1 + usize::from(t[i] == '\\');
    }
    i
}

/// A raw string from its `r` to its end; 0 for a raw identifier.
fn raw_string(t: &[char]) -> usize {
    let marks = t[1..].iter().take_while(|c| **c == '#').count();
    if t[1 + marks] != '"' {
        return 0;
    }
    let end: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', marks)).collect();
    let from = 2 + marks;
    from + t[from..].windows(end.len()).position(|w| w == end).unwrap() + end.len()
}

/// Words and single signs, `::` as one, with their lines.
fn tokens(code: &str) -> Vec<(&str, usize)> {
    let mut out = vec![];
    let (mut i, mut line) = (0, 1);
    while let Some(c) = code[i..].chars().next() {
        let n = match c {
            _ if is_word(c) => code[i..].find(|c| !is_word(c)).unwrap_or(code.len() - i),
            ':' if code[i..].starts_with("::") => 2,
            _ => c.len_utf8(),
        };
        if !c.is_whitespace() {
            out.push((&code[i..i + n], line));
        }
        line += usize::from(c == '\n');
        i += n;
    }
    out
}

/// The module that a file is: `sched/run.rs` is `["sched", "run"]`.
fn module(file: &str) -> Vec<&str> {
    let mut path: Vec<_> = file.trim_end_matches(".rs").split('/').collect();
    if matches!(path.last(), Some(&"mod" | &"lib")) {
        path.pop();
    }
    path
}

/// The names of this crate's root that a file's paths begin with, and their lines.
fn names(file: &str, code: &str) -> Vec<(String, usize)> {
    let t = tokens(code);
    let word = |i: usize| t.get(i).map_or("", |t| t.0);
    let mut out = vec![];
    // Modules written inside the file, by the depth of braces that they end at.
    let (mut inner, mut braces) = (vec![], 0);
    let mut i = 0;
    while i < t.len() {
        match word(i) {
            "{" => {
                braces += 1;
                if i >= 2 && word(i - 2) == "mod" {
                    inner.push(braces);
                }
            }
            "}" => {
                if inner.last() == Some(&braces) {
                    inner.pop();
                }
                braces -= 1;
            }
            "crate" if word(i + 1) == "::" => first_names(&t, i + 2, &mut out),
            "super" if word(i.wrapping_sub(1)) != "::" => {
                let mut climb = 1;
                while word(i + 1) == "::" && word(i + 2) == "super" {
                    (climb, i) = (climb + 1, i + 2);
                }
                let depth = module(file).len() + inner.len();
                assert!(climb <= depth, "{file}:{}: too many super", t[i].1);
                if climb == depth && word(i + 1) == "::" {
                    first_names(&t, i + 2, &mut out);
                }
            }
            _ => {}
        }
        i += 1;
    }
    out
}

/// The first names of a path or of a list of paths.
fn first_names(t: &[(&str, usize)], at: usize, out: &mut Vec<(String, usize)>) {
    if t[at].0 != "{" {
        out.push((t[at].0.to_string(), t[at].1));
        return;
    }
    let (mut depth, mut i, mut begins) = (0, at, false);
    loop {
        match t[i].0 {
            "{" => {
                depth += 1;
                begins = depth == 1;
            }
            "}" if depth == 1 => return,
            "}" => depth -= 1,
            "," => begins = depth == 1,
            name if begins => {
                out.push((name.to_string(), t[i].1));
                begins = false;
            }
            _ => {}
        }
        i += 1;
    }
}

fn layer_of(file: &str) -> &str {
    let layer = file.split_once('/').unwrap_or_else(|| panic!("{file} is in no layer")).0;
    assert!(rank(layer).is_some(), "{file}: {layer} is no layer");
    layer
}

fn sources() -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    files(&root(), &mut all);
    all.remove("lib.rs").unwrap();
    all
}

#[test]
fn a_layer_uses_those_before_it() {
    let mut wrong = vec![];
    for (file, code) in &sources() {
        let own = layer_of(file);
        for (name, line) in names(file, code) {
            let Some(other) = rank(&name) else { panic!("{file}:{line}: crate::{name} is no layer") };
            if other > rank(own).unwrap() {
                wrong.push(format!("{file}:{line}: {own} uses {name}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What a file declares as `extern`, or defines for others to declare.
fn symbols(code: &str) -> (Vec<&str>, Vec<&str>) {
    let t = tokens(code);
    let word = |i: usize| t.get(i).map_or("", |t| t.0);
    let (mut declared, mut defined) = (vec![], vec![]);
    for i in 0..t.len() {
        if word(i) == "extern" && word(i + 1) == "{" {
            let end = (i..).find(|&j| word(j) == "}").unwrap();
            declared.extend((i..end).filter(|&j| matches!(word(j), "fn" | "static")).map(|j| word(j + 1)));
        }
        if word(i) == "no_mangle" {
            defined.push(word((i..).find(|&j| matches!(word(j), "fn" | "static")).unwrap() + 1));
        }
    }
    (declared, defined)
}

#[test]
fn no_symbol_goes_round_the_order() {
    let all = sources();
    let defined: BTreeMap<_, _> =
        all.iter().flat_map(|(f, c)| symbols(c).1.into_iter().map(move |s| (s, layer_of(f)))).collect();
    assert!(defined.contains_key("rt_sighandler"), "{defined:?}");
    for (file, code) in &all {
        for s in symbols(code).0 {
            if let Some(layer) = defined.get(s) {
                assert!(rank(layer) <= rank(layer_of(file)), "{file}: {s} is defined in {layer}");
            }
        }
    }
}

#[test]
fn the_order_is_told() {
    let lib = code(&fs::read_to_string(root().join("lib.rs")).unwrap());
    let t = tokens(&lib);
    let declared: Vec<_> = t.windows(2).filter(|w| w[0].0 == "mod").map(|w| w[1].0).collect();
    assert_eq!(declared, LAYERS);
    let doc = fs::read_to_string(root().join("../../docs/RUNTIME.md")).unwrap();
    let rows: Vec<_> =
        doc.lines().filter_map(|l| l.strip_prefix("| `")?.split_once("` |")).map(|r| r.0).collect();
    let told: Vec<_> = rows.into_iter().filter(|r| rank(r).is_some()).collect();
    assert_eq!(told, LAYERS, "the table of layers in docs/RUNTIME.md");
}

#[test]
fn paths_are_found() {
    let text = r##"
        use crate::{a::x, b::{c, d}, e};
        // crate::no
        fn f() { crate::g::h("crate::no"); r#"crate::no"#; 'c'; super::own(); super::super::i::j(); }
        mod tests { use super::super::own; use super::super::super::k; const Q: char = '"'; }
        macro_rules! m { () => { $crate::l::n!() } }
    "##;
    let found: Vec<_> = names("z/y.rs", &code(text)).into_iter().map(|n| n.0).collect();
    assert_eq!(found, ["a", "b", "e", "g", "i", "k", "l"]);
}
