// What the programs of ci/fuzz begin with: mixed.py writes the rest.
package main

import (
	"fmt"
	"math"
	"os"
	"strings"
)

type MyInt int32

func (m MyInt) Num() int64      { return int64(m) * 3 }
func (m *MyInt) Inc(by int) int { *m += MyInt(by); return int(*m) }

type MyByte uint8

func (m MyByte) Num() int64 { return int64(m) + 7 }

type Number interface{ Num() int64 }

type Integer interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr
}

type Box[T any] struct {
	v T
	n int
}

func (b *Box[T]) Put(v T) T { old := b.v; b.v = v; b.n++; return old }
func (b Box[T]) Get() T     { return b.v }

func gmax[T Integer](a, b T) T {
	if a > b {
		return a
	}
	return b
}

func gfold[T, U any](s []T, u U, f func(U, T) U) U {
	for _, x := range s {
		u = f(u, x)
	}
	return u
}

func gpick[T any](c bool, a, b T) T {
	if c {
		return a
	}
	return b
}

func upto(n int) func(func(int) bool) {
	return func(yield func(int) bool) {
		for i := 0; i < n; i++ {
			if !yield(i) {
				return
			}
		}
	}
}

var sum uint64
var trace = os.Getenv("TRACE") != ""

func mix(at int, x uint64) {
	if trace {
		fmt.Println(at, x)
	}
	sum = (sum^x)*0x9E3779B97F4A7C15 + sum>>29
}
func mixf(at int, f float64) {
	if f != f {
		mix(at, 12345)
	} else {
		mix(at, math.Float64bits(f))
	}
}
func mixb(at int, b bool) {
	if b {
		mix(at, 1)
	} else {
		mix(at, 2)
	}
}
func mixs(at int, s string) {
	mix(at, uint64(len(s)))
	for i := 0; i < len(s); i++ {
		mix(at, uint64(s[i]))
	}
}
func mixany(at int, x any) {
	switch x := x.(type) {
	case nil:
		mix(at, 99)
	case int:
		mix(at, uint64(x))
	case string:
		mixs(at, x)
	case float64:
		mixf(at, x)
	case Number:
		mix(at, uint64(x.Num()))
	case fmt.Stringer:
		mixs(at, x.String())
	case error:
		mixs(at, x.Error())
	default:
		mixs(at, fmt.Sprintf("%T", x))
	}
}

func run(name string, f func()) {
	sum = 0
	defer func() {
		if r := recover(); r != nil {
			fmt.Println(name, "panics:", r)
		}
		fmt.Println(name, sum)
	}()
	f()
}

// said is a panic's text, without what is left to the compiler: how large append makes slices.
func said(r any) string {
	s, _, _ := strings.Cut(fmt.Sprint(r), " with capacity")
	return s
}

func short(s string) string {
	if len(s) > 40 {
		return s[len(s)-40:]
	}
	return s
}
