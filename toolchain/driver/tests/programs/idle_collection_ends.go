// limit 60
// A collection that began before the program went idle ends soon, though nobody allocates any more.
package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"time"
)

type tree struct{ l, r *tree }

func grow(d int) *tree {
	if d == 0 {
		return &tree{}
	}
	return &tree{grow(d - 1), grow(d - 1)}
}

var (
	root *tree
	sink []byte
)

func main() {
	root = grow(18)
	var m runtime.MemStats
	var s debug.GCStats
	for range 3 {
		runtime.GC()
		debug.ReadGCStats(&s)
		before := s.NumGC
		runtime.ReadMemStats(&m)
		for i := 0; i < int(m.NextGC-m.HeapAlloc)+1<<20; i += 64 << 10 {
			sink = make([]byte, 64<<10)
		}
		for tries := 0; s.NumGC == before; tries++ {
			if tries == 100 {
				fmt.Println("the collection has not ended")
				return
			}
			time.Sleep(100 * time.Millisecond)
			debug.ReadGCStats(&s)
		}
	}
	fmt.Println("ended")
}

/* output
ended
*/
