package constanttime

import "unsafe"

// boolToUint8 has no branch: true is stored as 1.
func boolToUint8(b bool) uint8 { return *(*uint8)(unsafe.Pointer(&b)) }
