//go:build !baremetal

package runtime

// processorFeatures is the kernel's word for it.
func processorFeatures() uint {
	const hwcap = 16
	aux := getAuxv()
	for i := 0; i+1 < len(aux); i += 2 {
		if aux[i] == hwcap {
			return uint(aux[i+1])
		}
	}
	return 0
}
