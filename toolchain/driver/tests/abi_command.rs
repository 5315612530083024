//! `oxigo abi`: where arguments and results live, as a table and as JSON, on machines with and without registers.

mod support;

use support::{Scratch, oxigo};

const SOURCE: &str = "package p

type Pair struct {
	A, B float32
}

type Empty struct{}

func F(a int8, s string, m [2]int, x float64) (r []byte) { return nil }

func (p Pair) Sum(_ Empty, wide uint64) float32 { return p.A }

func (p *Pair) Set(any, ...int) {}

func Generic[T any](t T) {}
";

fn module(name: &str, files: &[(&str, &str)]) -> Scratch {
    let dir = Scratch::new(name);
    for (path, text) in [("go.mod", "module example.com/m\n\ngo 1.27\n")].iter().chain(files) {
        std::fs::write(dir.path(path), text).unwrap();
    }
    dir
}

fn run(dir: &Scratch, args: &[&str]) -> (i32, String) {
    let output = oxigo().arg("abi").args(args).current_dir(&dir.0).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    (output.status.code().unwrap(), text.to_string())
}

#[test]
fn tables() {
    let dir = module("abi", &[("p.go", SOURCE)]);
    let cases = [
        (
            "linux/amd64",
            "F",
            "func F(a int8, s string, m [2]int, x float64) (r []byte)    linux/amd64, ABIInternal
  argument  a  int8     AX (integer)
  argument  s  string   BX (bytes 0..8, pointer)
                        CX (bytes 8..16, integer)
  argument  m  [2]int   stack 0..16
  argument  x  float64  X0 (float)
  result    r  []byte   AX (bytes 0..8, pointer)
                        BX (bytes 8..16, integer)
                        CX (bytes 16..24, integer)
  stack: 16 bytes, arguments 0..16, results 16..16; spill area: 32 bytes
",
        ),
        (
            "linux/386",
            "F",
            "func F(a int8, s string, m [2]int, x float64) (r []byte)    linux/386, ABIInternal
  argument  a  int8     stack 0..1
  argument  s  string   stack 4..12
  argument  m  [2]int   stack 12..20
  argument  x  float64  stack 20..28
  result    r  []byte   stack 28..40
  stack: 40 bytes, arguments 0..28, results 28..40; spill area: 0 bytes
",
        ),
        (
            "linux/arm64",
            "Pair.Sum",
            "func Pair.Sum(_ Empty, wide uint64) float32    linux/arm64, ABIInternal
  argument  p     Pair     F0 (bytes 0..4, float)
                           F1 (bytes 4..8, float)
  argument  _     Empty    nowhere: no bytes
  argument  wide  uint64   R0 (integer)
  result    _     float32  F0 (float)
  stack: 0 bytes, arguments 0..0, results 0..0; spill area: 16 bytes
",
        ),
        (
            "linux/arm",
            "(*Pair).Sum",
            "func (*Pair).Sum(_ Empty, wide uint64) float32    linux/arm, ABIInternal
  argument  p     *Pair    R0 (pointer)
  argument  _     Empty    nowhere: no bytes
  argument  wide  uint64   R1 (bytes 0..4, integer)
                           R2 (bytes 4..8, integer)
  result    _     float32  F0 (float)
  stack: 0 bytes, arguments 0..0, results 0..0; spill area: 12 bytes
",
        ),
        (
            "linux/riscv64",
            "(*Pair).Set",
            "func (*Pair).Set(any, ...int)    linux/riscv64, ABIInternal
  argument  p  *Pair  X10 (pointer)
  argument  _  any    X11 (bytes 0..8, integer)
                      X12 (bytes 8..16, pointer)
  argument  _  []int  X13 (bytes 0..8, pointer)
                      X14 (bytes 8..16, integer)
                      X15 (bytes 16..24, integer)
  stack: 0 bytes, arguments 0..0, results 0..0; spill area: 48 bytes
",
        ),
    ];
    for (target, func, want) in cases {
        assert_eq!(run(&dir, &["--target", target, ".", func]), (0, want.to_string()));
    }
    // All that are not generic, in the order of the sources.
    let (status, text) = run(&dir, &[".", "--target=linux/s390x"]);
    let heads: Vec<&str> = text.lines().filter(|l| l.starts_with("func ")).collect();
    assert_eq!(status, 0, "{text}");
    assert_eq!(heads.len(), 3, "{text}");
    assert!(heads[0].starts_with("func F(") && heads[2].starts_with("func (*Pair).Set("), "{text}");
    let none = "oxigo abi: no function Nope in example.com/m (methods are written T.M and (*T).M)\n";
    assert_eq!(run(&dir, &[".", "Nope"]), (1, none.to_string()));
    let generic = "oxigo abi: Generic of example.com/m is generic: each instance has its own places\n";
    assert_eq!(run(&dir, &[".", "Generic"]), (1, generic.to_string()));
}

#[test]
fn json_and_assembly() {
    let files = [
        ("p.go", "package p\n\nfunc Add(a, b int32) int64\n\nfunc own(f float32) {}\n"),
        ("p_amd64.s", "TEXT ·Add(SB), 0, $0-16\n\tRET\n"),
    ];
    let dir = module("abi_json", &files);
    let want = r#"{
	"Target": "linux/amd64",
	"Funcs": [
		{
			"Name": "Add",
			"Type": "func(a int32, b int32) int64",
			"ABI": "ABI0",
			"Args": [
				{"Name": "a", "Type": "int32", "Size": 4, "Parts": [{"Stack": 0, "Offset": 0, "Size": 4}]},
				{"Name": "b", "Type": "int32", "Size": 4, "Parts": [{"Stack": 4, "Offset": 0, "Size": 4}]}
			],
			"Results": [
				{"Name": "", "Type": "int64", "Size": 8, "Parts": [{"Stack": 8, "Offset": 0, "Size": 8}]}
			],
			"StackArgsSize": 8,
			"StackResultsOffset": 8,
			"StackSize": 16,
			"SpillSize": 0
		}
	]
}
"#;
    let target = ["--target", "linux/amd64"];
    assert_eq!(run(&dir, &["-json", target[0], target[1], ".", "Add"]), (0, want.to_string()));
    let (status, text) = run(&dir, &["-json", target[0], target[1], ".", "own"]);
    let part = r#"{"Register": "X0", "Kind": "float", "Offset": 0, "Size": 4}"#;
    assert!(status == 0 && text.contains(part) && text.contains(r#""ABI": "ABIInternal""#), "{text}");
    // Of the library too.
    let (status, text) = run(&dir, &[target[0], target[1], "strings", "(*Builder).WriteString"]);
    assert!(status == 0 && text.contains("  argument  b  *Builder  AX (pointer)\n"), "{text}");
}
