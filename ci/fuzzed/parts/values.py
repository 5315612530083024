"""Types and expressions of the programs of kind `mixed`: without side effects, and without panics."""
import random

INTS = {'int': 64, 'int8': 8, 'int16': 16, 'int32': 32, 'int64': 64, 'uint': 64, 'uint8': 8, 'uint16': 16, 'uint32': 32, 'uint64': 64,
        'uintptr': 64, 'MyInt': 32, 'MyByte': 8}
SIGNED = {'int', 'int8', 'int16', 'int32', 'int64', 'MyInt'}
FLOATS = ['float64', 'float32']
BASIC = list(INTS) + ['float64', 'float32', 'bool', 'string', 'complex128']
# Machines with words of 4 bytes.
WORDS_OF_4 = {'386', 'arm', 'mips', 'mipsle'}
# Where Go makes one operation of a product and a sum.
FUSING, FUSES = {'arm64', 'ppc64', 'ppc64le', 'riscv64', 's390x'}, False


def for_machine(arch):
    """What is written from here on is for the machine."""
    global FUSES
    FUSES = arch in FUSING
    if arch in WORDS_OF_4: INTS.update(int=32, uint=32, uintptr=32)


class Values:
    def __init__(self, seed, functions):
        self.r = random.Random(seed)
        self.functions = functions
        self.out = []
        self.ind = 1
        self.n = 0
        self.types = {}     # struct name -> [(field, type)]
        self.sites = 0
        self.funcs = []     # (name, [param types], result type): pure
        self.scope = []     # list of lists of (name, type)
        self.loops = []     # labels of the loops around
        self.budget = 0
        self.infn = 0

    # ---- small things
    def name(self, p='v'):
        self.n += 1
        return f'{p}{self.n}'

    def p(self, x):
        return self.r.random() < x

    def w(self, s):
        self.out.append('\t' * self.ind + s)

    def site(self):
        self.sites += 1
        return f'/*{self.sites}*/{self.sites}'

    # ---- types: basic names, struct names, ('arr', n, t), ('sl', t), ('ptr', struct), ('map', k, t), ('fn', [ts], t), 'any', 'Number', ('box', t)
    def spell(self, t):
        if isinstance(t, str): return t
        k = t[0]
        if k == 'arr': return f'[{t[1]}]{self.spell(t[2])}'
        if k == 'sl': return '[]' + self.spell(t[1])
        if k == 'ptr': return '*' + self.spell(t[1])
        if k == 'map': return f'map[{self.spell(t[1])}]{self.spell(t[2])}'
        if k == 'box': return f'Box[{self.spell(t[1])}]'
        if k == 'fn': return f"func({', '.join(map(self.spell, t[1]))}) {self.spell(t[2])}"
        raise ValueError(t)

    def type(self, depth=2, value=False):
        r = self.r.random()
        if depth == 0 or r < .55: return self.r.choice(BASIC)
        if r < .65: return ('arr', self.r.choice([0, 1, 2, 3, 4, 5, 8, 17]) if self.p(.9) else 40, self.type(depth - 1, True))
        if r < .78 and self.types: return self.r.choice(list(self.types))
        if r < .83: return ('box', self.type(depth - 1, True))
        if value: return self.r.choice(BASIC)
        if r < .90: return ('sl', self.type(depth - 1, True))
        if r < .93 and self.types: return ('ptr', self.r.choice(list(self.types)))
        if r < .96: return ('map', self.r.choice(['int', 'string', 'uint8', 'float64', 'bool', 'MyInt']), self.type(depth - 1, True))
        return self.r.choice(['any', 'Number'])

    def const(self, t):
        r = self.r
        if t in INTS:
            w = INTS[t]
            lo, hi = (-(1 << w - 1), (1 << w - 1) - 1) if t in SIGNED else (0, (1 << w) - 1)
            k = r.randrange(6)
            if k == 0: v = r.choice([lo, hi, lo + 1, hi - 1, 0, 1])
            elif k == 1: v = 1 << r.randrange(w - 1)
            elif k == 2: v = (1 << r.randrange(w - 1)) - 1
            elif k == 3: v = r.randint(lo, hi)
            else: v = r.randint(max(lo, -20), 20)
            v = min(max(v, lo), hi)
            return f'{t}({v})'
        if t in FLOATS:
            return f'{t}({r.choice(["0", "1", "-1", "0.5", "1e10", "-3.25", "1e-10", "255", "1e19", "-129", "16777217", "3", repr(r.uniform(-1000, 1000)), str(r.randint(-2**40, 2**40))])})'
        if t == 'bool': return r.choice(['true', 'false'])
        if t == 'string':
            return r.choice(['""', '"a"', '"abc"', '"h\\u00e9llo"', '"\\xff\\xfe"', '"abcdefghijklmnop"', '"0123456789abcdef0123456789abcdefX"', '"\\u4e16\\u754c"'])
        if t == 'complex128': return f'complex({r.choice(["1", "0.5", "-2"])}, {r.choice(["0", "3", "-0.25"])})'
        raise ValueError(t)

    def vars(self, t):
        return [n for s in self.scope for (n, ty) in s if ty == t]

    def places(self, want):
        """Readable and assignable paths of a type, found from the variables in scope."""
        found = []
        for s in self.scope:
            for n, t in s:
                self.paths(n, t, want, found, 0)
        return found

    def paths(self, path, t, want, found, d):
        if t == want: found.append(path)
        if d > 2: return
        if isinstance(t, str):
            for f, ft in self.types.get(t, []):
                self.paths(f'{path}.{f}', ft, want, found, d + 1)
        elif t[0] == 'box':
            self.paths(path + '.v', t[1], want, found, d + 1)
        elif t[0] == 'arr' and t[1]:
            i = self.index(t[1])
            self.paths(f'{path}[{i}]', t[2], want, found, d + 1)

    def index(self, n):
        """An index below n."""
        if self.p(.4): return str(self.r.randrange(n))
        ints = [v for t in ('int', 'uint8', 'uint', 'uint64', 'MyByte') for v in self.vars(t)]
        if not ints: return str(self.r.randrange(n))
        v = self.r.choice(ints)
        if n & (n - 1) == 0: return f'{v}&{n - 1}' if n > 1 else '0'
        return f'uint({v})%{n}'

    # ---- expressions: without side effects, and without panics
    def leaf(self, t):
        if self.p(.85):
            c = self.places(t)
            if c: return self.r.choice(c), False
        if t in BASIC and self.p(.7): return self.const(t), True
        return self.make(t), False

    def make(self, t):
        """A value of the type that is not constant."""
        if t in BASIC: return 'g_' + t
        if t == 'any':
            k = self.r.choice(['int', 'string', 'float64', 'MyInt', 'MyByte', 'bool', 'uint8'] + list(self.types))
            return f'any({self.expr(k, 1)[0]})'
        if t == 'Number': return f'Number({self.expr(self.r.choice(["MyInt", "MyByte"]), 1)[0]})'
        if isinstance(t, str):
            fs = self.types[t]
            pick = [f for f in fs if self.p(.7)]
            return t + '{' + ', '.join(f'{f}: {self.expr(ft, 1)[0]}' for f, ft in pick) + '}'
        s = self.spell(t)
        k = t[0]
        if k == 'arr':
            return s + '{' + ', '.join(self.expr(t[2], 1)[0] for _ in range(self.r.randint(0, min(t[1], 3)))) + '}'
        if k == 'sl':
            if self.p(.2): return f'make({s}, {self.r.randint(0, 9)}, {self.r.randint(9, 20)})'
            return s + '{' + ', '.join(self.expr(t[1], 1)[0] for _ in range(self.r.randint(0, 4))) + '}'
        if k == 'ptr': return '&' + self.make(t[1])
        if k == 'map':
            return s + '{' + (f'{self.const(t[1])}: {self.expr(t[2], 1)[0]}' if self.p(.7) else '') + '}'
        if k == 'box': return s + '{v: ' + self.expr(t[1], 1)[0] + '}'
        if k == 'fn':
            ps = [self.name('p') for _ in t[1]]
            saved, self.scope = self.scope, [*self.scope, list(zip(ps, t[1]))]
            e = self.expr(t[2], 2)[0]
            self.scope = saved
            return f"func({', '.join(f'{p} {self.spell(x)}' for p, x in zip(ps, t[1]))}) {self.spell(t[2])} {{ return {e} }}"
        raise ValueError(t)

    def nonconst(self, t, d):
        e, c = self.expr(t, d)
        return 'g_' + t if c else e

    def expr(self, t, d=3):
        if d <= 0 or self.p(.2): return self.leaf(t)
        r = self.r
        calls = [f for f in self.funcs if f[2] == t]
        if calls and self.p(.12):
            f = r.choice(calls)
            return f"{f[0]}({', '.join(self.expr(x, d - 2)[0] for x in f[1])})", False
        if self.p(.05):
            return f'gpick({self.expr("bool", d - 1)[0]}, {self.nonconst(t, d - 2) if t in BASIC else self.expr(t, d - 2)[0]}, {self.expr(t, d - 2)[0]})', False
        sl = self.vars(('sl', t))
        if sl and self.p(.15):
            v = r.choice(sl)
            i = r.choice(['0', '1', self.nonconst('int', 1)])
            k = self.name('i')
            return f'func() {self.spell(t)} {{ if {k} := {i}; {k} >= 0 && {k} < len({v}) {{ return {v}[{k}] }}; return {self.leaf(t)[0]} }}()', False
        for k in ('int', 'string', 'uint8', 'MyInt'):
            m = self.vars(('map', k, t))
            if m and self.p(.3): return f'{r.choice(m)}[{self.expr(k, d - 2)[0]}]', False
        if t in INTS: return self.intexpr(t, d)
        if t in FLOATS:
            k = r.randrange(8)
            if k < 4:
                x, op, y = self.nonconst(t, d - 1), r.choice('+-*/'), self.nonconst(t, d - 1)
                if not FUSES: return f'({x} {op} {y})', False
                # One product at most goes into a sum: of two, the one that Go fuses hangs on the numbers of its compiler's values.
                z = f'{t}({self.nonconst(t, d - 1)})'
                if op == '*': return r.choice([f'{t}({x} * {y})', f'{t}({x} * {y} + {z})', f'{t}({z} - {x} * {y})', f'{t}({x} * {y} - {z})']), False
                return f'({x} {op} {y})', False
            if k == 4: return f'-({self.nonconst(t, d - 1)})', False
            if k == 5: return f'{t}({self.nonconst(r.choice(list(INTS)), d - 1)})', False
            if k == 6: return f'{t}({self.nonconst(r.choice(list(FLOATS)), d - 1)})', False
            f = r.choice(['math.Sqrt', 'math.Floor', 'math.Abs', 'math.Trunc', 'real', 'imag', 'max', 'min'])
            if f in ('real', 'imag'): return f'{t}({f}({self.nonconst("complex128", d - 1)}))', False
            if f in ('max', 'min'): return f'{f}({self.nonconst(t, d - 1)}, {self.expr(t, d - 1)[0]})', False
            return f'{t}({f}(float64({self.nonconst(t, d - 1)})))', False
        if t == 'complex128':
            if self.p(.3): return f'complex({self.nonconst("float64", d - 1)}, {self.nonconst("float64", d - 1)})', False
            return f'({self.nonconst(t, d - 1)} {r.choice("+-" if FUSES else "+-*")} {self.nonconst(t, d - 1)})', False
        if t == 'bool': return self.boolexpr(d)
        if t == 'string':
            k = r.randrange(7)
            if k < 3: return f'short({self.nonconst(t, d - 1)} + {self.expr(t, d - 1)[0]})', False
            if k == 3:
                v = self.vars('string')
                if v:
                    v = r.choice(v)
                    return r.choice([f'{v}[len({v})/2:]', f'{v}[:len({v})/2]', f'{v}[len({v})/3:len({v})/2]']), False
            if k == 4: return f'string(rune({self.nonconst(r.choice(["int32", "uint8", "uint16", "MyInt"]), d - 1)}))', False
            if k == 5: return f'string([]byte{{{self.expr("uint8", d - 1)[0]}, {self.expr("uint8", d - 1)[0]}}})', False
            if k == 6: return f'string([]rune({self.nonconst(t, d - 1)}))', False
            return self.leaf(t)
        if not isinstance(t, str) and t[0] == 'fn': return self.make(t), False
        return self.leaf(t)

    def intexpr(self, t, d):
        r = self.r
        k = r.randrange(24)
        a = self.nonconst(t, d - 1)
        if k < 6: return f'({a} {r.choice("+-*&|^")} {self.expr(t, d - 1)[0]})', False
        if k < 7: return f'({a} &^ {self.expr(t, d - 1)[0]})', False
        if k < 9:
            if self.p(.5): return f'({a} {r.choice("/%")} {self.nonzero(t)})', False
            return f'({a} {r.choice("/%")} ({self.nonconst(t, d - 1)} | 1))', False
        if k < 12:
            op = r.choice(['<<', '>>'])
            q = r.randrange(4)
            if q == 0: return f'({a} {op} {r.randint(0, INTS[t] + 2)})', False
            u = r.choice(['uint', 'uint8', 'uint16', 'uint32', 'uint64', 'MyByte'])
            if q == 1: return f'({a} {op} {self.nonconst(u, d - 1)})', False
            if q == 2: return f'({a} {op} ({self.nonconst(u, d - 1)} & {INTS[t] - 1}))', False
            return f'({a} {op} ({self.nonconst("int", d - 1)} & {r.choice([7, 15, 31, 63, 127])}))', False
        if k < 13: return f'{r.choice("-^+")}({a})', False
        if k < 17: return f'{t}({self.nonconst(r.choice(list(INTS)), d - 1)})', False
        if k < 18: return f'{t}({self.nonconst(r.choice(list(FLOATS)), d - 1)})', False
        if k < 19: return f'gmax({a}, {self.expr(t, d - 1)[0]})', False
        if k < 20: return f'{r.choice(["max", "min"])}({a}, {self.expr(t, d - 1)[0]})', False
        if k < 21:
            c = [n for s in self.scope for (n, ty) in s if ty == 'string' or not isinstance(ty, str) and ty[0] in ('sl', 'map')]
            if c: return f'{t}(len({r.choice(c)}))', False
        if k < 22:
            w = INTS[t]
            s = r.randrange(1, w)
            return f'({a}<<{s} | {a}>>{w - s})', False
        if k < 23:
            c = self.vars('Number')
            if c: return f'{t}({r.choice(c)}.Num())', False
            return f'{t}({self.nonconst(r.choice(["MyInt", "MyByte"]), d - 1)}.Num())', False
        return f'{t}(map[bool]int8{{true: {r.randint(-9, 9)}}}[{self.expr("bool", d - 1)[0]}])', False

    def nonzero(self, t):
        w = INTS[t] - (t in SIGNED)
        v = self.r.choice([1, 2, 3, 5, 7, 10, 16, 25, 60, 100, 127, 641, 1000, 1 << self.r.randrange(w), (1 << w) - 1, self.r.randrange(1, 1 << w)])
        v = min(v, (1 << w) - 1)
        if t in SIGNED and self.p(.3): v = -v
        return f'{t}({v})'

    def boolexpr(self, d):
        r = self.r
        k = r.randrange(8)
        if k < 2: return f'({self.expr("bool", d - 1)[0]} {r.choice(["&&", "||", "==", "!="])} {self.nonconst("bool", d - 1)})', False
        if k == 2: return f'!{self.expr("bool", d - 1)[0]}', False
        if k == 3:
            cs = [t for s in self.scope for (_, t) in s if self.comparable(t) and t != 'bool']
            if cs:
                t = r.choice(cs)
                return f'({self.leafvar(t)} {r.choice(["==", "!="])} {self.leafvar(t)})', False
        t = r.choice(list(INTS) + ['string', 'float64', 'float32'])
        return f'({self.nonconst(t, d - 1)} {r.choice(["<", "<=", ">", ">=", "==", "!="])} {self.expr(t, d - 1)[0]})', False

    def leafvar(self, t):
        v = self.places(t)
        return self.r.choice(v) if v else '(' + self.make(t) + ')'

    def comparable(self, t):
        if isinstance(t, str): return t not in self.types or all(self.comparable(f) for _, f in self.types[t])
        if t[0] == 'arr': return self.comparable(t[2])
        if t[0] == 'box': return self.comparable(t[1])
        return t[0] == 'ptr'
