"""Hash and equality of random types: compiled code, descriptors and reflection must agree about every key.

Keys are made in memory full of rubbish, so that padding and blank fields differ between equal ones. Maps cross over: what reflection
stores (in a map of a type that it made itself) compiled code looks up, and the other way round, also for a type that reflection
builds from its parts.
"""
import random

HEAD = '''package main

import (
	"fmt"
	"math"
	"reflect"
	"unsafe"
)

type Stringer interface{ String() string }
type Name string

func (n Name) String() string { return string(n) }

type Boxed struct {
	n int16
	f float32
}

func (b Boxed) String() string { return "boxed" }

// random numbers: the same for every compiler
var state uint64

func next(n int) int {
	state ^= state << 13
	state ^= state >> 7
	state ^= state << 17
	return int(state % uint64(n))
}

var targets [4]int
var chans = [3]chan int{make(chan int), make(chan int), nil}

// fill gives the place a value of few possible ones.
func fill(v reflect.Value) {
	v = reflect.NewAt(v.Type(), v.Addr().UnsafePointer()).Elem()
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(next(2) == 0)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(int64(next(3) - 1))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		v.SetUint(uint64(next(3)))
	case reflect.Float32, reflect.Float64:
		v.SetFloat(float())
	case reflect.Complex64, reflect.Complex128:
		v.SetComplex(complex(float(), float()))
	case reflect.String:
		v.SetString([]string{"", "a", "longer than sixteen bytes"}[next(3)])
	case reflect.Pointer:
		v.Set(reflect.ValueOf([]*int{nil, &targets[0], &targets[1]}[next(3)]))
	case reflect.UnsafePointer:
		v.SetPointer(unsafe.Pointer(&targets[next(3)]))
	case reflect.Chan:
		v.Set(reflect.ValueOf(chans[next(3)]))
	case reflect.Interface:
		x := []any{nil, Name("x"), Boxed{1, float32(float())}, Boxed{2, 0}}[next(4)]
		if v.NumMethod() == 0 && next(2) == 0 {
			x = []any{nil, 1, 0.0, math.Copysign(0, -1), "s", [2]int8{1, 2}, struct{}{}, &targets[0], [1]*int{&targets[1]}, struct{ a any }{float()}}[next(10)]
		}
		if x == nil {
			v.SetZero()
		} else {
			v.Set(reflect.ValueOf(x))
		}
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).Name != "_" {
				fill(v.Field(i))
			}
		}
	}
}

func float() float64 { return []float64{0, math.Copysign(0, -1), 1, math.NaN()}[(next(16)+5)/6] }

// rubbish fills the memory, but for words that may be pointers.
func rubbish(p unsafe.Pointer, t reflect.Type) {
	switch t.Kind() {
	case reflect.Struct:
		end := uintptr(0)
		for i := range t.NumField() {
			f := t.Field(i)
			noise(p, end, f.Offset)
			rubbish(unsafe.Add(p, f.Offset), f.Type)
			end = f.Offset + f.Type.Size()
		}
		noise(p, end, t.Size())
	case reflect.Array:
		for i := range t.Len() {
			rubbish(unsafe.Add(p, uintptr(i)*t.Elem().Size()), t.Elem())
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint8, reflect.Float32, reflect.Float64:
		noise(p, 0, t.Size())
	}
}

func noise(p unsafe.Pointer, from, to uintptr) {
	for ; from < to; from++ {
		*(*byte)(unsafe.Add(p, from)) = byte(next(256))
	}
}

// again is the type, made from its parts by reflection where that can be.
func again(t reflect.Type) reflect.Type {
	if t.Name() != "" {
		return t
	}
	switch t.Kind() {
	case reflect.Array:
		return reflect.ArrayOf(t.Len(), again(t.Elem()))
	case reflect.Struct:
		var fields []reflect.StructField
		for i := range t.NumField() {
			f := t.Field(i)
			f.Type = again(f.Type)
			fields = append(fields, f)
		}
		return reflect.StructOf(fields)
	}
	return t
}

func value[K any](p *K) reflect.Value { return reflect.ValueOf(p).Elem() }

var failures int

func check(what string, t reflect.Type, ok bool) {
	if !ok {
		failures++
		fmt.Println(what, t)
	}
}

func test[K comparable](seed uint64) {
	state = seed
	t := reflect.TypeFor[K]()
	type M map[K]int32 // a map type that reflection does not find
	keys := make([]K, 40)
	for i := range keys {
		p := new(K)
		rubbish(unsafe.Pointer(p), t)
		fill(reflect.ValueOf(p).Elem())
		keys[i] = *p
		// The same value with other rubbish around it.
		if i%4 == 3 {
			q, old := new(K), state
			rubbish(unsafe.Pointer(q), t)
			state = old
			copyFields(reflect.ValueOf(q).Elem(), reflect.ValueOf(p).Elem())
			i2 := next(i)
			keys[i2] = *q
		}
	}
	made := reflect.MakeMap(reflect.MapOf(again(t), reflect.TypeFor[int32]()))
	var compiled M
	reflect.ValueOf(&compiled).Elem().Set(made)
	plain, boxed := map[K]int{}, map[any]int{}
	first := make([]int, len(keys))
	for i, k := range keys {
		first[i] = -1
		for j, l := range keys[:i+1] {
			eq := k == l
			check("any ==", t, (any(k) == any(l)) == eq)
			check("array ==", t, ([2]K{k, k} == [2]K{l, l}) == eq)
			if eq && first[i] < 0 {
				first[i] = j
			}
		}
		if first[i] == i {
			if i%2 == 0 {
				compiled[k] = int32(i)
			} else {
				made.SetMapIndex(value(&k), reflect.ValueOf(int32(i)))
			}
			plain[k], boxed[k] = i, i
		}
	}
	for i, k := range keys {
		x, ok := compiled[k]
		check("compiled", t, ok == (first[i] >= 0) && (!ok || int(x) == first[i]))
		v := made.MapIndex(value(&k))
		check("made", t, v.IsValid() == ok && (!ok || v.Int() == int64(x)))
		y, ok2 := plain[k]
		check("plain", t, y == int(x) && ok2 == ok)
		z, ok3 := boxed[k]
		check("boxed", t, z == int(x) && ok3 == ok)
	}
	fmt.Println(t.Size(), t.Align(), len(plain), len(boxed), made.Len(), first)
}

// copyFields copies the value, but for what does not count.
func copyFields(to, from reflect.Value) {
	to = reflect.NewAt(to.Type(), to.Addr().UnsafePointer()).Elem()
	from = reflect.NewAt(from.Type(), from.Addr().UnsafePointer()).Elem()
	switch to.Kind() {
	case reflect.Struct:
		for i := range to.NumField() {
			if to.Type().Field(i).Name != "_" {
				copyFields(to.Field(i), from.Field(i))
			}
		}
	case reflect.Array:
		for i := range to.Len() {
			copyFields(to.Index(i), from.Index(i))
		}
	default:
		to.Set(from)
	}
}
'''

LEAVES = ['bool', 'int', 'int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64', 'uintptr', 'float32', 'float64', 'complex64',
          'complex128', 'string', '*int', 'unsafe.Pointer', 'chan int', 'any', 'Stringer', 'Name', 'Boxed']
SMALL = ['bool', 'int8', 'int16', 'int32', 'int64', 'uint8', 'uint32', 'int']


class Gen:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.named = []

    def type(self, depth):
        r = self.r
        k = r.random()
        if depth == 0 or k < .45: return r.choice(SMALL if r.random() < .6 else LEAVES)
        if k < .6: return f'[{r.choice([0, 1, 1, 2, 3, 4, 5, 7, 16])}]{self.type(depth - 1)}'
        if k < .7 and self.named: return r.choice(self.named)
        return self.struct(depth, r.random() < .3)

    def struct(self, depth, hidden):
        fields = []
        for i in range(self.r.randint(0, 6)):
            blank = hidden and self.r.random() < .4
            name = '_' if blank else ('f' if hidden else 'F') + str(i)
            fields.append(f'{name} {self.type(depth - 1)}')
        return 'struct{' + '; '.join(fields) + '}'

    def program(self, functions):
        decls, calls = [], []
        for i in range(functions):
            if self.r.random() < .4:
                t = f'T{i}'
                decls.append(f'type {t} {self.struct(3, self.r.random() < .5)}')
                self.named.append(t)
            else: t = self.type(3)
            calls.append(f'\ttest[{t}]({self.r.randint(1, 1 << 60)})')
        return '\n'.join([HEAD, *decls, '', 'func main() {', *calls, '\tfmt.Println("failures:", failures)', '}', ''])


def program(seed, functions):
    return Gen(seed).program(functions)
