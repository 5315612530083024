package main

// Built-in functions whose arguments are the results of one call, nil dereferences that only a length or a range needs, and a
// select with one case: what is assigned to is found after the value has come.

import (
	"fmt"
	"math"
	"unsafe"
)

type myFloat float32

func two() (int, int)                 { return 1, 2 }
func texts() (string, string, string) { return "b", "a", "c" }
func floats() (float64, float64)      { return math.Copysign(0, -1), 0 }
func nan() (a, b, c myFloat)          { return 1, myFloat(math.NaN()), 3 }
func parts() (myFloat, myFloat)       { return 1, 2 }
func bytes() ([]byte, string)         { return buf, "abc" }
func ints() ([]int, []int)            { return []int{1, 2}, []int{3} }
func entry() (map[any]int, int)       { return table, 1 }
func place() (*int32, int8)           { return &array[1], 2 }
func raw() (unsafe.Pointer, uintptr)  { return unsafe.Pointer(&array), 4 }
func text() (*byte, uint64)           { return &buf[0], 2 }
func more() ([]any, int, string)      { return []any{1}, 2, "x" }
func bad() (*int32, int)              { return nil, 1 }

var (
	buf   = make([]byte, 3)
	table = map[any]int{1: 1, "a": 2}
	array = [4]int32{1, 2, 3, 4}
)

//go:noinline
func none() *[4]int { print("f "); return nil }

type deep struct {
	a [4]int
	s []int
	c chan int
	m map[int]int
}

func try(name string, f func()) {
	defer func() {
		if e := recover(); e != nil {
			fmt.Println(name, "panics:", e)
		}
	}()
	fmt.Print(name, " ")
	f()
	fmt.Println()
}

func ch(c chan int, s string) chan int { fmt.Print("chan ", s, "; "); return c }
func at(p *int, s string) *int         { fmt.Print("place ", s, "; "); return p }

func main() {
	fmt.Println(max(two()), min(two()), max(texts()), min(texts()), 1/min(floats()), 1/max(floats()), min(nan()))
	fmt.Println(copy(bytes()), buf, copy(ints()), complex(parts()), append(more()))
	delete(entry())
	fmt.Println(table, unsafe.Slice(place()), *(*int32)(unsafe.Add(raw())), unsafe.String(text()))
	defer copy(bytes())
	defer delete(entry())
	try("slice", func() { fmt.Print(unsafe.Slice(bad())) })

	try("len", func() { _ = len(*none()) })
	try("cap", func() { n := cap(*none()); fmt.Print(n) })
	try("range", func() {
		for range *none() {
		}
	})
	try("range key", func() {
		for i := range *none() {
			fmt.Print(i)
			break
		}
	})
	try("range len", func() {
		for range len(*none()) {
		}
	})
	try("range pointer", func() {
		for i := range none() {
			fmt.Print(i)
		}
	})
	try("read", func() { _ = *none() })
	try("index", func() { _ = (*none())[1] })
	try("slice of", func() { _ = (*none())[:] })
	try("two", func() { _, _ = *none(), 1 })
	var p *deep
	try("field c", func() { _ = len(p.c) })
	try("field s", func() { _ = len(p.s) })
	try("field m", func() { _ = len(p.m) })
	try("field a", func() { fmt.Print(len(p.a)) })
	try("field s cap", func() { _ = cap(p.s) })

	c := make(chan int, 4)
	var x int
	var ok bool
	c <- 1
	select {
	case *at(&x, "1") = <-ch(c, "1"):
	}
	c <- 2
	select {
	case *at(&x, "2"), ok = <-ch(c, "2"):
	default:
	}
	c <- 3
	select {
	case *at(&x, "3"), _ = <-ch(c, "3"):
		fmt.Println(x)
	}
	m := map[int]int{}
	c <- 4
	select {
	case m[*at(&x, "key")], ok = <-ch(c, "4"):
	}
	c <- 5
	select {
	case y, ok := <-ch(c, "5"):
		fmt.Println(y, ok)
	}
	c <- 6
	select {
	case <-ch(c, "6"):
	}
	c <- 7
	select {
	case _, ok = <-c:
	}
	select {
	case ch(c, "8") <- *at(&x, "8"):
	}
	close(c)
	fmt.Println(<-c, x, ok, m)
	select {
	case x, ok = <-c:
		fmt.Println(x, ok)
	}
}

/* output
2 1 c a -Inf +Inf NaN
3 [97 98 99] 1 (1+2i) [1 2 x]
map[a:2] [2 3] 2 ab
slice slice panics: runtime error: unsafe.Slice: ptr is nil and len is not zero
len f len panics: runtime error: invalid memory address or nil pointer dereference
cap f cap panics: runtime error: invalid memory address or nil pointer dereference
range f range panics: runtime error: invalid memory address or nil pointer dereference
range key f range key panics: runtime error: invalid memory address or nil pointer dereference
range len f range len panics: runtime error: invalid memory address or nil pointer dereference
range pointer f 0123
read f read panics: runtime error: invalid memory address or nil pointer dereference
index f index panics: runtime error: invalid memory address or nil pointer dereference
slice of f slice of panics: runtime error: invalid memory address or nil pointer dereference
two f two panics: runtime error: invalid memory address or nil pointer dereference
field c field c panics: runtime error: invalid memory address or nil pointer dereference
field s field s panics: runtime error: invalid memory address or nil pointer dereference
field m field m panics: runtime error: invalid memory address or nil pointer dereference
field a 4
field s cap field s cap panics: runtime error: invalid memory address or nil pointer dereference
chan 1; place 1; chan 2; place 2; chan 3; place 3; 3
chan 4; place key; chan 5; 5 true
chan 6; chan 8; place 8; 3 3 true map[3:4]
0 false
*/
