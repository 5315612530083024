"""go:linkname between packages: functions, methods of both kinds, variables; pulled, pushed, and under a third name,
with random signatures on both sides."""
import random

REFUSED_TOO = True

BASIC = {
    'int': '%d', 'int8': 'int8(%d&63)', 'uint64': '%d', 'float64': '%d.5', 'float32': '%d.25', 'string': '"s%d"', 'bool': '%d > 40', 'Both': 'Both{%d, "b"}',
    '[]int': '[]int{%d, 1}', '[3]int16': '[3]int16{%d&255, 2}', 'any': '%d', '*int': 'pointer(%d)', 'struct{}': 'struct{}{}', 'func(int) int': 'adder(%d)', 'complex128': 'complex(%d, 1)',
}
COMMON = '''
type Both struct {
	N int32
	S string
}

func pointer(n int) *int { return &n }

func adder(n int) func(int) int { return func(m int) int { return n + m } }

func show(x ...any) string {
	s := ""
	for _, v := range x {
		switch v := v.(type) {
		case *int:
			s += fmt.Sprint("*", *v, " ")
		case func(int) int:
			s += fmt.Sprint("f", v(100), " ")
		default:
			s += fmt.Sprintf("%v ", v)
		}
	}
	return s
}
'''


class Gen:
    def __init__(self, seed): self.r = random.Random(seed)

    def value(self, t): return BASIC[t] % self.r.randint(0, 99) if '%' in BASIC[t] else BASIC[t]

    def program(self, functions):
        r = self.r
        lib, main, uses = [], [], []
        types = list(BASIC)
        for i in range(functions):
            params = [r.choice(types) for _ in range(r.randint(0, 6))]
            results = [r.choice(types) for _ in range(r.randint(0, 3))]
            named = ', '.join(f'p{k} {t}' for k, t in enumerate(params))
            gives = f' ({", ".join(results)})' if results else ''
            shown = ', '.join(f'p{k}' for k in range(len(params)))
            say = f'fmt.Println("{i}", show({shown}))'
            back = f'; return {", ".join(self.value(t) for t in results)}' if results else ''
            body = f'{{ {say}{back} }}'
            args = [self.value(t) for t in params]
            k = r.randint(0, 6)
            name, to = f'f{i}', f'example.com/m/lib.f{i}'
            if k == 0:
                lib.append(f'func f{i}({named}){gives} {body}')
            elif k == 1:
                lib.append(f'type T{i} int\n\nfunc (t T{i}) f({named}){gives} {{ fmt.Print(int(t), " "); {say}{back} }}\n\nvar _ = T{i}.f')
                name, to, named = f'g{i}', f'example.com/m/lib.T{i}.f', ', '.join(['t int', *([named] if named else [])])
                args = [str(r.randint(0, 9)), *args]
            elif k == 2:
                lib.append(f'type T{i} struct {{ n int }}\n\nfunc (t *T{i}) F({named}){gives} {{ t.n++; fmt.Print(t.n, " "); {say}{back} }}\n\nvar _ = (*T{i}).F')
                name, to, named = f'g{i}', f'example.com/m/lib.(*T{i}).F', ', '.join(['t *int', *([named] if named else [])])
                args = [f'pointer({r.randint(0, 9)})', *args]
            elif k == 3:
                lib.append(f'//go:linkname f{i} main.h{i}\nfunc f{i}({named}){gives} {body}')
                name, to = f'h{i}', ''
            elif k == 4:
                lib.append(f'//go:linkname f{i} third.name{i}\nfunc f{i}({named}){gives} {body}')
                to = f'third.name{i}'
            elif k == 5:
                lib.append(f'//go:linkname f{i}\nfunc f{i}({named}){gives} {body}')
            else:
                t = r.choice([t for t in types if t not in ('*int', 'func(int) int')])
                lib.append(f'var f{i} {t} = {self.value(t)}\n\nfunc Show{i}() string {{ return show(f{i}) }}')
                main.append(f'//go:linkname v{i} {to}\nvar v{i} {t}')
                uses.append(f'\tfmt.Println(show(v{i}), lib.Show{i}())\n\tv{i} = {self.value(t)}\n\tfmt.Println(lib.Show{i}())')
                continue
            main.append((f'//go:linkname {name} {to}\n' if to else f'//go:linkname {name}\n' if r.random() < .5 else '') + f'func {name}({named}){gives}')
            call = f'{name}({", ".join(args)})'
            uses.append(f'\tfmt.Println(func() string {{ return {"show(" + call + ")" if results else "func() string { " + call + "; return " + chr(34) * 2 + " }()"} }}())')
        out = {'go.mod': 'module example.com/m\n\ngo 1.27\n', 'empty.s': '', 'lib/empty.s': ''}
        out['lib/lib.go'] = '\n\n'.join(['package lib\n\nimport (\n\t"fmt"\n\t_ "unsafe"\n)', COMMON, 'var _ = show', *lib, ''])
        out['main.go'] = '\n\n'.join(['package main\n\nimport (\n\t"fmt"\n\t_ "unsafe"\n\n\t"example.com/m/lib"\n)', COMMON, 'var _ = lib.Use', *main, 'func main() {', *uses, '}', ''])
        out['lib/use.go'] = 'package lib\n\n// Use is used.\nvar Use int\n'
        return out


def program(seed, functions):
    return Gen(seed).program(functions)
