// Range over functions: all ways out of the body.
package main

import (
	"fmt"
	"iter"
	"maps"
	"slices"
)

func upTo(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer fmt.Print("[end]")
		for i := 0; i < n; i++ {
			if !yield(i) {
				return
			}
		}
	}
}

func pairs(s string) iter.Seq2[int, rune] {
	return func(yield func(int, rune) bool) {
		for i, r := range s {
			if !yield(i, r) {
				return
			}
		}
	}
}

func find(n int) (int, string) {
	for i := range upTo(10) {
		for j, r := range pairs("abc") {
			if i+j == n {
				return i, string(r)
			}
		}
	}
	return -1, ""
}

func labels() (out []int) {
outer:
	for i := range upTo(5) {
		for j := range upTo(5) {
			switch {
			case j == 3:
				continue outer
			case i == 2:
				break outer
			case j == 1:
				continue
			}
			out = append(out, i*10+j)
		}
	}
	return
}

func defers() (s string) {
	for i := range upTo(3) {
		defer func() { s += fmt.Sprint("d", i) }()
	}
	return "r"
}

func bad(yield func() bool) {
	yield()
	yield()
}

func main() {
	for i := range upTo(3) {
		fmt.Print(i, " ")
	}
	fmt.Println()
	fmt.Println(find(3))
	fmt.Println(labels())
	fmt.Println(defers())
	n := 0
	for range upTo(4) {
		n++
	}
	fmt.Println(n, slices.Collect(maps.Values(map[int]string{1: "x"})))
	next, stop := iter.Pull(upTo(3))
	a, ok1 := next()
	b, ok2 := next()
	stop()
	_, ok3 := next()
	fmt.Println(a, b, ok1, ok2, ok3)
	fmt.Println(slices.Sorted(maps.Keys(map[string]int{"b": 1, "a": 2})))
	func() {
		defer func() { fmt.Println("caught:", recover()) }()
		for range bad {
			break
		}
	}()
	func() {
		defer func() { fmt.Println("caught:", recover()) }()
		for i := range upTo(3) {
			if i == 1 {
				panic("in body")
			}
		}
	}()
}

/* output
0 1 2 [end]
[end]1 c
[end][end][end][end][0 2 10 12]
[end]rd2d1d0
[end]4 [x]
[end]0 1 true true false
[a b]
caught: runtime error: range function continued iteration after function for loop body returned false
[end]caught: in body
*/
