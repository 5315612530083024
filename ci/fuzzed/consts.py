"""Constants: exact arithmetic on untyped and typed ones, their conversion, sizes of types, and shifts of untyped constants by variables, whose
type comes from what is around them. Values are computed here too, so that the programs are valid.
"""
import random
from fractions import Fraction

WIDTH = {'int8': 8, 'int16': 16, 'int32': 32, 'int64': 64, 'uint8': 8, 'uint16': 16, 'uint32': 32, 'uint64': 64, 'int': 32, 'uint': 32, 'uintptr': 32}
INTS = list(WIDTH)
BASIC = [*INTS, 'float32', 'float64', 'complex64', 'complex128', 'bool', 'string', 'any', '[]int', 'func()', 'struct{}', '*int', 'map[int]int', 'unsafe.Pointer']


def span(t): return (-(1 << WIDTH[t] - 1), (1 << WIDTH[t] - 1) - 1) if t[0] == 'i' else (0, (1 << WIDTH[t]) - 1)


def quotient(x, y): return abs(x) // abs(y) * (1 if (x < 0) == (y < 0) else -1)


class Gen:
    def __init__(self, seed): self.r, self.names, self.out = random.Random(seed), [], []

    def p(self, x): return self.r.random() < x

    def literal(self):
        r = self.r
        v = r.choice([r.randint(0, 300), 1 << r.randrange(100), (1 << r.randrange(1, 70)) - 1, r.randint(0, 10**18), ord('x')])
        s = r.choice([str(v), hex(v), f'0o{v:o}', f'{v:_}'] + ([f"'\\U{v:08x}'"] if v < 0xd800 else []) + ([f'0b{v:b}'] if v < 1 << 40 else []))
        return s, v

    def int(self, d=4):
        """An untyped integer constant, and its value."""
        r = self.r
        if d == 0 or self.p(.15):
            return r.choice(self.names) if self.names and self.p(.5) else self.literal()
        (x, v), (y, w) = self.int(d - 1), self.int(d - 1)
        op = r.choice(['+', '-', '*', '/', '%', '&', '|', '^', '&^', '<<', '>>', '-x', '^x', 'min', 'max'])
        if op == '-x': s, u = f'(-{x})', -v
        elif op == '^x': s, u = f'(^{x})', ~v
        elif op in ('min', 'max'): s, u = f'{op}({x}, {y})', {'min': min, 'max': max}[op](v, w)
        elif op in ('<<', '>>'):
            k = r.randint(0, 90)
            s, u = f'({x} {op} {k})', v << k if op == '<<' else v >> k
        elif op in ('/', '%'):
            if w == 0: return x, v
            s, u = f'({x} {op} {y})', quotient(v, w) if op == '/' else v - quotient(v, w) * w
        else: s, u = f'({x} {op} {y})', {'+': v + w, '-': v - w, '*': v * w, '&': v & w, '|': v | w, '^': v ^ w, '&^': v & ~w}[op]
        return (s, u) if abs(u) < 1 << 400 else (x, v)

    def float(self, d=3):
        r = self.r
        if d == 0 or self.p(.2):
            k = r.randrange(4)
            if k == 0:
                s, v = self.int(1)
                return f'({s} + 0.0)', Fraction(v)
            if k == 1:
                m, e = r.randint(0, 1 << 40), r.randint(-60, 60)
                return f'0x{m:x}p{e}', Fraction(m) * Fraction(2) ** e
            s = r.choice([f'{r.uniform(0, 100)!r}', f'{r.randint(1, 999)}.{r.randint(0, 99999)}', f'{r.randint(1, 9)}e{r.randint(-30, 30)}', '0.1', '1.5'])
            return s, Fraction(s)
        (x, v), (y, w) = self.float(d - 1), self.float(d - 1)
        op = r.choice('+-*/-')
        if op == '/' and w == 0: return x, v
        u = {'+': v + w, '-': v - w, '*': v * w}[op] if op != '/' else v / w
        return (f'({x} {op} {y})', u) if u == 0 or Fraction(1, 1 << 300) < abs(u) < 1 << 300 else (x, v)

    def into(self, t):
        """A constant of the type, from an untyped one that fits."""
        lo, hi = span(t)
        for _ in range(20):
            s, v = self.int()
            if lo <= v <= hi: return f'{t}({s})', v
        v = self.r.randint(lo, hi)
        return f'{t}({v})', v

    def typed(self, t, d=3):
        r = self.r
        if d == 0 or self.p(.2): return self.into(t)
        (x, v), (y, w) = self.typed(t, d - 1), self.typed(t, d - 1)
        op = r.choice('+-*/%&|^')
        if op in '/%' and w == 0: return x, v
        u = {'+': v + w, '-': v - w, '*': v * w, '&': v & w, '|': v | w, '^': v ^ w}[op] if op not in '/%' else quotient(v, w) if op == '/' else v - quotient(v, w) * w
        lo, hi = span(t)
        return (f'({x} {op} {y})', u) if lo <= u <= hi else (x, v)

    def shift(self):
        """A statement with an untyped constant that a variable shifts."""
        r = self.r
        t, u = r.choice(INTS), r.choice(INTS)
        c, k = r.randint(1, 100), r.choice(['s', 's&7', 'l', 'b', 'k&3'])
        x = f'{c}<<({k})'
        y = f'{r.randint(1, 9)}<<({r.choice(["s", "k&3"])})'
        return r.choice([f'var v {t} = {x}; pr(v)', f'pr({t}({x}))', f'pr({t}({x}) + {y})', f'pr({t}({x} {r.choice("+-*|^&")} {y}))', f'pr({x} == {y}, {x} < {y})', f'pr(arr[{r.randint(1, 3)}<<(k&1)])', f'pr(len(make([]int8, {x}&0xffff)))',
                         f'var v {t} = {r.randint(1, 9)}; v += {y}; pr(v)', f'pr({t}(3) < {x})', f'pr([]{t}{{{x}, {y}}}, map[{t}]int{{{x}: 1}})', f'var v any = {x}; pr(v)', f'pr({x})', f'pr(func(v {t}) {t} {{ return v >> 1 }}({x}))',
                         f'pr({t}({c})<<({k}) == {x})', f'pr(uint64({x} >> (k&3)))', f'var w {t} = 1; pr(w<<({y}&15) | {x})', f'pr({t}(-{c})>>({k}), {u}(^{c}>>({k})))' if t[0] == u[0] == 'i' else f'pr({c}>>({k}))'])

    def layout(self, i):
        r = self.r
        fields = [(f'f{j}', r.choice([*BASIC, f'[{r.randint(0, 3)}]{r.choice(BASIC)}', *[f'L{j}' for j in range(i)]])) for j in range(r.randint(0, 6))]
        self.out += [f'type L{i} struct {{', *[f'\t{f} {t}' for f, t in fields], '}', '']
        return [f'pr(unsafe.Sizeof(L{i}{{}}), unsafe.Alignof(L{i}{{}}), unsafe.Sizeof([3]L{i}{{}}))'] + [f'pr(unsafe.Offsetof(L{i}{{}}.{f}), unsafe.Alignof(L{i}{{}}.{f}))' for f, _ in fields]

    def test(self, i):
        r = self.r
        w = []
        for _ in range(16):
            k = r.randrange(12)
            if k < 3:
                s, v = self.int()
                n = f'c{len(self.names)}'
                if abs(v) < 1 << 200:
                    self.out.append(f'const {n} = {s}')
                    self.names.append((n, v))
                w.append(f'pr(float64({s}))' if abs(v) >= 1 << 63 else f'pr(int64({s}))')
            elif k < 5:
                s, v = self.float()
                w.append(f'pr(float64({s}), float32({s}))' if abs(v) < 1 << 120 else f'pr(float64({s}))')
                if v.denominator == 1 and abs(v) < 1 << 63: w.append(f'pr(int64({s}))')
            elif k == 5:
                (s, v), (q, u) = self.float(), self.float()
                w.append(f'pr({s} {r.choice(["<", "<=", "==", "!=", ">"])} {q})')
            elif k == 6:
                (a, v), (b, u) = self.float(1), self.float(1)
                if max(abs(v), abs(u)) < 1 << 100: w.append(f'pr(complex128(({a} + {b}*1i) * ({b} - 2i)), real({a} + {b}*1i), imag(({a} - 1i) * 3i))')
            elif k < 9:
                t = r.choice(INTS)
                s, v = self.typed(t)
                w.append(f'pr({s})')
                w.append(f'{{ var v {t} = {s}; pr(v == {t}({v}), {s} > {self.typed(t)[0]}) }}')
            else: w.append('{ ' + self.shift() + ' }')
        w += self.layout(i)
        return [f'func F{i}(s uint, l uint64, b uint8, k int8) {{', *['\t' + x for x in w], '}', '']

    def program(self, functions):
        tests = [line for i in range(functions) for line in self.test(i)]
        head = ['package main', '', 'import (', '\t"fmt"', '\t"unsafe"', ')', '', 'var arr [9]int', 'var _ unsafe.Pointer', '', 'func pr(v ...any) {', '\tfor _, x := range v {', '\t\tfmt.Printf("%T %v ", x, x)', '\t}', '\tfmt.Println()', '}', '']
        main = ['func main() {'] + [f'\tfor _, s := range []int{{0, 1, 5, 13, 31, 40, 64, 70}} {{ F{i}(uint(s), uint64(s), uint8(s), int8(s)) }}' for i in range(functions)] + ['}', '']
        return '\n'.join(head + self.out + tests + main)


def program(seed, functions):
    return Gen(seed).program(functions)
