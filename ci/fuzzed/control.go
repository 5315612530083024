// What the programs of ci/fuzz --kind control begin with: control.py writes the rest.
package main

import (
	"errors"
	"fmt"
	"iter"
	"math"
	"os"
)

var sum uint64
var fuel int
var trace = os.Getenv("TRACE") != ""

func at(n int, vs ...any) {
	if fuel--; fuel < 0 {
		panic("no fuel")
	}
	s := fmt.Sprint(n, vs)
	if trace {
		fmt.Println(s)
	}
	for _, c := range []byte(s) {
		sum = (sum^uint64(c))*0x9E3779B97F4A7C15 + sum>>29
	}
}

func seq(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}
func loud(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer at(9000, n)
		for i := n; i > 0; i-- {
			if !yield(i) {
				at(9001, i)
				return
			}
		}
		at(9002)
	}
}
func pairs[T any](s []T) iter.Seq2[int, T] {
	return func(yield func(int, T) bool) {
		for i := len(s) - 1; i >= 0 && yield(i, s[i]); i-- {
		}
	}
}

type tree struct {
	l, r *tree
	v    int
}

func grow(n int) *tree {
	if n <= 0 {
		return nil
	}
	return &tree{grow(n / 2), grow(n - 2), n}
}
func (t *tree) walk(yield func(int) bool) bool {
	return t == nil || t.l.walk(yield) && yield(t.v) && t.r.walk(yield)
}
func (t *tree) all() iter.Seq[int] { return func(yield func(int) bool) { t.walk(yield) } }
func evens(s iter.Seq[int]) iter.Seq[int] {
	return func(yield func(int) bool) {
		for x := range s {
			if x&1 == 0 && !yield(x) {
				return
			}
		}
	}
}
func thrice(yield func() bool) { _ = yield() && yield() && yield() }

type Shape interface {
	Area() int
	Name() string
}
type Base struct{ n int }

func (b Base) Area() int    { return b.n * 3 }
func (b *Base) Grow(k int)  { b.n += k }
func (b Base) Name() string { return fmt.Sprint("base", b.n) }

type Mid struct {
	_ [0]func()
	*Base
	k int8
}

func (m Mid) Name() string { return "mid" + m.Base.Name() }

type Top struct {
	Shape
	Mid Mid
	e   struct{}
}
type Num int16

func (n Num) Area() int    { return int(n) - 1 }
func (n Num) Name() string { return "num" }
func (n *Num) Grow(k int)  { *n += Num(k) }

type Grower interface{ Grow(int) }

type list[T any] struct {
	head *cell[T]
	n    int
}
type cell[T any] struct {
	v    T
	next *cell[T]
}

func (l *list[T]) Push(v T) *list[T] { l.head = &cell[T]{v, l.head}; l.n++; return l }
func (l list[T]) All() iter.Seq[T] {
	return func(yield func(T) bool) {
		for c := l.head; c != nil; c = c.next {
			if !yield(c.v) {
				break
			}
		}
	}
}
func fold[T, U any](s iter.Seq[T], u U, f func(U, T) U) U {
	for x := range s {
		u = f(u, x)
	}
	return u
}

type integer interface{ ~int | ~int8 | ~int16 | ~uint8 }

func kind[T any](x T) string {
	switch y := any(x).(type) {
	case nil:
		return "nil"
	case int, int8:
		return fmt.Sprintf("int %v", y)
	case Shape:
		return y.Name()
	case []T:
		return "slice"
	case func() T:
		return kind(y())
	case interface{ Grow(int) }:
		return "grower"
	case string:
		return y + "!"
	case list[T]:
		return "list"
	}
	return fmt.Sprintf("%T", x)
}
func narrow[T integer](x int) int { return int(T(x)) }

type key struct {
	f float64
	s string
	i any
	z struct{}
	a [2]int8
}

type fault struct{ n int }

func (f *fault) Error() string { return fmt.Sprint("fault", f.n) }

func fails(n int) (int, error) {
	if n&3 == 0 {
		return n, &fault{n}
	}
	if n&3 == 1 {
		return 0, fmt.Errorf("wrapped: %w", &fault{n})
	}
	return n * 2, nil
}

func run(name string, f func(int, int) int) {
	sum = 0
	for _, v := range [][2]int{{0, 0}, {1, 5}, {3, -2}, {7, 2}, {12, 9}} {
		func() {
			fuel = 400
			defer func() {
				if e := recover(); e != nil {
					fuel = 9
					at(9009, e)
				}
			}()
			r := f(v[0], v[1])
			fuel = 9
			at(9010, r)
		}()
	}
	fmt.Println(name, sum)
}
