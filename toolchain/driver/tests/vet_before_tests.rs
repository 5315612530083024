//! Vet's checks before tests: `oxigo test` refuses what `go test` refuses, in its words, and passes the rest. Without Go's own programs
//! there are none.

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use support::{Scratch, oxigo};

/// What a tool says of a module: status, standard output and standard error, without times.
type Said = (i32, Vec<String>, String);

fn module(name: &str, files: &[(&str, &str)]) -> Scratch {
    let dir = Scratch::new(name);
    for (path, text) in [("go.mod", "module example.com/m\n\ngo 1.27\n")].iter().chain(files) {
        let path = dir.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    dir
}

fn goroot() -> Option<PathBuf> {
    let output = oxigo().args(["env", "GOROOT"]).output().unwrap();
    let root = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    root.join("bin/go").is_file().then_some(root)
}

fn said(mut command: Command, dir: &Path) -> Said {
    let output = command.current_dir(dir).env("GOPROXY", "off").env("GOTOOLCHAIN", "local").output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    // Times, of the results and of the events.
    let line = |l: &str| -> String {
        let l = l.split_once("\"Action\"").map_or(l.to_string(), |(_, rest)| format!("\"Action\"{rest}"));
        let l = match l.split_once("\"Elapsed\":") {
            Some((before, time)) => {
                format!(
                    "{before}\"Elapsed\":{}",
                    time.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.')
                )
            }
            None => l,
        };
        let kept =
            l.split('\t').filter(|f| !(f.ends_with('s') && f.starts_with(|c: char| c.is_ascii_digit())));
        kept.collect::<Vec<_>>().join("\t")
    };
    let lines = text.lines().map(line).collect();
    // Go's two packages of tests come in either order.
    let errors = String::from_utf8_lossy(&output.stderr);
    let mut errors: Vec<&str> = errors.split_inclusive('\n').collect();
    errors.sort();
    (output.status.code().unwrap(), lines, errors.concat())
}

const FILES: &[(&str, &str)] = &[
    // In the package, and a test with a name that is none.
    ("a/a.go", "package a\n\nimport \"fmt\"\n\nfunc F(s string) { fmt.Printf(\"%d\\n\", s) }\n"),
    (
        "a/a_test.go",
        "package a\n\nimport \"testing\"\n\nfunc TestF(t *testing.T) { F(\"\") }\n\nfunc Testf(t *testing.T) {}\n",
    ),
    // In test files of both packages.
    ("b/b.go", "package b\n\nfunc G(x int) int { return x }\n"),
    ("b/b_test.go", "package b\n\nimport \"testing\"\n\nfunc TestB(t *testing.T) { t.Logf(\"%s\", G(1)) }\n"),
    (
        "b/x_test.go",
        "package b_test\n\nimport \"testing\"\n\nfunc TestX(t *testing.T) { t.Errorf(\"%s\", 1) }\n",
    ),
    // A format that is no constant; no tests at all.
    ("c/c.go", "package c\n\nimport \"fmt\"\n\nfunc H(s string) error { return fmt.Errorf(s) }\n"),
    // Found by a check that is not among the usual ones.
    ("d/d.go", "package d\n\nimport \"sync\"\n\nfunc L(m sync.Mutex) {}\n"),
    ("d/d_test.go", "package d\n\nimport \"testing\"\n\nfunc TestL(t *testing.T) {}\n"),
    // A wrapper of another package, known by what vet found out about that.
    (
        "e/e.go",
        "package e\n\nimport \"log\"\n\nfunc Say(form string, args ...any) { log.Printf(form, args...) }\n",
    ),
    ("f/f.go", "package f\n\nimport \"example.com/m/e\"\n\nfunc F() { e.Say(\"%d\", \"\") }\n"),
    // Only with a tag.
    ("g/g.go", "//go:build tagged\n\npackage g\n\nfunc S(x int) string { return string(x) }\n"),
    ("g/g_test.go", "package g\n\nimport \"testing\"\n\nfunc TestG(t *testing.T) {}\n"),
];

#[test]
fn as_go_test() {
    let Some(root) = goroot() else { return eprintln!("skipped: no Go is installed") };
    let dir = module("vet_before", FILES);
    let cases: &[&[&str]] = &[
        &["./a"],
        &["./b"],
        &["./c"],
        &["-vet=off", "./a"],
        &["-vet=copylocks", "./a", "./d"],
        &["-vet=all", "./d"],
        &["-tags=tagged", "./g"],
        &["./d", "./e", "./f", "./g"],
        &["a/a.go", "a/a_test.go"],
        &["-c", "-o", "/dev/null", "./a"],
        &["-json", "./a"],
        &["-json", "./c"],
        &["-cover", "./b"],
        &["-vet=printf,tests", "example.com/m/a"],
        &["unicode/utf16"],
    ];
    for args in cases {
        let mut go = Command::new(root.join("bin/go"));
        go.arg("test").args(*args).env("GOROOT", &root).env("CGO_ENABLED", "0");
        if !args.contains(&"-c") {
            go.arg("-count=1");
        }
        let mut ours = oxigo();
        ours.arg("test").args(*args);
        assert_eq!(said(ours, &dir.0), said(go, &dir.0), "{args:?}");
    }
    let mut here = oxigo();
    here.arg("test");
    let (status, lines, _) = said(here, &dir.path("a"));
    assert_eq!((status, lines), (1, vec!["FAIL\texample.com/m/a [build failed]".to_string()]));
    // What Go cannot load keeps it from nothing else.
    let broken = [FILES[0], FILES[1], ("n/n_test.go", "package n\n\nimport _ \"example.com/none\"\n")];
    let dir = module("vet_broken", &broken);
    let mut ours = oxigo();
    ours.args(["test", "./..."]);
    let (status, lines, errors) = said(ours, &dir.0);
    assert_eq!(status, 1);
    assert_eq!(
        lines,
        ["FAIL\texample.com/m/a [build failed]", "FAIL\texample.com/m/n [setup failed]", "FAIL"]
    );
    assert!(
        errors.contains("a/a.go:5:32: fmt.Printf format %d has arg s of wrong type string\n"),
        "{errors}"
    );
}

#[test]
fn where_there_is_no_go() {
    let Some(root) = goroot() else { return eprintln!("skipped: no Go is installed") };
    let dir = module("vet_without", &FILES[..2]);
    let bare = Scratch::new("vet_goroot");
    for name in ["VERSION", "src", "lib", "go.env"] {
        std::os::unix::fs::symlink(root.join(name), bare.path(name)).unwrap();
    }
    // One that is found along the path does not count.
    let path = format!("{}:{}", root.join("bin").display(), std::env::var("PATH").unwrap());
    let mut ours = oxigo();
    ours.args(["test", "./a"]).env("GOROOT", &bare.0).env("PATH", path);
    assert_eq!(said(ours, &dir.0), (0, vec!["ok  \texample.com/m/a".to_string()], String::new()));
}
