"""Oversized and odd inputs, each of one sort: deep nesting, huge constants, 10k locals, 100k cases."""
from shapes import function, lines


def inputs():
    """Name and text of every input."""
    n = 100_000
    for name, left, middle, right in [
        ("parentheses", "(", "1", ")"), ("negations", "-", "1", ""), ("nots", "!", "true", ""), ("addresses", "&", "1", ""), ("receives", "<-", "nil", ""),
        ("calls", "f(", "1", ")"), ("indices", "a[", "0", "]"), ("literals", "[]any{", "1", "}"), ("functions", "func() any { return ", "1", "}"), ("sums", "1+(", "1", ")"),
        ("conversions", "any(", "1", ")"), ("assertions", "", "any(1)", ".(any)"), ("selectors", "", "x", ".x"), ("slices", "", "s", "[:]"), ("calls_of_calls", "", "f", "()"),
    ]:
        for depth in (1000, n):
            yield f"nested_{name}_{depth}", function("_ = " + left * depth + middle + right * depth)
    for name, left, middle, right in [
        ("pointers", "*", "int", ""), ("slices", "[]", "int", ""), ("arrays", "[2]", "int", ""), ("maps", "map[int]", "int", ""), ("channels", "chan ", "int", ""),
        ("structs", "struct { a ", "int", "}"), ("functions", "func(", "int", ")"), ("interfaces", "interface { m() ", "int", "}"), ("instances", "T[", "int", "]"), ("parentheses", "(", "int", ")"),
    ]:
        for depth in (1000, n):
            yield f"types_{name}_{depth}", function("", "type T[P any] struct{ p P }\nvar x " + left * depth + middle + right * depth)
    for name, left, right in [
        ("blocks", "{", "}"), ("ifs", "if true {", "}"), ("elses", "if x {} else ", "{}"), ("loops", "for {", "}"), ("switches", "switch { case true: ", "}"),
        ("selects", "select { default: ", "}"), ("closures", "func() {", "}()"), ("labels", "L#: ", ";"), ("ranges", "for range 1 {", "}"), ("defers", "defer func() {", "}()"),
    ]:
        for depth in (300, n):
            yield f"statements_{name}_{depth}", function("x := true; _ = x\n" + "".join(left.replace("#", str(i)) for i in range(depth)) + (right if name == "elses" else right * depth))
    for name, text in [
        ("shift", "1 << 1000000000"), ("shift_of_shift", "1 << (1 << 62)"), ("float", "1e1000000000"), ("hex_float", "0x1p1000000000"), ("small", "1e-1000000000"),
        ("negative_shift", "1 << -1"), ("digits", "9" * 1_000_000), ("hex_digits", "0x" + "f" * 1_000_000), ("fraction", "0." + "1" * 1_000_000), ("digits_exponent", "9" * 100_000 + "e100000"),
        ("imaginary", "9" * 100_000 + "i"), ("division", "1 / (1e400 - 1e400)"), ("modulo", "(1 << 500) % ((1 << 499) - 1)"), ("power", "(" * 300 + "3" + ")" * 300 + " * 3" * 3000),
        ("many_digits", "1_" * 100_000 + "1"), ("rune", "'\\U0010ffff' << 400"), ("quotient", "1.0" + " / 3" * 5000), ("complex", "1i" + " * 1i" * 20_000), ("floats", "1.5" + " * 1.5" * 20_000),
    ]:
        yield f"constant_{name}", function("", f"const c = {text}\nvar f = float64(c)\nvar i = c\n")
    for name, first, step in [("square", "3", "c#*c#"), ("double_string", '"ab"', "c#+c#"), ("shift", "1", "c#<<c#"), ("float", "1.1", "c#*c#"), ("quotient", "1.3", "c#/7*c#"), ("complex", "1.1i", "c#*c#")]:
        chain = "\n".join(f"const c{i + 1} = " + step.replace("#", str(i)) for i in range(60))
        yield f"chain_{name}", function("println(c60)", f"const c0 = {first}\n{chain}")
    for name, size in [("exa", "1<<62"), ("most", "1<<63-1"), ("peta", "1<<50"), ("four_gigabytes", "1<<32"), ("gigabyte", "1<<30"), ("negative", "-1"), ("float", "1e3"), ("huge", "1<<200")]:
        for use in ("var g [SIZE]byte", "var g [SIZE][SIZE]int", "var g *[SIZE]int", "var g [SIZE]struct{}", "var g = make(chan [SIZE]byte)", "var g map[[SIZE]byte][SIZE]byte", "func f(x [SIZE]int) [SIZE]int { return x }",
                    "func f() { var x [SIZE]int; x[len(x)-1]++; println(&x) }", "var g = [SIZE]int{1}", "var g = [...]int{SIZE-1: 1}", "var g = []int{SIZE-1: 1}", "var g = new([SIZE]*int)", "var g = unsafe.Sizeof([SIZE]int{})"):
            yield f"size_{name}_{''.join(c for c in use if c.isalnum())}", function("", 'import "unsafe"\nconst _ = unsafe.Sizeof(0)\n' + use.replace("SIZE", size))
    big = 10_000
    for count in (big, n):
        yield f"locals_{count}", function(lines(count, "v# := len(a) + #") + "\nprintln(v0" + "".join(f", v{i}" for i in range(1, count, 7)) + ")", "var a []int")
        yield f"stores_{count}", function(lines(count, "a[#] = #"), f"var a = make([]int, {count})")
        yield f"ifs_{count}", function(lines(count, "if x == # { x += # }") + "\nprintln(x)", "var x int")
        yield f"sum_{count}", function("println(" + " + ".join(["x"] * count) + ")", "var x int")
        yield f"string_sum_{count}", function("println(" + " + ".join(["s"] * count) + ")", "var s string")
        yield f"constant_sum_{count}", function("println(" + " + ".join(['"a"'] * count) + ")")
        yield f"ands_{count}", function("println(" + " && ".join(["x"] * count) + ")", "var x bool")
        yield f"cases_{count}", function("switch x {\n" + lines(count, "case #: x = 2*#") + "\n}", "var x int")
        yield f"string_cases_{count}", function("switch x {\n" + lines(count, 'case "#": x = "b#"') + "\n}", "var x string")
        yield f"duplicate_cases_{count}", function("switch x {\n" + "case 1:\n" * count + "}", "var x int")
        yield f"list_of_cases_{count}", function("switch x { case " + ", ".join(map(str, range(count))) + ": }", "var x int")
        yield f"literal_{count}", function("println(len(a))", "var a = []any{" + ", ".join(map(str, range(count))) + "}")
        yield f"map_literal_{count}", function("println(len(a))", "var a = map[int]string{" + ", ".join(f'{i}: "{i}"' for i in range(count)) + "}")
        yield f"local_map_{count}", function("a := map[string]int{" + ", ".join(f'"{i}": x' for i in range(count)) + "}; println(len(a))", "var x int")
        yield f"functions_{count}", function("f0()", "\n".join(f"func f{i}() {{ f{(i + 1) % count}() }}" for i in range(count)))
        yield f"variables_{count}", function("println(v0)", "\n".join(f"var v{i} = v{i + 1}" for i in range(count)) + f"\nvar v{count} = len(s)\nvar s string")
        yield f"constants_{count}", function("println(c0)", "const (\nc0 = iota\n" + "\n".join(f"c{i}" for i in range(1, count)) + "\n)")
        yield f"types_{count}", function("", "\n".join(f"type T{i} struct {{ T{i + 1} }}" for i in range(count)) + f"\ntype T{count} int")
        yield f"aliases_{count}", function("", "\n".join(f"type T{i} = T{i + 1}" for i in range(count)) + f"\ntype T{count} = int\nvar x T0")
        yield f"cycle_{count}", function("", "\n".join(f"type T{i} struct {{ x [2]T{(i + 1) % count} }}" for i in range(count)))
        yield f"fields_{count}", function("var t T; t.f1++; u := t; println(t == u)", "type T struct {\n" + lines(count, "f# int") + "\n}")
        yield f"methods_{count}", function("var i I = T(1); i.m0()", "type T int\n" + lines(count, "func (T) m#() {}") + "\ntype I interface {\n" + lines(count, "m#()") + "\n}")
        yield f"embedded_{count}", function("", lines(count, "type E# struct { f# int }") + "\ntype T struct {\n" + lines(count, "E#") + "\n}\nvar x = T{}.f7")
        yield f"parameters_{count}", function("f(" + ", ".join(["1"] * count) + ")", "func f(" + ", ".join(f"p{i} int" for i in range(count)) + ") { println(p1) }")
        yield f"results_{count}", function("f()", "func f() (" + ", ".join(["int"] * count) + ") { return " + ", ".join(["1"] * count) + " }")
        yield f"variadic_{count}", function("f(" + ", ".join(["x"] * count) + ")", "var x any\nfunc f(p ...any) { println(len(p)) }")
        yield f"assignment_{count}", function(", ".join(f"a[{i}]" for i in range(count)) + " = " + ", ".join(f"a[{count - 1 - i}]" for i in range(count)), f"var a [{count}]int")
        yield f"labels_{count}", function("\n".join(f"L{i}: if x > {i} {{ goto L{(i * 7919 + 1) % count} }}" for i in range(count)), "var x int")
        yield f"defers_{count}", function(lines(count, "defer println(#)"))
        yield f"goroutines_{count}", function(lines(count, "go func() { x += # }()"), "var x int")
        yield f"closures_{count}", function(lines(count, "fs = append(fs, func() int { return x + # })"), "var fs []func() int; var x int")
        yield f"select_{count}", function("select {\n" + "case <-c:\n" * count + "}", "var c chan int")
        yield f"type_cases_{count}", function("switch x.(type) {\n" + lines(count, "case [#]int:") + "\n}", "var x any")
        yield f"instances_{count}", function("\n".join(f"f[[{i}]int]()" for i in range(count)), "func f[T any]() { var t T; _ = t }")
        yield f"calls_{count}", function(lines(count, "x = f(x, #)"), "var x int\n//go:noinline\nfunc f(a, b int) int { return a ^ b }")
        yield f"inlined_{count}", function(lines(count, "x = f(x, #)"), "var x int\nfunc f(a, b int) int { return a ^ b }")
        yield f"errors_{count}", function(lines(count, "undefined# = 1"))
        yield f"imports_{count}", "package main\n" + "\n".join(f'import p{i} "fmt"' for i in range(count)) + "\nfunc main() {}\n"
        yield f"phis_{count}", function("a, b := 1, 2\nfor i := 0; i < x; i++ {\n" + lines(count, "if i&# != 0 { a, b = b, a } else { a += b }") + "\n}\nprintln(a, b)", "var x int")
        yield f"loops_{count}", function(lines(count, "for i := range x { x += i }"), "var x int")
    for name, text in [
        ("empty", ""), ("nul", "\0" * n), ("bytes", "".join(map(chr, range(256))) * 400), ("bom", "\ufeffpackage main\n\ufefffunc main() {}\n"), ("bom_later", "package main\n" + "\ufeff" * n),
        ("one_line", function("x := 0; " + "x++; " * n)), ("long_name", function("", "var " + "x" * (1 << 20) + " int")), ("long_string", function('println("' + "x" * (1 << 24) + '")')),
        ("long_raw", function("println(len(`" + "\r\n" * (1 << 20) + "`))")), ("comment", "/*" * n), ("comments", "/**/" * n + function("")), ("newlines", "\n" * (1 << 22) + function("")),
        ("braces", "{" * n), ("brackets", "package main\nvar x [" + "[" * n), ("open_string", 'package main\nvar x = "' + "a" * n), ("open_raw", "package main\nvar x = `" + "a\n" * n),
        ("constraint", "//go:build " + "(" * n + "linux" + ")" * n + "\n\n" + function("")), ("constraint_nots", "//go:build " + "!" * n + "linux\n\n" + function("")),
        ("constraint_ors", "//go:build " + "linux || " * n + "linux\n\n" + function("")), ("lines", function("\n".join(f"//line x{i}.go:{i}\nprintln({i})" for i in range(big)))),
        ("line_far", function("//line x.go:999999999999:9\nx()")), ("linknames", function("", 'import _ "unsafe"\n' + "\n".join(f"//go:linkname f{i} g{i}\nfunc f{i}()" for i in range(big)))),
        ("infinite_instances", function("f[int]()", "func f[T any]() { f[[]T]() }")), ("infinite_type", function("", "type T[P any] struct { x *T[[]P] }\nvar x T[int]")),
        ("infinite_methods", function("T[int]{}.m()", "type T[P any] struct{}\nfunc (T[P]) m() { T[[]P]{}.m() }")), ("doubling_type", function("", "\n".join(f"type T{i} struct {{ a, b T{i + 1} }}" for i in range(60)) + "\ntype T60 int\nvar x T0")),
        ("doubling_instance", function("", "type P[A, B any] struct { a A; b B }\n" + "\n".join(f"type T{i} = P[T{i + 1}, T{i + 1}]" for i in range(40)) + "\ntype T40 = int\nvar x T0")),
        ("doubling_call", function("f0()", "\n".join(f"func f{i}() {{ f{i + 1}(); f{i + 1}() }}" for i in range(60)) + "\nfunc f60() {}")), ("doubling_interface", function("", "\n".join(f"type I{i} interface {{ I{i + 1}; m{i}() }}" for i in range(3000)) + "\ntype I3000 interface{}\nvar x I0")),
        ("union", function("", "type U interface { " + " | ".join(f"[{i}]int" for i in range(3000)) + " }\nfunc f[T U](x T) T { return x }\nvar _ = f([7]int{})")), ("unions", function("", "\n".join(f"type U{i} interface {{ U{i + 1} | [{i}]int }}" for i in range(2000)) + "\ntype U2000 interface{ int }\nfunc f[T U0]() {}")),
        ("type_parameters", function("", "func f[" + ", ".join(f"T{i} any" for i in range(big)) + "]() {}")), ("constraints", function("", "func f[" + ", ".join(f"T{i} interface{{ *T{(i + 1) % 1000} }}" for i in range(1000)) + "]() {}")),
        ("inference", function("f(" + "0, " * 2000 + "0)", "func f[" + ", ".join(f"T{i} any" for i in range(2001)) + "](" + ", ".join(f"p{i} T{i}" for i in range(2001)) + ") {}")),
        ("generic_curry", function("", "type F[T any] func(T) F[F[T]]\nvar x F[int]")), ("method_cycle", function("", "type A interface { m() interface { A } }\nvar x A")),
        ("shadowing", function("x := 0\n" + "{ x := x; _ = x\n" * 900 + "}" * 900)), ("dots", function("_ = a" + ".b" * n)), ("sum_of_strings_and_numbers", function("_ = 1" + ' + "a" + 1' * big)),
        ("initialisers", function("", "\n".join(f"var v{i} = func() int {{ return v{(i + 1) % 3000} }}()" for i in range(3000)))), ("embedded_pointers", function("", "\n".join(f"type T{i} struct {{ *T{(i + 1) % 2000}; a{i} int }}" for i in range(2000)) + "\nvar x = T0{}.a1999")),
        ("comparison", function("println(a == b)", "var a, b [1 << 20]struct { s string; i any }")), ("big_stack", function("var a [1 << 24]int; for i := range a { a[i] = i }; println(a[x])", "var x int")), ("copies", function("for i := range a { b := a; b[i]++; a = b }", "var a [1 << 20]int")),
    ]:
        yield f"text_{name}", text
