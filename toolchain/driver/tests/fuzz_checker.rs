//! The checker must not panic, whatever it is given: files of the standard library with a few tokens changed are parsed and checked.
//! `OXIGO_FUZZ=N` sets the number of rounds; `OXIGO_FUZZ_SEED` where they begin.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;

use oxigo_driver::context::Context;
use oxigo_driver::load::{self, Config, Program};
use oxigo_driver::module::Modules;
use oxigo_driver::overlay::Overlay;
use types::checker::{Checker, PackageInput};
use types::table::PkgId;

const ROOTS: &[&str] =
    &["strconv", "sort", "container/list", "text/tabwriter", "encoding/csv", "maps", "slices", "iter"];

const WORDS: &[&str] = &[
    "int",
    "string",
    "T",
    "x",
    "nil",
    "func",
    "struct",
    "interface",
    "map",
    "chan",
    "[",
    "]",
    "(",
    ")",
    "{",
    "}",
    ".",
    ",",
    ":=",
    "=",
    "+",
    "-",
    "*",
    "&",
    "<-",
    "...",
    "type",
    "var",
    "const",
    "return",
    "range",
    "if",
    "switch",
    "0",
    "1",
    "\"a\"",
    "1.5",
    "'c'",
    "any",
    "comparable",
    "~",
    "|",
    "error",
    "len",
    "cap",
    "append",
    "make",
    "new",
    "iota",
    "_",
    "unsafe.Sizeof",
    "==",
    "<",
    "<<",
    "!",
    "byte",
    "float64",
    "select",
    "[T any]",
    "1<<100",
    "func() {}",
];

struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % n.max(1)
    }
}

/// Byte ranges of tokens, roughly; comments are left out.
fn tokens(text: &[u8]) -> Vec<(usize, usize)> {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let mut out = Vec::new();
    let mut i = 0;
    while i < text.len() {
        let (start, c) = (i, text[i]);
        i += 1;
        if c.is_ascii_whitespace() {
            continue;
        } else if word(c) {
            while i < text.len() && word(text[i]) {
                i += 1;
            }
        } else if matches!(c, b'"' | b'`' | b'\'') {
            while i < text.len() && text[i] != c {
                i += 1 + usize::from(text[i] == b'\\' && c != b'`');
            }
            i = (i + 1).min(text.len());
        } else if text[start..].starts_with(b"//") {
            while i < text.len() && text[i] != b'\n' {
                i += 1;
            }
            continue;
        }
        out.push((start, i));
    }
    out
}

/// A text with some tokens dropped, replaced or doubled.
fn mutate(text: &[u8], r: &mut Random) -> Vec<u8> {
    let tokens = tokens(text);
    let mut edits = Vec::new();
    for _ in 0..1 + r.below(4) {
        let k = r.below(tokens.len());
        let (start, end) = tokens[k];
        let near = tokens[(k + r.below(40)).min(tokens.len() - 1)];
        let near = &text[near.0..near.1];
        let word = WORDS[r.below(WORDS.len())].as_bytes();
        let own = &text[start..end];
        let new = match r.below(5) {
            0 => Vec::new(),
            1 => word.to_vec(),
            2 => near.to_vec(),
            3 => [own, b" ", near].concat(),
            _ => [own, b" ", word].concat(),
        };
        edits.push((start, end, new));
    }
    edits.sort_by_key(|e| std::cmp::Reverse(e.0));
    edits.dedup_by_key(|e| e.0);
    let mut out = text.to_vec();
    for (start, end, new) in edits {
        out.splice(start..end, new);
    }
    out
}

fn load() -> Option<Program> {
    let goroot = PathBuf::from(std::env::var_os("GOROOT").filter(|v| !v.is_empty())?);
    let config = Config {
        context: Context::new("linux", "amd64", &[]),
        goroot,
        modules: Modules::default(),
        overlay: Overlay::load(reflect::Arch::host()).unwrap(),
        cwd: std::env::temp_dir(),
        jobs: 1,
        dir_packages: Default::default(),
        testing: false,
        tested: None,
        cover: None,
        host_object: false,
        defines: Vec::new(),
        trim_path: false,
        godebug: String::new(),
    };
    let places = ROOTS.iter().flat_map(|r| config.expand(r).unwrap()).collect();
    Some(load::load(&config, places, &[]).ok().unwrap())
}

/// Checks one package of a program of which one file has another text; returns the number of errors.
fn round(program: &Program, victim: usize, file: usize, text: Vec<u8>) -> usize {
    let mut checker = Checker::new();
    let mut ids: Vec<PkgId> = Vec::new();
    for (i, p) in program.packages.iter().enumerate() {
        let mut files = p.files.clone();
        if i == victim {
            let source = syntax::pos::add_file("mutated.go", text.clone());
            match syntax::parse(source, syntax::Options { std: true, runtime: true }).0 {
                Some(f) => files[file] = Arc::new(f),
                None => drop(files.remove(file)),
            }
        }
        ids.push(checker.add_package(PackageInput {
            path: p.link_path,
            name: p.name,
            files,
            imports: p.imports.iter().map(|&(path, i)| (path, ids[i])).collect(),
            in_goroot: i != victim,
            go_version: None,
        }));
    }
    checker.check_package(ids[victim]);
    checker.errors().len()
}

fn fuzz() {
    let number = |name: &str| std::env::var(name).ok().and_then(|v| v.parse::<u64>().ok());
    let Some(program) = load() else {
        eprintln!("skipped: GOROOT is not set");
        return;
    };
    let rounds = number("OXIGO_FUZZ").unwrap_or(60);
    let seed = number("OXIGO_FUZZ_SEED").unwrap_or(1);
    let mut failed = 0;
    for n in seed..seed + rounds {
        let mut r = Random(n.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        r.below(1);
        let victim = r.below(program.packages.len());
        let files = &program.packages[victim].files;
        if files.is_empty() {
            continue;
        }
        let file = r.below(files.len());
        let original = &files[file].source.text;
        if tokens(original).len() < 10 {
            continue;
        }
        let text = mutate(original, &mut r);
        match catch_unwind(AssertUnwindSafe(|| round(&program, victim, file, text))) {
            Ok(errors) => failed += usize::from(errors > 0),
            Err(_) => {
                panic!("the checker panics: OXIGO_FUZZ_SEED={n} OXIGO_FUZZ=1, {}", files[file].source.path)
            }
        }
    }
    // Most changes break something, and an unchanged program has no errors.
    assert!(rounds < 20 || failed > 0);
}

#[test]
fn amd64_checker_survives_mutated_sources() {
    std::thread::Builder::new().stack_size(syntax::STACK_SIZE).spawn(fuzz).unwrap().join().unwrap();
}
