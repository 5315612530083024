// build-fails
package main

//go:noinline
var x = 1

//go:noinline
const c = 1

//go:nosplit
func f() {}

//go:noinline
type t int

func main() {
	f()
	_ = x
}

/* output
# command-line-arguments
./errors_directives.go:4:3: misplaced compiler directive
./errors_directives.go:7:3: misplaced compiler directive
./errors_directives.go:13:3: misplaced compiler directive
*/
