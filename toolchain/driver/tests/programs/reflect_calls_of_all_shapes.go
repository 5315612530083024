// Calls by reflection under collections, stack growth and moves: values of every way to travel.
package main

import (
	"fmt"
	"reflect"
	"runtime"
	"strings"
)

type mixed struct {
	s string
	f float32
	p *int
	b bool
	i any
}
type big struct{ a [20]*string }
type small int8

func deep(n int) int {
	var pad [64]int
	pad[n%64] = n
	if n == 0 {
		return pad[0]
	}
	return deep(n-1) + pad[n%64] - n
}

func shape(a int8, s string, m mixed, x [2]*int, b big, c complex64, e error, z struct{}, f func(int) int) (string, mixed, *int, [3]string, big, complex64, small, error) {
	deep(2000)
	runtime.GC()
	t := fmt.Sprint(a, s, m.s, m.f, *m.p, m.b, m.i, *x[0], *x[1], c, e, f(3))
	return t, m, x[1], [3]string{s, t, strings.Repeat("q", 3)}, b, c * 2, small(a - 1), e
}

type T struct{ n *int; s string }

func (t T) Value(a string, m mixed, b big) (big, string, mixed) {
	deep(500)
	runtime.GC()
	m.s += t.s + a
	return b, fmt.Sprint(*t.n, *b.a[3]), m
}
func (t *T) Pointer(a ...any) []any { deep(300); return append(a, t.s, *t.n) }

type I interface {
	Value(string, mixed, big) (big, string, mixed)
	Pointer(...any) []any
}

func ptr(n int) *int { return &n }
func str(s string) *string { s += "!"; return &s }

func main() {
	rounds := 12
	ok := 0
	for r := 0; r < rounds; r++ {
		m := mixed{fmt.Sprint("m", r), 1.5, ptr(r), r%2 == 0, []int{r}}
		var b big
		for i := range b.a {
			b.a[i] = str(fmt.Sprint(r, i))
		}
		k := r
		args := []any{int8(r), fmt.Sprint("s", r), m, [2]*int{ptr(1), ptr(r + 2)}, b, complex64(complex(1, 2)), fmt.Errorf("e%d", r), struct{}{}, func(x int) int { return x + k }}
		in := make([]reflect.Value, len(args))
		for i, a := range args {
			in[i] = reflect.ValueOf(a)
		}
		want0, want1, want2, want3, want4, want5, want6, want7 := shape(int8(r), fmt.Sprint("s", r), m, args[3].([2]*int), b, args[5].(complex64), args[6].(error), struct{}{}, args[8].(func(int) int))
		made := reflect.MakeFunc(reflect.TypeOf(shape), func(v []reflect.Value) []reflect.Value {
			runtime.GC()
			deep(1000)
			return reflect.ValueOf(shape).Call(v)
		})
		for _, fn := range []reflect.Value{reflect.ValueOf(shape), made} {
			out := fn.Call(in)
			runtime.GC()
			if out[0].String() == want0 && out[1].Interface().(mixed).s == want1.s && out[2].Interface().(*int) == want2 && out[3].Interface().([3]string) == want3 &&
				out[4].Interface().(big) == want4 && out[5].Interface().(complex64) == want5 && out[6].Interface().(small) == want6 && out[7].Interface().(error) == want7 {
				ok++
			}
		}
		g := made.Interface().(func(int8, string, mixed, [2]*int, big, complex64, error, struct{}, func(int) int) (string, mixed, *int, [3]string, big, complex64, small, error))
		if a0, _, a2, a3, a4, _, _, a7 := g(int8(r), fmt.Sprint("s", r), m, args[3].([2]*int), b, args[5].(complex64), args[6].(error), struct{}{}, args[8].(func(int) int)); a0 == want0 && a2 == want2 && a3 == want3 && a4 == want4 && a7 == want7 {
			ok++
		}
		t := T{ptr(r), "t"}
		var it I = &t
		for _, v := range []reflect.Value{reflect.ValueOf(&t), reflect.ValueOf(&it).Elem()} {
			for _, how := range []int{0, 1, 2} {
				f := v.MethodByName("Value")
				var o0 big
				var o1 string
				var o2 mixed
				if how == 0 {
					out := f.Call([]reflect.Value{reflect.ValueOf("x"), in[2], in[4]})
					o0, o1, o2 = out[0].Interface().(big), out[1].String(), out[2].Interface().(mixed)
				} else {
					o0, o1, o2 = f.Interface().(func(string, mixed, big) (big, string, mixed))("x", m, b)
				}
				if o0 == b && o1 == fmt.Sprint(r, *b.a[3]) && o2.s == m.s+"tx" {
					ok++
				}
				p := v.MethodByName("Pointer")
				var l []any
				switch how {
				case 0:
					l = p.Call([]reflect.Value{in[0], in[1]})[0].Interface().([]any)
				case 1:
					l = p.CallSlice([]reflect.Value{reflect.ValueOf([]any{int8(r), fmt.Sprint("s", r)})})[0].Interface().([]any)
				default:
					l = p.Interface().(func(...any) []any)(int8(r), fmt.Sprint("s", r))
				}
				if fmt.Sprint(l) == fmt.Sprint([]any{int8(r), fmt.Sprint("s", r), "t", r}) {
					ok++
				}
			}
		}
	}
	fmt.Println(ok, rounds*15)
}

/* output
180 180
*/
