package reflect

import "unsafe"

// A float32 is in the upper half of a register.

func archFloat32FromReg(reg uint64) float32 {
	bits := uint32(reg >> 32)
	return *(*float32)(unsafe.Pointer(&bits))
}

func archFloat32ToReg(val float32) uint64 {
	return uint64(*(*uint32)(unsafe.Pointer(&val))) << 32
}
