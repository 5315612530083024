//go:build 386 || s390x

package syscall

import "unsafe"

// Socket calls are one system call with a number of its own and a record of the arguments. What the arguments point at may
// be in the caller's stack, which nothing here may move.

//go:uintptrkeepalive
//go:nosplit
//go:linkname socketcall
func socketcall(call int, a0, a1, a2, a3, a4, a5 uintptr) (n int, err Errno) {
	args := [...]uintptr{a0, a1, a2, a3, a4, a5}
	r, _, err := Syscall(SYS_SOCKETCALL, uintptr(call), uintptr(unsafe.Pointer(&args)), 0)
	return int(r), err
}

//go:uintptrkeepalive
//go:nosplit
//go:linkname rawsocketcall
func rawsocketcall(call int, a0, a1, a2, a3, a4, a5 uintptr) (n int, err Errno) {
	args := [...]uintptr{a0, a1, a2, a3, a4, a5}
	r, _, err := RawSyscall(SYS_SOCKETCALL, uintptr(call), uintptr(unsafe.Pointer(&args)), 0)
	return int(r), err
}
