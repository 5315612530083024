// What is in a sync.Pool survives one collection, and not a second.
package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"time"
)

func main() {
	debug.SetGCPercent(-1)
	runtime.GOMAXPROCS(1)
	bad := 0
	for range 20 {
		var p sync.Pool
		for range 10 {
			p.Put(new(int))
		}
		runtime.GC()
		time.Sleep(time.Millisecond) // whoever empties pools has done it by now
		if p.Get() == nil {
			bad++
		}
		runtime.GC()
		time.Sleep(time.Millisecond)
		runtime.GC()
		time.Sleep(time.Millisecond)
		if p.Get() != nil {
			bad++
		}
	}
	fmt.Println(bad)
}

/* output
0
*/
