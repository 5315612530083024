// env OXIGO_STACKSTRESS=1
//
// Deferred calls of every kind while the stack moves at each check: their records and slots follow it.
package main

import "fmt"

func upTo(n int) func(func(int) bool) {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

// Defers of a range-over-func body belong to this function, after its own later ones.
func ranged(stop bool) (out []int) {
	x := [1]int{7}
	defer func() {
		recover()
		out = append(out, x[0])
	}()
	for i := range upTo(3) {
		defer func() { out = append(out, i) }()
	}
	if stop {
		panic("stop")
	}
	return nil
}

func show(out *[]string, a ...any) { *out = append(*out, fmt.Sprint(a...)) }

// Open-coded: arguments and closures of the defers are in the frame.
func open(p *[4]int, n int) (out []string) {
	local := fmt.Sprint("local ", n)
	defer show(&out, "first ", local)
	if n > 0 {
		defer show(&out, "second ", n)
	}
	defer func() {
		if e := recover(); e != nil {
			show(&out, e)
		}
	}()
	p[3]++
	show(&out, p[3])
	return out
}

// In a loop: records on the heap.
func looped(n int) (s string) {
	for i := range n {
		defer func() { s += string(rune('a' + i)) }()
	}
	return ""
}

// Each loop's defers have a place of their own among the function's.
func order() (s string) {
	add := func(t string, n int) { s += fmt.Sprint(t, n, " ") }
	defer add("first", 0)
	for i := range upTo(2) {
		defer add("a", i)
	}
	defer add("between", 0)
	for k := range 2 {
		for i := range upTo(2) {
			for j := range upTo(1) {
				defer add("c", i+j)
			}
			defer add("d", i)
		}
		defer add("e", k)
	}
	return ""
}

func main() {
	fmt.Println(ranged(false), ranged(true))
	var a [4]int
	fmt.Println(open(&a, 0), open(&a, 1))
	fmt.Println(open(nil, 0), open(nil, 1))
	fmt.Println(looped(5))
	fmt.Println(order())
}

/* output
[2 1 0 7] [2 1 0 7]
[1 first local 0] [2 second 1 first local 1]
[runtime error: invalid memory address or nil pointer dereference first local 0] [runtime error: invalid memory address or nil pointer dereference second 1 first local 1]
edcba
e1 d1 c1 d0 c0 e0 d1 c1 d0 c0 between0 a1 a0 first0 
*/
