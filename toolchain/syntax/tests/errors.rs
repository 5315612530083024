//! Texts and places of syntax errors, as Go's compiler gives them.

use oxigo_syntax::{Options, parse, pos};

fn errors(text: &str) -> Vec<String> {
    let (_, mut errors) = parse(pos::add_file("x.go", text.as_bytes().to_vec()), Options::default());
    errors.sort_by_key(|e| e.pos);
    errors.iter().map(|e| format!("{}: {}", e.pos, e.message)).collect()
}

fn body(text: &str) -> Vec<String> {
    errors(&format!("package p\nfunc f() {{\n{text}\n}}\n"))
}

#[test]
fn statements() {
    for (text, want) in [
        ("x := ", "x.go:4:1: syntax error: unexpected }, expected expression"),
        ("if x = 1 { }", "x.go:3:6: syntax error: cannot use assignment x = 1 as value"),
        ("if x == 1\n{ }", "x.go:3:10: syntax error: unexpected newline, expected { after if clause"),
        ("for i := 0; i < 10 { }", "x.go:3:20: syntax error: unexpected {, expected semicolon or newline"),
        ("a b", "x.go:3:3: syntax error: unexpected name b at end of statement"),
        ("else { }", "x.go:3:1: syntax error: unexpected keyword else, expected }"),
        ("L: for { break M }", "x.go:3:1: label L defined and not used"),
        ("L:", "x.go:3:1: label L defined and not used"),
        ("break", "x.go:3:1: break is not in a loop, switch, or select"),
        ("goto L; x := 1; L: _ = x", "x.go:3:6: goto L jumps over declaration of x at x.go:3:11"),
        ("goto L; { L: }", "x.go:3:6: goto L jumps into block starting at x.go:3:9"),
        ("switch { case true: fallthrough }", "x.go:3:21: cannot fallthrough final case in switch"),
        ("defer (f())", "x.go:3:7: expression in defer must not be parenthesized"),
        ("x.y z", "x.go:3:5: syntax error: unexpected name z at end of statement"),
        (
            "f(1 2)",
            "x.go:3:5: syntax error: unexpected literal 2 in argument list; possibly missing comma or )",
        ),
        (
            "var x = []int{1 \n}",
            "x.go:3:17: syntax error: unexpected newline in composite literal; possibly missing comma or }",
        ),
        ("a, b", "x.go:3:5: syntax error: unexpected newline, expected := or = or comma"),
        ("x[1:2:]", "x.go:3:7: final index required in 3-index slice"),
        (
            "for var i = 0; i < 1; i++ { }",
            "x.go:3:9: syntax error: var declaration not allowed in for initializer",
        ),
    ] {
        assert_eq!(body(text).first().map(String::as_str), Some(want), "{text}");
    }
}

#[test]
fn declarations() {
    for (text, want) in [
        ("x", "x.go:1:1: syntax error: package statement must be first"),
        ("package p\nx := 1", "x.go:2:1: syntax error: non-declaration statement outside function body"),
        ("package p\nfunc f()\n{\n}", "x.go:3:1: syntax error: unexpected semicolon or newline before {"),
        ("package p\nfunc (f T, g T) m() {}", "x.go:2:17: method has multiple receivers"),
        (
            "package p\nvar x = 1\nimport \"y\"",
            "x.go:3:1: syntax error: imports must appear before other declarations",
        ),
        ("package p\ntype T[P any,] = [", "x.go:2:19: syntax error: unexpected EOF, expected expression"),
        ("package p\nfunc f(a, b int, string) {}", "x.go:2:24: syntax error: missing parameter type"),
        ("package p\nfunc f(a ...int, b int) {}", "x.go:2:10: can only use ... with final parameter"),
        ("package p\nfunc f[T]() {}", "x.go:2:9: syntax error: missing type constraint"),
        ("package p\nvar x int //go:noinline", "x.go:2:13: misplaced compiler directive"),
        ("package p\nvar x = 0b12", "x.go:2:12: invalid digit '2' in binary literal"),
        ("package p\ntype T struct { (X) }", "x.go:2:17: syntax error: cannot parenthesize embedded type"),
    ] {
        assert_eq!(errors(text).first().map(String::as_str), Some(want), "{text}");
    }
}

#[test]
fn valid_programs() {
    for text in [
        "package p\ntype A[P *int,] struct{}; type B [n * 2]int; type C[P *T|Q] int; type D[T interface{ ~int | string }] = []T",
        "package p\nfunc (r *T[K, V]) m[X any](f func(X) V) (a, b int) { for range 10 { }; for x := range f { _ = x }; return }",
        "package p\nfunc f() { if x == (T{}) { }; switch x := y.(type) { case int, *T: default: }; select { case v, ok := <-c: case c <- 1: } }",
        "package p\nvar c <-chan chan<- (<-chan int); var x = <-chan int(nil); var f = func(a, b int, c ...string) {}",
        "package p\nfunc f() { L: for { continue L }; switch { case a: fallthrough; case b: }; goto E; E: }",
        "package p\nconst ( a, b = iota, 1 << iota; c, d; _, _ )",
    ] {
        assert_eq!(errors(text), [""; 0], "{text}");
    }
}

#[test]
fn line_directives() {
    let found = errors("package p\n//line foo.y:10\nvar x = $\n/*line bar.y:3:4*/$");
    assert_eq!(found[0], "foo.y:10: invalid character U+0024 '$'");
}
