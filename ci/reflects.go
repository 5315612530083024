// Micro-benchmarks of calls by reflection. Each line of the output is a name, nanoseconds, and allocations of one run; `ci/micro --of reflects`
// builds this with both compilers and compares.
package main

import (
	"fmt"
	"math"
	"os"
	"reflect"
	"runtime"
	"strings"
)

type pair struct {
	n int
	s string
}

type wide struct{ words [16]int }

type counter struct{ n int }

func (c *counter) Add(d int) int                                    { c.n += d; return c.n }
func (c counter) Sum(d int) int                                     { return c.n + d }
func (c *counter) Set(n int)                                        { c.n = n }
func (c *counter) Mixed(a int, s string, f float64) (string, error) { return s, nil }

type adder interface{ Add(int) int }

// cost gives the shortest time of a run, and its allocations.
func cost(f func(n int)) (float64, float64) {
	shortest := best(f)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f(1000)
	runtime.ReadMemStats(&after)
	return shortest, math.Round(float64(after.Mallocs-before.Mallocs) / 1000)
}

func values(list ...any) []reflect.Value {
	out := make([]reflect.Value, len(list))
	for i, v := range list {
		out[i] = reflect.ValueOf(v)
	}
	return out
}

func call(f any, list ...any) func(int) { return calling(reflect.ValueOf(f), list...) }

func calling(f reflect.Value, list ...any) func(int) {
	in := values(list...)
	return func(n int) {
		for range n {
			f.Call(in)
		}
	}
}

func callSlice(f any, list ...any) func(int) {
	v, in := reflect.ValueOf(f), values(list...)
	return func(n int) {
		for range n {
			v.CallSlice(in)
		}
	}
}

func made[F any](f F, h func([]reflect.Value) []reflect.Value) F {
	return reflect.MakeFunc(reflect.TypeOf(f), h).Interface().(F)
}

func main() {
	part := ""
	if len(os.Args) > 1 {
		part = os.Args[1]
	}
	c := &counter{}
	var a adder = c
	intToInt := reflect.TypeFor[func(int) int]()
	same := func(in []reflect.Value) []reflect.Value { return in }
	madeInt := made(func(int) int { return 0 }, same)
	madeMixed := made(func(a int, s string, f float64, p *counter) (int, string, float64, *counter) { return a, s, f, p }, same)
	madePair := made(func(p pair) pair { return p }, same)
	madeNone := made(func(int, string) {}, func([]reflect.Value) []reflect.Value { return nil })
	bound := reflect.ValueOf(c).MethodByName("Add").Interface().(func(int) int)
	boundMixed := reflect.ValueOf(c).MethodByName("Mixed").Interface().(func(int, string, float64) (string, error))
	for _, b := range []struct {
		name string
		run  func(n int)
	}{
		{"Call, nothing", call(func() {})},
		{"Call, int int, no result", call(func(int, int) {}, 1, 2)},
		{"Call, int int to int", call(func(a, b int) int { return a + b }, 1, 2)},
		{"Call, int string float64 pointer to string error", call(func(a int, s string, f float64, p *counter) (string, error) { return s, nil }, 1, "s", 2.5, c)},
		{"Call, struct to struct", call(func(p pair) pair { return p }, pair{1, "s"})},
		{"Call, 128 bytes to 128 bytes", call(func(w wide) wide { return w }, wide{})},
		{"Call, 10 int to int", call(func(a, b, c, d, e, f, g, h, i, j int) int { return j }, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9)},
		{"Call, int as any to any", call(func(a any) any { return a }, 1)},
		{"Call, closure", call(func(d int) int { return c.n + d }, 1)},
		{"CallSlice, ints to int", callSlice(func(n ...int) int { return n[0] }, []int{1, 2, 3})},
		{"Call, method of a pointer", calling(reflect.ValueOf(c).MethodByName("Add"), 1)},
		{"Call, method of a value", calling(reflect.ValueOf(*c).MethodByName("Sum"), 1)},
		{"Call, method without results", calling(reflect.ValueOf(c).MethodByName("Set"), 1)},
		{"Call, method of an interface", calling(reflect.ValueOf(&a).Elem().Method(0), 1)},
		{"MakeFunc, int to int", func(n int) {
			for range n {
				madeInt(1)
			}
		}},
		{"MakeFunc, int string float64 pointer to the same", func(n int) {
			for range n {
				madeMixed(1, "s", 2.5, c)
			}
		}},
		{"MakeFunc, struct to struct", func(n int) {
			for range n {
				madePair(pair{1, "s"})
			}
		}},
		{"MakeFunc, int string, no result", func(n int) {
			for range n {
				madeNone(1, "s")
			}
		}},
		{"MakeFunc, itself", func(n int) {
			for range n {
				reflect.MakeFunc(intToInt, same)
			}
		}},
		{"method value, int to int", func(n int) {
			for range n {
				bound(1)
			}
		}},
		{"method value, int string float64 to string error", func(n int) {
			for range n {
				boundMixed(1, "s", 2.5)
			}
		}},
	} {
		if strings.Contains(b.name, part) {
			ns, allocations := cost(b.run)
			fmt.Printf("%s\t%.2f\t%.0f\n", b.name, ns, allocations)
		}
	}
}
