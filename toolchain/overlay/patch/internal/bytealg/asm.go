//go:build purego

// Package bytealg is compiled from its files for architectures without assembly where there is no assembler; these functions have
// assembly of ours on all machines.
package bytealg

//go:noescape
func Compare(a, b []byte) int

//go:noescape
func CompareString(a, b string) int

//go:noescape
func runtime_cmpstring(a, b string) int

//go:noescape
func IndexByte(b []byte, c byte) int

//go:noescape
func IndexByteString(s string, c byte) int

//go:noescape
func Count(b []byte, c byte) int

//go:noescape
func CountString(s string, c byte) int
