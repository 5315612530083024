// Of an address that no pointer can have x86 does not tell which it was: Linux says that the kernel has sent the signal, at 0.
// exit 2
// only amd64
package main

import (
	"fmt"
	"unsafe"
)

var wild uintptr = 0x9b9b9b9b9b9b9b9b

func at(p uintptr) int {
	return **(**int)(unsafe.Pointer(&p))
}

func main() {
	fmt.Println(at(wild))
}

/* output contains
unexpected fault address 0x0
fatal error: fault
[signal SIGSEGV: segmentation violation code=0x80 addr=0x0 pc=
main.at(
*/
