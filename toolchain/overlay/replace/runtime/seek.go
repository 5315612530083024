//go:build 386 || arm

package runtime

import (
	"internal/runtime/syscall/linux"
	"unsafe"
)

// Seeking by 64 bits: the kernel takes the distance in halves, and stores the new place.
//
//go:linkname syscall_seek syscall.seek
//go:nosplit
func syscall_seek(fd int, offset int64, whence int) (place int64, errno uintptr) {
	const sysLlseek = 140
	_, _, errno = linux.Syscall6(sysLlseek, uintptr(fd), uintptr(offset>>32), uintptr(offset), uintptr(unsafe.Pointer(&place)), uintptr(whence), 0)
	return place, errno
}
