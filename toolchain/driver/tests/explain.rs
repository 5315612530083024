//! What `-m` says about a program: the same lines as Go's compiler but for the differences that DEBUGGING.md lists.

mod support;

use support::{Scratch, oxigo};

/// `// WANT` lines behind a line of code are what is said about it; nothing else is.
const PROGRAM: &str = r#"package main

import "fmt"

type node struct {
	value int
	next  *node
}

var global *node

func (n *node) set(v int) { n.value = v }
// 6: can inline (*node).set
// 7: n does not escape

func keep(n *node) { global = n }
// 6: can inline keep
// 11: leaking param: n

func same(n *node) *node { return n }
// 6: can inline same
// 11: leaking param: n to result ~r0 level=0

func after(n *node) (r *node) { return n.next }
// 6: can inline after
// 12: leaking param: n to result r level=1

//go:noinline
func show(x any, s string, b []byte) { fmt.Println(x, len(s), len(b)) }
// 11: leaking param: x
// 18: s does not escape
// 28: b does not escape
// 51: ... argument does not escape
// 51: inlining call to fmt.Println
// 58: len(s) escapes to heap
// 66: len(b) escapes to heap

func counter() func() int {
// 6: can inline counter
	x := 0
// 2: moved to heap: x
	return func() int { x++; return x }
// 9: can inline counter.func1
// 9: func literal escapes to heap
}

func make2(n int) ([]int, *int) {
// 6: can inline make2
	s := make([]int, 4)
// 11: make([]int, 4) does not escape
	p := new(int)
// 10: new(int) escapes to heap
	return append(make([]int, n), s...), p
// 20: make([]int, n) escapes to heap
}

func main() {
	n := same(&node{value: 1})
// 11: inlining call to same
// 12: &node{...} escapes to heap
	n.set(2)
// 7: inlining call to (*node).set
	keep(n)
// 6: inlining call to keep
	local := &node{}
// 11: &node{} does not escape
	local.set(3)
// 11: inlining call to (*node).set
	show(after(local) == nil, "a", []byte("b"))
// 12: inlining call to after
// 40: ([]byte)("b") escapes to heap
	f := counter()
// 14: func literal does not escape
// 14: inlining call to counter
	_ = f
	make2(f())
// 7: inlining call to make2
// 7: make([]int, 4) does not escape
// 7: make([]int, n) escapes to heap
}
"#;

/// The remarks that the program's comments expect.
fn wanted(program: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut code = 0;
    for (i, line) in program.lines().enumerate() {
        match line.strip_prefix("// ") {
            Some(want) if want.starts_with(|c: char| c.is_ascii_digit()) => {
                out.push(format!("./p.go:{code}:{want}"))
            }
            _ => code = i + 1,
        }
    }
    out
}

fn remarks(flags: &[&str]) -> String {
    let dir = Scratch::new(&format!("explain{}", flags.len()));
    std::fs::write(dir.path("p.go"), PROGRAM).unwrap();
    let output =
        oxigo().current_dir(&dir.0).arg("build").args(flags).args(["-o", "p", "p.go"]).output().unwrap();
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn remarks_are_those_of_the_comments() {
    let said = remarks(&["-m"]);
    let said: Vec<&str> =
        said.lines().filter(|l| !l.starts_with("# ") && !l.starts_with("oxigo: ")).collect();
    let wanted = wanted(PROGRAM);
    let missing: Vec<_> = wanted.iter().filter(|w| !said.contains(&w.as_str())).collect();
    let extra: Vec<_> = said.iter().filter(|s| !wanted.iter().any(|w| w == *s)).collect();
    assert!(missing.is_empty() && extra.is_empty(), "missing: {missing:#?}\nnot expected: {extra:#?}");
}

#[test]
fn twice_shows_costs() {
    assert!(remarks(&["-m", "-m"]).contains("can inline keep with cost "));
}
