// A GOMEMLIMIT that is none is fatal.
// env GOMEMLIMIT=1GB
// exit 2
package main

func main() { println("not reached") }

/* output contains
GOMEMLIMIT=1GB
fatal error: malformed GOMEMLIMIT; see `go doc runtime/debug.SetMemoryLimit`
*/
