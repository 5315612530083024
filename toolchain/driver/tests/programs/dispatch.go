// Methods through interfaces that can be one function only, assertions at one place with several types, ways through type switches.
package main

import (
	"errors"
	"fmt"
	"iter"
)

type counter interface{ count(by int) int }
type only struct{ n int }

func (o *only) count(by int) int { o.n += by; return o.n }

type outer struct {
	pad int
	counter
}

type describer interface{ describe() string }
type namer interface {
	describe() string
	named() bool
}
type a struct{ v int }
type b struct{ v, w int }
type c string
type d struct{}

func (x a) describe() string  { return fmt.Sprint("a", x.v) }
func (x *b) describe() string { return fmt.Sprint("b", x.w) }
func (x *b) named() bool      { return true }
func (x c) describe() string  { return "c" + string(x) }

//go:noinline
func count(c counter, by int) int { return c.count(by) }

//go:noinline
func describe(x any) string {
	if n, ok := x.(namer); ok {
		return "named " + n.describe()
	}
	if d, ok := x.(describer); ok {
		return d.describe()
	}
	return "nothing"
}

//go:noinline
func must(x any) string { return x.(describer).describe() }

//go:noinline
func which(x any) string {
	switch v := x.(type) {
	case namer:
		return "namer " + v.describe()
	case error:
		return "error " + v.Error()
	case describer:
		return "describer " + v.describe()
	case nil:
		return "nil"
	case fmt.Stringer:
		return "stringer"
	}
	return "other"
}

func try(what string, f func() string) {
	defer func() {
		if r := recover(); r != nil {
			fmt.Println(what, "panics:", r)
		}
	}()
	fmt.Println(what, f())
}

func upTo(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := 0; i < n; i++ {
			if !yield(i) {
				return
			}
		}
	}
}

func odd(s iter.Seq[int]) iter.Seq[int] {
	return func(yield func(int) bool) {
		for v := range s {
			if v%2 == 1 && !yield(v) {
				return
			}
		}
	}
}

func first(over int) int {
	for v := range odd(upTo(100)) {
		if v > over {
			return v
		}
	}
	return -1
}

func main() {
	o := &only{}
	fmt.Println(count(o, 2), count(outer{1, o}, 3), count(&outer{2, o}, 4))
	try("nil interface", func() string { return fmt.Sprint(count(nil, 1)) })
	try("nil embedded", func() string { return fmt.Sprint(count(outer{}, 1)) })
	all := []any{a{1}, &b{2, 3}, c("x"), d{}, 5, nil, errors.New("e"), a{4}, &a{5}}
	for range 3 {
		for _, x := range all {
			fmt.Println(describe(x), which(x))
		}
	}
	for _, x := range all {
		try("must", func() string { return must(x) })
	}
	fmt.Println(first(10), first(98), first(99))
	try("broken iterator", func() string {
		bad := func(yield func(int) bool) { yield(1); yield(2) }
		for v := range bad {
			if v == 1 {
				break
			}
		}
		return "not noticed"
	})
	text := []byte("two")
	switch string(text) {
	case "one":
		fmt.Println(1)
	case "two":
		text[0] = 'T'
		fmt.Println(2, string(text))
	}
}

/* output
2 5 9
nil interface panics: runtime error: invalid memory address or nil pointer dereference
nil embedded panics: runtime error: invalid memory address or nil pointer dereference
a1 describer a1
named b3 namer b3
cx describer cx
nothing other
nothing other
nothing nil
nothing error e
a4 describer a4
a5 describer a5
a1 describer a1
named b3 namer b3
cx describer cx
nothing other
nothing other
nothing nil
nothing error e
a4 describer a4
a5 describer a5
a1 describer a1
named b3 namer b3
cx describer cx
nothing other
nothing other
nothing nil
nothing error e
a4 describer a4
a5 describer a5
must a1
must b3
must cx
must panics: interface conversion: main.d is not main.describer: missing method describe
must panics: interface conversion: int is not main.describer: missing method describe
must panics: interface conversion: interface is nil, not main.describer
must panics: interface conversion: *errors.errorString is not main.describer: missing method describe
must a4
must a5
11 99 -1
broken iterator panics: runtime error: range function continued iteration after function for loop body returned false
2 Two
*/
