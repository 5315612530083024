package abi

var neverTrue bool
var escapeSink any

// hasNonStringPointers reports whether the type has pointers that are not strings'. The compiler knows it.
func hasNonStringPointers[T any](*T) bool { panic("unreachable") }

func EscapeNonString[T any](v T) {
	if hasNonStringPointers((*T)(nil)) && neverTrue {
		escapeSink = v
	}
}
