package abi

// The compiler's escape analysis does not tell strings from other pointers: both keep the data flow.

var neverTrue bool
var escapeSink any

func EscapeNonString[T any](v T) {
	if neverTrue {
		escapeSink = v
	}
}

func EscapeToResultNonString[T any](v T) T { return v }
