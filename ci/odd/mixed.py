"""Oversized and odd inputs that mix the sorts at random. Most are right but for their size, so that they get to the passes and to the machine's code."""
import random

from shapes import function

PRELUDE = """type T struct { n int; s string }
func (t T) m() int { return t.n }
type P[A, B any] struct { a A; b B }
type Lone[A any] struct { a A }
func id[A any](a A) A { return a }
func pair[A, B any](a A, b B) P[A, B] { return P[A, B]{a, b} }
func f(n int) int { return n ^ x }
//go:noinline
func far(n, k int) int { return n + k }
func got(n int) chan int { c := make(chan int, 1); c <- n; return c }
func each(yield func(int) bool) { _ = yield(1) && yield(x) }
var a, b [8]int
var x int
var y float64
var s string
var m = map[int]int{}
var fs []func() int
var t T
var held any
"""
# What may stand around an int and is one.
INTS = [("(", ")"), ("-", ""), ("^", ""), ("f(", ")"), ("far(x, ", ")"), ("far(", ", x)"), ("a[", "&7]"), ("int(", ")"), ("min(x, ", ")"), ("max(", ", 3, x)"),
        ("func() int { return ", " }()"), ("func(x int) int { return x + ", " }(x)"), ("x+(", ")"), ("x*", ""), ("x/(", "|1)"), ("x%(", "|1)"), ("x<<(", "&7)"), ("[]int{", "}[0]"),
        ("*&[]int{", ", 2}[0]"), ("m[", "]"), ("map[int]int{1: ", "}[1]"), ("len(make([]int, ", "&7))"), ("any(", ").(int)"), ("id[int](", ")"), ("id(", ")"), ("T{n: ", "}.n"),
        ("T{", ", s}.m()"), ("T.m(T{n: ", "})"), ("<-got(", ")"), ("[...]int{2: ", "}[2]"), ("int(float64(", "))"), ("int(int8(", "))"), ("len(string(rune(", ")))"),
        ("copy(a[:], b[", "&7:])"), ("len(append([]int{x}, ", "))"), ("pair(", ", s).a"), ("pair(x, ", ").b"), ("int(real(complex(float64(", "), y)))"), ("len(a[", "&7:])"), ("func() (n int) { defer f(", "); return x }()")]
TYPES = [("*", ""), ("[]", ""), ("[2]", ""), ("[0]", ""), ("[1000]", ""), ("map[int]", ""), ("map[string]struct{ a ", "; b int }"), ("map[[2]", "]int"), ("chan ", ""), ("<-chan (", ")"),
         ("struct { a ", "; b string }"), ("struct { T; a ", "}"), ("struct { _ int8; a ", "; _ int8 }"), ("func(", ")"), ("func() ", ""), ("func(...", ")"), ("interface { m(", ") }"), ("Lone[", "]"),
         ("P[int, ", "]"), ("P[", ", string]"), ("(", ")")]
STATEMENTS = [("{", "}"), ("if x > # {", "}"), ("if x := f(x); x != # {", "} else { x++ }"), ("for x < # {", "}"), ("for i := range x { _ = i; ", "}"), ("for i, v := range a { x += i*v; ", "}"),
              ("for range each {", "}"), ("for i := range each { x += i; ", "}"), ("switch x { case #: ", "}"), ("switch { default: x++; fallthrough; case x > #: ", "}"), ("select { default: ", "}"),
              ("select { case x := <-got(#): x++; ", "}"), ("func() {", "}()"), ("defer func() {", "}()"), ("go func() {", "}()"), ("func(x int) {", "}(x)"),
              ("L#: for { x++; if x > 3 { continue L# }; ", "; break L# }"), ("switch y := any(x).(type) { case int: _ = y; ", "}"), ("fs = append(fs, func() int { ", "; return x })"), ("x := x; a[x&7]++; ", "")]
LINES = ["x += f(x) * #", "v# := x + #; a[v#&7] = v#", "if x == # { a[#&7]++ }", "fs = append(fs, func() int { return x ^ # })", "defer f(#)", "go f(#)", "m[x+#] = x", 's += "#"; x += len(s)',
         "for i := range a { a[i] += # }", "switch x { case #: x++; case -1-#: x-- }", "a, b = b, a", "t.n, x = x, t.n", "p# := &a[#&7]; *p#++", "func() { defer f(#); x++ }()",
         "L#: x++; if x < # { goto L# }", "x = id([#%8+1]int{x})[0]", "println(x, #)", "y = y*#.5 + float64(x)", "held = [#]int8{}", "if n, ok := held.(int); ok { x = n + # }", "x = far(x, #)",
         "for i := range each { if i == # { break }; x += i }", "held = struct { f# int }{x}", "t = T{#, s}; x = t.m()", "x, a[#&7], b[x&7] = a[x&7], x, #", "func() { defer func() { held = recover() }(); x /= x - # }()",
         "z# := make([]int, 9); z#[x&7] = #; a = [8]int(z#)", "x = len([]byte(s)) + #", "m = map[int]int{#: x, x: #}", "for i := 0; i < x; i++ { if a[i&7] > # { x-- } else { x += i } }"]
TOKENS = "( ) { } [ ] , ; : . ... = := + - * / & ^ ! ~ <- | << x 1 1.5 'c' \"a\" int func struct interface map chan go defer if for switch case select return type var const import package".split()
RELATED = ["type T# struct { a *T@; b []T@ }", "type T# struct { T@ }", "type T# struct { *T@; n# int }", "type T# struct { a, b T@ }", "type T# interface { m#(T@) T@ }", "type T# func(T@, T@) T@", "type T# map[string]T@",
           "type T# []T@", "type T# chan T@", "type T# [2]T@", "type T# = *T@", "type T# = Lone[T@]", "type T# Lone[*T@]", "type T# T@", "type T# struct { a [0]T@; b P[T@, T@] }"]
CALLS = ["func f#(n int) int { return f@(n) + f@(n+1) }", "func f#(n int) int { if n > # { return f@(n-1) }; return n }", "func f#(n int) int { defer f@(n); return n }", "func f#(n int) int { return func() int { return f@(n) }() }",
         "func f#(n int) int { for i := range n { n += f@(i) }; return n }", "func f#(n int) int { go f@(n); return # }", "var v# = f@(#); func f#(n int) int { return v# + n }", "func f#(n int) int { return id(f@)(n) }",
         "func f#(n int) (k int) { defer func() { k = f@(k); recover() }(); panic(n) }"]
GENERIC = ["func f#[A any](a A) int { return f@(&a) }", "func f#[A any](a A) int { return f@([]A{a}) + f@(pair(a, a)) }", "func f#[A any](a A) int { return f@(any(a)) }", "func f#[A any](a A) int { return f@(Lone[A]{a}) }",
           "func f#[A any](a A) int { return func() int { return f@(map[int]A{1: a}) }() }", "func f#[A any](a A) int { switch any(a).(type) { case int: return f@(a); case []A: return # }; return f@([2]A{a, a}) }"]
SIZES = ["[N]byte", "[N][M]int", "*[N]int", "[N]struct{}", "chan [N]byte", "map[[N]byte][M]byte", "struct { a [N]int; b [M]string }", "[N]*[M]int", "[]struct { _ [N]byte; p *int }", "func([N]int) [M]byte", "Lone[[N]int32]", "[N][M]struct{ _ [0]int }"]
USES = ["var g U", "var g = new(U)", "var g = make([]U, 3)", "func h(u U) U { return u }", "func h() { var u U; held = &u }", "func h() { var u U; held = u }", "func h() U { var u U; return u }", "func h(u *U) { *u = U{} }",
        "var g = unsafe.Sizeof(*new(U))", "func h(u, v *U) bool { return *u == *v }", "func h(u *U) { defer func(u U) { held = u }(*u) }", "func h(u *U) { for _, e := range *u { held = e } }", "func h(c chan U) { c <- <-c }", "func h(m map[int]U) { m[1] = m[2] }"]


def some(r, most):
    """A size: as often between 10 and 100 as between the last two powers of ten."""
    return int(10 ** r.uniform(1, most))


def nest(r, shapes, middle, most):
    """Up to five of the shapes, in any order, around `middle`."""
    chosen = r.sample(shapes, r.randint(1, 5))
    parts = [r.choice(chosen) for _ in range(some(r, most))]
    return "".join(left.replace("#", str(i)) for i, (left, _) in enumerate(parts)) + middle + "".join(right.replace("#", str(i)) for i, (_, right) in reversed(list(enumerate(parts))))


def listed(r, lines, most):
    chosen = r.sample(lines, r.randint(1, 5))
    return "\n".join(r.choice(chosen).replace("#", str(i)) for i in range(some(r, most)))


def related(r, templates, count):
    """Declarations that name each other: later ones only, or any."""
    chosen = r.sample(templates, r.randint(1, min(4, len(templates))))
    forward = r.random() < 0.7
    near = r.choice([1, 3, count])
    def one(i):
        pieces = r.choice(chosen).replace("#", str(i)).split("@")
        return "".join(p + (str(min(count, i + r.randint(1, near)) if forward else r.randint(0, count)) if k + 1 < len(pieces) else "") for k, p in enumerate(pieces))
    return "\n".join(one(i) for i in range(count))


def expression(r):
    return function("x = " + nest(r, INTS, "x", 4.3) + "\nprintln(x)", PRELUDE)


def types(r):
    nested = nest(r, TYPES, r.choice(["int", "T", "any", "string", "struct{}"]), 3.7)
    use = r.choice(["var g U", "func h(u U) { held = u }", "func h() { _ = held.(U) }", "var g = new(U); func h() { held = g }", "func h(u U) { held = Lone[U]{u} }", "func h(u, v U) { held = pair(u, []U{v}) }",
                    "var g = unsafe.Sizeof(*new(U))", "func h() { switch held.(type) { case U: case *U: case []U: } }", "var g = map[any]any{1: *new(U)}"])
    return function("held = h", 'import "unsafe"\nconst _ = unsafe.Sizeof(0)\n' + PRELUDE + f"type U {r.choice(['', '= '])}{nested}\n{use}\n" + ("var h int" if "func h" not in use else ""))


def statements(r):
    return function(nest(r, STATEMENTS, r.choice(["x++", "x = f(x)", "return", "panic(x)", "println(x)"]), 3.5), PRELUDE)


def long_function(r):
    return function(listed(r, LINES, 4.3), PRELUDE)


def long_body(r):
    """A long list inside of something, and more after it."""
    inner = listed(r, LINES, 3.7)
    return function(nest(r, STATEMENTS, inner, 1.7) + "\nx += " + nest(r, INTS, "x", 2), PRELUDE)


def type_graph(r):
    count = some(r, 3.6)
    return function("held = u", PRELUDE + related(r, RELATED, count) + f"\ntype T{count} int\nvar u T0")


def call_graph(r):
    count = some(r, 3.6)
    return function("println(f0(1))", PRELUDE + related(r, CALLS, count) + f"\nfunc f{count}(n int) int {{ return n }}")


def instances(r):
    count = r.randint(2, 9)
    return function("println(f0(1), f0(s), f0(t))", PRELUDE + related(r, GENERIC, count) + f"\nfunc f{count}[A any](a A) int {{ held = a; return 1 }}")


def constants(r):
    values = ["1", "3", "-7", "1.5", "1e30", "0x1p-40", "'c'", '"ab"', "1i", "1<<200", "true", "len(a)", "1<<63"]
    operators = r.sample(["+", "-", "*", "/", "%", "&", "|", "^", "&^", "<<", ">>", "==", "<"], r.randint(1, 4))
    count = some(r, 3.3)
    chain = [f"const c0 = {r.choice(values)}"]
    for i in range(1, count):
        chain.append(f"const c{i} = c{r.randint(max(0, i - 3), i - 1)} {r.choice(operators)} {r.choice([r.choice(values), f'c{r.randrange(i)}'])}")
    return function("held = c" + str(count - 1), PRELUDE + "\n".join(chain))


def size(r):
    def number():
        return r.choice([str(r.randint(0, 3)), str(1 << r.randint(0, 64)), f"(1<<{r.randint(0, 63)} - 1)", str(some(r, 6)), "-1", "0"])
    return function("", 'import "unsafe"\nconst _ = unsafe.Sizeof(0)\n' + PRELUDE + f"type U {r.choice(SIZES).replace('N', number()).replace('M', number())}\n{r.choice(USES)}")


def literal(r):
    def value(depth):
        kind = r.randrange(8 if depth else 5)
        if kind < 5:
            return r.choice(["x", "s", "nil", str(r.randrange(1000)), f'"{r.randrange(1000)}"', "1.5", "t", "&t", "f(x)", "func() { x++ }"])
        inner = ", ".join(value(depth - 1) for _ in range(r.randint(0, 6)))
        return [f"[]any{{{inner}}}", f"&[...]any{{{inner}}}", f"map[any]any{{{r.randrange(9)}: {value(depth - 1)}}}"][kind - 5]
    values = ", ".join(value(5) for _ in range(some(r, 4)))
    return function("held = g", PRELUDE + f"var g = []any{{{values}}}") if r.random() < 0.5 else function(f"held = []any{{{values}}}", PRELUDE)


def soup(r):
    """Tokens without sense, repeated."""
    piece = " ".join(r.choice(TOKENS) for _ in range(r.randint(1, 12)))
    return r.choice(["package main\n", "package main\nfunc main() {\n", "package main\nvar x = ", "package main\ntype T ", ""]) + (piece + " ") * some(r, 5)


KINDS = [expression, types, statements, long_function, long_body, type_graph, call_graph, instances, constants, size, literal, soup]


def mixed(seed):
    """Name and text of the input of a seed."""
    r = random.Random(seed)
    kind = KINDS[seed % len(KINDS)]
    return f"mixed_{kind.__name__}_{seed}", kind(r)
