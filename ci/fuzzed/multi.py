"""Calls with several values as the arguments of calls: functions, methods, variadic and generic ones, closures, interfaces, conversions
of each value on its way, deferred and spawned calls, builtins."""
import random

HEAD = '''package main

import "fmt"

type Num int32

func (n Num) Plus(a, b any) string          { return fmt.Sprintf("%d:%v:%v", n, a, b) }
func (n *Num) Take(s string, x ...any) any   { *n++; return fmt.Sprintf("%d:%s:%v", *n, s, x) }
func (n Num) String() string                 { return fmt.Sprint("N", int32(n)) }

type Pair struct {
	a int8
	b string
}

type Taker interface {
	Plus(a, b any) string
}

type Wide [5]int64

var calls int

func show(x any) string { calls++; return fmt.Sprintf("%T %v", x, x) }

func generic[T any, U any](t T, u U) string { return show(t) + show(u) }

func all[T any](x ...T) string {
	s := fmt.Sprint(len(x), cap(x))
	for _, v := range x {
		s += show(v)
	}
	return s
}

func caught(f func()) {
	defer func() {
		if e := recover(); e != nil {
			fmt.Println("panic:", e)
		}
	}()
	f()
}
'''

# Types with values, and what else each may be assigned to.
TYPES = {
    'int': ['3', '-7', '1<<40'], 'int8': ['-128', '7'], 'uint16': ['65535', '9'], 'float64': ['1.5', '-0.25'], 'float32': ['2.5'],
    'string': ['"ab"', '""'], 'bool': ['true', 'false'], 'Num': ['5', '-6'], '*Num': ['new(Num)'], 'Pair': ['Pair{1, "p"}', 'Pair{}'],
    '[]int': ['[]int{1, 2}', 'nil'], '[]byte': ['[]byte("xyz")'], 'Wide': ['Wide{1, 2, 3, 4, 5}'], '[0]int': ['[0]int{}'],
    'map[string]int': ['map[string]int{"ab": 1, "c": 2}'], 'complex128': ['1+2i'], 'error': ['fmt.Errorf("bad")', 'nil'],
    'any': ['4', '"any"', 'nil', 'Pair{3, "q"}'], 'func() int': ['func() int { return 9 }'], 'struct{}': ['struct{}{}'],
}
# Printed by what they do, not where they are.
SHOWN = {'*Num': '*%s', 'func() int': '%s()'}
# Builtins, with the types of their two operands.
BUILTINS = [
    ('[]int', '[]int', 'copy({})'), ('[]byte', 'string', 'copy({})'), ('float64', 'float64', 'complex({})'), ('[]int', 'int', 'append({})'),
]


class Gen:
    def __init__(self, seed): self.r, self.n = random.Random(seed), 0

    def value(self, t): return self.r.choice(TYPES[t])

    def source(self, types):
        """A call that gives values of these types."""
        self.n += 1
        name = f'many{self.n}'
        values = [self.value(t) for t in types]
        k = self.r.randint(0, 4)
        results = ', '.join(types)
        body = f'{{ calls += {self.n}; return {", ".join(values)} }}'
        if k == 0:
            named = ', '.join(f'r{i} {t}' for i, t in enumerate(types))
            sets = '; '.join(f'r{i} = {v}' for i, v in enumerate(values))
            self.decls.append(f'func {name}() ({named}) {{ defer func() {{ calls += len(fmt.Sprint(r0 == r0)) }}(); {sets}; return }}'
                              if types[0] in ('int', 'string', 'bool', 'Num', 'Pair') else f'func {name}() ({named}) {{ {sets}; return }}')
            return f'{name}()'
        if k == 1:
            self.decls.append(f'func (n Num) {name}() ({results}) {body}')
            return f'Num({self.r.randint(0, 9)}).{name}()'
        if k == 2: return f'func() ({results}) {body}()'
        if k == 3:
            self.decls.append(f'func {name}[T any](T) ({results}) {body}')
            return f'{name}({self.r.choice(["1", "true", chr(34) + chr(34)])})'
        self.decls.append(f'func {name}(x int) ({results}) {{ if x > 0 {{ return {name}(x - 1) }}; calls++; return {", ".join(values)} }}')
        return f'{name}({self.r.randint(0, 3)})'

    def parameter(self, t):
        """What a value of the type may be assigned to."""
        wider = ['any'] if t not in ('*Num', 'func() int') else []
        if t == 'Num': wider.append('fmt.Stringer')
        return self.r.choice(wider) if wider and self.r.random() < .4 else t

    def shown(self, name, t): return f'show({SHOWN.get(t, "%s") % name})'

    def call(self):
        r = self.r
        plain = [t for t in TYPES if t not in SHOWN]
        k = r.randint(0, 9)
        types = [r.choice(list(TYPES)) for _ in range(r.randint(2, 6))]
        if k <= 3:
            params = [self.parameter(t) for t in types]
            variadic = r.random() < .4
            fixed = r.randint(0, len(types)) if variadic else len(types)
            if variadic:
                rest = {params[i] for i in range(fixed, len(types))}
                one = rest.pop() if len(rest) == 1 else None
                if one is None or one in SHOWN:
                    types = types[:fixed] + [r.choice(plain) for _ in types[fixed:]]
                    params, one = [*params[:fixed], *['any' for _ in types[fixed:]]], 'any'
            head = [f'p{i} {params[i]}' for i in range(fixed)] + ([f'rest ...{one}'] if variadic else [])
            shows = [self.shown(f'p{i}', params[i]) for i in range(fixed)] + (['show(rest)'] if variadic else [])
            if len(types) < 2: return ''
            self.n += 1
            name, say = f'take{self.n}', ' + '.join(shows or ['""'])
            source = self.source(types)
            if k == 0:
                self.decls.append(f'func {name}({", ".join(head)}) string {{ return {say} }}')
                return f'fmt.Println({name}({source}))'
            if k == 1:
                self.decls.append(f'func (n *Num) {name}({", ".join(head)}) string {{ *n += 2; return fmt.Sprint(*n) + {say} }}')
                return r.choice([f'fmt.Println(new(Num).{name}({source}))', f'm{name} := new(Num).{name}; fmt.Println(m{name}({source}))'])
            if k == 2: return f'func({", ".join(head)}) {{ fmt.Println({say}) }}({source})'
            self.decls.append(f'func {name}({", ".join(head)}) {{ fmt.Println({say}) }}')
            if r.random() < .5: return f'func() {{ defer {name}({source}); calls++ }}()'
            self.decls.append(f'type i{name} interface {{ Do{name}({", ".join(head)}) }}\nfunc (n Num) Do{name}({", ".join(head)}) {{ fmt.Println(n, {say}) }}')
            return f'i{name}(Num(3)).Do{name}({source})'
        if k == 4:
            two = [r.choice(plain), r.choice(plain)]
            return f'fmt.Println(generic({self.source(two)}))'
        if k == 5:
            t = r.choice(plain)
            return f'fmt.Println(all({self.source([t] * r.randint(2, 5))}))'
        if k == 6:
            t = r.choice(['int', 'int8', 'float64', 'string', 'uint16', 'Num'])
            return f'fmt.Println({r.choice(["min", "max"])}({self.source([t] * r.randint(2, 4))}))'
        if k == 7:
            a, b, form = r.choice(BUILTINS)
            more = [b] * (r.randint(0, 2) if form.startswith('append') else 0)
            return f'fmt.Println({form.format(self.source([a, b, *more]))})'
        if k == 8:
            two = [r.choice(plain), r.choice(plain)]
            return f'fmt.Println(Taker(Num(7)).Plus({self.source(two)}), Num.Plus(1, 2, 3))'
        params = ['string', *[r.choice(plain) for _ in range(r.randint(1, 3))]]
        return f'done := make(chan bool); go func(s string, x ...any) {{ fmt.Println(new(Num).Take(s, x...)); close(done) }}({self.source(params)}); <-done'

    def program(self, functions):
        self.decls, bodies = [], []
        for i in range(functions):
            lines = [f'\tcaught(func() {{ {c} }})' for c in (self.call() for _ in range(6)) if c]
            bodies.append('\n'.join([f'func F{i}() {{', *lines, f'\tfmt.Println("F{i}", calls)', '}']))
        run = '\n'.join(f'\tF{i}()' for i in range(functions))
        return '\n\n'.join([HEAD, *self.decls, *bodies, f'func main() {{\n{run}\n}}\n'])


def program(seed, functions):
    return Gen(seed).program(functions)
