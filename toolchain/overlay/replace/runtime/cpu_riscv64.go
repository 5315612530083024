package runtime

import (
	"internal/runtime/syscall/linux"
	"unsafe"
)

// internal/cpu asks the kernel what all processors here can do: for each key there is a value. False: the kernel does not know the
// question.
//
//go:linkname riscvHWProbe internal/cpu.riscvHWProbe
func riscvHWProbe(pairs []struct {
	key   int64
	value uint64
}, flags uint) bool {
	const sysHWProbe = 258
	if len(pairs) == 0 {
		return false
	}
	_, _, errno := linux.Syscall6(sysHWProbe, uintptr(unsafe.Pointer(&pairs[0])), uintptr(len(pairs)), 0, 0, uintptr(flags), 0)
	return errno == 0
}
