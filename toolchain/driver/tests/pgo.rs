//! Programs that are made for a profile of an earlier run (`-pgo`, `default.pgo`): what the profile changes, and files that are none.

mod support;

use std::process::{Command, Output};
use support::{Scratch, oxigo};

/// Most of its time goes to one of six methods, called through an interface, to a function that is called as a func value, and to one that is
/// called by its name: all are too large to be inlined otherwise. With an argument it writes a profile of half a second.
const PROGRAM: &str = r#"package main

import (
	"fmt"
	"os"
	"runtime/pprof"
	"time"
)

type step interface{ apply(uint64) uint64 }

type (
	mix   struct{ seed uint64 }
	plus  struct{ n uint64 }
	minus struct{ n uint64 }
	times struct{ n uint64 }
	over  struct{ n uint64 }
	mask  struct{ n uint64 }
)

func (m mix) apply(x uint64) uint64 {
	x ^= m.seed
	x ^= x << 13; x ^= x >> 7; x ^= x << 17
	x ^= x << 11; x ^= x >> 5; x ^= x << 19
	x ^= x << 9; x ^= x >> 3; x ^= x << 23
	x ^= x << 10; x ^= x >> 11; x ^= x << 21
	x ^= x << 15; x ^= x >> 13; x ^= x << 29
	x ^= x << 8; x ^= x >> 9; x ^= x << 31
	return x
}
func (p *plus) apply(x uint64) uint64  { return x + p.n }
func (p *minus) apply(x uint64) uint64 { return x - p.n }
func (p *times) apply(x uint64) uint64 { return x * p.n }
func (p *over) apply(x uint64) uint64  { return x / p.n }
func (p *mask) apply(x uint64) uint64  { return x & p.n }

func stir(x uint64) uint64 {
	x += x << 13; x ^= x >> 7; x += x << 17
	x += x << 11; x ^= x >> 5; x += x << 19
	x += x << 9; x ^= x >> 3; x += x << 23
	x += x << 10; x ^= x >> 11; x += x << 21
	x += x << 15; x ^= x >> 13; x += x << 29
	return x
}

func calm(x uint64) uint64 { return x | 1 }

func named(x uint64) uint64 {
	x -= x << 13; x ^= x >> 7; x -= x << 17
	x -= x << 11; x ^= x >> 5; x -= x << 19
	x -= x << 9; x ^= x >> 3; x -= x << 23
	x -= x << 10; x ^= x >> 11; x -= x << 21
	x -= x << 15; x ^= x >> 13; x -= x << 29
	x -= x << 7; x ^= x >> 15; x -= x << 27
	x -= x << 5; x ^= x >> 17; x -= x << 25
	x -= x << 3; x ^= x >> 19; x -= x << 33
	return x
}

//go:noinline
func drive(steps []step, f func(uint64) uint64, rounds int) uint64 {
	x := uint64(1)
	for i := range rounds {
		x = steps[i%len(steps)].apply(x)
		x = f(x)
		x = named(x)
	}
	return x
}

func main() {
	var steps []step
	for i := range 24 {
		steps = append(steps, mix{uint64(i)})
	}
	steps = append(steps, &plus{1}, &minus{2}, &times{3}, &over{5}, &mask{1<<63 - 1})
	if len(os.Args) > 1 {
		file, err := os.Create(os.Args[1])
		if err != nil {
			panic(err)
		}
		pprof.StartCPUProfile(file)
		for start := time.Now(); time.Since(start) < 500*time.Millisecond; {
			drive(steps, stir, 100000)
		}
		pprof.StopCPUProfile()
		file.Close()
	}
	fmt.Println(drive(steps, stir, 1000), drive(steps[20:], calm, 1000), named(1))
	func() {
		defer func() { fmt.Println(recover()) }()
		drive([]step{nil}, stir, 1)
	}()
	func() {
		defer func() { fmt.Println(recover()) }()
		drive(steps, nil, 1)
	}()
}
"#;

fn build(dir: &Scratch, flags: &[&str]) -> Output {
    oxigo().args(["build", "-o", "prog"]).args(flags).arg(".").current_dir(&dir.0).output().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).to_string()
}

/// Builds, which works, and returns what was told.
fn built(dir: &Scratch, flags: &[&str]) -> String {
    let output = build(dir, flags);
    assert!(output.status.success(), "{}", text(&output));
    text(&output)
}

fn run(dir: &Scratch, args: &[&str]) -> String {
    let output = Command::new(dir.path("prog")).args(args).current_dir(&dir.0).output().unwrap();
    assert!(output.status.success(), "{}", text(&output));
    text(&output)
}

fn module(name: &str) -> Scratch {
    let dir = Scratch::new(name);
    std::fs::write(dir.path("go.mod"), "module example.com/prog\n\ngo 1.27\n").unwrap();
    std::fs::write(dir.path("main.go"), PROGRAM).unwrap();
    dir
}

#[test]
fn hot_calls_are_inlined() {
    let dir = module("pgo");
    let hot = |told: &str| {
        let line = |what: &str| told.contains(&format!("inlining call to {what}\n"));
        [line("(*mix).apply"), line("stir"), line("named")]
    };
    assert_eq!(hot(&built(&dir, &["-m"])), [false; 3]);
    built(&dir, &[]);
    let plain = std::fs::read(dir.path("prog")).unwrap();
    let says = run(&dir, &[]);
    assert!(
        says.ends_with(
            "nil pointer dereference\nruntime error: invalid memory address or nil pointer dereference\n"
        ),
        "{says}"
    );
    assert_eq!(run(&dir, &["default.pgo"]), says);
    // The file beside main is taken by itself.
    let told = built(&dir, &["-m"]);
    assert_eq!(hot(&told), [true; 3], "{told}");
    assert_eq!(run(&dir, &[]), says);
    let info = |bytes: &[u8]| {
        String::from_utf8_lossy(bytes).contains("\tbuild\t-pgo=")
            || String::from_utf8_lossy(bytes).contains("build\t-pgo=")
    };
    assert!(info(&std::fs::read(dir.path("prog")).unwrap()) && !info(&plain));
    // By its name, and of a program that a profile has been used for: it says the same.
    assert_eq!(run(&dir, &["again.pprof"]), says);
    assert_eq!(hot(&built(&dir, &["-m", "-pgo=again.pprof"])), [true; 3]);
    assert_eq!(run(&dir, &[]), says);
    built(&dir, &["-pgo=off"]);
    assert!(
        std::fs::read(dir.path("prog")).unwrap() == plain,
        "a profile that is not used changes the program"
    );
}

#[test]
fn what_is_no_profile() {
    let dir = module("pgo_faults");
    std::fs::write(dir.path("empty"), "").unwrap();
    std::fs::write(dir.path("gzip"), [0x1f, 0x8b, 8, 0, 1]).unwrap();
    std::fs::write(dir.path("pre"), "GO PREPROFILE V1\n").unwrap();
    for (file, says) in [
        ("nowhere", "no such file or directory"),
        (".", "not a regular file"),
        ("empty", "not a profile in pprof's format"),
        ("gzip", "cannot be read"),
        ("pre", "not supported: the form of go tool preprofile"),
        ("main.go", "not a profile in pprof's format"),
    ] {
        let output = build(&dir, &[&format!("-pgo={file}")]);
        let told = text(&output);
        assert!(output.status.code() == Some(1) && told.contains(says), "{file}: {told}");
    }
}
