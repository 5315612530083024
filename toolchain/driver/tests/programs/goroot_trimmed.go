// With -trimpath programs do not know where the library was.
// env GOROOT=
// flags -trimpath
package main

import (
	"fmt"
	"runtime"
)

func main() {
	fmt.Println(runtime.GOROOT() == "")
}

/* output
true
*/
