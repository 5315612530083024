// env OXIGO_STACKSTRESS=1
//
// Under the stress switch the stack moves at every prologue check and at every loop's poll, and what it leaves is unreadable.
package main

import (
	"reflect"
	"unsafe"
)

const n = 1000

//go:noinline
func leaf(p *int) int { return *p }

//go:noinline
func checked(p *int) int { return leaf(p) + 1 }

// Large enough that its check subtracts the frame first.
//
//go:noinline
func large(p *int) int {
	var pad [300]int
	pad[*p%300] = leaf(p)
	return pad[42%300] + 1
}

// The local stays in this frame: its address is passed to functions that are known.
func calls(which int) (moved, places int) {
	x := 42
	seen := map[uintptr]bool{}
	sum := 0
	for range n {
		before := uintptr(unsafe.Pointer(&x))
		if which == 0 {
			sum += checked(&x)
		} else {
			sum += large(&x)
		}
		after := uintptr(unsafe.Pointer(&x))
		if before != after {
			moved++
		}
		seen[after] = true
	}
	if sum != n*43 {
		panic("wrong sum")
	}
	return moved, len(seen)
}

// No call in the loop, and no counter that says when it ends: only its poll can move the stack.
func polls() (moved int) {
	var x [2]int
	p := &x[1]
	last := uintptr(0)
	for i := 0; *p < n*(n-1)/2; i++ {
		*p += i
		now := uintptr(unsafe.Pointer(&x))
		if now != last {
			moved++
		}
		last = now
	}
	if x[1] != n*(n-1)/2 {
		panic("wrong sum")
	}
	return moved
}

// Every check on the way down moves a stack that is one frame larger.
func deep(k int, p *int) int {
	if k == 0 {
		return *p
	}
	x := k
	return deep(k-1, p) + leaf(&x) - k
}

func main() {
	for which := range 2 {
		moved, places := calls(which)
		println(moved == n, places > 2)
	}
	v := reflect.ValueOf(checked)
	x := 42
	sum := 0
	for range n {
		sum += int(v.Call([]reflect.Value{reflect.ValueOf(&x)})[0].Int())
	}
	println(sum)
	println(polls() >= n-1)
	println(deep(2000, &x))
	done := make(chan int)
	for i := range 4 {
		go func() {
			y := 42 + i
			moved, _ := calls(0)
			// Who waits for a turn in between can come back to a place that the others' moves have made free again: seldom.
			if moved < n-n/100 {
				panic("a stack stood still")
			}
			done <- leaf(&y)
		}()
	}
	total := 0
	for range 4 {
		total += <-done
	}
	println(total)
}

/* output
true true
true true
43000
true
42
174
*/
