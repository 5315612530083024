// Large values are compared where they are: no frame has room for a copy. What the right operand changes was read before.
package main

import (
	"fmt"
	"runtime/debug"
)

type block [4 << 20]byte

type record struct {
	name  string
	data  block
	value any
}

var global block
var records [2]record

//go:noinline
func same(p, q *block) bool { return *p == *q }

//go:noinline
func here(i int, p *record) bool { return records[i] == *p }

//go:noinline
func other(p *block) bool { return global != *p }

//go:noinline
func part(p *record, q *block) bool { return p.data == *q }

//go:noinline
func held(v any, p *block) bool { return v == *p }

//go:noinline
func either(p, q *block, n int) bool {
	return n > 0 && *p == *q || *q == global
}

type pair struct{ a, b [20]int }

var changing pair

func change() pair {
	old := changing
	changing.a[3]++
	return old
}

func main() {
	p, q := new(block), new(block)
	v := any(*p)
	debug.SetMaxStack(1 << 20)
	fmt.Println(same(p, q), other(p), part(&records[0], p), either(p, q, 0), held(v, p))
	q[len(q)-1] = 1
	fmt.Println(same(p, q), other(q), part(&records[0], q), either(p, q, 1), held(v, q))
	r := &records[1]
	r.name, r.value = "n", 1.5
	fmt.Println(here(1, r), here(0, r))
	records[0].name, records[0].value = "n", 1.5
	fmt.Println(here(0, r))
	records[0].value = []int{}
	func() {
		defer func() { fmt.Println(recover()) }()
		records[1].value = []int{}
		fmt.Println(here(0, r))
	}()
	fmt.Println(changing == change(), changing == changing)
	for _, compare := range []func(){
		func() { same(nil, nil) },
		func() { same(p, nil) },
		func() { part(nil, q) },
		func() { here(2, nil) },
		func() { held(v, nil) },
	} {
		func() {
			defer func() { fmt.Println(recover()) }()
			compare()
		}()
	}
}

/* output
true false true true true
false true false false false
true false
true
runtime error: comparing uncomparable type []int
false true
runtime error: invalid memory address or nil pointer dereference
runtime error: invalid memory address or nil pointer dereference
runtime error: invalid memory address or nil pointer dereference
runtime error: index out of range [2] with length 2
runtime error: invalid memory address or nil pointer dereference
*/
