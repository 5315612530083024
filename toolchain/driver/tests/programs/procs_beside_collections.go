// limit 60
// The number of processors changes while several goroutines collect, read statistics and stop the world otherwise.
package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

func main() {
	runtime.GOMAXPROCS(4)
	for range 3 {
		go func() {
			for {
				runtime.GC()
			}
		}()
	}
	go func() {
		for {
			debug.FreeOSMemory()
		}
	}()
	for range 2 {
		go func() {
			var m runtime.MemStats
			for {
				runtime.ReadMemStats(&m)
			}
		}()
	}
	for i := range 100 {
		n := 1 + i%4
		runtime.GOMAXPROCS(n)
		if runtime.GOMAXPROCS(0) != n {
			panic("another number")
		}
		runtime.Gosched()
	}
	fmt.Println("ok")
}

/* output
ok
*/
