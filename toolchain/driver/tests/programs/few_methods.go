// Methods of interfaces that few types have: the compiler may ask which of them it is and put the bodies there.
package main

import (
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"strings"
)

type shape interface {
	area() int
	name() (string, bool)
}

type square struct{ w int }
type rect struct{ w, h int }
type outer struct {
	pad [3]int
	rect
}
type number int

func (s *square) area() int           { return s.w * s.w }
func (s *square) name() (string, bool) { return "square", s == nil }
func (r rect) area() int              { return r.w * r.h }
func (r rect) name() (string, bool)    { return "rect", r.w == r.h }
func (n number) area() int            { return int(n) }
func (n number) name() (string, bool)  { return "number", n < 0 }

//go:noinline
func total(all []shape) (sum int, names string) {
	for _, s := range all {
		sum = sum*10 + s.area()
		name, odd := s.name()
		names += name
		if odd {
			names += "!"
		}
	}
	return
}

// The interface is known where this is called, after its body was copied.
func twice(s shape) int { return s.area() + s.area() }

type op interface{ apply(x int) int }
type add struct{ n int }
type div struct{ n int }

func (a add) apply(x int) int  { return x + a.n }
func (d *div) apply(x int) int { return x / d.n }

//go:noinline
func run(ops []any, x int) (result int, err error) {
	defer func() {
		if e, ok := recover().(error); ok {
			err = e
		}
	}()
	for _, o := range ops {
		// An itab that is found at run time.
		x = o.(op).apply(x)
	}
	return x, nil
}

type where interface{ at() string }
type here struct{}
type there struct{ s string }

func (here) at() string {
	pcs := make([]uintptr, 10)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs)])
	f, _ := frames.Next()
	g, _ := frames.Next()
	return f.Function + " < " + g.Function
}
func (t there) at() string { return t.s }

//go:noinline
func places(w ...where) string {
	var b strings.Builder
	for _, w := range w {
		b.WriteString(w.at() + "\n")
	}
	return b.String()
}

// Recursion through an interface.
type expr interface{ eval() int }
type leaf int
type sum struct{ a, b expr }

func (l leaf) eval() int { return int(l) }
func (s *sum) eval() int { return s.a.eval() + s.b.eval() }

type cell[T any] struct{ v T }

func (c cell[T]) get() any { return c.v }

type getter interface{ get() any }

func main() {
	fmt.Println(total([]shape{&square{2}, rect{2, 3}, &rect{1, 1}, number(-4), outer{rect: rect{2, 4}}, (*square)(nil).self()}))
	fmt.Println(twice(&square{3}), twice(number(5)), twice(rect{2, 2}))
	fmt.Println(run([]any{add{3}, &div{2}, &add{1}}, 5))
	_, err := run([]any{add{3}, &div{0}}, 5)
	fmt.Println(err)
	_, err = run([]any{(*div)(nil)}, 5)
	fmt.Println(err)
	_, err = run([]any{3}, 5)
	var missing *runtime.TypeAssertionError
	fmt.Println(errors.As(err, &missing), err)
	fmt.Print(places(here{}, there{"x"}, &here{}, &there{"y"}))
	fmt.Println((&sum{leaf(1), &sum{leaf(2), leaf(3)}}).eval())
	for _, g := range []getter{cell[int]{1}, cell[string]{"s"}, &cell[[2]int]{[2]int{3, 4}}} {
		fmt.Print(g.get(), " ")
	}
	fmt.Println()
	// What reflection calls.
	m := reflect.ValueOf(rect{3, 4}).MethodByName("Area")
	fmt.Println(m.IsValid())
	var none shape
	defer func() { fmt.Println(recover()) }()
	none.area()
}

func (s *square) self() shape { return &square{1} }

/* output
460681 squarerectrect!number!rectsquare
18 10 8
5 <nil>
runtime error: integer divide by zero
runtime error: invalid memory address or nil pointer dereference
true interface conversion: int is not main.op: missing method apply
main.here.at < main.places
x
main.here.at < main.places
y
6
1 s [3 4] 
false
runtime error: invalid memory address or nil pointer dereference
*/
