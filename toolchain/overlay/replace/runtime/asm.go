package runtime

// cmpstring is written in assembly; the compiler calls it to order strings.
//
//go:noescape
func cmpstring(a, b string) int
