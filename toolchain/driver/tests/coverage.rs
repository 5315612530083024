//! `oxigo test -cover`: the profiles and lines that Go 1.27's `go test` gives for the same module.

mod support;

use std::fs;

use support::{Scratch, oxigo};

const FILES: &[(&str, &str)] = &[
    ("go.mod", "module ex.com/cov\n\ngo 1.27\n"),
    ("a/a.go", include_str!("coverage/a.go.txt")),
    (
        "a/a_test.go",
        "package a\n\nimport \"testing\"\n\nfunc TestAbs(t *testing.T) {\n\tfor _, x := range []int{-1, 5} {\n\t\tAbs(x)\n\t}\n\t\
         new(T).Loop(nil)\n\tSw(3)\n}\n",
    ),
    ("b/b.go", "package b\n\nimport \"ex.com/cov/a\"\n\nfunc B() int { return a.Abs(0) }\n"),
    (
        "b/b_test.go",
        "package b_test\n\nimport (\n\t\"testing\"\n\t\"ex.com/cov/b\"\n)\n\nfunc TestB(t *testing.T) { b.B() }\n",
    ),
    ("cmd/m/main.go", "package main\n\nimport \"ex.com/cov/n\"\n\nfunc main() { println(n.N()) }\n"),
    ("e/e.go", "package e\n\ntype E int\n"),
    ("n/n.go", "package n\n\nfunc N() int {\n\treturn 1\n}\n"),
];

fn module(name: &str) -> Scratch {
    let dir = Scratch::new(name);
    for (path, text) in FILES {
        let path = dir.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    dir
}

/// What the command prints, times left out.
fn test(dir: &Scratch, args: &[&str]) -> String {
    let output = oxigo().arg("test").args(args).current_dir(&dir.0).output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr).to_string() + &String::from_utf8_lossy(&output.stdout);
    let is_time = |f: &str| f.strip_suffix('s').is_some_and(|t| t.parse::<f64>().is_ok());
    let line =
        |l: &str| l.split('\t').map(|f| if is_time(f) { "T" } else { f }).collect::<Vec<_>>().join("\t");
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_package_by_itself() {
    let dir = module("coverage_each");
    let text = test(&dir, &["-coverprofile=all.out", "./..."]);
    assert_eq!(
        text,
        "ok  \tex.com/cov/a\tT\tcoverage: 62.5% of statements\n\
         ok  \tex.com/cov/b\tT\tcoverage: 100.0% of statements\n\
         \tex.com/cov/cmd/m\t\tcoverage: 0.0% of statements\n\
         ?   \tex.com/cov/e\t[no test files]\n\
         \tex.com/cov/n\t\tcoverage: 0.0% of statements"
    );
    assert_eq!(fs::read_to_string(dir.path("all.out")).unwrap(), include_str!("coverage/set.txt"));
}

#[test]
fn packages_that_are_named() {
    let dir = module("coverage_named");
    let text = test(&dir, &["-coverpkg=./...", "-covermode=atomic", "-coverprofile", "c.out", "./a", "./b"]);
    assert_eq!(
        text,
        "ok  \tex.com/cov/a\tT\tcoverage: 61.2% of statements in ./...\n\
         ok  \tex.com/cov/b\tT\tcoverage: 10.2% of statements in ./..."
    );
    let profile = fs::read_to_string(dir.path("c.out")).unwrap();
    assert_eq!(profile, include_str!("coverage/count.txt").replacen("count", "atomic", 1));
    let text = test(&dir, &["-covermode=count", "-v", "./a"]);
    assert_eq!(text.lines().nth(3), Some("coverage: 62.5% of statements"), "{text}");
}

#[test]
fn modes_are_known() {
    let dir = module("coverage_modes");
    let text = test(&dir, &["-covermode=some", "./a"]);
    assert!(
        text.contains(
            r#"invalid value "some" for flag -covermode: valid modes are "set", "count", or "atomic""#
        ),
        "{text}"
    );
}

/// A `//line` gives a function's file its name; lines are those of the file that it is in.
#[test]
fn generated_files() {
    let dir = module("coverage_line");
    fs::create_dir(dir.path("l")).unwrap();
    fs::write(dir.path("l/l.go"), "package l\n\n//line gen.y:70\nfunc L() int {\n\treturn 1\n}\n").unwrap();
    assert_eq!(test(&dir, &["-coverprofile=l.out", "./l"]), "\tex.com/cov/l\t\tcoverage: 0.0% of statements");
    let profile = fs::read_to_string(dir.path("l.out")).unwrap();
    assert_eq!(profile, "mode: set\nex.com/cov/l/gen.y:5.2,6.1 1 0\n");
}
