//go:build purego && (386 || amd64 || arm64)

package runtime

import "unsafe"

// Where there is no assembler, hashing is by multiplication only, also for those machines of which internal/runtime/maps knows that they may have
// AES: it asks for these.

//go:linkname memHashAES internal/runtime/maps.memHashAES
func memHashAES(p unsafe.Pointer, h, n uintptr) uintptr { return hashBytes(p, h, n) }

//go:linkname hashUint32 internal/runtime/maps.memHash32Fallback
func hashUint32(k uint32, h uintptr) uintptr

//go:linkname hashUint64 internal/runtime/maps.memHash64Fallback
func hashUint64(k uint64, h uintptr) uintptr

//go:linkname memHash32AES internal/runtime/maps.memHash32AES
func memHash32AES(k uint32, h uintptr) uintptr { return hashUint32(k, h) }

//go:linkname memHash64AES internal/runtime/maps.memHash64AES
func memHash64AES(k uint64, h uintptr) uintptr { return hashUint64(k, h) }

//go:linkname checkMasksAndShiftsAlignment internal/runtime/maps.checkMasksAndShiftsAlignment
func checkMasksAndShiftsAlignment() bool { return true }
