//! The cache of compiled functions: executables are the same with and without it, to the byte, whatever is in it; and where there is none,
//! or a wrong one, programs are compiled all the same.

mod support;

use std::path::Path;
use std::process::Output;
use support::{Scratch, files, oxigo};

const PROGRAM: &str = r#"package main

import (
	"errors"
	"fmt"
	"os"
	"sort"
	"strings"
)

type shape interface{ area() float64 }

type square struct{ side float64 }

func (s square) area() float64 { return s.side * s.side }

type list[T any] struct{ items []T }

func (l *list[T]) add(item T) { l.items = append(l.items, item) }

var table = [...]string{"zero", "one", "two"}

func named(n int) (name string, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("named(%d): %v", n, r)
		}
	}()
	return table[n], nil
}

func main() {
	var l list[shape]
	l.add(square{2})
	sort.Slice(l.items, func(i, j int) bool { return l.items[i].area() < l.items[j].area() })
	for n := range 4 {
		fmt.Println(named(n))
	}
	words := map[string]int{}
	for _, w := range strings.Fields("a b a") {
		words[w]++
	}
	fmt.Println(words, l.items[0].area(), errors.Is(os.ErrExist, os.ErrClosed))
}
"#;

/// Another program, with other packages before the shared ones.
const OTHER: &str = r#"package main

import (
	"bytes"
	"encoding/json"
	"fmt"
)

func main() {
	var b bytes.Buffer
	fmt.Println(json.NewEncoder(&b).Encode(map[string]int{"x": 1}), b.String())
}
"#;

/// A folder with the program, and a cache in it.
fn place(name: &str) -> Scratch {
    let dir = Scratch::new(name);
    std::fs::write(dir.path("main.go"), PROGRAM).unwrap();
    std::fs::write(dir.path("other.go"), OTHER).unwrap();
    dir
}

/// Runs the command with a cache: `off`, or a folder in the place.
fn run(dir: &Scratch, cache: &str, args: &[&str]) -> Output {
    let cache = if cache == "off" { cache.into() } else { dir.path(cache).into_os_string() };
    let output = oxigo().args(args).current_dir(&dir.0).env("OXIGO_CACHE", cache).output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

/// The executable, and how many functions were found and made.
fn built(dir: &Scratch, cache: &str, args: &[&str]) -> (Vec<u8>, usize, usize) {
    let out = dir.path("out");
    let _ = std::fs::remove_file(&out);
    let mut all = vec![args[0], "--time", "-o", "out"];
    all.extend(&args[1..]);
    let output = run(dir, cache, &all);
    let text = String::from_utf8_lossy(&output.stderr);
    let counts = text.lines().find_map(|l| l.strip_prefix("cache: "));
    let counts = counts.unwrap_or_else(|| panic!("no counts in {text}"));
    let number = |what: &str| {
        let n = counts.split(what).next().filter(|_| counts.contains(what));
        n.and_then(|n| n.rsplit([' ', ',']).next()?.parse().ok()).unwrap_or(0)
    };
    (std::fs::read(&out).unwrap(), number(" functions found"), number(" made"))
}

fn same(a: &[u8], b: &[u8], what: &str) {
    assert!(
        a == b,
        "{what}: {} and {} bytes, first difference at {:?}",
        a.len(),
        b.len(),
        a.iter().zip(b).position(|(x, y)| x != y)
    );
}

/// With these flags: without a cache, with an empty one, a full one, one that has another program's functions, and after an edit.
fn all_ways(name: &str, flags: &[&str], kept: bool) {
    let dir = place(name);
    let command = |file| [&["build"], flags, &[file]].concat();
    let (off, found, made) = built(&dir, "off", &command("main.go"));
    assert_eq!((found, made), (0, 0));
    let (cold, found, made) = built(&dir, "a", &command("main.go"));
    same(&off, &cold, "an empty cache");
    assert_eq!((found, made > 400), (0, kept));
    let (warm, found, again) = built(&dir, "a", &command("main.go"));
    same(&off, &warm, "a full cache");
    assert_eq!((found, again), (made, 0));
    let (_, _, _) = built(&dir, "b", &command("other.go"));
    let (shared, found, _) = built(&dir, "b", &command("main.go"));
    same(&off, &shared, "a cache of another program");
    assert!(!kept || found > made / 2, "{found} of {made}");

    // What follows the edited function has moved.
    let edited = PROGRAM.replace("return table[n], nil", "n++\n\n\treturn table[n-1] + \"!\", nil");
    std::fs::write(dir.path("main.go"), edited).unwrap();
    let (off, ..) = built(&dir, "off", &command("main.go"));
    let (now, found, made) = built(&dir, "a", &command("main.go"));
    same(&off, &now, "after an edit");
    assert!(!kept || found > 400 && (1..=3).contains(&made), "{found} found, {made} made");
}

#[test]
fn executables_are_the_same() {
    all_ways("cache-plain", &[], true);
}
#[test]
fn executables_are_the_same_without_debug_information() {
    all_ways("cache-w", &["-w"], true);
}
#[test]
fn executables_are_the_same_when_they_are_explained() {
    all_ways("cache-m", &["-m"], true);
}
#[test]
fn executables_are_the_same_when_they_are_listed() {
    all_ways("cache-S", &["-S"], false);
}

/// Whether it is looked at or not, the same code is made.
#[test]
fn what_is_dumped_is_what_is_made() {
    let dir = place("cache-dump");
    let plain = built(&dir, "a", &["build", "main.go"]).0;
    let dumped = built(&dir, "a", &["build", "--dump-ssa", "*:main.*", "main.go"]).0;
    same(&plain, &dumped, "with a dump");
}

/// Compilers with other flags keep what is theirs.
#[test]
fn flags_do_not_mix() {
    let dir = place("cache-flags");
    for flags in
        [&["build"][..], &["build", "-w"], &["build", "--debug", "noopt"], &["build"], &["build", "-w"]]
    {
        let args = [flags, &["main.go"]].concat();
        let (off, ..) = built(&dir, "off", &args);
        same(&off, &built(&dir, "a", &args).0, &format!("{flags:?}"));
    }
}

#[test]
fn tests_are_the_same() {
    let dir = Scratch::new("cache-tests");
    std::fs::write(dir.path("go.mod"), "module m\n\ngo 1.27\n").unwrap();
    std::fs::write(
        dir.path("a.go"),
        "package a\n\nfunc Twice(n int) int {\n\tif n == 0 {\n\t\treturn 0\n\t}\n\treturn 2 * n\n}\n",
    )
    .unwrap();
    let tests = "package a\n\nimport \"testing\"\n\nfunc TestTwice(t *testing.T) {\n\tif Twice(2) != 4 {\n\t\tt.Fail()\n\t}\n}\n\n\
                 func FuzzTwice(f *testing.F) {\n\tf.Fuzz(func(t *testing.T, n int) { Twice(n) })\n}\n";
    std::fs::write(dir.path("a_test.go"), tests).unwrap();
    for flags in [&[][..], &["-cover"], &["-fuzz=FuzzTwice"]] {
        let args = [&["test", "-vet=off", "-c"][..], flags].concat();
        let (off, ..) = built(&dir, "off", &args);
        let (cold, ..) = built(&dir, "a", &args);
        let (warm, found, made) = built(&dir, "a", &args);
        same(&off, &cold, &format!("{flags:?}, first"));
        same(&off, &warm, &format!("{flags:?}, second"));
        assert!(found > 800 && made == 0, "{flags:?}: {found} found, {made} made");
    }
}

/// A sample of all programs there are, one after the other into one cache; what was found is made as well, and compared.
#[test]
fn what_is_found_is_what_is_made() {
    let dir = Scratch::new("cache-check");
    let programs = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs"), "go");
    assert!(programs.len() > 100);
    for file in programs.iter().step_by(programs.len() / 12) {
        let mut command = oxigo();
        command.args(["build", "-o", "out"]).arg(file).current_dir(&dir.0);
        let output =
            command.env("OXIGO_CACHE", dir.path("cache")).env("OXIGO_CACHE_CHECK", "1").output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(!text.contains("what was kept"), "{}: {text}", file.display());
    }
    assert!(dir.path("cache/functions").is_dir());
}

#[test]
fn builds_at_the_same_time_share_an_empty_cache() {
    let dir = place("cache-parallel");
    let (off, ..) = built(&dir, "off", &["build", "main.go"]);
    let start = |out: &str| {
        let mut command = oxigo();
        command.args(["build", "-o", out, "main.go"]).current_dir(&dir.0).env("OXIGO_CACHE", dir.path("a"));
        command.spawn().unwrap()
    };
    let outs = ["one", "two", "three"];
    for mut child in outs.map(start) {
        assert!(child.wait().unwrap().success());
    }
    outs.iter().for_each(|o| same(&std::fs::read(dir.path(o)).unwrap(), &off, o));
    let (_, found, made) = built(&dir, "a", &["build", "main.go"]);
    assert!(found > 400 && made == 0, "{found} found, {made} made");
}

/// A folder that others may enter, no folder, or a home where nothing can be written: there is no cache, and that is all.
#[test]
fn wrong_folders_are_left_alone() {
    use std::os::unix::fs::PermissionsExt;
    let dir = place("cache-wrong");
    let note = |cache: &Path, home: &str| {
        let mut command = oxigo();
        command.args(["build", "--time", "-o", "out", "main.go"]).current_dir(&dir.0);
        match home {
            "" => command.env("OXIGO_CACHE", cache),
            home => command.env_remove("OXIGO_CACHE").env_remove("XDG_CACHE_HOME").env("HOME", home),
        };
        // What is found by way of the home folder otherwise.
        let output = command.env("OXIGO_HOME", oxigo_home()).output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{text}");
        let line = text.lines().find(|l| l.starts_with("cache: "));
        line.unwrap_or_else(|| panic!("{text}")).to_string()
    };
    let open = dir.path("open");
    std::fs::create_dir(&open).unwrap();
    std::fs::set_permissions(&open, PermissionsExt::from_mode(0o755)).unwrap();
    assert!(note(&open, "").contains("others may enter"));
    assert_eq!(std::fs::read_dir(&open).unwrap().count(), 0);
    std::fs::write(dir.path("file"), "mine").unwrap();
    assert!(note(&dir.path("file"), "").contains("is no folder"));
    assert_eq!(std::fs::read(dir.path("file")).unwrap(), b"mine");
    assert!(note(Path::new(""), "/proc/none").starts_with("cache: none"));
}

/// Where the library is, whatever HOME says.
fn oxigo_home() -> String {
    let output = oxigo().args(["env", "OXIGO_HOME"]).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_string()
}

#[test]
fn clean_empties_it_and_env_names_it() {
    let dir = place("cache-clean");
    let (.., made) = built(&dir, "a", &["build", "main.go"]);
    assert!(made > 400);
    std::fs::write(dir.path("a/other"), "").unwrap();
    run(&dir, "a", &["clean"]);
    assert!(!dir.path("a/functions").exists() && dir.path("a/other").exists());
    assert_eq!(built(&dir, "a", &["build", "main.go"]).1, 0);
    run(&dir, "a", &["clean", "-cache"]);
    assert_eq!(built(&dir, "a", &["build", "main.go"]).1, 0);
    run(&dir, "none", &["clean"]);
    assert!(!dir.path("none").exists());
    let named = |cache: &str| String::from_utf8(run(&dir, cache, &["env", "OXIGO_CACHE"]).stdout).unwrap();
    assert_eq!(named("a").trim(), dir.path("a").to_str().unwrap());
    assert_eq!(named("off").trim(), "off");
    let mut command = oxigo();
    let (_, found, made) = built(&dir, "a", &["build", "-a", "main.go"]);
    assert_eq!((found, made), (0, 0), "everything is made anew");
    let refused = command.args(["clean", "-modcache"]).env("OXIGO_CACHE", dir.path("a")).output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(dir.path("a/functions").exists());
}
