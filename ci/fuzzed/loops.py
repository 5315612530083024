"""Loops over overlapping slices, with bounds of all kinds: which elements are read and written before which index panics.

Each function takes two views of one array, two numbers, a value and a pointer to a struct that refers to the array too. It is called with
views, numbers and strides at which loops end early, run over the ends or not at all; the whole array goes into the checksum after
each call, but not which of a statement's panics came first: that is left to compilers. With TRACE the program prints every call.
"""
import random

TYPES = ['int', 'uint8', 'int16', 'uint16', 'int32', 'uint32', 'int64', 'uint64', 'float64', 'float32', 'Pair', 'string']
NUMBERS = TYPES[:10]

HEAD = '''package main

import (
	"fmt"
	"math"
	"os"
)

var sum uint64
var trace = os.Getenv("TRACE") != ""
var fuel int

func mix(x uint64) { sum = (sum^x)*0x9E3779B97F4A7C15 + sum>>29 }

type Pair struct {
	a int32
	b uint8
	c int64
}

type hold[T any] struct {
	n, m int
	k    uint8
	s    []T
	a    [16]T
	q    *T
	v    T
}

func word[T any](x T) uint64 {
	switch x := any(x).(type) {
	case float64:
		if x != x {
			return 3
		}
		return math.Float64bits(x)
	case float32:
		if x != x {
			return 5
		}
		return uint64(math.Float32bits(x))
	case string:
		w := uint64(len(x))
		for _, c := range []byte(x) {
			w = w*131 + uint64(c)
		}
		return w
	case Pair:
		return uint64(x.a)<<32 ^ uint64(x.b)<<24 ^ uint64(x.c)
	case uint8:
		return uint64(x)
	case int16:
		return uint64(x)
	case uint16:
		return uint64(x)
	case int32:
		return uint64(x)
	case uint32:
		return uint64(x)
	case int64:
		return uint64(x)
	case uint64:
		return x
	case int:
		return uint64(x)
	}
	panic("no word")
}

func pair(i int) Pair { return Pair{int32(i), uint8(i * 3), int64(i) << 33} }
func text(i int) string { return "abcdefghijklmnopqrstuvwxyz"[i&7 : i&7+i&15] }

type call[T any] func(d, s []T, n, m int, x T, p *hold[T]) int64

func one[T any](f call[T], d, s []T, n, m int, x T, p *hold[T]) (text string) {
	defer func() {
		if e := recover(); e != nil {
			text = fmt.Sprint(e)
			mix(31)
		}
	}()
	r := f(d, s, n, m, x, p)
	mix(uint64(r))
	return fmt.Sprint(r)
}

func all[T any](name string, f call[T], value func(int) T) {
	sum = 0
	for _, v := range [][4]int{{0, 40, 0, 40}, {0, 16, 1, 17}, {2, 18, 0, 16}, {0, 8, 8, 24}, {5, 6, 5, 25}, {0, 0, 0, 9}, {9, 30, 20, 20}} {
		for _, n := range []int{0, 1, 2, 5, 8, 15, 16, 17, 40, -1, -3, math.MaxInt, math.MinInt} {
			for _, m := range []int{0, 1, 3, 7, 16, -2, math.MaxInt, math.MinInt + 1} {
				var back [40]T
				for i := range back {
					back[i] = value(i)
				}
				p := &hold[T]{n: n & 31, m: m, k: uint8(n), s: back[v[0]:v[3]], q: &back[7], v: value(77)}
				fuel = 150
				text := one(f, back[v[0]:v[1]], back[v[2]:v[3]:min(v[3]+3, 40)], n, m, value(99), p)
				for i := range back {
					mix(word(back[i]))
				}
				for i := range p.a {
					mix(word(p.a[i]))
				}
				mix(uint64(p.n) ^ uint64(p.m)<<7 ^ uint64(p.k)<<40 ^ uint64(len(p.s))<<50)
				mix(word(p.v))
				if trace {
					fmt.Println(name, v, n, m, text, sum)
				}
			}
		}
	}
	fmt.Println(name, sum)
}
'''


class Gen:
    def __init__(self, seed): self.r, self.n = random.Random(seed), 0

    def p(self, x): return self.r.random() < x

    def bound(self):
        return self.r.choice(['n', 'n', 'm', 'len(s)', 'len(d)', 'len(s)-1', 'len(d)-n', 'len(s)-m', 'min(len(s), len(d))', 'n+m', 'p.n', 'p.m', 'len(p.s)', 'len(p.s)/2', 'n-1', 'cap(s)', 'len(d)>>1', 'int(p.k)', '9', '16', '3'])

    def start(self): return self.r.choice(['0', '0', '0', '1', '2', 'n', 'm', 'm-1', 'n-2', 'p.n', 'len(d)-3', 'n&7', 'len(s)/2', 'n-m'])

    def index(self):
        """An index, which may be out of bounds."""
        r = self.r
        if self.vars and self.p(.3): return f'{r.choice(self.vars)}&{r.choice([1, 3, 7])}'
        if not self.vars: return r.choice(['n', 'm', '0', '1', 'p.n', 'n-1', 'len(d)-1', 'n&7', 'int(p.k&7)'])
        i = r.choice(self.vars)
        c = r.randint(1, 4)
        return r.choice([i, i, i, i, f'{i}+{c}', f'{i}-{c}', f'{i}*2', f'{i}*{c}+1', f'{i}/2', f'{i}>>1', f'n-{i}', f'len(s)-1-{i}', f'len(d)-{i}', f'{i}&7', f'{i}&15', f'int(uint8({i}))', f'{i}^1',
                         f'int(uint32({i})%16)', f'({i}+n)&15', f'{i}%5', f'{i}+m', f'{i}+n', 'n', '0', f'int(int8({i}))', f'{i}<<1', 'p.n', 'm', f'min({i}, 12)', f'max({i}-3, 0)', f'uint({i}-n)', f'uint8({i})', f'int32({i})'])

    def element(self):
        """Of the slices and arrays: something that may be read and written."""
        r = self.r
        i = self.index()
        return r.choice([f'd[{i}]', f'd[{i}]', f's[{i}]', f's[{i}]', f's[{i}]', f'p.s[{i}]', f'p.a[{i}]', f'p.a[({i})&15]', '(*p.q)', 'p.v', f'd[{self.start()}:][{i}]', f's[:{self.bound()}][{i}]'])

    def value(self, d=2):
        r, t = self.r, self.t
        if d == 0 or self.p(.4): return r.choice([self.element(), self.element(), 'x'])
        i = r.choice(self.vars) if self.vars else 'n'
        if t in NUMBERS:
            return r.choice([f'{t}({i})', f'{self.value(d - 1)} + {r.randint(1, 9)}', f'{t}({self.value(d - 1)} {r.choice("+-*")} {self.value(d - 1)})' if t[0] == 'f' else f'({self.value(d - 1)} {r.choice("+-*^&|" )} {self.value(d - 1)})',
                             f'max({self.value(d - 1)}, {self.value(d - 1)})', f'{t}(len(s))', f'-{self.element()}'])
        if t == 'Pair': return r.choice([f'pair({i})', f'Pair{{{self.element()}.a, x.b, {self.element()}.c + 1}}', f'Pair{{a: int32({i})}}'])
        return r.choice([f'text({i})', 'x[len(x)/2:]', f'x[:len(x)/2] + "q"'])

    def scalar(self):
        t = self.t
        e = self.element()
        return f'int64({e})' if t in NUMBERS and t[0] != 'f' else f'int64({e}.{self.r.choice("abc")})' if t == 'Pair' else f'int64(len({e}))' if t == 'string' else f'int64(word({e}))'

    def condition(self):
        r, t = self.r, self.t
        i = r.choice(self.vars) if self.vars else 'n'
        return r.choice([f'{self.element()} == {self.element()}', f'{self.element()} != x', f'{i} {r.choice(["<", ">", "==", "<=", ">="])} {self.bound()}', f'{i}&{r.choice([1, 3])} == 0', f'r&{r.choice([1, 2, 4])} == 0', f'uint({i}) < uint(len({r.choice("sd")}))',
                         f'{i} >= 0 && {i} < len(d)', f'{i} < len(s)', f'{i}+1 < len(s)', 'n > m'] + ([f'{self.element()} < {self.element()}', f'{self.element()} > 5'] if t in NUMBERS else []))

    def w(self, s): self.out.append('\t' * self.ind + s)

    def simple(self, fueled):
        r, t = self.r, self.t
        k = r.randrange(22)
        if k < 6: self.w(f'{self.element()} = {self.value()}')
        elif k < 8: self.w(f'{self.element()} {r.choice(["+=", "-=", "*=", "+="])} {self.value(1)}' if t in NUMBERS else f'{self.element()} = {self.value()}')
        elif k < 11: self.w(f'r {r.choice(["+=", "^=", "="])} {self.scalar()}')
        elif k == 11: self.w(f'r = r*31 + {self.scalar()}')
        elif k == 12: self.w(f'x = {self.value()}')
        elif k == 13:
            i, j = self.index(), self.index()
            q = r.choice('ds')
            self.w(f'{q}[{i}], {q}[{j}] = {q}[{j}], {q}[{i}]')
        elif k == 14: self.w(r.choice(['p.n++', 'p.k++', 'n--', 'm++', 'p.m--', 'n -= 2', 'p.n = n&15', f'p.q = &{r.choice("ds")}[{self.index()}]']))
        elif k == 15: self.w(f'copy({r.choice("ds")}[{self.index()}:], {r.choice("ds")}[{self.start()}:{self.bound()}])')
        elif k == 16: self.w(f'clear({r.choice("ds")}[{self.index()}:{self.bound()}])')
        elif k == 17: self.w(r.choice(['s = s[:len(s)-1]', 'd = d[1:]', 's = s[1:]', f's = s[:{self.bound()}]', f'd = d[{self.index()}:]', 'p.s = p.s[1:]', 's, d = d, s', f's = s[{self.start()}:{self.bound()}:{self.bound()}]', 'p.a = [16]' + t + '{}']))
        elif k == 18 and fueled: self.w(r.choice([f'd = append(d, {self.value()})', f's = append(s[:{self.index()}], {self.value()})', 's = append(s, d...)[:len(s)]', f'd = append(d[:{self.index()}:{self.bound()}], x, x)']))
        elif k == 19: self.w(f'if {self.condition()} {{ {self.element()} = {self.value(1)} }}')
        elif k == 20: self.w(f'if {self.condition()} {{ r += {self.scalar()} }} else {{ r -= {r.randint(1, 9)} }}')
        else: self.w(f'if {self.condition()} {{ x = {self.value(1)} }}')

    def body(self, fueled, n):
        self.ind += 1
        for _ in range(n):
            if self.depth < 2 and self.p(.12): self.loop()
            elif self.vars and self.p(.12): self.w(f'if {self.condition()} {{ {self.r.choice(["break", "continue", "break", "return r"])} }}')
            else: self.simple(fueled)
        self.ind -= 1

    def loop(self):
        r = self.r
        self.n += 1
        i = f'i{self.n}'
        a, b, c = self.start(), self.bound(), r.choice([1, 1, 1, 1, 2, 3, 4, 7])
        k = r.randrange(14)
        fueled = self.p(.5)
        post = f'{i} += {c}' if c > 1 else f'{i}++'
        down = f'{i} -= {c}' if c > 1 else f'{i}--'
        counted = True
        if k < 4: head = f'for {i} := {a}; {i} {r.choice(["<", "<", "<="])} {b}; {post}'
        elif k < 6: head = f'for {i} := {b} - 1; {i} {r.choice([">= 0", ">= 0", "> 0", ">= " + a, "> " + a])}; {down}'
        elif k == 6: head = f'for {i} := {a}; {i} != {b}; {post}'
        elif k == 7: head, fueled = f'for {i} := range {b}', True
        elif k == 8: head, counted = f'for {i} := range {r.choice("ds")}', False
        elif k == 9: head, counted = f'for {i}, e{self.n} := range {r.choice(["d", "s", "p.s", "p.a", "s[n&7:]"])}', False
        elif k == 10:
            u = r.choice(['uint8', 'uint32', 'int8', 'uint', 'int32', 'uint16'])
            self.w(f'for u{self.n} := {u}({a}); u{self.n} < {u}({b}); u{self.n} += {c} {{ {i} := int(u{self.n})')
            head = None
            fueled = True
        elif k == 11: head = f'for {i}, lim := {a}, {b}; {i} < lim && {i} < len(s); {i}, lim = {i}+{c}, lim-{r.randint(0, 1)}'
        elif k == 12: head = f'for {i} := {a}; {i} < len(s) && {i} < len(d); {post}'
        else: head, fueled = f'for {i} := 0; len({r.choice("ds")}) > {r.randint(0, 3)}; {post}', True
        if head: self.w(head + ' {')
        self.ind += 1
        if k == 9:
            v = f'e{self.n}'
            self.w(f'if {i} > 2 {{ x = {v} }}')
        if fueled: self.w(f'if fuel--; fuel < 0 {{ return r }}')
        saved, self.vars = self.vars, [*self.vars, i]
        # Without fuel an index out of bounds ends the loop.
        if counted and not fueled: self.w(r.choice([f'r += int64(word(d[{i}]))', f's[{i}] = x', f'x = s[{i}]', f'd[{i}] = s[{i}]', f's[{i}] = d[{i}]']))
        else: self.w(f'r += int64({i}) & 3')
        self.ind -= 1
        self.depth += 1
        self.body(fueled, r.randint(1, 3))
        self.depth -= 1
        self.vars = saved
        self.w('}')

    def test(self, i):
        self.t, self.vars, self.out, self.ind, self.depth = self.r.choice(TYPES), [], [], 1, 0
        for _ in range(self.r.randint(1, 3)):
            if self.p(.3): self.simple(True)
            self.loop()
        if self.p(.3): self.simple(True)
        t = self.t
        inline = '' if self.p(.7) else '//go:noinline\n'
        value = {'Pair': 'pair', 'string': 'text'}.get(t, f'func(i int) {t} {{ return {t}(i*i*37 + i) }}')
        return '\n'.join([f'{inline}func L{i}(d, s []{t}, n, m int, x {t}, p *hold[{t}]) (r int64) {{', *self.out, '\treturn r', '}', '',
                          f'func T{i}() {{ all("L{i}", L{i}, {value}) }}', ''])

    def program(self, functions):
        tests = '\n'.join(self.test(i) for i in range(functions))
        return HEAD + '\n' + tests + '\nfunc main() {\n' + ''.join(f'\tT{i}()\n' for i in range(functions)) + '}\n'


def program(seed, functions):
    return Gen(seed).program(functions)
