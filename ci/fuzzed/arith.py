"""Numbers: operations of all widths with constants and without, by machine instructions, tables and calls, at the edges of their types.

Each function computes one expression of its parameters; it is called with all pairs of values at the edges and some random ones, again with one
of them constant (inlined), and the results go into a checksum. With TRACE the program prints every call.
"""
import random

WIDTH = {'int8': 8, 'int16': 16, 'int32': 32, 'int64': 64, 'uint8': 8, 'uint16': 16, 'uint32': 32, 'uint64': 64, 'int': 32, 'uint': 32, 'uintptr': 32}
INTS = list(WIDTH)
SIGNED = {t for t in INTS if t[0] == 'i'}
FLOATS = ['float64', 'float32']
UNSIGNED = [t for t in INTS if t not in SIGNED]

HEAD = '''package main

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
	"os"
	"sync/atomic"
)

var sum uint64
var trace = os.Getenv("TRACE") != ""
var _ = atomic.AddInt32
var _ = binary.LittleEndian
var _ = bits.Len

func mix(x uint64) { sum = (sum^x)*0x9E3779B97F4A7C15 + sum>>29 }

// word is what a number gives to the checksum: NaNs are all the same.
func word[T number](x T) uint64 {
	if x != x {
		return 12345
	}
	switch x := any(x).(type) {
	case float32:
		return uint64(math.Float32bits(x))
	case float64:
		return math.Float64bits(x)
	}
	return uint64(x)
}

type number interface {
	int8 | int16 | int32 | int64 | int | uint8 | uint16 | uint32 | uint64 | uint | uintptr | float32 | float64
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
func bits64(f float64) uint64 { return word(f) }
func bits32(f float32) uint64 { return word(f) }

func one[T, U, V number](name string, f func(T, U) V, a T, b U) {
	defer func() {
		if e := recover(); e != nil {
			mix(uint64(len(fmt.Sprint(e))))
			if trace {
				fmt.Println(name, a, b, e)
			}
		}
	}()
	v := f(a, b)
	mix(word(v))
	if trace {
		fmt.Println(name, a, b, v)
	}
}

func all[T, U, V number](name string, as []T, bs []U, f func(T, U) V) {
	sum = 0
	for _, a := range as {
		for _, b := range bs {
			one(name, f, a, b)
		}
	}
	fmt.Println(name, sum)
}

func f64s() []float64 {
	return []float64{0, math.Copysign(0, -1), 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 0.49999999999999994, 255.9, 256, -128.5, 32767.5, 65536, 2147483647, 2147483648, -2147483648, -2147483649, 4294967295.5,
		4294967296, 9007199254740993, 9223372036854774784, 9223372036854775808, -9223372036854775808, 18446744073709549568, 18446744073709551616, 1e100, -1e100, 1e-310, 5e-324, 1.7976931348623157e308,
		math.Inf(1), math.Inf(-1), math.NaN(), 3.4028235677973366e38, 1.401298464324817e-45, 7e-46, 16777217, 0.1}
}

func f32s() []float32 {
	return []float32{0, float32(math.Copysign(0, -1)), 1, -1, 0.5, 1.5, -2.5, 255.9, 256, -129, 32768, 65536, 16777216, 16777215, 2147483648, -2147483648, 4294967296, 9223371487098961920, 9223372036854775808,
		18446744073709551615, 3.4e38, 1e-45, 1.1754942e-38, float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN()), 0.1}
}
'''


class Gen:
    def __init__(self, seed): self.r = random.Random(seed)

    def p(self, x): return self.r.random() < x

    def span(self, t):
        w = WIDTH[t]
        return (-(1 << w - 1), (1 << w - 1) - 1) if t in SIGNED else (0, (1 << w) - 1)

    def number(self, t):
        """A value of an integer type: at an edge, around a power of two, or any."""
        (lo, hi), w, r = self.span(t), WIDTH[t], self.r
        v = r.choice([lo, lo + 1, hi, hi - 1, 0, 1, 2, 3, 1 << r.randrange(w), (1 << r.randrange(w)) - 1, (1 << r.randrange(w)) + 1, -(1 << r.randrange(w)), r.randint(lo, hi), r.randint(-20, 20),
                      r.choice([5, 7, 10, 12, 25, 60, 100, 125, 641, 1000, 3600, 86400, 1000000, 1000000007])])
        return v if lo <= v <= hi else r.randint(lo, hi)

    def divisor(self, t):
        while True:
            v = self.number(t)
            if v != 0: return v

    def literal(self, t):
        if t in WIDTH: return f'{t}({self.number(t)})'
        return f'{t}({self.r.choice(["0.0", "1", "-1", "0.5", "3", "-7.25", "1e9", "1e19", "4294967296", "0.1", "-2147483648"])})'

    # ---- expressions of the parameters a and b, whose types are self.ta and self.tb
    def leaf(self, t):
        own = [n for n, ty in (('a', self.ta), ('b', self.tb)) if ty == t]
        if own: return self.r.choice(own)
        n, ty = self.r.choice([('a', self.ta), ('b', self.tb)])
        return f'{t}({n})'

    def expr(self, t, d):
        if d <= 0 or self.p(.1): return self.leaf(t)
        return self.float(t, d) if t in FLOATS else self.int(t, d)

    def bool(self, d): return f'({self.comparison(d)})'

    def comparison(self, d):
        r = self.r
        t = r.choice(INTS + FLOATS)
        x, y = self.expr(t, d - 1), self.expr(t, d - 1)
        k = r.randrange(9)
        if k == 0 and t in WIDTH: return f'{x}%{self.divisor(t)} {r.choice(["==", "!="])} {r.choice(["0", "0", self.literal(t)])}'
        if k == 1 and t in WIDTH: return f'{x}&(1<<({self.expr(r.choice(UNSIGNED), d - 1)}&{WIDTH[t] - 1})) {r.choice(["==", "!="])} 0'
        if k == 2:
            lo, hi = sorted((self.number(t), self.number(t))) if t in WIDTH else ('-3', '1e10')
            v = self.leaf(t)
            return r.choice([f'({lo} <= {v} && {v} < {hi})', f'({v} < {lo} || {v} > {hi})', f'({v} > {lo} && {v} <= {hi})', f'({v} >= {hi} || {v} < {lo})'])
        if k == 3: return f'!({self.bool(d - 1)})' if d > 0 else f'{x} != {y}'
        if k == 4 and d > 0: return f'({self.bool(d - 1)} {r.choice(["&&", "||", "==", "!="])} {self.bool(d - 1)})'
        if k == 5 and t in WIDTH: return f'{x}&{self.literal(t)} {r.choice(["==", "!="])} {r.choice(["0", self.literal(t)])}'
        if k == 6: return f'{x} {r.choice(["<", "<=", ">", ">=", "==", "!="])} {self.literal(t)}'
        return f'{x} {r.choice(["<", "<=", ">", ">=", "==", "!="])} {y}'

    def int(self, t, d):
        r, w = self.r, WIDTH[t]
        x = self.expr(t, d - 1)
        k = r.randrange(34)
        if k < 5: return f'({x} {r.choice("/%")} {r.choice([str(self.divisor(t)), str(self.divisor(t)), f"({self.expr(t, d - 1)})"])})'
        if k == 5:
            c = self.divisor(t)
            return r.choice([f'({x}/{c}*{c})', f'({x} - {x}/{c}*{c})', f'({x}/{c} + {x}%{c})'])
        if k < 8: return f'({x} * {self.number(t)})'
        if k < 10: return f'({x} {r.choice(["+", "-", "*", "&", "|", "^", "&^"])} {r.choice([self.literal(t), self.expr(t, d - 1)])})'
        if k < 13:
            u = r.choice(INTS)
            by = r.choice([str(r.randint(0, 2 * w + 3)), self.expr(u, d - 1), f'({self.expr(u, d - 1)}&{r.choice([w - 1, 7, 31, 63, w, 2 * w - 1])})', f'({w} - {self.expr("uint8", 0)}&{w - 1})'])
            return f'({x} {r.choice(["<<", ">>"])} {by})'
        if k == 13:
            s = r.randrange(1, w)
            return r.choice([f'({x}<<{s}>>{s})', f'({x}>>{s}<<{s})', f'({x}>>{s}&{(1 << r.randrange(1, w)) - 1 & self.span(t)[1]})', f'({x}<<{s}>>{r.randrange(1, w)})', f'(({x}&{self.number(t)})<<{s})',
                             f'({x}<<{s} | {x}>>{w - s})'])
        if k < 16: return f'{t}({self.expr(r.choice(INTS), d - 1)})'
        if k == 16: return f'{t}({self.expr(r.choice(INTS), d - 1)})' if self.p(.5) else f'{t}({r.choice(INTS)}({self.expr(r.choice(INTS), d - 1)}))'
        if k < 19: return f'{t}({self.expr(r.choice(FLOATS), d - 1)})'
        if k < 24: return f'{t}({self.bitop(d)})'
        if k == 24: return f'({r.choice(["-", "^"])}({x}))'
        if k == 25: return f'{r.choice(["min", "max"])}({x}, {r.choice([self.expr(t, d - 1), str(self.number(t))])})'
        if k == 26: return f'({x} & -{x})' if self.p(.5) else f'({x} & ({x} - 1))'
        if k == 27: return f'{t}(b2i({self.bool(d - 1)}))'
        if k == 28: return f'func() {t} {{ if {self.bool(d - 1)} {{ return {x} }}; return {self.expr(t, d - 1)} }}()'
        if k == 29: return f'{t}({self.memory(d)})'
        if k == 30: return f'{t}({self.atomic(d)})'
        if k == 31: return f'{t}({r.choice(["bits64(%s)" % self.expr("float64", d - 1), "bits32(%s)" % self.expr("float32", d - 1)])})'
        if k == 32: return f'{t}({self.wide(d)})'
        return f'func() {t} {{ v := {x}; if v < {self.number(t)} {{ v = {r.choice(["-v", "^v", "v + 1", "v * 3"])} }}; return v }}()'

    def bitop(self, d):
        r = self.r
        n = r.choice(['8', '16', '32', '64', ''])
        u = 'uint' + n
        x = self.expr(u, d - 1)
        f = r.choice(['LeadingZeros', 'TrailingZeros', 'OnesCount', 'Len', 'Reverse', 'ReverseBytes', 'RotateLeft'])
        if n == '8' and f == 'ReverseBytes': f = 'Reverse'
        if n == '' and f in ('Reverse', 'ReverseBytes', 'LeadingZeros', 'RotateLeft') and self.p(.5): n, u, x = '64', 'uint64', self.expr('uint64', d - 1)
        if f == 'RotateLeft': return f'bits.RotateLeft{n}({x}, {r.choice([str(r.randint(-70, 70)), self.expr("int", d - 1)])})'
        return f'bits.{f}{n}({x})'

    def wide(self, d):
        """Two words: products, sums with carry, quotients."""
        r = self.r
        n = r.choice(['64', '64', '32', ''])
        u = 'uint' + n
        x, y, z, v = (self.expr(u, d - 1) for _ in range(4))
        k = r.randrange(8)
        both = f'return h {r.choice("+-^")} l*{r.randint(1, 99)}'
        if k == 0: return f'func() {u} {{ h, l := bits.Mul{n}({x}, {y}); {both} }}()'
        if k == 1: return f'func() {u} {{ l, c := bits.Add{n}({x}, {y}, 0); h, c := bits.Add{n}({z}, {v}, c); {both} + c }}()'
        if k == 2: return f'func() {u} {{ l, c := bits.Sub{n}({x}, {y}, 0); h, c := bits.Sub{n}({z}, {v}, c); {both} + c }}()'
        if k == 3: return f'func() {u} {{ h, l := bits.Div{n}({x}, {y}, {z}); {both} }}()'
        if k == 4: return f'bits.Rem{n}({x}, {y}, {z})'
        if k == 5: return f'func() {u} {{ h, l := bits.Mul{n}({x}, {y}); l, c := bits.Add{n}(l, {z}, {r.choice(["0", "1", f"{v}&1"])}); h += c; {both} }}()'
        if k == 6: return f'func() {u} {{ h, l := bits.Sub{n}({x}, {y}, {v}&1); {both} }}()'
        h, l = (self.expr('int64', d - 1) for _ in range(2))
        return f'func() int64 {{ p := {h} * {l}; q := {h} + {l}; return p ^ q>>{r.randrange(64)} }}()'

    def memory(self, d):
        r = self.r
        n = r.choice([16, 32, 64])
        order = r.choice(['Little', 'Big']) + 'Endian'
        at = r.choice([str(r.randint(0, 9)), f'int({self.expr(r.choice(UNSIGNED), 1)}&7)'])
        x = self.expr(f'uint{n}', d - 1)
        k = r.randrange(7)
        own = [f'm := [24]byte{{{", ".join(str(r.randrange(256)) for _ in range(18))}}}', f'binary.{order}.PutUint{n}(m[{at}:], {x})']
        q = r.choice([16, 32, 64])
        back = f'return uint64(binary.{r.choice(["Little", "Big"])}Endian.Uint{q}(m[{r.randint(0, 12)}:]))'
        if k < 2: return f'func() uint64 {{ {"; ".join(own)}; {back} }}()'
        m = n // 8
        up = [f'uint{n}(m[i+{j}])<<{8 * j}' for j in range(m)]
        down = [f'uint{n}(m[i+{j}])<<{8 * (m - 1 - j)}' for j in range(m)]
        some = r.choice([up, down])
        if self.p(.4): r.shuffle(some)
        if self.p(.3): some = some[r.randrange(m):] or some
        whole = r.choice([' | ', ' + ', ' ^ ', ' | ']).join(some)
        if k < 5: return f'func() uint64 {{ i := {at}; {"; ".join(own)}; return uint64({whole}) }}()'
        stores = [f'm[i+{j}] = byte(x>>{8 * (j if k == 5 else m - 1 - j)})' for j in range(m)]
        if self.p(.3): r.shuffle(stores)
        if self.p(.3): stores.pop(r.randrange(m))
        return f'func() uint64 {{ i := {at}; {own[0]}; x := {x}; {"; ".join(stores)}; {back} }}()'

    def atomic(self, d):
        r = self.r
        t = r.choice(['Int32', 'Int64', 'Uint32', 'Uint64', 'Uintptr'])
        u = t.lower()
        x, y, z = (self.expr(u, d - 1) for _ in range(3))
        op = r.choice([f'q := v.Add({y})', f'q := v.Swap({y})', f'q := v.And({y})', f'q := v.Or({y})', f'q := {u}(b2i(v.CompareAndSwap({y}, {z})))', f'v.Store({y}); q := v.Load()',
                       f'v.And({y}); q := v.Load()', f'v.Or({y}); q := v.Load()'])
        if self.p(.3):
            return f'func() {u} {{ v := {x}; q := atomic.{r.choice(["Add", "Swap", "And", "Or"])}{t}(&v, {y}); return q ^ v*3 }}()'
        return f'func() {u} {{ var v atomic.{t}; v.Store({x}); {op}; return q ^ v.Load()*3 }}()'

    def float(self, t, d):
        r = self.r
        x, y = self.expr(t, d - 1), self.expr(t, d - 1)
        k = r.randrange(16)
        # Conversions keep products and sums apart, where Go would make one operation of them.
        if k < 4: return f'{t}({x} {r.choice("+-*/")} {r.choice([y, y, self.literal(t)])})'
        if k == 4: return f'{t}({t}({x}*{y}) {r.choice("+-")} {self.expr(t, d - 1)})'
        if k < 7: return f'{t}({self.expr(r.choice(INTS), d - 1)})'
        if k == 7: return f'{t}({self.expr(r.choice(FLOATS), d - 1)})'
        if k == 8: return f'(-{x})'
        if k == 9: return f'{r.choice(["min", "max"])}({x}, {r.choice([y, self.literal(t)])})'
        x, y = (e if t == 'float64' else f'float64({e})' for e in (x, y))
        if k < 12: return f'{t}(math.{r.choice(["Floor", "Ceil", "Trunc", "RoundToEven", "Round", "Sqrt", "Abs"])}({x}))'
        if k == 12: return f'{t}(math.{r.choice(["Copysign", "Max", "Min", "Dim", "Mod"])}({x}, {y}))'
        if k == 13: return f'{t}(math.FMA({x}, {y}, {self.expr("float64", d - 1)}))'
        if k == 14: return f'{t}({r.choice(["real", "imag"])}(complex({x}, {y}) {r.choice("+-/")} complex({self.expr("float64", d - 1)}, {self.expr("float64", d - 1)})))'
        return f'func() {t} {{ if {self.bool(d - 1)} {{ return {t}({x}) }}; return {t}({y}) }}()'

    def values(self, t):
        if t == 'float64': return 'f64s()'
        if t == 'float32': return 'f32s()'
        (lo, hi), w, r = self.span(t), WIDTH[t], self.r
        vs = {lo, lo + 1, hi, hi - 1, 0, 1, 2, 7, 10, 63, 64, 1 << w - 2, 1 << w // 2, (1 << w // 2) - 1, -1, -2, -7, -10, *(self.number(t) for _ in range(8))}
        return f'[]{t}{{{", ".join(str(v) for v in sorted(vs) if lo <= v <= hi)}}}'

    def fits(self, t):
        """A constant argument of the type."""
        return self.literal(t)

    def test(self, i):
        self.ta, self.tb = self.r.choice(INTS + FLOATS), self.r.choice(INTS + FLOATS)
        t = self.r.choice(INTS + INTS + FLOATS)
        e = self.expr(t, 4)
        out = [f'func E{i}(a {self.ta}, b {self.tb}) {t} {{ return {e} }}', '']
        c = self.literal(self.tb)
        a = self.literal(self.ta)
        out += [f'func T{i}() {{', f'\tall("E{i}", {self.values(self.ta)}, {self.values(self.tb)}, E{i})',
                f'\tall("E{i} b={c}", {self.values(self.ta)}, []bool8{{0}}, func(a {self.ta}, _ bool8) {t} {{ return E{i}(a, {c}) }})',
                f'\tall("E{i} a={a}", []bool8{{0}}, {self.values(self.tb)}, func(_ bool8, b {self.tb}) {t} {{ return E{i}({a}, b) }})', '}', '']
        return '\n'.join(out)

    def program(self, functions):
        tests = '\n'.join(self.test(i) for i in range(functions))
        return HEAD + '\ntype bool8 = uint8\n\n' + tests + '\nfunc main() {\n' + ''.join(f'\tT{i}()\n' for i in range(functions)) + '}\n'


def program(seed, functions):
    return Gen(seed).program(functions)
