//! Position-independent executables (`-buildmode=pie`): what they are, that they run wherever they are put, and where there are none.

mod support;

use std::collections::HashSet;
use std::process::Command;
use support::{Scratch, oxigo};

/// Uses what has addresses in it: descriptors of types, method tables, func values, static data of all sorts, tables of the runtime,
/// assembly. Prints where its code, constants and variables are, and what it computed.
const PROGRAM: &str = r#"package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"reflect"
	"runtime"
	"sort"
	"strings"
	"sync"
	"time"
	"unsafe"
)

type shape interface{ Area() int }
type square struct{ side int }
type row struct {
	name  string
	f     func(int) int
	shape shape
	next  *row
}

func (s square) Area() int { return s.side * s.side }
func double(n int) int     { return 2 * n }

var rows = []row{{"a", double, square{3}, &last}, {"b", func(n int) int { return n + 1 }, &square{4}, nil}}
var last = row{name: "last"}
var byName = map[string]*row{"a": &rows[0], "b": &rows[1]}
var errOne = errors.New("one")

func deep(n int) int {
	var room [64]int
	if n == 0 {
		return 0
	}
	room[n%64] = deep(n - 1)
	return room[n%64] + 1
}

func caught() (text string) {
	defer func() { text = fmt.Sprint(recover()) }()
	var r *row
	return r.name
}

func main() {
	code, _, line, _ := runtime.Caller(0)
	fmt.Printf("%#x %p %p\n", code, unsafe.StringData(rows[0].name), &last)
	names := []string{}
	for name, r := range byName {
		names = append(names, fmt.Sprint(name, r.f(20), r.shape.Area(), r.next == &last, reflect.TypeOf(r.shape)))
	}
	sort.Strings(names)
	var wg sync.WaitGroup
	sums := make([]int, 20)
	for i := range sums {
		wg.Go(func() {
			time.Sleep(time.Microsecond)
			sums[i] = deep(1000 * i)
			runtime.GC()
		})
	}
	wg.Wait()
	m := reflect.ValueOf(square{5}).MethodByName("Area").Call(nil)[0]
	made := reflect.MakeFunc(reflect.TypeOf(double), func(in []reflect.Value) []reflect.Value { return in }).Interface().(func(int) int)
	fmt.Println(strings.Join(names, " "), sums[19], m, made(7), caught(), fmt.Errorf("two: %w", errOne), line)
	fmt.Printf("%x\n", sha256.Sum256([]byte(rows[1].name)))
	if len(os.Args) > 1 {
		*(*byte)(unsafe.Pointer(unsafe.StringData(rows[0].name))) = 1
	}
}
"#;

const SAYS: &str = "a40 9 true main.square b21 16 false *main.square 19000 25 7 runtime error: invalid memory address or nil pointer \
                    dereference two: one 50\n3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d\n";

#[test]
fn runs_wherever_it_is() {
    let dir = Scratch::new("pie");
    std::fs::write(dir.path("main.go"), PROGRAM).unwrap();
    for flags in [&[][..], &["-ldflags=-s -w"]] {
        let built =
            oxigo().args(["build", "-buildmode=pie"]).args(flags).arg("main.go").current_dir(&dir.0).output();
        let built = built.unwrap();
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        let bytes = std::fs::read(dir.path("main")).unwrap();
        let half = |at: usize| u16::from_le_bytes(bytes[at..at + 2].try_into().unwrap()) as usize;
        assert_eq!(half(16), 3, "e_type: ET_DYN");
        // e_phoff, e_phentsize and e_phnum, and p_flags: writable and executable.
        let kinds: Vec<usize> = (0..half(56)).map(|i| half(half(32) + i * half(54) + 4) & 3).collect();
        assert!(kinds.contains(&1) && !kinds.contains(&3), "code that can be written to: {kinds:?}");
        let mut places = HashSet::new();
        for _ in 0..10 {
            let ran = Command::new(dir.path("main")).output().unwrap();
            let text = String::from_utf8(ran.stdout).unwrap();
            let (place, rest) = text.split_once('\n').unwrap();
            assert_eq!(rest, SAYS, "{}", String::from_utf8_lossy(&ran.stderr));
            places.insert(place.to_string());
        }
        assert!(places.len() > 1, "always at {places:?}");
        // A constant cannot be written to, as in other executables.
        let ran = Command::new(dir.path("main")).arg("write").output().unwrap();
        let said = String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.code() == Some(2) && said.contains("unexpected fault address"), "{said}");
    }
}

fn runs_emulated(arch: &str) {
    let dir = Scratch::new(&format!("pie_{arch}"));
    std::fs::write(dir.path("main.go"), PROGRAM).unwrap();
    let target = format!("linux/{arch}");
    let args = ["run", "--target", &target, "-buildmode=pie", "main.go"];
    let ran = oxigo().args(args).current_dir(&dir.0).output().unwrap();
    let text = String::from_utf8(ran.stdout).unwrap();
    assert_eq!(text.split_once('\n').map(|t| t.1), Some(SAYS), "{}", String::from_utf8_lossy(&ran.stderr));
}

/// Other machines that have them.
mod linux {
    mod rest {
        use crate::runs_emulated;

        #[test]
        fn arm64() {
            runs_emulated("arm64");
        }

        #[test]
        fn riscv64() {
            runs_emulated("riscv64");
        }

        #[test]
        fn s390x() {
            runs_emulated("s390x");
        }
    }
}

#[test]
fn refused_by_name() {
    let dir = Scratch::new("pie_refused");
    std::fs::write(dir.path("main.go"), "package main\n\nfunc main() {}\n").unwrap();
    for target in ["linux/mips", "none/amd64"] {
        let args = ["build", "--target", target, "-buildmode=pie", "main.go"];
        let said = oxigo().args(args).current_dir(&dir.0).output().unwrap();
        assert_eq!(said.status.code(), Some(2));
        let text = String::from_utf8_lossy(&said.stderr);
        assert!(text.contains(&format!("-buildmode=pie not supported on {target}")), "{text}");
    }
}
