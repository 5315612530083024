// An address that no pointer can have is fatal; nil and index errors are panics.
// exit 2
// only 64-bit
package main

import (
	"fmt"
	"runtime/debug"
	"unsafe"
)

var wild = map[string]uintptr{"unmapped": 0x1234567890, "not canonical": 0x9b9b9b9b9b9b9b9b}

func at(p uintptr) (err any) {
	defer func() { err = recover() }()
	return **(**int)(unsafe.Pointer(&p))
}

type large struct{ a, b [8192]int }

func main() {
	var nothing *large
	s := make([]int, 2)
	for _, f := range []func(){
		func() { fmt.Println(nothing.a[1]) },
		func() { fmt.Println(nothing.b[1]) },
		func() { fmt.Println(s[len(s)]) },
	} {
		func() {
			defer func() { fmt.Println(recover()) }()
			f()
		}()
	}
	old := debug.SetPanicOnFault(true)
	fmt.Println(at(wild["unmapped"]))
	debug.SetPanicOnFault(old)
	at(wild["not canonical"])
	fmt.Println("not reached")
}

/* output contains
runtime error: invalid memory address or nil pointer dereference
runtime error: invalid memory address or nil pointer dereference
runtime error: index out of range [2] with length 2
runtime error: invalid memory address or nil pointer dereference
unexpected fault address 0x
fatal error: fault
[signal SIG
main.at(
*/
