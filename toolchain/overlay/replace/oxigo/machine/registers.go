// Package machine reaches the devices of a machine without an operating system: their registers, their memory, and their
// interrupts, which wake goroutines. Programs for systems cannot import it.
package machine

import (
	"errors"
	"fmt"
	"syscall"
	"unsafe"
)

// The calls by which the runtime is asked (rt-core/src/os/bare/lines.rs).
const (
	callListen = 0xf0000 + iota
	callReach
	callIn
	callOut
)

// ErrUnreachable says that there is no memory of devices at an address, or that it is not mapped as such.
var ErrUnreachable = errors.New("machine: memory is not reached")

// Map makes physical memory reachable, of devices or ordinary memory, and returns where it is. It does not keep anybody else from it.
func Map(physical, size uintptr) (uintptr, error) {
	if _, _, e := syscall.RawSyscall(callReach, physical, size, 0); e != 0 {
		return 0, fmt.Errorf("%w: %#x, %d bytes", ErrUnreachable, physical, size)
	}
	return physical, nil
}

// Loads and stores are made exactly once each, in the program's order. On machines with words of 4 bytes those of 64 bits are two.
// They are functions of their own, never inlined: what the compiler knows of memory ends at the call.

//go:noinline
func Load8(address uintptr) uint8 { return *(*uint8)(unsafe.Pointer(address)) }

//go:noinline
func Load16(address uintptr) uint16 { return *(*uint16)(unsafe.Pointer(address)) }

//go:noinline
func Load32(address uintptr) uint32 { return *(*uint32)(unsafe.Pointer(address)) }

//go:noinline
func Load64(address uintptr) uint64 { return *(*uint64)(unsafe.Pointer(address)) }

//go:noinline
func Store8(address uintptr, v uint8) { *(*uint8)(unsafe.Pointer(address)) = v }

//go:noinline
func Store16(address uintptr, v uint16) { *(*uint16)(unsafe.Pointer(address)) = v }

//go:noinline
func Store32(address uintptr, v uint32) { *(*uint32)(unsafe.Pointer(address)) = v }

//go:noinline
func Store64(address uintptr, v uint64) { *(*uint64)(unsafe.Pointer(address)) = v }

// Ports, which amd64 and 386 have; elsewhere using one panics.

func In8(port uint16) uint8   { return uint8(in(port, 1)) }
func In16(port uint16) uint16 { return uint16(in(port, 2)) }
func In32(port uint16) uint32 { return in(port, 4) }

func Out8(port uint16, v uint8)   { through(callOut, port, 1, uint32(v)) }
func Out16(port uint16, v uint16) { through(callOut, port, 2, uint32(v)) }
func Out32(port uint16, v uint32) { through(callOut, port, 4, v) }

func in(port uint16, width uintptr) uint32 { return through(callIn, port, width, 0) }

func through(call uintptr, port uint16, width uintptr, v uint32) uint32 {
	if _, _, e := syscall.RawSyscall(call, uintptr(port), width, uintptr(unsafe.Pointer(&v))); e != 0 {
		panic("machine: there are no ports")
	}
	return v
}
