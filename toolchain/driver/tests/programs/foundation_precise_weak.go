// An integer that holds an object's address does not keep it alive.
package main

import (
	"runtime"
	"unsafe"
	"weak"
)

type node struct {
	a, b, c int
	next    *node
}

//go:noinline
func makeOne() (weak.Pointer[node], uintptr, *node) {
	n := &node{a: 1}
	kept := &node{a: 2}
	return weak.Make(n), uintptr(unsafe.Pointer(n)), kept
}

var sink uintptr

func main() {
	w, address, kept := makeOne()
	k := weak.Make(kept)
	for i := 0; i < 3; i++ {
		runtime.GC()
	}
	sink = address
	println(w.Value() == nil, k.Value() == kept, address != 0, sink == address)
	runtime.KeepAlive(kept)
}

/* output
true true true true
*/
