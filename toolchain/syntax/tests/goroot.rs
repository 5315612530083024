//! The parser against the standard library of an installed Go: all of it parses, and damaged copies of it neither
//! panic nor hang. GOROOT comes from the environment; without it the tests say so and pass.

use std::path::{Path, PathBuf};

use oxigo_syntax::{Options, STACK_SIZE, parse, pos};

fn goroot_src() -> Option<PathBuf> {
    let dir = std::env::var_os("GOROOT").map(|root| Path::new(&root).join("src"));
    if dir.as_ref().is_none_or(|d| !d.is_dir()) {
        eprintln!("skipped: GOROOT does not name a Go installation");
        return None;
    }
    dir
}

fn go_files(dir: &Path, out: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap().to_string_lossy().to_string();
        if path.is_dir() {
            if name != "testdata" {
                go_files(&path, out);
            }
        } else if name.ends_with(".go") {
            out.push(path);
        }
    }
}

fn on_big_stack<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> T {
    std::thread::Builder::new().stack_size(STACK_SIZE).spawn(f).unwrap().join().unwrap()
}

#[test]
fn parses_all_of_goroot() {
    let Some(src) = goroot_src() else { return };
    let mut files = Vec::new();
    go_files(&src, &mut files);
    let (errors, bytes, time) = on_big_stack(move || {
        let mut errors = Vec::new();
        let mut bytes = 0;
        let mut time = std::time::Duration::ZERO;
        for path in files {
            let text = std::fs::read(&path).unwrap();
            bytes += text.len();
            let in_runtime = path.to_string_lossy().contains("/runtime/");
            let source = pos::add_file(&path.to_string_lossy(), text);
            let start = std::time::Instant::now();
            let (file, found) = parse(source, Options { std: true, runtime: in_runtime });
            time += start.elapsed();
            errors.extend(found.into_iter().map(|e| format!("{}: {}", e.pos.raw_position(), e.message)));
            assert!(file.is_some() || !errors.is_empty());
        }
        (errors, bytes, time)
    });
    eprintln!("{bytes} bytes in {time:?}");
    assert!(errors.is_empty(), "{} errors:\n{}", errors.len(), errors[..errors.len().min(20)].join("\n"));
}

/// xorshift64*: the damage is the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545F4914F6CDD1D) >> 33) as usize % n.max(1)
    }
}

fn damage(text: &mut Vec<u8>, random: &mut Random) {
    const SNIPPETS: &[&str] = &[
        "(",
        ")",
        "{",
        "}",
        "[",
        "]",
        "func",
        "case",
        "type",
        "<-",
        "chan",
        "...",
        ":=",
        "~",
        "|",
        "`",
        "\"",
        "'",
        "/*",
        "//line x:1\n",
        "//go:embed x\n",
        "\0",
        "\u{feff}",
        "goto L",
        "L:",
        "fallthrough",
        "if",
        "for range",
        "switch x := y.(type) {",
        "0x",
        "1e",
        "\\",
        "é",
        "@",
        ";",
        ",",
        "*",
        "struct{",
        "interface{",
        "import \"x\"",
    ];
    for _ in 0..1 + random.below(8) {
        let at = random.below(text.len() + 1);
        match random.below(5) {
            0 => {
                let end = (at + random.below(40)).min(text.len());
                text.drain(at..end);
            }
            1 if at < text.len() => text[at] = random.below(256) as u8,
            2 => {
                let end = (at + random.below(200)).min(text.len());
                let copy = text[at..end].to_vec();
                let to = random.below(text.len() + 1);
                text.splice(to..to, copy);
            }
            3 if random.below(10) == 0 => text.truncate(at),
            _ => {
                let snippet = SNIPPETS[random.below(SNIPPETS.len())];
                text.splice(at..at, snippet.bytes());
            }
        }
    }
}

#[test]
fn damaged_files_never_panic() {
    let Some(src) = goroot_src() else { return };
    let mut files = Vec::new();
    for dir in ["fmt", "strconv", "go/parser", "sync", "slices", "internal/reflectlite", "maps", "iter"] {
        go_files(&src.join(dir), &mut files);
    }
    let rounds: usize = std::env::var("FUZZ_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(400);
    on_big_stack(move || {
        let mut random = Random(0x9E3779B97F4A7C15);
        let texts: Vec<Vec<u8>> = files.iter().map(|p| std::fs::read(p).unwrap()).collect();
        for round in 0..rounds {
            let mut text = texts[random.below(texts.len())].clone();
            damage(&mut text, &mut random);
            let start = std::time::Instant::now();
            let (_, errors) = parse(pos::add_file("damaged.go", text), Options::default());
            assert!(start.elapsed().as_secs() < 10, "round {round} is slow");
            for e in errors {
                assert!(e.pos.position().line > 0, "round {round}: {e:?}");
            }
        }
    });
}

#[test]
fn deep_nesting_is_refused() {
    for (open, close) in
        [("(", ")"), ("[]", ""), ("- ", ""), ("func() { return ", "}"), ("& ", ""), ("<-", ""), ("x[", "]")]
    {
        let text = format!("package p\nvar v = {}x{}\n", open.repeat(200_000), close.repeat(200_000));
        let errors = on_big_stack(move || {
            let (file, errors) = parse(pos::add_file("deep.go", text.into_bytes()), Options::default());
            drop(file);
            errors
        });
        assert!(errors.iter().any(|e| e.message.starts_with("not supported: nesting deeper")), "{open}");
    }
}
