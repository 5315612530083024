"""A bit of everything: statements of all kinds with values of random types."""
import pathlib
from parts.values import BASIC, FLOATS, INTS, SIGNED, Values

HEAD = pathlib.Path(__file__).with_suffix('.go').read_text()


class Gen(Values):
    # ---- checksums
    def mix(self, e, t, d=0):
        if t in INTS: self.w(f'mix({self.site()}, uint64({e}))')
        elif t in FLOATS: self.w(f'mixf({self.site()}, float64({e}))')
        elif t == 'bool': self.w(f'mixb({self.site()}, {e})')
        elif t == 'string': self.w(f'mixs({self.site()}, {e})')
        elif t == 'complex128':
            self.w(f'mixf({self.site()}, real({e}))')
            self.w(f'mixf({self.site()}, imag({e}))')
        elif t in ('any', 'Number'): self.w(f'mixany({self.site()}, {e})')
        elif isinstance(t, str):
            for f, ft in self.types[t]: self.mix(f'{e}.{f}', ft, d + 1)
        elif t[0] in ('arr', 'sl'):
            v = self.name('x')
            el = t[2] if t[0] == 'arr' else t[1]
            self.w(f'for _, {v} := range {e} {{')
            self.ind += 1
            self.w(f'_ = {v}')
            self.mix(v, el, d + 1)
            self.ind -= 1
            self.w('}')
            if t[0] == 'sl': self.w(f'mix({self.site()}, uint64(len({e})))')
        elif t[0] == 'ptr':
            self.w(f'if {e} != nil {{')
            self.ind += 1
            self.mix(e, t[1], d + 1)
            self.ind -= 1
            self.w('}')
        elif t[0] == 'box':
            self.mix(e + '.v', t[1], d + 1)
            self.w(f'mix({self.site()}, uint64({e}.n))')
        elif t[0] == 'map':
            self.w(f'mix({self.site()}, uint64(len({e})))')
            self.w(f'mixs({self.site()}, fmt.Sprint({e}))' if self.printable(t[2]) else f'_ = {e}')
        else: self.w(f'_ = {e}')

    def printable(self, t):
        if isinstance(t, str): return t not in FLOATS and t not in ('complex128', 'any', 'Number') and all(self.printable(f) for _, f in self.types.get(t, []))
        return t[0] in ('arr', 'box') and self.printable(t[-1])

    # ---- statements
    def block(self, n, extra=()):
        self.scope.append(list(extra))
        self.ind += 1
        for n_, t in extra: self.w(f'_ = {n_}')
        for _ in range(n):
            if self.budget > 0: self.stmt()
        for n_, t in self.scope[-1]:
            if self.p(.3): self.mix(n_, t)
        self.ind -= 1
        self.scope.pop()

    def declare(self, t=None):
        t = t or self.type()
        v = self.name()
        e, c = self.expr(t) if self.p(.9) else (None, False)
        if e is None: self.w(f'var {v} {self.spell(t)}')
        elif t in BASIC or self.p(.5): self.w(f'var {v} {self.spell(t)} = {e}')
        elif t in ('any', 'Number'): self.w(f'var {v} {t} = {e}')
        else: self.w(f'{v} := {e}')
        self.w(f'_ = {v}')
        if e is None and t == 'Number': self.w(f'{v} = MyByte(3)')
        if e is None and not isinstance(t, str) and t[0] == 'map': self.w(f'{v} = {self.spell(t)}{{}}')
        if e is None and not isinstance(t, str) and t[0] in ('ptr', 'fn'): self.w(f'{v} = {self.make(t)}')
        self.scope[-1].append((v, t))

    def target(self):
        vs = [(n, t) for s in self.scope for (n, t) in s if not n.startswith(('k', 'p'))]
        if not vs: return None
        n, t = self.r.choice(vs)
        for _ in range(3):
            if isinstance(t, str) and self.types.get(t) and self.p(.6):
                f, ft = self.r.choice(self.types[t])
                n, t = f'{n}.{f}', ft
            elif not isinstance(t, str) and t[0] == 'arr' and t[1] and self.p(.7): n, t = f'{n}[{self.index(t[1])}]', t[2]
            elif not isinstance(t, str) and t[0] == 'ptr' and self.types[t[1]] and self.p(.8):
                f, ft = self.r.choice(self.types[t[1]])
                n, t = f'{n}.{f}', ft
            elif not isinstance(t, str) and t[0] == 'box' and self.p(.6): n, t = n + '.v', t[1]
        return n, t

    def assign(self):
        x = self.target()
        if not x: return self.declare()
        n, t = x
        if t in INTS and self.p(.4):
            op = self.r.choice(['+=', '-=', '*=', '&=', '|=', '^=', '&^=', '<<=', '>>=', '++', '--'])
            if op in ('++', '--'): self.w(n + op)
            elif op in ('<<=', '>>='): self.w(f'{n} {op} {self.nonconst("uint8", 2)} & {self.r.choice([7, 31, 63])}')
            else: self.w(f'{n} {op} {self.expr(t)[0]}')
            return
        if not isinstance(t, str):
            if t[0] == 'sl' and self.p(.7):
                k = self.r.randrange(7)
                if k == 0: self.w(f'if len({n}) < 50 {{ {n} = append({n}, {self.expr(t[1])[0]}) }}')
                elif k == 1: self.w(f'if len({n}) < 50 {{ {n} = append({n}, {n}...) }}')
                elif k == 2: self.w(f'{n} = {n}[len({n})/2:]')
                elif k == 3: self.w(f'{n} = append({n}[:len({n})/2:len({n})/2], {self.expr(t[1])[0]})')
                elif k == 4:
                    i = self.name('i')
                    self.w(f'if {i} := {self.nonconst("int", 2)}; {i} >= 0 && {i} < len({n}) {{ {n}[{i}] = {self.expr(t[1])[0]} }}')
                elif k == 5: self.w(f'copy({n}[len({n})/3:], {n})')
                else: self.w(f'for k := range {n} {{ {n}[k] = {self.expr(t[1], 2)[0]} }}')
                return
            if t[0] == 'map' and self.p(.8):
                k = self.expr(t[1], 2)[0]
                if t[2] in INTS and self.p(.5): self.w(f'{n}[{k}] += {self.expr(t[2], 2)[0]}')
                elif self.p(.2): self.w(f'delete({n}, {k})')
                else: self.w(f'{n}[{k}] = {self.expr(t[2], 2)[0]}')
                return
            if t[0] == 'box' and self.p(.5):
                self.w(f'{n}.Put({self.expr(t[1], 2)[0]})')
                return
        if t == 'MyInt' and self.p(.3) and '[' not in n:
            self.w(f'mix({self.site()}, uint64({n}.Inc({self.expr("int", 2)[0]})))')
            return
        if self.p(.25):
            y = self.target()
            if y and y[1] == t: self.w(f'{n}, {y[0]} = {y[0]}, {n}') if '[' not in n + y[0] and n != y[0] else self.w(f'{n} = {y[0]}')
            elif y and '[' not in n + y[0] and not n.startswith(y[0]) and not y[0].startswith(n):
                self.w(f'{n}, {y[0]} = {self.expr(t, 2)[0]}, {self.expr(y[1], 2)[0]}')
            return
        self.w(f'{n} = {self.expr(t)[0]}')

    def stmt(self):
        self.budget -= 1
        r = self.r.random()
        deep = self.ind > 5
        if r < .25: return self.declare()
        if r < .58 or deep: return self.assign()
        r = self.r.randrange(22)
        if r < 4:
            self.w(f'if {self.expr("bool")[0]} {{')
            self.block(self.r.randint(1, 3))
            if self.p(.5):
                self.w('} else {')
                self.block(self.r.randint(1, 3))
            self.w('}')
        elif r < 8: self.loop()
        elif r < 10: self.switch()
        elif r < 11 and self.loops:
            l, f = self.r.choice(self.loops)
            if f == self.infn: self.w(f'if {self.expr("bool")[0]} {{ {self.r.choice(["break", "continue"])} {l} }}')
        elif r < 12:
            x = self.target()
            if x: self.mix(*x)
        elif r < 14: self.closure()
        elif r < 16: self.typeswitch()
        elif r < 17: self.deferred()
        elif r < 18: self.channel()
        elif r < 19: self.guarded()
        elif r < 20 and self.loops == []:
            self.fold()
        elif r < 21: self.pointer()
        else: self.assign()

    def loop(self):
        l = self.name('L')
        k = self.name('k')
        self.w(f'{l}:')
        r = self.r.randrange(8)
        ext = []
        if r == 0:
            self.w(f'for {k} := 0; {k} < {self.r.randint(1, 12)}; {k}++ {{')
            ext = [(k, 'int')]
        elif r == 1:
            t = self.r.choice(['uint8', 'int32', 'int64', 'uint16', 'MyInt'])
            self.w(f'for {k} := {t}({self.r.randint(5, 20)}); {k} > {self.r.randint(0, 4)}; {k} -= {self.r.randint(1, 2)} {{')
            ext = [(k, t)]
        elif r == 2:
            t = self.r.choice(['int', 'uint8', 'int16', 'MyInt'])
            self.w(f'for {k} := range {t}({self.r.randint(0, 9)}) {{')
            ext = [(k, t)]
        elif r in (3, 4):
            c = [(n, t) for s in self.scope for (n, t) in s if not isinstance(t, str) and t[0] in ('sl', 'arr')]
            if c:
                n, t = self.r.choice(c)
                e = self.name('k')
                self.w(f'for {k}, {e} := range {n} {{')
                ext = [(k, 'int'), (e, t[-1])]
            else: self.w(f'for {k} := range upto({self.r.randint(0, 6)}) {{'); ext = [(k, 'int')]
        elif r == 5:
            e = self.name('k')
            self.w(f'for {k}, {e} := range {self.expr("string", 2)[0]} {{')
            ext = [(k, 'int'), (e, 'int32')]
        elif r == 6:
            self.w(f'for {k} := range upto({self.r.randint(0, 6)}) {{')
            ext = [(k, 'int')]
        else:
            self.w(f'for {k} := 1; ; {k} *= 2 {{')
            self.w(f'\tif {k} > {self.r.choice([8, 64, 1000])} {{ break {l} }}')
            ext = [(k, 'int')]
        self.loops.append((l, self.infn))
        if r != 7: self.w(f'\tif len(os.Args) > 9 {{ break {l} }}')
        self.block(self.r.randint(1, 4), ext)
        self.loops.pop()
        self.w('}')

    def switch(self):
        t = self.r.choice(list(INTS) + ['string', 'bool'])
        if t == 'bool':
            self.w('switch {')
            for _ in range(self.r.randint(1, 4)):
                self.w(f'case {self.expr("bool", 2)[0]}:')
                self.block(self.r.randint(1, 2))
        else:
            self.w(f'switch {self.nonconst(t, 3)} {{')
            seen = set()
            for i in range(self.r.randint(1, 10)):
                cs = [c for c in {self.const(t) for _ in range(self.r.randint(1, 3))} if c not in seen]
                cs.sort()
                seen |= set(cs)
                if cs:
                    self.w(f'case {", ".join(cs)}:')
                    self.block(self.r.randint(1, 2))
                    if self.p(.15): self.w('\tfallthrough'); self.w(f'case {self.nonconst(t, 1)}:')
        if self.p(.6):
            self.w('default:')
            self.block(1)
        self.w('}')

    def closure(self):
        f = self.name('f')
        ts = [self.type(1, True) for _ in range(self.r.randint(0, 3))]
        ps = [self.name('v') for _ in ts]
        res = self.type(1, True)
        self.w(f"{f} := func({', '.join(f'{p} {self.spell(t)}' for p, t in zip(ps, ts))}) ({f}r {self.spell(res)}) {{")
        self.infn += 1
        if self.p(.2):
            self.ind += 1
            self.w(f'defer func() {{ {f}r = {self.expr(res, 2)[0]} }}()')
            self.ind -= 1
        self.block(self.r.randint(1, 4), list(zip(ps, ts)))
        self.w(f'\treturn {self.expr(res)[0]}')
        self.infn -= 1
        self.w('}')
        for _ in range(self.r.randint(1, 2)):
            v = self.name()
            self.w(f"{v} := {f}({', '.join(self.expr(t, 1)[0] for t in ts)})")
            self.w(f'_ = {v}')
            self.mix(v, res)
            self.scope[-1].append((v, res))

    def typeswitch(self):
        v = self.vars('any')
        e = self.r.choice(v) if v else self.make('any')
        x = self.name('k')
        self.w(f'switch {x} := {e}.(type) {{')
        for t in self.r.sample(['int', 'string', 'float64', 'MyInt', 'Number', 'bool', 'uint8', 'nil'] + list(self.types), 3):
            if t == 'nil': self.w('case nil:'); continue
            self.w(f'case {t}:')
            self.block(1, [(x, t)])
        self.w('default:')
        self.w(f'\tmixany({self.site()}, {x})')
        self.w('}')

    def deferred(self):
        x = self.target()
        if x and self.loops == []:
            v = self.name('d')
            self.w(f'defer func({v} {self.spell(x[1])}) {{')
            self.infn += 1
            self.ind += 1
            self.mix(v, x[1])
            self.mix(*x)
            self.ind -= 1
            self.infn -= 1
            self.w(f'}}({x[0]})')

    def channel(self):
        t = self.type(1, True)
        c = self.name('c')
        self.w(f'{c} := make(chan {self.spell(t)}, {self.r.randint(0, 3)})')
        self.w(f'go func(a, b {self.spell(t)}) {{ {c} <- a; {c} <- b; close({c}) }}({self.expr(t, 2)[0]}, {self.expr(t, 2)[0]})')
        x = self.name('x')
        if self.p(.5):
            self.w(f'for {x} := range {c} {{')
        else:
            ok = self.name('ok')
            self.w(f'for {{')
            self.w(f'\tvar {x} {self.spell(t)}')
            self.w(f'\tvar {ok} bool')
            self.w(f'\tselect {{ case {x}, {ok} = <-{c}: }}')
            self.w(f'\tif !{ok} {{ break }}')
        self.ind += 1
        self.mix(x, t)
        self.w(f'_ = {x}')
        self.ind -= 1
        self.w('}')

    def guarded(self):
        """Something that may panic, by itself in a function that recovers."""
        self.w('func() {')
        self.w(f'\tdefer func() {{ if r := recover(); r != nil {{ mixs({self.site()}, said(r)) }} }}()')
        k = self.r.randrange(6)
        self.ind += 1
        if k == 0:
            t = self.r.choice(list(INTS))
            self.w(f'mix({self.site()}, uint64({self.leafvar(t)} {self.r.choice("/%")} {self.leafvar(t)}))')
        elif k == 1:
            c = [(n, t) for s in self.scope for (n, t) in s if not isinstance(t, str) and t[0] == 'sl' or t == 'string']
            if c:
                n, t = self.r.choice(c)
                i = self.leafvar(self.r.choice(list(INTS)))
                self.mix(f'{n}[{i}]', 'uint8' if t == 'string' else t[1])
        elif k == 2:
            c = [(n, t) for s in self.scope for (n, t) in s if not isinstance(t, str) and t[0] == 'sl' or t == 'string']
            if c:
                n, t = self.r.choice(c)
                i, j = self.leafvar(self.r.choice(list(INTS))), self.leafvar('int')
                self.mix(self.r.choice([f'{n}[{i}:]', f'{n}[:{i}]', f'{n}[{j}:{i}]']), t)
        elif k == 3:
            self.w(f'mix({self.site()}, uint64({self.leafvar("uint64")} << {self.leafvar(self.r.choice(sorted(SIGNED)))}))')
        elif k == 4:
            self.mix(f'{self.leafvar("any")}.({self.r.choice(["int", "MyInt", "string"])})', 'any')
        else:
            v = self.vars('any')
            if len(v) > 1: self.w(f'mixb({self.site()}, {v[0]} == {v[1]})')
        self.ind -= 1
        self.w('}()')

    def fold(self):
        c = [(n, t) for s in self.scope for (n, t) in s if not isinstance(t, str) and t[0] == 'sl' and t[1] in INTS]
        if c:
            n, t = self.r.choice(c)
            v = self.name()
            self.w(f'{v} := gfold({n}, {self.nonconst("int64", 2)}, func(a int64, b {t[1]}) int64 {{ return a*7 + int64(b) }})')
            self.mix(v, 'int64')

    def pointer(self):
        x = self.target()
        if not x: return
        q = self.name('q')
        self.w(f'{q} := &{x[0]}')
        self.scope.append([])
        self.w(f'*{q} = {self.expr(x[1], 2)[0]}')
        self.scope.pop()
        self.w(f'_ = {q}')
        self.mix(f'(*{q})', x[1])

    # ---- functions
    def pure(self):
        f = self.name('F')
        ts = [self.type(1, True) for _ in range(self.r.randint(0, 6))]
        ps = [self.name('v') for _ in ts]
        res = self.type(1, True)
        self.ind = 0
        if self.p(.4): self.w('//go:noinline')
        self.w(f"func {f}({', '.join(f'{p} {self.spell(t)}' for p, t in zip(ps, ts))}) {self.spell(res)} {{")
        self.scope = [list(zip(ps, ts))]
        self.loops = []
        self.ind = 1
        self.w('_ = 0')
        for _ in range(self.r.randint(0, 2)):
            if self.p(.5): self.declare()
            else:
                self.w(f'if {self.expr("bool")[0]} {{ return {self.expr(res)[0]} }}')
        self.w(f'return {self.expr(res)[0]}')
        self.ind = 0
        self.w('}')
        self.w('')
        self.funcs.append((f, ts, res))

    def test(self, i):
        self.ind = 0
        self.scope = [list(self.globals)]
        self.loops = []
        self.infn += 1
        self.budget = 45
        self.w(f'func T{i}() {{')
        self.scope.append([])
        self.ind = 1
        for t in self.r.sample(BASIC, 4): self.declare(t)
        while self.budget > 0: self.stmt()
        for n, t in self.scope[-1]: self.mix(n, t)
        self.ind = 0
        self.w('}')
        self.w('')

    def program(self):
        self.ind = 0
        for b in BASIC: self.w(f'var g_{b} {b} = {self.const(b)}')
        for _ in range(self.r.randint(2, 5)):
            n = self.name('S')
            fs = [(self.name('f'), self.type(1, True)) for _ in range(self.r.randint(0, 6))]
            self.w(f'type {n} struct {{')
            for f, t in fs: self.w(f'\t{f} {self.spell(t)}')
            if self.p(.15): self.w('\t_ int32')
            self.w('}')
            self.types[n] = fs
        self.globals = [('g_' + b, b) for b in BASIC]
        for _ in range(self.r.randint(1, 4)):
            t = self.type()
            if isinstance(t, str) and t in ('any', 'Number') or not isinstance(t, str) and t[0] in ('ptr', 'map'): continue
            n = self.name('v')
            self.w(f'var {n} {self.spell(t)}')
            self.globals.append((n, t))
        for _ in range(self.r.randint(2, 6)): self.pure()
        for i in range(self.functions): self.test(i)
        self.w('func main() {')
        for i in range(self.functions): self.w(f'\trun("T{i}", T{i})')
        self.w('}')
        return HEAD + '\n' + '\n'.join(self.out) + '\n'


def program(seed, functions):
    return Gen(seed, functions).program()
