package reflect

import "unsafe"

// nanBox is what stands above a float32 in a register: as a float64 it is no number.
const nanBox = 0xffffffff << 32

func archFloat32FromReg(reg uint64) float32 {
	bits := uint32(reg)
	return *(*float32)(unsafe.Pointer(&bits))
}

func archFloat32ToReg(val float32) uint64 {
	return nanBox | uint64(*(*uint32)(unsafe.Pointer(&val)))
}
