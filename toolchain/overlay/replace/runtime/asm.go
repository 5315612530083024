package runtime

// cmpstring is written in assembly; the compiler calls it to order strings.
//
//go:noescape
func cmpstring(a, b string) int

// publicationBarrier makes what was stored visible to other threads before what is stored from here on: a new object's
// contents and its bits before a pointer to it. Nothing where stores are seen in order anyway.
func publicationBarrier()
