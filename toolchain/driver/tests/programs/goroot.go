// Programs know where the library was when they were compiled.
// env GOROOT=
package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
)

func main() {
	// What a program says is not the environment that it was started with.
	os.Setenv("GOROOT", "elsewhere")
	fmt.Println(strings.HasPrefix(runtime.GOROOT(), "/"))
}

/* output
true
*/
