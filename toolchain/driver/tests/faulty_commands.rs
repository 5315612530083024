//! Faulty command lines and module files: `oxigo` ends with the status of Go's own command and says what that says. Where it says something
//! else, the row has it, and why that is better.

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use support::{Scratch, oxigo};

/// What a row wants to be said.
enum Want {
    /// What Go says.
    Same,
    /// This, since it says more, or is so of us; the status is Go's.
    Own(&'static str),
}
use Want::{Own, Same};

/// Arguments, files that are added or replaced, what is wanted.
type Row = (&'static str, &'static [(&'static str, &'static str)], Want);

const MODULE: &str = "module example.com/m\n\ngo 1.27\n";

const FILES: &[(&str, &str)] = &[
    ("go.mod", MODULE),
    ("main.go", "package main\n\nfunc main() {}\n"),
    ("p/p.go", "package p\n"),
    ("q/q.go", "package q\n"),
    ("t/t_test.go", "package t\n\nimport \"testing\"\n\nfunc TestT(t *testing.T) {}\n"),
];

const USES_X: &str = "package main\n\nimport _ \"example.com/x\"\n\nfunc main() {}\n";

const COMMAND_LINES: &[Row] = &[
    ("build -o", &[], Same),
    ("build -nope", &[], Same),
    ("build -trimpaht", &[], Own("flag provided but not defined: -trimpaht (did you mean -trimpath?)")),
    ("build -v=maybe", &[], Same),
    ("build -p x", &[], Same),
    ("build -p 0 ./p", &[], Own("not supported: -p=0, which must be a positive integer")),
    ("build -mod=none", &[], Same),
    ("build -buildmode=nope", &[], Own("not supported: -buildmode=nope")),
    ("build -buildvcs=x", &[], Same),
    ("build -C nodir", &[], Same),
    ("build ./nodir", &[], Same),
    (
        "build nosuch.go",
        &[],
        Own("no required module provides package nosuch.go; open nosuch.go: no such file or directory"),
    ),
    ("build main.go ./p", &[], Same),
    ("build p/p.go main.go", &[], Same),
    ("build nosuchpkg", &[], Same),
    ("build example.com/m/none", &[], Same),
    ("build example.org/x", &[], Same),
    ("build -o out ./p .", &[], Same),
    ("build ./...", &[("w/w.go", "package main\n\nfunc run() {}\n")], Same),
    ("build ./w", &[("w/w.go", "package main\n\nfunc run() {}\n")], Same),
    ("build -o out/ ./p", &[], Same),
    ("build /", &[], Same),
    ("build ./none/...", &[], Same),
    ("build p", &[], Same),
    ("build -modfile=none.mod", &[], Same),
    ("build -modfile=x.txt", &[], Same),
    ("run", &[], Same),
    ("run ./p", &[], Same),
    ("run nosuch.go", &[], Same),
    ("run t/t_test.go", &[], Same),
    ("test -run", &[], Same),
    ("test -run ( ./t", &[], Same),
    ("test -count=x ./t", &[], Same),
    ("test -timeout=x ./t", &[], Same),
    ("test -covermode=x ./t", &[], Same),
    ("test -vet=x ./t", &[], Same),
    ("test ./nodir", &[], Same),
    ("test ./t ./nodir", &[], Same),
    ("test ./q", &[("q/q.go", "package q\n\nfunc F() int { return \"x\" }\n")], Same),
    ("test ./q ./t", &[("q/q.go", "package q\n\nimport _ \"example.com/nosuch/none\"\n")], Same),
    (
        "test -c -o f ./t ./p",
        &[],
        Own("with multiple packages, -o must refer to a directory or /dev/null (f is none)"),
    ),
    (
        "test -shuffle=x ./t",
        &[],
        Own("invalid value \"x\" for flag -shuffle: -shuffle argument must be \"on\", \"off\", or an int64"),
    ),
    ("test -cpu=x ./t", &[], Same),
    ("test -bench ( ./t", &[], Same),
    ("vet ./nodir", &[], Same),
    ("list ./nodir", &[], Same),
    ("list nosuch", &[], Same),
    ("list -f {{.Nope}} .", &[], Own("template: main:1: can't evaluate field Nope")),
    ("list -f {{ .", &[], Same),
    ("nosuch", &[], Same),
    ("help nosuch", &[], Same),
];

/// What is built with these files.
const MODULE_FILES: &[Row] = &[
    ("build", &[("go.mod", "modul example.com/m\n")], Same),
    ("build", &[("go.mod", "module\n")], Same),
    ("build", &[("go.mod", "module example.com/m\n\ngo x\n")], Same),
    (
        "build",
        &[("go.mod", "module example.com/m\n\ngo 1.99\n")],
        Own("go.mod requires go >= 1.99 (oxigo compiles go1.27)"),
    ),
    ("build", &[("go.mod", "module example.com/m\n\ngo 1.27\n\nrequire example.com/x\n")], Same),
    (
        "build",
        &[("go.mod", "module example.com/m\n\ngo 1.27\n\nrequire example.com/x v1\n")],
        Own(
            "errors parsing go.mod:\ngo.mod:5: require example.com/x: version \"v1\" invalid: must be of the form v1.2.3",
        ),
    ),
    (
        "build",
        &[
            (
                "go.mod",
                "module example.com/m\n\ngo 1.27\n\nrequire example.com/x v1.0.0\n\nreplace example.com/x => ./nodir\n",
            ),
            ("main.go", USES_X),
        ],
        Same,
    ),
    (
        "build",
        &[("go.mod", "module example.com/m\n\ngo 1.27\n\nrequire (\n\texample.com/x v1.0.0\n")],
        Own("errors parsing go.mod:\ngo.mod:7: syntax error (unterminated block started in line 5)"),
    ),
    ("build", &[("go.mod", "module example.com/m\n\ngo 1.27\n\nreplace example.com/x\n")], Same),
    ("build", &[("go.mod", "module example.com/m\n\ngo 1.27\n\nnonsense\n")], Same),
    ("build", &[("go.mod", "module example.com/m\n\ngo 1.27\n\ngo 1.26\n")], Same),
    ("build", &[("go.mod", "module example.com/m\n\ngo 1.27\n\nmodule other\n")], Same),
    (
        "build",
        &[("go.mod", "module \"example.com/m\n")],
        Own("errors parsing go.mod:\ngo.mod:1: unexpected newline in string"),
    ),
    ("build", &[("go.mod", "")], Same),
    ("build", &[("go.mod", "module example.com/../m\n")], Same),
    ("build", &[("go.work", "go 1.27\n\nuse ./nodir\n")], Same),
    ("build", &[("go.work", "nonsense\n")], Same),
    (
        "build",
        &[
            ("go.mod", "module example.com/m\n\ngo 1.27\n\nrequire example.com/x v1.0.0\n"),
            ("vendor/modules.txt", ""),
        ],
        Same,
    ),
    (
        "build",
        &[("main.go", "package main\n\nimport \"./p\"\n\nfunc main() {}\n")],
        Own("main.go:3:8: \"./p\" is relative, but relative import paths are not supported in module mode"),
    ),
    ("build", &[("main.go", "package main\n\nimport \"example.com/m/none\"\n\nfunc main() {}\n")], Same),
    ("build", &[("b.go", "package other\n")], Same),
    ("build", &[("main.go", "//go:build ignore\n\npackage main\n")], Same),
    (
        "build",
        &[
            (
                "main.go",
                "package main\n\nimport _ \"example.com/m/x/internal2/internal/y\"\n\nfunc main() {}\n",
            ),
            ("x/internal2/internal/y/y.go", "package y\n"),
        ],
        Same,
    ),
    (
        "build",
        &[(
            "main.go",
            "package main\n\nimport _ \"embed\"\n\n//go:embed none.txt\nvar s string\n\nfunc main() {}\n",
        )],
        Same,
    ),
];

/// Where Go is installed with its programs.
fn goroot() -> Option<PathBuf> {
    let output = oxigo().args(["env", "GOROOT"]).output().unwrap();
    let root = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    root.join("bin/go").is_file().then_some(root)
}

/// Status and text, without the tool's name, times, places and the lines on how to get help.
fn said(mut command: Command, dir: &Path, root: &Path) -> (i32, String) {
    let command =
        command.current_dir(dir).env("GOPROXY", "off").env("GOTOOLCHAIN", "local").env("GOROOT", root);
    let output = command.env("CGO_ENABLED", "0").env_remove("GOFLAGS").output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).replace(dir.to_str().unwrap(), "DIR");
    let text = text.replace(root.to_str().unwrap(), "GOROOT");
    let mut out = String::new();
    for line in text.lines().filter(|l| !l.starts_with("usage: ") && !l.starts_with("Run '")) {
        let line =
            ["oxigo: ", "go: ", "oxigo ", "go "].iter().find_map(|p| line.strip_prefix(p)).unwrap_or(line);
        let line = line.replace("'oxigo ", "'go ");
        let is_time = |f: &&str| f.ends_with('s') && f.starts_with(|c: char| c.is_ascii_digit());
        let kept: Vec<&str> = line.split('\t').filter(|f| !is_time(f)).collect();
        out += &format!("{}\n", kept.join("\t"));
    }
    (output.status.code().unwrap(), out)
}

#[test]
fn as_go_says() {
    let Some(root) = goroot() else { return eprintln!("skipped: no Go is installed") };
    let rows: Vec<&Row> = COMMAND_LINES.iter().chain(MODULE_FILES).collect();
    assert!(rows.len() >= 50);
    let mut wrong = String::new();
    for (n, (args, files, want)) in rows.into_iter().enumerate() {
        let dir = Scratch::new(&format!("fault_{n}"));
        for (path, text) in FILES.iter().chain(*files) {
            let path = dir.path(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let args: Vec<&str> = args.split(' ').collect();
        let mut go = Command::new(root.join("bin/go"));
        go.args(&args);
        let mut ours = oxigo();
        ours.args(&args);
        let (go, ours) = (said(go, &dir.0, &root), said(ours, &dir.0, &root));
        let text = match want {
            Same => go.1.clone(),
            Own(text) => format!("{text}\n"),
        };
        assert_ne!(go.0, 0, "{args:?} {files:?} is right for Go");
        if ours != (go.0, text.clone()) || matches!(want, Own(_)) && go.1 == text {
            wrong += &format!("{args:?} {files:?}\n  go     {go:?}\n  wanted {text:?}\n  oxigo  {ours:?}\n");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
