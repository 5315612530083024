//! `oxigo test -fuzz`: inputs are made that reach code which was not reached before, in processes of the test program; what fails is kept as
//! Go keeps it.
#![cfg(target_os = "linux")]

mod support;

use support::{Scratch, oxigo};

/// One of 2⁴⁸ beginnings fails: it is found byte by byte, or not at all.
const STEPS: &str = r#"package steps

func Parse(b []byte) int {
	if len(b) < 6 {
		return 0
	}
	if b[0] == 's' && b[1] == 't' {
		switch b[2] {
		case 'e':
			if b[3] != 'p' {
				return 1
			}
			for _, c := range b[4:5] {
				if c == '/' || c == '.' {
					return last(b)
				}
			}
		}
	}
	return 2
}

func last(b []byte) int {
	if b[5] == '!' {
		panic("all steps")
	}
	return 3
}
"#;

/// Outside of the package, too, ways are counted.
const TESTS: &str = r#"package steps_test

import (
	"os"
	"testing"

	"example.com/steps"
)

func FuzzSteps(f *testing.F) {
	f.Add([]byte("any six"))
	f.Fuzz(func(t *testing.T, b []byte) { steps.Parse(b) })
}

func FuzzExits(f *testing.F) {
	f.Add("a", int8(1))
	f.Fuzz(func(t *testing.T, s string, n int8) {
		if len(s) > 2 && n == 7 {
			os.Exit(5)
		}
	})
}

func FuzzSeeds(f *testing.F) {
	f.Fuzz(func(t *testing.T, n int) {
		if n == 12345 {
			t.Error("the seed")
		}
	})
}

func FuzzFine(f *testing.F) {
	f.Add(false)
	f.Fuzz(func(t *testing.T, b bool) {
		if b {
			t.Log("true")
		}
	})
}
"#;

fn project(name: &str) -> Scratch {
    let dir = Scratch::new(name);
    std::fs::create_dir_all(dir.path("testdata/fuzz/FuzzSeeds")).unwrap();
    std::fs::write(dir.path("go.mod"), "module example.com/steps\n\ngo 1.27\n").unwrap();
    std::fs::write(dir.path("steps.go"), STEPS).unwrap();
    std::fs::write(dir.path("steps_test.go"), TESTS).unwrap();
    dir
}

fn run(dir: &Scratch, args: &[&str]) -> (i32, String) {
    let mut command = oxigo();
    command.arg("test").args(args).current_dir(&dir.0).env("GOCACHE", dir.path("cache"));
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    (output.status.code().unwrap(), text.to_string())
}

/// The contents of the files in a folder.
fn inputs(dir: &Scratch, folder: &str) -> Vec<String> {
    let files = std::fs::read_dir(dir.path(folder)).into_iter().flatten();
    files.map(|f| std::fs::read_to_string(f.unwrap().path()).unwrap()).collect()
}

fn has(text: &str, wanted: &[&str]) {
    for want in wanted {
        assert!(text.contains(want), "no {want:?} in:\n{text}");
    }
}

#[test]
fn finds_an_input_step_by_step() {
    let dir = project("fuzz-steps");
    let (status, text) = run(&dir, &["-vet=off", "-run=X", "-fuzz=FuzzSteps", "-fuzztime=120s"]);
    assert_eq!(status, 1, "{text}");
    has(&text, &["gathering baseline coverage: 1/1 completed, now fuzzing with", "panic: all steps"]);
    has(&text, &["Failing input written to testdata/fuzz/FuzzSteps/", "\nFAIL\texample.com/steps\t"]);
    let [found] = &inputs(&dir, "testdata/fuzz/FuzzSteps")[..] else { panic!("no input in:\n{text}") };
    has(found, &["go test fuzz v1\n[]byte(\"step"]);
    // On the way to it inputs were kept; the next run begins with them.
    assert!(inputs(&dir, "cache/fuzz/example.com/steps/FuzzSteps").len() >= 4);
    let (status, text) = run(&dir, &["-vet=off", "-run=FuzzSteps"]);
    assert_eq!(status, 1, "{text}");
    has(&text, &["--- FAIL: FuzzSteps/", "panic: all steps"]);
}

#[test]
fn a_process_that_ends_has_failed() {
    let dir = project("fuzz-exits");
    let (status, text) = run(&dir, &["-vet=off", "-run=X", "-fuzz=FuzzExits", "-fuzztime=120s"]);
    assert_eq!(status, 1, "{text}");
    has(&text, &["fuzzing process hung or terminated unexpectedly: exit status 5"]);
    has(&inputs(&dir, "testdata/fuzz/FuzzExits")[0], &["go test fuzz v1\nstring(\"", "\nint8(7)"]);
}

#[test]
fn seeds_come_first() {
    let dir = project("fuzz-seeds");
    std::fs::write(dir.path("testdata/fuzz/FuzzSeeds/own"), "go test fuzz v1\nint(12345)\n").unwrap();
    let (status, text) = run(&dir, &["-vet=off", "-run=X", "-fuzz=FuzzSeeds", "."]);
    assert_eq!(status, 1, "{text}");
    has(&text, &["failure while testing seed corpus entry: FuzzSeeds/own", "the seed"]);
}

#[test]
fn a_compiled_fuzzer() {
    let dir = project("fuzz-compiled");
    let (status, text) = run(&dir, &["-vet=off", "-c", "-fuzz=FuzzFine", "-o", "f"]);
    assert_eq!((status, text.as_str()), (0, ""));
    let mut command = std::process::Command::new(dir.path("f"));
    command.args(["-test.run=X", "-test.fuzz=FuzzFine", "-test.fuzztime=200x", "-test.fuzzcachedir=kept"]);
    let output = command.current_dir(&dir.0).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    has(&text, &["gathering baseline coverage", "new interesting: 1 (total: 2)", "PASS"]);
    // One that was not compiled for it says so.
    let (status, text) = run(&dir, &["-vet=off", "-c", "-o", "f"]);
    assert_eq!((status, text.as_str()), (0, ""));
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    has(&text, &["was not built with coverage instrumentation"]);
}

#[test]
fn what_go_refuses() {
    let dir = project("fuzz-refused");
    std::fs::create_dir_all(dir.path("other")).unwrap();
    std::fs::write(dir.path("other/other.go"), "package other\n").unwrap();
    for (args, message) in [
        (&["-fuzz=F", "./..."][..], "cannot use -fuzz flag with multiple packages\n"),
        (&["-fuzz=F", "-coverprofile=c"], "cannot use -coverprofile flag with -fuzz flag\n"),
        (&["-fuzz=F", "-memprofile=c"], "cannot use -memprofile flag with -fuzz flag\n"),
        (&["-fuzz=F", "strings"], "cannot use -fuzz flag on package outside the main module\n"),
        (&["-trace=t", "./..."], "cannot use -trace flag with multiple packages\n"),
    ] {
        assert_eq!(run(&dir, args), (1, message.to_string()), "{args:?}");
    }
    let (status, text) = run(&dir, &["-vet=off", "-fuzz=Fuzz", "-run=X", "."]);
    assert_eq!(status, 1, "{text}");
    has(
        &text,
        &["will not fuzz, -fuzz matches more than one fuzz test: [FuzzSteps FuzzExits FuzzSeeds FuzzFine]"],
    );
    let (status, text) = run(&dir, &["-vet=off", "-fuzz=Nothing", "-run=X"]);
    assert_eq!(status, 0, "{text}");
    has(&text, &["testing: warning: no fuzz tests to fuzz\n"]);
    // What is watched is not told again.
    assert!(text.trim_end().ends_with('s'), "{text}");
}
