// build-fails
package main

import "os"

func main() {
	x := 1
	var y int = "text"
}

/* output
# command-line-arguments
./unused_variable.go:4:8: "os" imported and not used
./unused_variable.go:7:2: declared and not used: x
./unused_variable.go:8:6: declared and not used: y
./unused_variable.go:8:14: cannot use "text" (untyped string constant) as int value in variable declaration
*/
