// A local's address changes while the stack grows under it, and the pointer to it still reads right.
package main

import "unsafe"

//go:noinline
func deep(n int, p *int) int {
	var pad [64]int
	pad[n%64] = n
	if n == 0 {
		return *p
	}
	return deep(n-1, p) + pad[n%64] - n
}

func main() {
	x := 42
	before := uintptr(unsafe.Pointer(&x))
	got := deep(20000, &x)
	after := uintptr(unsafe.Pointer(&x))
	println(got, before != after, x)
}

/* output
42 true 42
*/
