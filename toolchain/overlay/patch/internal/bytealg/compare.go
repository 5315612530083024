//go:build !purego

package bytealg

// The runtime's archive has this name, for machines without an assembler, and only one may have it.
//
//go:noescape
func CompareString(a, b string) int
