// A vendored package has its own module's version of the language: one loop variable for all iterations before go 1.22.
package main

import (
	"fmt"

	"example.com/old"
)

func main() {
	var ours []func() int
	for i := 0; i < 3; i++ {
		ours = append(ours, func() int { return i })
	}
	for i, f := range old.Loop() {
		fmt.Println(f(), ours[i]())
	}
}

/* output
3 0
3 1
3 2
*/
