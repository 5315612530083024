//go:build baremetal && arm64

package runtime

import _ "unsafe"

//go:linkname getisar0 internal/cpu.getisar0
func getisar0() uint64

// processorFeatures asks the processor itself, and answers with the bits that Linux has for them.
func processorFeatures() uint {
	isar := getisar0()
	var all uint
	for _, f := range [...]struct{ field, least, bit uint }{
		{4, 1, 3},   // AES
		{4, 2, 4},   // PMULL
		{8, 1, 5},   // SHA1
		{12, 1, 6},  // SHA256
		{16, 1, 7},  // CRC32
		{20, 2, 8},  // atomic operations
		{32, 1, 17}, // SHA3
		{12, 2, 21}, // SHA512
	} {
		if uint(isar>>f.field)&15 >= f.least {
			all |= 1 << f.bit
		}
	}
	return all
}
