//go:build ppc64 || ppc64le

package reflect

import "unsafe"

// A float32 is a float64 of the same value in a register.

func archFloat32FromReg(reg uint64) float32 {
	if reg>>52&0x7ff == 0x7ff {
		// Not rounded, which would make a quiet NaN of a signalling one.
		bits := uint32(reg>>32)&(1<<31) | 0xff<<23 | uint32(reg>>29)&(1<<23-1)
		return *(*float32)(unsafe.Pointer(&bits))
	}
	return float32(*(*float64)(unsafe.Pointer(&reg)))
}

func archFloat32ToReg(val float32) uint64 {
	wide := float64(val)
	return *(*uint64)(unsafe.Pointer(&wide))
}
