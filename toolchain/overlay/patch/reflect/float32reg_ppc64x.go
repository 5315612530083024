//go:build ppc64 || ppc64le

package reflect

import "unsafe"

// A float32 is a float64 of the same value in a register.

func archFloat32FromReg(reg uint64) float32 {
	return float32(*(*float64)(unsafe.Pointer(&reg)))
}

func archFloat32ToReg(val float32) uint64 {
	wide := float64(val)
	return *(*uint64)(unsafe.Pointer(&wide))
}
