"""Evaluation order: operands that read variables and memory around calls that change them, in every place that has operands."""
import random, re

HEAD = '''package main

import "fmt"

type T struct {
	a, b int
	s    string
	in   *T
	f    func(int) int
}

func (t T) Sum(n int) int    { return t.a*100 + t.b*10 + n }
func (t *T) Ptr(n int) int   { return t.a*100 + t.b*10 + n }

type Summer interface{ Sum(int) int }
type Two int

func (t Two) Sum(n int) int { return int(t)*7 + n }

type One struct{ p *int }
type Text struct{ s string }
type Pair struct{ x, y int }
type Small struct{ x int32 }

func show(v any) string {
	switch v := v.(type) {
	case *int:
		return fmt.Sprint("*", *v)
	case *T:
		return fmt.Sprint("*", v.a, v.b, v.s)
	case One:
		return fmt.Sprint("1", *v.p)
	case T:
		return fmt.Sprint(v.a, v.b, v.s)
	case func(int) int:
		return fmt.Sprint("func", v(1))
	case chan int:
		return fmt.Sprint("chan", len(v))
	}
	return fmt.Sprintf("%T%v", v, v)
}
func pr(v ...any) {
	for _, x := range v {
		fmt.Print(show(x), " ")
	}
	fmt.Println()
}
func run(name string, f func()) {
	defer func() {
		if e := recover(); e != nil {
			fmt.Println(name, "panics:", e)
		}
	}()
	fmt.Print(name, ": ")
	f()
}
'''

# name, type, value before, value after n calls (%d)
VARS = [
    ('x', 'int', '1', '%d'), ('k', 'int8', '1', '%d'), ('s', '[]int', '[]int{1, 2, 3}', '[]int{%d, 7, %d, 9}'), ('st', 'string', '"a"', 'string(rune(97 + %d))'),
    ('bs', '[]byte', '[]byte("a")', '[]byte{98, byte(%d)}'), ('m', 'map[int]int', 'map[int]int{0: 1, 1: 5}', 'map[int]int{0: %d, 1: 6, 2: 7}'),
    ('mk', 'map[int8]int', 'map[int8]int{1: 5}', 'map[int8]int{1: 6, 2: 7, %d: 8}'), ('ms', 'map[string]int', 'map[string]int{"a": 1}', 'map[string]int{"a": 2, "b": %d}'),
    ('ma', 'map[any]int', 'map[any]int{1: 1}', 'map[any]int{1: 2, 2: %d}'), ('mp', 'map[Pair]Pair', 'map[Pair]Pair{{1, 1}: {1, 2}}', 'map[Pair]Pair{{1, 1}: {%d, 3}}'),
    ('mq', 'map[Small]int', 'map[Small]int{{1}: 3}', 'map[Small]int{{1}: %d, {2}: 5}'),
    ('p', '*int', 'new(int)', 'func() *int { n := %d; return &n }()'), ('ar', '[3]int', '[3]int{1, 1, 1}', '[3]int{%d, 2, %d}'), ('c', 'complex128', '1+1i', 'complex(%d, 2)'),
    ('fl', 'float64', '1', '%d'), ('i', 'any', 'any(1)', '%d'), ('t', 'T', 'T{a: 1, s: "t", in: &T{a: 3, f: inc}, f: inc}', 'T{a: %d, b: 2, s: "tt", in: &T{a: 4, f: inc}, f: dec}'),
    ('pt', '*T', '&T{a: 1, in: &T{b: 1}, f: inc}', '&T{a: %d, s: "pt", in: &T{b: 2}, f: dec}'), ('w', 'Pair', 'Pair{1, 1}', 'Pair{%d, 2}'), ('b', 'bool', 'true', '%d %% 2 == 0'),
    ('tx', 'Text', 'Text{"a"}', 'Text{"b"}'), ('su', 'Summer', 'T{a: 1}', 'Two(%d)'), ('sm', 'Small', 'Small{1}', 'Small{2}'), ('fn', 'func(int) int', 'inc', 'dec'),
]


# Expressions of each type; <int> stands for one of type int.
TABLE = {
    'int': ['x', '*p', 'len(<string|[]int|[]byte>)', 'len(m)', 'cap(s)', 's[0]', 's[<int>&1]', '<int> + <int>', '<int> * <int>', '-<int>',
            'ar[<int>&1]', 'ar[1]', 'm[<int>]', 'm[1]', 'mk[<int8>]', 'ms[<string>]', 'ms[string(<[]byte>)]', 'ma[<int>]', 'mp[<Pair>].x', 'mq[<Small>]',
            'mq[Small{int32(<int>)}]', 't.a', 't.in.a', 'pt.a', 'pt.in.b', 'w.x', '<Pair>.y', 'int(<float64>)', 'int(real(<complex128>))', 'min(<int>, 10)',
            'max(<int>, <int>)', 'i.(int)', 'int(<int8>)', 'append(<[]int>, <int>)[1]', '<[]int>[0]', '[]int{<int>}[0]', '[2]int{<int>, 3}[x&1]',
            '<int> / (x&1 + 1)', '<int> << uint(<int>&3)', 'map[int]int{0: <int>, 1: x}[0]', '*&[]int{<int>}[0]', 'copy(s, ar[:])', 'len([]rune(<string>))',
            'int(<string>[0])', 'func() int { return x }()', 'f()', 'id(<int>)', '*new(int)', 'len(ch)', 'T{a: <int>}.a', '(*<*T>).a', '(&T{a: <int>}).a'],
    'int8': ['k', 'k + 1', 'int8(<int>)'],
    'uint': ['uint(<int>)'],
    'string': ['st', '<string> + <string>', 'st + "x"', 'string(<[]byte>)', 'string(rune(<int> + 97))', '<string>[:1]', 't.s', 'tx.s', 'fmt.Sprint(<int>)', 'string([]rune{97, rune(<int>) + 98})',
               'Text{<string>}.s', 'min(<string>, "q")', 'pt.s'],
    '[]int': ['s', 's[:2]', 'append(s, <int>)', '[]int{<int>, <int>}', 'make([]int, <int>&3, 4)', 'ar[:]', 's[<int>&1:]', 'append([]int(nil), <[]int>...)', 'append(s[:1], <int>)'],
    '[]byte': ['bs', '[]byte(<string>)', 'append(bs, <string>...)', 'bs[:1]', '[]byte{byte(<int>), 2}'],
    'bool': ['b', '<int> == <int>', '<string> == <string>', '<bool> && <bool>', '<bool> || <bool>', '!<bool>', '<Pair> == <Pair>', 'i == <int>',
             '<any> == <any>', 's == nil', '<float64> < <float64>', 'ar == [3]int{<int>, 1, 1}', '<string> < <string>', 'i == any(<Pair>)', 'tx == Text{<string>}', 'su == Summer(<T>)'],
    'float64': ['fl', 'float64(<int>)', '<float64> + 1', 'real(<complex128>)', 'max(<float64>, 0)'],
    'complex128': ['c', 'complex(<float64>, 1)', '<complex128> * 2'],
    'any': ['i', 'any(<int>)', 'any(<string>)', 'any(<Pair>)', 'any(<bool>)', 'any(<int8>)', 'any(p)', 'any(<*T>)', 'any(ar)', 'any(t)', 'any(tx)', 'any(One{<*int>})', 'any(<[1]string>)', 'any(sm)', 'any(*pt)'],
    'T': ['t', '*pt', 'T{a: <int>, s: <string>}', '*t.in', 'su.(T)'],
    '*T': ['pt', '&t', '&T{a: <int>}', 't.in'],
    '*int': ['p', '&x', '&[]int{<int>}[0]', '&s[0]', '&t.a', '&pt.b', 'new(<int>)'],
    'Pair': ['w', 'Pair{<int>, <int>}', 'mp[<Pair>]', 'mp[Pair{1, 1}]'],
    'Text': ['tx', 'Text{<string>}'],
    'Small': ['sm', 'Small{int32(<int>)}'],
    'Summer': ['su', 'Summer(<T>)'],
    '[3]int': ['ar', '[3]int{<int>, 2, <int>}', '[3]int(append(s, 1, 2, 3))'],
    '[1]string': ['[1]string{<string>}'],
    'func(int) int': ['fn', 't.f', 'pt.f', 't.Sum', 'su.Sum', 'pt.Sum', 't.Ptr', 'func(n int) int { return n + x }'],
}


class Gen:
    def __init__(self, seed, functions):
        self.r = random.Random(seed)
        self.functions = functions

    def expr(self, t, d=2):
        """An expression of the type, that reads variables."""
        r = self.r
        base = [n for n, ty, *_ in VARS if ty == t]
        if d <= 0 and base: return r.choice(base)
        if d < -2:
            return {'[]string': '[]string{st}', 'One': 'One{p}', 'chan int': 'ch', 'uint': 'uint(x)', 'int32': 'int32(x)', '*[3]int': '&ar', '[2]int': '[2]int{x, 1}', '[1]string': '[1]string{st}'}[t]
        text = r.choice(TABLE[t])
        return re.sub('<([^ <>=]+)>', lambda m: self.part(r.choice(m[1].split('|')), d - 1), text)

    def part(self, t, d):
        e = self.expr(t, d)
        return e if re.fullmatch(r'[\w.]+', e) else f'({e})'

    def some(self):
        return self.r.choice(['int', 'int', 'int', 'string', '[]int', '[]byte', 'bool', 'float64', 'complex128', 'any', 'T', '*T', '*int', 'Pair', 'Text', 'Small', 'Summer', '[3]int', 'int8', 'func(int) int'])

    def call(self):
        return self.r.choice(['f()', 'f()', 'g(x)', 'g(*p)', 'h()', 'mt.m(x)', 'fi(x)', '<-ch', 'vf(x, f())'])

    def test(self, n):
        r = self.r
        t, u = self.some(), self.some()
        a, b, z = self.expr(t), self.expr(u), self.expr('int')
        call = self.call()
        k = r.randrange(27)
        body = {
            0: [f'q, v, y := {a}, {call}, {b}', 'pr(q, v, y)'],
            1: [f'pr({a}, {call}, {b})'],
            2: [f'var l = struct {{ a any; b int; c {u} }}{{{a}, {call}, {b}}}', 'pr(l.a, l.b, l.c)'],
            3: [f'pr(take3({a}, {call}, {b}))'.replace('take3', f'func(a {t}, b int, c {u}) [3]string {{ return [3]string{{show(a), show(b), show(c)}} }}')],
            4: [f'l := []any{{{a}, {call}, {b}}}', 'pr(l...)'],
            5: [f'l := [3]int{{{z}, {call}, {self.expr("int")}}}', 'pr(l[0], l[1], l[2])'],
            6: [f'pr(({z}) + {call} + ({self.expr("int")}))'],
            7: [f'pr(min({z}, {call}, {self.expr("int")}))'],
            8: [f'q, y := func() ({t}, int) {{ return {a}, {call} }}()', 'pr(q, y)'],
            9: [f'pr(append({self.expr("[]int")}, {call}, {z}))'],
            10: [f's[{self.expr("int")}&1] = {call}', 'pr(s, x)'],
            11: [f's[{self.expr("int")}&1] += {call}', 'pr(s, x)'],
            12: [f'm[{self.expr("int")}] = {call} + {z}', 'pr(m)'],
            13: [f'x, s[{self.expr("int")}&1] = {call}, {z}', 'pr(x, s)'],
            14: [f'pr({self.part("*T", 2)}.Sum({call}), {self.part("*T", 2)}.Ptr({call}))'],
            15: [f'pr({self.part("Summer", 2)}.Sum({call}))'],
            16: [f'pr({self.part("func(int) int", 2)}({call}))'],
            17: [f'pr(({self.expr("string")}) + string(rune(97+{call})) + ({self.expr("string")}))'],
            18: [f'pr(({z}) == {call}, ({self.expr("bool")}) && {call} > 1, ({self.expr("bool")}) || {call} > 1)'],
            19: [f'l := map[any]any{{{self.expr("int")}: {call}, {a if t in ("int", "string") else "7"}: {b}}}', 'pr(len(l))'],
            20: [f'ch <- {call} + {z}', 'pr(<-ch)'],
            21: [f'q, y := {a}, copy({self.expr("[]int")}, {self.expr("[]int")})', 'pr(q, y)'],
            22: [f'q, y := {a}, append(s[:1], {z})', 'pr(q, y)'],
            23: [f'var q, y any = {a}, {call}', 'pr(q, y)'],
            24: [f'i, x = {a}, {call}', 'pr(i, x)'],
            25: [f'pr(T{{a: {z}, b: {call}, s: {self.expr("string")}}}, &T{{a: {z}, b: {call}}})'],
            26: [f'pr(complex(float64({z}), float64({call})), (*[3]int)(s)[{call}&1], ar[{call}&1], st[{call}&0], w.x << uint({call}))'],
        }[k]
        w = []
        glob = r.random() < .25
        decl = [f'{n} = {v}' if glob else f'var {n} {ty} = {v}' for n, ty, v, _ in VARS]
        w += [f'func F{n}() {{'] + ['\t' + d for d in decl]
        w += ['\tch = make(chan int, 99)' if glob else '\tch := make(chan int, 99)', '\tfor i := range 40 {', '\t\tch <- i', '\t}']
        if not glob: w += ['\t' + ' = '.join([', '.join(['_'] * len(VARS)), ', '.join(n for n, *_ in VARS)])]
        w += ['\tcalls := 1', '\tset := func(n int) int {', '\t\tcalls++', '\t\t*p = calls * 10; s[0] += 5; m[0]++; pt.b += 3']
        for n2, ty, _, after in VARS:
            if r.random() < .8:
                e = after.replace('%d', {'int': 'calls', 'any': 'calls', 'float64': 'float64(calls)'}.get(ty, 'calls')).replace('%%', '%')
                if ty in ('int8',): e = 'int8(calls)'
                if ty == 'complex128': e = 'complex(float64(calls), 2)'
                if n2 == 'bs': e = '[]byte{98, byte(calls)}'
                if n2 == 'mk': e = 'map[int8]int{1: 6, 2: calls}'
                if n2 == 'st': e = 'string(rune(97 + calls))'
                w.append(f'\t\t{n2} = {e}')
        w += ['\t\treturn n + calls', '\t}']
        w += ['\tf := func() int { return set(1) }', '\tfi := func(n int) int { x += 7; *p += 3; return n }', '\tg := func(n int) int { return set(n) }', '\th := func() int { x++; w.x += 2; st += "h"; return x }',
              '\tmt := M{&x, set}', '\t_, _, _, _, _ = f, g, h, fi, mt']
        w += ['\t' + l for l in body] + ['}', '']
        return '\n'.join(w)

    def program(self):
        out = [HEAD, 'func inc(n int) int { return n + 1 }', 'func dec(n int) int { return n - 1 }', 'func id(n int) int { return n }',
               'type M struct { p *int; set func(int) int }', '//go:noinline', 'func (m M) m(n int) int { *m.p += 4; return m.set(n) + *m.p }', 'func vf(v ...int) int { return len(v) + v[0] }', 'var ch chan int']
        out += [f'var {n} {ty}' for n, ty, *_ in VARS]
        out += [self.test(i) for i in range(self.functions)]
        out += ['func main() {'] + [f'\trun("F{i}", F{i})' for i in range(self.functions)] + ['}', '']
        return '\n'.join(out)


def program(seed, functions):
    return Gen(seed, functions).program()
