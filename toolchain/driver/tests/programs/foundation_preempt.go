// An endless loop in one goroutine does not stop another's collection.
package main

import (
	"fmt"
	"runtime"
	"time"
)

func main() {
	runtime.GOMAXPROCS(2)
	go func() {
		for {
		}
	}()
	time.Sleep(10 * time.Millisecond)
	runtime.GC()
	runtime.GC()
	fmt.Println("collected")
}

/* output
collected
*/
