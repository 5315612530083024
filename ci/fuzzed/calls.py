"""Calls of random signatures in every way that there is: directly, by closures, interfaces, bound and promoted methods, deferred and spawned,
variadic, by reflection, and functions that reflection makes. What comes in and what comes back goes into a checksum, which is the same in all ways.

Each function is called in nine of the ways. Callees may grow the stack, change their parameters and keep them in closures.
"""
import random

BASIC = ['int', 'int8', 'int16', 'int32', 'int64', 'uint', 'uint8', 'uint16', 'uint32', 'uint64', 'uintptr', 'float32', 'float64', 'complex64', 'complex128', 'bool', 'string']

HEAD = '''package main

import (
	"fmt"
	"math"
	"os"
	"reflect"
)

var trace = os.Getenv("TRACE") != ""
var _ = math.Pi

type Summer interface{ Sum() uint64 }
type Small uint8
type Text string

func (s Small) Sum() uint64 { return uint64(s) * 11 }
func (s Text) Sum() uint64  { return word(string(s)) }

type Zero struct{}

func mix(h, x uint64) uint64 { return (h^x)*0x9E3779B97F4A7C15 + h>>29 }

// word is what a basic value gives to the checksum.
func word(x any) uint64 {
	switch x := x.(type) {
	case nil:
		return 1
	case string:
		h := uint64(len(x))
		for _, c := range []byte(x) {
			h = mix(h, uint64(c))
		}
		return h
	case bool:
		if x {
			return 2
		}
		return 3
	case float32:
		return uint64(math.Float32bits(x))
	case float64:
		return math.Float64bits(x)
	case complex64:
		return uint64(math.Float32bits(real(x)))<<32 ^ uint64(math.Float32bits(imag(x)))
	case complex128:
		return math.Float64bits(real(x)) ^ math.Float64bits(imag(x))*3
	case Summer:
		return x.Sum()
	case int:
		return uint64(x)
	case uint8:
		return uint64(x) + 5
	case []int16:
		h := uint64(len(x))
		for _, c := range x {
			h = mix(h, uint64(c))
		}
		return h
	case map[string]int:
		return uint64(x["k"])
	case func(int) int:
		return uint64(x(3))
	case *int32:
		return uint64(*x)
	case chan int8:
		return uint64(cap(x))
	case error:
		return word(x.Error())
	}
	v := reflect.ValueOf(x)
	if v.CanInt() {
		return uint64(v.Int())
	}
	return v.Uint()
}

//go:noinline
func deep(n int) int {
	var room [100]int
	for i := range room {
		room[i] = n + i
	}
	if n > 0 {
		return deep(n-1) + room[n%100]&1
	}
	return 0
}

var kept []func() uint64

func check(name string, h uint64) {
	for _, f := range kept {
		h = mix(h, f())
	}
	kept = kept[:0]
	fmt.Println(name, h)
}

func guarded(name string, f func() uint64) {
	defer func() {
		if e := recover(); e != nil {
			fmt.Println(name, e)
		}
	}()
	check(name, f())
}
'''

# Types of more than one word and of references: what makes one of a number, which word() knows.
OTHERS = {
    '[]int16': '[]int16{int16(%s), 7, -2}[:2:3]', 'any': '[]any{nil, %s, "in", Small(%s), 2.5}[%s%%5]', 'Summer': '[]Summer{Small(%s), Text("sum"), Small(9)}[%s%%3]', 'map[string]int': 'map[string]int{"k": %s}',
    'func(int) int': 'func(n int) int { return n + %s }', '*int32': 'func() *int32 { x := int32(%s); return &x }()', 'chan int8': 'make(chan int8, %s&7)', 'error': 'fmt.Errorf("e%%d", %s)', 'Small': 'Small(%s)', 'Text': 'Text("text"[:%s&3])',
}


class Gen:
    def __init__(self, seed): self.r, self.types, self.out, self.n = random.Random(seed), {}, [], 0

    def p(self, x): return self.r.random() < x

    def type(self, d=2):
        r = self.r
        k = r.random()
        if k < .5: return r.choice(BASIC)
        if k < .7: return r.choice(list(OTHERS))
        if k < .75: return 'Zero'
        if k < .9 and self.types: return r.choice(list(self.types))
        if d == 0: return r.choice(BASIC)
        return f'[{r.choice([0, 1, 1, 1, 2, 3])}]{self.type(d - 1)}'

    def make(self, t, n):
        """A value of the type from the number n, which is not negative."""
        if t in self.types or t == 'Zero': return f'make{t}({n})' if t != 'Zero' else 'Zero{}'
        if t in OTHERS: return OTHERS[t].replace('%s', n).replace('%%', '%')
        if t[0] == '[':
            size, el = t[1:].split(']', 1)
            return f'{t}{{{", ".join(self.make(el, f"({n}+{i})") for i in range(int(size)))}}}'
        if t == 'bool': return f'({n}%3 == 1)'
        if t == 'string': return f'"some text of this length"[{n}%9:{n}%9+{n}%5]'
        if t.startswith('complex'): return f'complex(float{"32" if t == "complex64" else "64"}({n})+0.5, -1)'
        if t.startswith('float'): return f'({t}({n})*1.25)'
        return f'{t}({n}*0x71)' if t in ('int8', 'uint8', 'int16', 'uint16') else f'({t}({n})*0x1234567)' if t in ('int64', 'uint64') else f'({t}({n})*-77)' if t == 'int32' else f'({t}({n})*77)'

    def sum(self, h, e, t):
        """Statements that add a value to the checksum h."""
        if t == 'Zero': return ''
        if t in self.types: return f'{h} = mix({h}, sum{t}({e})); '
        if t[0] == '[' and t not in OTHERS:
            size, el = t[1:].split(']', 1)
            return ''.join(self.sum(h, f'{e}[{i}]', el) for i in range(int(size)))
        return f'{h} = mix({h}, word({e})); '

    def struct(self):
        name = f'S{len(self.types)}'
        fields = [(f'f{i}', self.type()) for i in range(self.r.choice([0, 1, 1, 2, 2, 3, 4, 6]))]
        w = [f'type {name} struct {{'] + [f'\t{f} {t}' + ('\n\t_ ' + self.r.choice(['int8', 'Zero', '[0]int64']) if self.p(.1) else '') for f, t in fields] + ['}', '']
        made = [self.make(t, f'(n+{i})') for i, (_, t) in enumerate(fields)]
        w += [f'func make{name}(n int) {name} {{ return {name}{{{", ".join(f"{f}: {m}" for (f, _), m in zip(fields, made))}}} }}',
              f'func sum{name}(x {name}) uint64 {{ h := uint64({len(fields)}); {"".join(self.sum("h", "x." + f, t) for f, t in fields)}return h }}', '']
        self.types[name] = fields
        self.out += w

    def test(self, i):
        r = self.r
        ps = [self.type() for _ in range(r.choice([0, 1, 2, 3, 4, 5, 7, 10, 14]))]
        rs = [self.type() for _ in range(r.choice([0, 1, 1, 2, 3, 5, 8]))]
        variadic = bool(ps) and self.p(.25)
        names = [f'p{k}' for k in range(len(ps))]
        params = ', '.join(f'{n} {"..." if variadic and k == len(ps) - 1 else ""}{t}' for k, (n, t) in enumerate(zip(names, ps)))
        named = self.p(.4)
        results = ', '.join(f'r{k} {t}' if named else t for k, t in enumerate(rs))
        # The body, of which the receiver's sum is the start.
        body = []
        if self.p(.4): body.append(f'deep({r.choice([3, 40, 200])})')
        def summed():
            return ''.join(f'for _, v := range {n} {{ _ = v; {self.sum("h", "v", t)}}}; h = mix(h, uint64(len({n}))); ' if variadic and k == len(ps) - 1 else self.sum('h', n, t) for k, (n, t) in enumerate(zip(names, ps)))
        body.append(summed())
        if ps and self.p(.4):
            k = r.randrange(len(ps) - variadic) if len(ps) > variadic else None
            if k is not None:
                if self.p(.5): body.append(f'kept = append(kept, func() (h uint64) {{ {self.sum("h", names[k], ps[k])}return h }})')
                body.append(f'{names[k]} = {self.make(ps[k], "int(h&15)")}')
                body.append(summed())
        if self.p(.3): body.append('defer func() { h = mix(h, 77); kept = append(kept, func() uint64 { return h }) }()')
        body.append('last = h')
        make = [self.make(t, f'int(h>>{7 * k % 50}&15)') for k, t in enumerate(rs)]
        if named and rs:
            body += [f'r{k} = {m}' for k, m in enumerate(make)]
            if self.p(.4): body.append(f'defer func() {{ r0 = {self.make(rs[0], "int(h&7)")} }}()')
            body.append('return')
        elif rs: body.append(f'return {", ".join(make)}')
        sig = f'({params}) ({results})'
        recv = r.choice(['int16', 'string', 'struct{}', 'struct{ a, b, c int }', 'struct{ f float64; s string }', '[1]*int', 'func()', '[3]uint8', 'struct{ x float32 }'])
        pointer = self.p(.3)
        w = [f'type R{i} {recv}', '', f'var last{i} uint64', '']
        text = '\n\t'.join(body).replace('last = h', f'last{i} = h')
        inline = '' if self.p(.3) else '//go:noinline\n'
        w += [f'{inline}func F{i}{sig} {{\n\th := uint64({i})\n\t{text}\n}}', '', f'func (q {"*" if pointer else ""}R{i}) M{sig} {{\n\th := uint64({i})\n\t{text}\n}}', '',
              f'type I{i} interface {{ M{sig} }}', f'type E{i} struct {{ pad int8; {"*" if pointer or self.p(.5) else ""}R{i} }}', f'type J{i} struct {{ I{i} }}', '']
        # The caller.
        args = [self.make(t, f'(n+{k})') for k, t in enumerate(ps)]
        spread = ''
        if variadic and self.p(.4):
            args[-1], spread = f'[]{ps[-1]}{{{args[-1]}, {self.make(ps[-1], "n")}}}', '...'
        elif variadic and self.p(.5): args += [self.make(ps[-1], f'(n+{k})') for k in range(r.randint(1, 3))]
        elif variadic and self.p(.3): args.pop()
        call = f'({", ".join(args)}{spread})'
        got = [f'g{k}' for k in range(len(rs))]
        def use(f, before=''):
            take = f'{", ".join(got)} := ' if rs else ''
            return f'{before}{take}{f}{call}; {"".join(f"_ = {g}; " for g in got)}h := last{i}; {"".join(self.sum("h", g, t) for g, t in zip(got, rs))}return h'
        embedded = '*' in next(line for line in w if line.startswith(f'type E{i}'))
        e = f'E{i}{{R{i}: new(R{i})}}' if embedded else f'E{i}{{}}'
        ways = {
            'direct': use(f'F{i}'), 'variable': use('f', f'f := F{i}; if n > 99 {{ f = nil }}; '), 'method': use('q.M', f'var q R{i}; '), 'bound': use('f', f'var q R{i}; f := q.M; '),
            'expression': use(f'(*R{i}).M', '').replace(f'(*R{i}).M(', f'(*R{i}).M(new(R{i}), ').replace(', )', ')'), 'interface': use('q.M', f'var q I{i} = new(R{i}); '),
            'promoted': use('q.M', f'q := {e}; '), 'promoted interface': use('q.M', f'var q I{i} = {"&" if pointer and not embedded else ""}{e}; '), 'twice': use('q.M', f'var q I{i} = J{i}{{J{i}{{new(R{i})}}}}; '), 'bound interface': use('f', f'f := I{i}(new(R{i})).M; '),
            'deferred': f'func() {{ defer F{i}{call} }}(); return last{i}', 'deferred interface': f'func() {{ defer I{i}(new(R{i})).M{call} }}(); return last{i}',
            'spawned': f'done := make(chan bool); go func() {{ defer close(done); defer F{i}{call} }}(); <-done; return last{i}',
            'spawned itself': f'done := make(chan bool); f := func() {{ F{i}{call}; close(done) }}; go f(); <-done; return last{i}',
            'generic': use('id(F%d)' % i), 'made': use('f', f'f := reflect.MakeFunc(reflect.TypeOf(F{i}), func(in []reflect.Value) []reflect.Value {{ return reflect.ValueOf(F{i}).{"CallSlice" if variadic else "Call"}(in) }}).Interface().(func{sig}); '),
            'made grown': use('f', f'f := reflect.MakeFunc(reflect.TypeOf(F{i}), func(in []reflect.Value) []reflect.Value {{ deep(150); return reflect.ValueOf(R{i}.M).{"CallSlice" if variadic else "Call"}(append([]reflect.Value{{reflect.Zero(reflect.TypeFor[R{i}]())}}, in...)) }}).Interface().(func{sig}); ') if not pointer else use(f'F{i}'),
            'reflected bound': use('f', f'f := reflect.ValueOf(new(R{i})).MethodByName("M").Interface().(func{sig}); '),
            'bound deferred': f'func() {{ f := reflect.ValueOf(I{i}(new(R{i}))).Method(0).Interface().(func{sig}); defer f{call} }}(); return last{i}',
        }
        values = ', '.join('reflect.ValueOf(&[]%s{%s}[0]).Elem()' % (t, a) for t, a in zip(ps[:-1] + [ps[-1]] * (len(args) - len(ps) + 1) if ps else [], args)) if not spread else None
        if values is not None:
            back = f'h := last{i}; {"".join(self.sum("h", f"back[{t}](out[{k}])", t) for k, t in enumerate(rs))}return h'
            def reflected(f): return f'out := {f}.Call([]reflect.Value{{{values}}}); _ = out; {back}'
            ways |= {'reflected': reflected(f'reflect.ValueOf(F{i})'), 'reflected method': reflected(f'reflect.ValueOf(new(R{i})).MethodByName("M")'), 'reflected interface': reflected(f'reflect.ValueOf(&[]I{i}{{new(R{i})}}[0]).Elem().Method(0)'),
                     'reflected promoted': reflected(f'reflect.ValueOf(&[]E{i}{{{e}}}[0]).MethodByName("M")'), 'reflected closure': reflected(f'reflect.ValueOf(func{sig} {{ n++; {"return " if rs else ""}F{i}({", ".join(names)}{"..." if variadic else ""}) }})')}
        w += [f'func T{i}() {{', '\tfor n := range 3 {'] + [f'\t\tguarded(fmt.Sprint("F{i} {k} ", n), func() uint64 {{ {way} }})' for k, way in r.sample(sorted(ways.items()), 9)] + ['\t}', '}', '']
        self.out += w

    def program(self, functions):
        self.out = ['func id[T any](x T) T { return x }', 'func back[T any](v reflect.Value) (x T) { reflect.ValueOf(&x).Elem().Set(v); return x }', '']
        for _ in range(8): self.struct()
        for i in range(functions): self.test(i)
        return HEAD + '\n' + '\n'.join(self.out) + '\nfunc main() {\n' + ''.join(f'\tT{i}()\n' for i in range(functions)) + '}\n'


def program(seed, functions):
    return Gen(seed).program(functions)
