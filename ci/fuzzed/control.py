"""Control flow: loops over functions, labels, goto, deferred calls, panics on their way, closures of variables that loops renew, select,
type switches in generic functions, promoted and bound methods.

Each function logs where it comes by; three variables and the named result are shared by all its closures. With TRACE the log is printed.
"""
import pathlib, random

HEAD = pathlib.Path(__file__).with_suffix('.go').read_text()


class Gen:
    def __init__(self, seed): self.r, self.n, self.sites = random.Random(seed), 0, 0

    def p(self, x): return self.r.random() < x

    def name(self, p):
        self.n += 1
        return f'{p}{self.n}'

    def w(self, s): self.out.append('\t' * self.ind + s)

    def at(self, *vs):
        self.sites += 1
        self.w(f'at({", ".join([str(self.sites), *vs])})')

    def int(self, d=2):
        r = self.r
        if d == 0 or self.p(.4): return r.choice([*self.vars, 'a', 'b', 'r', str(r.randint(0, 9))])
        x, y = self.int(d - 1), self.int(d - 1)
        return r.choice([f'({x} {r.choice("+-*^&")} {y})', f'({x} + {y})', f'{x}&{r.choice([1, 3, 7])}', f'min({x}, {y}, 20)', f'max({x}, {r.randint(0, 4)})', f'len(fmt.Sprint({x}))',
                         f'func() int {{ {self.r.choice(["a", "b", "r"])}++; return {x} }}()', f'narrow[{r.choice(["int8", "Num", "uint8"])}]({x})',
                         f'fold({self.iter(d - 1)}, {x}, func(u, x int) int {{ return u*3 + x }})', f'Shape(Num({x})).Area()'])

    def small(self, d=1): return self.r.choice([f'{self.int(d)}&{self.r.choice([1, 3, 7])}', str(self.r.randint(0, 5))])

    def cond(self):
        r = self.r
        x, y = self.int(1), self.int(1)
        return r.choice([f'{x} {r.choice(["<", ">", "==", "!=", "<="])} {y}', f'{x}&1 == 0', f'{x}%3 {r.choice(["==", "!="])} {r.randint(0, 2)}', f'{x} > 2 && {y}&1 == 0', f'{x} < 3 || {y} > 4'])

    def iter(self, d=1):
        n = self.small(d)
        return self.r.choice([f'seq({n})', f'seq({n})', f'loud({n})', f'grow({n}).all()', f'evens(seq({n}))', f'evens(loud({n}))', f'new(list[int]).Push({n}).Push({self.small(d)}).All()'])

    def block(self, n):
        self.ind += 1
        scope = len(self.vars)
        for _ in range(n): self.stmt()
        del self.vars[scope:]
        self.ind -= 1

    def jump(self):
        """Out of what is around."""
        r = self.r
        ways = ['return', f'return {self.int(1)}', f'panic({self.int(1)})', 'panic(&fault{a})']
        if self.plain: ways = ['return', 'return', 'panic(a)']
        ways += [f'{r.choice(["break", "continue"])} {l}' for l in self.labels] * 2
        if self.labels: ways += ['break', 'continue'] * 2
        self.w(f'if {self.cond()} {{ {r.choice(ways)} }}')

    def inner(self, n, results='plain'):
        """The body of a function literal: nothing outside is jumped to."""
        labels, self.labels, plain, self.plain = self.labels, [], self.plain, results == 'plain'
        self.block(n)
        self.labels, self.plain = labels, plain

    def stmt(self):
        r = self.r
        self.budget -= 1
        if self.budget < 0 or self.ind > 6:
            return self.at('r', 'a', 'b')
        k = r.randrange(30)
        if k < 6: self.loop()
        elif k < 8: self.jump()
        elif k < 10: self.deferred()
        elif k < 12: self.closures()
        elif k == 12: self.guard()
        elif k == 13: self.goto()
        elif k == 14: self.switch()
        elif k == 15: self.types()
        elif k == 16: self.select()
        elif k == 17: self.methods()
        elif k == 18: self.compare()
        elif k == 19: self.text()
        elif k == 20: self.pull()
        elif k == 21: self.fault()
        elif k == 22: self.slices()
        elif k < 25:
            v = self.name('v')
            self.w(f'{v} := {self.int()}; _ = {v}')
            self.vars.append(v)
        elif k == 25:
            self.w(f'if {self.cond()} {{')
            self.block(r.randint(1, 2))
            self.w('} else {')
            self.block(1)
            self.w('}')
        elif k == 26: self.w(f'a, b = {self.int()}, {self.int(1)}')
        else: self.w(f'{r.choice(["a", "b", "r", *self.vars])} {r.choice(["=", "+=", "-=", "^="])} {self.int()}') if self.p(.6) else self.at(self.int(), r.choice([*self.vars, "a"]))

    def loop(self):
        r = self.r
        l, x, y = self.name('L'), self.name('x'), self.name('y')
        k = r.randrange(11)
        own = [x]
        head = {
            0: f'for {x} := range {self.iter()}', 1: f'for {x} := range {self.iter()}', 2: f'for {x} := range {self.iter()}', 3: f'for {x}, {y} := range pairs([]int{{{self.int(1)}, {self.int(1)}, a}})',
            4: f'for {x} := 0; {x} < {self.small()}; {x}++', 5: f'for {x} := {self.small()}; {x} > 0; {x} -= {r.randint(1, 2)}', 6: f'for {x} := range {self.small()}',
            7: 'for range thrice', 8: f'for {x}, {y} := range [...]int{{{self.int(1)}, b, {self.int(1)}}}', 9: f'for {x}, {y} := range []string{{"p", "qq", fmt.Sprint({self.int(1)})}}', 10: f'for {x}, {y} := range "h\\u00e9\\xffz"[{r.randint(0, 2)}:]',
        }[k]
        if k == 7: own = []
        if k in (3, 8): own = [x, y]
        self.w(f'{l}:')
        self.w(head + ' {')
        self.w(f'\tif len(os.Args) > 5 {{ continue {l} }}')
        for v in own: self.w(f'\t_ = {v}')
        if k in (9, 10): self.w(f'\tr += int({y if k == 10 else f"len({y})"})')
        self.labels.append(l)
        self.vars += own
        self.ind += 1
        self.at(*own)
        self.ind -= 1
        self.block(r.randint(1, 4))
        for _ in own: self.vars.remove(_)
        self.labels.pop()
        self.w('}')

    def deferred(self):
        r = self.r
        k = r.randrange(8)
        if k == 0:
            self.sites += 1
            self.w(f'defer at({self.sites}, {self.int()}, r)')
        elif k < 4:
            v = self.name('d')
            self.w(f'defer func({v} int) {{')
            self.vars.append(v)
            self.inner(r.randint(1, 2))
            self.vars.remove(v)
            self.w(f'\tr += {v}')
            if k == 3: self.w(f'\tif e := recover(); e != nil {{ at({9100 + k}, e) }}')
            self.w(f'}}({self.int()})')
        elif k == 4: self.w(f'defer Grower(&Base{{{self.int(1)}}}).Grow({self.int(1)})')
        elif k == 5:
            v = self.name('n')
            self.w(f'{v} := Num({self.int(1)})')
            self.w(f'defer func() {{ at({self.sites}, {v}, r); if e := recover(); e != nil {{ r += 7; panic(fmt.Sprint("again ", e)) }} }}()')
            self.w(f'defer {v}.Grow({self.int(1)})')
        elif k == 6: self.w(f'defer func() {{ r = r*2 + {self.int(1)} }}()')
        else:
            v = self.name('m')
            self.w(f'{v} := map[int]int{{{self.small()}: 1}}')
            self.w(f'defer func() {{ at({self.sites}, len({v})) }}()')
            self.w(f'defer delete({v}, {self.small()})')

    def closures(self):
        r = self.r
        k = r.randrange(4)
        f, x = self.name('f'), self.name('x')
        if k == 0:
            self.w(f'var {f} []func() int')
            self.w(f'for {x} := 0; {x} < 4; {x}++ {{')
            self.w(f'\t{f} = append({f}, func() int {{ {x} += {r.randint(1, 3)}; {r.choice(["a", "r"])}++; return {x} }})')
            if self.p(.5): self.w(f'\tif {x}&1 == 0 {{ {x} += {f}[0]()&1 }}')
            self.w('}')
            self.at(f'len({f})')
            self.w(f'for _, g := range {f} {{ r += g() + g()*10 }}')
        elif k == 1:
            self.w(f'var {f} func(n, m int) int')
            self.w(f'{f} = func(n, m int) int {{ if n <= 0 {{ return m + {self.r.choice(["a", "b"])} }}; return {f}(n-1, m+1)*{r.randint(1, 3)} + {f}(n-{r.randint(2, 3)}, n) }}')
            self.at(f'{f}({self.small()}, {self.int(1)})')
        elif k == 2:
            self.w(f'{f} := func({x} int, more ...int) (r int, s string) {{')
            self.vars.append(x)
            labels, self.labels, plain, self.plain = self.labels, [], self.plain, True
            self.block(r.randint(1, 3))
            self.labels, self.plain = labels, plain
            self.vars.remove(x)
            self.w(f'\treturn r + {x} + len(more), fmt.Sprint(more)')
            self.w('}')
            y, z = self.name('y'), self.name('z')
            self.w(f'{y}, {z} := {f}({self.int(1)}, {r.choice(["a, b", "[]int{r}...", "", "b"])})'.replace(', )', ')'))
            self.at(y, z)
        else:
            self.w(f'{f} := func() func() int {{ {x} := {self.int(1)}; return func() int {{ {x} ^= a; a += {x}&3; return {x} }} }}()')
            self.at(f'{f}()', f'{f}()', 'a')

    def guard(self):
        self.w('func() {')
        self.ind += 1
        x = self.name('e')
        self.w(f'defer func() {{ if {x} := recover(); {x} != nil {{ at({self.sites}, {x}); r ^= 5 }} }}()')
        self.ind -= 1
        self.inner(self.r.randint(1, 3))
        if self.p(.6):
            m, t = self.name('m'), self.name('t')
            self.w('\t' + self.r.choice([f'panic({self.int(1)})', f'var {m} map[int]int; {m}[a]++', f'var {t} *tree; a = {t}.v', f'r /= (a + {self.int(1)})&1', f'a = []int{{1, 2}}[b]', f'_ = any({self.int(1)}).(string)', f'_ = Shape(Num(a)).(Top)', 'panic(&fault{b})', f'var s Shape; a = s.Area()']))
        self.w('}()')

    def goto(self):
        l, x = self.name('G'), self.name('x')
        self.w(f'{{ {x} := {self.small()}')
        self.w(f'{l}:')
        self.at(x)
        labels, self.labels = self.labels, []
        self.block(1)
        self.labels = labels
        self.w(f'if {x}--; {x} > 0 {{ goto {l} }} }}')

    def switch(self):
        r = self.r
        x = self.name('s')
        self.w(f'switch {x} := {self.small()}; {{' if self.p(.3) else f'switch {x} := {self.small()}; {x} {{')
        tagless = self.out[-1].rstrip().endswith('; {')
        cases = r.sample(range(9), r.randint(1, 5))
        for i, c in enumerate(cases):
            self.w(f'case {x} == {c}, {self.cond()}:' if tagless else f'case {c}:' if self.p(.7) else f'case a + {c}:')
            self.block(r.randint(1, 2))
            if i + 1 < len(cases) and self.p(.2): self.w('\tfallthrough')
        if self.p(.6):
            self.w('default:')
            self.block(1)
        self.w('}')

    def types(self):
        r = self.r
        vs = ['a', 'int8(b)', 'Num(a)', '"x"', 'Base{a}', '&Base{b}', 'Mid{Base: &Base{a}}', 'Top{Shape: Num(b)}', 'any(nil)', 'Shape(nil)', 'func() int { return a }', 'list[int]{n: a}', '[]int{a}', 'error(&fault{a})', 'new(Num)', '[2]Num{1}']
        self.at(f'kind({r.choice([v for v in vs if v not in ("any(nil)", "Shape(nil)")])})', f'kind[any]({r.choice(vs)})')
        x = self.name('t')
        self.w(f'switch {x} := any({r.choice(vs)}).(type) {{')
        for t in r.sample(['int', 'Num', 'Shape', 'Grower', 'error', 'nil', '*Base', 'fmt.Stringer', 'Top, Mid', 'string, int8', 'func() int', 'interface { Shape; Grower }'], 4):
            self.w(f'case {t}:')
            self.sites += 1
            self.w(f'\tat({self.sites}, fmt.Sprintf("%T", {x}))')
            self.block(1)
        self.w('}')

    def select(self):
        r = self.r
        c, d, x = self.name('c'), self.name('d'), self.name('x')
        self.w(f'{c}, {d} := make(chan int, {r.randint(0, 2)}), make(chan string, 1)')
        way = r.randrange(3)
        if way == 0: self.w(f'{d} <- fmt.Sprint({self.int(1)})')
        elif way == 1: self.w(f'close({c})')
        self.w('select {')
        self.w(f'case {x}, ok := <-{c}:')
        self.w(f'\tat({self.sites}, {x}, ok)')
        self.w(f'case {x} := <-{d}:')
        self.w(f'\tat({self.sites}, {x})')
        self.block(1)
        self.w('default:')
        self.block(1)
        self.w('}')

    def methods(self):
        r = self.r
        t, f = self.name('t'), self.name('f')
        make = r.choice(['Mid{Base: &Base{%s}}', 'Top{Shape: &Base{%s}, Mid: Mid{Base: &Base{a}}}', 'Top{Shape: Num(%s), Mid: Mid{Base: &Base{b}}}']) % self.int(1)
        grow = f'{t}.Grow' if make.startswith('Mid') else f'{t}.Mid.Grow'
        self.w(f'{t} := {make}')
        self.w(f'{f} := {t}.{r.choice(["Area", "Area"])}')
        self.w(f'{grow}({self.int(1)})')
        self.at(f'{f}()', f'{t}.Area()', f'{t}.Name()', f'Shape({t}).Name()')
        n = self.name('n')
        self.w(f'{n} := Num({self.int(1)})')
        self.w(f'{f}_2, {f}_3, {f}_4 := {n}.Area, {n}.Grow, (*Num).Grow')
        self.w(f'{f}_3({self.int(1)}); {f}_4(&{n}, 2)')
        self.at(f'{f}_2()', n, f'Num.Area({n})', f'Shape.Name({r.choice([n, t, "Base{a}"])})', f'interface{{ Area() int }}.Area({t})')

    def compare(self):
        r = self.r
        fs = ['0', '1', 'math.NaN()', 'math.Copysign(0, -1)', 'float64(a)']
        ks = [f'key{{{r.choice(fs)}, {r.choice([chr(34) + "a" + chr(34), "fmt.Sprint(a)", chr(34) * 2])}, {r.choice(["nil", "a", "Num(a)", "1.5", "[1]any{a}", chr(34) + "s" + chr(34)])}, struct{{}}{{}}, [2]int8{{{r.randint(0, 1)}, int8(a)}}}}' for _ in range(2)]
        x, y = self.name('k'), self.name('k')
        self.w(f'{x}, {y} := {ks[0]}, {ks[1]}')
        if self.p(.5): self.w(f'{y} = {x}')
        self.at(f'{x} == {y}', f'any({x}) == any({y})', f'[2]key{{{x}, {y}}} != [2]key{{{y}, {x}}}', f'{x}.i == {y}.i', f'len(map[key]int{{{x}: 1}})', f'{x}.a == {y}.a', f'struct{{}}{{}} == {x}.z')

    def text(self):
        r = self.r
        s, q = self.name('s'), self.name('q')
        self.w(f'{s} := fmt.Sprint({self.int(1)}, "h\\u00e9") + string(rune({self.int(1)}&0x3fff)) + "\\xe4"[:{self.int(0)}&1]')
        self.w(f'{q} := []byte({s}); {q}[len({q})-1] ^= byte(b)')
        self.at(s, f'string({q}) == {s}', f'len([]rune({s}))', f'string([]rune({s})[1:])', f'{s} < {s}[1:]', f'string({q}) + {s}[len({s})/2:]', f'map[string]int{{string({q}): 3}}[{s}]')
        self.w(f'switch {s}[:1] {{ case "0": r++; case "1", "2": r += 2; case "-": a++ }}')

    def pull(self):
        n, s, x, ok = (self.name(c) for c in 'nsxo')
        self.w(f'{n}, {s} := iter.Pull({self.iter()})')
        self.w(f'for range {self.small()} {{ {x}, {ok} := {n}(); at({self.sites}, {x}, {ok}) }}')
        self.w(f'{s}()')

    def fault(self):
        x, e, f = self.name('x'), self.name('e'), self.name('f')
        self.w(f'{x}, {e} := fails({self.int(1)})')
        self.w(f'var {f} *fault')
        self.w(f'if errors.As({e}, &{f}) {{ r += {f}.n }} else if {e} == nil {{ a ^= {x} }}')
        self.at(e, x)

    def slices(self):
        r = self.r
        s, q = self.name('s'), self.name('q')
        self.w(f'{s} := make([]int, {r.randint(1, 4)}, 8)')
        self.w(f'{q} := append({s}, {self.int(1)}, a)')
        self.w(r.choice([f'{s} = append({s}[:1], {q}[1:]...)', f'copy({q}[1:], {q})', f'{s}, {q} = {q}, {s}', f'clear({q}[1:])', f'{q} = append({q}[:1:1], b)', f'{s} = append({s}, {s}...)', f'*(*[1]int)({q}) = [1]int{{b}}']))
        self.w(f'{q}[0] = {self.int(1)}')
        self.w(f'for i := range {s} {{ {s} = append({s}, i); if len({s}) > 20 {{ break }} }}')
        self.at(s, q, f'[1]int({s})')

    def test(self, i):
        self.out, self.ind, self.vars, self.labels, self.plain, self.budget = [], 1, [], [], False, 22
        for _ in range(self.r.randint(3, 6)): self.stmt()
        return '\n'.join([f'func F{i}(a, b int) (r int) {{', *self.out, f'\tat({self.sites}, a, b, r)', '\treturn r', '}', ''])

    def program(self, functions):
        tests = '\n'.join(self.test(i) for i in range(functions))
        return HEAD + '\nvar _ = errors.As\nvar _ = math.NaN\n\n' + tests + '\nfunc main() {\n' + ''.join(f'\trun("F{i}", F{i})\n' for i in range(functions)) + '}\n'


def program(seed, functions):
    return Gen(seed).program(functions)
